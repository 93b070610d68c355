//! Rules, resources, and which objects operations touch.

use std::fmt::Write as _;

use portcullis_policy::{Expression, Failure, Hidden, Model, Verb};

use crate::pharmacy::{API, diagnostics, join_of, own};

const CONTRACT: &str = include_str!("shop.yaml");

/// Callers and roles of every policy here.
const CALLERS: &str = "callers:
  jwt: { issuer: \"https://login.example.com\", audience: shop }
  id: customer_id
  attributes: { customer_id: { claim: /cid }, role: { claim: /roles }, tenant: { claim: /org }, email: { claim: /email } }
roles: { customer: [], staff: [customer], admin: [staff] }
";

fn join(policy: &str) -> Result<Model, Box<Failure>> {
    join_of(CONTRACT, policy)
}

fn read(policy: &str) -> Model {
    match join(&format!("{API}{CALLERS}{policy}")) {
        Ok(model) => model,
        Err(failure) => panic!("{}", diagnostics(&failure.sources, &failure.diagnostics)),
    }
}

/// What each operation touches, a line each.
fn touched(model: &Model) -> String {
    let authorization = &model.authorization;
    let resource = |index: usize| authorization.resources.get(index).unwrap();
    let name = |index: usize| &*resource(index).name;
    let mut out = String::new();
    for (operation, touches) in model.contract.operations.iter().zip(&authorization.operations) {
        let does: Vec<String> = touches
            .does
            .iter()
            .map(|(one, verb)| format!("{} {}", verb.name(), name(*one)))
            .collect();
        let inputs = touches.inputs.iter().map(|one| {
            let at = resource(one.resource).ids.get(one.id).unwrap();
            format!("{} is {}{at}", one.place, name(one.resource))
        });
        let inputs: Vec<String> = inputs.collect();
        let undecided: Vec<String> =
            touches.undecided.iter().map(|one| format!("{one} is ?")).collect();
        let shows: Vec<String> =
            touches.shows.iter().map(|one| format!("shows {}", name(*one))).collect();
        let belongs = touches.belongs.iter().map(|(at, place)| format!("{at} = {place}"));
        let all: Vec<String> =
            [does, inputs, undecided, shows, belongs.collect()].into_iter().flatten().collect();
        let _ = writeln!(out, "{}: {}", operation.name(), all.join(", "));
    }
    out
}

const RESOURCES: &str = "resources:
  Order: { id: [/id, /code], owner: /customer_id, own_list: listOrders, relations: { pharmacist: /assigned_to } }
  Customer: { owner: /id }
";

#[test]
fn what_operations_touch_is_seen_in_the_contract() {
    insta::assert_snapshot!("touches", touched(&read(RESOURCES)));
}

#[test]
fn an_id_is_of_what_its_answer_shows_where_only_reading_depends_on_it() {
    let members = r##"
  /members/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getMember
      responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Customer" } } } } }
    delete: { operationId: deleteMember, responses: { "204": { description: d } } }
  /members/called/{name}:
    parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
    get:
      operationId: findMember
      responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Customer" } } } } }
"##;
    let contract = CONTRACT.replace("\npaths:\n", &format!("\npaths:{members}"));
    let model = join_of(&contract, &format!("{API}{CALLERS}{RESOURCES}")).unwrap();
    let text = touched(&model);
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    let reads = "getMember: read Customer, path.id is Customer/id, shows Customer";
    assert_eq!(line("getMember"), reads);
    assert_eq!(line("deleteMember"), "deleteMember: path.id is ?");
    assert!(line("findMember").contains("path.name is ?"), "{}", line("findMember"));
}

#[test]
fn a_link_says_what_a_parameter_is_the_id_of() {
    let linked = r##"
  /baskets:
    post:
      operationId: checkOut
      responses:
        "201":
          description: d
          content: { application/json: { schema: { type: object, properties: { made: { $ref: "#/components/schemas/Order" } } } } }
          links:
            track: { operationId: follow, parameters: { path.mark: $response.body#/made/code } }
            other: { operationRef: "#/paths/~1follow~1{mark}~1history/get", parameters: { mark: "$response.body#/made/id" } }
  /follow/{mark}:
    parameters: [{ name: mark, in: path, required: true, schema: { type: string } }]
    post: { operationId: follow, responses: { "204": { description: d } } }
  /follow/{mark}/history:
    parameters: [{ name: mark, in: path, required: true, schema: { type: string } }]
    get: { operationId: history, responses: { "200": { description: d } } }
  /follow/{mark}/stop:
    parameters: [{ name: mark, in: path, required: true, schema: { type: string } }]
    post: { operationId: stop, responses: { "204": { description: d } } }
"##;
    let contract = CONTRACT.replace("\npaths:\n", &format!("\npaths:{linked}"));
    let text = touched(&join_of(&contract, &format!("{API}{CALLERS}{RESOURCES}")).unwrap());
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    assert_eq!(line("follow"), "follow: update Order, path.mark is Order/code");
    assert_eq!(line("history"), "history: path.mark is Order/id");
    assert_eq!(line("stop"), "stop: path.mark is ?", "no link speaks of it");
}

#[test]
fn what_is_seen_wrongly_is_corrected() {
    let model = read(&format!(
        "{RESOURCES}operations:\n  noteOrders: {{ objects: {{ names./: Order }} }}\n  \
         track: {{ objects: {{ path.tracking: Order/code }} }}\n  \
         pay: {{ objects: {{ body./callback: {{ resource: Order, pattern: \"/orders/([0-9]+)\" }}, header.X-Order-Id: none }}, reason: a mark }}\n  \
         getMedicine: {{ objects: none, reason: a catalogue }}\n"
    ));
    let text = touched(&model);
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    assert_eq!(line("noteOrders"), "noteOrders: names./ is Order/id");
    assert_eq!(line("track"), "track: path.tracking is Order/code");
    assert_eq!(line("pay"), "pay: body./items/*/orderId is Order/id, body./callback is Order/id");
    assert_eq!(line("getMedicine"), "getMedicine: ");
}

#[test]
fn a_resource_is_read_by_the_operation_that_needs_its_id_alone() {
    let model = read(RESOURCES);
    let order = &model.authorization.resources[0];
    let name = |index: &usize| model.contract.operations[*index].name();
    let names: Vec<Vec<String>> =
        order.read_by.iter().map(|all| all.iter().map(name).collect()).collect();
    assert_eq!(names, [["getOrder"], ["getOrderByCode"]]);
}

#[test]
fn a_rule_opens_what_its_words_mean() {
    let model = read(&format!(
        "{RESOURCES}access:\n  - {{ role: staff, may: [read, cancelOrder], on: Order, when: mine or resource.pharmacist == caller.email, only: [/status] }}\n"
    ));
    let [rule] = model.authorization.rules.as_slice() else { panic!("one rule") };
    assert!(model.authorization.is_exhaustive && !rule.forbids);
    let names: Vec<String> =
        rule.functions.iter().map(|index| model.contract.operations[*index].name()).collect();
    assert_eq!(
        names,
        ["listOrders", "getOrder", "cancelOrder", "getOrderByCode", "getOrderOfCustomer"]
    );
    let roles: Vec<&str> = rule.who.roles.iter().map(|role| &**role).collect();
    assert_eq!(roles, ["admin", "staff"]);
    let [on] = rule.on.as_slice() else { panic!("one resource") };
    assert!(on.verbs.has(Verb::List) && !on.verbs.has(Verb::Update));
    assert!(matches!(on.when, Expression::Any(_)));
    assert_eq!(on.hidden, Hidden::AllBut(vec!["/status".to_owned()]));
}

#[test]
fn a_star_without_a_resource_opens_everything() {
    let model = read(&format!("{RESOURCES}access:\n  - {{ role: admin, may: \"*\" }}\n"));
    let rule = &model.authorization.rules[0];
    assert_eq!(rule.functions.len(), model.contract.operations.len());
    assert_eq!(rule.on.len(), 2);
}

#[test]
fn every_resource_with_the_member_carries_the_tenant() {
    let model = read(&format!("tenant: /organisation_id\n{RESOURCES}"));
    let tenants: Vec<Option<&str>> =
        model.authorization.resources.iter().map(|one| one.tenant.as_deref()).collect();
    assert_eq!(tenants, [Some("/organisation_id"), None]);
}

/// Name, and what stands behind `CALLERS`.
const BAD: &[(&str, &str)] = &[
    ("answers_of_nothing", "answers: { Ordr: { hide: [/id] } }\n"),
    (
        "answers_hide_what_is_not_there",
        "answers:\n  Order: { hide: [/stauts], derive: { day: { from: /nowhere, year: true } } }\n",
    ),
    (
        "answers_derive_no_way_or_two",
        "answers:\n  Order:\n    derive:\n      one: { from: /id }\n      two: { from: /id, last: 4, presence: true }\n      none: { last: 4 }\n      old: { from: /id, age_at_least: 1000 }\n      much: { from: /id, last: 0 }\n      same: { from: /id, constant: x }\n",
    ),
    (
        "answers_without_a_key_and_with_a_name_that_is_taken",
        "answers:\n  Order:\n    derive:\n      ref: { from: /id, keyed_hash: order }\n      status: { from: /id, presence: true }\n      id: { from: /id, presence: true, keep: true }\n",
    ),
    ("misspelt_role", "access:\n  - { role: custmer, may: [getMe] }\n"),
    ("role_in_a_circle", "access: []\n"),
    ("verb_without_resource", "access:\n  - { role: staff, may: read }\n"),
    (
        "misspelt_resource",
        "resources: { Order: { owner: /customer_id } }\naccess:\n  - { may: read, on: Ordr, when: mine }\n",
    ),
    ("misspelt_schema", "resources: { Odrer: { owner: /customer_id } }\n"),
    (
        "misspelt_attribute",
        "resources: { Order: { owner: { at: /customer_id, is: custmer_id } } }\n",
    ),
    (
        "mine_of_nobody",
        "resources: { Medicine: {} }\naccess:\n  - { may: read, on: Medicine, when: mine }\n",
    ),
    ("condition_without_resource", "access:\n  - { may: [getMe], when: mine }\n"),
    (
        "condition_that_nobody_reads",
        "resources: { Order: { owner: /customer_id } }\naccess:\n  - { may: read, on: Order, when: \"resource./status = 'paid'\" }\n",
    ),
    (
        "unknown_relation",
        "resources: { Order: { owner: /customer_id, relations: { pharmacist: /assigned_to } } }\naccess:\n  - { may: read, on: Order, when: resource.pharmacst == caller.id }\n",
    ),
    (
        "hidden_member_that_is_none",
        "resources: { Order: { owner: /customer_id } }\naccess:\n  - { may: read, on: Order, hide: [/staus] }\n",
    ),
    ("two_words", "access:\n  - { anyone: [getMe], may: [getMe] }\n"),
    ("condition_beside_anyone", "access:\n  - { anyone: [getMe], role: staff }\n"),
    (
        "tenants_crossed_without_reason",
        "tenant: /organisation_id\nresources: { Order: { owner: /customer_id } }\naccess:\n  - { may: read, on: Order, across_tenants: true }\n",
    ),
    ("objects_none_without_reason", "operations: { getMedicine: { objects: none } }\n"),
    (
        "objects_of_nothing",
        "resources: { Order: { owner: /customer_id } }\noperations: { pay: { objects: { body.callback: Order, path.id: Order, body./x: Odrer } } }\n",
    ),
    (
        "pattern_without_group",
        "resources: { Order: { owner: /customer_id } }\noperations: { pay: { objects: { body./callback: { resource: Order, pattern: \"/orders/[0-9]+\" } } } }\n",
    ),
    ("list_that_is_none", "resources: { Order: { owner: /customer_id, own_list: getOrder } }\n"),
    (
        "read_by_what_reads_another",
        "resources: { Order: { owner: /customer_id, read_by: getOrderOfCustomer } }\n",
    ),
    (
        "tenant_of_nothing",
        "tenant: /organisaton_id\nresources: { Order: { owner: /customer_id } }\n",
    ),
    ("units_in_a_circle", "organisation: { berlin: germany, germany: berlin }\n"),
    (
        "hide_and_only",
        "resources: { Order: { owner: /customer_id } }\naccess:\n  - { may: read, on: Order, hide: [/status], only: [/code] }\n",
    ),
    ("members_of_nothing", "access:\n  - { may: [getMe], hide: [/email] }\n"),
];

#[test]
fn what_everybody_sees_is_read_and_sources_are_hidden() {
    let model = read(
        "answers_key: env:ANSWERS_KEY\nresources: { Person: { schema: Customer } }\nanswers:\n  \
         Person:\n    hide: [/vehicle]\n    derive:\n      email: { from: /email, masked_email: true }\n      \
         ref: { from: /id, keyed_hash: people, keep: true }\n      two: { constant: 2 }\n      text: { constant: \"2\" }\n",
    );
    let mask = &model.answers.masks[0];
    assert_eq!(mask.hide, ["/vehicle", "/email"]);
    assert!(mask.derive[0].replaces_source() && !mask.derive[1].replaces_source());
    insta::assert_debug_snapshot!(
        "answers",
        mask.derive.iter().map(|one| &one.how).collect::<Vec<_>>()
    );
    assert_eq!(model.answers.key.map(|key| key.to_string()).as_deref(), Some("env:ANSWERS_KEY"));
}

#[test]
fn a_bad_rule_is_told_what_where_and_what_to_write() {
    for (name, further) in BAD {
        let policy = if *name == "role_in_a_circle" {
            format!("{API}{}{further}", CALLERS.replace("customer: []", "customer: [admin]"))
        } else {
            format!("{API}{CALLERS}{further}")
        };
        let failure = join(&policy).expect_err(name);
        let problems = own(&failure.diagnostics);
        assert!(!problems.is_empty(), "{name}");
        for one in &problems {
            assert!(one.span.is_some() && one.help.is_some(), "{name}: {}", one.message);
        }
        let text = format!("{further}\n{}", diagnostics(&failure.sources, &problems));
        insta::assert_snapshot!(format!("authorization_{name}"), text);
    }
}
