//! Places that are made for URLs and hosts: by the format of their schema, or by their name.

use portcullis_contract::Pointing;
use portcullis_policy::naming::words;

use super::target::Reading;

/// Last words of names under which URLs stand. Words that mostly mean something else (`target`, `next`, `source`)
/// are not among them: what is a URL for everybody is judged there, too.
const URLS: [&str; 21] = [
    "callback",
    "endpoint",
    "endpoints",
    "feed",
    "homepage",
    "href",
    "hrefs",
    "link",
    "links",
    "proxy",
    "redirect",
    "uri",
    "uris",
    "url",
    "urls",
    "webhook",
    "webhooks",
    "website",
    "domain",
    "host",
    "hosts",
];
/// Last words of names under which hosts stand.
const HOSTS: [&str; 3] = ["fqdn", "hostname", "hostnames"];
/// Pairs of words that end such names: `redirect_to`, `return_to`.
const PAIRS: [(&str, &str); 5] = [
    ("callback", "to"),
    ("fetch", "from"),
    ("import", "from"),
    ("redirect", "to"),
    ("return", "to"),
];

/// How a value at a place is read, by what its schema and its name say.
pub(super) fn reading(pointing: Pointing, name: &str) -> Reading {
    let by_format = match pointing {
        Pointing::Nowhere => Reading::Anywhere,
        Pointing::Reference => return Reading::Reference,
        Pointing::Url => Reading::Url,
        Pointing::Host => Reading::Host,
    };
    by_format.max(by_name(name))
}

fn by_name(name: &str) -> Reading {
    let words = words(name);
    let whole = words.concat();
    let mut ends = words.iter().rev().map(String::as_str);
    let (last, before) = (ends.next().unwrap_or_default(), ends.next().unwrap_or_default());
    if HOSTS.contains(&last) || before == "host" && last == "name" {
        Reading::Host
    } else if URLS.contains(&last)
        || PAIRS.contains(&(before, last))
        // `imageurl`, in one word.
        || ["url", "uri"].iter().any(|end| whole.ends_with(end) && whole.len() > end.len() + 2)
    {
        Reading::Url
    } else {
        Reading::Anywhere
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_stands_there() {
        for (name, expected) in [
            ("url", Reading::Url),
            ("imageUrl", Reading::Url),
            ("callback_uri", Reading::Url),
            ("redirect_to", Reading::Url),
            ("avatarurl", Reading::Url),
            ("X-Webhook", Reading::Url),
            ("hostname", Reading::Host),
            ("host_name", Reading::Host),
            ("target", Reading::Anywhere),
            ("note", Reading::Anywhere),
            ("curl", Reading::Anywhere),
            ("linked", Reading::Anywhere),
        ] {
            assert_eq!(by_name(name), expected, "{name}");
        }
        assert_eq!(reading(Pointing::Reference, "url"), Reading::Reference);
        assert_eq!(reading(Pointing::Url, "picture"), Reading::Url);
    }
}
