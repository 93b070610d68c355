//! `portcullis store rekey`, with a gateway that runs and without one.

use std::fs;

use serde_json::Value;

use crate::api_keys;
use crate::sessions::{command, login, me, run, shop};
use crate::support::{Folder, text};

const NEW: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\n";

fn rekey(folder: &Folder, to: &str) -> (i32, String, String) {
    command(folder, &["store", "rekey", "--to", to])
}

/// The policy names this key from now on.
fn name_key(folder: &Folder, key: &str) {
    let policy = fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    let (before, rest) = policy.split_once("key: file:").unwrap();
    let (_, after) = rest.split_once(" }").unwrap();
    folder.write("portcullis.yaml", &format!("{before}key: file:{key} }}{after}"));
}

fn acts(folder: &Folder) -> Vec<Value> {
    let ledger = fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    assert!(!ledger.contains(NEW.trim_end()), "a key is in the record");
    let acts = ledger.lines().filter(|line| line.contains("rekey_store"));
    acts.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn sessions_hold_under_a_new_key_while_a_gateway_runs_and_after_it() {
    let (_api, folder) = shop();
    folder.write("new.key", NEW);
    let gateway = run(&folder);
    let (alice, bob) = (login(&gateway, "alice"), login(&gateway, "bob"));
    let (code, printed, said) = rekey(&folder, "file:new.key");
    assert_eq!((code, printed.as_str()), (0, "3 rows under the new key\n"), "{said}");
    let place = format!("file:{}", folder.path("new.key").canonicalize().unwrap().display());
    let needed = format!(
        "before the next start, the policy must name the new one: `store: {{ key: {place} }}`"
    );
    assert!(said.contains(&needed) && said.contains("by the gateway that runs"), "{said}");
    assert_eq!((me(&gateway, &alice).status, me(&gateway, &bob).status), (200, 200));
    let carol = login(&gateway, "carol");
    let (code, _, said) = command(&folder, &["sessions", "end", "--account", "bob@shop.example"]);
    assert_eq!((code, me(&gateway, &bob).status), (0, 401), "{said}");
    let [act] = &acts(&folder)[..] else { panic!("{:?}", acts(&folder)) };
    assert_eq!(
        (&act["door"], &act["by"], &act["name"]),
        (&"socket".into(), &"key".into(), &place.as_str().into())
    );
    assert_eq!(act["count"], 3);

    // As long as the policy names the old one, a reload says what would come of it.
    gateway.hang_up();
    gateway.hear("store.key` is not the key of the store, the next start would fail");
    name_key(&folder, "new.key");
    gateway.hear("reloaded: model");
    gateway.hang_up();
    gateway.hear("were read again");
    let heard = gateway.end_and_hear();
    assert!(!heard.contains("restart") && !heard.contains("next start"), "{heard}");

    name_key(&folder, "store.key");
    let output = folder.run(&["run", "-c", "portcullis.yaml"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the key does not open") && said.contains("portcullis.yaml:3"), "{said}");
    assert!(said.contains("help: "), "{said}");
    name_key(&folder, "new.key");
    let gateway = run(&folder);
    let all = [&alice, &bob, &carol].map(|token| me(&gateway, token).status);
    assert_eq!(all, [200, 401, 200]);
    gateway.end();
}

#[test]
fn where_no_gateway_runs_the_store_itself_is_rekeyed_and_the_old_key_opens_it_no_more() {
    let (_api, folder) = shop();
    let (code, _, said) = rekey(&folder, "file:new.key");
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("there is no store in"), "{said}");
    let gateway = run(&folder);
    let alice = login(&gateway, "alice");
    gateway.end();
    // A name of the environment is meant where it was typed.
    let mut command_of = folder.command();
    command_of.args([
        "store",
        "rekey",
        "-c",
        "portcullis.yaml",
        "--to",
        "env:NEW",
        "--format",
        "json",
    ]);
    let output = command_of.env("NEW", NEW.trim_end()).output().unwrap();
    let answer: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    let expected = serde_json::json!({ "rows": 2, "damaged": 0, "way": "store" });
    assert_eq!((answer, output.status.code()), (expected, Some(0)), "{}", text(&output.stderr));
    let (code, _, said) = command(&folder, &["sessions", "list"]);
    assert!(code == 1 && said.contains("the key does not open"), "{code} {said}");
    folder.write("new.key", NEW);
    name_key(&folder, "new.key");
    let gateway = run(&folder);
    assert_eq!(me(&gateway, &alice).status, 200);
    gateway.end();
    assert_eq!(acts(&folder)[0]["name"], "env:NEW");
}

#[test]
fn a_key_that_is_none_or_not_alone_ours_changes_nothing_and_api_keys_hold() {
    let (_api, folder) = api_keys::shop();
    let (_, key) = api_keys::issue(&folder, &["--owner", "acme"]);
    let gateway = api_keys::run(&folder);
    folder.write("new.key", NEW);
    folder.write("open.key", NEW);
    folder.only_for("open.key", 0o644);
    folder.write("same.key", &fs::read_to_string(folder.path("store.key")).unwrap());
    folder.write("placeholder.key", &"07".repeat(32));
    folder.write("short.key", "0011");
    fs::create_dir(folder.path("folder.key")).unwrap();
    let refused = [
        ("file:open.key", "chmod 600"),
        ("file:same.key", "this is the key in use"),
        ("file:pepper.key", "this is the pepper of API keys"),
        ("file:placeholder.key", "placeholder.key`: "),
        ("file:short.key", "short.key`: "),
        ("file:missing.key", "missing.key` cannot be read"),
        ("file:folder.key", "is no ordinary file"),
        ("env:HOME", "give `file:NAME`, or stop the gateway"),
        ("credential:new.key", "give `file:NAME`, or stop the gateway"),
    ];
    for (to, told) in refused {
        let (code, printed, said) = rekey(&folder, to);
        assert!(code == 1 && printed.is_empty(), "{to}: {printed} {said}");
        assert!(said.contains(told), "{to}: {said}");
    }
    let (code, _, said) = rekey(&folder, NEW.trim_end());
    assert!(code == 2 && !said.contains(NEW.trim_end()), "{said}");
    assert_eq!(acts(&folder).len(), refused.len(), "each was recorded");
    gateway.end();
    let gateway = api_keys::run(&folder);
    assert_eq!(api_keys::status(&gateway, "/me", &key), 200, "under the old one");

    let (code, printed, said) = rekey(&folder, "file:new.key");
    assert_eq!((code, printed.as_str()), (0, "1 row under the new key\n"), "{said}");
    assert_eq!(api_keys::status(&gateway, "/me", &key), 200);
    gateway.end();
    name_key(&folder, "new.key");
    let gateway = api_keys::run(&folder);
    assert_eq!(api_keys::status(&gateway, "/me", &key), 200);
    gateway.end();
}
