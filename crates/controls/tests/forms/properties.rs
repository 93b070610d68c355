//! What holds for all forms: what is written from a tree reads as that tree.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{FORMS, judged, read};

/// How lists of texts are written in brackets.
#[derive(Debug, Clone, Copy)]
enum Lists {
    Pushed,
    Indexed,
    Repeated,
}

/// Writes a tree in brackets, by an independent hand.
fn write(prefix: &str, value: &Value, lists: Lists, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name =
                    if prefix.is_empty() { name.clone() } else { format!("{prefix}[{name}]") };
                write(&name, member, lists, out);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = match lists {
                    _ if item.is_object() => format!("{prefix}[{index}]"),
                    Lists::Pushed => format!("{prefix}[]"),
                    Lists::Indexed => format!("{prefix}[{index}]"),
                    Lists::Repeated => prefix.to_owned(),
                };
                write(&name, item, lists, out);
            }
        }
        scalar => {
            let text = scalar.as_str().map_or_else(|| scalar.to_string(), str::to_owned);
            let mut pair = Vec::new();
            portcullis_controls::urlencoded::push_pair(prefix, &text, &mut pair);
            out.push(String::from_utf8(pair).unwrap());
        }
    }
}

fn item() -> impl Strategy<Value = Value> {
    ("[a-zé&=%+ ]{1,6}", any::<u16>(), vec("[a-z,]{0,4}", 1..4)).prop_map(
        |(price, quantity, taxes)| json!({ "price": price, "quantity": quantity, "taxes": taxes }),
    )
}

fn tree() -> impl Strategy<Value = Value> {
    (
        btree_map("[a-zé .]{1,8}", "\\PC{0,12}", 1..5),
        vec(item(), 1..5),
        vec("\\PC{0,6}", 1..20),
        any::<bool>(),
    )
        .prop_map(|(metadata, items, expand, cvc)| {
            let metadata: Map<String, Value> =
                metadata.into_iter().map(|(name, value)| (name, value.into())).collect();
            json!({
                "metadata": metadata,
                "items": items,
                "expand": expand,
                "card": { "number": "1", "checks": { "cvc": cvc } },
            })
        })
}

proptest! {
    #[test]
    fn what_is_written_from_a_tree_reads_as_that_tree(
        tree in tree(),
        lists in prop::sample::select(vec![Lists::Pushed, Lists::Indexed, Lists::Repeated]),
    ) {
        let mut fields = Vec::new();
        write("", &tree, lists, &mut fields);
        let sent = fields.join("&");
        let form = read("/charges", &sent).unwrap();
        let read: Value = serde_json::from_str(form.document().text()).unwrap();
        prop_assert_eq!(read, tree);
        let written = String::from_utf8(form.write()).unwrap();
        prop_assert_eq!(&written, &sent);
        prop_assert_eq!(judged("/charges", &sent), Ok(written));
    }

    #[test]
    fn what_goes_on_of_any_form_is_taken_as_it_is(
        path in prop::sample::select(vec!["/charges", "/notes", "/users", "/map", "/anything"]),
        fields in vec(
            (
                "(items|expand|user|card|metadata|tags|commas|pairs|street|rows|name|x)?(\\[(0|1|2|name|price|role|id)?\\]?){0,3}",
                "[a-z0-9,|+]{0,4}|true|%7B%7D|%5B1%5D",
            ),
            0..5,
        ),
    ) {
        let sent: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if let Ok(written) = judged(path, &sent.join("&")) {
            prop_assert_eq!(judged(path, &written), Ok(written.clone()), "{:?}", sent);
        }
    }

    #[test]
    fn what_is_written_of_any_text_reads_as_the_same_tree(
        text in "((items|expand|user|card|pairs|spaces|json|tags)?[a-c=&%+,|0-9\\[\\]{}\" ]{0,6}){0,6}",
    ) {
        FORMS.hold(&text);
    }
}
