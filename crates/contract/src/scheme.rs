//! Ways to show who is calling.

use portcullis_model::Span;

/// A way to show who is calling (OpenAPI Security Scheme Object).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityScheme {
    /// The key under `components.securitySchemes` (Swagger 2.0: `securityDefinitions`).
    pub name: String,
    /// Of which type it is.
    pub kind: SchemeKind,
    /// Where the credential stands.
    pub place: SchemePlace,
    /// Where it is declared.
    pub span: Option<Span>,
}

/// The type of a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SchemeKind {
    /// `apiKey`: a word that the API knows.
    ApiKey,
    /// `http`: an auth-scheme of HTTP, such as Basic or Bearer.
    Http,
    /// `oauth2`: an access token.
    OAuth2,
    /// `openIdConnect`: an access token of a provider that can be discovered.
    OpenIdConnect,
    /// `mutualTLS`: a client certificate.
    MutualTls,
    /// Another one, or none.
    Unknown,
}

/// Where a credential stands in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemePlace {
    /// `Authorization` with this auth-scheme, in lower case: `bearer`, `basic` (also for oauth2
    /// and openIdConnect, which are bearer).
    Authorization(String),
    /// A header of this name, in lower case.
    Header(String),
    /// A cookie of this name.
    Cookie(String),
    /// A query parameter of this name.
    Query(String),
    /// A client certificate.
    MutualTls,
    /// Of a type that is not understood: nothing can satisfy it.
    NotUnderstood,
}

/// One alternative of a `security` list: all of these schemes together, by their index. Empty
/// means that anonymous calls are allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityRequirement {
    /// Indices into [`crate::Contract::schemes`].
    pub schemes: Vec<usize>,
    /// What tokens must be good for, each with the scheme that it is asked of: scopes of `oauth2`
    /// and `openIdConnect`.
    pub scopes: Vec<(usize, String)>,
}
