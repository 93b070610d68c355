//! Whether what a key is issued with can be held to: the same for whoever asks, on the command line or past it.

use portcullis_model::{KeyQuota, KeyRules};

/// Uses in a rate, at most: what is faster is no limit.
const RATE_MAX: u32 = 1_000_000;

/// Seconds that a rate is of, at most: a day.
const RATE_SECONDS_MAX: u32 = 86_400;

/// What cannot be; none if all can. A key below another has that one's owner, and none of its own.
pub(super) fn fault(owner: Option<&str>, rules: &KeyRules) -> Option<&'static str> {
    let is_visible = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
    let words = [&rules.operations, &rules.scopes, &rules.apis, &rules.origins];
    let pairs =
        rules.attributes.iter().chain(&rules.objects).flat_map(|(name, value)| [name, value]);
    let names = rules.may.iter().map(|(name, _)| name);
    let is_told = |text: &str| text.trim() == text && text.is_ascii();
    let width = |address: &std::net::IpAddr| if address.is_ipv4() { 32 } else { 128 };
    let cases = [
        (
            owner.is_some_and(|owner| !is_visible(owner) || !is_told(owner)),
            "an owner is visible ASCII, without blanks around it",
        ),
        (
            !words.into_iter().flatten().chain(pairs).chain(names).all(|text| is_visible(text)),
            "what a key is for is not empty, and has no control characters",
        ),
        (
            rules.scopes.iter().any(|scope| scope.contains(char::is_whitespace)),
            "a scope is one word",
        ),
        (
            rules.networks.iter().any(|(first, bits)| *bits > width(first)),
            "a network has no more bits than its address",
        ),
        (!rules.origins.iter().all(|origin| is_origin(origin)), "that is no web origin"),
        (
            rules.may.iter().any(|(_, verbs)| verbs.is_empty())
                || rules.objects.iter().any(|(name, _)| rules.verbs(name).is_empty()),
            "nothing may be done with one of its resources",
        ),
        (!is_countable(rules.quota), "that is no quota"),
    ];
    cases.into_iter().find_map(|(is_so, what)| is_so.then_some(what))
}

/// Scheme, host and port as browsers write them (RFC 6454 section 6.2).
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    matches!(scheme, "http" | "https")
        && !host.is_empty()
        && !host.contains(['/', '?', '#', '@', '*'])
        && host.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase())
}

fn is_countable(KeyQuota { rate, day, month }: KeyQuota) -> bool {
    let is_rate = rate.is_none_or(|(count, per_s)| {
        (1..=RATE_MAX).contains(&count) && (1..=RATE_SECONDS_MAX).contains(&per_s)
    });
    // Beyond it the database would round.
    let is_number = |quota: Option<u64>| quota.is_none_or(|limit| (1..=1 << 62).contains(&limit));
    is_rate && is_number(day) && is_number(month)
}

#[cfg(test)]
mod tests {
    use portcullis_model::Verbs;

    use super::*;

    #[test]
    fn what_no_command_line_would_take_is_refused_past_it() {
        let text = |text: &str| vec![text.to_owned()];
        let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let quota = |rate, day| KeyQuota { rate, day, month: None };
        let none = KeyRules::default;
        let all = [
            KeyRules { operations: text(""), ..none() },
            KeyRules { scopes: text("a b"), ..none() },
            KeyRules { apis: text("a\n"), ..none() },
            KeyRules { attributes: pair("role", ""), ..none() },
            KeyRules { objects: pair("", "7"), ..none() },
            KeyRules { networks: vec![([10, 0, 0, 0].into(), 33)], ..none() },
            KeyRules { origins: text("https://shop.example.com/"), ..none() },
            KeyRules { origins: text("null"), ..none() },
            KeyRules { may: vec![("Order".to_owned(), Verbs::default())], ..none() },
            KeyRules {
                may: vec![("Card".to_owned(), Verbs::ALL)],
                objects: pair("Order", "7"),
                ..none()
            },
            KeyRules { quota: quota(Some((0, 1)), None), ..none() },
            KeyRules { quota: quota(Some((1, 0)), None), ..none() },
            KeyRules { quota: quota(Some((u32::MAX, 1)), None), ..none() },
            KeyRules { quota: quota(None, Some(0)), ..none() },
            KeyRules { quota: quota(None, Some(u64::MAX - 1)), ..none() },
        ];
        for rules in all {
            assert!(fault(Some("acme"), &rules).is_some(), "{rules:?}");
        }
        for owner in ["", " acme", "ac\nme", "ächme"] {
            assert!(fault(Some(owner), &none()).is_some(), "{owner}");
        }
        let good = KeyRules {
            origins: text("https://shop.example.com:8443"),
            objects: pair("Order", "ä/7"),
            quota: quota(Some((10, 1)), Some(1)),
            ..none()
        };
        assert_eq!(fault(Some("acme"), &good), None);
    }
}
