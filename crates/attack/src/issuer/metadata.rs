//! What an issuer says of itself (RFC 8414, OpenID Connect Discovery 1.0).

use serde_json::Value;

use super::asking::{Asked, Asking};
use super::judged::{Unjudged, not_tried};
use super::url::Url;

/// Values of one list that are looked at.
const VALUES_MAX: usize = 200;

/// The document, and the keys that it names.
#[derive(Debug, Clone)]
pub(super) struct Metadata {
    document: Value,
    /// What `jwks_uri` answers, or why it is not known.
    pub(super) keys: Result<Value, Unjudged>,
}

impl Metadata {
    /// Asks for both documents, and takes the first that is one; else says why there is none.
    pub(super) async fn ask(asking: &mut Asking) -> Result<Self, String> {
        let mut whys = Vec::new();
        for url in places(&asking.reach.issuer.clone()) {
            match document(asking, &url).await {
                Ok(document) => {
                    let mut metadata = Self { document, keys: Err(not_tried("")) };
                    metadata.keys = metadata.ask_keys(asking).await;
                    return Ok(metadata);
                }
                Err(why) => whys.push(format!("`{url}` {why}")),
            }
        }
        Err(whys.join("\n"))
    }

    async fn ask_keys(&self, asking: &mut Asking) -> Result<Value, Unjudged> {
        let url = self.endpoint("jwks_uri")?;
        let answer = asking.ask(&Asked::get(url)).await?;
        if answer.status != 200 {
            return Err(not_tried(format!("the key set is answered {}", answer.status)));
        }
        let keys: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let keys = keys.filter(|keys| keys.get("keys").is_some_and(Value::is_array));
        keys.ok_or_else(|| not_tried("the key set is no JSON with `keys`"))
    }

    /// A text of the document.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.document.get(name)?.as_str()
    }

    /// A truth of the document; false where it is not told.
    pub(super) fn is(&self, name: &str) -> bool {
        self.document.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A list of the document; none: it is not told.
    pub(super) fn list(&self, name: &str) -> Option<Vec<&str>> {
        let values = self.document.get(name)?.as_array()?;
        Some(values.iter().take(VALUES_MAX).filter_map(Value::as_str).collect())
    }

    /// Every member whose name ends like this, with its value.
    pub(super) fn ending(&self, end: &str) -> Vec<(&str, &Value)> {
        let members = self.document.as_object().into_iter().flatten();
        let found = members.filter(|(name, _)| name.ends_with(end)).take(VALUES_MAX);
        found.map(|(name, value)| (name.as_str(), value)).collect()
    }

    /// An endpoint; or that it is not named.
    pub(super) fn endpoint(&self, name: &str) -> Result<Url, Unjudged> {
        let text =
            self.text(name).ok_or_else(|| not_tried(format!("the metadata names no `{name}`")))?;
        Url::parse(text).ok_or_else(|| not_tried(format!("`{name}` of the metadata is no URL")))
    }

    /// The public keys.
    pub(super) fn keys(&self) -> Result<Vec<&Value>, Unjudged> {
        let set = self.keys.as_ref().map_err(Clone::clone)?;
        let keys = set.get("keys").and_then(Value::as_array);
        Ok(keys.into_iter().flatten().take(VALUES_MAX).collect())
    }
}

/// Where the documents lie. RFC 8414 puts its path in front of the issuer's, OpenID Connect behind it.
fn places(issuer: &Url) -> Vec<Url> {
    let path = issuer.path.trim_end_matches('/');
    let at = |path: String| Url { path, query: None, fragment: None, ..issuer.clone() };
    vec![
        at(format!("{path}/.well-known/openid-configuration")),
        at(format!("/.well-known/oauth-authorization-server{path}")),
    ]
}

async fn document(asking: &mut Asking, url: &Url) -> Result<Value, String> {
    let answer = asking.ask_any(&Asked::get(url.clone())).await.map_err(|why| match why {
        Unjudged::Inconclusive(why) | Unjudged::NotTried(why) => format!("is not read: {why}"),
    })?;
    match answer.status {
        200 => {}
        300..400 => return Err("leads elsewhere: metadata is not followed".to_owned()),
        status => return Err(format!("answers {status}")),
    }
    let document: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let document = document.filter(|value| value.get("issuer").is_some_and(Value::is_string));
    document.ok_or_else(|| "is no JSON with an `issuer`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_an_issuer_with_a_path_lie_where_each_rule_puts_them() {
        let issuer = Url::parse("http://127.0.0.1:3000/realms/a/").unwrap();
        let places: Vec<String> = places(&issuer).iter().map(ToString::to_string).collect();
        assert_eq!(
            places,
            [
                "http://127.0.0.1:3000/realms/a/.well-known/openid-configuration",
                "http://127.0.0.1:3000/.well-known/oauth-authorization-server/realms/a",
            ]
        );
    }
}
