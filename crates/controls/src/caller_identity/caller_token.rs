//! What the token says that tells an API who calls.

use portcullis_json::{push_decimal, push_quoted};
use portcullis_model::{Identity, UnixMillis, Value};
use portcullis_policy::{CallerToken, Told};

/// The `typ` of such a token: none of those that callers show (RFC 8725 section 3.11).
pub const CALLER_TOKEN_TYPE: &str = "caller+jwt";

/// All that does not change from one request of a caller to the next: the beginning of a JSON object.
pub fn said(token: &CallerToken, identity: &Identity) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    let texts = [
        ("iss", &token.issuer),
        ("aud", &token.audience),
        ("sub", &identity.subject),
        ("caller_issuer", &identity.issuer),
    ];
    let mut before = b'{';
    for (name, text) in texts {
        out.push(before);
        before = b',';
        push_quoted(name, &mut out);
        out.push(b':');
        push_quoted(text, &mut out);
    }
    for told in &token.says {
        match told {
            Told::Scopes if !identity.scopes.is_empty() => {
                let scopes: Vec<&str> = identity.scopes.iter().map(|scope| &**scope).collect();
                out.extend_from_slice(b",\"scope\":");
                push_quoted(&scopes.join(" "), &mut out);
            }
            Told::Attribute(name) => {
                let Some(value) = identity.attribute(name) else { continue };
                out.push(b',');
                push_quoted(name, &mut out);
                out.push(b':');
                push_value(value, &mut out);
            }
            Told::Scopes | Told::Subject | Told::Issuer => {}
        }
    }
    out
}

/// The claims of a token that begins to be good now. `id` is said once.
pub fn claims(said: &[u8], now: UnixMillis, lifetime_s: u64, id: &str) -> Vec<u8> {
    let now_s = now.0 / 1000;
    let mut out = Vec::with_capacity(said.len() + 96);
    out.extend_from_slice(said);
    out.extend_from_slice(b",\"iat\":");
    push_decimal(now_s, &mut out);
    out.extend_from_slice(b",\"exp\":");
    push_decimal(now_s.saturating_add(lifetime_s), &mut out);
    out.extend_from_slice(b",\"jti\":");
    push_quoted(id, &mut out);
    out.push(b'}');
    out
}

fn push_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => push_quoted(text, out),
        Value::Number(lexeme) if is_whole(lexeme) => out.extend_from_slice(lexeme.as_bytes()),
        // Readers round what they cannot hold.
        Value::Number(lexeme) => push_quoted(lexeme, out),
        Value::Truth(true) => out.extend_from_slice(b"true"),
        Value::Truth(false) => out.extend_from_slice(b"false"),
        Value::List(texts) => {
            out.push(b'[');
            for (place, text) in texts.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                push_quoted(text, out);
            }
            out.push(b']');
        }
    }
}

/// Whether every reader finds the same whole number in it: 53 bits (RFC 8259 section 6).
fn is_whole(lexeme: &str) -> bool {
    const SAFE_MAX: u64 = (1 << 53) - 1;
    let digits = lexeme.strip_prefix('-').unwrap_or(lexeme);
    let is_plain = digits == "0" || !digits.starts_with('0');
    is_plain
        && digits.parse::<u64>().is_ok_and(|number| number <= SAFE_MAX)
        && !digits.starts_with('+')
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use portcullis_model::{Attribute, Source};
    use portcullis_policy::SecretSource;

    use super::*;

    fn token(says: Vec<Told>) -> CallerToken {
        CallerToken {
            header: "x-caller-token".to_owned(),
            key: SecretSource::Variable("KEY".to_owned()),
            issuer: "portcullis".into(),
            audience: "shop".into(),
            lifetime: Duration::from_secs(30),
            says,
        }
    }

    fn identity(subject: &str, value: Value) -> Identity {
        Identity {
            scheme: "bearer".into(),
            issuer: "https://login.example".into(),
            subject: subject.into(),
            attributes: vec![Attribute { name: "role".into(), value, source: Source::Claim }],
            scopes: vec!["read".into(), "write".into()],
            is_adopted: false,
        }
    }

    fn text(token: &CallerToken, identity: &Identity) -> String {
        String::from_utf8(claims(&said(token, identity), UnixMillis(7_999), 30, "id")).unwrap()
    }

    #[test]
    fn only_what_is_listed_is_said() {
        let alice = identity("alice", Value::Text("admin".into()));
        let fixed = r#"{"iss":"portcullis","aud":"shop","sub":"alice","caller_issuer":"https://login.example""#;
        let times = r#","iat":7,"exp":37,"jti":"id"}"#;
        assert_eq!(text(&token(Vec::new()), &alice), format!("{fixed}{times}"));
        let all =
            vec![Told::Scopes, Told::Attribute("role".into()), Told::Attribute("tenant".into())];
        let more = r#","scope":"read write","role":"admin""#;
        assert_eq!(text(&token(all), &alice), format!("{fixed}{more}{times}"));
    }

    #[test]
    fn a_name_ends_where_it_ends_and_numbers_are_what_they_were() {
        let hostile = "a\",\"sub\":\"admin\"\\\r\n\u{0}\u{e4}\u{2028}";
        let said = |value| {
            let text =
                text(&token(vec![Told::Attribute("role".into())]), &identity(hostile, value));
            let document = portcullis_json::Document::parse(
                text.into_bytes(),
                &portcullis_json::Limits::default(),
            );
            let document = document.unwrap();
            assert_eq!(document.root().get("sub").unwrap().as_str(), Some(hostile));
            let mut out = Vec::new();
            let role = document.root().get("role").unwrap();
            out.extend_from_slice(role.as_str().or(role.as_number()).unwrap_or("?").as_bytes());
            (String::from_utf8(out).unwrap(), role.as_number().is_some())
        };
        let number = |text: &str| Value::Number(text.into());
        assert_eq!(said(number("42")), ("42".to_owned(), true));
        assert_eq!(said(number("-7")), ("-7".to_owned(), true));
        assert_eq!(said(number("9007199254740993")), ("9007199254740993".to_owned(), false));
        assert_eq!(said(number("1.5")), ("1.5".to_owned(), false));
        assert_eq!(said(number("1e400")), ("1e400".to_owned(), false));
        assert_eq!(said(Value::Text(hostile.into())), (hostile.to_owned(), false));
        let list = Value::List(vec![Arc::from("a\"b"), Arc::from("c")]);
        assert_eq!(said(list), ("?".to_owned(), false));
    }
}
