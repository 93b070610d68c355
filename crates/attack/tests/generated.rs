//! What the generator makes of the sample holds: every resource is tried, nothing is taken for a flaw where the
//! API does it right, and what succeeds directly does not come through.

#[cfg(test)]
mod generated {
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::time::{SystemTime, UNIX_EPOCH};

    use portcullis_attack::generate::{ATTACKS_MAX, Generated, Made, Options, Person, generate};
    use portcullis_attack::{
        Attack, Document, Outcome, Place, Runner, State, sample_model, shared_policy,
    };
    use portcullis_model::{Clock, UnixMillis};
    use portcullis_policy::Model;

    /// Attacks of one run here; the command runs all.
    const TRIED: usize = 60;

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

    fn model() -> Model {
        let clock: Arc<dyn Clock> = Arc::new(System);
        let api = "127.0.0.1:9".parse().unwrap();
        sample_model(Document::Honest, shared_policy("pharmacy"), api, &clock).unwrap()
    }

    fn made(attacks_max: usize, seed: u64) -> Generated {
        let users = [
            ("alice", "customer"),
            ("bob", "customer"),
            ("paula", "pharmacist"),
            ("adam", "admin"),
        ];
        let people = users.map(|(name, role)| Person {
            name: name.to_owned(),
            roles: Some(vec![role.to_owned()]),
            has_cookie: false,
        });
        let options = Options {
            policy_file: Some("pharmacy"),
            attacks_max,
            seed,
            permits_destruction: false,
        };
        generate(&model(), &people, &options).unwrap()
    }

    fn is_at_a_safe_operation(made: &Made) -> bool {
        made.operation.starts_with("safe")
    }

    fn attacks(made: &[Made], takes: impl Fn(&Made) -> bool) -> Vec<Attack> {
        made.iter().filter(|one| takes(one)).map(|one| one.attack.clone()).collect()
    }

    #[test]
    fn every_operation_is_tried_or_left_out_with_a_reason() {
        let (model, made) = (model(), made(ATTACKS_MAX, 1));
        let tried: BTreeSet<&str> = made.attacks.iter().map(|one| &*one.operation).collect();
        let left: BTreeSet<&str> = made.left_out.iter().map(|one| &*one.operation).collect();
        let silent: Vec<String> = model
            .contract
            .operations
            .iter()
            .map(portcullis_contract::Operation::name)
            .filter(|name| !tried.contains(&**name) && !left.contains(&**name))
            .collect();
        assert!(silent.is_empty(), "neither tried nor left out: {silent:?}");
        assert!(made.left_out.iter().all(|one| !one.why.is_empty()));
        for operation in [
            "listMyOrders",
            "createOrder",
            "getOrder",
            "createPayment",
            "getPayment",
            "requestPrescription",
            "createReminder",
            "deleteReminder",
            "createCard",
            "getDelivery",
            "getPerson",
            "reportIncident",
        ] {
            assert!(tried.contains(operation), "{operation} is not tried");
        }
    }

    #[test]
    fn an_object_that_the_operation_does_not_change_is_no_judge_of_it() {
        let left = made(ATTACKS_MAX, 1).left_out;
        let why = "what it changes is another object";
        assert!(left.iter().any(|one| one.operation == "updateOrderOfCustomer" && one.why == why));
    }

    #[test]
    fn properties_are_written_by_those_for_whom_they_are_not() {
        let made = made(ATTACKS_MAX, 1);
        let tried = |title: &str| made.attacks.iter().any(|one| one.attack.title.value == title);
        for (operation, who, at) in [
            ("createOrder", "alice", "/total_cents"),
            ("createOrder", "alice", "/items/*/unit_price_cents"),
            ("setOrderTerms", "alice", "/discount_percent"),
            ("updatePrescription", "paula", "/diagnosis"),
            ("requestPrescription", "adam", "/status"),
        ] {
            let title = format!("{operation}: {who} writes `{at}`, which is not for them to write");
            assert!(tried(&title), "not tried: {title}");
        }
        let title = "setOrderTerms: adam writes `/status`, which is not for them to write";
        assert!(!tried(title), "the rules let administrators");
    }

