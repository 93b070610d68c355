//! The userinfo endpoint: an API of the issuer's own, where tokens of all kinds can be shown.

use serde_json::Value;

use crate::issuer::asking::Asked;
use crate::issuer::forged::{self, Signed};
use crate::issuer::judged::{Judged, Shown, Unjudged, inconclusive, not_tried};
use crate::issuer::stage::{Stage, active};

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Nobody,
    Query,
    IdToken,
    Claims,
    None,
    PublicKey,
    Own,
}

pub(super) async fn judge(of: Of, stage: &mut Stage) -> Judged {
    let url = stage.metadata.endpoint("userinfo_endpoint");
    if let Of::Nobody = of {
        let answer = stage.asking.ask(&Asked::get(url?)).await?;
        return Ok(Shown::open_if(answer.status == 200, || "it is answered 200".to_owned()));
    }
    let client = stage.client();
    let tokens = stage.tokens(&client).await?;
    if !stage.is_alive(&tokens.access).await? {
        return Err(inconclusive("the access token of an honest exchange is not believed"));
    }
    stage.asking.remark("the attack:");
    match of {
        Of::Query => {
            let url = url?.with(&[("access_token".to_owned(), tokens.access.clone())]);
            let answer = stage.asking.ask(&Asked::get(url)).await?;
            Ok(Shown::open_if(answer.status == 200, || "it is answered 200".to_owned()))
        }
        Of::IdToken => {
            url?;
            let token = tokens.text("id_token").map(str::to_owned);
            let token = token.ok_or_else(|| not_tried("an honest exchange gives no ID token"))?;
            let answer = stage.userinfo(&token).await?;
            Ok(Shown::open_if(answer.status == 200, || "it is answered 200".to_owned()))
        }
        _ => forged(of, &tokens.access, stage).await,
    }
}

async fn forged(of: Of, token: &str, stage: &mut Stage) -> Judged {
    let read = forged::read(token).ok_or_else(|| not_tried("access tokens are opaque"))?;
    let signed = match of {
        Of::None => Signed::None,
        Of::PublicKey => Signed::PublicKey,
        Of::Own => Signed::Own,
        _ => Signed::Kept,
    };
    let keys = stage.metadata.keys.clone();
    let keys: Vec<&Value> = keys
        .as_ref()
        .ok()
        .and_then(|set| set.get("keys")?.as_array())
        .into_iter()
        .flatten()
        .collect();
    let forged = read.changed(&[("portcullis", "forged".into())], signed, &keys);
    if forged.is_empty() {
        return Err(not_tried("no public key is published that could be taken for a secret"));
    }
    for token in forged {
        if is_believed(&token, stage).await? {
            return Ok(Shown::open("a token that the issuer never made is believed"));
        }
    }
    Ok(Shown::Safe)
}

/// At the userinfo endpoint, and by introspection.
async fn is_believed(token: &str, stage: &mut Stage) -> Result<bool, Unjudged> {
    stage.asking.conceal("FORGED", token);
    if stage.metadata.text("userinfo_endpoint").is_some()
        && stage.userinfo(token).await?.status == 200
    {
        return Ok(true);
    }
    if stage.metadata.text("introspection_endpoint").is_none() {
        return Ok(false);
    }
    let client = stage.client();
    let pairs = vec![("token".to_owned(), token.to_owned())];
    let asked = stage.asked_as(&client, "introspection_endpoint", pairs)?;
    let answer = stage.asking.ask(&asked).await?;
    Ok(active(&answer) == Some(true))
}
