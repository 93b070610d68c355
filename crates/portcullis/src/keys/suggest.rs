//! `portcullis keys suggest`: keys that may more than they use.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use portcullis_admin::{KeyRequest, Request};
use portcullis_contract::Operation;
use portcullis_model::{Clock as _, KeyRules, UnixMillis};
use portcullis_policy::Model;
use portcullis_store::{KEYS_LISTED_MAX, KeyWhich};
use serde_json::{Value, json};

use crate::clock::SystemClock;
use crate::desk::{Desk, concluded, is_true};
use crate::exit::Exit;
use crate::key_arguments::KeysSuggestOptions;
use crate::keys::known::{id, keys_of};
use crate::keys::recorded::{Read, Use, each, ledgers};
use crate::{shell, talk};

const DAY_MS: u64 = 86_400_000;

pub(crate) fn suggest(options: &KeysSuggestOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let which = match &options.id {
            Some(one) => KeyWhich::Id(id(one)?),
            None => KeyWhich::All,
        };
        let request = KeyRequest::List { which, max: KEYS_LISTED_MAX as u64 };
        let answer = desk.ask(Request::Keys(request))?;
        let since = SystemClock.now().0.saturating_sub(u64::from(options.days) * DAY_MS);
        let since = UnixMillis(since).rfc3339();
        let ledgers = ledgers(&options.ledgers, &desk.apis)?;
        let mut used = Used::of(keys_of(&answer));
        let wanted = options.id.as_deref();
        let read = each(&ledgers, wanted, Some(&since), |one| used.add(one, &desk.apis))?;
        is_enough(&read, &since)?;
        let told = keys_of(&answer).iter().map(|key| judged(key, &used, &since, options, &desk));
        let told: Vec<Value> = told.collect();
        let has_more = is_true(&answer, "has_more");
        Ok((desk.way, json!({ "since": since, "keys": told, "has_more": has_more })))
    });
    concluded(made, options.format, |answer| {
        keys_of(answer).iter().for_each(|key| talk::print(&text(key)));
        if is_true(answer, "has_more") {
            talk::say("these were the newest keys: --id asks about an older one");
        }
    })
}

/// Whether the ledger tells all that happened since then: what it lacks may be a use.
fn is_enough(read: &Read, since: &str) -> Result<(), Exit> {
    let problem = match &read.begins {
        None => Some("the ledger has no record".to_owned()),
        Some(begins) if begins.as_str() > since => Some(format!(
            "the ledger begins at {begins}, and it would have to go back to {since}: nothing is suggested"
        )),
        Some(_) if read.lost > 0 => {
            Some("records were lost in this time: nothing is suggested".to_owned())
        }
        Some(_) if read.unreadable > 0 => {
            let count = read.unreadable;
            Some(format!("{count} lines of the ledger cannot be read: nothing is suggested"))
        }
        Some(_) => None,
    };
    let Some(problem) = problem else { return Ok(()) };
    talk::say(&problem);
    talk::say(
        "help: name older ledgers with --ledger FILE, the oldest first, or look at fewer --days",
    );
    Err(Exit::Failure)
}

/// Operations that keys used: of each API, by number. No more than there are, of keys that were listed.
struct Used(BTreeMap<String, BTreeSet<(usize, usize)>>);

impl Used {
    fn of(keys: &[Value]) -> Self {
        let ids = keys.iter().filter_map(|key| key.get("id")?.as_str());
        Self(ids.map(|id| (id.to_owned(), BTreeSet::new())).collect())
    }

    fn add(&mut self, one: &Use, apis: &[Model]) {
        // What was refused is no reason to open it.
        if one.verdict() != "allowed" {
            return;
        }
        let Some(used) = self.0.get_mut(one.key()) else { return };
        let name = one.operation();
        let is_its = |api: &Model| one.api().is_none_or(|named| *named == *api.name);
        for (at, api) in apis.iter().enumerate().filter(|(_, api)| is_its(api)) {
            used.extend(api.contract.operation_named(&name).map(|operation| (at, operation)));
        }
    }
}

