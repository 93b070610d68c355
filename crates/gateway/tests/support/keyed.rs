//! A gateway that issues keys, before whatever API a test needs.

use std::sync::Arc;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_credential::api_key::{self, Pepper};
use portcullis_gateway::{Options, Site};
use portcullis_model::{KeyId, KeyRules};
use portcullis_store::{KeyFacts, Store};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi};

use super::{Scene, Setup, model, noon};

const PEPPER: &[u8] = b"00112233445566778899aabbccddeeff00112233445566778899aabbccddee00";

/// A gateway whose keys come in `X-Api-Key`.
pub struct Keyed {
    pub scene: Scene,
    pub store: Store,
    pepper: Pepper,
}

pub fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

impl Keyed {
    /// `policy` comes behind what says where keys come from.
    pub fn new(contract: &str, behaviour: Behaviour, policy: &str) -> Self {
        let store = Store::passing(&std::env::temp_dir(), noon()).unwrap();
        Self::of(contract, behaviour, policy, store)
    }

    pub fn of(contract: &str, behaviour: Behaviour, policy: &str, store: Store) -> Self {
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             store: {{ folder: store, key: file:store.key }}\n\
             callers:\n  api_keys: {{ brand: shop, pepper: file:pepper.key }}\n  \
             forward: {{ headers: {{ X-Caller: subject }} }}\n  \
             attributes: {{ role: {{ claim: /role }} }}\n{policy}"
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let api = ScriptedApi::start(behaviour);
        let plan = Plan::compile(model(contract, api.address(), &setup), PlanOptions::default());
        let options = Options { store: Some(store.clone()), ..Options::default() };
        let pepper = || Pepper::parse(PEPPER).unwrap();
        let site = Site::from(Arc::new(plan)).peppered(Some(Arc::new(pepper())));
        let scene = Scene::of_options(api, site, options);
        Self { scene, store, pepper: pepper() }
    }

    /// A key of acme, a partner.
    pub fn key(&self, rules: KeyRules) -> (KeyId, String) {
        let attributes = vec![("role".to_owned(), "partner".to_owned())];
        self.issue(None, KeyRules { attributes, ..rules })
    }

    pub fn below(&self, parent: KeyId, rules: KeyRules) -> (KeyId, String) {
        self.issue(Some(parent), rules)
    }

    fn issue(&self, parent: Option<KeyId>, rules: KeyRules) -> (KeyId, String) {
        let (id, text) = api_key::generate("shop", "live").unwrap();
        let facts = KeyFacts {
            id,
            mac: self.pepper.mac(&text),
            owner: "acme".to_owned(),
            label: String::new(),
            parent,
            created: noon(),
            expires: None,
            rules,
            replaces: None,
        };
        wait(self.store.issue_key(facts, noon())).unwrap();
        (id, text)
    }

    pub fn ask(&self, key: &str, line: &str, fields: &str, body: &str) -> Answer {
        let label = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        self.scene.raw(format!(
            "{line} HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\n{fields}{label}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    pub fn get(&self, key: &str, target: &str) -> Answer {
        self.ask(key, &format!("GET {target}"), "", "")
    }

    pub fn why(&self) -> String {
        self.scene.last_record().to_string()
    }
}
