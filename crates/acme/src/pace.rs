//! When a certificate is asked for again.

use portcullis_model::UnixMillis;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// Between an attempt that failed and the next: an hour, then twice as long each time, a day at most.
const FAILED_MIN_MS: u64 = HOUR_MS;
const FAILED_MAX_MS: u64 = DAY_MS;
/// After a certificate that is to be renewed at once, whatever it says of itself.
const ISSUED_MIN_MS: u64 = 10 * 60_000;
/// After an attempt that broke off because the process ended.
const BROKEN_OFF_MS: u64 = 10 * 60_000;
/// A certificate with less than that left is spoken of loudly, or with less than a sixth of its life.
const URGENT_MS: u64 = 7 * DAY_MS;

/// When a certificate is renewed: with a third of its life left, or up to a thirtieth earlier, so that not
/// all who began on one day come on one day. `chance` is any number.
pub(crate) fn renewal(begins: UnixMillis, ends: UnixMillis, chance: u16) -> UnixMillis {
    let life = ends.0.saturating_sub(begins.0);
    let earlier = (life / 30).saturating_mul(u64::from(chance)) / (u64::from(u16::MAX) + 1);
    UnixMillis(ends.0.saturating_sub(life / 3).saturating_sub(earlier))
}

/// The same, just after it was issued.
pub(crate) fn after_issue(renewal: UnixMillis, now: UnixMillis) -> UnixMillis {
    renewal.max(UnixMillis(now.0.saturating_add(ISSUED_MIN_MS)))
}

/// When the next attempt may begin, if this one never ends.
pub(crate) fn after_break(now: UnixMillis) -> UnixMillis {
    UnixMillis(now.0.saturating_add(BROKEN_OFF_MS))
}

/// How long nothing is tried after so many failures in a row, in milliseconds: an eighth more by chance.
pub(crate) fn wait_ms(failures: u32, chance: u16) -> u64 {
    let doubled = FAILED_MIN_MS << failures.saturating_sub(1).min(10);
    let wait = doubled.min(FAILED_MAX_MS);
    wait + wait / 8 * u64::from(chance) / (u64::from(u16::MAX) + 1)
}

/// Whether a certificate ends so soon that somebody should look.
pub(crate) fn is_urgent(begins: UnixMillis, ends: UnixMillis, now: UnixMillis) -> bool {
    let life = ends.0.saturating_sub(begins.0);
    ends.0.saturating_sub(now.0) < URGENT_MS.min(life / 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS_90: UnixMillis = UnixMillis(90 * DAY_MS);

    #[test]
    fn a_third_of_the_life_is_left_or_a_little_more() {
        let at = |chance| renewal(UnixMillis(0), DAYS_90, chance).0;
        assert_eq!(at(0), 60 * DAY_MS);
        assert!((57 * DAY_MS..60 * DAY_MS).contains(&at(u16::MAX)));
        // One that is over, or says nonsense, is due.
        assert_eq!(renewal(DAYS_90, UnixMillis(0), 7), UnixMillis(0));
    }

    #[test]
    fn nobody_is_asked_again_within_an_hour_of_a_failure_nor_left_alone_for_two_days() {
        let hours = |failures| wait_ms(failures, 0) / HOUR_MS;
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 99, u32::MAX].map(hours), [1, 1, 2, 4, 8, 16, 24, 24, 24]);
        assert!((HOUR_MS + 1..=HOUR_MS + HOUR_MS / 8).contains(&wait_ms(1, u16::MAX)));
    }

    #[test]
    fn a_short_life_is_not_asked_for_without_an_end() {
        let now = UnixMillis(1_000);
        assert_eq!(after_issue(UnixMillis(0), now).0, 1_000 + ISSUED_MIN_MS);
        assert_eq!(after_issue(DAYS_90, now), DAYS_90);
    }

    #[test]
    fn the_last_week_is_urgent_and_of_a_short_life_the_last_sixth() {
        let day = |day: u64| UnixMillis(day * DAY_MS);
        assert!(!is_urgent(day(0), day(90), day(82)));
        assert!(is_urgent(day(0), day(90), day(84)));
        assert!(is_urgent(day(0), day(90), day(91)), "it is over");
        assert!(!is_urgent(day(0), day(6), day(4)));
    }
}
