//! What a key that is issued here may be used for. It is judged by its own rules and by those of every key above it:
//! whatever it says itself, it opens no more than they do.

use std::net::IpAddr;
use std::sync::Arc;

use portcullis_model::{Attribute, Identity, KeyRules, Source, UnixMillis, Value};
use portcullis_policy::Network;

/// From where, at what and when a key is used.
#[derive(Debug, Clone, Copy)]
pub struct KeyUse<'a> {
    /// The name of the API.
    pub api: &'a str,
    /// Where the request came from, where that is certain.
    pub address: Option<IpAddr>,
    /// The web origin that the request names: its one `Origin` field (RFC 6454 section 7).
    pub origin: Option<&'a str>,
    /// When.
    pub now: UnixMillis,
}

/// Why a key is not good here and now, whatever is asked; for the ledger alone.
pub fn key_fault(rules: &[Arc<KeyRules>], used: KeyUse<'_>) -> Option<&'static str> {
    rules.iter().find_map(|rules| {
        if rules.not_before.is_some_and(|begin| used.now < begin) {
            return Some("key_not_yet");
        }
        if !rules.apis.is_empty() && !rules.apis.iter().any(|api| api == used.api) {
            return Some("key_of_other_api");
        }
        let is_in = |(first, bits): &(IpAddr, u8)| {
            used.address.is_some_and(|address| Network::around(*first, *bits).contains(address))
        };
        if !rules.networks.is_empty() && !rules.networks.iter().any(is_in) {
            return Some("key_from_other_network");
        }
        // Browsers write an origin in one way alone: it is compared as it stands.
        let is_from = |origin: &String| used.origin == Some(origin.as_str());
        (!rules.origins.is_empty() && !rules.origins.iter().any(is_from))
            .then_some("key_from_other_origin")
    })
}

/// Who calls with a key. `rules` are its own, then those of the keys above it: the last one says what is known of
/// the owner.
pub fn key_holder(
    rules: &[Arc<KeyRules>],
    owner: &Arc<str>,
    issuer: &Arc<str>,
    scheme: &str,
) -> Identity {
    let mut identity = Identity {
        scheme: Arc::from(scheme),
        issuer: issuer.clone(),
        subject: owner.clone(),
        attributes: Vec::new(),
        scopes: scopes(rules),
        is_adopted: false,
    };
    let known = rules.last().map_or(&[][..], |rules| &rules.attributes);
    for (place, (name, value)) in known.iter().enumerate() {
        // Said several times, it is a list.
        if known.iter().take(place).any(|(other, _)| other == name) {
            continue;
        }
        let values: Vec<Arc<str>> = known
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| Arc::from(value.as_str()))
            .collect();
        let value = if values.len() > 1 {
            Value::List(values)
        } else {
            Value::Text(Arc::from(value.as_str()))
        };
        identity.add(Attribute { name: Arc::from(name.as_str()), value, source: Source::Claim });
    }
    identity
}

