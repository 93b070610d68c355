//! The body of an answer without its coding.

use portcullis_controls::Plan;
use portcullis_controls::content_type::Coding;
use portcullis_controls::response_shape;
use portcullis_model::Refusal;

use crate::coding::{CodingFault, decode};
use crate::head::{Essential, Fields};

/// A body, decoded; or why not, and the bytes as they came.
pub(super) fn decoded(
    bytes: Vec<u8>,
    fields: &Fields,
    plan: &Plan,
) -> Result<Vec<u8>, (Refusal, Vec<u8>)> {
    let coding = Coding::from_name(fields.first(Essential::ContentEncoding));
    let max = plan.limits.answer_bytes_max;
    let refusal = |fault| match fault {
        CodingFault::Broken => {
            response_shape::refusal("coding", "a content coding that does not decode")
        }
        CodingFault::Breach(_) => {
            let detail = "decoded, the answer is above `limits: { answer_bytes }`";
            response_shape::refusal("too_large", detail)
        }
    };
    match coding {
        Some(Coding::Identity) => Ok(bytes),
        None => Err((refusal(CodingFault::Broken), bytes)),
        Some(coding) => {
            decode(bytes.clone(), coding, max, u32::MAX).map_err(|fault| (refusal(fault), bytes))
        }
    }
}
