//! A URL that a record may show.

use super::paths::SecretPaths;

/// Bytes of it, at most.
const SHOWN_BYTES_MAX: usize = 512;

/// Scheme, host and path of a URL, without what may be a credential: user info, query and fragment are left out, and
/// segments of the path that look like one. 512 bytes at most.
pub fn without_credentials(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let place = url.get(..end).unwrap_or_default();
    let (scheme, rest) = match place.split_once("//") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, place),
    };
    let (authority, path) = match scheme {
        Some(_) => rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len())),
        None => ("", rest),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    // As a path it is looked through, too: a scheme or a host may be none.
    let whole = scheme.map_or_else(String::new, |scheme| format!("{scheme}//{host}")) + path;
    let recorded = SecretPaths::default().recorded(&whole).into_owned();
    let mut shown = String::new();
    for character in recorded.chars() {
        if shown.len() + character.len_utf8() > SHOWN_BYTES_MAX {
            break;
        }
        shown.push(if character.is_control() { '?' } else { character });
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_may_open_something_is_left_out() {
        let key = format!("npm_{}", "0aB1cD2eF3".repeat(4).get(..36).unwrap());
        for (url, shown) in [
            ("", ""),
            (
                "https://github.com/a/b/blob/12ab/foo.txt",
                "https://github.com/a/b/blob/12ab/foo.txt",
            ),
            ("https://a:b@c@git.example/x?token=1#y", "https://git.example/x"),
            ("paste.txt", "paste.txt"),
            ("https://git.example/a\nb", "https://git.example/a?b"),
        ] {
            assert_eq!(without_credentials(url), shown);
        }
        for url in [format!("https://git.example/{key}/x"), key.clone(), format!("{key}//x")] {
            assert!(!without_credentials(&url).contains(&key), "{url}");
        }
    }

    proptest! {
        #[test]
        fn whatever_it_is_it_is_short_and_one_line(url in any::<String>()) {
            let shown = without_credentials(&url);
            prop_assert!(shown.len() <= SHOWN_BYTES_MAX && !shown.contains('\n'));
        }
    }
}
