//! Flows of OAuth 2 (RFC 9700).

use std::collections::BTreeSet;

use portcullis_contract::outline::{Flow, FlowKind, OutlinedScheme};

use super::super::super::check::Check;
use super::super::super::raised::Raising;
use super::super::super::subject::Subject;
use super::super::names;
use super::asked_by;
use crate::finding::{Rule, Severity};

pub(super) static IMPLICIT: Check = Check {
    rule: Rule {
        id: "oauth-implicit",
        title: "no token is given through the address of a page",
        item: "N3",
        cwe: &[522, 598],
        severity: Severity::Medium,
        page: r"## Why

The implicit flow puts the access token into the address of a redirect, where histories, scripts and `Referer` see it,
and nothing binds it to the client that asked (RFC 9700 section 2.1.2 says not to use it; OAuth 2.1 has none).

## Example

```yaml
flows: { implicit: { authorizationUrl: 'https://login.example.com/authorize', scopes: {} } }
```

## Fix

```yaml
flows:
  authorizationCode:      # with PKCE, also for pages and apps
    authorizationUrl: https://login.example.com/authorize
    tokenUrl: https://login.example.com/token
    scopes: {}
```",
    },
    fix: "offer `authorizationCode`, with PKCE, and let the implicit flow end",
    answered: None,
    look: |subject, raising| {
        flows(
            subject,
            raising,
            |flow| flow.kind == FlowKind::Implicit,
            |name| format!("{name} gives tokens by the implicit flow"),
        );
    },
};

pub(super) static PASSWORD: Check = Check {
    rule: Rule {
        id: "oauth-password",
        title: "no app sees the password of a person",
        item: "N3",
        cwe: &[522],
        severity: Severity::Medium,
        page: r"## Why

In the password flow every app collects the password itself. None of them can offer a second factor or a passkey, and
one careless or hostile app loses all of them (RFC 9700 section 2.4: it must not be used).

## Example

```yaml
flows: { password: { tokenUrl: 'https://login.example.com/token', scopes: {} } }
```

## Fix

`authorizationCode` with PKCE for people, `clientCredentials` for services.",
    },
    fix: "offer `authorizationCode` for people and `clientCredentials` for services",
    answered: None,
    look: |subject, raising| {
        flows(
            subject,
            raising,
            |flow| flow.kind == FlowKind::Password,
            |name| format!("{name} takes passwords of people from apps"),
        );
    },
};

pub(super) static NO_CODE: Check = Check {
    rule: Rule {
        id: "oauth-without-code-flow",
        title: "people can log in by a flow that PKCE protects",
        item: "C9",
        cwe: &[352, 345],
        severity: Severity::Low,
        page: r"## Why

Only a flow that exchanges a code can be bound to the client that began it (PKCE, RFC 7636). Where a document offers
people nothing else than `password`, a safe client cannot be written at all. (Of `implicit`, another rule tells.)

## Example

```yaml
flows:
  password: { tokenUrl: 'https://login.example.com/token', scopes: {} }
```

## Fix

Add `authorizationCode` (or `deviceAuthorization` for what has no browser), and move clients there.",
    },
    fix: "add the flow `authorizationCode`",
    answered: None,
    look: |subject, raising| {
        for (index, scheme) in schemes(subject) {
            let has = |kind| scheme.flows.iter().any(|flow| flow.kind == kind);
            // One cause is told once: the fix of the implicit flow is the same.
            let is_untold = has(FlowKind::Password) && !has(FlowKind::Implicit);
            if is_untold && !has(FlowKind::AuthorizationCode) && !has(FlowKind::Device) {
                let name = portcullis_model::shown(&scheme.name);
                let message = format!("{name} has no flow that PKCE could protect");
                raising.at(
                    [scheme.site.span],
                    index.map(|one| asked_by(subject, one)).unwrap_or_default(),
                    message,
                );
            }
        }
    },
};

pub(super) static NO_REFRESH: Check = Check {
    rule: Rule {
        id: "oauth-without-refresh",
        title: "access tokens can be short-lived, because they can be renewed",
        item: "C10",
        cwe: &[613],
        severity: Severity::Low,
        page: r"## Why

Where a client cannot renew a token, the token lasts for hours or days so that people are not asked again, and a stolen
one lasts as long.

## Example

```yaml
flows:
  authorizationCode:
    authorizationUrl: https://login.example.com/authorize
    tokenUrl: https://login.example.com/token
    scopes: {}
```

## Fix

Say where tokens are renewed (`refreshUrl`), let access tokens live for minutes, and let a refresh token work once.",
    },
    fix: "write `refreshUrl`, and let access tokens live for minutes",
    answered: None,
    look: |subject, raising| {
        let lasts = |flow: &Flow| {
            let renews = matches!(flow.kind, FlowKind::AuthorizationCode | FlowKind::Password);
            renews && !flow.has_refresh
        };
        flows(subject, raising, lasts, |name| format!("tokens of {name} cannot be renewed"));
    },
};

