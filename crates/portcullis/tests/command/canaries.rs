//! Somebody opened the store, and tries what was in it.

use portcullis_testkit::{Answer, exchange};
use serde_json::Value;

use crate::sessions::{command, login, me, run, shop};
use crate::support::{Folder, Gateway};
use crate::thief;

const LOGINS: usize = 60;

/// What the API of the shop gives to everybody.
const REAL: &str = "obviously-fake-and-weak";

fn ask(gateway: &Gateway, field: &str) -> Answer {
    exchange(gateway.address, format!("GET /me HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n"))
}

fn events(folder: &Folder) -> Vec<Value> {
    let ledger = std::fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn named<'e>(events: &'e [Value], name: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

/// What everybody gets who shows what is no good, without what is of each request alone.
fn told(answer: &Answer) -> (u16, String) {
    let body: Value = serde_json::from_str(&answer.text()).unwrap();
    let body = body.as_object().unwrap().iter().filter(|(name, _)| *name != "request_id");
    (answer.status, format!("{:?}", body.collect::<Vec<_>>()))
}

#[test]
fn whoever_opened_the_store_and_shows_what_was_in_it_is_noticed_and_learns_nothing() {
    let (_api, folder) = shop();
    let gateway = run(&folder);
    let tokens: Vec<String> =
        (0..LOGINS).map(|number| login(&gateway, &format!("user{number}"))).collect();
    gateway.end();
    let kek = std::array::from_fn(|index| ((index % 16) * 17) as u8);
    let found = thief::credentials(&folder.path("sessions"), &kek);
    let found: Vec<String> = found.into_iter().flatten().map(|(_, value)| value).collect();
    let (real, honey): (Vec<_>, Vec<_>) = found.iter().partition(|value| **value == REAL);
    assert_eq!((real.len(), honey.len()), (LOGINS, 4));
    assert!(honey.iter().all(|one| one.len() == REAL.len()));

    let gateway = run(&folder);
    assert_eq!(me(&gateway, &tokens[0]).status, 200);
    let wrong = ask(&gateway, "Authorization: Bearer nobody-knows-what-this-is");
    let shown = ask(&gateway, &format!("Authorization: Bearer {}", honey[0]));
    assert_eq!((told(&shown), shown.status), (told(&wrong), 401), "the thief learns nothing");
    let heard = gateway.hear("ALARM: 127.0.0.1");
    assert!(!heard.contains(honey[0].as_str()), "{heard}");
    ask(&gateway, &format!("Cookie: a=b; session={}", honey[1]));
    gateway.hear("ALARM: 127.0.0.1");
    gateway.end();
    let events = events(&folder);
    let alarms = named(&events, "canary_read");
    assert_eq!(alarms.len(), 2);
    for alarm in alarms {
        assert!(alarm["peer"].as_str().unwrap().starts_with("127.0.0.1"), "{alarm}");
        let record =
            |event: &&Value| event["method"] == "GET" && event["request_id"] == alarm["request_id"];
        assert_eq!(events.iter().filter(record).count(), 1, "{alarm}");
    }
    let ledger = std::fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    assert!(honey.iter().all(|one| !ledger.contains(one.as_str())));

    // Nobody else meets them.
    let (_, printed, _) =
        command(&folder, &["sessions", "list", "--max", "1000", "--format", "json"]);
    let list: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(list["sessions"].as_array().unwrap().len(), LOGINS);
    let (_, printed, _) = command(&folder, &["sessions", "end", "--all"]);
    assert_eq!(printed, format!("{LOGINS} sessions ended\n"));
    assert_eq!(thief::credentials(&folder.path("sessions"), &kek).len(), 0);
}

/// An auditor can count what was decrypted: at each start, for each request, by each act.
#[test]
fn the_ledger_says_for_whom_rows_were_opened() {
    let (_api, folder) = shop();
    let policy = std::fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    folder.write("portcullis.yaml", &policy.replace("store.key }", "store.key, canaries: 0 }"));
    let gateway = run(&folder);
    let (alice, bob) = (login(&gateway, "alice"), login(&gateway, "bob"));
    assert_eq!(me(&gateway, &alice).status, 200, "from memory");
    gateway.end();
    let gateway = run(&folder);
    for token in [&alice, &alice, &bob, &"a".repeat(40)] {
        me(&gateway, token);
    }
    command(&folder, &["sessions", "list"]);
    gateway.end();
    command(&folder, &["sessions", "end", "--account", "bob@shop.example"]);
    let events = events(&folder);
    // Two workers close their records in no order.
    let of_requests = events.iter().filter(|event| event["method"] == "GET");
    let mut of_requests: Vec<_> =
        of_requests.map(|event| event["sessions_opened"].as_u64()).collect();
    assert_eq!(of_requests.first(), Some(&None), "from memory");
    of_requests.sort_unstable();
    assert_eq!(of_requests, [None, None, None, Some(1), Some(1)], "each session once");
    let starts = named(&events, "store_opened");
    let starts: Vec<_> = starts
        .iter()
        .map(|event| (event["door"].as_str().unwrap(), event["opened"].as_u64(), &event["new"]))
        .collect();
    let old = &Value::Null;
    assert_eq!(
        starts,
        [("start", Some(0), &Value::Bool(true)), ("start", Some(1), old), ("store", Some(1), old)]
    );
    let acts = named(&events, "administered");
    let acts: Vec<_> = acts
        .iter()
        .map(|event| (event["act"].as_str().unwrap(), event["opened"].as_u64()))
        .collect();
    assert_eq!(acts, [("list_sessions", Some(2)), ("end_sessions", None)]);
}
