//! What names of parameters, properties and operations say, where several rules ask the same.

use portcullis_policy::naming::words;

/// Words for what is paid, counted or moved.
const AMOUNTS: [&str; 9] =
    ["amount", "price", "quantity", "qty", "total", "cost", "fee", "tip", "subtotal"];
/// Names of page sizes, folded.
const SIZES: [&str; 14] = [
    "count",
    "itemsperpage",
    "limit",
    "maxitems",
    "maxresults",
    "pagelength",
    "pagelimit",
    "pagesize",
    "perpage",
    "resultsperpage",
    "rows",
    "size",
    "take",
    "top",
];
/// Names of what says which page is meant, folded.
const PAGES: [&str; 18] = [
    "after",
    "before",
    "continue",
    "continuationtoken",
    "cursor",
    "from",
    "marker",
    "nexttoken",
    "offset",
    "page",
    "pagenumber",
    "pagetoken",
    "since",
    "skip",
    "start",
    "startafter",
    "startingafter",
    "startkey",
];

/// A name without what stands between its words, in lower case.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_lowercase()).collect()
}

/// Whether it is an amount, a price, a quantity.
pub(super) fn is_amount(name: &str) -> bool {
    let words = words(name);
    // `amount_cents`, `unit_price`; not `price_id`, and not `total_pages`.
    let is_other = |word: &String| {
        matches!(word.as_str(), "id" | "type" | "currency" | "page" | "pages" | "count")
    };
    words.iter().any(|word| AMOUNTS.contains(&word.as_str())) && !words.iter().any(is_other)
}

/// Whether it is the size of a page.
pub(super) fn is_page_size(name: &str) -> bool {
    let folded = folded(name);
    SIZES.binary_search(&folded.as_str()).is_ok()
}

/// Whether it says which page is meant.
pub(super) fn is_page(name: &str) -> bool {
    let folded = folded(name);
    PAGES.contains(&folded.as_str())
}

/// A path without its version, and that version: `/v2/orders/{id}`.
pub(super) fn versioned(template: &str) -> Option<(String, u32)> {
    let version = |part: &str| part.strip_prefix(['v', 'V'])?.split('.').next()?.parse().ok();
    let found = template.split('/').find_map(version)?;
    let rest = template
        .split('/')
        .filter(|part| version(part).is_none())
        .map(|part| if part.starts_with('{') { "{}" } else { part });
    Some((rest.collect::<Vec<_>>().join("/"), found))
}

/// The same address over TLS. The port of plain HTTP goes: another one somebody must look at.
pub(super) fn encrypted(url: &str) -> String {
    let (scheme, rest) = url.trim_start().split_once(':').unwrap_or_default();
    let scheme = if scheme.eq_ignore_ascii_case("ws") { "wss" } else { "https" };
    let behind = rest.strip_prefix("//").unwrap_or(rest);
    let (host, path) = behind.split_at(behind.find(['/', '?', '#']).unwrap_or(behind.len()));
    let host = host.strip_suffix(":80").unwrap_or(host);
    format!("{scheme}://{host}{path}")
}

/// `1 list`, `3 lists`.
pub(super) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_over_tls_does_not_keep_the_port_of_plain_http() {
        for (plain, expected) in [
            ("http://a.example:80/v1", "https://a.example/v1"),
            ("HTTP://a.example:80", "https://a.example"),
            ("http://a.example:8080/b:80/c", "https://a.example:8080/b:80/c"),
            ("ws://a.example?b=c:80", "wss://a.example?b=c:80"),
        ] {
            assert_eq!(encrypted(plain), expected);
        }
    }

    #[test]
    fn names_say_what_they_are() {
        assert!(SIZES.is_sorted());
        for (name, expected) in [
            ("amount", true),
            ("unitPrice", true),
            ("amount_cents", true),
            ("price_id", false),
            ("total_pages", false),
            ("amounts", false),
        ] {
            assert_eq!(is_amount(name), expected, "{name}");
        }
        assert!(is_page_size("per_page") && is_page_size("pageSize") && !is_page_size("sizes"));
        assert!(is_page("page[number]") && is_page("starting_after") && !is_page("pages"));
    }
}
