//! A certificate that an authority on loopback gives to a gateway that runs.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use portcullis_model::{Clock, UnixMillis};
use portcullis_testkit::acme::{Answers, Authority, Gives, Script, ask};
use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use serde_json::Value;

use crate::support::{CONTRACT, Folder, Gateway};

const NAME: &str = "notes.example";
const GET: &str = "GET /notes/1 HTTP/1.1\r\nHost: notes.example\r\nConnection: close\r\n\r\n";

/// The command has the system's clock, so its authority must.
struct Now;

impl Clock for Now {
    #[expect(clippy::disallowed_methods, reason = "certificates must be good for the command")]
    fn now(&self) -> UnixMillis {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        UnixMillis(since.unwrap().as_millis() as u64)
    }
}

struct Scene {
    folder: Folder,
    authority: Authority,
    /// Free a moment ago: the authority must know it before the gateway listens.
    listen: SocketAddr,
    _api: ScriptedApi,
}

impl Scene {
    fn with(script: Script, acme: &str) -> Self {
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let looks_at = Some(listen);
        let authority = Authority::start(Arc::new(Now), Script { looks_at, ..script });
        let api = ScriptedApi::start(Behaviour::json(200, "{}"));
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\", hosts: [{NAME}] }}]\nlisten: {listen}\n\
             health: 127.0.0.1:0\nledger: {{ file: ledger.jsonl }}\naccess: [{{ anyone: [getNote] }}]\n\
             tls: {{ acme: {{ directory: \"{}\", folder: acme, ca: file:root.pem{acme} }} }}\n",
            api.address(),
            authority.directory(),
        );
        let files = [
            ("openapi.yaml", CONTRACT),
            ("portcullis.yaml", &policy),
            ("root.pem", authority.root()),
        ];
        Self { folder: Folder::with(&files), authority, listen, _api: api }
    }

    fn start(&self) -> Gateway {
        Gateway::start(&self.folder, &["run", "-c", "portcullis.yaml"])
    }

    fn ask(&self) -> Result<String, String> {
        ask(self.listen, self.authority.root(), NAME, GET)
    }

    fn events(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path("ledger.jsonl")).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let is_ours = |one: &Value| {
            one["event"].as_str().is_some_and(|event| event.starts_with("certificate"))
        };
        records.filter(is_ours).collect()
    }
}

fn readiness(gateway: &Gateway) -> String {
    let address = gateway.said.split("readiness at http://").nth(1);
    let address = address.and_then(|rest| rest.split('/').next()).unwrap();
    exchange(address.parse().unwrap(), "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n").text()
}

/// It may be said before it is said that it listens.
fn hear(gateway: &Gateway, part: &str) {
    if !gateway.said.contains(part) {
        gateway.hear(part);
    }
}

const AGREED: &str = ", agree_to_terms: true";

#[test]
fn from_nothing_to_a_served_certificate_and_at_the_next_start_without_asking() {
    let scene = Scene::with(Script { bad_nonces: 1, ..Script::default() }, AGREED);
    let gateway = scene.start();
    hear(&gateway, "gave a certificate for `notes.example`, good until ");
    let answer = scene.ask().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(scene.authority.complaints(), [""; 0]);
    let readiness = readiness(&gateway);
    assert!(readiness.starts_with("ready\n"), "{readiness}");
    assert!(readiness.contains("certificate: good until "), "{readiness}");
    gateway.end();
    let events = scene.events();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["event"], "certificate_issued");
    assert_eq!(events[0]["names"], NAME);

    let asked = scene.authority.asked().len();
    scene.authority.change(|script| script.answers = Answers::Never);
    let gateway = scene.start();
    assert!(scene.ask().unwrap().starts_with("HTTP/1.1 200"), "from the first connection on");
    hear(&gateway, "the certificate of `notes.example` is good until ");
    gateway.end();
    assert_eq!(scene.authority.asked().len(), asked);
}

#[test]
fn without_a_certificate_it_runs_and_serves_nobody_and_says_so() {
    let scene = Scene::with(Script { gives: Gives::OtherName, ..Script::default() }, AGREED);
    let gateway = scene.start();
    hear(&gateway, "has other names: `other.example`; there is none, nobody is served");
    assert!(scene.ask().is_err());
    let text = readiness(&gateway);
    assert!(text.starts_with("not ready: there is no certificate yet\n"), "{text}");
    assert!(text.contains("certificate: none; the last attempt failed, the next is at "), "{text}");
    gateway.end();
    let events = scene.events();
    assert!(events.iter().any(|one| one["event"] == "certificate_failed"), "{events:?}");
    // Who starts again does not ask again.
    let asked = scene.authority.asked().len();
    let gateway = scene.start();
    hear(&gateway, "to try at once, remove `");
    gateway.end();
    assert_eq!(scene.authority.asked().len(), asked);
}

#[test]
fn nobody_agrees_for_the_owner_and_a_folder_that_others_can_open_is_refused() {
    let scene = Scene::with(Script::default(), "");
    let output = scene.folder.run(&["run", "-c", "portcullis.yaml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("nobody agrees to the authority's terms of service"), "{said}");

    let scene = Scene::with(Script::default(), AGREED);
    std::fs::create_dir(scene.folder.path("acme")).unwrap();
    scene.folder.only_for("acme", 0o755);
    for command in ["run", "check"] {
        let output = scene.folder.run(&[command, "-c", "portcullis.yaml"]);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("is open to others (mode 755)"), "{command}: {said}");
        assert!(said.contains("portcullis.yaml:6"), "{command}: {said}");
    }
    assert_eq!(scene.authority.asked(), [""; 0]);
}
