//! GraphQL: one operation that is as many functions as its schema has, asked for in a text that no contract describes.
//! It is closed until the policy says what it is.

use portcullis_contract::{
    GRAPHQL_BESIDE, GRAPHQL_DOCUMENTS, GraphqlSign, Operation, is_graphql_document, is_only_graphql,
};
use portcullis_json::{Document, Limits as JsonLimits, Value};
use portcullis_model::{Code, Diagnostic, Refusal, shown};
use portcullis_policy::{Graphql, Model};

use super::refusal;
use crate::face::Judgement;

/// Requests of one body that are looked at: a batch says by its first ones what it is.
const ITEMS_MAX: usize = 1_000;

pub(super) static UNDECIDED: Code = Code {
    name: "graphql-undecided",
    page: "This operation looks like GraphQL: by its path, by a media type, because it takes `query` beside `variables`, \
           `operationName` or `extensions`, has the parts `operations` and `map`, or stands beside another method of its path that does. What a query asks for, how deep it goes and what it costs is not looked into, \
           and no rule about functions, objects, properties or amounts holds inside. So it is closed to everybody.\n\nIf it \
           may be served all the same, say so; the API then must hold all of that itself:\n\n```yaml\noperations:\n  \
           postGraphql: { graphql: uninspected }\n```\n\nIf it only looks like GraphQL:\n\n```yaml\noperations:\n  \
           runReport: { graphql: other }\n```",
};

pub(super) static UNINSPECTED: Code = Code {
    name: "graphql-uninspected",
    page: "The policy serves this operation as GraphQL (`graphql: uninspected`). Rates, sizes and the caller's credential hold \
           for it as for every other. Nothing looks into its queries: which fields they ask for, of whose objects, how deep, \
           how often by another name (aliases), in how large a batch, and whether they ask for the schema itself \
           (introspection). Have the API bound depth, cost and batches, and switch introspection off where it is not \
           wanted.",
};

/// What says that an operation speaks GraphQL, where nobody decided about it.
pub fn undecided_graphql(model: &Model, operation: usize) -> Option<GraphqlSign> {
    sign(model, operation).filter(|_| said(model, operation) == Graphql::Undecided)
}

/// Judges a request of such an operation.
pub fn judge_graphql(sign: GraphqlSign, name: &str) -> Judgement<()> {
    let detail = format!(
        "it speaks GraphQL ({sign}), and nobody decided about that: operations: {{ \"{name}\": {{ graphql: uninspected }} }}, \
         or `other` if it does not"
    );
    Judgement::Refuse(undecided(&detail), ())
}

/// Judges what one request says, of an operation that is not known for GraphQL.
pub fn judge_graphql_body(said: Graphql, body: Value<'_>, name: &str) -> Judgement<()> {
    if said == Graphql::Undecided && speaks_graphql(body) {
        return judge_graphql(GraphqlSign::Document, name);
    }
    Judgement::Pass(())
}

/// The same of a body that was read as no tree: one text, or bytes that somebody takes for JSON.
pub fn judge_graphql_bytes(said: Graphql, bytes: &[u8], name: &str) -> Judgement<()> {
    let text = || std::str::from_utf8(bytes).ok();
    let begins = bytes.trim_ascii_start().first().copied().unwrap_or_default();
    let speaks = said == Graphql::Undecided
        && text().is_some_and(|text| {
            is_graphql_document(text) || b"{[".contains(&begins) && speaks_in_json(text)
        });
    if speaks { judge_graphql(GraphqlSign::Document, name) } else { Judgement::Pass(()) }
}

/// The same of a value of its query, by the name of the parameter.
pub fn judge_graphql_query(
    said: Graphql,
    (parameter, text): (&str, &str),
    name: &str,
) -> Judgement<()> {
    let speaks =
        || if parameter == "query" { is_graphql_document(text) } else { is_only_graphql(text) };
    if said == Graphql::Undecided && speaks() {
        return judge_graphql(GraphqlSign::Document, name);
    }
    Judgement::Pass(())
}

fn undecided(detail: &str) -> Refusal {
    refusal("undecided_graphql", detail)
}

