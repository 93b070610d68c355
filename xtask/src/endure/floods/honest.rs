//! An honest client beside a flood: a new connection and one request, a few times a second.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::bench::folder::Folder;
use crate::bench::processes::pause;
use crate::endure::documents::INSIDE;

const TIME: Duration = Duration::from_secs(3);
const EVERY: Duration = Duration::from_millis(250);

/// Requests, those that were answered 200, and the longest that one took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Honest {
    pub(crate) asked: u64,
    pub(crate) answered: u64,
    pub(crate) slowest_ms: f64,
}

impl Honest {
    /// Asks as long as a flood lasts.
    pub(super) fn beside(folder: &Folder, place: (&str, u16)) -> Result<Self, String> {
        let until = Instant::now() + TIME;
        let mut all = Self::default();
        while Instant::now() < until {
            all.add(ask(folder, place)?);
            pause(EVERY);
        }
        Ok(all)
    }

    pub(super) fn add(&mut self, (status, milliseconds): (u16, f64)) {
        self.asked += 1;
        self.answered += u64::from(status == 200);
        self.slowest_ms = self.slowest_ms.max(milliseconds);
    }
}

/// One request; its status (0 if there was no answer), and the milliseconds that it took.
pub(super) fn ask(folder: &Folder, (name, port): (&str, u16)) -> Result<(u16, f64), String> {
    let scheme = if (name, port) == INSIDE { "https" } else { "http" };
    let output = Command::new("curl")
        .args(["--silent", "--max-time", "5", "--cacert", "cert.pem", "--output", "/dev/null"])
        .args(["--write-out", "%{http_code} %{time_total}"])
        .arg(format!("{scheme}://localhost:{port}/items/7"))
        .current_dir(folder.path())
        .output()
        .map_err(|error| format!("curl: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(written_out(&text).unwrap_or((0, 0.0)))
}

fn written_out(text: &str) -> Option<(u16, f64)> {
    let (status, seconds) = text.split_once(' ')?;
    Some((status.parse().ok()?, seconds.trim().parse::<f64>().ok()? * 1e3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_curl_writes_out_is_read() {
        assert_eq!(written_out("200 0.25"), Some((200, 250.0)));
        assert_eq!(written_out("000 5.0"), Some((0, 5000.0)));
        assert_eq!(written_out(""), None);
    }
}
