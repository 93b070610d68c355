//! Forms in every declared spelling: what is accepted and how it goes on, what is left out or refused.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where its promise breaks")]

mod parts;
mod properties;
mod spellings;

#[expect(unreachable_pub, reason = "fuzz targets use this file as a library")]
#[path = "../../../../fuzz/src/forms.rs"]
mod shared;

use std::sync::LazyLock;

use portcullis_contract::{BodyKind, Media};
use portcullis_controls::Judgement;
use portcullis_controls::input_shape::judge_body;
use portcullis_controls::urlencoded::form::Form;
use portcullis_controls::writable_properties::{self, Outcome};
use portcullis_policy::Undeclared;
use shared::Forms;

static FORMS: LazyLock<Forms> = LazyLock::new(Forms::new);

fn media(path: &str) -> &'static Media {
    let mut all = FORMS.contract.operations.iter();
    let operation = all.find(|one| one.title() == format!("POST {path}")).unwrap();
    let media = &operation.body.as_ref().unwrap().media;
    media.iter().find(|media| media.kind == BodyKind::Form).unwrap()
}

fn read(path: &str, text: &str) -> Result<Form, &'static str> {
    FORMS.read(media(path), text).map_err(|unread| unread.fault.name())
}

/// What goes on of a form, or the reason of its refusal.
fn judged(path: &str, text: &str) -> Result<String, &'static str> {
    let mut form = read(path, text)?;
    let schema = media(path).schema.as_ref();
    let shape = schema.map(|schema| schema.shape);
    let document = form.document();
    match writable_properties::judge(
        document,
        &FORMS.contract.shapes,
        shape,
        Undeclared::Drop,
        false,
    ) {
        Outcome::Drop(found) => {
            found.iter().for_each(|one| form.document_mut().drop_value(one.index));
        }
        Outcome::Refuse(refusal, _) => return Err(refusal.reason),
    }
    form.prune().map_err(|unread| unread.fault.name())?;
    match judge_body(schema, form.document()) {
        Judgement::Pass(()) => Ok(String::from_utf8(form.write()).unwrap()),
        Judgement::Refuse(refusal, ()) => Err(refusal.reason),
    }
}

/// Brackets as they go on.
fn encoded(text: &str) -> String {
    text.replace('[', "%5B").replace(']', "%5D")
}

/// Each form with what goes on of it, or the reason for which it is refused.
fn expect(path: &str, table: &[(&str, Result<&str, &str>)]) {
    let mut wrong = Vec::new();
    for (sent, expected) in table {
        let found = judged(path, sent);
        let expected = expected.map(encoded);
        if found != expected.clone() {
            wrong.push(format!("{sent}\n  expected {expected:?}\n  found    {found:?}"));
        }
        if let Ok(written) = &found {
            assert_eq!(judged(path, written).as_deref(), Ok(written.as_str()), "{sent}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
