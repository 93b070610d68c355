//! What callers' own answers say of them: told from then on, set once, and never of two.

#![expect(clippy::unwrap_used, reason = "what a test sets up must be there")]

use std::sync::{Arc, Mutex, PoisonError};

use crate::support::issuer::Issuer;
use crate::support::{Scene, Setup};
use portcullis_testkit::Behaviour;

const API: &str = include_str!("support/learned.yaml");

/// A gateway that learns, and what the API says.
struct Learning {
    scene: Scene,
    issuer: Issuer,
    profile: Arc<Mutex<(u16, String)>>,
}

impl Learning {
    fn new() -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers:\n  jwt: {{ issuer: \"{}\", audience: shop }}\n  \
             attributes: {{ customer: {{ learned: {{ operation: getProfile, at: /customer }} }} }}\n  \
             forward: {{ headers: {{ X-Customer: customer }} }}\n",
            issuer.name()
        );
        let profile = Arc::new(Mutex::new((200, "{}".to_owned())));
        let told = profile.clone();
        let behaviour = Behaviour::made(move |request| {
            let (status, body) = if request.starts_with("GET /api/profile ") {
                told.lock().unwrap_or_else(PoisonError::into_inner).clone()
            } else {
                (200, "{}".to_owned())
            };
            let Behaviour::Answer(answer) = Behaviour::json(status, &body) else { unreachable!() };
            answer
        });
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        Self { scene: Scene::with(API, behaviour, setup), issuer, profile }
    }

    fn get(&self, path: &str, subject: &str) -> u16 {
        let token = self.issuer.token(subject, "");
        self.scene.get_with(path, &format!("Authorization: Bearer {token}\r\n")).status
    }

    /// The API answers this to the caller who asks for their profile.
    fn answers(&self, subject: &str, status: u16, body: &str) {
        *self.profile.lock().unwrap_or_else(PoisonError::into_inner) = (status, body.to_owned());
        assert_eq!(self.get("/api/profile", subject), status);
    }

    /// What the API is told of a caller.
    fn told(&self, subject: &str) -> Option<String> {
        assert_eq!(self.get("/api/things", subject), 200);
        let sent = self.scene.forwarded().unwrap().to_lowercase();
        let field = sent.lines().find_map(|line| line.strip_prefix("x-customer: "));
        field.map(|value| value.trim_end().to_owned())
    }
}

#[test]
fn what_an_own_answer_said_is_told_of_this_caller_alone() {
    let here = Learning::new();
    assert_eq!(here.told("alice"), None);
    here.answers("alice", 200, r#"{"customer":"c7"}"#);
    assert_eq!(here.told("alice").as_deref(), Some("c7"));
    assert_eq!(here.told("bob"), None);
    here.answers("bob", 200, r#"{"customer":9}"#);
    assert_eq!(here.told("bob").as_deref(), Some("9"));
    here.answers("alice", 200, r#"{"customer":"c7"}"#);
    assert_eq!(here.told("alice").as_deref(), Some("c7"));
}

#[test]
fn a_second_value_or_a_second_caller_with_it_makes_it_unknown() {
    let here = Learning::new();
    here.answers("alice", 200, r#"{"customer":"c7"}"#);
    here.answers("alice", 200, r#"{"customer":"c8"}"#);
    assert_eq!(here.told("alice"), None);
    let record = here.scene.records();
    assert!(record.iter().any(|one| one.to_string().contains("attribute_contradicted")));

    here.answers("bob", 200, r#"{"customer":9}"#);
    here.answers("mallory", 200, r#"{"customer":"9"}"#);
    assert_eq!((here.told("bob"), here.told("mallory")), (None, None));
}

#[test]
fn what_is_no_single_value_of_a_good_answer_teaches_nothing() {
    let here = Learning::new();
    here.answers("alice", 404, r#"{"customer":"c7"}"#);
    for body in [r"{}", r#"{"customer":null}"#, r#"{"customer":""}"#] {
        here.answers("alice", 200, body);
    }
    assert_eq!(here.told("alice"), None);
    here.answers("alice", 200, r#"{"customer":"c7"}"#);
    assert_eq!(here.told("alice").as_deref(), Some("c7"));
}
