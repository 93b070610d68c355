//! The `Link` field (RFC 8288): where it leads, and what of it browsers fetch unasked.

/// Relations that have a browser connect, fetch or run at once (HTML section 4.6.7), in lower case.
const LOADS: [&str; 11] = [
    "compression-dictionary",
    "dns-prefetch",
    "import",
    "manifest",
    "modulepreload",
    "preconnect",
    "prefetch",
    "preload",
    "prerender",
    "serviceworker",
    "stylesheet",
];

/// The targets of a `Link` field, each with what stands behind it.
fn links(value: &str) -> impl Iterator<Item = (&str, &str)> {
    value.split('<').skip(1).filter_map(|part| part.split_once('>'))
}

/// The targets of a `Link` field (section 3).
pub fn link_targets(value: &str) -> impl Iterator<Item = &str> {
    links(value).map(|(target, _)| target)
}

/// Those that a browser fetches or connects to by itself. A relation counts wherever its word stands behind the target:
/// readers differ on quotes, and on which of two `rel` counts.
pub fn loaded_targets(value: &str) -> impl Iterator<Item = &str> {
    let is_word = |one: char| one.is_ascii_alphanumeric() || one == '-';
    let loads = move |behind: &str| {
        let mut words = behind.split(|one| !is_word(one));
        words.any(|word| LOADS.iter().any(|known| known.eq_ignore_ascii_case(word)))
    };
    links(value).filter(move |(_, behind)| loads(behind)).map(|(target, _)| target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_unasked_is_told_from_what_is_followed() {
        let loaded = |value| loaded_targets(value).collect::<Vec<_>>();
        for value in [
            "<//evil.example/a>; rel=preload",
            "<//evil.example/a>;REL=\"StyleSheet\"",
            "<//evil.example/a>; as=script; rel=\"next preload\"",
            "<//evil.example/a>; rel=x; rel=dns-prefetch",
            "</a>; rel=next, <//evil.example/a>;rel=modulepreload;as=script",
        ] {
            assert_eq!(loaded(value), ["//evil.example/a"], "{value}");
        }
        for value in
            ["", "</b>; rel=\"next\"", "<//other.example>; rel=alternate; title=preloading"]
        {
            assert!(loaded(value).is_empty(), "{value}");
        }
        assert_eq!(link_targets("<a>; rel=x, <b>").collect::<Vec<_>>(), ["a", "b"]);
    }
}
