//! Contract and policy, joined: immutable, versioned.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::Contract;
use portcullis_model::{Diagnostic, Relaxation, SourceId, Sources, Span};

use crate::acme::Acme;
use crate::answers::Answers;
use crate::authorization::Authorization;
use crate::callers::Callers;
use crate::flows::{Flow, ValueRule};
use crate::kept::StorePlace;
use crate::network::Network;
use crate::page_token::PageToken;
use crate::rates::RateLimit;
use crate::redirects::Redirects;
use crate::serialized::Serialized;
use crate::source::SecretSource;
use crate::targets::Targets;
use crate::texts::TextPlace;
use crate::upstream::Upstream;

/// All APIs of one policy file.
#[derive(Debug)]
pub struct Policy {
    /// At least one. What concerns the listener (`listen`, `limits`, `ledger`, `proxies`) is the
    /// same in each.
    pub apis: Vec<Model>,
    /// All files that were read, for messages.
    pub sources: Sources,
    /// Warnings of the policy and of all contracts.
    pub warnings: Vec<Diagnostic>,
}

/// Contract and policy, joined: what a gateway enforces for one API.
#[derive(Debug)]
pub struct Model {
    /// What people call the API, where there are several: the policy's word, or its first host and
    /// base path. Empty where there is one.
    pub name: Arc<str>,
    /// The contract.
    pub contract: Arc<Contract>,
    /// All files that it was read from, for messages.
    pub sources: Sources,
    /// The document itself, among them.
    pub main: SourceId,
    /// The policy file, among them; none where there is none.
    pub policy: Option<SourceId>,
    /// Twelve hexadecimal digits of the SHA-256 over contract and policy: the version that
    /// stands in every record.
    pub version: String,
    /// Whether a policy file stands behind it (rule 26).
    pub posture: Posture,
    /// Where the gateway listens.
    pub listen: SocketAddr,
    /// Where liveness and readiness are told, if anywhere.
    pub health: Option<SocketAddr>,
    /// What it shows to clients that speak TLS; none: it does not.
    pub tls: Option<TlsFiles>,
    /// Where the API is.
    pub upstream: Upstream,
    /// The host names that choose this API, in lower case and without port; none: every host.
    pub hosts: Vec<String>,
    /// Who stands in front of the gateway.
    pub proxies: Proxies,
    /// The base path under which clients call: empty or `/api`. The contract's, unless the
    /// policy says otherwise.
    pub base_path: String,
    /// Web origins that may call from a browser.
    pub origins: Vec<Origin>,
    /// How callers are known.
    pub callers: Callers,
    /// Whether everybody may know what the contract declares.
    pub is_published: bool,
    /// The path, behind the base path, where clients find the document as they see the API.
    pub public_contract: Option<String>,
    /// What stands where an object does not exist, or is not the caller's; none: a problem document.
    pub not_found: Option<NotFound>,
    /// Cookies of the API that scripts of pages read, by their names.
    pub readable_cookies: Vec<String>,
    /// How pages show that they are its own, where their browsers do not say it.
    pub page_token: Option<PageToken>,
    /// The URL that clients know the API by, if it is known: what its tokens are asked for.
    pub resource: Option<String>,
    /// Where sessions are kept, if anywhere.
    pub store: Option<StorePlace>,
    /// Who may call what, beside what the contract says.
    pub access: Access,
    /// Who may do what to which objects.
    pub authorization: Authorization,
    /// What everybody sees of objects, whatever their role.
    pub answers: Answers,
    /// What happens to undeclared properties in requests, by operation index.
    pub undeclared_in: Vec<Undeclared>,
    /// What happens to undeclared properties in answers, by operation index.
    pub undeclared_out: Vec<Undeclared>,
    /// How bodies are handled, by operation index.
    pub bodies: Vec<BodyHandling>,
    /// Which requests wait for one another, by operation index.
    pub serialized: Vec<Option<Serialized>>,
    /// What texts of requests are meant to be, by operation index.
    pub texts: Vec<Vec<TextPlace>>,
    /// Where URLs of requests may point, by operation index.
    pub targets: Vec<Targets>,
    /// Which operations change something although their methods only read, by operation index.
    pub changing: Vec<bool>,
    /// Where its answers may lead clients, by operation index.
    pub redirects: Vec<Redirects>,
    /// What bounds of the policy hold for one operation alone, by its index.
    pub amounts: Vec<OperationAmounts>,
    /// All bounds.
    pub limits: Limits,
    /// How often requests may come.
    pub rates: Vec<RateLimit>,
    /// What follows what.
    pub flows: Vec<Flow>,
    /// What values of requests must be, by operation index.
    pub values: Vec<Vec<ValueRule>>,
    /// Written exceptions.
    pub relaxations: Vec<Relaxation>,
    /// Where events go.
    pub ledger: LedgerTarget,
    /// What happens to requests when no more events can be kept.
    pub when_full: WhenFull,
    /// Where the policy file says these things.
    pub lines: Lines,
    /// Warnings of contract and policy, where there is one API; else they are in [`Policy`].
    pub warnings: Vec<Diagnostic>,
}

