//! The raw bytes of a store's files, and what stands in them.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use memchr::memmem;

use super::canaries::Canaries;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) files: usize,
    pub(crate) bytes: usize,
    /// Texts that were looked for.
    pub(crate) texts: usize,
    /// Of them, how many were found in any form: none should be.
    pub(crate) found: usize,
    /// Digests and names that were found: proof that the files were read.
    pub(crate) digests: usize,
}

impl Seen {
    pub(super) fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.found += other.found;
    }

    /// What was looked at, in words.
    pub(crate) fn told(&self) -> String {
        let Self { files, bytes, texts, found, digests } = self;
        format!(
            "{found} of {texts} canary texts stood in {bytes} bytes of {files} raw files, as they are, in hex or \
             in base64; {digests} digests and names did"
        )
    }
}

/// Reads every file of a store in which so many of the first keys have ended.
pub(super) fn look(folder: &Path, canaries: &Canaries, ended: usize) -> Result<Seen, String> {
    let why = |error: std::io::Error| format!("`{}`: {error}", folder.display());
    let (mut all, mut files) = (Vec::new(), 0);
    for entry in std::fs::read_dir(folder).map_err(why)? {
        let entry = entry.map_err(why)?;
        if entry.file_type().map_err(why)?.is_file() {
            all.extend(std::fs::read(entry.path()).map_err(why)?);
            files += 1;
        }
    }
    let texts: Vec<&str> = canaries.texts().collect();
    let is_there = |form: &Vec<u8>| memmem::find(&all, form).is_some();
    let found = texts.iter().filter(|text| forms(text).iter().any(is_there)).count();
    let wanted: Vec<Vec<u8>> = canaries.digests(ended).collect();
    let digests = wanted.iter().filter(|digest| is_there(digest)).count();
    if digests < wanted.len() {
        let missing = wanted.len() - digests;
        return Err(format!("{missing} digests that were written were not found again"));
    }
    Ok(Seen { files, bytes: all.len(), texts: texts.len(), found, digests })
}

/// A text as it may be written down.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let hex = |upper: bool| {
        let write = |byte: u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
        text.bytes().map(write).collect::<String>().into_bytes()
    };
    let mut all = vec![text.as_bytes().to_vec(), hex(false), hex(true)];
    for offset in 0..3 {
        let moved = [&[0; 3][..], text.as_bytes()].concat();
        let moved = moved.get(3 - offset..).unwrap_or_default();
        // The characters that depend on nothing that stands around it.
        let (from, to) = ((offset * 8).div_ceil(6), moved.len() * 8 / 6);
        for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
            let encoded = engine.encode(moved);
            all.push(encoded.get(from..to).unwrap_or_default().into());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_in_every_form_wherever_it_stands() {
        let text = "obviously-fake-and-long-enough";
        let has = |whole: &[u8]| forms(text).iter().any(|one| memmem::find(whole, one).is_some());
        for before in ["", "a", "ab", "abc"] {
            let whole = format!("{before}{text}z");
            assert!(has(whole.as_bytes()));
            assert!(has(BASE64_STANDARD_NO_PAD.encode(&whole).as_bytes()), "{before}");
        }
        assert!(!has(b"obviously-fake-and-long-enoug"));
    }
}
