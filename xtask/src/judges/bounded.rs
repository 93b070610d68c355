//! Runs a judge no longer than it may.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Whether it ended by itself in time; what it says is written into a file.
pub(crate) fn run(mut command: Command, longest: Duration, log: &Path) -> Result<bool, String> {
    let problem = |error: std::io::Error| format!("{}: {error}", log.display());
    let out = File::create(log).map_err(problem)?;
    let and = out.try_clone().map_err(problem)?;
    command.stdin(Stdio::null()).stdout(out).stderr(and);
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let id = child.id().to_string();
    let (over, ended) = mpsc::channel();
    let waiting = std::thread::spawn(move || {
        let _ = child.wait();
        let _ = over.send(());
    });
    let in_time = ended.recv_timeout(longest).is_ok();
    if !in_time {
        Command::new("kill").args(["-KILL", &id]).status().map_err(problem)?;
    }
    waiting.join().map_err(|_| "a judge was lost".to_owned())?;
    Ok(in_time)
}
