//! Which URLs of requests does the API fetch? One points at the attacker's own listener, and what is heard there is the
//! harm: a fetch of an address that only this machine has.

use portcullis_contract::{Collection, Operation, Place, Pointing, ShapeId, Types};
use portcullis_policy::naming::words;
use portcullis_policy::{InputPlace, RequestPlace};
use serde_json::{Map, Value, json};

use super::honest::{Honest, Probe, expecting, queried};
use super::kind::Kind;
use super::sent::media;
use super::{Found, Generator};

/// URLs of one operation that are tried.
const URLS_MAX: usize = 2;
/// Words in names of what is fetched, where the document says nothing of its form.
const OF_URLS: [&str; 14] = [
    "url", "uri", "callback", "webhook", "hook", "image", "picture", "avatar", "photo", "link",
    "feed", "endpoint", "source", "website",
];
/// Where the listener is, and a path that no other try has.
const HEARD: &str = "${listener}/${unique}";

/// A place of a request.
enum At {
    Query(String),
    /// A JSON Pointer.
    Body(String),
}

impl Generator<'_> {
    /// Each URL of a request points at the listener.
    pub(super) fn fetches(&self, honest: &Honest<'_>, found: &mut Found) {
        let Some(declared) = self.model.contract.operation(honest.operation) else { return };
        for (number, place) in self.urls(honest, declared).into_iter().take(URLS_MAX).enumerate() {
            let (at, step) = match &place {
                At::Query(name) => {
                    (format!("query.{name}"), Ok(queried(&honest.step, name, HEARD)))
                }
                At::Body(pointer) => {
                    let members = vec![(pointer.clone(), json!(HEARD))];
                    (format!("body.{pointer}"), self.with_members(honest, members))
                }
            };
            let step: Map<String, Value> = match step {
                Ok(step) => step,
                Err(why) => {
                    found.leave(&at, why);
                    continue;
                }
            };
            // Whether the honest URL leads anywhere nobody knows; that its sender is let in is enough.
            let let_in = json!([{ "status": ["2xx", "3xx", 400, 409, 422, 424, "5xx"] }]);
            found.drafts.push(self.probe(
                honest,
                Probe {
                    kind: Kind::Target,
                    act: format!("fetches{number}"),
                    at: Some(at),
                    honest: vec![expecting(&honest.step, let_in)],
                    attack: vec![Value::Object(step)],
                    look: Vec::new(),
                    harm: vec![json!({ "heard": true, "contains": "${unique}" })],
                },
            ));
        }
    }

    fn urls(&self, honest: &Honest<'_>, declared: &Operation) -> Vec<At> {
        let query = declared.parameters.iter().filter(|one| {
            let is_plain =
                one.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
            let shape = one.schema.as_ref().map(|schema| schema.shape);
            one.place == Place::Query
                && one.collection == Collection::Single
                && is_plain
                && self.is_url(&one.name, shape)
                && self.names_no_object(
                    honest,
                    &InputPlace::One(RequestPlace::Query(one.name.clone())),
                )
        });
        let mut all: Vec<At> = query.map(|one| At::Query(one.name.clone())).collect();
        let schema = media(declared).ok().and_then(|media| media.schema.as_ref());
        if let Some(schema) = schema {
            let shape = self.model.contract.shapes.get(schema.shape);
            let members = shape.object.properties();
            let urls = members.filter(|(name, property)| {
                let place = InputPlace::One(RequestPlace::Body(format!("/{name}")));
                !property.read_only
                    && self.is_url(name, Some(property.shape))
                    && self.names_no_object(honest, &place)
            });
            all.extend(urls.map(|(name, _)| {
                At::Body(format!("/{}", name.replace('~', "~0").replace('/', "~1")))
            }));
        }
        all
    }

    fn is_url(&self, name: &str, shape: Option<ShapeId>) -> bool {
        let Some(shape) = shape.map(|shape| self.model.contract.shapes.get(shape)) else {
            return false;
        };
        let is_named = || words(name).iter().any(|word| OF_URLS.contains(&word.as_str()));
        let is_text = shape.types.intersects(Types::STRING) && !shape.is_choice && !shape.is_binary;
        match shape.pointing {
            Pointing::Url | Pointing::Reference => is_text,
            Pointing::Host => false,
            Pointing::Nowhere => is_text && !shape.text.is_confined && is_named(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::small::{files, made};

    #[test]
    fn urls_point_at_the_listener_by_their_form_or_by_their_name() {
        let paths = "
  /hooks:
    post:
      operationId: addHook
      requestBody: { content: { application/json: { schema: { type: object, required: [where], properties: {
        where: { type: string, format: uri }, avatar_image: { type: string }, note: { type: string },
        logo: { type: string, format: binary } } } } } }
      responses: { '201': { description: x } }
";
        let files =
            files(&made(paths, "  - { callers: [addHook] }\n", false), "gen-a12-add-hook-ann");
        let sent: Vec<_> = files.iter().map(|file| &file["attack"][0]["body"]["json"]).collect();
        assert_eq!(sent.len(), 2, "{sent:#?}");
        assert!(sent.iter().any(|body| body["where"] == "${listener}/${unique}"));
        assert!(sent.iter().any(|body| body["avatar_image"] == "${listener}/${unique}"));
        assert_eq!(files[0]["harm"][0], json!({ "heard": true, "contains": "${unique}" }));
    }
}
