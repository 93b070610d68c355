//! Which line of the policy would have stopped an attack that comes through?

use portcullis_model::ControlId;

/// The line, as it would be written, for an operation by its name; what only somebody knows stands in capital letters.
pub(crate) fn line(control: ControlId, operation: Option<&str>) -> String {
    let name = operation.unwrap_or("OPERATION");
    match control {
        ControlId::ObjectOwnership => format!(
            "resources: {{ RESOURCE: {{ owner: /OWNER }} }} and access: [{{ role: ROLE, may: [\"{name}\"], on: RESOURCE, \
             when: mine }}]"
        ),
        ControlId::FunctionAccess => {
            format!("access: [{{ role: ROLE, may: [\"{name}\"] }}], and no wider rule for it")
        }
        ControlId::CallerIdentity => {
            format!("access: [{{ callers: [\"{name}\"] }}], and not `anyone`")
        }
        ControlId::ResponseShape => {
            format!("access: [{{ role: ROLE, may: [\"{name}\"], on: RESOURCE, hide: [/MEMBER] }}]")
        }
        ControlId::WritableProperties => format!(
            "access: [{{ role: ROLE, may: [\"{name}\"], on: RESOURCE, readonly: [/MEMBER] }}]"
        ),
        ControlId::ResourceLimits => {
            format!("rates: [{{ of: \"{name}\", per: caller, rate: 60/min }}]")
        }
        ControlId::BusinessFlow => {
            format!("flows: {{ NAME: {{ steps: [STEP_BEFORE, \"{name}\"] }} }}")
        }
        ControlId::OutboundTarget => {
            format!("operations: {{ \"{name}\": {{ targets: {{ PLACE: [HOST] }} }} }}")
        }
        ControlId::UpstreamAnswer => {
            format!("operations: {{ \"{name}\": {{ redirects: [HOST] }} }}")
        }
        ControlId::TransportEncryption => {
            "tls: { certificate: file:cert.pem, key: file:key.pem }".to_owned()
        }
        // What these stop needs no line: one has opened it.
        ControlId::InputShape
        | ControlId::ContentType
        | ControlId::SafeConfiguration
        | ControlId::ApiInventory
        | ControlId::HostileInput
        | ControlId::SecretInUrl
        | ControlId::CrossSite => {
            format!(
                "no line is needed for `{control}`: take out what `operations` opens of \"{name}\""
            )
        }
    }
}

/// What is to be done where the policy itself has the control look away.
pub(crate) fn enforced(control: ControlId) -> String {
    format!("relax: without the entry for `{control}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_says_what_would_close_it() {
        for control in ControlId::ALL {
            let line = line(control, Some("getOrder"));
            assert!(line.contains("getOrder") || line.contains("tls:"), "{control}: {line}");
        }
    }
}
