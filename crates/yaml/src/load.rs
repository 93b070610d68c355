//! A file into the sources.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use portcullis_model::{Code, Diagnostic, SourceId, Sources, Span};

use crate::notes::Notes;

/// Adds a file to the sources. Whether it is text; if it is not UTF-8, that is noted, and nothing
/// else of it is worth saying.
pub fn load(
    sources: &mut Sources,
    path: &Path,
    bytes_max: u64,
    code: &'static Code,
    notes: &mut Notes,
) -> io::Result<(SourceId, bool)> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has more than {bytes_max} bytes"),
        ));
    }
    let name = path.display().to_string();
    if is_utf16(&bytes) {
        let source = sources.add(name, "");
        notes.push(|| {
            Diagnostic::error(code, "the file is UTF-16, not UTF-8")
                .at(Span { source, start: 0, end: 0 })
                .help("save it as UTF-8: `iconv -f UTF-16 -t UTF-8 FILE > NEW`")
        });
        return Ok((source, false));
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok((sources.add(name, text), true)),
        Err(error) => error,
    };
    let start = error.utf8_error().valid_up_to() as u32;
    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let source = sources.add(name, text);
    notes.push(|| {
        Diagnostic::error(code, "the file is not UTF-8")
            .at(Span { source, start, end: start })
            .label("the first byte that is not")
            .help("save the file as UTF-8")
    });
    Ok((source, false))
}

/// Whether a text begins as UTF-16 does: with its mark, or with a zero byte beside a letter.
fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [0, one, 0, two, ..] | [one, 0, two, 0, ..] => one.is_ascii() && two.is_ascii(),
        _ => false,
    }
}
