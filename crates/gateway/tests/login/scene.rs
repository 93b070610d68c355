//! An API with weak tokens, a gateway in front of it that keeps them, and clients of both.

use std::sync::Arc;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::Options;
use portcullis_model::UnixMillis;
use portcullis_store::{Kek, Store};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi, exchange};
use tempfile::TempDir;

use crate::support::{Scene, Setup, model, noon};

pub const CONTRACT: &str = include_str!("openapi.yaml");

/// What stands before each policy of these tests.
const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                      store: { folder: unused, key: file:unused }\n";

/// The token that anybody can count out.
pub const WEAK: &str = "ph-1-000001";

/// A scene, and the folder of its store.
pub struct Kept {
    pub scene: Scene,
    pub store: Store,
    pub folder: TempDir,
}

fn kek() -> Kek {
    Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap()
}

pub fn open(folder: &TempDir, now: UnixMillis) -> Store {
    let options = portcullis_store::Options::default();
    Store::open(&folder.path().join("store"), &kek(), &options, now).unwrap().0
}

/// A gateway with these `callers`.
pub fn kept(callers: &str, script: fn(&str) -> Vec<u8>) -> Kept {
    kept_with(callers, Behaviour::Script(script), PlanOptions::default())
}

pub fn kept_with(callers: &str, behaviour: Behaviour, options: PlanOptions) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let api = ScriptedApi::start(behaviour);
    kept_in(folder, api, callers, options)
}

pub fn kept_in(folder: TempDir, api: ScriptedApi, callers: &str, options: PlanOptions) -> Kept {
    let store = open(&folder, noon());
    let policy = format!("{POLICY}{callers}");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let plan = Arc::new(Plan::compile(model(CONTRACT, api.address(), &setup), options));
    let options = Options { store: Some(store.clone()), ..Options::default() };
    let scene = Scene::of_options(api, plan, options);
    Kept { scene, store, folder }
}

impl Kept {
    pub fn post(&self, target: &str, fields: &str, body: &str) -> Answer {
        exchange(
            self.scene.gateway.address(),
            format!(
                "POST {target} HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n{fields}\r\n{body}",
                body.len()
            ),
        )
    }

    pub fn login(&self, name: &str) -> Answer {
        let body = format!(r#"{{"email":"{name}@shop.example","password":"{name}-pass"}}"#);
        self.post("/login", "", &body)
    }

    /// The token of ours that somebody gets who logs in.
    pub fn token(&self, name: &str) -> String {
        let answer = self.login(name);
        assert_eq!(answer.status, 200, "{}", answer.text());
        member(&answer, "token")
    }

    pub fn me(&self, token: &str) -> Answer {
        self.scene.get_with("/me", &bearer(token))
    }

    /// The last record, as text.
    pub fn record(&self) -> String {
        self.scene.last_record().to_string()
    }
}

pub fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

pub fn member(answer: &Answer, name: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
    body[name].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

/// A JSON answer of the API.
pub fn json(status: u16, fields: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{fields}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub fn empty(status: u16, fields: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\n{fields}Content-Length: 0\r\n\r\n").into_bytes()
}

/// The value of a cookie that an answer sets.
pub fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case("set-cookie"));
    let mut values = all.filter_map(|(_, value)| value.strip_prefix(&format!("{name}=")));
    values.next().map(|value| value.split(';').next().unwrap().to_owned())
}
