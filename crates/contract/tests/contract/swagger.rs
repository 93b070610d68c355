//! Swagger 2.0: what is read, what is checked, what is said about it.

use portcullis_contract::{
    BodyKind, Collection, Contract, Delimiter, Mismatch, Scalar, Security, StatusPattern,
};
use portcullis_json::{Document, Limits};

use crate::documents::described;
use crate::reading::{contract, operation, read, told};

fn depot() -> Contract {
    contract("depot.yaml", include_str!("documents/depot.yaml"))
}

/// A document with these paths, and with this at its root.
fn with(root: &str, paths: &str) -> String {
    let root = root.trim_matches('\n');
    let paths = paths.trim_matches('\n').replace('\n', "\n  ");
    format!("swagger: '2.0'\ninfo: {{ title: T, version: v }}\n{root}\npaths:\n  {paths}\n")
}

/// What is said about a document, and how many operations are served.
fn problems(text: &str) -> String {
    let (sources, result) = read("api.yaml", text);
    match result {
        Ok(contract) => {
            let served: Vec<String> =
                contract.operations.iter().map(portcullis_contract::Operation::title).collect();
            format!("served: {}\n{}", served.join(", "), told(&sources, &contract.warnings))
        }
        Err(problems) => format!("stopped\n{}", told(&sources, &problems)),
    }
}

fn check(contract: &Contract, name: &str, body: &str) -> Result<(), Mismatch> {
    let media = &operation(contract, name).body.as_ref().unwrap().media[0];
    let document = Document::parse(body.into(), &Limits::default()).unwrap();
    media.schema.as_ref().unwrap().check(document.root())
}

#[test]
fn a_document_of_swagger_2_0_is_read_whole() {
    let (sources, result) = read("depot.yaml", include_str!("documents/depot.yaml"));
    let contract = result.unwrap();
    assert_eq!((contract.base_path.as_str(), contract.openapi.as_str()), ("/depot/v2", "2.0"));
    let all: Vec<String> =
        contract.operations.iter().map(|one| described(&contract, one)).collect();
    insta::assert_snapshot!(format!("{}\n{}", all.join("\n"), told(&sources, &contract.warnings)));
}

#[test]
fn an_answer_without_a_schema_may_be_of_the_types_that_are_named() {
    let paths = "/a: { get: { produces: [text/html, no type], responses: { 200: { description: x }, \
                 400: { description: x, schema: { type: string } } } } }\n\
                 /b: { get: { responses: { 200: { description: x } } } }";
    let named = |contract: &Contract, name: &str| -> Vec<Vec<String>> {
        let answers = operation(contract, name).responses.iter();
        let ranges = |one: &portcullis_contract::Response| {
            one.produced.iter().map(|media| media.range.to_string()).collect()
        };
        answers.map(ranges).collect()
    };
    let root = contract("api.yaml", &with("produces: [image/png]", paths));
    assert_eq!(named(&root, "GET /a"), [vec!["text/html".to_owned()], vec![]]);
    assert_eq!(named(&root, "GET /b"), [["image/png"]], "the root's");
    let silent = contract("api.yaml", &with("", paths));
    assert_eq!(named(&silent, "GET /b"), [Vec::<String>::new()], "none is assumed");
}

#[test]
fn a_parameter_is_held_against_its_own_keywords() {
    let contract = depot();
    let list = operation(&contract, "listParcels");
    let parameter = |name: &str| {
        list.parameters.iter().find(|one| one.name == name).unwrap().schema.as_ref().unwrap()
    };
    assert_eq!(list.parameters.len(), 4, "the operation's own `page` counts");
    let number = |text: &'static str| Scalar::Number(text.into());
    assert!(parameter("page").check_scalar(&number("9")).is_ok());
    assert!(parameter("page").check_scalar(&number("10")).is_err());
    let list = ["a", "b", "c"].map(|text| Scalar::Text(text.into()));
    assert!(parameter("tags").check_list(&list[..2]).is_ok());
    assert!(parameter("tags").check_list(&list).is_err());
    assert!(parameter("ids").check_list(&[number("1")]).is_ok());
    assert!(parameter("ids").check_list(&list[..1]).is_err());
}

