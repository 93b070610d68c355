//! C3: is access to stored tokens restricted?

mod places;
mod tried;

use crate::answer::{Answer, DEPLOYMENT, Question};
use crate::asked::Asked;

pub(super) const QUESTION: Question = Question {
    item: "C3",
    text: "is access to stored keys and tokens restricted?",
    about: DEPLOYMENT,
    repeat: "sudo portcullis audit -c CONFIG",
    lasts_days: 1,
};

/// What is open to others: where, why, and what to do.
pub(crate) fn open_places(asked: &Asked<'_>) -> Vec<(std::path::PathBuf, String, String)> {
    places::of(asked).open.into_iter().map(|open| (open.path, open.why, open.fix)).collect()
}

pub(super) fn answer(asked: &Asked<'_>) -> Answer {
    let found = places::of(asked);
    if found.all.is_empty() && found.unseen.is_empty() {
        return QUESTION.not_checkable(
            "nothing that is to be kept from others lies in files here",
            "start the gateway once, or run this where it runs",
        );
    }
    if let Some(first) = found.open.first() {
        let evidence = format!(
            "{} of {} places are open to others: {}",
            found.open.len(),
            found.all.len(),
            first.why
        );
        return QUESTION.no(evidence, first.fix.clone());
    }
    if let Some((path, why)) = found.unseen.first() {
        let named = found.all.len() + found.unseen.len();
        return QUESTION.not_checkable(
            format!("{} of {named} places were not seen: `{}`: {why}", found.unseen.len(), path.display()),
            "start the gateway once, or run this where it runs, as a user who may look at its store and keys",
        );
    }
    let seen = format!(
        "{} folders, files and sockets belong to one user and are open to nobody else",
        found.all.len()
    );
    match tried::as_somebody_else(&found.all) {
        Err(why) => QUESTION.not_checkable(
            format!("{seen}; nobody tried to open them: {why}"),
            "run it as root: it then tries to open them as another user",
        ),
        Ok(0) => QUESTION
            .yes(format!("{seen}; user {} tried to open each, and none opened", tried::SOMEBODY)),
        Ok(opened) => QUESTION.no(
            format!("user {} opened {opened} of {} places", tried::SOMEBODY, found.all.len()),
            "look for access lists (`getfacl`) and capabilities of that user",
        ),
    }
}
