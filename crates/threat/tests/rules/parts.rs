//! Which part of a control answers a threat: each with a policy under which it does, and one under which it does not
//! although the control is on.

use portcullis_model::ControlId::{self, *};
use portcullis_threat::{Answers, Sources, State, Stated, System, ThreatModel, model};

use crate::given::{NOW, plan};

/// One threat, one of its controls, and two APIs. An API is what stands below `paths` and what its policy says.
struct Pair {
    threat: &'static str,
    control: ControlId,
    answered: (&'static str, &'static str),
    open: (&'static str, &'static str),
}

const fn pair(
    threat: &'static str,
    control: ControlId,
    answered: (&'static str, &'static str),
    open: (&'static str, &'static str),
) -> Pair {
    Pair { threat, control, answered, open }
}

const HEAD: &str = r##"
openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: / }]
security: [{ bearer: [] }]
components:
  securitySchemes:
    bearer: { type: http, scheme: bearer }
    key: { type: apiKey, in: header, name: X-Api-Key }
    basic: { type: http, scheme: basic }
  schemas:
    Order: { type: object, properties: { id: { type: integer }, owner: { type: integer }, email: { type: string } } }
    Hook: { type: object, properties: { client_secret: { type: string } } }
    Orders: { type: object, properties: { items: { type: array, items: { $ref: "#/components/schemas/Order" } } } }
paths:
"##;
const JWT: &str = "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }] }\n";
const WHOAMI: &str = "callers: { whoami: { operation: me, subject: /id, schemes: [bearer] } }\n";
const ME: &str = "
  /me:
    get:
      operationId: me
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { id: { type: integer }, role: { type: string } } } } } } }
";
const LIST: &str = "
  /orders:
    get:
      operationId: listOrders
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Orders' } } } } }
";
const COUNTED: &str = "
  /orders:
    get:
      operationId: listOrders
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { total: { type: integer }, items: { type: array, items: { $ref: '#/components/schemas/Order' } } } } } } } }
";
const READ: &str = "
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } }
";
const CHANGE: &str = "
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } }
    delete:
      operationId: deleteOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '204': { description: x } }
";
const LEADS: &str = "
  /leave:
    get:
      operationId: leave
      parameters: [{ name: to, in: query, required: true, schema: { type: string, format: uri } }]
      responses: { '302': { description: x } }
";
const TEXT: &str = "
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { type: object, properties: { note: { type: string } } } } } }
      responses: { '204': { description: x } }
";
const NUMBERS: &str = "
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { type: object, properties: { count: { type: integer } } } } } }
      responses: { '204': { description: x } }
";
const MAP: &str = "
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { type: object, properties: { count: { type: integer } }, additionalProperties: { type: integer } } } } }
      responses: { '204': { description: x } }
";
const ANYTHING: &str = "
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '204': { description: x } }
";
const GIVES_ANYTHING: &str = "
  /news:
    get:
      operationId: news
      responses: { '200': { description: x, content: { application/json: { schema: {} } } } }
";
const STREAM: &str = "
  /orders:
    get:
      operationId: listOrders
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Orders' } }, application/octet-stream: { schema: { type: string, format: binary } } } } }
";
const SECRET: &str = "
  /hooks:
    get:
      operationId: hooks
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Hook' } } } } }
";
const PICTURE: &str = "
  /photo:
    put:
      operationId: photo
      requestBody: { content: { image/png: { schema: { type: string, format: binary } } } }
      responses: { '204': { description: x } }
";
const BYTES: &str = "
  /photo:
    put:
      operationId: photo
      requestBody: { content: { application/octet-stream: { schema: { type: string, format: binary } } } }
      responses: { '204': { description: x } }
";
const SORTED: &str = "
  /medicines:
    get:
      operationId: medicines
      parameters: [{ name: sort, in: query, schema: { type: string, enum: [name, price] } }]
      responses: { '200': { description: x, content: { application/json: { schema: { type: array, items: { type: string } } } } } }
