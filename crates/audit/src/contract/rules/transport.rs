//! Where the API is said to be, and how one gets there (C6, A7, A9).

use portcullis_contract::outline::{OutlinedServer, ServerForm};

use super::super::check::Check;
use super::super::control::by;
use super::super::raised::Raising;
use super::super::subject::Subject;
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 5] = [&PLAIN, &ANY_HOST, &CREDENTIALS, &INNER, &PURPOSE];

static PLAIN: Check = Check {
    rule: Rule {
        id: "server-plain",
        title: "the API is called over HTTPS",
        item: "C6",
        cwe: &[319],
        severity: Severity::High,
        page: r"## Why

Clients are generated from the document, and call the first server that it names. Over plain HTTP everybody on the way
reads and changes what they send, credentials included. That the server redirects to HTTPS does not help: the first
request is already sent.

## Example

```yaml
servers: [{ url: 'http://api.example.com' }]
```

## Fix

```yaml
servers: [{ url: 'https://api.example.com' }]
```

In Swagger 2.0, `schemes: [https]`.",
    },
    fix: "write `https`, and serve it",
    answered: by!(TransportEncryption),
    look: |subject, raising| {
        for server in servers(subject).filter(|one| is_plain(&one.url) && !is_loopback(&one.url)) {
            let message = format!("{} is called without encryption", shown(server));
            let outline = subject.outline;
            match server.form {
                ServerForm::Object(site) => {
                    let secure = serde_json::json!({"url": names::encrypted(&server.url)});
                    raising.at([server.span], [], message).propose(outline, site, secure);
                }
                ServerForm::Scheme(list, place, count) => {
                    let draft = raising.at([server.span], [], message);
                    if count == 1 {
                        draft.propose(
                            outline,
                            outline.root,
                            serde_json::json!({"schemes": ["https"]}),
                        );
                    }
                    draft.propose_removal(outline, list, place);
                }
            }
        }
    },
};

static ANY_HOST: Check = Check {
    rule: Rule {
        id: "server-any-host",
        title: "a variable of a server's host has a list of values",
        item: "A12",
        cwe: &[601, 346],
        severity: Severity::Medium,
        page: r"## Why

A client that lets somebody fill in the host sends its credentials wherever that somebody likes. `{tenant}.example.com`
with `evil.example/` as the tenant is another host.

## Example

```yaml
servers: [{ url: 'https://{region}.example.com', variables: { region: { default: eu } } }]
```

## Fix

```yaml
variables: { region: { default: eu, enum: [eu, us] } }
```",
    },
    fix: "list the values with `enum`",
    answered: None,
    look: |subject, raising| {
        for server in servers(subject) {
            for name in &server.open_variables {
                let name = portcullis_model::shown(name);
                let message =
                    format!("{name} of {} may be any text, and is part of the host", shown(server));
                raising.at([server.span], [], message);
            }
        }
    },
};

static CREDENTIALS: Check = Check {
    rule: Rule {
        id: "server-with-password",
        title: "no password stands in the address of a server",
        item: "C7",
        cwe: &[522, 798],
        severity: Severity::High,
        page: r"## Why

Everybody who has the document has the password, and every client writes it into its logs with the URL.

## Example

```yaml
servers: [{ url: 'https://partner:hunter2@api.example.com' }]
```

## Fix

Take it out, change the password, and declare a security scheme.",
    },
    fix: "take it out, change the password, and declare a security scheme",
    answered: None,
    look: |subject, raising| {
        let has_user = |one: &&OutlinedServer| {
            let host = one.url.split_once("//").map_or("", |(_, rest)| rest);
            host.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@'))
        };
        for server in servers(subject).filter(has_user) {
            raising.at([server.span], [], "the address of a server holds a credential");
        }
    },
};

static INNER: Check = Check {
    rule: Rule {
        id: "server-inside",
        title: "a document for clients does not name what they cannot or should not reach",
        item: "A9",
        cwe: &[200, 1059],
        severity: Severity::Low,
        page: r"## Why

Addresses of private networks and of test systems tell an attacker where to look, and test systems hold copies of real
data behind weaker doors. Clients that are generated from the document call them by mistake.

## Example

```yaml
servers: [{ url: 'https://api.example.com' }, { url: 'http://10.0.3.7:8080' }, { url: 'https://staging.example.com' }]
```

## Fix

Name the servers for clients; keep the others in a document, or an Overlay, of your own.",
    },
    fix: "name only the servers for clients, and keep the others in a document of your own",
    answered: None,
    look: |subject, raising| {
        let all: Vec<&OutlinedServer> = servers(subject).collect();
        // A document with nothing else is one for work on the API itself.
        if all.iter().all(|one| is_inner(&host(&one.url))) {
            return;
        }
        for server in all.into_iter().filter(|one| is_inner(&host(&one.url))) {
            let message = format!("{} is not meant for clients", shown(server));
            raising.at([server.span], [], message);
        }
    },
};

static PURPOSE: Check = Check {
    rule: Rule {
        id: "server-purpose-unsaid",
        title: "of several servers, each says what it is for",
        item: "A9",
        cwe: &[1059],
        severity: Severity::Low,
        page: r"## Why

An inventory that does not say which host is production, which is for partners and which is for tests cannot be
complete, and what is in nobody's inventory is not patched. Clients guess, and send real data to a test system.

## Example

```yaml
servers: [{ url: 'https://api.example.com' }, { url: 'https://api2.example.com' }]
```

## Fix

```yaml
servers:
  - { url: 'https://api.example.com', description: Production, for customers }
  - { url: 'https://api2.example.com', description: Sandbox, with made-up data }
```",
    },
    fix: "write a `description` that says for which environment and whom it is",
    answered: None,
    look: purpose,
};

fn purpose(subject: &Subject<'_>, raising: &mut Raising<'_>) {
    let all: Vec<&OutlinedServer> = servers(subject).collect();
    let is_object = |one: &&&OutlinedServer| matches!(one.form, ServerForm::Object(_));
    if all.iter().filter(is_object).count() < 2 {
        return;
    }
    let unsaid: Vec<&&OutlinedServer> =
        all.iter().filter(is_object).filter(|one| one.words.trim().is_empty()).collect();
    if !unsaid.is_empty() {
        let count = unsaid.len();
        let message = format!("{count} of {} servers do not say what they are for", all.len());
        raising.at(unsaid.into_iter().map(|one| one.span), [], message);
    }
}

fn servers<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = &'s OutlinedServer> {
    subject.outline.servers.iter()
}

fn shown(server: &OutlinedServer) -> String {
    portcullis_model::shown(&server.url)
}

fn starts(url: &str, scheme: &str) -> bool {
    url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

fn is_plain(url: &str) -> bool {
    starts(url, "http://") || starts(url, "ws://")
}

/// The host of a URL, without port, in lower case.
fn host(url: &str) -> String {
    let rest = url.split_once("//").map_or("", |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host =
        if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
    host.to_ascii_lowercase()
}

fn is_loopback(url: &str) -> bool {
    let host = host(url);
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host.starts_with("[::1]")
}

/// Whether a host is one of a private network, or of tests.
fn is_inner(host: &str) -> bool {
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return address.is_private() || address.is_loopback() || address.is_link_local();
    }
    let inside = ["localhost", ".localhost", ".local", ".internal", ".corp", ".lan", ".intranet"];
    let words = ["staging", "stage", "dev", "test", "qa", "uat", "preprod"];
    inside.iter().any(|end| host == *end || host.ends_with(end))
        || host.split(['.', '-']).any(|label| words.contains(&label))
}
