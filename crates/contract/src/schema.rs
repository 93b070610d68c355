//! A schema: exact validity, and the shape.

mod blobs;
mod choices;
mod decimal;
mod definitions;
mod doubts;
mod formats;
mod leading;
mod mismatch;
mod numbers;
mod options;
mod patterns;
mod representation;
mod required;
mod scalars;
mod scopes;
mod slow;
mod translate;
mod unions;
mod validators;
mod waived;
mod wanted;

use std::sync::{Arc, OnceLock};

use portcullis_model::Span;

use crate::scalar::Scalar;
use crate::shape::{ShapeId, Types};
use representation::Instance;

pub use blobs::Blobs;
pub(crate) use decimal::Decimal;
pub(crate) use definitions::{Definitions, Fault};
pub use mismatch::Mismatch;
pub(crate) use validators::Validators;

/// A schema at one place of the document (parameter, body, answer).
#[derive(Debug)]
pub struct Schema {
    /// The declared properties, and what else may stand beside them.
    pub shape: ShapeId,
    /// The JSON types that it allows.
    pub types: Types,
    /// Where it stands.
    pub span: Span,
    /// How values are checked; schemas of answers have no validator in this version.
    pub(crate) definition: Option<Definition>,
}

/// A definition among the validators of a contract, which are compiled when all are known.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) validators: Arc<OnceLock<Validators>>,
    pub(crate) index: usize,
}

impl Schema {
    /// Whether a JSON value is what the schema says for requests; the first mismatch if not.
    /// Where there is no validator, as for answers in this version, no value is.
    pub fn check(&self, value: portcullis_json::Value<'_>) -> Result<(), Mismatch> {
        self.check_instance(Instance::Json(value))
    }

    /// The same for a single value that came as text.
    pub fn check_scalar(&self, value: &Scalar<'_>) -> Result<(), Mismatch> {
        self.check_instance(Instance::Scalar(value))
    }

    /// The same for several.
    pub fn check_list(&self, values: &[Scalar<'_>]) -> Result<(), Mismatch> {
        self.check_instance(Instance::List(values))
    }

    /// The same for bytes: a string, whose length is counted in octets.
    pub fn check_bytes(&self, bytes: &[u8]) -> Result<(), Mismatch> {
        self.check_instance(Instance::Bytes(bytes))
    }

    /// The same for a JSON object in which some strings stand for bytes.
    pub fn check_parts(
        &self,
        value: portcullis_json::Value<'_>,
        blobs: &Blobs<'_>,
    ) -> Result<(), Mismatch> {
        self.check_instance(Instance::Parts(value, blobs))
    }

    fn check_instance(&self, instance: Instance<'_>) -> Result<(), Mismatch> {
        let definition = self.definition.as_ref().ok_or_else(Mismatch::not_compiled)?;
        let validators = definition.validators.get().ok_or_else(Mismatch::not_compiled)?;
        validators.check(definition.index, instance)
    }
}
