//! The policy file as its sections are written. The comments here are the reference text.

mod limits;

pub(crate) use limits::LimitsSection;

use std::borrow::Cow;

use portcullis_model::Diagnostic;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::codes;
use crate::digest::ContractDigest;
use crate::notes::Notes;
use crate::place::{ApiUrl, BasePath, ListenAddress, WebOrigin};
use crate::section::{Named, Needed, Read, Spanned, section, wrong_kind};
use crate::word::{
    AllowWord, AnswerWord, BodyWord, ControlName, Day, FullWord, ModeWord, Names, NullWord,
    UndeclaredWord,
};
use crate::yaml::{Content, Node};

section! {
    /// What the owner of an API decided, beside what its contract says. Every key but `apis` may
    /// be left out; what is left out keeps the safe default.
    struct PolicyFile, later [
        "callers", "tenant", "resources", "answers", "writes", "values", "prove", "tls",
        "trusted_proxies", "pass",
    ], {
        /// The APIs behind this gateway: exactly one in this version.
        apis: Needed<OneApi>,
        /// The IP address and port where the gateway listens. Default: `127.0.0.1:8080`, because
        /// nobody else can reach it until you decide who may.
        listen: Option<Spanned<ListenAddress>>,
        /// The IP address and port of liveness (`/livez`) and readiness (`/readyz`), for whoever
        /// watches over the process. It must not be where the API listens. Default: none, because
        /// nobody asks until it is said where.
        health: Option<Spanned<ListenAddress>>,
        /// Web origins whose pages may call the API from a browser, each as the browser writes
        /// it: `https://shop.example.com`. Default: none, because a page that nobody named has
        /// no business there.
        origins: Option<Vec<Spanned<WebOrigin>>>,
        /// Who may call what. Default: only what the contract declares open, because an
        /// operation that nobody decided about stays closed.
        access: Option<Vec<AccessRule>>,
        /// Decisions about single operations, by operationId or by `GET /orders/{id}`.
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

/// A list of exactly one API.
#[derive(Debug)]
pub(crate) struct OneApi(pub(crate) Api);

impl Read for OneApi {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let Content::List(items) = &node.content else {
            notes.push(|| wrong_kind(node, "a list", "write `- contract: openapi.yaml` here"));
            return None;
        };
        if items.is_empty() {
            notes.push(|| {
                Diagnostic::error(&codes::ONE_API, "`apis` names no API").at(node.span).help(
                    "write `- { contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }`",
                )
            });
        }
        for another in items.iter().skip(1) {
            notes.push(|| {
                Diagnostic::error(&codes::ONE_API, "a second API stands here")
                    .at(another.span)
                    .label("this version serves one")
                    .help("keep one entry, and start another gateway for the other API")
            });
        }
        items.first().and_then(|first| Api::read(first, notes)).map(Self)
    }
}

impl JsonSchema for OneApi {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("OneApi")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let api = generator.subschema_for::<Api>();
        json_schema!({ "type": "array", "items": api, "minItems": 1, "maxItems": 1 })
    }
}

section! {
    /// One API: what it promises, and where it is.
    struct Api, later ["tls"], {
        /// The OpenAPI document, as a path from the folder of this file.
        contract: Needed<Spanned<String>>,
        /// The SHA-256 digest of the document that was decided about, `sha256:` and 64
        /// hexadecimal digits: another document is an error until its digest stands here.
        /// `portcullis init` writes it. Default: none, because a document that lies beside this
        /// file changes with it.
        digest: Option<Spanned<ContractDigest>>,
        /// Where the API is: an `http` URL. A path in it replaces the base path towards the
        /// API; a single slash at the end counts as no path.
        upstream: Needed<Spanned<ApiUrl>>,
        /// The path under which clients call, before every path of the contract: `/api`. `""`
        /// for none. Default: the path of the contract's first server, because that is where
        /// its clients were told to call.
        base_path: Option<Spanned<BasePath>>,
        /// The path that stands before every path towards the API, where it differs: `""` for none.
        /// Default: the path of `upstream`, or `base_path`, because most APIs listen where their
        /// contract says.
        upstream_base_path: Option<Spanned<BasePath>>,
        /// `null_means` for all operations. Default: a null is a null.
        null_means: Option<Spanned<NullWord>>,
    }
}

section! {
    /// One rule about who may call.
    struct AccessRule, later ["role", "may", "on", "when", "hide", "across_tenants"], {
        /// Operations that anyone may call without saying who they are: names, or `"*"` for all.
        anyone: Needed<Names>,
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
        /// The operation, by operationId or by `GET /orders/{id}`. Default: all.
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
