//! Whether the binary runs for somebody who has nothing else: an empty folder, no environment, no rights.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::shell;

/// `nobody`, wherever it is called so.
const NOBODY: u32 = 65_534;

pub(crate) fn run(binary: &Path) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("portcullis-smoke-{}", std::process::id()));
    let result = in_folder(&folder, binary);
    std::fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    result
}

fn in_folder(folder: &Path, binary: &Path) -> Result<(), String> {
    let problem = |error: std::io::Error| format!("{}: {error}", folder.display());
    let copy = folder.join("portcullis");
    let empty = folder.join("empty");
    std::fs::create_dir_all(&empty).map_err(problem)?;
    std::fs::copy(binary, &copy).map_err(problem)?;
    for path in [folder, &copy, &empty] {
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(path, mode).map_err(problem)?;
    }
    let version = asked(&copy, &empty, &["--version"])?;
    if !version.status.success() || !version.stdout.starts_with(b"portcullis ") {
        return Err(format!("`--version`: {version:?}"));
    }
    let demo = asked(&copy, &empty, &["demo", "--once", "--format", "json"])?;
    let report: Result<Value, _> = serde_json::from_slice(&demo.stdout);
    if !demo.status.success() || report.is_err() {
        let said = String::from_utf8_lossy(&demo.stderr);
        return Err(format!("`demo --once --format json`: {}\n{said}", demo.status));
    }
    let left = std::fs::read_dir(&empty).map_err(problem)?.count();
    if left > 0 {
        return Err(format!("the demo left {left} files behind"));
    }
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    shell::say(&format!(
        "{version} runs, and its demo holds, without files, environment or rights"
    ));
    Ok(())
}

fn asked(binary: &Path, folder: &Path, arguments: &[&str]) -> Result<Output, String> {
    let mut command = Command::new(binary);
    command.args(arguments).current_dir(folder).env_clear();
    let is_root = shell::output(folder, "id", &["-u"])?.trim() == "0";
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.output().map_err(|error| format!("{}: {error}", binary.display()))
}
