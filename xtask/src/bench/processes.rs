//! The processes of a run: started here, ended here, by pid.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::bench::documents;
use crate::bench::folder::Folder;
use crate::shell;

/// A process that ends when this is dropped.
pub(crate) struct Process {
    child: Child,
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM lets nginx end its workers.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Process {
    fn start(command: &mut Command, port: u16) -> Result<Self, String> {
        Self::start_telling(command, port, Stdio::null())
    }

    fn start_telling(command: &mut Command, port: u16, told: Stdio) -> Result<Self, String> {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Err(format!("another program listens on port {port}"));
        }
        let child = command
            .stdout(Stdio::null())
            .stderr(told)
            .spawn()
            .map_err(|error| format!("{command:?}: {error}"))?;
        let process = Self { child };
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > until {
                return Err(format!("nothing listens on port {port}: {command:?}"));
            }
            pause(Duration::from_millis(20));
        }
        Ok(process)
    }

    /// Asks it to read its files again.
    pub(crate) fn hang_up(&self) -> Result<(), String> {
        let sent = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status();
        sent.map(drop).map_err(|error| format!("kill: {error}"))
    }

    /// This process and its children.
    fn pids(&self) -> Vec<u32> {
        let own = self.child.id();
        let path = format!("/proc/{own}/task/{own}/children");
        let children = std::fs::read_to_string(path).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        std::iter::once(own).chain(children).collect()
    }

    /// Processor time so far, user and system, in microseconds. The kernel counts nanoseconds in
    /// `schedstat`.
    pub(crate) fn cpu_micros(&self) -> Result<u64, String> {
        let mut nanoseconds = 0;
        for pid in self.pids() {
            let tasks = std::fs::read_dir(format!("/proc/{pid}/task"))
                .map_err(|error| format!("/proc/{pid}: {error}"))?;
            for task in tasks.flatten() {
                let text = std::fs::read_to_string(task.path().join("schedstat"));
                let text = text.map_err(|error| format!("schedstat of {pid}: {error}"))?;
                let first = text.split_whitespace().next().and_then(|word| word.parse().ok());
                nanoseconds += first.unwrap_or(0_u64);
            }
        }
        Ok(nanoseconds / 1000)
    }

    /// Resident memory, in bytes.
    pub(crate) fn resident_bytes(&self) -> Result<u64, String> {
        let mut kilobytes = 0;
        for pid in self.pids() {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status"))
                .map_err(|error| format!("/proc/{pid}: {error}"))?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let number = line.and_then(|line| line.split_whitespace().next());
            kilobytes += number.and_then(|number| number.parse().ok()).unwrap_or(0_u64);
        }
        Ok(kilobytes * 1024)
    }
}

pub(crate) fn nginx(folder: &Folder, name: &str, configuration: &str) -> Result<Process, String> {
    let file = format!("{name}.conf");
    folder.write(&file, configuration)?;
    let port = if name == "origin" { documents::ORIGIN_PORT } else { documents::PEER_PORT };
    let prefix = folder.path().join(name);
    std::fs::create_dir_all(&prefix).map_err(|error| format!("{name}: {error}"))?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&prefix).arg("-c").arg(folder.path().join(&file));
    command.args(["-g", "daemon off;"]);
    Process::start(&mut command, port)
}

pub(crate) fn portcullis(folder: &Folder, contract: &str, port: u16) -> Result<Process, String> {
    let mut command = Command::new(shell::root().join("target/release/portcullis"));
    command.current_dir(folder.path());
    command.args(["run", "--workers", "1", "--contract", contract]);
    command.args(["--ledger", &format!("{contract}.ledger")]);
    command.arg("--upstream").arg(format!("http://127.0.0.1:{}", documents::ORIGIN_PORT));
    command.arg("--listen").arg(format!("127.0.0.1:{port}"));
    Process::start(&mut command, port)
}

/// A gateway with the small contract that speaks TLS.
pub(crate) fn secure(folder: &Folder, port: u16) -> Result<Process, String> {
    with_policy(folder, "secure", "secure.ledger", port)
}

/// A gateway with the policy file `NAME.yaml`; what it tells goes to `NAME.told`.
pub(crate) fn with_policy(
    folder: &Folder,
    name: &str,
    ledger: &str,
    port: u16,
) -> Result<Process, String> {
    let told = std::fs::File::create(folder.path().join(format!("{name}.told")));
    let told = told.map_err(|error| format!("{name}.told: {error}"))?;
    let mut command = Command::new(shell::root().join("target/release/portcullis"));
    command.current_dir(folder.path());
    command.args(["run", "--workers", "1", "-c", &format!("{name}.yaml"), "--ledger", ledger]);
    Process::start_telling(&mut command, port, told.into())
}

/// A gateway with the small contract in which these controls are not asked.
pub(crate) fn partial(
    folder: &Folder,
    name: &str,
    port: u16,
    left_out: &[&str],
) -> Result<Process, String> {
    let mut command = Command::new(shell::root().join("target/release/examples/partial"));
    command.current_dir(folder.path());
    command.arg("few.json").arg(format!("http://127.0.0.1:{}", documents::ORIGIN_PORT));
    command.arg(format!("127.0.0.1:{port}")).arg(format!("{name}.ledger")).args(left_out);
    Process::start(&mut command, port)
}

/// What a gateway holds that has served nothing yet.
pub(crate) fn fresh_resident_bytes() -> Result<u64, String> {
    portcullis(&Folder::known(), "few.json", documents::FRESH_PORT)?.resident_bytes()
}

#[expect(clippy::disallowed_methods, reason = "a program that starts offers no event")]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}
