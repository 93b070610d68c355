//! Whether a URL may point where it points: what the policy says of its place, and what is public.

use std::net::{IpAddr, SocketAddr};

use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::{Origin, TargetHost, TargetName, TargetRule};

use super::address::{Class, class};
use super::authority::{Doubt, Host};
use super::internal::{is_below, is_internal};
use super::target::{Target, Web};

/// What is ours.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// Where the gateway listens: no target, whatever the policy says (rule 34).
    pub listeners: &'a [SocketAddr],
    /// The host names of the API.
    pub hosts: &'a [String],
    /// Web origins that may call it.
    pub origins: &'a [Origin],
}

/// What becomes of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judged {
    Passes,
    Refused(Why),
    /// It depends on the addresses of this name.
    Asks(String),
}

/// Why a URL may not point where it points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// It has no one reading.
    Doubt(Doubt),
    /// The address is not public.
    Address(Class),
    /// The name leads inside.
    Internal,
    /// It is not among those that the policy names.
    NotListed,
    /// Its name leads to an address that is not public.
    LeadsTo(Class),
    /// Its name leads nowhere, or nobody says where.
    Unresolved,
    /// It is the gateway.
    Ours,
    /// The request names more hosts than are asked for.
    TooMany,
}

impl Why {
    /// The reason of the refusal.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Doubt(Doubt::Scheme) => "target_scheme",
            Self::Doubt(_) => "target_spelling",
            Self::Address(_) | Self::LeadsTo(_) => "target_address",
            Self::Internal => "target_internal",
            Self::NotListed => "target_not_listed",
            Self::Unresolved => "target_unresolved",
            Self::Ours => "target_ours",
            Self::TooMany => "too_many_targets",
        }
    }

    fn words(self) -> String {
        match self {
            Self::Doubt(doubt) => format!("is {}", doubt.words()),
            Self::Address(class) => format!("points at {}", class.words()),
            Self::Internal => "points at a name of an inner network".to_owned(),
            Self::NotListed => "points at a host that the policy does not name".to_owned(),
            Self::LeadsTo(class) => format!("points at a name that leads to {}", class.words()),
            Self::Unresolved => "points at a name that has no address here".to_owned(),
            Self::Ours => "points at the gateway itself".to_owned(),
            Self::TooMany => "is of too many hosts in one request".to_owned(),
        }
    }
}

/// The refusal of a URL at a place. The host is not told: it is a value of the request.
pub(super) fn refusal(why: Why, place: &str) -> Refusal {
    let detail = format!("`{place}` {}", why.words());
    Refusal::new(ControlId::OutboundTarget, Status::BAD_REQUEST, why.reason(), detail)
        .saying("a URL in the request points where it may not")
}

pub(super) fn judge(read: &Result<Target, Doubt>, rule: &TargetRule, own: Own<'_>) -> Judged {
    if *rule == TargetRule::Any {
        let is_ours = matches!(read, Ok(Target::Web(web)) if is_ours(web, own.listeners));
        return if is_ours { Judged::Refused(Why::Ours) } else { Judged::Passes };
    }
    let web = match read {
        Err(doubt) => return Judged::Refused(Why::Doubt(*doubt)),
        Ok(Target::Path) => return Judged::Passes,
        Ok(Target::Word) if !matches!(rule, TargetRule::Hosts(_)) => return Judged::Passes,
        Ok(Target::Program) if *rule == TargetRule::Public => return Judged::Passes,
        Ok(Target::Word | Target::Program) => return Judged::Refused(Why::NotListed),
        Ok(Target::Web(web)) => web,
    };
    if is_ours(web, own.listeners) {
        return Judged::Refused(Why::Ours);
    }
    match rule {
        TargetRule::Any => Judged::Passes,
        TargetRule::Public => public(&web.host),
        TargetRule::Own if is_own(web, own) => Judged::Passes,
        TargetRule::Own => Judged::Refused(Why::NotListed),
        TargetRule::Hosts(hosts) => listed(web, hosts),
    }
}

