//! HTTP Message Signatures (RFC 9421) by HMAC-SHA-256: a request says who sent it, and nobody on its way changes what is
//! covered.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

use crate::chance::{self, ChanceError};
use crate::digest::sha256;

/// What the signature is called in both of its fields.
const LABEL: &str = "portcullis";

/// For how many seconds a signature is good: whoever finds it in a log is too late.
const LIFETIME_S: u64 = 60;

/// Characters of the name of a key, at most.
pub const KEY_ID_MAX: usize = 64;

/// Signs requests, and nothing else.
pub struct MessageSigner {
    key: hmac::Key,
    key_id: Box<str>,
}

/// A request as it is sent.
#[derive(Debug, Clone, Copy)]
pub struct Message<'m> {
    /// The method, as it is sent.
    pub method: &'m str,
    /// Host, and the port where it does not go without saying.
    pub authority: &'m str,
    /// Path and query.
    pub target: &'m str,
    /// The fields that are covered, in their order: a name in lower case and a value each. Those of one name count as
    /// one (RFC 9421 section 2.1).
    pub fields: &'m [(&'m str, &'m str)],
    /// The body; an empty one is covered, too, so that none can be added or taken away.
    pub body: &'m [u8],
}

/// What makes a signature another one each time.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// The time, in seconds since 1970.
    pub created: u64,
    /// Bytes of chance.
    pub nonce: [u8; 16],
}

/// Values of the fields that carry a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `Content-Digest` (RFC 9530).
    pub content_digest: String,
    /// `Signature-Input`.
    pub input: String,
    /// `Signature`.
    pub signature: String,
}

impl MessageSigner {
    /// From what stands in a file or variable (see [`chance::read`]), and the name by which the API finds the key.
    pub fn new(text: &[u8], key_id: &str) -> Result<Self, ChanceError> {
        let bytes = chance::read(text)?;
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, &bytes), key_id: key_id.into() })
    }

    /// Signs one request.
    pub fn sign(&self, message: Message<'_>, occasion: Occasion) -> Signed {
        let Message { method, authority, target, fields, body } = message;
        let (path, query) = target.find('?').map_or((target, "?"), |at| target.split_at(at));
        let digest = format!("sha-256=:{}:", BASE64_STANDARD.encode(sha256(body)));
        let authority = authority.to_ascii_lowercase();
        let path = if path.is_empty() { "/" } else { path };
        let mut covered = vec![
            ("@method", method.to_owned()),
            ("@authority", authority),
            ("@path", path.to_owned()),
            ("@query", query.to_owned()),
            ("content-digest", digest.clone()),
        ];
        for (name, value) in fields {
            let value = value.trim_matches([' ', '\t']);
            match covered.iter_mut().find(|(known, _)| known == name) {
                Some((_, all)) => {
                    all.push_str(", ");
                    all.push_str(value);
                }
                None => covered.push((name, value.to_owned())),
            }
        }
        let (created, expires) = (occasion.created, occasion.created.saturating_add(LIFETIME_S));
        let nonce = BASE64_URL_SAFE_NO_PAD.encode(occasion.nonce);
        let parameters = format!(
            ";created={created};expires={expires};nonce=\"{nonce}\";keyid=\"{}\";alg=\"hmac-sha256\";tag=\"{LABEL}\"",
            self.key_id
        );
        let (base, input) = base(&covered, &parameters);
        let signature = hmac::sign(&self.key, base.as_bytes());
        Signed {
            content_digest: digest,
            input: format!("{LABEL}={input}"),
            signature: format!("{LABEL}=:{}:", BASE64_STANDARD.encode(signature.as_ref())),
        }
    }
}

/// What is signed (RFC 9421 section 2.5), and the list of what is covered with its parameters.
fn base(covered: &[(&str, String)], parameters: &str) -> (String, String) {
    let (mut base, mut input) = (String::new(), String::from("("));
    for (place, (name, value)) in covered.iter().enumerate() {
        let between = if place == 0 { "" } else { " " };
        input.extend([between, "\"", name, "\""]);
        base.extend(["\"", name, "\": ", value, "\n"]);
    }
    input.push(')');
    input.push_str(parameters);
    base.extend(["\"@signature-params\": ", &input]);
    (base, input)
}

