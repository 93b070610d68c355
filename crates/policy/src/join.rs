//! Contracts and policy into models.

mod acme;
mod answers;
mod api_keys;
mod authorization;
mod callers;
mod certificates;
mod changing;
mod claims;
mod deciding;
mod flows;
mod forward;
mod guesses;
mod leaks;
mod learned;
mod lines;
mod login;
mod models;
mod names;
mod operated;
mod operations;
mod origins;
mod page_token;
mod passwords;
mod places;
mod rates;
mod redirect;
mod relaxations;
mod serialize;
mod store;
mod targets;
mod texts;
mod upstream;
mod upstream_proof;
mod values;
mod whoami;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use portcullis_contract::{Contract, Files, NoFiles};
use portcullis_model::{Diagnostic, SourceId, Sources, Span, UnixMillis};
use portcullis_yaml::{Content, Key, Node, Notes, Read, tree};

use crate::address::{self, Fault};
use crate::callers::Callers;
use crate::codes;
use crate::failure::Failure;
use crate::file::{Api, PolicyFile};
use crate::model::{Access, Limits, Model, Policy, Proxies, TlsFiles};
use crate::upstream::Upstream;
use models::{Own, Shared};
use names::Names;

/// Where the gateway listens when nobody says.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The texts that a model is made of.
#[derive(Debug)]
pub struct Input {
    /// The files.
    pub sources: Sources,
    /// The OpenAPI document.
    pub contract: SourceId,
    /// The policy file; its `contract` key is not followed, [`Input::contract`] is read.
    pub policy: Option<SourceId>,
    /// The folder of the policy file, for the ledger's path; empty for the working folder.
    pub folder: PathBuf,
    /// What the command line says instead.
    pub overrides: Overrides,
    /// The time, to judge the end dates of relaxations.
    pub now: UnixMillis,
}

/// What the command line says; it wins over the policy file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--upstream`; needed where there is no policy file.
    pub upstream: Option<String>,
    /// `--listen`.
    pub listen: Option<String>,
}

/// Joins the texts, of which the contracts stand alone. All problems are found in one go. `further`
/// are the contracts of the second API and those behind it.
pub(crate) fn join(input: Input, further: Vec<SourceId>) -> Result<Policy, Failure> {
    let mut notes = Notes::new(&codes::FILE);
    let file = input.policy.and_then(|source| parse(&input.sources, source, &mut notes));
    let Input { sources, contract, policy, folder, overrides, now } = input;
    // What no API names is not read; without any API, the contract's own problems are told.
    let count = file.as_ref().map_or(usize::MAX, |file| file.apis().len().max(1));
    let contracts = std::iter::once(contract).chain(further).take(count);
    let contracts = contracts.map(|source| Text { source, files: Box::new(NoFiles) as _ });
    let texts = Texts { contracts: contracts.collect(), policy, folder, overrides, now };
    join_parsed(sources, texts, file.as_ref(), notes)
}

/// The texts of a policy, and what is said beside them.
pub(crate) struct Texts {
    /// In the order of `apis`.
    pub(crate) contracts: Vec<Text>,
    pub(crate) policy: Option<SourceId>,
    pub(crate) folder: PathBuf,
    pub(crate) overrides: Overrides,
    pub(crate) now: UnixMillis,
}

/// A contract, and the files that it refers to.
pub(crate) struct Text {
    pub(crate) source: SourceId,
    pub(crate) files: Box<dyn Files>,
}

/// The policy text as its sections.
pub(crate) fn parse(sources: &Sources, source: SourceId, notes: &mut Notes) -> Option<PolicyFile> {
    let tree = tree::read(source, sources.text(source), notes)?;
    if tree.content == Content::Nothing {
        notes.push(|| {
            Diagnostic::error(&codes::MISSING_KEY, "the policy says nothing")
                .at(tree.span)
                .help("begin with `apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]`")
        });
        return None;
    }
    if let Some(span) = openapi_key(&tree) {
        notes.push(|| {
            Diagnostic::error(&codes::UNKNOWN_KEY, "this is an OpenAPI document, not a policy")
                .at(span)
                .help("name it with `--contract`; a policy file names it under `apis`")
        });
        return None;
    }
    PolicyFile::read(&tree, notes)
}

/// Where a document says that it is OpenAPI.
fn openapi_key(tree: &Node) -> Option<Span> {
    let Content::Mapping(entries) = &tree.content else { return None };
    let is_telling = |key: &Key| key.text == "openapi" || key.text == "swagger";
    entries.iter().map(|(key, _)| key).find(|key| is_telling(key)).map(|key| key.span)
}