/// What it is good for: what the topmost key says (nothing, if that says nothing), and below it what all of them say
/// that say anything.
fn scopes(rules: &[Arc<KeyRules>]) -> Vec<Arc<str>> {
    let Some((topmost, below)) = rules.split_last() else { return Vec::new() };
    let is_everywhere = |scope: &&String| {
        below.iter().all(|rules| rules.scopes.is_empty() || rules.scopes.contains(scope))
    };
    topmost.scopes.iter().filter(is_everywhere).map(|scope| Arc::from(scope.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1000);

    fn of(rules: KeyRules) -> Arc<KeyRules> {
        Arc::new(rules)
    }

    fn used<'a>(api: &'a str, address: Option<&str>) -> KeyUse<'a> {
        let address = address.map(|address| address.parse().unwrap());
        KeyUse { api, address, origin: None, now: NOW }
    }

    #[test]
    fn a_key_is_good_where_its_own_rules_and_those_above_it_hold() {
        let open = of(KeyRules::default());
        let net = |text: &str, bits| {
            of(KeyRules { networks: vec![(text.parse().unwrap(), bits)], ..KeyRules::default() })
        };
        let here = used("shop", Some("10.1.2.3"));
        assert_eq!(key_fault(std::slice::from_ref(&open), here), None);
        assert_eq!(key_fault(std::slice::from_ref(&open), used("shop", None)), None);
        let inner = net("10.0.0.0", 8);
        assert_eq!(key_fault(&[inner.clone(), open.clone()], here), None);
        assert_eq!(
            key_fault(std::slice::from_ref(&inner), used("shop", Some("::ffff:10.1.2.3"))),
            None
        );
        let other = Some("key_from_other_network");
        assert_eq!(
            key_fault(std::slice::from_ref(&inner), used("shop", None)),
            other,
            "nobody knows from where"
        );
        assert_eq!(key_fault(&[inner], used("shop", Some("11.1.2.3"))), other);
        assert_eq!(
            key_fault(&[open.clone(), net("10.2.0.0", 16)], here),
            other,
            "of the one above"
        );
        let begins = of(KeyRules { not_before: Some(UnixMillis(1001)), ..KeyRules::default() });
        assert_eq!(key_fault(&[open.clone(), begins], here), Some("key_not_yet"));
        let api = of(KeyRules { apis: vec!["desk".to_owned()], ..KeyRules::default() });
        assert_eq!(key_fault(&[open, api], here), Some("key_of_other_api"));
    }

    #[test]
    fn a_key_for_an_origin_is_good_where_the_request_names_it_alone() {
        let of_shop = of(KeyRules {
            origins: vec!["https://shop.example.com".to_owned()],
            ..KeyRules::default()
        });
        let fault = |origin, rules: &[Arc<KeyRules>]| {
            key_fault(rules, KeyUse { origin, ..used("shop", None) })
        };
        let (own, above) = ([of_shop.clone()], [of(KeyRules::default()), of_shop]);
        assert_eq!(fault(Some("https://shop.example.com"), &own), None);
        for origin in [
            None,
            Some("null"),
            Some("http://shop.example.com"),
            Some("https://shop.example.com:8443"),
            Some("https://shop.example.com.evil.example"),
        ] {
            assert_eq!(fault(origin, &own), Some("key_from_other_origin"), "{origin:?}");
            assert_eq!(fault(origin, &above), Some("key_from_other_origin"), "{origin:?}");
        }
    }

    #[test]
    fn a_key_below_another_is_good_for_no_more() {
        let good = |scopes: &[&str]| {
            of(KeyRules {
                scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
                ..KeyRules::default()
            })
        };
        let all = |rules: &[Arc<KeyRules>]| {
            scopes(rules).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(all(&[good(&[])]), "");
        assert_eq!(all(&[good(&["read", "write"])]), "read write");
        assert_eq!(all(&[good(&["write", "admin"]), good(&["read", "write"])]), "write");
        assert_eq!(all(&[good(&[]), good(&["read"])]), "read");
        assert_eq!(all(&[good(&["admin"]), good(&["read"])]), "");
        assert_eq!(all(&[good(&["read"]), good(&[])]), "", "the one above is good for none");
    }

    #[test]
    fn the_topmost_key_says_what_is_known_of_its_owner() {
        let root = KeyRules {
            attributes: [("role", "partner"), ("group", "a"), ("group", "b")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            ..KeyRules::default()
        };
        let rules = [of(KeyRules::default()), of(root)];
        let holder = key_holder(&rules, &"acme".into(), &"api_keys:pharm".into(), "key");
        assert_eq!((&*holder.subject, &*holder.issuer), ("acme", "api_keys:pharm"));
        assert_eq!(holder.attribute("role"), Some(&Value::Text("partner".into())));
        let groups = Value::List(vec!["a".into(), "b".into()]);
        assert_eq!(holder.attribute("group"), Some(&groups));
    }
}
