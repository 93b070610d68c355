//! Orders, paces and values of flows.

use std::sync::Arc;

use portcullis_policy::{FlowStep, InputPlace, RateKey, RequestPlace};
use proptest::prelude::*;

use super::super::told;
use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Cart (tells a total), address (two seconds later), payment (within a minute, with the total).
fn checkout() -> Arc<Flow> {
    let step = |name: &str, index: usize| FlowStep {
        operations: vec![index],
        name: name.into(),
        of: None,
        after: Duration::ZERO,
        within: SECOND * 3600,
        goes_back: true,
        shows: Vec::new(),
        equal: Vec::new(),
    };
    let amount = InputPlace::One(RequestPlace::Body("/amount".to_owned()));
    let steps = vec![
        FlowStep { shows: vec![("total".into(), "/total".to_owned())], ..step("cart", 0) },
        FlowStep { after: SECOND * 2, ..step("address", 1) },
        FlowStep { within: SECOND * 60, equal: vec![(amount, "total".into())], ..step("pay", 2) },
    ];
    let (line, per) = (None, vec![RateKey::Caller]);
    Arc::new(Flow { name: "checkout".into(), text: "it".into(), line, per, steps })
}

struct Walked {
    flow: Arc<Flow>,
    walk: Walk,
    now: Duration,
}

impl Walked {
    fn new() -> Self {
        Self { flow: checkout(), walk: Walk::default(), now: SECOND * 10 }
    }

    fn step(&self, index: usize) -> Step {
        Step { flow: Arc::clone(&self.flow), index }
    }

    fn begin(&mut self, index: usize, amounts: &[&str]) -> Result<Begun, NoStep> {
        let step = self.step(index);
        let brings = Some(amounts.iter().map(|amount| told(amount)).collect());
        self.walk.begin(&step, self.now, &[brings])
    }

    fn end(&mut self, index: usize, begun: Begun, outcome: Outcome, total: Option<&str>) -> Ended {
        let step = self.step(index);
        let told: Vec<_> = total.map(|total| (0, told(total))).into_iter().collect();
        self.walk.end(&step, begun, (outcome, self.now), &told)
    }

    fn does(&mut self, index: usize, total: Option<&str>) {
        let begun = self.begin(index, &[]).unwrap();
        assert_eq!(self.end(index, begun, Outcome::Done, total), Ended::GoesOn);
    }

    /// The cart is filled and the address set.
    fn ready() -> Self {
        let mut walked = Self::new();
        walked.does(0, Some("12.97"));
        walked.now += SECOND * 2;
        walked.does(1, None);
        walked
    }
}

#[test]
fn steps_come_in_their_order_and_the_last_one_ends_it() {
    let mut walked = Walked::new();
    assert_eq!(walked.begin(2, &[]), Err(NoStep::OutOfOrder(0)));
    assert_eq!(walked.begin(1, &[]), Err(NoStep::OutOfOrder(0)));
    walked.does(0, Some("12.97"));
    assert_eq!(walked.begin(2, &["12.97"]), Err(NoStep::OutOfOrder(1)));
    walked.now += SECOND * 2;
    walked.does(1, None);
    let begun = walked.begin(2, &["12.97"]).unwrap();
    assert_eq!(walked.end(2, begun, Outcome::Done, None), Ended::Over);
}

#[test]
fn nobody_is_faster_than_people_or_later_than_due() {
    let mut walked = Walked::new();
    walked.does(0, Some("12.97"));
    walked.now += SECOND;
    assert_eq!(walked.begin(1, &[]), Err(NoStep::TooEarly(SECOND)));
    walked.now += SECOND;
    walked.does(1, None);
    walked.now += SECOND * 60;
    assert!(walked.clone_of().begin(2, &["12.97"]).is_ok(), "the last moment is in time");
    walked.now += Duration::from_millis(1);
    assert_eq!(walked.begin(2, &["12.97"]), Err(NoStep::TooLate));
}

