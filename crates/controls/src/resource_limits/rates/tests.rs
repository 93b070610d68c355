//! Under what a request counts, and what is said of it.

use std::net::IpAddr;

use portcullis_model::{Attribute, Source, Status, Value};
use portcullis_policy::{Often, RateCounts, RequestPlace};

use super::told::NEVER_S;
use super::*;
use crate::resource_limits::quota_fields;

fn counted(per: &[RateKey]) -> Counted {
    Counted::new(&limit(per))
}

fn limit(per: &[RateKey]) -> RateLimit {
    let often = Often { count: 5, per: Duration::from_mins(15), burst: 5 };
    RateLimit {
        text: "per: it, rate: 5/15min".into(),
        line: None,
        of: None,
        per: per.to_vec(),
        counts_callers: false,
        counts: RateCounts::Every,
        distinct: None,
        bound: RateBound::Often(often, RateCost::Fixed(1)),
    }
}

fn alice(tenant: Option<&str>) -> Identity {
    let attribute = |tenant: &str| Attribute {
        name: "tenant".into(),
        value: Value::Text(tenant.into()),
        source: Source::Claim,
    };
    Identity {
        scheme: "bearer".into(),
        issuer: "issuer".into(),
        subject: "alice".into(),
        attributes: tenant.into_iter().map(attribute).collect(),
        scopes: Vec::new(),
        is_adopted: false,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "written where it is asked")]
fn asked(per: &[RateKey], caller: Option<&Identity>, said: Said) -> Option<Vec<Vec<u8>>> {
    counted(per).parts(&Asker {
        caller,
        key: None,
        place: Some(Place::of(IpAddr::from([192, 0, 2, 7]))),
        operation: "POST /login",
        said: &|_| said.clone(),
        object: &|_| said.clone(),
    })
}

fn email() -> RateKey {
    RateKey::Value(InputPlace::One(RequestPlace::Body("/email".to_owned())))
}

#[test]
fn who_is_verified_counts_by_name_and_who_is_not_by_address() {
    let alice = alice(None);
    let parts = |per, caller| asked(&[per], caller, Said::Nothing);
    assert!(parts(RateKey::Caller, Some(&alice)).is_some());
    assert_eq!(parts(RateKey::Caller, None), None);
    assert!(parts(RateKey::Address, None).is_some());
    assert_eq!(parts(RateKey::Address, Some(&alice)), None, "an office is no attacker");
    let both = [RateKey::Caller, RateKey::Address];
    assert!(asked(&both, Some(&alice), Said::Nothing).is_some(), "unless the entry names both");
    let mut all = counted(&[RateKey::Network]);
    all.counts_callers = true;
    let asker = Asker {
        caller: Some(&alice),
        key: None,
        place: Some(Place::of(IpAddr::from([192, 0, 2, 7]))),
        operation: "",
        said: &|_| Said::Nothing,
        object: &|_| Said::Nothing,
    };
    assert!(all.parts(&asker).is_some(), "or says so");
    assert_eq!(all.parts(&Asker { place: None, ..asker }), None, "rule 20");
}

#[test]
fn a_value_counts_as_one_however_it_is_spelt() {
    let parts = |text: &str| asked(&[email()], None, Said::One(text.to_owned()));
    for (one, others) in [
        (
            "alice@example.com",
            &["Alice@Example.com", " alice@example.com ", "\u{ff41}lice@example.com."][..],
        ),
        ("7", &["7.0", "007", "70e-1", "+7"]),
        ("-5", &["-5.0", " -5", "-50e-1", "\u{ff0d}5"]),
        ("0", &["-0", "-0.0", "+0"]),
    ] {
        for other in others {
            assert_eq!(parts(one), parts(other), "{other}");
        }
    }
    assert_ne!(parts("alice@example.com"), parts("bob@example.com"));
    assert_ne!(parts("-5"), parts("5"), "an account that owes is not the one that has");
    assert_ne!(parts("nothing"), asked(&[email()], None, Said::Nothing));
    assert_ne!(parts("several"), asked(&[email()], None, Said::Several));
}

#[test]
fn callers_without_an_attribute_are_one_and_strangers_are_not_counted_by_it() {
    let tenant = [RateKey::Attribute("tenant".into())];
    let of = |caller: Option<&Identity>| asked(&tenant, caller, Said::Nothing);
    assert_eq!(of(Some(&alice(None))), of(Some(&alice(None))));
    assert_ne!(of(Some(&alice(None))), of(Some(&alice(Some("acme")))));
    assert_eq!(of(None), None);
}

