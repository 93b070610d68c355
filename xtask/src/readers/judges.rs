//! The readers: parsers that servers use, each asked for all texts of a kind in one process.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::readers::make::Kind;
use crate::readers::servers::{Servers, folder};
use crate::readers::wire::{self, Arrived};
use crate::shell;

/// What a reader makes of pairs: a list of them, or a tree by their brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Pairs,
    Tree,
    /// XML: elements, of which an application takes what the document declares.
    Elements,
}

/// Who is asked.
enum Asked {
    Script(&'static [&'static str]),
    /// serde_json, in this process.
    Serde,
    /// PHP's own server, which alone reads parts as PHP does.
    PhpServer,
    /// nginx, of what it takes the path to be.
    Nginx,
}

/// A reader of one kind of text.
pub(crate) struct Judge {
    pub(crate) name: &'static str,
    pub(crate) kinds: &'static [Kind],
    pub(crate) shape: Shape,
    asked: Asked,
}

const fn script(
    name: &'static str,
    kinds: &'static [Kind],
    shape: Shape,
    words: &'static [&'static str],
) -> Judge {
    Judge { name, kinds, shape, asked: Asked::Script(words) }
}

const PAIRS: &[Kind] = &[Kind::Form, Kind::Query];

/// All of them.
pub(crate) const JUDGES: [Judge; 35] = [
    script("Python json", &[Kind::Json], Shape::Tree, &["python", "json"]),
    script("Python orjson", &[Kind::Json], Shape::Tree, &["python", "orjson"]),
    script("node JSON.parse", &[Kind::Json], Shape::Tree, &["node", "json"]),
    script("Go encoding/json", &[Kind::Json], Shape::Tree, &["go", "json"]),
    script("Ruby JSON", &[Kind::Json], Shape::Tree, &["ruby", "json"]),
    script("PHP json_decode", &[Kind::Json], Shape::Tree, &["php", "json"]),
    script("Java Jackson", &[Kind::Json], Shape::Tree, &["java", "json"]),
    Judge {
        name: "Rust serde_json",
        kinds: &[Kind::Json],
        shape: Shape::Tree,
        asked: Asked::Serde,
    },
    script("Python urllib.parse", PAIRS, Shape::Pairs, &["python", "pairs"]),
    script("Python werkzeug", &[Kind::Form], Shape::Pairs, &["python", "werkzeug-pairs"]),
    script("node URLSearchParams", PAIRS, Shape::Pairs, &["node", "pairs"]),
    script("node qs", PAIRS, Shape::Tree, &["node", "qs"]),
    script("Go net/url", PAIRS, Shape::Pairs, &["go", "pairs"]),
    script("Ruby URI", PAIRS, Shape::Pairs, &["ruby", "pairs"]),
    script("Ruby Rack", PAIRS, Shape::Tree, &["ruby", "rack"]),
    script("PHP parse_str", PAIRS, Shape::Tree, &["php", "pairs"]),
    script("Python python-multipart", &[Kind::Parts], Shape::Pairs, &["python", "multipart"]),
    script("Python werkzeug", &[Kind::Parts], Shape::Pairs, &["python", "werkzeug"]),
    script("node busboy", &[Kind::Parts], Shape::Pairs, &["node", "busboy"]),
    script("Go mime/multipart", &[Kind::Parts], Shape::Pairs, &["go", "multipart"]),
    script("Ruby Rack", &[Kind::Parts], Shape::Pairs, &["ruby", "multipart"]),
    Judge { name: "PHP", kinds: &[Kind::Parts], shape: Shape::Pairs, asked: Asked::PhpServer },
    script("Python urllib.parse", &[Kind::Path], Shape::Tree, &["python", "path"]),
    script("node URL", &[Kind::Path], Shape::Tree, &["node", "path"]),
    script("Go net/url", &[Kind::Path], Shape::Tree, &["go", "path"]),
    script("Ruby Rack", &[Kind::Path], Shape::Tree, &["ruby", "path"]),
    script("PHP parse_url", &[Kind::Path], Shape::Tree, &["php", "path"]),
    Judge { name: "nginx", kinds: &[Kind::Path], shape: Shape::Tree, asked: Asked::Nginx },
    script("Python xml.etree", &[Kind::Xml], Shape::Elements, &["python", "xml"]),
    script("node sax", &[Kind::Xml], Shape::Elements, &["node", "sax"]),
    script("node fast-xml-parser", &[Kind::Xml], Shape::Elements, &["node", "fast-xml"]),
    script("Go encoding/xml", &[Kind::Xml], Shape::Elements, &["go", "xml"]),
    script("Java DocumentBuilder", &[Kind::Xml], Shape::Elements, &["java", "xml"]),
    script("Ruby REXML", &[Kind::Xml], Shape::Elements, &["ruby", "xml"]),
    script("PHP DOM (libxml2)", &[Kind::Xml], Shape::Elements, &["php", "xml"]),
];

/// The text that a reader of this kind gets of a request.
fn text(kind: Kind, arrived: &Arrived) -> &[u8] {
    let mut halves = arrived.target.splitn(2, |byte| *byte == b'?');
    let path = halves.next().unwrap_or_default();
    match kind {
        Kind::Path => path,
        Kind::Query => halves.next().unwrap_or_default(),
        _ => &arrived.body,
    }
}

