//! How requests to an API show that they come through the gateway: `upstream_credential` and `upstream_signature`.

use std::path::Path;
use std::sync::Arc;

use portcullis_contract::{Contract, Place, SchemePlace};
use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, shown};

use super::callers::is_header;
use crate::callers::Callers;
use crate::codes;
use crate::file::{Api, PolicyFile, UpstreamCredentialSection, UpstreamSignatureSection};
use crate::upstream::{OwnCredential, OwnSignature, Upstream, UpstreamProof};

/// The name of the key if nobody says.
const KEY_ID: &str = "portcullis";

/// Characters of it.
const KEY_ID_MAX: usize = 64;

/// Fields of every API that say who calls, what the body is, or what is to be done with it.
const COVERED: [&str; 8] = [
    "authorization",
    "content-encoding",
    "content-type",
    "cookie",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
];

/// Says of each API what its requests show.
pub(super) fn join(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    callers: &[Callers],
    upstreams: &mut [Option<Upstream>],
    (folder, notes): (&Path, &mut Notes),
) {
    let known = contracts.iter().zip(callers).zip(file.map_or(&[][..], PolicyFile::apis));
    for (upstream, ((contract, callers), api)) in upstreams.iter_mut().zip(known) {
        if let (Some(upstream), Some(contract)) = (upstream, contract) {
            upstream.proof = Of { api, contract, callers, folder }.proof(notes);
        }
    }
}

/// What is known of an API.
#[derive(Clone, Copy)]
struct Of<'a> {
    api: &'a Api,
    contract: &'a Contract,
    callers: &'a Callers,
    folder: &'a Path,
}

impl Of<'_> {
    fn proof(self, notes: &mut Notes) -> UpstreamProof {
        let credential = self.api.upstream_credential.as_ref();
        let signature = self.api.upstream_signature.as_ref();
        let proof = UpstreamProof {
            credential: credential.and_then(|section| self.credential(section, notes)),
            signature: signature.and_then(|section| self.signature(section, notes)),
        };
        if let Some((one, other)) = proof.credential.as_ref().zip(proof.signature.as_ref())
            && one.value == other.key
        {
            let span = signature.and_then(|section| section.key.0.as_ref()).map(|key| key.span);
            let message = "whoever reads the credential on its way could sign".to_owned();
            bad(span, message, "make another one for this: `openssl rand -hex 32`", notes);
        }
        proof
    }

    fn credential(
        self,
        section: &UpstreamCredentialSection,
        notes: &mut Notes,
    ) -> Option<OwnCredential> {
        let (header, value) = (section.header.0.as_ref()?, section.value.0.as_ref()?);
        let name = header.value.to_ascii_lowercase();
        let help = "write a name that no client sends: `X-Gateway-Key`";
        if !is_header(&name) {
            let message = format!("{} cannot carry it", shown(&header.value));
            bad(Some(header.span), message, help, notes);
        } else if self.clients_send(&name) || self.tells().any(|told| *told == *name) {
            let message = format!("{} stands for something else", shown(&header.value));
            bad(Some(header.span), message, help, notes);
        }
        Some(OwnCredential { header: name.into(), value: value.value.source(self.folder) })
    }

    fn signature(
        self,
        section: &UpstreamSignatureSection,
        notes: &mut Notes,
    ) -> Option<OwnSignature> {
        let key = section.key.0.as_ref()?;
        let is_character =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let is_name =
            |text: &str| (1..=KEY_ID_MAX).contains(&text.len()) && text.bytes().all(is_character);
        if let Some(said) = section.key_id.as_ref().filter(|said| !is_name(&said.value)) {
            let message = format!("{} is no name of a key", shown(&said.value));
            bad(Some(said.span), message, "write letters and digits: `gateway-2027`", notes);
        }
        let proof = UpstreamProof {
            signature: Some(OwnSignature {
                key: key.value.source(self.folder),
                key_id: section.key_id.as_ref().map_or(KEY_ID, |said| &said.value).into(),
                covers: self.covered(),
            }),
            ..UpstreamProof::default()
        };
        let taken = proof.headers().find(|name| self.clients_send(name));
        if let Some(name) = taken {
            let message = format!("clients of this API send {} themselves", shown(name));
            bad(Some(key.span), message, "let the API ask for `upstream_certificate`", notes);
        }
        proof.signature
    }

    /// All that says who calls, and whatever the contract gives a meaning.
    fn covered(self) -> Vec<Arc<str>> {
        let schemes = self.contract.schemes.iter().filter_map(|scheme| match &scheme.place {
            SchemePlace::Header(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        });
        let told = self.tells().map(str::to_owned);
        let parameters =
            self.contract.operations.iter().flat_map(|operation| &operation.parameters);
        let declared = parameters
            .filter(|parameter| parameter.place == Place::Header)
            .map(|parameter| parameter.name.to_ascii_lowercase());
        let all = COVERED.map(str::to_owned).into_iter().chain(schemes).chain(declared).chain(told);
        let mut covers: Vec<Arc<str>> = all.map(Arc::from).collect();
        covers.sort_unstable();
        covers.dedup();
        covers
    }

    /// The fields that tell the API who calls.
    fn tells(&self) -> impl Iterator<Item = &str> {
        let forward = self.callers.forward.iter();
        forward.flat_map(|forward| {
            let token = forward.token.iter().map(|token| token.header.as_str());
            forward.headers.iter().map(|(name, _)| name.as_str()).chain(token)
        })
    }

    /// Whether the contract asks clients for this field.
    fn clients_send(self, name: &str) -> bool {
        let is_same = |other: &str| other.eq_ignore_ascii_case(name);
        let schemes = &self.contract.schemes;
        schemes
            .iter()
            .any(|scheme| matches!(&scheme.place, SchemePlace::Header(other) if is_same(other)))
            || self.contract.operations.iter().any(|operation| {
                operation
                    .parameters
                    .iter()
                    .any(|parameter| parameter.place == Place::Header && is_same(&parameter.name))
            })
    }
}

fn bad(span: Option<Span>, message: String, help: &str, notes: &mut Notes) {
    notes.push(|| Diagnostic::error(&codes::BAD_PROOF, message).at(span).help(help));
}