";
const SORTED_BY_ALL: &str = "
  /medicines:
    get:
      operationId: medicines
      parameters: [{ name: sort, in: query, schema: { type: string } }]
      responses: { '200': { description: x, content: { application/json: { schema: { type: array, items: { type: string } } } } } }
";
const TWO_VERSIONS: &str = "
  /v1/prices:
    get: { operationId: oldPrices, deprecated: true, x-sunset: 2999-01-01, responses: { '204': { description: x } } }
  /v2/prices:
    get: { operationId: prices, responses: { '204': { description: x } } }
";
const TWO_FOR_EVER: &str = "
  /v1/prices:
    get: { operationId: oldPrices, responses: { '204': { description: x } } }
  /v2/prices:
    get: { operationId: prices, responses: { '204': { description: x } } }
";
const BUY: &str = "
  /quote:
    post:
      operationId: quote
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { total: { type: integer } } } } } } }
  /purchase:
    post:
      operationId: purchase
      requestBody: { content: { application/json: { schema: { type: object, properties: { amount: { type: integer } } } } } }
      responses: { '204': { description: x } }
";
const LOGIN: &str = "
  /login:
    post:
      operationId: signIn
      security: []
      requestBody: { content: { application/json: { schema: { type: object, properties: { email: { type: string }, password: { type: string, format: password } } } } } }
      responses: { '204': { description: x } }
";
const SENDS: &str = "
  /send-code:
    post:
      operationId: sendCode
      security: []
      requestBody: { content: { application/json: { schema: { type: object, properties: { phone: { type: string } } } } } }
      responses: { '204': { description: x } }
";
const LINK: &str = "
  /reset:
    get:
      operationId: reset
      parameters: [{ name: token, in: query, required: true, schema: { type: string } }]
      responses: { '204': { description: x } }
";
const KEYED: &str = "
  /keyed:
    get:
      operationId: keyed
      security: [{ key: [] }]
      responses: { '204': { description: x } }
";
const XML: &str = "
  /feed:
    post:
      operationId: feed
      requestBody: { content: { application/xml: { schema: { type: object, xml: { name: feed }, properties: { count: { type: integer } } } } } }
      responses: { '204': { description: x } }
";
const ROLES: &str = "
  /roles/{id}:
    put:
      operationId: setRole
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '204': { description: x } }
  /me:
    get:
      operationId: me
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { id: { type: integer }, role: { type: string } } } } } } }
";
const OWN: &str = "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }] }\n\
    resources: { Order: { owner: /owner } }\n\
    access: [{ may: [read, list, delete], on: Order, when: mine }]\n";
const EVERYBODYS: &str = "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }] }\n\
    resources: { Order: { owner: /owner } }\n\
    access: [{ may: [read, list, delete], on: Order }]\n";

/// An exception of a control, everywhere.
macro_rules! relaxed {
    ($control:literal) => {
        concat!(
            "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }] }\n",
            "relax: [{ operation: \"*\", control: ",
            $control,
            ", mode: observe, by: us, reason: tests }]\n"
        )
    };
}

/// What is said under `operations` of one, beside how callers are known.
macro_rules! said {
    ($($line:literal)*) => {
        concat!(
            "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }] }\n",
            $($line, "\n",)*
        )
    };
}

