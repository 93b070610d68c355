//! Dynamic registration: may anybody, and with what?

use serde_json::{Value, json};

use crate::issuer::asking::{Asked, Body};
use crate::issuer::judged::{Judged, Shown, Unjudged, inconclusive};
use crate::issuer::stage::{ATTACKER, Stage};
use crate::issuer::url::Url;

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Open,
    Script,
}

pub(super) async fn judge(of: Of, stage: &mut Stage) -> Judged {
    let uri = match of {
        Of::Open => format!("https://{ATTACKER}/cb"),
        Of::Script => "javascript://attacker.example/%0aalert(1)".to_owned(),
    };
    let url = stage.metadata.endpoint("registration_endpoint")?;
    let body = json!({
        "client_name": "portcullis attack",
        "redirect_uris": [uri],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
    });
    let asked = Asked { method: "POST", body: Some(Body::Json(body)), ..Asked::get(url) };
    let answer = stage.asking.ask(&asked).await?;
    match answer.status {
        200 | 201 => {
            let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let rest = match remove(stage, &told).await {
                Ok(()) => "it was removed again".to_owned(),
                Err(_) => "it could not be removed: do so by hand".to_owned(),
            };
            Ok(Shown::open(format!("a client was registered; {rest}")))
        }
        400..500 => Ok(Shown::Safe),
        status => Err(inconclusive(format!("it is answered {status}"))),
    }
}

/// Removes what was registered (RFC 7592 section 2.3).
async fn remove(stage: &mut Stage, told: &Value) -> Result<(), Unjudged> {
    let said = |name: &str| told.get(name).and_then(Value::as_str);
    let unknown = || inconclusive("no way is told");
    let url = said("registration_client_uri").and_then(Url::parse).ok_or_else(unknown)?;
    let token = said("registration_access_token").ok_or_else(unknown)?.to_owned();
    stage.asking.conceal("REGISTRATION_TOKEN", &token);
    let asked = Asked { method: "DELETE", ..Asked::get(url) };
    let answer = stage.asking.ask(&asked.field("Authorization", format!("Bearer {token}"))).await?;
    if answer.status == 204 { Ok(()) } else { Err(unknown()) }
}
