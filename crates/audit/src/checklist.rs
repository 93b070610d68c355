//! The questions, one file each. C5, C9 and C10 are about issuers, clients and login flows: nothing answers them yet.

mod can_be_exchanged;
mod hashed_or_encrypted;
mod https_alone;
mod kept_securely;
mod least_access;
mod no_secrets_in_urls;
mod open_to_nobody_else;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::drill;

/// All answers, in the order of the checklist. Takes a second: passwords are hashed.
pub fn answers(asked: &Asked<'_>) -> Vec<Answer> {
    let drilled = asked.store().map(|place| drill::run(asked, place));
    let drilled = drilled.as_ref();
    vec![
        kept_securely::answer(asked, drilled),
        can_be_exchanged::answer(asked, drilled),
        open_to_nobody_else::answer(asked),
        hashed_or_encrypted::answer(drilled),
        https_alone::answer(asked),
        no_secrets_in_urls::answer(asked),
        least_access::answer(asked),
    ]
}
