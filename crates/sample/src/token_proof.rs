//! Whether a token that is bound to a key is shown by who holds that key (RFC 9449), carelessly.

use serde_json::Value;

use crate::call::Call;
use crate::jose;
use crate::token_keys;
use crate::token_signature::is_signed_with;

/// Whether somebody proved something.
pub(crate) fn is_proved(call: &Call) -> bool {
    // FLAW(a2-dpop-downgrade): whoever calls it a bearer token need not prove anything.
    if !call.header("authorization").starts_with("DPoP ") {
        return true;
    }
    let Some(parts) = jose::take_apart(call.header("dpop")) else { return false };
    // FLAW(a2-dpop-other-key), FLAW(a2-dpop-other-method), FLAW(a2-dpop-other-url),
    // FLAW(a2-dpop-other-token), FLAW(a2-dpop-old), FLAW(a2-dpop-replay): that somebody signed
    // something some time is proof enough.
    let Some(Value::Object(jwk)) = parts.header.get("jwk") else { return false };
    token_keys::read(jwk).is_some_and(|key| is_signed_with(&parts, &key))
}
