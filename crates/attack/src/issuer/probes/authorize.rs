//! The authorization endpoint: its page, and what it lets a request ask for.

use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::issuer::asking::Asked;
use crate::issuer::browser::Landing;
use crate::issuer::forged;
use crate::issuer::judged::{Judged, Shown, Unjudged, inconclusive, not_tried};
use crate::issuer::stage::{ATTACKER, Stage, gave_token};
use crate::issuer::url::Url;

/// Letters of a code that hold 128 bits (RFC 6749 section 10.10) in base64.
const CODE_LETTERS_MIN: usize = 22;

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Frame,
    Cached,
    Referrer,
    Cors,
    State,
    Iss,
    Duplicates,
    NoPkce,
    Plain,
    Implicit,
    TokenQuery,
    CodeFragment,
    RequestNone,
    Short,
    PostRedirect,
}

pub(super) async fn judge(of: Of, stage: &mut Stage) -> Judged {
    match of {
        Of::Frame | Of::Cached | Of::Referrer => {
            let page = login_page(stage).await?;
            Ok(page_shown(of, &page))
        }
        Of::Cors => cors(stage).await,
        Of::State | Of::Iss => answered(of, stage).await,
        Of::Duplicates => duplicates(stage).await,
        Of::NoPkce => no_pkce(stage).await,
        Of::Plain => plain(stage).await,
        Of::Implicit => implicit(None, stage).await,
        Of::TokenQuery => implicit(Some("query"), stage).await,
        Of::CodeFragment => code_fragment(stage).await,
        Of::RequestNone => request_none(stage).await,
        Of::Short => short(stage).await,
        Of::PostRedirect => post_redirect(stage).await,
    }
}

/// The page that somebody sees who is not logged in.
async fn login_page(stage: &mut Stage) -> Result<Answer, Unjudged> {
    let client = stage.client();
    let request = stage.authorization(&client)?;
    match stage.land_as_stranger(&request).await? {
        Landing::Page { answer } => Ok(answer),
        landing => Err(inconclusive(format!("strangers are shown no page: {}", landing.told()))),
    }
}

fn page_shown(of: Of, page: &Answer) -> Shown {
    let words = |name: &str| page.all(name).join(",").to_ascii_lowercase();
    match of {
        Of::Frame => {
            let frame = words("x-frame-options");
            let is_kept = frame.contains("deny")
                || frame.contains("sameorigin")
                || names_ancestors(&words("content-security-policy"));
            Shown::open_if(!is_kept, || {
                "the page has neither `X-Frame-Options` nor `frame-ancestors` that keep others out"
                    .to_owned()
            })
        }
        Of::Cached => Shown::open_if(!words("cache-control").contains("no-store"), || {
            "the page has no `Cache-Control: no-store`".to_owned()
        }),
        _ => {
            let told = words("referrer-policy");
            // The last one counts that a browser knows.
            let last = told.rsplit(',').next().unwrap_or_default().trim();
            let tells = matches!(last, "" | "unsafe-url" | "no-referrer-when-downgrade");
            Shown::open_if(tells, || {
                "the page has no `Referrer-Policy` that keeps its address".to_owned()
            })
        }
    }
}

/// Whether a policy says who may frame the page, and not that anybody may.
fn names_ancestors(policy: &str) -> bool {
    let mut directives = policy.split([';', ',']).map(str::trim);
    let Some(said) = directives.find_map(|one| one.strip_prefix("frame-ancestors")) else {
        return false;
    };
    !said
        .split_ascii_whitespace()
        .any(|source| matches!(source, "*" | "http:" | "https:" | "http://*" | "https://*"))
}

async fn cors(stage: &mut Stage) -> Judged {
    let client = stage.client();
    let request = stage.authorization(&client)?;
    let url = stage.metadata.endpoint("authorization_endpoint")?.with(&request.pairs);
    let asked = Asked::get(url).field("Origin", format!("https://{ATTACKER}"));
    let answer = stage.asking.ask(&asked).await?;
    let allowed = answer.all("access-control-allow-origin");
    // What is not there has no fields either.
    if let (404 | 405, true) = (answer.status, allowed.is_empty()) {
        return Err(inconclusive(format!("an honest request is answered {}", answer.status)));
    }
    Ok(Shown::open_if(!allowed.is_empty(), || {
        let allowed = allowed.join(", ");
        format!("`Access-Control-Allow-Origin` is `{}`", allowed.escape_default())
    }))
}

