//! How does a request of an operation look, with these objects in it?

use portcullis_contract::{Collection, Operation, Parameter, Place, Samples};
use portcullis_policy::{InputPlace, Model, ObjectInput, RequestPlace};
use serde_json::{Map, Value, json};

use crate::percent::encoded;

/// Makes requests from a contract.
#[derive(Debug)]
pub(super) struct Requests<'a> {
    pub(super) model: &'a Model,
    pub(super) samples: &'a Samples,
}

/// A word, and which members of a body may be it.
pub(super) type Mark<'w> = (&'static str, &'w dyn Fn(&str) -> bool);

/// What one request is to say.
#[derive(Default)]
pub(super) struct Wanted<'w> {
    /// Who sends it; none: nobody.
    pub(super) by: Option<&'w str>,
    /// Which objects it names, by the variables that hold their ids.
    pub(super) objects: Vec<(&'w ObjectInput, Vec<String>)>,
    /// Members of its body beside them: pointer and value.
    pub(super) members: Vec<(String, Value)>,
    /// Which word one of the texts of its body should be, and which may be it.
    pub(super) mark: Option<Mark<'w>>,
    /// Which members it may say of itself, where it is valid without the others; none: all.
    pub(super) may_say: Option<&'w dyn Fn(&str) -> bool>,
}

/// A step, and whether it carries that word.
pub(super) struct Written {
    pub(super) step: Map<String, Value>,
    pub(super) is_marked: bool,
}

impl Requests<'_> {
    /// The step that sends it; or why there is none.
    pub(super) fn write(&self, index: usize, wanted: &Wanted<'_>) -> Result<Written, String> {
        let operation = self.model.contract.operation(index).ok_or("it is not there")?;
        let mut step = Map::new();
        if let Some(by) = wanted.by {
            step.insert("as".to_owned(), json!(by));
        }
        let target = self.target(operation, wanted)?;
        step.insert("send".to_owned(), json!(format!("{} {target}", operation.method)));
        let mut headers = self.headers(operation, wanted)?;
        let mut is_marked = false;
        if let Some((sent, marked)) = self.body(operation, wanted)? {
            headers.extend(sent.label.map(|label| ("Content-Type".to_owned(), json!(label))));
            step.insert("body".to_owned(), sent.body);
            is_marked = marked;
        }
        if !headers.is_empty() {
            step.insert("headers".to_owned(), Value::Object(headers));
        }
        Ok(Written { step, is_marked })
    }

    fn target(&self, operation: &Operation, wanted: &Wanted<'_>) -> Result<String, String> {
        let mut path = operation.template.clone();
        let mut query = Vec::new();
        for parameter in &operation.parameters {
            let name = &parameter.name;
            let place = match parameter.place {
                Place::Path => RequestPlace::Path(name.clone()),
                Place::Query => RequestPlace::Query(name.clone()),
                Place::Header | Place::Cookie => continue,
            };
            let place = InputPlace::One(place);
            let Some(texts) = self.texts(operation, parameter, &place, wanted)? else { continue };
            match parameter.place {
                Place::Path => path = path.replace(&format!("{{{name}}}"), &texts.join(",")),
                _ if parameter.collection == Collection::Repeated => {
                    query.extend(texts.iter().map(|text| format!("{}={text}", encoded(name, b""))));
                }
                _ => query.push(format!("{}={}", encoded(name, b""), texts.join(","))),
            }
        }
        let mark = if query.is_empty() { "" } else { "?" };
        Ok(format!("{}{path}{mark}{}", self.model.base_path, query.join("&")))
    }

    fn headers(
        &self,
        operation: &Operation,
        wanted: &Wanted<'_>,
    ) -> Result<Map<String, Value>, String> {
        let mut headers = Map::new();
        let mut cookies = Vec::new();
        for parameter in &operation.parameters {
            let name = &parameter.name;
            let place = match parameter.place {
                Place::Header => InputPlace::Header(name.to_ascii_lowercase()),
                Place::Cookie => InputPlace::One(RequestPlace::Cookie(name.clone())),
                Place::Path | Place::Query => continue,
            };
            let Some(texts) = self.texts(operation, parameter, &place, wanted)? else { continue };
            if parameter.place == Place::Cookie {
                cookies.push(format!("{name}={}", texts.join(",")));
            } else {
                headers.insert(name.clone(), json!(texts.join(",")));
            }
        }
        if !cookies.is_empty() {
            headers.insert("Cookie".to_owned(), json!(cookies.join("; ")));
        }
        Ok(headers)
    }

    /// The texts of a parameter: ids of objects, or a sample where it is required.
    fn texts(
        &self,
        operation: &Operation,
        parameter: &Parameter,
        place: &InputPlace,
        wanted: &Wanted<'_>,
    ) -> Result<Option<Vec<String>>, String> {
        if let Some((_, ids)) = wanted.objects.iter().find(|(input, _)| input.place == *place) {
            return Ok(Some(ids.iter().map(|id| format!("${{{id}}}")).collect()));
        }
        if !parameter.required {
            return Ok(None);
        }
        let value = self.samples.parameter(operation, parameter);
        let place = parameter.place.name();
        let value = value.ok_or_else(|| {
            format!("no value can be made for its {place} parameter `{}`", parameter.name)
        })?;
        let text = |one: &Value| match one {
            Value::String(text) => Some(encoded(text, b"")),
            Value::Number(_) | Value::Bool(_) => Some(one.to_string()),
            _ => None,
        };
        let texts: Option<Vec<String>> = match &value {
            Value::Array(items) => items.iter().map(text).collect(),
            one => text(one).map(|one| vec![one]),
        };
        let missing = || format!("its {place} parameter `{}` is no single value", parameter.name);
        texts.map(Some).ok_or_else(missing)
    }
}

/// Whether a place of a request may hold several ids.
pub(super) fn holds_several(operation: &Operation, place: &InputPlace) -> bool {
    match place {
        InputPlace::Names(_) => true,
        InputPlace::One(RequestPlace::Body(pointer)) => pointer.split('/').any(|part| part == "*"),
        InputPlace::One(RequestPlace::Query(name)) => operation.parameters.iter().any(|one| {
            one.place == Place::Query
                && one.name == *name
                && matches!(one.collection, Collection::Repeated | Collection::Joined(_))
        }),
        InputPlace::One(_) | InputPlace::Header(_) => false,
    }
}
