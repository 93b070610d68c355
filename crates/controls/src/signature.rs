//! What files of a type begin with, for types that always begin alike.

use portcullis_contract::MediaRange;

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
        // ISO 32000-2 section 7.5.2.
        ("application", "pdf") => begins(b"%PDF-"),
        // RFC 1952 section 2.3.1; APPNOTE.TXT section 4.3, an empty archive included.
        ("application", "gzip") => begins(b"\x1f\x8b"),
        ("application", "zip") => begins(b"PK\x03\x04") || begins(b"PK\x05\x06"),
        _ => return None,
    })
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
        ] {
            assert!(judge(label, bytes), "{label}");
            assert!(!judge(label, b"<svg onload=alert(1)>"), "{label}");
            assert!(!judge(label, b""), "{label}");
        }
        assert!(judge("application/octet-stream", b"<svg>"));
        assert!(judge("video/mp4", b""));
    }
}
