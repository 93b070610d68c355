//! Crafted tokens, as attack files write them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::named::Named;

/// Tokens by name, in the order of the file: a later one may use an earlier one.
pub type Tokens = Named<Token>;

/// One token: an honest one as it is, changed, or made up.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a token")]
pub struct Token {
    /// Whose honest token it begins as: one of the sample's users.
    pub from: Option<String>,
    /// What kind of honest token.
    #[serde(default)]
    pub kind: Kind,
    /// Which of the sample's issuers gives and signs it.
    #[serde(default)]
    pub issuer: Issuer,
    /// How the honest token is signed, and which of the issuer's keys is meant.
    #[serde(default)]
    pub alg: Alg,
    /// Members of the header that are set.
    #[serde(default)]
    pub header: BTreeMap<String, Value>,
    /// Members of the header that are left out.
    #[serde(default)]
    pub drop_header: Vec<String>,
    /// The whole header as text, instead.
    pub header_text: Option<String>,
    /// Claims that are set. `now`, `now+60` and `now-60` are seconds since 1970.
    #[serde(default)]
    pub claims: BTreeMap<String, Value>,
    /// Claims that are left out.
    #[serde(default)]
    pub drop_claims: Vec<String>,
    /// The whole payload as text, instead.
    pub claims_text: Option<String>,
    /// How it is signed; an unchanged token keeps its signature.
    pub sign: Option<Sign>,
    /// How it is spelled, where that is not the one way.
    #[serde(default)]
    pub encode: Vec<Encode>,
    /// The whole token as text, instead of all this.
    pub text: Option<String>,
}

/// What kind of honest token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(
    rename_all = "snake_case",
    expecting = "`access`, `id`, `other_audience`, `expired` or `opaque`"
)]
pub enum Kind {
    /// An access token for the API.
    #[default]
    Access,
    /// An ID token for the web page.
    Id,
    /// An access token for another API.
    OtherAudience,
    /// An access token that has ended.
    Expired,
    /// A text that only its issuer can read.
    Opaque,
}

/// Which of the sample's issuers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase", expecting = "`pharmacy` or `other`")]
pub enum Issuer {
    /// The one that the API trusts.
    #[default]
    Pharmacy,
    /// One where anybody may become anybody.
    Other,
}

/// How an honest token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(expecting = "`ES256` or `RS256`")]
pub enum Alg {
    /// ECDSA with P-256.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// RSA.
    #[serde(rename = "RS256")]
    Rs256,
}

/// How a crafted token is signed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "snake_case",
    expecting = "`none`, `issuer`, `kept`, `zero`, `exponent_one`, `short_rsa`, or one of `own`, `hmac`, \
                 `hmac_with`, `hex`"
)]
pub enum Sign {
    /// Not at all: nothing stands behind the last dot.
    None,
    /// By the issuer, who signs anything in the sample; for claims that no attacker could write.
    Issuer,
    /// With the signature of the honest token.
    Kept,
    /// With 64 bytes of zero.
    Zero,
    /// As for an RSA key of 2048 bits whose exponent is 1.
    ExponentOne,
    /// As for an RSA key of 1128 bits whose factors everybody knows.
    ShortRsa,
    /// With a key of the attacker's.
    Own(Own),
    /// With this secret.
    Hmac(String),
    /// With the issuer's public key as the secret.
    HmacWith(KeyForm),
    /// With these bytes.
    Hex(String),
}

/// A key of the attacker's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(expecting = "`ES256`, `ES384` or `RS256`")]
pub enum Own {
    /// P-256.
    #[serde(rename = "ES256")]
    Es256,
    /// P-384.
    #[serde(rename = "ES384")]
    Es384,
    /// RSA.
    #[serde(rename = "RS256")]
    Rs256,
}

/// How a public key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase", expecting = "`pem`, `der` or `jwk`")]
pub enum KeyForm {
    /// As text (RFC 7468).
    Pem,
    /// As bytes (RFC 5280).
    Der,
    /// As JSON, as the issuer publishes it (RFC 7517).
    Jwk,
}

