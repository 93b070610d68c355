//! A small API for tests: orders of customers, and what a test adds.

use std::path::PathBuf;

use portcullis_model::{Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};
use serde_json::Value;

use super::{ATTACKS_MAX, Generated, Options, Person, generate};

const PATHS: &str = r##"
  /orders:
    get:
      operationId: listOrders
      parameters:
        - { name: limit, in: query, schema: { type: integer, maximum: 50 } }
        - { name: q, in: query, schema: { type: string } }
      responses: { "200": { description: x, content: { application/json: { schema: { type: object, properties: { items: { type: array, items: { $ref: "#/components/schemas/Order" } } } } } } } }
    post:
      operationId: createOrder
      requestBody: { content: { application/json: { schema: { type: object, properties: { note: { type: string } } } } } }
      responses: { "201": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getOrder
      responses: { "200": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
"##;

const SCHEMAS: &str = r"
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  schemas:
    Order: { type: object, properties: { id: { type: integer }, customer_id: { type: integer }, note: { type: string } } }
";

const RULES: &str = "
callers:
  jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }]
  attributes: { role: { claim: /role } }
roles: { customer: [], staff: [] }
resources: { Order: { owner: /customer_id } }
access:
  - { role: customer, may: [read, create, list], on: Order, when: mine }
  - { role: staff, may: [read, list], on: Order }
";

/// Attacks on that API with further paths, and further lines of its policy: first such as belong to `access`.
pub(super) fn made(paths: &str, rules: &str, permits_destruction: bool) -> Generated {
    made_for(&people(), paths, rules, permits_destruction)
}

/// Two customers, and one of the staff.
pub(super) fn people() -> Vec<Person> {
    let all = [("ann", "customer"), ("ben", "customer"), ("sue", "staff")];
    let person = |(name, role): (&str, &str)| Person {
        name: name.to_owned(),
        roles: Some(vec![role.to_owned()]),
        has_cookie: false,
    };
    all.into_iter().map(person).collect()
}

/// The same for other people.
pub(super) fn made_for(
    people: &[Person],
    paths: &str,
    rules: &str,
    permits_destruction: bool,
) -> Generated {
    let document = format!(
        "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\nservers: [{{ url: /v2 }}]\nsecurity: [{{ bearer: [] }}]\n\
         paths:{PATHS}{paths}{SCHEMAS}"
    );
    let mut sources = Sources::default();
    let contract = sources.add("api.yaml", document);
    let policy = format!(
        "apis: [{{ contract: api.yaml, upstream: \"http://127.0.0.1:9\" }}]\nlisten: 127.0.0.1:0\n{RULES}{rules}"
    );
    let policy = Some(sources.add("portcullis.yaml", policy));
    let overrides = Overrides { upstream: None, listen: None };
    let now = UnixMillis(1_800_000_000_000);
    let input = Input { sources, contract, policy, folder: PathBuf::new(), overrides, now };
    let joined = Model::join(input);
    let model = joined.unwrap_or_else(|failure| panic!("{:?}", failure.diagnostics));
    let options =
        Options { policy_file: None, attacks_max: ATTACKS_MAX, seed: 1, permits_destruction };
    generate(&model, people, &options).unwrap()
}

/// Files of the attacks whose ids begin so.
pub(super) fn files(made: &Generated, begin: &str) -> Vec<Value> {
    let all = made.attacks.iter().filter(|one| one.attack.id.value.starts_with(begin));
    all.map(|one| serde_json::from_str(&one.text).unwrap()).collect()
}

/// Why something of an operation was not tried.
pub(super) fn why<'m>(made: &'m Generated, operation: &str, what: &str) -> Option<&'m str> {
    let left = made.left_out.iter().find(|one| one.operation == operation && one.what == what);
    left.map(|one| one.why.as_str())
}
