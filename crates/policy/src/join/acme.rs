//! What clients that speak TLS are shown: files, or a certificate by ACME for the hosts of all APIs.

use std::net::IpAddr;
use std::path::Path;

use portcullis_model::{Code, Diagnostic, Span};
use portcullis_yaml::{Notes, shown};

use crate::acme::Acme;
use crate::codes;
use crate::file::{AcmeSection, Api, PolicyFile, TlsSection};
use crate::model::TlsFiles;
use crate::source::SecretSource;

/// Names in one certificate: authorities take as many.
const NAMES_MAX: usize = 100;
/// Addresses that an authority may write to, and bytes of one.
const CONTACTS_MAX: usize = 10;
const CONTACT_BYTES_MAX: usize = 256;
/// The certificate in its folder, its key in the same file: both are replaced together.
const ISSUED: &str = "certificate.pem";

/// What is shown to clients.
pub(super) fn tls(file: Option<&PolicyFile>, folder: &Path, notes: &mut Notes) -> Option<TlsFiles> {
    let file = file?;
    let section = file.tls.as_ref()?;
    let Some(acme) = &section.acme else { return section.files(folder, notes) };
    said_twice(section, acme.span, notes);
    let names = names(file.apis(), acme.span, notes);
    let acme = obtained(&acme.value, acme.span, (folder, names), notes)?;
    let place = SecretSource::File(acme.folder.join(ISSUED));
    let clients = section.clients(folder, notes);
    let acme = Some(acme);
    // What a plain listener leads to is known where all is joined.
    Some(TlsFiles { certificate: place.clone(), key: place, clients, acme, redirect: None })
}

fn said_twice(section: &TlsSection, at: Span, notes: &mut Notes) {
    let files = [&section.certificate, &section.key].into_iter().flatten();
    if let Some(second) = { files }.next() {
        let message = "a certificate is said twice: `acme`, and files";
        let help = "keep `acme`, or `certificate` and `key`";
        bad(notes, &codes::CONFLICT, second.span, message, help);
        notes.push(|| {
            Diagnostic::error(&codes::CONFLICT, "`acme` stands here")
                .at(at)
                .label("and the files elsewhere")
                .help(help)
        });
    }
}

/// The hosts of all APIs: whoever asks for one of them is shown the certificate.
fn names(apis: &[Api], at: Span, notes: &mut Notes) -> Vec<String> {
    let mut names = Vec::new();
    for host in apis.iter().flat_map(|api| api.hosts.iter().flatten()) {
        let name = &host.value.0;
        if name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            let message = format!("{} is an address, and `acme` is for names", shown(name));
            let help = "name hosts, or give a certificate with `certificate` and `key`";
            bad(notes, &codes::BAD_ADDRESS, host.span, &message, help);
        }
        names.push(name.clone());
    }
    names.sort();
    names.dedup();
    // An empty list is told where it stands.
    if names.is_empty() && apis.iter().all(|api| api.hosts.is_none()) {
        let message = "no API has `hosts`: there is no name to ask a certificate for";
        let help = "add them to the API: `hosts: [api.example.com]`";
        bad(notes, &codes::MISSING_KEY, at, message, help);
    }
    if names.len() > NAMES_MAX {
        let message = format!("there are more than {NAMES_MAX} hosts for one certificate");
        bad(notes, &codes::BAD_LIMIT, at, &message, "give one with `certificate` and `key`");
    }
    names
}

fn obtained(
    section: &AcmeSection,
    at: Span,
    (folder, names): (&Path, Vec<String>),
    notes: &mut Notes,
) -> Option<Acme> {
    let agreed = section.agree_to_terms.as_ref();
    if !agreed.is_some_and(|agreed| agreed.value) {
        let message = "nobody agrees to the authority's terms of service";
        let help =
            "read them (its directory says where they are), and then write `agree_to_terms: true`";
        bad(notes, &codes::MISSING_KEY, agreed.map_or(at, |agreed| agreed.span), message, help);
    }
    let directory = section.directory.0.as_ref()?;
    if !directory.value.endpoint.instance.is_tls {
        let message = "an authority is asked inside TLS alone";
        let help = "write `https`, and name whom its certificate comes from: `ca: file:ca.pem`";
        bad(notes, &codes::BAD_ADDRESS, directory.span, message, help);
    }
    let contact = section.contact.iter().flat_map(|contact| &contact.value.0);
    for (place, one) in contact.clone().enumerate() {
        let text = one.value.strip_prefix("mailto:").unwrap_or_default();
        let is_address = text.contains('@')
            && text.len() <= CONTACT_BYTES_MAX
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_address || place >= CONTACTS_MAX {
            let message = format!("{} is nowhere to write to", shown(&one.value));
            let help = "write `mailto:ops@example.com`, and a few of them at most";
            bad(notes, &codes::BAD_ADDRESS, one.span, &message, help);
        }
    }
    let external = section.external_account.as_ref();
    let external = external.and_then(|external| {
        let (kid, key) = (external.kid.0.as_ref()?, external.key.0.as_ref()?);
        Some((kid.value.clone(), key.value.source(folder)))
    });
    Some(Acme {
        directory: directory.value.text.clone(),
        contact: contact.map(|one| one.value.clone()).collect(),
        names,
        folder: folder.join(&section.folder.0.as_ref()?.value),
        ca: section.ca.as_ref().map(|ca| ca.value.source(folder)),
        external_account: external,
    })
}

fn bad(notes: &mut Notes, code: &'static Code, at: Span, message: &str, help: &str) {
    notes.push(|| Diagnostic::error(code, message.to_owned()).at(at).help(help));
}