    #[test]
    fn requests_that_are_not_as_declared_are_tried_and_those_that_the_api_takes_are_stopped() {
        let made = made(ATTACKS_MAX, 1);
        let faults = |item: &str| {
            attacks(&made.attacks, |one| {
                one.attack.item.value == item && !is_at_a_safe_operation(one)
            })
        };
        for item in ["F1", "F2", "A7"] {
            let faults = faults(item);
            assert!(faults.len() > 4, "{item}: {}", faults.len());
            let some: Vec<Attack> = faults.into_iter().take(6).collect();
            let report = runner().run(&some, &[], &|_| {});
            let told = || serde_json::to_string_pretty(&report).unwrap();
            assert!(
                report.attacks.iter().all(portcullis_attack::AttackFound::is_no_way_in),
                "{}",
                told()
            );
            let is_judged =
                |found: &&portcullis_attack::AttackFound| found.state != State::Inconclusive;
            assert!(report.attacks.iter().filter(is_judged).count() > 2, "{}", told());
        }
    }

    #[test]
    fn known_flaws_beside_objects_are_found_and_each_is_closed_by_its_control() {
        let known = [
            ("gen-a9-api-debug-env-alice-door", "api_inventory"),
            ("gen-a4-list-medicines-alice-page", "input_shape"),
            ("gen-a4-create-order-alice-deep", "resource_limits"),
            ("gen-a8-list-medicines-alice-sql0", "hostile_input"),
            ("gen-a11-purchase-sale-alice-without-2", "business_flow"),
            ("gen-a13-leave-alice-leads-host", "upstream_answer"),
            ("gen-c7-get-session-alice-token", "secret_in_url"),
        ];
        let made = made(ATTACKS_MAX, 1);
        let some =
            attacks(&made.attacks, |one| known.iter().any(|(id, _)| *id == one.attack.id.value));
        assert_eq!(some.len(), known.len(), "each is made");
        let report = runner().run(&some, &[], &|_| {});
        for found in &report.attacks {
            let (_, control) = known.iter().find(|(id, _)| *id == found.id).unwrap();
            assert_eq!(found.state, State::Closed, "{}: {:?}", found.id, found.why);
            assert!(found.stopped_by.contains(control), "{}: {:?}", found.id, found.stopped_by);
        }
    }

    #[test]
    fn identities_are_never_sacrificed() {
        let made = made(ATTACKS_MAX, 1);
        for operation in
            ["logout", "changePassword", "setRole", "updateProfile", "updatePerson", "login"]
        {
            assert!(made.attacks.iter().all(|one| one.operation != operation), "{operation}");
            let left = made.left_out.iter().find(|one| one.operation == operation);
            assert!(left.is_some_and(|left| left.what == "all"), "{operation}: {left:?}");
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_attacks() {
        let texts = |seed| -> Vec<String> {
            made(20, seed).attacks.into_iter().map(|one| one.text).collect()
        };
        assert_eq!(texts(7).len(), 20);
        assert_eq!(texts(7), texts(7));
        assert_ne!(texts(7), texts(8));
        let few = made(20, 7);
        assert!(few.left_out.iter().any(|one| one.why.contains("more than 20")));
    }

    /// The sample's safe operations are where a generator must find nothing. What the policy closes to
    /// somebody, or hides, and the API does not (`A5`, `A3`) is no such place: there the two differ.
    #[test]
    fn where_the_api_does_it_right_no_attack_succeeds() {
        let made = made(ATTACKS_MAX, 1);
        let safe = attacks(&made.attacks, |one| {
            is_at_a_safe_operation(one)
                && matches!(one.attack.item.value.as_str(), "A1" | "A2" | "A6")
        });
        assert!(safe.len() > 80, "{}", safe.len());
        let mut judged = 0;
        for attack in &safe {
            let outcome = runner().directly(attack);
            assert_ne!(outcome, Outcome::Succeeded, "{} is no flaw", attack.id.value);
            judged += usize::from(outcome == Outcome::Failed);
        }
        assert!(judged * 2 > safe.len(), "only {judged} of {} were judged", safe.len());
    }

    #[test]
    fn what_succeeds_directly_does_not_come_through() {
        let made = made(ATTACKS_MAX, 1);
        let mut flawed = attacks(&made.attacks, |one| !is_at_a_safe_operation(one));
        // A part of them, spread over all: the whole takes minutes.
        let step = flawed.len().div_ceil(TRIED);
        flawed = flawed.into_iter().step_by(step).collect();
        let report = runner().run(&flawed, &[], &|_| {});
        let wrong: Vec<String> = report
            .attacks
            .iter()
            .filter(|found| !found.is_no_way_in())
            .map(|found| serde_json::to_string(found).unwrap())
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(report.totals.opened_by_gateway, 0);
        let closed = report.attacks.iter().filter(|found| found.state == State::Closed).count();
        assert!(closed * 4 > report.attacks.len(), "{closed} of {} closed", report.attacks.len());
    }
}
