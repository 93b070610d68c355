//! A folder with files, the command in it, and a gateway that ends with its test.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

pub(crate) const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Notes, version: "1" }
paths:
  /notes:
    get:
      operationId: listNotes
      security: []
      responses:
        "200":
          description: notes
          content:
            application/json:
              schema: { type: array, items: { type: object, properties: { text: { type: string } } } }
  /notes/{id}:
    get:
      operationId: getNote
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { "200": { description: a note } }
"#;

pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    /// Writes it; what may hold a key is for its owner only.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        if path.extension().is_some_and(|kind| kind == "pem" || kind == "key") {
            self.only_for(name, 0o600);
        }
    }

    pub(crate) fn only_for(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(self.path(name), mode).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.current_dir(self.0.path()).env("NO_COLOR", "1");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }
}

/// A gateway that is ended, by pid, when this is dropped.
pub(crate) struct Gateway {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) said: String,
    /// What it says after that.
    later: Receiver<String>,
}

impl Gateway {
    pub(crate) fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut child = folder
            .command()
            .args(arguments)
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some(address) = line.strip_prefix("listening on ") {
                // `, inside TLS` may stand behind it.
                break address.split(',').next().unwrap().parse().unwrap();
            }
            said.push_str(&line);
            said.push('\n');
        };
        // What it says later is read, so that it never waits for a reader.
        let (send, later) = channel();
        std::thread::spawn(move || {
            // A test that has ended hears no more.
            lines.map_while(Result::ok).try_for_each(|line| send.send(line).ok())
        });
        Self { child, address, said, later }
    }

    /// Ends it; gives what it said on standard error while it served.
    pub(crate) fn end_and_hear(mut self) -> String {
        let (_, later) = channel();
        let later = std::mem::replace(&mut self.later, later);
        self.end();
        later.iter().fold(String::new(), |said, line| said + &line + "\n")
    }

    /// Kills it, as nobody can prepare for; gives all that it said, and printed.
    pub(crate) fn kill_and_hear(mut self) -> (String, String) {
        let (_, later) = channel();
        let later = std::mem::replace(&mut self.later, later);
        self.child.kill().unwrap();
        let mut printed = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
        self.child.wait().unwrap();
        (later.iter().fold(self.said.clone(), |said, line| said + &line + "\n"), printed)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it says this; gives what it said up to there.
    pub(crate) fn hear(&self, part: &str) -> String {
        let mut heard = String::new();
        while let Ok(line) = self.later.recv_timeout(Duration::from_secs(20)) {
            heard.push_str(&line);
            heard.push('\n');
            if line.contains(part) {
                return heard;
            }
        }
        panic!("it never said `{part}`, but: {heard}");
    }

    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    pub(crate) fn end(mut self) -> (i32, String) {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        let mut printed = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
        (self.child.wait().unwrap().code().unwrap(), printed)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
