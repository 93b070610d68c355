//! What is read from two whole documents.

use std::fmt::Write as _;

use portcullis_contract::{
    CanonicalPath, Contract, Find, Operation, PathPart, Security, SecurityRequirement,
};
use portcullis_model::Method;

use crate::reading::{clinic, pharmacy, read, told};

#[test]
fn a_json_document_of_3_0_is_read_whole() {
    let contract = pharmacy();
    assert_eq!(contract.base_path, "/api/v1");
    let all: Vec<String> =
        contract.operations.iter().map(|one| described(&contract, one)).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_yaml_document_of_3_1_is_read_whole() {
    let contract = clinic();
    assert_eq!((contract.base_path.as_str(), contract.version.as_str()), ("/clinic", "2.0"));
    let all: Vec<String> =
        contract.operations.iter().map(|one| described(&contract, one)).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn doubts_about_the_documents_are_told() {
    let mut out = String::new();
    for (name, text) in [
        ("pharmacy.json", include_str!("documents/pharmacy.json")),
        ("clinic.yaml", include_str!("documents/clinic.yaml")),
    ] {
        let (sources, result) = read(name, text);
        out.push_str(&told(&sources, &result.unwrap().warnings));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_request_leads_to_its_operation_and_values() {
    let contract = pharmacy();
    let path = CanonicalPath::parse("/api/v1/orders/12/labels/a.b.png").unwrap();
    let path = path.behind(&contract.base_path).unwrap();
    let Find::Operation(index) = contract.find(Method::Get, &path) else {
        panic!("the label is not found");
    };
    assert_eq!(contract.operation(index).unwrap().name(), "getLabel");
    let mut parts = Vec::new();
    contract.path_parts(index, &path, &mut parts);
    let values = parts.iter().filter_map(|part| match part {
        PathPart::Value(value) => Some((value.name, value.text, value.others.as_slice())),
        PathPart::Slash | PathPart::Fixed(_) => None,
    });
    let expected: [(&str, &str, &[&str]); 3] =
        [("order_id", "12", &[]), ("name", "a", &["a.b"]), ("format", "b.png", &["png"])];
    assert_eq!(values.collect::<Vec<_>>(), expected);
    let orders = CanonicalPath::parse("/orders").unwrap();
    assert_eq!(contract.find(Method::Get, &orders), Find::OtherMethods(&[Method::Post]));
}

/// What was read of one operation.
pub(crate) fn described(contract: &Contract, operation: &Operation) -> String {
    let mut out = format!("{} {:?}\n", operation.title(), operation.id);
    if let Some(sunset) = operation.sunset {
        writeln!(out, "deprecated {}, sunset {:?}", operation.deprecated, sunset.date).unwrap();
    }
    let names = |requirements: &[SecurityRequirement]| {
        let name = |index: &usize| contract.schemes[*index].name.as_str();
        let all = requirements.iter().map(|one| one.schemes.iter().map(name).collect::<Vec<_>>());
        format!("{:?}", all.collect::<Vec<_>>())
    };
    match &operation.security {
        Security::NotStated => writeln!(out, "security not stated"),
        Security::Anonymous { or, .. } => writeln!(out, "anonymous, or {}", names(or)),
        Security::Required { any_of, .. } => writeln!(out, "requires {}", names(any_of)),
    }
    .unwrap();
    for parameter in &operation.parameters {
        let types = parameter
            .schema
            .as_ref()
            .map_or("not checked".to_owned(), |schema| schema.types.to_string());
        let must = if parameter.required { "required" } else { "optional" };
        let (place, name) = (parameter.place.name(), &parameter.name);
        writeln!(out, "{place} {name}: {types}, {must}, {:?}", parameter.collection).unwrap();
    }
    let bodies = operation
        .body
        .iter()
        .map(|body| (format!("body, required {}", body.required), &body.media));
    let answers = operation.responses.iter().map(|one| (format!("{:?}", one.status), &one.media));
    for (name, media) in bodies.chain(answers) {
        writeln!(out, "{name}").unwrap();
        for media in media {
            writeln!(out, "  {} {:?}", media.range, media.kind).unwrap();
            if let Some(schema) = &media.schema {
                for line in contract.shapes.describe(schema.shape).lines() {
                    writeln!(out, "    {line}").unwrap();
                }
            }
        }
    }
    out
}
