//! # `cross_site`
//!
//! What a browser sends along by itself does not let another site act: a request that changes something
//! and is known by a cookie must come from a page of the same origin, or of one that the policy names.
//!
//! ## Why
//!
//! A browser adds the cookies of a site to every request there, whoever wrote the page that made it. A
//! form on any other site can so order, pay or change a password in the name of whoever opens it
//! (CWE-352), and a page of theirs can open a WebSocket in the same way (CWE-1385). A neighbour on a
//! sibling subdomain counts as the same site for `SameSite` cookies, and is not the same origin.
//!
//! ## Example
//!
//! `POST /orders` with the cookie `session` is answered 403 if `Sec-Fetch-Site` is `cross-site`,
//! `same-site` or `none`; if `Origin` is `https://evil.example`, `https://shop.example.com.evil.example`
//! or `null`; and if no field says where it comes from. It passes with `Sec-Fetch-Site: same-origin`, with
//! the `Origin` (of an old browser the `Referer`) of the host that it was sent to, or of a page of
//! `origins:`. A token or key in a header field is no browser's own doing: alone it needs no page, and
//! with a cookie beside it the request is refused only if it says that it comes from elsewhere. The same holds
//! for what browsers keep beside cookies (passwords of `Basic`, client certificates), and for logins that
//! answer with a cookie.
//!
//! The order of the voices: `Sec-Fetch-Site: same-origin` is enough. Where that field says something else,
//! only a named `Origin` vouches. Where it is absent, `Origin` decides, and where that is absent, `Referer`.
//! A client that is no browser and keeps cookies sends the `Origin` of the API, or is let through by `relax`
//! with `mode: observe`.
//!
//! Cookies that the API sets leave with `HttpOnly` and `SameSite=Lax`, over TLS with `Secure`. `Strict` stays; `None`
//! stays only where `origins:` names pages that could not use the cookie otherwise. A cookie that a page's own script
//! reads is named in the policy: `cookies: { XSRF-TOKEN: readable }`.
//!
//! ## Limits
//!
//! A cookie counts if the document takes it as a credential (`in: cookie` of a security scheme), or
//! declares a cookie parameter that is named like one. Undeclared cookies do not reach the API. Requests
//! of `GET` and `HEAD` are taken to change nothing, unless the policy says `changes: true` of their operation. An operation that takes no credential is
//! open to pages everywhere, but for a login whose policy says that it answers with a cookie. Behind a
//! proxy that rewrites `Host`, what browsers without `Sec-Fetch-Site` say does not fit: name the public
//! origin in `origins:`. On loopback, where it is not said who ends TLS, `Secure` is the API's to say.
//! Where no browser says anything, `page_token` in the policy lets a page of the API's own say it: the gateway gives out a
//! token in a cookie of its own, bound to the cookie that the caller is known by, and the page's script sends it
//! back in `X-CSRF-Token`. It vouches for silence alone: what another page says of itself is not outweighed by it. A
//! script of an attacker in a page of the same origin reads it. A browser that is told to lie does so.
//! Text of others in JSON answers is not escaped: their type, `nosniff` and a policy that lets no script run
//! keep browsers from reading them as pages.

mod cookies;
mod findings;
mod need;
mod own;
mod said;
mod token;

#[cfg(test)]
mod tests;

use portcullis_contract::{MediaRange, Operation, Place, SchemePlace};
use portcullis_model::{Code, ControlId, Method, Refusal, Room, Status};
use portcullis_policy::{Model, Origin};

use crate::face::{Expectation, Face, Judgement, Stride, Threat};
use crate::sensitive::credential_name;
use said::said;

pub use cookies::Completed;
pub use need::{Need, SentAlong, is_kept_by_browsers};
pub use own::own_origins;
pub use said::{Said, Voices};
pub use token::{Bound, TOKEN_CHANCE_BYTES, TOKEN_KEY_BYTES_MIN, Token, TokenKey};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::CrossSite,
    item: "F4",
    guarantee: "what browsers send along by themselves does not let another site act",
    threat: Threat {
        id: "cross-site-request",
        text: "a page of somebody else acts in the name of whoever opens it",
        stride: Stride::Spoofing,
        cwe: &[346, 352, 942, 1275, 1385],
    },
    rooms: &[Room::AuthorizeFunction, Room::Inspect],
    expectation,
    source: include_str!("cross_site.rs"),
};

/// The codes of this control.
pub const CODES: [&Code; 1] = [&findings::SCRIPT_ANSWER];

