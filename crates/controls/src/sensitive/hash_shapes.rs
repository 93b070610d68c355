//! How password hashes are written.
//!
//! Bare hexadecimal or base64 is not recognised: identifiers, digests of files and signatures are
//! written like that, too. Those are known by the name of their property, if at all.

#[cfg(test)]
mod tests;

/// Bytes of a text that is looked at; the longest of the known forms have some 200.
pub const HASH_BYTES_MAX: usize = 512;
/// Parts between `$`; Django's name before a form with six has seven.
const PARTS_MAX: usize = 8;
/// Characters of a digest in hexadecimal where its function is named (32 bits), and where it is not.
const HEX_MIN: usize = 8;
const UNNAMED_HEX_MIN: usize = 32;
/// The same in base64 (120 bits, 240 bits).
const BASE64_MIN: usize = 20;
const UNNAMED_BASE64_MIN: usize = 40;

/// `$name$...$hash` where the name is short and the hash has one length (crypt(5), phpass, Cisco).
const CRYPT: [(&str, &str, usize); 15] = [
    ("1", "crypt", 22),
    ("5", "crypt", 43),
    ("6", "crypt", 86),
    ("7", "scrypt", 43),
    ("8", "pbkdf2", 43),
    ("9", "scrypt", 43),
    ("2", "bcrypt", 53),
    ("2a", "bcrypt", 53),
    ("2b", "bcrypt", 53),
    ("2x", "bcrypt", 53),
    ("2y", "bcrypt", 53),
    ("apr1", "crypt", 22),
    ("sha1", "crypt", 28),
    ("y", "crypt", 43),
    ("gy", "crypt", 43),
];
/// `$name$` and all the rest in one part.
const IN_ONE_PART: [(&str, usize); 3] = [("P", 31), ("H", 31), ("S", 52)];
/// How names of functions begin, up to their first character that is no letter.
const FUNCTIONS: [(&str, &str); 14] = [
    ("argon", "argon2"),
    ("bcrypt", "bcrypt"),
    ("scrypt", "scrypt"),
    ("pbkdf", "pbkdf2"),
    ("md", "named"),
    ("sha", "named"),
    ("ssha", "named"),
    ("hmac", "named"),
    ("blake", "named"),
    ("keccak", "named"),
    ("ripemd", "named"),
    ("whirlpool", "named"),
    ("fnv", "named"),
    ("crc", "named"),
];
/// `{SCHEME}` before a hash (RFC 2307 section 5.3, and what directories and frameworks added); up to
/// the first character that is no letter.
const SCHEMES: [&str; 9] =
    ["ssha", "sha", "smd", "md", "crypt", "bcrypt", "argon", "scrypt", "pbkdf"];
/// Characters of what crypt(3) made of DES.
const DES_CHARACTERS: usize = 13;

/// The family of password hashes that the whole text looks like one of, if it does: `bcrypt`,
/// `argon2`, `scrypt`, `pbkdf2`, `crypt`, `directory` or `named` (`name$hash`, `name$salt$hash`).
/// Linear in the text, and nothing longer than [`HASH_BYTES_MAX`] is looked at.
pub fn hash_shape(text: &str) -> Option<&'static str> {
    // Asked of every text of every answer: each of the forms has one of these.
    memchr::memchr2(b'$', b'{', text.as_bytes())?;
    let text = text.trim_ascii();
    let is_possible =
        text.len() <= HASH_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_possible {
        return None;
    }
    match text.strip_prefix('{') {
        Some(rest) => in_directory(rest),
        None => separated(text),
    }
}

/// Behind the opening brace of `{SSHA}...`, or of `{bcrypt}$2a$...`.
fn in_directory(rest: &str) -> Option<&'static str> {
    let (scheme, hash) = rest.split_once('}')?;
    let name = scheme.to_ascii_lowercase();
    if !SCHEMES.contains(&stem(&name)) || !scheme.bytes().all(is_parameter) {
        return None;
    }
    let parts = parts(hash)?;
    let last = parts.last()?;
    let is_whole = is_hex(last, UNNAMED_HEX_MIN) || is_base64(last, BASE64_MIN);
    let is_des = name == "crypt" && hash.len() == DES_CHARACTERS && is_radix64(hash);
    (is_whole || is_des || separated(hash).is_some()).then_some("directory")
}

/// With `$` between its parts.
fn separated(text: &str) -> Option<&'static str> {
    let parts = parts(text)?;
    match parts.as_slice() {
        ["", name, .., hash] => {
            let known = CRYPT.iter().find(|(known, ..)| known == name);
            if let Some((_, family, length)) = known {
                let has_salt = parts.len() > 3;
                return (has_salt && hash.len() == *length && is_radix64(hash)).then_some(*family);
            }
            if let Some((_, length)) = IN_ONE_PART.iter().find(|(known, _)| known == name) {
                let is_whole = parts.len() == 3 && hash.len() == *length && is_radix64(hash);
                return is_whole.then_some("crypt");
            }
            named(name, &parts, hash)
        }
        [name, .., hash] => named(name, &parts, hash),
        _ => None,
    }
}

/// `name$salt$hash` and longer, or `name$hash` if the name says enough.
fn named(name: &str, parts: &[&str], hash: &str) -> Option<&'static str> {
    if let Some((_, family)) = FUNCTIONS.iter().find(|(known, _)| *known == stem(name)) {
        return (is_hex(hash, HEX_MIN) || is_base64(hash, BASE64_MIN)).then_some(*family);
    }
    let has_name = name.starts_with(|first: char| first.is_ascii_lowercase());
    let has_salt = parts.iter().filter(|part| !part.is_empty()).count() > 2;
    let is_long = is_hex(hash, UNNAMED_HEX_MIN) || is_base64(hash, UNNAMED_BASE64_MIN);
    (has_name && has_salt && is_long).then_some("named")
}

/// The parts between `$`, if there are few, and all are of characters that parameters, salts and
/// hashes are written with.
fn parts(text: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = text.split('$').take(PARTS_MAX + 1).collect();
    let are_parameters = parts.iter().all(|part| part.bytes().all(is_parameter));
    (parts.len() <= PARTS_MAX && are_parameters).then_some(parts)
}

const fn is_parameter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'.' | b'/' | b'+' | b'=' | b'_' | b'-' | b',' | b':')
}

/// The letters that a name begins with.
fn stem(name: &str) -> &str {
    let letters = name.bytes().take_while(u8::is_ascii_lowercase).count();
    name.get(..letters).unwrap_or_default()
}

/// Hexadecimal of whole bytes, and no number or word.
fn is_hex(text: &str, characters_min: usize) -> bool {
    text.len() >= characters_min
        && text.len().is_multiple_of(2)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Base64 of the usual alphabet or of crypt's, padded or not, and no word: padded, or with capital and
/// small letters and digits, as all but one in fifty of random ones are.
fn is_base64(text: &str, characters_min: usize) -> bool {
    let bare = text.trim_end_matches('=');
    let padding = text.len() - bare.len();
    let has = |is: fn(&u8) -> bool| bare.as_bytes().iter().any(is);
    let is_mixed =
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    bare.len() >= characters_min
        && is_radix64(bare)
        && padding <= 2
        && (is_mixed || (padding > 0 && text.len().is_multiple_of(4)))
}

fn is_radix64(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'+'))
}
