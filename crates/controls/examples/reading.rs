//! What the controls read of texts, for `cargo xtask readers`: `reading CONTRACT KIND < texts > readings`.
//!
//! A line of texts is the media type and the text, in hexadecimal. A reading is the pairs as they are written and the
//! tree that is checked, or `!` and why not; `xtask/src/readers/tree.rs` says how both look.

#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::fmt::Write as _;
use std::io::BufRead as _;
use std::path::PathBuf;

use portcullis_contract::{CanonicalPath, Media};
use portcullis_controls::urlencoded::{self, form};
use portcullis_controls::{Plan, PlanOptions, multipart, xml};
use portcullis_json::{Document, Kind, Value};
use portcullis_model::{Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let (Some(contract), Some(kind)) = (arguments.next(), arguments.next()) else {
        return Err("usage: reading CONTRACT KIND".to_owned());
    };
    let plan = plan(&contract)?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let (label, text) = line.split_once(' ').ok_or("a line is two words")?;
        let (label, text) = (bytes(label), bytes(text));
        let label = String::from_utf8_lossy(&label);
        match read(&plan, &kind, &label, text) {
            Ok(reading) => println!("{reading}"),
            Err(reason) => println!("!{}", reason.escape_debug()),
        }
    }
    Ok(())
}

fn read(plan: &Plan, kind: &str, label: &str, text: Vec<u8>) -> Result<String, String> {
    match kind {
        "json" => json(plan, text),
        "form" | "query" => pairs(plan, &text),
        "parts" => parts(plan, label, &text),
        "path" => path(&text),
        "xml" => body_of_xml(plan, text),
        _ => Err("no such kind".to_owned()),
    }
}

fn json(plan: &Plan, text: Vec<u8>) -> Result<String, String> {
    let document = Document::parse(text, &plan.json_in);
    let document = document.map_err(|rejected| format!("{:?}", rejected.fault))?;
    let mut written = Vec::new();
    document.write(&mut written);
    if written != document.text().as_bytes() {
        return Err("not in the one spelling".to_owned());
    }
    Ok(format!("-\t{}", tree(document.root(), false)))
}

/// The pairs one by one, and what their brackets say.
fn pairs(plan: &Plan, text: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let mut pairs = Vec::new();
    for (name, value) in urlencoded::pairs(text) {
        let decode = |raw| urlencoded::decode(raw).map_err(|fault| fault.detail().to_owned());
        let (name, value) = (decode(name)?, decode(value)?);
        pairs.push((name.to_string(), format!("[{},{}]", quoted(&name), quoted(&value))));
    }
    let media = media(plan, "/form");
    let read = form::read(text, media, &plan.model.contract.shapes, &plan.json_in);
    let tree = read.map_or_else(
        |unread| format!("!{:?}", unread.fault),
        |form| tree(form.document().root(), true),
    );
    Ok(format!("{}\t{tree}", grouped(pairs)))
}

fn parts(plan: &Plan, label: &str, body: &[u8]) -> Result<String, String> {
    let boundary = multipart::boundary(label).ok_or("no boundary")?;
    let parts = multipart::parse(body, boundary, &plan.limits);
    let parts = parts.map_err(|fault| format!("{fault:?}"))?;
    let pairs = parts.iter().map(|part| {
        let content = hex(body.get(part.bytes.clone()).unwrap_or_default());
        let file = part.file_name.as_ref().map(|name| format!(",{}", quoted(name)));
        let file = file.unwrap_or_default();
        (part.name.clone(), format!("[{},[\"{content}{file}]]", quoted(&part.name)))
    });
    Ok(format!("{}\t-", grouped(pairs.collect())))
}

fn path(text: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let path = CanonicalPath::parse(text).map_err(|fault| format!("{fault:?}"))?;
    let segments: Vec<String> = path.segments().map(quoted).collect();
    Ok(format!("-\t[{}]", segments.join(",")))
}

fn body_of_xml(plan: &Plan, text: Vec<u8>) -> Result<String, String> {
    let media = media(plan, "/xml").ok_or("the contract has no XML")?;
    let shape = media.schema.as_ref().map(|schema| schema.shape);
    let shapes = &plan.model.contract.shapes;
    let body = xml::read(text, shape, shapes, &plan.json_in, &plan.limits);
    let body = body.map_err(|(fault, _)| fault.to_string())?;
    if body.strays().next().is_some() {
        return Err("something that has no place in the tree".to_owned());
    }
    Ok(format!("-\t{}", tree(body.document().root(), true)))
}

/// What is declared of the body at this path.
fn media<'p>(plan: &'p Plan, path: &str) -> Option<&'p Media> {
    let mut all = plan.model.contract.operations.iter();
    let operation = all.find(|one| one.template == path)?;
    operation.body.as_ref()?.media.first()
}

/// Pairs of one name beside one another, in the order in which they came.
fn grouped(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort_by(|one, other| one.0.cmp(&other.0));
    let pairs: Vec<String> = pairs.into_iter().map(|(_, pair)| pair).collect();
    format!("[{}]", pairs.join(","))
}

/// A value; `as_texts`: as readers see it that know no types.
fn tree(value: Value<'_>, as_texts: bool) -> String {
    match value.kind() {
        Kind::Null if as_texts => quoted(""),
        Kind::False | Kind::True | Kind::Number if as_texts => quoted(value.lexeme()),
        Kind::Null => "n".to_owned(),
        Kind::True => "t".to_owned(),
        Kind::False => "f".to_owned(),
        Kind::Number => format!("#l{}", value.lexeme()),
        Kind::String => quoted(value.as_str().unwrap_or_default()),
        Kind::Array => {
            let items: Vec<String> = value.items().map(|item| tree(item, as_texts)).collect();
            format!("[{}]", items.join(","))
        }
        Kind::Object => {
            let member = |(name, value): (Value<'_>, Value<'_>)| {
                let name = hex(name.as_str().unwrap_or_default().as_bytes());
                format!("{name}:{}", tree(value, as_texts))
            };
            let members: Vec<String> = value.members().map(member).collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}", hex(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn bytes(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.as_bytes().chunks(2).filter_map(byte).collect()
}

fn plan(file: &str) -> Result<Plan, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let mut sources = Sources::default();
    let contract = sources.add(file, text);
    let input = Input {
        sources,
        contract,
        policy: None,
        folder: PathBuf::new(),
        overrides: Overrides {
            listen: Some("127.0.0.1:0".to_owned()),
            upstream: Some("http://127.0.0.1:1".to_owned()),
        },
        now: UnixMillis(1_800_000_000_000),
    };
    let model = Model::join(input).map_err(|_| format!("{file} is no contract"))?;
    Ok(Plan::compile(model, PlanOptions::default()))
}
