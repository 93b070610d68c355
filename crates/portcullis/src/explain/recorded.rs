//! A request that was recorded: from its refusal to the lines that decided, and to what would let
//! it pass (rule 31).

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use portcullis_controls::{Plan, face};
use portcullis_model::{ControlId, RequestId};
use portcullis_policy::LedgerTarget;
use serde_json::{Value, json};

use super::ground::{Act, Ground, Grounds};
use super::remedy::what_to_do;
use crate::arguments::{ExplainOptions, Format};
use crate::exit::Exit;
use crate::ledger_lines::next_line;
use crate::talk::clean;
use crate::{load, talk};

/// Where records are when neither the command line nor a policy says.
const LEDGER: &str = "portcullis-ledger.jsonl";

pub(super) fn explain(id: RequestId, options: &ExplainOptions) -> Exit {
    let plans = match plans(options) {
        Ok(plans) => plans,
        Err(exit) => return exit,
    };
    let ledger = options.ledger.clone().unwrap_or_else(|| ledger_of(plans.first()));
    let file = match File::open(&ledger) {
        Ok(file) => file,
        Err(error) => {
            talk::say(&format!("`{}` cannot be read: {error}", ledger.display()));
            talk::say("help: name the ledger of the gateway with --ledger FILE");
            return Exit::Unusable;
        }
    };
    let found = match find(BufReader::new(file), &id.to_string()) {
        Ok(found) => found,
        Err(error) => {
            talk::say(&format!("`{}` cannot be read to its end: {error}", ledger.display()));
            return Exit::Unusable;
        }
    };
    match found {
        Found::Record(record) => {
            let plan = plan_of(&record, &plans);
            let account = Account::new(record, plan);
            talk::print(&match options.format {
                Format::Text => account.text(),
                Format::Json => format!("{:#}\n", account.json()),
            });
            Exit::Success
        }
        Found::Cut(line) => {
            missing(&ledger, id, &format!("; line {line} names it, but is cut or no record"))
        }
        Found::Nothing => missing(&ledger, id, ""),
    }
}

fn missing(ledger: &Path, id: RequestId, but: &str) -> Exit {
    talk::say(&format!("`{}` has no record of request `{id}`{but}", ledger.display()));
    talk::say(
        "help: name the ledger of the gateway with --ledger FILE, or its policy with -c FILE",
    );
    Exit::Failure
}

/// The files at hand, if any are named.
fn plans(options: &ExplainOptions) -> Result<Vec<Plan>, Exit> {
    let files = &options.files;
    if files.config.is_none() && files.contract.is_none() {
        return Ok(Vec::new());
    }
    load::explained_plans(
        files.config.as_deref(),
        files.contract.as_deref(),
        files.upstream.as_deref(),
        files.listen.as_deref(),
    )
}

/// The API of a record. One that names none is of the only API, or for none of them: the first
/// refused it then.
fn plan_of<'a>(record: &Value, plans: &'a [Plan]) -> Option<&'a Plan> {
    match record.get("api").and_then(Value::as_str) {
        Some(name) => plans.iter().find(|plan| &*plan.model.name == name),
        None => plans.first(),
    }
}

fn ledger_of(plan: Option<&Plan>) -> PathBuf {
    match plan.map(|plan| &plan.model.ledger) {
        Some(LedgerTarget::File(path)) => path.clone(),
        Some(LedgerTarget::Stdout) | None => PathBuf::from(LEDGER),
    }
}

/// What a ledger holds of a request.
#[derive(Debug, PartialEq)]
enum Found {
    Record(Value),
    /// Only this line, which is no whole record.
    Cut(usize),
    Nothing,
}

fn find(mut ledger: impl BufRead, id: &str) -> io::Result<Found> {
    let mut cut = Found::Nothing;
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        if !next_line(&mut ledger, &mut line)? {
            return Ok(cut);
        }
        let text = String::from_utf8_lossy(&line);
        if !text.contains(id) {
            continue;
        }
        match serde_json::from_str::<Value>(&text) {
            Ok(record) if record.get("request_id").and_then(Value::as_str) == Some(id) => {
                return Ok(Found::Record(record));
            }
            // It may name the request elsewhere: a path, for one.
            Ok(_) => {}
            Err(_) => cut = Found::Cut(number),
        }
    }
}

/// A record, and the lines behind it.
#[derive(Debug)]
struct Account {
    record: Value,
    /// What the record says that a control did.
    acts: Vec<ActAccount>,
    /// How the files at hand differ from those of the record.
    difference: Option<String>,
    has_files: bool,
}

#[derive(Debug)]
struct ActAccount {
    what: &'static str,
    control: ControlId,
    reason: String,
    detail: String,
    contract: Vec<Ground>,
    policy: Vec<Ground>,
    remedy: String,
}

