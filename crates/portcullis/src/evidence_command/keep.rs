//! What a run showed, kept in a file: behind what stands there, all of it or nothing.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portcullis_attack::{EvidenceKept, Taken, records};
use portcullis_evidence::{Record, Sha256Hex, SigningKey, append, verify};
use portcullis_model::{Clock as _, Secret};
use portcullis_policy::SecretSource;
use sha2::{Digest as _, Sha256};

use super::verify::read;
use crate::arguments::KeepOptions;
use crate::clock::SystemClock;
use crate::ran::Ran;
use crate::secrets::private;

/// What is said where evidence is wanted without a key.
const NO_KEY: &str = "evidence is signed: name a key with --evidence-key; `portcullis evidence key --out evidence.pem` makes one";

/// What is wrong with where evidence is to be kept, before anything is attacked for it.
pub(crate) fn keepable(options: &KeepOptions) -> Result<(), String> {
    let Some(key) = &options.evidence_key else {
        return match options.evidence {
            Some(_) => Err(NO_KEY.to_owned()),
            None => Ok(()),
        };
    };
    signing_key(key).map(drop).map_err(|why| match key.symlink_metadata() {
        Ok(_) => why,
        Err(_) => format!("{why}; `portcullis evidence key --out {}` makes one", key.display()),
    })
}

/// Keeps a run where the options say so.
pub(crate) fn keep(ran: &Ran, options: &KeepOptions) -> Result<Option<EvidenceKept>, String> {
    let Some(path) = &options.evidence else { return Ok(None) };
    let key = options.evidence_key.as_ref().ok_or(NO_KEY)?;
    let key = signing_key(key)?;
    let records = made(ran, options.evidence_days)?;
    let found = add(path, &records, &key)?;
    Ok(Some(EvidenceKept { file: Some(path.display().to_string()), ..found }))
}

/// Keeps a run of the demo: in the file that is named, else nowhere, under a key that signs this alone. And what it
/// showed.
pub(crate) fn of_demo(
    ran: &Ran,
    options: &KeepOptions,
) -> Result<(EvidenceKept, Vec<Record>), String> {
    let records = made(ran, options.evidence_days)?;
    let key = match &options.evidence_key {
        Some(path) => signing_key(path)?,
        None => SigningKey::generate().ok_or("the operating system gives no randomness")?,
    };
    let kept = match &options.evidence {
        Some(path) => {
            let found = add(path, &records, &key)?;
            EvidenceKept { file: Some(path.display().to_string()), ..found }
        }
        None if options.evidence_key.is_some() => return Err("no file is named".to_owned()),
        None => shown(&lines("", &records, &key)?, &key)?,
    };
    Ok((kept, records))
}

fn signing_key(path: &Path) -> Result<SigningKey, String> {
    let text = Secret::new(private(&SecretSource::File(path.to_owned()))?);
    let shown = path.display();
    let text = std::str::from_utf8(text.expose_secret())
        .map_err(|_| format!("`{shown}`: it is no text"))?;
    SigningKey::from_pem(text).map_err(|fault| format!("`{shown}`: {fault}"))
}

fn made(ran: &Ran, days: u16) -> Result<Vec<Record>, String> {
    let taken = Taken {
        binary: this_program()?,
        lasts: Duration::from_secs(u64::from(days) * 86_400),
        clock: Arc::new(SystemClock),
    };
    records(&ran.place, &ran.set, &ran.report, &taken)
}

/// The digest of this program's own file.
pub(crate) fn this_program() -> Result<Sha256Hex, String> {
    let failed = |error: std::io::Error| format!("this program cannot be read: {error}");
    let mut file = std::env::current_exe().and_then(File::open).map_err(failed)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok(<[u8; 32]>::from(hash.finalize()).into()),
            read => hash.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// What a file holds, and behind it the run: all that is written.
fn lines(before: &str, records: &[Record], key: &SigningKey) -> Result<String, String> {
    let behind = if before.is_empty() {
        None
    } else {
        // What this key did not sign is not signed by what comes behind it.
        let found = verify(before, Some(&key.public()), None);
        Some(found.map_err(|fault| format!("what stands there already is not believed: {fault}"))?)
    };
    let added = append(behind.as_ref(), records, key, SystemClock.now())?;
    Ok(format!("{before}{added}"))
}

fn shown(text: &str, key: &SigningKey) -> Result<EvidenceKept, String> {
    let found = verify(text, Some(&key.public()), None)
        .map_err(|fault| format!("what was written is not believed: {fault}"))?;
    Ok(EvidenceKept {
        records: found.records.len(),
        verified: true,
        head: found.head.to_string(),
        key: key.public().to_string(),
        file: None,
    })
}

/// Adds a run to a file, in one step: whoever reads it sees all of it or nothing of it, and a full disk leaves what was
/// there.
fn add(path: &Path, records: &[Record], key: &SigningKey) -> Result<EvidenceKept, String> {
    let shown_path = path.display();
    let failed = |error: std::io::Error| format!("`{shown_path}`: {error}");
    let name = path.file_name().ok_or_else(|| format!("`{shown_path}` names no file"))?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let lock = File::open(folder).map_err(failed)?;
    lock.try_lock().map_err(|_| format!("another run keeps evidence in `{}`", folder.display()))?;
    let before = match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(error)),
        Ok(found) if !found.is_file() => return Err(format!("`{shown_path}` is no ordinary file")),
        Ok(_) => read(path)?,
    };
    let text = lines(&before, records, key).map_err(|why| format!("`{shown_path}`: {why}"))?;
    let found = shown(&text, key)?;
    let mut part_name = std::ffi::OsString::from(".");
    part_name.push(name);
    part_name.push(".new");
    let part = folder.join(part_name);
    // What a run left that was ended in between; nobody else writes here now.
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&part)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&part, path))
        .and_then(|()| lock.sync_all());
    if let Err(error) = written {
        // Half of a file is of no use; if it cannot be removed, the next run does.
        let _ = std::fs::remove_file(&part);
        return Err(failed(error));
    }
    Ok(found)
}
