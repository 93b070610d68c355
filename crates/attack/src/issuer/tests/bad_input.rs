//! Issuers that are none, lie, lead elsewhere, hang or go down half-way.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use super::tiny::Tiny;
use super::{Attacking, GIVEN, attacking, run};
use crate::budget::Budget;
use crate::issuer::ProbeResult::{Inconclusive, NotTried, Safe};
use crate::issuer::attack;
use crate::own_key;
use crate::token::Own;

fn refused(flaw: &str) -> String {
    let tiny = Tiny::start(&[flaw]);
    let mut attacking = attacking(&tiny, GIVEN);
    if flaw == "bad-hang" {
        attacking.patience = Duration::from_millis(200);
    }
    attack(attacking, &|_| true, &|_| {}).unwrap_err()
}

#[test]
fn what_does_not_describe_itself_is_not_attacked() {
    for (flaw, expected) in [
        ("bad-json", "no JSON with an `issuer`"),
        ("bad-redirect", "metadata is not followed"),
        ("bad-huge", "too large"),
        ("bad-hang", "no whole answer in time"),
        ("bad-missing", "answers 404"),
    ] {
        let told = refused(flaw);
        assert!(told.contains(expected), "{flaw}: {told}");
    }
}

#[test]
fn endpoints_of_others_are_not_asked() {
    let report = run(&Tiny::start(&["bad-elsewhere"]), GIVEN, None);
    let of = |id: &str| report.probes.iter().find(|found| found.id == id).unwrap();
    assert_eq!(of("token-code-replay").result, NotTried);
    assert!(of("token-code-replay").why.as_ref().unwrap().contains("is not the issuer's host"));
    assert!(of("userinfo-nobody").why.as_ref().unwrap().contains("speaks plain `http`"));
}

#[test]
fn a_login_beside_the_issuer_is_asked_and_a_client_never_is() {
    let beside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = beside.local_addr().unwrap().port();
    beside.set_nonblocking(true).unwrap();
    // A key takes longer to make than this issuer is waited for.
    own_key::jwk(Own::Rs256).unwrap();
    let tiny = Tiny::start(&[&format!("bad-lead:{port}")]);
    let client = GIVEN.replace("https://shop.example/cb", &format!("http://127.0.0.1:{port}/cb"));
    for (text, is_asked) in [(client.as_str(), false), (GIVEN, true)] {
        let attacking = Attacking { patience: Duration::from_secs(1), ..attacking(&tiny, text) };
        attack(attacking, &|id| id == "token-code-replay", &|_| {}).unwrap();
        assert_eq!(beside.accept().is_ok(), is_asked, "{text}");
    }
}

#[test]
fn what_was_registered_is_deleted_at_the_issuer_only() {
    let beside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = beside.local_addr().unwrap().port();
    beside.set_nonblocking(true).unwrap();
    let tiny = Tiny::start(&["registration-open", &format!("bad-delete:{port}")]);
    let report = run(&tiny, GIVEN, Some("registration-open"));
    let why = report.probes[0].why.as_ref().unwrap();
    assert!(why.contains("nothing was deleted"), "{why}");
    assert!(beside.accept().is_err());
}

#[test]
fn a_logout_elsewhere_gets_no_cookies() {
    use std::io::{Read as _, Write as _};
    let beside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = beside.local_addr().unwrap().port();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = beside.accept().unwrap();
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).unwrap();
        stream.write_all(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    });
    let tiny = Tiny::start(&[&format!("bad-logout:{port}")]);
    let report = run(&tiny, GIVEN, Some("logout-redirect"));
    assert_eq!(report.probes[0].result, Inconclusive, "{:?}", report.probes[0].why);
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("GET /logout") && !asked.contains("Cookie"), "{asked}");
}

