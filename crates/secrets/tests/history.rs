//! What git holds besides the files that lie there.

#![expect(clippy::unwrap_used, reason = "a test stops where its promise breaks")]

use std::fs;
use std::path::Path;
use std::process::Command;

use portcullis_secrets::{Bounds, Kind, Position, Rules, Salt, Scanner, git, tree};

/// Made at run time, so that no scanner of a code host takes it for a leak.
fn token(end: &str) -> String {
    format!("gh{}_{}{end}", "p", "q7Zt0Lw3Xk9Vb2Nc5Rm8Yd1Hf4Js6Gp0Ta")
}

fn run(folder: &Path, words: &[&str]) {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
        .args(words)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn scanner() -> Scanner {
    Scanner::new(Rules::built_in().unwrap()).unwrap()
}

fn salt() -> Salt {
    Salt::new().unwrap()
}

#[test]
fn what_was_deleted_is_found_in_the_history_once_with_the_commit_that_brought_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["init", "-q"]);
    let file = folder.join("deploy script.sh");
    fs::write(&file, format!("one\nTOKEN={}\n", token("3E"))).unwrap();
    run(folder, &["add", "."]);
    run(folder, &["commit", "-qm", "first"]);
    fs::write(&file, format!("one\ntwo\nTOKEN={}\n", token("3E"))).unwrap();
    run(folder, &["commit", "-qam", "moved"]);
    fs::write(&file, "one\n").unwrap();
    run(folder, &["commit", "-qam", &format!("no longer {}", token("4F"))]);

    let (scanner, bounds) = (scanner(), Bounds::default());
    let now = tree::look(&scanner, tree::files(folder), salt(), &bounds, 1);
    assert!(now.findings.is_empty(), "the folder `.git` is left out: {:?}", now.findings);
    let report = git::history(&scanner, folder, salt(), &bounds).unwrap();
    assert!(report.not_read.is_empty());
    let of_file: Vec<_> =
        report.findings.iter().filter(|one| one.place.path == "deploy script.sh").collect();
    assert_eq!(of_file.len(), 1);
    assert_eq!(of_file[0].position, Position::Line(2, 7), "as it came first");
    assert!(of_file[0].commit.as_ref().unwrap().len() > 10 && of_file[0].place.object.is_some());
    assert_eq!(report.findings.len(), 2, "and what the commit says");
    assert!(report.findings.iter().any(|one| one.place.path.starts_with("commit ")));
}

#[test]
fn what_is_staged_is_what_is_read_before_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["init", "-q"]);
    fs::write(folder.join("a"), token("3E")).unwrap();
    run(folder, &["add", "a"]);
    fs::write(folder.join("a"), "clean again, but not in the index\n").unwrap();
    fs::write(folder.join("b"), token("4F")).unwrap();
    let report = git::staged(&scanner(), folder, salt(), &Bounds::default()).unwrap();
    let found: Vec<_> = report.findings.iter().map(|one| (&*one.place.path, one.kind)).collect();
    assert_eq!(found, [("a", Kind::Secret)]);
}

#[test]
fn what_git_is_told_to_ignore_is_left_out_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["init", "-q"]);
    fs::write(folder.join(".gitignore"), "local.env\n").unwrap();
    fs::write(folder.join("local.env"), token("3E")).unwrap();
    fs::write(folder.join("new.env"), token("4F")).unwrap();
    let listed = git::tracked(folder).unwrap();
    let names: Vec<_> = listed.files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    assert_eq!(names, [".gitignore", "new.env"]);
    assert_eq!(tree::files(folder).files.len(), 3);
}

#[test]
fn a_folder_that_is_no_repository_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let fault = git::history(&scanner(), folder.path(), salt(), &Bounds::default()).unwrap_err();
    assert!(fault.to_string().contains("not a git repository"), "{fault}");
}

#[test]
fn a_program_that_the_repository_names_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["init", "-q"]);
    let mark = folder.join("was-run");
    let program = format!("touch {}", mark.display());
    for name in [
        "core.fsmonitor",
        "diff.external",
        "diff.evil.textconv",
        "filter.evil.smudge",
        "core.pager",
    ] {
        run(folder, &["config", name, &program]);
    }
    fs::write(folder.join(".gitattributes"), "* diff=evil filter=evil\n").unwrap();
    fs::write(folder.join("a"), "a\n").unwrap();
    // Adding runs what is configured; what comes after must not.
    run(folder, &["-c", "core.fsmonitor=false", "-c", "filter.evil.smudge=", "add", "."]);
    let _ = fs::remove_file(&mark);
    let (scanner, bounds) = (scanner(), Bounds::default());
    git::staged(&scanner, folder, salt(), &bounds).unwrap();
    git::tracked(folder).unwrap();
    git::history(&scanner, folder, salt(), &bounds).unwrap();
    assert!(!mark.exists());
}