/// The same for people.
pub(crate) fn shown(kind: Kind, arrived: &Arrived) -> String {
    text(kind, arrived).escape_ascii().to_string()
}

impl Judge {
    /// A reading of each request, in their order.
    pub(crate) fn ask(
        &self,
        kind: Kind,
        arrived: &[&Arrived],
        servers: &Servers,
    ) -> Result<Vec<String>, String> {
        let readings = match self.asked {
            Asked::Script(words) => run(command(words)?, kind, arrived)?,
            Asked::Serde => arrived.iter().map(|one| serde(&one.body)).collect(),
            Asked::PhpServer => posted(servers.php, arrived),
            Asked::Nginx => nginx(servers.nginx, arrived),
        };
        if readings.len() == arrived.len() {
            Ok(readings)
        } else {
            let (got, asked) = (readings.len(), arrived.len());
            Err(format!("{}, {}: {got} readings of {asked} texts", self.name, kind.name()))
        }
    }
}

/// What the controls themselves read, through their example program.
pub(crate) fn ours(kind: Kind, arrived: &[&Arrived]) -> Result<Vec<String>, String> {
    let mut command = Command::new(shell::root().join("target/debug/examples/reading"));
    command.arg(folder().join("openapi.yaml")).arg(kind.name());
    run(command, kind, arrived)
}

fn command(words: &[&str]) -> Result<Command, String> {
    let folder = folder();
    let [language, reader] = words else { return Err("no such reader".to_owned()) };
    let mut command = match *language {
        "python" => Command::new(folder.join("venv/bin/python")),
        "go" => Command::new(folder.join("read-go")),
        other => Command::new(other),
    };
    match *language {
        "python" => command.arg(folder.join("read.py")),
        "node" => command.env("NODE_PATH", folder.join("node_modules")).arg(folder.join("read.js")),
        "ruby" => command.arg(folder.join("read.rb")),
        "php" => command.arg(folder.join("read.php")),
        "java" => command.arg("-cp").arg(jars()).arg(folder.join("Read.java")),
        _ => &mut command,
    };
    command.arg(reader);
    Ok(command)
}

fn jars() -> String {
    ["core", "databind", "annotations"]
        .map(|one| format!("/usr/share/java/jackson-{one}.jar"))
        .join(":")
}

fn run(mut command: Command, kind: Kind, arrived: &[&Arrived]) -> Result<Vec<String>, String> {
    let path = folder().join(format!("{}.texts", kind.name()));
    write(&path, kind, arrived).map_err(|error| format!("{}: {error}", path.display()))?;
    let texts = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let output = command.stdin(texts).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?} failed"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

fn write(path: &Path, kind: Kind, arrived: &[&Arrived]) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(File::create(path)?);
    for one in arrived {
        writeln!(file, "{} {}", hex(&one.content_type), hex(text(kind, one)))?;
    }
    file.flush()
}

fn serde(text: &[u8]) -> String {
    fn tree(value: &serde_json::Value) -> String {
        use serde_json::Value;
        match value {
            Value::Null => "n".to_owned(),
            Value::Bool(true) => "t".to_owned(),
            Value::Bool(false) => "f".to_owned(),
            Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
                Some(float) => format!("#d{:016x}", float.to_bits()),
                None => format!("#i{number}"),
            },
            Value::String(text) => format!("\"{}", hex(text.as_bytes())),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(tree).collect();
                format!("[{}]", items.join(","))
            }
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| {
                    format!("{}:{}", hex(name.as_bytes()), tree(value))
                };
                let members: Vec<String> = members.iter().map(member).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }
    serde_json::from_slice(text).map_or_else(|error| format!("!{error}"), |value| tree(&value))
}

fn posted(address: SocketAddr, arrived: &[&Arrived]) -> Vec<String> {
    let request = |one: &&Arrived| {
        let head =
            format!("POST / HTTP/1.1\r\nHost: api\r\nContent-Length: {}\r\n", one.body.len());
        let label = [b"Content-Type: ", &one.content_type[..], b"\r\n\r\n"].concat();
        [head.as_bytes(), &label, &one.body].concat()
    };
    let requests: Vec<Vec<u8>> = arrived.iter().map(request).collect();
    let requests: Vec<&[u8]> = requests.iter().map(Vec::as_slice).collect();
    let answers = wire::send(address, &requests).into_iter();
    answers
        .map(|answer| match answer.status {
            200 => String::from_utf8_lossy(&answer.body).into_owned(),
            other => format!("!answered {other}"),
        })
        .collect()
}

fn nginx(address: SocketAddr, arrived: &[&Arrived]) -> Vec<String> {
    let request =
        |one: &&Arrived| [b"GET ", &one.target[..], b" HTTP/1.1\r\nHost: api\r\n\r\n"].concat();
    let requests: Vec<Vec<u8>> = arrived.iter().map(request).collect();
    let requests: Vec<&[u8]> = requests.iter().map(Vec::as_slice).collect();
    let answers = wire::send(address, &requests).into_iter();
    answers
        .map(|answer| {
            if answer.status != 200 {
                return format!("!answered {}", answer.status);
            }
            let segments = answer.body.split(|byte| *byte == b'/').skip(1);
            let segments: Vec<String> = segments.map(|one| format!("\"{}", hex(one))).collect();
            format!("[{}]", segments.join(","))
        })
        .collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}
