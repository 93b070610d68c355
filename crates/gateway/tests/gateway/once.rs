//! What may be done once, ever: by a caller, or with a value; over restarts.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::support::desk::Desk;
use crate::support::issuer::Issuer;
use crate::support::{Scene, Setup, model, noon};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, ReloadError, Site};
use portcullis_store::{Kek, Store};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi, leave, send};

const SHOP: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
components: { securitySchemes: { bearer: { type: http, scheme: bearer } } }
paths:
  /coupon:
    post:
      operationId: applyCoupon
      security: [{ bearer: [] }]
      requestBody: { content: { application/json: { schema: { type: object, properties: { code: {}, mark: { type: string } } } } } }
      responses: { "200": { description: done, content: { application/json: { schema: { type: object } } } } }
"#;

const BY_CALLER: &str = "{ of: applyCoupon, per: caller, once: true }";
const BY_CODE: &str = "{ of: applyCoupon, per: body./code, once: true }";

fn open(path: &Path, bytes_max: Option<u64>) -> Store {
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
    let options = portcullis_store::Options::default();
    let bytes_max = bytes_max.unwrap_or(options.bytes_max);
    Store::open(path, &kek, &portcullis_store::Options { bytes_max, ..options }, noon()).unwrap().0
}

/// A shop whose coupons are there once.
struct Shop {
    scene: Scene,
    issuer: Issuer,
    /// What the API answers.
    status: Arc<AtomicU16>,
}

impl Shop {
    fn new(entry: &str, store: Option<Store>) -> Self {
        Self::with(entry, store, PlanOptions::default())
    }

    fn with(entry: &str, store: Option<Store>, options: PlanOptions) -> Self {
        let status = Arc::new(AtomicU16::new(200));
        let said = Arc::clone(&status);
        let api = ScriptedApi::start(Behaviour::made(move |_| {
            let Behaviour::Answer(answer) = Behaviour::json(said.load(Ordering::SeqCst), "{}")
            else {
                unreachable!()
            };
            answer
        }));
        let upstream = api.address();
        let (scene, issuer) = scene(entry, (api, upstream), store, options);
        Self { scene, issuer, status }
    }

    fn apply(&self, who: &str, body: &str) -> Answer {
        self.scene.raw(apply(&self.issuer, who, body))
    }

    fn code(&self, who: &str, code: &str) -> u16 {
        self.apply(who, &format!(r#"{{"code":{code}}}"#)).status
    }

    fn why(&self) -> String {
        let records = self.scene.records();
        records.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }
}

fn scene(
    entry: &str,
    (api, upstream): (ScriptedApi, SocketAddr),
    store: Option<Store>,
    options: PlanOptions,
) -> (Scene, Issuer) {
    let issuer = Issuer::start();
    let plan = plan(entry, upstream, &issuer, options);
    let options = Options { store, workers: 4, ..Options::default() };
    (Scene::of_options(api, Site::from(Arc::new(plan)), options), issuer)
}

fn plan(entry: &str, upstream: SocketAddr, issuer: &Issuer, options: PlanOptions) -> Plan {
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         store: {{ folder: store, key: file:store.key }}\ntrusted_proxies: []\n\
         callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\nrates: [{entry}]\n",
        issuer.name()
    );
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    Plan::compile(model(SHOP, upstream, &setup), options)
}

fn apply(issuer: &Issuer, who: &str, body: &str) -> String {
    let token = issuer.token(who, "");
    format!(
        "POST /coupon HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn each_caller_does_it_once_and_no_restart_gives_it_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    // Callers are the issuer's: one for both.
    let shop = Shop::new(BY_CALLER, Some(open(&path, None)));
    assert_eq!(shop.apply("alice", "{}").status, 200, "{}", shop.why());
    let refused = shop.apply("alice", "{}");
    assert_eq!((refused.status, refused.field("retry-after")), (409, None), "{}", shop.why());
    let why = shop.why();
    assert!(why.contains("above `rates: { of: applyCoupon, per: caller, once: true }`"), "{why}");
    assert!(why.contains("\"once\""), "{why}");
    assert_eq!(shop.scene.api.seen().len(), 1, "nothing went on");
    assert_eq!(shop.apply("bob", "{}").status, 200, "bob has his own");
    drop(shop.scene);
    let store = open(&path, None);
    let api = ScriptedApi::start(Behaviour::json(200, "{}"));
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         store: {{ folder: store, key: file:store.key }}\n\
         callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\nrates: [{BY_CALLER}]\n",
        shop.issuer.name()
    );
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let plan = Plan::compile(model(SHOP, api.address(), &setup), PlanOptions::default());
    let options = Options { store: Some(store), ..Options::default() };
    let scene = Scene::of_options(api, Site::from(Arc::new(plan)), options);
    assert_eq!(scene.raw(apply(&shop.issuer, "alice", "{}")).status, 409, "after a restart");
    assert_eq!(scene.raw(apply(&shop.issuer, "carol", "{}")).status, 200);
}

#[test]
fn of_many_at_a_time_one_reaches_the_api() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(BY_CALLER, Some(open(&folder.path().join("store"), None)));
    let request = apply(&shop.issuer, "alice", "{}");
    let passed: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                let ask = || shop.scene.raw(&request).status;
                scope.spawn(move || (0..20).filter(|_| ask() == 200).count())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((passed, shop.scene.api.seen().len()), (1, 1));
}

