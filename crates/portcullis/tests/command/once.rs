//! Giving back what happened once from the command line, with a gateway that runs and without one.

use serde_json::Value;

use crate::sessions::{command, login, me, run, shop};
use crate::support::{Folder, Gateway};

/// A folder whose policy lets each caller ask once.
fn once() -> (portcullis_testkit::ScriptedApi, Folder) {
    let (api, folder) = shop();
    let policy = std::fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    let rates = "rates: [{ of: me, per: caller, once: true }]\n";
    folder.write("portcullis.yaml", &format!("{policy}{rates}"));
    (api, folder)
}

fn records(folder: &Folder) -> Vec<Value> {
    let ledger = std::fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Two requests: what became of them.
fn twice(gateway: &Gateway, token: &str) -> [u16; 2] {
    [me(gateway, token).status, me(gateway, token).status]
}

#[test]
fn one_is_given_back_to_one_caller_by_a_gateway_that_runs_and_on_its_store() {
    let (_api, folder) = once();
    let gateway = run(&folder);
    let (alice, bob) = (login(&gateway, "alice"), login(&gateway, "bob"));
    assert_eq!((twice(&gateway, &alice), twice(&gateway, &bob)), ([200, 409], [200, 409]));
    gateway.end();
    // What is asked for stands in the record of the refusal.
    let refused = records(&folder).into_iter().find(|one| one["reason"] == "once").unwrap();
    let of = format!("caller={}", refused["subject"].as_str().unwrap());
    let issuer = refused["issuer"].as_str().unwrap().to_owned();
    let words = ["once", "give-back", "--of", &of, "--issuer", &issuer];

    let (code, printed, said) = command(&folder, &words);
    assert_eq!((code, printed.as_str()), (0, "given back: it may happen once more\n"), "{said}");
    assert!(said.contains("on the store itself"), "{said}");
    let (code, printed, said) = command(&folder, &words);
    assert_eq!((code, printed.as_str()), (1, ""), "it is there no more: {said}");
    let gateway = run(&folder);
    assert_eq!(twice(&gateway, &alice), [200, 409], "over a restart, and once");
    let (code, _, said) = command(&folder, &words);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("by the gateway that runs"), "{said}");
    assert_eq!(twice(&gateway, &alice), [200, 409]);
    gateway.end();

    let all = records(&folder);
    let acts = all.iter().filter(|one| one["act"] == "give_back_once");
    let told = |act: &Value| format!("{} {} {}", act["door"], act["subject"], act["count"]);
    let subject = &refused["subject"];
    assert_eq!(
        acts.clone().map(told).collect::<Vec<_>>(),
        [
            format!("\"store\" {subject} 1"),
            format!("\"store\" {subject} 0"),
            format!("\"socket\" {subject} 1")
        ]
    );
    assert!(acts.clone().all(|act| act["name"] == "of: me, per: caller, once: true"));
    assert!(acts.clone().all(|act| act["uid"].is_number()));
}

#[test]
fn what_is_asked_for_amiss_is_told_before_anything_is_done() {
    let (_api, folder) = once();
    for (words, told) in [
        (&["once", "give-back"][..], "add --of caller="),
        (&["once", "give-back", "--of", "caller=alice"], "add --issuer"),
        (
            &["once", "give-back", "--of", "caller=a", "--of", "path.id=7"],
            "does not count by `path.id`",
        ),
        (&["once", "give-back", "--entry", "coupon", "--of", "caller=a"], "has `coupon`"),
    ] {
        let (code, printed, said) = command(&folder, words);
        assert_eq!((code, printed.as_str()), (2, ""), "{said}");
        assert!(said.contains(told), "{said}");
    }
}
