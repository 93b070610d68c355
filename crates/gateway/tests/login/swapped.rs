//! The exchange itself: theirs stays here, ours goes out, and nothing else comes in.

use portcullis_controls::PlanOptions;
use portcullis_model::ControlId;
use portcullis_testkit::{Behaviour, ScriptedApi, exchange};

use crate::scene::{self, WEAK, bearer, cookie, json, kept, kept_in, kept_with, member};
use crate::support::noon;
use crate::weak::{api, caller};

pub const CALLERS: &str = "callers: { login: { operation: login, account: body./email, token: [answer./token, cookie.session], subject: answer./customer_id, issuer: customers }, ends_sessions: [logout, { operation: changePassword, of: caller }] }\n";

#[test]
fn a_token_that_is_counted_out_opens_the_api_and_not_the_gateway() {
    let kept = kept(CALLERS, api);
    let request = format!("GET /me HTTP/1.1\r\nHost: api\r\n{}\r\n", bearer(WEAK));
    let direct = exchange(kept.scene.api.address(), &request);
    assert_eq!((direct.status, direct.text().as_str()), (200, r#"{"customer_id":1}"#));
    let before = kept.scene.api.seen().len();
    // Also while its owner is logged in.
    let ours = kept.token("alice");
    for fields in [bearer(WEAK), format!("Cookie: session={WEAK}\r\n")] {
        let through = kept.scene.get_with("/me", &fields);
        assert_eq!(through.status, 401, "{fields}");
        assert_eq!(
            through.field("www-authenticate"),
            Some("ApiKey, Bearer error=\"invalid_token\"")
        );
    }
    assert_eq!(kept.scene.api.seen().len(), before + 1, "the login alone");
    assert_eq!(kept.me(&ours).text(), r#"{"customer_id":1}"#);
    // Without the control it opens again.
    let options =
        PlanOptions { not_asked: vec![ControlId::CallerIdentity], ..PlanOptions::default() };
    let without = kept_with(CALLERS, Behaviour::Script(api), options);
    assert_eq!(without.me(WEAK).status, 200);
}

#[test]
fn the_client_gets_ours_and_the_api_sees_its_own() {
    let kept = kept(CALLERS, api);
    let answer = kept.login("alice");
    let ours = member(&answer, "token");
    assert!(ours.starts_with("pcs_") && ours.len() == 51, "{ours}");
    assert_eq!(cookie(&answer, "session").as_deref(), Some(ours.as_str()));
    let set = answer.field("set-cookie").unwrap();
    assert!(set.ends_with("; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax"), "{set}");
    assert!(!answer.text().contains(WEAK), "{}", answer.text());
    assert_eq!(answer.field("cache-control"), Some("private, no-store"));
    assert_eq!(kept.me(&ours).status, 200);
    let seen = kept.scene.forwarded().unwrap();
    assert!(seen.contains("\r\nauthorization: Bearer ph-1-000001\r\n"), "{seen}");
    assert!(!seen.contains("pcs_"), "{seen}");
    let by_cookie = kept.scene.get_with("/me", &format!("Cookie: session={ours}\r\n"));
    assert_eq!(by_cookie.status, 200);
    assert!(kept.scene.forwarded().unwrap().contains("\r\nCookie: session=ph-1-000001\r\n"));
    let record = kept.scene.last_record();
    assert_eq!(record["caller"], "verified");
    assert!(
        !record.to_string().contains("pcs_") && !record.to_string().contains("ph-1"),
        "{record}"
    );
}

#[test]
fn a_scheme_that_no_login_covers_is_no_way_around_it() {
    // The API takes its token as a cookie, too; the policy names the one in the body alone.
    let kept = kept("callers: { login: { operation: login, token: answer./token } }\n", api);
    let ours = kept.token("alice");
    let before = kept.scene.api.seen().len();
    let counted = kept.scene.get_with("/me", &format!("Cookie: session={WEAK}\r\n"));
    assert_eq!(counted.status, 401);
    assert_eq!(kept.scene.api.seen().len(), before);
    let both = format!("{}Cookie: session=ph-2-000001\r\n", bearer(&ours));
    assert_eq!(kept.scene.get_with("/me", &both).text(), r#"{"customer_id":1}"#);
    assert!(!kept.scene.forwarded().unwrap().contains("ph-2"));
    // The API believes this field first of all.
    let both = format!("{}X-Key: ph-2-000001\r\n", bearer(&ours));
    assert_eq!(kept.scene.get_with("/me", &both).text(), r#"{"customer_id":1}"#);
    kept.scene.get_with("/open", "Cookie: session=ph-2-000001\r\n");
    assert!(!kept.scene.forwarded().unwrap().contains("ph-2"));
}

#[test]
fn each_login_is_a_session_of_its_own() {
    let kept = kept(CALLERS, api);
    let (one, other, bob) = (kept.token("alice"), kept.token("alice"), kept.token("bob"));
    assert!(one != other && other != bob);
    assert_eq!(kept.me(&one).text(), r#"{"customer_id":1}"#);
    assert_eq!(kept.me(&other).text(), r#"{"customer_id":1}"#);
    assert_eq!(kept.me(&bob).text(), r#"{"customer_id":2}"#);
    // Of two in one request one counts, and the other does not go on.
    let both = format!("{}Cookie: session={bob}\r\n", bearer(&one));
    assert_eq!(kept.scene.get_with("/me", &both).text(), r#"{"customer_id":1}"#);
    let seen = kept.scene.forwarded().unwrap();
    assert!(seen.contains("Bearer ph-1") && !seen.contains("session="), "{seen}");
}

#[test]
fn what_nobody_gave_out_is_refused_whatever_it_looks_like() {
    let kept = kept(CALLERS, api);
    let ours = kept.token("alice");
    let before = kept.scene.api.seen().len();
    let mut other = ours.clone();
    other.replace_range(10..11, if &ours[10..11] == "A" { "B" } else { "A" });
    let invented = {
        let secret = portcullis_credential::opaque::generate(&mut |bytes| bytes.fill(7));
        String::from_utf8(secret.expose_secret().to_vec()).unwrap()
    };
    for token in [&other, &invented, &ours[..50], &format!("{ours}x"), "pcs_", "x"] {
        assert_eq!(kept.me(token).status, 401, "{token}");
    }
    assert_eq!(kept.scene.api.seen().len(), before);
}

#[test]
fn on_an_open_operation_ours_is_exchanged_and_everything_else_left_out() {
    let kept = kept(CALLERS, api);
    let ours = kept.token("alice");
    assert_eq!(kept.scene.get_with("/open", &bearer(&ours)).text(), r#"{"customer_id":1}"#);
    for token in [WEAK, "pcs_nothing"] {
        assert_eq!(kept.scene.get_with("/open", &bearer(token)).text(), "{}", "{token}");
    }
    assert_eq!(kept.scene.get("/open").text(), "{}");
}

#[test]
fn a_wrong_password_opens_nothing_and_ends_nothing() {
    let kept = kept(CALLERS, api);
    let answer = kept.post("/login", "", r#"{"email":"alice@shop.example","password":"wrong"}"#);
    assert_eq!(answer.status, 401);
    assert_eq!(answer.field("set-cookie"), None);
    // A typing error of somebody who is logged in does not log them out.
    let ours = kept.token("alice");
    let again = kept.post("/login", &bearer(&ours), r#"{"email":"a","password":"wrong"}"#);
    assert_eq!(again.status, 401);
    assert_eq!(kept.me(&ours).status, 200);
}

#[test]
fn a_login_by_form_works_as_one_by_json() {
    let kept = kept(CALLERS, api);
    let answer = kept.scene.post(
        "/login",
        "application/x-www-form-urlencoded",
        "email=alice%40shop.example&password=alice-pass",
    );
    assert_eq!(answer.status, 200);
    assert_eq!(kept.me(&member(&answer, "token")).status, 200);
}

#[test]
fn sessions_survive_a_restart() {
    let first = kept(CALLERS, api);
    let ours = first.token("alice");
    let scene::Kept { scene, store, folder } = first;
    scene.gateway.stop();
    drop((scene, store));
    let again = kept_in(
        folder,
        ScriptedApi::start(Behaviour::Script(api)),
        CALLERS,
        PlanOptions::default(),
    );
    assert_eq!(again.me(&ours).text(), r#"{"customer_id":1}"#);
}

#[test]
fn a_session_ends_with_its_time() {
    let kept = kept(
        "callers: { login: { operation: login, token: answer./token, lifetime: 1h, idle: 10min } }\n",
        api,
    );
    let (used, idle) = (kept.token("alice"), kept.token("alice"));
    for _ in 0..6 {
        kept.scene.clock.advance_ms(9 * 60_000);
        assert_eq!(kept.me(&used).status, 200);
    }
    assert_eq!(kept.me(&idle).status, 401, "54 minutes without a request");
    kept.scene.clock.advance_ms(7 * 60_000);
    assert_eq!(kept.me(&used).status, 401, "61 minutes in all");
}

#[test]
fn a_session_never_outlasts_the_api_s_own_token() {
    fn jwt(request: &str) -> Vec<u8> {
        if request.starts_with("POST /login") {
            let exp = noon().0 / 1000 + 600;
            let part = |text: String| base64(text.as_bytes());
            let token = format!(
                "{}.{}.c2ln",
                part("{\"alg\":\"HS256\"}".into()),
                part(format!("{{\"exp\":{exp}}}"))
            );
            return json(200, "", &format!(r#"{{"token":"{token}"}}"#));
        }
        json(200, "", "{}")
    }
    fn seconds(request: &str) -> Vec<u8> {
        if request.starts_with("POST /login") {
            json(200, "", r#"{"token":"obviously-fake-1","expires_in":600}"#)
        } else {
            json(200, "", "{}")
        }
    }
    fn cookies(request: &str) -> Vec<u8> {
        if request.starts_with("POST /login") {
            json(
                200,
                "Set-Cookie: session=obviously-fake-1; Max-Age=600\r\n",
                r#"{"token":"obviously-fake-1"}"#,
            )
        } else {
            json(200, "", "{}")
        }
    }
    for script in [jwt as fn(&str) -> Vec<u8>, seconds, cookies] {
        let kept = kept(
            "callers: { login: { operation: login, token: [answer./token, cookie.session] } }\n",
            script,
        );
        let ours = kept.token("alice");
        kept.scene.clock.advance_ms(599_000);
        assert_eq!(kept.me(&ours).status, 200);
        kept.scene.clock.advance_ms(2_000);
        assert_eq!(kept.me(&ours).status, 401);
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            out.push(char::from(LETTERS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    out
}

#[test]
fn tokens_from_before_pass_until_their_day_and_verify_nobody() {
    let soft = "callers:\n  login: { operation: login, token: answer./token, adopt_existing_until: 2026-11-25 }\n  forward: { headers: { X-Caller: subject } }\n";
    let kept = kept(soft, api);
    let answer = kept.me(WEAK);
    assert_eq!((answer.status, answer.text().as_str()), (200, r#"{"customer_id":1}"#));
    let seen = kept.scene.forwarded().unwrap();
    assert!(!seen.to_ascii_lowercase().contains("x-caller"), "{seen}");
    assert_eq!(caller(&seen), Some(1));
    let ours = kept.token("alice");
    kept.me(&ours);
    assert!(
        kept.scene.forwarded().unwrap().contains("X-Caller")
            || kept.scene.forwarded().unwrap().contains("x-caller")
    );
    // From the day after on, only ours.
    kept.scene.clock.advance_ms(48 * 3_600_000);
    assert_eq!(kept.me(WEAK).status, 401);
}

#[test]
fn whoever_only_observes_changes_nothing() {
    let options = PlanOptions { observe: true, ..PlanOptions::default() };
    let kept = kept_with(CALLERS, Behaviour::Script(api), options);
    assert_eq!(member(&kept.login("alice"), "token"), WEAK);
    assert_eq!(kept.me(WEAK).status, 200);
}

#[test]
fn of_a_token_from_before_nothing_is_told_signed_or_not() {
    let soft = "callers:\n  login: { operation: login, token: answer./token, adopt_existing_until: 2026-11-25 }\n  forward: { jwt: { key: env:NO_SUCH_KEY, audience: shop-api } }\n";
    let kept = kept(soft, api);
    assert_eq!(kept.me(WEAK).status, 200);
    let seen = kept.scene.forwarded().unwrap();
    assert!(!seen.to_ascii_lowercase().contains("x-caller-token"), "{seen}");
    // Somebody known is told of, and there is no key here: they do not reach the API.
    let ours = kept.token("alice");
    assert_eq!(kept.me(&ours).status, 500);
}
