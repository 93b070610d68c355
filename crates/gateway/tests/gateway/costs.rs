//! What requests cost, where that is known only when they are over: bytes, and the API's time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::support::issuer::Issuer;
use crate::support::{Scene, Setup, model};
use portcullis_controls::PlanOptions;
use portcullis_model::ControlId;
use portcullis_testkit::{Answer, Behaviour, ScriptedApi, leave, read_until, send};

const SHOP: &str = include_str!("support/costs.yaml");

const KIB: usize = 1 << 10;

struct Shop {
    scene: Scene,
    issuer: Issuer,
}

impl Shop {
    fn new(rates: &str, behaviour: Behaviour) -> Self {
        Self::with(rates, behaviour, PlanOptions::default())
    }

    fn with(rates: &str, behaviour: Behaviour, options: PlanOptions) -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n\
             operations: {{ exportAll: {{ answer: stream }} }}\n\
             limits: {{ answer_bytes: 200KiB, upstream_timeout: 500ms }}\n\
             trusted_proxies: []\nrates: [{rates}]\n",
            issuer.name()
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let api = ScriptedApi::start(behaviour);
        let model = model(SHOP, api.address(), &setup);
        Self { scene: Scene::of(api, model, options), issuer }
    }

    fn me(&self, name: &str) -> Answer {
        let token = self.issuer.token(name, "");
        self.scene.get_with("/me", &format!("Authorization: Bearer {token}\r\n"))
    }

    fn open(&self) -> u16 {
        self.scene.get("/open").status
    }

    fn address(&self) -> SocketAddr {
        self.scene.gateway.address()
    }

    fn why(&self) -> String {
        self.scene.last_record().to_string()
    }
}

