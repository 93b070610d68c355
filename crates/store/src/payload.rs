//! The secrets of a session as bytes, before they are sealed.

use portcullis_model::Secret;

use crate::session::{Credentials, Facts};

/// The form, its first byte.
const FORM: u8 = 1;

/// Form; subject, attributes, then name and value of each credential, each with its length (4 bytes,
/// little endian) before it.
pub(crate) fn write(facts: &Facts) -> Vec<u8> {
    let mut all = vec![FORM];
    let mut part = |bytes: &[u8]| {
        all.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        all.extend_from_slice(bytes);
    };
    part(facts.subject.as_bytes());
    part(facts.attributes.as_bytes());
    for (name, value) in &facts.credentials {
        part(name.as_bytes());
        part(value.expose_secret());
    }
    all
}

/// What [`write`] wrote.
pub(crate) struct Payload {
    pub(crate) subject: String,
    pub(crate) attributes: String,
    pub(crate) credentials: Credentials,
}

/// `None` where it is anything else.
pub(crate) fn read(all: &[u8]) -> Option<Payload> {
    let (form, mut rest) = all.split_first()?;
    if *form != FORM {
        return None;
    }
    let subject = text(part(&mut rest)?)?;
    let attributes = text(part(&mut rest)?)?;
    let mut credentials = Credentials::new();
    while !rest.is_empty() {
        let name = text(part(&mut rest)?)?;
        if credentials.last_key_value().is_some_and(|(last, _)| *last >= name) {
            return None;
        }
        credentials.insert(name, Secret::new(part(&mut rest)?));
    }
    Some(Payload { subject, attributes, credentials })
}

fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, behind) = rest.split_first_chunk::<4>()?;
    let (part, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = behind;
    Some(part)
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::example::facts;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            subject in ".*",
            attributes in ".*",
            credentials in proptest::collection::btree_map(".*", proptest::collection::vec(any::<u8>(), 0..50), 0..5),
        ) {
            let mut facts = facts(1);
            facts.subject = subject;
            facts.attributes = attributes;
            facts.credentials = credentials.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
            let written = write(&facts);
            let read = read(&written).unwrap();
            prop_assert_eq!(&read.subject, &facts.subject);
            prop_assert_eq!(&read.attributes, &facts.attributes);
            prop_assert_eq!(read.credentials.len(), facts.credentials.len());
            for ((name, value), (expected, secret)) in read.credentials.iter().zip(&facts.credentials) {
                prop_assert!(name == expected && value.matches(secret.expose_secret()));
            }
            // And nothing has a second form.
            for cut in 0..written.len() {
                if let Some(shorter) = super::read(&written[..cut]) {
                    prop_assert!(shorter.credentials.len() < read.credentials.len());
                }
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
