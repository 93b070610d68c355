//! The values outside the body: path, query, header fields, cookies.

use portcullis_contract::{Operation, SecurityScheme};
use portcullis_controls::input_shape::{self, Accepted, Given, Header};
use portcullis_controls::secret_in_url::{HIDDEN, credential_form};
use portcullis_ledger::Noted;
use portcullis_model::ControlId;

use super::super::context::{Context, Exit};
use super::super::find_operation::Matched;
use super::{amounts, hostile};
use crate::head::Essential;

/// Judges the values of a declared operation outside its body. `schemes`: whose credentials go on.
pub(super) fn judge(
    matched: &Matched,
    index: usize,
    operation: &Operation,
    schemes: &[SecurityScheme],
    context: &mut Context<'_>,
) -> Result<Accepted, Exit> {
    let plan = context.plan;
    let contract = &plan.model.contract;
    let head = matched.received().head();
    let mut parts = Vec::new();
    if let Some(path) = matched.path() {
        contract.path_parts(index, path, &mut parts);
    }
    let header = |name: &str| {
        let mut fields = head.fields.all(name);
        match (fields.next(), fields.next()) {
            _ if head.fields.unreadable().any(|known| known == name) => Header::Unreadable,
            (None, _) => Header::Absent,
            (Some(value), None) => Header::One(value),
            _ => Header::Several(head.fields.all(name).collect()),
        }
    };
    let given = Given {
        path: &parts,
        query: head.query(),
        header: &header,
        cookies: head.fields.first(Essential::Cookie),
        schemes,
        limits: &plan.json_in,
    };
    let judged = input_shape::judge_parameters(operation, &contract.shapes, &given);
    let accepted = context.ask(judged)?;
    let mut must_keep = false;
    for (place, name) in &accepted.dropped {
        let noted = Noted {
            control: ControlId::InputShape,
            reason: "undeclared_parameter",
            detail: format!("{} parameter `{}`", place.name(), told(name)),
        };
        must_keep |= !context.may_remove(noted);
    }
    let accepted = if must_keep { given.as_it_came() } else { accepted };
    amounts::parameters(&accepted, &given, operation, index, head, context)?;
    hostile::parameters(&accepted, &given, operation, index, head, context)?;
    Ok(accepted)
}

/// A name, for the record: a query of nothing but a token has it as a name.
fn told(name: &str) -> &str {
    if credential_form(name).is_some() { HIDDEN } else { name }
}
