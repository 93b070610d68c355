//! In which form does a body go over the wire?

use portcullis_contract::{BodyKind, Collection, Contract, Media, Operation, ShapeId};
use serde_json::{Map, Value, json};

use super::plain::text;
use super::xml;

/// A body as a step has it.
pub(super) struct Sent {
    pub(super) body: Value,
    /// The media type, where the body does not say it by itself.
    pub(super) label: Option<String>,
}

/// A file of a type: its beginning, which is all that many look at, in base64.
const FILES: [(&str, &str); 6] = [
    ("image/png", "iVBORw0KGgo="),
    ("image/jpeg", "/9j/4A=="),
    ("image/gif", "R0lGODlhAQABAAAAADs="),
    ("application/pdf", "JVBERi0xLjcK"),
    ("application/zip", "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="),
    ("text/plain", "Y2FuYXJ5"),
];

/// The type in which a body is sent: JSON, if it may be.
pub(super) fn media(operation: &Operation) -> Result<&Media, String> {
    let all = operation.body.as_ref().map(|body| body.media.as_slice()).unwrap_or_default();
    let of_kind = |kind| all.iter().find(|media| media.kind == kind && !media.range.has_wildcard());
    let kinds = [BodyKind::Json, BodyKind::Form, BodyKind::FormData, BodyKind::Xml];
    let media = kinds.into_iter().find_map(of_kind);
    media.ok_or_else(|| "its body is neither JSON, a form, parts nor XML".to_owned())
}

/// A value in that form.
pub(super) fn sent(contract: &Contract, media: &Media, value: &Value) -> Result<Sent, String> {
    let (body, label) = match media.kind {
        BodyKind::Json => (json!({ "json": value }), None),
        BodyKind::Form => (json!({ "form": form(media, value) }), None),
        BodyKind::FormData => (json!({ "parts": parts(contract, media, value) }), None),
        _ => {
            let shape = media.schema.as_ref().map(|schema| schema.shape);
            let text = shape.and_then(|shape| xml::written(contract, shape, value));
            let text = text.ok_or("nothing says how its body is written in XML")?;
            (json!({ "text": text }), Some(media.range.to_string()))
        }
    };
    Ok(Sent { body, label })
}

fn form(media: &Media, value: &Value) -> Map<String, Value> {
    let field = |(name, one): (&String, &Value)| {
        let is_joined = matches!(
            media.encoding(name).and_then(|said| said.collection),
            Some(Collection::Joined(_))
        );
        let told = match one {
            Value::Array(items) => {
                let texts: Vec<String> = items.iter().map(text).collect();
                if is_joined { json!(texts.join(",")) } else { json!(texts) }
            }
            one => json!(text(one)),
        };
        (!one.is_null()).then(|| (name.clone(), told))
    };
    value.as_object().into_iter().flatten().filter_map(field).collect()
}

fn parts(contract: &Contract, media: &Media, value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let shape = media.schema.as_ref().map(|schema| schema.shape);
    for (name, value) in value.as_object().into_iter().flatten() {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let declared =
            shape.and_then(|shape| super::shown::member(contract, shape, &format!("/{name}")));
        all.extend(items.iter().filter(|one| !one.is_null()).map(|one| match one {
            _ if declared.is_some_and(|shape| is_file(contract, shape)) => file(media, name),
            Value::Object(_) | Value::Array(_) => json!({ "name": name, "json": one }),
            one => json!({ "name": name, "text": text(one) }),
        }));
    }
    all
}

fn is_file(contract: &Contract, shape: ShapeId) -> bool {
    let shape = contract.shapes.get(shape);
    let items = shape.items.map(|items| contract.shapes.get(items));
    shape.is_binary || items.is_some_and(|items| items.is_binary)
}

/// A small file of a type that is wanted.
fn file(media: &Media, name: &str) -> Value {
    let wanted = media.encoding(name).map(|said| said.content_types.as_slice()).unwrap_or_default();
    let is_wanted = |kind: &str| {
        let kind = portcullis_contract::MediaRange::parse(kind);
        kind.is_some_and(|kind| wanted.iter().any(|range| range.covers(&kind)))
    };
    let known = FILES.into_iter().find(|(kind, _)| is_wanted(kind));
    let other = wanted.first().map(ToString::to_string);
    let (kind, bytes) = match (known, other) {
        (Some((kind, bytes)), _) => (kind.to_owned(), bytes),
        (None, other) => (other.unwrap_or("application/octet-stream".to_owned()), "Y2FuYXJ5"),
    };
    json!({ "name": name, "file": "canary", "type": kind, "base64": bytes })
}

#[cfg(test)]
mod tests {
    use portcullis_contract::{NoFiles, read};
    use portcullis_model::Sources;

    use super::*;

    const DOCUMENT: &str = "
openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /form: { post: { requestBody: { content: { application/x-www-form-urlencoded: {
    schema: { type: object, properties: { a: { type: array, items: { type: string } }, b: { type: array, items: { type: string } }, n: { type: integer } } },
    encoding: { b: { explode: false } } } } }, responses: { '204': { description: x } } } }
  /parts: { post: { requestBody: { content: { multipart/form-data: {
    schema: { type: object, properties: { photo: { type: string, format: binary }, files: { type: array, items: { type: string, format: binary } }, who: { type: object }, n: { type: integer } } },
    encoding: { photo: { contentType: 'image/gif, image/png' } } } } }, responses: { '204': { description: x } } } }
  /text: { post: { requestBody: { content: { text/plain: { schema: { type: string } } } }, responses: { '204': { description: x } } } }
";

    fn sent_to(template: &str, value: &Value) -> Result<Value, String> {
        let mut sources = Sources::default();
        let main = sources.add("a.yaml", DOCUMENT);
        let contract = read(&mut sources, main, &mut NoFiles).unwrap();
        let operation = contract.operations.iter().find(|one| one.template == template).unwrap();
        media(operation).and_then(|media| sent(&contract, media, value)).map(|sent| sent.body)
    }

    #[test]
    fn a_form_repeats_a_name_unless_it_joins_its_values() {
        let value = json!({ "a": ["x", "y"], "b": ["x", "y"], "n": 1, "no": null });
        let expected = json!({ "form": { "a": ["x", "y"], "b": "x,y", "n": "1" } });
        assert_eq!(sent_to("/form", &value), Ok(expected));
    }

    #[test]
    fn what_is_bytes_is_a_file_of_a_type_that_is_wanted() {
        let value = json!({ "photo": "x", "files": ["x"], "who": { "a": 1 }, "n": "${id}" });
        let parts = json!([
            { "name": "photo", "file": "canary", "type": "image/png", "base64": "iVBORw0KGgo=" },
            { "name": "files", "file": "canary", "type": "application/octet-stream", "base64": "Y2FuYXJ5" },
            { "name": "who", "json": { "a": 1 } },
            { "name": "n", "text": "${id}" },
        ]);
        let sent = sent_to("/parts", &value).unwrap();
        let mut found = sent["parts"].as_array().unwrap().clone();
        found.sort_by_key(|one| {
            ["photo", "files", "who", "n"].iter().position(|name| one["name"] == *name)
        });
        assert_eq!(json!(found), parts);
    }

    #[test]
    fn a_text_is_not_sent() {
        assert!(sent_to("/text", &json!("x")).is_err());
    }
}
