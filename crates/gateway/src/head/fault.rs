//! Why a head has no single reading.

use portcullis_model::Status;

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
        }
    }

    pub(crate) const fn status(self) -> Status {
        match self {
            Self::Version => Status(505),
            Self::TransferCoding => Status::NOT_IMPLEMENTED,
            Self::Expectation => Status(417),
            Self::TooManyFields => Status::HEAD_TOO_LARGE,
            _ => Status::BAD_REQUEST,
        }
    }
}
