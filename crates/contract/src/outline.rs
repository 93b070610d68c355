//! What a document says beside what requests are held to: servers, flows, headers of answers, examples, and every
//! schema by itself, with the place where it stands and the operations that use it.
//!
//! A [`crate::Contract`] joins all that is declared of a value, which is what a gateway needs. Whoever mends a document
//! needs the opposite: the one place that is wrong, and all that follows from it. So this reads the document once
//! more, from the text that is in memory: for people, not for requests.

mod access;
mod engines;
mod examples;
mod facts;
mod held;
mod inputs;
mod operations;
mod places;
mod schemas;
mod schemes;
mod servers;
mod unread;
mod uses;
mod walk;

use std::collections::HashMap;

use portcullis_model::{Diagnostic, Method, Pointer, SourceId, Sources, Span};

use crate::codes;
use crate::contract::Contract;
use crate::document::Tree;
use crate::library::Library;
use crate::operation::Security;
use crate::parameter::Place;
use crate::read::version;
use crate::reference::References;

pub use engines::{backtracks, is_anchored};
pub use examples::ExampleText;
pub use facts::{Edge, EdgeKind, Lacks, OutlinedSchema, Said};
pub use held::is_told_length;
pub use places::Step;
pub use schemes::{Flow, FlowKind, OutlinedScheme};
pub use servers::{OutlinedServer, ServerForm};
pub use unread::{Unread, Unreadable};
pub use uses::Uses;

/// Schemas that are looked at, each once for each set of bounds that hold around it.
const VISITS_MAX: usize = 2_000_000;
/// Operations, and what is declared in each of them, of which is told.
const OPERATIONS_MAX: usize = 100_000;
const DECLARED_MAX: usize = 1_000;

/// A document, by its places.
#[derive(Debug)]
pub struct Outline {
    /// Whether it is Swagger 2.0.
    pub is_swagger: bool,
    /// Whether its schemas are JSON Schema 2020-12.
    pub is_json_schema: bool,
    /// The document itself.
    pub root: Site,
    /// `security` at the root, where it stands.
    pub security: Option<RootSecurity>,
    /// Its servers; of Swagger 2.0, what `host` and `schemes` say.
    pub servers: Vec<OutlinedServer>,
    /// Its security schemes, in the order of [`crate::Contract::schemes`].
    pub schemes: Vec<OutlinedScheme>,
    /// Its operations, also those that are not served.
    pub operations: Vec<OutlinedOperation>,
    /// What is written in paths like an operation, and is none.
    pub unread: Vec<Unread>,
    /// What the API itself calls (`webhooks`).
    pub webhooks: Vec<OutlinedCall>,
    /// Every schema that an operation leads to, once.
    pub schemas: Vec<OutlinedSchema>,
    /// Texts that stand as examples.
    pub examples: Vec<ExampleText>,
    /// Whether all of it was looked at; else a bound was reached, and nothing is said of the rest.
    pub is_whole: bool,
    places: HashMap<u32, Box<[Step]>>,
    main: SourceId,
}

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// In the text.
    pub span: Span,
    node: u32,
}

/// A schema, by its place in [`Outline::schemas`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaIndex(pub(crate) u32);

/// `security` of the whole document.
#[derive(Debug, Clone, Copy)]
pub struct RootSecurity {
    /// Where it stands.
    pub site: Site,
    /// It is an empty list.
    pub is_empty: bool,
}

/// An operation.
#[derive(Debug)]
pub struct OutlinedOperation {
    /// Its index in [`crate::Contract::operations`], if it is served.
    pub index: Option<usize>,
    /// The method.
    pub method: Method,
    /// The path template as written.
    pub template: String,
    /// `operationId`.
    pub id: Option<String>,
    /// Who may call it, as it is written; an index of a scheme that is not declared leads nowhere.
    pub security: Security,
    /// Where it stands.
    pub site: Site,
    /// Where `responses` stands, if it does.
    pub answers_site: Option<Site>,
    /// What requests of it may hold beside a body: its own parameters and those of its path.
    pub parameters: Vec<OutlinedParameter>,
    /// Schemas of bodies of requests, each with its media type.
    pub bodies: Vec<(String, Option<SchemaIndex>)>,
    /// What it answers.
    pub answers: Vec<OutlinedAnswer>,
    /// What the API calls in turn (`callbacks`).
    pub callbacks: Vec<OutlinedCall>,
}

