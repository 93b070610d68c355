//! `portcullis keys import`: keys that others issued, from a file of theirs.
//!
//! Of each there is only its SHA-256 from the moment it was read, and what goes on from here is made of that under the
//! pepper.

mod found;
mod kong;
mod sha256;

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use portcullis_admin::{Import, Kept, KeyRequest, REQUEST_BYTES_MAX, Request};
use portcullis_credential::api_key::Pepper;
use portcullis_model::{Clock as _, KeyId, KeyRules};
use portcullis_store::IMPORT_MAX;
use serde_json::{Value, json};

use crate::clock::SystemClock;
use crate::desk::{Desk, concluded, is_true, number};
use crate::exit::Exit;
use crate::format::Format;
use crate::import_arguments::{KeysFormat, KeysImportOptions};
use crate::keys::import::found::{FAULTS_MAX, Fault, Found, Reading};
use crate::keys::known::{pepper, settings};
use crate::keys::rules;
use crate::report::many;
use crate::talk;

/// Bytes of a file of keys.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Bytes of a request that are none of its keys', beside the rules.
const SPARED: usize = 1024;

/// Keys after which it is said how far it is.
const TOLD_EACH: usize = 20_000;

pub(crate) fn import(options: &KeysImportOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let settings = settings(&desk)?;
        let pepper = pepper(&desk)?;
        let rules = rules(&options.good_for, &options.attributes, &options.limits, &desk)?;
        let text = text(&options.file)?;
        let now = SystemClock.now();
        let mut reading = Reading::new(&settings.brand, options.lasting.end(now), now);
        reading.takes_weak = options.accept_weak.is_some();
        match options.kind {
            KeysFormat::Kong => kong::read(text, &mut reading),
            KeysFormat::Sha256 => sha256::read(&text, &mut reading),
        }
        let (found, faults) = reading.end();
        let keys = kept(found, &pepper, faults)?;
        let common = Import {
            keys: Vec::new(),
            rules,
            pepper: pepper.fingerprint(),
            again: options.again,
            is_only_asked: true,
            reason: options.accept_weak.clone(),
        };
        let mut answer = handed_over(&mut desk, &keys, &common, options.dry_run)?;
        if let (Value::Object(members), Some(end)) = (&mut answer, options.lasting.end(now)) {
            members.insert("expires".to_owned(), json!(end.rfc3339()));
        }
        Ok((desk.way, answer))
    });
    let format = if options.json { Format::Json } else { Format::Text };
    concluded(made, format, said)
}

fn said(answer: &Value) {
    let count = |name: &str| many(number(answer, name) as usize, "key");
    let would = if is_true(answer, "dry_run") { "would be " } else { "" };
    talk::print(&format!("{} {would}imported, {} there already\n", count("added"), count("known")));
    if let Some(end) = answer.get("expires").and_then(Value::as_str) {
        talk::say(&format!("they end at {end} at the latest: roll them before, one by one"));
    }
}

/// The text of the file, which is not kept longer than it takes to read it.
fn text(path: &Path) -> Result<String, Exit> {
    let name = talk::clean(&path.display().to_string());
    let unreadable = |why: &str| {
        talk::say(&format!("`{name}`: {why}"));
        Exit::Unusable
    };
    let file = File::open(path).map_err(|error| unreadable(&error.to_string()))?;
    let mut bytes = Vec::new();
    let read = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(&error.to_string()))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(unreadable("it is larger than 64 MiB: cut it into several"));
    }
    String::from_utf8(bytes).map_err(|_| unreadable("it is no UTF-8"))
}

/// What is kept of each, with its place; nothing if anything is wrong with any.
fn kept(
    found: Vec<Found>,
    pepper: &Pepper,
    mut faults: Vec<Fault>,
) -> Result<Vec<(String, Kept)>, Exit> {
    let mut places: HashMap<KeyId, usize> = HashMap::with_capacity(found.len());
    let mut keys: Vec<(String, Kept)> = Vec::with_capacity(found.len());
    for Found { place, digest, owner, label, expires } in found {
        let made = pepper.imported(&digest);
        if let Some((first, known)) = places.get(&made.id).and_then(|number| keys.get(*number)) {
            let whose = talk::clean(&known.owner);
            faults.push(Fault::new(place, format!("this is the key of {first} (`{whose}`) again")));
            continue;
        }
        places.insert(made.id, keys.len());
        keys.push((place, Kept { id: made.id, mac: made.mac, owner, label, expires }));
    }
    if faults.is_empty() && !keys.is_empty() {
        return Ok(keys);
    }
    if faults.is_empty() {
        talk::say("there is no key in it");
    }
    Err(refused(&faults))
}

