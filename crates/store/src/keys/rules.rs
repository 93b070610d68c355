//! A key's rules as bytes, for its row.

use std::net::IpAddr;

use portcullis_model::{KeyRules, UnixMillis};

/// The form, its first byte.
const FORM: u8 = 1;

/// Form; begin (8 bytes, the highest number for none); then the lists, each with its length before it:
/// operations, scopes, APIs, attributes (names and values in turn), networks (4 or 16 bytes of an
/// address and one of its bits). Texts have their length before them, too. Numbers have 4 bytes, the
/// least significant first.
pub(crate) fn write(rules: &KeyRules) -> Vec<u8> {
    let mut all = vec![FORM];
    let begin = rules.not_before.map_or(u64::MAX, |begin| begin.0);
    all.extend_from_slice(&begin.to_le_bytes());
    for list in [&rules.operations, &rules.scopes, &rules.apis] {
        number(&mut all, list.len());
        list.iter().for_each(|text| part(&mut all, text.as_bytes()));
    }
    number(&mut all, rules.attributes.len());
    for (name, value) in &rules.attributes {
        part(&mut all, name.as_bytes());
        part(&mut all, value.as_bytes());
    }
    number(&mut all, rules.networks.len());
    for (address, bits) in &rules.networks {
        match address {
            IpAddr::V4(address) => part(&mut all, &address.octets()),
            IpAddr::V6(address) => part(&mut all, &address.octets()),
        }
        all.push(*bits);
    }
    all
}

fn number(all: &mut Vec<u8>, number: usize) {
    all.extend_from_slice(&(number as u32).to_le_bytes());
}

fn part(all: &mut Vec<u8>, bytes: &[u8]) {
    number(all, bytes.len());
    all.extend_from_slice(bytes);
}

/// What [`write`] wrote; `None` where it is anything else.
pub(crate) fn read(all: &[u8]) -> Option<KeyRules> {
    let (form, mut rest) = all.split_first()?;
    if *form != FORM {
        return None;
    }
    let rest = &mut rest;
    let begin = u64::from_le_bytes(bytes(rest, 8)?.try_into().ok()?);
    let rules = KeyRules {
        not_before: (begin < u64::MAX).then_some(UnixMillis(begin)),
        operations: list(rest, text)?,
        scopes: list(rest, text)?,
        apis: list(rest, text)?,
        attributes: list(rest, |rest| Some((text(rest)?, text(rest)?)))?,
        networks: list(rest, network)?,
    };
    rest.is_empty().then_some(rules)
}

/// Stops at the first entry that is not there, so a length that was made up costs nothing.
fn list<T>(rest: &mut &[u8], entry: impl Fn(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let length = length(rest)?;
    (0..length).map(|_| entry(rest)).collect()
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let length = length(rest)?;
    std::str::from_utf8(bytes(rest, length)?).ok().map(str::to_owned)
}

fn network(rest: &mut &[u8]) -> Option<(IpAddr, u8)> {
    let length = length(rest)?;
    let octets = bytes(rest, length)?;
    let address = match octets.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(octets).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(octets).ok()?),
        _ => return None,
    };
    let (bits, behind) = rest.split_first()?;
    *rest = behind;
    Some((address, *bits))
}

fn length(rest: &mut &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(bytes(rest, 4)?.try_into().ok()?) as usize)
}

fn bytes<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (part, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[a-zé]{0,5}", 0..4)
    }

    proptest! {
        #[test]
        fn rules_read_back_and_nothing_shorter_or_longer_does(
            operations in texts(), scopes in texts(), apis in texts(),
            attributes in proptest::collection::vec(("[a-z]{0,5}", "[a-z]{0,5}"), 0..3),
            networks in proptest::collection::vec((any::<IpAddr>(), any::<u8>()), 0..3),
            begin in proptest::option::of(0_u64..1 << 60),
        ) {
            let not_before = begin.map(UnixMillis);
            let rules = KeyRules { operations, scopes, networks, apis, attributes, not_before };
            let mut written = write(&rules);
            prop_assert_eq!(read(&written), Some(rules));
            for length in 0..written.len() {
                prop_assert_eq!(read(&written[..length]), None);
            }
            written.push(0);
            prop_assert_eq!(read(&written), None);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = read(&bytes);
        }
    }
}
