//! The section `callers`: how it is known who calls.

use portcullis_yaml::{Named, Needed, Several, Spanned, section};

use crate::claim::{CallerUrl, ClaimPointer, Texts};
use crate::digest::ContractDigest;
use crate::file::forward::ForwardSection;
use crate::file::guesses::GuessSection;
use crate::file::leaks::LeaksSection;
use crate::file::login::{Ends, LoginSection};
use crate::file::whoami::WhoamiSection;
use crate::login_place::LoginMember;
use crate::quantity::{Count, Time};
use crate::secret::Secret;
use crate::word::{SeenWord, SubjectWord};

section! {
    /// How it is known who calls, and what is known of them. Default: nobody is verified; a declared
    /// credential must be there, and operations that need a caller are closed where the listener is
    /// not loopback.
    struct CallersSection, later [], {
        /// Issuers of access tokens that verify by themselves (JWT): one, or a list.
        jwt: Option<Several<JwtSection>>,
        /// Authorization servers that are asked about each token (RFC 7662), for tokens that say
        /// nothing by themselves: one, or a list.
        introspection: Option<Several<IntrospectionSection>>,
        /// How a client's certificate says who calls (`tls: { client_ca }`), where the contract says
        /// `mutualTLS`. Default: each one is a caller of its own, named by its SHA-256.
        certificates: Option<CertificatesSection>,
        /// API keys that are issued here: `portcullis keys issue`. Their digests are in the `store`.
        api_keys: Option<ApiKeysSection>,
        /// Users and passwords (Basic) that are kept here: `portcullis passwords set`. Their hashes are in the
        /// `store`.
        passwords: Option<PasswordsSection>,
        /// The API's own login: one operation, or a list. Its credentials are kept here and ours are
        /// handed out, so that a weak one is of no use to anybody.
        login: Option<Several<LoginSection>>,
        /// The API's own word about who calls: an operation that is asked with the caller's
        /// credential; one for each API.
        whoami: Option<Several<WhoamiSection>>,
        /// Operations after whose success what `whoami` said is asked again: `setRole`.
        changes_roles: Option<Vec<Spanned<String>>>,
        /// Operations at which something can be guessed, beside logins: one, or a list.
        guesses: Option<Several<GuessSection>>,
        /// Operations after whose success sessions end: `logout`, or `{ operation: resetPassword, of:
        /// path.username }`.
        ends_sessions: Option<Vec<Ends>>,
        /// The attribute that objects name their owner by: what `caller.id` means. Default: the caller's
        /// own name (`subject`).
        id: Option<Spanned<String>>,
        /// What is known of a caller beside the name, by a name of your choice: `role`, `tenant`.
        attributes: Option<Named<AttributeSection>>,
        /// How the API is told who calls. Default: not at all; the credential goes on as it came.
        forward: Option<ForwardSection>,
    }
}

section! {
    /// One issuer of JWT access tokens (RFC 9068).
    struct JwtSection, later [], {
        /// Who issues them, exactly as it stands in `iss`: `https://login.example.com`.
        issuer: Needed<Spanned<CallerUrl>>,
        /// For whom they must be meant (`aud`): a name, or several. There is no default: a token for
        /// another API of the same issuer must not open this one.
        audience: Needed<Spanned<Texts>>,
        /// The security schemes of the contract that take these tokens. Default: every one that is a
        /// bearer token.
        schemes: Option<Spanned<Texts>>,
        /// The issuer's keys, as a JWK Set in a place of yours: `file:keys.json`. Default: they are
        /// fetched from where the issuer's metadata says, and again when a token names an unknown one.
        keys: Option<Spanned<Secret>>,
        /// Where the keys are fetched, without asking the metadata.
        jwks_url: Option<Spanned<CallerUrl>>,
        /// Whom the issuer's certificate must come from (PEM). Default: one of those whom the system
        /// trusts.
        ca: Option<Spanned<Secret>>,
        /// The `typ` of access tokens: `at+jwt`, `JWT`, or `none` for tokens without. Default:
        /// `at+jwt` and `JWT`; the audience tells access tokens from others.
        types: Option<Spanned<Texts>>,
        /// The signatures that are believed: `ES256`, `ES384`, `EdDSA`, `RS256`, `RS384`, `RS512`,
        /// `PS256`, `PS384`, `PS512`. Default: all of these; a key decides which of them fits.
        algorithms: Option<Spanned<Texts>>,
        /// The claim that names the caller, as a JSON Pointer. Default: `/sub`.
        subject: Option<Spanned<ClaimPointer>>,
        /// `true` takes only tokens that are bound to a key (DPoP, RFC 9449) or to a client certificate
        /// (RFC 8705). Default: `false`; a token that is bound must be proved all the same.
        sender_constrained: Option<Spanned<bool>>,
        /// How far the clocks of issuer and gateway may differ. Default: `30s`.
        leeway: Option<Spanned<Time>>,
    }
}