impl Walked {
    fn clone_of(&self) -> Self {
        Self { flow: Arc::clone(&self.flow), walk: self.walk.clone(), now: self.now }
    }
}

#[test]
fn only_what_was_told_is_paid() {
    let differs = || Err(NoStep::Differs("body./amount".to_owned()));
    let ready = Walked::ready();
    for amount in ["0.01", "-12.97", "1297", "12.97 "] {
        assert_eq!(ready.clone_of().begin(2, &[amount]), differs(), "{amount}");
    }
    assert_eq!(ready.clone_of().begin(2, &["12.97", "0.01"]), differs(), "all of several");
    for amounts in [&["12.970"][..], &["1297e-2"], &[]] {
        assert!(ready.clone_of().begin(2, amounts).is_ok(), "{amounts:?}");
    }
    let mut unreadable = ready.clone_of();
    let step = unreadable.step(2);
    assert_eq!(unreadable.walk.begin(&step, ready.now, &[None]), differs());
}

#[test]
fn whoever_changes_the_cart_is_told_another_price_first() {
    let mut walked = Walked::ready();
    walked.does(0, Some("99.00"));
    assert_eq!(walked.begin(2, &["12.97"]), Err(NoStep::OutOfOrder(1)), "the address is due again");
    walked.now += SECOND * 2;
    walked.does(1, None);
    assert_eq!(
        walked.begin(2, &["12.97"]),
        Err(NoStep::Differs("body./amount".to_owned())),
        "the old price is no price any more"
    );
    assert!(walked.begin(2, &["99"]).is_ok());
}

#[test]
fn the_last_step_is_alone() {
    let mut walked = Walked::ready();
    let cart = walked.begin(0, &[]).unwrap();
    assert_eq!(walked.begin(2, &["12.97"]), Err(NoStep::UnderWay), "the cart changes just now");
    walked.end(0, cart, Outcome::Failed, None);
    let paying = walked.begin(2, &["12.97"]).unwrap();
    for step in 0..3 {
        assert_eq!(walked.begin(step, &["12.97"]), Err(NoStep::UnderWay), "{step}");
    }
    assert_eq!(walked.end(2, paying, Outcome::Failed, None), Ended::GoesOn);
    assert!(walked.begin(2, &["12.97"]).is_ok(), "a payment that failed may be tried again");
}

#[test]
fn what_failed_changed_nothing_and_what_nobody_knows_counts_against_whoever_sent_it() {
    let mut walked = Walked::ready();
    let begun = walked.begin(0, &[]).unwrap();
    walked.end(0, begun, Outcome::Failed, None);
    assert!(walked.clone_of().begin(2, &["12.97"]).is_ok(), "the cart is as it was");
    let begun = walked.begin(0, &[]).unwrap();
    walked.end(0, begun, Outcome::Unknown, None);
    assert_eq!(walked.clone_of().begin(2, &["12.97"]), Err(NoStep::OutOfOrder(0)));
    let mut walked = Walked::ready();
    let begun = walked.begin(2, &["12.97"]).unwrap();
    assert_eq!(walked.end(2, begun, Outcome::Unknown, None), Ended::Over, "it may be paid");
}

#[test]
fn what_may_have_been_done_meanwhile_is_not_taken_back() {
    let mut walked = Walked::ready();
    let slow = walked.begin(0, &[]).unwrap();
    let lost = walked.begin(0, &[]).unwrap();
    walked.end(0, lost, Outcome::Unknown, None);
    walked.end(0, slow, Outcome::Failed, None);
    assert_eq!(walked.begin(2, &["12.97"]), Err(NoStep::OutOfOrder(0)), "the cart may be another");
    let mut walked = Walked::ready();
    let slow = walked.begin(0, &[]).unwrap();
    walked.does(0, Some("99.00"));
    walked.end(0, slow, Outcome::Failed, None);
    assert_eq!(walked.begin(2, &["12.97"]), Err(NoStep::OutOfOrder(1)));
}

