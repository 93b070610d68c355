//! A gateway in which some controls are not asked, for measuring what each of them costs:
//! `partial CONTRACT UPSTREAM LISTEN LEDGER [CONTROL...]`. It listens on loopback only and is part
//! of no product: `portcullis run` cannot leave a control out.

#![expect(clippy::print_stderr, reason = "a program for `cargo xtask bench`")]

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::Options;
use portcullis_ledger::Ledger;
use portcullis_model::{Clock, ControlId, UnixMillis};
use portcullis_policy::{Model, Overrides};

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "a program of its own")]
    fn now(&self) -> UnixMillis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis(since.as_millis() as u64)
    }
}

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [contract, upstream, listen, ledger, left_out @ ..] = arguments.as_slice() else {
        return Err("partial CONTRACT UPSTREAM LISTEN LEDGER [CONTROL...]".to_owned());
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let overrides = Overrides { upstream: Some(upstream.clone()), listen: Some(listen.clone()) };
    let model = Model::from_contract(Path::new(contract), &overrides, clock.now())
        .map_err(|failure| failure.to_string())?;
    if !model.listen.ip().is_loopback() {
        return Err(format!("`{listen}` is not loopback"));
    }
    let not_asked = left_out
        .iter()
        .map(|name| ControlId::from_name(name).ok_or_else(|| format!("`{name}` is no control")))
        .collect::<Result<Vec<_>, _>>()?;
    let plan = Plan::compile(model, PlanOptions { observe: false, not_asked });
    let ledger = Ledger::open(Path::new(ledger), clock.clone()).map_err(|e| e.to_string())?;
    let running =
        portcullis_gateway::start(Arc::new(plan), ledger.into(), clock, Options::default());
    let running = running.map_err(|error| error.to_string())?;
    eprintln!("listening on {}", running.address());
    loop {
        std::thread::park();
    }
}