/// A spelling that is not the one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "snake_case",
    expecting = "`padding`, `standard_alphabet`, `trailing_bits`, `whitespace`, `der_signature`, \
                 `signature_tail` or `encrypted`"
)]
pub enum Encode {
    /// `=` behind each part.
    Padding,
    /// `+` and `/` instead of `-` and `_`.
    StandardAlphabet,
    /// Another last character of the signature, with the same bytes.
    TrailingBits,
    /// A space before the signature.
    Whitespace,
    /// The ECDSA signature as DER.
    DerSignature,
    /// Two bytes more behind the signature.
    SignatureTail,
    /// Encrypted to the issuer's RSA key (JWE).
    Encrypted,
}

impl Token {
    /// Whether it is an honest token as it is.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.header.is_empty()
            && self.claims.is_empty()
            && self.drop_header.is_empty()
            && self.drop_claims.is_empty()
            && self.header_text.is_none()
            && self.claims_text.is_none()
    }

    /// Whether it needs the issuers of the sample.
    pub(crate) fn is_of_sample(&self) -> bool {
        self.from.is_some()
            || matches!(self.sign, Some(Sign::Issuer | Sign::HmacWith(_)))
            || self.encode.contains(&Encode::Encrypted)
    }

    /// What does not go together.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let is_made = !self.is_unchanged() || self.sign.is_some() || self.from.is_some();
        match (&self.text, is_made) {
            (Some(_), true) => faults.push("`text` is the whole token; nothing goes beside it"),
            (None, false) => {
                faults.push("a token begins with `from`, a header and claims, or `text`");
            }
            _ => {}
        }
        if !self.is_unchanged() && self.sign.is_none() {
            faults.push("a changed token says with `sign` how it is signed");
        }
        if self.sign == Some(Sign::Kept) && self.from.is_none() {
            faults.push("`sign: kept` needs an honest token to begin `from`");
        }
        if let Some(Sign::Hex(text)) = &self.sign
            && unhex(text).is_none()
        {
            faults.push("`hex` is not hexadecimal");
        }
        if self.header_text.is_some() && self.header.len() + self.drop_header.len() > 0 {
            faults.push("`header_text` is all of it; no `header` goes beside it");
        }
        if self.claims_text.is_some() && self.claims.len() + self.drop_claims.len() > 0 {
            faults.push("`claims_text` is all of it; no `claims` go beside it");
        }
        faults.into_iter().map(str::to_owned).collect()
    }

    /// Every text in which `${name}` may stand.
    pub(crate) fn texts(&self) -> Vec<String> {
        let values = self.header.values().chain(self.claims.values()).map(Value::to_string);
        let texts = self.header_text.iter().chain(&self.claims_text).chain(&self.text).cloned();
        values.chain(texts).collect()
    }
}

/// Bytes, written in hexadecimal.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks(2);
    pairs.map(|pair| Some((pair.first()? << 4 | pair.get(1)?) as u8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_hexadecimal() {
        assert_eq!(unhex("00fF"), Some(vec![0, 255]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("zz"), None);
    }

    proptest::proptest! {
        #[test]
        fn every_text_of_hexadecimal_is_its_bytes(bytes: Vec<u8>) {
            let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let text: String =
                digits.map(|digit| char::from_digit(digit.into(), 16).unwrap()).collect();
            proptest::prop_assert_eq!(unhex(&text), Some(bytes));
        }
    }

    #[test]
    fn what_does_not_go_together_is_told() {
        for (text, expected) in [
            ("{}", "a token begins with `from`"),
            ("{ from: alice, text: x }", "`text` is the whole token"),
            ("{ from: alice, claims: { sub: x } }", "says with `sign`"),
            ("{ claims: { sub: x }, sign: kept }", "needs an honest token"),
            ("{ from: alice, sign: { hex: abc } }", "not hexadecimal"),
            ("{ from: alice, header: { alg: x }, header_text: '{}', sign: none }", "is all of it"),
            ("{ from: alice, drop_claims: [x], claims_text: '{}', sign: none }", "is all of it"),
        ] {
            let token: Token = serde_saphyr::from_str(text).unwrap();
            let faults = token.faults();
            assert!(faults.iter().any(|fault| fault.contains(expected)), "{text}: {faults:?}");
        }
        let token: Token = serde_saphyr::from_str("{ from: alice, encode: [padding] }").unwrap();
        assert!(token.faults().is_empty());
    }
}
