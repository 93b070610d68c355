//! The rules of policies beside what is printed of them as Cedar: Cedar's own validator and authorizer are asked
//! (`crates/corpus/tests/cedar`; decision 0113). Not a part of `check`: Cedar takes minutes to build.

use crate::shell;

/// `--all`: the million cases, too.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let is_all = arguments.iter().any(|one| one == "--all");
    let test = ["test", "--locked", "--package", "portcullis-corpus"];
    let which = ["--features", "cedar", "--test", "cedar", "--"];
    let ignored = ["--include-ignored"];
    let further: &[&str] = if is_all { &ignored } else { &[] };
    shell::run("cargo", &[&test[..], &which, further].concat())
}
