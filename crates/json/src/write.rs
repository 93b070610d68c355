//! Printing what was read, in one spelling.

use crate::document::{Document, Value};
use crate::node::{Kind, Node};
use crate::text::push_quoted;

impl Document {
    /// Appends the whole value without white space, members in their order, number lexemes as
    /// they were written, strings with the fewest escapes; without what was dropped, with what was put in.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.reserve(self.text.len());
        self.root().write(out);
    }
}

impl Value<'_> {
    /// Appends this value; see [`Document::write`].
    pub fn write(self, out: &mut Vec<u8>) {
        let node = self.node();
        match node.kind {
            Kind::String => self.document().write_string(node, out),
            Kind::Array => {
                out.push(b'[');
                for (place, item) in self.items().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Kind::Object => {
                out.push(b'{');
                for (place, (name, value)) in self.members().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    self.document().write_string(name.node(), out);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
            Kind::Null | Kind::False | Kind::True | Kind::Number => {
                out.extend_from_slice(self.document().spelling(node).as_bytes());
            }
        }
    }
}

impl Document {
    fn write_string(&self, node: &Node, out: &mut Vec<u8>) {
        if node.escaped {
            push_quoted(self.characters(node), out);
        } else {
            out.extend_from_slice(self.spelling(node).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Document, Limits};

    fn rewrite(text: &str) -> String {
        let mut out = Vec::new();
        Document::parse(text.into(), &Limits::default()).unwrap().write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_value_has_one_spelling_and_numbers_keep_theirs() {
        assert_eq!(
            rewrite(" { \"\\u0072ole\" : [ 1.0 , 1e2, -0 ] , \"t\" : \"\\/\\u00e9\\u0001\" } "),
            "{\"role\":[1.0,1e2,-0],\"t\":\"/é\\u0001\"}"
        );
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
                prop::collection::hash_map(any::<String>(), inner, 0..8)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_the_same_value(value in json(), pretty in any::<bool>()) {
            let text = if pretty {
                serde_json::to_string_pretty(&value).unwrap()
            } else {
                serde_json::to_string(&value).unwrap()
            };
            let written = rewrite(&text);
            // Both sides through the same reader: it rounds some numbers its own way.
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            prop_assert_eq!(read(&written), read(&text));
            prop_assert_eq!(&rewrite(&written), &written);
        }

        #[test]
        fn what_is_accepted_here_is_accepted_by_another_parser(text in "[\\[\\]{},:\"\\\\a0-9eE+.tru-]{0,24}") {
            if Document::parse(text.clone().into(), &Limits::default()).is_ok() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Document::parse(bytes, &Limits::default());
        }
    }
}
