//! The API's own login: what a policy says of it, and what is told of one that cannot be meant.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use portcullis_model::Date;
use portcullis_policy::{
    AnswerPlace, AnswerTest, Failure, Literal, Model, RequestPlace, SecretSource, StorePlace,
    Tested, Whose,
};

use crate::pharmacy::{API, diagnostics, join_of, own};

const CONTRACT: &str = r##"openapi: 3.0.3
info: { title: Pharmacy, version: 1.0.0 }
servers: [{ url: http://127.0.0.1:3000/api }]
components:
  securitySchemes:
    bearer: { type: http, scheme: bearer }
    sid: { type: apiKey, in: cookie, name: session }
    key: { type: apiKey, in: header, name: X-Key }
  schemas:
    Credentials:
      type: object
      additionalProperties: false
      properties: { email: { type: string }, password: { type: string } }
    Tokens:
      type: object
      properties:
        token: { type: string }
        refresh_token: { type: string }
        customer_id: { type: integer }
        status: { type: string }
security: [{ bearer: [] }, { sid: [] }]
paths:
  /login:
    post:
      operationId: login
      security: []
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Credentials" } } } }
      responses: { "200": { description: in, content: { application/json: { schema: { $ref: "#/components/schemas/Tokens" } } } } }
  /refresh:
    post:
      operationId: refresh
      security: []
      requestBody: { content: { application/json: { schema: { type: object, properties: { refresh_token: { type: string } } } } } }
      responses: { "200": { description: in, content: { application/json: { schema: { $ref: "#/components/schemas/Tokens" } } } } }
  /logout: { post: { operationId: logout, responses: { "204": { description: out } } } }
  /staff/login: { post: { operationId: staffLogin, responses: { "204": { description: in } } } }
  /users/{username}/reset:
    post:
      operationId: resetPassword
      security: []
      parameters: [{ name: username, in: path, required: true, schema: { type: string } }]
      responses: { "204": { description: done } }
"##;

const STORE: &str = "store: { folder: sessions, key: file:store.key }\n";

fn join(policy: &str) -> Result<Model, Box<Failure>> {
    join_of(CONTRACT, &format!("{API}{policy}"))
}

fn read(policy: &str) -> Model {
    match join(&format!("{STORE}{policy}")) {
        Ok(model) => model,
        Err(failure) => panic!("{}", diagnostics(&failure.sources, &failure.diagnostics)),
    }
}

#[test]
fn the_shortest_login_has_the_safe_defaults() {
    let model = read("callers: { login: { operation: login, token: answer./token } }\n");
    assert_eq!(diagnostics(&model.sources, &own(&model.warnings)), "");
    let [login] = model.callers.logins.as_slice() else { panic!("{:?}", model.callers) };
    assert_eq!(Some(login.operation), model.contract.operation_named("login"));
    assert_eq!(&*login.issuer, "login");
    assert_eq!(login.lifetime, Duration::from_hours(8));
    assert_eq!((login.idle, login.adopt_until, &login.failure), (None, None, &None));
    let [token] = login.tokens.as_slice() else { panic!("{login:?}") };
    assert_eq!(token.at, AnswerPlace::Member("/token".to_owned()));
    let schemes: Vec<bool> = (0..3).map(|scheme| model.callers.verifies(scheme)).collect();
    assert_eq!(schemes, [true, false, false], "the bearer scheme alone");
    let store = StorePlace {
        folder: PathBuf::from("conf/sessions"),
        key: Some(SecretSource::File(PathBuf::from("conf/store.key"))),
        kms: None,
        canaries: 4,
    };
    assert_eq!(model.store, Some(store));
}

#[test]
fn a_store_may_have_its_key_from_a_vault() {
    let vault = "store: { folder: s, kms: { vault: { url: \"https://v.example:8200/ns/\", key: shop, token: \
                 env:T, ca: file:ca.pem } } }\n";
    let model = match join(vault) {
        Ok(model) => model,
        Err(failure) => panic!("{}", diagnostics(&failure.sources, &failure.diagnostics)),
    };
    let store = model.store.unwrap();
    let vault = store.kms.unwrap();
    assert_eq!((store.key, &*vault.mount, &*vault.key), (None, "transit", "shop"));
    assert_eq!((&*vault.endpoint.path, vault.endpoint.instance.port), ("/ns", 8200));
    assert_eq!(vault.token, SecretSource::Variable("T".to_owned()));
    let ca = vault.endpoint.instance.tls.roots;
    assert_eq!(ca, Some(SecretSource::File(PathBuf::from("conf/ca.pem"))));
}

#[test]
fn everything_that_can_be_said_is_read() {
    let model = read(
        r#"callers:
  login:
    operation: POST /login
    account: body./email
    secret: body./password
    token: [answer./token, cookie.session]
    subject: answer./customer_id
    issuer: customers
    failure: answer./status == "fail"
    refresh: { operation: refresh, token: body./refresh_token, issued: answer./refresh_token }
    lifetime: 14d
    idle: 30min
    adopt_existing_until: 2027-01-31
  ends_sessions: [logout, { operation: resetPassword, of: path.username }, { operation: refresh, of: caller }]
  attributes: { customer_id: { from: login./customer_id } }
"#,
    );
    assert_eq!(diagnostics(&model.sources, &own(&model.warnings)), "");
    let login = &model.callers.logins[0];
    assert_eq!(login.account, Some(RequestPlace::Body("/email".to_owned())));
    assert_eq!(login.tokens.len(), 2);
    assert_eq!(login.tokens[1].schemes, [1]);
    assert_eq!(login.subject.as_deref(), Some("/customer_id"));
    assert_eq!((&*login.issuer, login.lifetime.as_secs()), ("customers", 14 * 86_400));
    assert_eq!(login.adopt_until, Date::parse("2027-01-31").ok());
    let failure = AnswerTest {
        of: Tested::Member("/status".to_owned()),
        with: Some(Literal::Text("fail".to_owned())),
        is_equal: true,
    };
    assert_eq!(login.failure, Some(failure));
    let refresh = login.refresh.as_ref().unwrap();
    assert_eq!(refresh.tokens.len(), 2);
    let whose: Vec<_> = model.callers.ends_sessions.iter().map(|one| &one.whose).collect();
    let of_path = Whose::Account(RequestPlace::Path("username".to_owned()));
    assert_eq!(whose, [&Whose::Own, &of_path, &Whose::Caller]);
    assert_eq!(model.callers.attributes[0].login, ["/customer_id"]);
}

/// Name, and what follows `apis`.
const WRONG: &[(&str, &str)] = &[
    ("login_without_store", "callers: { login: { operation: login, token: answer./token } }\n"),
    (
        "login_misspelt",
        "store: { folder: s, key: file:k }\ncallers:\n  login: { operation: logni, token: answer./token, acount: body./email }\n  ends_sessions: [logot]\n",
    ),
    (
        "login_wrong_places",
        "store: { folder: s, key: file:k }\ncallers:\n  login: { operation: login, account: email, token: cookie.sesion, subject: /customer_id, failure: \"answer./status = fail\", lifetime: 100d, idle: 30 }\n",
    ),
    (
        "login_that_nobody_reaches",
        "store: { folder: s, key: file:k }\ncallers:\n  login: { operation: staffLogin, token: cookie.session, scheme: brear, form: jwt }\n",
    ),
];

#[test]
fn a_login_that_cannot_be_meant_is_told_what_where_and_what_to_write() {
    for (name, policy) in WRONG {
        let failure = join(policy).expect_err(name);
        let mut text = String::new();
        for line in policy.lines() {
            let _ = writeln!(text, "| {line}");
        }
        let _ = write!(text, "\n{}", diagnostics(&failure.sources, &own(&failure.diagnostics)));
        insta::assert_snapshot!(*name, text);
    }
}

#[test]
fn what_the_contract_does_not_declare_is_warned_of() {
    let model = read(
        "callers:\n  login: { operation: login, account: body./username, token: answer./access_token }\n  \
         ends_sessions: [{ operation: resetPassword, of: path.user }]\n",
    );
    insta::assert_snapshot!(diagnostics(&model.sources, &own(&model.warnings)));
}

#[test]
fn what_is_from_before_goes_on_to_the_api() {
    let callers = |forward: &str| {
        format!(
            "{STORE}callers: {{ login: {{ operation: login, token: answer./token, \
             adopt_existing_until: 2026-12-01 }}, forward: {{ headers: {{ X-Who: subject }}{forward} }} }}\n"
        )
    };
    join(&callers("")).unwrap();
    let failure = join(&callers(", credential: drop")).unwrap_err();
    let said = diagnostics(&failure.sources, &own(&failure.diagnostics));
    assert!(said.contains("tokens from before are verified by the API alone"), "{said}");
}
