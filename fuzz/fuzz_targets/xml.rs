//! Bodies in XML: no panic; what goes on is read again as what was checked, and what was cut is gone.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_contract::{Contract, NoFiles, ShapeId};
use portcullis_controls::writable_properties::{Outcome, Unwritable, judge_with};
use portcullis_controls::xml::{self, XmlBody};
use portcullis_json::Limits as JsonLimits;
use portcullis_model::Sources;
use portcullis_policy::{Limits, Undeclared};

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let mut sources = Sources::default();
    let main = sources.add("notes.yaml", include_str!("../src/notes.yaml"));
    portcullis_contract::read(&mut sources, main, &mut NoFiles).expect("it is read")
});

fn shape() -> ShapeId {
    let body = CONTRACT.operations[0].body.as_ref().expect("there is a body");
    body.media[0].schema.as_ref().expect("it is readable").shape
}

fn read(bytes: &[u8]) -> Option<XmlBody> {
    let (json, limits) = (JsonLimits::default(), Limits::default());
    xml::read(bytes.to_vec(), Some(shape()), &CONTRACT.shapes, &json, &limits).ok()
}

/// What may not be written.
fn found(body: &XmlBody) -> Vec<u32> {
    let strays = body.strays().map(|(index, stray)| Unwritable::stray(index, stray)).collect();
    let shape = Some(shape());
    let shapes = &CONTRACT.shapes;
    match judge_with(body.document(), strays, shapes, shape, Undeclared::Drop, false) {
        Outcome::Drop(found) | Outcome::Refuse(_, found) => {
            found.iter().map(|one| one.index).collect()
        }
    }
}

fn json(body: &XmlBody) -> Vec<u8> {
    let mut out = Vec::new();
    body.document().write(&mut out);
    out
}

fuzz_target!(|bytes: &[u8]| {
    let Some(mut body) = read(bytes) else { return };
    assert!(xml::check(bytes, &Limits::default()).is_ok());
    let dropped = found(&body);
    dropped.iter().for_each(|index| body.document_mut().drop_value(*index));
    let expected = json(&body);
    let is_other_root = body.is_other_root();
    let written = body.without(&dropped);
    let again = read(&written).expect("what goes on is read");
    assert_eq!(again.is_other_root(), is_other_root);
    assert!(found(&again).is_empty(), "what was cut is gone");
    assert_eq!(json(&again), expected, "what goes on is what was checked");
});
