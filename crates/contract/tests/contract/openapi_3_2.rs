//! OpenAPI 3.2: what is new in it is read, or told.

use portcullis_contract::{
    BodyKind, CanonicalPath, Collection, Find, Place, SchemePlace, Security,
};
use portcullis_json::{Document, Limits};
use portcullis_model::Method;

use crate::reading::{contract, operation, read, told};

/// A document with these paths and components.
fn with(paths: &str, components: &str) -> String {
    let indent = |text: &str| text.trim_matches('\n').replace('\n', "\n  ");
    format!(
        "openapi: 3.2.0\n$self: https://example.com/api/openapi\ninfo: {{ title: T, version: v }}\n\
         servers: [{{ url: /v1, name: main }}]\ntags: [{{ name: a, summary: s, parent: b, kind: nav }}]\n\
         paths:\n  {}\ncomponents:\n  {}\n",
        indent(paths),
        indent(components)
    )
}

#[test]
fn the_query_method_is_an_operation_with_a_body() {
    let paths = "/a: { query: { requestBody: { content: { application/json: { $ref: '#/components/mediaTypes/Filter' } } } } }";
    let components = "mediaTypes: { Filter: { schema: { type: object, required: [q] } } }";
    let contract = contract("api.yaml", &with(paths, components));
    assert!(contract.warnings.is_empty(), "{:?}", contract.warnings);
    let path = CanonicalPath::parse("/a").unwrap();
    assert_eq!(contract.find(Method::Query, &path), Find::Operation(0));
    let body = operation(&contract, "QUERY /a").body.as_ref().unwrap();
    let check = |text: &str| {
        let document = Document::parse(text.into(), &Limits::default()).unwrap();
        body.media[0].schema.as_ref().unwrap().check(document.root())
    };
    assert!(check(r#"{"q": 1}"#).is_ok());
    assert!(check("{}").is_err());
}

#[test]
fn the_query_method_means_nothing_before_3_2() {
    let text = with("/a: { query: {}, get: {} }", "{}").replace("openapi: 3.2.0", "openapi: 3.1.0");
    let contract = contract("api.yaml", &text);
    assert_eq!(contract.operations.len(), 1);
    assert_eq!(contract.warnings[0].code.name, "contract-unknown-key");
}

#[test]
fn a_whole_query_is_an_object_of_parameters() {
    let content = "application/x-www-form-urlencoded: { schema: { type: object, properties: { a: { type: integer }, b: { type: array, items: { type: string } } } } }";
    let paths = format!(
        "/a: {{ get: {{ parameters: [{{ name: q, in: querystring, content: {{ {content} }} }}] }} }}"
    );
    let contract = contract("api.yaml", &with(&paths, "{}"));
    let parameter = &operation(&contract, "GET /a").parameters[0];
    assert_eq!(parameter.place, Place::Query);
    assert_eq!(parameter.collection, Collection::Members);
}

#[test]
fn a_scheme_is_also_found_by_its_uri() {
    let paths = "
/a: { get: { security: [{ '#/components/securitySchemes/key': [] }] } }
/b: { get: { security: [{ 'https://example.com/api/openapi#/components/securitySchemes/device': [] }] } }
/c: { get: { security: [{ './openapi#/components/securitySchemes/gone': [] }] } }";
    let components = "
securitySchemes:
  key: { type: apiKey, in: header, name: X-Key, deprecated: true }
  device: { type: oauth2, oauth2MetadataUrl: 'https://example.com/m', flows: { deviceAuthorization: { deviceAuthorizationUrl: 'https://example.com/d', tokenUrl: 'https://example.com/t', scopes: {} } } }";
    let contract = contract("api.yaml", &with(paths, components));
    let place = |name| match &operation(&contract, name).security {
        Security::Required { any_of, .. } => &contract.schemes[any_of[0].schemes[0]].place,
        other => panic!("{other:?}"),
    };
    assert_eq!(*place("GET /a"), SchemePlace::Header("x-key".to_owned()));
    assert_eq!(*place("GET /b"), SchemePlace::Authorization("bearer".to_owned()));
    assert_eq!(*place("GET /c"), SchemePlace::NotUnderstood);
    assert_eq!(contract.warnings.len(), 1, "{:?}", contract.warnings);
}

#[test]
fn a_document_is_known_by_the_name_it_gives_itself() {
    let schema = "{ $ref: 'openapi#/components/schemas/A' }";
    let paths = format!(
        "/a: {{ post: {{ requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }} }} }}"
    );
    let contract = contract("api.yaml", &with(&paths, "schemas: { A: { type: string } }"));
    let media = &operation(&contract, "POST /a").body.as_ref().unwrap().media[0];
    assert_eq!(media.schema.as_ref().unwrap().types, portcullis_contract::Types::STRING);
}

#[test]
fn sequences_are_recognised() {
    let paths = "/a: { get: { responses: { 200: { content: { application/geo+json-seq: {}, application/jsonl: {}, text/event-stream: {} } } } } }";
    let contract = contract("api.yaml", &with(paths, "{}"));
    let media = &operation(&contract, "GET /a").responses[0].media;
    assert!(media.iter().all(|media| media.kind == BodyKind::Stream), "{media:?}");
}

#[test]
fn what_is_new_and_not_enforced_is_told() {
    let (sources, result) = read("api.yaml", &with(
        "
/a:
  additionalOperations: { COPY: {}, GET: {}, x-note: {} }
  get:
    parameters: [{ name: c, in: cookie, style: cookie, schema: { type: string } }]
    responses:
      200:
        summary: s
        content:
          application/jsonl: { itemSchema: { type: object } }
          application/json:
            schema: { discriminator: { propertyName: p, defaultMapping: a }, oneOf: [{ type: object }] }
/json: { get: { parameters: [{ name: q, in: querystring, content: { application/json: { schema: { type: object } } } }] } }
/bare: { get: { parameters: [{ name: q, in: querystring }] } }
/open: { get: { parameters: [{ name: q, in: querystring, content: { application/x-www-form-urlencoded: {} } }] } }
/both:
  parameters: [{ name: p, in: query, schema: { type: string } }]
  get: { parameters: [{ $ref: '#/components/parameters/Q' }] }
",
        "
parameters:
  Q: { name: q, in: querystring, content: { application/x-www-form-urlencoded: { schema: { type: object, properties: { a: {} } } } } }
",
    ));
    let contract = result.unwrap();
    let served: Vec<String> =
        contract.operations.iter().map(portcullis_contract::Operation::title).collect();
    insta::assert_snapshot!(format!("{served:?}\n{}", told(&sources, &contract.warnings)));
}
