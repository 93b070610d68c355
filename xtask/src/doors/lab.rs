//! Where probes happen: a folder of their own, and gateways in it before an API that writes down what reaches it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use portcullis_testkit::http1::Recorder;
use portcullis_testkit::{Answer, exchange};

use crate::listening::{LISTENS, Process, start_told};
use crate::shell;

/// What the gateway in front of it serves: one operation for anyone, and one for callers, with an id and a body.
const CONTRACT: &str = include_str!("openapi.yaml");
const HEALTH: &str = "liveness and readiness at http://";
const REDIRECT: &str = "plain HTTP at http://";

/// A folder that goes with this, and the program.
pub(crate) struct Lab {
    pub(crate) binary: PathBuf,
    pub(crate) is_root: bool,
    folder: PathBuf,
    next: AtomicUsize,
}

/// How a gateway differs from the usual one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) is_tls: bool,
    /// Of `limits`, besides a short drain.
    pub(crate) limits: &'static str,
    /// Of the API, `hosts: [localhost]`.
    pub(crate) api: &'static str,
    /// Further lines of the policy.
    pub(crate) more: &'static str,
}

pub(crate) const PLAIN: Shape = Shape { is_tls: false, limits: "", api: "", more: "" };
pub(crate) const INSIDE: Shape = Shape { is_tls: true, api: "hosts: [localhost], ", ..PLAIN };

/// A gateway that runs, and the API behind it.
pub(crate) struct Gateway {
    pub(crate) process: Process,
    pub(crate) api: Recorder,
    pub(crate) folder: PathBuf,
    pub(crate) address: SocketAddr,
    pub(crate) health: SocketAddr,
    /// Where plain HTTP leads to `https`, if TLS is spoken.
    pub(crate) redirect: Option<SocketAddr>,
}

impl Lab {
    pub(crate) fn new(binary: PathBuf) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("portcullis-doors-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| problem(&folder, &error))?;
        let is_root = shell::output(&folder, "id", &["-u"])?.trim() == "0";
        Ok(Self { binary, is_root, folder, next: AtomicUsize::new(0) })
    }

    /// An empty folder for one probe.
    pub(crate) fn folder(&self) -> Result<PathBuf, String> {
        let folder = self.folder.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        std::fs::create_dir(&folder).map_err(|error| problem(&folder, &error))?;
        Ok(folder)
    }

    /// A gateway in a folder of its own.
    pub(crate) fn gateway(&self, shape: &Shape) -> Result<Gateway, String> {
        let folder = self.folder()?;
        self.furnish(&folder, shape)?;
        let api = Recorder::start();
        write(&folder, "portcullis.yaml", &policy(shape, api.address()))?;
        self.start(folder, api)
    }

    /// What a policy names: document, keys, certificate.
    fn furnish(&self, folder: &Path, shape: &Shape) -> Result<(), String> {
        write(folder, "openapi.yaml", CONTRACT)?;
        let keys = "umask 077; for name in store pepper passwords; do \
                    head -c 32 /dev/urandom > $name.key; done";
        shell::output(folder, "sh", &["-c", keys])?;
        if shape.is_tls {
            self.run(folder, &["dev-certificate", "--host", "localhost", "--out", "dev"])?;
        }
        Ok(())
    }

    /// Starts what lies in the folder, under a umask that keeps nobody out.
    pub(crate) fn start(&self, folder: PathBuf, api: Recorder) -> Result<Gateway, String> {
        let told = folder.join("told");
        let mut command = Command::new("sh");
        command.args(["-c", "umask 000; ulimit -c unlimited 2> /dev/null; exec \"$0\" run -c portcullis.yaml --workers 2"]);
        command.arg(&self.binary).current_dir(&folder);
        let process = start_told(command, &told)?;
        let text = read(&told)?;
        let address = said(&text, LISTENS).ok_or("it does not say where it listens")?;
        let health = said(&text, HEALTH).ok_or("it does not say where its health is")?;
        let redirect = said(&text, REDIRECT);
        Ok(Gateway { process, api, folder, address, health, redirect })
    }

    /// The program, run to its end.
    pub(crate) fn asked(&self, folder: &Path, arguments: &[&str]) -> Result<Output, String> {
        let output = Command::new(&self.binary).args(arguments).current_dir(folder).output();
        output.map_err(|error| problem(&self.binary, &error))
    }

