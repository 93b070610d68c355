//! What an outline tells of documents of each version.

use super::*;
use crate::{NoFiles, read};

/// A document, and its outline.
fn outlined(name: &str, text: &str) -> (Sources, Outline) {
    let mut sources = Sources::default();
    let main = sources.add(name, text);
    let contract = read(&mut sources, main, &mut NoFiles).unwrap();
    let outline = Outline::read(&contract, &sources, main).unwrap();
    (sources, outline)
}

/// The schema that stands at this pointer.
fn at<'o>(outline: &'o Outline, pointer: &str) -> &'o OutlinedSchema {
    let found = outline.schemas.iter().find(|one| outline.pointer(one.site).as_str() == pointer);
    found.unwrap_or_else(|| panic!("{pointer}"))
}

const SHARED: &str = "
openapi: 3.1.0
info: { title: t, version: '1' }
servers: [{ url: 'http://{zone}.example.com/v1', description: test, variables: { zone: { default: a } } }]
security: []
paths:
  /orders:
    parameters: [{ name: page, in: query, schema: { type: integer, format: int32 } }]
    post:
      operationId: order
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
      callbacks: { paid: { '{$request.body#/hook}': { post: {} } } }
      responses:
        '201':
          description: made
          headers: { X-RateLimit-Limit: { schema: { type: integer } } }
          content: { application/json: { schema: { $ref: '#/components/schemas/Order' }, example: { note: 'a' } } }
    get:
      responses: { '200': { description: d, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Order' } } } } } }
components:
  securitySchemes:
    login: { type: oauth2, flows: { implicit: { authorizationUrl: 'http://a.example/', scopes: { read: all } } } }
  schemas:
    Order:
      type: object
      properties:
        note: { type: string }
        code: { type: string, pattern: '^[A-Z]{3}$' }
        made: { type: string, readOnly: true }
        kind: { allOf: [{ type: string }, { maxLength: 5 }] }
        next: { $ref: '#/components/schemas/Order' }
";

#[test]
fn a_shared_schema_stands_once_and_knows_its_operations() {
    let (_, outline) = outlined("t.yaml", SHARED);
    assert!(outline.is_whole);
    let order = at(&outline, "/components/schemas/Order");
    assert_eq!(order.in_requests.operations.len(), 1);
    assert_eq!(order.in_answers.operations.len(), 2);
    assert!(order.lacks.closing && !order.said.is_closed);
    let note = at(&outline, "/components/schemas/Order/properties/note");
    assert!(note.lacks.length && note.lacks.form);
    assert!(!at(&outline, "/components/schemas/Order/properties/code").lacks.length);
    let made = at(&outline, "/components/schemas/Order/properties/made");
    assert!(made.in_requests.is_empty() && !made.in_answers.is_empty(), "it is read-only");
    let list = &outline.operations.iter().find(|one| one.method == Method::Get).unwrap().answers;
    let list = outline.schema(list[0].bodies[0].1.unwrap()).unwrap();
    assert!(list.lacks.items && !list.lacks.item);
}

#[test]
fn a_bound_beside_a_part_holds_for_the_part() {
    let (_, outline) = outlined("t.yaml", SHARED);
    let part = at(&outline, "/components/schemas/Order/properties/kind/allOf/0");
    assert!(!part.lacks.length && part.said.is_part);
}

#[test]
fn servers_flows_headers_and_callbacks_are_told() {
    let (sources, outline) = outlined("t.yaml", SHARED);
    let server = &outline.servers[0];
    assert_eq!(
        (server.url.as_str(), server.words.as_str()),
        ("http://{zone}.example.com/v1", "test")
    );
    assert_eq!(server.open_variables, ["zone"]);
    assert_eq!(sources.line_column(server.span).0, 4);
    let flow = &outline.schemes[0].flows[0];
    assert_eq!((flow.kind, flow.has_refresh), (FlowKind::Implicit, false));
    assert_eq!(flow.urls[0].1, "http://a.example/");
    assert!(outline.security.is_some_and(|root| root.is_empty));
    let order = outline.operations.iter().find(|one| one.method == Method::Post).unwrap();
    assert_eq!(order.answers[0].headers, ["x-ratelimit-limit"]);
    assert_eq!(order.callbacks[0].name, "{$request.body#/hook}");
    assert_eq!(order.parameters[0].name, "page");
    assert!(outline.examples.iter().any(|one| one.name == "note" && one.text == "a"));
    assert_eq!(order.index, Some(0));
}

#[test]
fn swagger_parameters_are_schemas_and_its_schemes_servers() {
    let (_, outline) = outlined(
        "t.json",
        r#"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "host": "a.example", "schemes": ["http", "https"],
        "securityDefinitions": {"a": {"type": "oauth2", "flow": "accessCode", "tokenUrl": "http://b.example/t",
            "authorizationUrl": "https://b.example/a", "scopes": {}}},
        "paths": {"/a": {"post": {"consumes": ["application/json"], "parameters": [
            {"name": "id", "in": "query", "type": "integer", "format": "int64"},
            {"name": "body", "in": "body", "schema": {"type": "array", "items": {"type": "string"}}}],
            "responses": {"200": {"description": "d", "schema": {"type": "file"}}}}}}}"#,
    );
    let urls: Vec<&str> = outline.servers.iter().map(|one| one.url.as_str()).collect();
    assert_eq!(urls, ["http://a.example", "https://a.example"]);
    assert!(matches!(outline.servers[1].form, ServerForm::Scheme(_, 1, 2)));
    let operation = &outline.operations[0];
    let id = outline.schema(operation.parameters[0].schema.unwrap()).unwrap();
    assert!(id.lacks.most && !id.lacks.width);
    assert_eq!(outline.pointer(id.site).as_str(), "/paths/~1a/post/parameters/0");
    let body = outline.schema(operation.bodies[0].1.unwrap()).unwrap();
    assert!(body.lacks.items);
    assert_eq!(outline.schemes[0].flows[0].kind, FlowKind::AuthorizationCode);
    let file = outline.schema(operation.answers[0].bodies[0].1.unwrap()).unwrap();
    assert!(file.said.is_binary && !file.lacks.length);
}

#[test]
fn what_is_used_everywhere_is_counted_up_to_a_bound() {
    let paths: Vec<String> = (0..uses::REMEMBERED_MAX + 5)
        .map(|number| {
            format!(
                r##""/p{number}": {{"get": {{"responses": {{"200": {{"description": "d", "content": {{"application/json":
                {{"schema": {{"$ref": "#/components/schemas/A"}}}}}}}}}}}}}}"##
            )
        })
        .collect();
    let text = format!(
        r##"{{"openapi": "3.0.3", "info": {{"title": "t", "version": "1"}}, "paths": {{{}}}, "components": {{"schemas":
        {{"A": {{"type": "object", "properties": {{"a": {{"$ref": "#/components/schemas/A"}}}}}}}}}}}}"##,
        paths.join(",")
    );
    let (_, outline) = outlined("t.json", &text);
    let shared = at(&outline, "/components/schemas/A");
    assert_eq!(shared.in_answers.operations.len(), uses::REMEMBERED_MAX);
    assert!(shared.in_answers.has_more);
    assert_eq!(outline.schemas.len(), 1);
}

