//! What probes share: the issuer as it describes itself, its clients, a browser, and the honest ways through.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use portcullis_model::Clock;
use serde_json::{Map, Value};

use super::asking::{Asked, Asking, Body};
use super::browser::{Landing, walk};
use super::given::{Client, ClientAuth, Given};
use super::jar::Jar;
use super::judged::{Unjudged, inconclusive, not_tried};
use super::metadata::Metadata;
use super::url::Pairs;
use crate::answer::Answer;

/// Where the attacker would like to be sent. Nobody is there, and nothing is ever asked there.
pub(super) const ATTACKER: &str = "attacker.example";
/// What asks for a refresh token (OpenID Connect Core section 11).
pub(super) const OFFLINE: &str = "offline_access";

pub(super) struct Stage {
    pub(super) asking: Asking,
    pub(super) metadata: Metadata,
    pub(super) given: Given,
    pub(super) jar: Jar,
    pub(super) clock: Arc<dyn Clock>,
}

/// An authorization request (RFC 6749 section 4.1.1), and what its sender keeps.
#[derive(Debug, Clone)]
pub(super) struct Authorization {
    pub(super) pairs: Pairs,
    pub(super) verifier: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) redirect_uri: String,
}

/// A code, as it came.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) code: String,
    pub(super) sent: Authorization,
}

/// What the token endpoint gave.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) answer: Answer,
    pub(super) json: Map<String, Value>,
    pub(super) access: String,
    /// The code that it was given for, and what goes with it.
    pub(super) code: Code,
}

impl Authorization {
    pub(super) fn set(mut self, name: &str, value: &str) -> Self {
        match self.pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => return self.add(name, value),
        }
        self
    }

    pub(super) fn add(mut self, name: &str, value: &str) -> Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn drop(mut self, name: &str) -> Self {
        self.pairs.retain(|(known, _)| known != name);
        self
    }
}

impl Tokens {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.json.get(name)?.as_str()
    }

    pub(super) fn refresh(&self) -> Result<String, Unjudged> {
        let token = self.text("refresh_token").map(str::to_owned);
        token.ok_or_else(|| not_tried("an honest exchange gives no refresh token"))
    }
}

impl Stage {
    pub(super) fn client(&self) -> Client {
        self.given.client.clone()
    }

    pub(super) fn second(&self) -> Result<Client, Unjudged> {
        self.given.second.clone().ok_or_else(|| not_tried("the file gives no `second` client"))
    }

    /// The one of the clients that has no secret.
    pub(super) fn public(&self) -> Result<Client, Unjudged> {
        let mut clients = std::iter::once(&self.given.client).chain(&self.given.second);
        let found = clients.find(|client| client.is_public()).cloned();
        found.ok_or_else(|| not_tried("no client of the file is without a secret"))
    }

    /// The one of the clients that has a secret.
    pub(super) fn confidential(&self) -> Result<Client, Unjudged> {
        let mut clients = std::iter::once(&self.given.client).chain(&self.given.second);
        let found = clients.find(|client| !client.is_public()).cloned();
        found.ok_or_else(|| not_tried("no client of the file has a secret"))
    }

