//! Other users at the socket, and sockets of other users in its place.

use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{lists, raw};
use crate::doors::lab::{Gateway, Lab, PLAIN, problem, set_mode};
use crate::doors::probe::Verdict;
use crate::shell;

/// `nobody`, wherever it is called so.
const NOBODY: &str = "65534";
/// That of the system: another user may not be let at one of ours.
const PYTHON: &str = "/usr/bin/python3";
/// Connects, says something, and prints what comes.
const CONNECT: &str = "import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.settimeout(5)\n\
                       s.connect(sys.argv[1])\ns.sendall(b'{\"do\":\"list_keys\",\"by\":\"all\",\"max\":9}\\n')\n\
                       print(s.recv(65536).decode())\n";
/// Makes a folder and a socket of its own, and says to everything that it is done.
const PLANT: &str = "import os, socket, sys\nos.umask(0)\nos.mkdir(sys.argv[1])\n\
                     s = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1] + '/admin.sock')\ns.listen(9)\n\
                     while True:\n c = s.accept()[0]\n d = c.recv(65536)\n\
                     \x20open(sys.argv[1] + '/got', 'ab').write(d)\n\
                     \x20c.sendall(b'{\"issued\":true,\"revoked\":3}\\n')\n c.close()\n";

/// Why another user cannot be had here.
fn missing(lab: &Lab) -> Option<Verdict> {
    let why = if !lab.is_root {
        "it takes root to be somebody else"
    } else if !shell::has("setpriv", "--version") || !shell::has(PYTHON, "--version") {
        "it takes `setpriv` and `/usr/bin/python3`"
    } else {
        return None;
    };
    Some(Verdict::NotTried(why.to_owned()))
}

fn as_nobody(script: &str, argument: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]);
    command.args([PYTHON, "-c", script]).arg(argument).current_dir("/");
    command
}

fn connects(gateway: &Gateway) -> Result<String, String> {
    let output = as_nobody(CONNECT, &gateway.socket()).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("setpriv: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(super) fn other_user(lab: &Lab) -> Result<Verdict, String> {
    if let Some(verdict) = missing(lab) {
        return Ok(verdict);
    }
    let gateway = lab.gateway(&PLAIN)?;
    gateway.key(lab)?;
    let mut wrong = Vec::new();
    if !connects(&gateway)?.is_empty() {
        wrong.push("`nobody` is answered".to_owned());
    }
    // As somebody might who wants a colleague to get in.
    for folder in [gateway.folder.as_path(), &gateway.folder.join("store")] {
        set_mode(folder, 0o755)?;
    }
    set_mode(&gateway.socket(), 0o666)?;
    if connects(&gateway)?.contains("keys") {
        wrong.push("`nobody` is answered at an open socket".to_owned());
    }
    let ledger = gateway.ledger()?;
    if !ledger.contains("\"uid\":65534") {
        wrong.push("who came is not in the record".to_owned());
    }
    lists(&gateway)?;
    Ok(Verdict::of(
        wrong,
        "refused by mode, and where the modes are open by the kernel's word; recorded",
    ))
}

/// A folder of ours with a socket that says yes to everything: a link leads there.
pub(super) fn swapped(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    gateway.key(lab)?;
    let (store, other) = (gateway.folder.join("store"), gateway.folder.join("other"));
    std::fs::create_dir(&other).map_err(|error| problem(&other, &error))?;
    set_mode(&other, 0o777)?;
    let listener = UnixListener::bind(other.join("admin.sock"));
    let listener = listener.map_err(|error| problem(&other, &error))?;
    let answered = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        std::io::Write::write_all(&mut stream, b"{\"revoked\":1}\n")
    });
    let aside = gateway.folder.join("aside");
    std::fs::rename(&store, &aside).map_err(|error| problem(&store, &error))?;
    std::os::unix::fs::symlink(&other, &store).map_err(|error| problem(&store, &error))?;
    let revoke = ["keys", "revoke", "-c", "portcullis.yaml", "--owner", "ann"];
    let output = lab.asked(&gateway.folder, &revoke)?;
    // Whoever waits there may go.
    drop(raw(&other.join("admin.sock"), b"\n"));
    let _ = answered.join();
    let wrong = output.status.success().then(|| "another socket is believed: `revoked`".to_owned());
    std::fs::remove_file(&store).map_err(|error| problem(&store, &error))?;
    std::fs::rename(&aside, &store).map_err(|error| problem(&store, &error))?;
    lab.run(&gateway.folder, &revoke)?;
    Ok(Verdict::of(wrong.into_iter().collect(), "the command does not ask there, and says why"))
}

pub(super) fn planted(lab: &Lab) -> Result<Verdict, String> {
    if let Some(verdict) = missing(lab) {
        return Ok(verdict);
    }
    let folder = lab.folder()?;
    // As `/tmp`: anybody may make something, and nobody takes what others made.
    set_mode(&folder, 0o1777)?;
    let Gateway { folder: usual, .. } = lab.gateway(&PLAIN)?;
    for name in ["portcullis.yaml", "openapi.yaml", "store.key", "pepper.key"] {
        std::fs::copy(usual.join(name), folder.join(name))
            .map_err(|error| problem(&folder, &error))?;
    }
    let store = folder.join("store");
    let child = as_nobody(PLANT, &store).stdin(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.map_err(|error| format!("setpriv: {error}"))?;
    let is_there = crate::doors::lab::until(|| store.join("admin.sock").exists());
    let issue = ["keys", "issue", "-c", "portcullis.yaml", "--owner", "ann", "--for", "1d"];
    let output = lab.asked(&folder, &issue);
    let _ = child.kill();
    let _ = child.wait();
    let got = std::fs::metadata(store.join("got")).map_or(0, |got| got.len());
    if !is_there {
        return Err("nobody listens there".to_owned());
    }
    let mut wrong = Vec::new();
    if output?.status.success() {
        wrong.push("the command believes the socket of `nobody`".to_owned());
    }
    if got > 0 {
        wrong.push(format!("`nobody` was told {got} bytes: name and digest of the key"));
    }
    let control = lab.gateway(&PLAIN)?;
    control.key(lab)?;
    Ok(Verdict::of(wrong, "the command tells nothing to it, and says whose it is"))
}