#[test]
fn what_looks_like_an_operation_and_is_none_is_noted_with_why() {
    let text = "
openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /a: { Post: { responses: {} }, query: {}, fetch: { responses: {} }, x-delete: { responses: {} }, note: { a: 1 }, get: { responses: {} } }
  /b: { additionalOperations: { COPY: { responses: {} } } }
  /c: { $ref: '#/paths/~1b', delete: { responses: {} } }
";
    let (sources, outline) = outlined("t.yaml", text);
    let told: Vec<(&str, &str, Unreadable)> =
        outline.unread.iter().map(|one| (&*one.key, &*one.template, one.why)).collect();
    let expected = [
        ("Post", "/a", Unreadable::OtherCase(Method::Post)),
        ("query", "/a", Unreadable::OtherVersion),
        ("fetch", "/a", Unreadable::NoMethod),
        ("additionalOperations", "/b", Unreadable::OtherVersion),
        ("delete", "/c", Unreadable::BesideReference),
        ("additionalOperations", "/c", Unreadable::OtherVersion),
    ];
    assert_eq!(told, expected);
    for one in &outline.unread {
        let (from, to) = (one.span.start as usize, one.span.end as usize);
        assert_eq!(sources.text(one.span.source).get(from..to), Some(one.key.as_str()));
    }
    assert_eq!(outline.operations.len(), 1);
    let newer = text.replace("3.0.3", "3.2.0");
    let (_, outline) = outlined("t.yaml", &newer);
    let told: Vec<&str> = outline.unread.iter().map(|one| &*one.key).collect();
    assert_eq!(told, ["Post", "fetch", "delete"], "the others are of this version");
}

#[test]
fn webhooks_alone_are_a_document_since_3_1() {
    const HOOKS: &str = "info: { title: t, version: '1' }\nwebhooks: { paid: { post: {} } }\n";
    let (_, outline) = outlined("t.yaml", &format!("openapi: 3.1.0\n{HOOKS}"));
    assert_eq!((outline.operations.len(), outline.webhooks.len()), (0, 1));
    for text in [format!("openapi: 3.0.3\n{HOOKS}"), format!("openapi: 3.1.0\npaths: 1\n{HOOKS}")] {
        let mut sources = Sources::default();
        let main = sources.add("t.yaml", text);
        assert!(read(&mut sources, main, &mut NoFiles).is_err());
    }
}
