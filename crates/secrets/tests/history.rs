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

/// What a run of git prints, on one line.
fn told(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_path_longer_than_a_line_does_not_end_the_scan() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["init", "-q"]);
    fs::write(folder.join("a"), format!("TOKEN={}\n", token("3E"))).unwrap();
    let object = told(folder, &["hash-object", "-w", "a"]);
    // No folder of a disk takes such a name; git does.
    let long = format!("{}/", "folder".repeat(50)).repeat(40) + "a.env";
    run(folder, &["update-index", "--add", "--cacheinfo", &format!("100644,{object},{long}")]);
    fs::write(folder.join("z"), format!("TOKEN={}\n", token("4F"))).unwrap();
    run(folder, &["add", "z"]);
    run(folder, &["commit", "-qm", "first"]);
    let report = git::history(&scanner(), folder, salt(), &Bounds::default()).unwrap();
    assert_eq!(report.findings.len(), 2, "{:?}", report.not_read);
    assert!(report.findings.iter().any(|one| one.place.path == "z"));
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
fn what_is_staged_outside_of_a_repository_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let fault = git::staged(&scanner(), folder.path(), salt(), &Bounds::default()).unwrap_err();
    let said = fault.to_string();
    assert!(said.contains("not a git repository") && said.lines().count() == 1, "{said}");
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

#[test]
fn a_signature_is_checked_by_no_program_that_the_repository_names() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["init", "-q"]);
    let mark = folder.join("was-run");
    let program = folder.join(".git/evil");
    fs::write(&program, format!("#!/bin/sh\ntouch {}\n", mark.display())).unwrap();
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    run(folder, &["config", "gpg.program", program.to_str().unwrap()]);
    run(folder, &["config", "log.showSignature", "true"]);
    fs::write(folder.join("a"), format!("TOKEN={}\n", token("5G"))).unwrap();
    run(folder, &["add", "."]);
    // A commit with a signature that the program would be asked about.
    let tree = said(folder, &["write-tree"]);
    let commit = format!(
        "tree {tree}\nauthor a <a@example.com> 1 +0000\ncommitter a <a@example.com> 1 +0000\ngpgsig -----BEGIN PGP \
         SIGNATURE-----\n \n aaaa\n -----END PGP SIGNATURE-----\n\nsigned\n"
    );
    fs::write(folder.join(".git/commit"), commit).unwrap();
    let commit = said(folder, &["hash-object", "-t", "commit", "-w", ".git/commit"]);
    run(folder, &["update-ref", "HEAD", &commit]);
    // Whoever looks without care runs it.
    run(folder, &["log", "-1"]);
    assert!(mark.exists(), "the test would show nothing");
    fs::remove_file(&mark).unwrap();
    let report = git::history(&scanner(), folder, salt(), &Bounds::default()).unwrap();
    assert_eq!(report.findings.len(), 1);
    assert!(report.findings[0].commit.is_some() && !mark.exists());
}

#[test]
fn complaints_without_end_are_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["init", "-q"]);
    fs::write(folder.join("a"), "a\n").unwrap();
    run(folder, &["add", "."]);
    run(folder, &["commit", "-qm", "one"]);
    // Objects without content: git complains of each, more than a pipe holds.
    for number in 0..1_500 {
        let below = folder.join(format!(".git/objects/{:02x}", number % 256));
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join(format!("{number:038x}")), "").unwrap();
        let named = format!("{:02x}{number:038x}\n", number % 256);
        fs::create_dir_all(folder.join(".git/refs/tags")).unwrap();
        fs::write(folder.join(format!(".git/refs/tags/t{number}")), named).unwrap();
    }
    // Whatever it says of such a repository, it says it.
    let _ = git::history(&scanner(), folder, salt(), &Bounds::default());
}

#[test]
fn what_is_not_read_of_a_listing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["init", "-q"]);
    fs::write(folder.join("a\nb.env"), format!("TOKEN={}\n", token("6H"))).unwrap();
    run(folder, &["add", "."]);
    let staged = git::staged(&scanner(), folder, salt(), &Bounds::default()).unwrap();
    assert_eq!(staged.not_read.len(), 1, "a name with a line end");
    let inner = folder.join("inner");
    fs::create_dir(&inner).unwrap();
    run(&inner, &["init", "-q"]);
    fs::write(inner.join("a"), "a\n").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", folder.join("link")).unwrap();
    let odd = std::os::unix::ffi::OsStrExt::from_bytes(b"caf\xe9.env");
    let odd: &std::ffi::OsStr = odd;
    fs::write(folder.join(odd), "a\n").unwrap();
    let listed = git::tracked(folder).unwrap();
    assert_eq!(listed.not_read.len(), 1, "a repository of its own");
    assert_eq!(listed.files.len(), 2, "a link is not followed: {:?}", listed.files);
}

fn said(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
