//! What lasts: damaged, exchanged for an older copy, cut off while it is written, without room.

use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use super::super::admin::raw;
use super::super::lab::{Gateway, Lab, PLAIN, pause, problem};
use super::super::probe::Verdict;
use super::refuses;
use crate::shell;

fn revoke(gateway: &Gateway, key: &str) -> Result<String, String> {
    let id = key.split('_').nth(2).unwrap_or_default();
    let line = format!("{{\"do\":\"revoke_keys\",\"by\":\"id\",\"name\":\"{id}\"}}\n");
    raw(&gateway.socket(), line.as_bytes())
}

/// A gateway in whose store one key is good and one is revoked, ended in order.
fn with_two_keys(lab: &Lab) -> Result<(Gateway, String, String), String> {
    let gateway = lab.gateway(&PLAIN)?;
    let (good, revoked) = (gateway.key(lab)?, gateway.key(lab)?);
    revoke(&gateway, &revoked)?;
    match (gateway.status(&good), gateway.status(&revoked)) {
        (200, 401) => Ok((gateway, good, revoked)),
        other => Err(format!("the keys get {other:?}")),
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let (from, to) = (from.display().to_string(), to.display().to_string());
    shell::output(Path::new("/"), "cp", &["-a", &from, &to]).map(|_| ())
}

type Damage = fn(&Path) -> std::io::Result<()>;

pub(crate) fn damaged(lab: &Lab) -> Result<Verdict, String> {
    let (gateway, good, revoked) = with_two_keys(lab)?;
    // Ended in order, so that all stands in one file.
    gateway.process.signal("TERM");
    pause(700);
    let (folder, mut api) = gateway.killed();
    let store = folder.join("store");
    let _ = std::fs::remove_file(store.join("admin.sock"));
    let whole = folder.join("whole");
    copy(&store, &whole)?;
    let all: [(&str, Damage); 6] = [
        ("cut to a half", |store| {
            let file = std::fs::File::options().write(true).open(store.join("store.db"))?;
            file.set_len(file.metadata()?.len() / 2)
        }),
        ("empty", |store| std::fs::write(store.join("store.db"), "")),
        ("its head overwritten", |store| {
            std::fs::File::options()
                .write(true)
                .open(store.join("store.db"))?
                .write_all_at(&[0; 100], 0)
        }),
        ("taken away", |store| std::fs::remove_file(store.join("store.db"))),
        ("its epoch cut", |store| std::fs::write(store.join("store.epoch"), "1")),
        ("all but the epoch taken away", |store| {
            ["store.db", "store.db-wal", "store.db-shm"]
                .iter()
                .for_each(|name| drop(std::fs::remove_file(store.join(name))));
            Ok(())
        }),
    ];
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for (what, damage) in all {
        std::fs::remove_dir_all(&store).map_err(|error| problem(&store, &error))?;
        copy(&whole, &store)?;
        damage(&store).map_err(|error| problem(&store, &error))?;
        if refuses(lab, &folder).is_ok() {
            refused += 1;
            continue;
        }
        // It starts: then what was revoked must stay so.
        let gateway = lab.start(folder.clone(), api)?;
        if gateway.status(&revoked) != 401 {
            wrong.push(format!("a store that is {what}: the revoked key is good"));
        }
        if gateway.status(&good) != 200 {
            wrong.push(format!("a store that is {what}: it starts, and has forgotten a key"));
        }
        (_, api) = gateway.killed();
    }
    std::fs::remove_dir_all(&store).map_err(|error| problem(&store, &error))?;
    copy(&whole, &store)?;
    let gateway = lab.start(folder, api)?;
    if gateway.status(&good) != 200 || gateway.status(&revoked) != 401 {
        return Err("the whole store does not say what it said".to_owned());
    }
    Ok(Verdict::of(wrong, format!("{refused} of 6 are refused, the others say what they said")))
}

pub(crate) fn older(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    let backup = gateway.folder.join("backup");
    let ask = format!("{{\"do\":\"backup_store\",\"to\":\"{}\"}}\n", backup.display());
    if !raw(&gateway.socket(), ask.as_bytes())?.contains("bytes") {
        return Err("no backup is made".to_owned());
    }
    revoke(&gateway, &key)?;
    if gateway.status(&key) != 401 {
        return Err("a revoked key is good".to_owned());
    }
    let (folder, api) = gateway.killed();
    let store = folder.join("store");
    for name in ["store.db-wal", "store.db-shm"] {
        let _ = std::fs::remove_file(store.join(name));
    }
    copy(&backup.join("store.db"), &store.join("store.db"))?;
    let Ok(said) = refuses(lab, &folder) else {
        return Ok(Verdict::Broken("it starts, without being told that it may".to_owned()));
    };
    drop(api);
    let wrong = (!said.contains("older")).then(|| format!("it does not say why: {said}"));
    Ok(Verdict::of(wrong.into_iter().collect(), "no start without `--accept-older-store`"))
}

pub(crate) fn killed(lab: &Lab) -> Result<Verdict, String> {
    let mut gateway = lab.gateway(&PLAIN)?;
    let (mut good, mut over) = (Vec::new(), Vec::new());
    for _ in 0..12 {
        let (one, other) = (gateway.key(lab)?, gateway.key(lab)?);
        if revoke(&gateway, &other)?.contains("\"revoked\":1") {
            over.push(other);
        }
        good.push(one);
        // The next act is under way when it ends.
        let socket = gateway.socket();
        let id = good.last().and_then(|key| key.split('_').nth(2)).unwrap_or_default();
        let line = format!("{{\"do\":\"expire_key\",\"id\":\"{id}\",\"at\":9999999999999}}\n");
        let under_way = std::thread::spawn(move || drop(raw(&socket, line.as_bytes())));
        let (folder, api) = gateway.killed();
        let _ = under_way.join();
        gateway = lab.start(folder, api)?;
    }
    let lost = good.iter().filter(|key| gateway.status(key) != 200).count();
    let back = over.iter().filter(|key| gateway.status(key) == 200).count();
    if over.len() < 12 {
        return Err(format!("{} of 12 were revoked", over.len()));
    }
    let mut wrong = Vec::new();
    if lost > 0 {
        wrong.push(format!("{lost} of 12 keys are lost"));
    }
    if back > 0 {
        wrong.push(format!("{back} of 12 revoked keys are good again"));
    }
    Ok(Verdict::of(wrong, "12 keys are good and 12 are over, as they were told"))
}

/// A small disk of its own; none where nobody may mount.
struct Disk<'f>(&'f Path);

