//! Links to storage of cloud providers, by their forms: a bucket that is named may be open, and a signed link opens
//! something for whoever reads it. Nobody is asked.

use std::collections::HashSet;

use crate::finding::{Rule, Severity};

/// Bytes of one link.
const LINK_BYTES_MAX: usize = 2 << 10;
/// Links of one text that are told.
const LINKS_MAX: usize = 200;

/// A link to storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageLink {
    /// Whose storage it is.
    pub provider: &'static str,
    /// The bucket, or account and container.
    pub bucket: String,
    /// Whether it carries a signature, and so opens what it names.
    pub is_signed: bool,
    /// Line and column where it begins, from 1; columns count characters.
    pub line: (usize, usize),
}

/// A bucket that is named.
pub static STORAGE_LINK: Rule = Rule {
    id: "storage-link",
    title: "it is known whether storage that is linked is open",
    item: "A7",
    cwe: &[552],
    severity: Severity::Low,
    page: "A bucket whose name is known is asked by whoever looks for open ones. Whether this one lists its objects, or takes \
           new ones, from anybody is not known here: nobody asked.\n\nAsk as nobody (`curl -s https://BUCKET.s3.amazonaws.com/`), \
           and block public access for the whole account.",
};

/// A link that opens something.
pub static SIGNED_LINK: Rule = Rule {
    id: "storage-link-signed",
    title: "no link that opens something lies in the open",
    item: "A7",
    cwe: &[200, 552],
    severity: Severity::Medium,
    page: "A signed link opens its object for whoever has it, until it ends or its key is exchanged.\n\nTake it out, exchange \
           the key that signed it if it has not ended, and make links when they are asked for, for minutes.",
};

/// A bucket that was asked, and lists what is in it for nobody.
pub static STORAGE_OPEN: Rule = Rule {
    id: "storage-open",
    title: "storage shows nothing to whoever asks",
    item: "A7",
    cwe: &[552, 732],
    severity: Severity::High,
    page: "The bucket was asked without a credential, and listed its objects.\n\nBlock public access for the whole account, and \
           serve what must be public through a name of your own.",
};

/// A bucket that was asked, and is not there.
pub static STORAGE_GONE: Rule = Rule {
    id: "storage-gone",
    title: "what is linked is there",
    item: "A7",
    cwe: &[829],
    severity: Severity::Medium,
    page: "The bucket that is linked does not exist. Whoever makes one of that name serves your clients what they \
           like.\n\nTake the link out, or make the bucket yours again.",
};

/// What is asked of a bucket, as nobody: host and target of one `GET`. None: there is no form for this provider.
pub fn asked_of(provider: &str, bucket: &str) -> Option<(String, String)> {
    match provider {
        // A name with dots is in no certificate.
        "Amazon S3" if bucket.contains('.') => {
            Some(("s3.amazonaws.com".to_owned(), format!("/{bucket}?list-type=2&max-keys=1")))
        }
        "Amazon S3" => {
            Some((format!("{bucket}.s3.amazonaws.com"), "/?list-type=2&max-keys=1".to_owned()))
        }
        "Google Cloud Storage" => {
            Some(("storage.googleapis.com".to_owned(), format!("/{bucket}?max-keys=1")))
        }
        "Azure Blob Storage" => {
            let (account, container) =
                bucket.split_once('/').filter(|(_, name)| is_bucket(name))?;
            let target = format!("/{container}?restype=container&comp=list&maxresults=1");
            Some((format!("{account}.blob.core.windows.net"), target))
        }
        _ => None,
    }
}

/// What an answer to that says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageShown {
    /// It listed what is in it.
    Open,
    /// It refused.
    Closed,
    /// There is no such bucket.
    Gone,
    /// Nothing that is understood.
    Unclear,
}

/// Judges an answer. A page that says 200 is no list.
pub fn storage_shown(status: u16, body: &str) -> StorageShown {
    let is_list =
        ["<ListBucketResult", "<EnumerationResults"].iter().any(|list| body.contains(list));
    match status {
        200 if is_list => StorageShown::Open,
        401 | 403 | 409 => StorageShown::Closed,
        // Azure says so of containers that nobody may list, too.
        404 if body.contains("NoSuchBucket") => StorageShown::Gone,
        404 if body.contains("ResourceNotFound") => StorageShown::Closed,
        _ => StorageShown::Unclear,
    }
}

