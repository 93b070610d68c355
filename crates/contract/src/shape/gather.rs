//! What is declared for one value, over all the schemas that speak of it.

use std::collections::HashMap;

use portcullis_json::Kind;
use portcullis_model::Diagnostic;

use super::Types;
use crate::codes;
use crate::dialect;
use crate::document::Node;
use crate::kinds::{self, is_no_schema};
use crate::notes::{Notes, shown};
use crate::reference::{References, Step};
use crate::swagger;
use crate::version::Version;

/// `allOf`, `oneOf` and references inside one another, at one value.
const DEPTH_MAX: usize = 1_000;

/// All that a set of schemas declares.
#[derive(Debug, Default)]
pub(super) struct Gathered<'a> {
    pub(super) types: Types,
    /// In the order in which they are found.
    pub(super) properties: Vec<(&'a str, Vec<Node<'a>>)>,
    pub(super) patterns: Vec<(&'a str, Node<'a>)>,
    pub(super) items: Vec<Node<'a>>,
    /// Schemas of additional properties.
    pub(super) maps: Vec<Node<'a>>,
    pub(super) is_closed: bool,
    pub(super) is_declared: bool,
    pub(super) is_said_open: bool,
    pub(super) is_binary: bool,
    /// Schemas that were looked at.
    pub(super) steps: usize,
}

/// What one schema says, with all its parts.
#[derive(Debug, Clone, Copy)]
struct Summary {
    types: Types,
    /// It declares properties, or that there are none.
    declares: bool,
    /// Undeclared ones are forbidden.
    closes: bool,
    /// It is an object of which nothing is said.
    is_free: bool,
}

impl Summary {
    const NOTHING: Self =
        Self { types: Types::ANY, declares: false, closes: false, is_free: false };

    /// Both hold.
    const fn and(self, other: Self) -> Self {
        Self {
            types: self.types.and(other.types),
            declares: self.declares || other.declares,
            closes: self.closes || other.closes,
            is_free: self.is_free && other.is_free,
        }
    }

    /// One of these holds. Alternatives that declare nothing do not open the others.
    fn any_of(alternatives: &[Self]) -> Self {
        let types = alternatives.iter().map(|one| one.types);
        let mut declaring = alternatives.iter().filter(|one| one.declares).peekable();
        let declares = declaring.peek().is_some();
        Self {
            types: types.reduce(Types::or).unwrap_or(Types::ANY),
            declares,
            closes: declares && declaring.all(|one| one.closes),
            is_free: false,
        }
    }
}

/// What gathering needs to know of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) references: &'a References<'a>,
    pub(super) version: Version,
}

struct Gatherer<'a, 'n> {
    source: Source<'a>,
    notes: &'n mut Notes,
    steps: usize,
    found: Gathered<'a>,
    property_index: HashMap<&'a str, usize>,
    /// Schemas that were seen for this value; `None` while they are being looked at.
    seen: HashMap<(u32, bool), Option<Summary>>,
    /// Whether what is looked at is a part of a schema that builds on it.
    is_heir: bool,
}

