//! Whose a client's certificate is, as the policy wants to know it.

use std::fmt::Write as _;
use std::sync::Arc;

use portcullis_model::Identity;
use portcullis_policy::{CertificateRule, CertificateSubject};

/// Who vouches for callers that show a certificate: those whom the policy names there.
const ISSUER: &str = "client_ca";
/// Bytes of a name in a certificate.
const NAME_BYTES_MAX: usize = 256;

/// What of a certificate may say whose it is.
#[derive(Debug)]
pub struct Presented<'a> {
    /// SHA-256 of the certificate in DER.
    pub thumbprint: &'a [u8; 32],
    /// The DNS names in it (RFC 5280 section 4.2.1.6).
    pub dns: &'a [String],
    /// The URIs in it.
    pub uris: &'a [String],
}

/// Who shows this certificate, of which it is known that one of the issuers gave it; or why nobody does.
pub fn holder(
    rule: &CertificateRule,
    presented: &Presented<'_>,
    scheme: &str,
) -> Result<Identity, &'static str> {
    let subject = match &rule.subject {
        CertificateSubject::Thumbprint => thumbprint(presented.thumbprint),
        CertificateSubject::Dns => only(presented.dns, is_host)?.to_ascii_lowercase(),
        CertificateSubject::Uri => only(presented.uris, is_uri)?.to_owned(),
        CertificateSubject::Listed(known) => {
            let known = known.iter().find(|(known, _)| known == presented.thumbprint);
            known.map(|(_, name)| name.to_string()).ok_or("certificate_not_listed")?
        }
    };
    Ok(Identity {
        scheme: Arc::from(scheme),
        issuer: Arc::from(ISSUER),
        subject: subject.into(),
        attributes: Vec::new(),
        scopes: Vec::new(),
        is_adopted: false,
    })
}

fn thumbprint(bytes: &[u8; 32]) -> String {
    bytes.iter().fold("sha256:".to_owned(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The one name: whoever has several could be taken for any of them.
fn only(names: &[String], is_name: fn(&str) -> bool) -> Result<&str, &'static str> {
    match names {
        [] => Err("certificate_without_name"),
        [name] if is_name(name) && name.len() <= NAME_BYTES_MAX => Ok(name),
        [_] => Err("certificate_with_bad_name"),
        _ => Err("certificate_with_several_names"),
    }
}

/// A whole name: `*.example.com` is many.
fn is_host(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty() && name.bytes().all(is_part)
}

fn is_uri(name: &str) -> bool {
    name.contains(':') && name.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(
        subject: CertificateSubject,
        dns: &[&str],
        uris: &[&str],
    ) -> Result<String, &'static str> {
        let owned =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (dns, uris) = (owned(dns), owned(uris));
        let presented = Presented { thumbprint: &[0xab; 32], dns: &dns, uris: &uris };
        let rule = CertificateRule { schemes: vec![0], subject };
        holder(&rule, &presented, "mtls").map(|identity| identity.subject.to_string())
    }

    #[test]
    fn a_certificate_is_of_one_caller_or_of_nobody() {
        use CertificateSubject::{Dns, Listed, Thumbprint, Uri};
        let of = |digits: &str| Ok(digits.to_owned());
        assert_eq!(named(Thumbprint, &[], &[]), of(&format!("sha256:{}", "ab".repeat(32))));
        assert_eq!(named(Dns, &["Billing.Example.com"], &["urn:x"]), of("billing.example.com"));
        let id = "spiffe://example.com/billing";
        assert_eq!(named(Uri, &["a.example"], &[id]), of(id));
        assert_eq!(named(Dns, &[], &[]), Err("certificate_without_name"));
        assert_eq!(named(Uri, &["a.example"], &[]), Err("certificate_without_name"));
        assert_eq!(
            named(Dns, &["a.example", "b.example"], &[]),
            Err("certificate_with_several_names")
        );
        assert_eq!(named(Uri, &[], &[id, id]), Err("certificate_with_several_names"));
        for bad in ["*.example.com", "a b", "a\nb", "", "ä.example"] {
            assert_eq!(named(Dns, &[bad], &[]), Err("certificate_with_bad_name"), "{bad}");
        }
        for bad in ["billing", "urn:a b", "urn:\u{e4}", "urn:a\r\nX-Caller: admin"] {
            assert_eq!(named(Uri, &[], &[bad]), Err("certificate_with_bad_name"), "{bad}");
        }
        let long = format!("urn:{}", "a".repeat(300));
        assert_eq!(named(Uri, &[], &[&long]), Err("certificate_with_bad_name"));
        let listed = |byte| Listed(vec![([byte; 32], Arc::from("billing"))]);
        assert_eq!(named(listed(0xab), &[], &[]), of("billing"));
        assert_eq!(named(listed(0xaa), &["billing"], &[]), Err("certificate_not_listed"));
    }
}
