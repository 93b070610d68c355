//! Introspection and revocation: who may ask of a token, who may end it, and does it then end?

use crate::issuer::asking::Asked;
use crate::issuer::given::Client;
use crate::issuer::judged::{Judged, Shown, Unjudged, inconclusive};
use crate::issuer::stage::{Stage, active, gave_token, was_believed};
use crate::issuer::url::Pairs;

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Introspection,
    Anyone,
    OtherClient,
    Access,
    Refresh,
}

pub(super) async fn judge(of: Of, stage: &mut Stage) -> Judged {
    let client = stage.client();
    match of {
        Of::Introspection => introspection(stage).await,
        Of::Anyone => {
            let client = stage.confidential()?;
            let token = living(stage, &client).await?;
            // The client's name is no secret.
            let mut pairs = of_token(&token);
            pairs.push(("client_id".to_owned(), client.client_id.clone()));
            let asked = Asked::post(stage.metadata.endpoint("revocation_endpoint")?, pairs);
            stage.asking.ask(&asked).await?;
            Ok(Shown::open_if(!stage.is_alive(&token).await?, || {
                "a token ends at the word of somebody who does not show who they are".to_owned()
            }))
        }
        Of::OtherClient => {
            let second = stage.second()?;
            let token = living(stage, &client).await?;
            let asked = stage.asked_as(&second, "revocation_endpoint", of_token(&token))?;
            let answer = stage.asking.ask(&asked).await?;
            if !stage.is_alive(&token).await? {
                return Ok(Shown::open("a token ends at the word of another client"));
            }
            was_believed(&answer)?;
            Ok(Shown::Safe)
        }
        Of::Access => {
            let token = living(stage, &client).await?;
            revoke(stage, &client, &token).await?;
            Ok(Shown::open_if(stage.is_alive(&token).await?, || {
                "an access token is believed after its revocation".to_owned()
            }))
        }
        Of::Refresh => {
            stage.metadata.endpoint("revocation_endpoint")?;
            let token = stage.tokens(&client).await?.refresh()?;
            revoke(stage, &client, &token).await?;
            stage.asking.remark("the attack:");
            let pairs = [("grant_type", "refresh_token"), ("refresh_token", &token)];
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let answer = stage.token(&client, pairs.to_vec()).await?;
            Ok(Shown::open_if(gave_token(&answer)?, || {
                "a refresh token gives tokens after its revocation".to_owned()
            }))
        }
    }
}

fn of_token(token: &str) -> Pairs {
    vec![("token".to_owned(), token.to_owned())]
}

/// An access token that is believed.
async fn living(stage: &mut Stage, client: &Client) -> Result<String, Unjudged> {
    stage.metadata.endpoint("revocation_endpoint")?;
    stage.asking.remark("an honest exchange:");
    let token = stage.tokens(client).await?.access;
    if !stage.is_alive(&token).await? {
        return Err(inconclusive("the access token of an honest exchange is not believed"));
    }
    stage.asking.remark("the attack:");
    Ok(token)
}

async fn revoke(stage: &mut Stage, client: &Client, token: &str) -> Result<(), Unjudged> {
    let asked = stage.asked_as(client, "revocation_endpoint", of_token(token))?;
    let answer = stage.asking.ask(&asked).await?;
    match answer.status {
        200 | 204 => Ok(()),
        status => Err(inconclusive(format!("an honest revocation is answered {status}"))),
    }
}

/// With no more than the client's name.
async fn introspection(stage: &mut Stage) -> Judged {
    let url = stage.metadata.endpoint("introspection_endpoint")?;
    // Who has a secret may ask of its own token: without that, a refusal says nothing.
    let confidential = stage.confidential();
    let client = confidential.clone().unwrap_or_else(|_| stage.client());
    let token = stage.tokens(&client).await?.access;
    if confidential.is_ok() && !stage.is_active(&client, &token).await? {
        return Err(inconclusive("the token of an honest exchange is not told to be active"));
    }
    stage.asking.remark("the attack:");
    for id in [None, Some(&client.client_id)].into_iter().chain([stage
        .public()
        .ok()
        .as_ref()
        .map(|one| &one.client_id)])
    {
        let mut pairs = of_token(&token);
        pairs.extend(id.map(|id| ("client_id".to_owned(), id.clone())));
        let answer = stage.asking.ask(&Asked::post(url.clone(), pairs)).await?;
        if active(&answer) == Some(true) {
            return Ok(Shown::open(match id {
                Some(_) => "`active` is told for a client's name alone",
                None => "`active` is told to nobody in particular",
            }));
        }
    }
    confidential.map(|_| Shown::Safe)
}
