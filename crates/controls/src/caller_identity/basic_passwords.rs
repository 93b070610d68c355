//! Operations that take passwords which are kept here: they hold, and something else holds better.

use portcullis_contract::Operation;
use portcullis_model::{Code, Diagnostic, shown};
use portcullis_policy::Model;

/// Operations that are named in one finding; more are counted.
const NAMED_MAX: usize = 10;

pub(super) static BASIC_PASSWORDS: Code = Code {
    name: "basic-passwords",
    page: "Operations take user and password (HTTP Basic, RFC 7617) that are kept here. Each request carries the \
           password itself: whoever reads one request, at a proxy, in a browser's memory or in the log of a client, has all that \
           there is. It was chosen by a person, who has it elsewhere, too. It has no end, no scope and no second \
           factor, and browsers send it unasked once they know it (CWE-522, CWE-308, CWE-352).\n\nWhat the gateway can do, it does: a slow \
           hash under a pepper, a protected hop, few guesses, no password on its way to the API. Move to\n\n\
           - [API keys](../guides/keys.md) for programs: each with its own end, operations and networks, and taken \
           back alone;\n- tokens of an [issuer](../guides/tokens.md), or the API's own [login](../guides/login.md), \
           for people: a second factor is asked there, and a token ends by itself.\n\n```yaml\ncallers:\n  api_keys: { brand: \
           acme, pepper: file:pepper.key }\n```\n\nThen issue a key for each user that is a program, and take the \
           scheme out of the document.",
};

/// One finding for each scheme that takes them, with the operations that it opens.
pub fn basic_passwords(model: &Model) -> Vec<Diagnostic> {
    let schemes = model.contract.schemes.iter().enumerate();
    schemes
        .filter(|(index, _)| model.callers.takes_passwords(*index))
        .filter_map(|(index, scheme)| {
            let takes = |operation: &&Operation| takes(operation, index);
            let all: Vec<_> = model.contract.operations.iter().filter(takes).collect();
            let first = all.first()?;
            let names = all.iter().take(NAMED_MAX).map(|operation| shown(&operation.name()));
            let mut names = names.collect::<Vec<_>>().join(", ");
            if let Some(more) = all.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
                names = format!("{names} and {more} more");
            }
            let message = format!("{} opens {names} with a password", shown(&scheme.name));
            Some(
                Diagnostic::warning(&BASIC_PASSWORDS, message)
                    .at(scheme.span.unwrap_or(first.span))
                    .label("each request carries the password itself")
                    .help("move programs to API keys (`api_keys`), and people to tokens (`jwt`) or a `login`"),
            )
        })
        .collect()
}

fn takes(operation: &Operation, scheme: usize) -> bool {
    operation.security.alternatives().iter().any(|one| one.schemes.contains(&scheme))
}
