//! What is learned from callers' own answers must be what no caller can write.

use portcullis_policy::Model;

use crate::pharmacy::{API, diagnostics, join_of, own};

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
        lines: { type: array, items: { type: object, properties: { sku: { type: string } } } }
        buyer: { type: object, properties: { customerId: { type: string }, number: { type: string, readOnly: true } } }
  responses:
    Any: { description: ok, content: { application/json: {} } }
paths:
  /orders:
    get:
      operationId: listOrders
      parameters:
        - { name: X-Customer-Number, in: header, schema: { type: string } }
        - { name: filter, in: query, style: deepObject, schema: { type: object, properties: { region: { type: string } } } }
      responses: { "200": { $ref: "#/components/responses/Any" } }
    post:
      operationId: createOrder
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
      responses: { "201": { $ref: "#/components/responses/Any" } }
  /extras:
    post:
      operationId: createExtra
      requestBody: { content: { application/json: { schema: { type: object, additionalProperties: { type: string } } } } }
      responses: { "201": { $ref: "#/components/responses/Any" } }
  /texts:
    post:
      operationId: createText
      requestBody: { content: { text/plain: { schema: { type: string } } } }
      responses: { "201": { $ref: "#/components/responses/Any" } }
  /profile:
    get:
      operationId: getProfile
      responses: { "200": { $ref: "#/components/responses/Any" } }
    patch:
      operationId: changeProfile
      requestBody: { content: { application/json: { schema: { type: object, properties: { nick_name: { type: string } } } } } }
      responses: { "200": { $ref: "#/components/responses/Any" } }
  /customers/{id}:
    get:
      operationId: getCustomer
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { "200": { $ref: "#/components/responses/Any" } }
"##;

fn join(operation: &str, at: &str) -> Result<Model, String> {
    let policy = format!(
        "{API}callers: {{ jwt: {{ issuer: \"https://login.example\", audience: shop }}, \
         attributes: {{ owner: {{ learned: {{ operation: {operation}, at: {at} }} }} }} }}\n"
    );
    join_of(CONTRACT, &policy)
        .map_err(|failure| diagnostics(&failure.sources, &own(&failure.diagnostics)))
}

#[test]
fn what_only_the_api_writes_can_be_learned() {
    for (operation, at) in [
        ("createOrder", "/id"),
        ("createOrder", "/buyer/number"),
        ("createOrder", "/owner"),
        ("listOrders", "/0/owner"),
        ("getProfile", "/customer_id"),
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
    for (operation, at, writer) in [
        ("createOrder", "/item", "createOrder"),
        // Under whatever the API puts around it, and in whatever spelling.
        ("createOrder", "/order/item", "createOrder"),
        ("createOrder", "/customer_id", "createOrder"),
        ("createOrder", "/lines/0/sku", "createOrder"),
        ("createExtra", "/anything", "createExtra"),
        ("createText", "/anything", "createText"),
        ("listOrders", "/customer_number", "listOrders"),
        ("listOrders", "/region", "listOrders"),
        // By another operation, before this one shows it.
        ("listOrders", "/item", "createOrder"),
        ("getProfile", "/nickName", "changeProfile"),
    ] {
        let said = join(operation, at).unwrap_err();
        assert!(said.contains("error[policy-bad-caller] portcullis.yaml:"), "{said}");
        assert!(said.contains(&format!("`{writer}` can set `{at}` itself")), "{said}");
    }
    let said = join("getCustomer", "/number").unwrap_err();
    assert!(said.contains("the path of `getCustomer` chooses what it answers about"), "{said}");
    assert!(join("getNothing", "/id").unwrap_err().contains("error[policy-unknown-operation]"));
    assert!(join("getProfile", "customer").unwrap_err().contains("error[policy-bad-pointer]"));
}
