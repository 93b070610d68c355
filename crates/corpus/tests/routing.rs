//! Routing equals an oracle that tries every template, on templates by chance.

#![expect(clippy::indexing_slicing, reason = "a test stops where its promise breaks")]

use portcullis_contract::{CanonicalPath, Find, PathPart};
use portcullis_corpus::{compile, routing};
use portcullis_model::Method;
use proptest::prelude::*;
use serde_json::json;

/// A segment of a template. Few words and separators, so that templates collide.
fn segment() -> impl Strategy<Value = String> {
    let word = || prop::sample::select(vec!["a", "b", "Me", "a.b", "-", "%20", "caf\u{e9}", ""]);
    let separator = || prop::sample::select(vec![".", "-", ":", "..", "A", "%C3%A9"]);
    prop_oneof![
        3 => prop::sample::select(vec!["a", "b", "Me", "a.b", "a-b", "%41", "a%20b"]).prop_map(String::from),
        3 => Just("{p}".to_owned()),
        1 => (word(), separator()).prop_map(|(prefix, suffix)| format!("{prefix}{{p}}{suffix}")),
        1 => (word(), separator(), word())
            .prop_map(|(prefix, between, suffix)| format!("{prefix}{{p}}{between}{{q}}{suffix}")),
        1 => (separator(), separator())
            .prop_map(|(one, other)| format!("{{p}}{one}{{q}}{other}{{r}}")),
    ]
}

/// Templates; each parameter gets a name of its own.
fn templates() -> impl Strategy<Value = Vec<String>> {
    let template = prop::collection::vec(segment(), 1..4).prop_map(|segments| {
        let named = segments.iter().enumerate().map(|(place, segment)| {
            segment
                .replace("{p}", &format!("{{p{place}}}"))
                .replace("{q}", &format!("{{q{place}}}"))
                .replace("{r}", &format!("{{r{place}}}"))
        });
        format!("/{}", named.collect::<Vec<_>>().join("/"))
    });
    let slash = prop::sample::select(vec!["", "", "", "/"]);
    let template = (template, slash).prop_map(|(template, slash)| template + slash);
    prop::collection::vec(template, 1..10)
}

fn path() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "me", "Me", "A", ".", "-", ":", ";", "%41", "%20", "%C3%A9", "%C3%89", "x",
        "a.b", "..", "a-b", "",
    ]);
    let segment = prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat());
    let slash = prop::sample::select(vec!["", "", "", "/"]);
    let segments = prop::collection::vec(segment, 1..4);
    (segments, slash).prop_map(|(segments, slash)| format!("/{}{slash}", segments.join("/")))
}

/// A method for each template, by its place: so that one path has some methods and not others.
fn method(place: usize) -> Method {
    [Method::Get, Method::Post, Method::Get][place % 3]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_path_leads_where_the_oracle_says(
        templates in templates(),
        base in prop::sample::select(vec!["", "/api/v1", "/a", "/a%20b"]),
        paths in prop::collection::vec(path(), 20),
    ) {
        let mut items = serde_json::Map::new();
        for (place, template) in templates.iter().enumerate() {
            let responses = json!({ "responses": { "200": { "description": "" } } });
            items.insert(template.clone(), json!({ method(place).key(): responses }));
        }
        let document = json!({
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "1" },
            "servers": [{ "url": format!("https://example.com{base}") }],
            "paths": items,
        });
        let compiled = compile("test.json", document.to_string());
        let contract = compiled.result.unwrap();
        let served: Vec<&str> =
            contract.operations.iter().map(|one| one.template.as_str()).collect();
        let oracle = routing::Oracle::new(served.iter().copied());
        for path in &paths {
            let Ok(canonical) = CanonicalPath::parse(&format!("{base}{path}")) else { continue };
            let behind = canonical.behind(&contract.base_path).unwrap();
            let groups = oracle.groups(path);
            for wanted in [Method::Get, Method::Post, Method::Delete] {
                let found = contract.find(wanted, &behind);
                let is_right = match found {
                    Find::Nothing => groups.is_empty(),
                    Find::NotServed(_) => false,
                    Find::Operation(index) => groups.iter().any(|group| group.contains(&index))
                        && contract.operations[index].method == wanted,
                    Find::OtherMethods(methods) => groups.iter().any(|group| {
                        let here: Vec<Method> =
                            group.iter().map(|index| contract.operations[*index].method).collect();
                        here == methods && !here.contains(&wanted)
                    }),
                };
                prop_assert!(is_right, "{wanted} {path}: {found:?}, not one of {groups:?} of {served:?}");
            }
        }
    }

    #[test]
    fn values_put_back_into_their_template_are_the_path(
        templates in templates(),
        paths in prop::collection::vec(path(), 20),
    ) {
        let mut items = serde_json::Map::new();
        for template in &templates {
            items.insert(template.clone(), json!({ "get": { "responses": {} } }));
        }
        let document =
            json!({ "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "paths": items });
        let contract = compile("test.json", document.to_string()).result.unwrap();
        for path in &paths {
            let Ok(canonical) = CanonicalPath::parse(path) else { continue };
            let Find::Operation(index) = contract.find(Method::Get, &canonical) else { continue };
            let mut parts = Vec::new();
            contract.path_parts(index, &canonical, &mut parts);
            // The fixed text of a template is written with escapes.
            let mut built = contract.operations[index].template.clone();
            built = built.replace("%20", " ").replace("%41", "A").replace("%C3%A9", "\u{e9}");
            for part in parts {
                let PathPart::Value(value) = part else { continue };
                prop_assert!(!value.text.is_empty());
                built = built.replace(&format!("{{{}}}", value.name), value.text);
            }
            let decoded: Vec<&str> = canonical.segments().collect();
            prop_assert_eq!(built, format!("/{}", decoded.join("/")));
        }
    }
}
