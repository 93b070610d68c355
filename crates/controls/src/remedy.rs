//! What somebody who is sure may write, so that a refused request passes (rule 31).

use portcullis_model::ControlId;

/// What would let a refused request pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing: HTTP itself has no other reading (rule 28).
    None,
    /// The request must change: it lacks what it needs.
    Request,
    /// The credential must stand in a header, or the contract must declare where it stands.
    Header,
    /// The contract must declare it (or the base path is not the one that was meant).
    Contract,
    /// The policy's `access` must say who may call.
    Access,
    /// The policy's `access` must have a rule for this caller.
    Rule,
    /// The policy must say whose objects the operation touches.
    Objects,
    /// The policy's `targets` must let the URL's place point there.
    Targets,
    /// The policy's `redirects` must name where the API leads.
    Redirects,
    /// The policy's `origins` must name the origin.
    Origins,
    /// The policy's `tls` must name a certificate.
    Encrypt,
    /// The policy's `hosts` must name the host.
    Hosts,
    /// The proxy in front must not pass on what it did not write.
    Proxy,
    /// It may be sent again when those before it are over.
    Later,
    /// It may be sent again later, or an entry of the policy's `rates` must allow more.
    Rate,
    /// It was done, once, and the policy says that it may be no more.
    Once,
    /// The steps before it must be done, or the policy's `flows` must say otherwise.
    Flow,
    /// The policy's `values` must let the value pass.
    Value,
    /// A key of the policy's `limits` must be raised.
    Limit(&'static str),
    /// The contract must confine the text, or the policy's `operations` say what it is meant to be.
    Text,
    /// The policy's `operations` must say that the answer streams.
    Stream,
    /// The policy's `operations` must say that it may become a WebSocket.
    Upgrade,
    /// The policy's `operations` must say that it is GraphQL, or that it is not.
    Graphql,
    /// The API must answer otherwise.
    Api,
    /// A relaxation for this control and operation.
    Relax,
}

/// The remedy of a refusal, by its control and reason.
pub fn remedy(control: ControlId, reason: &str) -> Remedy {
    match control {
        ControlId::ResourceLimits
            if matches!(reason, "too_many_wait" | "too_many_values" | "waited_too_long") =>
        {
            Remedy::Later
        }
        ControlId::ResourceLimits if matches!(reason, "rate" | "at_once" | "penalty_box") => {
            Remedy::Rate
        }
        ControlId::ResourceLimits if matches!(reason, "once" | "once_of_nothing") => Remedy::Once,
        ControlId::ResourceLimits if matches!(reason, "page_below" | "page_no_number") => {
            Remedy::Contract
        }
        ControlId::ResourceLimits => limit(reason).map_or(Remedy::Relax, Remedy::Limit),
        ControlId::ApiInventory | ControlId::SafeConfiguration => match reason {
            "forwarding_disagrees" => Remedy::Proxy,
            "misdirected" => Remedy::Hosts,
            "unknown_origin" | "cors_header" => Remedy::Origins,
            "undecided_upgrade" => Remedy::Upgrade,
            "websocket_version" | "websocket_handshake" => Remedy::Request,
            // Who sees how the API is built is no question of the contract.
            "telling_header" => Remedy::Relax,
            "error_body_leaks" => Remedy::Api,
            _ => Remedy::Contract,
        },
        ControlId::CallerIdentity if reason == "closed" => Remedy::Access,
        ControlId::ObjectOwnership if reason == "no_object_rule" => Remedy::Objects,
        ControlId::FunctionAccess if reason == "undecided_graphql" => Remedy::Graphql,
        ControlId::FunctionAccess | ControlId::ObjectOwnership => Remedy::Rule,
        ControlId::TransportEncryption if reason == "plain_credential" => Remedy::Encrypt,
        ControlId::SecretInUrl => Remedy::Header,
        ControlId::CrossSite if reason == "other_origin" => Remedy::Origins,
        ControlId::CrossSite if reason == "unclear_origin" => Remedy::Request,
        ControlId::CrossSite => Remedy::Relax,
        ControlId::OutboundTarget => match reason {
            "target_ours" => Remedy::Request,
            "too_many_targets" => Remedy::Relax,
            _ => Remedy::Targets,
        },
        ControlId::UpstreamAnswer => match reason {
            "redirect_away" | "redirect_internal" | "redirect_repeats" | "field_loads" => {
                Remedy::Redirects
            }
            "redirect_scheme" | "redirect_spelling" | "redirect_twice" => Remedy::Api,
            _ => Remedy::Relax,
        },
        ControlId::CallerIdentity | ControlId::TransportEncryption => Remedy::Request,
        ControlId::HostileInput => Remedy::Text,
        ControlId::BusinessFlow if reason == "value" => Remedy::Value,
        ControlId::BusinessFlow => Remedy::Flow,
        ControlId::InputShape if FRAMING.contains(&reason) => Remedy::None,
        ControlId::ResponseShape => match reason {
            "undecided_stream" => Remedy::Stream,
            "too_large" => Remedy::Limit("answer_bytes"),
            "broken_json" | "broken_xml" | "coding" | "server_error" => Remedy::Api,
            _ => Remedy::Relax,
        },
        ControlId::InputShape | ControlId::ContentType | ControlId::WritableProperties => {
            Remedy::Relax
        }
    }
}

