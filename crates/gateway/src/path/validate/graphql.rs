//! GraphQL where the document does not say so: in a body of which nothing is declared, among its parts, in the query.

use portcullis_controls::function_access::{
    judge_graphql_body, judge_graphql_bytes, judge_graphql_query,
};
use portcullis_controls::input_shape::Accepted;
use portcullis_controls::urlencoded;

use super::super::context::{Context, Exit};
use super::super::payload::Payload;

/// It is closed until somebody decided about it, like every other.
pub(super) fn ask(
    body: &Payload,
    accepted: &Accepted,
    index: usize,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let plan = context.plan;
    let said = plan.model.bodies.get(index).map(|handling| handling.graphql).unwrap_or_default();
    let name = plan.operations.get(index).map(|operation| operation.name.clone());
    let name = name.unwrap_or_default();
    if let Some(tree) = body.tree() {
        context.ask(judge_graphql_body(said, tree, &name))?;
    } else if let Payload::Bytes { bytes, coding: None, .. } = body {
        context.ask(judge_graphql_bytes(said, bytes, &name))?;
    }
    let query = String::from_utf8_lossy(&accepted.query);
    for (parameter, text) in urlencoded::pairs(&query) {
        let text = urlencoded::decode(text).unwrap_or_default();
        context.ask(judge_graphql_query(said, (parameter, &text), &name))?;
    }
    Ok(())
}
