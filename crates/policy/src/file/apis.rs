//! The section `apis`: what stands behind the gateway, and how a request chooses.

use std::borrow::Cow;

use portcullis_model::Diagnostic;
use portcullis_yaml::{Content, Named, Needed, Node, Notes, Read, Spanned, section, wrong_kind};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::claim::{CallerUrl, Texts};
use crate::codes;
use crate::digest::ContractDigest;
use crate::place::{ApiName, ApiUrl, ApiUrls, BasePath, HostName, PublishedWord};
use crate::secret::Secret;
use crate::word::{CookieWord, HttpWord, MarkupWord, NullWord};

/// APIs of one gateway; each is a contract in memory.
const APIS_MAX: usize = 64;

/// At least one API.
#[derive(Debug)]
pub(crate) struct Apis(pub(crate) Vec<Api>);

impl Read for Apis {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let Content::List(items) = &node.content else {
            wrong_kind(node, notes, "a list", "write `- contract: openapi.yaml` here");
            return None;
        };
        if items.is_empty() {
            notes.push(|| {
                Diagnostic::error(&codes::ONE_API, "`apis` names no API").at(node.span).help(
                    "write `- { contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }`",
                )
            });
            return None;
        }
        if let Some(further) = items.get(APIS_MAX) {
            notes.push(|| {
                Diagnostic::error(&codes::ONE_API, format!("there are more than {APIS_MAX} APIs"))
                    .at(further.span)
                    .label("one too many")
                    .help("start another gateway for those from here on")
            });
        }
        // An API that cannot be read was noted, so that no model comes of this.
        Some(Self(items.iter().take(APIS_MAX).filter_map(|one| Api::read(one, notes)).collect()))
    }
}

impl JsonSchema for Apis {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Apis")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let api = generator.subschema_for::<Api>();
        json_schema!({ "type": "array", "items": api, "minItems": 1, "maxItems": APIS_MAX })
    }
}

section! {
    /// One API: what it promises, which requests it gets, and where it is.
    struct Api, later [], {
        /// What people call it, where several stand: letters, digits and `-`. It stands in records,
        /// and before the names of its operations: `shop::getOrder`. Default: its first host and
        /// base path.
        name: Option<Spanned<ApiName>>,
        /// The OpenAPI document, as a path from the folder of this file.
        contract: Needed<Spanned<String>>,
        /// The SHA-256 digest of the document that was decided about, `sha256:` and 64
        /// hexadecimal digits: another document is an error until its digest stands here.
        /// `portcullis init` writes it. Default: none, because a document that lies beside this
        /// file changes with it.
        digest: Option<Spanned<ContractDigest>>,
        /// The host names under which clients call it (`Host`, `:authority`), without port. A
        /// request for a host that no API claims is answered 421. Default: every host, because one
        /// API alone has nothing to be confused with.
        hosts: Option<Vec<Spanned<HostName>>>,
        /// Where the API is: an `http` or `https` URL, or a list of them, one for each instance of the same
        /// API. A path in it replaces the base path towards the API; a single slash at the end
        /// counts as no path.
        upstream: Needed<ApiUrls>,
        /// Whom the certificate of an `https` upstream must come from (PEM): `file:ca.pem`,
        /// `env:NAME` or `credential:NAME`. Default: one of those whom the system trusts.
        upstream_ca: Option<Spanned<Secret>>,
        /// What the gateway shows an `https` upstream of itself, if that asks: then the API can refuse
        /// whatever did not come through the gateway. Default: nothing.
        upstream_certificate: Option<UpstreamCertificateSection>,
        /// A text that the API knows, and that every request brings: then the API can refuse whatever did not
        /// come through the gateway, also without TLS. It says nothing of who calls. Default: none.
        upstream_credential: Option<UpstreamCredentialSection>,
        /// A signature over every request (RFC 9421, HMAC-SHA-256), for an API that does not rely on who else can
        /// read or change what travels to it. Default: none.
        upstream_signature: Option<UpstreamSignatureSection>,
        /// The version of HTTP that is spoken to the API: `"1.1"` or `"2"` (agreed on inside TLS;
        /// in the clear, known before). Default: `"1.1"`, which every API speaks.
        upstream_http: Option<Spanned<HttpWord>>,
        /// The path under which clients call, before every path of the contract: `/api`. `""`
        /// for none. Default: the path of the contract's first server, because that is where
        /// its clients were told to call.
        base_path: Option<Spanned<BasePath>>,
        /// The path that stands before every path towards the API, where it differs: `""` for none.
        /// Default: the path of `upstream`, or `base_path`, because most APIs listen where their
        /// contract says.
        upstream_base_path: Option<Spanned<BasePath>>,
        /// `true`: everybody may know what the contract declares, as where it is public. A path behind
        /// `base_path` (`/openapi.json`): and the gateway answers there with the document as clients
        /// see the API, to everybody (`portcullis contract public` prints the same one). Default:
        /// `false`; where callers are verified, a stranger gets the same 401 for every path that is
        /// not open to anyone, whether it exists or not.
        published: Option<Spanned<PublishedWord>>,
        /// The URL that clients know the API by, for its metadata as a resource of OAuth (RFC 9728):
        /// `https://api.example.com/shop`. Default: made of the first of `hosts` and `base_path`; none
        /// without `hosts`, and then no metadata is served.
        resource: Option<Spanned<CallerUrl>>,
        /// For whom tokens must be meant (`aud`) that open this API: a name, or several. Default: what
        /// `callers` says of their issuer; where several APIs stand, a token for one of them would then
        /// open the others.
        audience: Option<Spanned<Texts>>,
        /// What stands where an object does not exist, or is not the caller's: both look alike. Default: a
        /// problem document (RFC 9457) with the status's title and the request's name.
        not_found: Option<NotFoundSection>,
        /// Cookies that the API sets and scripts of its pages read, by name: `XSRF-TOKEN: readable`. Default:
        /// none; every cookie leaves with `HttpOnly`, because a script of somebody else that runs in a page reads
        /// what its own scripts do.
        cookies: Option<Named<CookieWord>>,
        /// What becomes of markup in JSON answers (`<b onclick=...>`, `</script>`): `escaped` writes `<`, `>`, `&` and the
        /// line ends of Unicode as `\u003c`, which every reader of JSON reads as the same, and which means nothing to a
        /// page that has the answer between its own lines; `flagged` leaves the answer and marks its record where
        /// markup runs a script. Default: `flagged`, because answers are data here: no browser takes them for a page.
        markup: Option<MarkupWord>,
        /// `null_means` for all operations. Default: a null is a null.
        null_means: Option<Spanned<NullWord>>,
    }
}

