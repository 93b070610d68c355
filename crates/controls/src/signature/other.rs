//! Files that are two things: a picture for whoever checks it, and a page, a program or an archive for whoever opens it.
//! One pass over the bytes; nothing is unpacked.

use portcullis_contract::MediaRange;

/// Bytes in which readers of PDF look for its beginning.
const PDF_WITHIN: usize = 1024;
/// The end of an archive: the record, and the longest comment behind it (APPNOTE.TXT section 4.3.16).
const ARCHIVE_END: usize = 22 + 0xffff;

/// What a file is besides what its label says, in words; `None` if it is nothing else, or if files of this type may
/// be anything. Asked of pictures, sounds, films, fonts and PDF.
pub fn other_file(label: &MediaRange, bytes: &[u8]) -> Option<&'static str> {
    let is_svg = label.main == "image" && label.sub == "svg+xml";
    if is_svg {
        return active_svg(bytes);
    }
    let is_pdf = label.main == "application" && label.sub == "pdf";
    if !is_pdf && !matches!(label.main.as_str(), "image" | "audio" | "video" | "font") {
        return None;
    }
    let is_text = is_page(bytes);
    Some(if is_text {
        "begins as a page or a script does"
    } else if is_program(bytes) {
        "begins as a program does"
    } else if holds_script(bytes) {
        "holds a script (`<script`, `<?php`)"
    } else if ends_as_archive(bytes) {
        "ends as an archive does"
    } else if !is_pdf
        && bytes.get(..PDF_WITHIN).unwrap_or(bytes).windows(5).any(|at| at == b"%PDF-")
    {
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

fn holds_script(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(place) = rest.iter().position(|byte| *byte == b'<') {
        rest = rest.get(place..).unwrap_or_default();
        if begins_folded(rest, b"<script") || begins_folded(rest, b"<?php") {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// Whether the record that ends an archive stands where readers look for it, and its comment ends with the file.
fn ends_as_archive(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(ARCHIVE_END)..).unwrap_or_default();
    tail.windows(22).enumerate().any(|(place, record)| {
        let comment = record.get(20..22).and_then(|size| <[u8; 2]>::try_from(size).ok());
        let behind = tail.len() - place - 22;
        record.starts_with(b"PK\x05\x06")
            && comment.is_some_and(|size| usize::from(u16::from_le_bytes(size)) == behind)
    })
}

/// What of a drawing would run where it is shown.
fn active_svg(bytes: &[u8]) -> Option<&'static str> {
    const ACTIVE: [&str; 9] = [
        "script",
        "foreignobject",
        "iframe",
        "embed",
        "object",
        "handler",
        "listener",
        "!entity",
        "!doctype",
    ];
    let Ok(text) = std::str::from_utf8(bytes) else { return Some("is not UTF-8") };
    let text = text.to_ascii_lowercase();
    let mut tags = text.split('<').skip(1).map(|tag| {
        let name = tag.split(|one: char| one.is_whitespace() || "/>[".contains(one)).next();
        let name = name.unwrap_or_default();
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    });
    if tags.any(|name| ACTIVE.contains(&name)) {
        return Some("holds an element that runs, or a document type");
    }
    if text.split('<').skip(1).any(has_handler) {
        return Some("holds an attribute that runs (`onload`)");
    }
    let plain = without_disguise(&text);
    let leads =
        ["javascript:", "vbscript:", "data:text/html", "data:image/svg", "data:application/x"];
    leads.iter().any(|scheme| plain.contains(scheme)).then_some("leads to a script")
}

/// Whether a tag has an attribute whose name begins with `on`.
fn has_handler(tag: &str) -> bool {
    let mut rest = tag;
    while let Some(place) = rest.find("on") {
        let before = rest.get(..place).and_then(|text| text.chars().next_back());
        let behind = rest.get(place + 2..).unwrap_or_default();
        let name = behind.trim_start_matches(|one: char| one.is_ascii_alphanumeric());
        let starts = before.is_some_and(|one| one.is_whitespace() || "\"'/".contains(one));
        if starts && name.len() < behind.len() && name.trim_start().starts_with('=') {
            return true;
        }
        rest = behind;
    }
    false
}

/// A text without the spaces and control characters that readers of URLs leave out, its numeric references undone.
fn without_disguise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(one) = rest.chars().next() {
        let behind = rest.get(one.len_utf8()..).unwrap_or_default();
        let reference = (one == '&').then(|| reference(behind)).flatten();
        let (one, behind) = reference.unwrap_or((one, behind));
        if !one.is_whitespace() && !one.is_control() {
            out.push(one.to_ascii_lowercase());
        }
        rest = behind;
    }
    out
}

/// A reference behind its `&`, and what stands behind it.
fn reference(text: &str) -> Option<(char, &str)> {
    const NAMED: [(&str, char); 3] = [("colon;", ':'), ("tab;", '\t'), ("newline;", '\n')];
    if let Some((name, one)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((*one, text.get(name.len()..)?));
    }
    let digits = text.strip_prefix('#')?;
    let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |digits| (digits, 16));
    let count = digits.bytes().take(8).take_while(|one| char::from(*one).is_digit(radix)).count();
    let code = u32::from_str_radix(digits.get(..count)?, radix).ok()?;
    let behind = digits.get(count..)?;
    Some((char::from_u32(code)?, behind.strip_prefix(';').unwrap_or(behind)))
}

fn begins_folded(bytes: &[u8], beginning: &[u8]) -> bool {
    bytes.get(..beginning.len()).is_some_and(|first| first.eq_ignore_ascii_case(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

    fn other(label: &str, bytes: &[u8]) -> Option<&'static str> {
        other_file(&MediaRange::parse(label).unwrap(), bytes)
    }

    fn archive() -> Vec<u8> {
        [b"PK\x05\x06".as_slice(), &[0; 18]].concat()
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
            ("image/gif", [b"GIF89a".as_slice(), b"%PDF-1.7"].concat()),
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
            ("application/octet-stream", b"#!/bin/sh".to_vec()),
            ("text/html", b"<script>".to_vec()),
        ] {
            assert_eq!(other(label, &bytes), None, "{label} {bytes:?}");
        }
    }

    #[test]
    fn a_drawing_that_runs_is_found_and_one_that_does_not_passes() {
        for text in [
            "<svg><script>alert(1)</script></svg>",
            "<svg:svg xmlns:svg='s'><svg:SCRIPT/></svg:svg>",
            "<svg onload=alert(1)>",
            "<svg><a\nonclick\n=\n'x'/></svg>",
            "<svg><foreignObject/></svg>",
            "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
            "<svg><a href='java&#x73;cript:alert(1)'/></svg>",
            "<svg><a href='java&#115;cript&colon;alert(1)'/></svg>",
            "<svg><a href=' java\nscript:alert(1)'/></svg>",
            "<svg><use href='data:image/svg+xml,x'/></svg>",
        ] {
            assert!(other("image/svg+xml", text.as_bytes()).is_some(), "{text}");
        }
        assert!(other("image/svg+xml", b"\xff\xfe<\0s\0").is_some(), "UTF-16");
        for text in [
            "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/><title>on & off = 1</title></svg>",
            "<svg><text font-weight='on'>Description: a &#169; sign</text></svg>",
            "<svg version=\"1.1\"><animate attributeName='x' begin='0s'/></svg>",
        ] {
            assert_eq!(other("image/svg+xml", text.as_bytes()), None, "{text}");
        }
    }
}
