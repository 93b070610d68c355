//! Files that are made for a test.

use std::io::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use portcullis_secrets::{Bounds, Place, Reader, Report, Rules, Salt, Scanner};
use zip::write::SimpleFileOptions;

/// A token that nobody issued. Made at run time, so that no scanner of a code host takes it for a leak.
pub(crate) fn token() -> String {
    format!("gh{}_{}", "p", "q7Zt0Lw3Xk9Vb2Nc5Rm8Yd1Hf4Js6Gp0Ta3E")
}

pub(crate) fn scanner() -> &'static Scanner {
    static SCANNER: LazyLock<Scanner> =
        LazyLock::new(|| Scanner::new(Rules::built_in().unwrap()).unwrap());
    &SCANNER
}

pub(crate) fn read(scanner: &Scanner, name: &str, bytes: &[u8]) -> Report {
    read_within(scanner, name, bytes, Bounds::default())
}

pub(crate) fn read_within(scanner: &Scanner, name: &str, bytes: &[u8], bounds: Bounds) -> Report {
    let mut reader = Reader::new(scanner, Salt::new().unwrap(), bounds);
    reader.bytes(Place::file(name), bytes);
    reader.into_report()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    // As whoever means harm would: the builder refuses to write such names.
    let field = &mut header.as_gnu_mut().unwrap().name;
    field[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
    builder.append(&header, bytes).unwrap();
    builder.into_inner().unwrap()
}

pub(crate) fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap().into_inner()
}

pub(crate) fn asar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let header = format!(r#"{{"files":{{"{name}":{{"size":{},"offset":"0"}}}}}}"#, bytes.len());
    let padded = header.len().next_multiple_of(4);
    let number = |number: usize| (number as u32).to_le_bytes();
    let mut all =
        [number(4), number(padded + 8), number(padded + 4), number(header.len())].concat();
    all.extend_from_slice(header.as_bytes());
    all.resize(16 + padded, 0);
    all.extend_from_slice(bytes);
    all
}

pub(crate) fn map(text: &str) -> Vec<u8> {
    let map = serde_json::json!({
        "version": 3, "sources": ["src/secret.ts"], "sourcesContent": [text], "mappings": "AAAA",
    });
    map.to_string().into_bytes()
}

pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
    STANDARD.encode(bytes).into_bytes()
}

pub(crate) fn jwt(text: &str) -> Vec<u8> {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let payload = serde_json::json!({ "sub": "somebody", "note": text }).to_string();
    format!("{}.{}.{}", part(r#"{"alg":"none"}"#), part(&payload), part("no signature"))
        .into_bytes()
}

pub(crate) fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

pub(crate) fn percent(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()
}

pub(crate) fn escaped(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("\\u00{byte:02x}").into_bytes()).collect()
}

pub(crate) fn wide(text: &str) -> Vec<u8> {
    let text = text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    [&[0xff, 0x00, 0x13][..], &text, &[0x01, 0xff]].concat()
}
