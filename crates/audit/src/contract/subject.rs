//! What rules look at: the contract, the outline, and what both say together.

use std::collections::{HashMap, HashSet};

use portcullis_contract::outline::{EdgeKind, Outline, OutlinedOperation, SchemaIndex};
use portcullis_contract::{Contract, Operation, Place, Security, SecurityRequirement};
use portcullis_controls::Plan;
use portcullis_model::{Diagnostic, Method, Sources, UnixMillis};
use portcullis_policy::naming::words;
use portcullis_policy::reads_administrative;

use super::Audited;

/// Names of one schema that are remembered.
const NAMES_MAX: usize = 64;

/// A document, ready to be looked at.
pub(super) struct Subject<'a> {
    pub(super) contract: &'a Contract,
    pub(super) outline: &'a Outline,
    pub(super) sources: &'a Sources,
    /// What reading it told.
    pub(super) warnings: &'a [Diagnostic],
    pub(super) plan: Option<&'a Plan>,
    pub(super) now: UnixMillis,
    /// What parameters are called, by their schemas.
    pub(super) parameter_names: HashMap<SchemaIndex, &'a str>,
    /// Schemas of parameters that stand in a query, with what they refer to and are put together from.
    pub(super) in_query: HashSet<SchemaIndex>,
    /// Names under which properties stand, by their schemas.
    property_names: HashMap<SchemaIndex, Vec<&'a str>>,
    operations: Vec<Op<'a>>,
    /// The operations that may be called with a scheme, by its index.
    by_scheme: HashMap<usize, Vec<u32>>,
}

/// An operation: as it is written, and, where it is served, as it is compiled.
#[derive(Debug, Clone)]
pub(super) struct Op<'a> {
    /// Its place in the outline.
    pub(super) number: u32,
    pub(super) said: &'a OutlinedOperation,
    pub(super) served: Option<&'a Operation>,
    /// The words of its name and of its path, parameters left out, in the singular.
    pub(super) words: Vec<String>,
    /// Why it looks like one of administrators, if it does.
    pub(super) administrative: Option<String>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(audited: &Audited<'a>, outline: &'a Outline) -> Self {
        let Audited { contract, sources, warnings, plan, now, .. } = *audited;
        let operations = (0..).zip(&outline.operations).map(|(number, said)| {
            let served = said.index.and_then(|index| contract.operation(index));
            let administrative = administrative(said, served);
            Op { number, said, served, words: words_of(said), administrative }
        });
        let mut parameter_names = HashMap::new();
        for parameter in outline.operations.iter().flat_map(|one| &one.parameters) {
            if let Some(schema) = parameter.schema {
                parameter_names.entry(schema).or_insert(parameter.name.as_str());
            }
        }
        let mut property_names: HashMap<SchemaIndex, Vec<&str>> = HashMap::new();
        for edge in outline.schemas.iter().flat_map(|schema| &schema.edges) {
            if let Some(name) = edge.kind.property() {
                let names = property_names.entry(edge.to).or_default();
                if names.len() < NAMES_MAX && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let operations: Vec<Op<'a>> = operations.collect();
        let by_scheme = by_scheme(&operations);
        Self {
            contract,
            outline,
            sources,
            warnings,
            plan,
            now,
            parameter_names,
            in_query: in_query(outline),
            property_names,
            operations,
            by_scheme,
        }
    }

    /// The operations that may be called with this scheme.
    pub(super) fn asking(&self, scheme: usize) -> &[u32] {
        self.by_scheme.get(&scheme).map_or(&[], Vec::as_slice)
    }

    /// All operations, in the order of the document.
    pub(super) fn operations(&self) -> impl Iterator<Item = &Op<'a>> {
        self.operations.iter()
    }

    /// Their numbers, as far as they are such.
    pub(super) fn numbers(&self, is_such: impl Fn(&Op<'a>) -> bool) -> Vec<u32> {
        self.operations().filter(|one| is_such(one)).map(|one| one.number).collect()
    }

    /// The operation of this number.
    pub(super) fn operation(&self, number: u32) -> Option<&Op<'a>> {
        self.operations.get(number as usize)
    }

    /// Schemas of parameters that stand in a path.
    pub(super) fn in_path(&self) -> HashSet<SchemaIndex> {
        let all = self.outline.operations.iter().flat_map(|one| &one.parameters);
        all.filter(|one| one.place == Some(Place::Path)).filter_map(|one| one.schema).collect()
    }

    /// What values of a schema are called: as a parameter, or as a property.
    pub(super) fn names_of(&self, schema: SchemaIndex) -> impl Iterator<Item = &'a str> {
        let properties = self.property_names.get(&schema).into_iter().flatten().copied();
        self.parameter_names.get(&schema).copied().into_iter().chain(properties)
    }
}

