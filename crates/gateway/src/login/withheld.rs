//! The API's own credentials, wherever they appear: they do not leave.

use memchr::memmem;
use portcullis_json::{Document, Value};
use portcullis_model::Secret;
use portcullis_store::Credentials;

/// Credentials shorter than this are too short to be looked for inside other texts: `1` stands in
/// every answer. They are found where they stand alone.
const INSIDE_BYTES_MIN: usize = 8;

/// What must not leave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Withheld {
    secrets: Vec<Secret>,
}

impl Withheld {
    /// Adds the credentials of a session.
    pub(crate) fn add(&mut self, credentials: &Credentials) {
        credentials.values().for_each(|secret| self.add_one(secret));
    }

    /// Adds one text.
    pub(crate) fn add_one(&mut self, secret: &Secret) {
        let bytes = secret.expose_secret();
        if !bytes.is_empty() && !self.secrets.iter().any(|known| known.matches(bytes)) {
            self.secrets.push(secret.clone());
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Whether bytes hold one of them.
    pub(crate) fn is_in(&self, bytes: &[u8]) -> bool {
        self.secrets.iter().any(|secret| {
            let secret = secret.expose_secret();
            if secret.len() < INSIDE_BYTES_MIN {
                bytes == secret
            } else {
                memmem::find(bytes, secret).is_some()
            }
        })
    }

    /// Whether the value of a header field holds one: as a whole, or as the value of a cookie.
    pub(crate) fn is_in_field(&self, value: &str) -> bool {
        let mut pieces = value.split([';', ',', ' ', '=']);
        self.is_in(value.as_bytes()) || pieces.any(|piece| self.is_in(piece.as_bytes()))
    }

    /// How many bytes at the end of these may be the beginning of one.
    pub(crate) fn begun_at_end_of(&self, bytes: &[u8]) -> usize {
        let longest = |secret: &Secret| {
            let secret = secret.expose_secret();
            let most = bytes.len().min(secret.len().saturating_sub(1));
            let is_begun =
                |length: &usize| secret.get(..*length).is_some_and(|begun| bytes.ends_with(begun));
            (1..=most).rev().find(is_begun).unwrap_or_default()
        };
        self.secrets.iter().map(longest).max().unwrap_or_default()
    }

    /// Takes out of a tree whatever holds one, in a value or a name; false if that is all of it.
    pub(crate) fn take_out(&self, document: &mut Document) -> bool {
        let mut found = Vec::new();
        self.find(document.root(), &mut found);
        let is_whole = found.contains(&document.root().index());
        found.into_iter().for_each(|index| document.drop_value(index));
        !is_whole
    }

    /// Strings, and numbers: some tokens are. Depth is bounded by how deep JSON is read.
    fn find(&self, value: Value<'_>, found: &mut Vec<u32>) {
        let holds = |value: Value<'_>| {
            let text = value.as_str().or_else(|| value.as_number());
            text.is_some_and(|text| self.is_in(text.as_bytes()))
        };
        if holds(value) {
            found.push(value.index());
            return;
        }
        for (name, member) in value.members() {
            if holds(name) {
                found.push(member.index());
            } else {
                self.find(member, found);
            }
        }
        value.items().for_each(|item| self.find(item, found));
    }
}

#[cfg(test)]
mod tests {
    use portcullis_json::Limits;
    use proptest::prelude::*;

    use super::*;

    fn withheld(texts: &[&str]) -> Withheld {
        let secret = |text: &&str| Secret::new(text.as_bytes());
        Withheld { secrets: texts.iter().map(secret).collect() }
    }

    #[test]
    fn a_credential_goes_out_of_a_tree_wherever_and_however_it_is_written() {
        let token = "obviously-fake-1";
        let text = r#"{"a":"obviously-fake-1","b":["x obviously-fake-1 y","keep"],
            "obviously-fake-1":1,"c":{"d":"obviously\u002dfake-1"},"e":"obviously-fake-2"}"#;
        let mut document = Document::parse(text.into(), &Limits::default()).unwrap();
        assert!(withheld(&[token]).take_out(&mut document));
        let mut out = Vec::new();
        document.write(&mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"b":["keep"],"c":{},"e":"obviously-fake-2"}"#
        );
        let mut alone =
            Document::parse(br#""obviously-fake-1""#.to_vec(), &Limits::default()).unwrap();
        assert!(!withheld(&[token]).take_out(&mut alone));
    }

    #[test]
    fn a_short_credential_is_found_where_it_stands_alone() {
        let short = withheld(&["7"]);
        assert!(short.is_in(b"7") && !short.is_in(b"17"));
        assert!(short.is_in_field("session=7; Path=/") && !short.is_in_field("session=17"));
    }

    proptest! {
        /// In pieces of any size: what is kept back is enough, and never everything for ever.
        #[test]
        fn a_credential_never_leaves_in_pieces(before in "[ab]{0,20}", after in "[ab]{0,20}", size in 1_usize..5) {
            let secret = "aabaabaab";
            let withheld = withheld(&[secret]);
            let text = format!("{before}{secret}{after}");
            let (mut out, mut kept) = (Vec::new(), Vec::new());
            let mut is_cut = false;
            for piece in text.as_bytes().chunks(size) {
                kept.extend_from_slice(piece);
                if withheld.is_in(&kept) {
                    is_cut = true;
                    break;
                }
                let end = kept.len() - withheld.begun_at_end_of(&kept);
                let rest = kept.split_off(end);
                out.append(&mut kept);
                kept = rest;
            }
            prop_assert!(is_cut);
            prop_assert!(memmem::find(&out, secret.as_bytes()).is_none());
        }
    }
}
