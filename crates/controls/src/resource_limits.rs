//! # `resource_limits`
//!
//! Size, depth, count, time, rate and concurrency are bounded, for every request and every answer,
//! before they cost the API anything.
//!
//! ## Why
//!
//! An API that accepts a body of any size, nests as deep as the sender likes, or waits for ever
//! for the rest of a header is taken down by one machine (OWASP API4; CWE-400, CWE-409,
//! CWE-674, CWE-770). Compressed bodies make it cheaper still: 10 KB may become 10 GB.
//!
//! ## Example
//!
//! With `limits: { body_bytes: 1MiB }` a request that announces 3 MB is answered 413 before its
//! body is read; one that announces nothing is cut off at the limit. A gzip body is inflated at
//! most to the same limit and to `decompressed_ratio` times its size.
//!
//! With `operations: { transfer: { serialize: body./from_account } }` two transfers from one account
//! reach the API one after the other: the second waits until the answer to the first was read whole. So
//! two parallel withdrawals, each of which the API would find covered, do not both pass (CWE-362).
//! Sixteen may wait for one value; more are answered 429.
//!
//! With `rates: [{ of: "resetPin*", per: body./email, rate: 5/15min }]` a reset code is tried five times for one
//! account, over all versions of the operation together, from however many addresses; the sixth request is answered
//! 429 and says when to come again. With `{ per: caller, rate: 100/s }` a verified caller counts wherever it comes from,
//! so that an office behind one address is not one client; with `{ of: exportAll, per: everybody, at_once: 2 }` a third
//! export is refused while two are under way.
//!
//! An address that goes on where it was refused (600 times in a minute, by rates or for wrong credentials) is not
//! listened to for a minute, and each further time twice as long, up to a quarter of an hour; never where a verified
//! caller was served within a quarter of an hour.
//!
//! Without a line, `?limit=1000000` and a list of 5,000 orders are refused where the contract sets no `maximum` and no
//! `maxItems`: `limits: { page_size, page_offset, batch_items }` are for all operations, the same keys under `operations` for
//! one. So is `limit=-1`, where no `minimum` says that it is meant.
//!
//! ## Limits
//!
//! How many a request asks for is known by the names that are in use for it, not by what the API does with them.
//!
//! Rates are counted in the memory of one process: a second one counts for itself, and a restart begins anew. Whoever
//! has many addresses has many counts; what is counted by address is not counted where nobody said which proxies stand
//! in front. A request that shows no good credential where one is needed is refused before rates are asked.
//!
//! What waits for what is only known to the owner: nothing does until the policy says `serialize`. It
//! holds inside one gateway process; a second one, or whoever reaches the API another way, does not
//! wait. A write that takes the API longer than `upstream_timeout` is answered 504, and the next one goes.
//!
//! In observe mode only the limits on the JSON
//! inside a body are observed: head, times, connection counts and the sizes that the gateway
//! itself must hold stay as they are, because nothing could be observed without them.

mod amounts;
mod key_quota;
mod one_at_a_time;
mod penalties;
mod rates;
mod unlimited;

use portcullis_json::{Fault, FaultKind, Limits as JsonLimits};
use portcullis_model::{Code, ControlId, Diagnostic, Refusal, Room, Status};
use portcullis_policy::{Limits, Model};

use crate::face::{Expectation, Face, Stride, Threat};

pub use amounts::{Asking, Outside, is_page_size, judge_parameters, judge_tree};
pub use key_quota::{Quota, QuotaUnit, quota_fields, quota_used_up};
pub use one_at_a_time::{NoTurn, spelling};
pub use penalties::{PENALTIES, REFUSED, SERVED, in_penalty_box, leads_there};
pub use rates::{Asker, Counted, POOLS, Rates, Said, operation_name, too_many_under_way, walker};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::ResourceLimits,
    item: "A4",
    guarantee: "size, depth, count, time, rate and concurrency are bounded",
    threat: Threat {
        id: "resource-exhaustion",
        text: "one sender exhausts the API's memory, processors or connections",
        stride: Stride::DenialOfService,
        cwe: &[362, 400, 409, 674, 770],
    },
    rooms: &[Room::Receive, Room::Limit, Room::Validate, Room::Reserve],
    expectation,
    source: include_str!("resource_limits.rs"),
};

/// What this control finds, and where it is explained.
pub const CODES: [&Code; 2] = [&unlimited::NO_RATE, &unlimited::UNDECIDED_PROXIES];

/// What may be called as often as somebody likes.
pub fn unlimited(model: &Model) -> Vec<Diagnostic> {
    unlimited::findings(model)
}

