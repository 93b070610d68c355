//! C1: are keys and tokens stored securely?

use std::path::Path;

use portcullis_policy::SecretSource;

use crate::answer::{Answer, DEPLOYMENT, Question};
use crate::asked::Asked;
use crate::drill::Outcome;

pub(super) const QUESTION: Question = Question {
    item: "C1",
    text: "are keys and tokens stored securely?",
    about: DEPLOYMENT,
    repeat: "portcullis audit -c CONFIG",
    lasts_days: 90,
};

pub(super) fn answer(asked: &Asked<'_>, drilled: Option<&Outcome>) -> Answer {
    let (Some(place), Some(drilled)) = (asked.store(), drilled) else {
        return nothing_kept(QUESTION);
    };
    let inside = beside(asked, &place.folder);
    if let Some(first) = inside.first() {
        let evidence =
            format!("{} of what opens the store lies in its folder: `{first}`", inside.len());
        return QUESTION.no(evidence, "move it to another place, and name that in the policy: whoever has a copy of the folder has both");
    }
    match drilled {
        Err(why) => QUESTION.not_checkable(why, "a folder for drills that this user may write to: `TMPDIR`"),
        Ok(drilled) if drilled.seen.found > 0 => {
            QUESTION.no(drilled.seen.told(), "report it: this is a flaw of the gateway")
        }
        Ok(drilled) => QUESTION.yes(format!(
            "{}, while the store was open and when it was closed; what opens it lies apart from its folder",
            drilled.seen.told()
        )),
    }
}

/// Where nothing is kept here, somebody else keeps it, and nothing of that was seen.
pub(super) fn nothing_kept(question: Question) -> Answer {
    question.not_checkable(
        "the policy has no `store`: no key and no token is kept here",
        "how whoever gives out keys and tokens keeps them; or `store`, to keep them here",
    )
}

/// Files that open what is in the store, and lie in its folder or with a copy of it.
fn beside(asked: &Asked<'_>, folder: &Path) -> Vec<String> {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folders: Vec<_> =
        asked.backups.iter().map(|path| whole(path)).chain([whole(folder)]).collect();
    let mut found: Vec<String> = Vec::new();
    for model in asked.models() {
        let store = model.store.as_ref();
        let keys = [
            store.and_then(|store| store.key.as_ref()),
            store.and_then(|store| store.kms.as_ref()).map(|kms| &kms.token),
            model.callers.api_keys.as_ref().map(|keys| &keys.pepper),
            model.callers.passwords.as_ref().map(|passwords| &passwords.pepper),
        ];
        for source in keys.into_iter().flatten() {
            if let SecretSource::File(path) = source
                && folders.iter().any(|folder| whole(path).starts_with(folder))
                && !found.contains(&source.to_string())
            {
                found.push(source.to_string());
            }
        }
    }
    found
}
