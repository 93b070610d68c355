//! An Overlay, applied: by the steps that it was made of, and by the text that it is written as.

use std::collections::BTreeMap;

use portcullis_contract::{NoFiles, as_json, read};
use portcullis_model::{Sources, UnixMillis};

use super::super::{Audited, DocumentAudit, audit};
use super::*;

/// Findings of a document in JSON.
fn audited(document: &Value) -> DocumentAudit {
    let mut sources = Sources::default();
    let main = sources.add("t.json", document.to_string());
    let contract = read(&mut sources, main, &mut NoFiles).unwrap();
    let (plan, evidence) = (None, None);
    let now = UnixMillis(0);
    audit(&Audited {
        contract: &contract,
        sources: &sources,
        main,
        warnings: &[],
        plan,
        evidence,
        now,
    })
    .unwrap()
}

/// A file of YAML as data.
fn yaml(text: &str) -> Value {
    let mut sources = Sources::default();
    let source = sources.add("t.yaml", text);
    serde_json::from_str(&as_json(&sources, source).unwrap()).unwrap()
}

/// Applies an Overlay as it is written, by a reader of its own: `$`, `.name`, `['name']`, `[0]`.
fn apply_text(overlay: &str, document: &mut Value) {
    for action in yaml(overlay)["actions"].as_array().unwrap() {
        let steps = steps(action["target"].as_str().unwrap());
        let (last, before) = match steps.split_last() {
            Some((last, before)) if action["remove"] == true => (Some(last), before),
            _ => (None, steps.as_slice()),
        };
        let target = before.iter().try_fold(&mut *document, |at, step| at.pointer_mut(step));
        let Some(target) = target else { panic!("{action}") };
        match (last, target) {
            (None, target) => apply::merge(target, &action["update"]),
            (Some(last), Value::Object(all)) => {
                all.remove(&last[1..].replace("~1", "/").replace("~0", "~"));
            }
            (Some(last), Value::Array(all)) => {
                all.remove(last[1..].parse().unwrap());
            }
            (Some(_), _) => panic!("{action}"),
        }
    }
}

/// The steps of a path, each as a JSON Pointer.
fn steps(path: &str) -> Vec<String> {
    let mut rest = path.strip_prefix('$').unwrap();
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (name, behind) = if let Some(quoted) = rest.strip_prefix("['") {
            let mut name = String::new();
            let mut all = quoted.char_indices();
            let end = loop {
                match all.next().unwrap() {
                    (_, '\\') => match all.next().unwrap().1 {
                        'n' => name.push('\n'),
                        other => name.push(other),
                    },
                    (end, '\'') => break end,
                    (_, other) => name.push(other),
                }
            };
            (name, quoted[end..].strip_prefix("']").unwrap())
        } else if let Some(index) = rest.strip_prefix('[') {
            let (index, behind) = index.split_once(']').unwrap();
            (index.to_owned(), behind)
        } else {
            let word = rest.strip_prefix('.').unwrap();
            let end = word.find(['.', '[']).unwrap_or(word.len());
            (word[..end].to_owned(), &word[end..])
        };
        steps.push(format!("/{}", name.replace('~', "~0").replace('/', "~1")));
        rest = behind;
    }
    steps
}

const DOCUMENT: &str = "
openapi: 3.1.0
info: { title: it's \"a\" title, version: '1' }
servers: [{ url: 'http://api.example.com/v1' }]
security: [{ login: [read] }]
paths:
  /it's/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer, format: int32 } }]
    put:
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
      responses: { '204': { description: done }, '429': { description: often } }
    get:
      responses: { '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Shown' } } } } }
components:
  securitySchemes:
    login: { type: oauth2, flows: { clientCredentials: { tokenUrl: 'http://a.example/t', scopes: { read: r } } } }
  schemas:
    Order: { type: object, properties: { mail: { type: string, format: email }, note: { type: string }, count: { type: integer, format: int32, minimum: 1 } } }
    Shown: { type: object, properties: { a: { type: string } } }
";

const SWAGGER: &str = "
swagger: '2.0'
info: { title: t, version: '1' }
host: api.example.com
schemes: [http]
securityDefinitions: { a: { type: apiKey, in: header, name: X-Key } }
security: [{ a: [] }]
paths:
  /a:
    get:
      parameters: [{ name: n, in: query, type: integer, format: int32 }]
      responses: { '200': { description: d } }
";

/// How often each rule speaks.
fn counted(found: &DocumentAudit) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    found.plain().for_each(|one| *counts.entry(one.rule.id).or_default() += 1);
    counts
}

#[test]
fn an_overlay_takes_findings_away_and_adds_none() {
    for (text, gone) in [
        (
            DOCUMENT,
            &[
                "number-without-bound",
                "error-400-undeclared",
                "error-401-undeclared",
                "error-403-undeclared",
                "error-429-undeclared",
                "error-500-undeclared",
                "retry-after-undeclared",
            ][..],
        ),
        (SWAGGER, &["number-without-bound", "error-429-undeclared"][..]),
    ] {
        let before = yaml(text);
        let found = audited(&before);
        let known = counted(&found);
        let overlay = found.overlay.to_yaml().unwrap();
        let mut after = before.clone();
        apply_text(&overlay, &mut after);
        let mut by_steps = before.clone();
        found.overlay.apply(&mut by_steps);
        assert_eq!(after, by_steps, "the text means the same as the steps\n{overlay}");
        let left = audited(&after);
        for (rule, count) in counted(&left) {
            assert!(
                known.get(rule).is_some_and(|known| *known >= count),
                "{rule} is new\n{overlay}"
            );
        }
        for rule in gone {
            assert!(known.contains_key(rule), "{rule} was not there");
            assert!(!counted(&left).contains_key(rule), "{rule} is still there\n{overlay}");
        }
        assert!(left.score > found.score);
        assert_eq!(left.overlay.sure(), 0, "once is enough");
    }
}

