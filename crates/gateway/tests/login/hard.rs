//! What is hard for a login: HTTP/2, a store that cannot keep, several APIs, many at a time.

use std::path::PathBuf;
use std::sync::Arc;

use http::Request;
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Site, StartError};
use portcullis_ledger::Ledger;
use portcullis_model::Sources;
use portcullis_policy::{Input, Overrides, Policy};
use portcullis_store::{Kek, Store};
use portcullis_testkit::{Behaviour, FakeClock, ScriptedApi};

use crate::scene::{CONTRACT, WEAK, bearer, kept, member, open};
use crate::support::secure::{Identity, exchange, http2, on_runtime};
use crate::support::{Scene, Setup, model, noon};
use crate::swapped::CALLERS;
use crate::weak::api;

const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                      store: { folder: unused, key: file:unused }\n";

fn plan(api: &ScriptedApi) -> Arc<Plan> {
    let policy = format!("{POLICY}{CALLERS}");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    Arc::new(Plan::compile(model(CONTRACT, api.address(), &setup), PlanOptions::default()))
}

#[test]
fn a_login_over_http_2_is_exchanged_and_its_cookie_is_secure() {
    let (identity, folder) = (Identity::new(), tempfile::tempdir().unwrap());
    let scripted = ScriptedApi::start(Behaviour::Script(api));
    let site = Site::from(plan(&scripted)).with_tls(Some(identity.server()));
    let options = Options { store: Some(open(&folder, noon())), ..Options::default() };
    let scene = Scene::of_options(scripted, site, options);
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        let login = Request::post("https://localhost/login")
            .header("content-type", "application/json")
            .body(())
            .unwrap();
        let body = br#"{"email":"alice@shop.example","password":"alice-pass"}"#;
        let (parts, body) = exchange(&send, login, body).await.unwrap();
        assert_eq!(parts.status, 200);
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let ours = body["token"].as_str().unwrap().to_owned();
        assert!(ours.starts_with("pcs_"));
        let set = parts.headers["set-cookie"].to_str().unwrap();
        assert!(set.contains("; Secure; HttpOnly; SameSite=Lax"), "{set}");
        let me = |token: &str| {
            let me = Request::get("https://localhost/me");
            me.header("authorization", format!("Bearer {token}")).body(()).unwrap()
        };
        let (parts, body) = exchange(&send, me(&ours), b"").await.unwrap();
        assert_eq!((parts.status.as_u16(), body.as_slice()), (200, &br#"{"customer_id":1}"#[..]));
        let (parts, _) = exchange(&send, me(WEAK), b"").await.unwrap();
        assert_eq!(parts.status, 401);
        // The same connection, after the end.
        let logout = Request::post("https://localhost/logout")
            .header("authorization", format!("Bearer {ours}"))
            .body(())
            .unwrap();
        assert_eq!(exchange(&send, logout, b"").await.unwrap().0.status, 204);
        assert_eq!(exchange(&send, me(&ours), b"").await.unwrap().0.status, 401);
    });
}

#[test]
fn what_the_store_cannot_keep_does_not_leave() {
    let folder = tempfile::tempdir().unwrap();
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
    let small =
        portcullis_store::Options { bytes_max: 160 << 10, ..portcullis_store::Options::default() };
    let (store, _) = Store::open(&folder.path().join("store"), &kek, &small, noon()).unwrap();
    let scripted = ScriptedApi::start(Behaviour::Script(api));
    let plan = plan(&scripted);
    let options = Options { store: Some(store), ..Options::default() };
    let scene = Scene::of_options(scripted, plan, options);
    let login =
        || scene.post_json("/login", r#"{"email":"alice@shop.example","password":"alice-pass"}"#);
    let first = login();
    assert_eq!(first.status, 200, "{}", scene.last_record());
    let full = (0..2000).map(|_| login()).find(|answer| answer.status != 200).unwrap();
    assert_eq!(full.status, 503, "{}", scene.last_record());
    assert!(!full.text().contains(WEAK) && !full.text().contains("pcs_"), "{}", full.text());
    assert_eq!(full.field("set-cookie"), None);
    // Whoever is in stays in, and gets out.
    let ours = member(&first, "token");
    assert_eq!(scene.get_with("/me", &bearer(&ours)).status, 200);
}

#[test]
fn a_gateway_with_a_login_does_not_start_without_a_store() {
    let scripted = ScriptedApi::start(Behaviour::Script(api));
    let clock = Arc::new(FakeClock::at(noon()));
    let ledger = Arc::new(Ledger::to(Box::new(std::io::sink()), clock.clone()).unwrap());
    let started = portcullis_gateway::start(plan(&scripted), ledger, clock, Options::default());
    assert!(matches!(started, Err(StartError::NoStore)));
}

#[test]
fn a_session_of_one_api_opens_no_other() {
    let scripted = ScriptedApi::start(Behaviour::Script(api));
    let at = scripted.address();
    let policy = format!(
        "listen: 127.0.0.1:0\nstore: {{ folder: unused, key: file:unused }}\napis:\n  \
         - {{ name: one, contract: one.yaml, upstream: \"http://{at}\", upstream_base_path: \"\", base_path: /one }}\n  \
         - {{ name: two, contract: two.yaml, upstream: \"http://{at}\", upstream_base_path: \"\", base_path: /two }}\n\
         callers:\n  login:\n    - {{ operation: \"one::login\", token: answer./token }}\n    \
         - {{ operation: \"two::login\", token: answer./token }}\n"
    );
    let mut sources = Sources::default();
    let policy = Some(sources.add("portcullis.yaml", policy));
    let contract = sources.add("one.yaml", CONTRACT);
    let further = sources.add("two.yaml", CONTRACT);
    let (folder, overrides, now) = (PathBuf::new(), Overrides::default(), noon());
    let input = Input { sources, contract, policy, folder, overrides, now };
    let policy = Policy::join(input, vec![further]).unwrap();
    let plans = policy.apis.into_iter();
    let plans = plans.map(|api| Arc::new(Plan::compile(api, PlanOptions::default())));
    let store = tempfile::tempdir().unwrap();
    let options = Options { store: Some(open(&store, noon())), ..Options::default() };
    let scene = Scene::of_options(scripted, Site::of(plans).unwrap(), options);
    let body = r#"{"email":"alice@shop.example","password":"alice-pass"}"#;
    let ours = member(&scene.post_json("/one/login", body), "token");
    assert_eq!(scene.get_with("/one/me", &bearer(&ours)).status, 200);
    assert_eq!(scene.get_with("/two/me", &bearer(&ours)).status, 401);
}

#[test]
fn requests_that_race_a_logout_see_the_session_or_its_end_and_nothing_after_it() {
    let kept = kept(CALLERS, api);
    for _ in 0..5 {
        let ours = kept.token("alice");
        std::thread::scope(|scope| {
            let readers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..5).map(|_| kept.me(&ours).status).collect::<Vec<_>>()))
                .collect();
            assert_eq!(kept.post("/logout", &bearer(&ours), "").status, 204);
            assert_eq!(kept.me(&ours).status, 401, "after its answer");
            for reader in readers {
                let seen = reader.join().unwrap();
                let is_ordered = seen.is_sorted_by_key(|status| *status == 401);
                assert!(is_ordered && seen.iter().all(|one| [200, 401].contains(one)), "{seen:?}");
            }
        });
    }
}
