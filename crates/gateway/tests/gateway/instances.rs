//! Several instances of one API: each in turn, and around one that is gone.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::support::{Scene, Setup, model};
use portcullis_controls::PlanOptions;
use portcullis_policy::Instance;
use portcullis_testkit::{Behaviour, ScriptedApi};
use socket2::{Domain, Socket, Type};

const SHOP: &str = include_str!("support/shop.yaml");
const ITEM: &str = r#"{"id":1}"#;

fn instance(address: SocketAddr) -> Instance {
    Instance::plain(address.ip().to_string(), address.port())
}

/// A gateway in front of an API and of these other instances of it.
fn scene(api: ScriptedApi, others: &[SocketAddr]) -> Scene {
    let mut model = model(SHOP, api.address(), &Setup::default());
    model.upstream.others = others.iter().map(|address| instance(*address)).collect();
    Scene::of(api, model, PlanOptions::default())
}

fn api() -> ScriptedApi {
    ScriptedApi::start(Behaviour::json(200, "[]"))
}

/// An address where nobody listens. It is held, so that no other test gets it.
struct Nobody {
    address: SocketAddr,
    _held: Socket,
}

fn nobody() -> Nobody {
    let held = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // Whoever listens there later may share it.
    held.set_reuse_address(true).unwrap();
    held.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = held.local_addr().unwrap().as_socket().unwrap();
    Nobody { address, _held: held }
}

fn rests(scene: &Scene) -> u64 {
    scene.gateway.counts().instance_rests.load(Ordering::Relaxed)
}

#[test]
fn instances_get_requests_in_turn_and_are_called_by_their_own_name() {
    let second = api();
    let scene = scene(api(), &[second.address()]);
    for _ in 0..6 {
        assert_eq!(scene.get("/api/items").status, 200);
    }
    for one in [&scene.api, &second] {
        let seen = one.seen();
        assert_eq!(seen.len(), 3);
        let host = format!("\r\nHost: {}\r\n", one.address());
        assert!(seen.iter().all(|request| request.contains(&host)), "{seen:?}");
    }
}

#[test]
fn a_request_that_reached_nobody_goes_to_another_instance_whatever_it_does() {
    let gone = nobody();
    let scene = scene(ScriptedApi::start(Behaviour::json(201, ITEM)), &[gone.address]);
    for number in 1..=8 {
        assert_eq!(scene.post_json("/api/items", r#"{"name":"a"}"#).status, 201);
        assert_eq!(scene.api.seen().len(), number, "once each");
    }
    let forwarded = scene.forwarded().unwrap();
    assert!(forwarded.contains(&format!("\r\nHost: {}\r\n", scene.api.address())), "{forwarded}");
    assert!(forwarded.ends_with(r#"{"name":"a"}"#), "{forwarded}");
    assert_eq!(rests(&scene), 1, "it is known to be gone");
}

#[test]
fn a_write_that_may_have_reached_an_instance_is_not_sent_again() {
    let second = ScriptedApi::start(Behaviour::json(201, ITEM));
    let scene = scene(ScriptedApi::start(Behaviour::Close), &[second.address()]);
    let statuses: Vec<u16> =
        (0..4).map(|_| scene.post_json("/api/items", r#"{"name":"a"}"#).status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 502).count(), 2, "{statuses:?}");
    assert_eq!((scene.api.seen().len(), second.seen().len()), (2, 2));
}

#[test]
fn an_instance_that_is_gone_rests_and_returns() {
    let held = nobody();
    let gone = held.address;
    let scene = scene(api(), &[gone]);
    for _ in 0..6 {
        assert_eq!(scene.get("/api/items").status, 200);
    }
    assert_eq!(rests(&scene), 1);
    let back = ScriptedApi::start_at(gone, Behaviour::json(200, "[]"));
    let until = Instant::now() + Duration::from_secs(10);
    while back.seen().is_empty() {
        assert!(Instant::now() < until, "it is tried again");
        assert_eq!(scene.get("/api/items").status, 200);
    }
    let told = |event: &str| {
        let records = scene.records_now();
        records.into_iter().filter(|record| record["event"] == event).collect::<Vec<_>>()
    };
    let [rests] = &told("instance_rests")[..] else { panic!("told once") };
    assert_eq!(rests["instance"], gone.to_string());
    assert_eq!(told("instance_returns").len(), 1);
    let (before, others) = (back.seen().len(), scene.api.seen().len());
    for _ in 0..4 {
        assert_eq!(scene.get("/api/items").status, 200);
    }
    assert_eq!((back.seen().len() - before, scene.api.seen().len() - others), (2, 2));
}

#[test]
fn where_all_rest_one_is_asked_all_the_same() {
    let held = (nobody(), nobody());
    let (first, second) = (held.0.address, held.1.address);
    let mut model = model(SHOP, first, &Setup::default());
    model.upstream.others = vec![instance(second)];
    let gone = Scene::of(api(), model, PlanOptions::default());
    for _ in 0..8 {
        assert_eq!(gone.get("/api/items").status, 502);
    }
    assert_eq!(rests(&gone), 2, "each was said once");
    let _back = ScriptedApi::start_at(first, Behaviour::json(200, "[]"));
    assert_eq!(gone.get("/api/items").status, 200, "at once, however long it should rest");
}