impl Account {
    fn new(record: Value, plan: Option<&Plan>) -> Self {
        let word = |name: &str| record.get(name).and_then(Value::as_str);
        let name = word("operation").map(str::to_owned);
        let index = name
            .as_deref()
            .zip(plan)
            .and_then(|(name, plan)| plan.model.contract.operation_named(name));
        let mut grounds = plan.map(Grounds::new);
        let mut acts = Vec::new();
        let mut tell = |what, from: &Value| {
            let word = |name: &str| from.get(name).and_then(Value::as_str).unwrap_or_default();
            let Some(control) = ControlId::from_name(word("control")) else { return };
            let (reason, detail) = (word("reason").to_owned(), word("detail").to_owned());
            let target = record.get("path").and_then(Value::as_str).unwrap_or_default();
            let act = Act { operation: index, control, reason: &reason, detail: &detail, target };
            // A name that these files do not know leads nowhere in them.
            let is_known = name.is_none() || index.is_some();
            let grounds = grounds.as_mut().filter(|_| is_known);
            let (contract, policy) = grounds
                .map(|grounds| (grounds.contract(act), grounds.policy(act)))
                .unwrap_or_default();
            let remedy = what_to_do(control, &reason, name.as_deref());
            acts.push(ActAccount { what, control, reason, detail, contract, policy, remedy });
        };
        tell("refused", &record);
        for (what, key) in [("would have refused", "would_refuse"), ("removed", "edits")] {
            let notes = record.get(key).and_then(Value::as_array);
            notes.into_iter().flatten().for_each(|note| tell(what, note));
        }
        let version = plan.map(|plan| plan.version.to_string());
        let difference = version.zip(word("model")).and_then(|(version, recorded)| {
            (version != recorded).then(|| {
                format!(
                    "the record was made by model {recorded}, the files at hand make model \
                     {version}: the lines below may not be those that decided"
                )
            })
        });
        Self { acts, difference, has_files: plan.is_some(), record }
    }

    fn text(&self) -> String {
        let word = |name: &str| self.record.get(name).and_then(Value::as_str).unwrap_or("-");
        let status = self.record.get("status").map(ToString::to_string).unwrap_or_default();
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{} {}\n{} at {}, {status}: {}operation {}, model {}",
            clean(word("method")),
            clean(word("path")),
            clean(word("verdict")),
            clean(word("time")),
            self.record
                .get("api")
                .and_then(Value::as_str)
                .map_or_else(String::new, |api| { format!("API {}, ", clean(api)) }),
            clean(word("operation")),
            clean(word("model"))
        );
        if let Some(difference) = &self.difference {
            let _ = writeln!(out, "\nnote: {}", clean(difference));
        }
        self.acts.iter().for_each(|act| act.text(&mut out));
        if !self.has_files && !self.acts.is_empty() {
            out.push_str(
                "\nThe lines of contract and policy behind it: add -c FILE, or --contract FILE.\n",
            );
        }
        let _ = writeln!(out, "\nThe record:\n{:#}", self.record);
        out
    }

    fn json(&self) -> Value {
        let list = |grounds: &[Ground]| grounds.iter().map(Ground::json).collect::<Vec<_>>();
        let acts = self.acts.iter().map(|act| {
            json!({
                "what": act.what,
                "control": act.control.name(),
                "reason": act.reason,
                "detail": act.detail,
                "contract": list(&act.contract),
                "policy": list(&act.policy),
                "remedy": act.remedy,
            })
        });
        json!({
            "record": self.record,
            "same_model": self.has_files.then_some(self.difference.is_none()),
            "acts": acts.collect::<Vec<_>>(),
        })
    }
}

impl ActAccount {
    fn text(&self, out: &mut String) {
        let (control, reason) = (self.control, clean(&self.reason));
        let _ = writeln!(out, "\n{} by {control} ({reason})\n", self.what);
        let _ = writeln!(out, "  {:<10}{}", "fact", clean(&self.detail));
        for (whose, grounds) in [("contract", &self.contract), ("policy", &self.policy)] {
            for ground in grounds {
                let _ = writeln!(out, "  {whose:<10}{}", clean(&ground.line()));
            }
        }
        let guarantee = face(control).guarantee;
        let _ = writeln!(
            out,
            "\n`{control}` guarantees: {guarantee}.\n{}\nMore: portcullis explain {control}",
            self.remedy
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger_lines::LINE_BYTES_MAX;

    const ID: &str = "01KAT3ZW1E8Q6Y3V9N5R2M7XJD";

    #[test]
    fn a_record_is_found_between_lines_that_are_none() {
        let record = format!("{{\"request_id\":\"{ID}\",\"status\":400}}");
        let other = format!("{{\"request_id\":\"other\",\"path\":\"/{ID}\"}}");
        let long = "x".repeat(3 * LINE_BYTES_MAX);
        for (ledger, is_found) in [
            (format!("{record}\n"), true),
            (record.clone(), true),
            (format!("{other}\nnonsense\n{long}\n{record}\n"), true),
            (format!("{other}\n"), false),
            (String::new(), false),
        ] {
            let found = find(ledger.as_bytes(), ID).unwrap();
            assert_eq!(matches!(found, Found::Record(_)), is_found, "{found:?}");
        }
        let not_utf8 = [b"\xff\xfe\n", record.as_bytes()].concat();
        assert!(matches!(find(&*not_utf8, ID).unwrap(), Found::Record(_)));
    }

    #[test]
    fn a_record_that_is_cut_is_told_by_its_line() {
        let cut = format!("{{}}\n{{\"time\":\"x\",\"request_id\":\"{ID}\",\"mo");
        assert_eq!(find(cut.as_bytes(), ID).unwrap(), Found::Cut(2));
    }
}
