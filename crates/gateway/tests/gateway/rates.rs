//! How often requests pass: by caller, address, value; and how many at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use crate::support::desk::Desk;
use crate::support::issuer::Issuer;
use crate::support::secure::on_runtime;
use crate::support::{Scene, Setup, model};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Site};
use portcullis_model::ControlId;
use portcullis_testkit::{Answer, Behaviour, ScriptedApi, leave, send};

const SHOP: &str = include_str!("support/rates.yaml");

/// A shop behind a proxy that says who asks.
struct Shop {
    scene: Scene,
    issuer: Issuer,
}

impl Shop {
    fn new(rates: &str) -> Self {
        Self::with(rates, "trusted_proxies: [127.0.0.1]\n", PlanOptions::default())
    }

    fn with(rates: &str, rest: &str, options: PlanOptions) -> Self {
        let issuer = Issuer::start();
        let policy = policy(&issuer, rates, rest);
        let setup = Setup { policy: Some(&policy), options, ..Setup::default() };
        Self { scene: Scene::with(SHOP, Behaviour::json(200, "{}"), setup), issuer }
    }

    fn token(&self, name: &str) -> String {
        format!("Authorization: Bearer {}\r\n", self.issuer.token(name, ""))
    }

    fn get(&self, target: &str, from: &str, token: &str) -> Answer {
        self.scene.get_with(target, &format!("X-Forwarded-For: {from}\r\n{token}"))
    }

    /// The statuses of so many requests.
    fn times(&self, count: usize, target: &str, from: &str, token: &str) -> Vec<u16> {
        (0..count).map(|_| self.get(target, from, token).status).collect()
    }

