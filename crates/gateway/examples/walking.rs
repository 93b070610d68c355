//! What flows cost: `cargo run --release -p portcullis-gateway --example walking [WALKS]`. A shop of three steps behind two
//! gateways, one of which knows the flow, each asked in turns; then so many walks that nobody ends, of which no more are
//! remembered than there is room for. Prints figures.
//!
//! Processor time of the gateway's threads, without those of the API and of the client. The memory is that of the process.

#![expect(clippy::print_stdout, reason = "a program that measures")]

use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Running};
use portcullis_ledger::Ledger;
use portcullis_model::{Clock, Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Rounds, and walks through all steps in each.
const ROUNDS: usize = 9;
const WALKS: usize = 2_000;
/// Walks that are remembered at the end, unless it is said.
const REMEMBERED: usize = 400_000;

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Shop, version: "1" }
paths:
  /carts/{id}/open:
    post: { operationId: openCart, parameters: [{ $ref: "#/components/parameters/id" }], responses: { "200": { $ref: "#/components/responses/cart" } } }
  /carts/{id}/address:
    post: { operationId: setAddress, parameters: [{ $ref: "#/components/parameters/id" }], responses: { "200": { $ref: "#/components/responses/cart" } } }
  /carts/{id}/pay:
    post: { operationId: pay, parameters: [{ $ref: "#/components/parameters/id" }, { name: amount, in: query, schema: { type: string } }], responses: { "200": { $ref: "#/components/responses/cart" } } }
components:
  parameters: { id: { name: id, in: path, required: true, schema: { type: integer } } }
  responses: { cart: { description: it, content: { application/json: { schema: { type: object, properties: { total: { type: number } } } } } } }
"##;
const FLOW: &str = "flows:\n  checkout:\n    steps:\n      \
    - { step: openCart, of: path.id, shows: { total: answer./total } }\n      \
    - { step: setAddress, of: path.id }\n      \
    - { step: pay, of: path.id, equal: { query.amount: total } }\n";

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "a program of its own")]
    fn now(&self) -> UnixMillis {
        let since =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        UnixMillis(since.as_millis() as u64)
    }
}

fn main() -> Outcome<()> {
    let remembered = std::env::args().nth(1).map_or(Ok(REMEMBERED), |text| text.parse())?;
    let api = api()?;
    let (without, with) = (Gateway::start(api, "")?, Gateway::start(api, FLOW)?);
    let mut clients = [Client::of(&without)?, Client::of(&with)?];
    let mut costs = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for (client, costs) in clients.iter_mut().zip(&mut costs) {
            let begun = gateways_nanos()?;
            for walk in 0..WALKS {
                let id = round * WALKS + walk;
                client.asks(&format!("/carts/{id}/open"))?;
                client.asks(&format!("/carts/{id}/address"))?;
                client.asks(&format!("/carts/{id}/pay?amount=12.97"))?;
            }
            let requests = (WALKS * 3) as u64;
            costs.push(gateways_nanos()?.saturating_sub(begun) / requests);
        }
    }
    let [without, with] = costs.map(|mut costs| {
        costs.sort_unstable();
        (costs.first().copied().unwrap_or(0), costs.get(ROUNDS / 2).copied().unwrap_or(0))
    });
    println!(
        "a request without flows: {} ns in the middle, {} in the best round",
        without.1, without.0
    );
    println!("a request that is a step: {} ns in the middle, {} in the best round", with.1, with.0);
    let [_, client] = &mut clients;
    let (before, begun) = (kilobytes()?, gateways_nanos()?);
    for walk in 0..remembered {
        client.asks(&format!("/carts/{}/open", ROUNDS * WALKS + walk))?;
    }
    let each = gateways_nanos()?.saturating_sub(begun) / remembered.max(1) as u64;
    let more = kilobytes()?.saturating_sub(before);
    println!("{remembered} walks begun, with one value each: {more} KB more, {each} ns a request");
    Ok(())
}

/// A gateway in this process.
struct Gateway {
    running: Running,
}

impl Gateway {
    fn start(api: SocketAddr, flows: &str) -> Outcome<Self> {
        let mut sources = Sources::default();
        let contract = sources.add("openapi.yaml", CONTRACT);
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://{api}\" }}]\naccess: [{{ anyone: [\"*\"] }}]\n{flows}"
        );
        let policy = Some(sources.add("portcullis.yaml", policy));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let overrides =
            Overrides { listen: Some("127.0.0.1:0".to_owned()), ..Overrides::default() };
        let now = clock.now();
        let input = Input { sources, contract, policy, folder: PathBuf::new(), overrides, now };
        let model = Model::join(input)
            .map_err(|failure| format!("{failure}: {:#?}", failure.diagnostics))?;
        let plan = Plan::compile(model, PlanOptions::default());
        let ledger = Ledger::open(&PathBuf::from("/dev/null"), clock.clone())?;
        let options = Options::default();
        let running = portcullis_gateway::start(Arc::new(plan), ledger.into(), clock, options)?;
        Ok(Self { running })
    }
}

/// One connection that is kept.
struct Client {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Client {
    fn of(gateway: &Gateway) -> Outcome<Self> {
        let address = gateway.running.address();
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host: address.to_string() })
    }

    /// Whatever is not answered 200 ends it.
    fn asks(&mut self, path: &str) -> Outcome<()> {
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n\r\n", self.host);
        self.stream.get_mut().write_all(head.as_bytes())?;
        let (status, _) = message(&mut self.stream)?;
        if status.starts_with("HTTP/1.1 200") {
            Ok(())
        } else {
            Err(format!("{path}: {status}").into())
        }
    }
}

/// An API that answers everything alike, on threads whose name tells them.
fn api() -> Outcome<SocketAddr> {
    const ANSWER: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"total\":12.97}";
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let serve = |stream: TcpStream| {
        let mut stream = BufReader::new(stream);
        while message(&mut stream).is_ok() {
            if stream.get_mut().write_all(ANSWER).is_err() {
                return;
            }
        }
    };
    let named = || std::thread::Builder::new().name(API.to_owned());
    named().spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.set_nodelay(true);
            let _ = named().spawn(move || serve(stream));
        }
    })?;
    Ok(address)
}

/// What the threads of the API are called.
const API: &str = "the-api";

/// The first line of a message, and its bytes behind the head.
fn message(stream: &mut BufReader<TcpStream>) -> Outcome<(String, Vec<u8>)> {
    let mut first = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err("closed".into());
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
        if line == "\r\n" {
            break;
        }
        if first.is_empty() {
            first = line;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((first, body))
}

/// Processor time of all threads but the API's and this one.
fn gateways_nanos() -> Outcome<u64> {
    let mut nanos = 0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        let name = std::fs::read_to_string(task.join("comm")).unwrap_or_default();
        let is_own =
            task.file_name().is_some_and(|id| id == std::process::id().to_string().as_str());
        if name.trim() != API && !is_own {
            let known = std::fs::read_to_string(task.join("schedstat")).unwrap_or_default();
            nanos += known.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0_u64);
        }
    }
    Ok(nanos)
}

/// Resident memory of this process.
fn kilobytes() -> Outcome<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    Ok(statm.split(' ').nth(1).ok_or("no memory")?.parse::<u64>()? * 4)
}
