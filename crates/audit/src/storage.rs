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
    /// The byte of the text where it begins.
    pub at: usize,
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

/// Every link of a text, each bucket once, a signed one beside an unsigned one.
pub fn storage_links(text: &str) -> Vec<StorageLink> {
    let mut links = Vec::new();
    let mut known: HashSet<(String, bool)> = HashSet::new();
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
            links.push(StorageLink { provider, bucket, is_signed, at: begin });
        }
    }
    links
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
                (links[0].provider, links[0].bucket.as_str(), links[0].at),
                (provider, bucket, 11),
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
    fn a_signed_link_is_told_beside_the_bucket_and_no_bucket_twice() {
        let text = "https://acme.s3.amazonaws.com/a https://acme.s3.amazonaws.com/b \
                    https://acme.s3.amazonaws.com/a?X-Amz-Signature=0123456789abcdef0123&X-Amz-Date=1";
        let links = storage_links(text);
        assert_eq!(links.iter().map(|one| one.is_signed).collect::<Vec<_>>(), [false, true]);
        let many: Vec<String> = (0..900).map(|n| format!("s3://bucket-{n}/")).collect();
        assert_eq!(storage_links(&many.join(" ")).len(), LINKS_MAX);
    }
}