#[test]
fn what_shows_nothing_is_inconclusive() {
    for (flaw, probe) in [
        ("bad-lockout", "token-secret-guess"),
        ("bad-inactive", "introspect-anyone"),
        ("bad-logout-page", "logout-redirect"),
    ] {
        let report = run(&Tiny::start(&[flaw]), GIVEN, Some(probe));
        let found = &report.probes[0];
        assert_eq!(found.result, Inconclusive, "{flaw}: {:?}", found.why);
    }
}

#[test]
fn a_second_client_that_cannot_log_in_makes_nothing_safe() {
    let text = "\
client: { client_id: app, redirect_uri: 'https://app.example/cb', scopes: [openid, offline_access, orders] }
second:
  client_id: shop
  client_secret: obviously-wrong
  redirect_uri: https://shop.example/cb
user:
  forms: [{ login: alice, password: alice-pass }, {}]
";
    for probe in ["token-code-other-client", "refresh-other-client", "revoke-other-client"] {
        let report = run(&Tiny::start(&[]), text, Some(probe));
        let found = &report.probes[0];
        assert_eq!(found.result, Inconclusive, "{probe}: {:?}", found.why);
        assert!(found.why.as_ref().unwrap().contains("cannot log in"), "{:?}", found.why);
    }
}

#[test]
fn redirects_in_circles_end() {
    let report = run(&Tiny::start(&["bad-loop"]), GIVEN, Some("token-code-replay"));
    assert_eq!(report.probes[0].result, Inconclusive);
    assert!(report.probes[0].why.as_ref().unwrap().contains("in circles"));
}

#[test]
fn an_endpoint_that_hangs_is_asked_so_often_and_no_more() {
    let tiny = Tiny::start(&["bad-hang-token"]);
    let attacking = Attacking { patience: Duration::from_millis(250), ..attacking(&tiny, GIVEN) };
    let report = attack(attacking, &|id| id.starts_with("token-"), &|_| {}).unwrap();
    let is_safe = |found: &&crate::issuer::Found| found.result == Safe;
    assert_eq!(report.probes.iter().filter(is_safe).count(), 0);
    let given_up = |found: &&crate::issuer::Found| {
        found.why.as_ref().is_some_and(|why| why.contains("did not answer 3 times"))
    };
    assert!(report.probes.iter().filter(given_up).count() > 3);
}

#[test]
fn an_issuer_that_fails_or_is_tired_is_never_counted_as_safe() {
    for flaw in ["bad-fails", "bad-tired"] {
        let report = run(&Tiny::start(&[flaw]), GIVEN, None);
        let asks = |id: &str| !id.starts_with("metadata-") && !id.starts_with("keys-");
        for found in report.probes.iter().filter(|found| asks(found.id)) {
            assert!(matches!(found.result, Inconclusive | NotTried), "{flaw}: {}", found.id);
        }
    }
}

#[test]
fn what_comes_after_an_issuer_went_down_is_not_safe() {
    let tiny = RefCell::new(Some(Tiny::start(&[])));
    let attacking = attacking(tiny.borrow().as_ref().unwrap(), GIVEN);
    let goes_down = |id: &str| {
        if id == "token-get" {
            tiny.take();
        }
    };
    let report = attack(attacking, &|id| id.starts_with("token-"), &goes_down).unwrap();
    let at = report.probes.iter().position(|found| found.id == "token-get").unwrap();
    let (before, after) = report.probes.split_at(at);
    assert!(before.iter().all(|found| found.result == Safe));
    for found in after {
        assert!(
            matches!(found.result, Inconclusive | NotTried),
            "{}: {:?}",
            found.id,
            found.result
        );
    }
}

#[test]
fn a_run_asks_so_much_and_no_more() {
    let tiny = Tiny::start(&[]);
    let attacking = Attacking { budget: Arc::new(Budget::of(20, None)), ..attacking(&tiny, GIVEN) };
    let report = attack(attacking, &|_| true, &|_| {}).unwrap();
    assert_eq!(report.requests, 20);
    let last = report.probes.last().unwrap();
    assert_eq!(last.result, NotTried);
    assert!(last.why.as_ref().unwrap().contains("its 20 requests"), "{:?}", last.why);
}
