//! Cookies that an API sets: out of reach of scripts, of requests of other sites, and of plain HTTP
//! (RFC 6265, and its successor in draft for `SameSite`).

/// What a cookie is completed by.
#[derive(Debug, Clone, Copy)]
pub struct Completed<'a> {
    /// Whether it goes out over TLS.
    pub is_tls: bool,
    /// Whether pages of other sites are named, who can use a cookie only if it says `SameSite=None`.
    pub has_origins: bool,
    /// Those that scripts read, by their names.
    pub readable: &'a [String],
}

/// The words of `SameSite`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SameSite {
    Strict,
    Lax,
    None,
}

impl Completed<'_> {
    /// A `Set-Cookie` field with what it lacks, and the names of that; none if it lacks nothing.
    pub fn cookie(self, field: &str) -> Option<(String, Vec<&'static str>)> {
        let mut parts = field.split(';');
        let pair = parts.next()?;
        let name = pair.split('=').next().unwrap_or_default().trim();
        let mut out = pair.trim_end().to_owned();
        let (mut is_secure, mut is_http_only, mut same_site) = (false, false, None);
        for part in parts {
            let (key, text) = part.split_once('=').unwrap_or((part, ""));
            let is = |known: &str| key.trim().eq_ignore_ascii_case(known);
            if is("secure") {
                is_secure = true;
            } else if is("httponly") {
                is_http_only = true;
            } else if is("samesite") {
                // Browsers take the last one.
                same_site = SameSite::read(text.trim());
            } else {
                out.push(';');
                out.push_str(part);
            }
        }
        let mut added = Vec::new();
        if self.is_tls && !is_secure {
            added.push("Secure");
        }
        if !is_http_only && !self.readable.iter().any(|known| known == name) {
            added.push("HttpOnly");
        }
        let wanted = match same_site {
            Some(SameSite::None) if !self.has_origins => SameSite::Lax,
            known => known.unwrap_or(SameSite::Lax),
        };
        if same_site != Some(wanted) {
            added.push("SameSite");
        }
        if added.is_empty() {
            return None;
        }
        for (word, is_there) in [("Secure", is_secure), ("HttpOnly", is_http_only)] {
            if is_there || added.contains(&word) {
                out.push_str("; ");
                out.push_str(word);
            }
        }
        out.push_str("; SameSite=");
        out.push_str(wanted.name());
        Some((out, added))
    }
}

impl SameSite {
    fn read(text: &str) -> Option<Self> {
        let all = [Self::Strict, Self::Lax, Self::None];
        all.into_iter().find(|word| word.name().eq_ignore_ascii_case(text))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_leaves_with_what_it_lacks() {
        let readable = ["XSRF-TOKEN".to_owned()];
        let plain = Completed { is_tls: false, has_origins: false, readable: &readable };
        let tls = Completed { is_tls: true, ..plain };
        let named = Completed { has_origins: true, ..tls };
        for (how, field, expected) in [
            (plain, "sid=1; Path=/", Some("sid=1; Path=/; HttpOnly; SameSite=Lax")),
            (tls, "sid=1", Some("sid=1; Secure; HttpOnly; SameSite=Lax")),
            (tls, "sid=1; SAMESITE=strict", Some("sid=1; Secure; HttpOnly; SameSite=Strict")),
            (tls, "sid=1;secure;httponly;SameSite=Strict", None),
            (plain, "sid=1; HttpOnly; SameSite=Lax", None),
            (plain, "sid=1; Secure; SameSite=Lax", Some("sid=1; Secure; HttpOnly; SameSite=Lax")),
            (
                tls,
                "sid=1; Secure; HttpOnly; SameSite=None",
                Some("sid=1; Secure; HttpOnly; SameSite=Lax"),
            ),
            (named, "sid=1; Secure; HttpOnly; SameSite=None", None),
            (
                tls,
                "sid=1; Secure; HttpOnly; SameSite=Strict; SameSite=None",
                Some("sid=1; Secure; HttpOnly; SameSite=Lax"),
            ),
            (
                tls,
                "sid=1; Secure; HttpOnly; SameSite=Strict; SameSite=odd",
                Some("sid=1; Secure; HttpOnly; SameSite=Lax"),
            ),
            (tls, "XSRF-TOKEN=1", Some("XSRF-TOKEN=1; Secure; SameSite=Lax")),
            (
                tls,
                "xsrf-token=1; Secure; SameSite=Lax",
                Some("xsrf-token=1; Secure; HttpOnly; SameSite=Lax"),
            ),
            (tls, "sid=HttpOnly", Some("sid=HttpOnly; Secure; HttpOnly; SameSite=Lax")),
            (
                plain,
                "sid=; Max-Age=0; Path=/",
                Some("sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"),
            ),
        ] {
            let completed = how.cookie(field).map(|(text, _)| text);
            assert_eq!(completed.as_deref(), expected, "{field}");
            // It lacks nothing any more.
            assert_eq!(completed.and_then(|text| how.cookie(&text)), None, "{field}");
        }
    }
}
