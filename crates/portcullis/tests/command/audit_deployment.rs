//! `portcullis audit -c`: the host, the gateway that runs on it, keys in the open, and an issuer.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;

use crate::api_keys::{issue, run, shop};
use crate::support::{Folder, text};

fn audit(folder: &Folder, words: &[&str]) -> (i32, Value) {
    let words = [&["audit", "--format", "json"], words].concat();
    let output = folder.command().args(words).env("TMPDIR", folder.path("")).output().unwrap();
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    let report =
        serde_json::from_str(&printed).unwrap_or_else(|why| panic!("{why}: {printed} {said}"));
    (output.status.code().unwrap(), report)
}

fn finding<'r>(report: &'r Value, rule: &str) -> Option<&'r Value> {
    report["findings"].as_array().unwrap().iter().find(|one| one["rule"] == rule)
}

fn answer<'r>(report: &'r Value, id: &str) -> &'r Value {
    report["checklist"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()
}

#[test]
fn a_live_key_in_a_bundle_is_critical_and_the_answer_says_how_to_end_it() {
    let (_api, folder) = shop();
    let (id, key) = issue(&folder, &["--owner", "acme"]);
    fs::create_dir(folder.path("dist")).unwrap();
    fs::write(folder.path("dist/app.js"), format!("fetch('/', {{ key: '{key}' }})\n")).unwrap();
    let gateway = run(&folder);
    let (code, report) = audit(&folder, &["-c", "portcullis.yaml", "dist"]);
    let found = finding(&report, "portcullis-api-key").unwrap();
    assert_eq!((code, found["severity"].as_str()), (1, Some("critical")), "{found:#}");
    let five = answer(&report, "C5")["evidence"].as_str().unwrap().to_owned();
    assert!(
        five.contains("LIVE, of acme")
            && five.contains(&format!("keys revoke -c POLICY --id {id}")),
        "{five}"
    );
    let told = report.to_string();
    assert!(!told.contains(&key[30..]), "it says the key");

    let output = folder.run(&["audit", "secrets", "--ask", "portcullis.yaml", "dist"]);
    let printed = text(&output.stdout);
    assert!(printed.contains("LIVE, of acme, last used never"), "{printed}");
    let revoked = folder.run(&["keys", "revoke", "-c", "portcullis.yaml", "--id", &id]);
    assert!(revoked.status.success(), "{}", text(&revoked.stderr));
    let output =
        folder.run(&["audit", "secrets", "--ask", "portcullis.yaml", "--format", "json", "dist"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["asked"][0]["key"], id.as_str(), "{told:#}");
    let printed =
        text(&folder.run(&["audit", "secrets", "--ask", "portcullis.yaml", "dist"]).stdout);
    assert!(!printed.contains("LIVE"), "{printed}");
    gateway.end();
}

#[test]
fn an_api_that_listens_beside_the_gateway_is_the_way_around() {
    let beside = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = beside.local_addr().unwrap().port();
    let (_api, folder) = shop();
    let policy = fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    let mut lines: Vec<String> = policy.lines().map(str::to_owned).collect();
    lines[0] =
        format!("apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:{port}\" }}]");
    folder.write("portcullis.yaml", &(lines.join("\n") + "\n"));
    let (code, report) = audit(&folder, &["-c", "portcullis.yaml"]);
    let ids = ["api-answers-beside-the-gateway", "api-listens-beside-the-gateway"];
    let found = ids.into_iter().find_map(|id| finding(&report, id));
    assert!(code == 1 && found.is_some(), "{report:#}");
    drop(beside);
    let (_, report) = audit(&folder, &["-c", "portcullis.yaml"]);
    assert!(ids.into_iter().all(|id| finding(&report, id).is_none()));
}

#[test]
fn what_others_can_open_is_a_finding_with_its_file() {
    let (_api, folder) = shop();
    issue(&folder, &["--owner", "acme", "--operation", "getMe"]);
    folder.only_for("store.key", 0o644);
    folder.only_for("portcullis-ledger.jsonl", 0o666);
    let (code, report) = audit(&folder, &["-c", "portcullis.yaml"]);
    let found = finding(&report, "file-open-to-others").unwrap();
    assert_eq!(code, 1);
    assert!(found["fix"].as_str().unwrap().starts_with("chmod"), "{found:#}");
    assert!(finding(&report, "file-writable-by-others").is_some(), "{report:#}");
}

#[test]
fn the_gateway_that_runs_is_asked_for_the_fields_of_its_answers() {
    let (_api, folder) = shop();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let policy = fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    folder.write("portcullis.yaml", &policy.replace("127.0.0.1:0", &address.to_string()));
    let (_, report) = audit(&folder, &["-c", "portcullis.yaml"]);
    assert!(report["not_looked_at"].to_string().contains("does it run?"), "{report:#}");
    let gateway = run(&folder);
    let (_, report) = audit(&folder, &["-c", "portcullis.yaml"]);
    assert!(report["looked_at"].to_string().contains(&format!("http://{address}")), "{report:#}");
    assert!(finding(&report, "header-tells-what-is-behind").is_none());
    gateway.end();
}

#[test]
fn a_listener_with_tls_is_asked_inside_it_and_serves_nothing_in_the_clear() {
    let (_api, folder) = shop();
    let made = folder.run(&["dev-certificate", "--host", "localhost", "--out", "dev"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let policy = fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    let tls = "tls: { certificate: file:dev/cert.pem, key: file:dev/key.pem }\n";
    folder.write("portcullis.yaml", &(policy.replace("127.0.0.1:0", &address.to_string()) + tls));
    let gateway = run(&folder);
    let (_, report) = audit(&folder, &["-c", "portcullis.yaml"]);
    let looked = report["looked_at"].to_string();
    assert!(looked.contains(&format!("https://{address}` inside TLSv1_3")), "{report:#}");
    assert!(finding(&report, "plain-http-is-served").is_none());
    let missing = finding(&report, "header-missing").map(Value::to_string).unwrap_or_default();
    assert!(!missing.contains("Strict-Transport-Security"), "{missing}");
    assert_eq!(answer(&report, "C6")["verdict"], "yes", "{}", answer(&report, "C6"));
    gateway.end();
}

#[test]
fn advisories_are_held_against_what_is_built_in() {
    let (_api, folder) = shop();
    fs::create_dir(folder.path("osv")).unwrap();
    // The registry is named as the lock file of this build names it.
    let mut sources = include_str!("../../../../Cargo.lock").lines().filter_map(|line| {
        line.strip_prefix("source = \"")?.strip_suffix("-index\"")?.rsplit('/').next()
    });
    let registry = sources.next().unwrap();
    let affected = serde_json::json!([{
        "package": { "ecosystem": registry, "name": "h2" },
        "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }] }],
    }]);
    let told =
        serde_json::json!({ "id": "RUSTSEC-0000-0001", "summary": "bad", "affected": affected });
    folder.write("osv/a.json", &told.to_string());
    let (_, report) = audit(&folder, &["-c", "portcullis.yaml", "--advisories", "osv"]);
    let found = finding(&report, "dependency-with-advisory").unwrap();
    assert!(found["message"].as_str().unwrap().contains("`h2` "), "{found:#}");
    let (_, report) = audit(&folder, &["-c", "portcullis.yaml"]);
    assert!(report["not_looked_at"].to_string().contains("--advisories FOLDER"));
    // What was named and says nothing is no pass.
    for (name, word) in [("osv/a.json", "is a file"), ("not-there", "not-there"), ("dev", "OSV")] {
        fs::create_dir_all(folder.path("dev")).unwrap();
        folder.write("dev/a.md", "# an advisory");
        let words = ["audit", "-c", "portcullis.yaml", "--advisories", name];
        let output = folder.run(&words);
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(word), "{name}: {said}");
    }
}

/// An issuer that says of itself what it offers, and does nothing else.
fn issuer() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = format!("{{\"issuer\":\"{url}\",\"code_challenge_methods_supported\":[\"S256\"]}}");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 2048];
            let _ = stream.read(&mut head);
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
        }
    });
    url
}

#[test]
fn an_issuer_that_shows_nothing_is_not_checkable_and_says_what_to_supply() {
    let client = "client: { client_id: shop, redirect_uri: https://shop.example/cb }\n";
    let folder = Folder::with(&[("issuer.yaml", client)]);
    folder.only_for("issuer.yaml", 0o600);
    let url = issuer();
    let (code, report) = audit(&folder, &["--issuer", &url, "--client", "issuer.yaml"]);
    assert_eq!(code, 0, "{report:#}");
    for id in ["C9", "C10"] {
        let one = answer(&report, id);
        assert_eq!(one["verdict"], "not checkable", "{one:#}");
        assert!(one["evidence"].as_str().unwrap().contains(&url), "{one:#}");
        assert!(one["supply"].as_str().unwrap().contains("user"), "{one:#}");
    }
    let output = folder.run(&["audit", "--issuer", "http://192.0.2.1", "--client", "issuer.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("not on this machine"));
}
