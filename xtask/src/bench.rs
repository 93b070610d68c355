//! Cost and speed of the gateway beside nginx, in one run.
//!
//! Rounds of all subjects are interleaved and medians taken, so that a machine that slows down
//! slows down everybody. The cost is the processor time that the kernel accounts to the proxy's
//! processes, divided by the requests of the round; throughput and latency are what `wrk` sees.

pub(crate) mod documents;
pub(crate) mod folder;
pub(crate) mod load;
pub(crate) mod processes;
mod table;

use portcullis_model::ControlId;

use crate::bench::folder::Folder;
use crate::bench::load::{Protocol, Round, Shape};
use crate::bench::processes::Process;
use crate::shell;

/// Rounds of each subject.
const ROUNDS: usize = 5;
/// Connections that are left open for the memory figure.
const IDLE_CONNECTIONS: usize = 1000;

/// What is asked where only the contract is, in both directions.
const CONTRACT: [ControlId; 4] = [
    ControlId::ContentType,
    ControlId::InputShape,
    ControlId::WritableProperties,
    ControlId::ResponseShape,
];

/// Every control but these, by name: what is left out where these alone are asked. Where none is, the gateway
/// reads, routes, writes and records.
fn all_but(asked: &[ControlId]) -> Vec<&'static str> {
    let left_out = ControlId::ALL.into_iter().filter(|control| !asked.contains(control));
    left_out.map(ControlId::name).collect()
}

/// A proxy under measurement, and the path that it is asked for.
pub(crate) struct Subject {
    name: &'static str,
    protocol: Protocol,
    shape: Shape,
    address: String,
    path: &'static str,
    proxy: usize,
}

/// All rounds of a subject.
pub(crate) struct Measured {
    name: &'static str,
    protocol: Protocol,
    shape: Shape,
    rounds: Vec<Round>,
}

pub(crate) fn run() -> Result<(), String> {
    let tools = [("nginx", "-v"), ("h2load", "--version"), ("openssl", "version")];
    if !tools.iter().all(|(tool, flag)| shell::has(tool, flag)) || !has_wrk() {
        shell::install(&["nginx", "wrk", "nghttp2-client", "openssl"])?;
    }
    shell::run("cargo", &["build", "--release", "--locked", "--package", "portcullis"])?;
    let partial = ["build", "--release", "--locked", "-p", "portcullis-gateway", "--example"];
    shell::run("cargo", &[&partial[..], &["partial", "--example", "resting"]].concat())?;
    let folder = Folder::new()?;
    documents::write(&folder)?;
    let _origin = processes::nginx(&folder, "origin", &documents::origin_configuration(""))?;
    let proxies = [
        processes::nginx(&folder, "peer", &documents::peer_configuration(&folder))?,
        processes::portcullis(&folder, "few.json", documents::FEW_PORT)?,
        processes::portcullis(&folder, "many.json", documents::MANY_PORT)?,
        processes::partial(&folder, "nothing", documents::NOTHING_PORT, &all_but(&[]))?,
        processes::partial(&folder, "contract", documents::CONTRACT_PORT, &all_but(&CONTRACT))?,
        processes::secure(&folder, documents::SECURE_PORT)?,
    ];
    let measured = rounds(&subjects(), &proxies)?;
    let memory = memory(&proxies)?;
    let compile = documents::github_compile_time(&folder)?;
    let page = table::page(&measured, &memory, compile.as_ref());
    let path = shell::root().join("docs/src/figures.md");
    std::fs::write(&path, &page).map_err(|error| format!("docs/src/figures.md: {error}"))?;
    shell::say(&page);
    Ok(())
}

/// `wrk -v` prints its version and fails.
fn has_wrk() -> bool {
    std::process::Command::new("wrk").arg("-v").output().is_ok()
}

