//! The text of a contract as a tree that knows where everything stands: one tree for JSON and
//! YAML.

use std::path::Path;

use portcullis_json::{Document, FaultKind, Kind, Limits, Value};
use portcullis_model::{Diagnostic, SourceId, Sources, Span};

use crate::{codes, twice, yaml};

/// The JSON that a document means, whatever it is written in.
///
/// # Errors
/// Where it has no single reading.
pub fn as_json(sources: &Sources, source: SourceId) -> Result<String, Diagnostic> {
    Ok(Tree::read(sources, source, "", 0)?.document.into_text())
}

/// A document, read.
#[derive(Debug)]
pub(crate) struct Tree {
    document: Document,
    places: Places,
    source: SourceId,
    /// Where the file lies below the folder of the main document.
    path: String,
    /// What its nodes are counted from, so that no two nodes of a contract have one id.
    first_id: u32,
}

/// Where the nodes of a tree stand in its source.
#[derive(Debug)]
enum Places {
    /// The source is the JSON text itself.
    Json,
    /// The source is YAML: start and end of each node, by its index.
    Yaml(Vec<(u32, u32)>),
}

/// A value of a [`Tree`]: cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    tree: &'a Tree,
    value: Value<'a>,
}

/// The name of a member.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'a> {
    pub(crate) text: &'a str,
    pub(crate) span: Span,
}

impl Tree {
    /// Reads a text, whose nodes are counted from `first_id`: JSON if its name ends with `.json` or
    /// it begins with `{` or `[`, else YAML. What begins so and is named `.yaml` may be either.
    pub(crate) fn read(
        sources: &Sources,
        source: SourceId,
        path: &str,
        first_id: u32,
    ) -> Result<Self, Diagnostic> {
        let text = sources.text(source);
        let first = text.trim_start_matches('\u{feff}').trim_start();
        let extension = Path::new(sources.name(source)).extension();
        let is_named = |name| extension.is_some_and(|known| known.eq_ignore_ascii_case(name));
        let is_json = is_named("json") || first.starts_with(['{', '[']);
        let json = is_json.then(|| Self::read_json(text, source));
        let (document, places) = match json {
            Some(Ok(document)) => (document, Places::Json),
            // YAML begins with a bracket, too.
            Some(Err(problem)) if !is_named("yaml") && !is_named("yml") => return Err(problem),
            _ => {
                let (document, places) = yaml::read(text, source)?;
                (document, Places::Yaml(places))
            }
        };
        Ok(Self { document, places, source, path: path.to_owned(), first_id })
    }

    fn read_json(text: &str, source: SourceId) -> Result<Document, Diagnostic> {
        let span = |at: u32| Span { source, start: at, end: at };
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            let message = "the document is empty";
            return Err(Diagnostic::error(&codes::UNREADABLE, message).at(span(0)));
        }
        let mut bytes = text.as_bytes().to_vec();
        if text.starts_with('\u{feff}') {
            // Editors put it there. Spaces in its place keep everything else where it stands.
            bytes.iter_mut().take(3).for_each(|byte| *byte = b' ');
        }
        let document = Document::parse(bytes, &Limits::GENEROUS);
        document.map_err(|rejected| {
            let fault = rejected.fault;
            let code = if fault.kind.is_limit() { &codes::TOO_LARGE } else { &codes::UNREADABLE };
            let problem = Diagnostic::error(code, json_message(fault.kind)).at(span(fault.at));
            match fault.kind {
                FaultKind::DuplicateName => {
                    twice::help(problem, text, twice::first(text, fault.at))
                }
                _ => problem,
            }
        })
    }

    /// The whole value.
    pub(crate) const fn root(&self) -> Node<'_> {
        Node { tree: self, value: self.document.root() }
    }

    /// Where the file lies below the folder of the main document: `schemas/order.yaml`.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Whether it is the main document, which is read first.
    pub(crate) const fn is_main(&self) -> bool {
        self.first_id == 0
    }

    pub(crate) const fn source(&self) -> SourceId {
        self.source
    }

    /// Values and names in it.
    pub(crate) const fn node_count(&self) -> u32 {
        self.document.node_count() as u32
    }

    /// Bytes of the JSON that it means.
    pub(crate) fn json_bytes(&self) -> usize {
        self.document.text().len()
    }
}

