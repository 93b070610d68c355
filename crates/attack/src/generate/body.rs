//! What does the body of a request say?

use portcullis_contract::{Media, Operation, is_valid};
use portcullis_policy::{InputPlace, RequestPlace};
use serde_json::{Value, json};

use super::filled::set;
use super::request::{Requests, Wanted};
use super::sent::{Sent, media, sent};

/// Names of texts that people write as they like: one of them can carry a word that is known again.
const MARKED: [&str; 14] = [
    "note",
    "notes",
    "text",
    "title",
    "comment",
    "message",
    "subject",
    "description",
    "label",
    "content",
    "address",
    "remark",
    "summary",
    "name",
];
/// The word that no other try has; of the same length for the schema to look at.
pub(super) const MARK: &str = "${unique}";
/// The same, for what is changed later.
pub(super) const CHANGED: &str = "v${unique}";
const STAND_IN: &str = "v0123456789abcdef0";

impl Requests<'_> {
    /// A sample with the objects in it, and whether it carries the word; none: it has no body.
    pub(super) fn body(
        &self,
        operation: &Operation,
        wanted: &Wanted<'_>,
    ) -> Result<Option<(Sent, bool)>, String> {
        if operation.body.is_none() {
            return Ok(None);
        }
        let media = media(operation)?;
        let mut value = self
            .samples
            .body(operation, media)
            .ok_or("no body can be made that its schema takes")?;
        shorten(media, &mut value, wanted);
        let is_marked = self.marked(operation, media, &mut value, wanted);
        for (input, ids) in &wanted.objects {
            let (pointer, names) = match &input.place {
                InputPlace::One(RequestPlace::Body(pointer)) => (pointer, false),
                InputPlace::Names(pointer) => (pointer, true),
                InputPlace::One(_) | InputPlace::Header(_) => continue,
            };
            let ids: Vec<Value> = ids.iter().map(|id| json!(format!("${{{id}}}"))).collect();
            set(&mut value, pointer, &ids, names, input.pattern.as_ref());
        }
        for (pointer, member) in &wanted.members {
            set(&mut value, pointer, std::slice::from_ref(member), false, None);
        }
        Ok(Some((sent(&self.model.contract, media, &value)?, is_marked)))
    }

    /// Puts the word that no other try has into a text of the body, where that stays valid.
    fn marked(
        &self,
        operation: &Operation,
        media: &Media,
        value: &mut Value,
        wanted: &Wanted<'_>,
    ) -> bool {
        let (Some((word, may_be)), Value::Object(members)) = (wanted.mark, &mut *value) else {
            return false;
        };
        let free = self.samples.free_texts(operation, media);
        let is_named = |name: &&str| free.iter().any(|known| known == *name) && may_be(name);
        for name in MARKED.into_iter().filter(is_named) {
            let mut tried = members.clone();
            tried.insert(name.to_owned(), json!(STAND_IN));
            if is_valid(media, &Value::Object(tried)) {
                members.insert(name.to_owned(), json!(word));
                return true;
            }
        }
        false
    }
}

/// Leaves out what the request should not say, as far as the body stays valid.
fn shorten(media: &Media, value: &mut Value, wanted: &Wanted<'_>) {
    let (Some(may_say), Value::Object(members)) = (wanted.may_say, &mut *value) else { return };
    let beyond: Vec<String> = members.keys().filter(|name| !may_say(name)).cloned().collect();
    for name in beyond {
        let mut tried = members.clone();
        tried.remove(&name);
        if is_valid(media, &Value::Object(tried.clone())) {
            *members = tried;
        }
    }
}
