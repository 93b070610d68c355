//! Which named schemas speak of a value.

use portcullis_contract::{Contract, Shape};

use crate::reading::contract;

const DOCUMENT: &str = r##"
openapi: 3.0.3
info: { title: t, version: "1" }
paths:
  /orders:
    get:
      responses:
        "200":
          description: orders
          content: { application/json: { schema: { $ref: "#/components/schemas/Orders" } } }
components:
  schemas:
    Orders: { type: array, items: { $ref: "#/components/schemas/OrderView" } }
    OrderView:
      allOf:
        - { $ref: "#/components/schemas/Order" }
        - { type: object, properties: { note: { type: string }, card: { oneOf: [{ $ref: "#/components/schemas/Card" }, { $ref: "#/components/schemas/Bank" }] } } }
    Order: { type: object, properties: { id: { type: integer } } }
    Purchase: { $ref: "#/components/schemas/Order" }
    Card: { type: object, properties: { number: { type: string } } }
    Bank: { type: object, properties: { iban: { type: string } } }
    Unused: { $ref: "#/components/schemas/Nowhere" }
"##;

fn names(contract: &Contract, shape: &Shape) -> Vec<String> {
    let all = contract.shapes.schema_names();
    all.filter(|(_, name)| shape.is_of(*name)).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn a_value_is_of_what_names_it_of_what_that_builds_on_and_of_its_alternatives() {
    let contract = contract("api.yaml", DOCUMENT);
    let shapes = &contract.shapes;
    let media = &contract.operations[0].responses[0].media[0];
    let list = shapes.get(media.schema.as_ref().unwrap().shape);
    assert_eq!(names(&contract, list), ["Orders"]);
    let order = shapes.get(list.items.unwrap());
    // Another name of it, too: it is the same schema.
    assert_eq!(names(&contract, order), ["OrderView", "Order", "Purchase"]);
    let (_, card) = order.object.properties().find(|(name, _)| *name == "card").unwrap();
    assert_eq!(names(&contract, shapes.get(card.shape)), ["Card", "Bank"]);
    let (_, note) = order.object.properties().find(|(name, _)| *name == "note").unwrap();
    assert_eq!(names(&contract, shapes.get(note.shape)), Vec::<String>::new());
    let order = shapes.schema_named("Order").unwrap();
    assert_eq!(shapes.schema_name(order), "Order");
    assert_eq!(shapes.shapes_of(order).count(), 1);
    assert_eq!(shapes.schema_named("order"), None);
}
