//! The policy file as its sections are written. The comments here are the reference text.

mod access;
mod acme;
mod answers;
mod apis;
mod callers;
mod flows;
mod forward;
mod guesses;
mod leaks;
mod limits;
mod login;
mod page_token;
mod rates;
mod redirects;
mod serialize;
mod store;
mod targets;
mod texts;
mod tls;
mod values;
mod whoami;

pub(crate) use access::{
    AccessRule, ObjectPlace, ObjectsWord, OwnerPlace, ResourceSection, TenantPlace,
};
pub(crate) use acme::AcmeSection;
pub(crate) use answers::{AnswersSection, DeriveSection};
pub(crate) use apis::{Api, Apis, UpstreamCredentialSection, UpstreamSignatureSection};
pub(crate) use callers::{
    ApiKeysSection, AttributeSection, CallersSection, CertificatesSection, IntrospectionSection,
    JwtSection, LearnedSection, PasswordsSection,
};
pub(crate) use flows::{FlowSection, StepSection};
pub(crate) use forward::{Audiences, CallerTokenSection};
pub(crate) use guesses::GuessSection;
pub(crate) use leaks::{GithubSection, GithubWord, LeaksSection, OnReportWord};
pub(crate) use limits::{AMOUNT_MAX, LimitsSection, within};
pub(crate) use login::{Ends, LoginSection, OfWord, RefreshSection, SecondStepSection};
pub(crate) use page_token::PageTokenSection;
pub(crate) use rates::{Amount, Frequency, RateSection, Unit, WORDS, not_counted};
pub(crate) use redirects::RedirectsSection;
pub(crate) use serialize::Serialize;
pub(crate) use store::{StoreSection, VaultSection};
pub(crate) use targets::TargetsSection;
pub(crate) use texts::TextsSection;
pub(crate) use tls::TlsSection;
pub(crate) use values::{MustWritten, ValuesSection};
pub(crate) use whoami::WhoamiSection;

use portcullis_yaml::{Day, Named, Needed, Spanned, reference, section};
use serde_json::Value;

use crate::place::{ListenAddress, ProxyNetwork, WebOrigin};
use crate::quantity::Count;
use crate::secret::Secret;
use crate::word::{
    AllowWord, AnswerWord, BodyWord, ControlName, FullWord, GraphqlWord, MarkupWord, ModeWord,
    Names, NullWord, TotalsWord, UndeclaredWord, UpgradeWord,
};

