//! `portcullis threats`: derived from files, shown, compared, begun.

use portcullis_evidence::{Digests, Kind, Outcome, Record, Sha256Hex, SigningKey, State, append};
use portcullis_model::{Date, UnixMillis};
use serde_json::Value;

use crate::support::{CONTRACT, Folder, text};

const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n";

/// A day so many days from today, by the clock that the command has.
#[expect(clippy::disallowed_methods, reason = "what people say must hold for the command")]
fn day(from_today: u64) -> Date {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Date::of(UnixMillis((since.as_secs() + from_today * 86_400) * 1_000))
}

fn taken(until: Date) -> String {
    format!(
        "version: 1\naccepted: [{{ threat: others-objects-read, of: getNote, by: ada, reason: demo, until: {until} }}]\n"
    )
}

fn folder() -> Folder {
    Folder::with(&[("openapi.yaml", CONTRACT), ("portcullis.yaml", POLICY)])
}

/// Exit code, what is printed, what is said.
fn threats(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = folder.run(&[&["threats"], arguments].concat());
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn model(folder: &Folder, arguments: &[&str]) -> Value {
    let (code, printed, said) = threats(folder, &[arguments, &["--format", "json"]].concat());
    assert_eq!(code, Some(0), "{said}");
    serde_json::from_str(&printed).unwrap()
}

/// The threat to notes of others.
fn notes_of_others(model: &Value) -> &Value {
    let all = model.get("threats").and_then(Value::as_array).unwrap();
    let is_it = |one: &&Value| one["name"] == "others-objects-read entry/get-notes-id";
    all.iter().find(is_it).unwrap()
}

#[test]
fn a_first_look_shows_what_is_open_and_stops_nothing() {
    let folder = folder();
    for source in [&["-c", "portcullis.yaml"][..], &["--contract", "openapi.yaml"]] {
        let (code, printed, said) = threats(&folder, source);
        assert_eq!(code, Some(0), "{said}");
        assert!(printed.contains(" open ("), "{printed}");
        assert_eq!(said, "");
    }
    let (code, _, said) = threats(&folder, &["-c", "portcullis.yaml", "--deny", "note"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("open at level note or above"), "{said}");
    assert_eq!(threats(&folder, &[]).0, Some(2));
    assert_eq!(threats(&folder, &["-c", "none.yaml"]).0, Some(2));
    let (code, _, _) = threats(&folder, &["-c", "portcullis.yaml", "--evidence", "a"]);
    assert_eq!(code, Some(2), "evidence needs a key");
}

#[test]
fn every_form_is_written_and_no_source_is_overwritten() {
    let folder = folder();
    for format in ["text", "json", "html", "markdown", "tm-bom", "threat-dragon", "sarif"] {
        let all = ["-c", "portcullis.yaml", "--format", format, "--output", "out"];
        let (code, printed, said) = threats(&folder, &all);
        assert_eq!((code, printed.as_str()), (Some(0), ""), "{format}: {said}");
        assert!(std::fs::metadata(folder.path("out")).unwrap().len() > 100, "{format}");
    }
    folder.write("threats.yaml", &taken(day(90)));
    for source in ["portcullis.yaml", "openapi.yaml", "threats.yaml", "./threats.yaml"] {
        let before = std::fs::read_to_string(folder.path(source)).unwrap();
        let (code, _, said) = threats(&folder, &["-c", "portcullis.yaml", "--output", source]);
        assert_eq!(code, Some(2), "{source}");
        assert!(said.contains("is not overwritten"), "{said}");
        assert_eq!(std::fs::read_to_string(folder.path(source)).unwrap(), before);
    }
    let (code, _, _) = threats(&folder, &["-c", "portcullis.yaml", "--output", "no/such"]);
    assert_eq!(code, Some(2));
}

#[test]
fn the_gateway_answers_what_the_document_alone_leaves_open() {
    let folder = folder();
    let open = |arguments: &[&str]| model(&folder, arguments)["counts"]["open"].as_u64().unwrap();
    let alone = open(&["--contract", "openapi.yaml"]);
    let with = open(&["--contract", "openapi.yaml", "--upstream", "http://127.0.0.1:3000"]);
    let policy = open(&["-c", "portcullis.yaml"]);
    assert!(with < alone && policy < alone, "{alone} {with} {policy}");
    assert!(open(&["-c", "portcullis.yaml", "--without-gateway"]) > policy);
}

#[test]
fn the_api_alone_is_told_with_what_the_gateway_would_be_set_against() {
    let folder = folder();
    let open = |arguments: &[&str]| model(&folder, arguments)["counts"]["open"].as_u64().unwrap();
    let alone = model(&folder, &["--contract", "openapi.yaml"]);
    let answered = alone["behind"]["answered"].as_u64().unwrap();
    let with = open(&["--contract", "openapi.yaml", "--upstream", "http://127.0.0.1:3000"]);
    assert!(answered > 0, "{answered}");
    // What is open only where the gateway stands (its own parts) is not among the API's.
    assert!(alone["counts"]["open"].as_u64().unwrap() - answered <= with);
    let (_, printed, _) = threats(&folder, &["--contract", "openapi.yaml"]);
    let told = format!("the gateway would be set against {answered} of these");
    assert!(printed.contains(&told) && printed.contains("--upstream URL"), "{printed}");
    assert!(printed.lines().count() <= 60, "{printed}");
    let (_, printed, _) = threats(&folder, &["-c", "portcullis.yaml"]);
    assert!(!printed.contains("would be set against"), "{printed}");
}

#[test]
fn operations_that_nobody_is_served_are_told() {
    let folder = folder();
    let unserved = |arguments: &[&str]| {
        let model = model(&folder, arguments);
        model["system"]["unserved"].as_array().unwrap().clone()
    };
    assert_eq!(unserved(&["--contract", "openapi.yaml"]), Vec::<Value>::new());
    let closed = unserved(&["-c", "portcullis.yaml"]);
    assert!(!closed.is_empty() && closed.iter().all(|one| one["closed"] == true), "{closed:?}");
    let faulty = "  /faulty:\n    get:\n      security: []\n      parameters: [{ name: a, in: nowhere }]\n      responses: { \"200\": { description: a } }\n";
    folder.write("openapi.yaml", &format!("{CONTRACT}{faulty}"));
    let faulty = unserved(&["--contract", "openapi.yaml"]);
    assert_eq!((faulty.len(), &faulty[0]["title"]), (1, &Value::from("GET /faulty")), "{faulty:?}");
    let (_, printed, _) = threats(&folder, &["--contract", "openapi.yaml"]);
    assert!(printed.contains("1 declared operation is not looked at"), "{printed}");
}

#[test]
fn the_api_alone_has_the_same_threats_however_that_is_said() {
    let folder = folder();
    let names = |arguments: &[&str]| -> Vec<String> {
        let model = model(&folder, arguments);
        let threats = model["threats"].as_array().unwrap().iter();
        let mut names: Vec<String> =
            threats.map(|threat| threat["name"].as_str().unwrap().to_owned()).collect();
        names.sort_unstable();
        names
    };
    let alone = names(&["--contract", "openapi.yaml"]);
    let upstream = ["--contract", "openapi.yaml", "--upstream", "http://127.0.0.1:3000"];
    assert_eq!(names(&[&upstream[..], &["--without-gateway"]].concat()), alone);
    // A policy that says where the API is, and nothing of its objects.
    let apis = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n";
    folder.write("silent.yaml", apis);
    assert_eq!(names(&["-c", "silent.yaml", "--without-gateway"]), alone);
}

#[test]
fn what_people_say_beside_the_policy_is_heard_and_lost_when_the_contract_is_renamed() {
    let folder = folder();
    let arguments = ["-c", "portcullis.yaml", "--without-gateway"];
    assert_eq!(notes_of_others(&model(&folder, &arguments))["open"], true);
    folder.write("threats.yaml", &taken(day(90)));
    let taken = model(&folder, &arguments);
    assert_eq!(notes_of_others(&taken)["open"], false);
    assert_eq!(notes_of_others(&taken)["accepted"]["by"], "ada");
    folder.write("openapi.yaml", &CONTRACT.replace("getNote", "getOneNote"));
    let (code, printed, said) = threats(&folder, &[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(code, Some(0));
    let renamed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(notes_of_others(&renamed)["open"], true, "open again");
    assert!(said.contains("threats-unknown-element") && said.contains("getOneNote"), "{said}");
    let output = folder.run(&["explain", "threats-unknown-element"]);
    let (code, page) = (output.status.code(), text(&output.stdout));
    assert!(code == Some(0) && page.contains("open"), "{page}");
}

#[test]
fn a_file_that_cannot_be_meant_stops() {
    let folder = folder();
    for (file, code, told) in [
        ("version: 2\nnew: a\n", 1, "threats-newer-version"),
        ("version: 1\nacepted: []\n", 1, "did you mean `accepted`?"),
        ("version: 1\na: &a [x]\nb: *a\n", 1, "threats-not-yaml"),
        (&"[".repeat(100_000), 1, "threats-not-yaml"),
        (&format!("version: 1\n#{}\n", "x".repeat(2 << 20)), 1, "threats-too-large"),
        (&taken(day(400)), 1, "threats-too-far"),
        (&taken(Date::parse("2999-01-31").unwrap()), 1, "threats.yaml:2:"),
        ("version: 1\nanswered: [{ threat: a, how: b, by: c }]\n", 1, "threats-missing-key"),
    ] {
        folder.write("threats.yaml", file);
        let (exit, printed, said) = threats(&folder, &["-c", "portcullis.yaml"]);
        assert_eq!((exit, printed.as_str()), (Some(code), ""), "{said}");
        assert!(said.contains(told), "{told}: {said}");
    }
    std::fs::remove_file(folder.path("threats.yaml")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("threats.yaml")).unwrap();
    assert_eq!(threats(&folder, &["-c", "portcullis.yaml"]).0, Some(2), "a link to nowhere");
    std::fs::remove_file(folder.path("threats.yaml")).unwrap();
    std::fs::create_dir(folder.path("threats.yaml")).unwrap();
    assert_eq!(threats(&folder, &["-c", "portcullis.yaml"]).0, Some(2), "a folder");
    let pipe = folder.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let named = ["-c", "portcullis.yaml", "--model", "pipe"];
    assert_eq!(threats(&folder, &named).0, Some(2), "a pipe is not waited for");
}

#[test]
fn a_first_file_is_written_once_and_says_nothing_yet() {
    let folder = folder();
    let before = model(&folder, &["-c", "portcullis.yaml"]);
    let (code, _, said) = threats(&folder, &["init", "-c", "portcullis.yaml"]);
    assert_eq!(code, Some(0), "{said}");
    let written = std::fs::read_to_string(folder.path("threats.yaml")).unwrap();
    assert!(written.contains("# weight: moderate"), "{written}");
    let after = model(&folder, &["-c", "portcullis.yaml"]);
    assert_eq!(before["threats"], after["threats"]);
    assert_eq!(threats(&folder, &["init", "-c", "portcullis.yaml"]).0, Some(2));
    assert_eq!(std::fs::read_to_string(folder.path("threats.yaml")).unwrap(), written);
}

#[test]
fn what_is_worse_than_in_an_earlier_model_stops_a_build() {
    let folder = folder();
    let source = ["-c", "portcullis.yaml"];
    let earlier = ["--format", "json", "--output", "old.json"];
    assert_eq!(threats(&folder, &[&source[..], &earlier].concat()).0, Some(0));
    let diff = |more: &[&str]| {
        threats(&folder, &[&["diff", "--against", "old.json"], &source[..], more].concat())
    };
    let (code, printed, said) = diff(&[]);
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(printed.starts_with("0 things worse"), "{printed}");
    let more = format!(
        "{CONTRACT}  /bills:\n    get:\n      security: []\n      responses: {{ \"200\": {{ description: bills }} }}\n"
    );
    folder.write("openapi.yaml", &more);
    let (code, printed, _) = diff(&["--format", "json"]);
    assert_eq!(code, Some(1), "{printed}");
    let found: Value = serde_json::from_str(&printed).unwrap();
    let worse = found["worse"].as_array().unwrap();
    let is_entry = |one: &&Value| one["kind"] == "new-entry" && one["name"] == "entry/get-bills";
    assert_eq!(worse.iter().filter(is_entry).count(), 1, "{printed}");
    let (code, printed, _) =
        diff(&["--allow", "new-entry", "--allow", "new-open", "--allow", "lost-control"]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("(allowed)"), "{printed}");
}

#[test]
fn what_people_say_since_an_earlier_model_stops_a_build_until_that_is_allowed() {
    let folder = folder();
    let source = ["-c", "portcullis.yaml", "--without-gateway"];
    let earlier = ["--format", "json", "--output", "old.json"];
    assert_eq!(threats(&folder, &[&source[..], &earlier].concat()).0, Some(0));
    let diff = |more: &[&str]| {
        threats(&folder, &[&["diff", "--against", "old.json"], &source[..], more].concat())
    };
    folder.write("threats.yaml", &taken(day(90)));
    let (code, printed, _) = diff(&[]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.starts_with("new-claim "), "{printed}");
    assert_eq!(diff(&["--allow", "new-claim"]).0, Some(0));
    assert_eq!(threats(&folder, &[&source[..], &earlier].concat()).0, Some(0));
    folder.write("threats.yaml", &taken(day(180)));
    let (code, printed, _) = diff(&["--allow", "new-claim"]);
    assert!(code == Some(1) && printed.starts_with("wider-claim "), "{printed}");
}

#[test]
fn an_earlier_model_that_was_changed_or_is_of_something_else_is_no_pass() {
    let folder = folder();
    let source = ["-c", "portcullis.yaml"];
    let write = |source: &[&str], to: &str| {
        assert_eq!(
            threats(&folder, &[source, &["--format", "json", "--output", to]].concat()).0,
            Some(0)
        );
        std::fs::read_to_string(folder.path(to)).unwrap()
    };
    let diff = |against: &str| {
        let (code, printed, said) =
            threats(&folder, &[&["diff", "--against", against], &source[..]].concat());
        assert_eq!(printed, "", "nothing is compared");
        assert_eq!(code, Some(2), "{said}");
        said
    };
    let written = write(&source, "old.json");
    let changed = written.replacen("\"open\":false", "\"open\":true", 1);
    folder.write("old.json", &changed);
    let line = changed.lines().count() - 1;
    assert!(diff("old.json").contains(&format!("line {line}: it is not as it was written")));
    write(&["--contract", "openapi.yaml"], "alone.json");
    assert!(diff("alone.json").contains("the API alone"));
    let title = CONTRACT.lines().find(|line| line.contains("title:")).unwrap();
    folder.write(
        "openapi.yaml",
        &CONTRACT.replace(title, &title.replace("title: ", "title: Other ")),
    );
    write(&source, "other.json");
    folder.write("openapi.yaml", CONTRACT);
    assert!(diff("other.json").contains("it is of `Other "));
}

#[test]
fn an_earlier_model_that_cannot_be_read_is_unusable() {
    let folder = folder();
    folder.write("new.json", "{\"format\":\"portcullis-threats\",\"version\":9,\"threats\":{}}");
    folder.write("other.json", "{}");
    folder.write("cut.json", "{\"format\":");
    std::fs::create_dir(folder.path("folder.json")).unwrap();
    for (name, told) in [
        ("new.json", "newer Portcullis"),
        ("other.json", "no model"),
        ("cut.json", "no JSON"),
        ("folder.json", "no ordinary file"),
        ("none.json", "No such file"),
    ] {
        let all = ["diff", "--against", name, "-c", "portcullis.yaml"];
        let (code, _, said) = threats(&folder, &all);
        assert_eq!(code, Some(2), "{name}");
        assert!(said.contains(told), "{name}: {said}");
    }
}

#[test]
fn records_show_what_was_refused_and_bad_lines_are_counted() {
    let folder = folder();
    // Without a fraction, as others write it.
    let record = "{\"time\":\"2026-11-02T00:00:00Z\",\"operation\":\"getNote\",\"verdict\":\"refused\",\"control\":\"input_shape\"}\n";
    folder.write("ledger.jsonl", &format!("{}junk\n{{\"time\":\n", record.repeat(3)));
    let all = ["-c", "portcullis.yaml", "--ledger", "ledger.jsonl", "--format", "json"];
    let (code, printed, said) = threats(&folder, &all);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 lines could not be read"), "{said}");
    let model: Value = serde_json::from_str(&printed).unwrap();
    let entries = model["system"]["entries"].as_array().unwrap();
    let seen = entries.iter().find(|one| one["operation"] == "getNote").unwrap();
    assert_eq!(seen["seen"], 3);
    assert!(printed.contains("\"state\":\"seen in traffic\""));
    assert_eq!(threats(&folder, &["-c", "portcullis.yaml", "--ledger", "."]).0, Some(2));
}

#[test]
fn evidence_of_another_key_is_not_believed() {
    let folder = folder();
    for name in ["one.pem", "two.pem"] {
        assert_eq!(folder.run(&["evidence", "key", "--out", name]).status.code(), Some(0));
    }
    folder.write("seen.jsonl", "junk\n");
    let all = ["-c", "portcullis.yaml", "--evidence", "seen.jsonl", "--evidence-key"];
    for key in ["one.pem.pub", "one.pem", "none.pub"] {
        let (code, printed, said) = threats(&folder, &[&all[..], &[key]].concat());
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
    }
}

/// A try to read a note of somebody else, as it ended through the gateway.
fn tried(through: Outcome, state: State) -> Record {
    let nothing = Sha256Hex::NOTHING;
    Record {
        id: "notes-of-others".to_owned(),
        title: "reads a note of somebody else".to_owned(),
        kind: Kind::Attack {
            item: "A1".to_owned(),
            cwe: 639,
            threats: vec!["others-objects-read".to_owned()],
            aimed_at: Vec::new(),
            direct: Outcome::Succeeded,
            through,
            stopped_by: Vec::new(),
            knock_out: None,
            twin: None,
            state,
        },
        operations: vec!["getNote".to_owned()],
        digests: Digests { contract: nothing, policy: nothing, suite: nothing, binary: nothing },
        at: day(0).start(),
        expires: day(30).start(),
    }
}

#[test]
fn an_attack_that_came_through_is_not_mended_by_leaving_its_evidence_out() {
    let folder = folder();
    let key = SigningKey::generate().unwrap();
    folder.write("key.pub", &key.public().pem());
    let keep = |records: &[Record]| {
        folder.write("seen.jsonl", &append(None, records, &key, day(0).start()).unwrap());
    };
    let came = tried(Outcome::Succeeded, State::Open);
    keep(std::slice::from_ref(&came));
    let source = ["-c", "portcullis.yaml"];
    let shown = ["--evidence", "seen.jsonl", "--evidence-key", "key.pub"];
    let earlier = [&source[..], &shown, &["--format", "json", "--output", "old.json"]].concat();
    let (code, _, said) = threats(&folder, &earlier);
    assert_eq!(code, Some(0), "{said}");
    let diff = |more: &[&str]| {
        threats(&folder, &[&["diff", "--against", "old.json"], &source[..], more].concat())
    };
    let (code, printed, said) = diff(&[]);
    assert_eq!(code, Some(1), "{printed}{said}");
    assert!(
        printed.starts_with("lost-evidence ") && printed.contains("no evidence is given"),
        "{printed}"
    );
    assert!(said.contains("knows of attacks on") && said.contains("--evidence-key"), "{said}");
    let (code, printed, said) = diff(&shown);
    assert_eq!((code, said.as_str()), (Some(0), ""), "as it was: {printed}");
    keep(&[came.clone(), tried(Outcome::Inconclusive, State::Inconclusive)]);
    assert!(
        notes_of_others(&model(&folder, &[&source[..], &shown].concat()))["state"]
            == "comes through"
    );
    assert_eq!(diff(&shown).0, Some(0), "a try that showed nothing");
    keep(&[came, tried(Outcome::Failed, State::AlreadySafe)]);
    assert!(
        notes_of_others(&model(&folder, &[&source[..], &shown].concat()))["state"]
            != "comes through"
    );
    let (_, printed, _) = diff(&shown);
    assert!(!printed.contains("lost-evidence"), "tried again: {printed}");
}

#[test]
fn what_came_through_at_a_name_that_is_no_more_is_said() {
    let folder = folder();
    let key = SigningKey::generate().unwrap();
    folder.write("key.pub", &key.public().pem());
    let mut came = tried(Outcome::Succeeded, State::Open);
    came.operations = vec!["readNote".to_owned()];
    folder.write("seen.jsonl", &append(None, &[came], &key, day(0).start()).unwrap());
    let source = ["-c", "portcullis.yaml", "--evidence", "seen.jsonl", "--evidence-key", "key.pub"];
    let (code, _, said) = threats(&folder, &source);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("`notes-of-others` came through at `readNote`, which is not declared"),
        "{said}"
    );
}

#[test]
fn evidence_of_one_of_several_apis_is_refused_with_what_to_do() {
    let folder = folder();
    let api = |name: &str| {
        format!(
            "{{ name: {name}, contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\", base_path: /{name} }}"
        )
    };
    folder.write("portcullis.yaml", &format!("apis: [{}, {}]\n", api("a"), api("b")));
    let all = ["-c", "portcullis.yaml", "--evidence", "a", "--evidence-key", "b"];
    let (code, printed, said) = threats(&folder, &all);
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
    assert!(
        said.contains("the policy names several")
            && said.contains("help: give a policy file of one API"),
        "{said}"
    );
    // A record of either says nothing of one.
    let record = "{\"time\":\"2026-11-02T00:00:00Z\",\"operation\":\"getNote\",\"verdict\":\"refused\",\"control\":\"input_shape\"}\n";
    folder.write("ledger.jsonl", record);
    let (code, printed, said) =
        threats(&folder, &["-c", "portcullis.yaml", "--ledger", "ledger.jsonl"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 record of operations whose name several APIs have"), "{said}");
    assert!(!printed.contains("seen in traffic"), "{printed}");
}

#[test]
fn the_script_for_ci_begins_a_model_and_then_compares_with_it() {
    let folder = folder();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/ci/threats.sh");
    let with = |begin: &str, deny: &str, allow: &str| {
        let mut command = std::process::Command::new(script);
        command.current_dir(folder.path("")).env("PORTCULLIS", env!("CARGO_BIN_EXE_portcullis"));
        command.env("BEGIN", begin).env("DENY", deny).env("ALLOW", allow);
        let output = command.output().unwrap();
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let run = |deny: &str, allow: &str| with("", deny, allow);
    let (code, said) = run("", "");
    assert!(code == Some(2) && said.contains("BEGIN=yes"), "one that was taken away: {said}");
    let (code, said) = with("yes", "", "");
    assert!(code == Some(0) && said.contains("wrote threats.json"), "{said}");
    assert_eq!(run("", "").0, Some(0));
    assert_eq!(run("note", "").0, Some(1), "what is open stops where somebody wants that");
    let more = format!(
        "{CONTRACT}  /bills:\n    get:\n      security: []\n      responses: {{ \"200\": {{ description: bills }} }}\n"
    );
    folder.write("openapi.yaml", &more);
    let (code, said) = run("", "");
    assert!(code == Some(1) && said.contains("new-entry"), "{said}");
    assert_eq!(run("", "new-entry new-open lost-control higher-risk").0, Some(0));
}
