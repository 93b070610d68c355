//! Where does Swagger 2.0 say how a form looks? Field by field, among the parameters; here they become one schema.

use serde_json::{Map, Value as Data, json};

use super::Samples;

/// Methods of a path item.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];
/// Both kinds of forms have the same fields.
const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

impl Samples {
    /// The document with the forms of its operations as OpenAPI 3 would say them.
    pub(super) fn with_forms(self) -> Self {
        if self.root.get("swagger").is_none() {
            return self;
        }
        let items = self.root.get("paths").and_then(Data::as_object).into_iter().flatten();
        let operations = items.flat_map(|(path, item)| METHODS.map(|method| (path, item, method)));
        let forms: Vec<(String, &str, Data)> = operations
            .filter_map(|(path, item, method)| {
                Some((path.clone(), method, self.form(item, method)?))
            })
            .collect();
        let mut root = self.root;
        for (path, method, schema) in forms {
            let operation =
                root.get_mut("paths").and_then(|paths| paths.get_mut(path)?.get_mut(method));
            let content: Map<String, Data> = FORMS
                .map(|kind| (kind.to_owned(), json!({ "schema": schema })))
                .into_iter()
                .collect();
            if let Some(Data::Object(operation)) = operation {
                operation.insert("requestBody".to_owned(), json!({ "content": content }));
            }
        }
        Self { root }
    }

    fn form(&self, item: &Data, method: &str) -> Option<Data> {
        let lists = [item.get(method)?.get("parameters"), item.get("parameters")];
        let all = lists.into_iter().flatten().filter_map(Data::as_array).flatten();
        let followed = all.filter_map(|one| self.follow(one));
        let fields =
            followed.filter(|one| one.get("in").and_then(Data::as_str) == Some("formData"));
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for field in fields {
            let Some(name) = field.get("name").and_then(Data::as_str) else { continue };
            // An operation's own field stands before that of its path.
            if properties.contains_key(name) {
                continue;
            }
            if field.get("required") == Some(&Data::Bool(true)) {
                required.push(name);
            }
            // Here `required` says something of the field, and of a schema it would list members.
            let mut schema = field.clone();
            if let Data::Object(keywords) = &mut schema {
                keywords.remove("required");
                if keywords.get("type").and_then(Data::as_str) == Some("file") {
                    keywords.insert("type".to_owned(), json!("string"));
                    keywords.insert("format".to_owned(), json!("binary"));
                }
            }
            properties.insert(name.to_owned(), schema);
        }
        let is_form = !properties.is_empty();
        is_form.then(|| json!({ "type": "object", "properties": properties, "required": required }))
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::Sources;

    use super::*;
    use crate::files::NoFiles;
    use crate::read::read;

    const DOCUMENT: &str = "
swagger: '2.0'
info: { title: t, version: '1' }
parameters: { note: { name: note, in: formData, type: string, maxLength: 40 } }
paths:
  /photos:
    parameters: [{ name: kind, in: formData, required: true, type: string, enum: [b, a] }]
    post:
      consumes: [multipart/form-data]
      parameters:
        - { name: photo, in: formData, required: true, type: file }
        - { name: kind, in: formData, required: true, type: string, enum: [a, b] }
        - { $ref: '#/parameters/note' }
        - { name: page, in: query, type: integer }
      responses: { '204': { description: x } }
";

    #[test]
    fn the_fields_of_a_form_make_a_body() {
        let mut sources = Sources::default();
        let main = sources.add("a.yaml", DOCUMENT);
        let contract = read(&mut sources, main, &mut NoFiles).unwrap();
        let samples = Samples::read(&sources, main).unwrap();
        let operation = &contract.operations[0];
        let media = &operation.body.as_ref().unwrap().media[0];
        let body = samples.body(operation, media);
        assert_eq!(body, Some(json!({ "photo": "canary", "kind": "a" })));
        assert_eq!(samples.free_texts(operation, media), ["note"]);
    }
}
