//! Leaked keys, reported by whoever has their text: they end at once, and nobody learns more than they knew.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::sync::Arc;

use crate::support::{Scene, Setup, model, noon};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_controls::{Plan, PlanOptions};
use portcullis_credential::api_key::{self, Pepper};
use portcullis_gateway::{Options, Site};
use portcullis_model::{KeyId, KeyRules};
use portcullis_store::{KeyFacts, KeyWhich, Store};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi};

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: /api }]
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } } }
paths:
  /me: { get: { operationId: me, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
"#;

const PEPPER: &[u8] = b"00112233445566778899aabbccddeeff00112233445566778899aabbccddee00";
const PATH: &str = "/.well-known/leaked-keys";
/// What the reporter's key is called.
const NAME: &str = "f00d";

struct Here {
    scene: Scene,
    store: Store,
    pepper: Arc<Pepper>,
    reporter: EcdsaKeyPair,
    /// Where its keys are.
    _published: ScriptedApi,
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// The keys of a reporter, as GitHub gives them.
fn published(pair: &EcdsaKeyPair) -> String {
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let body = STANDARD.encode(der.as_ref());
    let pem = format!("-----BEGIN PUBLIC KEY-----\\n{body}\\n-----END PUBLIC KEY-----\\n");
    format!(r#"{{"public_keys":[{{"key_identifier":"{NAME}","key":"{pem}","is_current":true}}]}}"#)
}

impl Here {
    fn new(more: &str) -> Self {
        let reporter = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let keys = ScriptedApi::start(Behaviour::json(200, &published(&reporter)));
        let at = format!("http://{}/keys", keys.address());
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             trusted_proxies: [127.0.0.1]\n\
             store: {{ folder: store, key: file:store.key }}\n\
             callers:\n  api_keys:\n    brand: shop\n    pepper: file:pepper.key\n    \
             leaks: {{ path: {PATH}{} }}\n",
            more.replace("GITHUB", &format!("{{ keys_url: \"{at}\" }}"))
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let api = ScriptedApi::start(Behaviour::json(200, r#"{"name":"it"}"#));
        let plan = Plan::compile(model(CONTRACT, api.address(), &setup), PlanOptions::default());
        let store = Store::passing(&std::env::temp_dir(), noon()).unwrap();
        let options = Options { store: Some(store.clone()), ..Options::default() };
        let pepper = Arc::new(Pepper::parse(PEPPER).unwrap());
        let site = Site::from(Arc::new(plan)).peppered(Some(pepper.clone()));
        let scene = Scene::of_options(api, site, options);
        Self { scene, store, pepper, reporter, _published: keys }
    }

    fn signed() -> Self {
        Self::new(", github: GITHUB")
    }

    fn key(&self) -> (KeyId, String) {
        let (id, text) = api_key::generate("shop", "live").unwrap();
        let facts = KeyFacts {
            id,
            mac: self.pepper.mac(&text),
            owner: "acme".to_owned(),
            label: String::new(),
            parent: None,
            created: noon(),
            expires: None,
            rules: KeyRules::default(),
            replaces: None,
        };
        wait(self.store.issue_key(facts, noon())).unwrap();
        (id, text)
    }

    fn me(&self, key: &str) -> u16 {
        self.scene.get_with("/api/me", &format!("X-Api-Key: {key}\r\n")).status
    }

    fn post(&self, list: &str, fields: &str) -> Answer {
        let length = list.len();
        self.scene.raw(format!(
            "POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n{fields}\r\n{list}"
        ))
    }

    fn sign(&self, list: &str) -> String {
        let signature = self.reporter.sign(&SystemRandom::new(), list.as_bytes()).unwrap();
        fields(NAME, &STANDARD.encode(signature.as_ref()))
    }

    fn events(&self) -> usize {
        self.scene.records().iter().filter(|record| record["event"] == "key_reported").count()
    }

    fn is_there(&self, id: KeyId) -> bool {
        !self.store.list_keys(&KeyWhich::Id(id), 1).is_empty()
    }
}

fn fields(name: &str, signature: &str) -> String {
    format!("Github-Public-Key-Identifier: {name}\r\nGithub-Public-Key-Signature: {signature}\r\n")
}

fn one(token: &str) -> String {
    format!(
        r#"[{{"token":"{token}","type":"shop","url":"https://git.example/a?t={token}","source":"commit"}}]"#
    )
}

fn labels(answer: &Answer) -> Vec<bool> {
    assert_eq!(answer.status, 200);
    let all: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    all.as_array().unwrap().iter().map(|one| one["label"] == "true_positive").collect()
}

#[test]
fn whoever_has_the_text_of_a_key_ends_it_and_its_secret_is_nowhere() {
    let here = Here::new("");
    let ((_, key), (_, other)) = (here.key(), here.key());
    assert_eq!((here.me(&key), here.me(&other)), (200, 200));
    let answer = here.post(&one(&key), "");
    assert_eq!(labels(&answer), [true]);
    assert!(answer.field("cache-control").is_some_and(|said| said.contains("no-store")));
    assert_eq!((here.me(&key), here.me(&other)), (401, 200));
    assert_eq!(labels(&here.post(&one(&key), "")), [false], "it is none any more");
    let records = here.scene.records();
    let event = records.iter().find(|record| record["event"] == "key_reported").unwrap();
    assert_eq!((&event["owner"], &event["by"]), (&"acme".into(), &"possession".into()));
    assert_eq!(
        (&event["url"], &event["source"]),
        (&"https://git.example/a".into(), &"commit".into())
    );
    let secret = key.rsplit('_').next().unwrap();
    assert!(records.iter().all(|record| !record.to_string().contains(secret)));
    assert_eq!(here.events(), 1);
    // Nothing else is there, and nothing goes on to the API.
    assert_eq!(here.scene.get_with(PATH, "").status, 401);
}

#[test]
fn a_text_that_is_no_key_says_nothing_and_counts_as_a_wrong_one() {
    let here = Here::new("");
    let (id, key) = here.key();
    let (_, unknown) = api_key::generate("shop", "live").unwrap();
    let (_, foreign) = api_key::generate("shop", "test").unwrap();
    let mistyped = format!("{}x", &key[..key.len() - 1]);
    for text in [&*unknown, &foreign, &mistyped, "", "nonsense", "shop_live_", &"x".repeat(4000)] {
        assert_eq!(labels(&here.post(&one(text), "")), [false], "{text}");
    }
    for list in ["", "[]", "{}", "[1]", "null", &format!("[{0},{0}]", r#"{"token":"a"}"#)] {
        assert_eq!(here.post(list, "").status, 400, "{list}");
    }
    let huge = format!(r#"[{{"token":"{}"}}]"#, "x".repeat(9000));
    assert_eq!(here.post(&huge, "").status, 413);
    assert_eq!(here.events(), 0);
    let from = |address: &str| format!("X-Forwarded-For: {address}\r\n");
    let tried = |text: &str| here.post(&one(text), &from("203.0.113.9")).status;
    let admitted = (0..2000).take_while(|_| tried(&unknown) == 200).count();
    assert!((600..1200).contains(&admitted), "{admitted}");
    let forged = from("203.0.113.9") + &fields(NAME, "AAAA");
    assert_eq!(here.post(&one(&key), &forged).status, 429, "nor with a signature");
    assert!(here.is_there(id));
    assert_eq!(labels(&here.post(&one(&key), &from("203.0.113.10"))), [true], "others may");
}

#[test]
fn a_list_that_was_signed_ends_all_its_keys_and_a_replay_changes_nothing() {
    let here = Here::signed();
    let keys: Vec<_> = (0..3).map(|_| here.key()).collect();
    let (_, stays) = here.key();
    let mut items: Vec<String> =
        keys.iter().map(|(_, key)| format!(r#"{{"token":"{key}","type":"shop"}}"#)).collect();
    items.insert(1, r#"{"token":"nonsense","type":"shop"}"#.to_owned());
    items.push(items[0].clone());
    let list = format!("[{}]", items.join(" , "));
    let signature = here.sign(&list);
    assert_eq!(labels(&here.post(&list, &signature)), [true, false, true, true, true]);
    assert!(keys.iter().all(|(_, key)| here.me(key) == 401) && here.me(&stays) == 200);
    assert_eq!(labels(&here.post(&list, &signature)), [false; 5]);
    assert_eq!(here.events(), 4, "one for each place");
}

#[test]
fn a_list_that_nobody_signed_ends_nothing() {
    let here = Here::signed();
    let (id, key) = here.key();
    let list = one(&key);
    let own = here.sign(&list);
    let other = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let forged =
        STANDARD.encode(other.sign(&SystemRandom::new(), list.as_bytes()).unwrap().as_ref());
    let of_other_list = here.sign("[]");
    for (fields, status) in [
        (fields(NAME, &forged), 403),
        (fields("beef", &forged), 403),
        (fields(NAME, ""), 403),
        (of_other_list, 403),
        (own.replace("Github-Public-Key-Signature", "X"), 403),
        (format!("{own}{own}"), 403),
    ] {
        assert_eq!(here.post(&list, &fields).status, status, "{fields}");
    }
    assert!(here.is_there(id) && here.me(&key) == 200);
    let without = Here::new("");
    let (_, key) = without.key();
    assert_eq!(without.post(&one(&key), &own).status, 403, "no signature is taken");
    assert_eq!((without.me(&key), here.events()), (200, 0));
}

#[test]
fn ten_thousand_items_are_judged_and_one_more_is_none() {
    let here = Here::signed();
    let (_, key) = here.key();
    let made = || api_key::generate("shop", "live").unwrap().1;
    let mut tokens: Vec<String> = (0..9_999).map(|_| made()).collect();
    tokens.push(key.clone());
    let list = |tokens: &[String]| {
        let items = tokens.iter().map(|token| format!(r#"{{"token":"{token}"}}"#));
        format!("[{}]", items.collect::<Vec<_>>().join(","))
    };
    let whole = list(&tokens);
    let judged = labels(&here.post(&whole, &here.sign(&whole)));
    assert_eq!((judged.len(), judged.iter().filter(|one| **one).count()), (10_000, 1));
    assert_eq!(here.me(&key), 401);
    tokens.push(made());
    let longer = list(&tokens);
    assert_eq!(here.post(&longer, &here.sign(&longer)).status, 400);
    let huge = format!("[{}]", " ".repeat(5 << 20));
    assert_eq!(here.post(&huge, &here.sign(&huge)).status, 413);
}

#[test]
fn a_key_that_must_not_die_at_once_gets_an_end_that_no_report_makes_later() {
    let here = Here::new(", on_report: { expire: 24h }");
    let (id, key) = here.key();
    assert_eq!(labels(&here.post(&one(&key), "")), [true]);
    let end = |here: &Here| here.store.list_keys(&KeyWhich::Id(id), 1)[0].expires.unwrap();
    let first = end(&here);
    assert_eq!(first.0, noon().0 + 86_400_000);
    assert_eq!(here.me(&key), 200);
    assert_eq!(labels(&here.post(&one(&key), "")), [true]);
    assert_eq!(end(&here), first);
    // The same one again and again is recorded again and again: it counts as a wrong one.
    let from = "X-Forwarded-For: 203.0.113.9\r\n";
    let admitted = (0..2000).take_while(|_| here.post(&one(&key), from).status == 200).count();
    assert!((600..1200).contains(&admitted), "{admitted}");
}

#[test]
fn whoever_has_the_text_of_a_key_of_others_ends_it_too() {
    let here = Here::new("");
    let text = "obviously-fake-key-of-others";
    let kept = here.pepper.imported_text(text).unwrap();
    let facts = KeyFacts {
        id: kept.id,
        mac: kept.mac,
        owner: "acme".to_owned(),
        label: String::new(),
        parent: None,
        created: noon(),
        expires: None,
        rules: KeyRules::default(),
        replaces: None,
    };
    wait(here.store.import_keys(vec![facts], false, noon())).unwrap();
    assert_eq!(labels(&here.post(&one("obviously-fake-key-of-otherz"), "")), [false]);
    assert_eq!(here.me(text), 200);
    assert_eq!(labels(&here.post(&one(text), "")), [true]);
    assert_eq!((here.me(text), here.is_there(kept.id)), (401, false));
    assert!(!here.scene.records().iter().any(|record| record.to_string().contains(text)));
}
