//! Several APIs behind one gateway, and what stands in front of it.

use portcullis_policy::{Failure, Input, Policy, Undeclared};

use crate::pharmacy::{diagnostics, input, own};

/// Another contract, with an operation of the same name.
pub(crate) const DESK: &str = "openapi: 3.0.3\ninfo: { title: Desk, version: 1.0.0 }\npaths:\n  /orders:\n    get:\n      \
     operationId: listOrders\n      responses: { \"200\": { description: all } }\n    post:\n      \
     operationId: createOrder\n      responses: { \"201\": { description: made } }\n";

pub(crate) const APIS: &str = "apis:\n\
  - { name: shop, contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }\n\
  - { name: desk, contract: desk.yaml, base_path: /desk, upstream: \"http://127.0.0.1:4000\" }\n";

fn join(policy: &str) -> Result<Policy, Failure> {
    let Input { mut sources, contract, policy, folder, overrides, now } = input(Some(policy));
    let desk = sources.add("desk.yaml", DESK);
    Policy::join(Input { sources, contract, policy, folder, overrides, now }, vec![desk])
}

fn read(policy: &str) -> Policy {
    join(policy)
        .unwrap_or_else(|failure| panic!("{}", diagnostics(&failure.sources, &failure.diagnostics)))
}

/// What is said of a policy that is wrong.
fn told(policy: &str) -> String {
    let failure = join(policy).expect_err(policy);
    diagnostics(&failure.sources, &own(&failure.diagnostics))
}

/// API and operation that anyone may call.
fn open(policy: &Policy) -> Vec<String> {
    let all = policy.apis.iter().flat_map(|api| {
        let operations = api.contract.operations.iter().zip(&api.access.anyone);
        let open = operations.filter(|(_, anyone)| **anyone);
        open.map(|(operation, _)| format!("{} {}", api.name, operation.name()))
    });
    all.collect()
}

#[test]
fn each_api_has_its_own_model_and_one_listener() {
    let policy = read(&format!("{APIS}listen: 127.0.0.1:9000\nlimits: {{ json_depth: 7 }}\n"));
    let [shop, desk] = policy.apis.as_slice() else { panic!("two APIs") };
    assert_eq!((&*shop.name, &*desk.name), ("shop", "desk"));
    assert_eq!((shop.base_path.as_str(), desk.base_path.as_str()), ("/api", "/desk"));
    assert_eq!((shop.upstream.first.port, desk.upstream.first.port), (3000, 4000));
    assert_eq!((shop.listen, &shop.limits), (desk.listen, &desk.limits));
    assert_eq!((shop.listen.port(), desk.limits.json_depth_max), (9000, 7));
    assert_ne!(shop.version, desk.version);
    assert_eq!(desk.sources.name(desk.main), "desk.yaml");
}

#[test]
fn a_name_means_the_api_that_has_it() {
    let policy = read(&format!("{APIS}access: [{{ anyone: [listMedicines, listOrders] }}]\n"));
    assert_eq!(open(&policy), ["shop listMedicines", "desk listOrders"]);
}

#[test]
fn a_name_of_several_apis_takes_the_apis_name_before_it() {
    for (name, expected) in [
        ("shop::createOrder", "shop createOrder"),
        ("desk::createOrder", "desk createOrder"),
        ("desk::GET /orders", "desk listOrders"),
        ("shop::GET /orders/{id}", "shop GET /orders/{id}"),
    ] {
        let policy = read(&format!("{APIS}access: [{{ anyone: \"{name}\" }}]\n"));
        assert_eq!(open(&policy), [expected], "{name}");
    }
    let told = told(&format!("{APIS}access: [{{ anyone: createOrder }}]\n"));
    assert!(told.contains("`createOrder` is the name of 2 operations"), "{told}");
    assert!(told.contains("write `shop::createOrder` or `desk::createOrder`"), "{told}");
}

#[test]
fn a_star_means_all_apis_or_one() {
    let all = read(&format!("{APIS}access: [{{ anyone: \"*\" }}]\n"));
    assert_eq!(open(&all).len(), 6);
    let desk = read(&format!("{APIS}access: [{{ anyone: \"desk::*\" }}]\n"));
    assert_eq!(open(&desk), ["desk listOrders", "desk createOrder"]);
    let lines = |api: usize| desk.apis[api].lines.anyone.iter().flatten().count();
    assert_eq!((lines(0), lines(1)), (0, 2));
}

