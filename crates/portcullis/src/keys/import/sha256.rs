//! A file of digests: in each line the SHA-256 of a key, its owner, and perhaps a label.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::found::Reading;

/// Reads a file. Parts of a line are parted by commas, or by blanks where it has none; what begins with `#` says
/// nothing.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) {
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = format!("line {}", index + 1);
        let (first, rest) = parted(line);
        let (owner, label) = parted(rest);
        match digest(first) {
            None => {
                reading
                    .wrong(&place, "it begins with no SHA-256: 64 digits, or base64 of 32 bytes");
            }
            Some(_) if owner.is_empty() => reading.wrong(&place, "it names no owner"),
            Some(digest) => reading.digest(&place, digest, owner, label, None),
        }
    }
}

/// The first part of a line, and the rest.
fn parted(line: &str) -> (&str, &str) {
    let parts = line.split_once(',').or_else(|| line.split_once(char::is_whitespace));
    let (first, rest) = parts.unwrap_or((line, ""));
    (first.trim(), rest.trim())
}

fn digest(text: &str) -> Option<[u8; 32]> {
    if text.len() == 64 {
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(pair).ok()?;
            // A sign would be taken, too.
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            *byte = u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
        }
        return Some(digest);
    }
    let engines = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD];
    engines.into_iter().find_map(|engine| engine.decode(text).ok()?.try_into().ok())
}

#[cfg(test)]
mod tests {
    use portcullis_model::UnixMillis;
    use proptest::prelude::*;

    use super::*;

    type All = (Vec<(String, [u8; 32], String, String)>, Vec<(String, String)>);

    fn all(text: &str) -> All {
        let mut reading = Reading::new("shop", None, UnixMillis(0));
        read(text, &mut reading);
        let (found, faults) = reading.end();
        let found = found.into_iter().map(|one| (one.place, one.digest, one.owner, one.label));
        let faults = faults.into_iter().map(|fault| (fault.place, fault.what));
        (found.collect(), faults.collect())
    }

    #[test]
    fn a_line_has_a_digest_an_owner_and_perhaps_a_label() {
        let hex = "ab".repeat(32);
        let base64 = STANDARD.encode([0xfb; 32]);
        let url = URL_SAFE_NO_PAD.encode([0xfb; 32]);
        let text = format!(
            "# digests\n\n{hex},acme inc,billing, of old\n  {} bob\n{base64}\tcarol  a label\n{url} , dave",
            hex.to_uppercase()
        );
        let (found, faults) = all(&text);
        let one = |line: &str, byte: u8, owner: &str, label: &str| {
            (line.to_owned(), [byte; 32], owner.to_owned(), label.to_owned())
        };
        let expected = [
            one("line 3", 0xab, "acme inc", "billing, of old"),
            one("line 4", 0xab, "bob", ""),
            one("line 5", 0xfb, "carol", "a label"),
            one("line 6", 0xfb, "dave", ""),
        ];
        assert_eq!((found.as_slice(), faults.len()), (&expected[..], 0));
    }

    #[test]
    fn what_is_no_such_line_is_told_by_its_number() {
        let hex = "ab".repeat(32);
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for (line, told) in [
            ("acme", "no SHA-256"),
            ("obviously-fake-key-of-others acme", "no SHA-256"),
            (&*format!("{} acme", &hex[1..]), "no SHA-256"),
            (&*format!("+{} acme", &hex[1..]), "no SHA-256"),
            (&*hex, "no owner"),
            (&*format!("{hex},,label"), "no owner"),
            (&*format!("{hex} \u{e9}"), "visible ASCII"),
            (&*format!("{empty} acme"), "empty text"),
        ] {
            let (found, faults) = all(&format!("\n{line}\n"));
            assert_eq!((found.len(), faults.len()), (0, 1), "{line}");
            assert!(faults[0].0 == "line 2" && faults[0].1.contains(told), "{line}: {faults:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            all(&text);
        }
    }
}
