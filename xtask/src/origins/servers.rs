//! The servers, each with its own parser of HTTP, and the gateways before them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::listening::{Process, start};
use crate::shell;

/// What is installed from PyPI.
const PACKAGES: [&str; 7] = [
    "gunicorn==27.0.1",
    "uvicorn==0.54.0",
    "h11==0.16.0",
    "httptools==0.9.0",
    "hypercorn==0.18.0",
    "tornado==6.6.1",
    "waitress==3.0.2",
];

/// The servers by name.
pub(crate) const SERVERS: [&str; 7] = [
    "gunicorn 27.0.1 (sync)",
    "uvicorn 0.54.0 (h11 0.16.0)",
    "uvicorn 0.54.0 (httptools 0.9.0)",
    "hypercorn 0.18.0",
    "tornado 6.6.1",
    "waitress 3.0.2",
    "node (http)",
];

const ORIGIN: u16 = 18_321;
const GATEWAY: u16 = 18_322;
const CASES: u16 = 18_323;

/// A server with two gateways before it.
pub(crate) struct Origin {
    /// The gateway that enforces the document of the origins.
    pub(crate) gateway: SocketAddr,
    /// The gateway that enforces the document of the raw-socket cases.
    pub(crate) cases: SocketAddr,
    /// The server itself.
    pub(crate) direct: SocketAddr,
    _processes: [Process; 3],
}

fn folder() -> PathBuf {
    shell::root().join("target/origins")
}

/// Installs the servers, and says what is missing.
pub(crate) fn install() -> Result<(), String> {
    if !shell::has("node", "--version") || !shell::has("python3", "--version") {
        return Err(
            "this needs `python3` with `venv`, and `node`; Debian: nodejs python3-venv".into()
        );
    }
    let folder = folder();
    std::fs::create_dir_all(&folder).map_err(|error| format!("target/origins: {error}"))?;
    let venv = folder.join("venv").display().to_string();
    if !Path::new(&venv).join("bin/pip").exists() {
        shell::run("python3", &["-m", "venv", &venv])?;
    }
    let pip = format!("{venv}/bin/pip");
    shell::run(
        &pip,
        &[&["install", "--quiet", "--disable-pip-version-check"], &PACKAGES[..]].concat(),
    )?;
    for (name, text) in [
        ("echo.py", include_str!("echo.py")),
        ("echo.js", include_str!("echo.js")),
        ("openapi.yaml", include_str!("openapi.yaml")),
    ] {
        std::fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

impl Origin {
    /// Starts the server of this place in [`SERVERS`].
    pub(crate) fn start(place: usize) -> Result<Self, String> {
        let rfc = shell::root().join("crates/gateway/tests/rfc/openapi.yaml");
        let server = start(command(place)?, ORIGIN)?;
        let first = start(portcullis(&folder().join("openapi.yaml"), GATEWAY), GATEWAY)?;
        let second = start(portcullis(&rfc, CASES), CASES)?;
        Ok(Self {
            gateway: SocketAddr::from(([127, 0, 0, 1], GATEWAY)),
            cases: SocketAddr::from(([127, 0, 0, 1], CASES)),
            direct: SocketAddr::from(([127, 0, 0, 1], ORIGIN)),
            _processes: [first, second, server],
        })
    }
}

fn command(place: usize) -> Result<Command, String> {
    let folder = folder();
    let address = format!("127.0.0.1:{ORIGIN}");
    let port = ORIGIN.to_string();
    let bin = folder.join("venv/bin");
    let uvicorn = |http| vec!["echo:asgi", "--port", &port, "--log-level", "error", "--http", http];
    let (program, arguments) = match place {
        0 => ("gunicorn", vec!["-b", &address, "-w", "1", "echo:wsgi"]),
        1 => ("uvicorn", uvicorn("h11")),
        2 => ("uvicorn", uvicorn("httptools")),
        3 => ("hypercorn", vec!["-b", &address, "echo:asgi"]),
        4 => ("python", vec!["echo.py", &port]),
        5 => ("waitress-serve", vec!["--listen", &address, "echo:wsgi"]),
        6 => ("node", vec!["echo.js", &port]),
        _ => return Err("no such server".to_owned()),
    };
    let program = if program == "node" { PathBuf::from(program) } else { bin.join(program) };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&folder).env("PYTHONPATH", &folder);
    Ok(command)
}

fn portcullis(contract: &Path, port: u16) -> Command {
    let mut command = Command::new(shell::root().join("target/debug/portcullis"));
    command.arg("run").arg("--contract").arg(contract).args(["--workers", "1"]);
    command.arg("--ledger").arg(folder().join(format!("ledger-{port}")));
    command.arg("--upstream").arg(format!("http://127.0.0.1:{ORIGIN}"));
    command.arg("--listen").arg(format!("127.0.0.1:{port}"));
    command
}
