//! `portcullis keys` after a key was issued: shown, reported, followed, restricted.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use portcullis_credential::api_key::Pepper;
use serde_json::Value;

use crate::api_keys::{command, issue, listed, run, shop, status};
use crate::support::Folder;

fn json(folder: &Folder, words: &[&str]) -> Value {
    let (code, printed, said) = command(folder, &[words, &["--format", "json"]].concat());
    assert_eq!(code, 0, "{said}");
    serde_json::from_str(&printed).unwrap()
}

#[test]
fn a_key_is_shown_with_its_rules_in_words_and_what_stands_around_it() {
    let (_api, folder) = shop();
    let words = ["--owner", "acme", "--label", "billing", "--operation", "getMe", "--for", "30d"];
    let (top, _) = issue(&folder, &words);
    let (middle, _) = issue(&folder, &["--parent", &top, "--from", "10.0.0.0/8", "--for", "never"]);
    let (_, lowest) = issue(&folder, &["--parent", &middle]);
    let (code, rolled, said) = command(&folder, &["roll", "--id", &middle]);
    assert_eq!(code, 0, "{said}");
    let rolled_id = rolled.split('_').nth(2).unwrap();
    let (code, text, said) = command(&folder, &["show", "--id", &middle]);
    assert_eq!(code, 0, "{said}");
    for part in [
        &format!("key {middle} of acme"),
        &format!("with {top} above it"),
        "from the networks 10.0.0.0/8 alone",
        "which is for the operations getMe alone",
        "1 key: they end with it",
        &format!("replaced by  {rolled_id}"),
        "last used    never",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let shown = json(&folder, &["show", "--id", &middle]);
    assert_eq!((&shown["below"], &shown["above"][0]["id"]), (&1.into(), &top.as_str().into()));
    assert_eq!(shown["holds_until"], shown["above"][0]["expires"]);
    let whole = shown.to_string() + &text;
    assert!(!whole.contains(lowest.rsplit('_').next().unwrap()) && !whole.contains("mac"));
    // The same through the socket.
    let gateway = run(&folder);
    assert_eq!(json(&folder, &["show", "--id", &middle])["way"], "socket");
    let (code, _, said) = command(&folder, &["show", "--id", "0000000000000000"]);
    assert!(code == 1 && said.contains("no such key"), "{said}");
    gateway.end();
}

#[test]
fn keys_in_a_text_that_turned_up_end_and_others_are_not_touched() {
    let (_api, folder) = shop();
    let ((_, leaked), (_, stays)) =
        (issue(&folder, &["--owner", "acme"]), issue(&folder, &["--owner", "bob"]));
    let mistyped = format!("{}x", &stays[..stays.len() - 1]);
    let secret = leaked.rsplit('_').next().unwrap();
    let unknown = stays.replacen("live", "test", 1);
    let paste = format!("export KEY=\"{leaked}\"\n{leaked} {mistyped} {unknown}\n");
    fs::write(folder.path("paste.txt"), paste).unwrap();
    let gateway = run(&folder);
    assert_eq!((status(&gateway, "/me", &leaked), status(&gateway, "/me", &stays)), (200, 200));
    let url = format!("https://paste.example/x?k={leaked}");
    let words = ["report", "paste.txt", "--url", &url, "--source", "paste"];
    let (code, printed, said) = command(&folder, &words);
    assert_eq!(code, 0, "{said}");
    assert!(printed.contains("acme") && printed.contains("revoked 1 key"), "{printed}");
    assert_eq!(printed.lines().count(), 1, "{printed}");
    assert!(!printed.contains(secret) && !said.contains(secret), "{said}");
    assert_eq!((status(&gateway, "/me", &leaked), status(&gateway, "/me", &stays)), (401, 200));
    let (code, printed, said) = command(&folder, &words);
    assert!(code == 0 && printed.is_empty() && said.contains("none of ours"), "{said}");
    gateway.end();
    let ledger = fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    let event = ledger.lines().find(|line| line.contains("key_reported")).unwrap();
    assert!(event.contains("\"url\":\"https://paste.example/x\"") && event.contains("\"acme\""));
    assert!(!ledger.contains(secret));
}

#[test]
fn what_a_key_was_used_for_is_followed_in_the_ledger() {
    let (_api, folder) = shop();
    let (id, key) = issue(&folder, &["--owner", "acme", "--operation", "getMe"]);
    let (_, other) = issue(&folder, &["--owner", "acme"]);
    let gateway = run(&folder);
    for (path, key, expected) in
        [("/me", &key, 200), ("/orders", &key, 403), ("/me", &key, 200), ("/orders", &other, 200)]
    {
        assert_eq!(status(&gateway, path, key), expected);
    }
    gateway.end();
    let ledger = folder.path("portcullis-ledger.jsonl");
    let text = fs::read_to_string(&ledger).unwrap();
    fs::write(&ledger, format!("{text}{{\"time\":\"20\n")).unwrap();
    let (code, printed, said) = command(&folder, &["uses", "--id", &id]);
    assert_eq!((code, printed.lines().count()), (0, 3), "{said}");
    assert!(printed.contains("403  refused  127.0.0.1  listOrders"), "{printed}");
    assert!(
        said.contains("3 uses, 1 of them refused") && said.contains("1 line could not be read")
    );
    let all = json(&folder, &["uses", "--id", &id]);
    assert_eq!((all["uses"].as_array().unwrap().len(), &all["total"]), (3, &3.into()));
    assert_eq!(all["by_operation"]["getMe"], 2);
    let none = json(&folder, &["uses", "--id", &id, "--since", "now"]);
    assert_eq!((none["total"].as_u64(), none["uses"].as_array().map(Vec::len)), (Some(0), Some(0)));
}

#[test]
fn a_key_that_uses_less_than_it_may_is_told_with_what_restricts_it() {
    let (_api, folder) = shop();
    let (id, key) = issue(&folder, &["--owner", "acme"]);
    let (idle, _) = issue(&folder, &["--owner", "idle"]);
    let gateway = run(&folder);
    assert_eq!(status(&gateway, "/me", &key), 200);
    gateway.end();
    let (code, _, said) = command(&folder, &["suggest"]);
    assert!(code == 1 && said.contains("would have to go back"), "{said}");
    let (code, _, said) = command(&folder, &["suggest", "--ledger", "nothing.jsonl"]);
    assert!(code == 2 && said.contains("cannot be read"), "{said}");
    // A ledger of long ago before it: then the keys are too young.
    let old = "{\"time\":\"2020-01-01T00:00:00.000Z\",\"event\":\"reload\"}\n";
    fs::write(folder.path("old.jsonl"), old).unwrap();
    let ledgers = ["--ledger", "old.jsonl", "--ledger", "portcullis-ledger.jsonl"];
    let told = json(&folder, &[&["suggest"][..], &ledgers].concat());
    let one = |told: &Value, id: &str| {
        told["keys"].as_array().unwrap().iter().find(|key| key["id"] == id).cloned().unwrap()
    };
    assert_eq!(one(&told, &id)["nothing_suggested"], "issued since");
    assert_eq!((&one(&told, &id)["used"], &one(&told, &id)["of"]), (&1.into(), &2.into()));
    assert_eq!(one(&told, &idle)["used"], 0);
}

/// A key that was issued long ago: nobody can type that, and the socket takes it.
fn issued_long_ago(folder: &Folder, id: &str) {
    let mut socket = UnixStream::connect(folder.path("store/admin.sock")).unwrap();
    let mac = "0".repeat(64);
    let pepper = Pepper::parse(&fs::read(folder.path("pepper.key")).unwrap()).unwrap();
    let pepper: Vec<String> =
        pepper.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect();
    let line = format!(
        "{{\"do\":\"add_key\",\"id\":\"{id}\",\"mac\":\"{mac}\",\"owner\":\"acme\",\"label\":\"\",\
         \"created\":1,\"rules\":{{}},\"pepper\":\"{}\"}}\n",
        pepper.concat()
    );
    socket.write_all(line.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("issued"), "{answer}");
}

#[test]
fn what_is_suggested_is_the_exchange_that_leaves_what_was_used() {
    let (_api, folder) = shop();
    let (used, idle) = ("0000000000000001", "0000000000000002");
    issue(&folder, &["--owner", "acme"]);
    let gateway = run(&folder);
    [used, idle].iter().for_each(|id| issued_long_ago(&folder, id));
    gateway.end();
    let ledger = fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    let last: Value = serde_json::from_str(ledger.lines().last().unwrap()).unwrap();
    let now = last["time"].as_str().unwrap();
    let record = |time: &str, operation: &str, verdict: &str| {
        format!(
            "{{\"time\":\"{time}\",\"operation\":\"{operation}\",\"key\":\"{used}\",\
             \"verdict\":\"{verdict}\"}}\n"
        )
    };
    let old = "2020-01-01T00:00:00.000Z";
    let whole = record(old, "listOrders", "allowed")
        + &record(now, "listOrders", "refused")
        + &record(now, "getMe", "allowed");
    fs::write(folder.path("whole.jsonl"), &whole).unwrap();
    let words = ["suggest", "--ledger", "whole.jsonl"];
    let (code, printed, said) = command(&folder, &words);
    assert_eq!(code, 0, "{said}");
    assert!(printed.contains("used 1 of 2 operations in 30 days: restrict?"), "{printed}");
    let line = format!("portcullis keys roll -c portcullis.yaml --id {used} --operation getMe\n");
    assert!(printed.contains(&line), "{printed}");
    assert!(
        printed.contains(&format!("{idle}  acme  used 0 of 2 operations in 30 days: not used"))
    );
    assert_eq!(printed.matches("keys roll").count(), 1, "{printed}");
    fs::write(folder.path("whole.jsonl"), whole + "{\"cut\":\n").unwrap();
    let (code, printed, said) = command(&folder, &words);
    assert!(code == 1 && printed.is_empty() && said.contains("cannot be read"), "{said}");
}

#[test]
fn an_exchange_makes_a_key_narrower_and_never_wider() {
    let (_api, folder) = shop();
    let (id, _) = issue(&folder, &["--owner", "acme"]);
    let (code, printed, said) = command(&folder, &["roll", "--id", &id, "--operation", "getMe"]);
    assert_eq!(code, 0, "{said}");
    let new = printed.trim_end();
    let gateway = run(&folder);
    assert_eq!((status(&gateway, "/me", new), status(&gateway, "/orders", new)), (200, 403));
    let new_id = new.split('_').nth(2).unwrap();
    let (near, _) = issue(&folder, &["--owner", "acme", "--from", "10.0.0.0/8"]);
    for (id, words, told) in [
        (new_id, ["--operation", "listOrders"], "the operation `listOrders`"),
        (new_id, ["--operation", "GET /orders"], "the operation `GET /orders`"),
        (new_id, ["--scope", "read"], "the scope `read`"),
        (new_id, ["--operation", "getMee"], "did you mean `getMe`?"),
        (&*near, ["--from", "11.0.0.0/8"], "the network `11.0.0.0/8`"),
        (&*near, ["--from", "8.0.0.0/5"], "the network `8.0.0.0/5`"),
    ] {
        let words = [&["roll", "--id", id][..], &words].concat();
        let (code, printed, said) = command(&folder, &words);
        assert!(code == 2 && printed.is_empty() && said.contains(told), "{words:?} {said}");
    }
    let (code, _, said) = command(&folder, &["roll", "--id", new_id, "--operation", "GET /me"]);
    assert_eq!(code, 0, "the same by its other name: {said}");
    let (code, _, said) = command(&folder, &["roll", "--id", &near, "--from", "10.1.0.0/16"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(listed(&folder, &[]).len(), 5);
    gateway.end();
}
