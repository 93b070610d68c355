//! Codes at the token endpoint: who may redeem one, how often, with what, and where it may stand.

use std::time::Duration;

use crate::issuer::asking::{Asked, Body};
use crate::issuer::judged::{Judged, Shown, not_tried};
use crate::issuer::stage::{ATTACKER, Code, Stage, gave_token, was_believed};
use crate::issuer::url::Pairs;

/// A verifier that nobody sent (RFC 7636 section 4.1).
const OTHER_VERIFIER: &str = "portcullis-portcullis-portcullis-portcullis";

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Replay,
    ReplayRevokes,
    OtherClient,
    OtherRedirect,
    WrongVerifier,
    NoVerifier,
    Downgrade,
    Get,
    Query,
    Cached,
    Lifetime,
}

pub(super) async fn judge(of: Of, stage: &mut Stage) -> Judged {
    if let (Of::Lifetime, None) = (of, stage.given.code_lifetime_s) {
        return Err(not_tried("it takes time: `code_lifetime_s` in the file asks for it"));
    }
    let second = if let Of::OtherClient = of { Some(stage.second()?) } else { None };
    let client = stage.client();
    stage.asking.remark("an honest exchange:");
    let code = stage.code(&client).await?;
    let tokens = stage.redeem(&client, code).await?;
    stage.asking.remark("the attack:");
    let code = match of {
        Of::Replay | Of::ReplayRevokes => tokens.code.clone(),
        Of::Cached => {
            let is_kept = tokens
                .answer
                .all("cache-control")
                .iter()
                .any(|value| value.to_ascii_lowercase().contains("no-store"));
            return Ok(Shown::open_if(!is_kept, || {
                "the answer has no `Cache-Control: no-store`".to_owned()
            }));
        }
        Of::Downgrade => return downgrade(stage).await,
        _ => stage.code(&client).await?,
    };
    if let Of::ReplayRevokes = of {
        return replay_revokes(stage, &tokens.access, &code).await;
    }
    if let (Of::Lifetime, Some(seconds)) = (of, stage.given.code_lifetime_s) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    let pairs = changed(of, &code);
    let by = second.as_ref().unwrap_or(&client);
    let mut asked = stage.asked_as(by, "token_endpoint", pairs)?;
    if let Of::Get | Of::Query = of
        && let Some(Body::Form(pairs)) = asked.body.take()
    {
        let method = if let Of::Get = of { "GET" } else { "POST" };
        let body = if let Of::Get = of { None } else { Some(Body::Form(Pairs::new())) };
        asked = Asked { method, url: asked.url.with(&pairs), body, ..asked };
    }
    let answer = stage.asking.ask(&asked).await?;
    let is_given = gave_token(&answer)?;
    if let Of::OtherClient = of {
        was_believed(&answer)?;
    }
    Ok(Shown::open_if(is_given, || "a token is given".to_owned()))
}

/// What redeems a code, changed.
fn changed(of: Of, code: &Code) -> Pairs {
    let mut pairs = Stage::redeeming(code);
    let mut set = |name: &str, value: &str| {
        for (known, old) in &mut pairs {
            if known == name {
                value.clone_into(old);
            }
        }
    };
    match of {
        Of::OtherRedirect => set("redirect_uri", &format!("https://{ATTACKER}/cb")),
        Of::WrongVerifier => set("code_verifier", OTHER_VERIFIER),
        Of::NoVerifier => pairs.retain(|(name, _)| name != "code_verifier"),
        _ => {}
    }
    pairs
}

async fn replay_revokes(stage: &mut Stage, access: &str, code: &Code) -> Judged {
    if !stage.is_alive(access).await? {
        return Err(not_tried("the token of an honest exchange is not believed where it is asked"));
    }
    let client = stage.client();
    stage.token(&client, Stage::redeeming(code)).await?;
    Ok(Shown::open_if(stage.is_alive(access).await?, || {
        "the access token of the first exchange is still believed after the second".to_owned()
    }))
}

/// A code without a challenge, and a verifier: somebody took the challenge out of the request.
async fn downgrade(stage: &mut Stage) -> Judged {
    let client = stage.client();
    let sent = stage.authorization(&client)?;
    let sent = sent.drop("code_challenge").drop("code_challenge_method");
    let landing = stage.land(&sent).await?;
    let Some(code) = landing.sent_back()?.and_then(|at| at.said("code")) else {
        return Ok(Shown::Safe);
    };
    let code = Code { code, sent };
    let answer = stage.token(&client, Stage::redeeming(&code)).await?;
    Ok(Shown::open_if(gave_token(&answer)?, || "a token is given".to_owned()))
}
