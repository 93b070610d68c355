//! The published keys: is one of them private, weak, or everybody's?

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use num_bigint::BigUint;
use serde_json::{Value, json};

use crate::issuer::judged::{Judged, Shown};
use crate::issuer::stage::Stage;

/// Bits of an RSA key (RFC 7518 section 3.3), and the largest that is looked at: larger ones cost time and say nothing.
const BITS_MIN: u64 = 2048;
const BITS_MAX: u64 = 16_384;
/// How near two factors may lie before Fermat finds them.
const FERMAT_ROUNDS: u32 = 100;
/// Members of a key that nobody but its owner may have (RFC 7518 section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// Keys whose private halves are published: by thumbprint (RFC 7638), and where they are from.
const WELL_KNOWN: [(&str, &str); 1] = [(
    "r1LkbBo3925Rb2ZFFrKyU3MVex9T2817Kx0vbi6i_Kc",
    "the development keys of npm `oidc-provider`",
)];

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Private,
    Weak,
    WellKnown,
}

pub(super) fn judge(of: Of, stage: &mut Stage) -> Judged {
    let url = stage.metadata.endpoint("jwks_uri")?;
    stage.asking.remark(&format!("curl -sS {url}"));
    let mut weak = None;
    for key in stage.metadata.keys()? {
        weak = weak.or_else(|| match of {
            Of::Private => private(key),
            Of::Weak => broken(key),
            Of::WellKnown => well_known(key).map(str::to_owned),
        });
    }
    Ok(weak.map_or(Shown::Safe, Shown::Open))
}

fn private(key: &Value) -> Option<String> {
    let found = PRIVATE.iter().find(|name| key.get(**name).is_some_and(Value::is_string))?;
    Some(format!("a key has the member `{found}`"))
}

/// Why an RSA key is no good; none: it is, or it is none of RSA.
fn broken(key: &Value) -> Option<String> {
    if key.get("kty")? != "RSA" {
        return None;
    }
    let number = |name: &str| {
        let bytes = BASE64URL.decode(key.get(name)?.as_str()?).ok()?;
        Some(BigUint::from_bytes_be(&bytes))
    };
    let (n, e) = (number("n")?, number("e")?);
    let bits = n.bits();
    if bits < BITS_MIN {
        return Some(format!("an RSA key has {bits} bits"));
    }
    if e < BigUint::from(3_u8) || !e.bit(0) {
        return Some(format!("an RSA key has the exponent {e}"));
    }
    if bits <= BITS_MAX && !n.bit(0) {
        return Some("an RSA key is an even number".to_owned());
    }
    (bits <= BITS_MAX && is_near(&n))
        .then(|| "the factors of an RSA key lie side by side".to_owned())
}

/// Whether Fermat finds the factors: n = a² - b² for an `a` near the root.
fn is_near(n: &BigUint) -> bool {
    let mut a = n.sqrt();
    if &a * &a < *n {
        a += 1_u8;
    }
    for _ in 0..FERMAT_ROUNDS {
        let rest = &a * &a - n;
        let b = rest.sqrt();
        if &b * &b == rest {
            return true;
        }
        a += 1_u8;
    }
    false
}

fn well_known(key: &Value) -> Option<&'static str> {
    let member = |name: &str| key.get(name).cloned();
    // These members, in this order (RFC 7638 section 3.2).
    let shown = match key.get("kty")?.as_str()? {
        "RSA" => json!({ "e": member("e")?, "kty": "RSA", "n": member("n")? }),
        _ => return None,
    };
    let thumbprint = BASE64URL.encode(digest(&SHA256, shown.to_string().as_bytes()));
    WELL_KNOWN.iter().find(|(known, _)| *known == thumbprint).map(|(_, from)| *from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: &BigUint, e: u32) -> Value {
        let text = |number: &BigUint| BASE64URL.encode(number.to_bytes_be());
        json!({ "kty": "RSA", "n": text(n), "e": text(&BigUint::from(e)) })
    }

    #[test]
    fn keys_that_can_be_broken_are_found() {
        let one = BigUint::from(1_u8);
        let mersenne = ((&one << 521_u32) - &one) * ((&one << 607_u32) - &one);
        assert!(broken(&key(&mersenne, 65_537)).unwrap().contains("1128 bits"));
        // Two odd numbers side by side are as near as two primes would be.
        let near = (&one << 1030_u32) + 643_u32;
        assert!(broken(&key(&(&near * (&near + 2_u8)), 65_537)).unwrap().contains("side by side"));
        let honest = crate::own_key::jwk(crate::token::Own::Rs256).unwrap();
        assert_eq!(broken(&honest), None);
        let mut first = honest.clone();
        first["e"] = "AQ".into();
        assert!(broken(&first).unwrap().contains("exponent 1"));
        assert_eq!(private(&honest), None);
        first["d"] = "AQ".into();
        assert!(private(&first).unwrap().contains("`d`"));
        assert_eq!(broken(&json!({ "kty": "RSA", "n": 1 })), None);
    }
}