section! {
    /// A certificate of the gateway's own, towards the API (RFC 8446 section 4.4.2.4).
    struct UpstreamCertificateSection, later [], {
        /// The certificate, and those behind it (PEM): `file:gateway.pem`, `env:NAME` or `credential:NAME`.
        certificate: Needed<Spanned<Secret>>,
        /// Its private key (PEM), which nobody else may read.
        key: Needed<Spanned<Secret>>,
    }
}

section! {
    /// A text that API and gateway share. What clients send under this name is removed, and an answer with the text in
    /// it does not leave.
    struct UpstreamCredentialSection, later [], {
        /// The header field that carries it: a name of your choice, which no client sends, `X-Gateway-Key`.
        header: Needed<Spanned<String>>,
        /// The text: 32 visible characters or more in `file:NAME`, `env:NAME` or `credential:NAME`.
        value: Needed<Spanned<Secret>>,
    }
}

section! {
    /// A signature over method, host, path, query, body and the fields that say who calls. It is in `Signature-Input` and
    /// `Signature`, the body's digest in `Content-Digest` (RFC 9530); what clients send under these names is removed.
    struct UpstreamSignatureSection, later [], {
        /// The key that the API has, too: 32 random bytes in a place of their own, `file:signature.key`.
        key: Needed<Spanned<Secret>>,
        /// The name by which the API finds the key (`keyid`): letters, digits, `-`, `_` and `.`. Default: `portcullis`.
        key_id: Option<Spanned<String>>,
    }
}

section! {
    /// The one answer for objects that do not exist and for those that are not the caller's (404).
    struct NotFoundSection, later [], {
        /// Its media type. Default: `application/json`.
        media_type: Option<Spanned<String>>,
        /// Its body, as it is sent: `{"error":"not found"}`.
        body: Needed<Spanned<String>>,
    }
}

impl Api {
    /// The URLs of its instances.
    pub(crate) fn urls(&self) -> &[Spanned<ApiUrl>] {
        self.upstream.0.as_ref().map_or(&[], |urls| urls.0.as_slice())
    }

    /// Where it can be pointed at: the name of its contract.
    pub(crate) fn span(&self) -> Option<portcullis_model::Span> {
        self.contract.0.as_ref().map(|contract| contract.span)
    }
}
