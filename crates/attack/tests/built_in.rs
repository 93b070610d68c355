//! The built-in set holds: every attack of a control succeeds directly, is stopped through the
//! gateway by that control, and succeeds again without it; every journey goes well both ways.

#[cfg(test)]
mod built_in {
    use std::sync::Arc;
    use std::time::{SystemTime, UNIX_EPOCH};

    use portcullis_attack::{Attack, AttackFound, Outcome, Place, Runner, State, registry};
    use portcullis_model::{Clock, ControlId, UnixMillis};

    /// The system's clock: gateways that really listen need the time that it really is.
    struct System;

    impl Clock for System {
        #[expect(clippy::disallowed_methods, reason = "a test that runs real gateways")]
        fn now(&self) -> UnixMillis {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            UnixMillis(since.as_millis() as u64)
        }
    }

    fn runner() -> Runner {
        Runner::new(Place::Sample, Arc::new(System))
    }

    fn run_family(control: Option<ControlId>, is_as_promised: impl Fn(&AttackFound) -> bool) {
        let attacks: Vec<Attack> = registry::attacks()
            .unwrap()
            .into_iter()
            .filter(|one| one.control.0 == control)
            .collect();
        assert!(!attacks.is_empty(), "the family has no attack");
        let report = runner().run(&attacks, &[], &|_| {});
        let broken: Vec<String> = report
            .attacks
            .iter()
            .filter(|found| !is_as_promised(found))
            .map(|found| serde_json::to_string(found).unwrap())
            .collect();
        assert!(broken.is_empty(), "{} of {}:\n{}", broken.len(), attacks.len(), broken.join("\n"));
    }

    fn holds(control: ControlId) {
        run_family(Some(control), |found| {
            found.state == State::Closed
                && !found.is_by_another()
                && matches!(found.twin, None | Some(Outcome::Failed))
        });
    }

    #[test]
    fn resource_limits_holds() {
        holds(ControlId::ResourceLimits);
    }

    #[test]
    fn api_inventory_holds() {
        holds(ControlId::ApiInventory);
    }

    #[test]
    fn safe_configuration_holds() {
        holds(ControlId::SafeConfiguration);
    }

    #[test]
    fn transport_encryption_holds() {
        holds(ControlId::TransportEncryption);
    }

    #[test]
    fn caller_identity_holds() {
        holds(ControlId::CallerIdentity);
    }

    #[test]
    fn cross_site_holds() {
        holds(ControlId::CrossSite);
    }

    #[test]
    fn function_access_holds() {
        holds(ControlId::FunctionAccess);
    }

    #[test]
    fn secret_in_url_holds() {
        holds(ControlId::SecretInUrl);
    }

    #[test]
    fn outbound_target_holds() {
        holds(ControlId::OutboundTarget);
    }

    #[test]
    fn object_ownership_holds() {
        holds(ControlId::ObjectOwnership);
    }

    #[test]
    fn business_flow_holds() {
        holds(ControlId::BusinessFlow);
    }

    #[test]
    fn upstream_answer_holds() {
        holds(ControlId::UpstreamAnswer);
    }

    #[test]
    fn content_type_holds() {
        holds(ControlId::ContentType);
    }

    #[test]
    fn input_shape_holds() {
        holds(ControlId::InputShape);
    }

    #[test]
    fn hostile_input_holds() {
        holds(ControlId::HostileInput);
    }

    #[test]
    fn writable_properties_holds() {
        holds(ControlId::WritableProperties);
    }

    #[test]
    fn response_shape_holds() {
        holds(ControlId::ResponseShape);
    }

    #[test]
    fn attacks_without_a_control_are_open_and_say_so() {
        run_family(None, |found| found.state == State::Open && found.control.is_none());
    }

    #[test]
    fn honest_journeys_go_well_both_ways() {
        let journeys = registry::journeys().unwrap();
        assert!(journeys.len() >= 10);
        let report = runner().run(&[], &journeys, &|_| {});
        let broken: Vec<String> = report
            .journeys
            .iter()
            .filter(|found| !found.is_ok())
            .map(|found| serde_json::to_string(found).unwrap())
            .collect();
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }
}
