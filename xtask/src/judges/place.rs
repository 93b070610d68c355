//! An API that runs, alone or behind the gateway, with the relay before it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_testkit::exchange;
use serde_json::{Value, json};

use super::document::Document;
use super::relay::Relay;
use super::subjects::{Callers, Source, Subject, write};
use super::tools::Tools;
use crate::listening::{Process, start};
use crate::shell;

/// The first port of the first API; each has three of its own, so that several may be judged at a time.
const FIRST: u16 = 18_461;

/// Whether the gateway stands in between.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    Bare,
    Through,
}

/// What a judge is let at.
pub(crate) struct Place {
    pub(crate) relay: Relay,
    pub(crate) address: SocketAddr,
    /// As the gateway enforces it.
    pub(crate) document: Document,
    /// The field of the first caller's credential.
    pub(crate) credential: Option<(String, String)>,
    /// The gateway's record.
    pub(crate) ledger: Option<PathBuf>,
    // In the order in which they end: who asks before who is asked.
    _gateway: Option<Process>,
    _api: Process,
}

impl Place {
    /// Starts everything anew, and sees that an honest request is served.
    pub(crate) fn start(
        subject: &Subject,
        tools: &Tools,
        folder: &Path,
        way: Way,
        granted: usize,
    ) -> Result<Self, String> {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let ports = FIRST + subject.place * 3;
        let [first, second, third] = [ports, ports + 1, ports + 2];
        let api = start((subject.start)(tools, folder, first)?, first)?;
        let document =
            read(&subject.document, tools, at(first))?.typed().patched(&(subject.patch)());
        let (gateway, ledger, target) = match way {
            Way::Bare => (None, None, at(first)),
            Way::Through => {
                let ledger = folder.join("ledger.jsonl");
                write_gateway(subject, folder, &document, [first, second])?;
                let mut command = Command::new(&tools.gateway);
                command.args(["run", "-c", "portcullis.yaml", "--ledger"]).arg(&ledger);
                command.current_dir(folder.join("gateway"));
                (Some(start(command, second)?), Some(ledger), at(second))
            }
        };
        let relay = Relay::start(third, target, granted)?;
        let mut place = Self {
            relay,
            address: at(third),
            document,
            credential: None,
            ledger,
            _gateway: gateway,
            _api: api,
        };
        place.credential = credential(subject.callers, target)?;
        place.serves(subject, target)?;
        Ok(place)
    }

    fn serves(&self, subject: &Subject, at: SocketAddr) -> Result<(), String> {
        let (path, holds) = subject.honest;
        let field = self.credential.as_ref();
        let field = field.map(|(name, value)| format!("{name}: {value}\r\n")).unwrap_or_default();
        let answer = exchange(at, format!("GET {path} HTTP/1.1\r\nHost: {at}\r\n{field}\r\n"));
        let body = String::from_utf8_lossy(&answer.body);
        if answer.status == 200 && body.contains(holds) {
            return Ok(());
        }
        Err(format!("{}: an honest request is answered {}: {body}", subject.name, answer.status))
    }
}

fn write_gateway(
    subject: &Subject,
    folder: &Path,
    document: &Document,
    [api, own]: [u16; 2],
) -> Result<(), String> {
    let folder = folder.join("gateway");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    write(&folder.join("openapi.json"), &document.0.to_string())?;
    let apis =
        format!("apis: [{{ contract: openapi.json, upstream: \"http://127.0.0.1:{api}\" }}]\n");
    let listen = format!("listen: 127.0.0.1:{own}\n");
    write(&folder.join("portcullis.yaml"), &format!("{apis}{listen}{}", subject.policy))?;
    // For policies that keep sessions.
    let key = "umask 077; head -c 32 /dev/urandom > store.key";
    shell::output(&folder, "sh", &["-c", key]).map(|_| ())
}

fn read(source: &Source, tools: &Tools, api: SocketAddr) -> Result<Document, String> {
    let text = match source {
        Source::Installed(path) => {
            let path = tools.folder.join(path);
            std::fs::read_to_string(&path)
                .map_err(|error| format!("{}: {error}", path.display()))?
        }
        Source::Asked(path) => {
            let answer = exchange(api, format!("GET {path} HTTP/1.1\r\nHost: {api}\r\n\r\n"));
            String::from_utf8_lossy(&answer.body).into_owned()
        }
        Source::Ours(path) => {
            let path = shell::root().join(path).display().to_string();
            let python = tools.tool("python").display().to_string();
            let script = "import json, sys, yaml; \
                          print(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))";
            shell::output(&tools.folder, &python, &["-c", script, &path])?
        }
    };
    serde_json::from_str(&text).map(Document).map_err(|error| format!("a document: {error}"))
}

/// What the first caller shows.
fn credential(callers: Callers, at: SocketAddr) -> Result<Option<(String, String)>, String> {
    let field = |value: String| Some(("Authorization".to_owned(), value));
    match callers {
        Callers::Nobody => Ok(None),
        Callers::Basic(people) => Ok(people.first().and_then(|one| field(basic(*one)))),
        Callers::Login(path, people) => {
            let (name, password) = people.first().ok_or("nobody can log in")?;
            let body = json!({ "email": name, "password": password }).to_string();
            let length = body.len();
            let head =
                format!("POST {path} HTTP/1.1\r\nHost: {at}\r\nContent-Type: application/json");
            let answer = exchange(at, format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}"));
            let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let token = said.get("token").and_then(Value::as_str);
            let token = token.ok_or_else(|| format!("no token: {}", answer.status))?;
            Ok(field(format!("Bearer {token}")))
        }
    }
}

/// A pair of Basic.
pub(crate) fn basic((name, password): (&str, &str)) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}
