//! References between files: what is read, what is said, what is never opened.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use portcullis_contract::{Contract, FileFault, Files, codes};
use portcullis_json::{Document, Limits};
use portcullis_model::{Diagnostic, Sources};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::documents::described;
use crate::reading::{contract, operation, told};

/// Files in memory, and which of them were asked for.
#[derive(Default)]
struct Folder {
    files: BTreeMap<&'static str, String>,
    asked: Vec<String>,
}

impl Files for Folder {
    fn text(&mut self, name: &str, bytes_max: u64) -> Result<String, FileFault> {
        self.asked.push(name.to_owned());
        let text = self.files.get(name).ok_or(FileFault::Missing)?;
        if text.len() as u64 > bytes_max { Err(FileFault::TooLarge) } else { Ok(text.clone()) }
    }
}

type Outcome = (Sources, Result<Contract, Vec<Diagnostic>>, Vec<String>);

/// Reads the first of these files, with the others beside it.
fn read(files: &[(&'static str, &str)]) -> Outcome {
    let mut sources = Sources::default();
    let (name, text) = files[0];
    let main = sources.add(format!("api/{name}"), text);
    let mut folder = Folder::default();
    folder.files.extend(files[1..].iter().map(|(name, text)| (*name, (*text).to_owned())));
    let result = portcullis_contract::read(&mut sources, main, &mut folder);
    (sources, result, folder.asked)
}

fn read_whole(files: &[(&'static str, &str)]) -> Contract {
    let (sources, result, _) = read(files);
    result.unwrap_or_else(|problems| panic!("{}", told(&sources, &problems)))
}

/// What is said, with the file that each place is in.
fn said(files: &[(&'static str, &str)]) -> String {
    let (sources, result, _) = read(files);
    let (mut out, problems) = match result {
        Ok(contract) => (format!("served {}\n", contract.operations.len()), contract.warnings),
        Err(problems) => ("stopped\n".to_owned(), problems),
    };
    for problem in problems {
        let name = problem.span.map_or("", |span| sources.name(span.source));
        write!(out, "{name}: {}", told(&sources, &[problem])).unwrap();
    }
    out
}

fn is_valid(contract: &Contract, name: &str, body: &str) -> bool {
    let media = &operation(contract, name).body.as_ref().unwrap().media[0];
    let document = Document::parse(body.into(), &Limits::default()).unwrap();
    media.schema.as_ref().unwrap().check(document.root()).is_ok()
}

/// A main document with one path, whose body has this schema.
fn main_with(version: &str, schema: &str) -> String {
    format!(
        "openapi: {version}\ninfo: {{ title: T, version: v }}\npaths:\n  /a:\n    post:\n      \
         requestBody:\n        content:\n          application/json:\n            schema: {schema}\n"
    )
}

const SPLIT: [(&str, &str); 7] = [
    (
        "openapi.yaml",
        "openapi: 3.0.3\ninfo: { title: T, version: v }\npaths:\n  /orders: { $ref: paths/orders.yaml }\n  \
         /orders/{id}: { $ref: './paths/order.json#/item' }\ncomponents:\n  parameters:\n    \
         Page: { name: page, in: query, schema: { type: integer, maximum: 9 } }\n",
    ),
    (
        "paths/orders.yaml",
        "parameters: [{ $ref: '../openapi.yaml#/components/parameters/Page' }]\nget:\n  responses:\n    \
         default: { $ref: ../responses.yaml#/Failed }\npost:\n  requestBody:\n    required: true\n    \
         content:\n      application/json: { schema: { $ref: ../schemas/order.yaml } }\n",
    ),
    (
        "paths/order.json",
        r#"{"item": {"get": {"parameters": [{"$ref": "../parameters/id.yaml"}],
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "../schemas/order.yaml"}}}}}}}}"#,
    ),
    (
        "parameters/id.yaml",
        "{ name: id, in: path, required: true, schema: { type: string, maxLength: 3 } }",
    ),
    (
        "responses.yaml",
        "Failed: { content: { application/json: { schema: { $ref: '#/Problem' } } } }\n\
         Problem: { type: object, properties: { title: { type: string } } }\n",
    ),
    (
        "schemas/order.yaml",
        "type: object\nrequired: [item]\nproperties:\n  item: { $ref: 'item.yaml#/Item' }\n  \
         parts: { type: array, items: { $ref: order.yaml } }\n",
    ),
    (
        "schemas/item.yaml",
        "Item: { type: object, required: [name], properties: { name: { $ref: '#/Name' }, order: { $ref: './order.yaml#' } } }\n\
         Name: { type: string, maxLength: 5 }\n",
    ),
];

