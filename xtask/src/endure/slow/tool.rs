//! `slowhttptest`, a public tool that is slow in three ways.

use std::process::{Child, Command, Stdio};

use crate::endure::documents::PLAIN_PORT;

/// It ends by itself then.
const SECONDS: &str = "60";

/// One of its ways.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tool {
    Heads,
    Bodies,
    Reading,
}

/// The tool, until this is dropped.
pub(super) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Tool {
    pub(super) const ALL: [Self; 3] = [Self::Heads, Self::Bodies, Self::Reading];

    const fn flag(self) -> &'static str {
        match self {
            Self::Heads => "-H",
            Self::Bodies => "-B",
            Self::Reading => "-X",
        }
    }

    pub(super) fn name(self, count: usize) -> String {
        format!("`slowhttptest {}`, {count} connections", self.flag())
    }

    pub(super) fn start(self, count: usize) -> Result<Running, String> {
        let path = match self {
            Self::Heads => "/items/7",
            Self::Bodies => "/items",
            Self::Reading => "/raw/7",
        };
        let mut command = Command::new("slowhttptest");
        command.args([self.flag(), "-c", &count.to_string(), "-r", "1000", "-i", "5"]);
        command.args(["-l", SECONDS, "-u", &format!("http://127.0.0.1:{PLAIN_PORT}{path}")]);
        let own: &[&str] = match self {
            Self::Heads => [].as_slice(),
            Self::Bodies => ["-s", "900", "-f", "application/json"].as_slice(),
            Self::Reading => &["-w", "10", "-y", "20", "-n", "5", "-z", "1", "-k", "3"],
        };
        command.args(own);
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        child.map(Running).map_err(|error| format!("slowhttptest: {error}"))
    }
}
