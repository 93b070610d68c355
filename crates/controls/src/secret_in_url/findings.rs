//! Where a document asks for credentials in a URL.

use portcullis_contract::{Operation, Parameter, Place, SchemePlace};
use portcullis_model::{Code, Diagnostic, shown};
use portcullis_policy::Model;

use crate::sensitive::credential_name;

pub(super) static KEY_IN_QUERY: Code = Code {
    name: "key-in-query",
    page: "A security scheme of the document (`type: apiKey, in: query`) has callers send their key in the \
           URL. There it lies in the logs of every server and proxy on the way, in the history of browsers, \
           and in the `Referer` of what the page loads next (CWE-598). The gateway lets it pass, because the \
           document asks for it, never records it, and marks the record with `drift: secret_in_url`.\n\nDeclare \
           the key `in: header`, and keep the query only as long as old clients need it: two alternatives \
           in `security`.",
};

pub(super) static SECRET_PARAMETER: Code = Code {
    name: "secret-parameter",
    page: "A parameter of the path or the query is named like a password, a token or a key (or is the `code` of \
           an OAuth callback), so clients write a credential into the URL, where logs, histories and \
           referrers keep it (CWE-598). The gateway lets it pass, because the document asks for it, and \
           writes `***` in its place into every record.\n\nTake it from a header or from the body of a \
           `POST`. What a link in a mail or a redirect must carry (a reset token, the code of OAuth) must be good for one use \
           and a few minutes, and the page that it opens must answer with `Referrer-Policy: no-referrer`. \
           A name that means something else (`token` for a word of a text) can be left alone.",
};

/// What an operation asks for in its URL. A scheme is told of at the first operation that takes it.
pub(super) fn findings(model: &Model, index: usize, operation: &Operation) -> Vec<Diagnostic> {
    let mut found = keys(model, index, operation);
    let has_state =
        operation.parameters.iter().any(|one| one.place == Place::Query && one.name == "state");
    let is_secret = |one: &&Parameter| match one.place {
        Place::Query => credential_name(&one.name) || has_state && one.name == "code",
        Place::Path => credential_name(&one.name),
        Place::Header | Place::Cookie => false,
    };
    found.extend(operation.parameters.iter().filter(is_secret).map(|one| {
        let (place, name) = (one.place.name(), shown(&one.name));
        let message =
            format!("the {place} parameter {name} of `{}` is a credential in a URL", operation.name());
        Diagnostic::warning(&SECRET_PARAMETER, message).at(one.span).help(
            "take it from a header or the body; if a link must carry it, it must be good for one use and \
             a few minutes",
        )
    }));
    found
}

fn keys(model: &Model, index: usize, operation: &Operation) -> Vec<Diagnostic> {
    let contract = &model.contract;
    let first_with = |scheme| {
        let mut all = 0..contract.operations.len();
        all.find(|one| contract.operation(*one).is_some_and(|one| takes(one, scheme)))
    };
    let schemes = contract.schemes.iter().enumerate();
    schemes
        .filter_map(|(number, scheme)| {
            let SchemePlace::Query(name) = &scheme.place else { return None };
            (takes(operation, number) && first_with(number) == Some(index)).then(|| {
                let (scheme_name, name) = (shown(&scheme.name), shown(name));
                let message =
                    format!("keys of {scheme_name} stand in the URL, as {name} of the query");
                Diagnostic::warning(&KEY_IN_QUERY, message)
                    .at(scheme.span.unwrap_or(operation.span))
                    .help("declare it `in: header`, and have clients change")
            })
        })
        .collect()
}

/// Whether an operation takes credentials of a scheme.
fn takes(operation: &Operation, scheme: usize) -> bool {
    operation.security.alternatives().iter().any(|one| one.schemes.contains(&scheme))
}