/// The answer for objects that do not exist and for those that are not the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// `Content-Type`.
    pub content_type: String,
    /// The body, as it is sent.
    pub body: String,
}

/// Where the policy file says what it says, for whoever asks why a request was refused.
/// Relaxations know their own place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// The name of the contract.
    pub contract: Option<Span>,
    /// The first of `hosts`.
    pub hosts: Option<Span>,
    /// `base_path`.
    pub base_path: Option<Span>,
    /// `listen`.
    pub listen: Option<Span>,
    /// `when_full` of `ledger`.
    pub when_full: Option<Span>,
    /// `certificate` of `tls`.
    pub tls: Option<Span>,
    /// `key` of `jwt` in `forward`.
    pub caller_token: Option<Span>,
    /// `pepper` of `api_keys`.
    pub pepper: Option<Span>,
    /// `pepper` of `passwords`.
    pub password_pepper: Option<Span>,
    /// `client_ca` of `tls`.
    pub client_ca: Option<Span>,
    /// `value` of `upstream_credential`, or `key` of `upstream_signature`.
    pub upstream_proof: Option<Span>,
    /// What opens the `store`: the address of its key service, or else its `key`.
    pub store: Option<Span>,
    /// The first of `origins`.
    pub origins: Option<Span>,
    /// By operation index: its name, or `"*"`, under `anyone` in `access`.
    pub anyone: Vec<Option<Span>>,
    /// The same under `callers`.
    pub callers: Vec<Option<Span>>,
    /// By operation index.
    pub operations: Vec<OperationLines>,
    /// The keys of `limits` that are written, and the place of their values.
    pub limits: Vec<(&'static str, Span)>,
}

impl Model {
    /// Whether an operation changes something although its method only reads.
    pub fn is_changing(&self, operation: Option<usize>) -> bool {
        operation.and_then(|index| self.changing.get(index)).copied().unwrap_or_default()
    }
}

/// Where `operations` says what it says of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OperationLines {
    /// `undeclared`.
    pub undeclared: Option<Span>,
    /// `answers`.
    pub answers: Option<Span>,
    /// `body`.
    pub body: Option<Span>,
    /// `answer`.
    pub answer: Option<Span>,
    /// `upgrade`.
    pub upgrade: Option<Span>,
    /// `null_means`, the operation's own or that of the API.
    pub null_means: Option<Span>,
    /// `serialize`.
    pub serialize: Option<Span>,
    /// `texts`.
    pub texts: Option<Span>,
    /// `targets`.
    pub targets: Option<Span>,
    /// `changes`.
    pub changes: Option<Span>,
    /// `redirects`.
    pub redirects: Option<Span>,
    /// `page_size`.
    pub page_size: Option<Span>,
    /// `page_offset`.
    pub page_offset: Option<Span>,
    /// `batch_items`.
    pub batch_items: Option<Span>,
    /// `graphql`.
    pub graphql: Option<Span>,
}

/// Whether a policy file stands behind the model (rule 26).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posture {
    /// A contract alone: on loopback, declared operations are served.
    ContractOnly,
    /// A contract and a policy file: what nobody decided is closed.
    Policy,
}