/// Every link of a text, each bucket once, a signed one beside an unsigned one.
pub fn storage_links(text: &str) -> Vec<StorageLink> {
    let mut links = Vec::new();
    let mut known: HashSet<(String, bool)> = HashSet::new();
    let mut counted = Lines::of(text);
    for at in memchr::memmem::find_iter(text.as_bytes(), "://") {
        let (begin, scheme) = scheme(text, at);
        let Some(rest) = text.get(at + 3..) else { continue };
        let end = rest.bytes().take(LINK_BYTES_MAX).position(|byte| !is_of_url(byte));
        let end = end.unwrap_or_else(|| rest.len().min(LINK_BYTES_MAX));
        let Some((provider, bucket)) = rest.get(..end).and_then(|url| of(scheme, url)) else {
            continue;
        };
        let is_signed = rest.get(..end).is_some_and(is_signed);
        if links.len() < LINKS_MAX && known.insert((format!("{provider} {bucket}"), is_signed)) {
            let line = counted.at(begin);
            links.push(StorageLink { provider, bucket, is_signed, line });
        }
    }
    links
}

/// Lines and columns of places that come in order: each byte is counted once, however many places there are.
struct Lines<'t> {
    text: &'t str,
    counted: usize,
    line: usize,
    column: usize,
}

impl<'t> Lines<'t> {
    const fn of(text: &'t str) -> Self {
        Self { text, counted: 0, line: 1, column: 1 }
    }

    /// Of a byte that is not before the last one.
    fn at(&mut self, byte: usize) -> (usize, usize) {
        let between = self.text.get(self.counted..byte).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between.as_bytes()).count();
        let behind = between.rsplit_once('\n').map(|(_, behind)| behind);
        if behind.is_some() {
            self.column = 1;
        }
        self.column += behind.unwrap_or(between).chars().count();
        self.counted = self.counted.max(byte);
        (self.line, self.column)
    }
}

/// Where the scheme before `://` begins, and what it is.
fn scheme(text: &str, at: usize) -> (usize, &str) {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let letters =
        before.iter().rev().take(8).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    (at - letters, text.get(at - letters..at).unwrap_or_default())
}

const fn is_of_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'/'
                | b'?'
                | b'='
                | b'&'
                | b'%'
                | b'+'
                | b':'
                | b'@'
                | b','
                | b';'
                | b'*'
                | b'$'
                | b'!'
        )
}

/// The provider and the bucket of a URL, by its host and path.
fn of(scheme: &str, url: &str) -> Option<(&'static str, String)> {
    let (host, path) = url.split_once('/').unwrap_or((url, ""));
    let host = host.split(['?', ':']).next().unwrap_or_default().to_ascii_lowercase();
    match scheme.to_ascii_lowercase().as_str() {
        "s3" | "s3a" => return is_bucket(&host).then(|| ("Amazon S3", host.clone())),
        "gs" => return is_bucket(&host).then(|| ("Google Cloud Storage", host.clone())),
        "http" | "https" => {}
        _ => return None,
    }
    let first = path.split(['/', '?', '&']).next().unwrap_or_default();
    let named = |provider, bucket: &str| is_bucket(bucket).then(|| (provider, bucket.to_owned()));
    let amazons = host.strip_suffix(".amazonaws.com");
    if let Some(before) = amazons.or_else(|| host.strip_suffix(".amazonaws.com.cn")) {
        return named("Amazon S3", amazon(before, first)?);
    }
    if host == "storage.googleapis.com" || host == "storage.cloud.google.com" {
        return named("Google Cloud Storage", first);
    }
    if let Some(bucket) = host.strip_suffix(".storage.googleapis.com") {
        return named("Google Cloud Storage", bucket);
    }
    if host == "firebasestorage.googleapis.com" {
        let bucket = path.strip_prefix("v0/b/")?.split('/').next()?;
        return named("Firebase Storage", bucket);
    }
    for (end, provider) in [
        (".blob.core.windows.net", "Azure Blob Storage"),
        (".dfs.core.windows.net", "Azure Data Lake"),
        (".file.core.windows.net", "Azure Files"),
    ] {
        if let Some(account) = host.strip_suffix(end) {
            return named(provider, account)
                .map(|(provider, account)| (provider, format!("{account}/{first}")));
        }
    }
    for (end, provider) in [
        (".digitaloceanspaces.com", "DigitalOcean Spaces"),
        (".aliyuncs.com", "Alibaba OSS"),
        (".r2.dev", "Cloudflare R2"),
    ] {
        if let Some(before) = host.strip_suffix(end) {
            let is_meant = provider != "Alibaba OSS" || before.contains("oss-");
            let bucket = before.split('.').next().unwrap_or_default();
            return named(provider, bucket).filter(|_| is_meant);
        }
    }
    if host.ends_with(".r2.cloudflarestorage.com") {
        return named("Cloudflare R2", first);
    }
    if host.starts_with("s3.") && host.ends_with(".wasabisys.com") {
        return named("Wasabi", first);
    }
    if host.ends_with(".backblazeb2.com") {
        return named("Backblaze B2", path.strip_prefix("file/")?.split('/').next()?);
    }
    None
}

