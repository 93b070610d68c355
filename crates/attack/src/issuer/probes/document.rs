//! What an issuer says of itself.

use serde_json::Value;

use crate::issuer::judged::{Judged, Shown, not_tried};
use crate::issuer::metadata::Metadata;
use crate::issuer::stage::Stage;
use crate::issuer::url::Url;

/// Where `none` is allowed (OpenID Connect Core section 6.1, Discovery section 3): what is believed has a probe of its own.
const MAY_BE_NONE: [&str; 2] =
    ["request_object_signing_alg_values_supported", "userinfo_signing_alg_values_supported"];

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Issuer,
    PlainEndpoint,
    AlgNone,
    Hmac,
    Implicit,
    Password,
    PkcePlain,
    PkceS256,
    Iss,
}

pub(super) fn judge(of: Of, stage: &mut Stage) -> Judged {
    let asked = stage.asking.reach.issuer.to_string();
    stage.asking.remark(&format!("curl -sS {asked}/.well-known/openid-configuration"));
    let metadata = &stage.metadata;
    match of {
        Of::Issuer => {
            let said = metadata.text("issuer").unwrap_or_default();
            // That somebody wrote a slash more is nobody's attack.
            let is_other = said.trim_end_matches('/') != asked.trim_end_matches('/');
            Ok(Shown::open_if(is_other, || {
                format!("it says `{}`, and was found at `{asked}`", said.escape_default())
            }))
        }
        Of::PlainEndpoint => Ok(plain(metadata)),
        Of::AlgNone => Ok(none(metadata)),
        Of::Hmac => hmac(metadata),
        Of::Implicit => {
            let types = metadata.list("response_types_supported").unwrap_or_default();
            let found = types.iter().find(|kind| kind.split(' ').any(|word| word == "token"));
            Ok(found.map_or(Shown::Safe, |kind| {
                Shown::open(format!("`response_types_supported` has `{}`", kind.escape_default()))
            }))
        }
        Of::Password => {
            let grants = metadata.list("grant_types_supported").unwrap_or_default();
            Ok(Shown::open_if(grants.contains(&"password"), || {
                "`grant_types_supported` has `password`".to_owned()
            }))
        }
        Of::PkcePlain => {
            let methods = metadata.list("code_challenge_methods_supported").unwrap_or_default();
            Ok(Shown::open_if(methods.contains(&"plain"), || {
                "`code_challenge_methods_supported` has `plain`".to_owned()
            }))
        }
        Of::PkceS256 => {
            let methods = metadata.list("code_challenge_methods_supported").unwrap_or_default();
            Ok(Shown::open_if(!methods.contains(&"S256"), || {
                "`code_challenge_methods_supported` has no `S256`".to_owned()
            }))
        }
        Of::Iss => {
            let name = "authorization_response_iss_parameter_supported";
            Ok(Shown::open_if(!metadata.is(name), || format!("`{name}` is not true")))
        }
    }
}

/// An endpoint that is neither `https` nor on this machine.
fn plain(metadata: &Metadata) -> Shown {
    let mut endpoints = metadata.ending("_endpoint");
    endpoints.extend(metadata.ending("jwks_uri"));
    let is_plain =
        |text: &str| Url::parse(text).is_none_or(|url| url.scheme != "https" && !url.is_loopback());
    let found = endpoints.iter().find(|(_, value)| value.as_str().is_some_and(is_plain));
    found.map_or(Shown::Safe, |(name, value)| {
        Shown::open(format!(
            "`{name}` is `{}`",
            value.as_str().unwrap_or_default().escape_default()
        ))
    })
}

/// A list of algorithms that has `none`, and must not.
fn none(metadata: &Metadata) -> Shown {
    let lists = metadata.ending("_alg_values_supported");
    let has_none =
        |value: &Value| value.as_array().is_some_and(|all| all.iter().any(|one| one == "none"));
    let found = lists.iter().find(|(name, value)| !MAY_BE_NONE.contains(name) && has_none(value));
    found.map_or(Shown::Safe, |(name, _)| Shown::open(format!("`{name}` has `none`")))
}

fn hmac(metadata: &Metadata) -> Judged {
    let name = "id_token_signing_alg_values_supported";
    let algs =
        metadata.list(name).ok_or_else(|| not_tried(format!("the metadata has no `{name}`")))?;
    let has_public = algs.iter().any(|alg| !alg.starts_with("HS") && *alg != "none");
    let found = algs.iter().find(|alg| alg.starts_with("HS")).filter(|_| has_public);
    Ok(found
        .map_or(Shown::Safe, |alg| Shown::open(format!("`{name}` has `{alg}` beside public keys"))))
}
