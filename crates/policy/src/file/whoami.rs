//! The section `whoami`: the API's own word about who calls.

use portcullis_yaml::{Needed, Spanned, section};

use crate::claim::{ClaimPointer, Texts};
use crate::quantity::Time;

section! {
    /// An operation that tells whoever calls it who they are. It is asked with the caller's own
    /// credential, once for all requests at a time, and its answer is kept for seconds. What it cannot
    /// tell is 503, never a guess.
    struct WhoamiSection, later [], {
        /// The operation: a GET without parameters, by operationId or by `GET /me`.
        operation: Needed<Spanned<String>>,
        /// The member of its answer that names the caller, as a JSON Pointer: `/email`. For tokens, it
        /// must be the same as what the token says.
        subject: Needed<Spanned<ClaimPointer>>,
        /// The attribute of a token's caller that the answer's subject must equal. Default: `subject`,
        /// the token's own name of the caller.
        same_as: Option<Spanned<String>>,
        /// The security schemes whose credentials only the API can verify, such as its own keys or
        /// Basic: whoever it tells a name is who they are. Default: none.
        schemes: Option<Spanned<Texts>>,
        /// How long an answer is kept: for so long a role that was taken away holds on. Default: `5s`.
        /// Operations under `changes_roles` end it at once.
        cache: Option<Spanned<Time>>,
        /// Operations before which it is asked anew each time, such as administrative ones. Default:
        /// none.
        fresh: Option<Vec<Spanned<String>>>,
    }
}
