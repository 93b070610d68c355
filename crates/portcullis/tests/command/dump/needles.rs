//! Texts that may stand nowhere, in every form in which they are written down, and where they were found.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// Forms are looked up by so many of their first bytes.
const START: usize = 4;

/// Bits of the table that says whether any form begins so.
const TABLE_BITS: u32 = 24;

/// What is looked for. The names of kinds are for whoever reads a failure.
pub(crate) struct Needles {
    /// By their first bytes: the rest, which needle, in which form.
    forms: HashMap<[u8; START], Vec<Form>>,
    table: Vec<u64>,
    kinds: Vec<&'static str>,
}

struct Form {
    bytes: Vec<u8>,
    needle: usize,
    name: &'static str,
}

/// A kind of secret and the form in which it was found: how many different ones.
pub(crate) type Found = BTreeMap<(&'static str, &'static str), usize>;

impl Needles {
    pub(crate) fn of<'t>(texts: impl IntoIterator<Item = (&'static str, &'t str)>) -> Self {
        let mut all = Self {
            forms: HashMap::new(),
            table: vec![0; 1 << (TABLE_BITS - 6)],
            kinds: Vec::new(),
        };
        for (kind, text) in texts {
            let needle = all.kinds.len();
            all.kinds.push(kind);
            let mut known: Vec<Vec<u8>> = Vec::new();
            for (name, bytes) in forms(text) {
                if !known.contains(&bytes) {
                    known.push(bytes.clone());
                    all.add(Form { bytes, needle, name });
                }
            }
        }
        all
    }

    fn add(&mut self, form: Form) {
        let start = *form.bytes.first_chunk().expect("a form is longer than its start");
        let (word, bit) = place(start);
        *self.table.get_mut(word).unwrap() |= bit;
        self.forms.entry(start).or_default().push(form);
    }

    pub(crate) fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Which of them stand in these bytes.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> Found {
        let mut hits: BTreeMap<usize, &'static str> = BTreeMap::new();
        for (at, start) in bytes.array_windows::<START>().enumerate() {
            let (word, bit) = place(*start);
            if self.table.get(word).is_none_or(|word| word & bit == 0) {
                continue;
            }
            let rest = bytes.get(at..).unwrap();
            let forms = self.forms.get(start).into_iter().flatten();
            for form in forms.filter(|form| rest.starts_with(&form.bytes)) {
                hits.entry(form.needle).or_insert(form.name);
            }
        }
        let mut found = Found::new();
        for (needle, form) in hits {
            *found.entry((*self.kinds.get(needle).unwrap(), form)).or_default() += 1;
        }
        found
    }
}

fn place(start: [u8; START]) -> (usize, u64) {
    let mixed = u32::from_le_bytes(start).wrapping_mul(0x9E37_79B1) >> (32 - TABLE_BITS);
    ((mixed >> 6) as usize, 1 << (mixed & 63))
}

/// A text as it is, and as others write it down.
fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = text.as_bytes();
    let each = |write: fn(&mut String, u8)| {
        let mut all = String::new();
        bytes.iter().for_each(|byte| write(&mut all, *byte));
        all.into_bytes()
    };
    let json = serde_json::to_string(text).unwrap();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let mut all = vec![
        ("as it is", bytes.to_vec()),
        ("UTF-16", wide(text)),
        ("JSON", json.trim_matches('"').as_bytes().to_vec()),
        ("JSON twice", serde_json::to_string(&json).unwrap().trim_matches(['"', '\\']).into()),
        ("hex", each(|all, byte| write!(all, "{byte:02x}").unwrap())),
        ("HEX", each(|all, byte| write!(all, "{byte:02X}").unwrap())),
        ("all percent-encoded", each(|all, byte| write!(all, "%{byte:02X}").unwrap())),
        ("all percent-encoded", each(|all, byte| write!(all, "%{byte:02x}").unwrap())),
        ("percent-encoded", each(|all, byte| encoded(all, byte, "%20"))),
        ("of a form", each(|all, byte| encoded(all, byte, "+"))),
        ("Debug", format!("{text:?}").trim_matches('"').into()),
    ];
    for offset in 0..3 {
        let moved = [&vec![0; offset], bytes].concat();
        // The characters that depend on nothing that stands around it.
        let (from, to) = ((offset * 8).div_ceil(6), moved.len() * 8 / 6);
        for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
            all.push(("base64", engine.encode(&moved)[from..to].into()));
        }
    }
    all
}

fn encoded(all: &mut String, byte: u8, space: &str) {
    match byte {
        b' ' => all.push_str(space),
        _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => all.push(char::from(byte)),
        _ => write!(all, "%{byte:02X}").unwrap(),
    }
}

#[test]
fn a_text_is_found_in_every_form_wherever_it_stands() {
    let text = "aQ7\"x\\ 9Zk?>~0-of-course-not-real";
    let needles = Needles::of([("canary", text)]);
    for (name, bytes) in forms(text) {
        for before in 0..4 {
            let whole = [&b"abcd"[..before], &bytes, b"wxyz"].concat();
            assert_eq!(needles.found_in(&whole).values().sum::<usize>(), 1, "{name} {before}");
        }
        assert!(needles.found_in(&bytes[..bytes.len() - 1]).is_empty(), "{name}, cut");
    }
    for before in 0..4 {
        let whole = ["user:", &"u".repeat(before), text, "\n"].concat();
        let encoded = BASE64_STANDARD_NO_PAD.encode(whole);
        assert_eq!(needles.found_in(encoded.as_bytes()).get(&("canary", "base64")), Some(&1));
    }
    assert!(needles.found_in(b"nothing of it").is_empty());
}
