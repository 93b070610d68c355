//! Markup in JSON: written so that it means nothing to a page, or found.

use memchr::{memchr, memchr2, memchr3};
use portcullis_injection::{Fuel, Language, Sinks, Verdict, look};
use portcullis_json::{Kind, Value};

/// Steps that one answer may cost: a step is a byte that is read once. What is beyond is not told: it is a note.
const FUEL: u64 = 1 << 18;

/// A JSON text without a character that means something in HTML or that ends a line of a script; `None` if there is none. All
/// of them stand inside strings, where `\u003c` is read as the same (RFC 8259 section 7).
pub fn escaped(json: &[u8]) -> Option<Vec<u8>> {
    let first = [first_markup(json), first_line_end(json)].into_iter().flatten().min()?;
    let (before, mut rest) = json.split_at_checked(first)?;
    let mut out = Vec::with_capacity(json.len() + json.len() / 8);
    out.extend_from_slice(before);
    while let Some(byte) = rest.first() {
        let (written, length): (&[u8], usize) = match (byte, rest.get(..3)) {
            (b'<', _) => (b"\\u003c", 1),
            (b'>', _) => (b"\\u003e", 1),
            (b'&', _) => (b"\\u0026", 1),
            (_, Some(b"\xe2\x80\xa8")) => (b"\\u2028", 3),
            (_, Some(b"\xe2\x80\xa9")) => (b"\\u2029", 3),
            _ => (std::slice::from_ref(byte), 1),
        };
        out.extend_from_slice(written);
        rest = rest.get(length..).unwrap_or_default();
        // What lies before the next one is copied in one piece.
        let next = memchr2(b'>', 0xe2, rest).into_iter().chain(memchr2(b'<', b'&', rest)).min();
        let (plain, behind) =
            rest.split_at_checked(next.unwrap_or(rest.len())).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        rest = behind;
    }
    Some(out)
}

fn first_markup(json: &[u8]) -> Option<usize> {
    memchr3(b'<', b'>', b'&', json)
}

/// Line ends of Unicode, which end a line in old scripts.
fn first_line_end(json: &[u8]) -> Option<usize> {
    let at = |from: usize| memchr(0xe2, json.get(from..)?).map(|found| from + found);
    let mut found = at(0);
    while let Some(place) = found {
        if matches!(json.get(place..place + 3), Some([_, 0x80, 0xa8 | 0xa9])) {
            return found;
        }
        found = at(place + 1);
    }
    None
}

/// Whether a text or a name in an answer runs a script where a page takes it for markup, as far as the fuel lasts.
pub fn runs_script(root: Value<'_>, json: &[u8]) -> bool {
    // A `<` that is written as `\u003c` is one once it is read.
    let is_there = memchr(b'<', json).is_some() || memchr::memmem::find(json, b"\\u003").is_some();
    is_there && any(root, &mut Fuel::new(FUEL))
}

fn any(value: Value<'_>, fuel: &mut Fuel) -> bool {
    let runs = |text: &str, fuel: &mut Fuel| {
        let is_there = text.contains('<');
        is_there
            && matches!(look(text, Sinks::NONE.with(Language::Html), fuel), Verdict::Hostile(_))
    };
    match value.kind() {
        Kind::String => value.as_str().is_some_and(|text| runs(text, fuel)),
        Kind::Object => value.members().any(|(name, member)| {
            name.as_str().is_some_and(|name| runs(name, fuel)) || any(member, fuel)
        }),
        Kind::Array => value.items().any(|item| any(item, fuel)),
        _ => false,
    }
}