/// The bucket, by what stands before `.amazonaws.com` or by the path; none: it is another service.
fn amazon<'u>(before: &'u str, first: &'u str) -> Option<&'u str> {
    if before == "s3" || before.starts_with("s3.") || before.starts_with("s3-") {
        return Some(first);
    }
    // BUCKET.s3, BUCKET.s3.REGION, BUCKET.s3-REGION, BUCKET.s3-website-REGION; a bucket may have dots.
    let at = before.rfind(".s3").filter(|at| {
        let behind = before.get(at + 3..).unwrap_or_default();
        behind.is_empty() || behind.starts_with(['.', '-'])
    })?;
    before.get(..at)
}

/// What may be the name of one: a placeholder is none.
fn is_bucket(name: &str) -> bool {
    (3..=222).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        && !matches!(
            name.to_ascii_lowercase().as_str(),
            "bucket" | "bucket-name" | "my-bucket" | "mybucket" | "examplebucket" | "your-bucket"
        )
}

/// Whether its query has a signature.
fn is_signed(url: &str) -> bool {
    let Some((_, query)) = url.split_once('?') else { return false };
    let has = |name: &str| {
        query.split(['&', ';']).any(|pair| {
            pair.split_once('=')
                .is_some_and(|(key, value)| key.eq_ignore_ascii_case(name) && value.len() >= 16)
        })
    };
    has("X-Amz-Signature") || has("X-Goog-Signature") || has("Signature") || has("sig")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_provider_is_known_by_its_forms() {
        for (url, provider, bucket) in [
            ("https://acme-files.s3.amazonaws.com/a.png", "Amazon S3", "acme-files"),
            ("https://acme.files.s3.eu-west-1.amazonaws.com/", "Amazon S3", "acme.files"),
            ("http://acme-site.s3-website-us-east-1.amazonaws.com", "Amazon S3", "acme-site"),
            ("https://s3.eu-central-1.amazonaws.com/acme-files/x", "Amazon S3", "acme-files"),
            ("s3://acme-files/x", "Amazon S3", "acme-files"),
            ("gs://acme-files/x", "Google Cloud Storage", "acme-files"),
            ("https://storage.googleapis.com/acme-files/x", "Google Cloud Storage", "acme-files"),
            (
                "https://firebasestorage.googleapis.com/v0/b/acme.appspot.com/o/x",
                "Firebase Storage",
                "acme.appspot.com",
            ),
            ("https://acme.blob.core.windows.net/pics/x", "Azure Blob Storage", "acme/pics"),
            ("https://acme.fra1.digitaloceanspaces.com/x", "DigitalOcean Spaces", "acme"),
            ("https://acme.oss-cn-hangzhou.aliyuncs.com/x", "Alibaba OSS", "acme"),
            ("https://f002.backblazeb2.com/file/acme/x", "Backblaze B2", "acme"),
            ("https://s3.eu-central-1.wasabisys.com/acme/x", "Wasabi", "acme"),
            ("https://0a1b.r2.cloudflarestorage.com/acme/x", "Cloudflare R2", "acme"),
        ] {
            let text = format!("const a = '{url}';");
            let links = storage_links(&text);
            assert_eq!(links.len(), 1, "{url}: {links:?}");
            assert_eq!(
                (links[0].provider, links[0].bucket.as_str(), links[0].line),
                (provider, bucket, (1, 12)),
                "{url}"
            );
            assert!(!links[0].is_signed);
        }
    }

    #[test]
    fn what_is_no_storage_and_no_bucket_is_none() {
        for url in [
            "https://ec2.eu-west-1.amazonaws.com/x",
            "https://amazonaws.com.evil.example/x",
            "https://my.s3.amazonaws.com.evil.example/x",
            "https://s3.amazonaws.com/{bucket}/x",
            "https://s3.amazonaws.com/my-bucket/x",
            "https://storage.googleapis.com/",
            "ftp://acme.s3.amazonaws.com/",
            "https://ecs.aliyuncs.com/",
            "://",
        ] {
            assert_eq!(storage_links(url), [], "{url}");
        }
    }

    #[test]
    fn what_a_provider_answers_is_judged_by_its_own_words() {
        for (status, body, shown) in [
            (200, "<?xml?><ListBucketResult xmlns='x'>", StorageShown::Open),
            (200, "<EnumerationResults>", StorageShown::Open),
            (200, "<html>", StorageShown::Unclear),
            (403, "<Error><Code>AccessDenied</Code>", StorageShown::Closed),
            (404, "<Error><Code>NoSuchBucket</Code>", StorageShown::Gone),
            (404, "<Error><Code>ResourceNotFound</Code>", StorageShown::Closed),
            (301, "", StorageShown::Unclear),
        ] {
            assert_eq!(storage_shown(status, body), shown, "{status} {body}");
        }
        let asked =
            |provider, bucket| asked_of(provider, bucket).map(|(host, target)| host + &target);
        assert_eq!(
            asked("Amazon S3", "acme").unwrap(),
            "acme.s3.amazonaws.com/?list-type=2&max-keys=1"
        );
        assert_eq!(
            asked("Amazon S3", "a.b").unwrap(),
            "s3.amazonaws.com/a.b?list-type=2&max-keys=1"
        );
        assert!(
            asked("Azure Blob Storage", "acme/pics")
                .unwrap()
                .starts_with("acme.blob.core.windows.net/pics?")
        );
        assert_eq!(asked("Azure Blob Storage", "acme/"), None);
        assert_eq!(asked("Wasabi", "acme"), None);
    }

    #[test]
    fn a_signed_link_is_told_beside_the_bucket_and_no_bucket_twice() {
        let text = "https://acme.s3.amazonaws.com/a https://acme.s3.amazonaws.com/b \
                    https://acme.s3.amazonaws.com/a?X-Amz-Signature=0123456789abcdef0123&X-Amz-Date=1";
        let links = storage_links(text);
        assert_eq!(links.iter().map(|one| one.is_signed).collect::<Vec<_>>(), [false, true]);
        let many: Vec<String> = (0..900).map(|n| format!("s3://bucket-{n}/")).collect();
        assert_eq!(storage_links(&many.join(" ")).len(), LINKS_MAX);
    }

    #[test]
    fn lines_and_columns_of_many_links_are_counted_in_one_pass() {
        let text = "é s3://acme-a/\n\ngs://acme-b/ é s3://acme-c/\n";
        let places: Vec<_> = storage_links(text).iter().map(|one| one.line).collect();
        assert_eq!(places, [(1, 3), (3, 1), (3, 16)]);
        // Behind much text: counted from its beginning for each, this takes a minute.
        let links: Vec<String> = (0..LINKS_MAX).map(|n| format!("s3://bucket-{n}/")).collect();
        let links = links.join(" ");
        let text = "é\n".repeat(1 << 20) + &"x".repeat(4 << 20) + " " + &links;
        let began = std::time::Instant::now();
        let found = storage_links(&text);
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
        let last = links.rfind("s3:").unwrap();
        let place = ((1 << 20) + 1, (4 << 20) + last + 2);
        assert_eq!((found.len(), found.last().unwrap().line), (LINKS_MAX, place));
    }
}
