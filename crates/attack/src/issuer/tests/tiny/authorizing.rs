//! The authorization endpoint of the small issuer, its login and its consent.

use std::time::Instant;

use super::saying::{Got, Said, first, last};
use super::{CodeKnown, Known};
use crate::issuer::forged;
use crate::issuer::url::{Pairs, form};

/// Its clients: name, redirect URI.
pub(super) const CLIENTS: [(&str, &str); 2] =
    [("shop", "https://shop.example/cb"), ("app", "https://app.example/cb")];

pub(super) fn authorize(got: &Got, known: &mut Known) -> Said {
    let said = asked(got, known).unwrap_or_else(|said| said);
    if known.has("authorize-cors") { said.with("Access-Control-Allow-Origin", "*") } else { said }
}

/// An early answer is an error here, and a value there.
fn asked(got: &Got, known: &mut Known) -> Result<Said, Said> {
    let mut query = got.query.clone();
    let names: Vec<&String> = query.iter().map(|(name, _)| name).collect();
    let is_twice = |name: &&&String| names.iter().filter(|one| **one == **name).count() > 1;
    let may_repeat = known.has("authorize-duplicates") || known.has("redirect-twice");
    if !may_repeat && names.iter().any(|name| is_twice(&name)) {
        return Err(Said::error(400, "invalid_request"));
    }
    let wanted = last(&query, "redirect_uri").to_owned();
    let client = first(&query, "client_id").to_owned();
    let Some((_, registered)) = CLIENTS.iter().find(|(known, _)| *known == client) else {
        let is_led = known.has("redirect-unknown-client");
        return Err(if is_led {
            Said::lead(302, wanted + "?error=x")
        } else {
            Said::error(400, "invalid_client")
        });
    };
    if known.has("redirect-error") && first(&query, "response_type") != "code" {
        return Err(Said::lead(302, wanted + "?error=unsupported_response_type"));
    }
    if wanted.is_empty() && !known.has("redirect-missing")
        || !wanted.is_empty() && wanted != *registered && !is_taken(&wanted, known)
    {
        return Err(Said::error(400, "invalid_redirect_uri"));
    }
    let to = if wanted.is_empty() { (*registered).to_owned() } else { wanted };
    if let Some(object) =
        query.iter().find(|(name, _)| name == "request").map(|(_, value)| value.clone())
    {
        if !known.has("authorize-request-none") {
            return Err(led(&to, false, &[("error", "request_not_supported")], &query, known));
        }
        let claims = forged::read(&object).unwrap().claims;
        query.retain(|(name, _)| name != "state");
        query.push(("state".to_owned(), claims["state"].as_str().unwrap().to_owned()));
    }
    Ok(decided(&to, (&client, &got.cookie("sid")), &query, known))
}

/// Whether a redirect URI that is not registered is taken all the same, each by its flaw.
fn is_taken(uri: &str, known: &Known) -> bool {
    [
        ("redirect-other", uri == "https://attacker.example/cb"),
        ("redirect-twice", uri == "https://attacker.example/cb"),
        ("redirect-suffix", uri.starts_with("https://shop.example.")),
        ("redirect-subdomain", uri.ends_with(".shop.example/cb")),
        ("redirect-userinfo", uri.starts_with("https://shop.example@")),
        ("redirect-localhost", uri == "https://localhost/cb"),
        ("redirect-scheme", uri == "http://shop.example/cb"),
        ("redirect-port", uri.starts_with("https://shop.example:")),
        ("redirect-path", uri.starts_with("https://shop.example/cb/") && !uri.contains("..")),
        ("redirect-dots", uri.contains("/../")),
        ("redirect-query", uri.starts_with("https://shop.example/cb?")),
        ("redirect-fragment", uri.starts_with("https://shop.example/cb#")),
    ]
    .into_iter()
    .any(|(flaw, fits)| fits && known.has(flaw))
}

