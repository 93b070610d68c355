//! A request as a client would send it, from the words of the command line.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::arguments::ExplainOptions;

/// Bytes of a body that are read; the gateway's own limits are smaller unless a policy says so.
const BODY_BYTES_MAX: u64 = 256 << 20;

/// A request as a client would send it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    /// Names of the fields that were given, in lower case.
    pub(super) names: Vec<String>,
    pub(super) bytes: Vec<u8>,
}

impl Request {
    /// The host that the command line gives.
    pub(super) fn host(options: &ExplainOptions) -> Option<&str> {
        let fields = options.headers.iter().filter_map(|field| field.split_once(':'));
        let mut hosts = fields.filter(|(name, _)| name.eq_ignore_ascii_case("host"));
        hosts.next().map(|(_, host)| host.trim())
    }

    /// From the command line. Where that gives no host, it is this one.
    pub(super) fn described(options: &ExplainOptions, host: &str) -> Result<Self, String> {
        let method = options.method.clone().unwrap_or_default();
        let target = options.path.clone().unwrap_or_default();
        let is_line = |text: &str| !text.contains(['\r', '\n', '\0']);
        if !is_line(&method) || !is_line(&target) || method.is_empty() {
            return Err("`--method` and `--path` are one word each".to_owned());
        }
        if !target.starts_with('/') {
            return Err(format!(
                "`--path {target}` must begin with `/`, as in `/api/orders?page=2`"
            ));
        }
        let mut head = format!("{method} {target} HTTP/1.1\r\n");
        let mut names = Vec::new();
        for field in &options.headers {
            let (name, value) = field
                .split_once(':')
                .filter(|(name, _)| is_line(field) && !name.is_empty())
                .ok_or_else(|| format!("`--header {field}` is no field: write `Name: value`"))?;
            names.push(name.to_ascii_lowercase());
            // Writing to a String cannot fail.
            let _ = write!(head, "{name}: {}\r\n", value.trim());
        }
        let body = options.body.as_deref().map(body).transpose()?;
        let is_given = |name: &str| names.iter().any(|known| known == name);
        if !is_given("host") {
            let _ = write!(head, "Host: {host}\r\n");
        }
        if let Some(body) = &body
            && !is_given("content-length")
            && !is_given("transfer-encoding")
        {
            let _ = write!(head, "Content-Length: {}\r\n", body.len());
        }
        head.push_str("Connection: close\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(body.unwrap_or_default());
        Ok(Self { method, target, names, bytes })
    }
}

fn body(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: io::Error| format!("`--body {}` cannot be read: {error}", path.display());
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(failed)?)
    };
    let mut bytes = Vec::new();
    source.take(BODY_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > BODY_BYTES_MAX {
        return Err(format!("`--body {}` has more than {BODY_BYTES_MAX} bytes", path.display()));
    }
    Ok(bytes)
}
