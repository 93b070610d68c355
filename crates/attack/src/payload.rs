//! Bodies: written out, or generated so that a bomb fits into a line.

use std::fmt;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde_json::Value;

use crate::bytes::Bytes;
use crate::parts::{self, Parts};
use crate::scalar::Pairs;
use crate::variables::{Missing, Variables};

/// What a generated body may be at most, before compression.
const GENERATED_BYTES_MAX: usize = 64 << 20;

/// A request's body.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    rename_all = "snake_case",
    expecting = "one of `json`, `form`, `parts`, `text`, `gzip`, `utf16`, `base64`"
)]
pub enum Payload {
    /// JSON; says `application/json` unless the step says otherwise.
    Json(Value),
    /// A form; says `application/x-www-form-urlencoded` unless the step says otherwise.
    Form(Pairs),
    /// Parts; says `multipart/form-data` unless the step says otherwise.
    Parts(Parts),
    /// Text as it is, or pieces of it.
    Text(Pieces),
    /// Text, compressed; says `Content-Encoding: gzip` unless the step says otherwise.
    Gzip(Pieces),
    /// Text in UTF-16, little endian, with a byte order mark.
    Utf16(String),
    /// Bytes.
    Base64(Bytes),
}

/// Texts, one after another.
#[derive(Debug, Clone)]
pub struct Pieces(Vec<Piece>);

#[derive(Debug, Clone)]
struct Piece {
    text: String,
    times: usize,
}

impl Payload {
    /// The header field that says what it is.
    pub(crate) const fn label(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Json(_) => Some(("Content-Type", "application/json")),
            Self::Form(_) => Some(("Content-Type", "application/x-www-form-urlencoded")),
            Self::Parts(_) => Some(("Content-Type", parts::LABEL)),
            Self::Gzip(_) => Some(("Content-Encoding", "gzip")),
            Self::Text(_) | Self::Utf16(_) | Self::Base64(_) => None,
        }
    }

    /// The bytes, saved values put in.
    pub(crate) fn bytes(&self, variables: &Variables) -> Result<Vec<u8>, Missing> {
        match self {
            Self::Json(value) => Ok(variables.fill_value(value)?.to_string().into_bytes()),
            Self::Form(pairs) => form(pairs, variables),
            Self::Parts(parts) => parts.bytes(variables),
            Self::Text(pieces) => pieces.bytes(variables),
            Self::Gzip(pieces) => Ok(gzip(&pieces.bytes(variables)?)),
            Self::Utf16(text) => {
                let text = variables.fill(text)?;
                let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
                Ok(units.flat_map(u16::to_le_bytes).collect())
            }
            Self::Base64(bytes) => Ok(bytes.as_slice().to_vec()),
        }
    }

    /// Every text in which `${name}` may stand.
    pub(crate) fn texts(&self) -> Vec<String> {
        match self {
            Self::Json(value) => vec![value.to_string()],
            Self::Form(pairs) => pairs.pairs.iter().map(|(_, text)| text.clone()).collect(),
            Self::Parts(parts) => parts.texts(),
            Self::Text(pieces) | Self::Gzip(pieces) => {
                pieces.0.iter().map(|piece| piece.text.clone()).collect()
            }
            Self::Utf16(text) => vec![text.clone()],
            Self::Base64(_) => Vec::new(),
        }
    }
}

fn form(pairs: &Pairs, variables: &Variables) -> Result<Vec<u8>, Missing> {
    let mut out = Vec::new();
    for (place, (name, text)) in pairs.pairs.iter().enumerate() {
        if place > 0 {
            out.push(b'&');
        }
        push_form(name, &mut out);
        out.push(b'=');
        push_form(&variables.fill(text)?, &mut out);
    }
    Ok(out)
}

