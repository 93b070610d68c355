//! The API's token does not leave, wherever it appears; and its cookies.

use portcullis_testkit::Behaviour;

use crate::scene::{WEAK, bearer, cookie, empty, json, kept, member};
use crate::swapped::CALLERS;
use crate::weak::api;

#[test]
fn the_api_s_token_is_taken_out_of_every_answer() {
    let kept = kept(CALLERS, api);
    let ours = kept.token("alice");
    let answers: [(&[u8], &str); 6] = [
        (
            &json(200, "", &format!(r#"{{"customer_id":1,"seen":"{WEAK}"}}"#)),
            r#"{"customer_id":1}"#,
        ),
        (
            &json(200, "", &format!(r#"{{"seen":"x {WEAK} y","customer_id":1}}"#)),
            r#"{"customer_id":1}"#,
        ),
        (&json(200, "", r#"{"seen":"ph-\u0031-000001","customer_id":1}"#), r#"{"customer_id":1}"#),
        (&json(200, "", &format!(r#"{{"list":["a","{WEAK}","b"]}}"#)), r#"{"list":["a","b"]}"#),
        (
            &json(200, &format!("X-Token: {WEAK}\r\n"), r#"{"customer_id":1}"#),
            r#"{"customer_id":1}"#,
        ),
        (
            &json(200, &format!("Location: /a?token={WEAK}\r\n"), r#"{"customer_id":1}"#),
            r#"{"customer_id":1}"#,
        ),
    ];
    for (answer, expected) in answers {
        kept.scene.api.behave(Behaviour::Answer(answer.to_vec()));
        let got = kept.me(&ours);
        assert_eq!((got.status, got.text().as_str()), (200, expected), "{}", kept.record());
        assert!(!got.fields.iter().any(|(_, value)| value.contains(WEAK)), "{:?}", got.fields);
        assert!(
            kept.record().contains("api_credential") || !expected.contains('a'),
            "{}",
            kept.record()
        );
        assert!(!kept.record().contains(WEAK));
    }
    // What is no JSON does not leave at all.
    kept.scene.api.behave(Behaviour::with_type(
        200,
        "text/plain",
        &format!("your token is {WEAK}"),
    ));
    let got = kept.scene.get_with("/text", &bearer(&ours));
    assert_eq!(got.status, 502);
    assert!(!got.text().contains(WEAK));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, format!("your token is {WEAK}").as_bytes()).unwrap();
    let body = gzip.finish().unwrap();
    let head = "HTTP/1.1 200 X\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n";
    let mut coded = format!("{head}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    coded.extend_from_slice(&body);
    kept.scene.api.behave(Behaviour::Answer(coded));
    assert_eq!(kept.scene.get_with("/text", &bearer(&ours)).status, 502);
    // Another one's is not known here, and errors are looked into as well.
    kept.scene.api.behave(Behaviour::Answer(json(404, "", &format!(r#"{{"error":"no {WEAK}"}}"#))));
    assert!(!kept.me(&ours).text().contains(WEAK));
}

#[test]
fn the_login_s_own_answer_holds_it_nowhere_else() {
    fn everywhere(request: &str) -> Vec<u8> {
        if request.starts_with("POST /login") {
            let fields = format!(
                "X-Auth-Token: {WEAK}\r\nSet-Cookie: other={WEAK}\r\nSet-Cookie: session={WEAK}\r\n"
            );
            return json(
                200,
                &fields,
                &format!(r#"{{"note":"use {WEAK}","token":"{WEAK}","customer_id":1}}"#),
            );
        }
        api(request)
    }
    for token in ["[answer./token, cookie.session]", "answer./token"] {
        let callers = format!("callers: {{ login: {{ operation: login, token: {token} }} }}\n");
        let kept = kept(&callers, everywhere);
        let answer = kept.login("alice");
        assert_eq!(answer.status, 200);
        assert!(member(&answer, "token").starts_with("pcs_"));
        assert!(!answer.text().contains(WEAK), "{}", answer.text());
        assert!(
            !answer.fields.iter().any(|(_, value)| value.contains(WEAK)),
            "{:?}",
            answer.fields
        );
    }
}

#[test]
fn a_token_with_its_auth_scheme_before_it_is_exchanged_in_place() {
    fn with_scheme(request: &str) -> Vec<u8> {
        if request.starts_with("POST /login") {
            return json(200, "", &format!(r#"{{"token":"Bearer {WEAK}"}}"#));
        }
        api(request)
    }
    let kept =
        kept("callers: { login: { operation: login, token: answer./token } }\n", with_scheme);
    let shown = kept.token("alice");
    assert!(shown.starts_with("Bearer pcs_"), "{shown}");
    let me = kept.scene.get_with("/me", &format!("Authorization: {shown}\r\n"));
    assert_eq!(me.text(), r#"{"customer_id":1}"#);
    assert!(kept.scene.forwarded().unwrap().contains(&format!("authorization: Bearer {WEAK}\r\n")));
}

#[test]
fn a_stream_ends_before_the_api_s_token_leaves() {
    fn streams(request: &str) -> Vec<u8> {
        if request.starts_with("GET /events") {
            let mut answer = b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            // In two pieces.
            for piece in ["data: one\n\n", "data: ph-1-0", "00001\n\n", "data: two\n\n"] {
                answer.extend_from_slice(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes());
            }
            answer.extend_from_slice(b"0\r\n\r\n");
            return answer;
        }
        api(request)
    }
    let callers = format!("{CALLERS}operations: {{ events: {{ answer: stream }} }}\n");
    let kept = kept(&callers, streams);
    let ours = kept.token("alice");
    let answer = kept.scene.get_with("/events", &bearer(&ours));
    assert!(!answer.text().contains(WEAK), "{}", answer.text());
    assert!(!answer.text().contains("data: two"), "{}", answer.text());
}

#[test]
fn a_cookie_that_the_api_changes_is_kept_and_the_client_keeps_ours() {
    fn changes(request: &str) -> Vec<u8> {
        if request.starts_with("GET /me") && request.contains("session=ph-1-000001") {
            return json(
                200,
                "Set-Cookie: session=ph-1-000002; Path=/\r\nSet-Cookie: theme=dark\r\n",
                r#"{"customer_id":1}"#,
            );
        }
        api(request)
    }
    let kept = kept(CALLERS, changes);
    let ours = kept.token("alice");
    let me = || kept.scene.get_with("/me", &format!("Cookie: session={ours}\r\n"));
    let first = me();
    assert_eq!(first.status, 200);
    assert_eq!(
        (cookie(&first, "session"), cookie(&first, "theme").as_deref()),
        (None, Some("dark"))
    );
    assert_eq!(me().status, 200);
    assert!(kept.scene.forwarded().unwrap().contains("session=ph-1-000002"));
}

#[test]
fn nobody_chooses_a_session_for_somebody_else() {
    fn anonymous(request: &str) -> Vec<u8> {
        if request.starts_with("GET /open") {
            return json(200, "Set-Cookie: session=fake-anonymous; Path=/\r\n", "{}");
        }
        api(request)
    }
    let kept = kept(CALLERS, anonymous);
    // The API hands out a session before the login: it does not leave.
    assert_eq!(cookie(&kept.scene.get("/open"), "session"), None);
    // A thief's own session, planted on the victim, is not the victim's after the login.
    let planted = kept.token("bob");
    let body = r#"{"email":"alice@shop.example","password":"alice-pass"}"#;
    let fields = format!("Cookie: session={planted}\r\nOrigin: https://api\r\n");
    let answer = kept.post("/login", &fields, body);
    let ours = cookie(&answer, "session").unwrap();
    assert_ne!(ours, planted);
    assert_eq!(kept.me(&planted).status, 401);
    assert_eq!(kept.me(&ours).text(), r#"{"customer_id":1}"#);
}

#[test]
fn a_cookie_that_the_api_takes_away_ends_the_session() {
    fn takes(request: &str) -> Vec<u8> {
        if request.starts_with("POST /logout") {
            return empty(204, "Set-Cookie: session=; Max-Age=0; Path=/\r\n");
        }
        api(request)
    }
    let callers = "callers: { login: { operation: login, token: cookie.session } }\n";
    let kept = kept(callers, takes);
    let ours = cookie(&kept.login("alice"), "session").unwrap();
    let fields = format!("Cookie: session={ours}\r\n");
    let answer = kept.post("/logout", &format!("{fields}Sec-Fetch-Site: same-origin\r\n"), "");
    assert_eq!(cookie(&answer, "session").as_deref(), Some(""), "the browser forgets it, too");
    assert_eq!(kept.scene.get_with("/me", &fields).status, 401);
}