section! {
    /// What the owner of an API decided, beside what its contract says. Every key but `apis` may
    /// be left out; what is left out keeps the safe default.
    struct PolicyFile, later [
        "answers", "writes", "prove", "pass",
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
        /// Only what they say of a client (`Forwarded`, `X-Forwarded-For`) is believed. `[]` says that
        /// nobody stands in front: then whoever sends such a line counts by its own address. Default:
        /// none, because anybody can write such a line.
        trusted_proxies: Option<Vec<Spanned<ProxyNetwork>>>,
        /// Web origins whose pages may call the API from a browser, each as the browser writes
        /// it: `https://shop.example.com`. Default: none, because a page that nobody named has
        /// no business there.
        origins: Option<Vec<Spanned<WebOrigin>>>,
        /// How pages show that they are the API's own, where their browsers do not say it. Default: they cannot; a write
        /// with a cookie of which no browser says where it comes from is refused.
        page_token: Option<PageTokenSection>,
        /// How it is known who calls.
        callers: Option<CallersSection>,
        /// Where sessions are kept; needed for the API's own login. Default: nowhere, and nothing that
        /// lasts is written but the log.
        store: Option<StoreSection>,
        /// The roles that rules may name, each with the roles that it includes: `admin: [staff]`. A caller has
        /// those that the attribute `role` says.
        roles: Option<Named<Names>>,
        /// The units of the organisation, each with the one above it: `berlin: germany`. Conditions ask it
        /// with `under`.
        organisation: Option<Named<Spanned<String>>>,
        /// By which member objects name their tenant: a JSON Pointer, or `{ at: /organisation_id, is: org }`
        /// with the attribute of the caller. Default: there are no tenants.
        tenant: Option<TenantPlace>,
        /// The types of objects that the API holds for somebody, and where each names its owner. Default:
        /// none is known, and an operation that takes an id is closed.
        resources: Option<Named<ResourceSection>>,
        /// Who may do what. Default: only what the contract declares open, because an
        /// operation that nobody decided about stays closed.
        access: Option<Vec<Spanned<AccessRule>>>,
        /// What everybody sees of objects, whatever their role, by resource or named schema: members that do not
        /// leave, and values that stand in the place of others. Default: all that is declared leaves, but
        /// values that look like hashes of passwords.
        answers: Option<Named<AnswersSection>>,
        /// The key of `keyed_hash`: `file:NAME`, `env:NAME` or `credential:NAME`, at least 32 random bytes, used
        /// for nothing else. Default: there is none, because one that everybody has hides nothing.
        answers_key: Option<Spanned<Secret>>,
        /// Decisions about single operations, by operationId or by `GET /orders/{id}`; where
        /// several APIs have that name, as `shop::getOrder`.
        operations: Option<Named<OperationDecision>>,
        /// Bounds on sizes, counts and times. Default: what an ordinary JSON API stays below by
        /// an order of magnitude.
        limits: Option<LimitsSection>,
        /// How often requests may come, and how many may be under way at a time: by caller, address, value ...
        /// Default: where others than this machine can ask, each caller 100/s (500 at once), each address without
        /// a verified caller 50/s (200 at once); on loopback none. `[]`: none.
        rates: Option<Vec<Spanned<RateSection>>>,
        /// Which operations people do one after the other, by names of your choice: `checkout: { steps: [createOrder,
        /// pay] }`. Default: none, because only you know which order makes sense.
        flows: Option<Named<FlowSection>>,
        /// Where the audit log goes. Default: the file `portcullis-ledger.jsonl` beside this
        /// one, because a log that nobody configured must still exist.
        ledger: Option<LedgerSection>,
        /// Written exceptions: where a control does less than it could, who wanted that, and
        /// why. Default: none, because every control enforces.
        relax: Option<Vec<Spanned<RelaxEntry>>>,
    }
}

/// The JSON Schema of the policy file (draft 2020-12), for editors.
pub fn json_schema() -> Value {
    reference::json_schema::<PolicyFile>("Portcullis policy")
}

/// The reference page in Markdown: every key, its values, and why its default is what it is.
pub fn reference_page() -> String {
    reference::page(
        "The policy file",
        "Made from the types of crate `policy`; change it there.",
        &json_schema(),
    )
}

impl PolicyFile {
    /// The APIs that could be read.
    pub(crate) fn apis(&self) -> &[Api] {
        self.apis.0.as_ref().map_or(&[], |apis| apis.0.as_slice())
    }
}

