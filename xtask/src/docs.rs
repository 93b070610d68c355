//! Pages that are made from the code, so that they cannot be wrong.
//!
//! The command prints its own references (`portcullis reference NAME`, hidden); what it prints is
//! what stands in `docs/src/reference/`.

use std::process::Command;

use crate::shell;

/// Page, and the reference it is made from.
const PAGES: [(&str, &str); 9] = [
    ("docs/src/reference/command.md", "command"),
    ("docs/src/reference/policy.md", "policy"),
    ("docs/src/reference/controls.md", "controls"),
    ("docs/src/reference/threats.md", "threats"),
    ("docs/src/reference/codes.md", "codes"),
    ("docs/src/reference/policy.schema.json", "policy-schema"),
    ("docs/src/reference/audit-rules.md", "audit-rules"),
    ("docs/src/reference/threats-file.md", "threats-file"),
    ("docs/src/reference/threats.schema.json", "threats-schema"),
];

/// Stories that have a picture. That each is as it should be, a test asks that plays them anyway.
const STORIES: [&str; 5] = ["s1", "s2", "s3", "s4", "s5"];

/// Writes them.
pub(crate) fn write() -> Result<(), String> {
    for (page, name) in PAGES {
        let path = shell::root().join(page);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| format!("`{page}`: {error}"))?;
        }
        std::fs::write(&path, made(name)?).map_err(|error| format!("`{page}`: {error}"))?;
        shell::say(&format!("wrote {page}"));
    }
    for story in STORIES {
        let page = format!("docs/src/img/story-{story}.svg");
        run(&["demo", "--story", story, "--picture", &page])?;
        shell::say(&format!("wrote {page}"));
    }
    Ok(())
}

/// Fails if one of them is not what the code says.
pub(crate) fn check() -> Result<(), String> {
    for (page, name) in PAGES {
        let known = std::fs::read_to_string(shell::root().join(page)).unwrap_or_default();
        if known != made(name)? {
            return Err(format!("`{page}` is not what the code says; run `cargo xtask docs`"));
        }
    }
    Ok(())
}

fn made(name: &str) -> Result<String, String> {
    run(&["reference", name])
}

/// What the command prints.
fn run(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("cargo")
        .args(["run", "--quiet", "--locked", "--package", "portcullis", "--"])
        .args(arguments)
        .current_dir(shell::root())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("what `{}` prints is not UTF-8", arguments.join(" ")))
}
