//! The document of an API as the judges get it, and its operations by the paths that they tell.

use serde_json::{Value, json};

use std::net::SocketAddr;

/// A document that was read.
#[derive(Clone)]
pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// With these members changed (RFC 7396): what an owner must add where it says too little.
    pub(crate) fn patched(mut self, patch: &Value) -> Self {
        merge(&mut self.0, patch);
        self
    }

    /// With `integer` where it says `int`, which is no type: an operation with it would not be served at all.
    pub(crate) fn typed(mut self) -> Self {
        correct(&mut self.0);
        self
    }

    /// Without the operations of these paths, or `DELETE /orders/{id}` alone.
    pub(crate) fn without(&self, named: &[&str]) -> Self {
        let mut value = self.0.clone();
        if let Some(all) = value.get_mut("paths").and_then(Value::as_object_mut) {
            all.retain(|path, _| !named.iter().any(|one| path.starts_with(one)));
            for (method, path) in named.iter().filter_map(|one| one.split_once(' ')) {
                let item = all.get_mut(path).and_then(Value::as_object_mut);
                item.map(|item| item.shift_remove(&method.to_lowercase()));
            }
        }
        Self(value)
    }

    /// With only these, if there are any.
    pub(crate) fn only(&self, paths: &[&str]) -> Self {
        let mut value = self.0.clone();
        if let Some(all) = value.get_mut("paths").and_then(Value::as_object_mut) {
            all.retain(|path, _| paths.is_empty() || paths.iter().any(|one| path.starts_with(one)));
        }
        Self(value)
    }

    /// With values that tools may send, by name of a parameter in path or query.
    pub(crate) fn shown(&self, examples: &[(&str, &str)]) -> Self {
        let mut value = self.0.clone();
        let items = value.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
        for (_, item) in items {
            let parts = item.as_object_mut().into_iter().flatten().map(|(_, part)| part);
            for operation in parts.filter(|part| part.is_object()) {
                let all = operation.get_mut("parameters").and_then(Value::as_array_mut);
                for parameter in all.into_iter().flatten() {
                    show(parameter, examples);
                }
            }
        }
        Self(value)
    }

    /// With each path to read once more, where its values are known: as a path without parameters.
    pub(crate) fn filled(&self, examples: &[(&str, &str)]) -> Self {
        let mut value = self.0.clone();
        let Some(all) = value.get_mut("paths").and_then(Value::as_object_mut) else {
            return Self(value);
        };
        for (template, item) in all.clone() {
            let path = examples.iter().fold(template.clone(), |path, (name, example)| {
                path.replace(&format!("{{{name}}}"), example)
            });
            let Some(mut read) = item.get("get").cloned() else { continue };
            if path == template || path.contains('{') {
                continue;
            }
            let parameters = read.get_mut("parameters").and_then(Value::as_array_mut);
            let is_in_path = |one: &Value| one.get("in").and_then(Value::as_str) == Some("path");
            parameters.map(|all| all.retain(|one| !is_in_path(one))).unwrap_or_default();
            all.insert(path, json!({ "get": read }));
        }
        Self(value)
    }

    /// The same API, standing somewhere else.
    pub(crate) fn at(&self, address: SocketAddr) -> Value {
        let mut value = self.0.clone();
        let base = self.base();
        if value.get("swagger").is_some() {
            set(&mut value, "host", json!(address.to_string()));
            set(&mut value, "schemes", json!(["http"]));
        } else {
            set(&mut value, "servers", json!([{ "url": format!("http://{address}{base}") }]));
        }
        value
    }

    /// The path before all paths, without a slash at its end.
    pub(crate) fn base(&self) -> String {
        let swagger = self.0.get("basePath").and_then(Value::as_str);
        let server = self.0.pointer("/servers/0/url").and_then(Value::as_str);
        let path = swagger.or(server).unwrap_or_default();
        let path = path.split_once("://").map_or(path, |(_, rest)| {
            rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
        });
        path.trim_end_matches('/').to_owned()
    }

    /// The operation that a request meant, as the document names it; or the path without its values.
    pub(crate) fn operation(&self, method: &str, path: &str) -> String {
        let base = self.base();
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = path.strip_prefix(base.as_str()).unwrap_or(path);
        let templates = self.0.get("paths").and_then(Value::as_object).into_iter().flatten();
        let fits = templates.filter(|(template, item)| {
            fits(template, path) && item.get(method.to_lowercase()).is_some()
        });
        let best = fits.min_by_key(|(template, _)| template.matches('{').count());
        let path = best.map_or(path, |(template, _)| template.as_str());
        format!("{} {path}", method.to_uppercase())
    }

    /// Whether there is one for such a request.
    pub(crate) fn has(&self, method: &str, path: &str) -> bool {
        let base = self.base();
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = path.strip_prefix(base.as_str()).unwrap_or(path);
        let mut items = self.0.get("paths").and_then(Value::as_object).into_iter().flatten();
        items.any(|(template, item)| {
            fits(template, path) && item.get(method.to_lowercase()).is_some()
        })
    }
}

