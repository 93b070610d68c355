//! The boundary of a body, from its `Content-Type`.

use super::parameters::parameters;

/// RFC 2046 section 5.1.1.
const BOUNDARY_BYTES_MAX: usize = 70;

/// The boundary that a `Content-Type` names; `None` where it has none, or more than one reading.
///
/// Beside it only `charset` may stand. A space is a fault, because some readers cut it off.
pub fn boundary(content_type: &str) -> Option<&str> {
    let rest = content_type.get(content_type.find(';')?..)?;
    let mut boundary = None;
    for (name, value) in parameters(rest).ok()? {
        match name.as_str() {
            "boundary" => boundary = Some(value),
            "charset" => {}
            _ => return None,
        }
    }
    boundary.filter(|text| {
        (1..=BOUNDARY_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_has_one_reading_or_none() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=----WebKitFormBoundaryA1", "----WebKitFormBoundaryA1"),
            ("multipart/form-data;boundary=\"a=b?c:d\"", "a=b?c:d"),
            ("multipart/form-data; charset=utf-8; Boundary=x", "x"),
        ] {
            assert_eq!(boundary(content_type), Some(expected));
        }
        for content_type in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=a; boundary=b",
            "multipart/form-data; boundary=a; BOUNDARY=a",
            "multipart/form-data; x=\"; boundary=a\"; boundary=b",
            "multipart/form-data; boundary*=utf-8''a",
            "multipart/form-data; boundary=\"a b\"",
            "multipart/form-data; boundary=\"a \"",
            "multipart/form-data; boundary=\"a\\b\"",
            "multipart/form-data; boundary=a=b",
            "multipart/form-data; boundary=a, multipart/form-data; boundary=b",
            "multipart/form-data; boundary=é",
        ] {
            assert_eq!(boundary(content_type), None, "{content_type}");
        }
        assert_eq!(boundary(&format!("a/b; boundary={}", "x".repeat(71))), None);
    }
}
