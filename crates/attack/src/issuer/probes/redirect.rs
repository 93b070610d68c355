//! Redirect URIs: is anything but the registered one taken?

use crate::issuer::browser::Landing;
use crate::issuer::judged::{Judged, Shown, Unjudged, inconclusive, not_tried};
use crate::issuer::stage::{ATTACKER, Authorization, Stage};
use crate::issuer::url::Url;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Other,
    Suffix,
    Subdomain,
    Userinfo,
    Localhost,
    Scheme,
    Port,
    Path,
    Dots,
    Query,
    Fragment,
    Twice,
    Missing,
    Error,
    UnknownClient,
}

/// A word by which the attacker's part of a URI is known again.
const MARK: &str = "portcullis";

pub(super) async fn judge(change: Change, stage: &mut Stage) -> Judged {
    let client = stage.client();
    let registered =
        Url::parse(&client.redirect_uri).ok_or_else(|| not_tried("no redirect URI"))?;
    let changed = changed(&registered, change)?;
    stage.asking.remark("an honest request:");
    let honest = request(stage)?;
    match stage.land(&honest).await? {
        Landing::Client { at, .. } if at.place() == registered.place() => {}
        landing => {
            let told = landing.told();
            return Err(inconclusive(format!(
                "an honest request does not end at the client: {told}"
            )));
        }
    }
    stage.asking.remark("the attack:");
    let request = request(stage)?;
    let request = match change {
        Change::Twice => request.add("redirect_uri", &changed),
        Change::Missing => request.drop("redirect_uri"),
        Change::Error => request.set("response_type", MARK).set("redirect_uri", &changed),
        Change::UnknownClient => request.set("client_id", MARK).set("redirect_uri", &changed),
        _ => request.set("redirect_uri", &changed),
    };
    let landing = stage.land(&request).await?;
    let wanted = Url::parse(&changed).ok_or_else(|| not_tried("no redirect URI"))?;
    match landing.sent_back()? {
        Some(at) => landed(change, at, (&registered, &wanted), &stage.asking.reach.issuer),
        None => Ok(Shown::Safe),
    }
}

/// With a user, a request for a code; without, one that is answered without a login.
fn request(stage: &mut Stage) -> Result<Authorization, Unjudged> {
    let client = stage.client();
    let request = stage.authorization(&client)?;
    Ok(match (&stage.given.user, client.has_scope("openid")) {
        (Some(_), _) => request,
        // Answered with `login_required` (OpenID Connect Core section 3.1.2.6).
        (None, true) => request.add("prompt", "none"),
        (None, false) => request.set("response_type", "unknown"),
    })
}

/// Only where the browser is sent to the changed URI is it open: an issuer may show its errors on a page of its own.
fn landed(change: Change, at: &Url, (registered, wanted): (&Url, &Url), issuer: &Url) -> Judged {
    let has_code = at.said("code").is_some();
    let is_wanted = is_at(at, wanted)
        // Some issuers resolve the dots before they send the browser there.
        || change == Change::Dots && is_at(at, &Url { path: resolved(&wanted.path), ..wanted.clone() });
    let is_open = match change {
        Change::Missing => has_code,
        Change::Fragment => is_wanted && has_code,
        Change::Query => is_wanted && at.in_query(MARK).is_some(),
        _ => is_wanted,
    };
    let is_own =
        at.scheme == issuer.scheme && at.host() == issuer.host() && at.port() == issuer.port();
    let is_known = is_open || is_at(at, registered) || is_own || at.said("error").is_some();
    if !is_known || has_code && !is_open && !is_at(at, registered) {
        let place = Url { query: None, fragment: None, ..at.clone() };
        return Err(inconclusive(format!(
            "the browser is sent to `{place}`, which nobody asked for"
        )));
    }
    let shown = Url { query: None, fragment: None, ..at.clone() };
    let what = if has_code { "with a code" } else { "without a code" };
    Ok(Shown::open_if(is_open, || format!("the browser is sent to `{shown}`, {what}")))
}

/// Whether a browser that is sent here ends there: by scheme, host, port and path.
fn is_at(at: &Url, there: &Url) -> bool {
    let place = |url: &Url| (url.scheme.clone(), url.host(), url.port(), url.place().2);
    place(at) == place(there)
}

/// A path without its `..`.
fn resolved(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    format!("/{}", parts.join("/"))
}

