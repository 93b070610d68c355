//! The section of floods.

use std::fmt::Write as _;

use super::{Measured, SECONDS};

/// So many times what it costs its sender.
const AIM: f64 = 4.0;

const START: &str = "one client, a program of one thread, sends one kind of flood as fast as it \
can; a connection that is cut off is opened again at once. Its bytes are made before the clock \
starts, and it looks at no certificate, so that it spends as little as an attacker would. Each flood \
meets a gateway that was just started.\n\n\
- *Processor*: time that the kernel accounts to the gateway, without that of the honest requests, \
and to the client; *times* is the first divided by the second. Aim: at most 4.\n\
- *Memory*: how far RSS rose at most, and how many times that is what the client sent, or what a \
connection may make the gateway hold by its limits if that is more (1 MiB, a body; where long answers \
are not taken, those answers). Aim: at most 4.\n\
- *Cut off after*: the life of the first connection that the gateway ended.\n\
- *Honest*: meanwhile another client opened a new connection a few times a second and asked for 1 KB \
of JSON; how many of its requests were answered 200, and the longest that one took. Aim: all.\n";

/// What was found out where the aim was missed.
const WHY: &str = "\nKnown reasons where a figure is above its aim:\n\n\
- *Bodies of gzip*: a body may unpack to 20 times what came, or to 64 KiB (`limits: { \
decompressed_ratio }`), and unpacking so much costs more than sending so little. Ending the connection \
after a refusal would not help: a body just within the limit costs the same.\n\
- *Handshakes begun and left*: a hello of 230 bytes makes the gateway agree on a key and sign, and it \
holds the state of TLS until it sees that nobody is there. Nothing is counted for each client yet, and \
connections are served in their order, so that honest ones wait behind hundreds of such.\n";

const HEAD: &str = "\n| flood | bytes sent | connections | cut off after | gateway | client | times \
(aim: 4) | memory grew | times (aim: 4) | honest answered | slowest |\n\
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";

pub(super) fn page(all: &[Measured]) -> String {
    let mut page = format!("For {SECONDS} seconds {START}{HEAD}");
    for one in all {
        let sent = one.sent;
        let cut = sent.cut_ms.map_or("never".to_owned(), |cut| format!("{cut} ms"));
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| {} | {:.2} MB | {} | {cut} | {:.0} ms | {:.0} ms | {} | {:.1} MB | {} | {} of {} | {:.0} ms |",
            one.kind.what,
            sent.bytes as f64 / 1e6,
            sent.connections,
            one.gateway_micros as f64 / 1e3,
            sent.micros as f64 / 1e3,
            times(one.gateway_micros as f64 / sent.micros.max(1) as f64),
            one.grown_bytes as f64 / 1e6,
            times(one.grown_bytes as f64 / sent.bytes.max(one.kind.may_hold) as f64),
            one.honest.answered,
            one.honest.asked,
            one.honest.slowest_ms,
        );
    }
    page + WHY
}

/// What is above the aim stands out.
fn times(value: f64) -> String {
    if value > AIM { format!("**{value:.1}**") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misses_the_aim_stands_out() {
        assert_eq!((times(3.96), times(4.3)), ("4.0".to_owned(), "**4.3**".to_owned()));
    }
}
