//! What widens, what narrows, and what does neither: a table, and the laws behind it.

use std::path::PathBuf;

use portcullis_model::{Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};

use super::*;
use crate::plan::PlanOptions;

const CONTRACT: &str = include_str!("tests/openapi.yaml");
const POLICY: &str = include_str!("tests/portcullis.yaml");
/// 2026-11-24.
const NOW: UnixMillis = UnixMillis(1_795_478_400_000);

fn plan(contract: &str, policy: &str) -> Plan {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", contract);
    let policy = Some(sources.add("portcullis.yaml", policy));
    let (folder, overrides) = (PathBuf::new(), Overrides::default());
    let input = Input { sources, contract, policy, folder, overrides, now: NOW };
    let model = Model::join(input).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics));
    Plan::compile(model, PlanOptions::default())
}

/// One edit, back and forth.
fn edited(from: &str, to: &str) -> (Plan, Plan) {
    let edit = |text: &str| {
        assert!(text.matches(from).count() <= 1, "`{from}` is not one place");
        text.replace(from, to)
    };
    assert!(CONTRACT.contains(from) != POLICY.contains(from), "`{from}` is in one of the files");
    (plan(CONTRACT, POLICY), plan(&edit(CONTRACT), &edit(POLICY)))
}

/// The plan of the contract with more paths.
fn plan_of(paths: &str) -> Plan {
    plan(&CONTRACT.replace("\n  /end:", paths), POLICY)
}

fn told(changes: &Changes) -> Vec<String> {
    changes.iter().map(|change| format!("{}: {change}", change.reach.name())).collect()
}

