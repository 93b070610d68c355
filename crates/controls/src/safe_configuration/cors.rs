//! Cross-origin requests: answered here, never by the API.

use portcullis_contract::{Operation, Place, SchemePlace, SecurityScheme};
use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::Origin;

use crate::face::Judgement;

/// A preflight (Fetch standard, CORS-preflight request), as far as we need it.
#[derive(Debug, Clone, Copy)]
pub struct Preflight<'a> {
    /// `Origin`.
    pub origin: &'a str,
    /// The origins of the policy.
    pub origins: &'a [Origin],
    /// The operation that the browser wants to call, if it is declared.
    pub operation: Option<&'a Operation>,
    /// The contract's security schemes.
    pub schemes: &'a [SecurityScheme],
}

type Fields = Vec<(&'static str, String)>;

/// Headers that a page may send without the contract naming them.
const ORDINARY: [&str; 11] = [
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "dpop",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "prefer",
    "traceparent",
    "tracestate",
];

/// The fields of a preflight's answer, or the refusal of an origin that is not named.
pub fn judge_preflight(preflight: &Preflight<'_>) -> Judgement<Fields> {
    let Preflight { origin, origins, operation, schemes } = *preflight;
    if !is_named(origins, origin) {
        let shown: String = origin.chars().take(128).collect();
        return Judgement::Refuse(
            refusal("unknown_origin", format!("`origins:` does not name `{shown}`")),
            Vec::new(),
        );
    }
    let Some(operation) = operation else {
        return Judgement::Refuse(
            refusal("undeclared_preflight", "no declared operation for this preflight"),
            Vec::new(),
        );
    };
    let mut allowed: Vec<String> = ORDINARY.iter().map(|name| (*name).to_owned()).collect();
    for parameter in operation.parameters.iter().filter(|one| one.place == Place::Header) {
        allowed.push(parameter.name.to_ascii_lowercase());
    }
    for scheme in schemes {
        if let SchemePlace::Header(name) = &scheme.place {
            allowed.push(name.to_ascii_lowercase());
        }
    }
    allowed.sort_unstable();
    allowed.dedup();
    let mut fields = answer_fields(origins, Some(origin), schemes);
    fields.push(("Access-Control-Allow-Methods", operation.method.name().to_owned()));
    fields.push(("Access-Control-Allow-Headers", allowed.join(", ")));
    fields.push(("Access-Control-Max-Age", "600".to_owned()));
    Judgement::Pass(fields)
}

fn refusal(reason: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::new(ControlId::SafeConfiguration, Status::FORBIDDEN, reason, detail)
}

pub(super) fn is_named(origins: &[Origin], origin: &str) -> bool {
    origins.iter().any(|known| known.as_str() == origin)
}

/// The CORS fields that every exit carries. Origins are named exactly, never reflected; `Vary`
/// keeps caches from mixing them up.
pub fn answer_fields(
    origins: &[Origin],
    origin: Option<&str>,
    schemes: &[SecurityScheme],
) -> Fields {
    if origins.is_empty() {
        return Vec::new();
    }
    let mut fields = vec![("Vary", "Origin".to_owned())];
    if let Some(origin) = origin.filter(|origin| is_named(origins, origin)) {
        fields.push(("Access-Control-Allow-Origin", origin.to_owned()));
        fields.push((
            "Access-Control-Expose-Headers",
            "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
                .to_owned(),
        ));
        if schemes.iter().any(|scheme| matches!(scheme.place, SchemePlace::Cookie(_))) {
            fields.push(("Access-Control-Allow-Credentials", "true".to_owned()));
        }
    }
    fields
}
