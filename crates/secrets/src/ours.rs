//! Keys and tokens of ours: told by form and checksum, so that no other text is taken for one.

use portcullis_credential::{api_key, opaque};
use portcullis_model::key::{BRAND_MAX, ENVIRONMENT_MAX};

/// The rule of API keys.
pub(crate) const KEY: &str = "portcullis-api-key";
/// The rule of session tokens.
pub(crate) const TOKEN: &str = "portcullis-session-token";
/// Characters of the shortest of them.
const LENGTH_MIN: usize = opaque::LENGTH;

/// Characters behind brand and environment.
const BEHIND: usize = api_key::LENGTH_MAX - BRAND_MAX - 1 - ENVIRONMENT_MAX - 1;

/// One of ours in a run of letters, digits, `_` and `-`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Own {
    pub(crate) rule: &'static str,
    pub(crate) at: usize,
    pub(crate) end: usize,
    /// The public name of a key.
    pub(crate) id: Option<String>,
}

/// Those in a run. What stands before a key may be letters: the `n` of an escaped line end.
pub(crate) fn in_run(run: &[u8]) -> Vec<Own> {
    let mut all = Vec::new();
    let Ok(run) = std::str::from_utf8(run) else { return all };
    if run.len() < LENGTH_MIN || !run.contains('_') {
        return all;
    }
    for (at, _) in run.match_indices(opaque::PREFIX) {
        let end = at + opaque::LENGTH;
        if run.get(at..end).and_then(opaque::digest).is_some() {
            all.push(Own { rule: TOKEN, at, end, id: None });
        }
    }
    let mut next = 0;
    for (end, _) in run.match_indices('_') {
        let Some((at, key)) = key_at(run, next, end) else { continue };
        next = at + key.text.len();
        all.push(Own { rule: KEY, at, end: next, id: Some(key.id.to_string()) });
    }
    all
}

/// The key whose brand ends there.
fn key_at(run: &str, from: usize, end: usize) -> Option<(usize, api_key::ApiKey<'_>)> {
    // The environment says how long it would be: most runs are told apart by that.
    let environment =
        run.get(end + 1..)?.bytes().take(ENVIRONMENT_MAX + 1).position(|byte| byte == b'_')?;
    let to = end + 1 + environment + 1 + BEHIND;
    run.get(to - 1..to)?;
    let longest = (end - from).min(BRAND_MAX);
    (1..=longest).rev().find_map(|length| {
        let key = api_key::parse(run.get(end - length..to)?).ok()?;
        Some((end - length, key))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_are_told_by_their_checksum_whatever_stands_before_them() {
        let (id, key) = api_key::generate("acme", "live").unwrap();
        for before in ["", "n", "KEY_", "x_y_"] {
            let own = in_run(format!("{before}{key}").as_bytes());
            assert_eq!(own.len(), 1, "{before}");
            let end = before.len() + key.len();
            assert_eq!(
                (own[0].at, own[0].end, own[0].id.clone()),
                (before.len(), end, Some(id.to_string()))
            );
        }
        let mut other = key.clone();
        let last = other.pop().unwrap();
        other.push(if last == '0' { '1' } else { '0' });
        assert!(in_run(other.as_bytes()).is_empty());
        let token = opaque::generate(&mut |bytes| bytes.fill(7));
        let token = token.expose_secret();
        assert_eq!(in_run(token)[0].rule, TOKEN);
        assert!(in_run(&token[..token.len() - 1]).is_empty());
    }
}
