//! The URL of the page that a request comes from: it may hold what the page itself was opened with.

use super::paths::SecretPaths;
use super::query::{credential, decoded};
use crate::urlencoded;

/// Whether a header field of this lower-case name holds such a URL: in the spelling of HTTP, and in the right one.
pub fn is_referrer(name: &str) -> bool {
    matches!(name, "referer" | "referrer")
}

/// Whether a credential stands in a URL: as user info, as a segment of its path, in its query or fragment.
pub fn holds_credential(url: &str, paths: &SecretPaths) -> bool {
    let (before, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (place, query) = before.split_once('?').unwrap_or((before, ""));
    let behind_scheme = place.find("//").and_then(|at| place.get(at + 2..));
    let (authority, path) = match behind_scheme {
        Some(rest) => rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len())),
        None => ("", place),
    };
    authority.contains('@')
        || paths.recorded(path) != path
        || [query, fragment].into_iter().any(is_in_pairs)
}

fn is_in_pairs(text: &str) -> bool {
    // Of an answer to OAuth (RFC 6749 section 4.1.2) the code has an ordinary name.
    let (mut has_code, mut has_state) = (false, false);
    for (name, value) in urlencoded::pairs(text) {
        let (name, value) = (decoded(name), decoded(value));
        has_code |= name == "code";
        has_state |= name == "state";
        if credential(&name, &value).is_some() {
            return true;
        }
    }
    has_code && has_state
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(url: &str) -> bool {
        holds_credential(url, &SecretPaths::default())
    }

    #[test]
    fn urls_with_a_credential_are_known() {
        let token = format!("npm_{}", "0aB1cD2eF3".repeat(4).get(..36).unwrap());
        for url in [
            "https://shop.example/reset?token=abc",
            "https://shop.example/reset?a=1&user%5Bpassword%5D=x",
            "/reset?Reset-Token=abc",
            "https://shop.example/#access_token=abc&token_type=bearer",
            "https://shop.example/callback?code=SplxlOBe&state=xyz",
            "https://alice:secret@shop.example/",
            "//alice@shop.example",
            &format!("https://shop.example/{token}"),
            &format!("https://shop.example/?x={token}"),
            &format!("https://shop.example/?{token}"),
        ] {
            assert!(holds(url), "{url}");
        }
    }

    #[test]
    fn ordinary_urls_are_not() {
        for url in [
            "",
            "about:blank",
            "https://shop.example",
            "https://shop.example/@alice/photos?mail=alice@example.com",
            "https://shop.example/products?code=AB12&page=2",
            "https://shop.example/map?state=Bavaria",
            "https://shop.example/account/password",
            "https://shop.example/help?q=how+to+reset+a+password",
            "https://shop.example/stats?token_count=7&next_page_token=x",
        ] {
            assert!(!holds(url), "{url}");
        }
    }

    proptest! {
        #[test]
        fn no_url_makes_it_panic(url in any::<String>()) {
            let _ = holds(&url);
        }
    }
}
