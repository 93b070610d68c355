//! The rules that a deployment is held against.

use crate::finding::{Rule, Severity};

pub(super) static FILE_OPEN: Rule = Rule {
    id: "file-open-to-others",
    title: "what is kept from others can be opened by its owner alone",
    item: "C3",
    cwe: &[732],
    severity: Severity::High,
    page: "A key, a store or a copy of it that others of this host can read is theirs. A ledger that they can read tells who \
           called what.\n\n`chmod 600` for files, `chmod 700` for folders, and one user who runs the gateway.",
};

pub(super) static FILE_WRITABLE: Rule = Rule {
    id: "file-writable-by-others",
    title: "what decides or proves something is written by its owner alone",
    item: "A8",
    cwe: &[732],
    severity: Severity::High,
    page: "Whoever can write evidence or records can make them say anything.\n\n`chmod go-w` for the file and for its folder.",
};

pub(super) static WAY_AROUND_LISTENS: Rule = Rule {
    id: "api-listens-beside-the-gateway",
    title: "the API listens where the gateway alone reaches it",
    item: "A8",
    cwe: &[923, 288],
    severity: Severity::High,
    page: "The API behind the gateway is on this host, and listens on an address that others reach. Whoever asks it there \
           needs no gateway, and no control sees it.\n\nHave it listen on 127.0.0.1, or on a socket that only the gateway may open; \
           in containers, publish no port of it.",
};

pub(super) static WAY_AROUND_ANSWERS: Rule = Rule {
    id: "api-answers-beside-the-gateway",
    title: "the API answers nobody but the gateway",
    item: "A8",
    cwe: &[923, 288],
    severity: Severity::Critical,
    page: "The API was asked at an address of this host that is not loopback, as a stranger would, and took the connection. No \
           control sees what comes that way.\n\nHave it listen on 127.0.0.1, or let a firewall take its port from the gateway alone.",
};

pub(super) static HEADER_MISSING: Rule = Rule {
    id: "header-missing",
    title: "answers carry the fields that protect clients",
    item: "A8",
    cwe: &[693],
    severity: Severity::Low,
    page: "The OWASP Secure Headers Project lists fields that an answer should carry. Those that speak of pages only are told \
           as facts; those that hold for any answer as a finding.\n\nThe gateway adds what it can answer for; the rest is the API's.",
};

pub(super) static HEADER_FOR_PAGES: Rule = Rule {
    id: "header-missing-for-pages",
    title: "pages carry the fields that browsers obey",
    item: "A8",
    cwe: &[693],
    severity: Severity::Info,
    page: "These fields of the OWASP Secure Headers Project have a meaning where a browser shows an answer as a page. An answer \
           of an API that is never shown needs none of them.",
};

pub(super) static HEADER_TELLS: Rule = Rule {
    id: "header-tells-what-is-behind",
    title: "no field tells what the API is built of",
    item: "A8",
    cwe: &[200],
    severity: Severity::Low,
    page: "The OWASP Secure Headers Project lists fields that name products, versions and hosts. Whoever looks for a flaw of a \
           version begins there.\n\nTake it away where it is made.",
};

pub(super) static ADVISORY: Rule = Rule {
    id: "dependency-with-advisory",
    title: "nothing that is built in has a known flaw",
    item: "A8",
    cwe: &[1395],
    severity: Severity::High,
    page: "An advisory names a version of a library that this program was built with. Whether the flaw can be reached is not \
           decided here.\n\nTake a newer build, or read the advisory and write down why it does not concern you.",
};

pub(super) static PLAIN_ON_TLS: Rule = Rule {
    id: "plain-http-is-served",
    title: "a listener with TLS serves nothing in the clear",
    item: "C6",
    cwe: &[319],
    severity: Severity::High,
    page: "The listener that the policy gives a certificate took a request in the clear.\n\nWhat answers there is not this \
           policy's gateway, or an older one: restart it.",
};

pub(super) static ALL: [&Rule; 9] = [
    &FILE_OPEN,
    &FILE_WRITABLE,
    &WAY_AROUND_LISTENS,
    &WAY_AROUND_ANSWERS,
    &HEADER_MISSING,
    &HEADER_FOR_PAGES,
    &HEADER_TELLS,
    &ADVISORY,
    &PLAIN_ON_TLS,
];
