//! From when until when a certificate is good (RFC 5280 section 4.1.2.5).

use portcullis_model::{Date, UnixMillis};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
/// `[0]`: the version, which those of the first have not.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Both ends, from the DER of a certificate; none where it has none that can be read.
pub(crate) fn of(certificate: &[u8]) -> Option<(UnixMillis, UnixMillis)> {
    let mut outer = take(&mut { certificate }, SEQUENCE)?;
    let mut inner = take(&mut outer, SEQUENCE)?;
    if inner.first() == Some(&VERSION) {
        take(&mut inner, VERSION)?;
    }
    // Serial number, algorithm, issuer.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        take(&mut inner, tag)?;
    }
    let mut validity = take(&mut inner, SEQUENCE)?;
    Some((time(&mut validity)?, time(&mut validity)?))
}

/// The content of the next element, which must have this tag; `rest` is what is behind it.
fn take<'a>(rest: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (&found, after) = rest.split_first()?;
    let (&first, after) = after.split_first()?;
    let (length, after) = match first {
        0..=0x7f => (usize::from(first), after),
        // Longer than four bytes is no certificate.
        0x81..=0x84 => {
            let (digits, after) = after.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), after)
        }
        _ => return None,
    };
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    (found == tag).then_some(content)
}

fn time(rest: &mut &[u8]) -> Option<UnixMillis> {
    let tag = *rest.first()?;
    let text = std::str::from_utf8(take(rest, tag)?).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole = match tag {
        // Two digits of a year: 1950 to 2049.
        UTC_TIME => format!("{}{text}", if *text >= *"50" { "19" } else { "20" }),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let (year, rest) = whole.split_at_checked(4)?;
    let (month, rest) = rest.split_at_checked(2)?;
    let (day, clock) = rest.split_at_checked(2)?;
    if clock.len() != 6 {
        return None;
    }
    let part = |at: usize| clock.get(at..at + 2)?.parse::<u64>().ok();
    let (hour, minute, second) = (part(0)?, part(2)?, part(4)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // What began before 1970 began at its first instant.
    let start = match Date::parse(&format!("{year}-{month}-{day}")) {
        Ok(date) => date.start().0,
        Err(_) if year < "1970" => return Some(UnixMillis(0)),
        Err(_) => return None,
    };
    Some(UnixMillis(start + ((hour * 60 + minute) * 60 + second) * 1000))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn made(from: i32, to: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        (params.not_before, params.not_after) =
            (date_time_ymd(from, 2, 3), date_time_ymd(to, 4, 5));
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn both_ends_are_read_in_either_form() {
        let at = |text: &str| Date::parse(text).unwrap().start();
        assert_eq!(of(&made(2026, 2027)), Some((at("2026-02-03"), at("2027-04-05"))));
        // From 2050 on it is the other form.
        assert_eq!(of(&made(2049, 2096)), Some((at("2049-02-03"), at("2096-04-05"))));
    }

    #[test]
    fn what_is_cut_or_changed_never_panics() {
        let whole = made(2026, 2027);
        let end = whole.len().min(300);
        for length in 0..end {
            let _ = of(&whole[..length]);
        }
        for place in 0..end {
            for value in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = whole.clone();
                changed[place] = value;
                let _ = of(&changed);
            }
        }
        assert_eq!(of(b""), None);
        assert_eq!(of(&[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
