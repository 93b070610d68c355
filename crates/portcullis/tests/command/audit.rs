//! `portcullis audit`, on a deployment that is well and on one that is not.

use std::fs;

use serde_json::Value;

use crate::api_keys::{issue, run, shop};
use crate::sessions;
use crate::support::{Folder, text};

/// The exit code, and the checklist.
fn audit(folder: &Folder, words: &[&str]) -> (i32, Vec<Value>) {
    let words = [&["audit", "-c", "portcullis.yaml", "--format", "json"], words].concat();
    let output = folder.command().args(words).env("TMPDIR", folder.path("")).output().unwrap();
    let printed = text(&output.stdout);
    let report: Value = serde_json::from_str(&printed)
        .unwrap_or_else(|why| panic!("{why}: {printed} {}", text(&output.stderr)));
    (
        output.status.code().unwrap(),
        report.get("checklist").and_then(Value::as_array).cloned().unwrap(),
    )
}

fn of<'a>(all: &'a [Value], id: &str) -> &'a Value {
    all.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id} in {all:?}"))
}

fn expect(all: &[Value], id: &str, verdict: &str, evidence: &str) {
    let one = of(all, id);
    assert_eq!(one["verdict"], verdict, "{one}");
    assert!(one["evidence"].as_str().unwrap().contains(evidence), "{one}");
    assert_eq!(one["fix"].is_string(), verdict == "no", "{one}");
    assert_eq!(one["supply"].is_string(), verdict == "not checkable", "{one}");
    let is_of_deployment = !["C5", "C9", "C10"].contains(&id);
    let repeat = one["repeat"].as_str().unwrap();
    assert_eq!(repeat.contains("-c portcullis.yaml"), is_of_deployment, "{one}");
    assert!(one["until"].as_str().unwrap() > one["time"].as_str().unwrap(), "{one}");
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|known| known.uid() == 0)
}

#[test]
fn a_deployment_that_is_well_gets_ten_answers_and_nothing_of_it_is_touched() {
    let (_api, folder) = shop();
    issue(&folder, &["--owner", "acme", "--operation", "getMe"]);
    let state = |folder: &Folder| {
        let entries = fs::read_dir(folder.path("store")).unwrap().map(Result::unwrap);
        let mut all: Vec<_> = entries.map(|one| (one.path(), fs::read(one.path()).ok())).collect();
        all.sort();
        (all, fs::read(folder.path("portcullis-ledger.jsonl")).unwrap())
    };
    let before = state(&folder);
    let (code, all) = audit(&folder, &[]);
    assert!(before == state(&folder), "the store and the ledger are as they were");
    let ids: Vec<&str> = all.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10"]);
    assert_eq!(code, 0, "{all:#?}");
    expect(&all, "C1", "yes", "0 of 49 canary texts stood in");
    expect(&all, "C2", "yes", "nothing old opened");
    let tried = if is_root() { "yes" } else { "not checkable" };
    expect(&all, "C3", tried, "open to nobody else");
    expect(&all, "C4", "yes", "18 digests and names did");
    expect(&all, "C6", "not checkable", "is loopback");
    expect(&all, "C7", "yes", "0 would be served");
    expect(&all, "C8", "yes", "of 1 key, 0 may all");
    expect(&all, "C5", "not checkable", "no file of a client");
    expect(&all, "C9", "not checkable", "no issuer was asked");
    expect(&all, "C10", "not checkable", "no issuer was asked");
    let left = fs::read_dir(folder.path("")).unwrap().map(Result::unwrap);
    let left = left.filter(|one| one.file_name().to_string_lossy().contains("drill"));
    assert_eq!(left.count(), 0, "drills leave nothing");
}

#[test]
fn what_is_not_well_is_a_no_with_what_to_do() {
    let (_api, folder) = shop();
    let (id, _) = issue(&folder, &["--owner", "acme"]);
    let gateway = run(&folder);
    let (code, all) = audit(&folder, &[]);
    expect(&all, "C8", "no", "of 1 key, 1 may all");
    let fix = of(&all, "C8")["fix"].as_str().unwrap();
    assert!(code == 1 && fix.contains(&format!("keys roll -c portcullis.yaml --id {id}")), "{fix}");
    gateway.end();

    folder.only_for("pepper.key", 0o640);
    let (_, all) = audit(&folder, &[]);
    expect(&all, "C3", "no", "pepper.key` has mode 640");
    assert!(of(&all, "C3")["fix"].as_str().unwrap().starts_with("chmod 600 "));
    folder.only_for("pepper.key", 0o600);
    fs::create_dir(folder.path("copies")).unwrap();
    folder.only_for("copies", 0o755);
    let (_, all) = audit(&folder, &["--backup", "copies"]);
    expect(&all, "C3", "no", "copies` has mode 755");
    fs::copy(folder.path("pepper.key"), folder.path("store/pepper.key")).unwrap();

    let policy = fs::read_to_string(folder.path("portcullis.yaml")).unwrap();
    let policy = policy.replace("file:pepper.key", "file:store/pepper.key");
    folder.write("portcullis.yaml", &policy.replace("127.0.0.1:0", "0.0.0.0:8080"));
    let contract = fs::read_to_string(folder.path("openapi.yaml")).unwrap();
    let contract = contract.replace(
        "operationId: getMe,",
        "operationId: getMe, parameters: [{ name: access_token, in: query, schema: { type: string } }],",
    );
    folder.write("openapi.yaml", &contract);
    let (_, all) = audit(&folder, &[]);
    expect(&all, "C1", "no", "store/pepper.key");
    expect(&all, "C6", "no", "`0.0.0.0:8080` speaks plain HTTP");
    expect(&all, "C7", "no", "documents ask for 1 credential in URLs");
}

#[test]
fn what_nobody_can_tell_from_here_says_what_to_supply() {
    let (_api, folder) = sessions::shop();
    let (code, all) = audit(&folder, &[]);
    assert_eq!(code, 0, "{all:#?}");
    expect(&all, "C8", "not checkable", "no keys are issued here");
    expect(&all, "C2", "yes", "a session ended");
    let (_api, folder) = shop();
    issue(&folder, &["--owner", "acme"]);
    folder.write("store.key", "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\n");
    let (_, all) = audit(&folder, &[]);
    expect(&all, "C8", "not checkable", "does not open");
}