fn correct(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("type").is_some_and(|named| named == "int") {
                members.insert("type".to_owned(), json!("integer"));
            }
            members.values_mut().for_each(correct);
        }
        Value::Array(items) => items.iter_mut().for_each(correct),
        _ => {}
    }
}

fn set(target: &mut Value, name: &str, value: Value) {
    if let Some(members) = target.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn show(parameter: &mut Value, examples: &[(&str, &str)]) {
    let is_in = |place: &str| parameter.get("in").and_then(Value::as_str) == Some(place);
    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
    let example = examples.iter().find(|(known, _)| *known == name);
    let (Some((_, example)), true) = (example, is_in("path") || is_in("query")) else { return };
    set(parameter, "example", json!(example));
    // Swagger 2.0 has it in the parameter, later versions in its schema.
    let place = if parameter.get("schema").is_some() { "/schema" } else { "" };
    if let Some(place) = parameter.pointer_mut(place) {
        set(place, "default", json!(example));
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other || one.contains('{') => {}
            _ => return false,
        }
    }
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in patch {
        if value.is_null() {
            target.as_object_mut().map(|object| object.shift_remove(name));
        } else if let Some(members) = target.as_object_mut() {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        Document(json!({
            "servers": [{ "url": "http://localhost:3000/api/" }],
            "paths": { "/orders/{id}": { "get": {}, "put": {} }, "/orders/last": { "get": {} } },
        }))
    }

    #[test]
    fn a_path_is_the_operation_whose_template_it_fits_best() {
        let document = document();
        assert_eq!(document.operation("get", "/api/orders/7?x=1"), "GET /orders/{id}");
        assert_eq!(document.operation("GET", "/api/orders/last"), "GET /orders/last");
        assert_eq!(document.operation("PUT", "/api/orders/last"), "PUT /orders/{id}");
        assert_eq!(document.operation("GET", "/api/other"), "GET /other");
    }

    #[test]
    fn it_is_told_where_it_stands_and_keeps_its_base_path() {
        let at = SocketAddr::from(([127, 0, 0, 1], 4000));
        assert_eq!(document().at(at)["servers"][0]["url"], "http://127.0.0.1:4000/api");
        let swagger = Document(json!({ "swagger": "2.0", "basePath": "/v1", "paths": {} }));
        assert_eq!(swagger.at(at)["host"], "127.0.0.1:4000");
        assert_eq!(swagger.base(), "/v1");
    }

    #[test]
    fn a_path_whose_values_are_known_is_there_once_more() {
        let filled = document().filled(&[("id", "7")]);
        assert!(filled.0["paths"]["/orders/7"]["get"].is_object());
        assert!(filled.0["paths"]["/orders/7"].get("put").is_none());
        assert!(filled.0["paths"]["/orders/{id}"]["put"].is_object());
    }

    #[test]
    fn a_type_that_is_none_is_the_one_that_was_meant() {
        let document = Document(
            json!({ "paths": { "/a": { "get": { "parameters": [{ "type": "int" }] } } } }),
        );
        assert_eq!(document.typed().0["paths"]["/a"]["get"]["parameters"][0]["type"], "integer");
    }

    #[test]
    fn a_patch_adds_changes_and_takes_away() {
        let patched =
            document().patched(&json!({ "paths": { "/orders/last": null, "/a": { "get": {} } } }));
        assert!(patched.0["paths"].get("/orders/last").is_none());
        assert!(patched.0["paths"]["/a"]["get"].is_object());
        assert!(patched.0["paths"]["/orders/{id}"]["put"].is_object());
    }
}