/// Edits that let more through, with the words that say so; backwards, each narrows.
const WIDER: [(&str, &str, &str); 51] = [
    ("flows: { stock: { steps: [createItem, getItem] } } # flow\n", "", "`flows: stock` is gone"),
    (
        "steps: [createItem, getItem] } }",
        "steps: [createItem, getOrder] } }",
        "`flows: stock` says something else",
    ),
    (
        "    values: { body./name: \"^[a-z]*$\" } # names\n",
        "",
        "no longer asks for `body./name: ^[a-z]*$`",
    ),
    ("rate: 100/s", "rate: 200/s", "`rates: { per: caller, rate: 100/s }` is gone"),
    ("  - { per: caller, rate: 100/s }\n", "", "`rates: { per: caller, rate: 100/s }` is gone"),
    (
        "\"*Item\", per: caller, at_once: 2",
        "createItem, per: caller, at_once: 2",
        "does not count `getItem`",
    ),
    ("at_once: 2 } # of items", "at_once: 3 }", "at_once: 2 }` is gone"),
    ("rate: 7/h }", "rate: 7/h, distinct: body./name }", "rate: 7/h }` is gone"),
    ("rate: 7/h }", "rate: 7/h, counts: success }", "rate: 7/h }` is gone"),
    (
        "    key: { type: apiKey",
        "    admin: { type: apiKey, in: header, name: X-Admin }\n    key: { type: apiKey",
        "the credential `admin` reaches the API with every operation",
    ),
    ("when_full: refuse", "when_full: lose", "requests pass whose records are lost"),
    ("[listItems]", "[listItems, getOrder]", "`getOrder` is opened: anyone may call it"),
    ("[listItems]", "[\"*\"]", "`getSecret` is opened"),
    ("security: [{ bearer: [], key: [] }]", "security: [{ bearer: [] }]", "fewer together"),
    (
        "security: [{ bearer: [] }] # secret",
        "security: [{ bearer: [] }, { key: [] }]",
        "another credential",
    ),
    (
        "body_bytes: 64KiB",
        "body_bytes: 65KiB",
        "`limits: { body_bytes }` is raised from 64KiB to 65KiB",
    ),
    ("body_rate: 1KiB/s", "body_rate: 512B/s", "is lowered"),
    ("origins: []", "origins: [\"https://a.example\"]", "pages of `https://a.example` may call"),
    (
        "until: 2026-12-31",
        "until: 2027-12-31",
        "`createItem` is only observed by `input_shape`, until 2027-12-31 (`ops`: because)",
    ),
    ("hide: [/tags]", "hide: []", "`/tags` of `Item` (Item and 0 others) is not hidden"),
    (
        "derive: {}",
        "derive: { tagged: { from: /tags, presence: true, keep: true } }",
        "answers show `tagged` of `Item`",
    ),
    ("show: []", "show: [/name]", "answers show `/name`"),
    ("env:ONE_KEY", "env:OTHER_KEY", "have another key"),
    ("    undeclared: refuse", "    undeclared: drop", "drops undeclared properties of requests"),
    ("    answers: refuse", "    answers: drop", "drops undeclared properties of answers"),
    ("listItems: {}", "listItems: { null_means: absent }", "takes null for absent"),
    (
        "    serialize: caller # one at a time\n",
        "",
        "no longer serves requests of one `caller` in turn",
    ),
    ("x-sunset: 2027-01-31", "x-sunset: 2027-02-28", "ends on 2027-02-28, and not on 2027-01-31"),
    (
        "name: { type: string, maxLength: 30 }",
        "name: { type: [string, integer], maxLength: 30 }",
        "`/name` may be",
    ),
    (
        "id: { type: integer, readOnly: true }",
        "id: { type: integer }",
        "body as `application/json`: `/id` may be written",
    ),
    (
        "secret: { type: string, writeOnly: true }",
        "secret: { type: string }",
        "answer 200 as `application/json`: `/secret` leaves",
    ),
    (
        "additionalProperties: false",
        "additionalProperties: true",
        "is dropped where it was refused",
    ),
    (
        "labels: { type: object, additionalProperties: { type: string } }",
        "labels: { type: object }",
        "`/labels/*` may be anything",
    ),
    (
        "additionalProperties: { type: string }",
        "additionalProperties: { type: [string, object] }",
        "`/labels/*` may be",
    ),
    ("items: { type: string }", "items: {}", "`/tags/*` may be"),
    ("required: true # body", "required: false", "does not require the body"),
    ("required: true # page", "required: false", "does not require the query parameter `page`"),
    (
        "schema: { type: integer, minimum: 1 } # page",
        "schema: { type: [integer, string], minimum: 1 }",
        "query parameter `page`: `it` may be",
    ),
    (
        "application/json: { schema: { $ref: \"#/components/schemas/Item\" } } # in",
        "application/json: { schema: { $ref: \"#/components/schemas/Item\" } }\n          text/plain: { schema: { type: string } }",
        "knows a body as `text/plain`",
    ),
    (
        "\"404\": { description: none } # order",
        "\"404\": { description: none }\n        \"201\": { description: made }",
        "gives the answer 201",
    ),
    (
        "        - { name: q, in: query, schema: { type: string } }",
        "        - { name: q, in: query, schema: { type: string } }\n        - { name: debug, in: query, schema: { type: boolean } }",
        "takes the query parameter `debug`",
    ),
    ("explode: false", "explode: true", "in another style"),
    ("maxLength: 30", "maxLength: 40", "`maxLength`"),
    ("minimum: 1 }", "minimum: 0 }", "`minimum`"),
    ("pattern: \"^[a-z]+$\"", "pattern: \"^[a-z]*$\"", "`pattern`"),
    ("enum: [red, green]", "enum: [red, green, blue]", "`enum`"),
    ("required: [name, colour]", "required: [name]", "`required`"),
    ("maxItems: 5, ", "", "`maxItems`"),
    (
        "reason: nobody owns an item",
        "reason: nobody owns an item\n    texts: { body./name: markdown }",
        "takes a text for `markdown`",
    ),
    ("maxLength: 30", "maxLength: 30, x-text: prose", "is looked at for fewer languages"),
    ("[listItems]", "[listItems, createItem]", "`createItem` is opened"),
];

#[test]
fn what_lets_more_through_is_wider_and_backwards_narrower() {
    for (from, to, words) in WIDER {
        let (before, after) = edited(from, to);
        let there = Changes::between(&before, &after, NOW);
        let lines = told(&there);
        assert!(there.widens(), "{from} -> {to}: {lines:?}");
        let is_said = |line: &String| line.starts_with("wider") && line.contains(words);
        assert!(lines.iter().any(is_said), "{from} -> {to}: {lines:#?}");
    }
}

