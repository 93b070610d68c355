//! What follows from what was found: may it be public, how bad is it, what is to be done?

use std::sync::OnceLock;

use crate::finding::{Kind, Severity};
use crate::ours::{KEY, TOKEN};
use crate::rules::Rule;
use crate::rules::start::Start;

/// What follows.
pub(super) struct Judged {
    pub(super) kind: Kind,
    pub(super) severity: Severity,
    pub(super) cwe: u16,
    pub(super) fix: &'static str,
}

/// Made to be in clients, or a name that a secret goes with.
const PUBLISHABLE: [&str; 18] = [
    "adobe-client-id",
    "asana-client-id",
    "bitbucket-client-id",
    "discord-client-id",
    "flutterwave-public-key",
    "gcp-api-key",
    "gitlab-feature-flag-client-token",
    "linkedin-client-id",
    "lob-pub-api-key",
    "looker-client-id",
    "mailgun-pub-key",
    "mapbox-api-token",
    "messagebird-client-id",
    "new-relic-browser-api-token",
    "new-relic-user-api-id",
    "plaid-client-id",
    "sendbird-access-id",
    "stripe-publishable-key",
];

/// What its own file keeps in the clear, rather than code.
const IN_FILES: [&str; 4] =
    ["kubernetes-secret-yaml", "nuget-config-password", "pkcs12-file", "hashicorp-tf-password"];

/// Keys that sign or decrypt.
const CRYPTOGRAPHIC: [&str; 2] = ["private-key", "age-secret-key"];

/// Taken for a secret by the name beside it alone.
pub(crate) const BY_NAME: &str = "generic-api-key";

impl Judged {
    pub(super) fn of(id: &str) -> Self {
        if PUBLISHABLE.contains(&id) {
            return Self {
                kind: Kind::Publishable,
                severity: Severity::Low,
                cwe: 540,
                fix: "made to be seen: restrict it where it was issued, to your sites, apps and the functions it needs",
            };
        }
        let secret = |severity, cwe, fix| Self { kind: Kind::Secret, severity, cwe, fix };
        if IN_FILES.contains(&id) {
            return secret(
                Severity::High,
                312,
                "take the file out of what is handed on, exchange what is in it, and have it put in place at run time",
            );
        }
        if CRYPTOGRAPHIC.contains(&id) {
            return secret(
                Severity::High,
                321,
                "make a new key, end what trusts this one, and read it at run time from a file of its user alone",
            );
        }
        if id == "password-in-url" {
            return secret(
                Severity::High,
                522,
                "exchange the password, and keep it apart from the URL, in a file or variable that is read at run time",
            );
        }
        let severity = if id == BY_NAME || id == "password-by-name" {
            Severity::Medium
        } else {
            Severity::High
        };
        secret(
            severity,
            798,
            "revoke it where it was issued, issue another, and read that at run time from a file or variable",
        )
    }
}

/// What has no pattern here: `crates/credential` knows its form.
pub(super) fn ours() -> [Rule; 2] {
    let rule = |id: &str, title: &str, fix| Rule {
        id: id.to_owned(),
        title: title.to_owned(),
        kind: Kind::Ours,
        severity: Severity::High,
        cwe: 798,
        fix,
        keywords: Vec::new(),
        entropy: None,
        group: None,
        path: None,
        allow: Vec::new(),
        start: Start::Near(0),
        source: None,
        compiled: OnceLock::new(),
    };
    [
        rule(
            KEY,
            "portcullis api key, its checksum right",
            "`portcullis keys report -c FILE THIS_FILE` says which are live and ends them; issue others",
        ),
        rule(
            TOKEN,
            "portcullis session token, its checksum right",
            "`portcullis sessions end -c FILE` ends its session",
        ),
    ]
}
