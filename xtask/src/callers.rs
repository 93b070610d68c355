//! What it costs to know who calls: a remembered token, tokens that nobody signed, revocation, counts.
//!
//! Rounds with and without a token are interleaved; forgeries come at a steady rate while honest
//! clients are measured. All of it on loopback.

mod flood;

use portcullis_credential::signer::Signer;
use serde_json::json;

use crate::bench::documents::{self, ORIGIN_PORT};
use crate::bench::folder::Folder;
use crate::bench::load::{self, Load, Seen, Shape};
use crate::bench::processes::{self, Process};
use crate::shell;
use flood::Flood;

const WITH_PORT: u16 = 18_090;
const WITHOUT_PORT: u16 = 18_091;
const ISSUER: &str = "https://issuer.example";
/// Rounds of each.
const ROUNDS: usize = 5;
const CONNECTIONS: usize = 64;
const SECONDS: u64 = 3;
/// Sessions that the store holds.
const STORED: &str = "65536";
/// Forgeries in a second.
const FORGERIES: u64 = 10_000;

pub(crate) fn run() -> Result<(), String> {
    shell::run("cargo", &["build", "--release", "--locked", "--package", "portcullis"])?;
    let folder = Folder::new()?;
    documents::write(&folder)?;
    let _origin = processes::nginx(&folder, "origin", &documents::origin_configuration(""))?;
    let token = write(&folder)?;
    let with = processes::with_policy(&folder, "with", "with.ledger", WITH_PORT)?;
    let without = processes::with_policy(&folder, "without", "without.ledger", WITHOUT_PORT)?;
    let kept = folder.path().join("store").display().to_string();
    let mut examples = Vec::new();
    for (package, example, arguments) in [
        ("portcullis-credential", "speed", vec![]),
        ("portcullis-counting", "decisions", vec![]),
        ("portcullis-store", "sessions", vec![kept.as_str(), STORED]),
    ] {
        examples.push((package, example_output(package, example, &arguments)?));
    }
    let remembered = remembered(&token, &with, &without)?;
    let floods = [
        ("one address", flooded(&token, &with, Flood::FromOne)?),
        ("as many addresses", flooded(&token, &with, Flood::FromMany)?),
    ];
    let page = page(&remembered, &floods, &examples);
    let path = shell::root().join("docs/src/callers.md");
    std::fs::write(&path, &page).map_err(|error| format!("docs/src/callers.md: {error}"))?;
    shell::say(&page);
    Ok(())
}

/// Contract, keys and policies; and a token that they take.
fn write(folder: &Folder) -> Result<String, String> {
    let mut contract = documents::contract(10);
    if let Some(item) = contract.pointer_mut("/paths/~1items~1{id}/get/security") {
        *item = json!([{ "bearer": [] }]);
    }
    if let Some(components) = contract.pointer_mut("/components") {
        components["securitySchemes"] = json!({ "bearer": { "type": "http", "scheme": "bearer" } });
    }
    folder.write("callers.json", &contract.to_string())?;
    let signer = Signer::generate(&mut flood::chance).map_err(|fault| fault.to_string())?;
    folder.write("keys.json", &signer.jwks())?;
    let apis = format!(
        "apis: [{{ contract: callers.json, upstream: \"http://127.0.0.1:{ORIGIN_PORT}\" }}]\n"
    );
    folder.write(
        "with.yaml",
        &format!(
            "{apis}listen: 127.0.0.1:{WITH_PORT}\ntrusted_proxies: [127.0.0.1]\ncallers:\n  \
             jwt: {{ issuer: \"{ISSUER}\", audience: shop, keys: file:keys.json }}\n  \
             attributes: {{ role: {{ claim: /roles }} }}\n"
        ),
    )?;
    folder.write(
        "without.yaml",
        &format!("{apis}listen: 127.0.0.1:{WITHOUT_PORT}\naccess: [{{ anyone: \"*\" }}]\n"),
    )?;
    signer.sign("at+jwt", &flood::claims(ISSUER)).map_err(|fault| fault.to_string())
}

