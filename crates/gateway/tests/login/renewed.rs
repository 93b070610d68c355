//! Refresh tokens: exchanged, replaced, and good once.

use crate::scene::{Kept, bearer, json, kept, member};

const CALLERS: &str = "callers:\n  login:\n    operation: login\n    account: body./email\n    token: answer./token\n    subject: answer./customer_id\n    refresh: { operation: refresh, token: body./refresh_token, issued: answer./refresh_token }\n    lifetime: 8h\n";

fn numbered(number: u32) -> String {
    format!(
        r#"{{"token":"fake-access-{number}","refresh_token":"fake-refresh-{number}","customer_id":1,"expires_in":900}}"#
    )
}

/// Each refresh token is good for the next one.
fn rotates(request: &str) -> Vec<u8> {
    if request.starts_with("POST /login") {
        return json(200, "", &numbered(1));
    }
    if request.starts_with("POST /refresh") {
        let number = request.split("fake-refresh-").nth(1).and_then(|rest| rest.chars().next());
        return match number.and_then(|digit| digit.to_digit(10)) {
            Some(number) => json(200, "", &numbered(number + 1)),
            None => json(400, "", r#"{"error":"invalid_grant"}"#),
        };
    }
    let is_known = request.contains("Bearer fake-access-");
    if is_known { json(200, "", r#"{"customer_id":1}"#) } else { json(401, "", "{}") }
}

fn refresh(kept: &Kept, token: &str) -> portcullis_testkit::Answer {
    kept.post("/refresh", "", &format!(r#"{{"refresh_token":"{token}"}}"#))
}

fn pair(answer: &portcullis_testkit::Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    (member(answer, "token"), member(answer, "refresh_token"))
}

#[test]
fn a_refresh_token_of_ours_renews_and_the_api_s_never_leaves() {
    let kept = kept(CALLERS, rotates);
    let answer = kept.login("alice");
    assert!(!answer.text().contains("fake-"), "{}", answer.text());
    let (access, first) = pair(&answer);
    assert_ne!(access, first);
    assert_eq!(kept.me(&access).status, 200);
    // The one does not do the work of the other.
    assert_eq!(kept.me(&first).status, 401);
    assert_eq!(refresh(&kept, &access).status, 401);
    let renewed = refresh(&kept, &first);
    assert!(kept.scene.forwarded_body().unwrap().contains("fake-refresh-1"));
    assert!(!renewed.text().contains("fake-"), "{}", renewed.text());
    let (second_access, second) = pair(&renewed);
    assert!(second_access != access && second != first);
    assert_eq!(kept.me(&second_access).status, 200);
    assert!(kept.scene.forwarded().unwrap().contains("Bearer fake-access-2"));
    assert_eq!(pair(&refresh(&kept, &second)).0.len(), 51);
    assert!(kept.scene.api.seen().iter().any(|seen| seen.contains("fake-refresh-2")));
}

#[test]
fn a_form_renews_as_json_does() {
    let kept = kept(CALLERS, rotates);
    let (_, first) = pair(&kept.login("alice"));
    let body = format!("refresh_token={first}");
    let answer = kept.scene.post("/refresh", "application/x-www-form-urlencoded", &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(kept.scene.forwarded_body().unwrap(), "refresh_token=fake-refresh-1");
}

#[test]
fn access_ends_with_the_api_s_token_and_renewal_opens_it_again() {
    let kept = kept(CALLERS, rotates);
    let (access, first) = pair(&kept.login("alice"));
    kept.scene.clock.advance_ms(901_000);
    assert_eq!(kept.me(&access).status, 401, "15 minutes");
    let (access, _) = pair(&refresh(&kept, &first));
    assert_eq!(kept.me(&access).status, 200);
    // Not beyond what the policy allows, however often it is renewed.
    kept.scene.clock.advance_ms(8 * 3_600_000);
    assert_eq!(refresh(&kept, &first).status, 401);
}

#[test]
fn a_refresh_token_that_was_replaced_is_honoured_for_ten_seconds_and_then_ends_everything() {
    let kept = kept(CALLERS, rotates);
    let (_, first) = pair(&kept.login("alice"));
    let (_, second) = pair(&refresh(&kept, &first));
    // The answer got lost: the client asks again.
    kept.scene.clock.advance_ms(5_000);
    let (access, third) = pair(&refresh(&kept, &first));
    assert_eq!(kept.me(&access).status, 200);
    assert_ne!(second, third);
    // A thief comes later, with what was replaced last.
    kept.scene.clock.advance_ms(11_000);
    assert_eq!(refresh(&kept, &second).status, 401);
    assert!(kept.record().contains("refresh_token_used_again"), "{}", kept.record());
    assert_eq!(kept.me(&access).status, 401, "both are out");
    assert_eq!(refresh(&kept, &third).status, 401);
}

#[test]
fn an_api_that_keeps_its_refresh_token_keeps_ours() {
    fn keeps(request: &str) -> Vec<u8> {
        if request.starts_with("POST /refresh") {
            return json(200, "", r#"{"token":"fake-access-9","customer_id":1,"expires_in":900}"#);
        }
        rotates(request)
    }
    let kept = kept(CALLERS, keeps);
    let (access, first) = pair(&kept.login("alice"));
    for _ in 0..3 {
        kept.scene.clock.advance_ms(901_000);
        let renewed = refresh(&kept, &first);
        assert_eq!((renewed.status, member(&renewed, "token")), (200, access.clone()));
        assert_eq!(kept.me(&access).status, 200);
        assert!(kept.scene.forwarded().unwrap().contains("Bearer fake-access-9"));
    }
}

#[test]
fn a_renewal_that_names_another_caller_ends_the_session() {
    fn other(request: &str) -> Vec<u8> {
        if request.starts_with("POST /refresh") {
            return json(
                200,
                "",
                r#"{"token":"fake-access-9","refresh_token":"fake-refresh-9","customer_id":2}"#,
            );
        }
        rotates(request)
    }
    let kept = kept(CALLERS, other);
    let (access, first) = pair(&kept.login("alice"));
    assert_eq!(refresh(&kept, &first).status, 502);
    assert_eq!(kept.me(&access).status, 401);
}

#[test]
fn the_api_s_own_refresh_token_is_refused_and_until_their_day_old_ones_become_ours() {
    let kept_strict = kept(CALLERS, rotates);
    assert_eq!(refresh(&kept_strict, "fake-refresh-1").status, 401);
    assert!(kept_strict.scene.api.seen().is_empty());
    let soft = format!(
        "{CALLERS}    adopt_existing_until: 2026-12-31\n  forward: {{ headers: {{ X-Caller: subject }} }}\n"
    );
    let kept = kept(&soft, rotates);
    let (access, _) = pair(&refresh(&kept, "fake-refresh-1"));
    assert!(access.starts_with("pcs_"));
    assert_eq!(kept.scene.get_with("/me", &bearer(&access)).status, 200);
    let seen = kept.scene.forwarded().unwrap();
    assert!(!seen.to_ascii_lowercase().contains("x-caller"), "adopted, so nobody vouches: {seen}");
}

#[test]
fn two_renewals_at_a_time_both_end_well() {
    let kept = kept(CALLERS, rotates);
    let (_, first) = pair(&kept.login("alice"));
    std::thread::scope(|scope| {
        let both: Vec<_> = (0..2).map(|_| scope.spawn(|| refresh(&kept, &first))).collect();
        for answer in both.into_iter().map(|one| one.join().unwrap()) {
            let (access, _) = pair(&answer);
            assert!(access.starts_with("pcs_"));
        }
    });
}
