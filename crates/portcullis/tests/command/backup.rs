//! `portcullis store backup`, with a gateway that runs and without one; and what the guide says of restoring.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::sessions::{command, login, me, run, shop};
use crate::support::{Folder, Gateway};

fn acts(folder: &Folder) -> Vec<Value> {
    let ledger = fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    let acts = ledger.lines().filter(|line| line.contains("backup_store"));
    acts.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_copy_is_made_while_a_gateway_runs_and_restored_as_the_guide_says() {
    let (_api, folder) = shop();
    let gateway = run(&folder);
    let (alice, bob, carol) =
        (login(&gateway, "alice"), login(&gateway, "bob"), login(&gateway, "carol"));
    command(&folder, &["sessions", "end", "--account", "alice@shop.example"]);
    let (code, printed, said) = command(&folder, &["store", "backup", "--to", "copy"]);
    assert!(code == 0 && printed.ends_with(" bytes copied\n"), "{printed} {said}");
    assert!(said.contains("by the gateway that runs"), "{said}");
    let mode = |name: &str| fs::metadata(folder.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("copy"), mode("copy/store.db")), (0o700, 0o600));
    // Revoked since.
    command(&folder, &["sessions", "end", "--account", "bob@shop.example"]);
    gateway.end();
    let [act] = &acts(&folder)[..] else { panic!("{:?}", acts(&folder)) };
    let place = folder.path("copy").canonicalize().unwrap();
    assert_eq!(act["name"].as_str(), place.to_str());
    assert_eq!((&act["by"], &act["door"]), (&"folder".into(), &"socket".into()));

    fs::rename(folder.path("sessions"), folder.path("lost")).unwrap();
    fs::rename(folder.path("copy"), folder.path("sessions")).unwrap();
    let output = folder.run(&["run", "-c", "portcullis.yaml"]);
    let said = crate::support::text(&output.stderr);
    assert!(!output.status.success() && said.contains("--accept-older-store"), "{said}");
    let gateway =
        Gateway::start(&folder, &["run", "-c", "portcullis.yaml", "--accept-older-store"]);
    let all = [&alice, &bob, &carol].map(|token| me(&gateway, token).status);
    assert_eq!(all, [401, 200, 200], "what was ended before stays so; since, it holds again");
    gateway.end();
    let gateway = run(&folder);
    assert_eq!(me(&gateway, &carol).status, 200, "accepted once");
    gateway.end();
}

#[test]
fn a_copy_goes_nowhere_where_others_may_look() {
    let (_api, folder) = shop();
    let gateway = run(&folder);
    fs::create_dir(folder.path("open")).unwrap();
    folder.only_for("open", 0o755);
    for (to, told) in [
        ("open", "run `chmod 700"),
        ("sessions/copy", "lies in the folder of the store"),
        ("no/where", "cannot be used"),
    ] {
        let (code, printed, said) = command(&folder, &["store", "backup", "--to", to]);
        assert!(code == 1 && printed.is_empty() && said.contains(told), "{to}: {said}");
    }
    gateway.end();
    // None runs: of the store itself.
    let (code, _, said) = command(&folder, &["store", "backup", "--to", "copy"]);
    assert!(code == 0 && said.contains("on the store itself"), "{said}");
    let (code, _, said) = command(&folder, &["store", "backup", "--to", "copy"]);
    assert!(code == 1 && said.contains("has a store in it already"), "{said}");
    let told: Vec<_> = acts(&folder).iter().map(|act| act["problem"].is_null()).collect();
    assert_eq!(told, [false, false, false, true, false], "each was recorded");
}