impl<'f> Disk<'f> {
    fn mount(folder: &'f Path, kib: u32) -> Option<Self> {
        let size = format!("size={kib}k,mode=700");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "doors"]).arg(folder).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).output();
    }
}

fn fill(folder: &Path) {
    // It ends when there is no room.
    let filler = folder.join("filler");
    let _ =
        Command::new("sh").args(["-c", "cat /dev/zero > \"$0\" 2> /dev/null"]).arg(filler).status();
}

const NO_DISK: &str = "it takes root, and the right to mount a small disk";

pub(crate) fn full_store(lab: &Lab) -> Result<Verdict, String> {
    let (folder, api) = lab.gateway(&PLAIN)?.killed();
    let store = folder.join("store");
    std::fs::remove_dir_all(&store).map_err(|error| problem(&store, &error))?;
    std::fs::create_dir(&store).map_err(|error| problem(&store, &error))?;
    let Some(disk) = Disk::mount(&store, 1024) else {
        return Ok(Verdict::NotTried(NO_DISK.to_owned()));
    };
    let gateway = lab.start(folder, api)?;
    let (good, key) = (gateway.key(lab)?, gateway.key(lab)?);
    fill(&store);
    let mut answer = String::new();
    // What is written ahead has room for a while.
    for _ in 0..200 {
        answer = raw(
            &gateway.socket(),
            b"{\"do\":\"revoke_keys\",\"by\":\"owner\",\"name\":\"nobody\"}\n",
        )?;
        if answer.contains("problem") {
            break;
        }
    }
    let told = revoke(&gateway, &key)?;
    let (now, other) = (gateway.status(&key), gateway.status(&good));
    let issued =
        lab.asked(&gateway.folder, &["keys", "issue", "-c", "portcullis.yaml", "--owner", "eve"])?;
    let (folder, api) = gateway.killed();
    std::fs::remove_file(store.join("filler")).map_err(|error| problem(&store, &error))?;
    let gateway = lab.start(folder, api)?;
    let later = gateway.status(&key);
    let mut wrong = Vec::new();
    if now != 401 {
        wrong.push(format!("the key gets {now} after its revocation"));
    }
    if later != 401 && told.contains("\"revoked\"") && !told.contains("problem") {
        wrong.push("it was said to be revoked, and is good after a start".to_owned());
    }
    if other != 200 {
        wrong.push(format!("another key gets {other}"));
    }
    if issued.status.success()
        && gateway.status(String::from_utf8_lossy(&issued.stdout).trim()) != 200
    {
        wrong.push("a key was said to be issued, and is none after a start".to_owned());
    }
    drop((gateway, disk, answer));
    let said = if told.contains("problem") { "says that it does not last" } else { "lasts" };
    Ok(Verdict::of(wrong, format!("the key is over at once, and its revocation {said}")))
}

pub(crate) fn full_record(lab: &Lab) -> Result<Verdict, String> {
    let (folder, api) = lab.gateway(&PLAIN)?.killed();
    let disk_folder = folder.join("disk");
    std::fs::create_dir(&disk_folder).map_err(|error| problem(&folder, &error))?;
    let Some(disk) = Disk::mount(&disk_folder, 64) else {
        return Ok(Verdict::NotTried(NO_DISK.to_owned()));
    };
    let policy = super::super::lab::read(&folder.join("portcullis.yaml"))?;
    let policy = policy.replace("file: ledger.jsonl", "file: disk/ledger.jsonl");
    super::super::lab::write(&folder, "portcullis.yaml", &policy)?;
    let gateway = lab.start(folder, api)?;
    gateway.serves()?;
    fill(&disk_folder);
    // Names that nobody declared are in the record, and its queue holds 8 MiB.
    let query: Vec<String> =
        (0..16).map(|number| format!("{}{number}=1", "a".repeat(400))).collect();
    let line = format!("GET /open?{} HTTP/1.1\r\nHost: a\r\n\r\n", query.join("&"));
    let mut kept = portcullis_testkit::Kept::to(gateway.address);
    let mut count = 0;
    let is_refused = (0..6_000).any(|_| {
        count += 1;
        kept.ask(&line).status == 503
    });
    gateway.api.take();
    let after = gateway.ask("GET /open", "").status;
    let reached = gateway.api.take().len();
    std::fs::remove_file(disk_folder.join("filler"))
        .map_err(|error| problem(&disk_folder, &error))?;
    let is_served_again = super::super::lab::until(|| gateway.ask("GET /open", "").status == 200);
    drop((gateway, disk));
    let mut wrong = Vec::new();
    if !is_refused {
        wrong.push(format!("after {count} requests without room it still answers"));
    } else if reached > 0 {
        wrong.push(format!("a request without a record reaches the API ({after})"));
    }
    if !is_served_again {
        wrong.push("it does not serve again when there is room".to_owned());
    }
    Ok(Verdict::of(
        wrong,
        format!("503 after {count} requests, none reaches the API; it serves when there is room"),
    ))
}
