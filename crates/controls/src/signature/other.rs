//! Files that are two things: a picture for whoever checks it, and a page, a program or an archive for whoever opens it.
//! One pass over the bytes; nothing is unpacked.

use portcullis_contract::MediaRange;

use super::archive::{ends_as_archive, holds_archive, is_zip, two_readings};
use super::drawing::active_svg;
use super::script::{begins_as_javascript, begins_folded, holds_script};

/// Bytes in which readers of PDF look for its beginning.
const PDF_WITHIN: usize = 1024;
/// Archives other than ZIP, by beginnings that readers look for inside of other files, too.
const ARCHIVES: [&[u8]; 4] =
    [b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c\0", b"MSCF\0\0\0\0"];

/// What a file is besides what its label says, in words; `None` if it is nothing else, or if files of this type may
/// be anything. Asked of pictures, drawings, sounds, films, fonts, PDF and archives.
pub fn other_file(label: &MediaRange, bytes: &[u8]) -> Option<&'static str> {
    let (main, sub) = (label.main.as_str(), label.sub.as_str());
    match (main, sub) {
        ("image", "svg+xml") => active_svg(bytes),
        _ if is_zip(main, sub) => two_readings(bytes),
        ("application", "gzip" | "vnd.rar" | "x-7z-compressed" | "x-rar" | "x-rar-compressed") => {
            ends_as_archive(bytes).then_some("ends as an archive of another kind does")
        }
        ("application", "pdf") => in_media(bytes, true),
        ("image" | "audio" | "video" | "font", _) => in_media(bytes, false),
        _ => None,
    }
}

fn in_media(bytes: &[u8], is_pdf: bool) -> Option<&'static str> {
    let is_archive = || {
        if is_pdf {
            // What a PDF holds may be archives.
            return ends_as_archive(bytes);
        }
        holds_archive(bytes)
            || bytes.get(257..262) == Some(b"ustar")
            || ARCHIVES.iter().any(|known| memchr::memmem::find(bytes, known).is_some())
    };
    let beginning = bytes.get(..PDF_WITHIN).unwrap_or(bytes);
    Some(if is_page(bytes) {
        "begins as a page or a script does"
    } else if is_program(bytes) {
        "begins as a program does"
    } else if begins_as_javascript(bytes) {
        "begins as a program of a page does (`GIF89a/*`)"
    } else if holds_script(bytes, is_pdf) {
        "holds a script (`<script`, `<?php`)"
    } else if is_archive() {
        "holds an archive"
    } else if !is_pdf && memchr::memmem::find(beginning, b"%PDF-").is_some() {
        "holds the beginning of a PDF"
    } else {
        return None;
    })
}

/// What browsers and interpreters take for theirs by its first bytes (WHATWG MIME Sniffing section 7.1).
fn is_page(bytes: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 12] = [
        b"<!doctype",
        b"<html",
        b"<head",
        b"<body",
        b"<script",
        b"<iframe",
        b"<svg",
        b"<?xml",
        b"<?php",
        b"<!--",
        b"<%",
        b"#!/",
    ];
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    BEGINNINGS.iter().any(|beginning| begins_folded(bytes, beginning))
}