#[test]
fn an_operation_is_unknown_only_if_no_api_has_it() {
    let told =
        told(&format!("{APIS}access: [{{ anyone: [listOrder, \"desk::listMedicines\"] }}]\n"));
    assert!(told.contains("no contract has an operation `listOrder`"), "{told}");
    assert!(told.contains("did you mean `listOrders`?"), "{told}");
    assert!(told.contains("no contract has an operation `desk::listMedicines`"), "{told}");
}

#[test]
fn decisions_and_exceptions_reach_the_api_that_they_name() {
    let policy = read(&format!(
        "{APIS}operations: {{ \"desk::createOrder\": {{ answers: refuse }} }}\nrelax:\n  \
         - {{ operation: listMedicines, mode: observe, by: ops, reason: why }}\n  \
         - {{ operation: \"desk::*\", control: input_shape, mode: observe, by: ops, reason: why }}\n  \
         - {{ control: content_type, mode: observe, by: ops, reason: why }}\n"
    ));
    let [shop, desk] = policy.apis.as_slice() else { panic!("two APIs") };
    let refuses = |api: &portcullis_policy::Model| {
        api.undeclared_out.iter().filter(|one| **one != Undeclared::default()).count()
    };
    assert_eq!((refuses(shop), refuses(desk)), (0, 1));
    assert_eq!(desk.lines.operations.iter().filter(|one| one.answers.is_some()).count(), 1);
    assert_eq!(shop.relaxations.len(), 2, "its own and the one for all");
    assert_eq!(desk.relaxations.len(), 2, "that for all of it and the one for all");
    assert!(desk.relaxations.iter().all(|one| one.scope.operation.is_none()));
}

#[test]
fn requests_that_two_apis_claim_are_an_error_at_both_places() {
    let pair = |shop: &str, desk: &str| {
        format!(
            "apis:\n  - {{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", {shop} }}\n  \
             - {{ contract: desk.yaml, upstream: \"http://127.0.0.1:4000\", {desk} }}\n"
        )
    };
    for (shop, desk) in [
        ("base_path: /a", "base_path: /a"),
        ("base_path: /api", "base_path: /api"),
        ("base_path: /a, hosts: [a.example, b.example]", "base_path: /a, hosts: [B.example.]"),
        ("base_path: \"\"", "base_path: \"\""),
    ] {
        let told = told(&pair(shop, desk));
        assert!(told.contains("a second API claims"), "{told}");
        assert!(
            told.contains("portcullis.yaml:2:") && told.contains("portcullis.yaml:3:"),
            "{told}"
        );
    }
    for (shop, desk) in [
        ("base_path: /a", "base_path: /a/b"),
        ("base_path: /a, hosts: [a.example]", "base_path: /a, hosts: [b.example]"),
        ("base_path: /a, hosts: [a.example]", "base_path: /a"),
    ] {
        assert_eq!(read(&pair(shop, desk)).apis.len(), 2, "{shop} {desk}");
    }
}

#[test]
fn an_api_without_a_name_is_called_by_its_host_and_base_path() {
    let policy = read(
        "apis:\n  - { contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", hosts: [api.example.com] }\n  \
         - { contract: desk.yaml, upstream: \"http://127.0.0.1:4000\" }\n",
    );
    let names: Vec<&str> = policy.apis.iter().map(|api| &*api.name).collect();
    assert_eq!(names, ["api.example.com/api", "/"]);
}

