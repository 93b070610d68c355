//! Where an answer leads, and whether that was decided.

use std::net::IpAddr;

use portcullis_model::{ControlId, Refusal, Status, shown};
use portcullis_policy::{Redirects, TargetHost, TargetRule, Targets};

use crate::outbound_target::{
    Doubt, Host, Judged, Own, Reading, Target, Web, is_own, is_public, listed, target,
};
use crate::urlencoded::without_percent;

/// What is decided of where answers of one operation may lead.
#[derive(Debug, Clone, Copy)]
pub struct Leading<'a> {
    /// What `redirects` says.
    pub rule: &'a Redirects,
    /// What `targets` says: hosts that are named there are hosts of this operation.
    pub targets: &'a Targets,
    /// What is ours.
    pub own: Own<'a>,
    /// The host that the client asked, as `Host` has it.
    pub asked: Option<&'a str>,
    /// Whether somebody could have said it: there is a policy file.
    pub is_decided: bool,
}

/// Where an answer leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// To this API.
    Stays,
    /// To where it may.
    Allowed,
    /// To a public host, or a program, of which nobody could have said anything.
    Unsaid(String),
    /// To where it may not.
    Refused(Wrong),
}

/// Why it may not lead there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// It has no one reading.
    Doubt(Doubt),
    /// To a host inside.
    Inner(String),
    /// To a host that nobody named.
    Away(String),
    /// To a program of the client's that nobody named, by its scheme.
    Program(String),
    /// To a host that the request named.
    Repeated(String),
    /// To several places at once.
    Twice,
}

/// Judges where a `Location` leads.
pub fn lead(location: &str, leading: &Leading<'_>) -> Lead {
    let web = match target(location, Reading::Reference) {
        None | Some(Ok(Target::Path | Target::Word)) => return Lead::Stays,
        Some(Err(doubt)) => return Lead::Refused(Wrong::Doubt(doubt)),
        Some(Ok(Target::Program)) => return program(location, leading),
        Some(Ok(Target::Web(web))) => web,
    };
    if is_own(&web, leading.own) || leading.asked.is_some_and(|asked| is_asked(&web, asked)) {
        return Lead::Stays;
    }
    if let Redirects::Listed { hosts, .. } = leading.rule
        && matches!(listed(&web, hosts), Judged::Passes | Judged::Asks(_))
    {
        return Lead::Allowed;
    }
    if !is_public(&web.host) {
        return Lead::Refused(Wrong::Inner(name(&web.host)));
    }
    let is_target = || hosts_of(leading.targets).any(|hosts| listed(&web, hosts) == Judged::Passes);
    match leading.rule {
        Redirects::Public => Lead::Allowed,
        _ if is_target() => Lead::Allowed,
        Redirects::Undecided if !leading.is_decided => Lead::Unsaid(name(&web.host)),
        _ => Lead::Refused(Wrong::Away(name(&web.host))),
    }
}

/// The lists of hosts that `targets` names.
pub fn hosts_of(targets: &Targets) -> impl Iterator<Item = &[TargetHost]> {
    targets.places.iter().filter_map(|(_, rule)| match rule {
        TargetRule::Hosts(hosts) => Some(hosts.as_slice()),
        TargetRule::Public | TargetRule::Own | TargetRule::Any => None,
    })
}

/// `myapp://callback`, `mailto:joe`.
fn program(location: &str, leading: &Leading<'_>) -> Lead {
    let scheme = location.trim_start().split(':').next().unwrap_or_default().to_ascii_lowercase();
    match leading.rule {
        Redirects::Public => Lead::Allowed,
        Redirects::Listed { programs, .. } if programs.contains(&scheme) => Lead::Allowed,
        Redirects::Undecided if !leading.is_decided => Lead::Unsaid(scheme),
        _ => Lead::Refused(Wrong::Program(scheme)),
    }
}

/// Whether it is the host that the client asked: whoever sent the request is there already.
fn is_asked(web: &Web, asked: &str) -> bool {
    let Some(Ok(Target::Web(asked))) = target(&format!("//{asked}"), Reading::Reference) else {
        return false;
    };
    let is_ordinary = |port: Option<u16>| port.is_none_or(|port| port == 80 || port == 443);
    asked.host == web.host
        && (asked.port == web.port || is_ordinary(asked.port) && is_ordinary(web.port))
}

fn name(host: &Host) -> String {
    match host {
        Host::Name(name) => name.clone(),
        Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
        Host::Address(address) => address.to_string(),
    }
}

impl Wrong {
    /// The reason of the refusal.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Doubt(Doubt::Scheme) => "redirect_scheme",
            Self::Doubt(_) => "redirect_spelling",
            Self::Inner(_) => "redirect_internal",
            Self::Away(_) | Self::Program(_) => "redirect_away",
            Self::Repeated(_) => "redirect_repeats",
            Self::Twice => "redirect_twice",
        }
    }

    /// With what the request says, in any of its texts: a host that stands there was chosen by whoever made it.
    #[must_use]
    pub fn beside(self, request: &[u8]) -> Self {
        match self {
            Self::Away(host) if repeats(request, &host) => Self::Repeated(host),
            other => other,
        }
    }

    /// The refusal of an answer of this operation, and the line that would allow it. A host of the request is a value
    /// of the request, and not told.
    pub fn refusal(&self, operation: &str) -> Refusal {
        let line = |said: &str| {
            format!("to allow it: operations: {{ \"{operation}\": {{ redirects: [{said}] }} }}")
        };
        let detail = match self {
            Self::Doubt(doubt) => format!("the API redirects to {}", doubt.words()),
            Self::Inner(host) => {
                let host = shown(host);
                format!("the API redirects to {host}, which only its own network knows")
            }
            Self::Away(host) => {
                // In YAML, a bracket would begin a list.
                let said = if host.starts_with('[') { format!("\"{host}\"") } else { host.clone() };
                let (told, line) = (shown(host), line(&said));
                format!("the API redirects to {told}, which nobody named; {line}")
            }
            Self::Program(scheme) => {
                let told = shown(&format!("{scheme}:"));
                let line = line(&format!("\"{scheme}:\""));
                format!("the API redirects to a program of the client, {told}; {line}")
            }
            Self::Repeated(_) => {
                let line = line("HOST");
                format!(
                    "the API redirects to a host that the request named, whoever made it; {line}"
                )
            }
            Self::Twice => "the API redirects to several places at once".to_owned(),
        };
        Refusal::new(ControlId::UpstreamAnswer, Status::BAD_GATEWAY, self.reason(), detail)
    }
}

/// The host that a location leads to, if a request holds it: as it is, or percent-encoded.
pub(super) fn repeats(request: &[u8], host: &str) -> bool {
    let holds =
        |text: &[u8]| memchr::memmem::find(&text.to_ascii_lowercase(), host.as_bytes()).is_some();
    !host.is_empty() && (holds(request) || holds(&without_percent(request)))
}
