//! Where the keys of an issuer are (OpenID Connect Discovery 1.0, RFC 8414).

use std::fmt;

use portcullis_json::{Document, FaultKind, Limits};

use crate::url::Url;

/// Bytes of a metadata document, at most.
pub const METADATA_BYTES_MAX: usize = 256 << 10;

const LIMITS: Limits = Limits {
    text_bytes_max: METADATA_BYTES_MAX,
    depth_max: 8,
    nodes_max: 10_000,
    string_bytes_max: 16 << 10,
    array_items_max: 1_000,
    object_members_max: 500,
    number_bytes_max: 32,
};

/// What an issuer says of itself, as far as it is needed here. Each URL is `https`, or `http` to a
/// loopback address, without user information and fragment. Where the names in them lead is for
/// whoever fetches to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Where its keys are.
    pub jwks_uri: Option<String>,
    /// Where it tells of opaque tokens.
    pub introspection_endpoint: Option<String>,
}

/// Why a text is not the metadata of this issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataFault {
    /// More than [`METADATA_BYTES_MAX`].
    TooLong,
    /// Not JSON in one reading.
    Json(FaultKind),
    /// No JSON object.
    Form,
    /// `issuer` is not exactly the configured one (RFC 8414 section 3.3): somebody else's.
    OtherIssuer,
    /// `jwks_uri` is no URL, or not a protected one.
    Keys,
    /// The same of `introspection_endpoint`.
    Introspection,
}

impl fmt::Display for MetadataFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "more than {METADATA_BYTES_MAX} bytes"),
            Self::Json(kind) => write!(f, "not JSON in one reading: {}", kind.name()),
            Self::Form => f.write_str("no JSON object"),
            Self::OtherIssuer => f.write_str("`issuer` is not exactly the configured one"),
            Self::Keys => f.write_str("`jwks_uri` must be `https`, without user and fragment"),
            Self::Introspection => {
                f.write_str("`introspection_endpoint` must be `https`, without user and fragment")
            }
        }
    }
}

impl std::error::Error for MetadataFault {}

/// Reads the metadata that was found for `issuer`.
pub fn read(bytes: Vec<u8>, issuer: &str) -> Result<Metadata, MetadataFault> {
    if bytes.len() > METADATA_BYTES_MAX {
        return Err(MetadataFault::TooLong);
    }
    let document = Document::parse(bytes, &LIMITS)
        .map_err(|rejected| MetadataFault::Json(rejected.fault.kind))?;
    let root = document.root();
    if !root.is_object() {
        return Err(MetadataFault::Form);
    }
    if root.get("issuer").and_then(portcullis_json::Value::as_str) != Some(issuer) {
        return Err(MetadataFault::OtherIssuer);
    }
    let url = |name: &str, fault| match root.get(name) {
        None => Ok(None),
        Some(value) => {
            let text = value.as_str().filter(|text| is_endpoint(text)).ok_or(fault)?;
            Ok(Some(text.to_owned()))
        }
    };
    Ok(Metadata {
        jwks_uri: url("jwks_uri", MetadataFault::Keys)?,
        introspection_endpoint: url("introspection_endpoint", MetadataFault::Introspection)?,
    })
}

/// Whether a URL may be asked for keys or tokens: `https`, or `http` to a loopback address, without
/// user information and fragment.
pub fn is_endpoint(url: &str) -> bool {
    Url::parse(url).is_some_and(|url| url.is_protected() && !url.has_fragment)
}

/// Whether a text can be an issuer (RFC 8414 section 2): as [`is_endpoint`], and without query.
pub fn is_issuer(issuer: &str) -> bool {
    is_endpoint(issuer) && Url::parse(issuer).is_some_and(|url| !url.has_query)
}