const OF_OPERATIONS: &[Pair] = &[
    pair(
        "all-data-taken",
        ResourceLimits,
        (
            LIST,
            said!("resources: { Order: { owner: /owner } }" "rates: [{ of: listOrders, per: caller, rate: 100/d }]" "access: [{ may: [list], on: Order, when: mine }]"),
        ),
        (
            LIST,
            said!("resources: { Order: { owner: /owner } }" "rates: [{ of: listOrders, per: caller, rate: 100/s }]" "access: [{ may: [list], on: Order, when: mine }]"),
        ),
    ),
    pair(
        "answer-leads-away",
        UpstreamAnswer,
        (LEADS, said!("operations: { leave: { redirects: [shop.example.com] } }")),
        (LEADS, said!("operations: { leave: { redirects: public, reason: a test } }")),
    ),
    pair(
        "answers-hold-more",
        ResponseShape,
        (LIST, JWT),
        (STREAM, said!("operations: { listOrders: { answer: stream } }")),
    ),
    pair(
        "credentials-in-answers",
        ResponseShape,
        (SECRET, said!("answers: { Hook: { show: [/client_secret] } }")),
        (SECRET, JWT),
    ),
    pair(
        "done-twice",
        BusinessFlow,
        (BUY, said!("flows: { sale: { steps: [quote, purchase] } }")),
        (BUY, said!("flows: { sale: { steps: [purchase, quote] } }")),
    ),
    pair("file-is-a-page", ContentType, (PICTURE, JWT), (BYTES, JWT)),
    pair("hidden-columns-asked", InputShape, (SORTED, JWT), (SORTED_BY_ALL, JWT)),
    pair(
        "inside-reached",
        OutboundTarget,
        (LEADS, said!("operations: { leave: { targets: { query.to: public } } }")),
        (LEADS, said!("operations: { leave: { targets: { query.to: any }, reason: a test } }")),
    ),
    pair(
        "led-to-another-site",
        OutboundTarget,
        (LEADS, said!("operations: { leave: { targets: { query.to: [shop.example.com] } } }")),
        (LEADS, said!("operations: { leave: { targets: { query.to: public } } }")),
    ),
    pair(
        "led-to-another-site",
        UpstreamAnswer,
        (LEADS, said!("operations: { leave: { redirects: [shop.example.com] } }")),
        (LEADS, said!("operations: { leave: { redirects: public, reason: a test } }")),
    ),
    pair(
        "messages-at-your-cost",
        ResourceLimits,
        (
            SENDS,
            said!("rates: [{ of: sendCode, per: address, rate: 5/h }]" "access: [{ anyone: [sendCode] }]"),
        ),
        (
            SENDS,
            said!("rates: [{ of: sendCode, per: address, rate: 5/s }]" "access: [{ anyone: [sendCode] }]"),
        ),
    ),
    pair("object-existence-told", ObjectOwnership, (LIST, OWN), (COUNTED, OWN)),
    pair("old-version-used", ApiInventory, (TWO_VERSIONS, JWT), (TWO_FOR_EVER, JWT)),
    pair("others-objects-changed", ObjectOwnership, (CHANGE, OWN), (CHANGE, EVERYBODYS)),
    pair("others-objects-listed", ObjectOwnership, (LIST, OWN), (LIST, EVERYBODYS)),
    pair("others-objects-read", ObjectOwnership, (READ, OWN), (READ, EVERYBODYS)),
    pair(
        "others-script-shown",
        UpstreamAnswer,
        (GIVES_ANYTHING, said!("operations: { news: { markup: escaped } }")),
        (GIVES_ANYTHING, JWT),
    ),
    pair(
        "own-values",
        BusinessFlow,
        (BUY, said!("operations: { purchase: { values: { body./amount: \"1..100\" } } }")),
        (BUY, said!("flows: { sale: { steps: [quote, purchase] } }")),
    ),
    pair(
        "password-guessed",
        ResourceLimits,
        (
            LOGIN,
            said!("rates: [{ of: signIn, per: address, rate: 10/15min }]" "access: [{ anyone: [signIn] }]"),
        ),
        (
            LOGIN,
            said!("rates: [{ of: signIn, per: address, rate: 100/s }]" "access: [{ anyone: [signIn] }]"),
        ),
    ),
    pair(
        "properties-assigned",
        WritableProperties,
        (TEXT, JWT),
        (
            TEXT,
            said!(
                "relax: [{ operation: addNote, control: writable_properties, undeclared: allow, by: us, reason: tests }]"
            ),
        ),
    ),
    pair("prototype-changed", HostileInput, (TEXT, JWT), (NUMBERS, JWT)),
    pair("prototype-changed", WritableProperties, (NUMBERS, JWT), (MAP, JWT)),
    pair(
        "reserved-properties-shown",
        ResponseShape,
        (
            READ,
            said!("resources: { Order: { owner: /owner } }" "access: [{ may: [read], on: Order, when: mine, hide: [/email] }]"),
        ),
        (READ, OWN),
    ),
    pair(
        "rights-taken",
        FunctionAccess,
        (
            ROLES,
            "callers: { whoami: { operation: me, subject: /id, schemes: [bearer] }, attributes: { role: { whoami: /role } }, changes_roles: [setRole] }\n\
            roles: { admin: [] }\naccess: [{ role: admin, may: [setRole] }]\noperations: { setRole: { objects: none, reason: tests } }\n",
        ),
        (
            ROLES,
            "callers: { whoami: { operation: me, subject: /id, schemes: [bearer] }, attributes: { role: { whoami: /role } }, changes_roles: [setRole] }\n\
            roles: { admin: [] }\naccess: [{ callers: [setRole] }, { role: admin, may: [me] }]\noperations: { setRole: { objects: none, reason: tests } }\n",
        ),
    ),
    pair(
        "run-by-programs",
        BusinessFlow,
        (BUY, said!("flows: { sale: { steps: [quote, { step: purchase, after: 2s }] } }")),
        (BUY, said!("flows: { sale: { steps: [quote, purchase] } }")),
    ),
    pair(
        "step-left-out",
        BusinessFlow,
        (BUY, said!("flows: { sale: { steps: [quote, purchase] } }")),
        (BUY, said!("operations: { purchase: { values: { body./amount: \"1..100\" } } }")),
    ),
    pair(
        "text-becomes-page",
        HostileInput,
        (TEXT, said!("operations: { addNote: { texts: { body./note: markdown } } }")),
        (TEXT, said!("operations: { addNote: { texts: { body./note: html } } }")),
    ),
    pair(
        "text-becomes-query",
        HostileInput,
        (TEXT, JWT),
        (TEXT, said!("operations: { addNote: { texts: { body./note: markdown } } }")),
    ),
    pair("value-of-another-kind", InputShape, (TEXT, JWT), (ANYTHING, JWT)),
    pair("xml-reads-files", InputShape, (XML, JWT), (XML, relaxed!("content_type"))),
];