/// Whether what comes back is what was sent, and says who sends it.
async fn answered(of: Of, stage: &mut Stage) -> Judged {
    let client = stage.client();
    let request = stage.authorization(&client)?;
    let request = match (&stage.given.user, client.has_scope("openid")) {
        (None, true) => request.add("prompt", "none"),
        (None, false) => request.set("response_type", "unknown"),
        _ => request,
    };
    let Landing::Client { at, .. } = stage.land(&request).await? else {
        return Err(inconclusive("an honest request does not end at the client"));
    };
    if let Of::State = of {
        let echo = at.said("state");
        return Ok(Shown::open_if(echo.as_deref() != Some(&request.state), || match echo {
            Some(_) => "`state` is not the one that was sent".to_owned(),
            None => "there is no `state`".to_owned(),
        }));
    }
    let (said, iss) = (at.said("iss"), stage.metadata.text("issuer").unwrap_or_default());
    Ok(Shown::open_if(said.as_deref() != Some(iss), || match &said {
        Some(said) => format!("`iss` is `{}`, and not `{iss}`", said.escape_default()),
        None => "there is no `iss`".to_owned(),
    }))
}

async fn duplicates(stage: &mut Stage) -> Judged {
    let code = stage.code(&stage.client()).await?;
    let request = stage.authorization(&stage.client())?;
    let landing = stage.land(&request.add("state", &code.sent.state)).await?;
    let has_code = landing.sent_back()?.is_some_and(|at| at.said("code").is_some());
    Ok(Shown::open_if(has_code, || "a code is given for a request with two `state`s".to_owned()))
}

async fn no_pkce(stage: &mut Stage) -> Judged {
    let client = stage.public()?;
    let code = stage.code(&client).await?;
    stage.redeem(&client, code).await?;
    stage.asking.remark("the attack:");
    let request = stage.authorization(&client)?;
    let request = request.drop("code_challenge").drop("code_challenge_method");
    let landing = stage.land(&request).await?;
    let Some(code) = landing.sent_back()?.and_then(|at| at.said("code")) else {
        return Ok(Shown::Safe);
    };
    let pairs = pairs(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &client.redirect_uri),
    ]);
    let answer = stage.token(&client, pairs).await?;
    Ok(Shown::open_if(gave_token(&answer)?, || {
        "a code that was asked for without a challenge is redeemed without a verifier".to_owned()
    }))
}

async fn plain(stage: &mut Stage) -> Judged {
    let client = stage.client();
    let code = stage.code(&client).await?;
    stage.redeem(&client, code).await?;
    stage.asking.remark("the attack:");
    let request = stage.authorization(&client)?;
    let verifier = request.verifier.clone();
    let request = request.set("code_challenge", &verifier).set("code_challenge_method", "plain");
    let landing = stage.land(&request).await?;
    let Some(code) = landing.sent_back()?.and_then(|at| at.said("code")) else {
        return Ok(Shown::Safe);
    };
    let pairs = pairs(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", &verifier),
    ]);
    let answer = stage.token(&client, pairs).await?;
    Ok(Shown::open_if(gave_token(&answer)?, || {
        "a code is redeemed with the challenge that stood in the URL".to_owned()
    }))
}

/// Asks for an access token in the front channel, in every way that gives one.
async fn implicit(mode: Option<&str>, stage: &mut Stage) -> Judged {
    let client = stage.client();
    stage.code(&client).await?;
    stage.asking.remark("the attack:");
    for kind in ["token", "id_token token", "code token"] {
        let request = stage.authorization(&client)?.set("response_type", kind);
        let request = match mode {
            Some(mode) => request.add("response_mode", mode),
            None => request,
        };
        if let Some(at) = stage.land(&request).await?.sent_back()? {
            let found = match mode {
                Some(_) => at.in_query("access_token"),
                None => at.said("access_token"),
            };
            if found.is_some() {
                let part = if at.in_query("access_token").is_some() { "query" } else { "fragment" };
                return Ok(Shown::open(format!(
                    "`response_type={kind}` gives a token in the {part}"
                )));
            }
        }
    }
    Ok(Shown::Safe)
}

