//! Whatever things are called, what is printed is what Cedar reads.

use portcullis_cedar::Vocabulary;
use portcullis_corpus::Chance;
use serde_json::{Value, json};

use crate::{judged, policy};

/// Names that mean something to Cedar, or to a careless printer.
const NAMES: [&str; 28] = [
    "if",
    "in",
    "is",
    "has",
    "like",
    "then",
    "else",
    "true",
    "principal",
    "resource",
    "context",
    "Caller",
    "Api",
    "Action",
    "String",
    "Set",
    "__cedar",
    "a::b",
    "a/b",
    "a~b",
    "d\u{e9}j\u{e0}",
    "\u{202e}x",
    "quo\"te",
    "back\\slash",
    "line\nend",
    "// no",
    "9",
    "Order",
];

fn name(chance: &mut Chance) -> String {
    match chance.below(4) {
        0 => {
            let one = |chance: &mut Chance| {
                char::from_u32(0x20 + chance.below(0x2ff) as u32).unwrap_or('x')
            };
            (0..=chance.below(6)).map(|_| one(chance)).collect()
        }
        _ => (*chance.pick(&NAMES).unwrap()).to_owned(),
    }
}

/// A contract and a policy that call everything by these names.
fn called(chance: &mut Chance) -> (Value, Value) {
    let (one, other, member, deep) = (name(chance), name(chance), name(chance), name(chance));
    let (attribute, role, text) = (name(chance), name(chance), name(chance));
    let mut contract = policy::contract();
    let schemas = &mut contract["components"]["schemas"];
    schemas["Order"]["properties"][&member] = json!({ "type": "string" });
    let below = json!({ "type": "object", "properties": { &deep: { "type": "string" } } });
    schemas["Ticket"]["properties"][&member] = below;
    contract["paths"]["/logout"]["post"]["operationId"] = json!(name(chance));
    let token = |name: &str| name.replace('~', "~0").replace('/', "~1");
    let pointer = format!("/{}", token(&member));
    let deeper = format!("{pointer}/{}", token(&deep));
    let text = text.replace(['"', '\''], "");
    let policy = json!({
        "apis": [{ "contract": "openapi.json", "upstream": "http://127.0.0.1:1" }],
        "callers": { "jwt": { "issuer": "https://login.example", "audience": "shop" },
            "attributes": { "role": { "claim": "/role" }, &attribute: { "claim": "/x" } } },
        "roles": { &role: [] },
        "organisation": { &one: &other },
        "resources": {
            &one: { "schema": "Order", "owner": [&pointer, { "at": "/id", "is": &attribute }] },
            &other: { "schema": "Ticket", "owner": &deeper },
        },
        "access": [
            { "role": &role, "may": ["read", "update"], "on": "*", "when": "mine", "hide": [&pointer] },
            { "may": "*", "on": &one, "scope": &text,
              "when": format!("resource.{pointer} in [\"{text}\", caller.role] or '{text}' under resource./id") },
        ],
    });
    (contract, policy)
}

#[test]
fn whatever_things_are_called_cedar_reads_what_is_printed() {
    let mut chance = Chance::new(7);
    let mut accepted = 0;
    for _ in 0..1_000 {
        let (contract, policy) = called(&mut chance);
        let Ok(model) = policy::model(&contract, &policy) else { continue };
        // Several APIs have a namespace each.
        let mut models = vec![model];
        if accepted % 8 == 0 {
            models.extend(policy::model(&contract, &policy).ok());
        }
        judged::accepted(&Vocabulary::of(&models));
        accepted += 1;
    }
    assert!(accepted > 150, "{accepted} of them were policies");
}
