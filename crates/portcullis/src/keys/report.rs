//! `portcullis keys report`: keys of ours in a text that turned up somewhere, and their end.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;

use portcullis_admin::{KeyRequest, Report, Request};
use portcullis_controls::secret_in_url::without_credentials;
use portcullis_credential::api_key::{self, Pepper};
use portcullis_model::KeyId;
use portcullis_model::key::OnReport;
use serde_json::{Value, json};

use crate::desk::{Desk, concluded, is_true, number};
use crate::exit::Exit;
use crate::key_arguments::KeysReportOptions;
use crate::keys::known::{pepper, settings};
use crate::report::many;
use crate::talk;

/// Bytes that are looked through at a time.
const PIECE: usize = 64 << 10;
/// Different keys of one text that are reported; for more it is said that there are more.
const KEYS_MAX: usize = 10_000;

pub(crate) fn report(options: &KeysReportOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let settings = settings(&desk)?;
        let pepper = pepper(&desk)?;
        let found = match &options.file {
            Some(path) => {
                let file = File::open(path).map_err(|error| {
                    talk::say(&format!("`{}`: {error}", path.display()));
                    Exit::Unusable
                })?;
                found(file, &settings.brand, &pepper)
            }
            None => found(std::io::stdin().lock(), &settings.brand, &pepper),
        };
        let found = found.map_err(|error| {
            talk::say(&format!("it cannot be read to its end: {error}"));
            Exit::Unusable
        })?;
        let on_report = settings.leaks.as_ref().map_or(OnReport::Revoke, |leaks| leaks.on_report);
        ended(&mut desk, &found, on_report, options)
    });
    concluded(made, options.format, |answer| {
        let keys = answer.get("keys").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        keys.iter().for_each(|key| talk::print(&line(key)));
        let (found, genuine) = (number(answer, "found"), keys.len());
        let rest = (found as usize).saturating_sub(genuine);
        if rest > 0 {
            let these = many(rest, "text");
            talk::say(&format!("{these} of the form of a key: none of ours, or none any more"));
        }
        if genuine > 0 {
            talk::say("what each was used for: portcullis keys uses -c FILE --id ID");
        }
    })
}

/// What was found: names, and what proves each.
struct Found {
    keys: Vec<(KeyId, [u8; 32])>,
    has_more: bool,
}

fn found(mut text: impl Read, brand: &str, pepper: &Pepper) -> std::io::Result<Found> {
    let (mut known, mut found) = (HashSet::new(), Found { keys: Vec::new(), has_more: false });
    let mut bytes = Vec::with_capacity(PIECE + api_key::LENGTH_MAX);
    loop {
        let count = (&mut text).take(PIECE as u64).read_to_end(&mut bytes)?;
        // What is no UTF-8 holds no key; what surrounds one may be anything.
        for key in api_key::all_in(&String::from_utf8_lossy(&bytes), brand) {
            let one = (key.id, pepper.mac(key.text));
            if known.contains(&one) {
                continue;
            }
            if found.keys.len() >= KEYS_MAX {
                found.has_more = true;
                return Ok(found);
            }
            known.insert(one);
            found.keys.push(one);
        }
        if count == 0 {
            return Ok(found);
        }
        // The end of this piece may be the beginning of a key.
        let kept = bytes.len().saturating_sub(api_key::LENGTH_MAX - 1);
        bytes.drain(..kept);
    }
}

fn ended(
    desk: &mut Desk,
    found: &Found,
    on_report: OnReport,
    options: &KeysReportOptions,
) -> Result<(portcullis_admin::Way, Value), Exit> {
    let url = without_credentials(&options.url);
    let (mut keys, mut failed) = (Vec::new(), None);
    for (id, mac) in &found.keys {
        let (id, mac) = (*id, *mac);
        let (source, url) = (options.source.clone(), url.clone());
        let report = Report { id, mac, on_report, source, url };
        // What cannot be done for one is no reason to leave it undone for the others.
        match desk.ask(Request::Keys(KeyRequest::Report(Box::new(report)))) {
            Ok(answer) if is_true(&answer, "genuine") => keys.push(answer),
            Ok(_) => {}
            Err(exit) => {
                talk::say(&format!("that was for the key {id}"));
                failed = Some(exit);
            }
        }
    }
    if found.has_more {
        talk::say(&format!("there are more than {KEYS_MAX}: report the rest of the text, too"));
        failed = Some(Exit::Failure);
    }
    let found = found.keys.len();
    if failed.is_some() {
        keys.iter().for_each(|key| talk::print(&line(key)));
    }
    failed.map_or(Ok((desk.way, json!({ "keys": keys, "found": found }))), Err)
}

fn line(reported: &Value) -> String {
    let key = reported.get("key").unwrap_or(&Value::Null);
    let text = |name: &str| talk::clean(key.get(name).and_then(Value::as_str).unwrap_or("-"));
    let became = match reported.get("ends").and_then(Value::as_str) {
        Some(ends) => format!("ends at {ends}"),
        None => format!("revoked {}", many(number(reported, "revoked") as usize, "key")),
    };
    let [id, owner, label] = ["id", "owner", "label"].map(text);
    let (created, used) = (text("created"), text("last_used"));
    format!("{id}  {owner}  {label}  {became}; issued {created}, last used {used}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives some bytes at a time.
    struct Slow<'t>(&'t [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(into.len()).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            into[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    #[test]
    fn a_key_is_found_once_wherever_pieces_end() {
        let pepper = Pepper::parse(&std::array::from_fn::<u8, 32, _>(|at| at as u8)).unwrap();
        let (id, text) = api_key::generate("acme", "live").unwrap();
        for before in [0, 1, PIECE - 100, PIECE - 40, PIECE - 1, PIECE, 3 * PIECE - 7] {
            let whole = [&vec![0xff; before][..], text.as_bytes(), b"\xc3", text.as_bytes()];
            let whole = whole.concat();
            let found = found(Slow(&whole, 997), "acme", &pepper).unwrap();
            assert_eq!(found.keys, [(id, pepper.mac(&text))], "{before}");
            assert!(!found.has_more);
        }
    }
}
