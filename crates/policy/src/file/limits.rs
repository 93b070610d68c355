//! The section `limits`: a key per bound.

use std::ops::RangeInclusive;
use std::time::Duration;

use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{EVERY_MAPPING, Notes, Spanned, section};

use crate::codes;
use crate::model::Limits;
use crate::quantity::{Count, Quantity, Rate, Size, Time};

section! {
    /// Bounds on sizes, counts and times. Sizes and times carry their unit, counts do not.
    struct LimitsSection, later ["caller", "address", EVERY_MAPPING], {
        /// Bytes of a request head: request line and headers. Default: `16KiB`, twice what
        /// common servers take, so that a large cookie passes.
        head_bytes: Option<Spanned<Size>>,
        /// Header fields of a request. Default: `64`; browsers send about twenty.
        headers: Option<Spanned<Count>>,
        /// Bytes of the request target, path and query. Default: `8KiB`, the length that
        /// RFC 9110 asks servers to support.
        target_bytes: Option<Spanned<Size>>,
        /// Bytes of a request's body, as sent and after decoding. Default: `1MiB`; the JSON of
        /// people's requests is a hundred times smaller.
        body_bytes: Option<Spanned<Size>>,
        /// Bytes of a request's body of several parts (`multipart/form-data`), as sent and after
        /// decoding. Default: `10MiB`, a few photographs, or less if `buffered_bytes` has no room
        /// for it beside an answer; it is held in memory.
        multipart_bytes: Option<Spanned<Size>>,
        /// Parts of one body. Default: `100`; forms have tens.
        parts: Option<Spanned<Count>>,
        /// Bytes of one part. Default: `10MiB`, so that one file may fill its body.
        part_bytes: Option<Spanned<Size>>,
        /// Bytes of the header fields of one part. Default: `4KiB`; they name a field, a file and
        /// a type.
        part_head_bytes: Option<Spanned<Size>>,
        /// How many times larger a compressed body may become. Default: `20`; JSON shrinks to a
        /// tenth, bombs to a thousandth.
        decompressed_ratio: Option<Spanned<Count>>,
        /// Bytes of an answer's body, decoded, where it is inspected. Default: `8MiB`, because
        /// lists are longer than requests.
        answer_bytes: Option<Spanned<Size>>,
        /// Arrays and objects inside one another. Default: `32`; real schemas stay below ten.
        json_depth: Option<Spanned<Count>>,
        /// Values and member names of one body. Default: `100000`, which is about what fills
        /// the default of `body_bytes`.
        json_nodes: Option<Spanned<Count>>,
        /// Bytes of one string in a request. Default: `256KiB`, room for a small file in base64.
        string_bytes: Option<Spanned<Size>>,
        /// Items of one array in a request. Default: `10000`, above what bulk calls send.
        array_items: Option<Spanned<Count>>,
        /// Members of one object in a request. Default: `1000`; declared objects have tens.
        object_members: Option<Spanned<Count>>,
        /// Items that one page of a list may be asked to have (`limit`, `per_page`, `pageSize` ...), where the
        /// contract sets no `maximum`. Default: `1000`; of the maxima that published documents set for
        /// such parameters 94 in 100 are not above it.
        page_size: Option<Spanned<Count>>,
        /// How far into a list a request may ask to begin (`offset`, `skip`, `page` ...), in items or pages, where
        /// the contract sets no `maximum`. Default: `1000000`: with the default of `page_size` it stays below
        /// what 32 bits hold.
        page_offset: Option<Spanned<Count>>,
        /// Objects in one list of a body, and values in one list of a parameter, where the contract sets no
        /// `maxItems`. Default: `1000`; of those that published documents set 98 in 100 are not above it.
        batch_items: Option<Spanned<Count>>,
        /// Elements of XML inside one another. Default: `64`; real messages stay below twenty.
        xml_depth: Option<Spanned<Count>>,
        /// Elements, attributes and other pieces of one XML body. Default: `100000`, as for JSON.
        xml_nodes: Option<Spanned<Count>>,
        /// Attributes of one element of XML. Default: `64`; real elements have a handful.
        xml_attributes: Option<Spanned<Count>>,
        /// Connections at a time. Default: `10000`, which fits beside the usual limit on open
        /// files.
        connections: Option<Spanned<Count>>,
        /// Requests in the API at a time; more are answered 503. Default: `1024`, more than an
        /// API on one machine can work on.
        upstream_concurrency: Option<Spanned<Count>>,
        /// Bytes of bodies, as they are read, that all requests together may hold; what is made of
        /// them comes on top. Default: `256MiB`, so that the gateway stays small beside the API.
        buffered_bytes: Option<Spanned<Size>>,
        /// From the first byte of a handshake of TLS to its end. Default: `10s`, as for the head.
        handshake_timeout: Option<Spanned<Time>>,
        /// From the first byte of a head to its end. Default: `10s`, enough for a poor mobile
        /// connection and too little for a slow attack.
        head_timeout: Option<Spanned<Time>>,
        /// Without a byte of a request's body. Default: `10s`, as for the head.
        body_idle_timeout: Option<Spanned<Time>>,
        /// Bytes per second that a request's body must keep on average, after its first second.
        /// Default: `512B/s`, slower than any connection that people use.
        body_rate: Option<Spanned<Rate>>,
        /// From the end of a head to the end of the answer. Default: `60s`, after which clients
        /// have given up.
        total_timeout: Option<Spanned<Time>>,
        /// Between two requests on one connection. Default: `60s`, what browsers and clients
        /// reuse connections within.
        idle_timeout: Option<Spanned<Time>>,
        /// To connect to the API. Default: `3s`; it is near, so a second attempt of the packet
        /// is the most to wait for.
        connect_timeout: Option<Spanned<Time>>,
        /// From sending a request to the API, a connection included, to the last byte of its
        /// answer; to its head, if the body streams. Default: `30s`, half of `total_timeout`.
        upstream_timeout: Option<Spanned<Time>>,
        /// How long a body that streams may be silent. Default: `5min`; event streams send a sign of
        /// life every half minute or so.
        stream_idle_timeout: Option<Spanned<Time>>,
        /// How long a stop waits for requests that are under way. Default: `20s`, less than
        /// orchestrators wait before they kill.
        drain_timeout: Option<Spanned<Time>>,
    }
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const SECOND: u64 = 1000;
const HOUR: u64 = 3600 * SECOND;
/// The largest amount that a request may be allowed to ask for.
pub(crate) const AMOUNT_MAX: u64 = 1_000_000_000;

impl LimitsSection {
    /// The bounds: the defaults, and what this section says instead.
    pub(crate) fn limits(&self, notes: &mut Notes) -> Limits {
        let mut limits = Limits::default();
        self.set_sizes(&mut limits, notes);
        self.set_counts(&mut limits, notes);
        self.set_times(&mut limits, notes);
        if self.multipart_bytes.is_none() {
            let room = limits.buffered_bytes_max.saturating_sub(limits.answer_bytes_max);
            limits.multipart_bytes_max = limits.multipart_bytes_max.min(room.max(1));
        }
        self.check_buffers(&limits, notes);
        limits
    }

    /// The keys that are written, and where their values stand.
    pub(crate) fn lines(&self) -> Vec<(&'static str, Span)> {
        macro_rules! written {
            ($($key:ident)*) => {
                [$(self.$key.as_ref().map(|value| (stringify!($key), value.span))),*]
            };
        }
        let all = written![
            head_bytes headers target_bytes body_bytes multipart_bytes parts part_bytes
            part_head_bytes decompressed_ratio answer_bytes json_depth json_nodes string_bytes
            array_items object_members page_size page_offset batch_items xml_depth xml_nodes xml_attributes connections
            upstream_concurrency buffered_bytes handshake_timeout head_timeout body_idle_timeout body_rate total_timeout idle_timeout
            connect_timeout upstream_timeout stream_idle_timeout drain_timeout
        ];
        all.into_iter().flatten().collect()
    }

    fn set_sizes(&self, limits: &mut Limits, notes: &mut Notes) {
        let mut set = |value: &Option<Spanned<Size>>, range, limit: &mut usize| {
            if let Some(Size(bytes)) = within(value.as_ref(), range, notes) {
                *limit = usize::try_from(bytes).unwrap_or(usize::MAX);
            }
        };
        set(&self.head_bytes, KIB..=MIB, &mut limits.head_bytes_max);
        set(&self.target_bytes, 64..=MIB, &mut limits.target_bytes_max);
        set(&self.body_bytes, 1..=GIB, &mut limits.body_bytes_max);
        set(&self.multipart_bytes, 1..=GIB, &mut limits.multipart_bytes_max);
        set(&self.part_bytes, 1..=GIB, &mut limits.part_bytes_max);
        set(&self.part_head_bytes, 64..=MIB, &mut limits.part_head_bytes_max);
        set(&self.answer_bytes, 1..=GIB, &mut limits.answer_bytes_max);
        set(&self.string_bytes, 1..=GIB, &mut limits.string_bytes_max);
        set(&self.buffered_bytes, MIB..=1024 * GIB, &mut limits.buffered_bytes_max);
    }

    fn set_counts(&self, limits: &mut Limits, notes: &mut Notes) {
        if let Some(Count(ratio)) = within(self.decompressed_ratio.as_ref(), 1..=1000, notes) {
            limits.decompressed_ratio_max = ratio as u32;
        }
        if let Some(Rate(bytes)) = within(self.body_rate.as_ref(), 1..=10 * MIB, notes) {
            limits.body_rate_min = bytes as u32;
        }
        let mut set = |value: &Option<Spanned<Count>>, range, limit: &mut usize| {
            if let Some(Count(count)) = within(value.as_ref(), range, notes) {
                *limit = usize::try_from(count).unwrap_or(usize::MAX);
            }
        };
        set(&self.headers, 8..=256, &mut limits.headers_max);
        set(&self.json_depth, 1..=512, &mut limits.json_depth_max);
        set(&self.json_nodes, 1..=50_000_000, &mut limits.json_nodes_max);
        set(&self.array_items, 1..=10_000_000, &mut limits.array_items_max);
        set(&self.object_members, 1..=10_000_000, &mut limits.object_members_max);
        set(&self.page_size, 1..=AMOUNT_MAX, &mut limits.page_size_max);
        set(&self.page_offset, 1..=AMOUNT_MAX, &mut limits.page_offset_max);
        set(&self.batch_items, 1..=10_000_000, &mut limits.batch_items_max);
        set(&self.parts, 1..=100_000, &mut limits.parts_max);
        set(&self.xml_depth, 1..=4096, &mut limits.xml_depth_max);
        set(&self.xml_nodes, 1..=50_000_000, &mut limits.xml_nodes_max);
        set(&self.xml_attributes, 1..=10_000, &mut limits.xml_attributes_max);
        set(&self.connections, 1..=1_000_000, &mut limits.connections_max);
        set(&self.upstream_concurrency, 1..=100_000, &mut limits.upstream_concurrency_max);
    }

    fn set_times(&self, limits: &mut Limits, notes: &mut Notes) {
        let mut set = |value: &Option<Spanned<Time>>, range, limit: &mut Duration| {
            if let Some(time) = within(value.as_ref(), range, notes) {
                *limit = time.duration();
            }
        };
        set(&self.handshake_timeout, 100..=600 * SECOND, &mut limits.handshake_timeout);
        set(&self.head_timeout, 100..=600 * SECOND, &mut limits.head_timeout);
        set(&self.body_idle_timeout, 100..=600 * SECOND, &mut limits.body_idle_timeout);
        set(&self.total_timeout, 100..=24 * HOUR, &mut limits.total_timeout);
        set(&self.idle_timeout, 100..=HOUR, &mut limits.idle_timeout);
        set(&self.connect_timeout, 10..=600 * SECOND, &mut limits.connect_timeout);
        set(&self.upstream_timeout, 10..=24 * HOUR, &mut limits.upstream_timeout);
        set(&self.stream_idle_timeout, 10..=24 * HOUR, &mut limits.stream_idle_timeout);
        set(&self.drain_timeout, 100..=HOUR, &mut limits.drain_timeout);
    }

    /// A budget that one request exceeds would answer 503 for ever.
    fn check_buffers(&self, limits: &Limits, notes: &mut Notes) {
        let body = limits.body_bytes_max.max(limits.multipart_bytes_max);
        let one = body.saturating_add(limits.answer_bytes_max);
        if one <= limits.buffered_bytes_max {
            return;
        }
        let place =
            [&self.buffered_bytes, &self.body_bytes, &self.multipart_bytes, &self.answer_bytes]
                .into_iter()
                .find_map(Option::as_ref)
                .map(|value| value.span);
        notes.push(|| {
            Diagnostic::error(
                &codes::BAD_LIMIT,
                format!(
                    "one request may hold {}, more than all together may ({})",
                    Size(one as u64).text(),
                    Size(limits.buffered_bytes_max as u64).text()
                ),
            )
            .at(place)
            .help("raise `buffered_bytes`, or lower `body_bytes`, `multipart_bytes` and `answer_bytes`")
        });
    }
}

/// The amount, if it is one that can be meant.
pub(crate) fn within<Q: Quantity>(
    value: Option<&Spanned<Q>>,
    range: RangeInclusive<u64>,
    notes: &mut Notes,
) -> Option<Q> {
    let value = value?;
    if range.contains(&value.value.amount()) {
        return Some(value.value);
    }
    notes.push(|| {
        let (least, most) = (Q::new(*range.start()).text(), Q::new(*range.end()).text());
        let is_zero = value.value.amount() == 0;
        let message = if is_zero {
            "a bound of nothing lets nothing through".to_owned()
        } else {
            format!("`{}` is outside what this bound can be", value.value.text())
        };
        Diagnostic::error(&codes::BAD_LIMIT, message)
            .at(value.span)
            .label("this amount")
            .help(format!("choose from `{least}` to `{most}`"))
    });
    None
}
