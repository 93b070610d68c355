//! `portcullis keys import`, with a gateway that runs and without one.

use serde_json::Value;

use super::api_keys::{command, issue, listed, run, shop, status};
use crate::support::Folder;

const ONE: &str = "obviously-fake-key-of-acme";
const TWO: &str = "obviously-fake-key-of-umbrella";

const KONG: &str = r#"_format_version: "3.0"
consumers:
- username: acme
  keyauth_credentials: [{ key: obviously-fake-key-of-acme }]
- { username: umbrella, id: five }
keyauth_credentials:
- { key: obviously-fake-key-of-umbrella, consumer: five }
"#;

fn write(folder: &Folder, name: &str, text: &str) {
    std::fs::write(folder.path(name), text).unwrap();
}

fn import(folder: &Folder, words: &[&str]) -> (i32, String, String) {
    command(folder, &[&["import"], words].concat())
}

fn id_of(folder: &Folder, owner: &str) -> String {
    let all = listed(folder, &["--owner", owner]);
    let imported = all.iter().find(|one| one["imported"] == Value::Bool(true)).unwrap();
    imported["id"].as_str().unwrap().to_owned()
}

#[test]
fn keys_of_kong_open_what_they_are_for_until_they_are_revoked_and_a_second_import_revives_none() {
    let (_api, folder) = shop();
    write(&folder, "kong.yaml", KONG);
    let words = ["--format", "kong", "kong.yaml", "--operation", "getMe"];
    // Before the first start: there is no store yet.
    let (code, printed, said) = import(&folder, &words);
    assert_eq!((code, printed.as_str()), (0, "2 keys imported, 0 keys there already\n"), "{said}");
    let gateway = run(&folder);
    assert_eq!((status(&gateway, "/me", ONE), status(&gateway, "/me", TWO)), (200, 200));
    assert_eq!(status(&gateway, "/orders", ONE), 403);
    assert_eq!(status(&gateway, "/me", "obviously-fake-key-of-nobody"), 401);
    let (_, own) = issue(&folder, &["--owner", "acme"]);
    assert_eq!(status(&gateway, "/orders", &own), 200, "ours are as they were");
    let (code, printed, _) = import(&folder, &words);
    assert_eq!((code, printed.as_str()), (0, "0 keys imported, 2 keys there already\n"));

    let id = id_of(&folder, "acme");
    let (_, shown, _) = command(&folder, &["show", "--id", &id]);
    assert!(shown.contains("imported") && shown.contains("getMe"), "{shown}");
    let (_, text, _) = command(&folder, &["list", "--owner", "umbrella"]);
    assert!(text.contains("  imported  "), "{text}");
    let (code, ..) = command(&folder, &["revoke", "--id", &id]);
    assert_eq!((code, status(&gateway, "/me", ONE), status(&gateway, "/me", TWO)), (0, 401, 200));
    let (code, printed, said) = import(&folder, &words);
    assert!(code == 1 && printed.is_empty() && said.contains("revoked or over"), "{said}");
    assert!(said.contains("consumers[0].keyauth_credentials[0].key: "), "{said}");
    assert_eq!(status(&gateway, "/me", ONE), 401);
    gateway.end();
    let gateway = run(&folder);
    assert_eq!((status(&gateway, "/me", ONE), status(&gateway, "/me", TWO)), (401, 200));
    let (code, printed, _) = import(&folder, &[&words[..], &["--again"]].concat());
    assert_eq!((code, printed.as_str()), (0, "1 key imported, 1 key there already\n"));
    assert_eq!(status(&gateway, "/me", ONE), 200);
    gateway.end();

    // Nothing of what opens is in anything that was written.
    let ledger = std::fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    assert!(ledger.contains("\"import_keys\"") && ledger.contains(&id), "{ledger}");
    for entry in std::fs::read_dir(folder.path("store")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        let whole = String::from_utf8_lossy(&bytes).into_owned() + &ledger;
        assert!(!whole.contains(ONE) && !whole.contains(TWO), "a key lies there");
    }
}

#[test]
fn a_key_of_others_is_rolled_into_one_of_ours() {
    let (_api, folder) = shop();
    write(&folder, "kong.yaml", KONG);
    let gateway = run(&folder);
    let (code, _, said) = import(&folder, &["--format", "kong", "kong.yaml", "--for", "30d"]);
    assert!(code == 0 && said.contains("by the gateway that runs"), "{said}");
    let id = id_of(&folder, "acme");
    let (code, new, said) = command(&folder, &["roll", "--id", &id, "--overlap", "1h"]);
    assert_eq!(code, 0, "{said}");
    let new = new.trim_end();
    assert!(new.starts_with("shop_live_"), "it is one of ours");
    assert_eq!((status(&gateway, "/me", ONE), status(&gateway, "/me", new)), (200, 200));
    let (code, ..) = command(&folder, &["expire", "--id", &id, "--at", "now"]);
    assert_eq!((code, status(&gateway, "/me", ONE), status(&gateway, "/me", new)), (0, 401, 200));
    gateway.end();
}