fn judged(
    key: &Value,
    used: &Used,
    since: &str,
    options: &KeysSuggestOptions,
    desk: &Desk,
) -> Value {
    let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
    let id = text("id");
    let mut told = json!({ "id": id, "owner": text("owner"), "label": text("label") });
    let (Ok(rules), Value::Object(members)) = (portcullis_admin::rules_of(key), &mut told) else {
        return told;
    };
    let open = opened(&rules, &desk.apis);
    let used: Vec<_> =
        used.0.get(id).into_iter().flatten().filter(|one| open.contains(one)).collect();
    members.insert("used".to_owned(), json!(used.len()));
    members.insert("of".to_owned(), json!(open.len()));
    members.insert("days".to_owned(), json!(options.days));
    // Who did not use it yet may use anything tomorrow; and whoever uses all of it needs all of it.
    let why_not = if text("created") > since {
        Some("issued since")
    } else if used.is_empty() {
        Some("not used")
    } else if used.len() == open.len() {
        Some("uses all it may")
    } else {
        None
    };
    let names: BTreeSet<String> = used
        .iter()
        .filter_map(|(api, operation)| {
            desk.apis.get(*api)?.contract.operation(*operation).map(Operation::name)
        })
        .collect();
    match why_not {
        Some(why) => members.insert("nothing_suggested".to_owned(), json!(why)),
        None => members.insert("suggested".to_owned(), json!(command(&options.config, id, &names))),
    };
    told
}

/// The operations that a key's own rules leave open: of each API, by number.
fn opened(rules: &KeyRules, apis: &[Model]) -> BTreeSet<(usize, usize)> {
    let is_its =
        |api: &Model| rules.apis.is_empty() || rules.apis.iter().any(|name| **name == *api.name);
    let mut open = BTreeSet::new();
    for (at, api) in apis.iter().enumerate().filter(|(_, api)| is_its(api)) {
        for (number, operation) in api.contract.operations.iter().enumerate() {
            let is_named = |name: &String| *name == operation.name() || *name == operation.title();
            if rules.operations.is_empty() || rules.operations.iter().any(is_named) {
                open.insert((at, number));
            }
        }
    }
    open
}

/// What restricts it, ready for a shell.
fn command(config: &Path, id: &str, operations: &BTreeSet<String>) -> String {
    let config = shell::word(&config.display().to_string());
    let mut line = format!("portcullis keys roll -c {config} --id {id}");
    for operation in operations {
        // Writing to a String cannot fail.
        let _ = write!(line, " --operation {}", shell::word(operation));
    }
    line
}

fn text(key: &Value) -> String {
    let text = |name: &str| talk::clean(key.get(name).and_then(Value::as_str).unwrap_or_default());
    let number = |name: &str| key.get(name).and_then(Value::as_u64).unwrap_or_default();
    let (used, of, days) = (number("used"), number("of"), number("days"));
    let whose = format!("{}  {}", text("id"), text("owner"));
    match text("nothing_suggested").as_str() {
        "" => format!(
            "{whose}  used {used} of {of} operations in {days} days: restrict?\n  {}\n",
            text("suggested")
        ),
        why => format!("{whose}  used {used} of {of} operations in {days} days: {why}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_that_does_not_tell_all_is_no_ground() {
        let since = "2026-11-01T00:00:00.000Z";
        let read = |begins: &str| Read { begins: Some(begins.to_owned()), ..Read::default() };
        assert!(is_enough(&read("2026-10-31T23:59:59.999Z"), since).is_ok());
        assert!(is_enough(&read("2026-11-01T00:00:00.001Z"), since).is_err());
        assert!(is_enough(&Read { lost: 1, ..read("2026-10-01T00:00:00.000Z") }, since).is_err());
        assert!(
            is_enough(&Read { unreadable: 1, ..read("2026-10-01T00:00:00.000Z") }, since).is_err()
        );
        assert!(is_enough(&Read::default(), since).is_err());
    }
}
