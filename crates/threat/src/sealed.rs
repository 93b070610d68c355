//! A digest over a model as it is written: it shows that a file is not any more what was written.
//!
//! It is no signature. Whoever can write the file can write a digest to it; it finds what was damaged, merged by a program
//! or edited by hand. White space does not count, the order of members does.

use std::fmt;

use portcullis_evidence::Sha256Hex;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The member that holds it, which is not counted itself.
pub(crate) const DIGEST: &str = "digest";

/// A model, with the digest of all its other members behind them.
pub(crate) fn sealed(mut model: Value) -> Value {
    // A value that was made here can always be read; if not, the file is refused when somebody compares with it.
    let digest = digest(&model).map_or(Value::Null, |digest| digest.to_string().into());
    if let Value::Object(members) = &mut model {
        members.insert(DIGEST.to_owned(), digest);
    }
    model
}

/// The digest of a model: of all its members but that one.
pub(crate) fn digest<'de, D: Deserializer<'de>>(model: D) -> Result<Sha256Hex, D::Error> {
    let mut hash = Sha256::new();
    model.deserialize_any(Fed { hash: &mut hash, is_outer: true })?;
    let bytes: [u8; 32] = hash.finalize().into();
    Ok(bytes.into())
}

/// Feeds a value to the hash, each kind with a mark of its own and texts with their length, so that no two values are one.
struct Fed<'a> {
    hash: &'a mut Sha256,
    is_outer: bool,
}

impl Fed<'_> {
    fn inner(&mut self) -> Fed<'_> {
        Fed { hash: &mut *self.hash, is_outer: false }
    }

    fn text(&mut self, mark: u8, text: &str) {
        self.hash.update([mark]);
        self.hash.update((text.len() as u64).to_be_bytes());
        self.hash.update(text);
    }

    fn number(&mut self, mark: u8, bytes: [u8; 8]) {
        self.hash.update([mark]);
        self.hash.update(bytes);
    }
}

impl<'de> de::DeserializeSeed<'de> for Fed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.hash.update(b"n");
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.hash.update([b'b', u8::from(value)]);
        Ok(())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
        self.number(b'u', value.to_be_bytes());
        Ok(())
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
        self.number(b'i', value.to_be_bytes());
        Ok(())
    }

    fn visit_f64<E>(mut self, value: f64) -> Result<(), E> {
        self.number(b'f', value.to_be_bytes());
        Ok(())
    }

    fn visit_str<E>(mut self, value: &str) -> Result<(), E> {
        self.text(b's', value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.hash.update(b"[");
        while items.next_element_seed(self.inner())?.is_some() {}
        self.hash.update(b"]");
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        self.hash.update(b"{");
        while let Some(key) = members.next_key::<String>()? {
            if self.is_outer && key == DIGEST {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            self.text(b'k', &key);
            members.next_value_seed(self.inner())?;
        }
        self.hash.update(b"}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(text: &str) -> Sha256Hex {
        digest(&mut serde_json::Deserializer::from_str(text)).unwrap()
    }

    #[test]
    fn a_model_has_the_digest_with_which_it_was_written_however_it_is_spaced() {
        let model =
            json!({ "a": [1, -1, 4.5, 9.0, true, null, "x\u{1f}\""], "b": { "digest": "counts" } });
        let sealed = sealed(model.clone());
        let said = sealed.get(DIGEST).and_then(Value::as_str).unwrap().to_owned();
        assert_eq!(digest(&model).unwrap().to_string(), said);
        for text in [sealed.to_string(), format!("{sealed:#}")] {
            assert_eq!(of(&text).to_string(), said);
        }
    }

    #[test]
    fn models_that_differ_have_digests_that_differ() {
        let all = [
            "{}",
            "[]",
            "\"\"",
            "null",
            "false",
            "true",
            "0",
            "1",
            "-1",
            "1.0",
            "[[]]",
            "[[],[]]",
            "{\"a\":{}}",
            "{\"a\":\"b\"}",
            "{\"a\":\"\",\"b\":\"\"}",
            "[\"a\",\"b\"]",
            "[\"ab\"]",
            "{\"digest\":1,\"a\":1}",
            "[\"asb\"]",
            "{\"a\":{\"digest\":1}}",
            "{\"a\":{\"digest\":2}}",
        ];
        let mut digests: Vec<Sha256Hex> = all.iter().map(|text| of(text)).collect();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), all.len());
        assert_eq!(of("{\"digest\":1}"), of("{}"), "the digest is not counted");
    }
}