#[test]
fn what_leaves_the_rest_done_brings_nothing_back_when_it_fails() {
    let mut walked = Walked::ready();
    let mut flow = (*walked.flow).clone();
    flow.steps[1].goes_back = false;
    walked.flow = Arc::new(flow);
    let address = walked.begin(1, &[]).unwrap();
    walked.does(0, Some("99.00"));
    walked.end(1, address, Outcome::Failed, None);
    assert_eq!(walked.begin(2, &["99.00"]), Err(NoStep::OutOfOrder(1)), "the address is due");
}

#[test]
fn whoever_comes_too_late_begins_with_the_first_step() {
    let mut walked = Walked::ready();
    walked.now += SECOND * 61;
    assert_eq!(walked.begin(2, &["12.97"]), Err(NoStep::TooLate));
    assert_eq!(walked.begin(1, &[]), Err(NoStep::OutOfOrder(0)), "the price is of yesterday");
}

#[test]
fn a_walk_remembers_so_much_and_no_more() {
    let flow = checkout();
    let step = Step { flow, index: 0 };
    let many: Vec<_> = (0..1000).map(|number| (0, told(&number.to_string()))).collect();
    assert_eq!(Walk::first(&step, SECOND, &many).weight(), 1 + TOLD_MAX);
    let same: Vec<_> = (0..1000).map(|_| (0, told("1"))).chain([(0, told("7"))]).collect();
    assert_eq!(Walk::first(&step, SECOND, &same).weight(), 3, "each value once");
}

#[test]
fn a_refusal_says_which_flow_and_when_and_no_value() {
    let step = Step { flow: checkout(), index: 2 };
    let order = NoStep::OutOfOrder(1).refusal(&step);
    assert_eq!((order.status, order.reason), (Status(409), "flow_order"));
    assert_eq!(order.detail, "`flows: checkout`: `pay` comes behind `address`, which is not done");
    let pace = NoStep::TooEarly(Duration::from_millis(1200)).refusal(&step);
    assert_eq!(pace.status, Status(429));
    assert_eq!(pace.fields, [("Retry-After", "2".to_owned())]);
    assert!(order.public.is_none() && pace.public.is_none());
}

proptest! {
    /// Whatever is tried, in whatever order, with whatever outcome: the last step never passes unless both others were
    /// done after the cart was last touched, the address two seconds after it, and with the total last told.
    #[test]
    fn nobody_skips(tries in prop::collection::vec((0usize..3, 0u64..4, 0usize..3, 0usize..2), 1..40)) {
        let totals = ["12.97", "99.00"];
        let mut walked = Walked::new();
        // What an honest observer knows: when the cart was last done, whether the address was set since, the total.
        let (mut cart, mut address, mut total) = (None, false, None);
        for (step, wait, outcome, which) in tries {
            walked.now += SECOND * u32::try_from(wait).unwrap();
            let outcome = [Outcome::Done, Outcome::Failed, Outcome::Unknown][outcome];
            let Ok(begun) = walked.begin(step, &[totals[which]]) else { continue };
            if step == 1 {
                prop_assert!(cart.is_some_and(|cart| walked.now >= cart + SECOND * 2));
            }
            if step == 2 {
                prop_assert!(cart.is_some() && address && total == Some(totals[which]));
            }
            let tells = Some(totals[which]).filter(|_| step == 0);
            if walked.end(step, begun, outcome, tells) == Ended::Over {
                walked.walk = Walk::default();
                (cart, address, total) = (None, false, None);
                continue;
            }
            match (step, outcome) {
                (0, Outcome::Done) => {
                    (cart, address, total) = (Some(walked.now), false, Some(totals[which]));
                }
                (0, Outcome::Unknown) => (cart, address) = (None, false),
                (1, Outcome::Done) => address = true,
                (1, Outcome::Unknown) => address = false,
                _ => {}
            }
        }
    }
}
