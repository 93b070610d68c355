//! Other sites: what they have browsers ask, with what browsers send along by themselves.

mod support;

use std::sync::Arc;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::Site;
use portcullis_model::{ControlId, Secret};
use portcullis_policy::SecretSource;
use portcullis_testkit::{Behaviour, ScriptedApi};
use support::{Scene, Setup};

const SHOP: &str = r#"
openapi: 3.1.0
info: { title: Shop, version: "1" }
paths:
  /orders:
    get:
      operationId: listOrders
      security: [{ session: [] }, { bearer: [] }]
      responses: { "204": { description: done } }
    post:
      operationId: createOrder
      security: [{ session: [] }, { bearer: [] }, { basic: [] }, { key: [] }]
      responses: { "204": { description: done } }
  /open:
    post:
      operationId: ask
      security: []
      responses: { "204": { description: done } }
  /kept:
    post:
      operationId: keep
      security: []
      parameters: [{ name: sessionid, in: cookie, schema: { type: string } }]
      responses: { "204": { description: done } }
  /feed.js:
    get:
      operationId: feed
      security: [{ session: [] }]
      responses: { "200": { description: done, content: { text/javascript: { schema: { type: string } } } } }
  /chat:
    get:
      operationId: chat
      security: [{ session: [] }]
      responses: { "204": { description: done } }
components:
  securitySchemes:
    session: { type: apiKey, in: cookie, name: sid }
    bearer: { type: http, scheme: bearer }
    basic: { type: http, scheme: basic }
    key: { type: apiKey, in: header, name: X-Key }
"#;
const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n";
const COOKIE: &str = "Cookie: sid=fake-session\r\n";

fn scene(rest: &str) -> Scene {
    scene_with(rest, PlanOptions::default())
}

fn scene_with(rest: &str, options: PlanOptions) -> Scene {
    let policy = format!("{POLICY}{rest}");
    let setup = Setup { policy: Some(&policy), options, ..Setup::default() };
    Scene::with(SHOP, Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()), setup)
}

fn post(scene: &Scene, target: &str, fields: &str) -> u16 {
    let request =
        format!("POST {target} HTTP/1.1\r\nHost: api.example\r\nContent-Length: 0\r\n{fields}\r\n");
    scene.raw(request).status
}

/// A request with the cookie, and what else a browser says.
fn ordered(scene: &Scene, fields: &str) -> u16 {
    post(scene, "/orders", &format!("{COOKIE}{fields}"))
}

#[test]
fn a_form_of_another_site_changes_nothing_in_a_callers_name() {
    let scene = scene("");
    for fields in [
        "Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n",
        "Sec-Fetch-Site: same-site\r\nOrigin: https://blog.api.example\r\n",
        "Sec-Fetch-Site: none\r\n",
        "Origin: https://evil.example\r\n",
        "Origin: https://api.example.evil.example\r\n",
        "Origin: https://notapi.example\r\n",
        "Origin: https://api.example:444\r\n",
        "Origin: http://api.example\r\n",
        "Origin: null\r\n",
        "Referer: https://evil.example/https://api.example/\r\n",
    ] {
        assert_eq!(ordered(&scene, fields), 403, "{fields}");
        let record = scene.last_record();
        assert_eq!(
            (&record["control"], &record["reason"]),
            (&"cross_site".into(), &"other_origin".into()),
            "{fields}"
        );
    }
    assert_eq!(ordered(&scene, ""), 403);
    assert_eq!(scene.last_record()["reason"], "no_origin");
    let twice = "Origin: https://api.example\r\nOrigin: https://evil.example\r\n";
    assert_eq!(ordered(&scene, twice), 403);
    assert_eq!(scene.last_record()["reason"], "unclear_origin");
    assert_eq!(scene.forwarded(), None);
    let answer = scene.raw(format!(
        "POST /orders HTTP/1.1\r\nHost: api.example\r\nContent-Length: 0\r\n{COOKIE}\r\n"
    ));
    assert!(answer.text().contains("the request must come from a page of the same origin"));
}

#[test]
fn the_own_pages_and_the_named_ones_go_on() {
    let scene = scene("origins: [https://shop.example]\n");
    for fields in [
        "Sec-Fetch-Site: same-origin\r\n",
        "Sec-Fetch-Site: same-origin\r\nOrigin: https://api.example\r\n",
        "Origin: https://api.example\r\n",
        "Referer: https://api.example/basket?step=2\r\n",
        "Sec-Fetch-Site: cross-site\r\nOrigin: https://shop.example\r\n",
        "Origin: https://shop.example\r\n",
    ] {
        assert_eq!(ordered(&scene, fields), 204, "{fields}");
    }
    assert_eq!(ordered(&scene, "Origin: https://shop.example.evil.example\r\n"), 403);
}

