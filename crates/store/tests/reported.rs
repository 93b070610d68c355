//! Keys that were found where they do not belong, and what is shown of one.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;

use fake::{DAY, HOUR, NOW, child, holds, issue, key, key_id, later, open, run, try_open};
use portcullis_model::key::OnReport;
use portcullis_store::{KeyFacts, ReportedEnd, Store};

async fn report(store: &Store, number: u32, mac: u8, on_report: OnReport) -> Option<ReportedEnd> {
    let shown = [(key_id(number), [mac; 32])];
    let reported = store.report_keys(&shown, on_report, NOW).await.pop().flatten();
    reported.map(|one| one.end.unwrap())
}

#[test]
fn whoever_proves_a_key_ends_it_and_all_below_it_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    run(async {
        for facts in [key(1), child(2, 1), key(3)] {
            issue(&store, facts).await;
        }
        assert_eq!(report(&store, 1, 9, OnReport::Revoke).await, None, "the MAC of another text");
        assert_eq!(report(&store, 4, 4, OnReport::Revoke).await, None, "nobody's");
        assert!(holds(&store, 1) && holds(&store, 2));
        let end = report(&store, 1, 1, OnReport::Revoke).await;
        assert_eq!(end, Some(ReportedEnd::Revoked(2)));
        assert!(!holds(&store, 1) && !holds(&store, 2) && holds(&store, 3));
        assert_eq!(report(&store, 1, 1, OnReport::Revoke).await, None, "none any more");
        drop(store);
        let (store, opened) = try_open(&path).unwrap();
        assert!(opened.keys == 1 && holds(&store, 3));
    });
}

#[test]
fn a_report_that_gives_time_makes_no_end_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path);
    run(async {
        issue(&store, key(1)).await;
        issue(&store, KeyFacts { expires: Some(later(HOUR)), ..key(2) }).await;
        let day = OnReport::Expire(DAY);
        assert_eq!(report(&store, 1, 1, day).await, Some(ReportedEnd::At(later(DAY))));
        for _ in 0..2 {
            let again = report(&store, 1, 1, day).await;
            assert_eq!(again, Some(ReportedEnd::Already(later(DAY))));
            let sooner = report(&store, 2, 2, day).await;
            assert_eq!(sooner, Some(ReportedEnd::Already(later(HOUR))));
        }
        drop(store);
        let store = open(&path);
        assert_eq!(store.key(&key_id(1), NOW).unwrap().expires, Some(later(DAY)));
        assert_eq!(store.key(&key_id(2), NOW).unwrap().expires, Some(later(HOUR)));
    });
}

#[test]
fn a_key_is_shown_with_what_stands_around_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    run(async {
        for facts in [key(1), child(2, 1), child(3, 2), child(4, 2)] {
            issue(&store, facts).await;
        }
        issue(&store, KeyFacts { replaces: Some((key_id(2), HOUR)), ..child(5, 1) }).await;
        let shown = store.show_key(&key_id(2)).unwrap();
        assert_eq!((shown.key.id, shown.below), (key_id(2), 2));
        assert_eq!(shown.above.iter().map(|key| key.id).collect::<Vec<_>>(), [key_id(1)]);
        assert_eq!(shown.replaced_by, [key_id(5)]);
        let shown = store.show_key(&key_id(4)).unwrap();
        let above: Vec<_> = shown.above.iter().map(|key| key.id).collect();
        assert_eq!((above, shown.below), (vec![key_id(2), key_id(1)], 0));
        assert!(shown.replaced_by.is_empty() && store.show_key(&key_id(9)).is_none());
    });
}
