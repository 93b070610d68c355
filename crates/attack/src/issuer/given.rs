//! What the user says of the issuer: a client that is registered there, perhaps a second one, perhaps somebody who can
//! log in.

use std::collections::BTreeMap;

use portcullis_model::Secret;
use serde::{Deserialize, Deserializer};

use super::url::Url;
use crate::problem::{BadFile, Problem};
use crate::read;

/// Forms that a user fills in.
const FORMS_MAX: usize = 16;
/// Seconds that a code may be waited for.
const CODE_LIFETIME_SECONDS_MAX: u64 = 900;

/// The file.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "`client`, and perhaps `second`, `user`, `code_lifetime_s`"
)]
pub struct Given {
    /// The client that asks honestly.
    pub client: Client,
    /// Another one of the same issuer. What is the first one's must not be its.
    pub second: Option<Client>,
    /// Somebody who logs in.
    pub user: Option<User>,
    /// Wait so many seconds, and see that a code is worth nothing any more.
    pub code_lifetime_s: Option<u64>,
}

/// A client, as it is registered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a client")]
pub struct Client {
    /// Its name at the issuer.
    pub client_id: String,
    /// None: it is a public client.
    #[serde(default, deserialize_with = "secret")]
    pub client_secret: Option<Secret>,
    /// Where the browser is sent back to. Nothing is ever asked there.
    pub redirect_uri: String,
    /// What it may ask for.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// How it shows its secret, where the metadata leaves a choice.
    pub auth: Option<ClientAuth>,
    /// Where the browser is sent after a logout.
    pub post_logout_redirect_uri: Option<String>,
}

/// How a client shows its secret (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "`client_secret_basic` or `client_secret_post`")]
pub enum ClientAuth {
    /// As a user and a password.
    ClientSecretBasic,
    /// In the form.
    ClientSecretPost,
}

/// Somebody who can log in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "`forms`, `cookie`, or both")]
pub struct User {
    /// What they fill in: of the first entry whose names a page has all. `{}` sends any form as it is.
    #[serde(default)]
    pub forms: Vec<BTreeMap<String, String>>,
    /// The cookies of a browser that is logged in.
    pub cookie: Option<String>,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()).map(|text| Secret::new(text.into_bytes())))
}

/// Reads the file.
pub fn given(name: &str, text: &str) -> Result<Given, BadFile> {
    read::read(name, text, problems)
}

fn problems(given: &Given) -> Vec<Problem> {
    let mut faults = Vec::new();
    for client in std::iter::once(&given.client).chain(&given.second) {
        let id = client.client_id.escape_default().to_string();
        if client.client_id.is_empty() {
            faults.push("`client_id` is empty".to_owned());
        }
        let uris = std::iter::once(&client.redirect_uri).chain(&client.post_logout_redirect_uri);
        for uri in uris {
            if Url::parse(uri).is_none_or(|uri| uri.fragment.is_some()) {
                let uri = uri.escape_default();
                faults.push(format!("`{uri}` of `{id}` is no absolute URL without a fragment"));
            }
        }
        let is_scope =
            |scope: &String| !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic());
        if !client.scopes.iter().all(is_scope) {
            faults.push(format!("a scope of `{id}` is empty, or has spaces: write a list"));
        }
    }
    if given.second.as_ref().is_some_and(|second| second.client_id == given.client.client_id) {
        faults.push("`second` is the same client; it must be another one".to_owned());
    }
    if let Some(user) = &given.user {
        if user.forms.is_empty() && user.cookie.is_none() {
            faults.push("`user` needs `forms` or a `cookie`".to_owned());
        }
        if user.forms.len() > FORMS_MAX {
            faults.push(format!("`forms` has more than {FORMS_MAX}"));
        }
        if user.cookie.as_ref().is_some_and(|cookie| cookie.chars().any(char::is_control)) {
            faults.push("`cookie` is one line: `name=value; name=value`".to_owned());
        }
    }
    if given.code_lifetime_s.is_some_and(|seconds| seconds > CODE_LIFETIME_SECONDS_MAX) {
        faults.push(format!("`code_lifetime_s` is at most {CODE_LIFETIME_SECONDS_MAX}"));
    }
    faults.into_iter().map(Problem::of_file).collect()
}

impl Client {
    /// Whether it has nothing to show who it is.
    pub fn is_public(&self) -> bool {
        self.client_secret.is_none()
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }

    pub(super) fn secret_text(&self) -> String {
        let secret = self.client_secret.as_ref().map(|one| one.expose_secret().to_vec());
        String::from_utf8(secret.unwrap_or_default()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
client:
  client_id: shop
  client_secret: obviously-fake
  redirect_uri: https://shop.example/cb
  scopes: [openid]
user:
  forms: [{ login: alice, password: obviously-fake }, {}]
";

    #[test]
    fn a_file_is_read_and_prints_no_secret() {
        let given = given("i.yaml", GOOD).unwrap();
        assert_eq!(given.client.secret_text(), "obviously-fake");
        assert!(!given.client.is_public());
        assert!(!format!("{:?}", given.client).contains("obviously"));
        assert_eq!(given.user.unwrap().forms.len(), 2);
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        for (from, to, expected) in [
            ("redirect_uri: https://shop.example/cb", "redirect_uri: /cb", "no absolute URL"),
            ("https://shop.example/cb", "https://shop.example/cb#x", "no absolute URL"),
            ("scopes: [openid]", "scopes: [openid email]", "write a list"),
            ("client_id: shop", "client_id: ''", "`client_id` is empty"),
            ("client_id: shop", "client: shop", "unknown field"),
            ("user:", "code_lifetime_s: 9000\nuser:", "at most 900"),
            (
                "  forms: [{ login: alice, password: obviously-fake }, {}]",
                "  forms: []",
                "needs `forms`",
            ),
            (
                "user:",
                "second: { client_id: shop, redirect_uri: 'https://a.example' }\nuser:",
                "another one",
            ),
        ] {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD, "{from}");
            let told = given("i.yaml", &text).unwrap_err().to_string();
            assert!(told.contains(expected), "{to}: {told}");
        }
    }
}
