//! What is said about bad documents: severity, code, line and column, message, help.

use crate::reading::{read, told};

/// What is said about a YAML document, and how many operations are served.
fn problems(text: &str) -> String {
    problems_of("api.yaml", text)
}

fn problems_of(name: &str, text: &str) -> String {
    let (sources, result) = read(name, text);
    match result {
        Ok(contract) => {
            let served: Vec<String> =
                contract.operations.iter().map(portcullis_contract::Operation::title).collect();
            format!("served: {}\n{}", served.join(", "), told(&sources, &contract.warnings))
        }
        Err(problems) => format!("stopped\n{}", told(&sources, &problems)),
    }
}

/// A document with these paths and components.
fn with(paths: &str, components: &str) -> String {
    let indent = |text: &str| text.trim_matches('\n').replace('\n', "\n  ");
    format!(
        "openapi: 3.1.0\ninfo: {{ title: T, version: v }}\npaths:\n  {}\ncomponents:\n  {}\n",
        indent(paths),
        indent(components)
    )
}

#[test]
fn texts_that_cannot_be_read_stop() {
    let mut out = String::new();
    for text in [
        "openapi: 3.0.3\ninfo: { title: Pharmacy\n",
        "openapi: 3.0.3\n\tinfo: x\n",
        "{\"openapi\": \"3.0.3\",\n  \"paths\": {}, }",
        "{\"openapi\": \"3.0.3\", \"openapi\": \"3.1.0\"}",
        "{\"openapi\": \"3.0",
        "openapi: 3.0.3\nopenapi: 3.1.0\n",
        "base: &b { a: 1 }\nuse:\n  <<: *b\n",
        "",
        "[]",
        "just text",
    ] {
        let name = if text.starts_with('{') { "api.json" } else { "api.yaml" };
        out.push_str(&problems_of(name, text));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn versions_that_are_not_read_stop() {
    let mut out = String::new();
    for text in [
        "swagger: \"1.2\"\npaths: {}",
        "swagger: \"2.0\"",
        "openapi: 3.3.0\npaths: {}",
        "openapi: 3\npaths: {}",
        "info: {}",
        "openapi: 3.0.3",
        "openapi: 3.0.3\npaths: []",
    ] {
        out.push_str(&problems(text));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn references_to_nothing_stop() {
    insta::assert_snapshot!(problems(&with(
        r##"
/orders:
  post:
    requestBody: { $ref: "#/components/requestBodies/Oder" }
    responses:
      200: { $ref: "other.yaml#/x" }
  get:
    parameters: [{ $ref: "#/components/parameters/A" }]
    responses:
      200:
        content:
          application/json: { schema: { $ref: "#/components/schemas/Gone" } }
  put:
    requestBody:
      content:
        application/json: { schema: { properties: { a: { $ref: "#Anchor" } } } }
"##,
        r##"
requestBodies:
  Order: { content: {} }
parameters:
  A: { $ref: "#/components/parameters/B" }
  B: { $ref: "#/components/parameters/A" }
"##,
    )));
}

#[test]
fn what_concerns_one_operation_closes_that_one() {
    insta::assert_snapshot!(problems(&with(
        r##"
/fine: { get: { responses: {} } }
/pattern: { get: { parameters: [{ name: a, in: query, schema: { type: string, pattern: "(" } }] } }
/type: { get: { parameters: [{ name: a, in: query, schema: { type: strng } }] } }
/nowhere: { get: { parameters: [{ name: a, schema: {} }] } }
/nameless: { get: { parameters: [{ in: query }] } }
/list: { get: { parameters: { name: a } } }
/text: { get: responses, put: {} }
/item: text
/body: { post: { requestBody: [] } }
/deep:
  post: { requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Outer" } } } } }
  put: { requestBody: { content: { application/json: { schema: { minLength: -1 } } } } }
  patch: { requestBody: { content: { application/json: { schema: { allOf: [] } } } } }
  delete: { requestBody: { content: { application/json: { schema: { properties: [] } } } } }
  get: { responses: { 200: { content: { application/json: { schema: { $ref: "#/components/schemas/Outer" } } } } } }
/dynamic: { post: { requestBody: { content: { application/json: { schema: { $recursiveRef: "#" } } } } } }
"##,
        r##"
schemas:
  Outer: { type: object, properties: { inner: { $ref: "#/components/schemas/Inner" } } }
  Inner: { type: object, properties: { a: { pattern: "[z-a]" }, outer: { $ref: "#/components/schemas/Outer" } } }
"##,
    )));
}

#[test]
fn paths_that_cannot_be_told_apart_are_told() {
    insta::assert_snapshot!(problems(&with(
        r"
/a/{id}: { get: { operationId: one }, put: {} }
/a/{name}: { get: { operationId: two }, delete: { operationId: one } }
/b?c=d: { get: {} }
/b#c: { get: {} }
b: { get: {} }
/b//c: { get: {} }
/{a}{b}: { get: {} }
/{a: { get: {} }
/{a}-{b}: { get: {} }
/{entity}/me: { get: {} }
/books/{id}: { post: {} }
/books/me: { get: {} }
/c: { gett: {}, x-get: {}, GET: {} }
x-paths: {}
",
        "schemas: {}",
    )));
}

#[test]
fn a_misspelt_key_is_told_wherever_it_stands() {
    insta::assert_snapshot!(problems(&with(
        r#"
/a:
  gett: {}
  query: {}
  post:
    operationID: a
    requestbody: { content: {} }
    response: { "200": { description: ok } }
    requestBody:
      requird: true
      content:
        aplication/json: { schemas: { type: string } }
    parameters:
      - { name: q, in: query, schemas: { type: integer }, requird: true }
    responses:
      "200": { description: ok, contents: {} }
    X-Owner: us
/b:
  post:
    operationID: again
    responses: {}
"#,
        "schema: {}
scopes: {}",
    )));
}

#[test]
fn a_document_cannot_act_on_the_terminal_of_its_reader() {
    let text = "openapi: 3.1.0\ninfo: { title: \"A\\e[31mB\\u202e\", version: \"1\\a\" }\n\
                paths:\n  /a: { get: { operationId: \"x\\e[2J\" } }\n";
    let (sources, result) = read("api.yaml", text);
    let contract = result.unwrap();
    let told = told(&sources, &contract.warnings);
    let names = contract.operations.iter().map(portcullis_contract::Operation::name);
    let all = [contract.title, contract.version, told].into_iter().chain(names);
    let all: Vec<String> = all.collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn parameters_that_do_not_fit_are_told() {
    insta::assert_snapshot!(problems(&with(
        r"
/a/{id}:
  get:
    x-sunset: next spring
    parameters:
      - { name: other, in: path, required: true, schema: { type: string } }
      - { name: q, in: query, schema: { type: string } }
      - { name: q, in: query, schema: { type: integer } }
      - { name: matrix, in: query, style: matrix, schema: { type: string } }
      - { name: spaces, in: query, style: spaceDelimited, schema: { type: array } }
      - { name: X-Object, in: header, style: form, schema: { type: object } }
      - { name: single, in: query, style: deepObject, schema: { type: string } }
      - { name: pairs, in: query, explode: false, schema: { properties: { a: { type: object } } } }
      - { name: members, in: query, schema: { properties: { q: {}, b: { type: object } } } }
      - { name: map, in: query, schema: { type: object, additionalProperties: { type: string } } }
      - { name: xml, in: query, content: { application/xml: {} } }
      - { name: accept, in: header, schema: { type: string } }
",
        "schemas: {}",
    )));
}

#[test]
fn security_that_nothing_satisfies_is_told() {
    insta::assert_snapshot!(problems(&with(
        r"
/a: { get: { security: [{ sesion: [] }] } }
/b: { get: { security: {} }, put: { security: [session] } }
",
        r"
securitySchemes:
  session: { type: http, scheme: bearer }
  odd: { type: carrier-pigeon }
  nowhere: { type: apiKey, in: body, name: k }
",
    )));
}

#[test]
fn what_is_said_of_parts_and_cannot_be_kept_is_told() {
    insta::assert_snapshot!(problems(&with(
        r"
/a:
  post:
    requestBody:
      content:
        multipart/form-data:
          schema:
            type: object
            properties:
              file: { type: string, format: binary }
              files: { type: array, items: { type: string, format: binary } }
              tags: { type: array, items: { type: string } }
          encoding:
            file: { contentType: 'image/png, image/*' }
            tags: { style: form, explode: false }
            other: { contentType: text/plain }
    responses: { 204: { description: done } }
/b:
  post:
    requestBody:
      content:
        multipart/form-data:
          schema: { type: object, properties: { a: { type: string } } }
          encoding: { a: { contentType: nonsense } }
    responses: { 204: { description: done } }
",
        "schemas: {}",
    )));
}

#[test]
fn what_is_said_of_fields_and_means_nothing_is_told() {
    insta::assert_snapshot!(problems(&with(
        r"
/a:
  post:
    requestBody:
      content:
        application/x-www-form-urlencoded:
          schema:
            type: object
            properties:
              one: { type: string }
              list: { type: array, items: { type: string } }
              object: { type: object, properties: { a: { type: string } } }
              map: { type: object, additionalProperties: { type: string } }
              xml: { type: object }
          encoding:
            one: { style: deepObject, explode: true }
            list: { style: matrix }
            object: { style: pipeDelimited, explode: true }
            map: { style: form, explode: true }
            xml: { contentType: application/xml }
            other: { style: form }
    responses: { 204: { description: done } }
/b:
  post:
    requestBody:
      content:
        application/x-www-form-urlencoded:
          schema: { type: object, properties: { a: { type: string } } }
          encoding: { a: { contentType: nonsense } }
    responses: { 204: { description: done } }
",
        "schemas: {}",
    )));
}

#[test]
fn bodies_that_are_not_looked_into_are_told() {
    insta::assert_snapshot!(problems(&with(
        r"
/a:
  post:
    servers: [{ url: /other }]
    requestBody:
      content:
        multipart/form-data: {}
        multipart/mixed: {}
        text/xml: { schema: { type: object } }
        text/csv: { schema: { type: array, items: {} } }
        application/octet-stream: { schema: { type: object } }
        json: {}
        application/json: {}
        application/json; charset=utf-8: {}
        application/json; v=2: { schema: { type: string } }
    responses:
      ok: {}
      200: { content: { application/xml: {} } }
      201:
        content:
          application/json:
            schema:
              oneOf:
                - { type: object, properties: { a: { type: string } } }
                - { type: object }
",
        "schemas: {}",
    )));
}

#[test]
fn paths_of_two_operations_are_told_unless_one_refuses_them() {
    let path = |name: &str, schema: &str| {
        format!("[{{ name: {name}, in: path, required: true, schema: {schema} }}]")
    };
    let text = path("p", "{ type: string }");
    let number = path("p", "{ type: integer }");
    let no_word = path("p", "{ type: string, not: { const: latest } }");
    let file = "[{ name: a, in: path, required: true, schema: { type: string } }, \
                { name: b, in: path, required: true, schema: { type: string } }]";
    insta::assert_snapshot!(problems(&with(
        &format!(
            "
/books/{{p}}: {{ get: {{ parameters: {text}, responses: {{}} }} }}
/shops/{{p}}: {{ get: {{ parameters: {number}, responses: {{}} }} }}
/halls/{{p}}: {{ get: {{ parameters: {no_word}, responses: {{}} }} }}
/posts/{{p}}: {{ put: {{ parameters: {text}, responses: {{}} }} }}
/{{p}}/latest: {{ get: {{ parameters: {text}, responses: {{}} }} }}
/{{p}}/latest/{{q}}: {{ get: {{ responses: {{}} }} }}
/files/of/{{a}}:{{b}}: {{ get: {{ parameters: {file}, responses: {{}} }} }}
/files/of/{{a}}-{{b}}: {{ get: {{ parameters: {file}, responses: {{}} }} }}
/files/of/{{p}}:lock: {{ put: {{ parameters: {text}, responses: {{}} }} }}
/files/of/{{p}}:free: {{ put: {{ parameters: {text}, responses: {{}} }} }}
"
        ),
        "schemas: {}",
    )));
}

#[test]
fn what_is_said_of_xml_and_has_no_single_meaning_is_told() {
    insta::assert_snapshot!(problems(&with(
        "
/a:
  post:
    requestBody:
      content:
        application/xml:
          schema:
            type: object
            properties:
              a: { type: string, xml: { name: id } }
              id: { type: integer }
              list: { type: array, items: { type: array, items: { type: string } } }
              object: { type: object, xml: { attribute: true } }
    responses:
      200:
        content:
          text/xml:
            schema:
              type: object
              properties:
                either: { type: [array, string], items: { type: string }, xml: { wrapped: true } }
                one: { oneOf: [{ type: string, xml: { name: x } }, { type: integer }] }
                colon: { type: string, xml: { name: 'p:colon' } }
                odd: { type: string, xml: { prefix: p, nodeType: text, attribute: 1 } }
                map: { type: object, additionalProperties: { type: string, xml: { name: y } } }
          application/problem+xml:
            schema: { type: object, properties: { '@type': { type: string } } }
          application/json:
            schema: { type: object, properties: { b: { type: string, xml: { wrapped: 1 } } } }
",
        "schemas: {}",
    )));
}

#[test]
fn booleans_that_are_none_are_told_and_close() {
    let (_, result) = read("api.yaml", &with(FLAGS, "schemas: {}"));
    let contract = result.unwrap();
    let operation = &contract.operations[0];
    assert!(operation.body.as_ref().unwrap().required);
    let required: Vec<bool> = operation.parameters.iter().map(|one| one.required).collect();
    assert_eq!(required, [true, true, false, false]);
    assert!(!operation.parameters[1].allow_empty);
    let collection = operation.parameters[2].collection;
    assert!(matches!(collection, portcullis_contract::Collection::Joined(_)), "as it is meant");
    insta::assert_snapshot!(problems(&with(FLAGS, "schemas: {}")));
}

const FLAGS: &str = r#"
/a:
  x-sunset: 2027-01-01
  post:
    deprecated: maybe
    parameters:
      - { name: a, in: query, required: yes, schema: { type: string } }
      - { name: b, in: query, required: "true", allowEmptyValue: "yes", schema: { type: string } }
      - { name: c, in: query, explode: no, schema: { type: array, items: { type: string } } }
      - { name: d, in: query, explode: 0, schema: { type: array, items: { type: string } } }
    requestBody:
      required: "true"
      content: { application/json: { schema: { properties: { a: { type: string } } } } }
    responses: { "204": { description: done }, "200": { description: x, content: [a] } }
"#;

#[test]
fn keywords_of_the_wrong_kind_are_told_in_answers_and_declare_nothing() {
    let answer = |schema: &str| {
        with(
            &format!(
                "\n/a:\n  get:\n    responses:\n      200: {{ description: d, content: {{ \
                 application/json: {{ schema: {schema} }} }} }}\n"
            ),
            "schemas: {}",
        )
    };
    let mut out = String::new();
    for schema in [
        r#"{ properties: { a: "string", b: { type: string }, c: [], d: } }"#,
        "{ properties: [a], additionalProperties: flase }",
        "{ type: object, additionalProperties: flase }",
        "{ properties: { a: {} }, required: a }",
        "{ type: array, items: string }",
        "{ allOf: { properties: { a: {} } } }",
        "{ type: string, nullable: true }",
    ] {
        let text = answer(schema);
        let (_, result) = read("api.yaml", &text);
        let contract = result.unwrap();
        let media = &contract.operations[0].responses[0].media[0];
        out.push_str(&contract.shapes.describe(media.schema.as_ref().unwrap().shape));
        out.push_str(&problems(&text));
    }
    out.push_str(&problems(&answer("{ type: string, nullable: yes }").replace("3.1.0", "3.0.3")));
    insta::assert_snapshot!(out);
}

#[test]
fn what_has_no_effect_in_a_parameter_is_told() {
    insta::assert_snapshot!(problems(&with(
        r"
/a:
  get:
    parameters:
      - { name: a, in: query, schema: { type: integer }, content: { application/json: { schema: { type: string } } } }
      - { name: b, in: query, content: { application/json: { schema: { type: string } }, text/plain: {} } }
      - { name: c, in: query, content: {} }
      - { name: d, in: query, content: text/plain, schema: { type: string } }
    responses: {}
/a\b: { get: { responses: {} } }
",
        "schemas: {}",
    )));
}

#[test]
fn a_document_of_two_versions_stops() {
    insta::assert_snapshot!(problems("swagger: '2.0'\nopenapi: 3.0.3\npaths: {}\n"));
}

#[test]
fn a_schema_beside_the_parameter_of_swagger_is_told() {
    insta::assert_snapshot!(problems(
        "swagger: '2.0'
info: { title: T, version: v }
consumes: [application/x-www-form-urlencoded]
produces: [application/json]
paths:
  /a:
    get:
      parameters:
        - { name: a, in: query, schema: { type: integer } }
        - { name: b, in: query, type: string, required: yes }
      responses: { 204: { description: done } }
    post:
      parameters:
        - { name: f, in: formData, schema: { type: integer }, required: 'yes' }
      responses: { 204: { description: done } }
"
    ));
}

#[test]
fn base_paths_that_vary_are_told() {
    let mut out = String::new();
    for server in [
        "{ url: '/{v}', variables: { v: { default: v1, enum: [v1, v2] } } }",
        "{ url: '/{v}', variables: { v: { default: v1 } } }",
        "{ url: '/{v}', variables: { v: { default: v1, enum: [v1] } } }",
        "{ url: 'https://{host}/v1', variables: { host: { default: a.example } } }",
    ] {
        out.push_str(&problems(&format!(
            "openapi: 3.1.0\ninfo: {{ title: T, version: v }}\nservers: [{server}]\npaths: {{}}\n"
        )));
    }
    insta::assert_snapshot!(out);
}