/// ELF, Mach-O and classes of Java, WebAssembly; and Windows' own, of which two letters alone would say little.
fn is_program(bytes: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 7] = [
        b"\x7fELF",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\0asm",
    ];
    if BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning)) {
        return true;
    }
    let header = bytes.get(0x3c..0x40).and_then(|place| <[u8; 4]>::try_from(place).ok());
    let header = header.map(u32::from_le_bytes).and_then(|place| usize::try_from(place).ok());
    let is_there =
        |place: usize| bytes.get(place..).is_some_and(|rest| rest.starts_with(b"PE\0\0"));
    bytes.starts_with(b"MZ") && header.is_some_and(is_there)
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::archive as files;
    use super::*;

    const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

    fn other(label: &str, bytes: &[u8]) -> Option<&'static str> {
        other_file(&MediaRange::parse(label).unwrap(), bytes)
    }

    fn archive() -> Vec<u8> {
        [b"PK\x05\x06".as_slice(), &[0; 18]].concat()
    }

    /// As the tar program of POSIX begins an archive.
    fn tape() -> Vec<u8> {
        let mut bytes = GIF.to_vec();
        bytes.resize(257, 0);
        [bytes, b"ustar\0".to_vec()].concat()
    }

    #[test]
    fn a_picture_that_is_something_else_too_is_found() {
        let mut program = b"MZ".to_vec();
        program.resize(0x3c, 0);
        program.extend_from_slice(&[0x80, 0, 0, 0]);
        program.resize(0x80, 0);
        program.extend_from_slice(b"PE\0\0");
        for (label, bytes) in [
            ("image/gif", [GIF, b"<ScRiPt>alert(1)</script>"].concat()),
            (
                "image/jpeg",
                [b"\xff\xd8\xff\xfe".as_slice(), b"<?php system($_GET[0]); ?>"].concat(),
            ),
            ("image/png", [b"\x89PNG\r\n\x1a\n".as_slice(), &archive()].concat()),
            ("image/gif", [GIF, b"%PDF-1.7"].concat()),
            ("image/gif", [GIF, b"<?=`$_GET[0]`?>"].concat()),
            ("image/gif", b"GIF89a/*\x01\0*/=1;alert(1)".to_vec()),
            ("image/png", [b"\x89PNG\r\n\x1a\n".as_slice(), b"Rar!\x1a\x07\x01\0...."].concat()),
            ("image/jpeg", [b"\xff\xd8\xff\xe0".as_slice(), b"7z\xbc\xaf\x27\x1c\0\x04"].concat()),
            ("image/gif", tape()),
            ("image/gif", [GIF, &files(&[("a", "b")]), b"behind"].concat()),
            ("application/zip", [files(&[("a", "b")]), b"behind".to_vec()].concat()),
            ("application/java-archive", [b"#!/bin/sh\n".to_vec(), files(&[("a", "b")])].concat()),
            (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                [files(&[("[Content_Types].xml", "")]), b"<script>".to_vec()].concat(),
            ),
            ("application/vnd.rar", [b"Rar!\x1a\x07\x01\0".as_slice(), &archive()].concat()),
            ("application/pdf", [b"%PDF-1.7".as_slice(), &archive()].concat()),
            ("image/x-raw", b"  <!DOCTYPE html><p>".to_vec()),
            ("image/x-raw", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
            ("video/x-raw", b"#!/bin/sh\n".to_vec()),
            ("font/otf", b"\x7fELF\x02".to_vec()),
            ("image/x-raw", program),
        ] {
            assert!(other(label, &bytes).is_some(), "{label} {bytes:?}");
        }
    }

    #[test]
    fn a_picture_that_is_one_and_what_may_be_anything_passes() {
        let metadata = b"<?xpacket begin=''?><x:xmpmeta><rdf:RDF/></x:xmpmeta>";
        for (label, bytes) in [
            ("image/gif", GIF.to_vec()),
            ("image/jpeg", [b"\xff\xd8\xff\xe1".as_slice(), metadata].concat()),
            ("image/x-raw", b"MZ is how this picture begins".to_vec()),
            ("image/png", b"\x89PNG\r\n\x1a\nPK\x05\x06 and more".to_vec()),
            ("application/zip", archive()),
            ("application/zip", files(&[("a.gif", "GIF89a"), ("b", "<script>")])),
            ("application/epub+zip", files(&[("mimetype", "application/epub+zip")])),
            ("application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec()),
            (
                "application/pdf",
                [b"%PDF-1.7 ".as_slice(), &files(&[("a", "b")]), b"%%EOF"].concat(),
            ),
            ("application/octet-stream", b"#!/bin/sh".to_vec()),
            ("text/html", b"<script>".to_vec()),
        ] {
            assert_eq!(other(label, &bytes), None, "{label} {bytes:?}");
        }
    }
}
