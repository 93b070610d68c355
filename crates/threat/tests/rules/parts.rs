//! Which part of a control answers a threat: each with a policy under which it does, and one under which it does not
//! although the control is on.

mod apis;

use portcullis_model::ControlId::{self, *};
use portcullis_threat::{Answers, Sources, State, Stated, System, ThreatModel, model};

use self::apis::{
    ANYTHING, BUY, BUY_BY_CARD, BYTES, CHANGE, COUNTED, EVERYBODYS, GIVES_ANYTHING, HEAD,
    HEALTH_AND_READ, JWT, KEYED, KEYED_AND_ME, LEADS, LINK, LIST, LOGIN, MAP, ME, NUMBERS, OWN,
    PART_OF_ANY, PART_OF_KIND, PICTURE, READ, ROLES, SECRET, SENDS, SORTED, SORTED_BY_ALL, STREAM,
    TEXT, TWO_FOR_EVER, TWO_VERSIONS, WHOAMI, XML,
};
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

/// Who may have orders, each of which has an owner and a tenant.
macro_rules! owned {
    (TENANTS, $access:literal) => {
        concat!(
            "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }], ",
            "attributes: { role: { claim: /role }, branch: { claim: /branch } } }\n",
            "roles: { customer: [], pharmacist: [], admin: [pharmacist, customer] }\n",
            "tenant: { at: /email, is: branch }\n",
            "resources: { Order: { owner: /owner } }\naccess: ",
            $access,
            "\n"
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
        "called-too-often",
        ResourceLimits,
        (PICTURE, said!("rates: [{ of: photo, per: caller, rate: 5/s }]")),
        (PICTURE, said!("rates: [{ of: photo, per: caller, rate: 5/s, counts: success }]")),
    ),
    pair(
        "called-too-often",
        ResourceLimits,
        (PICTURE, said!("rates: [{ of: photo, per: address, rate: 5/s, counts_callers: true }]")),
        (PICTURE, said!("rates: [{ of: photo, per: address, rate: 5/s }]")),
    ),
    pair(
        "called-too-often",
        ResourceLimits,
        (PICTURE, said!("rates: [{ per: caller, rate: 5/s }]")),
        // Others can ask, so that there is a rate, which nobody wrote.
        (
            PICTURE,
            said!("listen: 0.0.0.0:8080" "tls: { certificate: file:a.pem, key: file:b.pem }"),
        ),
    ),
    pair(
        "all-data-taken",
        ResourceLimits,
        (
            LIST,
            said!("rates: [{ of: listOrders, per: caller, cost: bytes, rate: 10MiB/d, burst: 1MiB }]" "resources: { Order: { owner: /owner } }" "access: [{ may: [list], on: Order, when: mine }]"),
        ),
        (
            LIST,
            said!("rates: [{ of: listOrders, per: everybody, cost: bytes, rate: 900MiB/s }]" "resources: { Order: { owner: /owner } }" "access: [{ may: [list], on: Order, when: mine }]"),
        ),
    ),
    pair(
        "all-data-taken",
        ResourceLimits,
        (
            LIST,
            said!("rates: [{ of: listOrders, per: caller, rate: 1/min, burst: 10 }]" "resources: { Order: { owner: /owner } }" "access: [{ may: [list], on: Order, when: mine }]"),
        ),
        (
            LIST,
            said!("rates: [{ of: listOrders, per: caller, rate: 1/min, burst: 1000000 }]" "resources: { Order: { owner: /owner } }" "access: [{ may: [list], on: Order, when: mine }]"),
        ),
    ),
    pair(
        "called-too-often",
        ResourceLimits,
        (PICTURE, said!("rates: [{ of: photo, per: caller, rate: 100/s }]")),
        (PICTURE, said!("rates: [{ of: photo, per: caller, rate: 1000000/s }]")),
    ),
    pair(
        "called-too-often",
        ResourceLimits,
        (PICTURE, said!("rates: [{ of: photo, per: caller, rate: 100/s }]")),
        (PICTURE, said!("rates: [{ of: photo, per: caller, rate: 1/s, burst: 1000000 }]")),
    ),
    pair(
        "own-values",
        BusinessFlow,
        (BUY_BY_CARD, said!("operations: { purchase: { values: { body./amount: \"1..100\" } } }")),
        (
            BUY_BY_CARD,
            said!("operations: { purchase: { values: { body./card_number: \"1..100\" } } }"),
        ),
    ),
    pair(
        "run-by-programs",
        BusinessFlow,
        (BUY, said!("flows: { sale: { steps: [quote, { step: purchase, after: 1s }] } }")),
        (BUY, said!("flows: { sale: { steps: [quote, { step: purchase, after: 1ms }] } }")),
    ),
    pair(
        "password-guessed",
        ResourceLimits,
        (
            LOGIN,
            said!("rates: [{ of: signIn, per: body./email, rate: 10/15min }]" "access: [{ anyone: [signIn] }]"),
        ),
        (
            LOGIN,
            said!("rates: [{ of: signIn, per: body./password, rate: 10/15min }]" "access: [{ anyone: [signIn] }]"),
        ),
    ),
    pair(
        "password-guessed",
        ResourceLimits,
        (
            LOGIN,
            said!("rates: [{ of: signIn, per: [address, body./email], rate: 10/15min }]" "access: [{ anyone: [signIn] }]"),
        ),
        (
            LOGIN,
            said!("rates: [{ of: signIn, per: [address, body./password], rate: 10/15min }]" "access: [{ anyone: [signIn] }]"),
        ),
    ),
    pair(
        "done-twice",
        BusinessFlow,
        (BUY, said!("flows: { sale: { steps: [quote, purchase] } }")),
        (BUY, said!("flows: { sale: { steps: [purchase, quote] } }")),
    ),
    pair("file-is-a-page", ContentType, (PICTURE, JWT), (BYTES, JWT)),
    pair("file-is-a-page", ContentType, (PART_OF_KIND, JWT), (PART_OF_ANY, JWT)),
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
    pair(
        "others-objects-read",
        ObjectOwnership,
        (
            READ,
            owned!(
                TENANTS,
                "[{ may: [read], on: Order, when: mine }, { role: admin, may: \"*\", across_tenants: true, reason: x }]"
            ),
        ),
        (READ, owned!(TENANTS, "[{ may: \"*\", across_tenants: true, reason: x }]")),
    ),
    pair(
        "others-objects-changed",
        ObjectOwnership,
        (
            CHANGE,
            owned!(
                TENANTS,
                "[{ may: \"*\", on: Order, when: resource./owner == caller.id, across_tenants: true, reason: x }]"
            ),
        ),
        (CHANGE, owned!(TENANTS, "[{ may: \"*\", across_tenants: true, reason: x }]")),
    ),
    pair(
        "others-objects-read",
        ObjectOwnership,
        (
            READ,
            owned!(
                TENANTS,
                "[{ may: [read], on: Order, when: mine, across_tenants: true, reason: x }]"
            ),
        ),
        (READ, owned!(TENANTS, "[{ may: [read], on: Order, across_tenants: true, reason: x }]")),
    ),
    // Pharmacists are told apart from those who have their own.
    pair(
        "others-objects-read",
        ObjectOwnership,
        (
            READ,
            owned!(
                TENANTS,
                "[{ role: customer, may: [read], on: Order, when: mine }, { role: pharmacist, may: [read], on: Order }]"
            ),
        ),
        (
            READ,
            owned!(
                TENANTS,
                "[{ role: customer, may: [list], on: Order, when: mine }, { role: customer, may: [read], on: Order }]"
            ),
        ),
    ),
    pair(
        "others-objects-listed",
        ObjectOwnership,
        (
            LIST,
            owned!(
                TENANTS,
                "[{ role: customer, may: [list], on: Order, when: mine }, { role: pharmacist, may: [list], on: Order }]"
            ),
        ),
        (LIST, owned!(TENANTS, "[{ role: customer, may: [list], on: Order }]")),
    ),
    pair(
        "others-objects-listed",
        ObjectOwnership,
        (LIST, owned!(TENANTS, "[{ role: customer, may: [list], on: Order, when: mine }]")),
        (LIST, owned!(TENANTS, "[{ may: [list], on: Order, when: caller.id == caller.id }]")),
    ),
    pair(
        "others-objects-read",
        ObjectOwnership,
        (
            READ,
            owned!(
                TENANTS,
                "[{ may: [read], on: Order, when: mine or resource./owner == caller.id }]"
            ),
        ),
        (
            READ,
            owned!(TENANTS, "[{ may: [read], on: Order, when: mine or caller.id == caller.id }]"),
        ),
    ),
    pair(
        "others-objects-read",
        ObjectOwnership,
        (READ, owned!(TENANTS, "[{ scope: orders, may: [read], on: Order, when: mine }]")),
        (READ, owned!(TENANTS, "[{ scope: orders, may: [read], on: Order }]")),
    ),
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
        "run-by-programs",
        ResourceLimits,
        (
            BUY,
            said!("flows: { sale: { steps: [quote, purchase] } }" "rates: [{ of: [quote, purchase], per: caller, rate: 10/d }]"),
        ),
        (
            BUY,
            said!("flows: { sale: { steps: [quote, purchase] } }" "rates: [{ of: [quote, purchase], per: caller, rate: 10/s }]"),
        ),
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
        "tenant-crossed",
        ObjectOwnership,
        (HEALTH_AND_READ, owned!(TENANTS, "[{ callers: [health] }, { may: [read], on: Order }]")),
        (
            HEALTH_AND_READ,
            owned!(
                TENANTS,
                "[{ callers: [health] }, { may: [read], on: Order, across_tenants: true, reason: x }]"
            ),
        ),
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

#[test]
fn what_nobody_is_served_is_not_open_to_who_shows_a_credential_that_nobody_verifies() {
    let of = |policy: &str| {
        let model = derived((READ, policy));
        let mut threats = model.threats.iter();
        threats.find(|one| one.rule.id == "nobody-asked-who").map(|one| one.state)
    };
    assert_eq!(of(""), Some(State::Configured), "nobody said whose orders are: it is closed");
    let relaxed = "relax: [{ operation: \"*\", control: object_ownership, mode: observe, by: us, reason: tests }]\n";
    assert_eq!(of(relaxed), Some(State::Missing));
}
