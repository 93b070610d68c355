//! What a contract suggests as resources.

use portcullis_model::Sources;
use portcullis_policy::{SuggestedResource, suggest_resources};

/// Shapes of paths and answers that are common in real documents.
const SHAPES: &str = r##"openapi: 3.1.0
info: { title: Shapes, version: "1" }
components:
  schemas:
    Entity: { type: object, properties: { id: { type: string }, created: { type: string } } }
    OrderDetail:
      allOf: [{ $ref: "#/components/schemas/Entity" }]
      type: object
      properties: { customer_id: { type: string }, organisation_id: { type: string }, account: { type: object, properties: { id: { type: string } } } }
    OrderLine: { type: object, properties: { id: { type: string }, customer_id: { type: string } } }
    Prescription: { type: object, properties: { number: { type: string }, patientId: { type: integer }, name: { type: string } } }
    Car: { type: object, properties: { vin: { type: string }, counts: { type: object, properties: { user: { type: integer } } }, papers: { type: object, properties: { owner: { type: object, properties: { email: { type: string } } } } } } }
    User: { type: object, properties: { username: { type: string }, email: { type: string } } }
    Medicine: { type: object, properties: { id: { type: integer }, label: { type: string } } }
paths:
  /me/orders:
    get:
      operationId: listMyOrders
      responses: { "200": { description: own, content: { application/json: { schema: { type: object, properties: { items: { type: array, items: { $ref: "#/components/schemas/OrderLine" } } } } } } } }
  /orders:
    get:
      operationId: listOrders
      responses: { "200": { description: all, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/OrderDetail" } } } } } }
  /orders/{orderId}:
    get:
      operationId: getOrder
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/OrderDetail" } } } } }
  /orders/by-date/{created}:
    get:
      operationId: getOrderOf
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/OrderDetail" } } } } }
  /prescriptions/{number}:
    get:
      operationId: getPrescription
      responses: { "200": { description: one, content: { application/json: { schema: { type: object, properties: { data: { $ref: "#/components/schemas/Prescription" } } } } } } }
  /cars/{vin}:
    get:
      operationId: getCar
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Car" } } } } }
  /users/{username}:
    get:
      operationId: getUser
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/User" } } } } }
  /medicines/{id}:
    get:
      operationId: getMedicine
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Medicine" } } } } }
  /line-items/{id}:
    get:
      operationId: getLine
      responses: { "200": { description: one, content: { application/json: { schema: { type: object, properties: { id: { type: string }, ownerEmail: { type: string } } } } } } }
  /reports/{id}:
    get:
      operationId: getReport
      responses: { "200": { description: no schema } }
  /notes/{id}:
    delete:
      operationId: deleteNote
      responses: { "204": { description: gone } }
"##;

fn suggested() -> Vec<SuggestedResource> {
    let mut sources = Sources::default();
    let source = sources.add("shapes.yaml", SHAPES);
    let contract =
        portcullis_contract::read(&mut sources, source, &mut portcullis_contract::NoFiles);
    suggest_resources(&contract.expect("the document is right"))
}

#[test]
fn what_stands_behind_a_path_and_has_an_id_is_suggested_with_who_may_own_it() {
    let all = suggested();
    let told: Vec<String> = all
        .iter()
        .map(|one| {
            let schemas = one.schemas.join(" ");
            format!("{}: {schemas}; {}; {}", one.name, one.ids.join(" "), one.owners.join(" "))
        })
        .collect();
    assert_eq!(
        told,
        [
            "Order: OrderDetail OrderLine; /id /created; /customer_id /account/id",
            "Prescription: Prescription; /number; /patientId",
            "Car: Car; /vin; /papers/owner/email",
            "User: User; /username; /username",
            "Medicine: Medicine; /id; ",
            "LineItem: getLine.200; /id; /ownerEmail",
        ]
    );
}

#[test]
fn a_list_under_me_is_the_callers_own_and_any_other_is_not_known_to_be() {
    let all = suggested();
    let order = all.first().expect("it is suggested");
    assert_eq!((order.list, order.is_own_list, order.read_by), (Some(0), true, 2));
    assert_eq!(order.tenants, ["/organisation_id"]);
    assert!(all.iter().skip(1).all(|one| one.list.is_none() && !one.is_own_list));
}
