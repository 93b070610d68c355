//! A model that is swapped while clients are connected.

#![expect(clippy::unwrap_used, reason = "a connection that ends must fail its test")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Scene, Setup, model};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::ReloadError;
use portcullis_testkit::{Behaviour, ScriptedApi, exchange, send};

const GET: &str = "GET /api/items HTTP/1.1\r\nHost: api\r\n\r\n";
const SHOP: &str = include_str!("support/shop.yaml");

/// The shop's contract in another version, so that the model has another one, too.
fn shop(number: u32) -> String {
    format!("{SHOP}# {number}\n")
}

fn plan(number: u32, api: SocketAddr, setup: &Setup<'_>) -> Arc<Plan> {
    Arc::new(Plan::compile(model(&shop(number), api, setup), PlanOptions::default()))
}

fn policy(limits: &str) -> String {
    format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         access: [{{ anyone: \"*\" }}]\nlimits: {limits}\n"
    )
}

/// Reads one answer with a length off a connection that stays.
fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0; 1];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let length = head.to_ascii_lowercase();
    let length = length.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next());
    let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
    stream.read_exact(&mut body).unwrap();
    head + &String::from_utf8_lossy(&body)
}

#[test]
fn a_connection_stays_and_its_next_request_is_judged_by_the_new_model() {
    let scene = Scene::new(SHOP, Behaviour::json(200, "[]"));
    let mut stream = send(scene.gateway.address(), GET);
    assert!(answer(&mut stream).starts_with("HTTP/1.1 200"));
    let after = plan(1, scene.api.address(), &Setup::default());
    let reloaded = scene.gateway.reload(after.clone()).unwrap();
    assert_ne!(reloaded.before.plans().next().unwrap().version, after.version);
    stream.write_all(GET.as_bytes()).unwrap();
    assert!(answer(&mut stream).starts_with("HTTP/1.1 200"));
    let records = scene.records();
    assert_eq!(records[0]["model"], *reloaded.before.plans().next().unwrap().version);
    assert_eq!(records[1]["model"], *after.version);
}

#[test]
fn a_request_is_judged_by_one_model_to_its_end() {
    let scene = Scene::new(SHOP, Behaviour::json(200, "[]"));
    let head = "POST /api/items HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n\
                Expect: 100-continue\r\nContent-Length: 12\r\n\r\n";
    let mut stream = send(scene.gateway.address(), head);
    assert!(answer(&mut stream).starts_with("HTTP/1.1 100"), "its walk has begun");
    let before = scene.gateway.site().plans().next().unwrap().version.clone();
    scene.gateway.reload(plan(1, scene.api.address(), &Setup::default())).unwrap();
    stream.write_all(br#"{"name":"a"}"#).unwrap();
    answer(&mut stream);
    assert_eq!(scene.last_record()["model"], *before);
}

#[test]
fn a_head_that_ends_after_a_reload_is_judged_by_the_new_model() {
    let scene = Scene::new(SHOP, Behaviour::json(200, "[]"));
    let (begin, end) = GET.split_at(20);
    let mut stream = send(scene.gateway.address(), GET);
    answer(&mut stream);
    stream.write_all(begin.as_bytes()).unwrap();
    let after = plan(1, scene.api.address(), &Setup::default());
    scene.gateway.reload(after.clone()).unwrap();
    stream.write_all(end.as_bytes()).unwrap();
    answer(&mut stream);
    assert_eq!(scene.last_record()["model"], *after.version);
}

#[test]
fn another_address_to_listen_on_is_refused_whole() {
    // On loopback a contract alone serves callers that nobody verified: a listener that everybody
    // reaches must not become one by a line in a file.
    let public = Setup { listen: Some("0.0.0.0:0"), ..Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, "[]"), public);
    let before = scene.gateway.site().plans().next().unwrap().version.clone();
    let refused = scene.gateway.reload(plan(1, scene.api.address(), &Setup::default()));
    let is = "0.0.0.0:0".parse().unwrap();
    let wanted = "127.0.0.1:0".parse().unwrap();
    assert_eq!(refused.unwrap_err(), ReloadError::Listen { is, wanted });
    assert_eq!(scene.gateway.site().plans().next().unwrap().version, before);
}

#[test]
fn another_api_is_called_after_a_reload_and_the_old_ones_connections_end() {
    let scene = Scene::new(SHOP, Behaviour::json(200, "[]"));
    assert_eq!(scene.raw(GET).status, 200);
    let other = ScriptedApi::start(Behaviour::json(200, "[]"));
    scene.gateway.reload(plan(1, other.address(), &Setup::default())).unwrap();
    assert_eq!(scene.raw(GET).status, 200);
    assert_eq!((scene.api.seen().len(), other.seen().len()), (1, 1));
    assert!(scene.api.is_left());
}

#[test]
fn budgets_follow_a_reload() {
    let policy_before = policy("{ connections: 100 }");
    let setup = Setup { policy: Some(&policy_before), ..Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, "[]"), setup);
    let mut resting = send(scene.gateway.address(), GET);
    answer(&mut resting);
    let one = policy("{ connections: 1 }");
    let setup = Setup { policy: Some(&one), ..Setup::default() };
    scene.gateway.reload(plan(1, scene.api.address(), &setup)).unwrap();
    assert_eq!(scene.raw(GET).status, 0, "one connection is there already");
    resting.write_all(GET.as_bytes()).unwrap();
    assert!(answer(&mut resting).starts_with("HTTP/1.1 200"), "and it stays");
    let two = policy("{ connections: 2 }");
    let setup = Setup { policy: Some(&two), ..Setup::default() };
    scene.gateway.reload(plan(2, scene.api.address(), &setup)).unwrap();
    assert_eq!(scene.raw(GET).status, 200);
}

#[test]
fn under_load_no_request_is_lost_to_a_reload() {
    const CLIENTS: usize = 8;
    const RELOADS: u32 = 50;
    let scene = Scene::new(SHOP, Behaviour::json(200, "[]"));
    let address = scene.gateway.address();
    let is_over = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let is_over = is_over.clone();
            std::thread::spawn(move || {
                let mut stream = send(address, "");
                let mut count = 0_usize;
                while count == 0 || !is_over.load(Ordering::Relaxed) {
                    stream.write_all(GET.as_bytes()).unwrap();
                    let answer = answer(&mut stream);
                    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut versions = vec![scene.gateway.site().plans().next().unwrap().version.clone()];
    for number in 1..=RELOADS {
        let next = plan(number, scene.api.address(), &Setup::default());
        versions.push(next.version.clone());
        scene.gateway.reload(next).unwrap();
        // At least one request is surely judged by each.
        assert_eq!(exchange(address, GET).status, 200);
    }
    is_over.store(true, Ordering::Relaxed);
    let count: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
    let records = scene.records();
    assert_eq!(records.len(), count + RELOADS as usize);
    assert!(records.iter().all(|record| record["verdict"] == "allowed"));
    for version in versions.iter().skip(1) {
        assert!(records.iter().any(|record| record["model"] == **version), "{version}");
    }
}
