//! A ledger that cannot be written.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::io::{ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Setup, model, noon};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Running, start};
use portcullis_ledger::{Ledger, Outcome, Reload};
use portcullis_testkit::{Behaviour, FakeClock, ScriptedApi, exchange};

const GET: &str = "GET /api/items HTTP/1.1\r\nHost: api\r\n\r\n";
const SHOP: &str = include_str!("support/shop.yaml");

/// A disk that is full until it is not.
struct Disk(Arc<AtomicBool>);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.load(Ordering::Relaxed) {
            Ok(bytes.len())
        } else {
            Err(ErrorKind::StorageFull.into())
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A gateway with a ledger that holds all that it can.
fn full(policy: &str, api: &ScriptedApi, has_room: &Arc<AtomicBool>) -> (Running, Arc<Ledger>) {
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let plan = Plan::compile(model(SHOP, api.address(), &setup), PlanOptions::default());
    let clock = Arc::new(FakeClock::at(noon()));
    let ledger = Ledger::to(Box::new(Disk(has_room.clone())), clock.clone()).unwrap();
    let ledger = Arc::new(ledger);
    while !ledger.is_full() || ledger.health().error.is_none() {
        ledger.reload(&Reload {
            time: noon(),
            outcome: Outcome::Failed,
            trigger: "signal",
            before: "0",
            after: None,
            changes: &[],
            more: 0,
            problems: &["x".repeat(1 << 20)],
        });
        ledger.flush();
    }
    (start(Arc::new(plan), ledger.clone(), clock, Options::default()).unwrap(), ledger)
}

const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                      health: 127.0.0.1:0\n";

#[test]
fn no_request_reaches_the_api_whose_record_cannot_be_kept() {
    let api = ScriptedApi::start(Behaviour::json(200, "[]"));
    let has_room = Arc::new(AtomicBool::new(false));
    let (gateway, ledger) = full(POLICY, &api, &has_room);
    let refused = exchange(gateway.address(), GET);
    assert_eq!((refused.status, refused.field("retry-after")), (503, Some("1")));
    assert_eq!(api.seen().len(), 0);
    let ready =
        || exchange(gateway.health_address().unwrap(), "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
    let told = ready();
    assert_eq!(told.status, 503);
    assert!(told.text().starts_with("not ready: the ledger cannot be written"), "{}", told.text());
    has_room.store(true, Ordering::Relaxed);
    while ledger.is_full() || ledger.health().error.is_some() {
        ledger.flush();
    }
    assert_eq!(exchange(gateway.address(), GET).status, 200, "and it recovers");
    assert_eq!(ready().status, 200);
}

#[test]
fn an_owner_may_prefer_to_lose_records() {
    let api = ScriptedApi::start(Behaviour::json(200, "[]"));
    let policy = format!("{POLICY}ledger: {{ when_full: lose }}\n");
    let (gateway, _ledger) = full(&policy, &api, &Arc::default());
    assert_eq!(exchange(gateway.address(), GET).status, 200);
}