/// Those that cannot be shown to narrow, though they do.
const NOT_SHOWN: [&str; 6] = [
    "steps: [createItem, getItem] } }",
    "reason: nobody owns an item",
    "env:ONE_KEY",
    "explode: false",
    "pattern: \"^[a-z]+$\"",
    "\"404\": { description: none } # order",
];

#[test]
fn what_lets_less_through_goes_in_by_itself() {
    for (from, to, _) in WIDER.into_iter().filter(|(from, ..)| !NOT_SHOWN.contains(from)) {
        let (after, before) = edited(from, to);
        let back = Changes::between(&before, &after, NOW);
        assert!(!back.widens() && !back.is_empty(), "{to} -> {from}: {:#?}", told(&back));
    }
}

#[test]
fn what_may_be_done_more_often_than_once_is_wider() {
    let of = |entry: &str| {
        let policy = POLICY.replace("flows:", &format!("{entry}flows:"));
        plan(CONTRACT, &format!("{policy}store: {{ folder: kept, key: file:kept.key }}\n"))
    };
    let once = "  - { of: createItem, per: caller, once: true }\n";
    for other in ["", "  - { of: createItem, per: [caller, body./name], once: true }\n"] {
        let changes = Changes::between(&of(once), &of(other), NOW);
        let all = told(&changes);
        assert!(changes.widens() && all.iter().any(|one| one.contains("once: true }` is gone")));
    }
    assert!(!Changes::between(&of(""), &of(once), NOW).widens());
}

#[test]
fn a_type_that_an_answer_may_have_is_wider() {
    let of = |types: &str| {
        let text = format!(
            "swagger: '2.0'\ninfo: {{ title: T, version: v }}\npaths:\n  /page: {{ get: {{ produces: [{types}], \
             responses: {{ 200: {{ description: x }} }} }} }}\n"
        );
        plan(&text, "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n")
    };
    let changes = Changes::between(&of("application/json"), &of("text/html"), NOW);
    let line = "gives the answer 200 as `text/html`, undescribed";
    assert!(changes.widens() && told(&changes).iter().any(|one| one.contains(line)));
    let back = Changes::between(&of("text/html"), &of("application/json"), NOW);
    assert!(!back.widens() && !back.is_empty(), "{:#?}", told(&back));
}

#[test]
fn what_cannot_be_compared_waits_for_a_signal() {
    for (from, to) in [
        ("http://127.0.0.1:3000", "http://127.0.0.1:3001"),
        ("base_path: /api", "base_path: /v2"),
        ("openapi: 3.1.0", "openapi: 3.2.0"),
        ("pattern: \"^[a-z]+$\"", "pattern: \"^[a-f]+$\""),
        ("explode: false", "explode: true"),
    ] {
        let (before, after) = edited(from, to);
        assert!(Changes::between(&before, &after, NOW).widens(), "{from} -> {to}");
        assert!(Changes::between(&after, &before, NOW).widens(), "{to} -> {from}");
    }
}

#[test]
fn a_new_operation_widens_only_if_anyone_may_call_it() {
    let new = |security: &str| {
        format!(
            "\n  /fresh:\n    get: {{ operationId: getFresh, {security}responses: {{ \"204\": {{ description: x }} }} }}\n  /end:"
        )
    };
    for (security, widens, words) in [
        ("security: [], ", true, "`getFresh` is new, and anyone may call it"),
        ("security: [{ bearer: [] }], ", false, "`getFresh` is new; it needs a caller"),
        ("", false, "`getFresh` is new; nobody may call it"),
    ] {
        let (before, after) = edited("\n  /end:", &new(security));
        let changes = Changes::between(&before, &after, NOW);
        assert_eq!(changes.widens(), widens, "{security}");
        assert!(told(&changes).iter().any(|line| line.contains(words)), "{:?}", told(&changes));
        let back = Changes::between(&after, &before, NOW);
        assert!(!back.widens());
        assert!(told(&back).iter().any(|line| line.ends_with("`getFresh` is no longer served")));
    }
}