/// Gathers what a set of alternative schemas declares.
pub(super) fn gather<'a>(source: Source<'a>, set: &[Node<'a>], notes: &mut Notes) -> Gathered<'a> {
    let mut gatherer = Gatherer {
        source,
        notes,
        steps: 0,
        found: Gathered::default(),
        property_index: HashMap::new(),
        seen: HashMap::new(),
        is_heir: false,
    };
    let summaries: Vec<Summary> = set.iter().map(|schema| gatherer.schema(*schema, 0)).collect();
    let whole = Summary::any_of(&summaries);
    Gathered {
        types: whole.types,
        is_closed: whole.closes,
        is_declared: whole.declares,
        steps: gatherer.steps,
        ..gatherer.found
    }
}

impl<'a> Gatherer<'a, '_> {
    fn schema(&mut self, schema: Node<'a>, depth: usize) -> Summary {
        self.steps += 1;
        let key = (schema.id(), self.is_heir);
        if let Some(seen) = self.seen.get(&key) {
            // A schema inside itself, at the same value, adds nothing.
            return seen.unwrap_or(Summary::NOTHING);
        }
        if !schema.is_object() || depth > DEPTH_MAX {
            return Summary::NOTHING;
        }
        self.seen.insert(key, None);
        let summary = self.parts(schema, depth + 1);
        self.seen.insert(key, Some(summary));
        summary
    }

    fn parts(&mut self, schema: Node<'a>, depth: usize) -> Summary {
        let mut summary = Summary::NOTHING;
        let mut is_free = says_object(schema);
        let step = self.source.references.step(schema, self.notes);
        if let Step::To(target) = step {
            summary = self.schema(target, depth);
            is_free |= summary.is_free;
        }
        if self.source.version.has_lone_references() && !matches!(step, Step::NoReference) {
            return summary;
        }
        kinds::doubts(schema, self.source.version, self.notes);
        summary = self.own(schema).and(summary);
        for (name, keyword) in schema.members() {
            match name.text {
                "allOf" => {
                    let was_heir = self.is_heir;
                    self.is_heir |= self.source.references.is_subtype(schema);
                    for part in keyword.items() {
                        summary = summary.and(self.schema(part, depth));
                    }
                    self.is_heir = was_heir;
                }
                "anyOf" | "oneOf" => {
                    let alternatives = self.alternatives(keyword, depth);
                    summary = summary.and(alternatives);
                }
                "$schema" => dialect::doubt(keyword, self.source.version, self.notes),
                "discriminator" => self.subtypes(schema, keyword, &mut summary, depth),
                "$dynamicRef" if self.source.version.is_json_schema() => {
                    self.dynamic(schema, &mut summary, depth);
                }
                "if" | "then" | "else" => self.sometimes(keyword, &mut summary, depth),
                "dependentSchemas" => {
                    for (_, part) in keyword.members() {
                        self.sometimes(part, &mut summary, depth);
                    }
                }
                _ => {}
            }
        }
        if self.source.version.nullable_key().is_some_and(|key| schema.is_true(key)) {
            summary.types = summary.types.or(Types::NULL);
        }
        if self.source.version.is_swagger() {
            swagger::doubts(schema, self.notes);
        }
        summary.is_free = is_free && !summary.declares && has_no_map(schema);
        summary
    }

    /// What a dynamic reference may mean: what any of the schemas declares is declared.
    fn dynamic(&mut self, schema: Node<'a>, summary: &mut Summary, depth: usize) {
        let Some((target, name)) = self.source.references.dynamic_step(schema, self.notes) else {
            return;
        };
        self.sometimes(target, summary, depth);
        let others =
            name.into_iter().flat_map(|name| self.source.references.names().all_dynamic(name));
        for other in others.collect::<Vec<_>>() {
            self.sometimes(other, summary, depth);
        }
    }

    /// What stands under a condition: its properties are declared, nothing else follows.
    fn sometimes(&mut self, schema: Node<'a>, summary: &mut Summary, depth: usize) {
        let part = self.schema(schema, depth);
        summary.declares |= part.declares;
    }

    fn alternatives(&mut self, list: Node<'a>, depth: usize) -> Summary {
        let mut summaries = Vec::new();
        // Which of the maps that were found each alternative has brought.
        let mut maps = Vec::new();
        for part in list.items() {
            let first = self.found.maps.len();
            summaries.push(self.schema(part, depth));
            maps.push(first..self.found.maps.len());
        }
        let whole = Summary::any_of(&summaries);
        if !whole.declares {
            return whole;
        }
        let parts: Vec<Node<'a>> = list.items().collect();
        // From the last one on, so that the places of the others stay.
        for ((part, summary), maps) in parts.iter().zip(&summaries).zip(maps).rev() {
            let is_map = !maps.is_empty() && !summary.declares;
            if is_map {
                self.found.maps.drain(maps);
            }
            if is_map || summary.is_free {
                self.notes.warn(
                    &codes::FREE_FORM,
                    part.span(),
                    "this alternative allows any properties, which is not honoured beside \
                     others that declare theirs",
                );
            }
        }
        whole
    }

    /// Schemas that a discriminator leads to: what they declare may stand here, too, as may the
    /// property that tells them apart.
    fn subtypes(
        &mut self,
        schema: Node<'a>,
        discriminator: Node<'a>,
        summary: &mut Summary,
        depth: usize,
    ) {
        // Swagger 2.0 writes the name alone.
        let name = discriminator.as_str().or_else(|| discriminator.get_str("propertyName"));
        if let Some(name) = name {
            self.declare(name);
        }
        if self.is_heir {
            // The value is of a type that builds on this one, so it is none of the others that do.
            return;
        }
        let references = self.source.references;
        let mapping = discriminator.get("mapping").into_iter().flat_map(Node::members);
        let mapping = mapping.map(|(_, target)| target).chain(discriminator.get("defaultMapping"));
        let mut subtypes: Vec<Node<'a>> = Vec::new();
        for target in mapping {
            let named = target.as_str().and_then(|name| references.schema_named(name, target));
            if named.is_none() {
                let message = format!(
                    "{} leads to no schema: what only that declares is undeclared",
                    shown(target.as_str().unwrap_or_default())
                );
                self.notes.warn(&codes::SCHEMA, target.span(), message);
            }
            subtypes.extend(named);
        }
        subtypes.extend(references.subtypes(schema));
        for subtype in subtypes {
            self.sometimes(subtype, summary, depth);
        }
    }

    /// What a schema says without its parts.
    fn own(&mut self, schema: Node<'a>) -> Summary {
        let types = types(schema, self.source.version, self.notes);
        let mut summary = Summary { types, ..Summary::NOTHING };
        self.found.is_binary |= is_binary(schema, self.source.version);
        for (name, keyword) in schema.members() {
            match name.text {
                "properties" => {
                    for (name, declaration) in keyword.members() {
                        summary.declares = true;
                        // `false` is how a schema forbids a name.
                        if declaration.as_bool() != Some(false) && !is_no_schema(declaration) {
                            self.property(name.text, declaration);
                        }
                    }
                }
                "patternProperties" => {
                    for (name, declaration) in keyword.members() {
                        summary.declares = true;
                        self.found.patterns.push((name.text, declaration));
                    }
                }
                "additionalProperties" | "unevaluatedProperties" => match keyword.kind() {
                    _ if is_no_schema(keyword) => {
                        summary.declares = true;
                        summary.closes = true;
                    }
                    Kind::False => {
                        summary.declares = true;
                        summary.closes = true;
                    }
                    Kind::Object if constrains(keyword) => self.found.maps.push(keyword),
                    Kind::True | Kind::Object => self.found.is_said_open = true,
                    _ => {}
                },
                "items" | "unevaluatedItems" if keyword.is_object() => {
                    self.found.items.push(keyword);
                }
                "prefixItems" => self.found.items.extend(keyword.items()),
                _ => {}
            }
        }
        // What must be there may be there, described or not; behind those that are, in their order.
        let required = schema.get("required").into_iter().flat_map(Node::items);
        for name in required.filter_map(Node::as_str) {
            self.declare(name);
        }
        summary
    }

    /// A name that may stand there.
    fn declare(&mut self, name: &'a str) -> usize {
        let next = self.found.properties.len();
        let index = *self.property_index.entry(name).or_insert(next);
        if index == next {
            self.found.properties.push((name, Vec::new()));
        }
        index
    }

    fn property(&mut self, name: &'a str, declaration: Node<'a>) {
        let index = self.declare(name);
        if let Some((_, declarations)) = self.found.properties.get_mut(index) {
            declarations.push(declaration);
        }
    }
}