    fn reset(&self, version: &str, email: &str, from: &str) -> Answer {
        let body = format!(r#"{{"email":{email},"pin":"0000"}}"#);
        self.scene.raw(format!(
            "POST /{version}/reset HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: {from}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    fn why(&self) -> String {
        self.scene.last_record().to_string()
    }
}

fn policy(issuer: &Issuer, rates: &str, rest: &str) -> String {
    format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n{rest}{rates}",
        issuer.name()
    )
}

#[test]
fn a_caller_comes_so_often_from_wherever_and_is_told_what_is_left() {
    let shop = Shop::new("rates: [{ per: caller, rate: 3/h }]\n");
    let alice = shop.token("alice");
    let first = shop.get("/me", "192.0.2.1", &alice);
    assert_eq!(first.status, 200, "{}", shop.why());
    assert_eq!(first.field("ratelimit-policy"), Some("\"caller\";q=3;w=3600"));
    assert_eq!(first.field("ratelimit"), Some("\"caller\";r=2;t=1200"));
    assert_eq!(shop.get("/search", "192.0.2.2", &alice).status, 200, "every operation counts");
    assert_eq!(shop.get("/me", "198.51.100.1", &alice).status, 200);
    let sent = shop.scene.forwarded();
    let refused = shop.get("/me", "203.0.113.1", &alice);
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.field("retry-after").and_then(|text| text.parse().ok()).unwrap_or(0);
    assert!((1_190..=1_200).contains(&wait), "{wait}");
    let left = refused.field("ratelimit").unwrap_or_default();
    assert!(left.starts_with("\"caller\";r=0;t="), "{left}");
    assert_eq!(refused.field("cache-control"), Some("private, no-store"));
    assert!(!refused.text().contains("caller"), "{}", refused.text());
    assert!(shop.why().contains("above `rates: { per: caller, rate: 3/h }`"), "{}", shop.why());
    assert_eq!(shop.scene.forwarded(), sent, "nothing went on");
    assert_eq!(shop.get("/me", "203.0.113.1", &shop.token("bob")).status, 200, "bob is not alice");
}

#[test]
fn twelve_users_behind_one_address_pass_and_a_stranger_there_is_bounded() {
    let shop = Shop::new("rates: [{ per: caller, rate: 5/h }, { per: address, rate: 5/h }]\n");
    for user in 0..12 {
        let token = shop.token(&format!("user{user}"));
        assert_eq!(shop.times(5, "/me", "192.0.2.1", &token), [200; 5], "{}", shop.why());
    }
    let told = shop.get("/open", "192.0.2.1", "");
    assert_eq!((told.status, told.field("ratelimit")), (200, None), "nothing is told of others");
    assert_eq!(shop.times(6, "/open", "192.0.2.1", ""), [200, 200, 200, 200, 429, 429]);
    assert_eq!(shop.times(1, "/open", "192.0.2.2", ""), [200], "another address");
    assert_eq!(shop.times(1, "/both", "192.0.2.1", &shop.token("alice")), [200]);
}

#[test]
fn an_address_counts_callers_where_the_entry_says_so() {
    let shop = Shop::new("rates: [{ per: network, rate: 4/h, counts_callers: true }]\n");
    for user in 0..4 {
        let from = format!("192.0.2.{user}");
        assert_eq!(shop.times(1, "/me", &from, &shop.token(&format!("user{user}"))), [200]);
    }
    assert_eq!(shop.times(1, "/me", "192.0.2.9", &shop.token("alice")), [429]);
    assert_eq!(shop.times(1, "/me", "192.0.3.9", &shop.token("alice")), [200]);
}

#[test]
fn where_nobody_said_who_stands_in_front_addresses_are_not_counted() {
    let rates = "rates: [{ per: address, rate: 1/h }, { per: everybody, rate: 4/h }]\n";
    let shop = Shop::with(rates, "", PlanOptions::default());
    assert_eq!(shop.times(5, "/open", "192.0.2.1", ""), [200, 200, 200, 200, 429], "rule 20");
}

#[test]
fn one_count_over_all_operations_that_an_entry_names() {
    let shop = Shop::new("rates: [{ of: \"resetPin*\", per: body./email, rate: 4/h }]\n");
    let spellings = ["alice@shop.example", "Alice@shop.example", " alice@shop.example "];
    let statuses: Vec<u16> = (0..12)
        .map(|number| {
            let version = ["v1", "v2"][number % 2];
            let email = format!("\"{}\"", spellings[number % 3]);
            shop.reset(version, &email, &format!("192.0.{number}.1")).status
        })
        .collect();
    assert_eq!(statuses[..4], [200; 4], "{}", shop.why());
    assert_eq!(statuses[4..], [429; 8], "whatever the path, the spelling and the address");
    assert_eq!(shop.reset("v1", "\"bob@shop.example\"", "192.0.2.1").status, 200);
    assert!(!shop.why().contains("alice@"), "{}", shop.why());
    let shop = Shop::new("rates: [{ of: [resetPinV1], per: [operation, address], rate: 1/h }]\n");
    assert_eq!(shop.reset("v1", "\"a\"", "192.0.2.1").status, 200);
    assert_eq!(shop.reset("v2", "\"a\"", "192.0.2.1").status, 200, "it is not named");
    assert_eq!(shop.reset("v1", "\"a\"", "192.0.2.1").status, 429);
}

#[test]
fn of_several_rates_all_have_room_or_none_is_taken_from() {
    let shop = Shop::new(
        "rates:\n  - { of: search, per: [caller, query.q], rate: 2/h }\n  \
         - { of: search, per: caller, rate: 5/h }\n",
    );
    let alice = shop.token("alice");
    let ask = |q: &str| shop.get(&format!("/search?q={q}"), "192.0.2.1", &alice);
    assert_eq!([ask("a").status, ask("A").status], [200, 200]);
    assert_eq!([ask("a").status, ask("%61").status, ask("a").status], [429; 3]);
    let left = ask("b");
    assert_eq!(left.field("ratelimit-policy"), Some("\"caller\";q=2;w=3600"), "the tightest");
    assert_eq!([ask("b").status, ask("c").status, ask("d").status], [200, 200, 429]);
    let shop = Shop::new("rates: [{ of: search, per: [caller, query.q], rate: 1/h }]\n");
    let alice = shop.token("alice");
    assert_eq!(shop.times(2, "/search", "192.0.2.1", &alice), [200, 429], "without it");
}

#[test]
fn a_request_costs_what_it_asks_for() {
    let shop =
        Shop::new("rates: [{ of: search, per: caller, rate: 100/h, cost: query.page_size }]\n");
    let alice = shop.token("alice");
    let ask = |size: &str| shop.get(&format!("/search?page_size={size}"), "192.0.2.1", &alice);
    let first = ask("60");
    assert_eq!(
        (first.status, first.field("ratelimit").map(|it| it.contains("r=40"))),
        (200, Some(true))
    );
    assert_eq!(ask("50").status, 429);
    assert_eq!(ask("40").status, 200);
    let never = ask("900");
    assert_eq!((never.status, never.field("retry-after")), (429, Some("86400")), "it never fits");
    assert_eq!(
        shop.get("/search?page_size=-5", "192.0.2.1", &alice).status,
        429,
        "nothing is left"
    );
}

#[test]
fn a_rate_of_nothing_and_a_knock_out() {
    let rates = "rates: [{ of: open, per: everybody, rate: 0/s }]\n";
    let shop = Shop::new(rates);
    assert_eq!(shop.times(2, "/open", "192.0.2.1", ""), [429, 429]);
    let not_asked = vec![ControlId::ResourceLimits];
    let options = PlanOptions { not_asked, ..PlanOptions::default() };
    let shop = Shop::with(rates, "trusted_proxies: [127.0.0.1]\n", options);
    assert_eq!(shop.times(2, "/open", "192.0.2.1", ""), [200, 200]);
    let options = PlanOptions { observe: true, ..PlanOptions::default() };
    let shop = Shop::with(rates, "trusted_proxies: [127.0.0.1]\n", options);
    let observed = shop.get("/open", "192.0.2.1", "");
    assert_eq!((observed.status, observed.field("ratelimit")), (200, None));
    assert!(shop.why().contains("above `rates:"), "{}", shop.why());
}

#[test]
fn a_clock_that_steps_gives_nothing_and_takes_nothing() {
    let shop = Shop::new("rates: [{ per: caller, rate: 2/h }]\n");
    let alice = shop.token("alice");
    assert_eq!(shop.times(3, "/me", "192.0.2.1", &alice), [200, 200, 429]);
    shop.scene.clock.advance_ms(200_000);
    assert_eq!(shop.times(1, "/me", "192.0.2.1", &alice), [429], "the wall clock does not count");
}

#[test]
fn a_reload_gives_nobody_another_burst() {
    let shop = Shop::new("rates: [{ per: caller, rate: 2/h }]\n");
    let alice = shop.token("alice");
    assert_eq!(shop.times(3, "/me", "192.0.2.1", &alice), [200, 200, 429]);
    let rates = "rates: [{ per: everybody, rate: 1000/s }, { rate: 2/h, per: caller }]\n";
    let policy = policy(&shop.issuer, rates, "trusted_proxies: [127.0.0.1]\n");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let plan = Plan::compile(model(SHOP, shop.scene.api.address(), &setup), PlanOptions::default());
    assert!(shop.scene.gateway.reload(Arc::new(plan)).is_ok());
    assert_eq!(shop.times(1, "/me", "192.0.2.1", &alice), [429]);
}

#[test]
fn where_others_can_ask_there_are_rates_without_a_word() {
    let shop = Shop::new("");
    let told = shop.get("/me", "192.0.2.1", &shop.token("alice"));
    assert_eq!(told.field("ratelimit-policy"), Some("\"caller\";q=500;w=5"));
    let statuses = shop.times(250, "/open", "192.0.2.1", "");
    assert!(statuses[..200].iter().all(|status| *status == 200));
    assert!(statuses[200..].contains(&429), "{statuses:?}");
    let shop = Shop::with("", "", PlanOptions::default());
    let told = shop.get("/me", "192.0.2.1", &shop.token("alice"));
    assert_eq!(told.field("ratelimit-policy"), None, "on loopback none");
    let shop = Shop::new("rates: []\n");
    let told = shop.get("/me", "192.0.2.1", &shop.token("alice"));
    assert_eq!(told.field("ratelimit-policy"), None, "somebody decided");
}

#[test]
fn an_address_that_goes_on_is_not_listened_to_and_an_office_always_is() {
    let shop = Shop::new("rates: [{ per: address, rate: 1/h }, { per: caller, rate: 1000/s }]\n");
    let office = shop.get("/me", "198.51.100.1", &shop.token("alice"));
    assert_eq!(office.status, 200);
    for from in ["203.0.113.7", "198.51.100.1"] {
        let statuses = shop.times(800, "/open", from, "");
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    }
    let refused = shop.get("/me", "203.0.113.7", &shop.token("bob"));
    assert_eq!(refused.status, 429);
    assert!(shop.why().contains("penalty_box") && shop.why().contains("receive"), "{}", shop.why());
    let wait: u64 = refused.field("retry-after").and_then(|text| text.parse().ok()).unwrap_or(0);
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(shop.get("/me", "203.0.113.8", &shop.token("bob")).status, 200, "a neighbour");
    assert_eq!(shop.get("/me", "198.51.100.1", &shop.token("bob")).status, 200, "an office");
}

/// A shop whose API waits at a desk.
fn desk(rates: &str, workers: usize) -> (Scene, Desk, Issuer) {
    let (desk, issuer) = (Desk::default(), Issuer::start());
    let api = ScriptedApi::start(desk.behaviour());
    let policy = policy(&issuer, rates, "trusted_proxies: []\n");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let plan = Plan::compile(model(SHOP, api.address(), &setup), PlanOptions::default());
    let options = Options { workers, ..Options::default() };
    (Scene::of_options(api, Site::from(Arc::new(plan)), options), desk, issuer)
}

fn export(mark: &str) -> String {
    format!("GET /export?mark={mark} HTTP/1.1\r\nHost: api\r\n\r\n")
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn so_many_at_a_time_and_one_more_is_refused_at_once() {
    let (scene, desk, _) = desk("rates: [{ of: exportAll, per: everybody, at_once: 2 }]\n", 4);
    let first = send(scene.gateway.address(), export("a"));
    desk.has(&["a"]);
    let second = send(scene.gateway.address(), export("b"));
    desk.has(&["a", "b"]);
    let refused = scene.raw(export("c"));
    assert_eq!((refused.status, refused.field("retry-after")), (429, Some("1")));
    until("no record says why", || {
        scene.records_now().iter().any(|one| one.to_string().contains("at_once: 2"))
    });
    desk.let_go("a");
    desk.let_go("d");
    until("nothing is given back", || scene.raw(export("d")).status == 200);
    desk.let_go("b");
    drop((first, second));
}

#[test]
fn whoever_leaves_gives_the_place_back_when_the_api_is_done_and_not_before() {
    let (scene, desk, _) = desk("rates: [{ of: exportAll, per: everybody, at_once: 1 }]\n", 1);
    let client = send(scene.gateway.address(), export("a"));
    desk.has(&["a"]);
    leave(client);
    // The API still works for whoever left: leaving buys nothing.
    assert_eq!(scene.raw(export("b")).status, 429);
    desk.let_go("a");
    desk.let_go("c");
    until("the place is lost", || scene.raw(export("c")).status == 200);
}

#[test]
fn a_coupon_is_applied_once_at_a_time_by_each_caller() {
    let (scene, desk, issuer) = desk("rates: [{ of: applyCoupon, per: caller, at_once: 1 }]\n", 4);
    let apply = |who: &str, mark: &str| {
        let token = issuer.token(who, "");
        format!(
            "POST /coupon?mark={mark} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: 0\r\n\r\n"
        )
    };
    let first = send(scene.gateway.address(), apply("alice", "a"));
    desk.has(&["a"]);
    assert_eq!(scene.raw(apply("alice", "b")).status, 429);
    let other = send(scene.gateway.address(), apply("bob", "c"));
    desk.has(&["a", "c"]);
    ["a", "c", "d"].into_iter().for_each(|mark| desk.let_go(mark));
    until("alice holds it still", || scene.raw(apply("alice", "d")).status == 200);
    drop((first, other));
}

#[test]
fn streams_of_http2_are_counted_as_requests_of_http1_are() {
    let (scene, desk, _) = desk(
        "rates: [{ of: exportAll, per: everybody, at_once: 1 }, { of: open, per: everybody, rate: 2/h }]\n",
        1,
    );
    on_runtime(async {
        let stream = tokio::net::TcpStream::connect(scene.gateway.address()).await;
        let (send, connection) =
            h2::client::handshake(stream.expect("a connection")).await.expect("HTTP/2");
        tokio::task::spawn_local(connection);
        let ask = |target: &str| {
            let request = http::Request::get(format!("http://localhost{target}")).body(());
            let send = send.clone();
            tokio::task::spawn_local(async move {
                let mut send = send.ready().await.expect("a stream");
                let (answer, _) =
                    send.send_request(request.expect("a request"), true).expect("sent");
                answer.await.map(|answer| answer.status().as_u16())
            })
        };
        let first = ask("/export?mark=a");
        let waited = desk.clone();
        tokio::task::spawn_blocking(move || waited.has(&["a"])).await.expect("it came");
        assert_eq!(ask("/export?mark=b").await.expect("a task").ok(), Some(429));
        // A stream that is reset holds its place until the API is done.
        first.abort();
        assert!(first.await.is_err());
        assert_eq!(ask("/export?mark=c").await.expect("a task").ok(), Some(429));
        desk.let_go("a");
        desk.let_go("d");
        let since = Instant::now();
        while ask("/export?mark=d").await.expect("a task").ok() != Some(200) {
            assert!(since.elapsed() < Duration::from_secs(10), "the place is lost");
        }
    });
}

/// A shop whose API answers as a test says.
fn answering(rates: &str, status: u16) -> (Shop, Arc<AtomicU16>) {
    let (issuer, status) = (Issuer::start(), Arc::new(AtomicU16::new(status)));
    let said = Arc::clone(&status);
    let api = ScriptedApi::start(Behaviour::made(move |_| {
        let Behaviour::Answer(answer) = Behaviour::json(said.load(Ordering::SeqCst), "{}") else {
            unreachable!()
        };
        answer
    }));
    let policy = policy(&issuer, rates, "trusted_proxies: [127.0.0.1]\n");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let model = model(SHOP, api.address(), &setup);
    (Shop { scene: Scene::of(api, model, PlanOptions::default()), issuer }, status)
}

#[test]
fn a_rate_of_successes_gives_back_what_the_api_refused() {
    for (place, key) in [("early", "caller"), ("late", "body./email")] {
        let of = if place == "early" { "getMe" } else { "resetPinV1" };
        let rates = format!("rates: [{{ of: {of}, per: {key}, rate: 2/h, counts: success }}]\n");
        let (shop, status) = answering(&rates, 404);
        let alice = shop.token("alice");
        let ask = || match place {
            "early" => shop.get("/me", "192.0.2.1", &alice).status,
            _ => shop.reset("v1", "\"a@shop.example\"", "192.0.2.1").status,
        };
        assert!((0..5).all(|_| ask() == 404), "{place}: a failure counts: {}", shop.why());
        status.store(500, Ordering::SeqCst);
        assert!((0..5).all(|_| ask() >= 500), "{place}");
        status.store(200, Ordering::SeqCst);
        assert_eq!([ask(), ask(), ask()], [200, 200, 429], "{place}: {}", shop.why());
        assert!(shop.why().contains("rate: 2/h, counts: success }`"), "{}", shop.why());
    }
}

#[test]
fn what_the_gateway_refuses_is_given_back_and_what_is_under_way_is_not() {
    let rates = "rates: [{ of: [applyCoupon, search], per: caller, rate: 1/h, counts: success }]\n";
    let (scene, desk, issuer) = desk(rates, 1);
    let token = format!("Authorization: Bearer {}\r\n", issuer.token("alice", ""));
    let apply = |mark: &str| {
        format!(
            "POST /coupon?mark={mark} HTTP/1.1\r\nHost: api\r\n{token}Content-Length: 0\r\n\r\n"
        )
    };
    for _ in 0..2 {
        assert_eq!(scene.get_with("/search?page_size=many", &token).status, 400, "no number");
    }
    let first = send(scene.gateway.address(), apply("a"));
    desk.has(&["a"]);
    assert_eq!(scene.raw(apply("b")).status, 429, "the first one may succeed yet");
    leave(first);
    desk.let_go("a");
    assert_eq!(scene.raw(apply("c")).status, 429, "it did, whoever left");
}

#[test]
fn an_api_that_is_not_there_was_not_asked_and_one_that_does_not_answer_was() {
    let rates = "rates: [{ of: open, per: everybody, rate: 1/h, counts: success }]\n";
    let (shop, _) = answering(rates, 200);
    let Shop { scene, issuer: _issuer } = shop;
    drop(scene);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (is_there, then) in [(false, 502), (true, 429)] {
        let issuer = Issuer::start();
        let api = ScriptedApi::start(Behaviour::Close);
        let policy = policy(&issuer, rates, "trusted_proxies: [127.0.0.1]\n");
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let upstream = if is_there { api.address() } else { gone };
        let scene = Scene::of(api, model(SHOP, upstream, &setup), PlanOptions::default());
        assert_eq!(scene.get("/open").status, 502, "there is no answer");
        assert_eq!(scene.get("/open").status, then, "is there: {is_there}");
    }
}

#[test]
fn only_new_values_count_where_an_entry_says_so() {
    let shop = Shop::new("rates: [{ of: search, per: caller, rate: 3/h, distinct: query.q }]\n");
    let (alice, bob) = (shop.token("alice"), shop.token("bob"));
    let ask =
        |query: &str, token: &str| shop.get(&format!("/search{query}"), "192.0.2.1", token).status;
    for value in ["?q=one", "?q=two", "?q=three", "?q=one", "?q=ONE", "?q=%20two", "?q=three"] {
        assert_eq!(ask(value, &alice), 200, "{value}: {}", shop.why());
    }
    assert_eq!(ask("?q=four", &alice), 429, "a fourth one");
    assert_eq!(ask("?q=four", &alice), 429, "what was refused was not counted, and is not known");
    assert_eq!(ask("?q=one", &alice), 200, "what was counted is free still");
    assert_eq!(ask("?q=one", &bob), 200, "{}", shop.why());
    assert_eq!([ask("", &bob), ask("", &bob)], [200, 200], "bob has shown one");
    assert_eq!(ask("", &bob), 429, "no value is no way past");
    assert!(shop.why().contains("rate: 3/h, distinct: query.q }`"), "{}", shop.why());
}

#[test]
fn codes_of_a_body_are_tried_so_often_and_the_same_one_again_is_free() {
    let rates = "rates: [{ of: resetPinV1, per: body./email, rate: 2/h, distinct: body./pin }]\n";
    let shop = Shop::new(rates);
    let ask = |pin: &str| {
        let body = format!(r#"{{"email":"a@shop.example","pin":{pin}}}"#);
        shop.scene.post_json("/v1/reset", &body).status
    };
    assert_eq!(["\"1\"", "\"1\"", "\"2\"", "\"1\"", "\"3\""].map(ask), [200, 200, 200, 200, 429]);
}
