//! What people are told about a policy that is wrong: one snapshot per policy.

use std::fmt::Write as _;

use portcullis_model::Severity;

use crate::pharmacy::{self, diagnostics, join, own};

/// Name, and the policy. `API` stands for a correct `apis` section.
const BAD: &[(&str, &str)] = &[
    ("nothing", ""),
    ("a_list", "- a\n- b\n"),
    ("no_apis", "listen: 127.0.0.1:8080\n"),
    ("empty_apis", "apis: []\n"),
    (
        "two_apis",
        "apis:\n  - { contract: a.yaml, upstream: \"http://127.0.0.1:1\" }\n  - { contract: b.yaml, upstream: \"http://127.0.0.1:2\" }\n",
    ),
    ("no_upstream", "apis: [{ contract: openapi.yaml }]\n"),
    (
        "upstream_without_scheme",
        "apis: [{ contract: openapi.yaml, upstream: \"127.0.0.1:3000\" }]\n",
    ),
    (
        "upstream_of_another_scheme",
        "apis: [{ contract: openapi.yaml, upstream: \"ftp://api.internal\" }]\n",
    ),
    (
        "upstream_is_the_gateway",
        "apis: [{ contract: openapi.yaml, upstream: \"http://localhost:8080\" }]\n",
    ),
    (
        "base_path_with_slash",
        "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", base_path: /api/ }]\n",
    ),
    (
        "no_digest",
        "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", digest: sha256:9F86 }]\n",
    ),
    (
        "another_contract",
        "apis:\n  - contract: openapi.yaml\n    upstream: http://127.0.0.1:3000\n    digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
    ),
    (
        "rates",
        "API\nrates:\n  - { per: caler, rate: 5/min }\n  - { per: address, rate: 5/fortnight }\n  \
         - { of: [listMedicin, \"creat*\", \"nothing*\"], per: everybody, rate: 7/s }\n  \
         - { per: body./item, rate: 5/min }\n  - { of: [createOrder, listMedicines], per: body./item, rate: 5/min }\n  \
         - { of: \"GET /orders/{id}\", per: path.ident, rate: 5/min }\n  \
         - { of: createOrder, per: header.x-shop, rate: 5/min }\n  - { per: caller.tenant, rate: 5/min }\n",
    ),
    (
        "rates_of_bounds",
        "API\nrates:\n  - { per: everybody, rate: 5/min, burst: 0 }\n  - { per: everybody, rate: 5/min, cost: 6 }\n  \
         - { per: everybody, rate: 5/min, at_once: 2 }\n  - { per: everybody }\n  - { per: everybody, at_once: 0 }\n  \
         - { per: everybody, at_once: 2, burst: 2 }\n  - { per: [], rate: 5/min }\n  - { rate: 5/min }\n  \
         - { per: everybody, rate: 5/min, cost: dear }\n  - { per: everybody, rate: 5/h, once: true }\n",
    ),
    (
        "flows_that_cannot_be_walked",
        "API\nflows:\n  one: { steps: [createOrder] }\n  twice: { steps: [createOrder, watchOrders, \"creat*\"] }\n  \
         gone: { steps: [createOrder, payOrder] }\n  nothing: { within: 1h }\n  \
         slow: { steps: [createOrder, { step: watchOrders, after: 2h, within: 1h }], within: 90d }\n  \
         early: { steps: [{ step: createOrder, after: 1s }, watchOrders] }\n",
    ),
    (
        "flows_of_values_that_nobody_told",
        "API\nflows:\n  told:\n    steps:\n      - { step: listMedicines, of: answer./0, shows: { total: answer./1 } }\n      - { step: \"GET /orders/{id}\", of: path.ident, equal: { path.id: totl } }\n  \
         made:\n    steps:\n      - createOrder\n      - { step: watchOrders, of: answer./id }\n  \
         who: { per: everybody, steps: [createOrder, watchOrders] }\n  \
         whose: { per: caller.tenant, steps: [createOrder, watchOrders] }\n  \
         where: { steps: [createOrder, { step: watchOrders, of: order, equal: { amount: total } }] }\n",
    ),
    (
        "values_that_say_nothing",
        "API\noperations:\n  createOrder:\n    values:\n      body./item: many\n      body./items: \"1..2\"\n      body./item/0: empty\n      item: empty\n  \
         \"GET /orders/{id}\":\n    values:\n      path.id: \"a..b\"\n  watchOrders: { values: { query.since: \"^(\" } }\n  \
         listMedicines: { values: { header.x-shop: not caller.code } }\n",
    ),
    (
        "rates_of_distinct",
        "API\nrates:\n  - { of: createOrder, per: everybody, rate: 5/s, distinct: item }\n  \
         - { per: everybody, rate: 5/s, distinct: body./item }\n  \
         - { of: createOrder, per: everybody, rate: 5/s, distinct: body./itm }\n  \
         - { of: createOrder, per: everybody, rate: 5/s, distinct: body./item, cost: 2, counts: success }\n  \
         - { of: createOrder, per: everybody, at_once: 2, distinct: body./item }\n",
    ),
    (
        "rates_of_once",
        "API\nrates:\n  - { per: everybody, once: true }\n  - { of: createOrder, per: body./item, once: true }\n  \
         - { of: createOrder, per: everybody, once: true, burst: 2, cost: 2, counts: success }\n  \
         - { of: createOrder, per: everybody, once: true, at_once: 2 }\n  \
         - { of: createOrder, per: everybody, once: false }\n  \
         - { of: createOrder, per: everybody, at_once: 2, counts: success }\n  \
         - { of: createOrder, per: everybody, rate: 5/s, counts: failure }\n",
    ),
    (
        "rates_too_many_of_one_operation",
        "API\nrates:\n  - { per: everybody, rate: 1/s }\n  - { per: everybody, rate: 1/2s }\n  - { per: everybody, rate: 1/3s }\n  \
         - { per: everybody, rate: 1/4s }\n  - { per: everybody, rate: 1/5s }\n  - { per: everybody, rate: 1/6s }\n  \
         - { per: everybody, rate: 1/7s }\n  - { per: everybody, rate: 1/8s }\n  - { of: createOrder, per: everybody, rate: 1/9s }\n",
    ),
    ("misspelt_key", "API\norgins: []\n"),
    ("far_key", "API\nfirewall: on\n"),
    ("later_key", "API\ntenant: /organisation_id\ncallers:\n  jwt: { issuer: a }\n"),
    ("repeated_key", "API\nlisten: 127.0.0.1:1\nlisten: 127.0.0.1:2\n"),
    ("listen_without_port", "API\nlisten: 127.0.0.1\n"),
    ("listen_on_a_name", "API\nlisten: localhost:9000\n"),
    ("origin_star", "API\norigins: [\"*\"]\n"),
    ("origin_pattern", "API\norigins: [\"https://*.example.com\"]\n"),
    ("origin_with_slash", "API\norigins: [https://shop.example.com/]\n"),
    ("origin_with_path", "API\norigins:\n  - https://shop.example.com/cart\n"),
    ("origins_not_a_list", "API\norigins: https://shop.example.com\n"),
    ("unknown_operation", "API\naccess:\n  - anyone: [listMedicine, \"GET /nowhere\"]\n"),
    ("role_in_access", "API\naccess:\n  - { role: admin, may: \"*\" }\n"),
    ("allow_without_reason", "API\noperations:\n  createOrder: { undeclared: allow }\n"),
    ("misspelt_word", "API\noperations:\n  createOrder: { undeclared: refused }\n"),
    (
        "decided_twice",
        "API\noperations:\n  createOrder: { undeclared: refuse }\n  \"POST /orders\": { undeclared: drop }\n",
    ),
    ("stream_of_json", "API\noperations:\n  listMedicines: { answer: stream }\n"),
    ("serialize_by_nothing", "API\noperations:\n  createOrder: { serialize: callers }\n"),
    (
        "serialize_by_what_is_not_there",
        "API\noperations:\n  createOrder: { serialize: body./items }\n",
    ),
    (
        "serialize_by_a_misspelt_name",
        "API\noperations:\n  \"GET /orders/{id}\": { serialize: path.ID }\n",
    ),
    ("serialize_by_no_cookie", "API\noperations:\n  createOrder: { serialize: cookie.sid }\n"),
    ("serialize_without_by", "API\noperations:\n  createOrder: { serialize: { group: money } }\n"),
    (
        "serialize_what_streams",
        "API\noperations:\n  watchOrders: { serialize: everybody, answer: stream }\n",
    ),
    (
        "serialize_what_never_meets",
        "API\noperations:\n  createOrder: { serialize: { by: everybody, group: money } }\n  \"GET /orders/{id}\": { serialize: { by: path.id, group: money } }\n",
    ),
    ("null_means_nothing", "API\noperations:\n  createOrder: { null_means: nothing }\n"),
    ("size_without_unit", "API\nlimits: { body_bytes: 1048576 }\n"),
    ("size_in_megabytes", "API\nlimits: { body_bytes: 1MB }\n"),
    ("zero_limit", "API\nlimits: { json_depth: 0 }\n"),
    ("absurd_limit", "API\nlimits: { head_timeout: 90min, json_depth: 100000 }\n"),
    ("buffers_too_small", "API\nlimits: { body_bytes: 512MiB }\n"),
    (
        "limit_per_caller",
        "API\nlimits: { caller: 100/s, login: { per: body./email, rate: 5/15min } }\n",
    ),
    ("ledger_to_both", "API\nledger: { file: a.jsonl, stdout: true }\n"),
    (
        "relax_without_reason",
        "API\nrelax:\n  - { operation: createOrder, mode: observe, by: ops }\n",
    ),
    (
        "relax_with_blank_reason",
        "API\nrelax:\n  - { operation: createOrder, mode: observe, by: ops, reason: \"  \" }\n",
    ),
    ("relax_says_nothing", "API\nrelax:\n  - { operation: createOrder, by: ops, reason: why }\n"),
    (
        "relax_says_two_things",
        "API\nrelax:\n  - { operation: createOrder, mode: observe, undeclared: allow, by: ops, reason: why }\n",
    ),
    (
        "relax_unknown_control",
        "API\nrelax:\n  - { control: writeable_properties, mode: observe, by: ops, reason: why }\n",
    ),
    (
        "relax_other_control",
        "API\nrelax:\n  - { control: input_shape, undeclared: allow, by: ops, reason: why }\n",
    ),
    (
        "relax_no_such_day",
        "API\nrelax:\n  - { control: input_shape, mode: observe, by: ops, reason: why, until: 2027-02-30 }\n",
    ),
    (
        "relax_mode_enforce",
        "API\nrelax:\n  - { control: input_shape, mode: enforce, by: ops, reason: why }\n",
    ),
    ("unquoted_template", "API\naccess:\n  - anyone: [GET /orders/{id}]\n"),
    ("tab_indent", "apis:\n\t- contract: a\n"),
    ("alias", "API\norigins: &o [https://a.example]\naccess: *o\n"),
    ("tag", "API\nlisten: !!str 127.0.0.1:8080\n"),
    ("two_documents", "API\n---\nlisten: 127.0.0.1:8080\n"),
    ("store_without_a_key", "API\nstore: { folder: sessions }\n"),
    (
        "store_with_a_key_service_in_the_clear",
        "API\nstore: { folder: s, kms: { vault: { url: \"http://vault.internal\", key: k, token: file:t } } }\n",
    ),
    (
        "store_with_a_key_that_leads_elsewhere",
        "API\nstore: { folder: s, kms: { vault: { url: \"https://v\", key: ../sys, mount: a//b, token: file:t } } }\n",
    ),
    (
        "store_with_a_token_in_the_file",
        "API\nstore: { folder: s, kms: { vault: { url: \"https://v\", key: k, token: hvs.obviously-fake } } }\n",
    ),
    ("store_with_too_many_canaries", "API\nstore: { folder: s, key: file:k, canaries: 65 }\n"),
    ("store_with_another_service", "API\nstore: { folder: s, kms: { walt: {} } }\n"),
    (
        "several_problems",
        "API\nlisten: here\norigins: [\"*\"]\nlimits: { body_bytes: 0B, jsondepth: 3 }\nrelax:\n  - { operation: creatOrder, by: ops }\n",
    ),
];

#[test]
fn a_bad_policy_is_told_what_where_and_what_to_write() {
    for (name, policy) in BAD {
        let policy = pharmacy::with_api(policy);
        let failure = join(&policy).expect_err(name);
        let told = diagnostics(&failure.sources, &own(&failure.diagnostics));
        let mut text = String::new();
        for line in policy.lines() {
            let _ = writeln!(text, "| {line}");
        }
        let _ = write!(text, "\n{told}");
        insta::assert_snapshot!(*name, text);
    }
}

#[test]
fn every_error_has_a_place_and_a_help() {
    for (name, policy) in BAD {
        let failure = join(&pharmacy::with_api(policy)).expect_err(name);
        for one in own(&failure.diagnostics) {
            assert_eq!(one.severity, Severity::Error, "{name}: {}", one.message);
            assert!(one.span.is_some(), "{name}: {}", one.message);
            assert!(one.help.is_some(), "{name}: {}", one.message);
            assert!(!one.message.ends_with('.'), "{name}: {}", one.message);
        }
    }
}
