//! Every bound under its key in the policy file, for whoever compares two sets of them.

use std::time::Duration;

use crate::model::Limits;
use crate::quantity::{Count, Quantity, Rate, Size, Time};

/// One bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// The key under `limits`.
    pub key: &'static str,
    /// In the smallest unit.
    pub amount: u64,
    /// As people write it.
    pub text: String,
    /// It is a least: a smaller one lets more through.
    pub is_least: bool,
}

impl Limits {
    /// All of them, in the order of the reference.
    #[expect(clippy::too_many_lines, reason = "two lines for each bound, and nothing else")]
    pub fn amounts(&self) -> Vec<Amount> {
        // Taken apart without `..`: a new bound does not compile until it stands here.
        let &Self {
            head_bytes_max,
            headers_max,
            target_bytes_max,
            body_bytes_max,
            multipart_bytes_max,
            parts_max,
            part_bytes_max,
            part_head_bytes_max,
            decompressed_ratio_max,
            answer_bytes_max,
            json_depth_max,
            json_nodes_max,
            string_bytes_max,
            array_items_max,
            object_members_max,
            page_size_max,
            page_offset_max,
            batch_items_max,
            xml_depth_max,
            xml_nodes_max,
            xml_attributes_max,
            connections_max,
            upstream_concurrency_max,
            buffered_bytes_max,
            handshake_timeout,
            head_timeout,
            body_idle_timeout,
            body_rate_min,
            total_timeout,
            idle_timeout,
            connect_timeout,
            upstream_timeout,
            stream_idle_timeout,
            drain_timeout,
        } = self;
        vec![
            size("head_bytes", head_bytes_max),
            count("headers", headers_max),
            size("target_bytes", target_bytes_max),
            size("body_bytes", body_bytes_max),
            size("multipart_bytes", multipart_bytes_max),
            count("parts", parts_max),
            size("part_bytes", part_bytes_max),
            size("part_head_bytes", part_head_bytes_max),
            count("decompressed_ratio", decompressed_ratio_max as usize),
            size("answer_bytes", answer_bytes_max),
            count("json_depth", json_depth_max),
            count("json_nodes", json_nodes_max),
            size("string_bytes", string_bytes_max),
            count("array_items", array_items_max),
            count("object_members", object_members_max),
            count("page_size", page_size_max),
            count("page_offset", page_offset_max),
            count("batch_items", batch_items_max),
            count("xml_depth", xml_depth_max),
            count("xml_nodes", xml_nodes_max),
            count("xml_attributes", xml_attributes_max),
            count("connections", connections_max),
            count("upstream_concurrency", upstream_concurrency_max),
            size("buffered_bytes", buffered_bytes_max),
            time("handshake_timeout", handshake_timeout),
            time("head_timeout", head_timeout),
            time("body_idle_timeout", body_idle_timeout),
            Amount { is_least: true, ..amount("body_rate", Rate(u64::from(body_rate_min))) },
            time("total_timeout", total_timeout),
            time("idle_timeout", idle_timeout),
            time("connect_timeout", connect_timeout),
            time("upstream_timeout", upstream_timeout),
            time("stream_idle_timeout", stream_idle_timeout),
            time("drain_timeout", drain_timeout),
        ]
    }
}

fn amount(key: &'static str, quantity: impl Quantity) -> Amount {
    Amount { key, amount: quantity.amount(), text: quantity.text(), is_least: false }
}

fn size(key: &'static str, bytes: usize) -> Amount {
    amount(key, Size(bytes as u64))
}

fn count(key: &'static str, count: usize) -> Amount {
    amount(key, Count(count as u64))
}

fn time(key: &'static str, time: Duration) -> Amount {
    amount(key, Time(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
}
