//! How often a key may be used: by itself, and by all below it together.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use crate::support::keyed::Keyed;
use portcullis_model::{KeyQuota, KeyRules};
use portcullis_testkit::{Answer, Behaviour};

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ key: [] }]
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } }
paths:
  /me: { get: { operationId: getMe, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /other: { get: { operationId: getOther, responses: { "404": { description: d } } } }
"#;

fn here() -> Keyed {
    Keyed::new(CONTRACT, Behaviour::json(200, r#"{"name":"it"}"#), "")
}

fn quota(day: Option<u64>, month: Option<u64>) -> KeyRules {
    KeyRules { quota: KeyQuota { rate: None, day, month }, ..KeyRules::default() }
}

fn told(answer: &Answer) -> (&str, &str) {
    (answer.field("ratelimit-policy").unwrap(), answer.field("ratelimit").unwrap())
}

#[test]
fn a_key_is_used_no_more_often_than_it_may_be_and_its_client_is_told() {
    let here = here();
    let (_, key) = here.key(quota(Some(2), Some(100)));
    let get = || here.get(&key, "/me");
    // It is noon, six days before the month ends.
    let policy = "\"day\";q=2;w=86400, \"month\";q=100;w=2592000";
    assert_eq!(told(&get()), (policy, "\"day\";r=1;t=43200, \"month\";r=99;t=561600"));
    assert_eq!(get().status, 200);
    let sent = here.scene.forwarded();
    let refused = get();
    assert_eq!(refused.status, 429, "{}", here.why());
    assert_eq!(refused.field("retry-after"), Some("43200"));
    assert_eq!(told(&refused), ("\"day\";q=2;w=86400", "\"day\";r=0;t=43200"));
    assert!(here.why().contains("key_quota"), "{}", here.why());
    assert_eq!(here.scene.forwarded(), sent, "nothing went on");
    here.scene.clock.advance_ms(43_200_000);
    assert_eq!(get().status, 200, "a new day");
    let (_, free) = here.key(KeyRules::default());
    assert!(here.get(&free, "/me").field("ratelimit").is_none());
}

#[test]
fn what_is_no_use_does_not_count_and_what_fails_behind_does() {
    let here = here();
    let operations = vec!["getOther".to_owned()];
    let (_, key) = here.key(KeyRules { operations, ..quota(Some(1), None) });
    for _ in 0..3 {
        assert_eq!(here.get(&key, "/me").status, 403, "it is not for that");
    }
    assert_ne!(here.get(&key, "/other").status, 429);
    assert_eq!(here.get(&key, "/other").status, 429, "whatever became of the first one");
}

#[test]
fn keys_below_share_what_the_one_above_has() {
    let here = here();
    let (root, above) = here.key(quota(Some(3), None));
    let (_, one) = here.below(root, KeyRules::default());
    let (_, other) = here.below(root, quota(Some(1), Some(50)));
    let statuses = |key: &str, count: usize| -> Vec<u16> {
        (0..count).map(|_| here.get(key, "/me").status).collect()
    };
    assert_eq!(statuses(&other, 2), [200, 429], "its own comes first");
    assert_eq!(statuses(&one, 1), [200]);
    assert_eq!(statuses(&above, 2), [200, 429]);
    assert_eq!(statuses(&one, 1), [429], "{}", here.why());
}

#[test]
fn a_key_is_used_no_faster_than_it_may_be() {
    let here = here();
    let rate = |count| KeyRules {
        quota: KeyQuota { rate: Some((count, 3600)), day: None, month: None },
        ..KeyRules::default()
    };
    let (root, above) = here.key(rate(4));
    let (_, below) = here.below(root, rate(2));
    let first = here.get(&below, "/me");
    assert_eq!(first.status, 200, "{}", here.why());
    assert_eq!(first.field("ratelimit-policy"), Some("\"rate\";q=2;w=3600"));
    assert!(first.field("ratelimit").unwrap().starts_with("\"rate\";r=1;t="), "{first:?}");
    assert_eq!(here.get(&below, "/me").status, 200);
    let refused = here.get(&below, "/me");
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.field("retry-after").unwrap().parse().unwrap();
    assert!((1..=1800).contains(&wait), "{wait}");
    let statuses: Vec<u16> = (0..3).map(|_| here.get(&above, "/me").status).collect();
    assert_eq!(statuses, [200, 200, 429], "two of four were used below");
}

#[test]
fn a_page_may_read_what_is_left() {
    let here = Keyed::new(
        CONTRACT,
        Behaviour::json(200, r#"{"name":"it"}"#),
        "origins: [https://shop.example.com]\n",
    );
    let (_, key) = here.key(quota(Some(2), None));
    let answer = here.ask(&key, "GET /me", "Origin: https://shop.example.com\r\n", "");
    let exposed = answer.field("access-control-expose-headers").unwrap();
    assert!(exposed.contains("RateLimit, RateLimit-Policy"), "{exposed}");
}
