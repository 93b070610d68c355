//! The model of each API, of what was decided for it and for all.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use portcullis_contract::Contract;
use portcullis_model::{Relaxation, SourceId, Sources};
use sha2::{Digest, Sha256};

use super::names::Names;
use super::{Texts, base_path, claims, lines, operated, operations, origins};
use crate::answers::Answers;
use crate::authorization::Authorization;
use crate::callers::Callers;
use crate::file::PolicyFile;
use crate::flows::Flow;
use crate::kept::StorePlace;
use crate::model::{Access, LedgerTarget, Limits, Model, Posture, Proxies, TlsFiles};
use crate::rates::RateLimit;
use crate::serialized::Serialized;
use crate::upstream::Upstream;

/// What is decided for one API.
pub(super) struct Own {
    pub(super) contract: Option<Contract>,
    pub(super) main: SourceId,
    pub(super) upstream: Option<Upstream>,
    pub(super) access: Access,
    pub(super) decisions: operations::Decisions,
    pub(super) relaxations: Vec<Relaxation>,
    pub(super) callers: Callers,
    pub(super) answers: Answers,
    pub(super) authorization: Authorization,
    pub(super) serialized: Vec<Option<Serialized>>,
    pub(super) rates: Vec<RateLimit>,
    pub(super) flows: Vec<Flow>,
}

/// What is decided for all of them.
pub(super) struct Shared<'a> {
    pub(super) file: Option<&'a PolicyFile>,
    pub(super) texts: &'a Texts,
    pub(super) names: Names,
    pub(super) listen: SocketAddr,
    pub(super) health: Option<SocketAddr>,
    pub(super) tls: Option<TlsFiles>,
    pub(super) proxies: Proxies,
    pub(super) limits: Limits,
    pub(super) ledger: LedgerTarget,
    pub(super) store: Option<StorePlace>,
}

impl Shared<'_> {
    pub(super) fn model(
        &self,
        place: usize,
        own: Own,
        (policy, is_one): (&str, bool),
    ) -> Option<Model> {
        let Own {
            contract,
            main,
            upstream,
            access,
            decisions,
            relaxations,
            callers,
            authorization,
            answers,
            serialized,
            rates,
            flows,
        } = own;
        let (contract, file) = (contract?, self.file);
        let api = file.and_then(|file| file.apis().get(place));
        let base_path = base_path(api, Some(&contract));
        let hosts = api.map_or_else(Vec::new, claims::hosts);
        let is_tls = self.tls.is_some() || self.proxies.end_tls;
        Some(Model {
            name: claims::name(api, &hosts, &base_path, is_one),
            version: version(&contract, policy),
            lines: lines::of(file, place, contract.operations.len(), &self.names),
            contract: Arc::new(contract),
            sources: Sources::default(),
            main,
            policy: self.texts.policy,
            posture: match self.texts.policy {
                Some(_) => Posture::Policy,
                None => Posture::ContractOnly,
            },
            listen: self.listen,
            health: self.health,
            tls: self.tls.clone(),
            upstream: upstream?,
            not_found: api.and_then(claims::not_found),
            readable_cookies: api.map_or_else(Vec::new, claims::readable_cookies),
            page_token: decisions.page_token,
            resource: claims::resource(api, &hosts, &base_path, is_tls),
            is_published: api.is_some_and(claims::is_published),
            public_contract: api.and_then(claims::public_contract),
            hosts,
            proxies: self.proxies.clone(),
            base_path,
            origins: file.map_or_else(Vec::new, origins::named),
            callers,
            store: self.store.clone(),
            access,
            authorization,
            answers,
            undeclared_in: decisions.undeclared_in,
            undeclared_out: decisions.undeclared_out,
            bodies: decisions.bodies,
            serialized,
            texts: decisions.texts,
            targets: decisions.targets,
            values: decisions.values,
            redirects: decisions.redirects,
            changing: decisions.changing,
            amounts: decisions.amounts,
            limits: self.limits.clone(),
            rates,
            flows,
            relaxations,
            ledger: self.ledger.clone(),
            when_full: operated::when_full(file),
            warnings: Vec::new(),
        })
    }
}

/// Twelve digits over the contract's digest and the policy's text.
fn version(contract: &Contract, policy: &str) -> String {
    let digest = Sha256::new()
        .chain_update(&contract.digest)
        .chain_update([0])
        .chain_update(policy)
        .finalize();
    digest.iter().take(6).fold(String::new(), |mut digits, byte| {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
