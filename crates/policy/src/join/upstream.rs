//! Where the instances of an API are.

use std::net::SocketAddr;

use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, Spanned, shown};

use super::{Texts, given};
use crate::address;
use crate::codes;
use crate::file::Api;
use crate::secret::Secret;
use crate::upstream::{Instance, InstanceTls, OwnCertificate, Upstream};
use crate::word::HttpWord;

/// Instances of one API.
const INSTANCES_MAX: usize = 64;

/// The upstream of an API: what the command line says, or the policy.
pub(super) fn of(
    texts: &Texts,
    api: Option<&Api>,
    base_path: &str,
    ours: &[Option<SocketAddr>],
    notes: &mut Notes,
) -> Option<Upstream> {
    let mut upstream = match &texts.overrides.upstream {
        Some(text) => {
            let upstream = given("--upstream", address::upstream(text), notes)?;
            if texts.contracts.len() > 1 {
                notes.push(|| {
                    Diagnostic::error(&codes::CONFLICT, "`--upstream` is said of several APIs")
                        .help("say where each of them is in the policy file")
                });
            }
            check(&upstream.first, None, ours, notes);
            upstream
        }
        None if texts.policy.is_none() => {
            notes.push(|| {
                Diagnostic::error(&codes::MISSING_KEY, "`--upstream` is missing")
                    .help("say where the API is: `--upstream http://127.0.0.1:3000`")
            });
            return None;
        }
        None => instances(api?, ours, notes)?,
    };
    if let Some(api) = api {
        spoken_to(api, &mut upstream, &texts.folder, notes);
    }
    match api.and_then(|api| api.upstream_base_path.as_ref()) {
        Some(own) if upstream.path.is_empty() => own.value.0.clone_into(&mut upstream.path),
        Some(own) => notes.push(|| {
            Diagnostic::error(&codes::CONFLICT, "the path towards the API is said twice")
                .at(own.span)
                .help("keep one of the path in `upstream` and `upstream_base_path`")
        }),
        None if upstream.path.is_empty() => base_path.clone_into(&mut upstream.path),
        None => {}
    }
    Some(upstream)
}

/// How all instances are spoken to.
fn spoken_to(api: &Api, upstream: &mut Upstream, folder: &std::path::Path, notes: &mut Notes) {
    let is_http2 = api.upstream_http.as_ref().is_some_and(|word| word.value == HttpWord::Two);
    let roots = api.upstream_ca.as_ref();
    let shows = api.upstream_certificate.as_ref();
    let pair = shows.and_then(|own| own.certificate.0.as_ref().zip(own.key.0.as_ref()));
    let is_tls = upstream.instances().any(|one| one.is_tls);
    let spans = roots.map(|roots| roots.span).into_iter().chain(pair.map(|(one, _)| one.span));
    for span in spans.filter(|_| !is_tls) {
        notes.push(|| {
            Diagnostic::warning(&codes::NO_EFFECT, "no instance is spoken to inside TLS")
                .at(span)
                .help("write `https` in `upstream`, or remove this")
        });
    }
    for instance in std::iter::once(&mut upstream.first).chain(&mut upstream.others) {
        instance.is_http2 = is_http2;
        let source = |secret: &Spanned<Secret>| secret.value.source(folder);
        let shows = |(certificate, key)| OwnCertificate {
            certificate: source(certificate),
            key: source(key),
        };
        if instance.is_tls {
            instance.tls = InstanceTls { roots: roots.map(source), shows: pair.map(shows) };
        }
    }
}

/// The URLs of one API: each another instance, all with the same path.
fn instances(api: &Api, ours: &[Option<SocketAddr>], notes: &mut Notes) -> Option<Upstream> {
    let (first, others) = api.urls().split_first()?;
    let mut upstream = first.value.0.clone();
    check(&upstream.first, Some(first.span), ours, notes);
    if let Some(further) = others.get(INSTANCES_MAX - 1) {
        notes.push(|| {
            let message = format!("there are more than {INSTANCES_MAX} instances");
            Diagnostic::error(&codes::CONFLICT, message)
                .at(further.span)
                .label("one too many")
                .help("put what spreads requests over so many in front of them")
        });
    }
    for other in others.iter().take(INSTANCES_MAX) {
        let Upstream { first: instance, path, .. } = other.value.0.clone();
        check(&instance, Some(other.span), ours, notes);
        if path != upstream.path {
            notes.push(|| {
                Diagnostic::error(
                    &codes::CONFLICT,
                    format!("the path {} is not that of the first instance", shown(&path)),
                )
                .at(other.span)
                .label("another path")
                .help("instances of one API have one path; write another API as another entry")
            });
        }
        if upstream.instances().any(|known| *known == instance) {
            notes.push(|| {
                Diagnostic::error(&codes::CONFLICT, format!("`{instance}` stands twice"))
                    .at(other.span)
                    .label("the same instance")
                    .help("remove one of them")
            });
        }
        upstream.others.push(instance);
    }
    Some(upstream)
}

/// Our own listeners are never an upstream (rule 34).
fn check(instance: &Instance, span: Option<Span>, ours: &[Option<SocketAddr>], notes: &mut Notes) {
    if ours.iter().flatten().any(|listen| instance.is_listener(*listen)) {
        notes.push(|| {
            Diagnostic::error(
                &codes::BAD_ADDRESS,
                format!("`{instance}` is where the gateway itself listens"),
            )
            .at(span)
            .help("give the API's own port, or another `listen` or `health`")
        });
    } else if !instance.is_loopback() && !instance.is_tls {
        notes.push(|| {
            Diagnostic::warning(
                &codes::PLAIN_UPSTREAM,
                format!("requests travel to `{instance}` in plain text"),
            )
            .at(span)
            .help("write `https`, or put the gateway on the API's host")
        });
    }
}
