//! From a text to a [`Contract`].

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::thread;

use portcullis_model::{Diagnostic, SourceId, Sources, plain};

use crate::ambiguous::ambiguous;
use crate::codes;
use crate::contract::Contract;
use crate::dialect;
use crate::document::{Node, Tree};
use crate::files::Files;
use crate::keys;
use crate::library::Library;
use crate::notes::{Notes, shown};
use crate::operations::Outcome;
use crate::reader::Reader;
use crate::reference::References;
use crate::schema::{Definitions, Validators};
use crate::shape::build::ShapeBuilder;
use crate::version::Version;

/// Reading recurses into values (512 deep at most) and schemas (1,000 at most). It has a stack of
/// its own, so that no caller's can be too small; pages that are not used cost nothing.
const STACK_BYTES: usize = 256 << 20;

/// Reads an OpenAPI document, with the files that it refers to. What stops is in the error, at least
/// one entry; what does not is in [`Contract::warnings`]. Files are added to the sources.
pub fn read(
    sources: &mut Sources,
    main: SourceId,
    files: &mut dyn Files,
) -> Result<Contract, Vec<Diagnostic>> {
    thread::scope(|scope| {
        let reading = thread::Builder::new()
            .name("contract".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || read_document(sources, main, files));
        match reading.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => {
                let message = format!("no thread can be started to read the document: {error}");
                Err(vec![Diagnostic::error(&codes::UNREADABLE, message)])
            }
        }
    })
}

fn read_document(
    sources: &mut Sources,
    main: SourceId,
    files: &mut dyn Files,
) -> Result<Contract, Vec<Diagnostic>> {
    let library = Library::load(sources, main, files).map_err(|problem| vec![problem])?;
    let Some(root) = library.main().map(Tree::root) else {
        return Err(Vec::new());
    };
    let (openapi, version) = version(root).map_err(|problem| vec![problem])?;
    let says = |word| library.trees().any(|tree| sources.text(tree.source()).contains(word));
    let has_names = ["$id", "$anchor", "$dynamicAnchor", "$self"].into_iter().any(says);
    let references = References::new(&library, version, has_names);
    let mut shapes = ShapeBuilder::new(&references, version).with_names();
    if says("xml") {
        shapes = shapes.with_xml(root);
    }
    let mut reader = Reader {
        root,
        version,
        references: &references,
        shapes,
        definitions: Definitions::default(),
        validators: Arc::new(OnceLock::new()),
        has_read_only: says("readOnly"),
        unknown_keys: HashSet::new(),
        notes: Notes::default(),
    };
    reader.doubts_of_root();
    let (title, version) = reader.info();
    let (base_path, base_path_span) = reader.base_path();
    let mut schemes = reader.schemes();
    if !has_webhooks_alone(root, reader.version)
        && reader.expect(root, "paths", "an object", Node::is_object).is_none()
    {
        return Err(reader.notes.into_diagnostics());
    }
    let operations = reader.operations(&mut schemes);
    if reader.notes.has_error() {
        return Err(reader.notes.into_diagnostics());
    }
    let (validators, faults) = Validators::compile(&reader.definitions);
    let Outcome { operations, not_served, paths, routes } = reader.served(operations, &faults);
    // It was empty: this is the only place that fills it.
    let _ = reader.validators.set(validators);
    ambiguous(&operations, routes.templates(), &mut reader.notes);
    if operations.is_empty() {
        let place = root.get("paths").unwrap_or(root).span();
        let message = "no operation can be served: every request would be refused";
        reader.notes.warn(&codes::NO_OPERATIONS, place, message);
    }
    Ok(Contract {
        title,
        version,
        openapi,
        digest: library.digest(sources),
        files: library.files(),
        base_path,
        base_path_span,
        servers: reader.servers(),
        operations,
        paths,
        not_served,
        shapes: reader.shapes.finish(),
        schemes,
        warnings: reader.notes.into_diagnostics(),
        routes,
    })
}

/// Whether a document tells what the API calls, and nothing that it serves: 3.1 needs no `paths` then.
fn has_webhooks_alone(root: Node<'_>, version: Version) -> bool {
    let hooks = root.get("webhooks").filter(|hooks| hooks.is_object());
    version.is_json_schema() && root.get("paths").is_none() && hooks.is_some()
}

/// The `openapi` field, and what it means.
pub(crate) fn version(root: Node<'_>) -> Result<(String, Version), Diagnostic> {
    const NAME_IT: &str =
        "name the document itself, as in openapi.yaml, not the page that shows it";
    const READ: &str = "Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2 are read";
    let problem = |node: Node<'_>, message: String| {
        Diagnostic::error(&codes::VERSION, message).at(node.span())
    };
    if !root.is_object() {
        let is_page = root.as_word().is_some_and(|text| text.trim_start().starts_with('<'));
        let message = match root.kind_name() {
            "null" => "the document is empty, or holds nothing but comments".to_owned(),
            _ if is_page => "this is a web page, not a document".to_owned(),
            kind => format!("an OpenAPI document is an object, and this is {kind}"),
        };
        return Err(problem(root, message).help(NAME_IT));
    }
    if let Some(swagger) = root.get("swagger") {
        if root.get("openapi").is_some() {
            let message = "the document says `swagger` and `openapi`: which one is it?".to_owned();
            return Err(problem(swagger, message).help("leave one of them out"));
        }
        let text = swagger.as_word().unwrap_or_default();
        let Some(version) = Version::parse_swagger(text) else {
            let message = format!("Swagger {} is not read", shown(text));
            return Err(problem(swagger, message).help(READ));
        };
        return Ok((text.to_owned(), version));
    }
    let Some(openapi) = root.get("openapi") else {
        let message = "this is no OpenAPI document: the field `openapi` is missing".to_owned();
        return Err(problem(root, message).help(READ));
    };
    let text = openapi.as_word().unwrap_or_default();
    let Some(version) = Version::parse(text) else {
        let message = format!("OpenAPI {} is not read", shown(text));
        return Err(problem(openapi, message).help(READ));
    };
    Ok((text.to_owned(), version))
}

impl Reader<'_> {
    /// What the document says at its top and does not mean, or nobody here understands.
    fn doubts_of_root(&mut self) {
        self.unknown_keys(self.root, &keys::ROOT);
        if let Some(components) = self.root.get("components") {
            self.unknown_keys(components, &keys::COMPONENTS);
        }
        if let Some(dialect) = self.root.get("jsonSchemaDialect") {
            dialect::doubt(dialect, self.version, &mut self.notes);
        }
    }

    /// Title and version. A document without them is incomplete, and as safe as another.
    fn info(&mut self) -> (String, String) {
        let info = self.root.get("info");
        let word = |name| {
            let word = info.and_then(|info| info.get(name)).and_then(Node::as_word);
            plain(word.unwrap_or_default()).into_owned()
        };
        let (title, version) = (word("title"), word("version"));
        if title.is_empty() || version.is_empty() {
            let place = info.unwrap_or(self.root).span();
            let message = "`info` should have a title and a version";
            self.notes.warn(&codes::STRUCTURE, place, message);
        }
        (title, version)
    }
}