/// What is left to say once a name's addresses are known; none: it may point there.
pub(super) fn of_addresses(addresses: Option<&[IpAddr]>) -> Option<Why> {
    match addresses {
        None | Some([]) => Some(Why::Unresolved),
        Some(all) => all.iter().find_map(|one| class(*one)).map(Why::LeadsTo),
    }
}

/// Whether everybody can reach a host, as far as it can be told without asking anybody.
pub(crate) fn is_public(host: &Host) -> bool {
    !matches!(public(host), Judged::Refused(_))
}

fn public(host: &Host) -> Judged {
    match host {
        Host::Address(address) => {
            class(*address).map_or(Judged::Passes, |class| Judged::Refused(Why::Address(class)))
        }
        Host::Name(name) if is_internal(name) => Judged::Refused(Why::Internal),
        Host::Name(name) => Judged::Asks(name.clone()),
    }
}

/// A name that is written in full was decided about, wherever it leads. Below a `*.`, whoever can make a name
/// decides where it leads: that must be public.
pub(crate) fn listed(web: &Web, hosts: &[TargetHost]) -> Judged {
    let fitting = hosts.iter().filter(|host| fits(web, host));
    let mut below = false;
    for host in fitting {
        match (&host.name, &web.host) {
            (TargetName::Exact(known), Host::Name(name)) if known == name => return Judged::Passes,
            (TargetName::Address(known), Host::Address(address))
                if known.to_canonical() == address.to_canonical() =>
            {
                return Judged::Passes;
            }
            (TargetName::Below(end), Host::Name(name)) => {
                below |= name != end && is_below(name, end);
            }
            _ => {}
        }
    }
    if below { public(&web.host) } else { Judged::Refused(Why::NotListed) }
}

/// Whether scheme and port are as somebody named them.
fn fits(web: &Web, host: &TargetHost) -> bool {
    let Some(wanted) = &host.scheme else {
        // A host alone is meant with every port, as in `hosts`.
        return host.port.is_none_or(|port| web.port_by(web.scheme.unwrap_or("http")) == port);
    };
    web.scheme.is_some_and(|scheme| scheme == wanted)
        && web.port_by(wanted) == host.port.unwrap_or(ordinary(wanted))
}

/// The port of a scheme (RFC 9110 section 4.2, RFC 6455 section 3).
fn ordinary(scheme: &str) -> u16 {
    if matches!(scheme, "https" | "wss") { 443 } else { 80 }
}

impl Web {
    fn port_by(&self, scheme: &str) -> u16 {
        self.port.unwrap_or_else(|| ordinary(scheme))
    }
}

/// Whether it is the API itself, or a web origin of its own. Another port is another program.
pub(crate) fn is_own(web: &Web, own: Own<'_>) -> bool {
    let Host::Name(name) = &web.host else { return false };
    let listens_at = own.listeners.iter().map(SocketAddr::port);
    let is_port =
        web.port.is_none_or(|port| [80, 443].into_iter().chain(listens_at).any(|one| one == port));
    if is_port && own.hosts.contains(name) {
        return true;
    }
    let scheme = web.scheme.unwrap_or("https");
    let origin = match web.port.filter(|port| *port != ordinary(scheme)) {
        Some(port) => format!("{scheme}://{name}:{port}"),
        None => format!("{scheme}://{name}"),
    };
    own.origins.iter().any(|one| one.as_str() == origin)
}

/// Whether it is a listener of the gateway.
fn is_ours(web: &Web, listeners: &[SocketAddr]) -> bool {
    let port = web.port_by(web.scheme.unwrap_or("http"));
    let is_at = |listener: &&SocketAddr| {
        let on_loopback = listener.ip().is_unspecified() || listener.ip().is_loopback();
        match &web.host {
            Host::Name(name) => {
                on_loopback && (name == "localhost" || name.ends_with(".localhost"))
            }
            Host::Address(address) => {
                let address = address.to_canonical();
                address == listener.ip().to_canonical()
                    || on_loopback && matches!(class(address), Some(Class::Loopback))
            }
        }
    };
    listeners.iter().filter(|listener| listener.port() == port).any(|listener| is_at(&listener))
}
