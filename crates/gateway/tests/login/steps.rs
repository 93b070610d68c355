//! Logins that are not one JSON answer: a second step, a redirect, a cookie, a 200 that says no.

use crate::scene::{bearer, cookie, empty, json, kept, member};
use crate::weak::{api, caller};

const TWO: &str = "callers:\n  login:\n    operation: login\n    token: answer./token\n    subject: answer./customer_id\n    second_step: { operation: verify, issued: answer./challenge, token: body./challenge }\n";

fn two_steps(request: &str) -> Vec<u8> {
    if request.starts_with("POST /login") {
        if request.contains("bob-pass") {
            return json(200, "", r#"{"token":"ph-2-000001","customer_id":2}"#);
        }
        return json(200, "", r#"{"challenge":"fake-challenge-1","status":"code"}"#);
    }
    if request.starts_with("POST /verify") {
        if request.contains("fake-challenge-1") && request.contains("\"code\":\"123456\"") {
            return json(200, "", r#"{"token":"ph-1-000001","customer_id":1}"#);
        }
        return json(401, "", r#"{"error":"wrong code"}"#);
    }
    api(request)
}

#[test]
fn the_first_of_two_steps_opens_the_second_and_nothing_else() {
    let kept = kept(TWO, two_steps);
    let first = kept.login("alice");
    assert!(!first.text().contains("fake-challenge"), "{}", first.text());
    let challenge = member(&first, "challenge");
    let before = kept.scene.api.seen().len();
    assert_eq!(kept.me(&challenge).status, 401);
    assert_eq!(kept.scene.api.seen().len(), before);
    let verify = |code: &str, challenge: &str| {
        let body = format!(r#"{{"challenge":"{challenge}","code":"{code}"}}"#);
        kept.post("/verify", "", &body)
    };
    // The API's own, and an invented one.
    assert_eq!(verify("123456", "fake-challenge-1").status, 401);
    // A typing error does not end it.
    assert_eq!(verify("000000", &challenge).status, 401);
    let second = verify("123456", &challenge);
    assert_eq!(second.status, 200, "{}", kept.record());
    let ours = member(&second, "token");
    assert_eq!(kept.me(&ours).text(), r#"{"customer_id":1}"#);
    // It is good once.
    assert_eq!(verify("123456", &challenge).status, 401);
    assert_eq!(kept.me(&challenge).status, 401);
    assert_eq!(kept.me(&ours).status, 200);
}

#[test]
fn who_has_no_second_step_is_in_at_once() {
    let kept = kept(TWO, two_steps);
    let ours = kept.token("bob");
    assert_eq!(kept.me(&ours).text(), r#"{"customer_id":2}"#);
}

#[test]
fn a_second_step_by_the_scheme_of_the_login_works_too() {
    fn by_scheme(request: &str) -> Vec<u8> {
        if request.starts_with("POST /login") {
            return json(200, "", r#"{"token":"fake-half-1","status":"code"}"#);
        }
        if request.starts_with("POST /verify") {
            return if request.contains("Bearer fake-half-1") {
                json(200, "", r#"{"token":"ph-1-000001","customer_id":1}"#)
            } else {
                json(401, "", "{}")
            };
        }
        api(request)
    }
    let callers = "callers: { login: { operation: login, token: answer./token, second_step: { operation: verify, when: answer./status == \"code\" } } }\n";
    let kept = kept(callers, by_scheme);
    let half = kept.token("alice");
    assert_eq!(kept.me(&half).status, 401);
    assert_eq!(kept.scene.get_with("/open", &bearer(&half)).text(), "{}");
    let answer = kept.post("/verify", &bearer(&half), r#"{"code":"1"}"#);
    assert_eq!(answer.status, 200, "{}", kept.record());
    assert_eq!(kept.me(&member(&answer, "token")).text(), r#"{"customer_id":1}"#);
}

#[test]
fn a_redirect_that_sets_the_cookie_is_a_login() {
    fn redirects(request: &str) -> Vec<u8> {
        if request.starts_with("POST /login") {
            if request.contains("alice-pass") {
                return empty(
                    303,
                    "Location: /home\r\nSet-Cookie: session=ph-1-000001; Path=/\r\n",
                );
            }
            return empty(
                303,
                "Location: /login?error\r\nSet-Cookie: session=fake-anonymous; Path=/\r\n",
            );
        }
        api(request)
    }
    let callers = "callers: { login: { operation: login, account: body./email, token: cookie.session, failure: answer.location == \"/login?error\" } }\n";
    let kept = kept(callers, redirects);
    let form = |password: &str| {
        let body = format!("email=alice%40shop.example&password={password}");
        kept.scene.post("/login", "application/x-www-form-urlencoded", &body)
    };
    let answer = form("alice-pass");
    assert_eq!((answer.status, answer.field("location")), (303, Some("/home")));
    let ours = cookie(&answer, "session").unwrap();
    assert!(ours.starts_with("pcs_"));
    let me = kept.scene.get_with("/me", &format!("Cookie: session={ours}\r\n"));
    assert_eq!(me.text(), r#"{"customer_id":1}"#);
    let wrong = form("wrong");
    assert_eq!(cookie(&wrong, "session"), None, "nobody is logged in, and no cookie leaves");
}

#[test]
fn a_200_that_says_no_logs_nobody_in() {
    fn says_200(request: &str) -> Vec<u8> {
        if request.starts_with("POST /login") && !request.contains("alice-pass") {
            return json(200, "", r#"{"status":"fail","token":"fake-nothing"}"#);
        }
        api(request)
    }
    let callers = "callers: { login: { operation: login, token: answer./token, failure: answer./status == \"fail\" } }\n";
    let kept = kept(callers, says_200);
    let answer = kept.post("/login", "", r#"{"email":"a","password":"wrong"}"#);
    assert!(!answer.text().contains("pcs_"), "{}", answer.text());
    assert!(!answer.text().contains("fake-nothing"), "{}", answer.text());
    let ours = kept.token("alice");
    assert_eq!(kept.me(&ours).status, 200);
}

#[test]
fn what_cannot_be_kept_does_not_leave() {
    // Each with what is wrong.
    const CASES: [(&str, &str, u16); 9] = [
        (r#"{"token":12345678}"#, "a number", 502),
        (r#"{"token":"a b c d e f"}"#, "spaces", 502),
        ("{\"token\":\"fake\u{e4}token\"}", "not ASCII", 502),
        (r#"{"token":"fake-1","token":"fake-2"}"#, "twice", 502),
        (r#"{"token":"#, "cut", 502),
        (r#"{"token":"fake-1"}"#, "no subject", 502),
        (r#"{"token":"fake-1","customer_id":{"a":1}}"#, "a subject of another kind", 502),
        (r#"{"token":"fake-1","customer_id":1,"expires_in":0}"#, "over already", 502),
        (r#"{"customer_id":1}"#, "nothing, which is passed on", 200),
    ];
    let callers = "callers: { login: { operation: login, token: answer./token, subject: answer./customer_id } }\n";
    let kept = kept(callers, api);
    for (body, what, status) in CASES {
        kept.scene.api.behave(portcullis_testkit::Behaviour::Answer(json(
            200,
            "Set-Cookie: session=fake-1\r\n",
            body,
        )));
        let answer = kept.login("alice");
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert!(!answer.text().contains("fake"), "{what}");
        assert_eq!(answer.field("set-cookie").is_some(), status == 200, "{what}");
    }
    let huge = format!(r#"{{"token":"{}","customer_id":1}}"#, "x".repeat(9000));
    kept.scene.api.behave(portcullis_testkit::Behaviour::Answer(json(200, "", &huge)));
    assert_eq!(kept.login("alice").status, 502);
    kept.scene.api.behave(portcullis_testkit::Behaviour::Close);
    assert_eq!(kept.login("alice").status, 502);
}

#[test]
fn attributes_of_the_answer_are_told_to_the_api() {
    let callers = "callers:\n  login: { operation: login, token: answer./token, subject: answer./customer_id }\n  attributes: { role: { from: [login./kind, login./role] } }\n  forward: { headers: { X-Caller: subject, X-Role: role } }\n";
    let kept = kept(callers, api);
    let ours = kept.token("bob");
    let fields = format!("{}X-Role: admin\r\n", bearer(&ours));
    assert_eq!(kept.scene.get_with("/me", &fields).status, 200);
    let seen = kept.scene.forwarded().unwrap().to_ascii_lowercase();
    assert!(
        seen.contains("\r\nx-caller: 2\r\n") && seen.contains("\r\nx-role: customer\r\n"),
        "{seen}"
    );
    assert!(!seen.contains("admin"), "{seen}");
    assert_eq!(caller(&kept.scene.forwarded().unwrap()), Some(2));
}

/// Whoever has the password begins anew with each code.
#[test]
fn codes_are_counted_by_the_account_of_the_first_step() {
    let callers = TWO.replace("operation: login\n", "operation: login\n    account: body./email\n");
    let kept = kept(&callers, two_steps);
    let mut statuses = Vec::new();
    for code in 0..8 {
        let challenge = member(&kept.login("alice"), "challenge");
        let body = format!(r#"{{"challenge":"{challenge}","code":"{code:06}"}}"#);
        statuses.push(kept.post("/verify", "", &body).status);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
}