#[test]
fn what_somebody_must_decide_about_changes_nothing_until_it_is_uncommented() {
    let before = yaml(DOCUMENT);
    let found = audited(&before);
    let overlay = found.overlay.to_yaml().unwrap();
    let note = "$['components']['schemas']['Order']['properties']['note']";
    let line = overlay.lines().find(|line| line.contains(note)).unwrap();
    assert!(line.starts_with("#  - target"), "{line}");
    let mut applied = before.clone();
    apply_text(&overlay, &mut applied);
    assert_eq!(
        applied["components"]["schemas"]["Order"]["properties"]["note"]["maxLength"],
        Value::Null
    );
    assert_eq!(applied["components"]["schemas"]["Order"]["properties"]["mail"]["maxLength"], 254);
    let all: String = overlay
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| rest.starts_with("  ")).unwrap_or(line))
        .fold(String::new(), |all, line| all + line + "\n");
    let mut applied = before;
    apply_text(&all, &mut applied);
    assert_eq!(applied["components"]["schemas"]["Order"]["properties"]["note"]["maxLength"], 1_000);
}

/// A document that says what an action could break.
const BUILT_UPON: &str = "
openapi: 3.0.3
info: { title: t, version: '1' }
servers: [{ url: 'http://api.example.com:80/v1' }]
paths:
  /a:
    get:
      parameters: [{ name: filter, in: query, style: form, explode: true, schema: { type: object, properties: { b: { type: integer, format: int64 } } } }]
      responses: {}
    post:
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
      responses: {}
    put:
      requestBody: { content: { application/json: { schema: { anyOf: [{ type: object, properties: { a: { type: boolean } } }, { type: object, properties: { b: { type: boolean } } }] } } } }
      responses: {}
components:
  schemas:
    Pet: { type: object, discriminator: { propertyName: kind }, properties: { kind: { type: string } } }
    Cat: { allOf: [{ $ref: '#/components/schemas/Pet' }, { type: object, properties: { claws: { type: integer, format: int64 } } }] }
";

#[test]
fn nothing_that_subtypes_alternatives_queries_or_servers_could_be_broken_by_is_done() {
    let before = yaml(BUILT_UPON);
    let found = audited(&before);
    for action in found.overlay.actions.iter().filter(|action| action.is_sure) {
        let Change::Update(value) = &action.change else { panic!("{action:?}") };
        let text = value.to_string();
        for word in ["additionalProperties", "url"] {
            assert!(!text.contains(word), "{action:?}");
        }
        assert!(!action.rules.contains(&"number-without-bound"), "{action:?}");
    }
    let overlay = found.overlay.to_yaml().unwrap();
    let closed: Vec<&str> = found
        .overlay
        .actions
        .iter()
        .filter(|action| action.rules.contains(&"object-open"))
        .map(|action| action.target.as_str())
        .collect();
    assert_eq!(closed.len(), 3, "one of a query is not even proposed: {closed:?}");
    assert!(!closed.iter().any(|target| target.contains("parameters")), "{closed:?}");
    assert!(overlay.contains("#    update: {\"url\":\"https://api.example.com/v1\"}"), "{overlay}");
}

#[test]
fn a_document_without_anything_to_mend_has_no_overlay() {
    let empty = yaml("openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths: {}\n");
    assert_eq!(audited(&empty).overlay.to_yaml(), None);
}

#[test]
fn merging_is_what_the_specification_says() {
    let mut value = serde_json::json!({"a": {"b": 1, "c": [1]}, "d": 2});
    apply::merge(&mut value, &serde_json::json!({"a": {"c": [2], "e": 3}, "d": {"f": 4}}));
    assert_eq!(value, serde_json::json!({"a": {"b": 1, "c": [1, 2], "e": 3}, "d": {"f": 4}}));
    for (overlay, document, output) in [
        (
            include_str!("tests/update-root/overlay.yaml"),
            include_str!("tests/update-root/openapi.yaml"),
            include_str!("tests/update-root/output.yaml"),
        ),
        (
            include_str!("tests/add-a-license/overlay.yaml"),
            include_str!("tests/add-a-license/openapi.yaml"),
            include_str!("tests/add-a-license/output.yaml"),
        ),
        (
            include_str!("tests/description-and-summary/overlay.yaml"),
            include_str!("tests/description-and-summary/openapi.yaml"),
            include_str!("tests/description-and-summary/output.yaml"),
        ),
        (
            include_str!("tests/replace-servers-for-sandbox/overlay.yaml"),
            include_str!("tests/replace-servers-for-sandbox/openapi.yaml"),
            include_str!("tests/replace-servers-for-sandbox/output.yaml"),
        ),
    ] {
        let mut document = yaml(document);
        apply_text(overlay, &mut document);
        assert_eq!(document, yaml(output), "{overlay}");
    }
}
