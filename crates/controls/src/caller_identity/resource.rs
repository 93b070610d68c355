//! What clients are told of the API as a resource of OAuth (RFC 9728): who issues its tokens, and how
//! they are shown.

use portcullis_credential::Algorithm;
use portcullis_json::push_quoted;
use portcullis_policy::Model;

/// Where such metadata lies: before the resource's own path (RFC 9728 section 3.1).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The metadata of one API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceMetadata {
    /// The path where it is served.
    pub path: String,
    /// The whole URL, which refusals name.
    pub url: String,
    /// The document: JSON.
    pub document: Vec<u8>,
}

impl ResourceMetadata {
    /// Of an API whose tokens come from issuers, and whose URL is known.
    pub fn of(model: &Model) -> Option<Self> {
        let resource = model.resource.as_deref()?;
        let callers = &model.callers;
        let mut issuers: Vec<&str> = callers.jwt.iter().map(|one| &*one.issuer).collect();
        issuers.extend(callers.introspection.iter().map(|one| &*one.issuer));
        issuers.sort_unstable();
        issuers.dedup();
        if issuers.is_empty() {
            return None;
        }
        let behind_scheme = resource.find("://")? + "://".len();
        let path_at = resource.get(behind_scheme..)?.find('/').map(|at| behind_scheme + at);
        let (origin, path) = resource.split_at_checked(path_at.unwrap_or(resource.len()))?;
        let path = format!("{WELL_KNOWN}{}", path.strip_suffix('/').unwrap_or(path));
        let url = format!("{origin}{path}");
        // Whether DPoP is required is not said: a token that is bound to a certificate is as good.
        let algorithms = if callers.jwt.is_empty() {
            Vec::new()
        } else {
            Algorithm::ALL.map(Algorithm::name).to_vec()
        };
        let document = document(resource, &issuers, &scopes(model), &algorithms);
        Some(Self { path, url, document })
    }
}

/// Every scope that an operation asks for.
fn scopes(model: &Model) -> Vec<&str> {
    let operations = model.contract.operations.iter();
    let asked = operations.flat_map(|operation| operation.security.alternatives());
    let scopes = asked.flat_map(|one| &one.scopes).map(|(_, scope)| scope.as_str());
    let mut scopes: Vec<&str> = scopes.collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

fn document(resource: &str, issuers: &[&str], scopes: &[&str], proofs: &[&str]) -> Vec<u8> {
    let mut out = b"{\"resource\":".to_vec();
    push_quoted(resource, &mut out);
    let mut list = |name: &str, texts: &[&str]| {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":[");
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            push_quoted(text, &mut out);
        }
        out.push(b']');
    };
    list("authorization_servers", issuers);
    list("bearer_methods_supported", &["header"]);
    for (name, texts) in
        [("scopes_supported", scopes), ("dpop_signing_alg_values_supported", proofs)]
    {
        if !texts.is_empty() {
            list(name, texts);
        }
    }
    out.push(b'}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_issuers_and_the_header_alone() {
        let text = document(
            "https://api.example.com/shop",
            &["https://login.example.com"],
            &["read"],
            &["ES256", "EdDSA"],
        );
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "{\"resource\":\"https://api.example.com/shop\",\
             \"authorization_servers\":[\"https://login.example.com\"],\
             \"bearer_methods_supported\":[\"header\"],\"scopes_supported\":[\"read\"],\
             \"dpop_signing_alg_values_supported\":[\"ES256\",\"EdDSA\"]}"
        );
    }
}
