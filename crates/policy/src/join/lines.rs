//! Where the policy file says what it says.

use portcullis_model::Span;
use portcullis_yaml::Spanned;

use super::names::{Meant, Names};
use super::store;
use crate::file::{AccessRule, Api, PolicyFile};
use crate::model::{Lines, OperationLines};

/// The places of a policy's decisions about one API, whose operations are so many. Problems of names
/// were noted where they are decided.
pub(super) fn of(file: Option<&PolicyFile>, place: usize, count: usize, names: &Names) -> Lines {
    let Some(file) = file else {
        return Lines {
            anyone: vec![None; count],
            callers: vec![None; count],
            operations: vec![OperationLines::default(); count],
            ..Lines::default()
        };
    };
    let api = file.apis().get(place);
    Lines {
        contract: api.and_then(Api::span),
        hosts: api.and_then(|api| api.hosts.iter().flatten().next()).map(|host| host.span),
        base_path: api.and_then(|api| at(api.base_path.as_ref())),
        listen: at(file.listen.as_ref()),
        when_full: at(file.ledger.as_ref().and_then(|ledger| ledger.when_full.as_ref())),
        tls: file
            .tls
            .as_ref()
            .and_then(|tls| at(tls.certificate.as_ref()).or(at(tls.acme.as_ref()))),
        caller_token: caller_token(file),
        pepper: pepper(file),
        password_pepper: password_pepper(file),
        upstream_proof: api.and_then(upstream_proof),
        client_ca: file.tls.as_ref().and_then(|tls| at(tls.client_ca.as_ref())),
        store: file.store.as_ref().and_then(store::line),
        origins: file.origins.iter().flatten().next().map(|origin| origin.span),
        anyone: access(file, place, count, names, |rule| rule.anyone.as_ref()),
        callers: access(file, place, count, names, |rule| rule.callers.as_ref()),
        operations: operations(file, place, count, names),
        limits: file.limits.as_ref().map(crate::file::LimitsSection::lines).unwrap_or_default(),
    }
}

fn caller_token(file: &PolicyFile) -> Option<Span> {
    at(file.callers.as_ref()?.forward.as_ref()?.jwt.as_ref()?.key.0.as_ref())
}

fn upstream_proof(api: &Api) -> Option<Span> {
    let credential = api.upstream_credential.as_ref().and_then(|own| own.value.0.as_ref());
    let signature = || api.upstream_signature.as_ref()?.key.0.as_ref();
    at(credential.or_else(signature))
}

fn pepper(file: &PolicyFile) -> Option<Span> {
    at(file.callers.as_ref()?.api_keys.as_ref()?.pepper.0.as_ref())
}

fn password_pepper(file: &PolicyFile) -> Option<Span> {
    at(file.callers.as_ref()?.passwords.as_ref()?.pepper.0.as_ref())
}

fn at<T>(value: Option<&Spanned<T>>) -> Option<Span> {
    value.map(|value| value.span)
}

/// A name wins over `"*"`, the first one over a repetition.
fn access(
    file: &PolicyFile,
    place: usize,
    count: usize,
    names: &Names,
    list: impl Fn(&AccessRule) -> Option<&crate::word::Names>,
) -> Vec<Option<Span>> {
    let mut lines = vec![None; count];
    let mut of_all = None;
    let rules = file.access.iter().flatten().filter_map(|rule| list(&rule.value));
    for name in rules.flat_map(|list| &list.0) {
        match names.in_api(&name.value, place) {
            Some(Meant::One(_, index)) => {
                let line = lines.get_mut(index);
                line.into_iter().for_each(|line| *line = line.or(Some(name.span)));
            }
            Some(Meant::All | Meant::AllOf(_)) => of_all = of_all.or(Some(name.span)),
            None => {}
        }
    }
    lines.into_iter().map(|line| line.or(of_all)).collect()
}

fn operations(file: &PolicyFile, place: usize, count: usize, names: &Names) -> Vec<OperationLines> {
    let null_means = file.apis().get(place).and_then(|api| at(api.null_means.as_ref()));
    let mut lines = vec![OperationLines { null_means, ..OperationLines::default() }; count];
    for (key, decision) in file.operations.iter().flat_map(|entries| &entries.0) {
        let Some(Meant::One(_, index)) = names.in_api(&key.text, place) else { continue };
        if let Some(line) = lines.get_mut(index) {
            *line = OperationLines {
                undeclared: at(decision.undeclared.as_ref()),
                answers: at(decision.answers.as_ref()),
                body: at(decision.body.as_ref()),
                answer: at(decision.answer.as_ref()),
                upgrade: at(decision.upgrade.as_ref()),
                null_means: at(decision.null_means.as_ref()).or(null_means),
                serialize: at(decision.serialize.as_ref()),
                texts: at(decision.texts.as_ref()),
                targets: at(decision.targets.as_ref()),
                changes: at(decision.changes.as_ref()),
                redirects: at(decision.redirects.as_ref()),
                page_size: at(decision.page_size.as_ref()),
                page_offset: at(decision.page_offset.as_ref()),
                batch_items: at(decision.batch_items.as_ref()),
                graphql: at(decision.graphql.as_ref()),
            };
        }
    }
    lines
}
