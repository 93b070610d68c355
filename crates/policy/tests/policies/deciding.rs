//! What decides access must not be what callers write.

use portcullis_policy::Model;

use crate::pharmacy::{API, diagnostics, own};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: http://127.0.0.1:3000 }]
security: [{ key: [] }]
components:
  securitySchemes: { key: { type: http, scheme: bearer } }
  schemas:
    Person: { type: object, properties: { id: { type: string }, Role: { type: string } } }
paths:
  /profile:
    get:
      operationId: getProfile
      responses: { "200": { description: own, content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } } } }
    patch:
      operationId: changeProfile
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } } }
      responses: { "200": { description: changed } }
  /orders:
    post:
      operationId: createOrder
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } } }
      responses: { "201": { description: made } }
  /customers:
    post:
      operationId: addCustomer
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } } }
      responses: { "201": { description: made } }
"##;

fn said(contract: &str, attribute: &str, access: &str) -> String {
    let policy = format!(
        "{API}callers: {{ whoami: {{ operation: getProfile, subject: /id }}, attributes: {{ role: {attribute} }} }}\n\
         roles: {{ customer: [], staff: [customer] }}\naccess: {access}\n"
    );
    let mut input = crate::pharmacy::input(Some(&policy));
    input.contract = input.sources.add("openapi.yaml", contract);
    match Model::join(input) {
        Ok(model) => diagnostics(&model.sources, &own(&model.warnings)),
        Err(failure) => diagnostics(&failure.sources, &own(&failure.diagnostics)),
    }
}

#[test]
fn a_role_that_its_bearer_can_set_stops_and_one_that_may_be_somebody_elses_warns() {
    let all = "[{ role: customer, may: [changeProfile, addCustomer, createOrder, getProfile] }]";
    let told = said(CONTRACT, "{ whoami: /role }", all);
    assert!(told.contains("error[policy-bad-caller]"), "{told}");
    assert!(
        told.contains("`role` decides access, and requests of `changeProfile` can set it"),
        "{told}"
    );
    assert!(
        told.contains("warning[policy-bad-caller]") && told.contains("`addCustomer` can set it"),
        "{told}"
    );
    assert!(!told.contains("createOrder"), "an order's role is not the caller's: {told}");
}

#[test]
fn what_callers_cannot_write_or_what_decides_nothing_is_not_told() {
    let all = "[{ role: customer, may: [changeProfile, getProfile] }]";
    let read_only =
        CONTRACT.replace("Role: { type: string }", "Role: { type: string, readOnly: true }");
    let staff = "[{ role: staff, may: [changeProfile] }, { role: customer, may: [getProfile] }]";
    for (contract, attribute, access) in [
        (CONTRACT, "{ claim: /role }", all),
        (&read_only, "{ whoami: /role }", all),
        (CONTRACT, "{ whoami: /role }", staff),
        (CONTRACT, "{ whoami: /role }", "[{ may: [changeProfile, getProfile] }]"),
    ] {
        let told = said(contract, attribute, access);
        assert!(!told.contains("decides access"), "{attribute} {access}: {told}");
    }
}