/// Joins the texts, the policy being parsed already.
pub(crate) fn join_parsed(
    mut sources: Sources,
    mut texts: Texts,
    file: Option<&PolicyFile>,
    mut notes: Notes,
) -> Result<Policy, Failure> {
    let contracts: Vec<Option<Contract>> = texts
        .contracts
        .iter_mut()
        .map(|text| match portcullis_contract::read(&mut sources, text.source, &mut *text.files) {
            Ok(mut contract) => {
                notes.extend(std::mem::take(&mut contract.warnings));
                Some(contract)
            }
            Err(problems) => {
                notes.extend(problems);
                None
            }
        })
        .collect();
    if let Some(problem) = miscounted(file, &texts) {
        notes.push(|| problem);
    }
    let apis = build(&sources, &texts, file, contracts, &mut notes);
    let has_error = notes.has_error();
    let diagnostics = notes.into_diagnostics();
    match apis {
        Some(mut apis) if !has_error => {
            for api in &mut apis {
                api.sources = sources.clone();
            }
            if let [api] = apis.as_mut_slice() {
                api.warnings.clone_from(&diagnostics);
            }
            Ok(Policy { apis, sources, warnings: diagnostics })
        }
        _ => Err(Failure { sources, diagnostics, unreadable: None }),
    }
}

/// Texts that were given by hand are as many as the policy's APIs.
fn miscounted(file: Option<&PolicyFile>, texts: &Texts) -> Option<Diagnostic> {
    let apis = file?.apis();
    if apis.len() <= texts.contracts.len() {
        return None;
    }
    let span = apis.get(texts.contracts.len()).and_then(Api::span);
    Some(several(span))
}

/// A policy of several APIs, where one is expected.
pub(crate) fn several(span: Option<Span>) -> Diagnostic {
    Diagnostic::error(&codes::ONE_API, "a second API stands here, and one is expected")
        .at(span)
        .label("one too many")
        .help("give a policy file that names the one that is meant")
}

/// The models, without their sources and warnings; of no use if errors were noted. Goes on without
/// a contract, to find what is wrong beside it.
fn build(
    sources: &Sources,
    texts: &Texts,
    file: Option<&PolicyFile>,
    contracts: Vec<Option<Contract>>,
    notes: &mut Notes,
) -> Option<Vec<Model>> {
    let names = Names::new(file, &contracts);
    let listen = listen(texts, file, notes);
    let health = operated::health(file, listen, notes);
    let redirect = redirect::of(file, listen, health, notes);
    let ours = [Some(listen), health, redirect.map(|redirect| redirect.from)];
    let mut upstreams = upstreams(texts, file, (&contracts, &ours), notes);
    let access = operations::access(file, &contracts, &names, notes);
    let callers = known(file, texts, &contracts, &names, &access, notes);
    upstream_proof::join(file, &contracts, &callers, &mut upstreams, (&texts.folder, notes));
    let mut authorization = authorization::of(file, &contracts, &names, &callers, notes);
    let answers = answers::of(file, &contracts, &authorization, &texts.folder, notes);
    let known = contracts.iter().zip(&callers).zip(&access).zip(&authorization);
    for (((contract, callers), access), authorization) in known {
        deciding::check(file, contract.as_ref(), (callers, access, authorization), notes);
    }
    let store = store::store(file, &texts.folder, notes);
    let known = (contracts.as_slice(), &names, callers.as_slice());
    let decisions = decisions(file, known, &texts.folder, notes);
    changing::join(&decisions, &mut authorization, notes);
    let serialized = serialize::join(file, &contracts, &names, &callers, notes);
    let limits = limits(file, notes);
    let tls = acme::tls(file, &texts.folder, notes);
    let tls = tls.map(|files| TlsFiles { redirect, ..files });
    let ledger = operated::ledger(file.and_then(|file| file.ledger.as_ref()), &texts.folder, notes);
    let relaxations = relaxations::read(file, &contracts, &names, texts.now, notes);
    let proxies = proxies(file, notes);
    file.into_iter().for_each(|file| origins::check(file, notes));
    let known = rates::Known::new(file, &contracts, &names, (&callers, &authorization));
    let rates = rates::join(file, &known, (listen, &proxies), notes);
    let flows = flows::join(file, &contracts, &names, &callers, notes);
    claims::check(file.map_or(&[], PolicyFile::apis), &contracts, notes);
    let decided = contracts.into_iter().zip(&texts.contracts).zip(upstreams).zip(access);
    let decided = decided.zip(decisions).zip(relaxations);
    let decided = decided.zip(serialized.into_iter().zip(rates.into_iter().zip(flows)));
    let decided = decided.zip(callers.into_iter().zip(authorization.into_iter().zip(answers)));
    let own: Vec<Own> = decided
        .map(
            |(
                (
                    (((((contract, text), upstream), access), decisions), relaxations),
                    (serialized, (rates, flows)),
                ),
                (callers, (authorization, answers)),
            )| Own {
                answers,
                authorization,
                contract,
                main: text.source,
                upstream,
                access,
                decisions,
                relaxations,
                callers,
                serialized,
                rates,
                flows,
            },
        )
        .collect();
    let shared = Shared { file, texts, names, listen, health, tls, proxies, limits, ledger, store };
    let policy_text = texts.policy.map_or("", |source| sources.text(source));
    let is_one = own.len() == 1;
    let of = |(place, own)| shared.model(place, own, (policy_text, is_one));
    own.into_iter().enumerate().map(of).collect()
}

