//! `portcullis explain`: requests that were recorded, and requests that somebody describes.

use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use serde_json::Value;

use crate::support::{Folder, Gateway, text};

const DOCUMENT: &str = r##"openapi: 3.1.0
info: { title: Orders, version: "1" }
servers: [{ url: /api }]
paths:
  /orders:
    post:
      operationId: createOrder
      security: [{ bearer: [] }]
      parameters:
        - name: dry
          in: query
          schema: { type: boolean }
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: "#/components/schemas/NewOrder" }
      responses: { "201": { description: made } }
  /health:
    get:
      operationId: getHealth
      responses: { "200": { description: well } }
components:
  securitySchemes:
    bearer: { type: http, scheme: bearer }
  schemas:
    NewOrder:
      type: object
      properties:
        id: { type: integer, readOnly: true }
        quantity:
          type: integer
          minimum: 1
        password: { type: string }
"##;

const POLICY: &str = r"apis:
  - contract: openapi.yaml
    upstream: http://127.0.0.1:3000/v2
listen: 127.0.0.1:8080
origins: [https://shop.example.com]
operations:
  createOrder:
    undeclared: refuse
limits:
  body_bytes: 1KiB
";

fn folder() -> Folder {
    Folder::with(&[
        ("openapi.yaml", DOCUMENT),
        ("portcullis.yaml", POLICY),
        ("good.json", r#"{ "quantity": 2, "password": "s3cret" }"#),
        ("small.json", r#"{"quantity": 0}"#),
        ("more.json", r#"{"quantity": 1, "role": "admin", "id": 7}"#),
        ("large.json", &format!("{{\"password\": \"{}\"}}", "x".repeat(2000))),
    ])
}

/// A described request: exit code and what was printed.
fn described(folder: &Folder, files: &[&str], request: &str) -> (i32, String) {
    let words =
        request.split(' ').filter(|word| !word.is_empty()).map(|word| word.replace('+', " "));
    let words: Vec<String> = words.collect();
    let mut arguments = vec!["explain"];
    arguments.extend(files);
    arguments.extend(words.iter().map(String::as_str));
    let output = folder.run(&arguments);
    assert!(text(&output.stderr).is_empty(), "{}", text(&output.stderr));
    (output.status.code().unwrap(), text(&output.stdout))
}

const WITH_POLICY: [&str; 2] = ["-c", "portcullis.yaml"];
const ORDER: &str = "--method POST --path /api/orders?dry=%74rue&x=1 --header \
                     Authorization:+Bearer+s3cret --header Content-Type:+application/json --header \
                     X-Debug:+1 --body ";

/// Request ids and the digest-like version change with every run and edit.
fn stable(text: &str) -> String {
    let id = text.split("\"request_id\":\"").nth(1).and_then(|rest| rest.get(..26));
    id.map_or_else(|| text.to_owned(), |id| text.replace(id, "(id)"))
}

#[test]
fn a_request_that_reaches_the_api_is_shown_as_the_api_reads_it() {
    let (code, shown) = described(&folder(), &WITH_POLICY, &format!("{ORDER}good.json"));
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_value_that_is_refused_leads_to_its_keyword() {
    let (code, shown) = described(&folder(), &WITH_POLICY, &format!("{ORDER}small.json"));
    assert_eq!(code, 1, "{shown}");
    insta::assert_snapshot!(stable(&shown));
}

#[test]
fn what_the_policy_decided_leads_to_its_line() {
    let folder = folder();
    for (request, parts) in [
        (
            format!("{ORDER}more.json"),
            &["writable_properties (undeclared_property)", "portcullis.yaml:8:17  `undeclared`"][..],
        ),
        (
            format!("{ORDER}large.json"),
            &["(body_bytes)", "portcullis.yaml:10:15  `limits: { body_bytes }`"],
        ),
        (
            "--method GET --path /api/health".to_owned(),
            &["caller_identity (closed)", "openapi.yaml:20:5", "anyone: [\"getHealth\"]"],
        ),
        (
            "--method OPTIONS --path /api/orders --header Origin:+https://evil.example --header \
             Access-Control-Request-Method:+POST"
                .to_owned(),
            &["unknown_origin", "portcullis.yaml:5:11  `origins`"],
        ),
        (
            "--method GET --path /orders".to_owned(),
            &["undeclared_path", "it would match with the base path", "openapi.yaml:3:"],
        ),
        (
            "--method DELETE --path /api/orders?x=1".to_owned(),
            &[
                "declared with POST only",
                "openapi.yaml:6:5  declares `POST /orders`",
                "declare it beside the others",
            ],
        ),
        (
            "--method POST --path /api/orders?dry=maybe --header Authorization:+Bearer+x"
                .to_owned(),
            &["openapi.yaml:10:17  query parameter `dry`"],
        ),
        (
            "--method POST --path /api/orders".to_owned(),
            &["no_credential", "openapi.yaml:8:17  the contract asks for `bearer`"],
        ),
    ] {
        let (code, shown) = described(&folder, &WITH_POLICY, &request);
        assert_eq!(code, 1, "{request}: {shown}");
        for part in parts {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
    let preflight = "--method OPTIONS --path /api/orders --header Origin:+https://shop.example.com \
                     --header Access-Control-Request-Method:+POST";
    let (code, shown) = described(&folder, &WITH_POLICY, preflight);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("answered by the gateway itself"), "{shown}");
}

#[test]
fn a_credential_in_a_url_is_explained_and_not_shown() {
    let folder = folder();
    let queries =
        ["access_token=s3cret", "x=Bearer%20s3cret-0123456789abcdef", "user[password]=s3cret"];
    for query in queries {
        let request =
            format!("--method POST --path /api/orders?{query} --header Authorization:+Bearer+x");
        let (code, shown) = described(&folder, &WITH_POLICY, &request);
        assert_eq!(code, 1, "{shown}");
        for part in
            ["secret_in_url (secret_in_url)", "send it in a header", "=***\nwould be refused"]
        {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("s3cret"), "{shown}");
    }
    let (_, shown) =
        described(&folder, &WITH_POLICY, "--method GET --path /api/a;jsessionid=s3cret/b");
    assert!(shown.starts_with("GET /api/a;***/b\n"), "{shown}");
}

#[test]
fn a_base_path_that_the_policy_says_is_no_line_of_the_contract() {
    let folder = folder();
    let policy = POLICY.replace("/v2\n", "/v2\n    base_path: /other\n");
    std::fs::write(folder.path("own.yaml"), policy).unwrap();
    let request = "--method GET --path /api/orders --format json";
    let (code, shown) = described(&folder, &["-c", "own.yaml"], request);
    assert_eq!(code, 1, "{shown}");
    let walk: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(walk["refusal"]["contract"], serde_json::json!([]), "{walk}");
    assert_eq!(walk["refusal"]["policy"][0]["text"], "`base_path`", "{walk}");
}

#[test]
fn a_keyword_is_found_when_its_path_lies_in_a_file_of_its_own() {
    let item = "post:\n  operationId: createOrder\n  security: []\n  requestBody:\n    content:\n      \
                application/json:\n        schema: { $ref: '../openapi.yaml#/components/schemas/NewOrder' }\n  \
                parameters:\n    - name: n\n      in: query\n      schema:\n        type: integer\n        \
                maximum: 3\n  responses: {}\n";
    let start = DOCUMENT.find("  /orders:\n").unwrap();
    let end = DOCUMENT.find("  /health:\n").unwrap();
    let main =
        DOCUMENT.replace(&DOCUMENT[start..end], "  /orders: { $ref: 'paths/orders.yaml' }\n");
    let folder = Folder::with(&[("openapi.yaml", &main), ("small.json", r#"{"quantity": 0}"#)]);
    std::fs::create_dir(folder.path("paths")).unwrap();
    std::fs::write(folder.path("paths/orders.yaml"), item).unwrap();
    let files = ["--contract", "openapi.yaml"];
    let post = "--method POST --path /api/orders";
    let json = "--header Content-Type:+application/json --body small.json";
    let (_, shown) = described(&folder, &files, &format!("{post} {json}"));
    assert!(shown.contains("openapi.yaml:20:11  `minimum`"), "{shown}");
    let (_, shown) = described(&folder, &files, &format!("{post}?n=4 {json}"));
    assert!(shown.contains("orders.yaml:13:9  `maximum`"), "{shown}");
}

#[test]
fn a_cors_field_that_was_removed_leads_to_the_origins() {
    let answer = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n";
    let api = ScriptedApi::start(Behaviour::Answer(answer.to_vec()));
    let folder = folder();
    let policy = format!("{POLICY}access:\n  - anyone: [getHealth]\n");
    std::fs::write(folder.path("open.yaml"), policy).unwrap();
    let upstream = format!("http://{}", api.address());
    let gateway = Gateway::start(
        &folder,
        &["run", "-c", "open.yaml", "--upstream", &upstream, "--listen", "127.0.0.1:0"],
    );
    let answer = exchange(gateway.address, "GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n");
    let id = answer.field("x-request-id").unwrap().to_owned();
    gateway.end();
    let shown = text(&folder.run(&["explain", &id, "-c", "open.yaml"]).stdout);
    for part in ["removed by safe_configuration (cors_header)", "`origins`", "origins: [\"https://"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn programs_read_the_same_walk() {
    let folder = folder();
    let request = format!("{ORDER}good.json --format json");
    let (code, shown) = described(&folder, &WITH_POLICY, &request);
    assert_eq!(code, 0, "{shown}");
    let walk: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&walk["outcome"], &walk["operation"]), (&"reaches".into(), &"createOrder".into()));
    assert_eq!(walk["upstream"]["path"], "/v2/orders");
    assert_eq!(walk["upstream"]["query"], "dry=true");
    assert_eq!(walk["left_out"], serde_json::json!(["x-debug"]));
    let rooms: Vec<_> = walk["rooms"].as_array().unwrap().iter().map(|one| &one["room"]).collect();
    assert_eq!((rooms.len(), rooms[0]), (9, &Value::from("receive")));
    let (code, shown) =
        described(&folder, &WITH_POLICY, &format!("{ORDER}small.json --format json"));
    assert_eq!(code, 1);
    let walk: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(walk["refusal"]["control"], "input_shape");
    assert_eq!(walk["refusal"]["contract"][0]["at"], "openapi.yaml:33:11", "{walk}");
}

#[test]
fn where_a_gateway_listens_decides_what_is_closed() {
    let folder = folder();
    let request = format!("{ORDER}good.json");
    let alone = ["--contract", "openapi.yaml"];
    assert_eq!(described(&folder, &alone, &request).0, 0);
    let public = ["--contract", "openapi.yaml", "--listen", "0.0.0.0:8080"];
    let (code, shown) = described(&folder, &public, &request);
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("the listener is not loopback"), "{shown}");
}

#[test]
fn a_request_that_cannot_be_described_is_said() {
    let folder = folder();
    for (arguments, part) in [
        (&["--method", "GET"][..], "--path"),
        (&["--method", "GET", "--path", "/a"], "--contract"),
        (&["--method", "GET", "--path", "a", "-c", "portcullis.yaml"], "begin with `/`"),
        (&["--method", "G\r\nT", "--path", "/a", "-c", "portcullis.yaml"], "one word"),
        (
            &["--method", "GET", "--path", "/a", "--header", "x", "-c", "portcullis.yaml"],
            "Name: value",
        ),
        (&["--method", "GET", "--path", "/a", "--body", "none", "-c", "portcullis.yaml"], "none"),
        (&["--method", "GET", "--path", "/a", "-c", "missing.yaml"], "missing.yaml"),
        (&["input_shape", "--method", "GET", "--path", "/a"], "cannot be used with"),
        (&["--path", "/a", "-c", "portcullis.yaml"], "--method <METHOD>"),
        (&["-c", "portcullis.yaml"], "--method GET --path"),
        (&[], "--method GET --path"),
    ] {
        let arguments: Vec<&str> =
            ["explain"].into_iter().chain(arguments.iter().copied()).collect();
        let output = folder.run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(part), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_recorded_refusal_leads_to_its_lines_and_to_a_change_of_the_files() {
    let api = ScriptedApi::start(Behaviour::json(201, "{}"));
    let folder = folder();
    let upstream = format!("http://{}", api.address());
    let gateway = Gateway::start(
        &folder,
        &["run", "-c", "portcullis.yaml", "--upstream", &upstream, "--listen", "127.0.0.1:0"],
    );
    let request = "POST /api/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\
                   Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"quantity\": 0}";
    let answer = exchange(gateway.address, request);
    assert_eq!(answer.status, 400);
    let id = answer.field("x-request-id").unwrap().to_owned();
    gateway.end();

    let explained = |more: &[&str]| {
        let arguments: Vec<&str> =
            ["explain", &id].into_iter().chain(more.iter().copied()).collect();
        let output = folder.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let shown = explained(&WITH_POLICY);
    for part in [
        "refused by input_shape (schema)",
        "openapi.yaml:33:11  `minimum` of its schema",
        "default: no policy line decides this",
        "operation: \"createOrder\", control: input_shape, mode: observe",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("note: "), "the files are the same: {shown}");
    assert!(explained(&[]).contains("add -c FILE"));

    std::fs::write(folder.path("portcullis.yaml"), POLICY.replace("1KiB", "2KiB")).unwrap();
    let shown = explained(&WITH_POLICY);
    assert!(shown.contains("note: the record was made by model"), "{shown}");
    let shown = explained(&["-c", "portcullis.yaml", "--format", "json"]);
    let account: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(account["same_model"], false);
    assert_eq!(account["acts"][0]["contract"][0]["at"], "openapi.yaml:33:11");
    assert_eq!(account["record"]["request_id"], id.as_str());
}

#[test]
fn one_request_too_many_leads_to_its_entry_of_rates() {
    let api = ScriptedApi::start(Behaviour::json(201, "{}"));
    let folder = folder();
    let rates = "rates:\n  - { of: createOrder, per: everybody, rate: 1/h }\n";
    std::fs::write(folder.path("portcullis.yaml"), format!("{POLICY}{rates}")).unwrap();
    let upstream = format!("http://{}", api.address());
    let gateway = Gateway::start(
        &folder,
        &["run", "-c", "portcullis.yaml", "--upstream", &upstream, "--listen", "127.0.0.1:0"],
    );
    let request = "POST /api/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\
                   Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"quantity\": 1}";
    assert_eq!(exchange(gateway.address, request).status, 201);
    let answer = exchange(gateway.address, request);
    assert_eq!(answer.status, 429);
    let id = answer.field("x-request-id").unwrap().to_owned();
    gateway.end();
    let output = folder.run(&["explain", &id, "-c", "portcullis.yaml"]);
    let shown = text(&output.stdout);
    for part in [
        "refused by resource_limits (rate)",
        "portcullis.yaml:12:7  `rates: { of: createOrder, per: everybody, rate: 1/h }`",
        "`Retry-After` says when",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn a_record_that_is_not_there_or_cut_is_said() {
    const ID: &str = "01KAT3ZW1E8Q6Y3V9N5R2M7XJD";
    let cut = format!("{{\"time\":\"x\",\"request_id\":\"{ID}\",\"mod");
    let folder = Folder::with(&[("empty.jsonl", ""), ("cut.jsonl", &cut)]);
    for (ledger, code, part) in [
        ("empty.jsonl", 1, "no record"),
        ("cut.jsonl", 1, "line 1 names it"),
        ("missing.jsonl", 2, "cannot be read"),
        (".", 2, "cannot be read"),
    ] {
        let output = folder.run(&["explain", ID, "--ledger", ledger]);
        assert_eq!(output.status.code(), Some(code), "{ledger}");
        assert!(text(&output.stderr).contains(part), "{ledger}: {}", text(&output.stderr));
    }
}

#[test]
fn an_operation_that_is_not_served_leads_to_what_is_wrong_with_it() {
    let document = "openapi: 3.1.0\ninfo: { title: T, version: \"1\" }\npaths:\n  /delay/{n}:\n    \
                    get:\n      parameters:\n        - { name: n, in: path, required: true, schema: { \
                    type: int } }\n      responses: { \"204\": { description: done } }\n  /x:\n    get: \
                    { responses: { \"204\": { description: done } } }\n";
    let folder = Folder::with(&[("openapi.yaml", document)]);
    let arguments =
        ["explain", "--contract", "openapi.yaml", "--method", "GET", "--path", "/delay/1"];
    let said = text(&folder.run(&arguments).stdout);
    assert!(said.contains("openapi.yaml:5:5  declares `GET /delay/{n}`"), "{said}");
    assert!(said.contains("openapi.yaml:7:64  there is no type `int`"), "{said}");
    assert!(said.contains("Correct the document where it cannot be read"), "{said}");
    assert!(!said.contains("no base path"), "{said}");
}