fn has_no_map(schema: Node<'_>) -> bool {
    ["additionalProperties", "unevaluatedProperties"]
        .into_iter()
        .all(|name| schema.get(name).is_none_or(|keyword| !constrains(keyword)))
}

/// Whether a schema says more than words: one that only describes is the same as `true`.
fn constrains(schema: Node<'_>) -> bool {
    const WORDS: [&str; 12] = [
        "$comment",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "nullable",
        "readOnly",
        "title",
        "writeOnly",
        "xml",
    ];
    schema.is_object()
        && schema.members().any(|(name, _)| {
            WORDS.binary_search(&name.text).is_err() && !name.text.starts_with("x-")
        })
}

/// Whether a schema says "an object", or nothing, and no more.
fn says_object(schema: Node<'_>) -> bool {
    let says_object = schema.get("type").is_some_and(|keyword| {
        keyword.as_str() == Some("object")
            || keyword.items().any(|item| item.as_str() == Some("object"))
    });
    // `type: object, nullable: true` as an alternative is how generators write null.
    let is_bare = schema.get("required").is_none() && !schema.is_true("nullable");
    says_object && is_bare || schema.len() == 0
}

/// Whether a text is bytes.
fn is_binary(schema: Node<'_>, version: Version) -> bool {
    schema.get_str("format") == Some("binary")
        || version.is_swagger() && schema.get_str("type") == Some("file")
        || schema.get("contentMediaType").is_some() && schema.get("contentEncoding").is_none()
}

