//! The host that this runs on: files, listeners, what the gateway answers, and what is built in. Only addresses of this
//! host are asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;

use portcullis_audit::{
    Advisories, Asked, Finding, Listener, NotLookedAt, answered, dependencies, listeners,
    open_files, plain_is_served, way_around,
};
use portcullis_policy::Model;

use super::asking::{ask, takes_connections};
use crate::report::many;
use crate::talk;

/// What this program was built of.
const LOCK: &str = include_str!("../../../../Cargo.lock");
/// Where the kernel tells what listens.
const LISTENING: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct FoundDeployment {
    pub(super) findings: Vec<Finding>,
    pub(super) looked_at: Vec<String>,
    pub(super) not_looked_at: Vec<NotLookedAt>,
}

/// What a folder says of the libraries that this program was built of.
///
/// # Errors
/// Why it says nothing.
pub(super) fn advisories(folder: &Path) -> Result<Advisories, String> {
    Advisories::of(folder, &dependencies(LOCK))
}

/// Looks at the host of a policy.
pub(super) fn found(
    asked: &Asked<'_>,
    evidence: Option<&Path>,
    advisories: Option<Advisories>,
) -> FoundDeployment {
    let mut found =
        FoundDeployment { findings: open_files(asked, evidence), ..FoundDeployment::default() };
    let own = own_addresses();
    match known_listeners() {
        Ok(known) => {
            found.looked_at.push(format!("{} of this host", many(known.len(), "open port")));
            for plan in asked.plans {
                found.findings.extend(way_around(&plan.model, &known, &own, &takes_connections));
            }
        }
        Err(why) => found.not_looked("what listens on this host", &why),
    }
    // The listener is the same for every API.
    if let Some(plan) = asked.plans.first() {
        found.look_at_gateway(&plan.model, &own);
    }
    found.look_at_versions(advisories);
    found
}

impl FoundDeployment {
    fn not_looked(&mut self, what: &str, why: &str) {
        self.not_looked_at.push(NotLookedAt { what: what.to_owned(), why: why.to_owned() });
    }

    fn look_at_gateway(&mut self, model: &Model, own: &[IpAddr]) {
        let ip = match model.listen.ip() {
            ip if ip.is_unspecified() && ip.is_ipv4() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            ip if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let (address, is_tls) = (SocketAddr::new(ip, model.listen.port()), model.tls.is_some());
        let what = format!("the answers of the gateway at `{address}`");
        if address.port() == 0 {
            return self.not_looked(&what, "`listen` leaves the port to the system");
        }
        if !ip.is_loopback() && !own.contains(&ip) {
            return self.not_looked(&what, "that is no address of this host");
        }
        let host = model.hosts.first().cloned().unwrap_or_else(|| address.to_string());
        let answer = match ask(address, &host, is_tls) {
            Ok(answer) => answer,
            Err(why) => return self.not_looked(&what, &format!("{why}: does it run?")),
        };
        let shown = format!("{}://{address}", if is_tls { "https" } else { "http" });
        let protocol = answer.protocol.map(|protocol| format!(" inside {protocol}"));
        self.looked_at.push(format!("`{shown}`{}", protocol.unwrap_or_default()));
        self.findings.extend(answered(&shown, &answer.fields, is_tls));
        if is_tls && let Ok(plain) = ask(address, &host, false) {
            let is_served =
                plain.status.split(' ').nth(1).is_some_and(|code| code.starts_with('2'));
            if is_served {
                self.findings
                    .push(plain_is_served(&address.to_string(), &talk::clean(&plain.status)));
            }
        }
    }

    fn look_at_versions(&mut self, advisories: Option<Advisories>) {
        let built_in = dependencies(LOCK);
        let what = "library versions";
        match advisories {
            None => self.not_looked(what, "no `--advisories FOLDER` was named"),
            Some(found) => {
                let read = many(found.read, "advisory").replace("advisorys", "advisories");
                self.looked_at
                    .push(format!("{} against {read}", many(built_in.len(), "library version")));
                if found.not_read > 0 {
                    let files = many(found.not_read, "file");
                    self.not_looked(
                        what,
                        &format!("{files} of the folder cannot be read as an advisory"),
                    );
                }
                self.findings.extend(found.findings);
            }
        }
    }
}

/// Addresses of this host that others reach: those that it would send from. Nothing is sent.
fn own_addresses() -> Vec<IpAddr> {
    // Addresses that documentation has for itself (RFC 5737, RFC 3849).
    let towards = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];
    let own = |(from, to): (&str, &str)| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    towards
        .into_iter()
        .filter_map(own)
        .filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
        .collect()
}

fn known_listeners() -> Result<Vec<Listener>, String> {
    let mut all = Vec::new();
    let mut fault = None;
    for path in LISTENING {
        match std::fs::read_to_string(path) {
            Ok(text) => all.extend(listeners(&text)),
            Err(why) => fault = Some(format!("`{path}`: {why}")),
        }
    }
    match fault {
        // A host without IPv6 has no such file.
        Some(fault) if all.is_empty() => Err(fault),
        _ => Ok(all),
    }
}
