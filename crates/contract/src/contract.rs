//! The compiled document.

use portcullis_model::{Diagnostic, Method, Span};

use crate::operation::Operation;
use crate::path::CanonicalPath;
use crate::route::{Find, PathPart, Routes};
use crate::scheme::SecurityScheme;
use crate::shape::Shapes;

/// An OpenAPI document, compiled: immutable, shared by all requests.
#[derive(Debug)]
pub struct Contract {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// The `openapi` field, or `swagger`: `3.0.3`, `2.0`.
    pub openapi: String,
    /// SHA-256 in lower-case hexadecimal: of the document's text, or, where it refers to files, of
    /// the list of their digests and paths.
    pub digest: String,
    /// How many files it stands in.
    pub files: usize,
    /// The path of the first server, without a slash at the end: empty or `/api/v3`.
    pub base_path: String,
    /// Where `servers` stands, if the document has it.
    pub base_path_span: Option<Span>,
    /// Where the document says that the API is reached, in its order.
    pub servers: Vec<Server>,
    /// Every operation that can be served, in document order. Its index is its identity in the
    /// model.
    pub operations: Vec<Operation>,
    /// Every path that a request can match, in document order, also one without operations.
    pub paths: Vec<String>,
    /// Every operation that is declared and cannot be served, of whose path and method that much
    /// is known.
    pub not_served: Vec<NotServed>,
    /// The declared properties of every schema, as a graph.
    pub shapes: Shapes,
    /// The security schemes of the document, by their index in [`crate::SecurityRequirement`].
    pub schemes: Vec<SecurityScheme>,
    /// What was not understood, or cannot be enforced, or is doubtful.
    pub warnings: Vec<Diagnostic>,
    pub(crate) routes: Routes,
}

/// An address at which a document says that the API is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `https://api.example.com/v1`, with the default of each variable in it; of one that has none, its name in braces.
    pub url: String,
    /// Where it stands.
    pub span: Span,
}

/// A declared operation that cannot be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotServed {
    /// `GET /orders/{id}`.
    pub title: String,
    /// Where it is declared.
    pub span: Span,
    /// Why.
    pub why: String,
    /// Where the reason stands.
    pub why_span: Span,
}

impl Contract {
    /// Which operation is this? `path` is without the base path. Literal segments win over
    /// templated ones (OpenAPI 3.1 section 4.8.8.2), from left to right, with backtracking.
    ///
    /// A path that a careless server would read as another template's literal leads nowhere.
    pub fn find(&self, method: Method, path: &CanonicalPath) -> Find<'_> {
        self.routes.find(method, path)
    }

    /// The methods that are served for a path; none if it is not declared, or has none.
    pub fn methods(&self, path: &CanonicalPath) -> Option<&[Method]> {
        self.routes.methods(path)
    }

    /// Appends the parts of a path as the template of an operation sees them, in order: fixed
    /// text, and the values of parameters. `path` is one that [`Contract::find`] led to this
    /// operation.
    pub fn path_parts<'a>(
        &'a self,
        operation: usize,
        path: &'a CanonicalPath,
        parts: &mut Vec<PathPart<'a>>,
    ) {
        self.routes.parts(operation, path, parts);
    }

    /// The operation of this index.
    pub fn operation(&self, index: usize) -> Option<&Operation> {
        self.operations.get(index)
    }

    /// The operation that people call so: `GET /orders/{id}`, or its operationId.
    pub fn operation_named(&self, name: &str) -> Option<usize> {
        let find = |is_it: &dyn Fn(&Operation) -> bool| self.operations.iter().position(is_it);
        find(&|one| one.title() == name).or_else(|| find(&|one| one.id.as_deref() == Some(name)))
    }
}
