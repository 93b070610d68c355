//! What files of a type begin with, for types that always begin alike; and what they are besides.

mod archive;
mod drawing;
mod other;
mod script;

use portcullis_contract::MediaRange;

use crate::urlencoded::without_percent;
use archive::is_zip;

pub use other::other_file;

/// Whether bytes begin as files of a type do; `None` where such files have no fixed beginning.
pub fn begins_as(label: &MediaRange, bytes: &[u8]) -> Option<bool> {
    let begins = |beginning: &[u8]| bytes.starts_with(beginning);
    Some(match (label.main.as_str(), label.sub.as_str()) {
        // PNG section 5.2, JPEG (ITU-T T.81 annex B), GIF89a section 17.
        ("image", "png") => begins(b"\x89PNG\r\n\x1a\n"),
        ("image", "jpeg") => begins(b"\xff\xd8\xff"),
        ("image", "gif") => begins(b"GIF87a") || begins(b"GIF89a"),
        // RFC 9649 section 2.4: the size stands between the two.
        ("image", "webp") => begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        // TIFF 6.0 section 2; the bitmap file header; the directory of icons.
        ("image", "tiff") => begins(b"II*\0") || begins(b"MM\0*"),
        ("image", "bmp") => begins(b"BM"),
        ("image", "vnd.microsoft.icon" | "x-icon") => begins(b"\0\0\x01\0"),
        // ISO/IEC 14496-12 section 4.3: the size of the first box stands before its type.
        ("image", "avif" | "heic" | "heif") | ("video" | "audio", "mp4") => {
            bytes.get(4..8) == Some(b"ftyp")
        }
        // RFC 9559 section 6; RFC 3533 section 6; RFC 9639 section 6; RIFF as for WebP.
        ("video" | "audio", "webm") => begins(b"\x1a\x45\xdf\xa3"),
        ("video" | "audio" | "application", "ogg") => begins(b"OggS"),
        ("audio", "flac") => begins(b"fLaC"),
        ("audio", "wav" | "x-wav" | "vnd.wave") => {
            begins(b"RIFF") && bytes.get(8..12) == Some(b"WAVE")
        }
        // WOFF 1.0 section 3, WOFF 2.0 section 4.1.
        ("font", "woff") => begins(b"wOFF"),
        ("font", "woff2") => begins(b"wOF2"),
        // ISO 32000-2 section 7.5.2.
        ("application", "pdf") => begins(b"%PDF-"),
        // RFC 1952 section 2.3.1; the beginnings of the others are in their own formats' descriptions.
        ("application", "gzip") => begins(b"\x1f\x8b"),
        ("application", "vnd.rar" | "x-rar" | "x-rar-compressed") => {
            begins(b"Rar!\x1a\x07\x00") || begins(b"Rar!\x1a\x07\x01\x00")
        }
        ("application", "x-7z-compressed") => begins(b"7z\xbc\xaf\x27\x1c"),
        ("application", "x-bzip2") => begins(b"BZh"),
        ("application", "x-xz") => begins(b"\xfd7zXZ\0"),
        ("application", "zstd") => begins(b"\x28\xb5\x2f\xfd"),
        // APPNOTE.TXT section 4.3, an empty archive included.
        (main, sub) if is_zip(main, sub) => begins(b"PK\x03\x04") || begins(b"PK\x05\x06"),
        _ => return None,
    })
}

/// What a file is by its name, where those who hand it out later will say so.
pub fn by_name(name: &str) -> Option<MediaRange> {
    const TYPES: [(&str, &str); 11] = [
        ("bmp", "image/bmp"),
        ("gif", "image/gif"),
        ("ico", "image/x-icon"),
        ("jpeg", "image/jpeg"),
        ("jpg", "image/jpeg"),
        ("pdf", "application/pdf"),
        ("png", "image/png"),
        ("svg", "image/svg+xml"),
        // Packed, and so not looked into: servers have browsers unpack it.
        ("svgz", "image/svg+xml"),
        ("webp", "image/webp"),
        ("zip", "application/zip"),
    ];
    let name = as_handed_out(name);
    let (_, kind) = name.rsplit_once('.')?;
    let known = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind));
    MediaRange::parse(known?.1)
}

