//! The sample's seeded users, whom a step can name with `as`.

/// Their names.
pub(crate) const NAMES: [&str; 4] = ["alice", "bob", "paula", "adam"];

/// The password of one of them; the sample gives each the name and `-pass`.
pub(crate) fn password(name: &str) -> Option<String> {
    NAMES.contains(&name).then(|| format!("{name}-pass"))
}

/// The e-mail address with which one of them logs in.
pub(crate) fn email(name: &str) -> String {
    format!("{name}@pharmacy.example")
}
