//! HTTP/1.1 heads: the request line or status line, and the header fields.
//!
//! Read strictly (RFC 9112): lines end with CRLF and nothing else, no folding, no space before a
//! colon, one `Host`, one length. What a lenient reader would let pass is where two readers
//! disagree, so it is refused here, before anything looks at it.

mod answer;
mod fault;
mod fields;
mod framing;
mod host;
#[cfg(test)]
mod one_reading;
mod request;
mod stream;
mod target;

pub(crate) use answer::AnswerHead;
pub(crate) use fault::HeadFault;
pub(crate) use fields::{Essential, Fields, cookie_pairs};
pub(crate) use framing::{Length, end_of_head};
pub(crate) use request::RequestHead;

/// Fields of one request or answer beyond which nothing is read, whatever the limit says.
const FIELDS_MAX: usize = 256;
