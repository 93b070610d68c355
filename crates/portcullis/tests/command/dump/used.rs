//! Secrets in use: where they belong, and where they do not.

use std::net::SocketAddr;
use std::process::Stdio;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use portcullis_testkit::{Answer, Kept};
use serde_json::Value;

use super::shop::{typed, unique};
use crate::support::{Folder, text};

pub(super) const KEYS: usize = 500;
pub(super) const LOGINS: usize = 120;
pub(super) const PASSWORDS: usize = 8;
/// Of each way in which something is shown where it should not be.
const WRONG: usize = 12;

/// A secret and its kind.
pub(super) type Secrets = Vec<(&'static str, String)>;

/// What stands behind the public part of a key.
pub(super) fn secret_of(key: &str) -> String {
    key.rsplit('_').next().unwrap().to_owned()
}

pub(super) fn get(path: &str, field: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n")
}

fn post(path: &str, field: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{field}\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

fn basic(user: &str, password: &str) -> String {
    format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

/// All that an answer says, as bytes.
pub(super) fn whole(answer: &Answer) -> Vec<u8> {
    let fields = answer.fields.iter().map(|(name, value)| format!("{name}: {value}\n"));
    [fields.collect::<String>().into_bytes(), answer.body.clone()].concat()
}

pub(super) fn command(folder: &Folder, words: &[&str]) -> String {
    let output = folder.run(&[words, &["-c", "portcullis.yaml"]].concat());
    assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

pub(super) fn set_password(folder: &Folder, user: &str, password: &str) -> String {
    use std::io::Write as _;
    let mut command = folder.command();
    command.args(["passwords", "set", "--user", user, "-c", "portcullis.yaml"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

/// Shows each secret where it belongs; what was answered, without what was given to whom it belongs.
pub(super) fn use_rightly(at: SocketAddr, keys: &[String], secrets: &mut Secrets) -> Vec<u8> {
    let (mut kept, mut told) = (Kept::to(at), Vec::new());
    for key in keys {
        let answer = kept.ask(get("/me", &format!("X-Api-Key: {key}")));
        assert_eq!(answer.status, 200, "{}", answer.text());
        told.extend(whole(&answer));
    }
    for number in 0..LOGINS {
        let password = typed("password of a login", number);
        let body = serde_json::json!({ "email": format!("user{number}@shop.example"), "password": password });
        let answer = kept.ask(post("/login", "", &body.to_string()));
        let given: Value = serde_json::from_str(&answer.text()).unwrap();
        let ours = given.get("token").and_then(Value::as_str).unwrap().to_owned();
        told.extend(text(&whole(&answer)).replace(&ours, "").into_bytes());
        let answer = kept.ask(get("/me", &format!("Authorization: Bearer {ours}")));
        assert_eq!(answer.status, 200, "{}", answer.text());
        told.extend(whole(&answer));
        secrets.push(("password of a login", password));
        secrets.push(("token of the API", unique("token of the API", number)));
        secrets.push(("token of ours", ours.trim_start_matches("pcs_").to_owned()));
    }
    for number in 0..PASSWORDS {
        let password = typed("password", number);
        let answer = kept.ask(get("/me", &basic(&format!("till{number}"), &password)));
        assert_eq!(answer.status, 200, "{}", answer.text());
        told.extend(whole(&answer));
    }
    told
}

/// Shows secrets where they do not belong, or such as are none; what was answered.
pub(super) fn use_wrongly(at: SocketAddr, good: &str, secrets: &mut Secrets) -> Vec<u8> {
    let (mut kept, mut told) = (Kept::to(at), Vec::new());
    let good = format!("X-Api-Key: {good}\r\n");
    let with_good =
        |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n{good}{more}\r\n");
    for number in 0..WRONG {
        let mut key = |kind| {
            let (_, key) = portcullis_credential::api_key::generate("shop", "live").unwrap();
            secrets.push((kind, secret_of(&key)));
            key
        };
        let ways = [
            get("/me", &format!("X-Api-Key: {}", key("a key that nobody issued"))),
            get("/me", &format!("Authorization: Bearer {}", key("a key where a token belongs"))),
            get("/me", &format!("Cookie: session={}", key("a key in a cookie"))),
            get(&format!("/me?api_key={}", key("a key in a query")), "X: 1"),
            with_good(&format!("/me?note={}", key("a key in any query")), ""),
            with_good(&format!("/{}", key("a key in a path")), ""),
            with_good(&format!("/me/{}/x?a=b", key("a key deep in a path")), ""),
            with_good("/me", &format!("X-Debug: {}\r\n", key("a key in a dropped field"))),
            with_good(
                "/me",
                &format!("Referer: https://a.example/?k={}\r\n", key("a key in a referrer")),
            ),
            with_good("/me", &format!("Bad Field: {}\r\n", key("a key in a bad head"))),
            post("/notes", &good, &format!(r#"{{"count":"{}"}}"#, key("a key in a refused body"))),
            post("/notes", &good, &format!(r#"{{"{}":1}}"#, key("a key as a property"))),
            with_good(&format!("/me?{}=1", key("a key as the name of a parameter")), ""),
            with_good("/me", &format!("{}: 1\r\n", key("a key as the name of a field"))),
            with_good("/me", &format!("Cookie: {}=1\r\n", key("a key as the name of a cookie"))),
            with_good("/me", &format!("Origin: https://{}.example\r\n", key("a key in an origin"))),
            get("/me", &basic(&key("a key as a user"), "x")),
            post(
                "/notes",
                &format!("{good}Content-Encoding: {}\r\n", key("a key as a coding")),
                "{}",
            ),
            post(
                "/notes",
                &good,
                &format!(r#"{{"text":"{}"}}"#, key("a key in a text that is too long")),
            ),
            post("/notes", &format!("{good}Expect: {}\r\n", key("a key in an expectation")), "{}"),
            post(
                "/notes",
                &good,
                &format!(r#"{{"count": {}"#, key("a key in a body that is no JSON")),
            ),
        ];
        for request in ways {
            told.extend(whole(&kept.ask(request)));
        }
        let password = typed("wrong password", number);
        told.extend(whole(&kept.ask(get("/me", &basic("till0", &password)))));
        secrets.push(("wrong password", password));
        let password = typed("wrong password of a login", number);
        let body = serde_json::json!({ "email": "nobody", "password": password });
        told.extend(whole(&kept.ask(post("/login", "", &body.to_string()))));
        secrets.push(("wrong password of a login", password));
    }
    told
}
