//! Servers on loopback that run while something is asked of them.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process that ends when this is dropped.
pub(crate) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends it a signal: `HUP`, `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        let _ = Command::new("kill").arg(format!("-{name}")).arg(self.0.id().to_string()).status();
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(Some(_)) | Err(_))
    }
}

/// Starts a server that says where it listens, and waits until it does. What it says goes to the file.
pub(crate) fn start_told(mut command: Command, told: &Path) -> Result<Process, String> {
    let problem = |error: std::io::Error| format!("{}: {error}", told.display());
    let file = std::fs::File::create(told).map_err(problem)?;
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn();
    let mut process = Process(child.map_err(|error| format!("{command:?}: {error}"))?);
    let until = Instant::now() + PATIENCE;
    loop {
        let text = std::fs::read_to_string(told).map_err(problem)?;
        if text.lines().any(|line| line.starts_with(LISTENS)) && text.ends_with('\n') {
            return Ok(process);
        }
        if process.has_ended() || Instant::now() > until {
            return Err(format!("it does not listen: {text}"));
        }
        std::thread::yield_now();
    }
}

/// What a gateway says when it listens.
pub(crate) const LISTENS: &str = "listening on ";

/// Starts a server, and waits until it listens.
pub(crate) fn start(mut command: Command, port: u16) -> Result<Process, String> {
    if TcpStream::connect(("127.0.0.1", port)).is_ok() {
        return Err(format!("port {port} is taken"));
    }
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let process = Process(child.map_err(|error| format!("{command:?}: {error}"))?);
    let until = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if Instant::now() > until {
            return Err(format!("nothing listens on port {port}: {command:?}"));
        }
        std::thread::yield_now();
    }
    Ok(process)
}