/// Whoever removes the narrow declaration of a path hands it to the wide one.
#[test]
fn a_path_that_falls_to_a_template_widens() {
    let special = "\n  /items/special:\n    get: { operationId: special, responses: { \"204\": { description: x } } }\n  /end:";
    let (without, with) = edited("\n  /end:", special);
    let gone = Changes::between(&with, &without, NOW);
    assert_eq!(
        told(&gone),
        ["wider: `special` is no longer declared: its path is read as `GET /items/{id}` now"]
    );
    let head = "\n  /head:\n    get: { operationId: getIt, security: [], responses: { \"204\": { description: x } } }\n    head: { operationId: headIt, responses: { \"204\": { description: x } } }\n  /end:";
    let without = head.replace(
        "\n    head: { operationId: headIt, responses: { \"204\": { description: x } } }",
        "",
    );
    let gone = Changes::between(&plan_of(head), &plan_of(&without), NOW);
    assert_eq!(
        told(&gone),
        ["wider: `headIt` is no longer declared: its path is read as `GET /head` now"]
    );
    // One that is declared and cannot be served keeps its path.
    let (before, after) =
        (plan_of(special), plan_of(&special.replace("get: {", "get: { parameters: 7,")));
    assert_eq!(after.model.contract.not_served.len(), 1);
    let not_served = Changes::between(&before, &after, NOW);
    assert!(!not_served.widens(), "{:?}", told(&not_served));
}

#[test]
fn what_is_said_in_other_words_is_no_change() {
    for (from, to) in [
        ("description: all items", "description: every single item"),
        ("# in", "# comments are none either"),
        ("title: Shop", "title: The shop"),
        ("reason: because", "reason: \"because, and more\""),
        ("Colour:", "\"Colour\":"),
    ] {
        let (before, after) = edited(from, to);
        let changes = Changes::between(&before, &after, NOW);
        assert!(changes.is_empty(), "{from} -> {to}: {:?}", told(&changes));
    }
}

#[test]
fn a_relaxation_that_has_ended_changes_nothing() {
    let (before, after) = edited("until: 2026-12-31", "until: 2026-11-01");
    let changes = Changes::between(&before, &after, NOW);
    assert_eq!(
        told(&changes),
        ["narrower: `createItem` no longer: is only observed by `input_shape`, until 2026-12-31"]
    );
    assert!(Changes::between(&after, &after, NOW).is_empty());
}

#[test]
fn every_change_of_a_policy_has_its_line() {
    let (before, after) = edited("body_bytes: 64KiB", "body_bytes: 65KiB");
    let changes = Changes::between(&before, &after, NOW);
    let span = changes.iter().next().unwrap().span.unwrap();
    let sources = &after.model.sources;
    assert_eq!(sources.name(span.source), "portcullis.yaml");
    assert_eq!(
        sources.text(span.source).get(span.start as usize..span.end as usize),
        Some("65KiB")
    );
}

#[test]
fn hosts_and_proxies_are_compared() {
    let with = |api: &str, rest: &str| {
        let policy =
            POLICY.replace("    base_path: /api\n", &format!("    base_path: /api\n{api}"));
        plan(CONTRACT, &format!("{policy}{rest}"))
    };
    let told_of = |before: &Plan, after: &Plan| told(&Changes::between(before, after, NOW));
    let every = with("", "");
    let one = with("    hosts: [a.example]\n", "");
    let two = with("    hosts: [a.example, b.example]\n", "trusted_proxies: [10.0.0.0/8]\n");
    assert_eq!(told_of(&one, &every), ["wider: it is called under every host"]);
    assert_eq!(told_of(&every, &one), ["narrower: it is called under named hosts only"]);
    assert_eq!(
        told_of(&one, &two),
        [
            "wider: it is called as `b.example`",
            "wider: `10.0.0.0/8` is believed about who the client is"
        ]
    );
    assert!(told_of(&two, &one).iter().all(|line| line.starts_with("narrower: ")));
}

