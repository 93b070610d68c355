//! The report for programs.

use portcullis_model::{Diagnostic, Severity};
use portcullis_policy::Failure;
use serde_json::{Value, json};

use super::facts::{CLOSED, Facts, OperationFacts, Part, Warning};
use crate::report::{Places, located};

/// The report as one object. `operations` and `warnings` keep their form.
pub(super) fn of(facts: &Facts) -> Value {
    let schemes = facts
        .schemes
        .iter()
        .map(|one| located(json!({ "name": one.name, "place": one.place }), one.at.as_deref()));
    json!({
        "operations": facts.operations.len(),
        "operations_enforced": facts.enforced_count(),
        "operations_not_served": facts.not_served().count(),
        "errors": [],
        "warnings": facts.warnings.iter().map(warning).collect::<Vec<_>>(),
        "file": facts.file,
        "title": facts.title,
        "version": facts.version,
        "openapi": facts.openapi,
        "digest": format!("sha256:{}", facts.digest),
        "base_path": facts.base_path,
        "base_path_at": facts.base_path_at,
        "schemes": schemes.collect::<Vec<_>>(),
        "details": facts.operations.iter().map(operation).collect::<Vec<_>>(),
    })
}

/// A document that cannot be enforced has no operations.
pub(super) fn of_failure(failure: &Failure) -> Value {
    let mut places = Places::new(&failure.sources);
    let file = failure.unreadable.as_ref().map(|one| one.path.display().to_string());
    let mut told = |severity| -> Vec<Value> {
        let these = failure.diagnostics.iter().filter(|one| one.severity == severity);
        these.map(|one| problem(one, file.as_deref(), &mut places)).collect()
    };
    let errors = told(Severity::Error);
    json!({ "operations": 0, "errors": errors, "warnings": told(Severity::Warning) })
}

fn problem(one: &Diagnostic, file: Option<&str>, places: &mut Places<'_>) -> Value {
    let at = one.span.map(|span| places.at(span)).or_else(|| file.map(str::to_owned));
    let told = json!({ "code": one.code.name, "text": one.message, "help": one.help });
    located(told, at.as_deref())
}

fn warning(one: &Warning) -> Value {
    located(json!({ "code": one.code, "text": one.text, "help": one.help }), Some(&one.at))
}

fn operation(one: &OperationFacts) -> Value {
    let parts = |is_answer| -> Vec<Value> {
        one.parts.iter().filter(|part| part.is_answer == is_answer).map(part).collect()
    };
    let caller = json!({ "text": one.caller.text, "stated": one.caller.is_stated });
    let told = json!({
        "name": one.name,
        "method": one.method,
        "path": one.path,
        "enforced": one.is_enforced(),
        "caller": located(caller, one.caller.at.as_deref()),
        "closed": if one.caller.is_stated { Value::Null } else { CLOSED.into() },
        "request": parts(false),
        "answers": parts(true),
        "deprecated": one.is_deprecated,
        "sunset": one.sunset,
    });
    located(told, Some(&one.at))
}

fn part(part: &Part) -> Value {
    let told = json!({
        "what": part.what,
        "required": part.is_required,
        "enforced": part.extent.name(),
        "why": part.extent.why(),
        "removed": part.removed,
    });
    located(told, Some(&part.at))
}
