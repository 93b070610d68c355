//! What is learned from callers' own answers must be what no caller can write.

use portcullis_policy::Model;

use crate::pharmacy::{API, diagnostics, own};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: http://127.0.0.1:3000 }]
components:
  schemas:
    Order:
      type: object
      properties:
        id: { type: string, readOnly: true }
        item: { type: string }
        buyer: { type: object, properties: { id: { type: string }, number: { type: string, readOnly: true } } }
    Extra: { type: object, additionalProperties: { type: string } }
  responses:
    Any: { description: ok, content: { application/json: {} } }
paths:
  /orders:
    post:
      operationId: createOrder
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
      responses: { "201": { $ref: "#/components/responses/Any" } }
  /extras:
    post:
      operationId: createExtra
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Extra" } } } }
      responses: { "201": { $ref: "#/components/responses/Any" } }
  /profile/{owner}:
    get:
      operationId: getProfile
      parameters: [{ name: owner, in: path, required: true, schema: { type: string } }]
      responses: { "200": { $ref: "#/components/responses/Any" } }
"##;

fn join(operation: &str, at: &str) -> Result<Model, String> {
    let policy = format!(
        "{API}callers: {{ jwt: {{ issuer: \"https://login.example\", audience: shop }}, \
         attributes: {{ owner: {{ learned: {{ operation: {operation}, at: {at} }} }} }} }}\n"
    );
    let mut input = crate::pharmacy::input(Some(&policy));
    input.contract = input.sources.add("openapi.yaml", CONTRACT);
    Model::join(input).map_err(|failure| diagnostics(&failure.sources, &own(&failure.diagnostics)))
}

#[test]
fn what_only_the_api_writes_can_be_learned() {
    for (operation, at) in [
        ("createOrder", "/id"),
        ("createOrder", "/owner"),
        ("createOrder", "/buyer/number"),
        ("getProfile", "/customer"),
    ] {
        let model = join(operation, at).unwrap();
        let learned = model.callers.attributes[0].learned.as_ref().unwrap();
        assert_eq!(learned.pointer, at);
        let operation = model.contract.operation(learned.operation).unwrap();
        assert_eq!(operation.id.as_deref(), Some(operation.name().as_str()));
    }
}

#[test]
fn what_a_request_can_set_is_refused_with_its_place() {
    for (operation, at) in [
        ("createOrder", "/item"),
        ("createOrder", "/buyer"),
        ("createOrder", "/buyer/id"),
        ("createExtra", "/anything"),
        ("getProfile", "/owner"),
    ] {
        let said = join(operation, at).unwrap_err();
        assert!(said.contains("error[policy-bad-caller]"), "{said}");
        assert!(said.contains(&format!("`{operation}` can set `{at}` itself")), "{said}");
        assert!(said.contains("portcullis.yaml:"), "{said}");
    }
    assert!(join("getNothing", "/id").unwrap_err().contains("error[policy-unknown-operation]"));
    assert!(join("getProfile", "customer").unwrap_err().contains("error[policy-bad-pointer]"));
}