impl fmt::Debug for MessageSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageSigner({})", self.key_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OCCASION: Occasion = Occasion { created: 1_618_884_473, nonce: [7; 16] };

    fn signer() -> MessageSigner {
        let bytes = std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8);
        MessageSigner::new(&bytes, "gateway").unwrap()
    }

    fn message<'m>(target: &'m str, fields: &'m [(&'m str, &'m str)]) -> Message<'m> {
        Message { method: "GET", authority: "API.example", target, fields, body: b"" }
    }

    /// RFC 9421 appendix B.2.5.
    #[test]
    fn the_base_is_that_of_the_standards_own_example() {
        let shared = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
        let covered = [
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT".to_owned()),
            ("@authority", "example.com".to_owned()),
            ("content-type", "application/json".to_owned()),
        ];
        let (base, input) = base(&covered, ";created=1618884473;keyid=\"test-shared-secret\"");
        assert_eq!(
            input,
            "(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\""
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, &BASE64_STANDARD.decode(shared).unwrap());
        let signature = BASE64_STANDARD.encode(hmac::sign(&key, base.as_bytes()));
        assert_eq!(signature, "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");
    }

    #[test]
    fn what_is_covered_is_named_and_whatever_changes_it_changes_the_signature() {
        let fields = [("x-caller", "alice"), ("authorization", "Bearer a")];
        let signed = signer().sign(message("/orders?page=2", &fields), OCCASION);
        assert_eq!(
            signed.input,
            "portcullis=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\" \
             \"x-caller\" \"authorization\")\
             ;created=1618884473;expires=1618884533;nonce=\"BwcHBwcHBwcHBwcHBwcHBw\";keyid=\"gateway\"\
             ;alg=\"hmac-sha256\";tag=\"portcullis\""
        );
        let of_nothing = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
        assert_eq!(signed.content_digest, of_nothing);
        let mut seen = vec![signed.signature];
        let other = [("x-caller", "admin"), ("authorization", "Bearer a")];
        let base = message("/orders?page=2", &fields);
        for (what, changed) in [
            ("path", Message { target: "/order?page=2", ..base }),
            ("query", Message { target: "/orders?page=3", ..base }),
            ("no query", Message { target: "/orders", ..base }),
            ("method", Message { method: "DELETE", ..base }),
            ("host", Message { authority: "other.example", ..base }),
            ("field", Message { fields: &other, ..base }),
            ("body", Message { body: b"{}", ..base }),
            ("other body", Message { body: b"[]", ..base }),
        ] {
            let signature = signer().sign(changed, OCCASION).signature;
            assert!(!seen.contains(&signature), "{what}");
            seen.push(signature);
        }
        let later = Occasion { created: OCCASION.created + 1, ..OCCASION };
        assert!(!seen.contains(&signer().sign(base, later).signature));
        let again = Occasion { nonce: [8; 16], ..OCCASION };
        assert!(!seen.contains(&signer().sign(base, again).signature));
    }

    #[test]
    fn fields_of_one_name_are_one_and_names_of_hosts_have_one_spelling() {
        let two = [("x-role", " a "), ("x-role", "b")];
        let one = [("x-role", "a, b")];
        let same = |fields| signer().sign(message("/", fields), OCCASION);
        assert_eq!(same(&two), same(&one));
        let small = Message { authority: "api.example", ..message("/", &one) };
        assert_eq!(signer().sign(small, OCCASION), same(&one));
    }

    /// RFC 9530 appendix B.
    #[test]
    fn a_body_is_covered_by_its_digest() {
        let body = b"{\"hello\": \"world\"}\n";
        let signed = signer().sign(Message { body, ..message("/", &[]) }, OCCASION);
        let digest = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
        assert_eq!(signed.content_digest, digest);
        assert!(signed.input.contains("\"content-digest\""));
    }

    #[test]
    fn no_key_prints_and_a_short_one_is_none() {
        assert_eq!(format!("{:?}", signer()), "MessageSigner(gateway)");
        assert_eq!(MessageSigner::new(b"short", "gateway").err(), Some(ChanceError::Form));
    }
}