/// JSON of so many bytes.
fn padded(bytes: usize) -> String {
    format!(r#"{{"pad":"{}"}}"#, "x".repeat(bytes - 10))
}

/// An API that thinks so long.
#[expect(clippy::disallowed_methods, reason = "its time is what is counted")]
fn slow(time: Duration) -> Behaviour {
    Behaviour::made(move |_| {
        std::thread::sleep(time);
        let Behaviour::Answer(answer) = Behaviour::json(200, "{}") else { unreachable!() };
        answer
    })
}

fn wait_s(answer: &Answer) -> u64 {
    answer.field("retry-after").and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[test]
fn who_took_more_bytes_than_there_were_waits_until_they_have_come_back() {
    let shop = Shop::new(
        "{ per: caller, rate: 100KiB/h, cost: bytes }",
        Behaviour::json(200, &padded(60 * KIB)),
    );
    let first = shop.me("alice");
    assert_eq!(first.status, 200, "{}", shop.why());
    let policy = "\"caller-bytes\";q=102400;qu=\"content-bytes\";w=3600";
    assert_eq!(first.field("ratelimit-policy"), Some(policy));
    assert_eq!(first.field("ratelimit"), Some("\"caller-bytes\";r=40960;t=2160"), "of this answer");
    let second = shop.me("alice");
    assert_eq!(second.status, 200, "something was left");
    assert_eq!(second.field("ratelimit"), Some("\"caller-bytes\";r=0;t=4320"));
    let sent = shop.scene.forwarded();
    let refused = shop.me("alice");
    // 20 KiB are overdrawn, and one more must be there: 21 hundredths of an hour.
    assert_eq!((refused.status, wait_s(&refused)), (429, 756));
    assert_eq!(refused.field("ratelimit"), Some("\"caller-bytes\";r=0;t=756"));
    assert_eq!(shop.scene.forwarded(), sent, "nothing went on");
    let why = shop.why();
    assert!(why.contains("above `rates: { per: caller, rate: 100KiB/h, cost: bytes }`"), "{why}");
    assert_eq!(shop.me("bob").status, 200, "bob is not alice");
}

#[test]
fn small_answers_pass_by_the_hundred_and_none_is_for_nothing() {
    let rate = "{ per: everybody, rate: 200KiB/h, cost: bytes }";
    let shop = Shop::new(rate, Behaviour::json(200, "{}"));
    let statuses: Vec<u16> = (0..202).map(|_| shop.open()).collect();
    assert!(statuses.iter().take(200).all(|status| *status == 200), "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429), "each is 1 KiB at least");
}

#[test]
fn what_comes_in_counts_as_what_goes_out_whatever_becomes_of_it() {
    let note = format!(r#"{{"by":"alice","pad":"{}"}}"#, "x".repeat(60 * KIB));
    let wrong = format!(r#"{{"by":[7],"pad":"{}"}}"#, "x".repeat(60 * KIB));
    let of_all = "{ of: addNote, per: everybody, rate: 100KiB/h, cost: bytes }";
    let of_each = "{ of: addNote, per: body./by, rate: 100KiB/h, cost: bytes }";
    for (rate, note, status) in [(of_all, &note, 200), (of_each, &note, 200), (of_all, &wrong, 400)]
    {
        let shop = Shop::new(rate, Behaviour::json(200, "{}"));
        let add = || shop.scene.post_json("/notes", note).status;
        assert_eq!([add(), add(), add()], [status, status, 429], "{rate}: {}", shop.why());
    }
}

#[test]
fn an_answer_that_the_client_never_sees_is_charged() {
    let rate = "{ per: everybody, rate: 100KiB/h, cost: bytes }";
    let too_large = Shop::new(rate, {
        let chunk = "x".repeat(150 * KIB);
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked";
        let chunk = format!("{:x}\r\n{chunk}\r\n", chunk.len());
        Behaviour::Answer(format!("{head}\r\n\r\n{chunk}{chunk}0\r\n\r\n").into_bytes())
    });
    assert_eq!(too_large.open(), 502, "{}", too_large.why());
    assert_eq!(too_large.open(), 429, "{}", too_large.why());
    let cut = Shop::new(rate, {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 180000";
        Behaviour::AnswerAndClose(format!("{head}\r\n\r\n{}", "x".repeat(120 * KIB)).into_bytes())
    });
    assert_eq!([cut.open(), cut.open()], [502, 429], "{}", cut.why());
}

#[test]
fn who_keeps_the_api_busy_longer_than_may_be_waits() {
    let shop =
        Shop::new("{ per: caller, rate: 300ms/h, cost: time }", slow(Duration::from_millis(400)));
    let first = shop.me("alice");
    assert_eq!((first.status, first.field("ratelimit")), (200, None), "it has no unit for time");
    let refused = shop.me("alice");
    assert_eq!(refused.status, 429, "{}", shop.why());
    // At least 101 of 300 milliseconds, of an hour.
    assert!((1_200..3_600).contains(&wait_s(&refused)), "{}", wait_s(&refused));
    assert_eq!(shop.me("bob").status, 200);
    let quick =
        Shop::new("{ per: everybody, rate: 60s/h, cost: time }", Behaviour::json(200, "{}"));
    assert!((0..100).all(|_| quick.open() == 200), "what is quick costs little");
}

#[test]
fn what_never_answers_and_who_does_not_wait_is_charged() {
    let rate = "{ per: everybody, rate: 300ms/h, cost: time }";
    let hangs = Shop::new(rate, Behaviour::Hang);
    assert_eq!([hangs.open(), hangs.open()], [504, 429], "{}", hangs.why());
    let shop = Shop::new(rate, slow(Duration::from_millis(450)));
    let client = send(shop.address(), "GET /open HTTP/1.1\r\nHost: api\r\n\r\n");
    let since = Instant::now();
    while since.elapsed() < Duration::from_millis(350) {
        std::thread::yield_now();
    }
    leave(client);
    let over = || shop.scene.records_now().iter().any(|one| one["verdict"] == "abandoned");
    while !over() {
        assert!(since.elapsed() < Duration::from_secs(10), "it never ends");
        std::thread::yield_now();
    }
    assert_eq!(shop.open(), 429, "leaving buys nothing");
}

#[test]
fn however_many_come_at_once_no_more_pass_than_units_are_left() {
    let shop = Shop::new(
        "{ per: everybody, rate: 5KiB/h, cost: bytes }",
        slow(Duration::from_millis(100)),
    );
    let passed = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| shop.open())).collect();
        threads
            .into_iter()
            .filter_map(|one| one.join().ok())
            .filter(|status| *status == 200)
            .count()
    });
    assert_eq!(passed, 5);
}

/// A table of unstated length.
fn table(bytes: usize) -> Behaviour {
    let piece = "x".repeat(bytes);
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked";
    Behaviour::Answer(format!("{head}\r\n\r\n{bytes:x}\r\n{piece}\r\n0\r\n\r\n").into_bytes())
}

#[test]
fn what_streams_is_charged_as_it_comes() {
    let rate = "{ of: exportAll, per: everybody, rate: 100KiB/h, cost: bytes }";
    let shop = Shop::new(rate, table(300 * KIB));
    let first = shop.scene.get("/export");
    assert_eq!((first.status, first.body.len()), (200, 300 * KIB), "{}", shop.why());
    assert_eq!(shop.scene.get("/export").status, 429);

    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{}end\r\n", 200 * KIB + 3, "x".repeat(200 * KIB));
    let endless = Shop::new(rate, Behaviour::Answer(format!("{head}{chunk}").into_bytes()));
    let mut client = send(endless.address(), "GET /export HTTP/1.1\r\nHost: api\r\n\r\n");
    read_until(&mut client, "end");
    assert_eq!(endless.scene.get("/export").status, 429, "while it streams");
    leave(client);
    assert_eq!(endless.scene.get("/export").status, 429, "and when its client has left");
}

#[test]
fn whoever_only_watches_refuses_nobody_and_a_knock_out_counts_nothing() {
    let rate = "{ per: everybody, rate: 100KiB/h, cost: bytes }";
    let large = || Behaviour::json(200, &padded(150 * KIB));
    let options = PlanOptions { observe: true, ..PlanOptions::default() };
    let shop = Shop::with(rate, large(), options);
    assert_eq!([shop.open(), shop.open()], [200, 200]);
    assert!(shop.why().contains("cost: bytes }`"), "{}", shop.why());
    let not_asked = vec![ControlId::ResourceLimits];
    let options = PlanOptions { not_asked, ..PlanOptions::default() };
    let shop = Shop::with(rate, large(), options);
    assert_eq!([shop.open(), shop.open()], [200, 200]);
    assert!(!shop.why().contains("cost: bytes"), "{}", shop.why());
}
