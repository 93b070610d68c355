//! Attacks on an issuer that is not ours: npm `oidc-provider`, configured strictly and carelessly.
//!
//! Both run on loopback; `portcullis attack --issuer` is let at each. The strict one must have nothing open that is
//! worse than low, the careless one everything that a list names. `--gateway FILE` takes a binary that is built already.

mod page;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::listening::start;
use crate::shell;

const ISSUER: &str = "oidc-provider@9.13.3";
/// What of our own the issuers are started with: a file, and how the page calls it.
const SCRIPTS: [(&str, &str); 3] = [
    ("shared.mjs", include_str!("issuers/shared.mjs")),
    ("strict.mjs", include_str!("issuers/strict.mjs")),
    ("careless.mjs", include_str!("issuers/careless.mjs")),
];
/// The ports of both.
const PORTS: [(&str, u16); 2] = [("strict", 18_561), ("careless", 18_562)];
/// The client, the second one and the user of both.
const CLIENT: &str = include_str!("issuers/client.yaml");
/// What must be open at the careless one, or the probes saw nothing.
const CARELESS: [&str; 27] = [
    "keys-well-known",
    "metadata-implicit",
    "metadata-hmac",
    "redirect-suffix",
    "redirect-path",
    "redirect-query",
    "redirect-dots",
    "redirect-missing",
    "redirect-port",
    "authorize-frame",
    "authorize-implicit",
    "authorize-no-pkce",
    "authorize-code-fragment",
    "token-secret-guess",
    "token-cors",
    "refresh-rotation",
    "refresh-reuse-revokes",
    "tokens-lifetime",
    "userinfo-query",
    "introspect-anyone",
    "registration-open",
    "logout-redirect",
    "redirect-userinfo",
    "redirect-fragment",
    "authorize-cors",
    "authorize-referrer",
    "revoke-other-client",
];

/// What a run says of each probe.
pub(crate) type Probes = BTreeMap<String, Probe>;

/// One probe of a run.
pub(crate) struct Probe {
    pub(crate) severity: String,
    pub(crate) section: String,
    pub(crate) title: String,
    pub(crate) result: String,
    pub(crate) why: String,
}

/// A run.
pub(crate) struct Run {
    pub(crate) probes: Probes,
    pub(crate) requests: u64,
    pub(crate) seconds: f32,
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let at = arguments.iter().position(|one| one == "--gateway");
    let gateway = at.and_then(|at| arguments.get(at + 1)).map(PathBuf::from);
    let folder = shell::root().join("target/issuers");
    let gateway = install(&folder, gateway)?;
    let mut runs = Vec::new();
    for (name, port) in PORTS {
        let run = attacked(&folder, &gateway, name, port)?;
        let open = run.probes.values().filter(|probe| probe.result == "open").count();
        shell::say(&format!(
            "{name}: {open} of {} open, {} requests",
            run.probes.len(),
            run.requests
        ));
        runs.push(run);
    }
    let [strict, careless] = runs.as_slice() else { return Err("two runs".to_owned()) };
    let page = page::page(ISSUER, strict, careless);
    let path = shell::root().join("docs/src/issuers.md");
    std::fs::write(&path, page).map_err(|error| format!("docs/src/issuers.md: {error}"))?;
    shell::say("wrote docs/src/issuers.md");
    let faults = faults(strict, careless);
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// What is not as it must be.
fn faults(strict: &Run, careless: &Run) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, probe) in &strict.probes {
        if probe.result == "open" && probe.severity != "low" {
            faults.push(format!("strict: {id} is open ({})", probe.why));
        }
    }
    for id in CARELESS {
        match careless.probes.get(id) {
            Some(probe) if probe.result == "open" => {}
            Some(probe) => {
                faults.push(format!("careless: {id} is {} ({})", probe.result, probe.why));
            }
            None => faults.push(format!("careless: there is no {id}")),
        }
    }
    faults
}

/// Installs the issuer below `target`, and builds the attacker where none is given.
fn install(folder: &Path, gateway: Option<PathBuf>) -> Result<PathBuf, String> {
    use std::os::unix::fs::PermissionsExt as _;
    if !shell::has("node", "--version") {
        return Err("this needs `node` with `npm`".to_owned());
    }
    let failed = |error: std::io::Error| format!("target/issuers: {error}");
    std::fs::create_dir_all(folder).map_err(failed)?;
    if !folder.join("node_modules/oidc-provider").is_dir() {
        let shown = folder.display().to_string();
        shell::run("npm", &["install", "--no-save", "--silent", "--prefix", &shown, ISSUER])?;
    }
    for (name, text) in SCRIPTS {
        std::fs::write(folder.join(name), text).map_err(failed)?;
    }
    for (name, _) in PORTS {
        // The careless one has a secret that everybody tries first.
        let secret = if name == "careless" { "changeme" } else { "obviously-fake-but-long-enough" };
        let path = folder.join(format!("{name}.yaml"));
        std::fs::write(&path, CLIENT.replace("SECRET", secret)).map_err(failed)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    }
    if let Some(gateway) = gateway {
        let shown = gateway.display().to_string();
        return gateway.canonicalize().map_err(|error| format!("{shown}: {error}"));
    }
    shell::run("cargo", &["build", "--locked", "--package", "portcullis"])?;
    Ok(shell::root().join("target/debug/portcullis"))
}

fn attacked(folder: &Path, gateway: &Path, name: &str, port: u16) -> Result<Run, String> {
    let mut command = Command::new("node");
    command.arg(format!("{name}.mjs")).arg(port.to_string()).current_dir(folder);
    let _issuer = start(command, port)?;
    let begun = std::time::Instant::now();
    let output = Command::new(gateway)
        .args(["attack", "--issuer", &format!("http://127.0.0.1:{port}"), "--format", "json"])
        .args(["--client", &format!("{name}.yaml")])
        .current_dir(folder)
        .output()
        .map_err(|error| format!("{}: {error}", gateway.display()))?;
    let seconds = begun.elapsed().as_secs_f32();
    let said: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{name}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let requests = said.get("requests").and_then(Value::as_u64).unwrap_or_default();
    let all = said.get("probes").and_then(Value::as_array).into_iter().flatten();
    let text = |probe: &Value, key: &str| {
        probe.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let probe = |probe: &Value| {
        let of = |key| text(probe, key);
        let found = Probe {
            severity: of("severity"),
            section: of("section"),
            title: of("title"),
            result: of("result"),
            why: of("why"),
        };
        (of("id"), found)
    };
    Ok(Run { probes: all.map(probe).collect(), requests, seconds })
}
