//! The section `guesses`: operations at which something can be guessed.

use portcullis_yaml::{Needed, Spanned, section};

use crate::login::{AnswerTest, RequestPlace};
use crate::word::GuessWord;

section! {
    /// An operation at which something can be guessed: a reset code, a voucher, the password that a
    /// change asks for. Wrong ones are counted by account, address and network, and every refusal
    /// looks alike. Logins are guarded without a word here.
    struct GuessSection, later [], {
        /// The operation, by operationId or by `POST /reset`.
        operation: Needed<Spanned<String>>,
        /// Where the request names the account: `body./email`. Default: nowhere; then addresses alone
        /// are counted.
        account: Option<Spanned<RequestPlace>>,
        /// Where it has what is tried: `body./pin`.
        secret: Option<Spanned<RequestPlace>>,
        /// What is tried: a short `code` (5 wrong ones in a quarter of an hour, 20 a day) or a
        /// `password` (10, 100). Default: `code`, the stricter one.
        of: Option<Spanned<GuessWord>>,
        /// What the operation does, by a word of your choice: operations with the same word have one
        /// count. Default: what its method and path say, `v1` and `v2` left out.
        function: Option<Spanned<String>>,
        /// What an answer looks like that says no, for an API that says 200: `answer./status ==
        /// "fail"`. A status of 400 or more always says no.
        failure: Option<Spanned<AnswerTest>>,
    }
}
