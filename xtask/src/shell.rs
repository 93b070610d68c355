//! Running programs, and saying what happens.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The top of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Says a line to whoever runs this.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Runs a program at the top of the workspace; says how long it took.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let shown = format!("{program} {}", arguments.join(" "));
    say(&format!("> {shown}"));
    let started = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .status()
        .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    say(&format!("  {:.0} s", started.elapsed().as_secs_f32()));
    if status.success() { Ok(()) } else { Err(format!("`{shown}` failed")) }
}

/// What a program prints that is run in this folder.
pub(crate) fn output(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{program} {}` failed: {said}", arguments.join(" ")));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{program}` does not print UTF-8"))
}

/// Whether a program is there.
pub(crate) fn has(program: &str, version_flag: &str) -> bool {
    Command::new(program).arg(version_flag).output().is_ok_and(|output| output.status.success())
}

/// Installs Debian packages, or says the command that would.
pub(crate) fn install(packages: &[&str]) -> Result<(), String> {
    let command = format!("apt-get update && apt-get install -y {}", packages.join(" "));
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if is_root && has("apt-get", "--version") {
        run("sh", &["-c", &command])
    } else {
        Err(format!("this needs Debian packages; run as root:\n\n  {command}\n"))
    }
}