#[test]
fn a_bound_is_exclusive_where_a_boolean_says_so() {
    let contract = depot();
    let root = contract_with_page();
    let page = operation(&root, "GET /a").parameters[0].schema.as_ref().unwrap();
    assert!(page.check_scalar(&Scalar::Number("0".into())).is_err());
    assert!(page.check_scalar(&Scalar::Number("1".into())).is_ok());
    assert!(check(&contract, "sendParcel", r#"{"weight": 0}"#).is_err());
    assert!(check(&contract, "sendParcel", r#"{"weight": 0.5}"#).is_ok(), "`id` is read-only");
}

fn contract_with_page() -> Contract {
    let page = "{ name: page, in: query, type: integer, minimum: 0, exclusiveMinimum: true }";
    contract("api.yaml", &with("", &format!("/a: {{ get: {{ parameters: [{page}] }} }}")))
}

#[test]
fn null_is_allowed_where_the_extension_says_so() {
    let contract = depot();
    assert!(check(&contract, "sendParcel", r#"{"weight": 1, "note": null}"#).is_ok());
    assert!(check(&contract, "sendParcel", r#"{"weight": 1, "state": null}"#).is_err());
}

#[test]
fn the_fields_of_a_form_are_held_against_their_own_keywords() {
    let contract = depot();
    let body = operation(&contract, "login").body.as_ref().unwrap();
    assert!(body.required);
    assert_eq!(body.media[0].kind, BodyKind::Form);
    let collection = |name| body.media[0].encoding(name).and_then(|one| one.collection);
    assert_eq!(collection("roles"), Some(Collection::Repeated));
    assert_eq!(collection("codes"), Some(Collection::Joined(Delimiter::Comma)));
    assert_eq!(collection("name"), None);
    for (form, is_right) in [
        (r#"{"name": "ann"}"#, true),
        (r#"{"name": "ann", "age": 18, "remember": true, "roles": ["clerk"]}"#, true),
        (r#"{"name": "ann", "codes": [1, 2]}"#, true),
        (r#"{"name": "ann", "codes": ["x"]}"#, false),
        (r#"{"name": "ann", "codes": "1,x"}"#, false),
        ("{}", false),
        (r#"{"name": "a name of twenty-one chars"}"#, false),
        (r#"{"name": "ann", "age": 17}"#, false),
        (r#"{"name": "ann", "roles": ["boss"]}"#, false),
        ("[]", false),
    ] {
        assert_eq!(check(&contract, "login", form).is_ok(), is_right, "{form}");
    }
}

#[test]
fn who_may_call_follows_the_same_rules() {
    let contract = depot();
    let security = |name| &operation(&contract, name).security;
    assert!(
        matches!(security("listParcels"), Security::Required { any_of, .. } if any_of.len() == 1)
    );
    assert!(matches!(security("addPhoto"), Security::Required { any_of, .. } if any_of.len() == 2));
    assert!(matches!(security("login"), Security::Anonymous { .. }));
    let text = with("security: []", "/a: { get: {} }");
    let silent = self::contract("api.yaml", &text);
    assert_eq!(operation(&silent, "GET /a").security, Security::NotStated);
}

#[test]
fn an_answer_without_a_schema_has_no_body() {
    let contract = depot();
    let answers = &operation(&contract, "sendParcel").responses;
    assert_eq!((answers[0].status, answers[0].media.len()), (StatusPattern::Exact(201), 0));
}

#[test]
fn doubts_about_swagger_are_told() {
    insta::assert_snapshot!(problems(&with(
        r"
basePath: depot/../x
securityDefinitions:
  odd: { type: http, scheme: bearer }
",
        r#"
/a/{id}:
  servers: []
  trace: {}
  get:
    schemes: [wss]
    parameters:
      - { name: other, in: path, required: true, type: string }
      - { name: Authorization, in: header, type: string }
      - { name: spaces, in: query, type: array, collectionFormat: odd, items: { type: string } }
      - { name: nested, in: query, type: array, items: { type: array, items: { type: string } } }
      - { name: multi, in: header, type: array, collectionFormat: multi, items: { type: string } }
      - { name: object, in: query, type: object }
      - { name: twice, in: query, type: string }
      - { name: twice, in: query, type: integer }
      - { name: file, in: query, type: file }
    responses: { 200: { schema: { type: string } }, 201: { schema: { type: file } } }
/forms:
  post: { consumes: [application/json], parameters: [{ name: f, in: formData, type: file }] }
  put: { parameters: [{ name: f, in: formData, type: string }, { name: b, in: body, schema: {} }] }
  patch: { parameters: [{ name: b, in: body }] }
  delete: { consumes: [json], parameters: [{ name: b, in: body, schema: { type: file, nullable: true } }] }
/nowhere: { get: { parameters: [{ name: a, in: cookie, type: string }] } }
/nameless: { get: { parameters: [{ in: query, type: string }] } }
/pattern: { get: { parameters: [{ name: a, in: query, type: string, pattern: "(" }] } }
/field: { post: { parameters: [{ name: a, in: formData, type: strng }] } }
"#,
    )));
}

#[test]
fn a_reference_to_nothing_stops() {
    insta::assert_snapshot!(problems(&with(
        "definitions: { Order: {} }",
        r##"/a: { post: { parameters: [{ name: b, in: body, schema: { $ref: "#/definitions/Oder" } }] } }"##,
    )));
}
