//! What a key is restricted to, on the command line, with a gateway that runs.

use std::os::unix::fs::PermissionsExt as _;

use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use serde_json::Value;

use crate::api_keys::{issue, run, status};
use crate::support::{Folder, Gateway, text};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ key: [] }]
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } }
  schemas: { Order: { type: object, properties: { id: { type: integer } } } }
paths:
  /me: { get: { operationId: getMe, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /orders/{id}: { get: { operationId: getOrder, parameters: [{ name: id, in: path, required: true, schema: { type: integer } }], responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } } } }
"##;

fn pepper(last: char) -> String {
    format!("00112233445566778899aabbccddeeff00112233445566778899aabbccdd000{last}\n")
}

fn shop() -> (ScriptedApi, Folder) {
    let api = ScriptedApi::start(Behaviour::json(200, r#"{"id":7}"#));
    let policy = format!(
        "apis: [{{ name: shop, contract: openapi.yaml, upstream: \"http://{}\" }}]\nlisten: 127.0.0.1:0\n\
         store: {{ folder: store, key: file:store.key }}\n\
         callers: {{ api_keys: {{ brand: shop, pepper: file:pepper.key }} }}\n\
         resources: {{ Order: {{}} }}\naccess: [{{ may: read, on: Order }}, {{ callers: [getMe] }}]\n",
        api.address()
    );
    let files = [
        ("openapi.yaml", CONTRACT),
        ("portcullis.yaml", policy.as_str()),
        ("store.key", &pepper('1')),
        ("pepper.key", &pepper('2')),
    ];
    let folder = Folder::with(&files);
    for name in ["store.key", "pepper.key"] {
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.path(name), private).unwrap();
    }
    (api, folder)
}

fn command(folder: &Folder, words: &[&str]) -> (i32, String, String) {
    let output = folder.run(&[&["keys"], words, &["-c", "portcullis.yaml"][..]].concat());
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn opens(gateway: &Gateway, paths: &[&str], key: &str) -> Vec<u16> {
    paths.iter().map(|path| status(gateway, path, key)).collect()
}

/// What is left of a quota, without when there is more.
fn left(gateway: &Gateway, key: &str) -> String {
    let request = format!("GET /me HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\n\r\n");
    let answer = exchange(gateway.address, request);
    answer.field("ratelimit").and_then(|field| field.rsplit_once(';')).unwrap().0.to_owned()
}

#[test]
fn a_key_is_restricted_as_the_command_says_and_the_list_shows_it() {
    let (_api, folder) = shop();
    let gateway = run(&folder);
    let thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let digits = "sha256:".to_owned() + &"ab".repeat(32);
    let all = [
        "--owner",
        "acme",
        "--may",
        "Order:read",
        "--object",
        "Order=7",
        "--object",
        "Order=a=b",
        "--quota",
        "1000/day",
        "--quota",
        "50000/month",
        "--rate",
        "300/min",
        "--origin",
        "https://shop.example.com",
        "--dpop",
        thumbprint,
        "--certificate",
        &digits,
    ];
    let (code, _, said) = command(&folder, &[&["issue"], &all[..]].concat());
    assert!(code == 0 && said.contains("not among the policy's `origins`"), "{said}");
    let (code, listed, said) = command(&folder, &["list", "--format", "json"]);
    assert_eq!(code, 0, "{said}");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let rules = &listed["keys"][0]["rules"];
    let shown = serde_json::json!({
        "may": [["Order", "read,list"]], "objects": [["Order", "7"], ["Order", "a=b"]],
        "origins": ["https://shop.example.com"], "dpop": thumbprint, "certificate": digits,
        "rate": 300, "rate_seconds": 60, "day": 1000, "month": 50000,
    });
    assert_eq!(*rules, shown);
    // What is rolled may what the old one may.
    let id = listed["keys"][0]["id"].as_str().unwrap();
    let (code, _, said) = command(&folder, &["roll", "--id", id]);
    assert_eq!(code, 0, "{said}");
    let (_, again, _) = command(&folder, &["list", "--max", "1", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap()["keys"][0]["rules"], shown);

    let paths = ["/me", "/orders/7"];
    let (_, seven) = issue(&folder, &["--owner", "acme", "--object", "Order=7"]);
    assert_eq!(opens(&gateway, &paths, &seven), [403, 200]);
    let (_, six) = issue(&folder, &["--owner", "acme", "--object", "Order=6"]);
    assert_eq!(opens(&gateway, &paths, &six), [403, 404]);
    let (_, named) = issue(&folder, &["--owner", "acme", "--operation", "shop::getMe"]);
    assert_eq!(opens(&gateway, &paths, &named), [200, 403]);
    let (_, once) = issue(&folder, &["--owner", "acme", "--quota", "1/day"]);
    assert_eq!(opens(&gateway, &["/me", "/me"], &once), [200, 429]);
    let (_, often) = issue(&folder, &["--owner", "acme", "--quota", "1000/day"]);
    assert_eq!(left(&gateway, &often), "\"day\";r=999");
    gateway.end();
    let gateway = run(&folder);
    assert_eq!(opens(&gateway, &["/me"], &once), [429], "a restart gives nothing anew");
    assert_eq!(left(&gateway, &often), "\"day\";r=998", "nor does an orderly one take anything");
    gateway.end();
}

#[test]
fn what_cannot_be_held_to_is_told_and_nothing_is_issued() {
    let (_api, folder) = shop();
    issue(&folder, &["--owner", "acme"]);
    for (words, told) in [
        (["--may", "Ordr:read"], "did you mean `Order`?"),
        (["--may", "Order:pay"], "named by --operation"),
        (["--may", "Order:"], "nothing that may be done"),
        (["--object", "Order"], "write `Order=7`"),
        (["--object", "Order="], "write `Order=7`"),
        (["--origin", "https://shop.example.com/"], "how browsers write"),
        (["--dpop", "short"], "no thumbprint"),
        (["--certificate", "sha256:AB"], "sha256sum"),
        (["--quota", "0/day"], "1000/day"),
        (["--quota", "10/week"], "1000/day"),
        (["--quota", "+1/day"], "1000/day"),
        (["--rate", "10/day"], "10/s"),
        (["--rate", "4000000000/s"], "no quota"),
        (["--operation", "desk::getMe"], "no operation"),
    ] {
        let (code, printed, said) =
            command(&folder, &[&["issue", "--owner", "acme"], &words[..]].concat());
        assert!(code != 0 && printed.is_empty(), "{words:?}: {printed}");
        assert!(said.contains(told), "{words:?}: {said}");
    }
    let (_, listed, _) = command(&folder, &["list"]);
    assert_eq!(listed.lines().count(), 1, "{listed}");
}

#[test]
fn rules_as_long_as_they_may_be_go_through_the_door_and_are_listed() {
    let (_api, folder) = shop();
    let gateway = run(&folder);
    let scopes: Vec<String> = (0..63).map(|number| format!("{number:0>1023}")).collect();
    let mut words = vec!["--owner", "acme"];
    scopes.iter().for_each(|scope| words.extend(["--scope", scope]));
    let (id, _) = issue(&folder, &words);
    let (code, listed, said) = command(&folder, &["list", "--id", &id]);
    assert!(code == 0 && listed.len() > 63 * 1023, "{said}");
    let more = "x".repeat(1024);
    words.extend(["--scope", &more, "--scope", &more]);
    let (code, _, said) = command(&folder, &[&["issue"], &words[..]].concat());
    assert!(code == 1 && said.contains("more than 65536 bytes of a key's rules"), "{said}");
    gateway.end();
}

#[test]
fn a_command_with_another_pepper_than_the_gateway_issues_nothing() {
    let (_api, folder) = shop();
    let gateway = run(&folder);
    std::fs::write(folder.path("pepper.key"), pepper('3')).unwrap();
    let (code, printed, said) = command(&folder, &["issue", "--owner", "acme"]);
    assert!(code == 1 && printed.is_empty(), "{printed}");
    assert!(said.contains("another pepper"), "{said}");
    gateway.end();
    let (_, key) = issue(&folder, &["--owner", "acme"]);
    let gateway = run(&folder);
    assert_eq!(opens(&gateway, &["/me"], &key), [200], "the one that it has now");
    gateway.end();
}
