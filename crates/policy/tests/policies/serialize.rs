//! Which requests wait for one another.

use portcullis_policy::{Model, RequestPlace, Serialized, SerializedBy};

use crate::good::FULL;
use crate::pharmacy::{API, CONTRACT, diagnostics, input, join, own};

fn said(model: &Model, name: &str) -> Option<Serialized> {
    model.serialized.get(model.contract.operation_named(name).unwrap()).cloned().flatten()
}

#[test]
fn a_value_a_caller_or_everybody_and_a_group() {
    let model = join(FULL).unwrap();
    let group = Some("orders".into());
    let by = |place| SerializedBy::Value(place);
    let item = by(RequestPlace::Body("/item".to_owned()));
    assert_eq!(said(&model, "createOrder"), Some(Serialized { by: item, group: group.clone() }));
    let id = by(RequestPlace::Path("id".to_owned()));
    assert_eq!(said(&model, "GET /orders/{id}"), Some(Serialized { by: id, group }));
    let everybody = Serialized { by: SerializedBy::Everybody, group: None };
    assert_eq!(said(&model, "listMedicines"), Some(everybody));
    assert_eq!(said(&model, "watchOrders"), None);
    let lines = model.lines.operations.iter().filter(|lines| lines.serialize.is_some());
    assert_eq!(lines.count(), 3);
}

/// What is warned about in a policy that is correct otherwise.
fn warned(policy: &str) -> String {
    let model = join(&format!("{API}{policy}")).unwrap();
    diagnostics(&model.sources, &own(&model.warnings))
}

#[test]
fn a_group_of_one_is_told_because_it_may_be_misspelt() {
    let told = warned(
        "operations:\n  createOrder: { serialize: { by: everybody, group: money } }\n  \
         \"GET /orders/{id}\": { serialize: { by: everybody, group: mony } }\n",
    );
    assert!(told.contains("did you mean `money`?"), "{told}");
    assert_eq!(told.matches("only one operation is in the group").count(), 2, "{told}");
}

#[test]
fn callers_whom_nobody_verifies_are_told_to_be_one() {
    let told = warned("operations: { createOrder: { serialize: caller } }\n");
    assert!(told.contains("nobody verifies who calls `createOrder`"), "{told}");
}

#[test]
fn a_body_that_is_read_in_one_form_and_not_in_another_is_no_place() {
    let policy = format!("{API}operations: {{ createOrder: {{ serialize: body./item }} }}\n");
    for (other, is_good) in [("application/xml", false), ("multipart/form-data", false)]
        .into_iter()
        .chain([("application/x-www-form-urlencoded", true), ("*/*", false)])
    {
        let mut input = input(Some(&policy));
        let also = format!(
            "          \"{other}\": {{}}\n          application/json:\n            schema: {{ type: object"
        );
        let json = "          application/json:\n            schema: { type: object";
        let contract = CONTRACT.replace(json, &also);
        assert_ne!(contract, CONTRACT);
        input.contract = input.sources.add("other.yaml", contract);
        assert_eq!(Model::join(input).is_ok(), is_good, "{other}");
    }
}