fn load(port: u16, token: &str) -> Result<Seen, String> {
    let url = format!("http://127.0.0.1:{port}/items/7");
    let field = format!("Authorization: Bearer {token}");
    let (shape, connections, seconds) = (Shape::Get, CONNECTIONS, SECONDS);
    let load = Load { shape, url: &url, field: Some(&field), connections, seconds };
    let seen = load::with_wrk(&load)?;
    if seen.errors > 0 || seen.requests == 0 {
        return Err(format!("{url}: {} of {} requests failed", seen.errors, seen.requests));
    }
    Ok(seen)
}

/// Processor time of a request without a look at its token, and with one, in microseconds.
struct Remembered {
    without: f64,
    with: f64,
}

fn remembered(token: &str, with: &Process, without: &Process) -> Result<Remembered, String> {
    let mut all = [Vec::new(), Vec::new()];
    for number in 0..=ROUNDS {
        let subjects = [(without, WITHOUT_PORT), (with, WITH_PORT)];
        for ((process, port), costs) in subjects.into_iter().zip(&mut all) {
            let before = process.cpu_micros()?;
            let seen = load(port, token)?;
            let spent = process.cpu_micros()? - before;
            // The first round warms connections and memory.
            if number > 0 {
                costs.push(spent as f64 / seen.requests as f64);
            }
        }
        shell::say(&format!("round {number} of {ROUNDS}"));
    }
    let [without, with] = all.map(|mut costs| {
        costs.sort_by(f64::total_cmp);
        costs.get(costs.len() / 2).copied().unwrap_or_default()
    });
    Ok(Remembered { without, with })
}

/// What honest clients got, alone and beside forgeries.
struct Flooded {
    alone: f64,
    beside: f64,
    /// Forgeries that were really sent in a second.
    sent: f64,
}

fn flooded(token: &str, with: &Process, flood: Flood) -> Result<Flooded, String> {
    let mut all = Vec::new();
    for _ in 0..ROUNDS {
        let alone = load(WITH_PORT, token)?.per_second;
        let forging = flood::begin(WITH_PORT, token, flood, FORGERIES);
        let beside = load(WITH_PORT, token);
        let sent = forging.end()?;
        all.push(Flooded { alone, beside: beside?.per_second, sent });
    }
    // The process is the same one all the time.
    with.cpu_micros()?;
    all.sort_by(|a, b| (a.beside / a.alone).total_cmp(&(b.beside / b.alone)));
    all.into_iter().nth(ROUNDS / 2).ok_or_else(|| "no round".to_owned())
}

fn example_output(package: &str, example: &str, arguments: &[&str]) -> Result<String, String> {
    let output = std::process::Command::new("cargo")
        .args([
            "run",
            "--release",
            "--locked",
            "--quiet",
            "-p",
            package,
            "--example",
            example,
            "--",
        ])
        .args(arguments)
        .current_dir(shell::root())
        .output()
        .map_err(|error| format!("{package}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{package}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

fn page(
    remembered: &Remembered,
    floods: &[(&str, Flooded)],
    examples: &[(&str, String)],
) -> String {
    let Remembered { without, with } = remembered;
    let mut lines = vec![
        "# What it costs to know who calls\n".to_owned(),
        "Made by `cargo xtask callers`: on loopback, one worker, an API that answers at once, medians \
         of five rounds.\n"
            .to_owned(),
        "## A token that is remembered\n".to_owned(),
        "Processor time of one GET with a JSON answer of 1 KB.\n".to_owned(),
        "| | microseconds |\n|---|---|".to_owned(),
        format!("| the token is not looked at | {without:.1} |"),
        format!("| its caller is known | {with:.1} |"),
        format!("| the difference (aim: 3) | {:.1} |", with - without),
        "\n## Tokens that nobody signed\n".to_owned(),
        format!(
            "Forgeries at {FORGERIES} a second (ES256, each with another signature), beside honest \
             clients with one token that is remembered. The tools share the machine's two processors \
             with the gateway.\n"
        ),
        "| from | honest alone | beside | share (aim: 0.8) | forgeries sent |\n|---|---|---|---|---|"
            .to_owned(),
    ];
    for (from, Flooded { alone, beside, sent }) in floods {
        let share = beside / alone;
        lines.push(format!("| {from} | {alone:.0}/s | {beside:.0}/s | {share:.2} | {sent:.0}/s |"));
    }
    for (package, said) in examples {
        lines.push(format!("\n## `{package}`\n\n```text\n{said}\n```"));
    }
    lines.join("\n") + "\n"
}
