//! What a correct policy becomes.

use std::path::Path;
use std::time::Duration;

use portcullis_model::{ControlId, Date, Effect, Severity, Span, UnixMillis};
use portcullis_policy::{
    Instance, LedgerTarget, Limits, Model, Origin, Posture, RateBound, Undeclared, Upstream,
    UpstreamProof,
};

use crate::pharmacy::{API, diagnostics, input, join};

/// Every key once.
pub(crate) const FULL: &str = r#"apis:
  - name: shop
    contract: openapi.yaml
    hosts: [API.example.com.]
    upstream: ["http://127.0.0.1:3000", "http://127.0.0.1:3001"]
    base_path: /shop
listen: 127.0.0.1:9000
trusted_proxies: [10.0.0.0/8]
tls: { terminated_by: trusted_proxies }
origins: [https://shop.example.com, "http://localhost:5173"]
access:
  - anyone: [listMedicines, "GET /orders/{id}"]
operations:
  createOrder: { undeclared: refuse, answers: refuse, body: exact, null_means: absent, serialize: { by: body./item, group: orders } }
  "GET /orders": { answer: stream }
  "GET /orders/{id}": { serialize: { by: path.id, group: orders } }
  listMedicines: { serialize: everybody }
limits: { body_bytes: 2MiB, json_depth: 16, head_timeout: 500ms, body_rate: 1KiB/s }
rates:
  - { per: caller, rate: 100/s, burst: 200 }
  - { of: [createOrder, "GET /orders*"], per: [address, operation], rate: 5/15min, cost: 2, counts_callers: true }
  - { of: createOrder, per: body./item, at_once: 2 }
ledger: { file: audit.jsonl }
relax:
  - { operation: createOrder, control: writable_properties, mode: observe, by: ops, reason: "mobile 2.x still sends debug", until: 2027-01-31 }
  - { operation: createOrder, undeclared: allow, by: ops, reason: "v2 adds fields" }
"#;

fn read(policy: &str) -> Model {
    match join(policy) {
        Ok(model) => model,
        Err(failure) => panic!("{}", diagnostics(&failure.sources, &failure.diagnostics)),
    }
}

fn index(model: &Model, name: &str) -> usize {
    model.contract.operation_named(name).expect("an operation of the contract")
}

#[test]
fn the_smallest_policy_has_the_safe_defaults() {
    let model = read(API);
    assert_eq!(model.posture, Posture::Policy);
    assert_eq!(model.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(model.base_path, "/api");
    let first = Instance::plain("127.0.0.1".to_owned(), 3000);
    let upstream = Upstream {
        first,
        others: Vec::new(),
        path: "/api".to_owned(),
        proof: UpstreamProof::default(),
    };
    assert_eq!(model.upstream, upstream);
    assert_eq!(
        (&*model.name, model.hosts.is_empty(), model.proxies.trusted.is_empty()),
        ("", true, true)
    );
    assert!(model.origins.is_empty());
    assert!(model.access.anyone.iter().all(|anyone| !anyone));
    assert!(model.undeclared_in.iter().all(|word| *word == Undeclared::Drop));
    assert!(model.undeclared_out.iter().all(|word| *word == Undeclared::Drop));
    assert_eq!(model.limits, Limits::default());
    assert!(model.relaxations.is_empty());
    assert_eq!(model.ledger, LedgerTarget::File(Path::new("conf").join("portcullis-ledger.jsonl")));
}

#[test]
fn the_api_may_listen_without_the_base_path_of_its_contract() {
    let path = |own: &str, upstream: &str| {
        let api =
            format!("apis: [{{ contract: openapi.yaml, upstream: \"{upstream}\", {own} }}]\n");
        let model = read(&api);
        assert_eq!(model.base_path, "/api");
        model.upstream.path
    };
    assert_eq!(path("upstream_base_path: \"\"", "http://127.0.0.1:3000"), "");
    assert_eq!(path("upstream_base_path: /v2", "http://127.0.0.1:3000/"), "/v2");
    assert_eq!(path("base_path: /api", "http://127.0.0.1:3000/v3"), "/v3");
}

#[test]
fn every_key_arrives_in_the_model() {
    let model = read(FULL);
    let create = index(&model, "createOrder");
    let watch = index(&model, "watchOrders");
    let one = index(&model, "GET /orders/{id}");
    assert_eq!(model.listen.to_string(), "127.0.0.1:9000");
    assert_eq!(model.base_path, "/shop");
    assert_eq!(model.upstream.path, "/shop");
    assert_eq!(model.upstream.instances().count(), 2);
    assert_eq!(
        (&*model.name, model.hosts.as_slice()),
        ("shop", &["api.example.com".to_owned()][..])
    );
    assert!(model.proxies.end_tls && model.proxies.trusted.len() == 1);
    let origins: Vec<_> = model.origins.iter().map(Origin::as_str).collect();
    assert_eq!(origins, ["https://shop.example.com", "http://localhost:5173"]);
    assert!(model.access.anyone[one] && !model.access.anyone[create]);
    assert_eq!(model.undeclared_in[create], Undeclared::Refuse);
    assert_eq!(model.undeclared_out[create], Undeclared::Refuse);
    assert_eq!(model.undeclared_out[one], Undeclared::Drop);
    assert!(model.bodies[create].exact_request && !model.bodies[create].stream_answer);
    assert!(model.bodies[create].null_is_absent && !model.bodies[watch].null_is_absent);
    assert!(model.bodies[watch].stream_answer && !model.bodies[watch].exact_request);
    assert_eq!(model.limits.body_bytes_max, 2 << 20);
    assert_eq!(model.limits.json_depth_max, 16);
    assert_eq!(model.limits.head_timeout, Duration::from_millis(500));
    assert_eq!(model.limits.body_rate_min, 1024);
    assert_eq!(model.ledger, LedgerTarget::File(Path::new("conf").join("audit.jsonl")));
    let [callers, orders, items] = model.rates.as_slice() else { panic!("{:?}", model.rates) };
    assert_eq!((&*callers.text, &callers.of), ("per: caller, rate: 100/s, burst: 200", &None));
    assert_eq!(orders.of, Some(vec![create, watch, one]), "by pattern, too");
    assert!(orders.counts_callers && !orders.needs_body() && items.needs_body());
    assert_eq!(items.bound, RateBound::AtOnce(2));
}

#[test]
fn what_a_null_means_is_said_for_one_operation_or_for_all() {
    let said = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", null_means: absent }]\n";
    let model = read(said);
    assert!(model.bodies.iter().all(|body| body.null_is_absent));
    assert!(model.lines.operations.iter().all(|lines| lines.null_means.is_some()));
    assert!(read(API).bodies.iter().all(|body| !body.null_is_absent));
}

#[test]
fn every_limit_sets_its_own_bound() {
    let model = read(&format!(
        "{API}limits:
  {{ head_bytes: 2KiB, headers: 10, target_bytes: 3KiB, body_bytes: 4KiB, decompressed_ratio: 5,
    multipart_bytes: 24KiB, parts: 25, part_bytes: 26KiB, part_head_bytes: 27KiB, xml_depth: 28,
    xml_nodes: 29, xml_attributes: 30,
    answer_bytes: 6KiB, json_depth: 7, json_nodes: 8, string_bytes: 9KiB, array_items: 11, page_size: 71, page_offset: 72, batch_items: 73,
    object_members: 12, connections: 13, upstream_concurrency: 14, buffered_bytes: 15MiB,
    handshake_timeout: 31s, head_timeout: 16s, body_idle_timeout: 17s, body_rate: 18B/s, total_timeout: 19s,
    idle_timeout: 20s, connect_timeout: 21s, upstream_timeout: 22s, stream_idle_timeout: 24s,
    drain_timeout: 23s }}
"
    ));
    let seconds = Duration::from_secs;
    let expected = Limits {
        head_bytes_max: 2 << 10,
        headers_max: 10,
        target_bytes_max: 3 << 10,
        body_bytes_max: 4 << 10,
        multipart_bytes_max: 24 << 10,
        parts_max: 25,
        part_bytes_max: 26 << 10,
        part_head_bytes_max: 27 << 10,
        xml_depth_max: 28,
        xml_nodes_max: 29,
        xml_attributes_max: 30,
        decompressed_ratio_max: 5,
        answer_bytes_max: 6 << 10,
        json_depth_max: 7,
        json_nodes_max: 8,
        string_bytes_max: 9 << 10,
        array_items_max: 11,
        page_size_max: 71,
        page_offset_max: 72,
        batch_items_max: 73,
        object_members_max: 12,
        connections_max: 13,
        upstream_concurrency_max: 14,
        buffered_bytes_max: 15 << 20,
        handshake_timeout: seconds(31),
        head_timeout: seconds(16),
        body_idle_timeout: seconds(17),
        body_rate_min: 18,
        total_timeout: seconds(19),
        idle_timeout: seconds(20),
        connect_timeout: seconds(21),
        upstream_timeout: seconds(22),
        stream_idle_timeout: seconds(24),
        drain_timeout: seconds(23),
    };
    assert_eq!(model.limits, expected);
}

#[test]
fn a_small_budget_lowers_what_a_body_of_parts_may_be_unless_that_was_said() {
    let model = read(&format!("{API}limits: {{ buffered_bytes: 12MiB }}\n"));
    assert_eq!(model.limits.multipart_bytes_max, 4 << 20);
    assert_eq!(read(API).limits.multipart_bytes_max, 10 << 20);
}

#[test]
fn a_relaxation_keeps_what_it_says() {
    let model = read(FULL);
    let create = index(&model, "createOrder");
    let [observe, allow] = model.relaxations.as_slice() else {
        panic!("two relaxations");
    };
    assert_eq!(observe.effect, Effect::Observe);
    assert_eq!(observe.scope.operation, Some(create));
    assert_eq!(observe.scope.control, Some(ControlId::WritableProperties));
    assert_eq!((observe.by.as_str(), observe.until), ("ops", Date::parse("2027-01-31").ok()));
    assert_eq!(observe.reason, "mobile 2.x still sends debug");
    assert_eq!(allow.effect, Effect::AllowUndeclared);
    assert_eq!(allow.scope.control, Some(ControlId::WritableProperties));
    assert_eq!(allow.until, None);
    assert!(observe.span.is_some());
}

#[test]
fn a_star_opens_all_operations() {
    for policy in ["access: [{ anyone: \"*\" }]", "access: [{ anyone: [\"*\"] }]"] {
        let model = read(&format!("{API}{policy}\n"));
        assert!(model.access.anyone.iter().all(|anyone| *anyone));
    }
}

#[test]
fn empty_sections_are_as_if_they_were_not_there() {
    let model = read(&format!("{API}origins:\naccess: ~\nrelax: []\nlimits: {{}}\noperations:\n"));
    assert_eq!(model.limits, Limits::default());
    assert!(model.relaxations.is_empty());
}

#[test]
fn a_path_in_the_upstream_replaces_the_base_path_towards_the_api() {
    let with = |url: &str| {
        read(&format!("apis: [{{ contract: openapi.yaml, upstream: \"{url}\" }}]\n")).upstream.path
    };
    assert_eq!(with("http://127.0.0.1:3000/internal/v2"), "/internal/v2");
    assert_eq!(with("http://127.0.0.1:3000/"), "/api");
}

#[test]
fn an_empty_base_path_is_said_so() {
    let model = read(
        "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", base_path: \"\" }]\n",
    );
    assert_eq!((model.base_path.as_str(), model.upstream.path.as_str()), ("", ""));
}

#[test]
fn the_ledger_goes_to_standard_output_when_told() {
    assert_eq!(read(&format!("{API}ledger: {{ stdout: true }}\n")).ledger, LedgerTarget::Stdout);
}

/// Codes of the warnings.
fn warned(policy: &str) -> Vec<&'static str> {
    let model = read(policy);
    let own = model.warnings.iter().filter(|one| one.code.name.starts_with("policy-"));
    own.inspect(|one| assert_eq!(one.severity, Severity::Warning))
        .map(|one| one.code.name)
        .collect()
}

fn until(date: &str) -> String {
    format!(
        "{API}relax:\n  - {{ control: input_shape, mode: observe, by: ops, reason: why, until: {date} }}\n"
    )
}

#[test]
fn an_expired_relaxation_is_kept_and_does_not_hold() {
    let model = read(&until("2026-11-23"));
    let [relaxation] = model.relaxations.as_slice() else {
        panic!("one relaxation");
    };
    let at = |date: &str| Date::parse(date).unwrap().start();
    assert!(relaxation.holds(ControlId::InputShape, None, at("2026-11-23")));
    assert!(!relaxation.holds(ControlId::InputShape, None, at("2026-11-24")));
}

#[test]
fn the_end_of_a_relaxation_is_spoken_of_two_weeks_before() {
    assert_eq!(warned(&until("2026-11-23")), ["policy-relaxation-expired"]);
    assert_eq!(warned(&until("2026-11-24")), ["policy-relaxation-ends-soon"]);
    assert_eq!(warned(&until("2026-12-07")), ["policy-relaxation-ends-soon"]);
    assert_eq!(warned(&until("2026-12-08")), [""; 0]);
}

#[test]
fn what_changes_nothing_or_too_much_is_warned_of() {
    let relax = |entry: &str| format!("{API}relax:\n  - {{ {entry}, by: ops, reason: why }}\n");
    assert_eq!(warned(&relax("mode: observe")), ["policy-observes-everything"]);
    assert_eq!(warned(&relax("operation: listMedicines, undeclared: allow")), ["policy-no-effect"]);
    let operations = format!("{API}operations:\n  listMedicines: {{ body: exact }}\n");
    assert_eq!(warned(&operations), ["policy-no-effect"]);
    let operations = format!("{API}operations:\n  listMedicines: {{ null_means: absent }}\n");
    assert_eq!(warned(&operations), ["policy-no-effect"]);
    let plain = "apis: [{ contract: openapi.yaml, upstream: \"http://api.internal:3000\" }]\n";
    assert_eq!(warned(plain), ["policy-plain-upstream"]);
}

#[test]
fn the_version_follows_contract_and_policy() {
    let version = read(API).version;
    assert_eq!(version.len(), 12);
    assert!(version.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
    assert_eq!(read(API).version, version);
    assert_ne!(read(&format!("{API}# a comment\n")).version, version);
    assert_ne!(alone("http://127.0.0.1:3000").unwrap().version, version);
}

fn alone(upstream: &str) -> Result<Model, Vec<String>> {
    let mut input = input(None);
    input.overrides.upstream = Some(upstream.to_owned());
    Model::join(input)
        .map_err(|failure| failure.diagnostics.into_iter().map(|one| one.message).collect())
}

#[test]
fn a_contract_alone_opens_nothing_by_policy() {
    let model = alone("http://127.0.0.1:3000").unwrap();
    assert_eq!(model.posture, Posture::ContractOnly);
    assert!(model.access.anyone.iter().all(|anyone| !anyone));
    assert_eq!(model.access.anyone.len(), model.contract.operations.len());
}

#[test]
fn a_contract_alone_needs_an_upstream() {
    let failure = Model::join(input(None)).unwrap_err();
    assert_eq!(failure.diagnostics[0].message, "`--upstream` is missing");
    assert_eq!(alone("3000").unwrap_err(), ["`--upstream`: `3000` is not a URL"]);
}

#[test]
fn the_command_line_wins_over_the_policy() {
    let mut input = input(Some(FULL));
    input.overrides.listen = Some("127.0.0.1:7000".to_owned());
    input.overrides.upstream = Some("http://[::1]:4000".to_owned());
    let model = Model::join(input).unwrap();
    assert_eq!(model.listen.to_string(), "127.0.0.1:7000");
    assert_eq!((model.upstream.first.host.as_str(), model.upstream.first.port), ("[::1]", 4000));
}

#[test]
fn problems_of_contract_and_policy_come_together() {
    let mut input = input(Some("apis: []\nlisten: here\nlimits: { json_depth: 0 }\n"));
    input.contract = input.sources.add("broken.yaml", "openapi: [");
    input.now = UnixMillis(0);
    let failure = Model::join(input).unwrap_err();
    let told = diagnostics(&failure.sources, &failure.diagnostics);
    for part in ["broken.yaml", "names no API", "`here`", "a bound of nothing"] {
        assert!(told.contains(part), "{part} is missing in:\n{told}");
    }
}

#[test]
fn a_contract_whose_digest_is_pinned_is_read() {
    let digest = read(API).contract.digest.clone();
    let pinned = API.replace("openapi.yaml,", &format!("openapi.yaml, digest: sha256:{digest},"));
    assert_ne!(pinned, API);
    assert_eq!(read(&pinned).contract.digest, digest);
}

#[test]
fn every_decision_knows_its_line() {
    let model = read(FULL);
    let text = |span: Option<Span>| {
        let span = span.expect("a place");
        &model.sources.text(span.source)[span.start as usize..span.end as usize]
    };
    let lines = &model.lines;
    assert_eq!(text(lines.contract), "openapi.yaml");
    assert_eq!(text(lines.base_path), "/shop");
    assert_eq!(text(lines.listen), "127.0.0.1:9000");
    assert_eq!(text(lines.origins), "https://shop.example.com");
    assert_eq!(text(lines.anyone[index(&model, "listMedicines")]), "listMedicines");
    let create = lines.operations[index(&model, "createOrder")];
    assert_eq!(text(create.undeclared), "refuse");
    assert_eq!((text(create.answers), text(create.body)), ("refuse", "exact"));
    assert_eq!(text(create.null_means), "absent");
    assert_eq!(text(lines.operations[index(&model, "GET /orders")].answer), "stream");
    let limits: Vec<_> = lines.limits.iter().map(|(key, span)| (*key, text(Some(*span)))).collect();
    let expected = [
        ("body_bytes", "2MiB"),
        ("json_depth", "16"),
        ("head_timeout", "500ms"),
        ("body_rate", "1KiB/s"),
    ];
    assert_eq!(limits, expected);
}

#[test]
fn every_limit_can_be_led_back_to_its_line() {
    let schema = portcullis_policy::json_schema();
    let keys = schema["$defs"]["LimitsSection"]["properties"].as_object().expect("the keys");
    for (key, words) in keys {
        let text = words["description"].as_str().expect("a text");
        let default = text.split("Default: `").nth(1).and_then(|rest| rest.split('`').next());
        let policy = format!("{API}limits: {{ {key}: {} }}\n", default.expect("a default"));
        let model = read(&policy);
        assert_eq!(model.lines.limits.first().map(|(known, _)| *known), Some(key.as_str()));
    }
}
