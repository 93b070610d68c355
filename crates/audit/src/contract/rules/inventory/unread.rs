//! What could not be read, and so was held against less than all rules.

use std::collections::{BTreeMap, HashMap, HashSet};

use portcullis_contract::NotServed;
use portcullis_contract::codes::NOT_SERVED;
use portcullis_contract::outline::{Unread, Unreadable};
use portcullis_model::Span;

use super::super::super::check::Check;
use super::super::super::control::by;
use super::super::super::raised::Raising;
use super::super::super::subject::Subject;
use super::super::names;
use crate::finding::{Rule, Severity};

pub(super) static PART: Check = Check {
    rule: Rule {
        id: "part-unread",
        title: "all of the document can be read and held against the rules",
        item: "A9",
        cwe: &[1059],
        severity: Severity::High,
        page: r"## Why

An operation that does not compile, because a parameter stands in a place that there is not, or because its schema is
beyond every bound, is held against what is written of it alone: rules that ask what it takes and answers do not see it.
Nothing found there is no sign that nothing is wrong, so it does not pass. A gateway serves no such operation.

The same holds for what stands in a path under a key that is no method there: `Post`, `query` before OpenAPI 3.2, a
method beside a `$ref`. Readers of the document leave it out without a word, and so would the rules. Of a document with
no operation at all there is nothing to score.

## Example

```yaml
/orders: { get: { parameters: [{ name: sort, in: header-or-query, schema: { type: string } }] } }
```

## Fix

`portcullis check --contract FILE` shows the line and what it expects there:

```yaml
/orders: { get: { parameters: [{ name: sort, in: query, schema: { type: string } }] } }
```

A document that is larger than what is looked at is audited in parts: a document for each part of the API.",
    },
    fix: "mend what cannot be read (`portcullis check --contract FILE` shows the line), or audit the document in parts",
    // What is not served is refused like what is not declared.
    answered: by!(ApiInventory, |_, _| true),
    look,
};

/// One cause for each reason: generators write the same fault at each operation.
fn look(subject: &Subject<'_>, raising: &mut Raising<'_>) {
    let not_served = &subject.contract.not_served;
    let by_title: HashMap<&str, &NotServed> =
        not_served.iter().map(|one| (one.title.as_str(), one)).collect();
    let mut reasons: BTreeMap<&str, (Vec<Span>, Vec<u32>)> = BTreeMap::new();
    let mut told: HashSet<Span> = HashSet::new();
    let paths: HashSet<&str> = subject.contract.paths.iter().map(String::as_str).collect();
    for one in subject.operations().filter(|one| one.said.index.is_none()) {
        let known = by_title.get(one.said.title().as_str());
        let unmatched = if paths.contains(one.said.template.as_str()) {
            "another operation takes its requests"
        } else {
            "no request can match its path"
        };
        let why = known.map_or(unmatched, |one| &one.why);
        let (roots, operations) = reasons.entry(why).or_default();
        roots.extend(known.map(|one| one.why_span));
        told.extend(known.map(|one| one.why_span));
        operations.push(one.number);
    }
    for (why, (roots, operations)) in reasons {
        let count = operations.len();
        let what = names::counted(count, "operation is", "operations are");
        raising.at(roots, operations, format!("{what} not held against all rules: {why}"));
    }
    // Paths that are none, methods that nobody knows, and what is no object have no operation.
    let untold = subject.warnings.iter().filter(|one| {
        one.code.name == NOT_SERVED.name && one.span.is_none_or(|span| !told.contains(&span))
    });
    for one in untold {
        raising.at(one.span, [], format!("{}, and is held against no rule", one.message));
    }
    for one in &subject.outline.unread {
        raising.at([one.span], [], format!("{}, and is held against no rule", unread(one)));
    }
    let has_any = !subject.outline.operations.is_empty();
    if !has_any && subject.outline.unread.is_empty() && subject.outline.webhooks.is_empty() {
        let message = "no operation was read: there is nothing that rules can be held against";
        raising.at([subject.outline.root.span], [], message);
    }
    if !subject.outline.is_whole {
        let message = "the document is larger than what is looked at";
        // What was not looked at may be served.
        raising.at([subject.outline.root.span], [], message).answered = None;
    }
}

/// What it is that looks like an operation, and why it is none.
fn unread(one: &Unread) -> String {
    let what = portcullis_model::shown(&format!("{} {}", one.key, one.template));
    match one.why {
        Unreadable::OtherCase(method) => {
            format!("{what} is no operation: methods are in lower case, `{}`", method.key())
        }
        Unreadable::OtherVersion => {
            format!("{what} is no operation in this version of OpenAPI: say the one that has it")
        }
        Unreadable::NoMethod => format!("{what} has answers, and its key is no method"),
        Unreadable::BesideReference => {
            format!("{what} has no effect beside `$ref`: write it where that leads")
        }
    }
}
