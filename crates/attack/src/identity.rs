//! The sample's seeded users, whom a step can name with `as`.

use portcullis_model::did_you_mean;

/// Their names.
pub(crate) const NAMES: [&str; 6] = ["alice", "bob", "paula", "adam", "petra", "rita"];

/// The password of one of them; the sample gives each the name and `-pass`.
pub(crate) fn password(name: &str) -> Option<String> {
    NAMES.contains(&name).then(|| format!("{name}-pass"))
}

/// What is said of a name that is none of theirs.
pub(crate) fn fault(name: &str) -> Option<String> {
    if NAMES.contains(&name) {
        return None;
    }
    let hint = did_you_mean(name, NAMES).map_or_else(
        || format!("it knows `{}`", NAMES.join("`, `")),
        |near| format!("did you mean `{near}`?"),
    );
    Some(format!("`{}` is not a user of the sample; {hint}", name.escape_default()))
}

/// The e-mail address with which one of them logs in.
pub(crate) fn email(name: &str) -> String {
    format!("{name}@pharmacy.example")
}