fn expectation(model: &Model, operation: usize) -> Expectation {
    let limits = &model.limits;
    let serialized = model.serialized.get(operation).and_then(Option::as_ref);
    let one_at_a_time =
        serialized.map(|by| format!(", those of one {by} one after the other")).unwrap_or_default();
    let rates = model.rates.iter().filter(|rate| rate.concerns(Some(operation)));
    let rates: Vec<String> = rates.map(|rate| format!("; `{}`", rate.text)).collect();
    let rates = rates.concat();
    Expectation::Required(format!(
        "bodies up to {} bytes, depth {}, {} requests in the API at a time{one_at_a_time}{rates}",
        limits.body_bytes_max, limits.json_depth_max, limits.upstream_concurrency_max
    ))
}

/// A limit that was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the limit of that name in the policy")]
pub enum Breach {
    HeadBytes,
    Headers,
    TargetBytes,
    BodyBytes,
    MultipartBytes,
    Parts,
    PartBytes,
    PartHeadBytes,
    XmlDepth,
    XmlNodes,
    XmlAttributes,
    StringBytes,
    DecompressedRatio,
    HandshakeTimeout,
    HeadTimeout,
    BodyIdleTimeout,
    BodyRate,
    TotalTimeout,
    Connections,
    UpstreamConcurrency,
    BufferedBytes,
}

impl Breach {
    /// The key in the policy's `limits` that raises it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::HeadBytes => "head_bytes",
            Self::Headers => "headers",
            Self::TargetBytes => "target_bytes",
            Self::BodyBytes => "body_bytes",
            Self::MultipartBytes => "multipart_bytes",
            Self::Parts => "parts",
            Self::PartBytes => "part_bytes",
            Self::PartHeadBytes => "part_head_bytes",
            Self::XmlDepth => "xml_depth",
            Self::XmlNodes => "xml_nodes",
            Self::XmlAttributes => "xml_attributes",
            Self::StringBytes => "string_bytes",
            Self::DecompressedRatio => "decompressed_ratio",
            Self::HandshakeTimeout => "handshake_timeout",
            Self::HeadTimeout => "head_timeout",
            Self::BodyIdleTimeout => "body_idle_timeout",
            Self::BodyRate => "body_rate",
            Self::TotalTimeout => "total_timeout",
            Self::Connections => "connections",
            Self::UpstreamConcurrency => "upstream_concurrency",
            Self::BufferedBytes => "buffered_bytes",
        }
    }

    const fn status(self) -> Status {
        match self {
            Self::HeadBytes | Self::Headers => Status::HEAD_TOO_LARGE,
            Self::TargetBytes => Status::URI_TOO_LONG,
            Self::BodyBytes
            | Self::MultipartBytes
            | Self::Parts
            | Self::PartBytes
            | Self::PartHeadBytes
            | Self::XmlDepth
            | Self::XmlNodes
            | Self::XmlAttributes
            | Self::StringBytes
            | Self::DecompressedRatio => Status::CONTENT_TOO_LARGE,
            Self::HandshakeTimeout
            | Self::HeadTimeout
            | Self::BodyIdleTimeout
            | Self::BodyRate
            | Self::TotalTimeout => Status::REQUEST_TIMEOUT,
            Self::Connections | Self::UpstreamConcurrency | Self::BufferedBytes => {
                Status::UNAVAILABLE
            }
        }
    }

    /// The refusal of this breach. The ledger's detail names the line that raises the limit
    /// (rule 21); overload says when to come back (RFC 9110 section 10.2.3).
    pub fn refusal(self, limits: &Limits) -> Refusal {
        let key = self.key();
        let refusal = Refusal::new(
            ControlId::ResourceLimits,
            self.status(),
            key,
            format!("above `limits: {{ {key}: {} }}`", self.value(limits)),
        );
        if self.status() == Status::UNAVAILABLE {
            refusal.with_field("Retry-After", "1")
        } else {
            refusal
        }
    }

    fn value(self, limits: &Limits) -> String {
        match self {
            Self::HeadBytes => size(limits.head_bytes_max),
            Self::Headers => limits.headers_max.to_string(),
            Self::TargetBytes => size(limits.target_bytes_max),
            Self::BodyBytes => size(limits.body_bytes_max),
            Self::MultipartBytes => size(limits.multipart_bytes_max),
            Self::Parts => limits.parts_max.to_string(),
            Self::PartBytes => size(limits.part_bytes_max),
            Self::PartHeadBytes => size(limits.part_head_bytes_max),
            Self::XmlDepth => limits.xml_depth_max.to_string(),
            Self::XmlNodes => limits.xml_nodes_max.to_string(),
            Self::XmlAttributes => limits.xml_attributes_max.to_string(),
            Self::StringBytes => size(limits.string_bytes_max),
            Self::DecompressedRatio => limits.decompressed_ratio_max.to_string(),
            Self::HandshakeTimeout => format!("{}ms", limits.handshake_timeout.as_millis()),
            Self::HeadTimeout => format!("{}ms", limits.head_timeout.as_millis()),
            Self::BodyIdleTimeout => format!("{}ms", limits.body_idle_timeout.as_millis()),
            Self::BodyRate => format!("{}B/s", limits.body_rate_min),
            Self::TotalTimeout => format!("{}ms", limits.total_timeout.as_millis()),
            Self::Connections => limits.connections_max.to_string(),
            Self::UpstreamConcurrency => limits.upstream_concurrency_max.to_string(),
            Self::BufferedBytes => size(limits.buffered_bytes_max),
        }
    }
}