/// Where each API is.
fn upstreams(
    texts: &Texts,
    file: Option<&PolicyFile>,
    (contracts, ours): (&[Option<Contract>], &[Option<SocketAddr>]),
    notes: &mut Notes,
) -> Vec<Option<Upstream>> {
    let of = |(place, contract): (usize, &Option<Contract>)| {
        let api = file.and_then(|file| file.apis().get(place));
        check_digest(api, contract.as_ref(), notes);
        upstream::of(texts, api, &base_path(api, contract.as_ref()), ours, notes)
    };
    contracts.iter().enumerate().map(of).collect()
}

/// What is decided of single operations.
fn decisions(
    file: Option<&PolicyFile>,
    (contracts, names, callers): (&[Option<Contract>], &Names, &[Callers]),
    folder: &Path,
    notes: &mut Notes,
) -> Vec<operations::Decisions> {
    let mut decisions = operations::decide(file, contracts, names, notes);
    texts::join(file, contracts, names, &mut decisions, notes);
    values::join(file, (contracts, names, callers), &mut decisions, notes);
    page_token::join(file, contracts, folder, &mut decisions, notes);
    decisions
}

/// How callers of each API are known.
fn known(
    file: Option<&PolicyFile>,
    texts: &Texts,
    contracts: &[Option<Contract>],
    names: &Names,
    access: &[Access],
    notes: &mut Notes,
) -> Vec<Callers> {
    let section = file.and_then(|file| file.callers.as_ref());
    let mut all = callers::of(section, contracts, &texts.folder, notes);
    callers::audiences(file.map_or(&[], PolicyFile::apis), &mut all, notes);
    login::join(section, contracts, names, access, &mut all, (texts.now, notes));
    certificates::join(file, contracts, &mut all, notes);
    let apis = file.map_or(&[][..], PolicyFile::apis);
    let served = contracts.iter().enumerate().filter_map(|(place, contract)| {
        let contract = contract.as_ref()?;
        Some((contract, base_path(apis.get(place), Some(contract))))
    });
    let served: Vec<_> = served.collect();
    api_keys::join(section, contracts, &mut all, &texts.folder, (&served, notes));
    passwords::join(section, contracts, &mut all, &texts.folder, notes);
    guesses::join(section, contracts, names, &mut all, notes);
    whoami::join(section, contracts, names, &mut all, notes);
    learned::join(section, contracts, names, &mut all, notes);
    forward::join(file, contracts, &mut all, &texts.folder, notes);
    all
}

/// A contract that is not the one that was decided about stops, until somebody says that it is.
fn check_digest(api: Option<&Api>, contract: Option<&Contract>, notes: &mut Notes) {
    let pinned = api.and_then(|api| api.digest.as_ref());
    let (Some(pinned), Some(contract)) = (pinned, contract) else { return };
    if pinned.value.0 == contract.digest {
        return;
    }
    notes.push(|| {
        Diagnostic::error(
            &codes::CONTRACT_CHANGED,
            "the contract has changed since its digest was written here",
        )
        .at(pinned.span)
        .label("the digest of another document")
        .help(format!(
            "look at what changed; to accept it, write `digest: sha256:{}`",
            contract.digest
        ))
    });
}

fn base_path(api: Option<&Api>, contract: Option<&Contract>) -> String {
    match (api.and_then(|api| api.base_path.as_ref()), contract) {
        (Some(base), _) => base.value.0.clone(),
        (None, Some(contract)) => contract.base_path.clone(),
        (None, None) => String::new(),
    }
}

fn listen(texts: &Texts, file: Option<&PolicyFile>, notes: &mut Notes) -> SocketAddr {
    if let Some(text) = &texts.overrides.listen {
        return given("--listen", address::listen(text), notes).unwrap_or(LISTEN);
    }
    file.and_then(|file| file.listen.as_ref()).map_or(LISTEN, |listen| listen.value.0)
}

/// A value of the command line.
fn given<T>(flag: &str, result: Result<T, Fault>, notes: &mut Notes) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(Fault { message, help }) => {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_ADDRESS, format!("`{flag}`: {message}")).help(help)
            });
            None
        }
    }
}

fn limits(file: Option<&PolicyFile>, notes: &mut Notes) -> Limits {
    let section = file.and_then(|file| file.limits.as_ref());
    section.map_or_else(Limits::default, |limits| limits.limits(notes))
}

/// Who stands in front.
fn proxies(file: Option<&PolicyFile>, notes: &mut Notes) -> Proxies {
    let networks = file.and_then(|file| file.trusted_proxies.as_ref());
    let are_decided = networks.is_some();
    let networks = networks.into_iter().flatten();
    let trusted: Vec<_> = networks.map(|network| network.value.0).collect();
    let end = file.and_then(|file| file.tls.as_ref()).and_then(|tls| tls.terminated_by.as_ref());
    if let Some(end) = end
        && trusted.is_empty()
    {
        notes.push(|| {
            Diagnostic::error(&codes::MISSING_KEY, "no proxy is trusted")
                .at(end.span)
                .label("that one of them ends TLS")
                .help("name them: `trusted_proxies: [10.0.0.0/8]`")
        });
    }
    Proxies { trusted, are_decided, end_tls: end.is_some() }
}
