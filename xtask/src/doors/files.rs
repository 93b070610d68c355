//! Probes of files: what others could read, write, exchange or fill.

mod lasting;

use std::path::Path;
use std::process::Command;

use super::lab::{Gateway, Lab, PLAIN, read, set_mode, until, write};
use super::probe::{Door, Probe, Verdict};
use crate::listening::start_told;
use crate::shell;

const fn probe(
    id: &'static str,
    what: &'static str,
    cwe: u16,
    is_smoke: bool,
    judge: fn(&Lab) -> Result<Verdict, String>,
) -> Probe {
    Probe { id, door: Door::Files, what, cwe, is_smoke, judge }
}

pub(crate) const PROBES: [Probe; 10] = [
    probe(
        "files-policy",
        "a policy that everybody, then a folder that everybody can write; SIGHUP each time",
        732,
        true,
        policy,
    ),
    probe(
        "files-acl",
        "a policy that one other user may write by an access control list",
        732,
        false,
        acl,
    ),
    probe(
        "files-pipe",
        "a contract and a pepper that turn into pipes nobody writes",
        400,
        true,
        pipe,
    ),
    probe(
        "files-secrets",
        "keys, peppers and a record that others can read, at the start",
        732,
        false,
        secrets,
    ),
    probe(
        "files-inline",
        "secrets that stand in the policy by mistake, in messages and in the record",
        532,
        true,
        inline,
    ),
    probe(
        "files-damaged",
        "a store that is cut, zeroed, overwritten; one taken away",
        354,
        false,
        lasting::damaged,
    ),
    probe(
        "files-older",
        "a copy of the store from before a key was revoked",
        294,
        false,
        lasting::older,
    ),
    probe(
        "files-killed",
        "12 ends without a word while keys are issued and revoked",
        460,
        false,
        lasting::killed,
    ),
    probe(
        "files-full-store",
        "no room for the store while a key is revoked",
        636,
        false,
        lasting::full_store,
    ),
    probe(
        "files-full-record",
        "no room for the record while requests come",
        778,
        false,
        lasting::full_record,
    ),
];

/// Asks for another model and waits until it is decided about: what was said since.
fn hung_up(gateway: &Gateway) -> Result<String, String> {
    let before = gateway.told()?.len();
    gateway.process.signal("HUP");
    let since = || gateway.told().map(|told| told.get(before..).unwrap_or_default().to_owned());
    let words = ["in force", "reloaded: ", "waits for SIGHUP"];
    until(|| since().is_ok_and(|text| words.iter().any(|word| text.contains(word))));
    since()
}

/// The model in force, as readiness tells.
fn model(gateway: &Gateway) -> String {
    let request = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";
    let text = portcullis_testkit::exchange(gateway.health, request).text();
    let line = text.lines().find(|line| line.starts_with("model"));
    line.unwrap_or_default().to_owned()
}

/// Changes the policy: a wider one, which a signal takes.
fn widen(gateway: &Gateway, number: usize) -> Result<(), String> {
    let name = "portcullis.yaml";
    let text = read(&gateway.folder.join(name))?;
    let line = format!("drain_timeout: {}ms", 200 + number);
    let at = text.find("drain_timeout: ").ok_or("the policy has no `drain_timeout`")?;
    let end =
        text.get(at..).and_then(|rest| rest.find("ms")).ok_or("its time has no unit")? + at + 2;
    let text = format!(
        "{}{line}{}",
        text.get(..at).unwrap_or_default(),
        text.get(end..).unwrap_or_default()
    );
    write(&gateway.folder, name, &text)
}

/// Whether a changed policy is taken on a signal.
fn is_taken(gateway: &Gateway, number: usize) -> Result<bool, String> {
    let before = model(gateway);
    widen(gateway, number)?;
    hung_up(gateway)?;
    Ok(model(gateway) != before)
}

fn policy(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let file = gateway.folder.join("portcullis.yaml");
    if !is_taken(&gateway, 1)? {
        return Err(format!("a changed policy is not taken: {}", gateway.told()?));
    }
    let mut wrong = Vec::new();
    for (path, mode, what) in [
        (file.as_path(), 0o666, "a policy of mode 666"),
        (&file, 0o602, "a policy of mode 602"),
        (&gateway.folder, 0o777, "a folder of mode 777"),
        (&gateway.folder.join("openapi.yaml"), 0o666, "a contract of mode 666"),
        (&gateway.folder.join("pepper.key"), 0o622, "a pepper of mode 622"),
    ] {
        let before = super::lab::mode(path)?;
        set_mode(path, mode)?;
        if is_taken(&gateway, wrong.len() + 10 + mode as usize)? {
            wrong.push(format!("{what} is taken"));
        }
        set_mode(path, before)?;
    }
    if !is_taken(&gateway, 7)? {
        return Err("a policy that is its owner's alone again is not taken".to_owned());
    }
    gateway.serves()?;
    Ok(Verdict::of(wrong, "5 are not taken, also on SIGHUP; closed again, it is"))
}