/// Where the metadata of an issuer may lie, most usual first: appended (OpenID Connect Discovery
/// section 4), inserted before the path (RFC 8414 sections 3 and 5). None for what is no issuer.
pub fn well_known(issuer: &str) -> Vec<String> {
    const OPENID: &str = "/.well-known/openid-configuration";
    const OAUTH: &str = "/.well-known/oauth-authorization-server";
    if !is_issuer(issuer) {
        return Vec::new();
    }
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    let authority = base.find("://").map_or(0, |at| at + 3);
    let path = base.get(authority..).and_then(|rest| rest.find('/')).map(|at| authority + at);
    let (origin, path) = base.split_at_checked(path.unwrap_or(base.len())).unwrap_or((base, ""));
    let mut places = vec![format!("{base}{OPENID}"), format!("{origin}{OAUTH}{path}")];
    if !path.is_empty() {
        places.push(format!("{origin}{OPENID}{path}"));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://issuer.example/tenant";

    fn read_text(text: &str) -> Result<Metadata, MetadataFault> {
        read(text.as_bytes().to_vec(), ISSUER)
    }

    #[test]
    fn metadata_of_the_issuer_leads_to_its_keys() {
        let metadata = read_text(
            r#"{"issuer": "https://issuer.example/tenant", "jwks_uri": "https://keys.example/k?p=1",
                "introspection_endpoint": "http://127.0.0.1:9/introspect", "unknown": [1, {}]}"#,
        )
        .unwrap();
        assert_eq!(metadata.jwks_uri.as_deref(), Some("https://keys.example/k?p=1"));
        assert!(metadata.introspection_endpoint.is_some());
        let none = read_text(r#"{"issuer": "https://issuer.example/tenant"}"#).unwrap();
        assert_eq!(none, Metadata { jwks_uri: None, introspection_endpoint: None });
    }

    #[test]
    fn an_issuer_is_compared_byte_by_byte() {
        for issuer in [
            "https://issuer.example/tenant/",
            "https://issuer.example/Tenant",
            "https://ISSUER.example/tenant",
            "https://issuer.example:443/tenant",
            "https://issuer.example",
            "",
        ] {
            let text = format!(r#"{{"issuer": "{issuer}"}}"#);
            assert_eq!(read_text(&text), Err(MetadataFault::OtherIssuer), "{issuer}");
        }
        assert_eq!(read_text("{}"), Err(MetadataFault::OtherIssuer));
        assert_eq!(read_text("[]"), Err(MetadataFault::Form));
        let twice = r#"{"issuer": "https://issuer.example/tenant", "issu\u0065r": "x"}"#;
        assert_eq!(read_text(twice), Err(MetadataFault::Json(FaultKind::DuplicateName)));
    }

    #[test]
    fn keys_are_not_fetched_over_a_hop_that_others_can_change() {
        for url in [
            "http://issuer.example/keys",
            "http://localhost/keys",
            "https://user:fake@issuer.example/keys",
            "https://issuer.example/keys#f",
            "file:///etc/keys",
            "/keys",
            "//issuer.example/keys",
            "",
        ] {
            let text = format!(r#"{{"issuer": "{ISSUER}", "jwks_uri": "{url}"}}"#);
            assert_eq!(read_text(&text), Err(MetadataFault::Keys), "{url}");
            let text = format!(r#"{{"issuer": "{ISSUER}", "introspection_endpoint": "{url}"}}"#);
            assert_eq!(read_text(&text), Err(MetadataFault::Introspection), "{url}");
        }
        let text = format!(r#"{{"issuer": "{ISSUER}", "jwks_uri": 7}}"#);
        assert_eq!(read_text(&text), Err(MetadataFault::Keys));
        let long = " ".repeat(METADATA_BYTES_MAX + 1);
        assert_eq!(read_text(&long), Err(MetadataFault::TooLong));
    }

    #[test]
    fn metadata_is_looked_for_where_both_documents_say() {
        assert_eq!(
            well_known("https://issuer.example"),
            [
                "https://issuer.example/.well-known/openid-configuration",
                "https://issuer.example/.well-known/oauth-authorization-server",
            ]
        );
        assert_eq!(well_known("https://issuer.example/"), well_known("https://issuer.example"));
        assert_eq!(
            well_known("https://issuer.example/a/b"),
            [
                "https://issuer.example/a/b/.well-known/openid-configuration",
                "https://issuer.example/.well-known/oauth-authorization-server/a/b",
                "https://issuer.example/.well-known/openid-configuration/a/b",
            ]
        );
        for issuer in ["issuer.example", "http://issuer.example", "https://issuer.example?x=1"] {
            assert!(well_known(issuer).is_empty(), "{issuer}");
        }
    }
}