const fn json_message(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Syntax => "this is not JSON",
        FaultKind::UnexpectedEnd => "the document ends inside a value",
        FaultKind::TrailingText => "something stands behind the document",
        FaultKind::NotUtf8 => "this is not UTF-8",
        FaultKind::ByteOrderMark => "the document begins with a byte order mark",
        FaultKind::BadEscape => "this escape is none, or half a surrogate pair",
        FaultKind::ControlCharacter => "a control character stands inside a string",
        FaultKind::DuplicateName => "this name stands twice in one object",
        FaultKind::NumberRange => "this number is too large for 64-bit floating point",
        FaultKind::TextTooLong => "the document is larger than 96 MiB",
        FaultKind::TooDeep => "values stand more than 512 deep in one another",
        FaultKind::TooManyNodes => "the document has more than 16 million values",
        FaultKind::StringTooLong => "a string is longer than 16 MiB",
        FaultKind::TooManyItems => "an array has more than 10 million items",
        FaultKind::TooManyMembers => "an object has more than 10 million members",
        FaultKind::NumberTooLong => "a number has more than 1024 characters",
    }
}

impl<'a> Node<'a> {
    /// Its place among all nodes of the contract, by which it is remembered.
    pub(crate) const fn id(self) -> u32 {
        self.tree.first_id + self.value.index()
    }

    /// The file that it stands in.
    pub(crate) const fn tree(self) -> &'a Tree {
        self.tree
    }

    /// What it is.
    pub(crate) fn kind(self) -> Kind {
        self.value.kind()
    }

    /// What it is, for messages.
    pub(crate) fn kind_name(self) -> &'static str {
        match self.kind() {
            Kind::Null => "null",
            Kind::True | Kind::False => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a text",
            Kind::Array => "a list",
            Kind::Object => "an object",
        }
    }

    /// Where it stands. Objects and lists are pointed at by what they begin with, because a label
    /// under a whole section hides the place.
    pub(crate) fn span(self) -> Span {
        let source = self.tree.source;
        match &self.tree.places {
            Places::Json => {
                let range = self.value.span();
                let end = match self.kind() {
                    Kind::Array | Kind::Object => range.start + 1,
                    _ => range.end,
                };
                Span { source, start: range.start, end }
            }
            Places::Yaml(places) => {
                let (start, end) =
                    places.get(self.value.index() as usize).copied().unwrap_or_default();
                Span { source, start, end }
            }
        }
    }

    pub(crate) fn is_object(self) -> bool {
        self.value.is_object()
    }

    pub(crate) fn is_array(self) -> bool {
        self.value.is_array()
    }

    pub(crate) fn is_null(self) -> bool {
        self.value.is_null()
    }

    /// The characters of a text.
    pub(crate) fn as_str(self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// A text, or a number as it is written: YAML makes a number of `version: 1.0`.
    pub(crate) fn as_word(self) -> Option<&'a str> {
        self.as_str().or_else(|| self.value.as_number())
    }

    pub(crate) fn as_bool(self) -> Option<bool> {
        self.value.as_bool()
    }

    /// The lexeme of a number.
    pub(crate) fn as_number(self) -> Option<&'a str> {
        self.value.as_number()
    }

    pub(crate) fn len(self) -> usize {
        self.value.len()
    }

    /// The members of an object, in order; none for anything else.
    pub(crate) fn members(self) -> impl Iterator<Item = (Name<'a>, Self)> {
        let tree = self.tree;
        self.value.members().map(move |(name, value)| {
            let name = Self { tree, value: name };
            let name = Name { text: name.as_str().unwrap_or_default(), span: name.span() };
            (name, Self { tree, value })
        })
    }

    /// The items of a list, in order; none for anything else.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> {
        let tree = self.tree;
        self.value.items().map(move |value| Self { tree, value })
    }

    /// The member of this name. It looks at all members before it: for names that the
    /// specification fixes, not for names that the document makes.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        let tree = self.tree;
        self.value.get(name).map(|value| Self { tree, value })
    }

    /// The text under a fixed name.
    pub(crate) fn get_str(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// Whether a fixed name says `true`.
    pub(crate) fn is_true(self, name: &str) -> bool {
        self.get(name).and_then(Self::as_bool) == Some(true)
    }

    /// The whole value as data: `enum`, `const`.
    pub(crate) fn to_data(self) -> serde_json::Value {
        match self.kind() {
            Kind::Null => serde_json::Value::Null,
            Kind::True => true.into(),
            Kind::False => false.into(),
            Kind::Number => self.to_number().map_or_else(Default::default, Into::into),
            Kind::String => self.as_str().unwrap_or_default().into(),
            Kind::Array => self.items().map(Self::to_data).collect::<Vec<_>>().into(),
            Kind::Object => self
                .members()
                .map(|(name, value)| (name.text.to_owned(), value.to_data()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// A number as data.
    pub(crate) fn to_number(self) -> Option<serde_json::Number> {
        let lexeme = self.as_number()?;
        let whole = lexeme.parse::<i64>().ok().map(Into::into);
        let whole = whole.or_else(|| lexeme.parse::<u64>().ok().map(Into::into));
        whole.or_else(|| serde_json::Number::from_f64(lexeme.parse().ok()?))
    }
}