#[test]
fn what_the_api_refused_is_given_back_and_a_success_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let shop = Shop::new(BY_CALLER, Some(open(&path, None)));
    for failure in [422, 404, 500, 503] {
        shop.status.store(failure, Ordering::SeqCst);
        assert_ne!(shop.apply("alice", "{}").status, 409, "{failure}: {}", shop.why());
    }
    assert_eq!(shop.scene.api.seen().len(), 4);
    shop.status.store(201, Ordering::SeqCst);
    assert!(shop.apply("alice", "{}").status < 300 || shop.scene.api.seen().len() == 5);
    assert_eq!(shop.apply("alice", "{}").status, 409);
}

#[test]
fn a_value_is_used_once_by_whomever_and_leaving_it_out_is_no_way_past() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(BY_CODE, Some(open(&folder.path().join("store"), None)));
    assert_eq!(shop.code("alice", "\"SAVE10\""), 200, "{}", shop.why());
    for spelt in ["\"SAVE10\"", "\" save10 \"", "\"\u{ff33}AVE10\""] {
        assert_eq!(shop.code("bob", spelt), 409, "{spelt}: {}", shop.why());
    }
    for nothing in ["{}", r#"{"code":null}"#, r#"{"code":["A","B"]}"#, r#"{"code":{"a":"A"}}"#] {
        assert_eq!(shop.apply("bob", nothing).status, 400, "{nothing}: {}", shop.why());
    }
    assert!(shop.why().contains("once_of_nothing"), "{}", shop.why());
    assert_eq!(shop.code("bob", "\"SAVE20\""), 200);
    assert_eq!(shop.scene.api.seen().len(), 2);
    let folder = tempfile::tempdir().unwrap();
    let both = "{ of: applyCoupon, per: [caller, body./code], once: true }";
    let shop = Shop::new(both, Some(open(&folder.path().join("store"), None)));
    let statuses = ["alice", "bob", "alice"].map(|who| shop.code(who, "\"SAVE10\""));
    assert_eq!(statuses, [200, 200, 409]);
}

#[test]
fn while_it_is_under_way_nobody_else_does_it_and_leaving_gives_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::default();
    let api = ScriptedApi::start(desk.behaviour());
    let upstream = api.address();
    let store = Some(open(&folder.path().join("store"), None));
    let (scene, issuer) = scene(BY_CALLER, (api, upstream), store, PlanOptions::default());
    let first = send(scene.gateway.address(), apply(&issuer, "alice", r#"{"mark":"a"}"#));
    desk.has(&["a"]);
    assert_eq!(scene.raw(apply(&issuer, "alice", r#"{"mark":"b"}"#)).status, 409);
    leave(first);
    desk.let_go("a");
    assert_eq!(scene.raw(apply(&issuer, "alice", r#"{"mark":"c"}"#)).status, 409);
}

#[test]
fn an_api_that_was_not_asked_gives_it_back_and_one_that_fell_silent_does_not() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (is_there, then) in [(false, 502), (true, 409)] {
        let folder = tempfile::tempdir().unwrap();
        let api = ScriptedApi::start(Behaviour::Close);
        let upstream = if is_there { api.address() } else { gone };
        let store = Some(open(&folder.path().join("store"), None));
        let (scene, issuer) = scene(BY_CALLER, (api, upstream), store, PlanOptions::default());
        let ask = || scene.raw(apply(&issuer, "alice", "{}")).status;
        assert_eq!([ask(), ask()], [502, then], "is there: {is_there}");
    }
}

#[test]
fn whoever_only_watches_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"), None);
    let options = PlanOptions { observe: true, ..PlanOptions::default() };
    let shop = Shop::with(BY_CODE, Some(store.clone()), options);
    assert_eq!([shop.code("alice", "\"A\""), shop.code("alice", "\"A\"")], [200, 200]);
    assert_eq!(shop.apply("alice", "{}").status, 200);
    assert!(shop.why().contains("once_of_nothing"), "{}", shop.why());
    drop(shop);
    let shop = Shop::new(BY_CODE, Some(store.clone()));
    assert_eq!([shop.code("alice", "\"A\""), shop.code("alice", "\"A\"")], [200, 409]);
    drop(shop);
    let options = PlanOptions { observe: true, ..PlanOptions::default() };
    let shop = Shop::with(BY_CODE, Some(store), options);
    assert_eq!(shop.code("alice", "\"A\""), 200);
    assert!(shop.why().contains("per: body./code, once: true }`"), "it would have refused that");
}

#[test]
fn a_gateway_without_a_store_takes_no_policy_that_needs_one() {
    let shop = Shop::new("{ per: everybody, rate: 1000/s }", None);
    let upstream = shop.scene.api.address();
    let plan = plan(BY_CALLER, upstream, &shop.issuer, PlanOptions::default());
    assert!(matches!(shop.scene.gateway.reload(Arc::new(plan)), Err(ReloadError::Store)));
}

#[test]
fn what_cannot_be_kept_is_not_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    drop(open(&path, None));
    let shop = Shop::new(BY_CODE, Some(open(&path, Some(4096))));
    let statuses: Vec<u16> =
        (0..200).map(|number| shop.code("alice", &format!("\"code-{number}\""))).collect();
    let passed = statuses.iter().filter(|status| **status == 200).count();
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    assert!((1..200).contains(&passed), "the store has no end: {passed}");
    assert_eq!(shop.scene.api.seen().len(), passed, "{}", shop.why());
    assert!(shop.why().contains("what may be done once cannot be kept"), "{}", shop.why());
    assert_eq!(shop.code("bob", "\"code-0\""), 409, "what it has it knows");
}
