//! A key's rules as bytes, for its row.

use std::net::IpAddr;

use portcullis_model::{KeyQuota, KeyRules, UnixMillis, Verbs};

/// The form, its first byte.
const FORM: u8 = 2;

/// The form of before there were restrictions to objects, origins, proofs and quotas: it is read, and
/// written no more.
const FIRST_FORM: u8 = 1;

/// Form; begin (8 bytes, the highest number for none); then the lists, each with its length before it:
/// operations, scopes, APIs, attributes (names and values in turn), networks (4 or 16 bytes of an
/// address and one of its bits). The first form ends here. Then resources (a name, and a byte of verbs),
/// objects (a resource and an id in turn), origins; the thumbprints of a key and of a certificate (32
/// bytes, or none); the rate (a count, and seconds; both 0 for none), the quotas of days and months (8
/// bytes each, the highest number for none). Texts and thumbprints have their length before them, too.
/// Numbers have 4 bytes where nothing else is said, the least significant first.
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
    number(&mut all, rules.may.len());
    for (resource, verbs) in &rules.may {
        part(&mut all, resource.as_bytes());
        all.push(verbs.bits());
    }
    number(&mut all, rules.objects.len());
    for (resource, id) in &rules.objects {
        part(&mut all, resource.as_bytes());
        part(&mut all, id.as_bytes());
    }
    number(&mut all, rules.origins.len());
    rules.origins.iter().for_each(|origin| part(&mut all, origin.as_bytes()));
    for thumbprint in [&rules.dpop, &rules.certificate] {
        part(&mut all, thumbprint.as_ref().map_or(&[], |bytes| bytes));
    }
    let KeyQuota { rate, day, month } = rules.quota;
    let (count, per_s) = rate.unwrap_or_default();
    all.extend_from_slice(&count.to_le_bytes());
    all.extend_from_slice(&per_s.to_le_bytes());
    for quota in [day, month] {
        all.extend_from_slice(&quota.unwrap_or(u64::MAX).to_le_bytes());
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
    if ![FORM, FIRST_FORM].contains(form) {
        return None;
    }
    let rest = &mut rest;
    let mut rules = KeyRules {
        not_before: or_none(rest).ok()?.map(UnixMillis),
        operations: list(rest, text)?,
        scopes: list(rest, text)?,
        apis: list(rest, text)?,
        attributes: list(rest, |rest| Some((text(rest)?, text(rest)?)))?,
        networks: list(rest, network)?,
        ..KeyRules::default()
    };
    if *form == FORM {
        rules.may = list(rest, |rest| Some((text(rest)?, verbs(rest)?)))?;
        rules.objects = list(rest, |rest| Some((text(rest)?, text(rest)?)))?;
        rules.origins = list(rest, text)?;
        rules.dpop = thumbprint(rest).ok()?;
        rules.certificate = thumbprint(rest).ok()?;
        rules.quota = KeyQuota {
            rate: rate(rest).ok()?,
            day: or_none(rest).ok()?,
            month: or_none(rest).ok()?,
        };
    }
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

fn verbs(rest: &mut &[u8]) -> Option<Verbs> {
    let (bits, behind) = rest.split_first()?;
    *rest = behind;
    Verbs::from_bits(*bits)
}

/// What is not as it was written.
struct Unread;

fn thumbprint(rest: &mut &[u8]) -> Result<Option<[u8; 32]>, Unread> {
    let read = length(rest).and_then(|length| bytes(rest, length)).ok_or(Unread)?;
    if read.is_empty() {
        return Ok(None);
    }
    read.try_into().map(Some).map_err(|_| Unread)
}

/// A count and seconds, both or none.
fn rate(rest: &mut &[u8]) -> Result<Option<(u32, u32)>, Unread> {
    let mut number = || {
        let four = bytes(rest, 4).and_then(|four| four.try_into().ok());
        four.map(u32::from_le_bytes).ok_or(Unread)
    };
    match (number()?, number()?) {
        (0, 0) => Ok(None),
        (0, _) | (_, 0) => Err(Unread),
        rate => Ok(Some(rate)),
    }
}

/// A number of 8 bytes; the highest is none.
fn or_none(rest: &mut &[u8]) -> Result<Option<u64>, Unread> {
    let eight = bytes(rest, 8).and_then(|eight| eight.try_into().ok());
    let number = eight.map(u64::from_le_bytes).ok_or(Unread)?;
    Ok((number < u64::MAX).then_some(number))
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
            (may, objects, origins) in (
                proptest::collection::vec(("[A-Z]{1,5}", 1_u8..64), 0..3),
                proptest::collection::vec(("[A-Z]{1,5}", "[0-9]{0,5}"), 0..3),
                texts(),
            ),
            (dpop, certificate) in any::<(Option<[u8; 32]>, Option<[u8; 32]>)>(),
            rate in proptest::option::of((1_u32.., 1_u32..)),
            (day, month) in any::<(Option<u32>, Option<u32>)>(),
        ) {
            let may = may.into_iter().filter_map(|(name, bits)| Some((name, Verbs::from_bits(bits)?)));
            let quota = KeyQuota { rate, day: day.map(u64::from), month: month.map(u64::from) };
            let rules = KeyRules {
                operations, scopes, networks, apis, attributes, not_before: begin.map(UnixMillis),
                may: may.collect(), objects, origins, dpop, certificate, quota,
            };
            let mut written = write(&rules);
            prop_assert_eq!(read(&written), Some(rules));
            for length in 0..written.len() {
                prop_assert_eq!(read(&written[..length]), None);
            }
            written.push(0);
            prop_assert_eq!(read(&written), None);
        }

        #[test]
        fn the_first_form_is_still_read(operations in texts(), begin in 0_u64..1 << 60) {
            let rules =
                KeyRules { operations, not_before: Some(UnixMillis(begin)), ..KeyRules::default() };
            let written = write(&rules);
            // Without three empty lists, two thumbprints, a rate and two quotas.
            let mut first = written[..written.len() - 3 * 4 - 2 * 4 - 8 - 16].to_vec();
            prop_assert_eq!(read(&first), None, "cut short");
            first[0] = FIRST_FORM;
            prop_assert_eq!(read(&first), Some(rules));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = read(&bytes);
        }
    }
}
