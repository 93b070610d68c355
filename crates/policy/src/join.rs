//! Contract and policy into one model.

mod lines;
mod operated;
mod operations;
mod relaxations;

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use portcullis_contract::{Contract, Files, NoFiles};
use portcullis_model::{Diagnostic, SourceId, Sources, Span, UnixMillis};
use sha2::{Digest, Sha256};

use crate::address::{self, Fault};
use crate::codes;
use crate::failure::Failure;
use crate::file::{Api, PolicyFile};
use crate::model::{Access, Limits, Model, Origin, Posture, Upstream};
use crate::notes::Notes;
use crate::section::Read;
use crate::yaml::{self, Content};
use operations::Names;

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

/// Joins the texts, of which the contract stands alone. All problems of both are found in one go.
pub(crate) fn join(input: Input) -> Result<Model, Failure> {
    let mut notes = Notes::default();
    let file = input.policy.and_then(|source| parse(&input.sources, source, &mut notes));
    join_parsed(input, file.as_ref(), &mut NoFiles, notes)
}

/// The policy text as its sections.
pub(crate) fn parse(sources: &Sources, source: SourceId, notes: &mut Notes) -> Option<PolicyFile> {
    let tree = yaml::read(source, sources.text(source), notes)?;
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
fn openapi_key(tree: &yaml::Node) -> Option<Span> {
    let Content::Mapping(entries) = &tree.content else { return None };
    let is_telling = |key: &yaml::Key| key.text == "openapi" || key.text == "swagger";
    entries.iter().map(|(key, _)| key).find(|key| is_telling(key)).map(|key| key.span)
}

/// Joins the texts, the policy being parsed already. `files` are those that the contract refers to.
pub(crate) fn join_parsed(
    mut input: Input,
    file: Option<&PolicyFile>,
    files: &mut dyn Files,
    mut notes: Notes,
) -> Result<Model, Failure> {
    let contract = match portcullis_contract::read(&mut input.sources, input.contract, files) {
        Ok(contract) => Some(contract),
        Err(problems) => {
            notes.extend(problems);
            None
        }
    };
    let model = build(&input, file, contract, &mut notes);
    match model {
        Some(mut model) if !notes.has_error() => {
            model.warnings = notes.into_diagnostics();
            model.sources = input.sources;
            Ok(model)
        }
        _ => Err(Failure {
            sources: input.sources,
            diagnostics: notes.into_diagnostics(),
            unreadable: None,
        }),
    }
}

/// The model, without its sources and warnings; of no use if errors were noted. Goes on without
/// a contract, to find what is wrong beside it.
fn build(
    input: &Input,
    file: Option<&PolicyFile>,
    mut contract: Option<Contract>,
    notes: &mut Notes,
) -> Option<Model> {
    if let Some(contract) = &mut contract {
        notes.extend(std::mem::take(&mut contract.warnings));
    }
    let known = contract.as_ref();
    let names = Names::new(known);
    let api = file.and_then(|file| file.apis.0.as_ref()).map(|one| &one.0);
    let listen = listen(input, file, notes);
    let base_path = base_path(api, known);
    let health = operated::health(file, listen, notes);
    let upstream = upstream(input, api, &base_path, &[Some(listen), health], notes);
    let anyone = operations::anyone(file, known, &names, notes);
    let decisions = operations::decide(file, known, &names, notes);
    let limits = file.and_then(|file| file.limits.as_ref());
    let limits = limits.map_or_else(Limits::default, |limits| limits.limits(notes));
    let ledger = operated::ledger(file.and_then(|file| file.ledger.as_ref()), input, notes);
    let relaxations = relaxations::read(file, known, &names, input.now, notes);
    check_digest(api, known, notes);
    let lines = lines::of(file, known, &names);
    let contract = contract?;
    Some(Model {
        version: version(&contract, input),
        contract: Arc::new(contract),
        sources: Sources::default(),
        main: input.contract,
        posture: match input.policy {
            Some(_) => Posture::Policy,
            None => Posture::ContractOnly,
        },
        listen,
        health,
        upstream: upstream?,
        base_path,
        origins: file.map_or_else(Vec::new, origins),
        access: Access { anyone },
        undeclared_in: decisions.undeclared_in,
        undeclared_out: decisions.undeclared_out,
        bodies: decisions.bodies,
        limits,
        relaxations,
        ledger,
        when_full: operated::when_full(file),
        lines,
        warnings: Vec::new(),
    })
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

fn listen(input: &Input, file: Option<&PolicyFile>, notes: &mut Notes) -> SocketAddr {
    if let Some(text) = &input.overrides.listen {
        return given("--listen", address::listen(text), notes).unwrap_or(LISTEN);
    }
    file.and_then(|file| file.listen.as_ref()).map_or(LISTEN, |listen| listen.value.0)
}

fn upstream(
    input: &Input,
    api: Option<&Api>,
    base_path: &str,
    ours: &[Option<SocketAddr>],
    notes: &mut Notes,
) -> Option<Upstream> {
    let (mut upstream, span) = match &input.overrides.upstream {
        Some(text) => (given("--upstream", address::upstream(text), notes)?, None),
        None if input.policy.is_none() => {
            notes.push(|| {
                Diagnostic::error(&codes::MISSING_KEY, "`--upstream` is missing")
                    .help("say where the API is: `--upstream http://127.0.0.1:3000`")
            });
            return None;
        }
        None => {
            let url = api?.upstream.0.as_ref()?;
            (url.value.0.clone(), Some(url.span))
        }
    };
    check_upstream(&upstream, span, ours, notes);
    match api.and_then(|api| api.upstream_base_path.as_ref()) {
        Some(own) if upstream.path.is_empty() => own.value.0.clone_into(&mut upstream.path),
        Some(own) => notes.push(|| {
            Diagnostic::error(&codes::CONFLICT, "the path towards the API is said twice")
                .at(own.span)
                .help("keep one of the path in `upstream` and `upstream_base_path`")
        }),
        None if upstream.path.is_empty() => base_path.clone_into(&mut upstream.path),
        None => {}
    }
    Some(upstream)
}

/// Our own listeners are never an upstream (rule 34).
fn check_upstream(
    upstream: &Upstream,
    span: Option<Span>,
    ours: &[Option<SocketAddr>],
    notes: &mut Notes,
) {
    let place = format!("{}:{}", upstream.host, upstream.port);
    if ours.iter().flatten().any(|listen| upstream.is_listener(*listen)) {
        notes.push(|| {
            Diagnostic::error(
                &codes::BAD_ADDRESS,
                format!("`{place}` is where the gateway itself listens"),
            )
            .at(span)
            .help("give the API's own port, or another `listen` or `health`")
        });
    } else if !upstream.is_loopback() {
        notes.push(|| {
            Diagnostic::warning(
                &codes::PLAIN_UPSTREAM,
                format!("requests travel to `{place}` in plain text"),
            )
            .at(span)
            .help("put the gateway on the API's host, or the hop into a network that encrypts")
        });
    }
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

fn origins(file: &PolicyFile) -> Vec<Origin> {
    let origins = file.origins.iter().flatten();
    origins.map(|origin| origin.value.0.clone()).collect()
}

/// Twelve digits over the contract's digest and the policy's text.
fn version(contract: &Contract, input: &Input) -> String {
    let policy = input.policy.map_or("", |source| input.sources.text(source));
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