/// Says what is wrong, and that nothing was done.
fn refused(faults: &[Fault]) -> Exit {
    for Fault { place, what } in faults.iter().take(FAULTS_MAX) {
        talk::say(&format!("{place}: {what}"));
    }
    if let Some(rest) = faults.len().checked_sub(FAULTS_MAX).filter(|rest| *rest > 0) {
        talk::say(&format!("and {rest} more"));
    }
    if faults.iter().any(|fault| fault.what.starts_with(found::WEAK)) {
        talk::say(
            "help: let their owners have new ones; or --accept-weak REASON takes them, and the ledger says so",
        );
    }
    if faults.iter().any(|fault| fault.what == ENDED) {
        talk::say("help: --again lets them open again");
    }
    talk::say("nothing was imported");
    Exit::Failure
}

/// What is said of a key that was ended here.
const ENDED: &str = "it was imported before, and revoked or over since";

/// Asks about all of them first, so that nothing comes where something cannot.
fn handed_over(
    desk: &mut Desk,
    keys: &[(String, Kept)],
    common: &Import,
    is_dry: bool,
) -> Result<Value, Exit> {
    let request = |keys: Vec<Kept>, is_only_asked: bool| {
        Request::Keys(KeyRequest::Import(Box::new(Import {
            keys,
            is_only_asked,
            ..common.clone()
        })))
    };
    if !is_dry {
        // The first key may come before the first start: this makes the store.
        desk.ask(request(Vec::new(), false))?;
    }
    let batches = batches(keys, common);
    let (mut faults, mut added, mut room) = (Vec::new(), 0, u64::MAX);
    for batch in &batches {
        let answer = desk.ask(request(of(batch), true))?;
        added += number(&answer, "added");
        room = room.min(number(&answer, "room"));
        faults.extend(clashes(batch, &answer));
    }
    if added > room {
        talk::say(&format!("there is room for {room} more keys, and these are {added}"));
        return Err(refused(&faults));
    }
    if !faults.is_empty() {
        return Err(refused(&faults));
    }
    let known = keys.len() as u64 - added;
    if is_dry {
        return Ok(json!({ "dry_run": true, "added": added, "known": known }));
    }
    let mut done = 0;
    for batch in &batches {
        let answer = desk.ask(request(of(batch), false));
        let clashes = answer.as_ref().map_or_else(|_| Vec::new(), |one| clashes(batch, one));
        if answer.is_err() || !clashes.is_empty() {
            clashes.iter().for_each(|fault| talk::say(&format!("{}: {}", fault.place, fault.what)));
            let all = keys.len();
            talk::say(&format!("{done} of {all} are there; run it again, and the rest comes"));
            return Err(Exit::Failure);
        }
        if done / TOLD_EACH < (done + batch.len()) / TOLD_EACH {
            talk::say(&format!("{} of {}", done + batch.len(), keys.len()));
        }
        done += batch.len();
    }
    Ok(json!({ "added": added, "known": known }))
}

fn of(batch: &[(String, Kept)]) -> Vec<Kept> {
    batch.iter().map(|(_, kept)| kept.clone()).collect()
}

/// As many at a time as fit into one request.
fn batches<'k>(keys: &'k [(String, Kept)], common: &Import) -> Vec<&'k [(String, Kept)]> {
    let length = |all| Request::Keys(KeyRequest::Import(Box::new(all))).write().len();
    let most = REQUEST_BYTES_MAX.saturating_sub(length(common.clone()) + SPARED);
    // What all of them may is the same, and long perhaps.
    let short = Import { rules: KeyRules::default(), reason: None, ..common.clone() };
    let empty = length(short.clone());
    let (mut batches, mut from, mut bytes) = (Vec::new(), 0, 0);
    for (at, (_, kept)) in keys.iter().enumerate() {
        let alone = Import { keys: vec![kept.clone()], ..short.clone() };
        let own = length(alone).saturating_sub(empty) + 1;
        if at > from && (bytes + own > most || at - from >= IMPORT_MAX) {
            batches.extend(keys.get(from..at));
            (from, bytes) = (at, 0);
        }
        bytes += own;
    }
    batches.extend(keys.get(from..));
    batches
}

/// What the store has against keys, each with its place in the file.
fn clashes(batch: &[(String, Kept)], answer: &Value) -> Vec<Fault> {
    let refused = answer.get("refused").and_then(Value::as_array);
    let fault = |one: &Value| {
        let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = text("id");
        let (place, kept) = batch.iter().find(|(_, kept)| kept.id.to_string() == id)?;
        let what = match text("why") {
            "ended" => ENDED.to_owned(),
            "other_owner" => format!(
                "it is there, as key {id} of `{}`; here it is of `{}`",
                talk::clean(text("owner")),
                talk::clean(&kept.owner)
            ),
            _ => format!("another key has its name, {id}"),
        };
        Some(Fault::new(place.clone(), what))
    };
    refused.into_iter().flatten().filter_map(fault).collect()
}
