//! How much of a threat model is derived with no line of anybody's, over published documents, and how long it takes.

use crate::corpus::documents::{self, File};
use crate::shell;

/// One document of so many is taken, in the order of names.
const EVERY: usize = 12;

/// Larger documents are left out: they are of the same publishers.
const BYTES_MAX: u64 = 1 << 20;

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let mut files = documents::installed()?;
    files.retain(|file| file.bytes <= BYTES_MAX);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let taken: Vec<String> = files.iter().step_by(EVERY).map(path).collect();
    // `--quick`: without optimisation, for whoever changes what is derived.
    let profile = if arguments.iter().any(|one| one == "--quick") { "dev" } else { "corpus" };
    let output = std::process::Command::new("cargo")
        .args(["run", "--locked", "--quiet", "--profile", profile])
        .args(["-p", "portcullis-threat", "--example", "figures", "--"])
        .args(&taken)
        .current_dir(shell::root())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let page = page(taken.len(), String::from_utf8_lossy(&output.stdout).trim());
    let path = shell::root().join("docs/src/threat-figures.md");
    std::fs::write(&path, &page).map_err(|error| format!("docs/src/threat-figures.md: {error}"))?;
    shell::say(&page);
    Ok(())
}

fn path(file: &File) -> String {
    file.path.to_string_lossy().into_owned()
}

fn page(count: usize, figures: &str) -> String {
    format!(
        "# How much of a threat model is derived\n\n\
         Made by `cargo xtask threats`, over {count} documents of the npm package `{}`: every {EVERY}th by name, of \
         those up to 1 MiB. Nobody writes a line for them: no policy, no `threats.yaml`; the gateway has an upstream \
         and a listener, both on loopback.\n\n\
         ## What is counted\n\n\
         The fields of OWASP's TM-BOM 1.0.2 that hold a value and speak of the application: all of its schema but \
         `$schema` and `extensions`, which speak of the file. The writer of the form says of each value where it \
         comes from, as it writes it. A value counts as derived when it follows from the document or from what the \
         gateway is, for that one object. It does not count when it is absent, or an empty list; when its element \
         is marked as guessed; or when it would be the same for every API (`frozen`, the type of the diagram, that \
         an attacker has bad intent). A test compares the list of fields with \
         the schema.\n\n\
         A field counts for a document when one object at least has a derived value in it. Objects of the gateway \
         count too: its ledger is the one store whose maker is known. So the figure is nearly the same for every \
         document, and there is another for the API alone. The count of values is that of all objects, all fields \
         of each, whether or not anybody could know them; it is high since most objects are threats, of which \
         nearly all is derived.\n\n\
         What only people know is never counted: what the API is worth and the tier that follows, dates of \
         releases and reviews, links to repositories and notes, makers of the API's stores, numbers of records, how long \
         refresh tokens last. Topics of assumptions are left out as the specification asks.\n\n\
         ## Figures\n\n\
         {figures}\n",
        documents::PACKAGE
    )
}
