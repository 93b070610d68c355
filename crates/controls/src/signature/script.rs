//! Programs in the bytes of files that are none: what interpreters and browsers run wherever it stands.

/// Bytes in which two letters are taken for the beginning of a program, although they say little. In random bytes
/// that happens once in 32,000 files.
const SHORT_WITHIN: usize = 64 << 10;
/// Printable characters that make code of what stands behind a short beginning: pictures have no such runs there.
const CODE_CHARS: usize = 8;
/// The same where the beginning is one character shorter.
const CODE_CHARS_LONG: usize = 12;

/// Whether bytes hold a script of a page or a program of a server. `is_pdf`: angle brackets are part of its own syntax.
pub(super) fn holds_script(bytes: &[u8], is_pdf: bool) -> bool {
    let is_program = memchr::memchr_iter(b'<', bytes).any(|place| {
        let rest = bytes.get(place..).unwrap_or_default();
        is_tag(rest) || is_wide_tag(rest) || !is_pdf && is_short(rest, place)
    });
    // What makes an archive of PHP of any file.
    is_program || holds_folded(bytes, b"__halt_compiler(")
}

fn is_tag(rest: &[u8]) -> bool {
    let ends = |length: usize| {
        rest.get(length).is_some_and(|one| one.is_ascii_whitespace() || *one == b'/')
    };
    let is_whole = |name: &[u8]| begins_folded(rest, name) && ends(name.len());
    [b"<script".as_slice(), b"<?php", b"<iframe", b"<!doctype html", b"<foreignobject"]
        .iter()
        .any(|beginning| begins_folded(rest, beginning))
        || is_whole(b"<svg")
        || is_whole(b"<img")
}

/// The same in UTF-16, which comments of pictures may be in.
fn is_wide_tag(rest: &[u8]) -> bool {
    let begins = |name: &[u8]| {
        name.iter().enumerate().all(|(at, wanted)| {
            let pair = rest.get(at * 2).zip(rest.get(at * 2 + 1));
            let last = at + 1 == name.len();
            match pair {
                Some((one, 0)) => one.eq_ignore_ascii_case(wanted),
                // The last zero of the other byte order stands before the first letter.
                Some((one, _)) if last => one.eq_ignore_ascii_case(wanted),
                _ => last && rest.get(at * 2).is_some_and(|one| one.eq_ignore_ascii_case(wanted)),
            }
        })
    };
    begins(b"<script") || begins(b"<?php")
}

/// `<?=`, `<? `, `<%`: beginnings so short that what follows must be code.
fn is_short(rest: &[u8], place: usize) -> bool {
    if let Some(code) = rest.strip_prefix(b"<?=") {
        let code = code.trim_ascii_start();
        let is_comment = code.starts_with(b"/*") || code.starts_with(b"//");
        let is_early =
            place < SHORT_WITHIN && code.first().is_some_and(|first| b"$#`\"'".contains(first));
        return is_comment || is_early || is_code(code, CODE_CHARS);
    }
    let spaced =
        rest.strip_prefix(b"<?").filter(|code| code.first().is_some_and(u8::is_ascii_whitespace));
    spaced.or_else(|| rest.strip_prefix(b"<%")).is_some_and(|code| is_code(code, CODE_CHARS_LONG))
}

/// Whether text follows: so many characters, or up to the end of the program.
fn is_code(bytes: &[u8], count: usize) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let first = bytes.get(..count).unwrap_or(bytes);
    let end = first.windows(2).position(|two| two == b"?>" || two == b"%>");
    let first = end.and_then(|end| first.get(..end + 2)).unwrap_or(first);
    (first.len() == count || end.is_some()) && first.iter().all(is_text)
}

/// Whether the first fields of a picture are a comment or an assignment to JavaScript, which runs the whole file then.
pub(super) fn begins_as_javascript(bytes: &[u8]) -> bool {
    let is_text = |one: &u8| one.is_ascii_graphic() || one.is_ascii_whitespace();
    if let Some(sizes) = bytes.strip_prefix(b"GIF8").and_then(|rest| rest.get(2..6)) {
        // What may follow a name in a program, written as more than 8,000 wide, or as more than 2,300 each way.
        let is_wide = sizes.get(1).is_some_and(|high| *high >= b' ');
        let first = if is_wide { sizes.get(..2).unwrap_or(sizes) } else { sizes };
        let sign = sizes.trim_ascii_start().first();
        let goes_on = sign.is_some_and(|sign| b"=/;:([`,+-*%&|^<>?".contains(sign));
        return goes_on && first.iter().all(is_text);
    }
    // The size of the file in a bitmap; the length of the first segment in a JPEG, which is 16 where it is JFIF's.
    let field = if bytes.starts_with(b"BM") { bytes.get(2..4) } else { bytes.get(4..6) };
    let is_known = bytes.starts_with(b"BM") || bytes.starts_with(b"\xff\xd8\xff");
    is_known
        && (field == Some(b"/*")
            && (bytes.starts_with(b"\xff\xd8\xff\xe0")
                || memchr::memmem::find(bytes, b"*/=").is_some())
            || bytes.starts_with(b"BM=")
                && bytes.get(3..6).is_some_and(|rest| rest.iter().all(is_text)))
}

