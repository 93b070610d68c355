//! `portcullis audit secrets`: what it finds, what it may find, and that it never says what it found.

use std::fs;

use serde_json::Value;

use crate::support::{Folder, text};

/// Made at run time, so that no scanner of a code host takes it for a leak.
fn token() -> String {
    format!("gh{}_{}", "p", "q7Zt0Lw3Xk9Vb2Nc5Rm8Yd1Hf4Js6Gp0Ta3E")
}

/// The exit code, and all that was printed.
fn audit(folder: &Folder, words: &[&str]) -> (i32, String) {
    let output = folder.command().args(["audit", "secrets"]).args(words).output().unwrap();
    let printed = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(!printed.contains(&token()[6..]), "it says the secret: {printed}");
    (output.status.code().unwrap(), printed)
}

#[test]
fn a_secret_ends_the_command_with_1_and_a_clean_folder_with_0() {
    let folder = Folder::with(&[]);
    fs::write(folder.path("a.js"), format!("// a\nconst t = '{}';\n", token())).unwrap();
    let (code, printed) = audit(&folder, &["."]);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains("a.js:2:12") && printed.contains("CWE-798"), "{printed}");
    fs::write(
        folder.path("a.js"),
        format!("const t = '{}'; // portcullis:allow-secret of a test\n", token()),
    )
    .unwrap();
    let (code, printed) = audit(&folder, &["."]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("1 allowed by their lines"), "{printed}");
}

#[test]
fn a_publishable_key_is_told_and_is_no_failure() {
    let folder = Folder::with(&[]);
    let key = format!("pk_{}_{}", "live", "q7Zt0Lw3Xk9Vb2Nc5Rm8Yd1H");
    fs::write(folder.path("a.js"), format!("stripe('{key}')\n")).unwrap();
    let (code, printed) = audit(&folder, &["."]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("0 secrets, 1 publishable"), "{printed}");
}

#[test]
fn a_baseline_holds_what_was_there_in_whatever_line_and_nothing_else() {
    let folder = Folder::with(&[]);
    fs::write(folder.path("a.env"), format!("T={}\n", token())).unwrap();
    let (code, printed) =
        audit(&folder, &["--baseline", "known.json", "--write-baseline", "a.env"]);
    assert_eq!(code, 0, "{printed}");
    let written = fs::read_to_string(folder.path("known.json")).unwrap();
    assert!(!written.contains(&token()[6..]), "{written}");
    fs::write(folder.path("a.env"), format!("\n\nT={}\n", token())).unwrap();
    let (code, printed) = audit(&folder, &["--baseline", "known.json", "a.env"]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("1 in the baseline"), "{printed}");
    fs::write(folder.path("b.env"), format!("T={}\n", token())).unwrap();
    assert_eq!(
        audit(&folder, &["--baseline", "known.json", "."]).0,
        1,
        "in another file it is new"
    );
    fs::write(folder.path("known.json"), "{}").unwrap();
    assert_eq!(audit(&folder, &["--baseline", "known.json", "."]).0, 2);
}

#[test]
fn what_cannot_be_read_is_told_and_is_a_failure_unless_it_is_allowed() {
    let folder = Folder::with(&[]);
    fs::write(folder.path("a.gz"), [0x1f, 0x8b, 8, 0, 1, 2, 3]).unwrap();
    let (code, printed) = audit(&folder, &["."]);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains("a.gz: not read: "), "{printed}");
    assert_eq!(audit(&folder, &["--allow-not-read", "."]).0, 0);
    assert_eq!(audit(&folder, &["not-there"]).0, 2);
}

#[test]
fn programs_read_json_and_sarif() {
    let folder = Folder::with(&[]);
    fs::write(folder.path("a b.js"), format!("const t = '{}';\n", token())).unwrap();
    let (_, printed) = audit(&folder, &["--format", "json", "."]);
    let told: Value = serde_json::from_str(&printed).unwrap();
    let one = &told["findings"][0];
    assert_eq!(
        (&one["rule"], &one["kind"], &one["line"]),
        (&"github-pat".into(), &"secret".into(), &1.into())
    );
    assert_eq!(one["cwe"], 798);
    let (_, printed) = audit(&folder, &["--format", "sarif", "."]);
    let log: Value = serde_json::from_str(&printed).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"github-pat".into(), &"error".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("a%20b.js"), "{place}");
}

#[test]
fn a_key_of_ours_is_told_by_its_checksum_and_by_its_public_name_alone() {
    let folder = Folder::with(&[]);
    let (id, key) = portcullis_credential::api_key::generate("acme", "live").unwrap();
    fs::write(folder.path("notes.txt"), format!("the key: {key}\n")).unwrap();
    let output = folder.command().args(["audit", "secrets", "."]).output().unwrap();
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(
        printed.contains("ours  portcullis api key") && printed.contains(&id.to_string()),
        "{printed}"
    );
    assert!(!printed.contains(&key[30..]), "{printed}");
}