const BUNDLED: &str = "
openapi: 3.0.3
info: { title: T, version: v }
paths:
  /orders:
    parameters: [{ name: page, in: query, schema: { type: integer, maximum: 9 } }]
    get:
      responses:
        default: { content: { application/json: { schema: { $ref: '#/components/schemas/Problem' } } } }
    post:
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } }
  /orders/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: string, maxLength: 3 } }]
      responses:
        200: { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
components:
  schemas:
    Problem: { type: object, properties: { title: { type: string } } }
    Order:
      type: object
      required: [item]
      properties:
        item: { $ref: '#/components/schemas/Item' }
        parts: { type: array, items: { $ref: '#/components/schemas/Order' } }
    Item:
      type: object
      required: [name]
      properties: { name: { type: string, maxLength: 5 }, order: { $ref: '#/components/schemas/Order' } }
";

#[test]
fn a_document_over_many_files_is_the_document_in_one() {
    let (split, bundled) = (read_whole(&SPLIT), contract("openapi.yaml", BUNDLED));
    let all = |contract: &Contract| -> Vec<String> {
        contract.operations.iter().map(|one| described(contract, one)).collect()
    };
    assert_eq!(all(&split), all(&bundled));
    assert!(split.warnings.is_empty(), "{:?}", split.warnings);
    for body in [
        r#"{"item": {"name": "a"}}"#,
        r#"{"item": {"name": "a", "order": {"item": {"name": "b"}}}}"#,
        r#"{"item": {"name": "too long"}}"#,
        r#"{"item": {"name": "a", "order": {"item": {"name": "too long"}}}}"#,
        r#"{"item": {"name": "a"}, "parts": [{"item": {}}]}"#,
        r#"{"item": 1}"#,
        "{}",
        "[]",
    ] {
        let judged = [&split, &bundled].map(|contract| is_valid(contract, "POST /orders", body));
        assert_eq!(judged[0], judged[1], "{body}");
    }
}

#[test]
fn the_digest_covers_every_file() {
    let digest = |files: &[(&'static str, &str)]| read_whole(files).digest;
    let one = digest(&SPLIT);
    assert_eq!(one, digest(&SPLIT));
    for changed in 0..SPLIT.len() {
        let mut files = SPLIT;
        let text = format!("{}\n", files[changed].1);
        files[changed].1 = &text;
        assert_ne!(one, digest(&files), "{}", SPLIT[changed].0);
    }
    let alone = contract("openapi.yaml", BUNDLED).digest;
    assert_eq!(
        alone,
        digest(&[("other.yaml", BUNDLED)]),
        "the digest of one file is that of its text"
    );
}

#[test]
fn a_refusal_names_the_file_of_the_schema() {
    let contract = read_whole(&SPLIT);
    let media = &operation(&contract, "POST /orders").body.as_ref().unwrap().media[0];
    let document = Document::parse(br#"{"item": {"name": "too long"}}"#.into(), &Limits::default());
    let mismatch = media.schema.as_ref().unwrap().check(document.unwrap().root()).unwrap_err();
    assert_eq!(mismatch.schema_at.as_str(), "schemas/item.yaml#/Name/maxLength");
}

#[test]
fn cycles_over_files_end() {
    let main = main_with("3.1.0", "{ $ref: a.yaml }");
    for (a, b) in [
        ("{ $ref: b.yaml }", "{ $ref: a.yaml }"),
        ("{ allOf: [{ $ref: b.yaml }] }", "{ allOf: [{ $ref: a.yaml }] }"),
        ("{ properties: { b: { $ref: b.yaml } } }", "{ items: { $ref: a.yaml } }"),
        ("{ $ref: openapi.yaml#/paths/~1a }", "{}"),
    ] {
        let (_, result, asked) = read(&[("openapi.yaml", &main), ("a.yaml", a), ("b.yaml", b)]);
        assert!(asked.len() <= 2, "each file is asked for once: {asked:?}");
        // Whatever the verdict: it comes.
        drop(result);
    }
}

#[test]
fn every_problem_points_into_its_file() {
    let mut out = String::new();
    let main = main_with("3.1.0", "{ $ref: a.yaml#/A }");
    for a in [
        "B: {}\n",
        "\n\nA:\n  type: strng\n",
        "A: { properties: { b: { $ref: '#/Missing' } } }",
        "A: {}\nA: {}\n",
        "A: { properties: { b: { $ref: b.yaml } } }",
        "A: { pattern: '^(?!x)' }",
        "A: &a [*a]",
        "",
    ] {
        out.push_str(&said(&[("openapi.yaml", &main), ("a.yaml", a)]));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_may_not_be_read_is_told_and_not_asked_for() {
    let mut out = String::new();
    for reference in [
        "https://example.com/a.yaml",
        "//example.com/a.yaml",
        "file:///etc/passwd",
        "/etc/passwd",
        "../a.yaml",
        "b/%2e%2e/%2e%2e/a.yaml",
        "..\\\\a.yaml",
        "a.yaml?b",
        "http:",
        ":",
    ] {
        let main = main_with("3.0.3", &format!("{{ $ref: \"{reference}\" }}"));
        let (_, _, asked) = read(&[("openapi.yaml", &main)]);
        assert!(reference == ":" || asked.is_empty(), "{asked:?}");
        out.push_str(&said(&[("openapi.yaml", &main)]));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn files_of_another_version_are_not_mixed_in() {
    let other = "openapi: 3.1.0\ncomponents: { schemas: { A: { type: [string, 'null'] } } }\n";
    let reference = "{ $ref: 'other.yaml#/components/schemas/A' }";
    let problems = said(&[("openapi.yaml", &main_with("3.0.3", reference)), ("other.yaml", other)]);
    assert!(problems.contains("leads to a document of another version"), "{problems}");
    let main = main_with("3.1.1", reference);
    let contract = read_whole(&[("openapi.yaml", &main), ("other.yaml", other)]);
    assert!(is_valid(&contract, "POST /a", "null"));
}

#[test]
fn names_that_schemas_give_themselves_are_found() {
    let schema = "
              $defs:
                order: { $id: 'https://example.com/schemas/order', $ref: item, $defs: { x: { $anchor: x, type: integer } } }
                item: { $id: '/schemas/item', properties: { n: { $ref: '#n' }, x: { $ref: 'order#x' }, y: { $ref: '#/$defs/y' } },
                  $defs: { n: { $anchor: n, maximum: 3 }, y: { type: boolean } } }
              $id: https://example.com/root
              $ref: schemas/order";
    let main = main_with("3.1.0", schema);
    let contract = read_whole(&[("openapi.yaml", &main)]);
    assert!(contract.warnings.is_empty(), "{:?}", contract.warnings);
    for (body, is_right) in [
        (r#"{"n": 3, "x": 1, "y": true}"#, true),
        (r#"{"n": 4}"#, false),
        (r#"{"x": "a"}"#, false),
        (r#"{"y": 1}"#, false),
    ] {
        assert_eq!(is_valid(&contract, "POST /a", body), is_right, "{body}");
    }
}

#[test]
fn a_text_means_what_it_says_in_its_own_file_and_schema() {
    let same = "{ $ref: '#/components/schemas/A' }";
    let main = main_with(
        "3.0.3",
        &format!("{{ properties: {{ o: {{ $ref: other.yaml }}, a: {same} }} }}"),
    );
    let main = format!("{main}components: {{ schemas: {{ A: {{ type: integer }} }} }}\n");
    let other = format!(
        "properties: {{ a: {same} }}\ncomponents: {{ schemas: {{ A: {{ type: string }} }} }}\n"
    );
    let contract = read_whole(&[("openapi.yaml", &main), ("other.yaml", &other)]);
    assert!(is_valid(&contract, "POST /a", r#"{"a": 1, "o": {"a": "x"}}"#));
    assert!(!is_valid(&contract, "POST /a", r#"{"a": "x"}"#));
    assert!(!is_valid(&contract, "POST /a", r#"{"o": {"a": 1}}"#));

    let schema = "{ $id: outer, $defs: { n: { type: integer } }, properties: { \
                  a: { $id: inner, $defs: { n: { type: string } }, $ref: '#/$defs/n' }, b: { $ref: '#/$defs/n' } } }";
    let contract = read_whole(&[("openapi.yaml", &main_with("3.1.0", schema))]);
    assert!(is_valid(&contract, "POST /a", r#"{"a": "x", "b": 1}"#));
    assert!(!is_valid(&contract, "POST /a", r#"{"a": 1}"#));
    assert!(!is_valid(&contract, "POST /a", r#"{"b": "x"}"#));
}

#[test]
fn doubts_about_names_are_told() {
    let mut out = String::new();
    for schema in [
        "{ $id: a, properties: { b: { $ref: '#/info' } } }",
        "{ properties: { a: { $anchor: a }, b: { $anchor: a }, c: { $ref: '#a' } } }",
        "{ $defs: { a: { $id: a }, b: { $id: a } }, properties: { c: { $ref: a } } }",
        "{ properties: { a: { $ref: '#gone' } } }",
    ] {
        out.push_str(&said(&[("openapi.yaml", &main_with("3.1.0", schema))]));
    }
    let schema = "{ properties: { a: { $anchor: a }, b: { $ref: '#a' } } }";
    out.push_str(&said(&[("openapi.yaml", &main_with("3.0.3", schema))]));
    let draft = "$schema: http://json-schema.org/draft-07/schema#\ntype: string\n";
    let main = main_with("3.1.0", "{ $ref: a.yaml }");
    out.push_str(&said(&[("openapi.yaml", &main), ("a.yaml", draft)]));
    insta::assert_snapshot!(out);
}

#[test]
fn a_discriminator_leads_into_files() {
    let main = main_with("3.0.3", "{ $ref: pets/pet.yaml }");
    let pet = "type: object\nproperties: { kind: { type: string } }\n\
               discriminator: { propertyName: kind, mapping: { cat: ./cat.yaml } }\n";
    let cat = "{ type: object, properties: { claws: { $ref: '../parts.yaml#/Claws' } } }";
    let parts = "Claws: { type: integer }\nDog: { allOf: [{ $ref: pets/pet.yaml }, { properties: { bark: { type: string } } }] }";
    let files = [
        ("openapi.yaml", main.as_str()),
        ("pets/pet.yaml", pet),
        ("pets/cat.yaml", cat),
        ("parts.yaml", parts),
    ];
    let contract = read_whole(&files);
    let told: Vec<&str> = contract.warnings.iter().map(|one| one.message.as_str()).collect();
    assert!(
        matches!(told.as_slice(), [one] if one.starts_with("values are held to this schema alone")),
        "{told:?}"
    );
    let media = &operation(&contract, "POST /a").body.as_ref().unwrap().media[0];
    let shape = contract.shapes.describe(media.schema.as_ref().unwrap().shape);
    for property in ["claws: integer", "bark: string"] {
        assert!(shape.contains(property), "{shape}");
    }
    let problems = said(&files[..2]);
    assert!(
        problems.contains("contract-schema 3:54 `./cat.yaml` leads to no schema"),
        "{problems}"
    );
}

#[test]
fn a_reference_in_an_example_stops_nothing() {
    let main = main_with("3.0.3", "{ type: object, example: { $ref: gone.yaml } }");
    assert_eq!(said(&[("openapi.yaml", &main)]), "served 1\n");
}

/// A chain of files, each of which refers to the next.
struct Endless(usize);

impl Files for Endless {
    fn text(&mut self, _: &str, _: u64) -> Result<String, FileFault> {
        self.0 += 1;
        Ok(format!("properties: {{ a: {{ $ref: f{}.yaml }} }}", self.0))
    }
}

/// Files whose aliases become many times as long.
struct Bombs(usize);

impl Files for Bombs {
    fn text(&mut self, _: &str, _: u64) -> Result<String, FileFault> {
        self.0 += 1;
        let list = "*a, ".repeat(15_000);
        let text = "x".repeat(1_000);
        Ok(format!("a: &a {text}\nb: [{list}]\nc: {{ $ref: f{}.yaml#/c }}\n", self.0))
    }
}

#[test]
fn files_without_end_are_bounded() {
    const PATIENCE: Duration = Duration::from_mins(2);
    let all: [(&str, &mut dyn Files); 2] =
        [("f.yaml", &mut Endless(0)), ("f.yaml#/c", &mut Bombs(0))];
    for (first, files) in all {
        let mut sources = Sources::default();
        let main = main_with("3.0.3", &format!("{{ $ref: '{first}' }}"));
        let main = sources.add("openapi.yaml", main);
        let start = Instant::now();
        let problems = portcullis_contract::read(&mut sources, main, files).unwrap_err();
        assert!(start.elapsed() < PATIENCE, "it took {:?}", start.elapsed());
        let known = [&codes::UNREAD_FILE, &codes::REFERENCE_CYCLE];
        assert!(problems.iter().all(|problem| known.contains(&problem.code)), "{problems:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_files_are_read_or_refused_at_their_place(
        damage in prop::collection::vec(
            (0..SPLIT.len(), any::<prop::sample::Index>(), 0_usize..8, "[\\[\\]{}\":,$#&*!./a-z \n-]{0,6}"),
            1..6,
        ),
    ) {
        let mut texts = SPLIT.map(|(_, text)| text.to_owned());
        for (which, place, length, replacement) in damage {
            let text = &mut texts[which];
            let start = place.index(text.len().max(1)).min(text.len());
            let end = (start + length).min(text.len());
            text.replace_range(start..end, &replacement);
        }
        let files: Vec<(&'static str, &str)> =
            SPLIT.iter().zip(&texts).map(|((name, _), text)| (*name, text.as_str())).collect();
        let (sources, result, _) = read(&files);
        let problems = match result {
            Ok(contract) => contract.warnings,
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                problems
            }
        };
        for problem in problems {
            let span = problem.span.unwrap();
            prop_assert!(span.start <= span.end);
            prop_assert!(span.end as usize <= sources.text(span.source).len() + 1);
        }
    }
}

/// One property of a schema: a scalar, or another schema, directly or in a list.
#[derive(Debug, Clone)]
enum Part {
    Integer(u8),
    Text(u8),
    Schema(usize),
    List(usize),
}

const SCHEMAS: usize = 5;
const PATHS: [&str; 4] = ["a.json", "b/c.json", "b/d/e.json", "f.json"];

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        (0_u8..9).prop_map(Part::Integer),
        (0_u8..4).prop_map(Part::Text),
        (0..SCHEMAS).prop_map(Part::Schema),
        (0..SCHEMAS).prop_map(Part::List),
    ]
}

/// A schema with these parts; `refer` writes a reference to another one.
fn schema(parts: &[Part], refer: impl Fn(usize) -> String) -> Value {
    let properties = parts.iter().enumerate().map(|(index, part)| {
        let schema = match part {
            Part::Integer(most) => json!({ "type": "integer", "maximum": most }),
            Part::Text(most) => json!({ "type": "string", "maxLength": most }),
            Part::Schema(target) => json!({ "$ref": refer(*target) }),
            Part::List(target) => json!({ "type": "array", "items": { "$ref": refer(*target) } }),
        };
        (format!("p{index}"), schema)
    });
    json!({ "type": "object", "properties": properties.collect::<Map<_, _>>(), "required": ["p0"] })
}

fn main_document(refer: impl Fn(usize) -> String, schemas: &Value) -> String {
    let operation = |index: usize| {
        let content = json!({ "application/json": { "schema": { "$ref": refer(index) } } });
        let responses = json!({ "200": { "content": content } });
        let one =
            json!({ "post": { "requestBody": { "content": content }, "responses": responses } });
        (format!("/{index}"), one)
    };
    let paths: Map<String, Value> = (0..SCHEMAS).map(operation).collect();
    json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "v" }, "paths": paths,
        "components": { "schemas": schemas } })
    .to_string()
}

/// How a file refers to a schema in another one.
fn from_to(from: &str, to: &str, index: usize) -> String {
    let up = "../".repeat(from.matches('/').count());
    let path = if from == to { String::new() } else { format!("{up}{to}") };
    format!("{path}#/S{index}")
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![(0..12_i32).prop_map(Value::from), "[a-z]{0,5}".prop_map(Value::from)];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("p[0-2]", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn split_or_bundled_it_is_the_same_contract(
        schemas in prop::collection::vec(prop::collection::vec(part(), 1..4), SCHEMAS),
        homes in prop::collection::vec(0..PATHS.len(), SCHEMAS),
        bodies in prop::collection::vec(value(), 12),
    ) {
        let bundled = |index: usize| format!("#/components/schemas/S{index}");
        let all: Map<String, Value> = schemas
            .iter()
            .enumerate()
            .map(|(index, parts)| (format!("S{index}"), schema(parts, bundled)))
            .collect();
        let bundled = contract("main.json", &main_document(bundled, &Value::Object(all)));

        let home = |index: usize| PATHS[homes[index]];
        let main = main_document(|index| from_to("main.json", home(index), index), &json!({}));
        let files = PATHS.map(|path| {
            let inside = schemas.iter().enumerate().filter(|(index, _)| home(*index) == path);
            let inside: Map<String, Value> = inside
                .map(|(index, parts)| {
                    let refer = |target| from_to(path, home(target), target);
                    (format!("S{index}"), schema(parts, refer))
                })
                .collect();
            (path, Value::Object(inside).to_string())
        });
        let mut given: Vec<(&'static str, &str)> = vec![("main.json", main.as_str())];
        given.extend(files.iter().map(|(path, text)| (*path, text.as_str())));
        let split = read_whole(&given);

        for (one, other) in bundled.operations.iter().zip(&split.operations) {
            prop_assert_eq!(described(&bundled, one), described(&split, other));
            for body in &bodies {
                let body = body.to_string();
                let name = one.title();
                prop_assert_eq!(is_valid(&bundled, &name, &body), is_valid(&split, &name, &body));
            }
        }
        prop_assert_eq!(bundled.operations.len(), split.operations.len());
    }
}
