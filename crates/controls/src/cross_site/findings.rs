//! Where a document has answers that other sites could run.

use portcullis_contract::{Operation, Place, Response};
use portcullis_model::{Code, Diagnostic, shown};

use super::answers_script;

pub(super) static SCRIPT_ANSWER: Code = Code {
    name: "script-answer",
    page: "An operation answers with a script, or takes the name of a function that its answer is to call (JSONP: \
           `callback`, `jsonp`). Any page may load a script from any site, with the cookies of whoever looks at \
           it, and read what it says (CWE-346, CWE-352): the rule that keeps pages apart does not hold for scripts. \
           The gateway answers with `Cross-Origin-Resource-Policy: same-origin`, and refuses such a request with a \
           cookie unless a page of the same origin, or of one of `origins:`, makes it.\n\nAnswer \
           with `application/json` alone, take the parameter out, and name the pages that may read it in `origins:`. A \
           parameter of that name that means something else (the address of a webhook, say) can be left alone.",
};

/// Names under which a page asks for its own function to be called.
const CALLBACKS: [&str; 4] = ["callback", "cb", "jsoncallback", "jsonp"];

pub(super) fn findings(operation: &Operation) -> Vec<Diagnostic> {
    let help =
        "answer with `application/json` alone, and name the pages that may read it in `origins:`";
    if answers_script(operation) {
        let message =
            format!("`{}` answers with a script, which any page may run", operation.name());
        return vec![Diagnostic::warning(&SCRIPT_ANSWER, message).at(operation.span).help(help)];
    }
    let is_read = operation.method.is_safe() && operation.responses.iter().any(Response::has_json);
    let is_callback = |name: &str| CALLBACKS.iter().any(|known| name.eq_ignore_ascii_case(known));
    let parameters = operation.parameters.iter().filter(|one| one.place == Place::Query);
    let found = parameters.filter(|one| is_read && is_callback(&one.name));
    found
        .map(|one| {
            let message = format!(
                "{} of `{}` looks like the function that a script calls (JSONP)",
                shown(&one.name),
                operation.name()
            );
            Diagnostic::warning(&SCRIPT_ANSWER, message).at(one.span).help(help)
        })
        .collect()
}