/// A call that the API makes.
#[derive(Debug)]
pub struct OutlinedCall {
    /// Of a callback, the expression that says where; of a webhook, its name.
    pub name: String,
    /// Where it stands.
    pub site: Site,
    /// Whether it has a parameter for a signature, or asks for a credential.
    pub is_signed: bool,
}

/// A parameter; of Swagger 2.0, also a field of a form.
#[derive(Debug)]
pub struct OutlinedParameter {
    /// Its name.
    pub name: String,
    /// Where it stands in a request; none: in a form.
    pub place: Option<Place>,
    /// Where it is declared.
    pub site: Site,
    /// What its value must be.
    pub schema: Option<SchemaIndex>,
}

/// A declared answer.
#[derive(Debug)]
pub struct OutlinedAnswer {
    /// The key: `200`, `4XX`, `default`.
    pub status: String,
    /// Where it is declared.
    pub site: Site,
    /// Names of its header fields, in lower case.
    pub headers: Vec<String>,
    /// Schemas of its bodies, each with its media type.
    pub bodies: Vec<(String, Option<SchemaIndex>)>,
}

impl Outline {
    /// Reads a document again, with the files that it refers to, from the texts that are there.
    ///
    /// # Errors
    /// Where the document is none, which a [`Contract`] of it rules out.
    pub fn read(
        contract: &Contract,
        sources: &Sources,
        main: SourceId,
    ) -> Result<Self, Diagnostic> {
        let library = Library::known(sources, main)?;
        let Some(root) = library.main().map(Tree::root) else {
            return Err(Diagnostic::error(&codes::UNREADABLE, "there is no document"));
        };
        let (_, version) = version(root)?;
        let has_names = version.is_json_schema();
        let references = References::new(&library, version, has_names);
        let mut outline = walk::Walker::new(root, version, &references).outline(&library, main);
        let served = contract.operations.iter().enumerate();
        let served: HashMap<(Method, &str), usize> =
            served.map(|(index, one)| ((one.method, one.template.as_str()), index)).collect();
        for one in &mut outline.operations {
            one.index = served.get(&(one.method, one.template.as_str())).copied();
        }
        Ok(outline)
    }

    /// Where something stands in its file, as a JSON Pointer.
    pub fn pointer(&self, site: Site) -> Pointer {
        places::pointer(self.steps(site))
    }

    /// The same as the steps that lead there.
    pub fn steps(&self, site: Site) -> &[Step] {
        self.places.get(&site.node).map_or(&[], |steps| steps)
    }

    /// Whether something stands in the document itself, and not in a file that it refers to.
    pub fn is_main(&self, site: Site) -> bool {
        site.span.source == self.main
    }

    /// The schema of this index.
    pub fn schema(&self, index: SchemaIndex) -> Option<&OutlinedSchema> {
        self.schemas.get(index.0 as usize)
    }

    /// The place of a schema, below the length of [`Outline::schemas`].
    pub const fn place(&self, index: SchemaIndex) -> usize {
        index.0 as usize
    }

    /// All schemas, by their index.
    pub fn indexed(&self) -> impl Iterator<Item = (SchemaIndex, &OutlinedSchema)> {
        (0..).map(SchemaIndex).zip(&self.schemas)
    }
}

impl OutlinedOperation {
    /// `GET /orders/{id}`.
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    /// What people call it: the operationId, else [`OutlinedOperation::title`].
    pub fn name(&self) -> String {
        self.id.clone().unwrap_or_else(|| self.title())
    }
}

#[cfg(test)]
mod tests;