    /// Text that nobody guesses.
    pub(super) fn chance() -> Result<String, Unjudged> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|_| inconclusive("the operating system gives no randomness"))?;
        Ok(BASE64URL.encode(bytes))
    }

    /// An honest request for a code.
    pub(super) fn authorization(&mut self, client: &Client) -> Result<Authorization, Unjudged> {
        let (verifier, state, nonce) = (Self::chance()?, Self::chance()?, Self::chance()?);
        let challenge = BASE64URL.encode(digest(&SHA256, verifier.as_bytes()));
        for (name, value) in [
            ("VERIFIER", &verifier),
            ("CHALLENGE", &challenge),
            ("STATE", &state),
            ("NONCE", &nonce),
        ] {
            self.asking.conceal(name, value);
        }
        let scopes: Vec<&str> =
            client.scopes.iter().map(String::as_str).filter(|scope| *scope != OFFLINE).collect();
        let mut pairs = Pairs::new();
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", &client.client_id),
            ("redirect_uri", &client.redirect_uri),
            ("scope", &scopes.join(" ")),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ] {
            if !value.is_empty() {
                pairs.push((name.to_owned(), value.to_owned()));
            }
        }
        if client.has_scope("openid") {
            pairs.push(("nonce".to_owned(), nonce.clone()));
        }
        let redirect_uri = client.redirect_uri.clone();
        Ok(Authorization { pairs, verifier, state, nonce, redirect_uri })
    }

    /// The same, for a refresh token too.
    pub(super) fn lasting(&mut self, client: &Client) -> Result<Authorization, Unjudged> {
        let sent = self.authorization(client)?;
        if !client.has_scope(OFFLINE) {
            return Ok(sent);
        }
        Ok(sent.set("scope", &client.scopes.join(" ")).add("prompt", "consent"))
    }

    /// Whether somebody can log in.
    pub(super) fn needs_user(&self) -> Result<(), Unjudged> {
        match &self.given.user {
            Some(_) => Ok(()),
            None => Err(not_tried("nobody can log in: the file gives no `user`")),
        }
    }

    /// Walks from an authorization request, as the user, in the browser that stays logged in.
    pub(super) async fn land(&mut self, sent: &Authorization) -> Result<Landing, Unjudged> {
        let url = self.metadata.endpoint("authorization_endpoint")?.with(&sent.pairs);
        let asked = sent.pairs.iter().rev().find(|(name, _)| name == "redirect_uri");
        let asked = asked.map_or("", |(_, uri)| uri.as_str());
        let (user, ends) = (self.given.user.clone(), [sent.redirect_uri.as_str(), asked]);
        let landing = walk(&mut self.asking, &mut self.jar, url, user.as_ref(), &ends).await?;
        self.conceal_of(&landing);
        Ok(landing)
    }

    /// Codes and tokens that came in a redirect, however they were asked for.
    fn conceal_of(&mut self, landing: &Landing) {
        let Landing::Client { at, .. } = landing else { return };
        for (name, variable) in
            [("code", "CODE"), ("access_token", "ACCESS_TOKEN"), ("id_token", "ID_TOKEN")]
        {
            for value in [at.in_query(name), at.in_fragment(name)].into_iter().flatten() {
                self.asking.conceal(variable, &value);
            }
        }
    }

    /// The same as nobody, in a browser that knows nothing.
    pub(super) async fn land_as_stranger(
        &mut self,
        sent: &Authorization,
    ) -> Result<Landing, Unjudged> {
        let url = self.metadata.endpoint("authorization_endpoint")?.with(&sent.pairs);
        walk(&mut self.asking, &mut Jar::default(), url, None, &[&sent.redirect_uri]).await
    }

    /// The same, logging in anew.
    pub(super) async fn land_anew(
        &mut self,
        sent: &Authorization,
    ) -> Result<(Landing, Jar), Unjudged> {
        let url = self.metadata.endpoint("authorization_endpoint")?.with(&sent.pairs);
        let user = self.given.user.clone();
        let mut jar = Jar::of(user.as_ref().and_then(|user| user.cookie.clone()));
        let ends = [sent.redirect_uri.as_str()];
        let landing = walk(&mut self.asking, &mut jar, url, user.as_ref(), &ends).await?;
        self.conceal_of(&landing);
        Ok((landing, jar))
    }

    /// The code that a request gives; or why there is none.
    pub(super) async fn code_of(&mut self, sent: Authorization) -> Result<Code, Unjudged> {
        self.needs_user()?;
        let landing = self.land(&sent).await?;
        let told = landing.told();
        if let Landing::Client { at, .. } = landing
            && let Some(code) = at.said("code")
        {
            return Ok(Code { code, sent });
        }
        Err(inconclusive(format!("an honest request gives no code: {told}")))
    }

    /// The honest way to a code.
    pub(super) async fn code(&mut self, client: &Client) -> Result<Code, Unjudged> {
        let sent = self.authorization(client)?;
        self.code_of(sent).await
    }

    /// A request to an endpoint in which a client shows who it is.
    pub(super) fn asked_as(
        &mut self,
        client: &Client,
        endpoint: &str,
        pairs: Pairs,
    ) -> Result<Asked, Unjudged> {
        let asked = Asked::post(self.metadata.endpoint(endpoint)?, pairs);
        Ok(self.shown_by(client, asked))
    }

    /// Puts a client's name and secret into a request.
    fn shown_by(&mut self, client: &Client, mut asked: Asked) -> Asked {
        let secret = client.secret_text();
        let methods = self.metadata.list("token_endpoint_auth_methods_supported");
        // What is meant where nothing is told (RFC 8414 section 2).
        let has_basic = methods.is_none_or(|methods| methods.contains(&"client_secret_basic"));
        let is_basic = match client.auth {
            Some(auth) => auth == ClientAuth::ClientSecretBasic,
            None => has_basic,
        };
        self.asking.conceal("CLIENT_SECRET", &secret);
        if is_basic && !client.is_public() {
            let part = |text: &str| crate::percent::encoded(text, b"");
            let pair =
                BASE64_STANDARD.encode(format!("{}:{}", part(&client.client_id), part(&secret)));
            self.asking.conceal("BASIC", &pair);
            return asked.field("Authorization", format!("Basic {pair}"));
        }
        if let Some(Body::Form(pairs)) = &mut asked.body {
            pairs.push(("client_id".to_owned(), client.client_id.clone()));
            if !client.is_public() {
                pairs.push(("client_secret".to_owned(), secret));
            }
        }
        asked
    }

    /// What redeems a code (RFC 6749 section 4.1.3).
    pub(super) fn redeeming(code: &Code) -> Pairs {
        [
            ("grant_type", "authorization_code"),
            ("code", &code.code),
            ("redirect_uri", &code.sent.redirect_uri),
            ("code_verifier", &code.sent.verifier),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Asks the token endpoint as a client.
    pub(super) async fn token(
        &mut self,
        client: &Client,
        pairs: Pairs,
    ) -> Result<Answer, Unjudged> {
        let asked = self.asked_as(client, "token_endpoint", pairs)?;
        self.asking.ask(&asked).await
    }

    /// Redeems a code honestly.
    pub(super) async fn redeem(&mut self, client: &Client, code: Code) -> Result<Tokens, Unjudged> {
        let answer = self.token(client, Self::redeeming(&code)).await?;
        match self.given_tokens(answer, &code) {
            Ok(tokens) => Ok(tokens),
            Err(status) => {
                Err(inconclusive(format!("an honest exchange gives no token (answered {status})")))
            }
        }
    }

    /// The honest way to tokens, with a refresh token if there is one.
    pub(super) async fn tokens(&mut self, client: &Client) -> Result<Tokens, Unjudged> {
        let sent = self.lasting(client)?;
        let code = self.code_of(sent).await?;
        self.redeem(client, code).await
    }

    /// The tokens of an answer; else its status.
    pub(super) fn given_tokens(&mut self, answer: Answer, code: &Code) -> Result<Tokens, u16> {
        let json: Map<String, Value> = serde_json::from_slice(&answer.body).unwrap_or_default();
        let access =
            json.get("access_token").and_then(Value::as_str).unwrap_or_default().to_owned();
        if answer.status != 200 || access.is_empty() {
            return Err(answer.status);
        }
        self.asking.conceal("ACCESS_TOKEN", &access);
        for (name, variable) in [("refresh_token", "REFRESH_TOKEN"), ("id_token", "ID_TOKEN")] {
            if let Some(token) = json.get(name).and_then(Value::as_str) {
                self.asking.conceal(variable, token);
            }
        }
        Ok(Tokens { answer, json, access, code: code.clone() })
    }

    /// Whether an access token is believed: by introspection, else by the userinfo endpoint.
    pub(super) async fn is_alive(&mut self, token: &str) -> Result<bool, Unjudged> {
        let client = self.client();
        if self.metadata.text("userinfo_endpoint").is_some() && client.has_scope("openid") {
            let answer = self.userinfo(token).await?;
            return match answer.status {
                200 => Ok(true),
                400 | 401 | 403 => Ok(false),
                status => Err(inconclusive(format!("the userinfo endpoint answers {status}"))),
            };
        }
        self.is_active(&client, token).await
    }

    pub(super) async fn userinfo(&mut self, token: &str) -> Result<Answer, Unjudged> {
        let url = self.metadata.endpoint("userinfo_endpoint")?;
        let asked = Asked::get(url).field("Authorization", format!("Bearer {token}"));
        self.asking.ask(&asked).await
    }

    /// What introspection says of a token (RFC 7662 section 2.2).
    pub(super) async fn is_active(
        &mut self,
        client: &Client,
        token: &str,
    ) -> Result<bool, Unjudged> {
        let pairs = vec![("token".to_owned(), token.to_owned())];
        let asked = self.asked_as(client, "introspection_endpoint", pairs)?;
        let answer = self.asking.ask(&asked).await?;
        active(&answer).ok_or_else(|| {
            inconclusive(format!(
                "introspection does not say whether it is active ({})",
                answer.status
            ))
        })
    }
}

/// `active` of an introspection's answer.
pub(super) fn active(answer: &Answer) -> Option<bool> {
    let json: Value = serde_json::from_slice(&answer.body).ok()?;
    (answer.status == 200).then(|| json.get("active")?.as_bool()).flatten()
}

/// Whether the token endpoint gave a token; an answer that is neither that nor a refusal tells nothing.
pub(super) fn gave_token(answer: &Answer) -> Result<bool, Unjudged> {
    let json: Map<String, Value> = serde_json::from_slice(&answer.body).unwrap_or_default();
    match answer.status {
        200 if json.contains_key("access_token") => Ok(true),
        400..500 => Ok(false),
        status => {
            Err(inconclusive(format!("the answer is neither a token nor a refusal ({status})")))
        }
    }
}

/// That another client was looked at at all: one whose own secret is wrong is refused whatever it shows.
pub(super) fn was_believed(answer: &Answer) -> Result<(), Unjudged> {
    if answer.status == 401 || error(answer) == "invalid_client" {
        return Err(inconclusive(
            "the `second` client cannot log in: the issuer does not believe its name and secret",
        ));
    }
    Ok(())
}

/// `error` of an answer (RFC 6749 section 5.2).
pub(super) fn error(answer: &Answer) -> String {
    let json: Map<String, Value> = serde_json::from_slice(&answer.body).unwrap_or_default();
    json.get("error").and_then(Value::as_str).unwrap_or_default().to_owned()
}