#[test]
fn what_no_browser_adds_by_itself_needs_no_page() {
    let scene = scene("");
    let from_evil = "Origin: https://evil.example\r\n";
    for fields in ["Authorization: Bearer fake\r\n", "X-Key: fake\r\n"] {
        assert_eq!(post(&scene, "/orders", fields), 204, "{fields}");
        assert_eq!(post(&scene, "/orders", &format!("{fields}{from_evil}")), 204, "{fields}");
        // With a cookie beside it nobody knows which of them the API goes by.
        assert_eq!(ordered(&scene, fields), 204, "{fields}");
        assert_eq!(ordered(&scene, &format!("{fields}{from_evil}")), 403, "{fields}");
    }
    // Programs use it far more than browsers; browsers say where they come from.
    let basic = "Authorization: Basic YTpi\r\n";
    assert_eq!(post(&scene, "/orders", basic), 204);
    assert_eq!(post(&scene, "/orders", &format!("{basic}{from_evil}")), 403);
    assert_eq!(ordered(&scene, basic), 403);
    assert_eq!(post(&scene, "/open", from_evil), 204);
}

#[test]
fn a_cookie_that_is_named_like_a_session_is_one() {
    let scene = scene("");
    let evil = "Cookie: sessionid=fake\r\nOrigin: https://evil.example\r\n";
    assert_eq!(post(&scene, "/kept", evil), 403);
    assert_eq!(post(&scene, "/kept", "Origin: https://evil.example\r\n"), 204);
}

#[test]
fn reading_is_left_to_the_same_origin_rule_but_scripts_are_not() {
    let scene = scene("");
    let evil = format!("{COOKIE}Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(scene.get_with("/orders", &evil).status, 204);
    assert_eq!(scene.get_with("/feed.js", &evil).status, 403);
    let own = format!("{COOKIE}Sec-Fetch-Site: same-origin\r\n");
    assert_ne!(scene.get_with("/feed.js", &own).status, 403);
}

#[test]
fn a_websocket_is_opened_by_a_page_of_the_same_origin_and_by_no_other() {
    let scene = scene("operations: { chat: { upgrade: websocket } }\n");
    let open = |fields: &str| {
        scene
            .raw(format!(
                "GET /chat HTTP/1.1\r\nHost: api.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{COOKIE}{fields}\r\n"
            ))
            .status
    };
    for fields in [
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "",
    ] {
        assert_eq!(open(fields), 403, "{fields}");
        assert_eq!(scene.last_record()["control"], "cross_site", "{fields}");
    }
    assert_eq!(scene.forwarded(), None);
    // The API does not open one here; that it was asked is what counts.
    assert_eq!(open("Origin: https://api.example\r\n"), 204);
    assert_eq!(open("Sec-Fetch-Site: same-origin\r\nOrigin: https://api.example\r\n"), 204);
}

#[test]
fn behind_a_proxy_that_ends_tls_the_origin_is_that_of_its_clients() {
    let scene = scene("trusted_proxies: [127.0.0.0/8]\ntls: { terminated_by: trusted_proxies }\n");
    let over = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n";
    assert_eq!(ordered(&scene, &format!("{over}Origin: https://api.example\r\n")), 204);
    assert_eq!(ordered(&scene, &format!("{over}Origin: http://api.example\r\n")), 403);
}

#[test]
fn who_only_observes_lets_it_pass_and_says_so() {
    let scene = scene(
        "relax: [{ operation: createOrder, control: cross_site, mode: observe, by: a, reason: a till }]\n",
    );
    assert_eq!(ordered(&scene, ""), 204);
    let record = scene.last_record();
    assert!(record["would_refuse"].to_string().contains("no_origin"), "{record}");
    let knocked_out =
        PlanOptions { not_asked: vec![ControlId::CrossSite], ..PlanOptions::default() };
    let scene = scene_with("", knocked_out);
    assert_eq!(ordered(&scene, "Origin: https://evil.example\r\n"), 204);
}

#[test]
fn no_answer_can_be_run_framed_or_read_by_another_site() {
    let scene = scene("origins: [https://shop.example]\n");
    let read = |fields: &str| scene.get_with("/orders", &format!("{COOKIE}{fields}"));
    let named = read("Origin: https://shop.example\r\n");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("vary", "Origin"),
        ("access-control-allow-origin", "https://shop.example"),
        ("access-control-allow-credentials", "true"),
    ] {
        assert_eq!(named.field(name), Some(value), "{name}");
    }
    for origin in [
        "https://shop.example.evil.example",
        "https://evilshop.example",
        "http://shop.example",
        "https://shop.example:444",
        "null",
        "*",
    ] {
        let answer = read(&format!("Origin: {origin}\r\n"));
        assert_eq!(answer.field("access-control-allow-origin"), None, "{origin}");
        assert_eq!(answer.field("access-control-allow-credentials"), None, "{origin}");
        assert_eq!(answer.field("vary"), Some("Origin"), "{origin}");
        let preflight = scene.raw(format!(
            "OPTIONS /orders HTTP/1.1\r\nHost: api\r\nOrigin: {origin}\r\n\
             Access-Control-Request-Method: POST\r\n\r\n"
        ));
        assert_eq!(preflight.status, 403, "{origin}");
        assert_eq!(preflight.field("access-control-allow-origin"), None, "{origin}");
    }
    let preflight = scene.raw(
        "OPTIONS /orders HTTP/1.1\r\nHost: api\r\nOrigin: https://shop.example\r\n\
         Access-Control-Request-Method: POST\r\n\r\n",
    );
    assert_eq!(preflight.field("access-control-max-age"), Some("600"));
}