/// Whether servers of pages run a file that is called so, or take their settings from it. Some go by any of the
/// endings of a name (`a.php.png`).
pub fn runs_on_servers(name: &str) -> bool {
    const ENDINGS: [&str; 23] = [
        "asa", "ascx", "ashx", "asmx", "asp", "aspx", "cer", "cfm", "cgi", "cshtml", "htaccess",
        "jsp", "jspf", "jspx", "phar", "php", "php3", "php4", "php5", "php7", "phtml", "pht",
        "shtml",
    ];
    const SETTINGS: [&str; 2] = [".user.ini", "web.config"];
    let name = as_handed_out(name);
    let mut endings = name.split('.').skip(1);
    endings.any(|ending| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending.trim())))
        || SETTINGS.iter().any(|known| known.eq_ignore_ascii_case(&name))
}

/// Some who hand files out undo escapes, and all of Windows leaves dots and spaces at the end out.
fn as_handed_out(name: &str) -> String {
    let name = without_percent(name.as_bytes());
    String::from_utf8_lossy(&name).trim_end_matches([' ', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_another_than_its_label_is_found() {
        let judge = |label: &str, bytes: &[u8]| {
            begins_as(&MediaRange::parse(label).unwrap(), bytes) != Some(false)
        };
        for (label, bytes) in [
            ("image/png", &b"\x89PNG\r\n\x1a\n...."[..]),
            ("image/jpeg", b"\xff\xd8\xff\xe0"),
            ("image/gif", b"GIF89a"),
            ("image/webp", b"RIFF\x10\0\0\0WEBPVP8 "),
            ("application/pdf", b"%PDF-1.7"),
            ("application/zip", b"PK\x03\x04"),
            ("application/gzip", b"\x1f\x8b\x08"),
            ("image/tiff", b"MM\0*"),
            ("image/avif", b"\0\0\0\x1cftypavif"),
            ("video/webm", b"\x1a\x45\xdf\xa3"),
            ("audio/wav", b"RIFF\x10\0\0\0WAVEfmt "),
            ("font/woff2", b"wOF2"),
            ("application/vnd.oasis.opendocument.text", b"PK\x03\x04"),
            ("application/java-archive", b"PK\x03\x04"),
            ("application/epub+zip", b"PK\x03\x04"),
            ("application/vnd.rar", b"Rar!\x1a\x07\x01\0"),
            ("application/x-rar-compressed", b"Rar!\x1a\x07\0"),
            ("application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c\0\x04"),
        ] {
            assert!(judge(label, bytes), "{label}");
            assert!(!judge(label, b"<svg onload=alert(1)>"), "{label}");
            assert!(!judge(label, b""), "{label}");
        }
        assert!(judge("application/octet-stream", b"<svg>"));
        assert!(judge("video/quicktime", b""));
    }

    #[test]
    fn a_name_says_what_a_file_will_be() {
        let kind = |name: &str| by_name(name).map(|label| label.to_string());
        assert_eq!(kind("a.b.SVG").as_deref(), Some("image/svg+xml"));
        assert_eq!(kind("a.svg%20").as_deref(), Some("image/svg+xml"));
        assert_eq!(kind("a.jpg").as_deref(), Some("image/jpeg"));
        assert_eq!(kind("a.svgz").as_deref(), Some("image/svg+xml"));
        assert_eq!((kind("svg"), kind("a.svg.txt"), kind("")), (None, None, None));
        for name in
            ["a.php", "a.PHP.png", "a.phtml.", ".htaccess", "Web.config", "a.p%68p", "a.jsp "]
        {
            assert!(runs_on_servers(name), "{name}");
        }
        for name in ["php", "a.phpx.png", "php.png", "a.png", "on asp and jsp.pdf", ""] {
            assert!(!runs_on_servers(name), "{name}");
        }
    }
}
