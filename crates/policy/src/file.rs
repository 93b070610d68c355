//! The policy file as its sections are written. The comments here are the reference text.

mod apis;
mod callers;
mod forward;
mod guesses;
mod limits;
mod login;
mod tls;
mod whoami;

pub(crate) use apis::{Api, Apis};
pub(crate) use callers::{
    AttributeSection, CallersSection, CertificatesSection, IntrospectionSection, JwtSection,
    LearnedSection,
};
pub(crate) use forward::{Audiences, CallerTokenSection};
pub(crate) use guesses::GuessSection;
pub(crate) use limits::LimitsSection;
pub(crate) use login::{
    Ends, LoginSection, OfWord, RefreshSection, SecondStepSection, StoreSection,
};
pub(crate) use tls::TlsSection;
pub(crate) use whoami::WhoamiSection;

use crate::place::{ListenAddress, ProxyNetwork, WebOrigin};
use crate::section::{Named, Needed, Spanned, section};
use crate::word::{
    AllowWord, AnswerWord, BodyWord, ControlName, Day, FullWord, ModeWord, Names, NullWord,
    UndeclaredWord, UpgradeWord,
};

section! {
    /// What the owner of an API decided, beside what its contract says. Every key but `apis` may
    /// be left out; what is left out keeps the safe default.
    struct PolicyFile, later [
        "tenant", "resources", "answers", "writes", "values", "prove", "pass",
    ], {
        /// The APIs behind this gateway. Where several stand, host and base path of a request
        /// choose between them.
        apis: Needed<Apis>,
        /// The IP address and port where the gateway listens. Default: `127.0.0.1:8080`, because
        /// nobody else can reach it until you decide who may.
        listen: Option<Spanned<ListenAddress>>,
        /// The IP address and port of liveness (`/livez`) and readiness (`/readyz`), for whoever
        /// watches over the process. It must not be where the API listens. Default: none, because
        /// nobody asks until it is said where.
        health: Option<Spanned<ListenAddress>>,
        /// How clients are spoken to inside TLS, or who else ends it. Default: nobody does, which is
        /// safe on loopback alone.
        tls: Option<TlsSection>,
        /// Proxies in front of the gateway, as addresses or networks: `10.0.0.0/8`, `127.0.0.1`.
        /// Only what they say of a client (`Forwarded`, `X-Forwarded-For`) is believed. Default:
        /// none, because anybody can write such a line.
        trusted_proxies: Option<Vec<Spanned<ProxyNetwork>>>,
        /// Web origins whose pages may call the API from a browser, each as the browser writes
        /// it: `https://shop.example.com`. Default: none, because a page that nobody named has
        /// no business there.
        origins: Option<Vec<Spanned<WebOrigin>>>,
        /// How it is known who calls.
        callers: Option<CallersSection>,
        /// Where sessions are kept; needed for the API's own login. Default: nowhere, and nothing that
        /// lasts is written but the log.
        store: Option<StoreSection>,
        /// Who may call what. Default: only what the contract declares open, because an
        /// operation that nobody decided about stays closed.
        access: Option<Vec<Spanned<AccessRule>>>,
        /// Decisions about single operations, by operationId or by `GET /orders/{id}`; where
        /// several APIs have that name, as `shop::getOrder`.
        operations: Option<Named<OperationDecision>>,
        /// Bounds on sizes, counts and times. Default: what an ordinary JSON API stays below by
        /// an order of magnitude.
        limits: Option<LimitsSection>,
        /// Where the audit log goes. Default: the file `portcullis-ledger.jsonl` beside this
        /// one, because a log that nobody configured must still exist.
        ledger: Option<LedgerSection>,
        /// Written exceptions: where a control does less than it could, who wanted that, and
        /// why. Default: none, because every control enforces.
        relax: Option<Vec<Spanned<RelaxEntry>>>,
    }
}

impl PolicyFile {
    /// The APIs that could be read.
    pub(crate) fn apis(&self) -> &[Api] {
        self.apis.0.as_ref().map_or(&[], |apis| apis.0.as_slice())
    }
}

