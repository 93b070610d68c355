//! URLs, files and languages that callers send, and what the API calls in turn (A8, A12, A13).

use std::collections::{BTreeMap, HashMap};

use portcullis_contract::Place;
use portcullis_contract::outline::{OutlinedCall, OutlinedParameter, SchemaIndex};
use portcullis_controls::outbound_target;

use super::super::check::Check;
use super::super::control::by;
use super::super::raised::Raising;
use super::super::subject::Subject;
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 8] =
    [&URL_TAKEN, &REDIRECT, &CALLBACK, &UNSIGNED, &PLAIN_CALLBACK, &XML, &FILE_NAME, &LANGUAGE];

/// Places that a message tells.
const PLACES_TOLD_MAX: usize = 3;
/// Names of parameters that say where a browser goes next, folded and sorted.
const NEXT: [&str; 17] = [
    "backurl",
    "callbackurl",
    "continueurl",
    "dest",
    "destination",
    "goto",
    "next",
    "nexturl",
    "redirect",
    "redirectto",
    "redirecturi",
    "redirecturl",
    "returnto",
    "returnuri",
    "returnurl",
    "successurl",
    "targeturl",
];
/// Names of files, folded and sorted.
const FILES: [&str; 12] = [
    "dir",
    "directory",
    "dirname",
    "file",
    "filename",
    "filepath",
    "folder",
    "folderpath",
    "includefile",
    "pathname",
    "templatename",
    "templatepath",
];
/// Names of texts in a language that something executes, folded and sorted.
const LANGUAGES: [&str; 18] = [
    "cmd",
    "command",
    "commandline",
    "eval",
    "exec",
    "expression",
    "jsonpath",
    "mongoquery",
    "rawquery",
    "regex",
    "script",
    "shell",
    "sql",
    "sqlquery",
    "templatestring",
    "where",
    "whereclause",
    "xpath",
];

static URL_TAKEN: Check = Check {
    rule: Rule {
        id: "url-taken-in",
        title: "a URL that a caller sends points where somebody decided",
        item: "A12",
        cwe: &[918],
        severity: Severity::Medium,
        page: r"## Why

What fetches a URL of the caller's choice fetches `http://169.254.169.254/`, the database's admin page, or a file: from
inside, with the API's own rights. A pattern in a schema does not stop it; names lead elsewhere, redirects and odd
spellings of addresses get around it.

## Example

```yaml
Import: { properties: { source_url: { type: string, format: uri } } }
```

## Fix

Take an id of something that was uploaded, or a name out of a list (`enum`). Where a URL must be taken, let it point at
hosts that are named, resolve it once, and follow no redirect. In front of an API that cannot be changed:

```yaml
operations: { import: { targets: { body./source_url: [files.example.com] } } }
```",
    },
    fix: "name the hosts that it may point at; in front of the API, under `targets`",
    answered: by!(OutboundTarget),
    look: url_taken,
};

static REDIRECT: Check = Check {
    rule: Rule {
        id: "redirect-from-caller",
        title: "no caller says where a browser goes next",
        item: "A13",
        cwe: &[601],
        severity: Severity::Medium,
        page: r"## Why

A link to the real site that ends on a copy of it is what a letter of a thief needs; and where a code or a token is added
to the address, the copy gets it.

## Example

```yaml
/login: { get: { parameters: [{ name: return_url, in: query, schema: { type: string } }], responses: { '302': {} } } }
```

## Fix

Take a path of the own site (`pattern: '^/[a-z0-9/-]*$'`), or one of a list.",
    },
    fix: "take a path of your own site, or one of a list",
    answered: by!(UpstreamAnswer),
    look: |subject, raising| {
        for one in subject.operations() {
            let redirects = one.said.answers.iter().any(|answer| answer.status.starts_with('3'));
            let mut taken = one.said.parameters.iter();
            let next = taken.find(|known| {
                known.place == Some(Place::Query)
                    && is_free_text(subject, known)
                    && NEXT.binary_search(&names::folded(&known.name).as_str()).is_ok()
            });
            let Some(next) =
                next.filter(|known| redirects || names::folded(&known.name).contains("ur"))
            else {
                continue;
            };
            let name = portcullis_model::shown(&next.name);
            let message = format!("{} leads where {name} says", one.shown());
            raising.operation(one.number, message);
        }
    },
};

