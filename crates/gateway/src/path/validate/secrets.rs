//! Credentials in the query. It is asked here, where it is known who calls and that they may: a stranger is told no
//! more than everywhere.

use portcullis_contract::Operation;
use portcullis_controls::secret_in_url::{Declared, judge_query};

use super::super::context::{Context, Exit};
use crate::head::RequestHead;

/// Lets a credential pass only where the document asks for it; then the record says so.
pub(super) fn judge(
    head: &RequestHead,
    operation: Option<&Operation>,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let contract = &context.plan.model.contract;
    let declared = Declared { operation, shapes: &contract.shapes, schemes: &contract.schemes };
    context.holds_secret |= context.ask(judge_query(declared, head.query()))?;
    Ok(())
}