/// What `check` tells of it.
pub(super) fn finding(model: &Model, operation: usize) -> Option<Diagnostic> {
    let sign = sign(model, operation)?;
    let declared = model.contract.operation(operation)?;
    let name = shown(&declared.name());
    match said(model, operation) {
        Graphql::Other => None,
        Graphql::Undecided => Some(
            Diagnostic::warning(&UNDECIDED, format!("{name} speaks GraphQL, and is closed: {sign}"))
                .at(declared.span)
                .label("one operation that is many functions")
                .help("write `graphql: uninspected` under `operations`, or `graphql: other` if it is none"),
        ),
        Graphql::Uninspected => {
            let line = model.lines.operations.get(operation).and_then(|lines| lines.graphql);
            Some(
                Diagnostic::warning(&UNINSPECTED, format!("nothing looks into the queries of {name}"))
                    .at(line.unwrap_or(declared.span))
                    .help("have the API bound their depth and cost, and do not count it as protected"),
            )
        }
    }
}

fn sign(model: &Model, operation: usize) -> Option<GraphqlSign> {
    let shapes = &model.contract.shapes;
    let declared = model.contract.operation(operation)?;
    declared.graphql(shapes).or_else(|| {
        // `GET /api?query=` beside `POST /api`, of which a document says more.
        let speaks = |(index, other): (usize, &Operation)| {
            said(model, index) != Graphql::Other && other.graphql(shapes).is_some()
        };
        let is_beside =
            declared.takes_graphql() && beside(&model.contract.operations, operation).any(speaks);
        is_beside.then_some(GraphqlSign::Neighbour)
    })
}

/// The other operations of the same path. They stand side by side, as in the document: to look through all of them for
/// each would be quadratic.
fn beside(all: &[Operation], operation: usize) -> impl Iterator<Item = (usize, &Operation)> {
    let template = all.get(operation).map(|one| one.template.as_str());
    let is_same = move |other: &(usize, &Operation)| Some(other.1.template.as_str()) == template;
    let before = all.iter().enumerate().take(operation).rev().take_while(is_same);
    let behind = all.iter().enumerate().skip(operation + 1).take_while(is_same);
    before.chain(behind)
}

/// Whether a body is a request of GraphQL by what it says, whatever the document says of it: a `query` with a document in
/// it, or what stands beside one; one request or a list; or the parts by which files are sent with it.
fn speaks_graphql(body: Value<'_>) -> bool {
    let sent_with_files = |one: Value<'_>| {
        let operations = one.get("operations").filter(|_| one.get("map").is_some());
        operations.is_some_and(|operations| match operations.as_str() {
            Some(text) => speaks_in_json(text),
            None => any(operations, &is_request),
        })
    };
    any(body, &is_request) || sent_with_files(body)
}

/// The same of a text, if it is JSON.
fn speaks_in_json(text: &str) -> bool {
    Document::parse(text.as_bytes().to_vec(), &JsonLimits::default())
        .is_ok_and(|document| any(document.root(), &is_request))
}

/// Some servers mind no case (Go's reader of JSON).
fn is_request(one: Value<'_>) -> bool {
    let (mut beside, mut documents) = (0, 0);
    for (name, value) in one.members() {
        let name = name.as_str().unwrap_or_default();
        let is = |known: &&str| known.eq_ignore_ascii_case(name);
        match value.as_str() {
            Some(text) if GRAPHQL_DOCUMENTS.iter().any(&is) => {
                documents += 1;
                if is_graphql_document(text) {
                    return true;
                }
            }
            // Whatever the name: who takes such a text means to run it.
            Some(text) if is_only_graphql(text) => return true,
            _ if GRAPHQL_BESIDE.iter().any(is) => beside += 1,
            _ => {}
        }
    }
    beside > 1 || beside > 0 && documents > 0
}

/// Whether it is so of a value, or of one of the first items of a list.
fn any(value: Value<'_>, is_such: &impl Fn(Value<'_>) -> bool) -> bool {
    is_such(value) || value.items().take(ITEMS_MAX).any(is_such)
}

fn said(model: &Model, operation: usize) -> Graphql {
    model.bodies.get(operation).map(|handling| handling.graphql).unwrap_or_default()
}