const OF_THE_WHOLE: &[Pair] = &[
    pair("answer-read-as-page", ResponseShape, (LIST, OWN), (GIVES_ANYTHING, JWT)),
    pair(
        "credential-outlives",
        CallerIdentity,
        (LIST, said!("store: { folder: sessions, key: file:store.key }")),
        (LIST, JWT),
    ),
    pair("credential-read-two-ways", CallerIdentity, (LIST, JWT), (ME, WHOAMI)),
    pair("debugging-left-on", ApiInventory, (LIST, JWT), (LIST, relaxed!("input_shape"))),
    pair(
        "key-does-more",
        FunctionAccess,
        (LIST, said!("access: [{ scope: orders, may: [listOrders] }]")),
        (LIST, JWT),
    ),
    pair(
        "key-of-another-environment",
        CallerIdentity,
        (
            KEYED,
            "callers: { api_keys: { brand: shop, environment: live, pepper: file:pepper.key, schemes: [key] } }\n\
            store: { folder: sessions, key: file:store.key }\n",
        ),
        (
            KEYED_AND_ME,
            "callers: { whoami: { operation: me, subject: /id, schemes: [key, bearer] } }\n",
        ),
    ),
    pair("others-data-trusted", ResponseShape, (LIST, OWN), (GIVES_ANYTHING, JWT)),
    pair("path-spelled-otherwise", ApiInventory, (LIST, JWT), (LIST, relaxed!("input_shape"))),
    pair(
        "right-kept",
        FunctionAccess,
        (
            ME,
            "callers: { whoami: { operation: me, subject: /id, schemes: [bearer] }, attributes: { role: { whoami: /role } } }\n\
            roles: { admin: [] }\naccess: [{ role: admin, may: [me] }]\n",
        ),
        (
            ME,
            "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }], attributes: { role: { claim: /role } } }\n\
            roles: { admin: [] }\naccess: [{ role: admin, may: [me] }]\n",
        ),
    ),
    pair("secret-in-address", SecretInUrl, (LIST, JWT), (LINK, JWT)),
    pair(
        "stolen-credential-used",
        CallerIdentity,
        (
            LIST,
            "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer], sender_constrained: true }] }\n",
        ),
        (LIST, JWT),
    ),
    pair(
        "text-becomes-command",
        HostileInput,
        (TEXT, JWT),
        (TEXT, said!("operations: { addNote: { texts: { body./note: markdown } } }")),
    ),
    pair("token-brings-its-key", CallerIdentity, (LIST, JWT), (ME, WHOAMI)),
    pair("token-for-another", CallerIdentity, (LIST, JWT), (ME, WHOAMI)),
    pair("token-forged", CallerIdentity, (LIST, JWT), (ME, WHOAMI)),
    pair("value-read-two-ways", InputShape, (TEXT, JWT), (TEXT, relaxed!("content_type"))),
];

