//! Where the policy file says what it says.

use portcullis_contract::Contract;
use portcullis_model::Span;

use super::operations::{ALL, Names};
use crate::file::PolicyFile;
use crate::model::{Lines, OperationLines};
use crate::section::Spanned;

/// The places of a policy's decisions. Problems of names were noted where they are decided.
pub(super) fn of(file: Option<&PolicyFile>, contract: Option<&Contract>, names: &Names) -> Lines {
    let count = contract.map_or(0, |contract| contract.operations.len());
    let Some(file) = file else {
        return Lines {
            anyone: vec![None; count],
            operations: vec![OperationLines::default(); count],
            ..Lines::default()
        };
    };
    let api = file.apis.0.as_ref().map(|one| &one.0);
    Lines {
        contract: api.and_then(|api| api.contract.0.as_ref()).map(|contract| contract.span),
        base_path: api.and_then(|api| at(api.base_path.as_ref())),
        listen: at(file.listen.as_ref()),
        when_full: at(file.ledger.as_ref().and_then(|ledger| ledger.when_full.as_ref())),
        origins: file.origins.iter().flatten().next().map(|origin| origin.span),
        anyone: anyone(file, count, names),
        operations: operations(file, count, names, api.and_then(|api| at(api.null_means.as_ref()))),
        limits: file.limits.as_ref().map(crate::file::LimitsSection::lines).unwrap_or_default(),
    }
}

fn at<T>(value: Option<&Spanned<T>>) -> Option<Span> {
    value.map(|value| value.span)
}

/// A name wins over `"*"`, the first one over a repetition.
fn anyone(file: &PolicyFile, count: usize, names: &Names) -> Vec<Option<Span>> {
    let mut lines = vec![None; count];
    let mut of_all = None;
    let rules = file.access.iter().flatten().filter_map(|rule| rule.anyone.0.as_ref());
    for name in rules.flat_map(|list| &list.0) {
        if name.value == ALL {
            of_all = of_all.or(Some(name.span));
        } else if let Some(line) = names.known(&name.value).and_then(|index| lines.get_mut(index)) {
            *line = line.or(Some(name.span));
        }
    }
    lines.into_iter().map(|line| line.or(of_all)).collect()
}

fn operations(
    file: &PolicyFile,
    count: usize,
    names: &Names,
    null_means: Option<Span>,
) -> Vec<OperationLines> {
    let mut lines = vec![OperationLines { null_means, ..OperationLines::default() }; count];
    for (key, decision) in file.operations.iter().flat_map(|entries| &entries.0) {
        if let Some(line) = names.known(&key.text).and_then(|index| lines.get_mut(index)) {
            *line = OperationLines {
                undeclared: at(decision.undeclared.as_ref()),
                answers: at(decision.answers.as_ref()),
                body: at(decision.body.as_ref()),
                answer: at(decision.answer.as_ref()),
                null_means: at(decision.null_means.as_ref()).or(null_means),
            };
        }
    }
    lines
}
