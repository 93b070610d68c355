//! Texts that have the form of a credential: who gave it out made it so that it can be found.
//!
//! Forms are those that their makers publish, for scanners of secrets among others. What only looks random
//! is none: ids, digests and signatures look like that, too.

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use portcullis_credential::api_key::has_good_checksum;

/// Bytes of the shortest text that is looked at.
pub const FORM_BYTES_MIN: usize = 20;
/// Bytes of the encoded header of a JWT that are decoded.
const HEADER_BYTES_MAX: usize = 4096;
/// Bytes between the dashes of a PEM head: `OPENSSH PRIVATE KEY`.
const LABEL_BYTES_MAX: usize = 40;
/// Bytes of user id and password of Basic that are decoded.
const BASIC_BYTES_MAX: usize = 4096;

/// What a credential is: one word, for people who read records.
pub type Form = &'static str;

/// The form of a PEM head, behind which the key itself may stand.
pub(super) const PRIVATE_KEY: Form = "a private key";

/// Which characters stand behind a beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    /// Digits and the letters `a` to `f`.
    Hex,
    /// Capital letters and digits.
    Capitals,
    /// Letters and digits.
    Alphanumeric,
    /// The same, and `_`, `-`.
    Url,
    /// The same, and `.`.
    Dotted,
}