#[test]
fn a_policy_says_what_is_wrong_with_its_apis() {
    let api = "contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\"";
    for (policy, said) in [
        (format!("{APIS}tls: {{ terminated_by: trusted_proxies }}\n"), "no proxy is trusted"),
        (format!("{APIS}trusted_proxies: [10.0.0.1/8]\n"), "write `10.0.0.0/8` for the network"),
        (format!("{APIS}trusted_proxies: [0.0.0.0/0]\n"), "is everybody"),
        (format!("{APIS}trusted_proxies: [proxy.internal]\n"), "neither an address nor a network"),
        (format!("apis: [{{ {api}, hosts: [\"*.example.com\"] }}]\n"), "stands for many hosts"),
        (format!("apis: [{{ {api}, hosts: [\"a.example:8080\"] }}]\n"), "names a port"),
        (format!("apis: [{{ {api}, hosts: [] }}]\n"), "`hosts` names no host"),
        (format!("apis: [{{ {api}, hosts: [a.example, A.example.] }}]\n"), "`a.example` stands twice"),
        (format!("apis: [{{ {api}, name: \"a b\" }}]\n"), "cannot be the name of an API"),
        (APIS.replace("name: desk", "name: shop"), "a second API is called `shop`"),
        (
            "apis: [{ contract: openapi.yaml, upstream: [] }]\n".to_owned(),
            "`upstream` names no instance",
        ),
        (
            "apis: [{ contract: openapi.yaml, upstream: [\"http://127.0.0.1:1\", \"http://127.0.0.1:1\"] }]\n"
                .to_owned(),
            "`127.0.0.1:1` stands twice",
        ),
        (
            "apis: [{ contract: openapi.yaml, upstream: [\"http://127.0.0.1:1/a\", \"http://127.0.0.1:2/b\"] }]\n"
                .to_owned(),
            "is not that of the first instance",
        ),
    ] {
        let told = told(&policy);
        assert!(told.contains(said), "{policy}{told}");
    }
}

#[test]
fn instances_of_one_api_stand_in_a_list() {
    let policy = read(
        "apis:\n  - { contract: openapi.yaml, upstream: [\"http://127.0.0.1:1/v2\", \"http://127.0.0.1:2/v2\"] }\n",
    );
    let upstream = &policy.apis[0].upstream;
    assert_eq!(upstream.path, "/v2");
    let instances: Vec<String> = upstream.instances().map(ToString::to_string).collect();
    assert_eq!(instances, ["127.0.0.1:1", "127.0.0.1:2"]);
}

#[test]
fn proxies_are_trusted_by_address() {
    let policy = read(&format!(
        "{APIS}trusted_proxies: [10.0.0.0/8, \"::1\"]\ntls: {{ terminated_by: trusted_proxies }}\n"
    ));
    let proxies = &policy.apis[1].proxies;
    assert!(proxies.end_tls && proxies.trusted.len() == 2);
    assert!(proxies.trusted.iter().any(|one| one.contains([10, 1, 2, 3].into())));
}

#[test]
fn a_command_for_one_api_refuses_two() {
    let failure = read(APIS).only().unwrap_err();
    let told = diagnostics(&failure.sources, &own(&failure.diagnostics));
    assert!(told.contains("a second API stands here, and one is expected"), "{told}");
}

#[test]
fn the_most_exact_name_says_to_whom_an_operation_is_open() {
    let rules = "access: [{ callers: [desk::createOrder] }, { anyone: \"*\" }, { callers: \"shop::*\" }, { anyone: listMedicines }]\n";
    let policy = read(&format!("{APIS}{rules}"));
    assert_eq!(open(&policy), ["shop listMedicines", "desk listOrders"]);
    let [shop, desk] = policy.apis.as_slice() else { panic!("two APIs") };
    assert_eq!(shop.access.callers.iter().filter(|callers| **callers).count(), 3);
    assert_eq!(desk.access.callers, [false, true]);
    for rules in [
        "{ anyone: \"*\" }, { callers: \"*\" }",
        "{ callers: \"desk::*\" }, { anyone: \"desk::*\" }",
        "{ callers: listMedicines }, { anyone: listMedicines }",
    ] {
        let said = told(&format!("{APIS}access: [{rules}]\n"));
        assert!(said.contains("opened to anyone and to callers"), "{rules}: {said}");
    }
}

#[test]
fn the_api_is_asked_anew_before_its_own_operations_alone() {
    let callers = |fresh: &str, changes: &str| {
        format!(
            "{APIS}callers: {{ jwt: {{ issuer: \"https://login.example\", audience: shop }}, \
             whoami: {{ operation: listMedicines, subject: /id, fresh: [{fresh}] }}, \
             changes_roles: [{changes}] }}\n"
        )
    };
    let own_order = read(&callers("\"shop::createOrder\"", "listMedicines"));
    assert_eq!(own_order.apis[0].callers.whoami.as_ref().unwrap().fresh.len(), 1);
    let said = told(&callers("\"desk::createOrder\"", "listMedicines"));
    assert!(said.contains("this is an operation of another API"), "{said}");
    let many = vec!["listMedicines"; 257].join(", ");
    for said in [told(&callers(&many, "")), told(&callers("", &many))] {
        assert!(said.contains("there are more than 256"), "{said}");
    }
}