section! {
    /// One authorization server that is asked about tokens (RFC 7662).
    struct IntrospectionSection, later [], {
        /// Who issues the tokens.
        issuer: Needed<Spanned<CallerUrl>>,
        /// Where it is asked: `https://login.example.com/introspect`.
        url: Needed<Spanned<CallerUrl>>,
        /// For whom tokens must be meant (`aud`): a name, or several.
        audience: Needed<Spanned<Texts>>,
        /// The security schemes of the contract that take these tokens. Default: every one that is a
        /// bearer token.
        schemes: Option<Spanned<Texts>>,
        /// Who the gateway is, to that server.
        client: Needed<Spanned<String>>,
        /// And how it proves that: `file:NAME`, `env:NAME` or `credential:NAME`.
        secret: Needed<Spanned<Secret>>,
        /// Whom the server's certificate must come from (PEM). Default: one of those whom the system
        /// trusts.
        ca: Option<Spanned<Secret>>,
        /// The member of the answer that names the caller, as a JSON Pointer. Default: `/sub`.
        subject: Option<Spanned<ClaimPointer>>,
        /// How long an answer is believed; a token that is revoked there lives as long here. Default:
        /// `10s`.
        cache: Option<Spanned<Time>>,
    }
}

section! {
    /// How a client's certificate says who calls. It says one of both keys.
    struct CertificatesSection, later [], {
        /// What in it says whose it is: `thumbprint`, `dns` or `uri` (such as SPIFFE IDs). A certificate
        /// with no such name, or with several, is nobody's. Default: `thumbprint`.
        subject: Option<Spanned<SubjectWord>>,
        /// Callers, each by the SHA-256 of its certificate, or of several: `billing: "sha256:..."`. No
        /// other certificate is anybody's.
        names: Option<Named<Several<Spanned<ContractDigest>>>>,
    }
}

section! {
    /// API keys that are issued here: `pharm_live_<id>_<secret>`. They end here and do not go on to the API.
    struct ApiKeysSection, later [], {
        /// What they begin with, so that people and scanners know one when they see it: 2 to 16 small
        /// letters and digits, `pharm`.
        brand: Needed<Spanned<String>>,
        /// What follows: a key of another environment opens nothing here. Default: `live`.
        environment: Option<Spanned<String>>,
        /// What their digests are made with: 32 random bytes in a place that is not the store's, `file:pepper.key`,
        /// `env:NAME` or `credential:NAME`. With another one no key is good.
        pepper: Needed<Spanned<Secret>>,
        /// The security schemes of the contract that take them: API keys in a header field, or bearer tokens.
        /// Default: every API key in a header field.
        schemes: Option<Spanned<Texts>>,
        /// What becomes of a genuine key that comes over plain HTTP, where others can read it: `refuse` refuses the
        /// request and records the key's name, `revoke` revokes the key as well, at once and for ever, with all
        /// below it. Default: `refuse`, because one mistyped `http://` would end a key that many use.
        seen_in_plain: Option<Spanned<SeenWord>>,
        /// Where leaked keys are reported, and what becomes of them. Default: nowhere by HTTP; `portcullis keys report`
        /// revokes.
        leaks: Option<LeaksSection>,
    }
}

section! {
    /// Users and passwords that are kept here. They end here and do not go on to the API.
    struct PasswordsSection, later [], {
        /// What they are hashed with: 32 random bytes in a place that is not the store's, `file:passwords.key`,
        /// `env:NAME` or `credential:NAME`. With another one no password is good; without it nobody who has the
        /// store can try any.
        pepper: Needed<Spanned<Secret>>,
        /// The security schemes of the contract that take them: of each API all that are `scheme: basic`, or none.
        /// Default: all.
        schemes: Option<Spanned<Texts>>,
        /// A file of passwords that many have had already: none of them can be set. Either lines of SHA-1 and count in
        /// their order, as `haveibeenpwned-downloader` writes them, or one password on each line.
        breached: Option<Spanned<String>>,
        /// Characters of a password that is set, at least: 8 to 64. Default: 15, as NIST SP 800-63B (revision 4) asks
        /// where there is no second factor.
        min_length: Option<Spanned<Count>>,
        /// Threads that compute hashes, each in 19 MiB of memory. Default: as many as processors, 8 at most.
        workers: Option<Spanned<Count>>,
    }
}

section! {
    /// Something that is known of a caller.
    struct AttributeSection, later ["at"], {
        /// The claim of a verified token that says it, as a JSON Pointer: `/realm_access/roles`.
        claim: Option<Spanned<ClaimPointer>>,
        /// The member of a login's answer that says it: `login./customer_id`; or a list, of which the
        /// first one that is there counts. A claim of a token wins over it.
        from: Option<Several<Spanned<LoginMember>>>,
        /// The member of the answer of `whoami` that says it, as a JSON Pointer: `/role`. A claim and a
        /// login win over it.
        whoami: Option<Spanned<ClaimPointer>>,
        /// The member of the caller's own answers that says it, where nothing else does. It is set once:
        /// a second value, or one that two callers claim, makes it unknown. Kept in memory.
        learned: Option<LearnedSection>,
    }
}

section! {
    /// An answer that says something of its caller, such as the owner in `createOrder`.
    struct LearnedSection, later [], {
        /// The operation.
        operation: Needed<Spanned<String>>,
        /// The member of its answer, as a JSON Pointer: one that no request can set.
        at: Needed<Spanned<ClaimPointer>>,
    }
}
