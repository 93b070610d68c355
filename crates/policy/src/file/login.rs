//! The sections `login` and `ends_sessions`: the API's own login.

use portcullis_yaml::{Content, Day, Needed, Node, Notes, Read, Several, Spanned, section};

use crate::claim::Texts;
use crate::login::{AnswerPlace, AnswerTest, RequestPlace};
use crate::login_place::AnswerMember;
use crate::quantity::Time;

section! {
    /// One operation by which callers log in to the API. Its credential is kept here; the client gets
    /// one of ours in its place, which is exchanged on the way in.
    struct LoginSection, later ["form"], {
        /// The operation, by operationId or by `POST /login`.
        operation: Needed<Spanned<String>>,
        /// Where the request says which account is meant: `body./email`, for JSON and forms. It is a
        /// key for limits and for ending sessions, never who the caller is.
        account: Option<Spanned<RequestPlace>>,
        /// Where the request has the password: `body./password`.
        secret: Option<Spanned<RequestPlace>>,
        /// Where the answer has the credential: `answer./token`, or `cookie.session` for a cookie that
        /// it sets; or a list, where it has several.
        token: Needed<Several<Spanned<AnswerPlace>>>,
        /// The security schemes of the contract that take a token of the answer's body. Default: every
        /// bearer scheme. A cookie is taken by the scheme of its name.
        scheme: Option<Spanned<Texts>>,
        /// The member of the answer that names the caller: `answer./customer_id`. Default: none; each
        /// session is then a caller of its own.
        subject: Option<Spanned<AnswerMember>>,
        /// Whose callers these are. Logins with the same word share their callers, so that two forms
        /// of one login know the same customer 7. Default: the operation's name, because the customer
        /// 7 and the pharmacist 7 of two logins are not one.
        issuer: Option<Spanned<String>>,
        /// The member of the answer that says for how many seconds the credential is good. Default:
        /// `answer./expires_in` (RFC 6749), if it is there.
        expires_in: Option<Spanned<AnswerMember>>,
        /// What an answer looks like that refuses, for an API that says 200 to a wrong password:
        /// `answer./status == "fail"`, `answer./error`, `answer.location == "/login?error"`. Default:
        /// any status but 2xx; a redirect refuses unless it sets the cookie.
        failure: Option<Spanned<AnswerTest>>,
        /// How the credential is renewed.
        refresh: Option<RefreshSection>,
        /// What completes the login, where its answer alone opens nothing else.
        second_step: Option<SecondStepSection>,
        /// How long a session lasts, whatever happens. It never outlasts the API's own credential, as
        /// far as that says how long it is good. Default: `8h`.
        lifetime: Option<Spanned<Time>>,
        /// How long it lasts without a request. Default: as long as it lasts.
        idle: Option<Spanned<Time>>,
        /// The last day, in UTC, on which credentials of the API pass that did not come through a
        /// login here, for clients that are logged in already: `2027-01-31`. Whoever shows one is not
        /// verified, and marked so. Default: none passes.
        adopt_existing_until: Option<Spanned<Day>>,
    }
}

section! {
    /// How a credential is renewed.
    struct RefreshSection, later [], {
        /// The operation.
        operation: Needed<Spanned<String>>,
        /// Where its request has the refresh token: `body./refresh_token` or `cookie.refresh`.
        token: Needed<Spanned<RequestPlace>>,
        /// Where the answers of login and refresh have it: `answer./refresh_token` or `cookie.refresh`.
        issued: Needed<Spanned<AnswerPlace>>,
        /// Where its answer has the new credentials, in the order of the login's. Default: where the
        /// login's answer has them.
        answer: Option<Several<Spanned<AnswerPlace>>>,
    }
}

section! {
    /// A second operation that a login needs before anybody is known: a one-time code.
    struct SecondStepSection, later [], {
        /// The operation.
        operation: Needed<Spanned<String>>,
        /// Where the login's answer has what is good for this operation alone: `answer./challenge`.
        /// Default: where it has its credential; then say `when`, or each login has a second step.
        issued: Option<Spanned<AnswerPlace>>,
        /// Which answers of the login ask for it: `answer./mfa_required == true`. Default: each that
        /// has what `issued` names.
        when: Option<Spanned<AnswerTest>>,
        /// Where its request has it: `body./challenge`. Default: where the scheme of the login's
        /// credential says.
        token: Option<Spanned<RequestPlace>>,
        /// Where its answer has the credentials, in the order of the login's. Default: where the
        /// login's answer has them.
        answer: Option<Several<Spanned<AnswerPlace>>>,
    }
}

section! {
    /// An operation after whose success sessions end.
    struct EndsSection, later [], {
        /// The operation.
        operation: Needed<Spanned<String>>,
        /// Whose sessions: `caller`, all of the caller's account; or where the request names the
        /// account: `path.username`. Default: the one that the request came with.
        of: Option<Spanned<OfWord>>,
        /// What an answer looks like that refuses, for an API that says 200 to that:
        /// `answer./status == "fail"`. Default: any status but 2xx and 3xx.
        failure: Option<Spanned<AnswerTest>>,
    }
}

/// `logout`, or a section about it.
#[derive(Debug)]
pub(crate) enum Ends {
    /// The operation; the session that it came with ends.
    Operation(Spanned<String>),
    /// More than that.
    Section(EndsSection),
}

impl Read for Ends {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        match node.content {
            Content::Mapping(_) => Read::read(node, notes).map(Self::Section),
            _ => Read::read(node, notes).map(Self::Operation),
        }
    }
}

impl schemars::JsonSchema for Ends {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ends".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let section = generator.subschema_for::<EndsSection>();
        schemars::json_schema!({ "anyOf": [{ "type": "string" }, section] })
    }
}

/// `caller`, or a place in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OfWord {
    Caller,
    Place(RequestPlace),
}

impl Read for OfWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        match &node.content {
            Content::Scalar { text, .. } if text == "caller" => Some(Self::Caller),
            _ => Read::read(node, notes).map(Self::Place),
        }
    }
}

portcullis_yaml::inline_schemas! {
    OfWord: { "type": "string", "pattern": "^(caller$|body\\./|path\\.|query\\.|cookie\\.)", "examples": ["caller", "path.username"] },
}
