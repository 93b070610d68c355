//! How walks are remembered, and what a full table forgets.

use portcullis_controls::business_flow::told;
use portcullis_policy::{Flow, FlowStep, RateKey};

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn step(index: usize) -> Step {
    let one = |name: &str, index: usize| FlowStep {
        operations: vec![index],
        name: name.into(),
        of: None,
        after: Duration::ZERO,
        within: HOUR,
        goes_back: true,
        shows: vec![(name.into(), format!("/{name}"))],
        equal: Vec::new(),
    };
    let steps = vec![one("cart", 0), one("address", 1), one("pay", 2)];
    let per = vec![RateKey::Caller];
    let flow = Flow { name: "checkout".into(), text: "it".into(), line: None, per, steps };
    Step { flow: Arc::new(flow), index }
}

struct Shop {
    walks: Arc<Walks>,
    now: Instant,
}

impl Shop {
    fn new() -> Self {
        let now = Instant::now();
        Self { walks: Arc::new(Walks::new([7; 16], now)), now }
    }

    fn begin(&self, index: usize, who: &str) -> Result<Walking, NoStep> {
        let step = step(index);
        let key = self.walks.key(&step, &[who.as_bytes().to_vec()]);
        self.walks.begin(&step, Some(key), &[], self.now)
    }

    fn does(&self, index: usize, who: &str) {
        let mut walking = self.begin(index, who).unwrap();
        walking.sent(true);
        walking.end(Outcome::Done, self.now);
    }

    fn count(&self) -> usize {
        self.walks.table().walks.len()
    }
}

#[test]
fn everybody_walks_alone_and_nothing_is_kept_of_a_walk_that_is_over() {
    let shop = Shop::new();
    shop.does(0, "alice");
    shop.does(1, "alice");
    assert_eq!(shop.begin(1, "bob").err(), Some(NoStep::OutOfOrder(0)), "bob did nothing");
    assert_eq!(shop.begin(2, "bob").err(), Some(NoStep::OutOfOrder(0)));
    shop.does(2, "alice");
    assert_eq!(shop.begin(2, "alice").err(), Some(NoStep::OutOfOrder(0)), "paid once");
    assert_eq!((shop.count(), shop.walks.table().weight), (0, 0));
}

#[test]
fn what_was_let_through_and_never_sent_changed_nothing_and_what_was_sent_counts() {
    let shop = Shop::new();
    drop(shop.begin(0, "alice").unwrap());
    assert_eq!(shop.begin(1, "alice").err(), Some(NoStep::OutOfOrder(0)), "nothing was done");
    shop.does(0, "alice");
    shop.does(1, "alice");
    drop(shop.begin(2, "alice").unwrap());
    let mut paying = shop.begin(2, "alice").unwrap();
    paying.sent(true);
    drop(paying);
    assert_eq!(shop.begin(2, "alice").err(), Some(NoStep::OutOfOrder(0)), "it may be paid");
}

#[test]
fn what_the_answer_made_walks_under_its_name() {
    let shop = Shop::new();
    let order = step(0);
    let mut walking = shop.walks.begin(&order, None, &[], shop.now).unwrap();
    walking.of(vec![b"alice".to_vec()]);
    walking.named("7");
    walking.end(Outcome::Done, shop.now);
    let of = |who: &str, order: &str| {
        let step = step(1);
        let key = shop.walks.key(&step, &[who.as_bytes().to_vec(), order.as_bytes().to_vec()]);
        shop.walks.begin(&step, Some(key), &[], shop.now).is_ok()
    };
    assert!(of("alice", "7") && !of("alice", "8") && !of("bob", "7"));
    let unnamed = shop.walks.begin(&order, None, &[], shop.now).unwrap();
    unnamed.end(Outcome::Done, shop.now);
    assert_eq!(shop.count(), 1, "an answer that does not say of what begins nothing");
}

#[test]
fn a_first_step_that_is_in_the_api_is_not_passed_by() {
    let shop = Shop::new();
    let mut slow = shop.begin(0, "alice").unwrap();
    slow.sent(true);
    shop.does(0, "alice");
    shop.does(1, "alice");
    assert_eq!(shop.begin(2, "alice").err(), Some(NoStep::UnderWay), "the cart changes yet");
    slow.end(Outcome::Done, shop.now);
    assert_eq!(shop.begin(2, "alice").err(), Some(NoStep::OutOfOrder(1)), "and is another one");
    drop(shop.begin(0, "bob").unwrap());
    assert_eq!(shop.count(), 1, "nothing is kept of what failed");
}

#[test]
fn an_answer_that_names_what_is_being_paid_lets_nobody_pay_it_again() {
    let shop = Shop::new();
    let made = |order: &str| {
        let mut walking = shop.walks.begin(&step(0), None, &[], shop.now).unwrap();
        walking.of(Vec::new());
        walking.named(order);
        walking.end(Outcome::Done, shop.now);
    };
    made("alice");
    shop.does(1, "alice");
    let mut paying = shop.begin(2, "alice").unwrap();
    paying.sent(true);
    made("alice");
    assert_eq!(shop.begin(1, "alice").err(), Some(NoStep::UnderWay));
    paying.end(Outcome::Done, shop.now);
    assert_eq!(shop.begin(2, "alice").err(), Some(NoStep::OutOfOrder(0)), "it is paid");
}

#[test]
fn what_is_in_the_api_is_not_forgotten_by_a_flood() {
    let shop = Shop::new();
    shop.does(0, "alice");
    shop.does(1, "alice");
    let mut paying = shop.begin(2, "alice").unwrap();
    paying.sent(true);
    (0..WEIGHT_MAX + 1_000).for_each(|number| shop.does(0, &number.to_string()));
    assert_eq!(shop.begin(2, "alice").err(), Some(NoStep::UnderWay));
    paying.end(Outcome::Done, shop.now);
}

#[test]
fn ten_thousand_payments_at_once_are_one() {
    let shop = Shop::new();
    shop.does(0, "alice");
    shop.does(1, "alice");
    let paid = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..625 {
                    if let Ok(mut walking) = shop.begin(2, "alice") {
                        walking.sent(true);
                        std::thread::yield_now();
                        paid.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        walking.end(Outcome::Done, shop.now);
                    }
                }
            });
        }
    });
    assert_eq!(paid.into_inner(), 1);
}

#[test]
fn a_flood_makes_the_oldest_begin_anew_and_lets_nobody_skip() {
    let shop = Shop::new();
    shop.does(0, "alice");
    for number in 0..WEIGHT_MAX + 1_000 {
        shop.does(0, &number.to_string());
        if number % 100_000 == 0 {
            shop.does(0, "carol");
        }
    }
    assert!(shop.walks.table().weight <= WEIGHT_MAX && shop.count() <= WEIGHT_MAX);
    assert!(shop.walks.table().touched.len() <= 2 * WEIGHT_MAX + 64);
    assert_eq!(shop.begin(1, "alice").err(), Some(NoStep::OutOfOrder(0)), "she begins anew");
    assert!(shop.begin(1, "carol").is_ok(), "whoever goes on is remembered");
}

#[test]
fn what_was_told_takes_room_and_gives_it_back() {
    let shop = Shop::new();
    for _ in 0..3 {
        let mut walking = shop.begin(0, "alice").unwrap();
        (0..1_000).for_each(|number| walking.tells(0, told(&number.to_string())));
        walking.end(Outcome::Done, shop.now);
        assert_eq!(shop.walks.table().weight, 257, "a walk, and what one may remember");
    }
    shop.does(1, "alice");
    shop.does(2, "alice");
    assert_eq!(shop.walks.table().weight, 0);
}