/// Refusals of HTTP itself.
const FRAMING: [&str; 12] = [
    "body_cut",
    "body_length",
    "chunks",
    "expectation",
    "head_cut",
    "head_line_end",
    "head_syntax",
    "host",
    "http_version",
    "repeated_field",
    "request_target",
    "transfer_coding",
];

fn limit(reason: &str) -> Option<&'static str> {
    const KEYS: [&str; 24] = [
        "page_size",
        "page_offset",
        "batch_items",
        "head_bytes",
        "headers",
        "target_bytes",
        "body_bytes",
        "multipart_bytes",
        "parts",
        "part_bytes",
        "part_head_bytes",
        "xml_depth",
        "xml_nodes",
        "xml_attributes",
        "string_bytes",
        "decompressed_ratio",
        "handshake_timeout",
        "head_timeout",
        "body_idle_timeout",
        "body_rate",
        "total_timeout",
        "connections",
        "upstream_concurrency",
        "buffered_bytes",
    ];
    let json = match reason {
        "text_too_long" => "body_bytes",
        "too_deep" => "json_depth",
        "too_many_nodes" => "json_nodes",
        "string_too_long" => "string_bytes",
        "too_many_items" => "array_items",
        "too_many_members" => "object_members",
        other => return KEYS.into_iter().find(|key| *key == other),
    };
    Some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_remedy_opens_more_than_the_refusal_was_about() {
        use ControlId::{ApiInventory, CallerIdentity, InputShape, ResourceLimits, ResponseShape};
        for (control, reason, expected) in [
            (ApiInventory, "undeclared_path", Remedy::Contract),
            (ApiInventory, "misdirected", Remedy::Hosts),
            (ControlId::SafeConfiguration, "forwarding_disagrees", Remedy::Proxy),
            (ControlId::SafeConfiguration, "unknown_origin", Remedy::Origins),
            (ControlId::CrossSite, "other_origin", Remedy::Origins),
            (ControlId::CrossSite, "no_origin", Remedy::Relax),
            (CallerIdentity, "closed", Remedy::Access),
            (CallerIdentity, "no_credential", Remedy::Request),
            (ControlId::SecretInUrl, "secret_in_url", Remedy::Header),
            (ControlId::OutboundTarget, "target_address", Remedy::Targets),
            (ControlId::OutboundTarget, "target_ours", Remedy::Request),
            (ControlId::UpstreamAnswer, "redirect_away", Remedy::Redirects),
            (ControlId::UpstreamAnswer, "redirect_twice", Remedy::Api),
            (ControlId::UpstreamAnswer, "field_twice", Remedy::Relax),
            (InputShape, "host", Remedy::None),
            (InputShape, "schema", Remedy::Relax),
            (ResourceLimits, "too_deep", Remedy::Limit("json_depth")),
            (ResourceLimits, "too_many_wait", Remedy::Later),
            (ResourceLimits, "body_bytes", Remedy::Limit("body_bytes")),
            (ResponseShape, "undecided_stream", Remedy::Stream),
        ] {
            assert_eq!(remedy(control, reason), expected, "{control} {reason}");
        }
    }
}
