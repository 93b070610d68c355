//! Parts of a text.

use std::num::NonZeroU8;

use super::Unread;

/// Bytes of an email address: a path of RFC 5321 (section 4.5.3.1.3) without its brackets.
pub const ADDRESS_BYTES_MAX: usize = 254;

/// The last `count` letters and digits.
pub(super) fn last(count: NonZeroU8, text: &str) -> Result<String, Unread> {
    let count = usize::from(count.get());
    let characters = || text.chars().filter(char::is_ascii_alphanumeric);
    let all = characters().count();
    if all < 2 * count {
        return Err(Unread::TooShort);
    }
    Ok(characters().skip(all - count).collect())
}

/// An address with stars in the place of all before the `@` but its first character.
pub(super) fn email(address: &str) -> Result<String, Unread> {
    let (local, domain) = split(address).ok_or(Unread::NotAnAddress)?;
    let mut characters = local.chars();
    let first = characters.next().filter(|_| characters.next().is_some());
    let first = first.map_or_else(String::new, String::from);
    Ok(format!("{first}***@{domain}"))
}

/// The two parts of one address. What has blanks, brackets or quotes around it, or no host behind it,
/// is something else, and what else it says would be shown.
fn split(address: &str) -> Option<(&str, &str)> {
    let (local, domain) = address.split_once('@')?;
    let is_address = address.len() <= ADDRESS_BYTES_MAX
        && !local.is_empty()
        && local.chars().all(is_local)
        && domain.contains('.')
        && domain.split('.').all(is_label);
    is_address.then_some((local, domain))
}

/// A character of a `Dot-string` (RFC 5321 section 4.1.2), or one beyond ASCII (RFC 6531).
fn is_local(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(character)
    } else {
        !character.is_control() && !character.is_whitespace()
    }
}

/// A label of a host's name, in ASCII or as it is shown (RFC 5890).
fn is_label(label: &str) -> bool {
    let is_inner = |character: char| character.is_alphanumeric() || character == '-';
    !label.is_empty()
        && label.chars().all(is_inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}
