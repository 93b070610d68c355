//! Which OpenAPI this is.

/// The versions that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// 3.0: schemas are a dialect of their own.
    V30,
    /// 3.1: schemas are JSON Schema 2020-12.
    V31,
}

impl Version {
    /// Reads the `openapi` field: `3.0.3`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (major, minor) = (parts.next()?, parts.next()?);
        let has_known_form = parts.next().is_none_or(|patch| !patch.is_empty());
        match (major, minor) {
            ("3", "0") if has_known_form => Some(Self::V30),
            ("3", "1") if has_known_form => Some(Self::V31),
            _ => None,
        }
    }

    pub(crate) const fn is_30(self) -> bool {
        matches!(self, Self::V30)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_versions_are_read() {
        assert_eq!(Version::parse("3.0.3"), Some(Version::V30));
        assert_eq!(Version::parse("3.0"), Some(Version::V30));
        assert_eq!(Version::parse("3.1.0"), Some(Version::V31));
        for text in ["3.2.0", "2.0", "3", "", "3.10.0", "4.1.0", "3.1."] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
