//! The probes, as a table: what each is called, how bad it is, where it is written that it must not be.

mod authorize;
mod clients;
mod code;
mod document;
mod ended;
mod keys;
mod logout;
mod redirect;
mod refresh;
mod registration;
mod tokens;
mod userinfo;

use portcullis_evidence::Severity;
use portcullis_evidence::Severity::{High, Low, Medium};
use serde::Serialize;

use super::judged::Judged;
use super::stage::Stage;

/// A probe.
pub(super) struct Probe {
    pub(super) listed: Listed,
    question: Question,
}

/// What is known of a probe before it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name.
    pub id: &'static str,
    /// What the attacker gets.
    pub title: &'static str,
    /// The weakness (CWE number).
    pub cwe: u16,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is written that it must not be.
    pub section: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Question {
    Document(document::Of),
    Keys(keys::Of),
    Redirect(redirect::Change),
    Authorize(authorize::Of),
    Code(code::Of),
    Client(clients::Of),
    Refresh(refresh::Of),
    Ended(ended::Of),
    UserInfo(userinfo::Of),
    Tokens(tokens::Of),
    Logout,
    Registration(registration::Of),
}

/// Judges one.
pub(super) async fn judge(probe: &Probe, stage: &mut Stage) -> Judged {
    match probe.question {
        Question::Document(of) => document::judge(of, stage),
        Question::Keys(of) => keys::judge(of, stage),
        Question::Redirect(change) => redirect::judge(change, stage).await,
        Question::Authorize(of) => authorize::judge(of, stage).await,
        Question::Code(of) => code::judge(of, stage).await,
        Question::Client(of) => clients::judge(of, stage).await,
        Question::Refresh(of) => refresh::judge(of, stage).await,
        Question::Ended(of) => ended::judge(of, stage).await,
        Question::UserInfo(of) => userinfo::judge(of, stage).await,
        Question::Tokens(of) => tokens::judge(of, stage).await,
        Question::Logout => logout::judge(stage).await,
        Question::Registration(of) => registration::judge(of, stage).await,
    }
}

/// All probes, for the documentation.
pub fn listed() -> impl Iterator<Item = Listed> {
    PROBES.iter().map(|probe| probe.listed)
}

const fn row(
    id: &'static str,
    (severity, cwe): (Severity, u16),
    section: &'static str,
    title: &'static str,
    question: Question,
) -> Probe {
    Probe { listed: Listed { id, title, cwe, severity, section }, question }
}

const RFC_9700_REDIRECT: &str = "RFC 9700 section 4.1.3";