pub(super) fn begins_folded(bytes: &[u8], beginning: &[u8]) -> bool {
    bytes.get(..beginning.len()).is_some_and(|first| first.eq_ignore_ascii_case(beginning))
}

/// Whether bytes hold this text, in lower or upper case; its first character is one that has none.
fn holds_folded(bytes: &[u8], text: &[u8]) -> bool {
    let Some(first) = text.first() else { return false };
    memchr::memchr_iter(*first, bytes)
        .any(|place| begins_folded(bytes.get(place..).unwrap_or_default(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_wherever_they_stand() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        for code in [
            b"<ScRiPt>alert(1)</script>".to_vec(),
            b"<script\xff".to_vec(),
            b"<?PHP system($_GET[0]);".to_vec(),
            b"<?=`$_GET[0]`?>".to_vec(),
            b"<?=$_GET[0]($_POST[1]);?>".to_vec(),
            b"<?= system('id') ?>".to_vec(),
            b"<?=/*\xff\xfe*/system('id')?>".to_vec(),
            b"<?=\n$\xff=1?>".to_vec(),
            b"<?= 1 ?>".to_vec(),
            b"<svg/onload=alert(1)>".to_vec(),
            b"<IMG src=x onerror=alert(1)>".to_vec(),
            b"<? system('id'); ?>".to_vec(),
            b"<%= `id`.to_s.strip %>".to_vec(),
            b"<%@ page import=\"java.io.*\" %>".to_vec(),
            b"<iframe src=//x>".to_vec(),
            b"__HALT_COMPILER(); ?>".to_vec(),
            wide("<script>alert(1)"),
            big("<script>alert(1)"),
            wide("<?php x"),
        ] {
            let bytes =
                [b"\x89PNG\r\n\x1a\n".as_slice(), &[0xaa; 5_000], &code, &[0xaa; 99]].concat();
            assert!(holds_script(&bytes, false), "{}", String::from_utf8_lossy(&code));
        }
    }

    #[test]
    fn bytes_and_metadata_of_pictures_are_no_programs() {
        for text in [
            "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>",
            "<?xml version=\"1.0\"?><rdf:RDF><rdf:Description/></rdf:RDF>",
            "5 < 7 <?=\u{1}\u{2} <% a\u{3}",
            "a description of a script, in < 100 words",
        ] {
            assert!(!holds_script(text.as_bytes(), false), "{text}");
        }
        assert!(!holds_script(b"<% a comment, and not code in a PDF\n<3c> Tj", true));
    }

    #[test]
    fn a_picture_that_is_javascript_is_found() {
        for bytes in [
            &b"GIF89a/*\x01\x01*/=1;alert(1)"[..],
            b"GIF89a=1;alert(1)",
            b"GIF89a\n=\n1;alert(1)",
            b"GIF89a=\t\t\n1;alert(1)",
            b"GIF89a:alert(1)",
            b"BM/*\0\0*/=1;",
            b"BM=\"aa\";alert(1)",
            b"\xff\xd8\xff\xe0/*JFIF\0*/=1;alert(1)/*",
            b"\xff\xd8\xff\xe1/*Exif\0\0*/=alert(1)/*",
        ] {
            assert!(begins_as_javascript(bytes), "{bytes:?}");
        }
        for bytes in [
            &b"GIF89a\x20\x00\x20\x00\0\0\0;"[..],
            b"GIF89a\x28\x00\x28\x0a\0\0\0;",
            b"GIF89axx..",
            b"BM\x36\x20\x20\x00\0\0",
            b"BM/*\0\0\0\0\0\0",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0",
            b"\xff\xd8\xff\xe1/*Exif\0\0",
            b"",
        ] {
            assert!(!begins_as_javascript(bytes), "{bytes:?}");
        }
    }
}