#[test]
fn apis_are_compared_by_their_names() {
    let several = |names: &[&str]| -> Vec<Plan> {
        let mut sources = Sources::default();
        let contract = sources.add("openapi.yaml", CONTRACT);
        let apis = names.iter().map(|name| {
            format!(
                "  - {{ name: {name}, contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", \
                 base_path: /{name} }}\n"
            )
        });
        let text = format!("apis:\n{}listen: 127.0.0.1:8080\n", apis.collect::<String>());
        let policy = Some(sources.add("portcullis.yaml", text));
        let (folder, overrides) = (PathBuf::new(), Overrides::default());
        let input = Input { sources, contract, policy, folder, overrides, now: NOW };
        let further = vec![contract; names.len() - 1];
        let policy = portcullis_policy::Policy::join(input, further);
        let policy = policy.unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics));
        let compile = |api| Plan::compile(api, PlanOptions::default());
        policy.apis.into_iter().map(compile).collect()
    };
    let (two, three) = (several(&["a", "b"]), several(&["a", "c", "b"]));
    let (two, three): (Vec<_>, Vec<_>) = (two.iter().collect(), three.iter().collect());
    assert!(Changes::between_all(&two, &two, NOW).is_empty());
    assert_eq!(told(&Changes::between_all(&two, &three, NOW)), ["wider: API `c` is new"]);
    assert_eq!(told(&Changes::between_all(&three, &two, NOW)), ["wider: API `c` is gone"]);
}

#[test]
fn who_takes_other_certificates_of_clients_lets_more_in() {
    let of = |tls: &str, callers: &str| {
        let tls =
            format!("\ntls: {{ certificate: file:c.pem, key: file:k.pem{tls} }}\n{callers}\n");
        plan(CONTRACT, &format!("{POLICY}{tls}"))
    };
    let ca = ", client_ca: file:a.pem";
    let (any, crl) =
        (format!("{ca}, client_certificates: any"), format!("{ca}, client_crl: file:l.pem"));
    let dns = "callers: { certificates: { subject: dns } }";
    for (before, after, reach, what) in [
        (("", ""), (ca, ""), Reach::Wider, "other certificates of clients are taken"),
        ((ca, ""), ("", ""), Reach::Narrower, "clients are not asked for certificates"),
        ((ca, ""), (", client_ca: file:b.pem", ""), Reach::Wider, "other certificates"),
        ((ca, ""), (&any, ""), Reach::Wider, "other certificates"),
        ((&crl, ""), (ca, ""), Reach::Wider, "other certificates of clients are taken"),
        ((ca, ""), (ca, dns), Reach::Wider, "a client's certificate says otherwise who calls"),
    ] {
        let (before, after) = (of(before.0, before.1), of(after.0, after.1));
        let changes = Changes::between(&before, &after, NOW);
        let told = told(&changes);
        let expected = format!("{}: ", reach.name());
        assert!(
            told.iter().any(|line| line.starts_with(&expected) && line.contains(what)),
            "{told:?}"
        );
        assert_eq!(changes.widens(), reach == Reach::Wider, "{told:?}");
        assert!(!told.iter().any(|line| line.contains("another certificate is shown")), "{told:?}");
    }
}

/// A contract with operations that say who calls, and a policy that says so of them.
fn of_callers(contract: &str, callers: &str) -> Plan {
    const STORE: &str = "store: { folder: sessions, key: file:store.key }";
    plan(contract, &format!("{POLICY}\n{STORE}\ncallers: {{ {callers} }}\n"))
}

fn with_callers() -> String {
    let operation = |name: &str, method: &str, security: &str| {
        format!(
            "{method}: {{ operationId: {name}, {security}responses: {{ \"200\": {{ description: x, content: {{ application/json: {{}} }} }} }} }}"
        )
    };
    let mut paths = String::new();
    for (path, name, method) in [
        ("me", "getMe", "get"),
        ("profile", "getProfile", "get"),
        ("role", "setRole", "post"),
        ("login", "login", "post"),
        ("v1/login", "loginV1", "post"),
        ("logout", "logout", "post"),
        ("redeem", "redeem", "post"),
    ] {
        let security = if name.starts_with("login") {
            "security: [], "
        } else {
            "security: [{ bearer: [] }], "
        };
        let operation = operation(name, method, security);
        paths.extend(["\n  /", path, ":\n    ", &operation]);
    }
    CONTRACT.replace("\n  /end:", &format!("{paths}\n  /end:"))
}

