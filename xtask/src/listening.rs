//! Servers on loopback that run while something is asked of them.

use std::net::TcpStream;
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
