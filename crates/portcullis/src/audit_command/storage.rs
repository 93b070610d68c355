//! Links to storage of cloud providers, in the files of the paths, in policy and documents.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use portcullis_audit::{
    Part, SIGNED_LINK, STORAGE_LINK, Severity, Spot, SpotAt, Told, ToldRule, storage_links,
};

/// Bytes of a file that are looked at.
const FILE_BYTES_MAX: u64 = 8 << 20;
/// Bytes in which a binary shows that it is one.
const SNIFFED_BYTES: usize = 8 << 10;
/// Buckets that are told.
const BUCKETS_MAX: usize = 1_000;
/// Places of one bucket that are kept.
const PLACES_MAX: usize = 50;

/// A bucket: whose, its name, and whether the link is signed.
type Bucket = (&'static str, String, bool);

/// Every bucket that files link.
pub(super) fn found<'p>(files: impl Iterator<Item = &'p PathBuf>) -> Vec<Told> {
    let mut buckets: BTreeMap<Bucket, Vec<Spot>> = BTreeMap::new();
    for path in files {
        let Some(text) = text_of(path) else { continue };
        for link in storage_links(&text) {
            let bucket = (link.provider, link.bucket, link.is_signed);
            if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&bucket) {
                continue;
            }
            let places = buckets.entry(bucket).or_default();
            if places.len() < PLACES_MAX {
                let at = SpotAt::File(path.display().to_string());
                places.push(Spot { at, line: Some(line_column(&text, link.at)), operation: None });
            }
        }
    }
    buckets.into_iter().map(|(bucket, places)| told(bucket, places)).collect()
}

fn told((provider, bucket, is_signed): Bucket, places: Vec<Spot>) -> Told {
    let (rule, message, fix) = if is_signed {
        (
            &SIGNED_LINK,
            format!(
                "a signed link to `{bucket}` ({provider}) opens something for whoever reads it"
            ),
            "take it out, and exchange the key that signed it if it has not ended",
        )
    } else {
        (
            &STORAGE_LINK,
            format!("`{bucket}` ({provider}) is linked; it may be open: nobody asked"),
            "ask it as nobody, and block public access for the whole account",
        )
    };
    let severity: Severity = rule.severity;
    Told {
        part: Part::Storage,
        rule: ToldRule::of(rule),
        severity,
        message,
        fix: fix.to_owned(),
        places,
        enforced: None,
        regains: None,
    }
}

fn text_of(path: &Path) -> Option<String> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    let is_binary = bytes.iter().take(SNIFFED_BYTES).any(|byte| *byte == 0);
    (!is_binary).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
