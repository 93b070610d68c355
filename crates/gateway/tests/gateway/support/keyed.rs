//! A gateway that issues keys, before whatever API a test needs.

use std::sync::Arc;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_credential::api_key::{self, Pepper};
use portcullis_gateway::{ClientIssuers, Options, ServerTls, Site};
use portcullis_model::{KeyId, KeyRules, UnixMillis};
use portcullis_store::{KeyFacts, Store};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi};

use super::authority::Authority;
use super::secure::Identity;
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
        Self::made(contract, behaviour, (policy, "[key]"), store, None)
    }

    /// With more schemes that keys come by.
    pub fn schemed(contract: &str, behaviour: Behaviour, policy: &str, schemes: &str) -> Self {
        let store = Store::passing(&std::env::temp_dir(), noon()).unwrap();
        Self::made(contract, behaviour, (policy, schemes), store, None)
    }

    /// A gateway that speaks TLS, and takes certificates of an issuer.
    pub fn secure(
        contract: &str,
        behaviour: Behaviour,
        policy: &str,
        (server, issuer): (&Identity, &Authority),
    ) -> Self {
        let store = Store::passing(&std::env::temp_dir(), noon()).unwrap();
        let clients = ClientIssuers::from_pem(issuer.certificate.as_bytes(), None, false).unwrap();
        let (certificate, key) = (server.certificate.as_bytes(), server.key.as_bytes());
        let tls = ServerTls::asking(certificate, key, Some(clients)).unwrap();
        Self::made(contract, behaviour, (policy, "[key]"), store, Some(tls))
    }

    fn made(
        contract: &str,
        behaviour: Behaviour,
        (policy, schemes): (&str, &str),
        store: Store,
        tls: Option<ServerTls>,
    ) -> Self {
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             store: {{ folder: store, key: file:store.key }}\n\
             callers:\n  api_keys: {{ brand: shop, pepper: file:pepper.key, schemes: {schemes} }}\n  \
             forward: {{ headers: {{ X-Caller: subject }} }}\n  \
             attributes: {{ role: {{ claim: /role }} }}\n{policy}"
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let api = ScriptedApi::start(behaviour);
        let plan = Plan::compile(model(contract, api.address(), &setup), PlanOptions::default());
        let options = Options { store: Some(store.clone()), ..Options::default() };
        let pepper = || Pepper::parse(PEPPER).unwrap();
        let site = Site::from(Arc::new(plan)).peppered(Some(Arc::new(pepper())));
        let site = if tls.is_some() { site.with_tls(tls) } else { site };
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

    /// One of acme that others issued.
    pub fn import(&self, text: &str, rules: KeyRules) -> KeyId {
        let kept = self.pepper.imported_text(text).unwrap();
        let facts = KeyFacts {
            id: kept.id,
            mac: kept.mac,
            owner: "acme".to_owned(),
            label: String::new(),
            parent: None,
            created: noon(),
            expires: Some(UnixMillis(noon().0 + 90 * 86_400_000)),
            rules,
            replaces: None,
        };
        assert_eq!(wait(self.store.import_keys(vec![facts], false, noon())).unwrap().added, 1);
        kept.id
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