/// In the order in which they are tried: what changes something at the issuer comes last.
#[rustfmt::skip]
pub(super) const PROBES: &[Probe] = &[
    row("metadata-issuer", (Medium, 346), "RFC 8414 section 3.3", "metadata speaks for another issuer than the one that was asked", Question::Document(document::Of::Issuer)),
    row("metadata-plain-endpoint", (High, 319), "RFC 9700 section 2.6", "an endpoint is reached in the clear", Question::Document(document::Of::PlainEndpoint)),
    row("metadata-alg-none", (Medium, 347), "RFC 8725 section 3.2", "`none` is offered as a signature", Question::Document(document::Of::AlgNone)),
    row("metadata-hmac", (Low, 327), "OpenID Connect Core section 10.1", "ID tokens may be signed with a shared secret, beside public keys", Question::Document(document::Of::Hmac)),
    row("metadata-implicit", (Medium, 522), "RFC 9700 section 2.1.2", "access tokens are offered in the URL of a redirect", Question::Document(document::Of::Implicit)),
    row("metadata-password", (Medium, 522), "RFC 9700 section 2.4", "clients are offered to take users' passwords", Question::Document(document::Of::Password)),
    row("metadata-pkce-plain", (Low, 757), "RFC 7636 section 7.2", "PKCE is offered with challenges that are the verifier", Question::Document(document::Of::PkcePlain)),
    row("metadata-pkce-s256", (Low, 757), "RFC 9700 section 2.1.1", "metadata does not say that PKCE with `S256` is served", Question::Document(document::Of::PkceS256)),
    row("metadata-iss", (Low, 346), "RFC 9207 section 3", "metadata does not say that answers name their issuer", Question::Document(document::Of::Iss)),
    row("keys-private", (High, 522), "RFC 7517 section 9.2", "the published key set holds private or symmetric keys", Question::Keys(keys::Of::Private)),
    row("keys-weak", (High, 326), "RFC 7518 section 3.3", "a published key can be broken", Question::Keys(keys::Of::Weak)),
    row("keys-well-known", (High, 798), "RFC 7517 section 9.1", "a published key is one whose private half everybody can download", Question::Keys(keys::Of::WellKnown)),

    row("redirect-other", (High, 601), RFC_9700_REDIRECT, "codes go to any host", Question::Redirect(redirect::Change::Other)),
    row("redirect-suffix", (High, 601), RFC_9700_REDIRECT, "codes go to a host whose name begins like the client's", Question::Redirect(redirect::Change::Suffix)),
    row("redirect-subdomain", (High, 601), RFC_9700_REDIRECT, "codes go to any name below the client's", Question::Redirect(redirect::Change::Subdomain)),
    row("redirect-userinfo", (High, 601), RFC_9700_REDIRECT, "codes go to a host behind an `@`", Question::Redirect(redirect::Change::Userinfo)),
    row("redirect-localhost", (High, 601), RFC_9700_REDIRECT, "codes go to whatever listens on the user's machine", Question::Redirect(redirect::Change::Localhost)),
    row("redirect-scheme", (High, 319), RFC_9700_REDIRECT, "codes go to the client in the clear", Question::Redirect(redirect::Change::Scheme)),
    row("redirect-port", (Medium, 601), RFC_9700_REDIRECT, "codes go to another port of the client's host", Question::Redirect(redirect::Change::Port)),
    row("redirect-path", (Medium, 601), RFC_9700_REDIRECT, "codes go to another path of the client's host", Question::Redirect(redirect::Change::Path)),
    row("redirect-dots", (Medium, 22), RFC_9700_REDIRECT, "codes go to another path of the client's host, by way of `..`", Question::Redirect(redirect::Change::Dots)),
    row("redirect-query", (Medium, 601), RFC_9700_REDIRECT, "codes go to the client with a query that the attacker writes", Question::Redirect(redirect::Change::Query)),
    row("redirect-fragment", (Low, 601), "RFC 6749 section 3.1.2", "a redirect URI with a fragment is taken", Question::Redirect(redirect::Change::Fragment)),
    row("redirect-twice", (High, 235), "RFC 6749 section 3.1", "of two redirect URIs the attacker's is taken", Question::Redirect(redirect::Change::Twice)),
    row("redirect-missing", (Low, 601), "RFC 9700 section 2.1", "a request without redirect URI is served", Question::Redirect(redirect::Change::Missing)),
    row("redirect-error", (High, 601), "RFC 9700 section 4.11.2", "an error sends the browser wherever the link says", Question::Redirect(redirect::Change::Error)),
    row("redirect-unknown-client", (High, 601), "RFC 6749 section 4.1.2.1", "a client that nobody knows sends the browser wherever the link says", Question::Redirect(redirect::Change::UnknownClient)),

    row("authorize-frame", (Medium, 1021), "RFC 9700 section 4.16", "the login page can be shown in a frame of another site", Question::Authorize(authorize::Of::Frame)),
    row("authorize-cached", (Low, 525), "RFC 9700 section 4.2.4", "the login page, with the request in its address, may be kept by caches", Question::Authorize(authorize::Of::Cached)),
    row("authorize-referrer", (Low, 200), "RFC 9700 section 4.2.4", "the login page tells its address to whatever it links", Question::Authorize(authorize::Of::Referrer)),
    row("authorize-cors", (Medium, 942), "RFC 9700 section 2.6", "scripts of other sites may read what the authorization endpoint answers", Question::Authorize(authorize::Of::Cors)),
    row("authorize-state", (Medium, 352), "RFC 6749 section 4.1.2", "answers do not come back with the client's `state`", Question::Authorize(authorize::Of::State)),
    row("authorize-iss", (Low, 346), "RFC 9207 section 2", "answers do not name their issuer", Question::Authorize(authorize::Of::Iss)),
    row("authorize-duplicates", (Low, 235), "RFC 6749 section 3.1", "a parameter may come twice", Question::Authorize(authorize::Of::Duplicates)),
    row("authorize-no-pkce", (High, 345), "RFC 9700 section 2.1.1", "a public client gets a code that whoever has it can redeem", Question::Authorize(authorize::Of::NoPkce)),
    row("authorize-pkce-plain", (Medium, 757), "RFC 7636 section 7.2", "whoever reads the request can redeem its code", Question::Authorize(authorize::Of::Plain)),
    row("authorize-implicit", (Medium, 522), "RFC 9700 section 2.1.2", "an access token comes in the URL of a redirect", Question::Authorize(authorize::Of::Implicit)),
    row("authorize-token-query", (High, 598), "OAuth 2.0 Multiple Response Types section 5", "an access token comes in the query of a redirect", Question::Authorize(authorize::Of::TokenQuery)),
    row("authorize-code-fragment", (Low, 200), "OAuth 2.0 Multiple Response Types section 2.1", "a code comes where the client does not look, and stays in the address", Question::Authorize(authorize::Of::CodeFragment)),
    row("authorize-request-none", (Low, 347), "RFC 9101 section 10.2", "a request object that nobody signed is believed", Question::Authorize(authorize::Of::RequestNone)),
    row("authorize-code-short", (Medium, 331), "RFC 6749 section 10.10", "codes can be guessed", Question::Authorize(authorize::Of::Short)),
    row("authorize-post-redirect", (High, 522), "RFC 9700 section 4.12", "the browser posts the user's password to the client", Question::Authorize(authorize::Of::PostRedirect)),

    row("token-code-replay", (High, 294), "RFC 6749 section 4.1.2", "a code can be redeemed twice", Question::Code(code::Of::Replay)),
    row("token-replay-revokes", (Low, 613), "RFC 6749 section 4.1.2", "tokens live on although their code was used twice", Question::Code(code::Of::ReplayRevokes)),
    row("token-code-other-client", (High, 639), "RFC 6749 section 4.1.3", "a code can be redeemed by another client", Question::Code(code::Of::OtherClient)),
    row("token-redirect-other", (Low, 345), "RFC 6749 section 4.1.3", "a code can be redeemed with another redirect URI than it was asked for", Question::Code(code::Of::OtherRedirect)),
    row("token-verifier-wrong", (High, 345), "RFC 7636 section 4.6", "a code can be redeemed with another verifier", Question::Code(code::Of::WrongVerifier)),
    row("token-verifier-missing", (High, 345), "RFC 9700 section 4.5.3.1", "a code can be redeemed without its verifier", Question::Code(code::Of::NoVerifier)),
    row("token-pkce-downgrade", (Medium, 757), "RFC 9700 section 4.8.2", "a verifier is taken for a code that was asked for without a challenge", Question::Code(code::Of::Downgrade)),
    row("token-get", (Medium, 598), "RFC 6749 section 3.2", "tokens are given for a URL", Question::Code(code::Of::Get)),
    row("token-query", (Medium, 598), "RFC 6749 section 2.3.1", "the token endpoint reads codes and secrets from its URL", Question::Code(code::Of::Query)),
    row("token-cached", (Low, 525), "RFC 6749 section 5.1", "tokens may be kept by caches", Question::Code(code::Of::Cached)),
    row("token-code-lifetime", (Medium, 613), "RFC 6749 section 4.1.2", "a code lives longer than it was said to", Question::Code(code::Of::Lifetime)),

    row("token-cors", (Medium, 942), "RFC 9700 section 2.6", "scripts of any site reach the token endpoint with the user's cookies", Question::Client(clients::Of::Cors)),
    row("token-secret-wrong", (High, 287), "RFC 6749 section 3.2.1", "a wrong client secret is as good as the right one", Question::Client(clients::Of::Wrong)),
    row("token-secret-missing", (High, 306), "RFC 6749 section 3.2.1", "a client with a secret need not show it", Question::Client(clients::Of::Missing)),
    row("token-assertion-none", (High, 347), "RFC 7523 section 3", "a client is believed by an assertion that nobody signed", Question::Client(clients::Of::AssertionNone)),
    row("token-assertion-empty", (High, 347), "RFC 7523 section 3", "a client is believed by an assertion that was signed with nothing", Question::Client(clients::Of::AssertionEmpty)),
    row("token-password", (Medium, 522), "RFC 9700 section 2.4", "clients may take users' passwords", Question::Client(clients::Of::Password)),
    row("token-error-leak", (Low, 209), "RFC 6749 section 5.2", "errors of the token endpoint show what it is built of", Question::Client(clients::Of::ErrorLeak)),

    row("refresh-rotation", (Medium, 294), "RFC 9700 section 4.14.2", "a refresh token of a public client can be used twice", Question::Refresh(refresh::Of::Rotation)),
    row("refresh-reuse-revokes", (Low, 613), "RFC 9700 section 4.14.2", "a stolen refresh token goes on although its first use shows the theft", Question::Refresh(refresh::Of::ReuseRevokes)),
    row("refresh-scope", (High, 269), "RFC 6749 section 6", "a refresh gives rights that the user did not", Question::Refresh(refresh::Of::Scope)),
    row("refresh-other-client", (High, 639), "RFC 6749 section 6", "a refresh token can be used by another client", Question::Refresh(refresh::Of::OtherClient)),
    row("refresh-without-secret", (High, 306), "RFC 6749 section 6", "a client with a secret need not show it to refresh", Question::Refresh(refresh::Of::WithoutSecret)),

    row("tokens-typ", (Low, 345), "RFC 9068 section 2.1", "access tokens do not say that they are such", Question::Tokens(tokens::Of::Typ)),
    row("tokens-aud", (Medium, 345), "RFC 9068 section 2.2", "access tokens do not say whom they are for", Question::Tokens(tokens::Of::Aud)),
    row("tokens-sub", (Medium, 287), "OpenID Connect Core section 2", "ID tokens do not say of whom they speak", Question::Tokens(tokens::Of::Sub)),
    row("tokens-nonce", (Medium, 294), "OpenID Connect Core section 3.1.3.7", "ID tokens do not come back with the client's `nonce`, issuer and audience", Question::Tokens(tokens::Of::Nonce)),
    row("tokens-alg", (High, 347), "RFC 8725 section 3.2", "tokens are signed with nothing, or with what a public client would have to know", Question::Tokens(tokens::Of::Alg)),
    row("tokens-lifetime", (Low, 613), "RFC 9700 section 4.10", "access tokens live for more than an hour, or nobody says how long", Question::Tokens(tokens::Of::Lifetime)),

    row("userinfo-nobody", (High, 306), "OpenID Connect Core section 5.3.1", "the userinfo endpoint answers without a token", Question::UserInfo(userinfo::Of::Nobody)),
    row("userinfo-query", (Medium, 598), "RFC 9700 section 4.3.2", "access tokens are read from URLs", Question::UserInfo(userinfo::Of::Query)),
    row("userinfo-id-token", (Medium, 287), "RFC 8725 section 3.11", "an ID token serves as an access token", Question::UserInfo(userinfo::Of::IdToken)),
    row("userinfo-forged-claims", (High, 345), "RFC 8725 section 3.3", "a token with changed claims is believed", Question::UserInfo(userinfo::Of::Claims)),
    row("userinfo-forged-none", (High, 347), "RFC 8725 section 3.2", "a token that nobody signed is believed", Question::UserInfo(userinfo::Of::None)),
    row("userinfo-forged-hmac", (High, 347), "RFC 8725 section 3.1", "a token that was signed with the public key is believed", Question::UserInfo(userinfo::Of::PublicKey)),
    row("userinfo-forged-key", (High, 347), "RFC 8725 section 3.10", "a token that brings its own key is believed", Question::UserInfo(userinfo::Of::Own)),

    row("introspect-anyone", (High, 306), "RFC 7662 section 2.1", "anybody may ask whether a token is good, and whose it is", Question::Ended(ended::Of::Introspection)),
    row("revoke-anyone", (Low, 306), "RFC 7009 section 2.1", "anybody may end a token", Question::Ended(ended::Of::Anyone)),
    row("revoke-other-client", (Medium, 639), "RFC 7009 section 2.1", "a client may end another one's token", Question::Ended(ended::Of::OtherClient)),
    row("revoke-still-active", (Medium, 613), "RFC 7009 section 2.1", "an access token lives on after it was revoked", Question::Ended(ended::Of::Access)),
    row("revoke-refresh", (High, 613), "RFC 7009 section 2.1", "a refresh token works on after it was revoked", Question::Ended(ended::Of::Refresh)),

    row("logout-redirect", (Medium, 601), "OpenID Connect RP-Initiated Logout section 3", "a logout sends the browser wherever the link says", Question::Logout),
    // Who guesses may be shut out.
    row("token-secret-guess", (High, 521), "RFC 6749 section 10.10", "the client's secret is one that everybody tries first", Question::Client(clients::Of::Guess)),
    row("registration-open", (Medium, 306), "RFC 7591 section 5", "anybody may register a client", Question::Registration(registration::Of::Open)),
    row("registration-redirect", (High, 79), "RFC 7591 section 5", "a client may be registered whose redirect URI is a script", Question::Registration(registration::Of::Script)),
];
