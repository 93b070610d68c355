//! What the gateway says of keys of ours that lie in the open.

use std::path::Path;

use portcullis_admin::{KeyRequest, Request};
use portcullis_secrets::Finding;
use serde_json::Value;

use crate::desk::Desk;
use crate::exit::Exit;
use crate::keys::known;

/// Keys that are asked about.
const ASKED_MAX: usize = 100;

/// What is known of each key among these findings: nothing (`null`) of one that is over, or was never issued. A key is
/// asked for by its public name; what was found is not sent.
pub(crate) fn about(policy: &Path, findings: &[Finding]) -> Result<Vec<(String, Value)>, Exit> {
    let mut keys: Vec<&str> = findings.iter().filter_map(|one| one.key.as_deref()).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut desk = Desk::of(policy)?;
    let mut answers = Vec::new();
    for key in keys.into_iter().take(ASKED_MAX) {
        let request = KeyRequest::Show { id: known::id(key)? };
        match desk.ask(Request::Keys(request)) {
            Ok(answer) => answers.push((key.to_owned(), answer)),
            Err(Exit::Failure) => answers.push((key.to_owned(), Value::Null)),
            Err(exit) => return Err(exit),
        }
    }
    Ok(answers)
}

/// An answer in words: live or not, whose, used when, and how it ends.
pub(crate) fn words(answer: &Value) -> String {
    let Some(key) = answer.get("key") else {
        return "not live: it is over, or was never issued".to_owned();
    };
    let of = |name: &str| key.get(name).and_then(Value::as_str);
    let (id, owner) = (of("id").unwrap_or_default(), of("owner").unwrap_or_default());
    let used = of("last_used").unwrap_or("never");
    let mut told = format!("LIVE, of {owner}, last used {used}");
    let rules = crate::keys::words::words(key);
    if rules.is_empty() {
        told.push_str("; may whatever its owner may");
    } else {
        told.push_str("; may ");
        told.push_str(&rules.join(", "));
    }
    let ends = format!("`portcullis keys revoke -c POLICY --id {id}` ends it now");
    format!("{told}; {ends}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_live_key_is_told_with_the_command_that_ends_it() {
        let answer =
            json!({ "key": { "id": "0000000000000042", "owner": "ada", "last_used": null } });
        let told = words(&answer);
        assert!(told.starts_with("LIVE, of ada, last used never; may whatever"), "{told}");
        assert!(told.contains("keys revoke -c POLICY --id 0000000000000042"));
        assert!(words(&Value::Null).starts_with("not live"));
    }
}