#[test]
fn digests_are_imported_and_none_of_them_opens_anything() {
    let (_api, folder) = shop();
    let digest = "ed5ae2d40d2d1c3ba2d2d8a0ed2f9a5b17ee2a4dcbb93b1e4af7ec46b4d2d5a1";
    // SHA-256 of `obviously-fake-key-of-acme`, made by `sha256sum`.
    let real = "a5921f2bec91567f793c0c81c15d14d0c72df1506509c623d648aa4389f2124d";
    write(&folder, "digests.txt", &format!("# old\n{real},acme,billing\n{digest} umbrella\n"));
    let words = ["--format", "sha256", "digests.txt"];
    let (code, printed, said) = import(&folder, &words);
    assert_eq!((code, printed.as_str()), (0, "2 keys imported, 0 keys there already\n"), "{said}");
    let gateway = run(&folder);
    assert_eq!(status(&gateway, "/me", ONE), 200);
    assert_eq!((status(&gateway, "/me", real), status(&gateway, "/me", digest)), (401, 401));
    assert_eq!(listed(&folder, &["--owner", "acme"])[0]["label"], "billing");
    // The same keys in the other form are the same keys.
    write(&folder, "kong.yaml", KONG);
    let (code, printed, _) = import(&folder, &["--format", "kong", "kong.yaml", "--dry-run"]);
    let told = "1 key would be imported, 1 key there already\n";
    assert_eq!((code, printed.as_str()), (0, told));
    assert_eq!(status(&gateway, "/me", TWO), 401, "nothing was changed");
    gateway.end();
}

#[test]
fn where_anything_is_wrong_all_of_it_is_told_and_nothing_comes() {
    let (_api, folder) = shop();
    issue(&folder, &["--owner", "acme"]);
    let real = "a5921f2bec91567f793c0c81c15d14d0c72df1506509c623d648aa4389f2124d";
    let weak = KONG.replace("obviously-fake-key-of-umbrella", "fake");
    let twice = KONG.replace("obviously-fake-key-of-umbrella", "obviously-fake-key-of-acme");
    write(&folder, "weak.yaml", &weak);
    write(&folder, "twice.yaml", &twice);
    write(&folder, "bad.txt", &format!("{real} acme\nnonsense\n\n{real}\n{real} bob\n"));
    write(&folder, "empty.txt", "# nothing\n");
    for (format, file, told) in [
        (
            "kong",
            "weak.yaml",
            &["keyauth_credentials[0].key: it may be guessed", "--accept-weak"][..],
        ),
        (
            "kong",
            "twice.yaml",
            &[
                "keyauth_credentials[0].key: this is the key of consumers[0].keyauth_credentials[0].key (`acme`) again",
            ],
        ),
        (
            "sha256",
            "bad.txt",
            &[
                "line 2: ",
                "line 4: it names no owner",
                "line 5: this is the key of line 1 (`acme`) again",
            ],
        ),
        ("sha256", "weak.yaml", &["line 1: "]),
        ("kong", "bad.txt", &["nothing was imported"]),
        ("sha256", "empty.txt", &["no key in it"]),
        ("sha256", "missing.txt", &["missing.txt"]),
    ] {
        let (code, printed, said) = import(&folder, &["--format", format, file]);
        assert!(code != 0 && printed.is_empty(), "{file}: {printed}");
        for told in told {
            assert!(said.contains(told), "{file}: {said}");
        }
        assert!(!said.contains("fake") && !said.contains(real), "no text of a key: {said}");
    }
    assert_eq!(listed(&folder, &[]).len(), 1);
    let (code, _, said) =
        import(&folder, &["--format", "kong", "weak.yaml", "--accept-weak", "until May"]);
    assert_eq!(code, 0, "{said}");
    let ledger = std::fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    assert!(ledger.contains("until May"), "{ledger}");
    // Somebody else's by now.
    let (code, _, said) = import(&folder, &["--format", "sha256", "other.txt"]);
    assert!(code == 2, "{said}");
    write(&folder, "other.txt", &format!("{real} bob\n"));
    let (code, _, said) = import(&folder, &["--format", "sha256", "other.txt"]);
    assert!(code == 1 && said.contains("of `acme`; here it is of `bob`"), "{said}");
}

#[test]
fn more_than_fit_into_one_request_come_all_the_same_and_what_was_cut_short_goes_on() {
    let (_api, folder) = shop();
    let lines: Vec<String> = (0..1500).map(|one| format!("{one:064x} owner-{one} label")).collect();
    write(&folder, "many.txt", &lines.join("\n"));
    write(&folder, "some.txt", &lines.get(..700).unwrap().join("\n"));
    let gateway = run(&folder);
    let (code, _, said) = import(&folder, &["--format", "sha256", "some.txt"]);
    assert_eq!(code, 0, "{said}");
    let (code, printed, said) = import(&folder, &["--format", "sha256", "many.txt"]);
    let told = "800 keys imported, 700 keys there already\n";
    assert_eq!((code, printed.as_str()), (0, told), "{said}");
    gateway.end();
}
