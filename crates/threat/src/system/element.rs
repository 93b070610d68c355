//! Zones, actors, components, stores, data, flows, assets.

use std::borrow::Cow;

use portcullis_model::Span;

use super::access::{Access, Authentication};
use super::classes::DataClasses;

/// Where something is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The OpenAPI document.
    Contract,
    /// The policy file.
    Policy,
    /// What Portcullis always is.
    Program,
    /// Records of requests.
    Traffic,
    /// What attacks showed.
    Evidence,
    /// `threats.yaml`.
    Stated,
    /// Nothing says so; it is so in most cases, and a question asks.
    Guessed,
}

impl Origin {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Policy => "policy",
            Self::Program => "program",
            Self::Traffic => "traffic",
            Self::Evidence => "evidence",
            Self::Stated => "stated",
            Self::Guessed => "guessed",
        }
    }
}

/// How something is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// From where.
    pub from: Origin,
    /// In words, lowercase: `the policy's `listen` is not loopback`.
    pub why: Cow<'static, str>,
    /// The place in contract, policy or `threats.yaml`.
    pub at: Option<Span>,
}

impl Known {
    /// Known from somewhere, for a reason.
    pub fn new(from: Origin, why: impl Into<Cow<'static, str>>) -> Self {
        Self { from, why: why.into(), at: None }
    }

    /// At a place.
    #[must_use]
    pub fn at(self, at: impl Into<Option<Span>>) -> Self {
        Self { at: at.into(), ..self }
    }
}

/// What the model is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The names of the APIs.
    pub title: String,
    /// What they are, in a sentence or two.
    pub description: String,
    /// The versions of the models (contract and policy).
    pub versions: Vec<String>,
    /// How many operations there are.
    pub operations: usize,
    /// Whether others than this host can reach it.
    pub is_external: bool,
    /// Whether the gateway stands in front; else it is the API alone.
    pub has_gateway: bool,
    /// All classes of data that it handles.
    pub classes: DataClasses,
}

/// A region in which one party decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Stable.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What is in it, in a sentence.
    pub description: String,
    /// From 0 (anybody) to 100 (only what everything rests on).
    pub trust: u8,
    /// From where.
    pub known: Known,
}

/// Where data goes from one zone to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    /// The less trusted zone.
    pub outer: usize,
    /// The more trusted one.
    pub inner: usize,
    /// How access is decided there.
    pub access: Vec<Access>,
    /// How callers are known there.
    pub authentication: Vec<Authentication>,
    /// How long what callers show is good, in seconds, if it ends and that is known.
    pub credential_ttl: Option<u64>,
    /// Whether credentials end: none where nobody knows.
    pub credentials_end: Option<bool>,
    /// Whether there are refresh tokens: none where nobody knows.
    pub has_refresh: Option<bool>,
    /// Whether an operation ends a session.
    pub can_log_out: bool,
    /// From where.
    pub known: Known,
}

/// Who acts from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Stable.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What they do, in a sentence.
    pub description: String,
    /// Of which kind.
    pub kind: ActorKind,
    /// Where they are.
    pub zone: usize,
    /// What they may do, in words.
    pub may: String,
    /// From where.
    pub known: Known,
}

/// Kinds of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// Whoever asks without a credential.
    Anonymous,
    /// People with ordinary rights.
    User,
    /// People with rights over others.
    Administrator,
    /// Programs that call with a credential of their own.
    Service,
    /// A site that has a user's browser ask.
    OtherSite,
    /// A party outside: an issuer, a host that the API fetches from.
    ThirdParty,
    /// Whoever runs the gateway.
    Operator,
}

/// What runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Stable.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What it does, in a sentence.
    pub description: String,
    /// Of which kind.
    pub kind: ComponentKind,
    /// Where it runs.
    pub zone: usize,
    /// Whether it is ours to protect.
    pub is_in_scope: bool,
    /// From where.
    pub known: Known,
}

