//! The compiled document.

use portcullis_model::{Diagnostic, Method, Span};

use crate::operation::Operation;
use crate::path::CanonicalPath;
use crate::route::Routes;
use crate::shape::Shapes;

/// An OpenAPI document, compiled: immutable, shared by all requests.
#[derive(Debug)]
pub struct Contract {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// The `openapi` field: `3.0.3`.
    pub openapi: String,
    /// SHA-256 of the document's text, in lower-case hexadecimal.
    pub digest: String,
    /// The path of the first server, without a slash at the end: empty or `/api/v3`.
    pub base_path: String,
    /// Where `servers` stands, if the document has it.
    pub base_path_span: Option<Span>,
    /// Every operation that can be served, in document order. Its index is its identity in the
    /// model.
    pub operations: Vec<Operation>,
    /// The declared properties of every schema, as a graph.
    pub shapes: Shapes,
    /// The security schemes of the document, by their index in [`SecurityRequirement`].
    pub schemes: Vec<SecurityScheme>,
    /// What was not understood, or cannot be enforced, or is doubtful.
    pub warnings: Vec<Diagnostic>,
    pub(crate) routes: Routes,
}

/// What a method and path lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Find<'a> {
    /// An operation, by its index.
    Operation(usize),
    /// The path is declared, but not with this method; these are.
    OtherMethods(&'a [Method]),
    /// No declared path.
    Nothing,
}

impl Contract {
    /// Which operation is this? `path` is without the base path. Literal segments win over
    /// templated ones (OpenAPI 3.1 section 4.8.8.2), from left to right, with backtracking.
    pub fn find(&self, method: Method, path: &CanonicalPath) -> Find<'_> {
        self.routes.find(method, path)
    }

    /// Appends the values of an operation's path parameters: name and decoded value, in the order
    /// of the template. Both are borrowed, so a caller that keeps the list allocates nothing.
    /// `path` is one that [`Contract::find`] led to this operation.
    pub fn path_values<'a>(
        &'a self,
        operation: usize,
        path: &'a CanonicalPath,
        values: &mut Vec<(&'a str, &'a str)>,
    ) {
        self.routes.values(operation, path, values);
    }

    /// The operation of this index.
    pub fn operation(&self, index: usize) -> Option<&Operation> {
        self.operations.get(index)
    }

    /// The operation that people call so: its operationId, or `GET /orders/{id}`.
    pub fn operation_named(&self, name: &str) -> Option<usize> {
        self.operations.iter().position(|operation| {
            operation.id.as_deref() == Some(name) || operation.title() == name
        })
    }
}

/// A way to show who is calling (OpenAPI Security Scheme Object), as far as presence needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityScheme {
    /// The key under `components.securitySchemes`.
    pub name: String,
    /// Where the credential stands.
    pub place: SchemePlace,
    /// Where it is declared.
    pub span: Option<Span>,
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
    /// Indices into [`Contract::schemes`].
    pub schemes: Vec<usize>,
}