/// What the record says where no browser speaks.
const SILENCE: &str = "a caller who is known by a cookie, and no `Sec-Fetch-Site`, `Origin` or `Referer` says which page asks";

/// What a caller is told.
const PUBLIC: &str = "the request must come from a page of the same origin";

/// A request that browsers may have been led to.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// How sure it must be.
    pub need: Need,
    /// What it says of where it comes from.
    pub voices: Voices<'a>,
    /// What it says by a token, where nothing else says anything.
    pub token: Token,
    /// The origins of the host that it was sent to.
    pub own: &'a [Origin],
    /// The origins of the policy.
    pub named: &'a [Origin],
}

/// Whether a page made this request that may.
pub fn judge(asked: &Asked<'_>) -> Judgement<()> {
    let refuse = |reason, detail: String| {
        let refusal = Refusal::new(ControlId::CrossSite, Status::FORBIDDEN, reason, detail);
        Judgement::Refuse(refusal.saying(PUBLIC), ())
    };
    match (said(asked), asked.need) {
        (Said::Vouched, _) | (Said::Nothing, Need::NoContradiction) => Judgement::Pass(()),
        (Said::Nothing, Need::Proof) => match asked.token {
            Token::Good => Judgement::Pass(()),
            Token::Bad => refuse(
                "bad_page_token",
                "the token is not that of this session, or field and cookie do not hold the same one"
                    .to_owned(),
            ),
            Token::Missing => refuse("no_origin", format!("{SILENCE}, and there is no page token")),
            Token::NotUsed => refuse("no_origin", SILENCE.to_owned()),
        },
        (Said::Other(detail), _) => refuse("other_origin", detail),
        (Said::Unclear(detail), _) => refuse("unclear_origin", detail),
    }
}

/// Whether requests of an operation are looked at, asked with this method: none if no document can
/// declare it. A script is one that other pages would run; `changes` is what the policy says of it.
pub fn is_concerned(operation: Option<&Operation>, method: Option<Method>, changes: bool) -> bool {
    changes || !method.is_some_and(Method::is_safe) || operation.is_some_and(answers_script)
}

/// Whether an operation has a parameter of the caller's in a cookie that no scheme speaks of.
pub fn cookie_credentials(operation: &Operation) -> impl Iterator<Item = &str> {
    let cookies = operation.parameters.iter().filter(|one| one.place == Place::Cookie);
    cookies.map(|one| one.name.as_str()).filter(|name| credential_name(name))
}

fn answers_script(operation: &Operation) -> bool {
    let mut media = operation.responses.iter().flat_map(|response| &response.media);
    media.any(|media| is_script(&media.range))
}

/// The types that browsers run as scripts (WHATWG MIME Sniffing, JavaScript MIME type), but for the rarest.
fn is_script(range: &MediaRange) -> bool {
    const SUBTYPES: [&str; 5] =
        ["ecmascript", "javascript", "jscript", "x-ecmascript", "x-javascript"];
    matches!(range.main.as_str(), "application" | "text") && SUBTYPES.contains(&range.sub.as_str())
}

fn expectation(model: &Model, index: usize) -> Expectation {
    let Some(operation) = model.contract.operation(index) else {
        return Expectation::NotApplicable("no such operation");
    };
    let changes = model.changing.get(index).copied().unwrap_or_default();
    let found = findings::findings(operation);
    if !found.is_empty() {
        return Expectation::Missing(found);
    }
    if !is_concerned(Some(operation), Some(operation.method), changes) {
        return Expectation::NotApplicable("it changes nothing");
    }
    let schemes = &model.contract.schemes;
    let is_cookie = |scheme: &usize| {
        let place = schemes.get(*scheme).map(|scheme| &scheme.place);
        matches!(place, Some(SchemePlace::Cookie(_)))
    };
    let mut alternatives = operation.security.alternatives().iter();
    let is_taken = alternatives.any(|one| one.schemes.iter().any(is_cookie));
    if !is_taken && cookie_credentials(operation).next().is_none() {
        return Expectation::NotApplicable("it takes no credential in a cookie");
    }
    Expectation::Required(match model.origins.len() {
        0 => "with a cookie it is called from pages of the same origin only".to_owned(),
        1 => {
            "with a cookie it is called from pages of the same origin, or of the one that is named"
                .to_owned()
        }
        count => format!(
            "with a cookie it is called from pages of the same origin, or of the {count} that are named"
        ),
    })
}