const KEYED_AND_ME: &str = "
  /me:
    get:
      operationId: me
      security: [{ key: [] }]
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { id: { type: integer } } } } } } }
";

fn derived((paths, policy): (&str, &str)) -> ThreatModel {
    let contract = format!("{HEAD}{paths}");
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }}]\n{policy}"
    );
    let plans = [plan(&contract, &policy)];
    let stated = Stated::default();
    let sources = Sources { plans: &plans, stated: &stated, has_gateway: true, requests: None };
    let system = System::derive(&sources);
    let answers = Answers { plans: &plans, is_in_front: true, evidence: &[], seen: &[], now: NOW };
    model(system, stated, &answers)
}

/// What the control does about the threat, at the last element that has it; and why.
fn state(pair: &Pair, api: (&str, &str)) -> (State, String) {
    let model = derived(api);
    let threats = model.threats.iter().filter(|one| one.rule.id == pair.threat);
    let mitigations = threats.flat_map(|one| &one.mitigations);
    let mut about = mitigations.filter(|one| one.control == Some(pair.control));
    let about = about.next_back();
    let about = about.unwrap_or_else(|| panic!("`{}` does not concern {}", pair.threat, api.0));
    (about.state, about.why.to_string())
}

#[test]
fn a_control_that_is_on_answers_a_threat_where_its_part_is_there_and_nowhere_else() {
    let mut wrong = Vec::new();
    for pair in OF_OPERATIONS.iter().chain(OF_THE_WHOLE) {
        for (api, wanted) in [(pair.answered, State::Configured), (pair.open, State::Missing)] {
            let (found, why) = state(pair, api);
            if found != wanted {
                let Pair { threat, control, .. } = pair;
                wrong.push(format!("{threat} by {control}: {found:?}, not {wanted:?}: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_closed_is_open_while_what_closes_it_only_observes() {
    let closed = derived((READ, JWT));
    let ajar = derived((READ, relaxed!("object_ownership")));
    let of = |model: &ThreatModel| {
        let mut threats = model.threats.iter();
        threats.find(|one| one.rule.id == "others-objects-read").map(|one| one.state)
    };
    assert_eq!(of(&closed), Some(State::Configured), "nobody said whose orders are");
    assert_eq!(of(&ajar), Some(State::Missing));
}
