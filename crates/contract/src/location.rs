//! What a reference says before `#`: a file, or a URI (RFC 3986).

/// Why a reference names no file that may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotLocal {
    /// It has a scheme or a host.
    Url,
    /// It is absolute, or leads out of the folder of the main document.
    Outside,
    /// It has a query, a backslash, a control character or an escape that is none.
    Odd,
}

/// The path of a file that another one refers to. Both are relative to the folder of the main
/// document; `..` is resolved here, so that no file system sees one.
pub(crate) fn local_path(from: &str, reference: &str) -> Result<String, NotLocal> {
    if scheme(reference).is_some() || reference.starts_with("//") {
        return Err(NotLocal::Url);
    }
    let decoded = percent_decoded(reference).ok_or(NotLocal::Odd)?;
    if decoded.contains(['\\', '?']) || decoded.chars().any(char::is_control) {
        return Err(NotLocal::Odd);
    }
    if decoded.starts_with('/') {
        return Err(NotLocal::Outside);
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    // The file itself.
    parts.pop();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(NotLocal::Outside)?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// A reference without fragment, resolved against a base (RFC 3986 section 5.2). `None` if the base
/// is no URI with a path.
pub(crate) fn resolved(base: &str, reference: &str) -> Option<String> {
    if reference.is_empty() {
        return Some(base.to_owned());
    }
    if let Some(end) = scheme(reference) {
        let (scheme, rest) = reference.split_at_checked(end)?;
        return Some(format!("{}{rest}", scheme.to_ascii_lowercase()));
    }
    let behind_scheme = scheme(base)?;
    let (base_scheme, rest) = base.split_at_checked(behind_scheme)?;
    if reference.starts_with("//") {
        return Some(format!("{base_scheme}{reference}"));
    }
    let authority = match rest.strip_prefix("//") {
        Some(host) => 2 + host.find('/').unwrap_or(host.len()),
        None => 0,
    };
    let (authority, path) = rest.split_at_checked(authority)?;
    if !path.is_empty() && !path.starts_with('/') {
        return None;
    }
    let folder = path.rfind('/').and_then(|end| path.get(..end)).unwrap_or_default();
    let whole = if reference.starts_with('/') {
        reference.to_owned()
    } else {
        format!("{folder}/{reference}")
    };
    Some(format!("{base_scheme}{authority}{}", without_dots(&whole)))
}

/// An absolute path without `.` and `..` (RFC 3986 section 5.2.4).
fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut is_folder = false;
    for part in path.split('/').skip(1) {
        is_folder = matches!(part, "." | "..");
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let end = if is_folder { "/" } else { "" };
    format!("/{}{end}", parts.join("/"))
}

/// The text behind percent-escapes, if it is UTF-8 and every `%` is an escape.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        decoded.push((high << 4 | low) as u8);
    }
    String::from_utf8(decoded).ok()
}

/// Where the scheme of a URI ends, its colon included.
fn scheme(text: &str) -> Option<usize> {
    let end = text.find(':')?;
    let name = text.get(..end)?;
    let is_scheme = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    is_scheme.then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_one_that_refers_to_it() {
        for (from, reference, path) in [
            ("api.yaml", "order.yaml", "order.yaml"),
            ("api.yaml", "./schemas/order.yaml", "schemas/order.yaml"),
            ("schemas/order.yaml", "../api.yaml", "api.yaml"),
            ("schemas/order.yaml", "card.yaml", "schemas/card.yaml"),
            ("a/b/c.yaml", "../.././d//e.yaml", "d/e.yaml"),
            ("api.yaml", "a%20b.yaml", "a b.yaml"),
            ("api.yaml", "a%2fb.yaml", "a/b.yaml"),
            ("api.yaml", "a/../b.yaml", "b.yaml"),
        ] {
            assert_eq!(local_path(from, reference).as_deref(), Ok(path), "{reference}");
        }
    }

    #[test]
    fn no_reference_leaves_the_folder() {
        for (reference, fault) in [
            ("../x.yaml", NotLocal::Outside),
            ("a/../../x.yaml", NotLocal::Outside),
            ("%2e%2e/x.yaml", NotLocal::Outside),
            ("..%2fx.yaml", NotLocal::Outside),
            ("/etc/passwd", NotLocal::Outside),
            ("%2fetc/passwd", NotLocal::Outside),
            ("..\\x.yaml", NotLocal::Odd),
            ("x.yaml%00.json", NotLocal::Odd),
            ("x.yaml?a=b", NotLocal::Odd),
            ("x%zz.yaml", NotLocal::Odd),
            ("http://a.example/x.yaml", NotLocal::Url),
            ("HTTPS://a.example/x.yaml", NotLocal::Url),
            ("file:///etc/passwd", NotLocal::Url),
            ("//a.example/x.yaml", NotLocal::Url),
            ("C:/x.yaml", NotLocal::Url),
        ] {
            assert_eq!(local_path("api.yaml", reference), Err(fault), "{reference}");
        }
    }

    #[test]
    fn a_uri_is_resolved_against_its_base() {
        for (base, reference, uri) in [
            ("https://a.example/b/c", "d", "https://a.example/b/d"),
            ("https://a.example/b/c", "/d", "https://a.example/d"),
            ("https://a.example/b/c", "../../d", "https://a.example/d"),
            ("https://a.example", "d", "https://a.example/d"),
            ("https://a.example/b/c", "//b.example/d", "https://b.example/d"),
            ("https://a.example/b/c", "HTTP://b.example/d", "http://b.example/d"),
            ("https://a.example/b/c", "", "https://a.example/b/c"),
            ("https://a.example/b/c", ".", "https://a.example/b/"),
            ("local:/a/b.yaml", "c.yaml", "local:/a/c.yaml"),
            ("urn:a:b", "urn:c:d", "urn:c:d"),
        ] {
            assert_eq!(resolved(base, reference).as_deref(), Some(uri), "{base} {reference}");
        }
        assert_eq!(resolved("urn:a:b", "c"), None);
    }
}