#[test]
fn cookies_of_the_api_leave_out_of_reach_of_scripts_and_other_sites() {
    let cookies =
        "Set-Cookie: theme=dark; Path=/\r\nSet-Cookie: XSRF-TOKEN=1; Path=/; SameSite=None\r\n";
    let answer = format!("HTTP/1.1 204 X\r\n{cookies}\r\n").into_bytes();
    let scene = |api: &str, rest: &str| {
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\"{api} }}]\n{rest}"
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        Scene::with(SHOP, Behaviour::Answer(answer.clone()), setup)
    };
    let set = |scene: &Scene, fields: &str| {
        let answer = scene.get_with("/orders", &format!("{COOKIE}{fields}"));
        let all = answer.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        all.map(|(_, value)| value.clone()).collect::<Vec<_>>().join(" | ")
    };
    let closed = scene("", "");
    assert_eq!(
        set(&closed, ""),
        "theme=dark; Path=/; HttpOnly; SameSite=Lax | XSRF-TOKEN=1; Path=/; HttpOnly; SameSite=Lax"
    );
    let edits = closed.last_record()["edits"].to_string();
    assert!(edits.contains("cookie `theme` without HttpOnly, SameSite"), "{edits}");
    assert!(!edits.contains("dark"), "{edits}");
    let read = scene(
        ", cookies: { XSRF-TOKEN: readable }",
        "origins: [https://shop.example]\ntrusted_proxies: [127.0.0.0/8]\n\
         tls: { terminated_by: trusted_proxies }\n",
    );
    assert_eq!(
        set(&read, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"),
        "theme=dark; Path=/; Secure; HttpOnly; SameSite=Lax | XSRF-TOKEN=1; Path=/; Secure; SameSite=None"
    );
    let observed = scene(
        "",
        "relax: [{ operation: listOrders, control: cross_site, mode: observe, by: a, reason: b }]\n",
    );
    assert_eq!(set(&observed, ""), "theme=dark; Path=/ | XSRF-TOKEN=1; Path=/; SameSite=None");
    assert!(observed.last_record()["would_refuse"].to_string().contains("cookie_attributes"));
}

/// A gateway whose pages get a token.
fn tokens(observe: bool) -> Scene {
    let source = SecretSource::Variable("NO_SUCH_PAGE_KEY".to_owned());
    let policy = format!("{POLICY}page_token: {{ key: env:NO_SUCH_PAGE_KEY }}\n");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let api = ScriptedApi::start(Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()));
    let model = support::model(SHOP, api.address(), &setup);
    let plan = Plan::compile(model, PlanOptions { observe, ..PlanOptions::default() });
    let site = Site::from(Arc::new(plan));
    Scene::of_site(api, site.with_secrets(vec![(source, Secret::new([7; 32]))]))
}