const CALLERS: &str = "jwt: [{ issuer: \"https://login.example\", audience: shop }], \
    whoami: { operation: getMe, subject: /id, fresh: [setRole] }, changes_roles: [setRole], \
    login: [{ operation: login, token: answer./token, issuer: shop }, { operation: loginV1, token: answer./token, issuer: shop }], \
    ends_sessions: [logout], guesses: [{ operation: redeem, secret: query.code }], \
    attributes: { role: { whoami: /role }, customer: { learned: { operation: getProfile, at: /id } } }, \
    forward: { headers: { X-Who: subject } }";

#[test]
fn whatever_says_otherwise_who_calls_is_wider() {
    let contract = with_callers();
    let before = of_callers(&contract, CALLERS);
    let asked = "the API is asked otherwise who calls";
    let learned = "what is known of callers is learned otherwise";
    for (from, to, words) in [
        (
            "audience: shop",
            "audience: [shop, desk]",
            "tokens of `https://login.example` are judged otherwise",
        ),
        (
            "audience: shop }",
            "audience: shop }, { issuer: \"https://other.example\", audience: shop }",
            "tokens of `https://other.example` are believed",
        ),
        ("subject: /id", "subject: /name", asked),
        ("operation: getMe", "operation: getProfile", asked),
        (", fresh: [setRole]", "", asked),
        ("changes_roles: [setRole], ", "", asked),
        ("whoami: /role", "whoami: /roles/0", learned),
        ("at: /id", "at: /number", learned),
        ("ends_sessions: [logout], ", "", "sessions end after other operations"),
        ("guesses: [{ operation: redeem, secret: query.code }], ", "", "wrong attempts at"),
        ("X-Who: subject", "X-Who: issuer", "the API is told otherwise who calls"),
        (
            ", { operation: loginV1, token: answer./token, issuer: shop }",
            "",
            "credentials that `loginV1` gives out are no longer exchanged",
        ),
        (
            "loginV1, token: answer./token",
            "loginV1, token: answer./jwt",
            "credentials that `loginV1` gives out are exchanged otherwise",
        ),
    ] {
        let after = CALLERS.replacen(from, to, 1);
        assert_ne!(after, CALLERS, "{from}");
        let changes = Changes::between(&before, &of_callers(&contract, &after), NOW);
        let told = told(&changes);
        let is_said = |line: &String| line.starts_with("wider") && line.contains(words);
        assert!(told.iter().any(is_said), "{from} -> {to}: {told:#?}");
    }
}

/// Indices of operations are nothing that a policy says.
#[test]
fn another_operation_at_the_same_place_of_the_document_is_another_one() {
    let contract = with_callers();
    let before = of_callers(&contract, CALLERS);
    let moved = contract.replace("\n  /me:", "\n  /users/latest:");
    let changes = Changes::between(&before, &of_callers(&moved, CALLERS), NOW);
    assert!(changes.widens(), "{:#?}", told(&changes));
    // And one before all others moves nothing.
    let first = "paths:\n  /first:\n    get: { operationId: first, responses: { \"204\": { description: x } } }";
    let added = contract.replacen("paths:", first, 1);
    let changes = Changes::between(&before, &of_callers(&added, CALLERS), NOW);
    assert_eq!(told(&changes), ["same: `first` is new; nobody may call it"]);
}

#[test]
fn whoever_waits_by_another_value_may_not_wait_any_more() {
    let by = "serialize: caller";
    for other in ["serialize: everybody", "serialize: { by: caller, group: money }"] {
        let (before, after) = edited(by, other);
        for (one, two) in [(&before, &after), (&after, &before)] {
            let told = told(&Changes::between(one, two, NOW));
            assert!(
                told.iter().any(|line| line.starts_with("wider: `createItem` serves")),
                "{told:?}"
            );
        }
    }
}
