//! How client certificates say who calls: `tls` and `callers`, joined with the schemes of each contract.

use std::sync::Arc;

use portcullis_contract::{Contract, SchemePlace};
use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Named, Notes, Several, Spanned, shown};

use crate::callers::Callers;
use crate::certificates::{CertificateRule, CertificateSubject};
use crate::codes;
use crate::digest::ContractDigest;
use crate::file::{CertificatesSection, PolicyFile};
use crate::word::SubjectWord;

/// Certificates that one policy lists.
const LISTED_MAX: usize = 1_000;
/// Bytes of a name.
const NAME_BYTES_MAX: usize = 256;

/// Says of each API which of its schemes take certificates, and how they say who calls.
pub(super) fn join(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    callers: &mut [Callers],
    notes: &mut Notes,
) {
    let Some(file) = file else { return };
    let section = file.callers.as_ref().and_then(|callers| callers.certificates.as_ref());
    let subject = section.map_or(CertificateSubject::Thumbprint, |one| subject(one, notes));
    let has_issuers = file.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
    if !has_issuers {
        if section.is_some() {
            let message = "nobody is said to issue certificates of clients".to_owned();
            let help = "name whom they come from: `tls: { ..., client_ca: file:clients.pem }`";
            bad(notes, section.and_then(place), message, help);
        }
        return;
    }
    for (callers, contract) in callers.iter_mut().zip(contracts) {
        let schemes = contract.iter().flat_map(|contract| contract.schemes.iter().enumerate());
        let schemes = schemes.filter(|(_, scheme)| scheme.place == SchemePlace::MutualTls);
        let schemes = schemes.map(|(index, _)| index).collect();
        callers.certificates = Some(CertificateRule { schemes, subject: subject.clone() });
    }
}

/// Where the section says something.
fn place(section: &CertificatesSection) -> Option<Span> {
    let listed = section.names.iter().flat_map(|names| &names.0).map(|(key, _)| key.span);
    section.subject.iter().map(|word| word.span).chain(listed).next()
}

fn subject(section: &CertificatesSection, notes: &mut Notes) -> CertificateSubject {
    if let (Some(word), Some(_)) = (&section.subject, &section.names) {
        let message = "whose a certificate is, is said twice".to_owned();
        bad(notes, Some(word.span), message, "keep one of `subject` and `names`");
    }
    match (&section.names, section.subject.as_ref().map(|word| word.value)) {
        (Some(names), _) => CertificateSubject::Listed(listed(names, notes)),
        (None, Some(SubjectWord::Dns)) => CertificateSubject::Dns,
        (None, Some(SubjectWord::Uri)) => CertificateSubject::Uri,
        (None, Some(SubjectWord::Thumbprint) | None) => CertificateSubject::Thumbprint,
    }
}

fn listed(
    names: &Named<Several<Spanned<ContractDigest>>>,
    notes: &mut Notes,
) -> Vec<([u8; 32], Arc<str>)> {
    let mut listed: Vec<([u8; 32], Arc<str>)> = Vec::new();
    for (key, _) in &names.0 {
        let is_clear = key.text.len() <= NAME_BYTES_MAX
            && !key.text.trim().is_empty()
            && !key.text.chars().any(char::is_control);
        if !is_clear {
            let message = format!("{} is no name of a caller", shown(&key.text));
            bad(notes, Some(key.span), message, "write a short one: `billing`");
        }
    }
    let each =
        names.0.iter().flat_map(|(key, digests)| digests.0.iter().map(move |one| (key, one)));
    for (key, digest) in each.clone().take(LISTED_MAX) {
        let thumbprint = bytes(&digest.value.0);
        if let Some((_, known)) = listed.iter().find(|(known, _)| *known == thumbprint) {
            let message = format!("this certificate is {} already", shown(known));
            bad(notes, Some(digest.span), message, "a certificate is of one caller");
        }
        listed.push((thumbprint, Arc::from(key.text.as_str())));
    }
    if let Some((key, _)) = each.clone().nth(LISTED_MAX) {
        let message = format!("there are more than {LISTED_MAX}");
        bad(notes, Some(key.span), message, "use `subject: uri` or `subject: dns`");
    }
    listed
}

/// The bytes behind 64 hexadecimal digits.
fn bytes(digits: &str) -> [u8; 32] {
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default() as u8;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = pair.iter().fold(0, |sum, digit| sum << 4 | value(*digit));
    }
    bytes
}

fn bad(notes: &mut Notes, at: Option<Span>, message: String, help: &str) {
    notes.push(|| Diagnostic::error(&codes::BAD_CALLER, message).at(at).help(help));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_in_their_order() {
        let digits = format!("00ff10{}", "0a".repeat(29));
        assert_eq!(bytes(&digits)[..4], [0x00, 0xff, 0x10, 0x0a]);
    }
}
