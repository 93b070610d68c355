//! Refresh tokens: how often, by whom, for what.

use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::issuer::asking::Asked;
use crate::issuer::given::Client;
use crate::issuer::judged::{Judged, Shown, Unjudged, inconclusive, not_tried};
use crate::issuer::stage::{OFFLINE, Stage, gave_token, was_believed};
use crate::issuer::url::Pairs;

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Rotation,
    ReuseRevokes,
    Scope,
    OtherClient,
    WithoutSecret,
}

pub(super) async fn judge(of: Of, stage: &mut Stage) -> Judged {
    match of {
        Of::Rotation | Of::ReuseRevokes => rotation(of, stage).await,
        Of::Scope => scope(stage).await,
        Of::OtherClient => {
            let second = stage.second()?;
            let client = stage.client();
            let token = honest(stage, &client).await?;
            let asked = stage.asked_as(&second, "token_endpoint", refreshing(&token))?;
            let answer = stage.asking.ask(&asked).await?;
            was_believed(&answer)?;
            Ok(Shown::open_if(gave_token(&answer)?, || {
                "another client is given a token".to_owned()
            }))
        }
        Of::WithoutSecret => {
            let client = stage.confidential()?;
            let token = honest(stage, &client).await?;
            let mut pairs = refreshing(&token);
            pairs.push(("client_id".to_owned(), client.client_id));
            let asked = Asked::post(stage.metadata.endpoint("token_endpoint")?, pairs);
            let answer = stage.asking.ask(&asked).await?;
            Ok(Shown::open_if(gave_token(&answer)?, || {
                "a token is given without the secret".to_owned()
            }))
        }
    }
}

fn refreshing(token: &str) -> Pairs {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

/// The token of an honest exchange that was refreshed honestly: the newest one.
async fn honest(stage: &mut Stage, client: &Client) -> Result<String, Unjudged> {
    stage.asking.remark("an honest exchange and refresh:");
    let first = stage.tokens(client).await?.refresh()?;
    let next = refreshed(stage, client, &first).await?;
    stage.asking.remark("the attack:");
    Ok(next.unwrap_or(first))
}

/// Refreshes honestly: the new token, if there is one.
async fn refreshed(
    stage: &mut Stage,
    client: &Client,
    token: &str,
) -> Result<Option<String>, Unjudged> {
    let answer = stage.token(client, refreshing(token)).await?;
    if !gave_token(&answer)? {
        return Err(inconclusive(format!("an honest refresh is answered {}", answer.status)));
    }
    let next = said(&answer, "refresh_token");
    if let Some(next) = &next {
        stage.asking.conceal("REFRESH_TOKEN", next);
    }
    Ok(next)
}

fn said(answer: &Answer, name: &str) -> Option<String> {
    let json: Map<String, Value> = serde_json::from_slice(&answer.body).ok()?;
    json.get(name)?.as_str().map(str::to_owned)
}

/// A public client's token twice: the second use shows that somebody has a copy.
async fn rotation(of: Of, stage: &mut Stage) -> Judged {
    let client = stage.public()?;
    let first = stage.tokens(&client).await?.refresh()?;
    let next = refreshed(stage, &client, &first).await?;
    stage.asking.remark("the attack:");
    let again = stage.token(&client, refreshing(&first)).await?;
    let is_taken = gave_token(&again)?;
    if let Of::Rotation = of {
        return Ok(Shown::open_if(is_taken, || {
            "a used refresh token gives a token again".to_owned()
        }));
    }
    let Some(next) = next.filter(|next| *next != first) else {
        return Ok(Shown::open("refresh tokens are not exchanged, so no reuse shows"));
    };
    let still = stage.token(&client, refreshing(&next)).await?;
    Ok(Shown::open_if(gave_token(&still)?, || {
        "after a used refresh token came again, its successor still works".to_owned()
    }))
}

/// Less is granted, and all of it asked for at the refresh.
async fn scope(stage: &mut Stage) -> Judged {
    let client = stage.client();
    let own: Vec<&String> = client
        .scopes
        .iter()
        .filter(|scope| !["openid", OFFLINE].contains(&scope.as_str()))
        .collect();
    let Some(extra) = own.last().map(|scope| (*scope).clone()).filter(|_| client.scopes.len() > 1)
    else {
        return Err(not_tried("the client has no scope that could be left out"));
    };
    let less: Vec<&str> =
        client.scopes.iter().map(String::as_str).filter(|scope| *scope != extra).collect();
    let sent = stage.lasting(&client)?.set("scope", &less.join(" "));
    let code = stage.code_of(sent).await?;
    let tokens = stage.redeem(&client, code).await?;
    let has_extra =
        |scope: Option<&str>| scope.is_some_and(|scope| scope.split(' ').any(|one| one == extra));
    if has_extra(tokens.text("scope")) {
        return Err(inconclusive(format!("`{extra}` is granted although it was not asked for")));
    }
    let token = tokens.refresh()?;
    stage.asking.remark("the attack:");
    let mut pairs = refreshing(&token);
    pairs.push(("scope".to_owned(), client.scopes.join(" ")));
    let answer = stage.token(&client, pairs).await?;
    if !gave_token(&answer)? {
        return Ok(Shown::Safe);
    }
    let scope = said(&answer, "scope");
    // An answer without `scope` grants what was asked (RFC 6749 section 5.1).
    Ok(Shown::open_if(scope.is_none() || has_extra(scope.as_deref()), || {
        format!("a refresh gives `{extra}`, which was not granted")
    }))
}
