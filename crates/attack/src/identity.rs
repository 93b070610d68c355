//! Whom a step can name with `as`: the sample's seeded users, or those whose credentials were given.

use portcullis_model::{Secret, did_you_mean};

/// The names of the sample's users.
pub(crate) const NAMES: [&str; 6] = ["alice", "bob", "paula", "adam", "petra", "rita"];

/// Letters of a credential by which it is known again in a text that is printed.
const KNOWN_BY: usize = 8;

/// Somebody who calls an API of the user's own. The credential is in no attack file, and leaves in no report.
#[derive(Debug, Clone)]
pub struct Identity {
    /// How steps call them.
    pub name: String,
    /// The header field that their requests carry.
    pub field: String,
    /// Its value.
    pub value: Secret,
}

impl Identity {
    /// The value, for the request that carries it.
    pub(crate) fn exposed(&self) -> String {
        String::from_utf8_lossy(self.value.expose_secret()).into_owned()
    }

    /// A text without what it repeats of the credential, were it only the beginning of it.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let value = self.exposed();
        let parts = value.split([' ', '=', ';', ':']);
        parts.fold(text.to_owned(), |text, part| without(&text, part))
    }
}

/// A text without what begins like a word, as far as it goes on like it.
fn without(text: &str, word: &str) -> String {
    let Some(begins) = word.get(..KNOWN_BY) else { return text.to_owned() };
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, found)) = rest.find(begins).and_then(|at| rest.split_at_checked(at)) {
        let same = found.chars().zip(word.chars()).take_while(|(a, b)| a == b);
        let length = same.map(|(one, _)| one.len_utf8()).sum();
        out.push_str(before);
        out.push_str("[credential]");
        rest = found.get(length..).unwrap_or_default();
    }
    out + rest
}

/// The password of one of the sample's users; it gives each the name and `-pass`.
pub(crate) fn password(name: &str) -> Option<String> {
    NAMES.contains(&name).then(|| format!("{name}-pass"))
}

/// What is said of a name that is none of the sample's users.
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

/// The same of a name under which nobody was given.
pub(crate) fn not_given(name: &str, given: &[String]) -> Option<String> {
    if given.iter().any(|known| known == name) {
        return None;
    }
    let shown = name.escape_default();
    Some(match did_you_mean(name, given.iter().map(String::as_str)) {
        Some(near) => format!("nobody is given as `{shown}`; did you mean `{near}`?"),
        None => format!(
            "`as` names `{shown}`, who is not given; write `--as {shown}=FILE` with a token in FILE"
        ),
    })
}

/// The e-mail address with which one of the sample's users logs in.
pub(crate) fn email(name: &str) -> String {
    format!("{name}@pharmacy.example")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_credential_is_left_in_a_text() {
        let value = Secret::new(*b"Bearer obviously-fake-token");
        let one = Identity { name: "a".to_owned(), field: "Authorization".to_owned(), value };
        assert_eq!(one.redacted("said obviously-fake-token; no"), "said [credential]; no");
        assert_eq!(one.redacted("cut: obviously-fak"), "cut: [credential]");
        assert_eq!(one.redacted("Bearer of news"), "Bearer of news");
    }
}
