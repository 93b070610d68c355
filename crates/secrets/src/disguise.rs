//! Encodings that hide a secret from whoever reads the text: base64, hex, percent, escapes of JSON and JavaScript.

mod escapes;
mod runs;

pub(crate) use self::escapes::{escapes, percents};
pub(crate) use self::runs::{Run, runs};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// What a text says when one encoding is undone.
#[derive(Debug)]
pub(crate) struct Bare {
    /// Which.
    pub(crate) coding: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// Where bytes of it stood in the text: in it, and there.
    pub(crate) places: Vec<(usize, usize)>,
}

const LAX: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LAX);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LAX);
/// Characters that decide whether the rest is worth it.
const TASTE: usize = 24;
/// How much of what is decoded must be printable: a share of a hundred.
const PRINTABLE_SHARE: usize = 90;
/// Characters of hex that hide a word.
const HEX_MIN: usize = 32;

impl Bare {
    /// Where a byte of it stood.
    pub(crate) fn stood_at(&self, at: usize) -> usize {
        let after = self.places.partition_point(|(here, _)| *here <= at);
        let place = after.checked_sub(1).and_then(|before| self.places.get(before));
        place.map_or(0, |(here, there)| match self.coding {
            // Four characters are three bytes, two are one: a finger's width is enough for these.
            "base64" => there + (at - here) / 3 * 4,
            "hex" => there + (at - here) * 2,
            _ => there + (at - here),
        })
    }
}

/// What a run of characters says, if it is text or an archive in base64 or hex.
pub(crate) fn decoded(text: &[u8], run: &Run) -> Option<Bare> {
    let written = text.get(run.start..run.end)?;
    let (coding, bytes) = if written.len() >= HEX_MIN && written.len() % 2 == 0 && is_hex(written) {
        ("hex", of_hex(written)?)
    } else {
        ("base64", of_base64(written)?)
    };
    is_worth_it(&bytes).then(|| Bare { coding, bytes, places: vec![(0, run.start)] })
}

fn is_hex(written: &[u8]) -> bool {
    written.iter().all(u8::is_ascii_hexdigit)
}

fn of_hex(written: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    written
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

fn of_base64(written: &[u8]) -> Option<Vec<u8>> {
    let engine =
        if written.iter().any(|byte| matches!(byte, b'-' | b'_')) { &URL_SAFE } else { &STANDARD };
    let taste = engine.decode(written.get(..TASTE)?).ok()?;
    if !is_worth_it(&taste) {
        return None;
    }
    // One character alone says nothing.
    let whole = if written.len() % 4 == 1 { written.get(..written.len() - 1)? } else { written };
    engine.decode(whole).ok()
}

/// Whether it is text, or the beginning of an archive.
fn is_worth_it(bytes: &[u8]) -> bool {
    let is_archive = bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"PK\x03\x04");
    let is_printable = |byte: &&u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x80..);
    let ascii = bytes.iter().filter(|byte| byte.is_ascii()).count();
    let printable = bytes.iter().filter(is_printable).count();
    is_archive
        || (printable * 100 >= bytes.len() * PRINTABLE_SHARE
            && ascii * 100 >= bytes.len() * PRINTABLE_SHARE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        runs(text.as_bytes(), |run| {
            if let Some(bare) = decoded(text.as_bytes(), run) {
                found.push((bare.coding, String::from_utf8_lossy(&bare.bytes).into_owned()));
            }
        });
        found
    }

    #[test]
    fn text_in_base64_and_hex_is_read_and_other_runs_are_not() {
        let secret = "password = obviously not that";
        let hex = "70617373776f7264203d206f6276696f75736c79206e6f742074686174";
        assert_eq!(
            all(&format!("x '{}'", STANDARD.encode(secret))),
            [("base64", secret.to_owned())]
        );
        assert_eq!(
            all(&format!("a.{}.b", URL_SAFE.encode(secret))),
            [("base64", secret.to_owned())]
        );
        assert_eq!(all(hex), [("hex", secret.to_owned())]);
        assert!(
            all("aLongIdentifierThatIsNoEncodedTextAtAll andPathsLikeThis/src/main/java/org/x")
                .is_empty()
        );
        assert!(all("da39a3ee5e6b4b0d3255bfef95601890afd80709").is_empty());
    }
}