/// How a credential begins, what stands behind that and how long, whose it is.
type Known = (&'static str, Alphabet, RangeInclusive<usize>, Form);

/// As their makers publish them. The longest of those without a published bound are cut at 512. Keys of
/// our own are known by their checksum, whatever the brand of the deployment.
const KNOWN: &[Known] = &[
    ("AKIA", Alphabet::Capitals, 16..=16, "an AWS access key"),
    ("ASIA", Alphabet::Capitals, 16..=16, "an AWS access key"),
    ("ghp_", Alphabet::Alphanumeric, 36..=251, "a GitHub token"),
    ("gho_", Alphabet::Alphanumeric, 36..=251, "a GitHub token"),
    ("ghu_", Alphabet::Alphanumeric, 36..=251, "a GitHub token"),
    ("ghs_", Alphabet::Alphanumeric, 36..=251, "a GitHub token"),
    ("ghr_", Alphabet::Alphanumeric, 36..=251, "a GitHub token"),
    ("github_pat_", Alphabet::Url, 82..=244, "a GitHub token"),
    ("glpat-", Alphabet::Dotted, 20..=300, "a GitLab token"),
    ("gldt-", Alphabet::Url, 20..=300, "a GitLab token"),
    ("glptt-", Alphabet::Url, 20..=300, "a GitLab token"),
    ("glrt-", Alphabet::Dotted, 20..=300, "a GitLab token"),
    ("sk_live_", Alphabet::Alphanumeric, 24..=247, "a Stripe key"),
    ("rk_live_", Alphabet::Alphanumeric, 24..=247, "a Stripe key"),
    ("sk_test_", Alphabet::Alphanumeric, 24..=247, "a Stripe key"),
    ("rk_test_", Alphabet::Alphanumeric, 24..=247, "a Stripe key"),
    ("whsec_", Alphabet::Alphanumeric, 32..=64, "a Stripe secret"),
    ("xoxa-", Alphabet::Url, 20..=512, "a Slack token"),
    ("xoxb-", Alphabet::Url, 20..=512, "a Slack token"),
    ("xoxp-", Alphabet::Url, 20..=512, "a Slack token"),
    ("xoxr-", Alphabet::Url, 20..=512, "a Slack token"),
    ("xoxs-", Alphabet::Url, 20..=512, "a Slack token"),
    ("AIza", Alphabet::Url, 35..=35, "a Google API key"),
    ("ya29.", Alphabet::Dotted, 20..=2048, "a Google token"),
    ("GOCSPX-", Alphabet::Url, 28..=28, "a Google client secret"),
    ("npm_", Alphabet::Alphanumeric, 36..=36, "an npm token"),
    ("pypi-", Alphabet::Url, 85..=512, "a PyPI token"),
    ("SG.", Alphabet::Dotted, 66..=66, "a SendGrid key"),
    ("dop_v1_", Alphabet::Hex, 64..=64, "a DigitalOcean token"),
    ("doo_v1_", Alphabet::Hex, 64..=64, "a DigitalOcean token"),
    ("dor_v1_", Alphabet::Hex, 64..=64, "a DigitalOcean token"),
    ("shpat_", Alphabet::Hex, 32..=32, "a Shopify token"),
    ("shpca_", Alphabet::Hex, 32..=32, "a Shopify token"),
    ("shppa_", Alphabet::Hex, 32..=32, "a Shopify token"),
    ("shpss_", Alphabet::Hex, 32..=32, "a Shopify secret"),
    ("hvs.", Alphabet::Url, 90..=300, "a Vault token"),
    ("sk-ant-", Alphabet::Url, 80..=200, "an Anthropic key"),
    ("sk-proj-", Alphabet::Url, 40..=300, "an OpenAI key"),
];

/// Which credential stands in a text, if one does: the whole of a value, or a word of it. Linear in the text;
/// what bounds a request bounds it.
pub fn credential_form(text: &str) -> Option<Form> {
    if text.len() < FORM_BYTES_MIN {
        return None;
    }
    let is_of_word = |byte: char| byte.is_ascii_alphanumeric() || matches!(byte, '_' | '-' | '.');
    text.split(|one| !is_of_word(one))
        .find_map(word)
        .or_else(|| is_private_key(text).then_some(PRIVATE_KEY))
        .or_else(|| of_authorization(text))
}

fn word(word: &str) -> Option<Form> {
    if word.len() < FORM_BYTES_MIN {
        return None;
    }
    if is_jwt(word) {
        return Some("a JSON Web Token");
    }
    // A full stop that ends a sentence.
    let word = word.trim_end_matches('.');
    if has_good_checksum(word) {
        return Some("an API key of a gateway");
    }
    let is_it = |(beginning, alphabet, lengths, _): &&Known| {
        word.strip_prefix(beginning).is_some_and(|rest| {
            lengths.contains(&rest.len()) && rest.bytes().all(|byte| alphabet.has(byte))
        })
    };
    KNOWN.iter().find(is_it).map(|(.., form)| *form)
}

impl Alphabet {
    const fn has(self, byte: u8) -> bool {
        match self {
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Capitals => matches!(byte, b'0'..=b'9' | b'A'..=b'Z'),
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
        }
    }
}

/// Signed, unsigned or encrypted (RFC 7515 and 7516, compact): its header is an object that names an algorithm.
fn is_jwt(word: &str) -> bool {
    let mut parts = word.splitn(3, '.');
    let (Some(header), Some(_), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    // `{"` or `{ `.
    if !header.starts_with("ey") || header.len() > HEADER_BYTES_MAX {
        return false;
    }
    let header = URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    let header = String::from_utf8(header).unwrap_or_default();
    header.starts_with('{') && header.contains("\"alg\"")
}

/// A PEM head (RFC 7468) of a key that is nobody else's. Those of public keys and certificates are for everybody.
fn is_private_key(text: &str) -> bool {
    const BEGIN: &str = "-----BEGIN ";
    text.match_indices(BEGIN).any(|(at, _)| {
        let rest = text.get(at + BEGIN.len()..).unwrap_or_default();
        rest.split_once("-----").is_some_and(|(label, _)| {
            label.len() <= LABEL_BYTES_MAX && label.ends_with("PRIVATE KEY")
        })
    })
}

/// What stands in `Authorization` elsewhere: `Bearer TOKEN` (RFC 6750 section 2.1), `Basic PAIR` (RFC 7617).
fn of_authorization(text: &str) -> Option<Form> {
    let (scheme, rest) = text.split_once(' ')?;
    let rest = rest.trim();
    let is_token68 = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !rest.bytes().all(is_token68) {
        return None;
    }
    if scheme.eq_ignore_ascii_case("bearer") {
        let is_made = rest.len() >= FORM_BYTES_MIN && rest.bytes().any(|one| one.is_ascii_digit());
        return is_made.then_some("a bearer token");
    }
    if !scheme.eq_ignore_ascii_case("basic") || rest.len() > BASIC_BYTES_MAX {
        return None;
    }
    let pair = STANDARD.decode(rest).ok()?;
    let is_pair = pair.contains(&b':') && !pair.iter().any(u8::is_ascii_control);
    is_pair.then_some("a password")
}