async fn code_fragment(stage: &mut Stage) -> Judged {
    let client = stage.client();
    stage.code(&client).await?;
    stage.asking.remark("the attack:");
    let request = stage.authorization(&client)?.add("response_mode", "fragment");
    let landing = stage.land(&request).await?;
    let Some(at) = landing.sent_back()? else { return Ok(Shown::Safe) };
    Ok(Shown::open_if(at.in_fragment("code").is_some(), || {
        "`response_mode=fragment` gives the code in the fragment".to_owned()
    }))
}

/// An unsigned object says another `state` than the request around it.
async fn request_none(stage: &mut Stage) -> Judged {
    let client = stage.client();
    stage.code(&client).await?;
    stage.asking.remark("the attack:");
    let request = stage.authorization(&client)?;
    let marked = format!("{}-object", request.state);
    let mut claims: Map<String, Value> = request
        .pairs
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.clone())))
        .collect();
    claims.insert("state".to_owned(), marked.clone().into());
    claims.insert("iss".to_owned(), client.client_id.clone().into());
    claims.insert("aud".to_owned(), stage.metadata.text("issuer").unwrap_or_default().into());
    let request = request.add("request", &forged::made(&claims, None));
    let landing = stage.land(&request).await?;
    let Some(at) = landing.sent_back()? else { return Ok(Shown::Safe) };
    let is_believed = at.said("code").is_some() && at.said("state") == Some(marked);
    Ok(Shown::open_if(is_believed, || "the `state` of the unsigned object comes back".to_owned()))
}

async fn short(stage: &mut Stage) -> Judged {
    let first = stage.code(&stage.client()).await?.code;
    let second = stage.code(&stage.client()).await?.code;
    let same = first.chars().zip(second.chars()).take_while(|(one, other)| one == other).count();
    let length = second.chars().count();
    Ok(Shown::open_if(length.saturating_sub(same) < CODE_LETTERS_MIN, || {
        format!("a code has {length} letters, of which the next one repeats the first {same}")
    }))
}

async fn post_redirect(stage: &mut Stage) -> Judged {
    if stage.given.user.as_ref().is_none_or(|user| user.forms.is_empty()) {
        return Err(not_tried("nobody fills in a form: the file gives no `forms`"));
    }
    let client = stage.client();
    let request = stage.authorization(&client)?;
    let (landing, _) = stage.land_anew(&request).await?;
    let told = landing.told();
    let Landing::Client { answer, was_post, at } = landing else {
        return Err(inconclusive(format!("a login does not end at the client: {told}")));
    };
    let is_sent_on = was_post && matches!(answer.status, 307 | 308);
    Ok(Shown::open_if(is_sent_on, || {
        let shown = Url { query: None, fragment: None, ..at };
        format!("a form is answered {} to `{shown}`", answer.status)
    }))
}

fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_kept_by_what_its_fields_mean() {
        let page = |name: &str, value: &str| Answer {
            status: 200,
            fields: vec![(name.to_owned(), value.to_owned())],
            body: Vec::new(),
        };
        for (of, name, value, is_safe) in [
            (Of::Frame, "X-Frame-Options", "DENY", true),
            (Of::Frame, "X-Frame-Options", "ALLOW-FROM https://a.example", false),
            (
                Of::Frame,
                "Content-Security-Policy",
                "default-src 'self'; frame-ancestors 'none'",
                true,
            ),
            (Of::Frame, "Content-Security-Policy", "frame-ancestors *", false),
            (Of::Frame, "Content-Security-Policy", "default-src 'none'", false),
            (Of::Referrer, "Referrer-Policy", "no-referrer", true),
            (Of::Referrer, "Referrer-Policy", "no-referrer, strict-origin-when-cross-origin", true),
            (Of::Referrer, "Referrer-Policy", "no-referrer-when-downgrade", false),
            (Of::Cached, "Cache-Control", "private, no-store", true),
            (Of::Cached, "Cache-Control", "no-cache", false),
        ] {
            let shown = page_shown(of, &page(name, value));
            assert_eq!(shown == Shown::Safe, is_safe, "{name}: {value}");
        }
    }
}