/// The redirect URI is good: from here on the client is told.
fn decided(to: &str, (client, session): (&str, &str), query: &Pairs, known: &mut Known) -> Said {
    let said = |name| first(query, name);
    let kind = said("response_type").to_owned();
    let has_token =
        kind == "token" && (known.has("authorize-implicit") || known.has("authorize-token-query"));
    if kind != "code" && !has_token {
        return led(to, false, &[("error", "unsupported_response_type")], query, known);
    }
    let mode = said("response_mode");
    let is_fragment = mode == "fragment" && known.has("authorize-code-fragment");
    let is_query = has_token && mode == "query" && known.has("authorize-token-query");
    if !mode.is_empty() && !is_fragment && !is_query {
        return led(to, false, &[("error", "invalid_request")], query, known);
    }
    let (challenge, method) =
        (said("code_challenge").to_owned(), said("code_challenge_method").to_owned());
    let may_lack = client == "shop" || known.has("authorize-no-pkce");
    let may_be_plain = known.has("authorize-pkce-plain");
    if challenge.is_empty() && !may_lack
        || !challenge.is_empty() && method != "S256" && !may_be_plain
    {
        return led(to, false, &[("error", "invalid_request")], query, known);
    }
    let is_in = known.sessions.contains(session);
    if !is_in && said("prompt") == "none" {
        return led(to, false, &[("error", "login_required")], query, known);
    }
    if !is_in {
        return Said::lead(303, format!("/login?{}", form(&[("to".to_owned(), form(query))])));
    }
    if !known.consents.contains(&(session.to_owned(), client.to_owned())) {
        let hidden = form(query).replace('&', "&amp;");
        return Said::page(&format!(
            "<form method=post action=/consent><input type=hidden name=to value=\"{hidden}\"><button>go</button></form>"
        ));
    }
    if has_token {
        return led(to, !is_query, &[("access_token", "t")], query, known);
    }
    let code = if known.has("authorize-code-short") {
        known.count += 1;
        format!("{:06}", known.count)
    } else {
        known.next("code")
    };
    let challenge = (!challenge.is_empty()).then_some((challenge, method));
    let record = CodeKnown {
        client: client.to_owned(),
        redirect_uri: to.to_owned(),
        challenge,
        scope: said("scope").to_owned(),
        nonce: said("nonce").to_owned(),
        is_used: false,
        made: Instant::now(),
    };
    known.codes.insert(code.clone(), record);
    led(to, is_fragment, &[("code", &code)], query, known)
}

/// To the client, with what it is told.
fn led(to: &str, is_fragment: bool, told: &[(&str, &str)], query: &Pairs, known: &Known) -> Said {
    let mut pairs: Pairs = told.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    if !known.has("authorize-state") {
        pairs.push(("state".to_owned(), first(query, "state").to_owned()));
    }
    if !known.has("authorize-iss") {
        let issuer =
            if known.has("metadata-issuer") { "http://127.0.0.1:1/other" } else { &known.url };
        pairs.push(("iss".to_owned(), issuer.to_owned()));
    }
    let mark = if is_fragment {
        '#'
    } else if to.contains('?') {
        '&'
    } else {
        '?'
    };
    let (to, fragment) =
        to.split_once('#').map_or((to, String::new()), |(to, end)| (to, format!("#{end}")));
    Said::lead(302, format!("{to}{mark}{}{fragment}", form(&pairs)))
}

pub(super) fn login(got: &Got, known: &mut Known) -> Said {
    let to = first(if got.method == "POST" { &got.form } else { &got.query }, "to").to_owned();
    let is_right =
        first(&got.form, "login") == "alice" && first(&got.form, "password") == "alice-pass";
    if got.method == "POST" && is_right {
        let session = known.next("session");
        known.sessions.insert(session.clone());
        let cookie = format!("sid={session}; Path=/; HttpOnly");
        if known.has("authorize-post-redirect") {
            return Said::lead(307, "https://shop.example/cb?code=x").with("Set-Cookie", cookie);
        }
        return Said::lead(303, format!("/auth?{to}")).with("Set-Cookie", cookie);
    }
    let hidden = to.replace('&', "&amp;");
    let mut said = Said::page(&format!(
        "<form method=post action=/login><input type=hidden name=to value=\"{hidden}\">\
         <input name=login><input type=password name=password><button>in</button></form>"
    ));
    for (flaw, name, value) in [
        ("authorize-frame", "Content-Security-Policy", "frame-ancestors 'none'"),
        ("authorize-cached", "Cache-Control", "no-store"),
        ("authorize-referrer", "Referrer-Policy", "no-referrer"),
    ] {
        if !known.has(flaw) {
            said = said.with(name, value);
        }
    }
    said
}

pub(super) fn consent(got: &Got, known: &mut Known) -> Said {
    let to = first(&got.form, "to");
    let client = first(&crate::issuer::url::pairs(to), "client_id").to_owned();
    known.consents.insert((got.cookie("sid"), client));
    Said::lead(303, format!("/auth?{to}"))
}