static CALLBACK: Check = Check {
    rule: Rule {
        id: "callback-anywhere",
        title: "the API calls back where somebody decided",
        item: "A12",
        cwe: &[918],
        severity: Severity::High,
        page: r"## Why

`{$request.body#/callbackUrl}` means: the API sends a request to any address that a caller writes down, from inside, and
often with what it knows in the body. That is server-side request forgery as a documented function.

## Example

```yaml
callbacks: { paid: { '{$request.body#/callbackUrl}': { post: {} } } }
```

## Fix

Let owners register their addresses once, prove that they are theirs, and name one by its id. Refuse private networks
after the name was resolved, follow no redirects, and call from a host that reaches nothing else.",
    },
    fix: "let addresses be registered and proven, and name one by its id; in front of the API, name hosts under `targets`",
    answered: by!(OutboundTarget, |plan, operation| {
        plan.model.targets.get(operation).is_some_and(|targets| !targets.places.is_empty())
    }),
    look: |subject, raising| {
        for one in subject.operations() {
            let from_caller =
                |call: &&OutlinedCall| call.name.trim_start().starts_with("{$request");
            if let Some(call) = one.said.callbacks.iter().find(from_caller) {
                let expression = portcullis_model::shown(&call.name);
                let message = format!("{} has the API call {expression}", one.shown());
                raising.at([call.site.span], [one.number], message);
            }
        }
    },
};

static UNSIGNED: Check = Check {
    rule: Rule {
        id: "call-unsigned",
        title: "whoever is called by the API can tell that it was",
        item: "A13",
        cwe: &[345, 347],
        severity: Severity::Medium,
        page: r"## Why

A webhook without a signature is believed because it came: anybody who learns the address sends `paid: true`.

## Example

```yaml
webhooks: { orderPaid: { post: { requestBody: {} } } }
```

## Fix

Sign the body and the time, and say how in the document:

```yaml
parameters:
  - { name: X-Signature, in: header, required: true, schema: { type: string } }   # HMAC-SHA-256 over time and body
```",
    },
    fix: "sign body and time, and declare the header that has the signature",
    answered: None,
    look: |subject, raising| {
        for one in subject.operations() {
            for call in one.said.callbacks.iter().filter(|call| !call.is_signed) {
                let message =
                    format!("what {} has the API call cannot tell who calls", one.shown());
                raising.at([call.site.span], [one.number], message);
            }
        }
        for call in subject.outline.webhooks.iter().filter(|call| !call.is_signed) {
            let name = portcullis_model::shown(&call.name);
            raising.at([call.site.span], [], format!("whoever gets {name} cannot tell who calls"));
        }
    },
};

static PLAIN_CALLBACK: Check = Check {
    rule: Rule {
        id: "callback-plain",
        title: "what the API sends to others is encrypted",
        item: "A13",
        cwe: &[319],
        severity: Severity::Medium,
        page: r"## Why

A callback over plain HTTP gives everybody on the way what the API knows of the order, and lets them change it.

## Example

```yaml
callbacks: { paid: { 'http://{$request.query.host}/paid': { post: {} } } }
```

## Fix

```yaml
callbacks: { paid: { 'https://{$request.query.host}/paid': { post: {} } } }
```",
    },
    fix: "write `https`",
    answered: None,
    look: |subject, raising| {
        for one in subject.operations() {
            let plain = |call: &&OutlinedCall| call.name.trim_start().starts_with("http://");
            for call in one.said.callbacks.iter().filter(plain) {
                let message = format!("{} has the API call over plain HTTP", one.shown());
                raising.at([call.site.span], [one.number], message);
            }
        }
    },
};

static XML: Check = Check {
    rule: Rule {
        id: "xml-taken",
        title: "XML is taken only where it must be",
        item: "A8",
        cwe: &[611, 776],
        severity: Severity::Low,
        page: r"## Why

Many readers of XML still fetch what a document type names, from files and from the inside network, and unfold entities
until the memory is full. An operation that takes JSON and XML has the second reader because a framework switched it on.

## Example

```yaml
requestBody: { content: { application/json: {}, application/xml: {} } }
```

## Fix

Take JSON alone. Where XML must be, refuse document types in the reader.",
    },
    fix: "take JSON alone, or refuse document types in the reader",
    answered: by!(InputShape),
    look: |subject, raising| {
        let is_xml =
            |kind: &str| kind.ends_with("/xml") || kind.contains("+xml") || kind.contains("/xml;");
        let all = subject.numbers(|one| one.said.bodies.iter().any(|(kind, _)| is_xml(kind)));
        raising.operations(all, |count| {
            format!("{} XML", names::counted(count, "operation takes", "operations take"))
        });
    },
};