pub(super) static PLAIN: Check = Check {
    rule: Rule {
        id: "oauth-address-plain",
        title: "codes and tokens are only sent over HTTPS",
        item: "C6",
        cwe: &[319],
        severity: Severity::High,
        page: r"## Why

Whoever is between the client and `http://login...` reads passwords, codes and tokens, or sends the client to a login
page of their own.

## Example

```yaml
tokenUrl: http://login.example.com/token
```

## Fix

```yaml
tokenUrl: https://login.example.com/token
```",
    },
    fix: "write `https`",
    answered: None,
    look: |subject, raising| {
        for (index, scheme) in schemes(subject) {
            let operations = index.map(|one| asked_by(subject, one)).unwrap_or_default();
            let name = portcullis_model::shown(&scheme.name);
            for flow in &scheme.flows {
                for (key, url, span) in flow.urls.iter().filter(|(_, url, _)| is_plain(url)) {
                    let message = format!("`{key}` of {name} is plain HTTP");
                    let secure = names::encrypted(url);
                    let draft = raising.at([*span], operations.clone(), message);
                    draft.propose(subject.outline, flow.site, serde_json::json!({*key: secure}));
                }
            }
            if let Some((_, span)) = scheme.discovery.as_ref().filter(|(url, _)| is_plain(url)) {
                let message = format!("`openIdConnectUrl` of {name} is plain HTTP");
                raising.at([*span], operations, message);
            }
        }
    },
};

pub(super) static ONE_SCOPE: Check = Check {
    rule: Rule {
        id: "scope-for-everything",
        title: "a token that only reads can be had",
        item: "C8",
        cwe: &[272, 250],
        severity: Severity::Low,
        page: r"## Why

Where reading and writing ask the same scope, or none, every app that shows a list holds a token that deletes it. What
one app loses is then all that its users may do.

## Example

```yaml
paths:
  /orders:
    get: { security: [{ login: [] }] }
    delete: { security: [{ login: [] }] }
```

## Fix

```yaml
paths:
  /orders:
    get: { security: [{ login: ['orders:read'] }] }
    delete: { security: [{ login: ['orders:write'] }] }
```",
    },
    fix: "ask other scopes of what writes than of what reads",
    answered: super::super::super::control::by!(FunctionAccess),
    look: one_scope,
};

fn one_scope(subject: &Subject<'_>, raising: &mut Raising<'_>) {
    for (index, scheme) in schemes(subject) {
        let Some(index) = index.filter(|_| !scheme.flows.is_empty()) else { continue };
        let mut reads: BTreeSet<Vec<&str>> = BTreeSet::new();
        let mut writes: Vec<(u32, Vec<&str>)> = Vec::new();
        let asking = subject.asking(index).iter();
        for one in asking.filter_map(|number| subject.operation(*number)) {
            let alternatives = one.alternatives().iter();
            for asked in alternatives.filter(|asked| asked.schemes.contains(&index)) {
                let scopes = asked.scopes.iter().filter(|(of, _)| *of == index);
                let scopes: Vec<&str> = scopes.map(|(_, scope)| scope.as_str()).collect();
                if one.is_write() {
                    writes.push((one.number, scopes));
                } else {
                    reads.insert(scopes);
                }
            }
        }
        writes.retain(|(_, scopes)| reads.contains(scopes));
        if !writes.is_empty() {
            let name = portcullis_model::shown(&scheme.name);
            let message = format!("a token of {name} that may read may write, too");
            raising.at([scheme.site.span], writes.into_iter().map(|(number, _)| number), message);
        }
    }
}

/// Schemes of the document, with their index in the contract.
fn schemes<'s>(
    subject: &'s Subject<'_>,
) -> impl Iterator<Item = (Option<usize>, &'s OutlinedScheme)> {
    subject.outline.schemes.iter().map(|scheme| {
        let index = subject.contract.schemes.iter().position(|one| one.name == scheme.name);
        (index, scheme)
    })
}

fn flows(
    subject: &Subject<'_>,
    raising: &mut Raising<'_>,
    is_such: impl Fn(&Flow) -> bool,
    message: impl Fn(&str) -> String,
) {
    for (index, scheme) in schemes(subject) {
        for flow in scheme.flows.iter().filter(|flow| is_such(flow)) {
            let operations = index.map(|one| asked_by(subject, one)).unwrap_or_default();
            let name = portcullis_model::shown(&scheme.name);
            raising.at([flow.site.span], operations, message(&name));
        }
    }
}

fn is_plain(url: &str) -> bool {
    url.trim_start().get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://"))
}
