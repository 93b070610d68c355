//! Dynamic registration: may anybody, and with what?

use serde_json::{Value, json};

use crate::issuer::asking::{Asked, Body};
use crate::issuer::judged::{Judged, Shown, inconclusive};
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
    let endpoint = stage.metadata.endpoint("registration_endpoint")?;
    let body = json!({
        "client_name": "portcullis attack",
        "redirect_uris": [uri],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
    });
    let asked =
        Asked { method: "POST", body: Some(Body::Json(body)), ..Asked::get(endpoint.clone()) };
    let answer = stage.asking.ask(&asked).await?;
    match answer.status {
        200 | 201 => {
            let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let rest = match remove(stage, &endpoint, &told).await {
                Ok(()) => "it was removed again",
                Err(rest) => rest,
            };
            Ok(Shown::open(format!("a client was registered; {rest}")))
        }
        400..500 => Ok(Shown::Safe),
        status => Err(inconclusive(format!("it is answered {status}"))),
    }
}

const NOT_REMOVED: &str = "it could not be removed: do so by hand";

/// Removes what was registered (RFC 7592 section 2.3); or says why it is still there.
async fn remove(stage: &mut Stage, endpoint: &Url, told: &Value) -> Result<(), &'static str> {
    let said = |name: &str| told.get(name).and_then(Value::as_str);
    let url = said("registration_client_uri").and_then(Url::parse).ok_or(NOT_REMOVED)?;
    let token = said("registration_access_token").ok_or(NOT_REMOVED)?.to_owned();
    // An issuer that could name any place would have others on this machine deleted.
    if !is_beside(&url, endpoint) {
        return Err(
            "its `registration_client_uri` is not of the registration endpoint's host and \
                    port, so nothing was deleted: remove it by hand",
        );
    }
    stage.asking.conceal("REGISTRATION_TOKEN", &token);
    let asked = Asked { method: "DELETE", ..Asked::get(url) };
    let asked = asked.field("Authorization", format!("Bearer {token}"));
    let answer = stage.asking.ask(&asked).await.map_err(|_| NOT_REMOVED)?;
    if answer.status == 204 { Ok(()) } else { Err(NOT_REMOVED) }
}

/// Whether it is of the same host and port.
fn is_beside(url: &Url, endpoint: &Url) -> bool {
    url.scheme == endpoint.scheme
        && url.host() == endpoint.host()
        && url.port() == endpoint.port()
        && !url.authority.contains('@')
}