#[test]
fn a_cost_is_at_least_one_and_what_is_no_number_costs_all() {
    let mut counted = counted(&[RateKey::Everybody]);
    counted.cost = RateCost::Of(InputPlace::One(RequestPlace::Query("page_size".to_owned())));
    let units = |said: Said| counted.units(&|_| said.clone());
    let one = |text: &str| units(Said::One(text.to_owned()));
    assert_eq!((units(Said::Nothing), one("0"), one("-3"), one("2.1")), (1, 1, 1, 3));
    assert_eq!(one("1e99"), u32::MAX, "more than any burst");
    assert_eq!((one("many"), one("inf"), units(Said::Several)), (5, 5, 5));
}

#[test]
fn a_refusal_says_when_and_nothing_of_whom() {
    let counted = counted(&[email()]);
    let wait = Some(Duration::from_millis(1_200));
    let (used_up, refusal) = (counted.used_up(wait), counted.too_often(wait));
    assert_eq!((refusal.status, refusal.public), (Status(429), None));
    assert_eq!(refusal.detail, "above `rates: { per: it, rate: 5/15min }`");
    assert_eq!(refusal.fields, [("Retry-After", "2".to_owned())], "rounded up");
    assert_eq!(
        quota_fields(used_up.as_slice()),
        [
            ("RateLimit-Policy", "\"shared\";q=5;w=900".to_owned()),
            ("RateLimit", "\"shared\";r=0;t=2".to_owned()),
        ]
    );
    assert_eq!(counted.used_up(None).map(|quota| quota.reset_s), Some(NEVER_S));
}

#[test]
fn what_is_left_of_bytes_is_told_in_bytes_and_of_time_nothing_is() {
    let caller = [RateKey::Caller];
    let bytes = Counted { cost: RateCost::Bytes, ..counted(&caller) };
    let left = bytes.quota(3, Duration::from_mins(6));
    assert_eq!(
        quota_fields(left.as_slice()),
        [
            ("RateLimit-Policy", "\"caller-bytes\";q=5120;qu=\"content-bytes\";w=900".to_owned()),
            ("RateLimit", "\"caller-bytes\";r=3072;t=360".to_owned()),
        ]
    );
    let time = Counted { cost: RateCost::Time, ..counted(&caller) };
    let wait = Some(Duration::from_secs(5));
    assert_eq!((time.quota(3, Duration::ZERO), time.used_up(wait)), (None, None));
    assert_eq!(time.too_often(wait).fields, [("Retry-After", "5".to_owned())]);
}

#[test]
fn what_may_be_overdrawn_for_a_day_takes_no_room_from_what_is_owed_for_seconds() {
    let of = |cost: RateCost| {
        let often = Often { count: 5, per: Duration::from_secs(1), burst: 5 };
        let bound = RateBound::Often(often, cost);
        Counted::new(&RateLimit { bound, ..limit(&[RateKey::Caller]) }).pool
    };
    assert_ne!(of(RateCost::Bytes), of(RateCost::Fixed(1)));
    assert_eq!(of(RateCost::Bytes), of(RateCost::Time));
}

#[test]
fn what_is_left_is_told_of_the_caller_alone() {
    let left = |per: &[RateKey]| counted(per).quota(3, Duration::from_mins(6));
    assert!(left(&[RateKey::Caller]).is_some() && left(&[RateKey::Key, email()]).is_some());
    for others in [RateKey::Address, RateKey::Everybody, RateKey::Role, email()] {
        assert_eq!(left(&[others]), None);
    }
}

#[test]
fn what_clients_make_up_takes_nothing_from_what_they_own() {
    let pool = |key: RateKey| counted(&[key]).pool;
    assert_ne!(pool(email()), pool(RateKey::Address));
    assert_ne!(pool(RateKey::Caller), pool(RateKey::Address));
    let pools = [pool(email()), pool(RateKey::Address), pool(RateKey::Caller)];
    assert!(pools.iter().all(|pool| usize::from(pool.0) < POOLS.len()));
    const { assert!(portcullis_policy::RATES_TOGETHER_MAX <= portcullis_counting::TOGETHER_MAX) };
}