fn subjects() -> Vec<Subject> {
    let nginx = format!("127.0.0.1:{}", documents::PEER_PORT);
    let few = format!("127.0.0.1:{}", documents::FEW_PORT);
    let many = format!("127.0.0.1:{}", documents::MANY_PORT);
    let nothing = format!("127.0.0.1:{}", documents::NOTHING_PORT);
    let contract = format!("127.0.0.1:{}", documents::CONTRACT_PORT);
    let subject = |name, shape, address: &str, path, proxy| Subject {
        name,
        protocol: Protocol::Http1,
        shape,
        address: address.to_owned(),
        path,
        proxy,
    };
    let mut all = vec![
        subject("nginx", Shape::Raw, &nginx, "/raw/7", 0),
        subject("portcullis, nothing asked", Shape::Raw, &nothing, "/raw/7", 3),
        subject("portcullis, everything on, body not read", Shape::Raw, &few, "/raw/7", 1),
        subject("nginx", Shape::Get, &nginx, "/items/7", 0),
        subject("portcullis, nothing asked", Shape::Get, &nothing, "/items/7", 3),
        subject("portcullis, contract both ways", Shape::Get, &contract, "/items/7", 4),
        subject("portcullis, everything on", Shape::Get, &few, "/items/7", 1),
        subject("portcullis, 1,000 operations", Shape::Get, &many, "/items/7", 2),
        subject("nginx", Shape::Post, &nginx, "/items", 0),
        subject("portcullis, nothing asked", Shape::Post, &nothing, "/items", 3),
        subject("portcullis, contract both ways", Shape::Post, &contract, "/items", 4),
        subject("portcullis, everything on", Shape::Post, &few, "/items", 1),
        subject("portcullis, 1,000 operations", Shape::Post, &many, "/items", 2),
    ];
    let shapes = [(Shape::Raw, "/raw/7"), (Shape::Get, "/items/7"), (Shape::Post, "/items")];
    let proxies = [
        ("nginx", format!("localhost:{}", documents::PEER_TLS_PORT), 0),
        ("portcullis, everything on", format!("localhost:{}", documents::SECURE_PORT), 5),
    ];
    for protocol in [Protocol::Tls, Protocol::Http2] {
        for (shape, path) in shapes {
            for (name, address, proxy) in &proxies {
                let one = subject(name, shape, address, path, *proxy);
                all.push(Subject { protocol, ..one });
            }
        }
    }
    all
}

fn rounds(subjects: &[Subject], proxies: &[Process]) -> Result<Vec<Measured>, String> {
    let mut measured: Vec<Measured> = subjects
        .iter()
        .map(|one| Measured {
            name: one.name,
            protocol: one.protocol,
            shape: one.shape,
            rounds: Vec::new(),
        })
        .collect();
    for number in 0..=ROUNDS {
        for (subject, measured) in subjects.iter().zip(&mut measured) {
            let Some(proxy) = proxies.get(subject.proxy) else { continue };
            let round = load::round(subject, proxy)?;
            // The first round warms caches and connections.
            if number > 0 {
                measured.rounds.push(round);
            }
        }
        shell::say(&format!("round {number} of {ROUNDS}"));
    }
    Ok(measured)
}

/// Resident memory of a proxy, in bytes.
pub(crate) struct Memory {
    name: &'static str,
    idle: u64,
    /// For each protocol.
    per_connection: Vec<(Protocol, u64)>,
}

fn memory(proxies: &[Process]) -> Result<Vec<Memory>, String> {
    let (peer, peer_tls) = (documents::PEER_PORT, documents::PEER_TLS_PORT);
    let subjects = [
        ("nginx", [(0, peer), (0, peer_tls), (0, peer_tls)]),
        (
            "portcullis",
            [(1, documents::FEW_PORT), (5, documents::SECURE_PORT), (5, documents::SECURE_PORT)],
        ),
    ];
    let mut all = Vec::new();
    for (name, places) in subjects {
        let mut per_connection = Vec::new();
        let mut idle = None;
        for (protocol, (index, port)) in Protocol::ALL.into_iter().zip(places) {
            let Some(proxy) = proxies.get(index) else { continue };
            let before = proxy.resident_bytes()?;
            idle = idle.or(Some(before));
            let connections = load::rest(protocol, port, IDLE_CONNECTIONS)?;
            let after = proxy.resident_bytes()?;
            drop(connections);
            let each = after.saturating_sub(before) / IDLE_CONNECTIONS as u64;
            per_connection.push((protocol, each));
        }
        all.push(Memory { name, idle: idle.unwrap_or_default(), per_connection });
    }
    let fresh = processes::fresh_resident_bytes()?;
    if let Some(ours) = all.last_mut() {
        ours.idle = fresh;
    }
    Ok(all)
}
