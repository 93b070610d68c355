//! Links to storage of cloud providers, in the files of the paths, in policy and documents.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use portcullis_audit::{
    Part, SIGNED_LINK, STORAGE_GONE, STORAGE_LINK, STORAGE_OPEN, Severity, Spot, SpotAt,
    StorageShown, Told, ToldRule, asked_of, storage_links, storage_shown,
};

/// Bytes of a file that are looked at.
const FILE_BYTES_MAX: u64 = 8 << 20;
/// Bytes in which a binary shows that it is one.
const SNIFFED_BYTES: usize = 8 << 10;
/// Buckets that are told.
const BUCKETS_MAX: usize = 1_000;
/// Buckets that are asked.
const ASKED_MAX: usize = 50;
/// Places of one bucket that are kept.
const PLACES_MAX: usize = 50;

/// A bucket: whose, its name, and whether the link is signed.
type Bucket = (&'static str, String, bool);

/// Every bucket that files link.
pub(super) fn found<'p>(
    files: impl Iterator<Item = &'p PathBuf>,
    get: Option<&Get<'_>>,
) -> Vec<Told> {
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
                places.push(Spot { at, line: Some(link.line), operation: None });
            }
        }
    }
    let mut asked = 0;
    let each = buckets.into_iter().map(|(bucket, places)| {
        let found = told(&bucket, places);
        let Some(get) = get.filter(|_| asked < ASKED_MAX && !bucket.2) else { return found };
        asked += 1;
        judged(found, &bucket, get)
    });
    each.collect()
}

/// Gets a target of a host: the status, and the beginning of what came.
pub(super) type Get<'g> = dyn Fn(&str, &str) -> Result<(u16, String), String> + 'g;

/// The same, after the bucket was asked for a list as nobody.
fn judged(found: Told, (provider, bucket, _): &Bucket, get: &Get<'_>) -> Told {
    let Some((host, target)) = asked_of(provider, bucket) else {
        let message = format!("{}: this provider has no form that is asked here", found.message);
        return Told { message, ..found };
    };
    let (rule, message, fix) = match get(&host, &target)
        .map(|(status, body)| storage_shown(status, &body))
    {
        Ok(StorageShown::Open) => (
            &STORAGE_OPEN,
            format!("`{bucket}` ({provider}) listed its objects for nobody"),
            "block public access for the whole account",
        ),
        Ok(StorageShown::Gone) => (
            &STORAGE_GONE,
            format!(
                "`{bucket}` ({provider}) does not exist: whoever makes one of that name serves your clients"
            ),
            "take the link out, or make the bucket yours again",
        ),
        Ok(StorageShown::Closed) => {
            let message = format!("`{bucket}` ({provider}) refused to list its objects for nobody");
            return Told { message, severity: Severity::Info, ..found };
        }
        Ok(StorageShown::Unclear) => {
            let message = format!("{}; what it answered is not understood", found.message);
            return Told { message, ..found };
        }
        Err(why) => {
            let message = format!("{}; it could not be asked: {why}", found.message);
            return Told { message, ..found };
        }
    };
    let (severity, rule) = (rule.severity, ToldRule::of(rule));
    Told { rule, severity, message, fix: fix.to_owned(), ..found }
}

fn told((provider, bucket, is_signed): &Bucket, places: Vec<Spot>) -> Told {
    let (rule, message, fix) = if *is_signed {
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{SocketAddr, TcpListener, TcpStream};

    use super::*;

    /// A provider on this machine: what it says to each host that it is asked for.
    fn stand_in() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = [0; 2048];
                let length = stream.read(&mut head).unwrap_or_default();
                let head = String::from_utf8_lossy(&head[..length]).into_owned();
                let answer = if head.contains("open-files") {
                    "HTTP/1.0 200 OK\r\n\r\n<ListBucketResult>"
                } else if head.contains("gone-files") {
                    "HTTP/1.0 404 Not Found\r\n\r\n<Error><Code>NoSuchBucket</Code></Error>"
                } else {
                    "HTTP/1.0 403 Forbidden\r\n\r\n"
                };
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        address
    }

    #[test]
    fn a_bucket_that_lists_is_high_one_that_is_gone_is_told_and_one_that_refuses_is_known() {
        let address = stand_in();
        let get = |host: &str, target: &str| {
            let mut stream = TcpStream::connect(address).map_err(|why| why.to_string())?;
            let request = format!("GET {target} HTTP/1.0\r\nHost: {host}\r\n\r\n");
            stream.write_all(request.as_bytes()).map_err(|why| why.to_string())?;
            let mut text = String::new();
            stream.read_to_string(&mut text).map_err(|why| why.to_string())?;
            let status = text.split(' ').nth(1).and_then(|code| code.parse().ok());
            Ok((status.unwrap_or_default(), text))
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.md");
        std::fs::write(&file, "gs://open-files s3://gone-files s3://shut-files https://f1.backblazeb2.com/file/other/x").unwrap();
        let found = found([&file].into_iter(), Some(&get));
        let told: Vec<(&str, Severity)> =
            found.iter().map(|one| (one.rule.id.as_str(), one.severity)).collect();
        assert_eq!(
            told,
            [
                ("storage-gone", Severity::Medium),
                ("storage-link", Severity::Info),
                ("storage-link", Severity::Low),
                ("storage-open", Severity::High),
            ]
        );
        let unreached = super::found([&file].into_iter(), Some(&|_, _| Err("no way".to_owned())));
        assert!(
            unreached[0].message.ends_with("could not be asked: no way"),
            "{}",
            unreached[0].message
        );
    }
}