/// Kinds of components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is a component of that kind")]
pub enum ComponentKind {
    Gateway,
    Api,
    AdminDoor,
    Issuer,
    KeyService,
    CertificateAuthority,
    Proxy,
    /// What the API sends what callers name to, or fetches from.
    Outside,
}

/// What keeps data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Stable.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What lies in it, in a sentence.
    pub description: String,
    /// Of which kind.
    pub kind: StoreKind,
    /// Where it lies.
    pub zone: usize,
    /// Whether what lies in it is encrypted there: none where nobody knows.
    pub is_encrypted: Option<bool>,
    /// The component that reads and writes it.
    pub of: usize,
    /// Its maker and product, if somebody said so.
    pub product: Option<String>,
    /// From where.
    pub known: Known,
}

/// Kinds of stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is a store of that kind")]
pub enum StoreKind {
    Sql,
    KeyValue,
    Document,
    Object,
    Graph,
    TimeSeries,
    /// Lines that are only appended.
    Log,
    /// Files that are read at start: policy, contract, keys.
    Files,
    /// Nobody said of which kind.
    Unknown,
}

/// Data of one kind: the objects of a resource, credentials, records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    /// Stable.
    pub id: String,
    /// What people call it: `Order`.
    pub title: String,
    /// What it is, in a sentence.
    pub description: String,
    /// What is in it.
    pub classes: DataClasses,
    /// Properties that say so, at most [`Self::WITNESSES_MAX`]: `/card/number`.
    pub witnesses: Vec<String>,
    /// Where it lies.
    pub placed: Vec<Placement>,
    /// Places of entries that show it.
    pub shown_by: Vec<usize>,
    /// Places of entries that write it.
    pub written_by: Vec<usize>,
    /// The resource of the policy, by its API and place in it, if it is one.
    pub resource: Option<(usize, usize)>,
    /// From where.
    pub known: Known,
}

impl DataSet {
    /// How many witnesses are kept.
    pub const WITNESSES_MAX: usize = 8;
}

/// That data lies in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// The store.
    pub store: usize,
    /// Whether it is encrypted there: none where nobody knows.
    pub is_encrypted: Option<bool>,
}

/// What goes from one to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Stable.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What goes there, in a sentence.
    pub description: String,
    /// From where.
    pub from: Node,
    /// To where.
    pub to: Node,
    /// Of what kind the data is.
    pub classes: DataClasses,
    /// Whether it is encrypted on the way: none where nobody knows.
    pub is_encrypted: Option<bool>,
    /// Whether what of it is not encrypted stays on the host: nobody on a network reads it.
    pub plain_stays_on_host: bool,
    /// `https`, `http`, `file`, `unix socket`.
    pub protocol: &'static str,
    /// Whether credentials go there.
    pub has_credentials: bool,
    /// From where it is known.
    pub known: Known,
}

/// An end of a flow, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is an element of that kind")]
pub enum Node {
    Actor(usize),
    Component(usize),
    Store(usize),
}

/// What is worth protecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Stable.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Of which kind.
    pub kind: AssetKind,
    /// Why it is worth it, in a sentence.
    pub description: String,
    /// From where.
    pub known: Known,
}

/// Kinds of assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssetKind {
    /// Data of callers and of the API.
    Data,
    /// Keys, passwords, tokens.
    Secret,
    /// What decides how everything behaves: document, policy.
    Configuration,
    /// Where data lies.
    Store,
    /// That data stays right when several write at once, or the same comes twice.
    Consistency,
    /// That it answers.
    Availability,
    /// That it is known who did what.
    Accountability,
    /// What has no file: reputation, trust.
    Intangible,
}

impl AssetKind {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Secret => "secret",
            Self::Configuration => "configuration",
            Self::Store => "store",
            Self::Consistency => "consistency",
            Self::Availability => "availability",
            Self::Accountability => "accountability",
            Self::Intangible => "intangible",
        }
    }
}
