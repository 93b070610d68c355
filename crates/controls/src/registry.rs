//! The list of controls.

use portcullis_model::ControlId;

use crate::face::Face;
use crate::{
    api_inventory, business_flow, caller_identity, content_type, cross_site, function_access,
    hostile_input, input_shape, object_ownership, outbound_target, resource_limits, response_shape,
    safe_configuration, secret_in_url, transport_encryption, upstream_answer, writable_properties,
};

/// Every control: one line each.
pub const CONTROLS: [&Face; ControlId::ALL.len()] = [
    &resource_limits::FACE,
    &transport_encryption::FACE,
    &api_inventory::FACE,
    &safe_configuration::FACE,
    &caller_identity::FACE,
    &cross_site::FACE,
    &function_access::FACE,
    &secret_in_url::FACE,
    &content_type::FACE,
    &input_shape::FACE,
    &hostile_input::FACE,
    &writable_properties::FACE,
    &outbound_target::FACE,
    &object_ownership::FACE,
    &business_flow::FACE,
    &upstream_answer::FACE,
    &response_shape::FACE,
];

/// The faces of this control.
pub fn face(id: ControlId) -> &'static Face {
    match id {
        ControlId::ApiInventory => &api_inventory::FACE,
        ControlId::CallerIdentity => &caller_identity::FACE,
        ControlId::ContentType => &content_type::FACE,
        ControlId::InputShape => &input_shape::FACE,
        ControlId::HostileInput => &hostile_input::FACE,
        ControlId::WritableProperties => &writable_properties::FACE,
        ControlId::ResponseShape => &response_shape::FACE,
        ControlId::ResourceLimits => &resource_limits::FACE,
        ControlId::SafeConfiguration => &safe_configuration::FACE,
        ControlId::TransportEncryption => &transport_encryption::FACE,
        ControlId::SecretInUrl => &secret_in_url::FACE,
        ControlId::CrossSite => &cross_site::FACE,
        ControlId::OutboundTarget => &outbound_target::FACE,
        ControlId::FunctionAccess => &function_access::FACE,
        ControlId::ObjectOwnership => &object_ownership::FACE,
        ControlId::BusinessFlow => &business_flow::FACE,
        ControlId::UpstreamAnswer => &upstream_answer::FACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_has_a_page_a_room_and_a_threat() {
        for (face, id) in CONTROLS.iter().zip(ControlId::ALL) {
            assert_eq!(face.id, id, "the registry and the nouns have one order");
            assert_eq!(super::face(id).id, id);
            let page = face.page();
            assert!(page.starts_with(&format!("# `{id}`")), "{id}: the page has a title");
            for part in ["## Why", "## Example", "## Limits"] {
                assert!(page.contains(part), "{id}: the page has no `{part}`");
            }
            assert!(!face.rooms.is_empty(), "{id} is asked in no room");
            assert!(!face.threat.cwe.is_empty(), "{id} names no weakness");
            let others = CONTROLS.iter().filter(|other| other.threat.id == face.threat.id);
            assert_eq!(others.count(), 1, "{id}: every threat has one name");
        }
    }
}
