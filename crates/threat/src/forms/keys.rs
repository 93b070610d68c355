//! Which keys of the policy configure what is missing.

use portcullis_model::ControlId;

use super::Shown;
use super::grouped::ByRule;
use crate::answers::State;
use crate::system::Element;

/// What to write into the policy, one sentence for each control that is missing: none with nothing in front, where no
/// policy answers anything.
pub(super) fn missing(shown: &Shown<'_>, group: &ByRule<'_>) -> Vec<&'static str> {
    if !shown.model.system.scope.has_gateway {
        return Vec::new();
    }
    let mut controls: Vec<ControlId> = Vec::new();
    for threat in group.threats.iter().filter(|one| one.is_open()) {
        let missing = threat.mitigations.iter().filter(|one| one.state == State::Missing);
        let named: Vec<ControlId> = missing.filter_map(|one| one.control).collect();
        match threat.element {
            // What the rule itself knows to be missing at an operation is what its controls would do.
            Element::Entry(_) if named.is_empty() => controls.extend(group.rule.controls),
            _ => controls.extend(named),
        }
    }
    let listed = group.rule.controls.iter().filter(|control| controls.contains(control));
    listed.filter_map(|control| keys(*control)).collect()
}

/// Where the policy says what a control is to do. Of the others, the document says it, or they need nothing said.
const fn keys(control: ControlId) -> Option<&'static str> {
    match control {
        ControlId::CallerIdentity => Some(
            "`callers: { jwt: ... }`, or `introspection`, `login`, `whoami`: how credentials are verified",
        ),
        ControlId::FunctionAccess => Some("`access: [{ role: ..., may: ... }]`: who may do what"),
        ControlId::ObjectOwnership => Some(
            "`resources: { NAME: { owner: ... } }` and `access: [{ may: ..., on: NAME, when: mine }]`: whose objects are whose",
        ),
        ControlId::ResourceLimits => Some("`rates` and `limits`: how much, and how often"),
        ControlId::BusinessFlow => {
            Some("`flows`, and `values` under `operations`: which order, and which values")
        }
        ControlId::OutboundTarget => Some("`targets` under `operations`: where URLs may point"),
        ControlId::TransportEncryption => Some("`tls`: the listener's certificate"),
        ControlId::CrossSite => Some("`origins`: whose pages may call it from a browser"),
        ControlId::UpstreamAnswer => {
            Some("`markup` and `redirects` under `operations`: what answers may hold")
        }
        ControlId::ResponseShape => Some("`answers`: what nobody sees"),
        ControlId::WritableProperties => {
            Some("`readonly` of a rule under `access`: what callers do not write")
        }
        ControlId::ApiInventory
        | ControlId::ContentType
        | ControlId::InputShape
        | ControlId::HostileInput
        | ControlId::SafeConfiguration
        | ControlId::SecretInUrl => None,
    }
}
