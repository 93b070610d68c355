//! Stories, as somebody plays them.

use serde_json::Value;

use crate::support::{Folder, text};

#[test]
fn a_story_is_told_drawn_and_ends() {
    let folder = Folder::with(&[]);
    let output = folder.run(&["demo", "--story", "s5", "--picture", "s5.svg"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told = text(&output.stdout);
    for part in ["S5  ", "STOPPED by response_shape", "NOT STOPPED: ", "what it cannot do"] {
        assert!(told.contains(part), "{told}");
    }
    let drawn = std::fs::read_to_string(folder.path("s5.svg")).unwrap();
    assert!(drawn.starts_with("<svg ") && drawn.contains("stopped by resource_limits"), "{drawn}");
}

#[test]
fn programs_get_the_whole_records_of_a_story() {
    let folder = Folder::with(&[]);
    let output = folder.run(&["demo", "--story", "S2", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let report = &told["stories"][0]["containment"][0];
    assert_eq!((&report["direct"], &report["through"]), (&"gained".into(), &"stopped".into()));
    assert_eq!(
        (&report["control"], &report["knock_out"]),
        (&"caller_identity".into(), &true.into())
    );
    assert_eq!(report["records"][0]["event"], "key_reported");
    assert!(report["records"][1]["request_id"].is_string(), "{report}");
    // Keys are named, and never shown.
    assert!(!text(&output.stdout).contains("pharm_live_"), "{}", text(&output.stdout));
}

#[test]
fn a_story_that_is_not_there_and_a_picture_of_all_are_refused() {
    let folder = Folder::with(&[]);
    let output = folder.run(&["demo", "--story", "S6"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("S1, S2, S3, S4, S5, all"), "{}", text(&output.stderr));
    let output = folder.run(&["demo", "--story", "all", "--picture", "all.svg"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("one story"), "{}", text(&output.stderr));
    assert!(!folder.path("all.svg").exists());
    let output = folder.run(&["demo", "--story", "S1", "--format", "sarif"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("`text` or `json`"), "{}", text(&output.stderr));
    assert_eq!(folder.run(&["demo", "--picture", "x.svg"]).status.code(), Some(2));
}