/// A number of bytes as the policy writes it.
fn size(bytes: usize) -> String {
    const KIB: usize = 1 << 10;
    const MIB: usize = 1 << 20;
    match bytes {
        0 => "0B".to_owned(),
        bytes if bytes.is_multiple_of(MIB) => format!("{}MiB", bytes / MIB),
        bytes if bytes.is_multiple_of(KIB) => format!("{}KiB", bytes / KIB),
        bytes => format!("{bytes}B"),
    }
}

/// The refusal of a JSON text that is too large in one direction.
pub fn json_refusal(fault: &Fault) -> Refusal {
    let key = match fault.kind {
        FaultKind::TextTooLong => Some("body_bytes"),
        FaultKind::TooDeep => Some("json_depth"),
        FaultKind::TooManyNodes => Some("json_nodes"),
        FaultKind::StringTooLong => Some("string_bytes"),
        FaultKind::TooManyItems => Some("array_items"),
        FaultKind::TooManyMembers => Some("object_members"),
        _ => None,
    };
    let detail = match key {
        Some(key) => format!("{fault}: above `limits: {{ {key} }}`"),
        None => fault.to_string(),
    };
    let reason = fault.kind.name();
    Refusal::new(ControlId::ResourceLimits, Status::CONTENT_TOO_LARGE, reason, detail)
}

/// How much of a request's JSON is read.
pub fn json_in(limits: &Limits) -> JsonLimits {
    JsonLimits {
        text_bytes_max: limits.body_bytes_max,
        depth_max: limits.json_depth_max,
        nodes_max: limits.json_nodes_max,
        string_bytes_max: limits.string_bytes_max,
        array_items_max: limits.array_items_max,
        object_members_max: limits.object_members_max,
        number_bytes_max: 64,
    }
}

/// How much of an answer's JSON is read: its size decides, and a bounded depth.
pub fn json_out(limits: &Limits) -> JsonLimits {
    JsonLimits {
        text_bytes_max: limits.answer_bytes_max,
        depth_max: 4 * limits.json_depth_max,
        nodes_max: limits.answer_bytes_max,
        string_bytes_max: limits.answer_bytes_max,
        array_items_max: limits.answer_bytes_max,
        object_members_max: limits.answer_bytes_max,
        number_bytes_max: 1024,
    }
}

/// How much of an answer's XML is read: likewise.
pub fn xml_out(limits: &Limits) -> Limits {
    Limits {
        xml_depth_max: 4 * limits.xml_depth_max,
        xml_nodes_max: limits.answer_bytes_max,
        xml_attributes_max: 4 * limits.xml_attributes_max,
        string_bytes_max: limits.answer_bytes_max,
        ..limits.clone()
    }
}

/// The limits of a gateway in which this control is not asked (a knock-out run): what one
/// machine can still hold.
pub fn not_asked(limits: &Limits) -> Limits {
    const LARGE: usize = 64 << 20;
    let long = std::time::Duration::from_hours(1);
    Limits {
        head_bytes_max: LARGE,
        headers_max: 10_000,
        target_bytes_max: LARGE,
        body_bytes_max: LARGE,
        multipart_bytes_max: LARGE,
        parts_max: 10_000,
        part_bytes_max: LARGE,
        part_head_bytes_max: LARGE,
        xml_depth_max: 4096,
        xml_nodes_max: LARGE,
        xml_attributes_max: 10_000,
        decompressed_ratio_max: u32::MAX,
        answer_bytes_max: LARGE,
        json_depth_max: 512,
        json_nodes_max: LARGE,
        string_bytes_max: LARGE,
        array_items_max: LARGE,
        object_members_max: LARGE,
        page_size_max: usize::MAX,
        page_offset_max: usize::MAX,
        batch_items_max: usize::MAX,
        upstream_concurrency_max: 100_000,
        buffered_bytes_max: 1 << 30,
        handshake_timeout: long,
        head_timeout: long,
        body_idle_timeout: long,
        body_rate_min: 0,
        total_timeout: long,
        idle_timeout: long,
        ..limits.clone()
    }
}
