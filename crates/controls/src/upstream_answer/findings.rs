//! Where the contract says that an operation redirects, and nobody says where.

use portcullis_contract::{Operation, StatusPattern};
use portcullis_model::{Code, Diagnostic, shown};

pub(super) static REDIRECTS_UNSAID: Code = Code {
    name: "redirects-unsaid",
    page: "This operation redirects by its own word (it declares 301, 302, 303, 307, 308 or `3XX`), and nobody says where. \
           Its redirects may lead to a path of this API, to its `hosts` and `origins`, and to hosts that `targets` names \
           for it. Whatever leads elsewhere is answered 502, because a redirect to any site lends the API's good name to \
           whoever made the link.\n\nName the hosts, or say that there are none:\n\n```yaml\noperations:\n  signIn: { \
           redirects: [login.example.com, \"com.example.app:\"] }\n  download: { redirects: \
           [\"https://*.files.example.net\"] }\n  goOn: { redirects: own }\n  shortLink: { redirects: public, reason: \"that \
           is what it is for\" }\n```\n\n`portcullis try` shows where the API really leads.",
};

/// Redirects that clients follow; 304 is none.
const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// Whether an operation declares that it redirects.
pub(super) fn leads_away(operation: &Operation) -> bool {
    let mut declared = operation.responses.iter().map(|response| response.status);
    declared.any(|status| {
        status != StatusPattern::Default && STATUSES.iter().any(|one| status.covers(*one))
    })
}

pub(super) fn redirects_unsaid(operation: &Operation) -> Diagnostic {
    let name = operation.name();
    let message = format!("{} redirects, and nobody says where it may lead", shown(&name));
    Diagnostic::warning(&REDIRECTS_UNSAID, message).at(operation.span).help(format!(
        "write `{name}: {{ redirects: own }}` under `operations`, or name the hosts it leads to"
    ))
}
