//! Tokens that their issuer is asked about.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::Site;
use portcullis_model::Secret;
use portcullis_policy::SecretSource;
use portcullis_testkit::{Behaviour, ScriptedApi};
use support::gate::Gate;
use support::{Scene, Setup, model, noon};

const SHOP: &str = include_str!("support/shop.yaml");

/// A gateway, and the server that it asks about tokens.
struct Asking {
    server: ScriptedApi,
    scene: Scene,
}

impl Asking {
    fn new(behaviour: Behaviour) -> Self {
        let server = ScriptedApi::start(behaviour);
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers:\n  introspection:\n    issuer: https://login.example.com\n    \
             url: \"http://{}/introspect\"\n    audience: shop\n    client: gateway\n    \
             secret: env:NO_SUCH_SECRET\n",
            server.address()
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let api = ScriptedApi::start(Behaviour::json(200, r#"{"ok": true}"#));
        let model = model(SHOP, api.address(), &setup);
        let site = Site::from(Arc::new(Plan::compile(model, PlanOptions::default())));
        let source = SecretSource::Variable("NO_SUCH_SECRET".to_owned());
        let secret = Secret::new(*b"obviously-fake");
        Self { server, scene: Scene::of_site(api, site.with_secrets(vec![(source, secret)])) }
    }

    fn with(&self, token: &str) -> u16 {
        self.scene.get_with("/api/secret", &format!("Authorization: Bearer {token}\r\n")).status
    }
}

fn active(further: &str) -> Behaviour {
    let expires = noon().0 / 1000 + 300;
    Behaviour::json(
        200,
        &format!(r#"{{"active":true,"sub":"alice","aud":"shop","exp":{expires}{further}}}"#),
    )
}

#[test]
fn an_active_token_says_who_calls_and_is_asked_about_once() {
    let here = Asking::new(active(""));
    for _ in 0..3 {
        assert_eq!(here.with("opaque/to+us=="), 200);
    }
    let record = here.scene.last_record();
    assert_eq!(
        (record["subject"].as_str(), record["caller"].as_str()),
        (Some("alice"), Some("verified"))
    );
    let asked = here.server.seen();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("POST /introspect HTTP/1.1\r\n"), "{asked:?}");
    assert!(
        asked[0].contains("\r\nAuthorization: Basic Z2F0ZXdheTpvYnZpb3VzbHktZmFrZQ==\r\n"),
        "{asked:?}"
    );
    assert!(
        asked[0].ends_with("\r\n\r\ntoken=opaque%2Fto%2Bus%3D%3D&token_type_hint=access_token")
    );
}

#[test]
fn what_the_server_does_not_vouch_for_is_refused_and_not_asked_again_at_once() {
    for behaviour in [
        Behaviour::json(200, r#"{"active":false}"#),
        Behaviour::json(200, r#"{"active":"true","sub":"alice","aud":"shop"}"#),
        Behaviour::json(200, r#"{"active":true,"active":false,"sub":"alice","aud":"shop"}"#),
        Behaviour::json(200, r#"{"active":true,"aud":"shop"}"#),
        Behaviour::json(200, r#"{"active":true,"sub":"alice","aud":"other"}"#),
        Behaviour::json(200, r#"{"active":true,"sub":"alice"}"#),
        Behaviour::json(200, r#"{"active":true,"sub":"alice","aud":"shop","exp":1}"#),
        Behaviour::json(
            200,
            r#"{"active":true,"sub":"alice","aud":"shop","iss":"https://other.example"}"#,
        ),
        Behaviour::json(200, "[]"),
    ] {
        let here = Asking::new(behaviour.clone());
        assert_eq!((here.with("opaque"), here.with("opaque")), (401, 401), "{behaviour:?}");
        assert_eq!(here.server.seen().len(), 1);
        assert_eq!(here.scene.forwarded(), None);
    }
}

#[test]
fn a_server_that_does_not_answer_makes_nobody() {
    for behaviour in [Behaviour::Close, Behaviour::json(500, "{}"), Behaviour::json(401, "{}")] {
        let here = Asking::new(behaviour.clone());
        assert_eq!(here.with("opaque"), 503, "{behaviour:?}");
        assert_eq!(here.scene.forwarded(), None);
        here.server.behave(active(""));
        assert_eq!(here.with("opaque"), 200);
    }
}

#[test]
fn many_requests_with_one_token_are_one_question() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let gate = Gate::default();
    let waits = gate.clone();
    gate.close();
    let Behaviour::Answer(yes) = active("") else { unreachable!() };
    let here = Asking::new(Behaviour::made(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        waits.pass();
        yes.clone()
    }));
    std::thread::scope(|scope| {
        for _ in 0..20 {
            let here = &here;
            scope.spawn(move || assert_eq!(here.with("opaque"), 200));
        }
        gate.open_after(20, &here.scene);
    });
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn a_question_about_a_token_is_led_nowhere_else() {
    let other = ScriptedApi::start(active(""));
    let text = format!(
        "HTTP/1.1 307 X\r\nLocation: http://{}/introspect\r\nContent-Length: 0\r\n\r\n",
        other.address()
    );
    let here = Asking::new(Behaviour::Answer(text.into_bytes()));
    assert_eq!(here.with("opaque"), 503);
    assert_eq!(other.seen(), Vec::<String>::new(), "neither the token nor our secret goes there");
}