/// The URL standard's form encoding.
fn push_form(text: &str, out: &mut Vec<u8>) {
    const HEX: [u8; 16] = *b"0123456789ABCDEF";
    let digit = |value: u8| HEX.get(usize::from(value)).copied().unwrap_or(b'0');
    for byte in text.bytes() {
        match byte {
            b' ' => out.push(b'+'),
            b'*' | b'-' | b'.' | b'_' => out.push(byte),
            _ if byte.is_ascii_alphanumeric() => out.push(byte),
            _ => out.extend([b'%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to a Vec cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

impl Pieces {
    fn bytes(&self, variables: &Variables) -> Result<Vec<u8>, Missing> {
        let mut out = Vec::new();
        for piece in &self.0 {
            let text = variables.fill(&piece.text)?;
            let room = GENERATED_BYTES_MAX.saturating_sub(out.len());
            let times = piece.times.min(room.checked_div(text.len()).unwrap_or(0));
            (0..times).for_each(|_| out.extend_from_slice(text.as_bytes()));
        }
        Ok(out)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "`{ repeat: text, times: number }`")]
struct Repeated {
    repeat: String,
    times: usize,
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Piece;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or `{ repeat: text, times: number }`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Piece, E> {
                Ok(Piece { text: text.to_owned(), times: 1 })
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Piece, A::Error> {
                let reader = de::value::MapAccessDeserializer::new(map);
                let Repeated { repeat, times } = Repeated::deserialize(reader)?;
                Ok(Piece { text: repeat, times })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Pieces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<Piece>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts and `{ repeat: text, times: number }`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<Piece>, E> {
                Ok(vec![Piece { text: text.to_owned(), times: 1 }])
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Piece>, A::Error> {
                let mut pieces = Vec::new();
                while let Some(piece) = list.next_element()? {
                    pieces.push(piece);
                }
                Ok(pieces)
            }
        }
        let pieces = deserializer.deserialize_any(Reader)?;
        let total = pieces.iter().fold(0_usize, |total, piece| {
            total.saturating_add(piece.text.len().saturating_mul(piece.times))
        });
        if total > GENERATED_BYTES_MAX {
            return Err(de::Error::custom(format_args!(
                "the body would have {total} bytes, more than {GENERATED_BYTES_MAX}"
            )));
        }
        Ok(Self(pieces))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        let payload: Payload = serde_saphyr::from_str(text).unwrap();
        let mut variables = Variables::default();
        variables.save("id", Value::from(7));
        variables.save("name", Value::from("O'Brien & Co"));
        payload.bytes(&variables).unwrap()
    }

    #[test]
    fn a_json_body_keeps_order_types_and_saved_values() {
        let text = bytes("json: { b: 1, a: [true, null, '07'], id: '${id}', n: 'no ${id}' }");
        let expected = r#"{"b":1,"a":[true,null,"07"],"id":7,"n":"no 7"}"#;
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn a_form_is_encoded() {
        let text = bytes("form: { name: '${name}', list: [a, 'é'] }");
        assert_eq!(String::from_utf8(text).unwrap(), "name=O%27Brien+%26+Co&list=a&list=%C3%A9");
    }

    #[test]
    fn pieces_repeat_and_compress() {
        assert_eq!(bytes("text: ['a', { repeat: '[', times: 3 }, 'b']"), b"a[[[b");
        let coded = bytes("gzip: [{ repeat: x, times: 100000 }]");
        assert!(coded.len() < 500, "{}", coded.len());
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(coded.as_slice()).read_to_end(&mut plain).unwrap();
        assert_eq!(plain.len(), 100_000);
    }

    #[test]
    fn other_encodings_are_exact() {
        assert_eq!(bytes("utf16: a"), [0xFF, 0xFE, b'a', 0]);
        assert_eq!(bytes("base64: aGk="), b"hi");
        assert_eq!(bytes("base64: /+8="), [0xFF, 0xEF]);
    }

    #[test]
    fn what_is_none_or_too_large_is_refused() {
        for bad in [
            "base64: a?==",
            "base64: abc",
            "text: [{ repeat: a, times: 99999999 }]",
            "text: [{ repeat: a }]",
            "jason: {}",
            "text: 5: 6",
        ] {
            assert!(serde_saphyr::from_str::<Payload>(bad).is_err(), "{bad}");
        }
    }
}
