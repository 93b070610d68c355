//! Files of identities: what is read of them, and what is said of those that cannot be used.

use super::*;

fn read(text: &str) -> Result<Vec<Described>, String> {
    described(text, &mut |bytes| bytes.fill(7))
}

fn body(sent: &Sent) -> &str {
    str::from_utf8(sent.body.expose_secret()).unwrap()
}

const FILE: &str = r#"
schemaVersion: "0.2.0"
authTemplate:
  loginEndpointAuth:
    endpoint: /login
    verb: POST
    contentType: application/json
    payloadUserPwd: { usernameField: email, passwordField: password }
    token: { extractFrom: body, extractSelector: /token, sendIn: header, sendName: Authorization, sendTemplate: "Bearer {token}" }
auth:
  - { name: alice, loginEndpointAuth: { payloadUserPwd: { username: alice@shop.example, password: "obviously \"fake\"" } } }
  - { name: "paula:pharmacist,staff", loginEndpointAuth: { payloadUserPwd: { username: paula, password: obviously-fake } } }
"#;

#[test]
fn logins_share_what_their_template_says() {
    let people = read(FILE).unwrap();
    let [alice, paula] = people.as_slice() else { panic!("{people:?}") };
    assert_eq!((alice.name.as_str(), &alice.roles), ("alice", &None));
    assert_eq!(paula.roles, Some(vec!["pharmacist".to_owned(), "staff".to_owned()]));
    let Credential::Login(login) = &alice.credential else { panic!() };
    assert_eq!(login.sent.line, "POST /login");
    assert_eq!(
        body(&login.sent),
        r#"{"email":"alice@shop.example","password":"obviously \"fake\""}"#
    );
    assert_eq!(login.sent.fields, [("Content-Type".to_owned(), "application/json".to_owned())]);
    let (pointer, field, template) =
        ("/token".to_owned(), "Authorization".to_owned(), "Bearer {token}".to_owned());
    assert_eq!(login.take, Take::Body { pointer, field, template });
}

#[test]
fn a_form_is_written_as_forms_are() {
    let file = FILE.replace("application/json", "application/x-www-form-urlencoded");
    let people = read(&file).unwrap();
    let Credential::Login(login) = &people[0].credential else { panic!() };
    assert_eq!(body(&login.sent), "email=alice%40shop.example&password=obviously+%22fake%22");
}

#[test]
fn fixed_fields_and_cookies_are_taken() {
    let people = read(
        "auth:\n  - { name: bob, fixedHeaders: [{ name: X-Key, value: obviously-fake }] }\n  \
         - { name: eve, loginEndpointAuth: { endpoint: /in, verb: POST, payloadRaw: '{}', expectCookies: true } }\n",
    )
    .unwrap();
    let Credential::Field { field, value } = &people[0].credential else { panic!() };
    assert_eq!((field.as_str(), value.expose_secret()), ("X-Key", b"obviously-fake".as_slice()));
    let Credential::Login(login) = &people[1].credential else { panic!() };
    assert_eq!(login.take, Take::Cookies);
}

#[test]
fn users_are_made_with_what_nobody_has() {
    let people = read(
        r#"
auth:
  - name: carol
    createUsers:
      endpoint: /register
      verb: POST
      contentType: application/json
      payloadRaw: '{"email":"{$mail}","password":"{$word}"}'
      generators:
        - { placeHolder: "{$mail}", prefix: u_, postfix: "@shop.example" }
        - { placeHolder: "{$word}", minLength: 20 }
    loginEndpointAuth:
      endpoint: /login
      verb: POST
      payloadRaw: '{"email":"{$mail}","password":"{$word}"}'
      token: { extractFrom: header, extractSelector: X-Token, sendIn: header, sendName: X-Token }
"#,
    )
    .unwrap();
    let carol = &people[0];
    let made_by = carol.made_by.as_ref().unwrap();
    let letters = "h".repeat(12);
    let expected =
        format!(r#"{{"email":"u_{letters}@shop.example","password":"{}"}}"#, "h".repeat(20));
    assert_eq!((made_by.line.as_str(), body(made_by)), ("POST /register", expected.as_str()));
    let Credential::Login(login) = &carol.credential else { panic!() };
    assert_eq!(body(&login.sent), expected, "the same texts");
}

#[test]
fn what_cannot_be_used_is_said_by_whom_it_is_about() {
    for (from, to, expected) in [
        ("auth:", "auths:", "unknown field"),
        ("name: alice,", "name: alice, age: 7,", "unknown field"),
        ("name: alice", "name: \"a b\"", "`a b`: a name has letters"),
        ("name: alice", "name: paula", "stands there twice"),
        (
            "endpoint: /login",
            "externalEndpointURL: http://elsewhere/login",
            "only the API itself is asked",
        ),
        ("endpoint: /login", "endpoint: \"/log in\"", "is no path"),
        ("verb: POST", "verb: BREW", "is no verb"),
        ("verb: POST", "payloadRaw: x", "`verb` is missing"),
        ("sendIn: header", "sendIn: query", "not in the query"),
        ("Bearer {token}", "Bearer", "has no `{token}`"),
        ("extractSelector: /token", "extractSelector: token", "is no JSON Pointer"),
        ("passwordField: password", "passwordFeld: password", "unknown field"),
        ("application/json", "text/plain", "cannot be written as"),
        ("sendName: Authorization", "sendName: \"A: b\"", "is no name of a header field"),
    ] {
        assert!(FILE.contains(from), "{from}");
        let told = read(&FILE.replacen(from, to, 1)).unwrap_err();
        assert!(told.contains(expected), "{to}: {told}");
    }
    let value = "auth: [{ name: a, fixedHeaders: [{ name: X, value: \"a\\r\\nb: c\" }] }]";
    assert!(read(value).unwrap_err().contains("control character"));
    assert!(read("auth: []").unwrap_err().contains("nobody"));
    assert!(read("auth: [{ name: a }]").unwrap_err().contains("either"));
}

#[test]
fn nothing_of_a_file_is_shown_by_its_values() {
    let people = read(FILE).unwrap();
    assert!(!format!("{people:?}").contains("fake"), "{people:?}");
}