/// Where the certificate and its key are: both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, those of its issuers behind it.
    pub certificate: SecretSource,
    /// Its private key.
    pub key: SecretSource,
    /// Which certificates clients may show; none: they are not asked.
    pub clients: Option<ClientCertificates>,
    /// Who gives that certificate while the gateway runs; none: the files are the owner's.
    pub acme: Option<Acme>,
    /// Where plain HTTP is spoken only to lead to `https`, if anywhere.
    pub redirect: Option<Redirect>,
}

/// A listener that speaks plain HTTP and leads to `https`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redirect {
    /// Where it listens.
    pub from: SocketAddr,
    /// The port of `https` as clients know it; none: that of the gateway's listener.
    pub port: Option<u16>,
}

/// Which certificates clients may show when a connection is opened. They need not show any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificates {
    /// Whom they must come from to say who calls (PEM); none: they say it of nobody.
    pub ca: Option<SecretSource>,
    /// Lists of those that are withdrawn (PEM, RFC 5280 section 5).
    pub crl: Option<SecretSource>,
    /// Whether any other may be shown, too: tokens may be bound to it, and it says nothing else
    /// (RFC 8705 section 2.2).
    pub takes_any: bool,
}

/// Proxies in front of the gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Whose word about a client is believed.
    pub trusted: Vec<Network>,
    /// Whether somebody wrote who they are, were it nobody: then a peer that speaks of others is itself.
    pub are_decided: bool,
    /// Whether they end TLS, so that `https` in their word counts as protected.
    pub end_tls: bool,
}

impl Proxies {
    /// Whether others than this machine can ask: where the gateway listens, or through a proxy that somebody named.
    pub fn let_others_ask(&self, listen: SocketAddr) -> bool {
        !listen.ip().is_loopback() || !self.trusted.is_empty()
    }
}

/// A web origin (RFC 6454): scheme, host, port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(pub(crate) String);

impl Origin {
    /// An origin as browsers write it; none otherwise.
    pub fn new(text: &str) -> Option<Self> {
        crate::address::origin(text).ok()
    }

    /// The serialisation that browsers send: `https://shop.example.com`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who may call which operations (rule 7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// By operation index: whether the policy says `anyone`.
    pub anyone: Vec<bool>,
    /// By operation index: whether the policy says `callers`.
    pub callers: Vec<bool>,
}

/// What happens to properties that are not declared, or that requests may not set. That they
/// pass is a relaxation ([`portcullis_model::Effect::AllowUndeclared`]), judged by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Undeclared {
    /// The whole message is refused.
    Refuse,
    /// They are removed and reported.
    #[default]
    Drop,
}

/// What the policy says of how much one request of an operation may ask for. Each holds beside what the contract
/// says, and in the place of the bound that [`Limits`] has for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OperationAmounts {
    /// Items of one page.
    pub page_size: Option<usize>,
    /// Where a page begins.
    pub page_offset: Option<usize>,
    /// Objects in one list.
    pub batch_items: Option<usize>,
}

/// How the bodies of an operation are handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BodyHandling {
    /// The answer's body streams: declared event streams and binary downloads, marked "body not
    /// inspected".
    pub stream_answer: bool,
    /// The request's bytes are forwarded as they came if they have exactly one reading (signed
    /// bodies; rule 17).
    pub exact_request: bool,
    /// A property of a JSON body that is null where none is allowed is taken out.
    pub null_is_absent: bool,
    /// What means something in HTML is escaped in the answer's JSON; else it is noted.
    pub escapes_markup: bool,
    /// A request may turn its connection into a WebSocket.
    pub upgrades: bool,
    /// It is served although it looks like GraphQL.
    pub graphql: Graphql,
}

/// What the policy says of an operation that may speak GraphQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Graphql {
    /// Nothing: one that does is closed.
    #[default]
    Undecided,
    /// It does, and passes; what its queries ask for is not looked into.
    Uninspected,
    /// It does not, whatever it looks like.
    Other,
}

/// Where events go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerTarget {
    /// A file, appended to.
    File(PathBuf),
    /// Standard output.
    Stdout,
}

/// What happens to requests whose records can be neither written nor kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenFull {
    /// They do not reach the API.
    #[default]
    Refuse,
    /// They pass, and their records are lost.
    Lose,
}