/// The token that a page of this session gets.
fn token_of(scene: &Scene, session: &str) -> String {
    let answer = scene.get_with("/orders", &format!("Cookie: sid={session}\r\n"));
    let cookie = answer.field("set-cookie").unwrap_or_default();
    let (token, rest) = cookie.split_once(';').unwrap_or_default();
    assert_eq!(rest, " Path=/; SameSite=Lax", "a script of the page reads it");
    assert_eq!(answer.field("cache-control"), Some("private, no-store"));
    token.strip_prefix("csrf=").unwrap_or_default().to_owned()
}

#[test]
fn a_page_whose_browser_says_nothing_shows_by_a_token_that_it_is_the_apis_own() {
    let scene = tokens(false);
    let (alices, bobs) = (token_of(&scene, "alices"), token_of(&scene, "bobs"));
    let sent = |session: &str, cookie: &str, field: &str| {
        let csrf = if cookie.is_empty() { String::new() } else { format!("; csrf={cookie}") };
        let field =
            if field.is_empty() { String::new() } else { format!("X-CSRF-Token: {field}\r\n") };
        post(&scene, "/orders", &format!("Cookie: sid={session}{csrf}\r\n{field}"))
    };
    assert_eq!(sent("alices", &alices, &alices), 204);
    for (cookie, field, reason) in [
        ("", "", "no_origin"),
        // What a form of another site brings: the cookie alone.
        (&*alices, "", "no_origin"),
        ("", &*alices, "bad_page_token"),
        // A sibling's page can set cookies, and has tokens of its own session.
        (&*bobs, &*bobs, "bad_page_token"),
        (&*alices, &*bobs, "bad_page_token"),
        ("x", "x", "bad_page_token"),
    ] {
        assert_eq!(sent("alices", cookie, field), 403, "{cookie} {field}");
        assert_eq!(scene.last_record()["reason"], reason, "{cookie} {field}");
    }
    // What another page says of itself is not outweighed.
    let own = format!("Cookie: sid=alices; csrf={alices}\r\nX-CSRF-Token: {alices}\r\n");
    for said in ["Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: same-site"] {
        assert_eq!(post(&scene, "/orders", &format!("{own}{said}\r\n")), 403, "{said}");
    }
}

#[test]
fn a_token_is_given_once_and_to_whom_it_is_bound() {
    let scene = tokens(false);
    let token = token_of(&scene, "alices");
    let own = format!("Cookie: csrf={token}; sid=alices\r\n");
    assert_eq!(scene.get_with("/orders", &own).field("set-cookie"), None, "it has one");
    // Another session, or none: another token, or none.
    let stale = format!("Cookie: csrf={token}; sid=bobs\r\n");
    assert!(scene.get_with("/orders", &stale).field("set-cookie").is_some());
    let bearer = "Authorization: Bearer x\r\n";
    assert_eq!(scene.get_with("/orders", bearer).field("set-cookie"), None);
}

#[test]
fn a_token_reaches_neither_the_api_nor_a_record_also_where_all_is_observed() {
    let token = token_of(&tokens(false), "alices");
    for observe in [false, true] {
        let scene = tokens(observe);
        let own = format!("Cookie: csrf={token}; sid=alices\r\nX-CSRF-Token: {token}\r\n");
        assert_eq!(post(&scene, "/orders", &own), 204, "the key is the same after a restart");
        let request = scene.forwarded().unwrap();
        assert!(request.contains("sid=alices"), "{request}");
        assert!(!request.to_lowercase().contains("csrf"), "{request}");
        assert!(!scene.written().contains(&token), "{}", scene.written());
        let without = scene.get_with("/orders", "Cookie: sid=alices\r\n");
        assert_eq!(without.field("set-cookie").is_some(), !observe);
    }
}

#[test]
fn a_read_that_changes_something_is_asked_by_the_own_pages_alone() {
    let changing = scene("operations: { listOrders: { changes: true } }\n");
    let from_evil = format!("{COOKIE}Sec-Fetch-Site: cross-site\r\n");
    for (scene, status) in [(&scene(""), 204), (&changing, 403)] {
        assert_eq!(scene.get_with("/orders", &from_evil).status, status);
    }
    for fields in ["", "Origin: https://evil.example\r\n", "Sec-Fetch-Site: none\r\n"] {
        assert_eq!(changing.get_with("/orders", &format!("{COOKIE}{fields}")).status, 403);
    }
    let own = format!("{COOKIE}Sec-Fetch-Site: same-origin\r\n");
    assert_eq!(changing.get_with("/orders", &own).status, 204);
    assert_eq!(changing.get_with("/orders", "Authorization: Bearer x\r\n").status, 204);
}