/// The types that `type`, `enum` and `const` allow. Where they contradict one another, or where
/// `type` means nothing, no value is valid; what is declared is then what the rest says.
fn types(schema: Node<'_>, version: Version, notes: &mut Notes) -> Types {
    let mut types = schema.get("type").map_or(Types::ANY, |keyword| {
        let names = keyword.as_str().into_iter().chain(keyword.items().filter_map(Node::as_str));
        let allowed = |name| match name {
            // The content of a file, as bytes or text.
            "file" if version.is_swagger() => Types::STRING,
            name => type_named(name),
        };
        names.map(allowed).fold(Types::NONE, Types::or)
    });
    if types == Types::NONE {
        let span = schema.get("type").unwrap_or(schema).span();
        notes.warn(
            &codes::SCHEMA,
            span,
            "this is no type of JSON: answers may hold any value here",
        );
        types = Types::ANY;
    }
    let is_null = |values: Types| values == Types::NULL && schema.is_true("nullable");
    for name in ["enum", "const"] {
        let Some(keyword) = schema.get(name) else { continue };
        let values = match name {
            "enum" => keyword.items().map(type_of).fold(Types::NONE, Types::or),
            _ => type_of(keyword),
        };
        if types.intersects(values) {
            types = types.and(values);
        } else if !is_null(values) {
            let message =
                format!("`{name}` holds no value of the declared type: no request is valid here");
            notes.push(
                Diagnostic::warning(&codes::SCHEMA, message)
                    .at(keyword.span())
                    .help("write the values as the type that they are sent as"),
            );
        }
    }
    types
}

fn type_named(name: &str) -> Types {
    match name {
        "null" => Types::NULL,
        "boolean" => Types::BOOLEAN,
        "integer" => Types::INTEGER,
        "number" => Types::NUMBER,
        "string" => Types::STRING,
        "array" => Types::ARRAY,
        "object" => Types::OBJECT,
        _ => Types::NONE,
    }
}

fn type_of(value: Node<'_>) -> Types {
    match value.kind() {
        Kind::Null => Types::NULL,
        Kind::True | Kind::False => Types::BOOLEAN,
        Kind::Number => match value.to_number() {
            Some(number)
                if number.is_f64() && number.as_f64().is_some_and(|f| f.fract() != 0.0) =>
            {
                Types::NUMBER
            }
            _ => Types::INTEGER,
        },
        Kind::String => Types::STRING,
        Kind::Array => Types::ARRAY,
        Kind::Object => Types::OBJECT,
    }
}
