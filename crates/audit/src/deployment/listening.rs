//! Which ports of this host listen, and whether the API behind the gateway is reached without it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use portcullis_policy::Model;

use super::rules;
use crate::finding::{At, Finding, Place};

/// Listeners of one host that are looked at.
const LISTENERS_MAX: usize = 10_000;
/// The state of a listening socket in `/proc/net/tcp`.
const LISTEN: &str = "0A";

/// A socket that listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener(pub SocketAddr);

/// The listeners that `/proc/net/tcp` or `/proc/net/tcp6` tells; a line that does not read is none.
pub fn listeners(text: &str) -> Vec<Listener> {
    text.lines().skip(1).filter_map(listener).take(LISTENERS_MAX).collect()
}

fn listener(line: &str) -> Option<Listener> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let (local, state) = (words.next()?, words.nth(1)?);
    let (address, port) = local.split_once(':').filter(|_| state == LISTEN)?;
    let port = u16::from_str_radix(port, 16).ok()?;
    // Each group of 32 bits is written as this host holds it in memory.
    let group =
        |at: usize| u32::from_str_radix(address.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    let ip = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(group(0)?)),
        32 => {
            let mut bytes = [0; 16];
            for (at, chunk) in bytes.chunks_exact_mut(4).enumerate() {
                chunk.copy_from_slice(&group(at * 8)?);
            }
            let ip = Ipv6Addr::from(bytes);
            ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4)
        }
        _ => return None,
    };
    Some(Listener(SocketAddr::new(ip, port)))
}

/// Whether the API of a policy, where it is on this host, listens beside the gateway. `answers` tries an address of this
/// host that is not loopback.
pub fn way_around(
    model: &Model,
    known: &[Listener],
    own: &[IpAddr],
    answers: &dyn Fn(SocketAddr) -> bool,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for instance in model.upstream.instances() {
        let is_here =
            instance.is_loopback() || instance.address().is_some_and(|ip| own.contains(&ip));
        if !is_here {
            continue;
        }
        let reached = |one: &&Listener| {
            let ip = one.0.ip();
            one.0.port() == instance.port && !ip.is_loopback() && one.0 != model.listen
        };
        let Some(open) = known.iter().find(reached) else { continue };
        let tried = own.iter().filter(|ip| !ip.is_loopback());
        let tried = tried.map(|ip| SocketAddr::new(*ip, instance.port));
        let answered: Vec<SocketAddr> = tried.filter(|address| answers(*address)).collect();
        let upstream = instance.authority();
        let (rule, message, address) = match answered.first() {
            Some(first) => (
                &rules::WAY_AROUND_ANSWERS,
                format!(
                    "the API at `{upstream}` takes connections at `{first}`, without the gateway"
                ),
                *first,
            ),
            None => (
                &rules::WAY_AROUND_LISTENS,
                format!("the API at `{upstream}` listens at `{}`, not at loopback alone", open.0),
                open.0,
            ),
        };
        let places = vec![Place { at: At::Address(address.to_string()), operation: None }];
        let fix =
            "have it listen at 127.0.0.1, or take its port from others by a firewall".to_owned();
        found.push(Finding { rule, severity: rule.severity, message, fix, places, enforced: None });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCP: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n\
           0: 00000000:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n\
           1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0\n\
           2: 0100007F:1F91 0100007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0\n\
           3: nonsense\n   4: 000:1 0 0A\n   5: \u{e9}\u{e9}\u{e9}\u{e9}:1F90 0 0A\n";
    const TCP6: &str = "  sl  local_address\n\
           0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1\n\
           1: 00000000000000000000000001000000:0051 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1\n";

    #[test]
    fn what_listens_is_read_from_what_the_kernel_tells() {
        let told = |text| listeners(text).iter().map(|one| one.0.to_string()).collect::<Vec<_>>();
        assert_eq!(told(TCP), ["0.0.0.0:3000", "127.0.0.1:8080"]);
        assert_eq!(told(TCP6), ["[::]:80", "[::1]:81"]);
        assert!(told("").is_empty());
    }
}
