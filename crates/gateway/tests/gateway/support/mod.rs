//! A gateway in front of a scripted API.

#![allow(dead_code, reason = "each test file uses its part of it")]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a set-up that fails must fail its test"
)]

pub mod authority;
pub mod careless;
pub mod desk;
pub mod gate;
pub mod generated;
pub mod holder;
pub mod issuer;
pub mod keyed;
pub mod secure;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Running, ServerTls, Site, start};
use portcullis_ledger::Ledger;
use portcullis_model::{Date, Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};
use portcullis_testkit::{Answer, Behaviour, FakeClock, ScriptedApi, exchange};

/// What the gateway writes down, for tests to read.
#[derive(Debug, Clone, Default)]
pub struct Records(Arc<Mutex<Vec<u8>>>);

impl Write for Records {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A gateway, the API behind it, and its records.
pub struct Scene {
    pub api: ScriptedApi,
    pub gateway: Running,
    pub ledger: Arc<Ledger>,
    pub clock: Arc<FakeClock>,
    records: Records,
}

/// What is different from the ordinary scene.
#[derive(Debug, Default)]
pub struct Setup<'a> {
    pub policy: Option<&'a str>,
    pub listen: Option<&'a str>,
    pub options: PlanOptions,
    /// The policy says where the API is.
    pub is_policy_upstream: bool,
}

/// A contract with answers and bodies of many kinds.
pub const SHOP: &str = include_str!("shop.yaml");

/// A gateway in front of a shop that answers everything alike.
pub fn answering(status: u16, body: &str) -> Scene {
    Scene::new(SHOP, Behaviour::json(status, body))
}

/// The instant at which every scene plays: noon of 2026-11-24.
pub fn noon() -> UnixMillis {
    UnixMillis(Date::parse("2026-11-24").unwrap().start().0 + 12 * 3_600_000)
}

pub fn model(contract: &str, upstream: SocketAddr, setup: &Setup<'_>) -> Model {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", contract);
    let policy = setup.policy.map(|text| sources.add("portcullis.yaml", text));
    let input = Input {
        sources,
        contract,
        policy,
        folder: PathBuf::new(),
        overrides: Overrides {
            upstream: (!setup.is_policy_upstream).then(|| format!("http://{upstream}")),
            listen: Some(setup.listen.unwrap_or("127.0.0.1:0").to_owned()),
        },
        now: noon(),
    };
    Model::join(input).unwrap_or_else(|failure| panic!("{failure}: {:#?}", failure.diagnostics))
}

impl Scene {
    pub fn new(contract: &str, behaviour: Behaviour) -> Self {
        Self::with(contract, behaviour, Setup::default())
    }

    pub fn with(contract: &str, behaviour: Behaviour, setup: Setup<'_>) -> Self {
        let api = ScriptedApi::start(behaviour);
        let model = model(contract, api.address(), &setup);
        Self::of(api, model, setup.options)
    }

    /// A gateway that speaks TLS.
    pub fn secure(contract: &str, behaviour: Behaviour, setup: Setup<'_>, tls: ServerTls) -> Self {
        let api = ScriptedApi::start(behaviour);
        let model = model(contract, api.address(), &setup);
        let plan = Arc::new(Plan::compile(model, setup.options));
        Self::of_site(api, Site::from(plan).with_tls(Some(tls)))
    }

    pub fn of(api: ScriptedApi, model: Model, options: PlanOptions) -> Self {
        Self::of_site(api, Arc::new(Plan::compile(model, options)))
    }

    pub fn of_site(api: ScriptedApi, site: impl Into<Site>) -> Self {
        Self::of_options(api, site, Options::default())
    }

    pub fn of_options(api: ScriptedApi, site: impl Into<Site>, options: Options) -> Self {
        let clock = Arc::new(FakeClock::at(noon()));
        let records = Records::default();
        let ledger = Arc::new(Ledger::to(Box::new(records.clone()), clock.clone()).unwrap());
        let gateway = start(site, ledger.clone(), clock.clone(), options).unwrap();
        Self { api, gateway, ledger, clock, records }
    }

    /// Sends bytes as they are.
    pub fn raw(&self, request: impl AsRef<[u8]>) -> Answer {
        exchange(self.gateway.address(), request)
    }

    pub fn get(&self, target: &str) -> Answer {
        self.raw(format!("GET {target} HTTP/1.1\r\nHost: api\r\n\r\n"))
    }

    pub fn get_with(&self, target: &str, fields: &str) -> Answer {
        self.raw(format!("GET {target} HTTP/1.1\r\nHost: api\r\n{fields}\r\n"))
    }

    /// A request with a token, and with a body of JSON if there is one: `GET /orders/1`.
    pub fn ask(&self, token: &str, line: &str, body: &str) -> Answer {
        let label = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        self.raw(format!(
            "{line} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n{label}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    pub fn post(&self, target: &str, content_type: &str, body: &str) -> Answer {
        self.raw(format!(
            "POST {target} HTTP/1.1\r\nHost: api\r\nContent-Type: {content_type}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    pub fn post_json(&self, target: &str, body: &str) -> Answer {
        self.post(target, "application/json", body)
    }

    /// The last request that reached the API; none if none did.
    pub fn forwarded(&self) -> Option<String> {
        self.api.seen().pop()
    }

    /// The body of the last request that reached the API.
    pub fn forwarded_body(&self) -> Option<String> {
        self.forwarded()?.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
    }

    /// All records so far, at least one.
    pub fn records(&self) -> Vec<serde_json::Value> {
        // The record is closed just after the answer is written.
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while std::time::Instant::now() < until {
            let records = self.records_now();
            let requests = &self.gateway.counts().requests;
            let count = requests.load(std::sync::atomic::Ordering::Relaxed).max(1);
            if records.len() as u64 >= count {
                return records;
            }
            std::thread::yield_now();
        }
        panic!("a request has no record");
    }

    /// The records as they lie in the file.
    pub fn written(&self) -> String {
        self.records();
        String::from_utf8(self.records.0.lock().unwrap().clone()).unwrap()
    }

    /// The records that are written at this moment.
    pub fn records_now(&self) -> Vec<serde_json::Value> {
        self.ledger.flush();
        let text = String::from_utf8(self.records.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn last_record(&self) -> serde_json::Value {
        self.records().pop().unwrap()
    }
}