section! {
    /// Decisions about one operation.
    struct OperationDecision, later [], {
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
        /// `uninspected` serves an operation that speaks GraphQL: what its queries ask for, how deep they go and how
        /// much they cost is not looked into, and no rule about functions, objects or properties holds inside. `other`
        /// says that it only looks like one. Default: an operation that looks like GraphQL is closed.
        graphql: Option<Spanned<GraphqlWord>>,
        /// Items that one page of its lists may be asked to have, beside what the contract says. Default: that of
        /// `limits`, where the contract says nothing.
        page_size: Option<Spanned<Count>>,
        /// How far into its lists a request may ask to begin. Default: as for `page_size`.
        page_offset: Option<Spanned<Count>>,
        /// Objects in one list of its bodies, and values in one list of its parameters. Default: as for
        /// `page_size`.
        batch_items: Option<Spanned<Count>>,
        /// Requests with the same value wait for one another until the API has answered, so that two
        /// parallel withdrawals do not both pass: `path.account`, `body./from_account`, `caller`,
        /// `everybody`; or `{ by: caller, group: money }`, where operations with the same word wait for
        /// one another, too. Requests without the value, and callers that nobody verified, count as
        /// one. Default: nothing waits, because only you know which operations look before they write.
        serialize: Option<Spanned<Serialize>>,
        /// Which objects its requests name, where that cannot be seen from the contract, or is seen wrongly:
        /// `{ body./order_id: Order }`, with places as `path.id`, `query.ids`, `header.x-order`,
        /// `body./items/*/order_id` and `names./orders` (the names of an object's members). `none` behind a
        /// place, or for all of them (`objects: none`), says that nobody owns what it names; that needs a reason.
        objects: Option<Spanned<ObjectsWord>>,
        /// What its texts are meant to be, so that what belongs there is not taken for an attack:
        /// `{ body./text: markdown, query.q: prose, body./tags/*: plain }`, with places as in `objects`. `plain` is a
        /// value, in which everything is looked for; `prose` has lines; `markdown` quotes code; `code`, `html` and
        /// `sql` are what they are called. Default: what the contract says (`x-text`), else `plain`. This line wins.
        texts: Option<Spanned<TextsSection>>,
        /// `hide` takes out what counts the objects of its lists (`total`, `pages`, `X-Total-Count`, `Link`), for
        /// callers who may not see all of them. Without this line it is taken out where objects are: an API that
        /// shows callers their own, and counts everybody's, needs it.
        totals: Option<Spanned<TotalsWord>>,
        /// Where the URLs that its requests carry may point, by place: a list of hosts or origins
        /// (`[images.example.com, "*.cdn.example.com", "https://hooks.example.com:8443"]`), `own` (a path, or one of
        /// the API's own `hosts` and `origins`: for what it redirects to), `any` (needs a reason), or `public`, which
        /// is every host that everybody can reach. A host that is named in full may be an internal one; what is
        /// below a `*.` must be public. Default: `public`, wherever a URL stands.
        targets: Option<Spanned<TargetsSection>>,
        /// What values of its requests must be, beside what the contract says: a span of numbers (`"1..20"`), a pattern
        /// (`"^[A-Z]{4}$"`), a list, `empty` (people never see it, so only a program fills it in), what the caller has
        /// (`caller.email`), or not (`not caller.referral_code`), and what stands elsewhere in the request, or not
        /// (`not body./from_account`). A value that is not there breaks no rule. Default: the contract alone.
        values: Option<Spanned<ValuesSection>>,
        /// `true`: its method says that it only reads, and it changes something. Then it is taken for a write: no other
        /// site may have a browser ask it, whose object it is is known before it is asked, and it is asked once. Default:
        /// `GET`, `HEAD` and `QUERY` change nothing, because that is what they mean (RFC 9110 section 9.2.1).
        changes: Option<Spanned<bool>>,
        /// What becomes of markup in its JSON answers: `escaped` or `flagged`, as for the API as a whole. Default: what is
        /// said there.
        markup: Option<MarkupWord>,
        /// Where its answers may lead clients (`Location` of a redirect) beside this API itself, which is a path, one of
        /// its `hosts` and `origins`, the host that was asked, or one that `targets` names for this operation: a list of
        /// hosts or origins, as in `targets`, and of apps by the scheme of their links (`"com.example.app:"`); `own`,
        /// which is nowhere else; or `public`, which is every host that everybody can reach (needs a reason). Default:
        /// `own`, because a redirect that leads anywhere lends the API's good name to whoever asks for it.
        redirects: Option<Spanned<RedirectsSection>>,
        /// Why `objects` says `none`, `targets` says `any`, or `redirects` says `public`.
        reason: Option<String>,
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
