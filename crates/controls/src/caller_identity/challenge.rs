//! What a request without a good credential is told: the challenges of `WWW-Authenticate`.

use std::borrow::Cow;

use portcullis_contract::{SchemePlace, SecurityScheme};
use portcullis_credential::Algorithm;

use super::{Outcome, ResourceMetadata};

/// What a request without a good credential is told of.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The schemes that would do.
    pub schemes: &'a [&'a SecurityScheme],
    /// Where it is said who issues tokens.
    pub metadata: Option<&'a ResourceMetadata>,
    /// Whether anything was shown where a credential may stand, of whatever scheme; none: what this
    /// operation takes decides. A stranger learns from it what they sent, and not which operation it is.
    pub is_shown: Option<bool>,
    /// Whether no token is taken that is bound to nothing.
    pub is_bound: bool,
}

/// The challenges of all schemes that would do (RFC 9110 section 11.6.1), each kind once; what was
/// wrong with a token stands in that of tokens (RFC 6750 section 3).
pub(super) fn challenges(told: Told<'_>, outcome: &Outcome) -> String {
    let invalid = || Some("error=\"invalid_token\"".to_owned());
    let parameter = match outcome {
        Outcome::Missing | Outcome::Rejected(_) if told.is_shown == Some(true) => invalid(),
        Outcome::Missing | Outcome::Rejected(_) if told.is_shown == Some(false) => None,
        Outcome::Missing | Outcome::Met(_) => None,
        Outcome::Rejected(_) => invalid(),
        Outcome::Insufficient(scope) => {
            // A scope that could end the quoted text early is not said.
            let is_token = |byte: u8| byte.is_ascii_graphic() && !b"\"\\".contains(&byte);
            let scope = if scope.bytes().all(is_token) { scope.as_str() } else { "" };
            Some(format!("error=\"insufficient_scope\", scope=\"{scope}\""))
        }
    };
    // What is told of the resource is the same for everybody (RFC 9728 section 5.1).
    let metadata = told.metadata.map(|metadata| format!("resource_metadata=\"{}\"", metadata.url));
    let parameters: Vec<String> = parameter.into_iter().chain(metadata).collect();
    let tokens = of_tokens(&parameters, told.is_bound);
    let mut challenges: Vec<&str> = told
        .schemes
        .iter()
        .map(|scheme| match &scheme.place {
            SchemePlace::Authorization(auth) if auth == "basic" => {
                "Basic realm=\"api\", charset=\"UTF-8\""
            }
            SchemePlace::Authorization(auth) if auth == "digest" => "Digest realm=\"api\"",
            SchemePlace::Authorization(_) => &tokens,
            SchemePlace::MutualTls => "ClientCertificate",
            _ => "ApiKey",
        })
        .collect();
    challenges.sort_unstable();
    challenges.dedup();
    challenges.join(", ")
}

/// How tokens are shown. One that is bound to a certificate is a bearer token still (RFC 8705); where all
/// are bound, clients are told with which algorithms they may prove their key, too (RFC 9449 section 7.2).
fn of_tokens(parameters: &[String], is_bound: bool) -> String {
    let with = |scheme: &str, parameters: &[Cow<'_, str>]| {
        format!("{scheme} {}", parameters.join(", ")).trim_end().to_owned()
    };
    let mut parameters: Vec<Cow<'_, str>> = parameters.iter().map(Cow::from).collect();
    let bearer = with("Bearer", &parameters);
    if !is_bound {
        return bearer;
    }
    let algorithms = Algorithm::ALL.map(Algorithm::name).join(" ");
    parameters.push(format!("algs=\"{algorithms}\"").into());
    format!("{bearer}, {}", with("DPoP", &parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALGORITHMS: &str = "algs=\"ES256 ES384 EdDSA RS256 RS384 RS512 PS256 PS384 PS512\"";

    #[test]
    fn where_all_tokens_are_bound_both_ways_to_show_one_are_told() {
        let invalid = ["error=\"invalid_token\"".to_owned()];
        assert_eq!(of_tokens(&[], false), "Bearer");
        assert_eq!(of_tokens(&[], true), format!("Bearer, DPoP {ALGORITHMS}"));
        assert_eq!(
            of_tokens(&invalid, true),
            format!("Bearer {0}, DPoP {0}, {ALGORITHMS}", invalid[0])
        );
    }
}
