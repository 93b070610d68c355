//! What stands in URLs and headers and is no business of logs (C7).

use std::collections::BTreeMap;

use portcullis_contract::Place;
use portcullis_contract::outline::OutlinedParameter;
use portcullis_controls::sensitive::{credential_name, sensitive_name};
use portcullis_model::Span;

use super::super::check::Check;
use super::super::control::by;
use super::super::raised::Raising;
use super::super::subject::Subject;
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 3] = [&CREDENTIAL, &PERSON, &HEADER];

/// Names of what tells who somebody is, folded.
const PERSONS: [&str; 12] = [
    "dateofbirth",
    "dob",
    "email",
    "emailaddress",
    "firstname",
    "lastname",
    "msisdn",
    "passportnumber",
    "phone",
    "phonenumber",
    "ssn",
    "taxid",
];

static CREDENTIAL: Check = Check {
    rule: Rule {
        id: "credential-in-url",
        title: "no password, token or key is a parameter of a URL",
        item: "C7",
        cwe: &[598],
        severity: Severity::High,
        page: r"## Why

A URL is written into access logs, histories, `Referer` and monitoring, here and at every proxy on the way. Whoever reads
one of them has the credential.

## Example

```yaml
/login: { get: { parameters: [{ name: password, in: query, schema: { type: string } }] } }
```

## Fix

Take it in the body of a POST, or in a header that is declared as a security scheme.",
    },
    fix: "take it in the body of a POST, or in a header that is declared as a security scheme",
    answered: by!(SecretInUrl),
    look: |subject, raising| {
        parameters(subject, raising, in_url, credential_name, |name, count| {
            let what = names::counted(count, "operation takes", "operations take");
            format!("{what} {name} in the URL")
        });
    },
};

static PERSON: Check = Check {
    rule: Rule {
        id: "person-in-url",
        title: "no URL tells who somebody is",
        item: "C7",
        cwe: &[598, 359],
        severity: Severity::Low,
        page: r"## Why

Mail addresses, telephone numbers and numbers of persons in URLs end in logs that live longer than the data, are read by
more people, and are forgotten when somebody asks to be deleted. As a key for a search they also let everybody ask who
is a customer.

## Example

```yaml
/customers: { get: { parameters: [{ name: email, in: query, schema: { type: string } }] } }
```

## Fix

Name people in URLs by an id that means nothing elsewhere, and search by POST with the value in the body.",
    },
    fix: "name people by an id, or take the value in the body of a POST",
    answered: None,
    look: |subject, raising| {
        let is_person = |name: &str| {
            let is_known = PERSONS.contains(&names::folded(name).as_str());
            (is_known || sensitive_name(name)) && !credential_name(name)
        };
        parameters(subject, raising, in_url, is_person, |name, count| {
            let what = names::counted(count, "operation takes", "operations take");
            format!("{what} {name} in the URL")
        });
    },
};

static HEADER: Check = Check {
    rule: Rule {
        id: "credential-as-parameter",
        title: "a credential is declared as one, and not as a parameter",
        item: "A2",
        cwe: &[1059, 306],
        severity: Severity::Medium,
        page: r"## Why

A key that is declared as an ordinary header is just a text to every tool: generated clients log it, gateways do not ask
for it, scanners and reviewers take the operation for open. OpenAPI leaves parameters named `Authorization` out
altogether.

## Example

```yaml
parameters: [{ name: X-Api-Key, in: header, required: true, schema: { type: string } }]
```

## Fix

```yaml
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } } }
security: [{ key: [] }]
```",
    },
    fix: "declare it under `securitySchemes`, ask for it with `security`, and take the parameter out",
    answered: by!(CallerIdentity, super::schemes::verified),
    look: |subject, raising| {
        let is_header =
            |one: &OutlinedParameter| matches!(one.place, Some(Place::Header | Place::Cookie));
        let is_credential = |name: &str| {
            let folded = names::folded(name);
            // A token against forgery shows where a request comes from, not who sends it.
            !folded.contains("csrf") && !folded.contains("xsrf") && credential_name(name)
        };
        parameters(subject, raising, is_header, is_credential, |name, count| {
            let what = names::counted(count, "operation takes", "operations take");
            format!("{what} {name} as a parameter like any other")
        });
    },
};

fn in_url(one: &OutlinedParameter) -> bool {
    matches!(one.place, Some(Place::Query | Place::Path))
}

/// A finding for each name, with the operations that take it.
fn parameters(
    subject: &Subject<'_>,
    raising: &mut Raising<'_>,
    is_there: impl Fn(&OutlinedParameter) -> bool,
    is_such: impl Fn(&str) -> bool,
    message: impl Fn(&str, usize) -> String,
) {
    let mut found: BTreeMap<&str, (Vec<Span>, Vec<u32>)> = BTreeMap::new();
    for one in subject.operations() {
        for parameter in one.said.parameters.iter().filter(|parameter| is_there(parameter)) {
            if !is_such(&parameter.name) {
                continue;
            }
            let span = parameter.site.span;
            let (spans, operations) = found.entry(&parameter.name).or_default();
            if spans.last() != Some(&span) {
                spans.push(span);
            }
            operations.push(one.number);
        }
    }
    for (name, (spans, operations)) in found {
        let message = message(&portcullis_model::shown(name), operations.len());
        raising.at(spans, operations, message);
    }
}
