//! Security schemes, with the flows by which tokens are got.

use portcullis_model::Span;

use super::Site;
use super::walk::Walker;
use crate::document::Node;

/// Schemes and flows that are told.
const SCHEMES_MAX: usize = 1_000;
const FLOWS_MAX: usize = 16;
/// Scopes of one flow.
const SCOPES_MAX: usize = 10_000;

/// A security scheme as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlinedScheme {
    /// What the document calls it.
    pub name: String,
    /// Where it stands.
    pub site: Site,
    /// `bearerFormat`, in lower case.
    pub bearer_format: Option<String>,
    /// `openIdConnectUrl`, and where it stands.
    pub discovery: Option<(String, Span)>,
    /// Flows of `oauth2`.
    pub flows: Vec<Flow>,
}

/// A flow of OAuth 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Which one.
    pub kind: FlowKind,
    /// Where it stands.
    pub site: Site,
    /// The addresses that it names (`authorizationUrl`, `tokenUrl`, `refreshUrl`), and where they stand.
    pub urls: Vec<(&'static str, String, Span)>,
    /// Whether it says where tokens are renewed.
    pub has_refresh: bool,
    /// Names of its scopes.
    pub scopes: Vec<String>,
}

/// Which flow of OAuth 2 (the names of OpenAPI 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the flow of that name")]
pub enum FlowKind {
    Implicit,
    Password,
    ClientCredentials,
    AuthorizationCode,
    Device,
}

impl FlowKind {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "implicit" => Self::Implicit,
            "password" => Self::Password,
            "clientCredentials" | "application" => Self::ClientCredentials,
            "authorizationCode" | "accessCode" => Self::AuthorizationCode,
            "deviceAuthorization" => Self::Device,
            _ => return None,
        })
    }
}

impl<'a> Walker<'a, '_> {
    /// All of them, in the order of the document.
    pub(super) fn schemes(&mut self) -> Vec<OutlinedScheme> {
        let list = if self.version.is_swagger() {
            self.root.get("securityDefinitions")
        } else {
            self.root.get("components").and_then(|all| all.get("securitySchemes"))
        };
        let mut schemes = Vec::new();
        for (name, node) in list.into_iter().flat_map(Node::members).take(SCHEMES_MAX) {
            let declared = self.object(node);
            let mut site = self.site(declared.unwrap_or(node));
            site.span = name.span;
            let url = declared.and_then(|one| one.get("openIdConnectUrl"));
            let discovery = url.and_then(|url| Some((url.as_str()?.to_owned(), url.span())));
            let format = declared.and_then(|one| one.get_str("bearerFormat"));
            schemes.push(OutlinedScheme {
                name: name.text.to_owned(),
                site,
                bearer_format: format.map(str::to_ascii_lowercase),
                discovery,
                flows: declared.map(|one| self.flows(one)).unwrap_or_default(),
            });
        }
        schemes
    }

    fn flows(&mut self, scheme: Node<'a>) -> Vec<Flow> {
        if scheme.get_str("type") != Some("oauth2") {
            return Vec::new();
        }
        if self.version.is_swagger() {
            let kind = scheme.get_str("flow").and_then(FlowKind::of);
            return kind.map(|kind| self.flow(kind, scheme)).into_iter().collect();
        }
        let all = scheme.get("flows").into_iter().flat_map(Node::members).take(FLOWS_MAX);
        let known = all.filter_map(|(word, flow)| Some((FlowKind::of(word.text)?, flow)));
        known.map(|(kind, flow)| self.flow(kind, flow)).collect()
    }

    fn flow(&mut self, kind: FlowKind, flow: Node<'a>) -> Flow {
        let keys = ["authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl"];
        let urls = keys.into_iter().filter_map(|key| {
            let url = flow.get(key)?;
            Some((key, url.as_str()?.to_owned(), url.span()))
        });
        let scopes = flow.get("scopes").into_iter().flat_map(Node::members).take(SCOPES_MAX);
        Flow {
            kind,
            site: self.site(flow),
            urls: urls.collect(),
            has_refresh: flow.get_str("refreshUrl").is_some(),
            scopes: scopes.map(|(name, _)| name.text.to_owned()).collect(),
        }
    }
}
