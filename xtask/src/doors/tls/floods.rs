//! The floods of the endurance figures against a gateway that is being used: short, and for the answer alone.

use std::process::{Command, Stdio};

use portcullis_testkit::exchange;

use super::serves;
use crate::doors::http::resident_bytes;
use crate::doors::lab::{Gateway, INSIDE, Lab, PLAIN, pause};
use crate::doors::probe::Verdict;
use crate::endure::floods;
use crate::shell;

/// What one flood may make the process grow by: bodies of all connections of one client, and what the allocator keeps.
const GROWN_BYTES_MAX: u64 = 128 << 20;

/// Builds what floods.
pub(crate) fn build() -> Result<(), String> {
    let package = ["--package", "portcullis-gateway", "--example", "flood"];
    shell::run("cargo", &[&["build", "--locked", "--quiet"], &package[..]].concat())
}

pub(super) fn floods(lab: &Lab) -> Result<Verdict, String> {
    let program = shell::root().join("target/debug/examples/flood");
    let mut wrong = Vec::new();
    let (mut most, mut asked) = (0, 0);
    for (name, is_inside) in floods::kinds() {
        let gateway = lab.gateway(if is_inside { &INSIDE } else { &PLAIN })?;
        let serves = || if is_inside { serves(&gateway) } else { serves_plainly(&gateway) };
        serves()?;
        let before = resident_bytes(&gateway);
        let mut flood = Command::new(&program);
        flood.args([&gateway.address.to_string(), name, "1"]);
        let flood = flood.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut flood = flood.map_err(|error| format!("flood: {error}"))?;
        while matches!(flood.try_wait(), Ok(None)) {
            asked += 1;
            if let Err(why) = serves() {
                wrong.push(format!("`{name}`: {why}"));
            }
            pause(200);
        }
        let grown = resident_bytes(&gateway).saturating_sub(before);
        most = most.max(grown);
        if grown > GROWN_BYTES_MAX {
            wrong.push(format!("`{name}`: the process grew by {} MiB", grown >> 20));
        }
        if let Err(why) = serves() {
            wrong.push(format!("after `{name}`: {why}"));
        }
    }
    let seen = format!(
        "all {asked} honest requests beside them are served; the process grew by {} MiB at most",
        most >> 20
    );
    Ok(Verdict::of(wrong, seen))
}

fn serves_plainly(gateway: &Gateway) -> Result<(), String> {
    let answer =
        exchange(gateway.address, "GET /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    gateway.api.take();
    if answer.status == 200 {
        Ok(())
    } else {
        Err(format!("an honest request is answered {}", answer.status))
    }
}
