//! Bodies of parts: no panic; what is written is read as what was read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_contract::{BodyKind, Shapes};
use portcullis_controls::multipart::{FormData, Part, parse, read, write};
use portcullis_json::Limits as JsonLimits;
use portcullis_policy::Limits;

/// What a reader gets of a part.
type Plain = (String, Option<String>, Option<String>, Option<Vec<u8>>);

fn parts(body: &[u8], boundary: &str) -> Option<(Vec<Plain>, FormData)> {
    let (json, limits) = (JsonLimits::default(), Limits::default());
    let parts = parse(body, boundary, &limits).ok()?;
    let plain = parts.iter().map(|part| plain(body, part)).collect();
    let form = read(body.to_vec(), parts, None, &Shapes::default(), &json, &limits).ok()?;
    Some((plain, form))
}

fn plain(body: &[u8], part: &Part) -> Plain {
    let kind = part.content_type.as_ref().map(|label| label.range.kind());
    let label = part.content_type.as_ref().map(|label| label.range.to_string());
    // A file without a label gets one.
    let none = part.file_name.as_ref().map(|_| "application/octet-stream".to_owned());
    // JSON is written in one spelling, so its bytes may differ.
    let is_json = kind == Some(BodyKind::Json);
    let bytes = (!is_json).then(|| body[part.bytes.clone()].to_vec());
    (part.name.clone(), part.file_name.clone(), label.or(none), bytes)
}

fn json(form: &FormData) -> Vec<u8> {
    let mut out = Vec::new();
    form.document().write(&mut out);
    out
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, form)) = parts(bytes, "B") else { return };
    let Some((written, boundary)) = write(&form, None, "seed") else { return };
    let (again, form_again) = parts(&written, &boundary).expect("what is written is read");
    assert_eq!(again, first);
    assert_eq!(json(&form_again), json(&form));
});