    /// The same; what it prints, if all is well.
    pub(crate) fn run(&self, folder: &Path, arguments: &[&str]) -> Result<String, String> {
        let binary = self.binary.display().to_string();
        shell::output(folder, &binary, arguments)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Gateway {
    /// One request in the clear, by its line and its further field lines.
    pub(crate) fn ask(&self, line: &str, fields: &str) -> Answer {
        let host = self.address;
        exchange(self.address, format!("{line} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n"))
    }

    /// Whether anyone is served: the control of every probe of the listener.
    pub(crate) fn serves(&self) -> Result<(), String> {
        self.api.take();
        let answer = self.ask("GET /open", "");
        let reached = self.api.take();
        if answer.status == 200 && reached.len() == 1 {
            return Ok(());
        }
        Err(format!(
            "an honest request is answered {} and {} reached the API",
            answer.status,
            reached.len()
        ))
    }

    /// A new key of `ann`.
    pub(crate) fn key(&self, lab: &Lab) -> Result<String, String> {
        let issue = ["keys", "issue", "-c", "portcullis.yaml", "--owner", "ann", "--for", "1d"];
        Ok(lab.run(&self.folder, &issue)?.trim().to_owned())
    }

    /// The status that a key gets.
    pub(crate) fn status(&self, key: &str) -> u16 {
        self.ask("GET /items", &format!("X-Api-Key: {key}\r\n")).status
    }

    /// The same, of a client for whom a trusted proxy asks.
    pub(crate) fn status_from(&self, key: &str, client: &str) -> u16 {
        let fields = format!("X-Api-Key: {key}\r\nX-Forwarded-For: {client}\r\n");
        self.ask("GET /items", &fields).status
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join("store/admin.sock")
    }

    /// What it said on standard error.
    pub(crate) fn told(&self) -> Result<String, String> {
        read(&self.folder.join("told"))
    }

    /// Its record. Batches gather for some milliseconds.
    pub(crate) fn ledger(&self) -> Result<String, String> {
        pause(100);
        read(&self.folder.join("ledger.jsonl"))
    }

    /// Ends it without a word, and hands over what is left.
    pub(crate) fn killed(self) -> (PathBuf, Recorder) {
        self.process.signal("KILL");
        let Self { process, folder, api, .. } = self;
        drop(process);
        (folder, api)
    }
}

/// The usual policy.
fn policy(shape: &Shape, api: SocketAddr) -> String {
    let tls = if shape.is_tls {
        "tls: { certificate: file:dev/cert.pem, key: file:dev/key.pem, redirect_from: \"127.0.0.1:0\" }\n"
    } else {
        ""
    };
    format!(
        "apis: [{{ name: shop, {}contract: openapi.yaml, upstream: \"http://{api}\" }}]\n\
         listen: \"127.0.0.1:0\"
health: \"127.0.0.1:0\"\n{tls}\
         store: {{ folder: store, key: file:store.key }}\nledger: {{ file: ledger.jsonl }}\n\
         callers:\n  api_keys: {{ brand: doors, pepper: file:pepper.key, leaks: {{ path: /report }} }}\n  \
         forward: {{ headers: {{ X-Caller: subject }} }}\n\
         access: [{{ anyone: [open, one] }}, {{ callers: \"*\" }}]\n\
         limits: {{ drain_timeout: 200ms{} }}\n{}",
        shape.api, shape.limits, shape.more
    )
}

fn said(text: &str, begin: &str) -> Option<SocketAddr> {
    let line = text.lines().find_map(|line| line.strip_prefix(begin))?;
    line.split(['/', ',', ' ']).next()?.parse().ok()
}

pub(crate) fn problem(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

pub(crate) fn read(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| problem(path, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    let path = folder.join(name);
    std::fs::write(&path, text).map_err(|error| problem(&path, &error))
}

/// A file as others might write it down.
pub(crate) fn hex(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| problem(path, &error))?;
    Ok(bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

/// The mode of a file, links not followed.
pub(crate) fn mode(path: &Path) -> Result<u32, String> {
    let known = std::fs::symlink_metadata(path).map_err(|error| problem(path, &error))?;
    Ok(known.permissions().mode() & 0o777)
}

pub(crate) fn set_mode(path: &Path, mode: u32) -> Result<(), String> {
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, permissions).map_err(|error| problem(path, &error))
}

#[expect(clippy::disallowed_methods, reason = "another process offers no event")]
pub(crate) fn pause(ms: u64) {
    std::thread::sleep(std::time::Duration::from_millis(ms));
}

/// Waits until something is so; false if it takes longer than ten seconds.
pub(crate) fn until(mut is_so: impl FnMut() -> bool) -> bool {
    (0..200).any(|turn| {
        if turn > 0 {
            pause(50);
        }
        is_so()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_gateway_listens_is_read_from_what_it_says() {
        let text = "liveness and readiness at http://127.0.0.1:4/livez and /readyz\nlistening on 127.0.0.1:5, inside TLS\n";
        assert_eq!(said(text, LISTENS).map(|at| at.port()), Some(5));
        assert_eq!(said(text, HEALTH).map(|at| at.port()), Some(4));
        assert_eq!(said(text, REDIRECT), None);
    }
}
