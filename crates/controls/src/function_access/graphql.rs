//! GraphQL: one operation that is as many functions as its schema has, asked for in a text that no contract describes.
//! It is closed until the policy says what it is.

use portcullis_contract::GraphqlSign;
use portcullis_model::{Code, Diagnostic, Refusal, shown};
use portcullis_policy::{Graphql, Model};

use super::refusal;
use crate::face::Judgement;

pub(super) static UNDECIDED: Code = Code {
    name: "graphql-undecided",
    page: "This operation looks like GraphQL: by its path, by a media type, or because it takes `query` beside `variables`, \
           `operationName` or `extensions`. What a query asks for, how deep it goes and what it costs is not looked into, \
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
    model.contract.operation(operation)?.graphql(&model.contract.shapes)
}

fn said(model: &Model, operation: usize) -> Graphql {
    model.bodies.get(operation).map(|handling| handling.graphql).unwrap_or_default()
}
