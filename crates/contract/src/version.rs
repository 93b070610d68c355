//! Which OpenAPI this is.

use portcullis_model::Method;

/// The versions that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// Swagger 2.0: schemas follow draft 4 of JSON Schema, with exceptions.
    V20,
    /// 3.0: schemas are a dialect of their own.
    V30,
    /// 3.1: schemas are JSON Schema 2020-12.
    V31,
    /// 3.2: 3.1, and more.
    V32,
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
            ("3", "2") if has_known_form => Some(Self::V32),
            _ => None,
        }
    }

    /// Reads the `swagger` field.
    pub(crate) fn parse_swagger(text: &str) -> Option<Self> {
        // YAML makes a number of it where the quotes are left out.
        matches!(text, "2.0" | "2").then_some(Self::V20)
    }

    pub(crate) const fn is_32(self) -> bool {
        matches!(self, Self::V32)
    }

    pub(crate) const fn is_swagger(self) -> bool {
        matches!(self, Self::V20)
    }

    /// The methods that a path can have.
    pub(crate) fn methods(self) -> impl Iterator<Item = Method> {
        Method::ALL.into_iter().filter(move |method| match method {
            Method::Trace => !self.is_swagger(),
            Method::Query => self.is_32(),
            _ => true,
        })
    }

    /// Whether schemas are plain JSON Schema 2020-12.
    pub(crate) const fn is_json_schema(self) -> bool {
        matches!(self, Self::V31 | Self::V32)
    }

    /// Whether schemas mean the same in both.
    pub(crate) const fn has_schemas_of(self, other: Self) -> bool {
        match self {
            Self::V20 => other.is_swagger(),
            Self::V30 => matches!(other, Self::V30),
            Self::V31 | Self::V32 => other.is_json_schema(),
        }
    }

    /// Whether what stands beside a `$ref` in a schema has no meaning.
    pub(crate) const fn has_lone_references(self) -> bool {
        !self.is_json_schema()
    }

    /// The keyword that adds null to a schema's types.
    pub(crate) const fn nullable_key(self) -> Option<&'static str> {
        match self {
            Self::V20 => Some("x-nullable"),
            Self::V30 => Some("nullable"),
            Self::V31 | Self::V32 => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_versions_are_read() {
        assert_eq!(Version::parse_swagger("2.0"), Some(Version::V20));
        assert_eq!(Version::parse("3.0.3"), Some(Version::V30));
        assert_eq!(Version::parse("3.0"), Some(Version::V30));
        assert_eq!(Version::parse("3.1.0"), Some(Version::V31));
        assert_eq!(Version::parse("3.2.0"), Some(Version::V32));
        for text in ["3.3.0", "2.0", "3", "", "3.10.0", "4.1.0", "3.1."] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
        for text in ["1.2", "3.0", "", "2.0.0", "2.1"] {
            assert_eq!(Version::parse_swagger(text), None, "{text}");
        }
    }
}