impl Op<'_> {
    pub(super) const fn is_write(&self) -> bool {
        !matches!(
            self.said.method,
            Method::Get | Method::Head | Method::Options | Method::Trace | Method::Query
        )
    }

    /// What the document says of who may call it; of one that did not compile, as it is written.
    pub(super) fn security(&self) -> &Security {
        self.served.map_or(&self.said.security, |one| &one.security)
    }

    /// What may be shown, one alternative or another.
    pub(super) fn alternatives(&self) -> &[SecurityRequirement] {
        self.security().alternatives()
    }

    /// Whether a credential is needed, whatever alternative is taken.
    pub(super) fn is_secured(&self) -> bool {
        matches!(self.security(), Security::Required { .. })
    }

    pub(super) fn says_any(&self, known: &[&str]) -> bool {
        self.words.iter().any(|word| known.contains(&word.as_str()))
    }

    /// Whether it declares one of these answers, by itself or by a range.
    pub(super) fn answers(&self, keys: &[&str]) -> bool {
        self.said
            .answers
            .iter()
            .any(|answer| keys.iter().any(|key| answer.status.eq_ignore_ascii_case(key)))
    }

    /// The operation's name in backticks.
    pub(super) fn shown(&self) -> String {
        portcullis_model::shown(&self.said.name())
    }
}

fn in_query(outline: &Outline) -> HashSet<SchemaIndex> {
    let parameters = outline.operations.iter().flat_map(|one| &one.parameters);
    let such = parameters.filter(|one| one.place == Some(Place::Query));
    let mut waiting: Vec<SchemaIndex> = such.filter_map(|one| one.schema).collect();
    let mut all = HashSet::new();
    while let Some(next) = waiting.pop() {
        if all.insert(next) {
            let edges = outline.schema(next).into_iter().flat_map(|one| &one.edges);
            waiting.extend(edges.filter(|edge| edge.kind == EdgeKind::Same).map(|edge| edge.to));
        }
    }
    all
}

fn by_scheme(operations: &[Op<'_>]) -> HashMap<usize, Vec<u32>> {
    let mut all: HashMap<usize, Vec<u32>> = HashMap::new();
    for one in operations {
        for scheme in one.alternatives().iter().flat_map(|asked| &asked.schemes) {
            let known = all.entry(*scheme).or_default();
            if known.last() != Some(&one.number) {
                known.push(one.number);
            }
        }
    }
    all
}

/// Why an operation looks like one of administrators. `management` says so by itself, and not as a part of another
/// noun: of risks, of orders.
fn administrative(said: &OutlinedOperation, served: Option<&Operation>) -> Option<String> {
    let tags = served.map_or(&[][..], |one| &one.tags);
    let is_alone = |text: &str| text.eq_ignore_ascii_case("management");
    let mut texts = said.template.split('/').chain(tags.iter().map(String::as_str));
    let why = reads_administrative(&said.template, said.id.as_deref(), tags);
    why.filter(|why| !why.contains("`management`") || texts.any(is_alone))
}

/// The words of its name, and of its path.
fn words_of(said: &OutlinedOperation) -> Vec<String> {
    let literal = said.template.split('/').filter(|part| !part.contains('{'));
    let names = said.id.as_deref().into_iter().chain(literal);
    let mut all: Vec<String> =
        names.flat_map(words).map(|word| portcullis_policy::naming::singular(&word)).collect();
    all.dedup();
    all
}