static FILE_NAME: Check = Check {
    rule: Rule {
        id: "file-name-taken",
        title: "no caller names a file of the server",
        item: "A8",
        cwe: &[22, 73],
        severity: Severity::Medium,
        page: r"## Why

A parameter called `filename` or `template` is joined to a folder by somebody's code, and `../../etc/passwd` is a name,
too.

## Example

```yaml
/download: { get: { parameters: [{ name: filename, in: query, schema: { type: string } }] } }
```

## Fix

Name files by an id. Where a name must be taken, `pattern: '^[A-Za-z0-9_-]{1,64}\.(pdf|png)$'`.",
    },
    fix: "name files by an id, or write a `pattern` without `.` and `/`",
    answered: by!(HostileInput),
    look: |subject, raising| {
        texts(subject, raising, &FILES, |name, count| {
            let what = names::counted(count, "operation takes", "operations take");
            format!("{what} the name of a file as {name}")
        });
    },
};

static LANGUAGE: Check = Check {
    rule: Rule {
        id: "language-taken",
        title: "no caller writes in a language that something behind the API executes",
        item: "A8",
        cwe: &[74, 89, 94],
        severity: Severity::Medium,
        page: r"## Why

`where`, `cmd` or `expression` with a free text is a part of a query or a program that the caller writes. Bound
parameters do not help there: names of columns and operators cannot be bound.

## Example

```yaml
/orders: { get: { parameters: [{ name: where, in: query, schema: { type: string } }] } }
```

## Fix

List what is allowed, and put the rest together in code:

```yaml
- { name: state, in: query, schema: { type: string, enum: [open, paid] } }
```",
    },
    fix: "list what is allowed with `enum`, or write a `pattern` that leaves no room for more",
    answered: by!(HostileInput),
    look: |subject, raising| {
        texts(subject, raising, &LANGUAGES, |name, count| {
            let what = names::counted(count, "operation takes", "operations take");
            format!("{what} a text in a language of its own as {name}")
        });
    },
};

/// One finding for each set of places: a parameter, or a body, that many operations share is one cause.
fn url_taken(subject: &Subject<'_>, raising: &mut Raising<'_>) {
    let mut found: Vec<(Vec<String>, Vec<u32>)> = Vec::new();
    let mut known: HashMap<(Vec<String>, Vec<SchemaIndex>), usize> = HashMap::new();
    for one in subject.operations() {
        let Some(served) = one.served else { continue };
        let places = outbound_target::url_places(&subject.contract.shapes, served);
        if places.is_empty() {
            continue;
        }
        let shown: Vec<String> = places.iter().map(|place| format!("`{place}`")).collect();
        let is_of_body = shown.iter().any(|place| place.starts_with("`body"));
        let bodies = one.said.bodies.iter().filter_map(|(_, schema)| *schema);
        let bodies = bodies.filter(|_| is_of_body).collect();
        let place = *known.entry((shown.clone(), bodies)).or_insert_with(|| {
            found.push((shown, Vec::new()));
            found.len() - 1
        });
        if let Some((_, operations)) = found.get_mut(place) {
            operations.push(one.number);
        }
    }
    for (places, operations) in found {
        let told = places.iter().take(PLACES_TOLD_MAX).cloned().collect::<Vec<_>>().join(", ");
        let more = places.len().saturating_sub(PLACES_TOLD_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        raising.operations(operations, |count| {
            let what = names::counted(count, "operation takes", "operations take");
            format!("{what} URLs at {told}{more}")
        });
    }
}

/// Whether a parameter may hold any text.
fn is_free_text(subject: &Subject<'_>, parameter: &OutlinedParameter) -> bool {
    parameter.schema.is_none_or(|schema| is_free(subject, schema))
}

fn is_free(subject: &Subject<'_>, schema: SchemaIndex) -> bool {
    subject.outline.schema(schema).is_some_and(|one| one.lacks.form || one.lacks.kind)
}

/// A finding for each name of a parameter that may hold any text.
fn texts(
    subject: &Subject<'_>,
    raising: &mut Raising<'_>,
    known: &[&str],
    message: impl Fn(&str, usize) -> String,
) {
    let mut found: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for one in subject.operations() {
        for parameter in &one.said.parameters {
            let is_named = known.binary_search(&names::folded(&parameter.name).as_str()).is_ok();
            let is_value = parameter.place.is_some_and(|place| place != Place::Cookie);
            if !is_named || !is_value || !is_free_text(subject, parameter) {
                continue;
            }
            found.entry(&parameter.name).or_default().push(one.number);
        }
    }
    for (name, operations) in found {
        let shown = portcullis_model::shown(name);
        raising.operations(operations, |count| message(&shown, count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(NEXT.is_sorted() && FILES.is_sorted() && LANGUAGES.is_sorted());
    }
}
