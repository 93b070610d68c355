//! `portcullis audit`: the checklist about keys and secrets, answered for one deployment.

use std::path::Path;

use portcullis_admin::{AskFault, KeyRequest, Request, ask, rules_of};
use portcullis_audit::{Answer, Asked, KnownKeys, Verdict, answers, issued, may_all};
use portcullis_controls::Plan;
use portcullis_model::{Clock as _, UnixMillis};
use portcullis_policy::StorePlace;
use portcullis_store::{DATABASE, KEYS_LISTED_MAX, KeyWhich, ListedKey, Unlock};
use serde_json::{Value, json};

use crate::arguments::{AuditOptions, Format};
use crate::audit_arguments::AuditCommand;
use crate::check::looked_through;
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::{audit_secrets, load, store_key, talk};

pub(crate) fn audit(options: &AuditOptions) -> Exit {
    match (&options.command, &options.config) {
        (Some(AuditCommand::Secrets(options)), _) => audit_secrets::secrets(options),
        (None, Some(config)) => checklist(config, options),
        // The command line's parser asks for it.
        (None, None) => Exit::Unusable,
    }
}

fn checklist(config: &Path, options: &AuditOptions) -> Exit {
    let policy = load::explained_policy(Some(config), None, None, None);
    let policy = match policy {
        Ok(policy) => policy,
        Err(failure) => return load::refuse(&failure),
    };
    let (plans, findings, _) = looked_through(policy);
    let (now, scratch) = (SystemClock.now(), std::env::temp_dir());
    let keys = known_keys(&plans, &scratch, now);
    let asked = Asked {
        plans: &plans,
        findings: &findings,
        keys: &keys,
        backups: &options.backup,
        scratch: &scratch,
        now,
    };
    let config = config.display().to_string();
    let answers: Vec<Answer> = answers(&asked).into_iter().map(|one| named(one, &config)).collect();
    match options.format {
        Format::Text => print_text(&answers),
        Format::Json => print_json(&answers, now),
    }
    let is_no = |one: &Answer| one.verdict == Verdict::No;
    if answers.iter().any(is_no) { Exit::Failure } else { Exit::Success }
}

/// With the policy file in its commands.
fn named(answer: Answer, config: &str) -> Answer {
    let name = |text: String| text.replace("CONFIG", config);
    Answer { repeat: name(answer.repeat), fix: answer.fix.map(name), ..answer }
}

/// What the gateway says of its keys; where none runs, what stands in a copy of its store.
fn known_keys(plans: &[Plan], scratch: &Path, now: UnixMillis) -> KnownKeys {
    let models = || plans.iter().map(|plan| &plan.model);
    if models().all(|model| model.callers.api_keys.is_none()) {
        return KnownKeys::NotIssued;
    }
    let Some(place) = models().find_map(|model| model.store.as_ref()) else {
        return KnownKeys::Unknown("the policy has no `store`".to_owned());
    };
    let request = KeyRequest::List { which: KeyWhich::All, max: KEYS_LISTED_MAX as u64 };
    let known = match ask(&place.folder, &Request::Keys(request)) {
        Ok(answer) => told(&answer, now),
        Err(AskFault::Nobody) if place.folder.join(DATABASE).exists() => {
            copied(place, scratch, now)
        }
        Err(AskFault::Nobody) => Ok((0, Vec::new(), false)),
        Err(fault) => Err(fault.to_string()),
    };
    match known {
        Ok((count, unrestricted, has_more)) => KnownKeys::Known { count, unrestricted, has_more },
        Err(why) => KnownKeys::Unknown(why),
    }
}

/// How many keys, the names of those that may all, and whether there are older ones.
type Known = (usize, Vec<String>, bool);

fn told(answer: &Value, now: UnixMillis) -> Result<Known, String> {
    if let Some(problem) = answer.get("problem").and_then(Value::as_str) {
        return Err(talk::clean(problem));
    }
    let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    let now = now.rfc3339();
    let (mut count, mut names) = (0, Vec::new());
    for key in answer.get("keys").and_then(Value::as_array).into_iter().flatten() {
        if text(key, "expires").is_some_and(|end| end <= now) {
            continue;
        }
        count += 1;
        let rules = rules_of(key).map_err(|misread| misread.to_string())?;
        // One below another is judged by that one, too.
        if may_all(&rules) && text(key, "parent").is_none() {
            names.extend(text(key, "id"));
        }
    }
    let has_more = answer.get("has_more").and_then(Value::as_bool) == Some(true);
    Ok((count, names, has_more))
}

fn copied(place: &StorePlace, scratch: &Path, now: UnixMillis) -> Result<Known, String> {
    let kek = place.key.as_ref().map(store_key::kek).transpose()?;
    let service = store_key::service(place)?;
    let unlock = Unlock::new(kek.as_ref(), service.as_deref());
    let (keys, has_more) = issued(&place.folder, unlock, scratch, now)?;
    let is_open = |key: &&ListedKey| may_all(&key.rules) && key.parent.is_none();
    let names = keys.iter().filter(is_open).map(|key| key.id.to_string()).collect();
    Ok((keys.len(), names, has_more))
}

fn count(answers: &[Answer], verdict: Verdict) -> usize {
    answers.iter().filter(|one| one.verdict == verdict).count()
}

fn print_text(answers: &[Answer]) {
    for one in answers {
        let Answer { item, question, verdict, evidence, repeat, fix, supply } = one;
        talk::print(&format!(
            "{item}  {}  {question}\n    {}\n",
            verdict.name(),
            talk::clean(evidence)
        ));
        for (what, text) in
            [("do", fix.as_ref()), ("supply", supply.as_ref()), ("again", Some(repeat))]
        {
            if let Some(text) = text {
                talk::print(&format!("    {what}: {}\n", talk::clean(text)));
            }
        }
    }
    let [yes, no, open] =
        [Verdict::Yes, Verdict::No, Verdict::NotCheckable].map(|verdict| count(answers, verdict));
    talk::print(&format!("{yes} yes, {no} no, {open} not checkable\n"));
}

fn print_json(answers: &[Answer], now: UnixMillis) {
    let each = answers.iter().map(|one| {
        json!({
            "id": one.item,
            "question": one.question,
            "verdict": one.verdict.name(),
            "evidence": one.evidence,
            "repeat": one.repeat,
            "fix": one.fix,
            "supply": one.supply,
        })
    });
    let report = json!({
        "time": now.rfc3339(),
        "yes": count(answers, Verdict::Yes),
        "no": count(answers, Verdict::No),
        "not_checkable": count(answers, Verdict::NotCheckable),
        "checklist": each.collect::<Vec<_>>(),
    });
    talk::print(&format!("{report:#}\n"));
}