fn acl(lab: &Lab) -> Result<Verdict, String> {
    if !shell::has("python3", "--version") {
        return Ok(Verdict::NotTried("it takes `python3` to write the attribute".to_owned()));
    }
    let gateway = lab.gateway(&PLAIN)?;
    let file = gateway.folder.join("portcullis.yaml");
    // Version 2; the owner, user 65534 with read and write, the group, the mask, others (acl(5)).
    let script = "import os, struct, sys\nall = [(1, 6, 2**32 - 1), (2, 6, 65534), (4, 4, 2**32 - 1), (16, 6, 2**32 - 1), (32, 4, 2**32 - 1)]\n\
                  os.setxattr(sys.argv[1], 'system.posix_acl_access', struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *one) for one in all))\n";
    let set = Command::new("python3").args(["-c", script]).arg(&file).output();
    if !set.is_ok_and(|output| output.status.success()) {
        return Ok(Verdict::NotTried("this file system has no access control lists".to_owned()));
    }
    let taken = is_taken(&gateway, 3)?;
    let plain = "import os, sys\nos.removexattr(sys.argv[1], 'system.posix_acl_access')\nos.chmod(sys.argv[1], 0o644)\n";
    let _ = Command::new("python3").args(["-c", plain]).arg(&file).output();
    if !is_taken(&gateway, 4)? {
        return Err("a policy without such a list is not taken".to_owned());
    }
    let wrong = taken.then(|| "what user 65534 may write is taken".to_owned());
    Ok(Verdict::of(wrong.into_iter().collect(), "it is not taken"))
}

fn pipe(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let text = read(&gateway.folder.join("portcullis.yaml"))?;
    let mut wrong = Vec::new();
    for (old, new) in
        [("contract: openapi.yaml", "contract: pipe"), ("file:pepper.key", "file:pipe")]
    {
        let pipe = gateway.folder.join("pipe");
        if !pipe.exists() {
            shell::output(&gateway.folder, "mkfifo", &["-m", "600", "pipe"])?;
        }
        write(&gateway.folder, "portcullis.yaml", &text.replace(old, new))?;
        let before = gateway.told()?.len();
        gateway.process.signal("HUP");
        let told = || gateway.told().unwrap_or_default();
        let is_told = (0..40).any(|_| {
            super::lab::pause(50);
            told().get(before..).is_some_and(|text| text.contains("stays in force"))
        });
        if !is_told {
            wrong.push(format!("`{new}`: nothing is said, and no later signal is heard"));
            // Whoever waits at the pipe is let go.
            let _ = std::fs::OpenOptions::new().read(true).write(true).open(&pipe);
        }
        write(&gateway.folder, "portcullis.yaml", &text)?;
        hung_up(&gateway)?;
    }
    gateway.serves()?;
    Ok(Verdict::of(wrong, "both are refused, and the next signal is heard"))
}

/// Starts what lies in a folder and must not start: what it says; an error if it listens.
fn refuses(lab: &Lab, folder: &Path) -> Result<String, String> {
    let told = folder.join("told-at-once");
    let mut command = Command::new(&lab.binary);
    command.args(["run", "-c", "portcullis.yaml"]).current_dir(folder);
    match start_told(command, &told) {
        Ok(_) => Err(read(&told)?),
        Err(_) => read(&told),
    }
}

/// Whether what lies in a folder does not start.
pub(super) fn does_not_start(lab: &Lab, folder: &Path) -> bool {
    refuses(lab, folder).is_ok()
}

fn secrets(lab: &Lab) -> Result<Verdict, String> {
    let (folder, api) = lab.gateway(&PLAIN)?.killed();
    let mut wrong = Vec::new();
    for name in ["store.key", "pepper.key"] {
        for mode in [0o644, 0o640, 0o604, 0o660] {
            set_mode(&folder.join(name), mode)?;
            if refuses(lab, &folder).is_err() {
                wrong.push(format!("`{name}` of mode {mode:o} is used"));
            }
        }
        set_mode(&folder.join(name), 0o600)?;
    }
    lab.start(folder, api)?.serves()?;
    let (folder, api) = lab.gateway(&super::lab::INSIDE)?.killed();
    set_mode(&folder.join("dev/key.pem"), 0o644)?;
    let inside = lab.start(folder, api)?;
    let (folder, api) = inside.killed();
    set_mode(&folder.join("ledger.jsonl"), 0o666)?;
    let inside = lab.start(folder, api)?;
    if !inside.told()?.contains("write the record") {
        wrong.push("a record of mode 666 is written, and nothing is said of it".to_owned());
    }
    if !until(|| inside.told().is_ok_and(|told| told.contains("everybody can read"))) {
        wrong.push("a certificate's key of mode 644 is used, and nothing is said of it".to_owned());
    }
    Ok(Verdict::of(
        wrong,
        "no start with what others can read; of the certificate's key and of the record it is said",
    ))
}

fn inline(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let text = read(&gateway.folder.join("portcullis.yaml"))?;
    let mut wrong = Vec::new();
    let secret = "obviously-fake-hunter2";
    for (old, new) in [
        ("file:pepper.key", secret.to_owned()),
        ("file:store.key", format!("\"{secret}\"")),
        ("\"http://127", format!("\"http://ann:{secret}@127")),
        (
            "brand: doors, pepper: file:pepper.key",
            format!("brand: doors, wrong: 1, pepper: {secret}"),
        ),
    ] {
        write(&gateway.folder, "portcullis.yaml", &text.replace(old, &new))?;
        for arguments in [
            &["check", "-c", "portcullis.yaml"][..],
            &["check", "-c", "portcullis.yaml", "--format", "json"],
        ] {
            let output = lab.asked(&gateway.folder, arguments)?;
            if output.status.success() {
                return Err(format!("`{new}` is no error"));
            }
            let said = [output.stdout, output.stderr].concat();
            if String::from_utf8_lossy(&said).contains(secret) {
                wrong.push(format!("`check` shows the secret in `{}`", new.replace(secret, "...")));
            }
        }
        hung_up(&gateway)?;
    }
    if [gateway.told()?, gateway.ledger()?].concat().contains(secret) {
        wrong.push("a reload writes it to standard error or to the record".to_owned());
    }
    wrong.dedup();
    gateway.serves()?;
    Ok(Verdict::of(wrong, "4 mistakes are told, and none with its secret"))
}
