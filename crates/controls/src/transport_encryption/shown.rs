//! What of a request is a credential, for whoever must not lead one to `https`.

use portcullis_contract::{SchemePlace, SecurityScheme};

use crate::secret_in_url::{SecretPaths, credential_form, holds_credential};
use crate::sensitive::credential_name;
use crate::urlencoded;

/// Fields that hold nothing but credentials (RFC 9110 sections 11.6.2 and 11.7.2, RFC 9449).
const FIELDS: [&str; 3] = ["authorization", "proxy-authorization", "dpop"];

/// What counts as a credential: what the documents declare, what is named like one, and what has the form of one.
#[derive(Debug, Clone, Default)]
pub struct Credentials<'a> {
    /// The schemes of all documents.
    pub schemes: Vec<&'a SecurityScheme>,
    /// The paths of all documents.
    pub paths: Vec<&'a SecretPaths>,
}

impl Credentials<'_> {
    /// Where one stands in a request for this URL (path and query as they came), with these fields (names in lower
    /// case); none, if nothing is one. An empty value is none, and a cookie that is none of these opens nothing:
    /// undeclared ones do not reach the API.
    pub fn shown<'f>(
        &self,
        url: &str,
        mut fields: impl Iterator<Item = (&'f str, &'f str)>,
    ) -> Option<String> {
        if self.paths.iter().any(|paths| holds_credential(url, paths)) || self.is_declared_in(url) {
            return Some("in the URL".to_owned());
        }
        fields.find_map(|(name, value)| match name {
            "cookie" => self.is_cookie(value).then(|| "in a cookie".to_owned()),
            _ => self.is_field(name, value).then(|| format!("in the header field `{name}`")),
        })
    }

    fn is_field(&self, name: &str, value: &str) -> bool {
        let is_declared = || {
            self.schemes.iter().any(|scheme| match &scheme.place {
                SchemePlace::Header(known) => known.eq_ignore_ascii_case(name),
                _ => false,
            })
        };
        let bare = name.strip_prefix("x-").unwrap_or(name);
        FIELDS.contains(&name)
            || !value.is_empty()
                && (is_declared() || credential_name(name) || credential_name(bare))
            || has_form(value)
    }

    fn is_cookie(&self, field: &str) -> bool {
        let pairs = field.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(_, value)| !value.is_empty()).any(|(name, value)| {
            let is_declared = |scheme: &&SecurityScheme| {
                matches!(&scheme.place, SchemePlace::Cookie(known) if known == name)
            };
            // Browsers send these two inside TLS alone, so whoever sends one means it.
            name.starts_with("__Host-")
                || name.starts_with("__Secure-")
                || self.schemes.iter().any(is_declared)
                || credential_name(name)
                || has_form(value)
        })
    }

    fn is_declared_in(&self, url: &str) -> bool {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        urlencoded::pairs(query).filter(|(_, value)| !value.is_empty()).any(|(name, _)| {
            let name = urlencoded::decode(name);
            self.schemes.iter().any(|scheme| match (&scheme.place, &name) {
                (SchemePlace::Query(known), Ok(name)) => known == name,
                // What cannot be read could be read otherwise.
                (SchemePlace::Query(_), Err(_)) => true,
                _ => false,
            })
        })
    }
}

/// Whether one of the words of a value has the form of a credential: `Bearer eyJ...`.
fn has_form(value: &str) -> bool {
    credential_form(value).is_some()
        || value.split([' ', ',', ';', '=', '"']).any(|word| credential_form(word).is_some())
}

#[cfg(test)]
mod tests {
    use portcullis_contract::SchemeKind;

    use super::*;

    fn shown(url: &str, fields: &[(&str, &str)]) -> Option<String> {
        let kind = SchemeKind::ApiKey;
        let scheme = |place| SecurityScheme { name: "one".to_owned(), kind, place, span: None };
        let schemes = [
            scheme(SchemePlace::Header("X-Shop".to_owned())),
            scheme(SchemePlace::Cookie("visit".to_owned())),
            scheme(SchemePlace::Query("k".to_owned())),
        ];
        let paths = SecretPaths::default();
        let known = Credentials { schemes: schemes.iter().collect(), paths: vec![&paths] };
        known.shown(url, fields.iter().copied())
    }

    #[test]
    fn credentials_are_seen_wherever_they_stand() {
        let token = format!("npm_{}", "0aB1cD2eF3".repeat(4).get(..36).unwrap());
        let url = "https://shop.example/a?b=c";
        for (url, field) in [
            (url, ("authorization", "")),
            (url, ("authorization", "Basic x")),
            (url, ("proxy-authorization", "x")),
            (url, ("x-shop", "1")),
            (url, ("x-api-key", "1")),
            (url, ("x-auth-token", "1")),
            (url, ("x-other", token.as_str())),
            (url, ("x-other", &format!("Bearer {token}"))),
            (url, ("cookie", "a=b; visit=1")),
            (url, ("cookie", "PHPSESSID=1")),
            (url, ("cookie", "__Host-a=1")),
            (url, ("cookie", &format!("a={token}"))),
            ("https://shop.example/a?k=1", ("accept", "*/*")),
            ("https://shop.example/a?%6b=1", ("accept", "*/*")),
            ("https://shop.example/a?%zz=1", ("accept", "*/*")),
            ("https://shop.example/a?access_token=1", ("accept", "*/*")),
            ("https://shop.example/a?code=1&state=2", ("accept", "*/*")),
            (&format!("https://shop.example/{token}"), ("accept", "*/*")),
            (&format!("https://shop.example//{token}/x"), ("accept", "*/*")),
        ] {
            assert!(shown(url, &[("accept", "*/*"), field]).is_some(), "{url} {field:?}");
        }
    }

    #[test]
    fn what_browsers_send_unasked_is_none() {
        let fields = [
            ("host", "shop.example"),
            ("accept", "text/html,application/xhtml+xml;q=0.9"),
            ("cookie", "_ga=GA1.2.3.4; theme=dark; visit="),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"),
            ("upgrade-insecure-requests", "1"),
            ("if-none-match", "\"d41d8cd98f00b204e9800998ecf8427e\""),
            ("x-shop", ""),
        ];
        assert_eq!(shown("https://shop.example/search?q=tea&page=2&k=", &fields), None);
    }
}
