//! Whether objects are kept apart, and what that costs: generated APIs behind the gateway, judged by an oracle,
//! and the evaluator by itself.
//!
//! `--requests N`, `--apis N`, `--seed N` change how much is generated; the page is written all the same.

use std::process::Command;

use crate::shell;

/// Requests, APIs, first seed.
const USUAL: [(&str, &str); 3] = [("--requests", "1000000"), ("--apis", "50"), ("--seed", "1000")];

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let said = |(name, usual): (&str, &str)| {
        let at = arguments.iter().position(|one| one == name);
        at.and_then(|at| arguments.get(at + 1)).map_or(usual, String::as_str).to_owned()
    };
    let generated = USUAL.map(said);
    let generated: Vec<&str> = generated.iter().map(String::as_str).collect();
    // Without link-time optimisation: built in a fraction of the time, and correctness is what is measured.
    let crossing = output(
        &["--profile", "corpus", "-p", "portcullis-gateway", "--example", "generated"],
        &generated,
    )?;
    let costs = output(&["--release", "-p", "portcullis-controls", "--example", "authorize"], &[])?;
    let page = page(&crossing, &costs);
    let path = shell::root().join("docs/src/objects.md");
    std::fs::write(&path, &page).map_err(|error| format!("docs/src/objects.md: {error}"))?;
    shell::say(&page);
    Ok(())
}

fn output(build: &[&str], arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("cargo")
        .args(["run", "--locked", "--quiet"])
        .args(build)
        .arg("--")
        .args(arguments)
        .current_dir(shell::root())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

fn page(crossing: &str, costs: &str) -> String {
    format!(
        "# Whose objects are: proof and cost\n\n\
         Made by `cargo xtask objects`.\n\n\
         ## Generated APIs\n\n\
         Each seed makes an API of one to six types of objects (ids that are numbers, UUIDs, texts, under other \
         names, nested, or two at once; owners at the top, nested, several, in lists, null or missing; tenants, \
         relations, objects inside of others, lists plain, wrapped and by id, paths within paths, batches, ids in \
         queries, fields, bodies and names of members), a policy with rules by chance, ten callers of several \
         tenants and roles, and an API that does whatever it is told. Requests go through the real gateway, one \
         after the other for each API. An oracle that knows nothing of the gateway reads the same rules and the \
         objects themselves; it judges every answer (by marks that each object and each hidden note carries) and \
         every change of state, and expects what is permitted to be done and shown exactly. \
         `crates/gateway/tests/gateway/generated.rs` runs other seeds of the same as a test.\n\n\
         {crossing}\n\n\
         ## The evaluator\n\n\
         In process, without the network: whether the operation is open, the object that the request names, and \
         the object of 1 KB that the answer shows.\n\n\
         {costs}\n"
    )
}