/// The registered URI, changed; or why that is no change.
fn changed(registered: &Url, change: Change) -> Result<String, Unjudged> {
    let Url { scheme, authority, path, .. } = registered;
    let host = registered.host();
    let is_number = host.starts_with('[') || host.split('.').all(|part| part.parse::<u8>().is_ok());
    let port = authority.strip_prefix(&host).unwrap_or_default();
    let to = |authority: String| Ok(format!("{scheme}://{authority}{path}"));
    match change {
        Change::Other | Change::Twice | Change::Error | Change::UnknownClient => {
            to(ATTACKER.to_owned())
        }
        Change::Suffix => to(format!("{host}.{ATTACKER}{port}")),
        Change::Subdomain if is_number => {
            Err(not_tried("the client's host is an address, below which nothing is"))
        }
        Change::Subdomain => to(format!("{MARK}.{authority}")),
        Change::Userinfo => to(format!("{authority}@{ATTACKER}")),
        Change::Localhost if registered.is_loopback() => {
            let other = if host == "localhost" { "127.0.0.1" } else { "localhost" };
            to(format!("{other}{port}"))
        }
        Change::Localhost => to("localhost".to_owned()),
        Change::Scheme if scheme == "https" => Ok(format!("http://{authority}{path}")),
        Change::Scheme => Err(not_tried("the client's redirect URI is no `https` one")),
        Change::Port if registered.is_loopback() => {
            Err(not_tried("on loopback addresses the port may be any (RFC 8252 section 7.3)"))
        }
        Change::Port if registered.port() == Some(8443) => to(format!("{host}:8444")),
        Change::Port => to(format!("{host}:8443")),
        Change::Path => Ok(format!("{}/{MARK}", bare(registered).trim_end_matches('/'))),
        Change::Dots => Ok(format!("{}/../{MARK}", bare(registered).trim_end_matches('/'))),
        Change::Query => Ok(registered.with(&[(MARK.to_owned(), "1".to_owned())]).to_string()),
        Change::Fragment => Ok(format!("{registered}#{MARK}")),
        Change::Missing => Ok(registered.to_string()),
    }
}

fn bare(url: &Url) -> String {
    Url { query: None, fragment: None, ..url.clone() }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(registered: &str, change: Change) -> String {
        changed(&Url::parse(registered).unwrap(), change).unwrap_or_default()
    }

    #[test]
    fn only_the_changed_uri_is_open() {
        let url = |text: &str| Url::parse(text).unwrap();
        let (registered, issuer) = (url("https://shop.example/cb"), url("http://issuer.example"));
        for (change, at, expected) in [
            (Change::Other, "https://attacker.example/cb?code=x", Some(true)),
            (Change::Other, "https://attacker.example/cb?error=x", Some(true)),
            (Change::Other, "http://issuer.example/error", Some(false)),
            (Change::Other, "https://login.example/error?error=x", Some(false)),
            (Change::Other, "https://shop.example/cb?code=x", Some(false)),
            (Change::Other, "https://login.example/", None),
            (Change::Other, "https://login.example/?code=x", None),
            (Change::Userinfo, "https://attacker.example/cb", Some(true)),
            (Change::Dots, "https://shop.example/cb/../portcullis", Some(true)),
            (Change::Dots, "https://shop.example/portcullis", Some(true)),
            (Change::Query, "https://shop.example/cb?portcullis=1&code=x", Some(true)),
            (Change::Query, "https://shop.example/cb?code=x", Some(false)),
            (Change::Missing, "https://shop.example/cb?error=x", Some(false)),
        ] {
            let wanted = url(&changed(&registered, change).unwrap());
            let shown = landed(change, &url(at), (&registered, &wanted), &issuer);
            assert_eq!(shown.ok().map(|shown| shown != Shown::Safe), expected, "{change:?} {at}");
        }
    }

    #[test]
    fn every_change_is_another_uri() {
        let registered = "https://shop.example:8080/cb";
        for (change, expected) in [
            (Change::Other, "https://attacker.example/cb"),
            (Change::Suffix, "https://shop.example.attacker.example:8080/cb"),
            (Change::Subdomain, "https://portcullis.shop.example:8080/cb"),
            (Change::Userinfo, "https://shop.example:8080@attacker.example/cb"),
            (Change::Localhost, "https://localhost/cb"),
            (Change::Scheme, "http://shop.example:8080/cb"),
            (Change::Port, "https://shop.example:8443/cb"),
            (Change::Path, "https://shop.example:8080/cb/portcullis"),
            (Change::Dots, "https://shop.example:8080/cb/../portcullis"),
            (Change::Query, "https://shop.example:8080/cb?portcullis=1"),
            (Change::Fragment, "https://shop.example:8080/cb#portcullis"),
        ] {
            assert_eq!(of(registered, change), expected, "{change:?}");
        }
        let local = "http://127.0.0.1:9000/cb";
        assert_eq!(of(local, Change::Localhost), "http://localhost:9000/cb");
        assert_eq!(of(local, Change::Subdomain), "");
        assert_eq!(of(local, Change::Port), "");
        assert_eq!(of(local, Change::Scheme), "");
    }
}
