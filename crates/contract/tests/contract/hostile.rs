//! Documents that mean harm: bounded in time, memory and stack.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use portcullis_contract::codes;
use portcullis_json::{Document, Limits};
use proptest::prelude::*;

use crate::reading::{contract, read};

/// Far above what the reading needs, far below what a missing bound would take.
const PATIENCE: Duration = Duration::from_mins(1);

fn document(schema: &str, schemas: &str) -> String {
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}}, "paths": {{"/a": {{"post": {{
            "requestBody": {{"content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}},
            "components": {{"schemas": {{{schemas}}}}}}}"#
    )
}

fn served(text: &str) -> usize {
    let start = Instant::now();
    let (_, result) = read("api.json", text);
    assert!(start.elapsed() < PATIENCE, "it took {:?}", start.elapsed());
    result.unwrap().operations.len()
}

#[test]
fn a_text_nested_too_deep_is_refused() {
    for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
        let (_, result) = read("api.json", &text);
        assert_eq!(result.unwrap_err()[0].code, &codes::TOO_LARGE);
    }
    let (_, result) = read("api.yaml", &"- ".repeat(100_000));
    assert_eq!(result.unwrap_err()[0].code, &codes::UNREADABLE);
}

#[test]
fn schemas_deep_in_one_another_are_closed_or_checked() {
    let nested = |levels: usize, open: &str, close: &str| {
        format!("{}{{\"type\": \"string\"}}{}", open.repeat(levels), close.repeat(levels))
    };
    assert_eq!(served(&document(&nested(30, r#"{"allOf": ["#, "]}"), "")), 1);
    assert_eq!(served(&document(&nested(240, r#"{"allOf": ["#, "]}"), "")), 0);
    assert_eq!(served(&document(&nested(240, r#"{"items": "#, "}"), "")), 1);
}

#[test]
fn a_long_chain_of_references_ends() {
    let mut schemas = String::new();
    for index in 0..5_000 {
        write!(schemas, r##""S{index}": {{"$ref": "#/components/schemas/S{}"}},"##, index + 1)
            .unwrap();
    }
    schemas.push_str(r#""S5000": {"type": "string"}"#);
    assert_eq!(served(&document(r##"{"$ref": "#/components/schemas/S0"}"##, &schemas)), 0);
    let lists = schemas.replace(r#"{"$ref""#, r#"{"items": {"$ref""#).replace("\"},", "\"}},");
    assert_eq!(served(&document(r##"{"$ref": "#/components/schemas/S0"}"##, &lists)), 1);
}

#[test]
fn flags_and_required_names_at_the_end_of_chains_are_bounded() {
    let mut schemas = String::new();
    let mut properties = String::new();
    for index in 0..600 {
        let next = index + 1;
        write!(
            schemas,
            r##""S{index}": {{"allOf": [{{"$ref": "#/components/schemas/S{next}"}}]}},"##
        )
        .unwrap();
        write!(properties, r##""p{index}": {{"$ref": "#/components/schemas/S{index}"}},"##)
            .unwrap();
    }
    schemas.push_str(r#""S600": {"type": "object", "required": ["id"], "properties": {"id": {}}}"#);
    let body = format!(
        r##"{{"allOf": [{{"$ref": "#/components/schemas/S0"}}, {{"properties": {{{properties}
            "id": {{"readOnly": true}}}}}}]}}"##
    );
    assert_eq!(served(&document(&body, &schemas)), 0);
}

#[test]
fn sets_of_read_only_names_that_multiply_stop() {
    let required: Vec<String> = (0..24).map(|name| format!(r#""n{name}""#)).collect();
    let mut schemas = String::new();
    for index in 0..100 {
        let required = required.join(",");
        write!(schemas, r#""R{index}": {{"title": "{index}", "required": [{required}]}},"#)
            .unwrap();
    }
    let all: Vec<String> =
        (0..100).map(|index| format!(r##"{{"$ref": "#/components/schemas/R{index}"}}"##)).collect();
    write!(schemas, r#""All": {{"allOf": [{}]}}"#, all.join(",")).unwrap();
    let of_pair = |one: usize, other: usize| {
        format!(
            r##""p{one}x{other}": {{"allOf": [{{"$ref": "#/components/schemas/All"}}, {{"properties":
            {{"n{one}": {{"readOnly": true}}, "n{other}": {{"readOnly": true}}}}}}]}}"##
        )
    };
    let pairs: Vec<String> =
        (0..24).flat_map(|one| (one + 1..24).map(move |other| of_pair(one, other))).collect();
    let body = format!(r#"{{"properties": {{{}}}}}"#, pairs.join(","));
    assert_eq!(served(&document(&body, &schemas)), 0);
}

#[test]
fn a_schema_that_is_only_itself_ends() {
    let schemas = r##""A": {"allOf": [{"$ref": "#/components/schemas/B"}]},
        "B": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
        "C": {"$ref": "#/components/schemas/C"}"##;
    for name in ["A", "C"] {
        let schema = format!(r##"{{"$ref": "#/components/schemas/{name}"}}"##);
        let contract = contract("api.json", &document(&schema, schemas));
        let Some(operation) = contract.operations.first() else {
            continue;
        };
        let schema = operation.body.as_ref().unwrap().media[0].schema.as_ref().unwrap();
        let value = Document::parse(b"[1]".to_vec(), &Limits::default()).unwrap();
        // Whatever the verdict: it comes.
        let _ = schema.check(value.root());
    }
}

#[test]
fn alternatives_that_multiply_are_bounded() {
    // Each level is one of two objects that both hold the next level.
    let mut schemas = String::new();
    for level in 0..60 {
        for side in ["L", "R"] {
            write!(
                schemas,
                r##""{side}{level}": {{"properties": {{"{side}": {{"oneOf": [
                    {{"$ref": "#/components/schemas/L{next}"}},
                    {{"$ref": "#/components/schemas/R{next}"}}]}}, "both": {{"oneOf": [
                    {{"$ref": "#/components/schemas/L{next}"}},
                    {{"$ref": "#/components/schemas/R{next}"}}]}}}}}},"##,
                next = (level + 1) % 60
            )
            .unwrap();
        }
    }
    schemas.push_str(r#""X": {}"#);
    assert_eq!(served(&document(r##"{"$ref": "#/components/schemas/L0"}"##, &schemas)), 1);
}

#[test]
fn sets_of_schemas_that_multiply_stop() {
    // A value that may be any of these is, one level down, any of their subsets.
    let mut schemas = String::new();
    let count = 40;
    for index in 0..count {
        let mut properties = String::new();
        for other in 0..count {
            let target = (index + 1 + usize::from(index == other)) % count;
            write!(properties, r##""p{other}": {{"$ref": "#/components/schemas/S{target}"}},"##)
                .unwrap();
            write!(
                properties,
                r##""q{other}": {{"$ref": "#/components/schemas/S{}"}},"##,
                index * other % count
            )
            .unwrap();
        }
        properties.push_str(r#""z": {}"#);
        write!(schemas, r#""S{index}": {{"properties": {{{properties}}}}},"#).unwrap();
    }
    let all: Vec<String> = (0..count)
        .map(|index| format!(r##"{{"$ref": "#/components/schemas/S{index}"}}"##))
        .collect();
    schemas.push_str(r#""X": {}"#);
    let text = document(&format!(r#"{{"anyOf": [{}]}}"#, all.join(",")), &schemas);
    let start = Instant::now();
    let (_, result) = read("api.json", &text);
    assert!(start.elapsed() < PATIENCE, "it took {:?}", start.elapsed());
    if let Err(problems) = result {
        assert!(problems.iter().any(|problem| problem.code == &codes::TOO_COMPLEX));
    }
}

#[test]
fn a_deep_value_of_a_deep_schema_fits_a_small_stack() {
    // 60 schemas stand in one another at each of 32 levels of the value.
    let mut schema = r##"{"items": {"$ref": "#/components/schemas/Tree"}}"##.to_owned();
    for _ in 0..58 {
        schema = format!(r#"{{"allOf": [{schema}]}}"#);
    }
    let text =
        document(r##"{"$ref": "#/components/schemas/Tree"}"##, &format!(r#""Tree": {schema}"#));
    let contract = contract("api.json", &text);
    let check = || {
        let value = format!("{}{}", "[".repeat(32), "]".repeat(32));
        let value = Document::parse(value.into_bytes(), &Limits::default()).unwrap();
        let body = contract.operations[0].body.as_ref().unwrap();
        body.media[0].schema.as_ref().unwrap().check(value.root())
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let result =
        std::thread::scope(|scope| thread.spawn_scoped(scope, check).unwrap().join().unwrap());
    assert_eq!(result, Ok(()));
}

#[test]
fn a_pattern_that_backtracks_for_ever_is_bounded() {
    let text = document(r#"{"type": "string", "pattern": "^(?=a)(a+)+\\1$"}"#, "");
    let contract = contract("api.json", &text);
    let body = contract.operations[0].body.as_ref().unwrap();
    let value = format!("\"{}!\"", "a".repeat(40));
    let value = Document::parse(value.into_bytes(), &Limits::default()).unwrap();
    let start = Instant::now();
    assert!(body.media[0].schema.as_ref().unwrap().check(value.root()).is_err());
    assert!(start.elapsed() < PATIENCE);
}

#[test]
fn many_bad_references_are_told_in_time() {
    let mut properties = String::new();
    for index in 0..20_000 {
        write!(properties, r##""p{index}": {{"$ref": "#/components/schemas/Missing{index}"}},"##)
            .unwrap();
    }
    properties.push_str(r#""z": {}"#);
    let mut schemas = String::new();
    for index in 0..20_000 {
        write!(schemas, r#""Present{index}": {{}},"#).unwrap();
    }
    schemas.push_str(r#""X": {}"#);
    let text = document(&format!(r#"{{"properties": {{{properties}}}}}"#), &schemas);
    let start = Instant::now();
    let (_, result) = read("api.json", &text);
    assert!(start.elapsed() < PATIENCE, "it took {:?}", start.elapsed());
    let problems = result.unwrap_err();
    assert_eq!(problems[0].code, &codes::DANGLING_REFERENCE);
    assert!(problems.len() < 1_100);
}

const DOCUMENTS: [(&str, &str); 3] = [
    ("depot.yaml", include_str!("documents/depot.yaml")),
    ("pharmacy.json", include_str!("documents/pharmacy.json")),
    ("clinic.yaml", include_str!("documents/clinic.yaml")),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_document_is_read_or_refused(
        which in 0..DOCUMENTS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, "[\\[\\]{}\":,$#&*!a-z0-9 \\n-]{0,6}"), 1..6),
    ) {
        let (name, text) = DOCUMENTS[which];
        let mut text = text.to_owned();
        for (place, length, replacement) in damage {
            let start = place.index(text.len());
            let end = (start + length).min(text.len());
            text.replace_range(start..end, &replacement);
        }
        let (sources, result) = read(name, &text);
        let problems = match &result {
            Ok(contract) => &contract.warnings,
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                problems
            }
        };
        for problem in problems {
            let span = problem.span.unwrap();
            prop_assert!(span.start <= span.end && span.end as usize <= text.len() + 1);
            let _ = sources.line_column(span);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        prop_assert!(read("api.yaml", &text).1.is_err());
    }
}

#[test]
fn a_value_that_fails_a_union_inside_itself_is_located_in_bounded_work() {
    let operator = |name: &str| {
        format!(
            r##""{name}": {{"type": "object", "required": ["left", "op"], "properties": {{
                "left": {{"$ref": "#/components/schemas/Expr"}}, "op": {{"const": "{name}"}}}}}}"##
        )
    };
    let names = ["Add", "Sub", "Mul"];
    let alternatives = names.map(|name| format!(r##"{{"$ref": "#/components/schemas/{name}"}}"##));
    let schemas = format!(
        r#""Expr": {{"oneOf": [{}, {{"type": "number"}}]}}, {}"#,
        alternatives.join(","),
        names.map(operator).join(",")
    );
    let contract =
        contract("api.json", &document(r##"{"$ref": "#/components/schemas/Expr"}"##, &schemas));
    let media = contract.operations[0].body.as_ref().unwrap().media.first().unwrap();
    // Three alternatives a level: described one by one they would be three to the thirtieth.
    let value = format!("{}\"bad\"{}", "{\"left\":".repeat(30), ",\"op\":\"zzz\"}".repeat(30));
    let value = Document::parse(value.into(), &Limits::default()).unwrap();
    let start = Instant::now();
    let mismatch = media.schema.as_ref().unwrap().check(value.root()).unwrap_err();
    assert!(start.elapsed() < PATIENCE, "it took {:?}", start.elapsed());
    let place = "/left".repeat(30);
    assert_eq!((mismatch.at.as_str(), mismatch.keyword), (place.as_str(), "oneOf"));
    assert_eq!(mismatch.schema_at.as_str(), "/components/schemas/Expr/oneOf");
}