/// Every bound of one gateway, in one place. The defaults are for an ordinary JSON API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request head: request line and headers.
    pub head_bytes_max: usize,
    /// Header fields of a request.
    pub headers_max: usize,
    /// Bytes of the request target.
    pub target_bytes_max: usize,
    /// Bytes of a request body as sent, and after decoding (rule 21).
    pub body_bytes_max: usize,
    /// The same of a body of several parts (`multipart/form-data`).
    pub multipart_bytes_max: usize,
    /// Parts of one body.
    pub parts_max: usize,
    /// Bytes of one part, its header fields left out.
    pub part_bytes_max: usize,
    /// Bytes of the header fields of one part.
    pub part_head_bytes_max: usize,
    /// How many times larger a compressed body may become.
    pub decompressed_ratio_max: u32,
    /// Bytes of an answer's body, decoded, where it is inspected.
    pub answer_bytes_max: usize,
    /// Arrays and objects inside one another.
    pub json_depth_max: usize,
    /// Values and member names of one body.
    pub json_nodes_max: usize,
    /// Bytes of one string in a request.
    pub string_bytes_max: usize,
    /// Items of one array in a request.
    pub array_items_max: usize,
    /// Members of one object in a request.
    pub object_members_max: usize,
    /// Items that one page of a list may be asked to have, where the contract sets no `maximum`.
    pub page_size_max: usize,
    /// How far into a list a request may ask to begin, in items or pages, where it sets none.
    pub page_offset_max: usize,
    /// Objects in one list of a body, and values in one list outside it, where it sets no `maxItems`.
    pub batch_items_max: usize,
    /// Elements of XML inside one another.
    pub xml_depth_max: usize,
    /// Elements, attributes and other pieces of one XML body.
    pub xml_nodes_max: usize,
    /// Attributes of one element of XML.
    pub xml_attributes_max: usize,
    /// Connections at a time.
    pub connections_max: usize,
    /// Requests in the API at a time; more get 503.
    pub upstream_concurrency_max: usize,
    /// Bytes of bodies, as they are read, that all requests together may hold; what is made of
    /// them (trees, decoded forms) comes on top.
    pub buffered_bytes_max: usize,
    /// From the first byte of a handshake of TLS to its end.
    pub handshake_timeout: Duration,
    /// From the first byte of a head to its end.
    pub head_timeout: Duration,
    /// Without a byte of the body.
    pub body_idle_timeout: Duration,
    /// Bytes per second that a body must keep on average, after its first second.
    pub body_rate_min: u32,
    /// From the end of the head to the end of the answer.
    pub total_timeout: Duration,
    /// Between two requests on one connection.
    pub idle_timeout: Duration,
    /// To connect to the API.
    pub connect_timeout: Duration,
    /// From sending a request to the API, a connection included, to the last byte of its answer; to
    /// its head, if the body streams.
    pub upstream_timeout: Duration,
    /// How long a body that streams may be silent.
    pub stream_idle_timeout: Duration,
    /// How long SIGTERM waits for requests that are under way.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        Self {
            head_bytes_max: 16 << 10,
            headers_max: 64,
            target_bytes_max: 8 << 10,
            body_bytes_max: 1 << 20,
            multipart_bytes_max: 10 << 20,
            parts_max: 100,
            part_bytes_max: 10 << 20,
            part_head_bytes_max: 4 << 10,
            decompressed_ratio_max: 20,
            answer_bytes_max: 8 << 20,
            json_depth_max: 32,
            json_nodes_max: 100_000,
            string_bytes_max: 256 << 10,
            array_items_max: 10_000,
            object_members_max: 1_000,
            page_size_max: 1_000,
            page_offset_max: 1_000_000,
            batch_items_max: 1_000,
            xml_depth_max: 64,
            xml_nodes_max: 100_000,
            xml_attributes_max: 64,
            connections_max: 10_000,
            upstream_concurrency_max: 1_024,
            buffered_bytes_max: 256 << 20,
            handshake_timeout: SECOND * 10,
            head_timeout: SECOND * 10,
            body_idle_timeout: SECOND * 10,
            body_rate_min: 512,
            total_timeout: SECOND * 60,
            idle_timeout: SECOND * 60,
            connect_timeout: SECOND * 3,
            upstream_timeout: SECOND * 30,
            stream_idle_timeout: SECOND * 300,
            drain_timeout: SECOND * 20,
        }
    }
}