section! {
    /// One rule about who may call. It says exactly one of `anyone` and `callers`.
    struct AccessRule, later ["role", "may", "on", "when", "hide", "across_tenants"], {
        /// Operations that anyone may call without saying who they are: names, `"*"` for all, or
        /// `"shop::*"` for all of the API `shop`.
        anyone: Option<Names>,
        /// Operations that every verified caller may call, whatever the contract says of them: names,
        /// `"*"` for all, or `"shop::*"`. A name wins over `"*"`, here and under `anyone`. Where the contract names the schemes of an operation, one of
        /// its alternatives is needed all the same.
        callers: Option<Names>,
    }
}

section! {
    /// Decisions about one operation.
    struct OperationDecision, later ["objects", "serialize"], {
        /// What happens to properties of a request's body that an open schema does not declare:
        /// `drop` removes and reports them, `refuse` refuses the request. Default: `drop`,
        /// because honest clients send more than is declared. A closed schema always refuses.
        undeclared: Option<Spanned<UndeclaredWord>>,
        /// What happens to undeclared properties of an answer: `drop` or `refuse`. Default:
        /// `drop`, because an API that grew a property should not go dark.
        answers: Option<Spanned<UndeclaredWord>>,
        /// `exact` forwards the request's bytes as they came, if they have exactly one reading,
        /// for bodies that are signed. Default: what was checked is written anew, so that the
        /// API reads exactly that.
        body: Option<Spanned<BodyWord>>,
        /// `absent` takes a property out of a JSON body where it is `null` and the contract allows
        /// no null there, before the body is checked; a required one is then missing. It is
        /// reported. For clients that write `null` for what they do not know, as Java, C# and Go
        /// do. Default: such a body is refused, because to some APIs a null means "remove it".
        null_means: Option<Spanned<NullWord>>,
        /// `stream` lets the answer through as it comes, marked "body not inspected", for
        /// declared event streams and downloads. Default: an answer is checked before its first
        /// byte leaves.
        answer: Option<Spanned<AnswerWord>>,
        /// `websocket` lets a request turn its connection into a WebSocket (RFC 6455): the request
        /// is checked, what is said afterwards is not, and is marked "body not inspected". From a
        /// browser, only pages of `origins` may. Default: such a request is refused.
        upgrade: Option<Spanned<UpgradeWord>>,
    }
}

section! {
    /// Where the audit log goes: to a file or to standard output.
    struct LedgerSection, later [], {
        /// The file, as a path from the folder of this one; records are appended. Default:
        /// `portcullis-ledger.jsonl`.
        file: Option<Spanned<String>>,
        /// `true` writes records to standard output, where containers expect them. Default:
        /// `false`, because the output of a shell is lost.
        stdout: Option<Spanned<bool>>,
        /// What happens while records cannot be written, as on a full disk, and no more of them fit
        /// into memory (8 MiB, about 16,000): `refuse` answers 503 instead of asking the API, `lose`
        /// goes on, and counts what is lost. Default: `refuse`, because what nobody can see
        /// afterwards should not happen.
        when_full: Option<Spanned<FullWord>>,
    }
}

section! {
    /// One written exception. It says exactly one of `mode` and `undeclared`.
    struct RelaxEntry, later [], {
        /// The operation, by operationId or by `GET /orders/{id}`; or `"shop::*"`, all of the API
        /// `shop`. Default: all of all APIs.
        operation: Option<Spanned<String>>,
        /// The control. Default: all.
        control: Option<Needed<Spanned<ControlName>>>,
        /// `observe`: the control records what it would have refused or removed, and changes
        /// nothing.
        mode: Option<Needed<ModeWord>>,
        /// `allow`: properties that an open schema does not declare reach the API.
        undeclared: Option<Spanned<Needed<AllowWord>>>,
        /// Who decided it.
        by: Needed<String>,
        /// Why. The next person who reads this file decides by it.
        reason: Needed<String>,
        /// The last day on which it holds, in UTC: `2027-01-31`. The control enforces again on
        /// the day after. Default: it holds until somebody removes it.
        until: Option<Spanned<Day>>,
    }
}
