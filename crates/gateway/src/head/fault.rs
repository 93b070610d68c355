//! Why a head has no single reading.

use portcullis_controls::resource_limits::Breach;
use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::Limits;

/// Why a head has no single reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadFault {
    /// Not HTTP/1.1, or characters that do not belong there.
    Syntax,
    /// A line that does not end with CRLF.
    LineEnd,
    /// Neither HTTP/1.1 nor HTTP/1.0.
    Version,
    /// Not exactly one `Host`.
    Host,
    /// A length that is none, two lengths, or a length beside chunks.
    Length,
    /// A transfer coding other than `chunked`.
    TransferCoding,
    /// A target that is not a path with an optional query.
    Target,
    /// An expectation other than `100-continue`.
    Expectation,
    /// A field that may stand only once stands twice.
    Repeated,
    /// More fields than the limit.
    TooManyFields,
    /// More bytes than the limit.
    TooLarge,
    /// The connection ended inside the head.
    Cut,
}

impl HeadFault {
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Syntax => "head_syntax",
            Self::LineEnd => "head_line_end",
            Self::Version => "http_version",
            Self::Host => "host",
            Self::Length => "body_length",
            Self::TransferCoding => "transfer_coding",
            Self::Target => "request_target",
            Self::Expectation => "expectation",
            Self::Repeated => "repeated_field",
            Self::TooManyFields => "headers",
            Self::TooLarge => "head_bytes",
            Self::Cut => "head_cut",
        }
    }

    /// What is answered and recorded for it.
    pub(crate) fn refusal(self, limits: &Limits) -> Refusal {
        match self {
            Self::TooManyFields => Breach::Headers.refusal(limits),
            Self::TooLarge => Breach::HeadBytes.refusal(limits),
            _ => {
                let detail = "the request's head has no single reading (RFC 9110, 9112, 9113)";
                Refusal::new(ControlId::InputShape, self.status(), self.reason(), detail)
            }
        }
    }

    const fn status(self) -> Status {
        match self {
            Self::Version => Status(505),
            Self::TransferCoding => Status::NOT_IMPLEMENTED,
            Self::Expectation => Status(417),
            Self::TooManyFields | Self::TooLarge => Status::HEAD_TOO_LARGE,
            _ => Status::BAD_REQUEST,
        }
    }
}
