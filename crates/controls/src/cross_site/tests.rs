//! Who may, and who may not.

use portcullis_policy::Origin;

use super::*;

fn origins(texts: &[&str]) -> Vec<Origin> {
    texts.iter().map(|text| Origin::new(text).unwrap()).collect()
}

/// The reason of the refusal, if there is one.
fn reason(need: Need, voices: Voices<'_>) -> &'static str {
    let own = origins(&["https://api.example.com"]);
    let named = origins(&["https://shop.example.com", "https://admin.example.com:8443"]);
    match judge(&Asked { need, voices, token: Token::NotUsed, own: &own, named: &named }) {
        Judgement::Pass(()) => "",
        Judgement::Refuse(refusal, ()) => {
            assert_eq!((refusal.control, refusal.status.0), (ControlId::CrossSite, 403));
            refusal.reason
        }
    }
}

const OWN: &str = "https://api.example.com";
const NAMED: &str = "https://shop.example.com";
const NOTHING: Voices<'_> = Voices { site: &[], origin: &[], referrer: &[] };

#[test]
fn a_page_of_the_same_origin_or_a_named_one_may() {
    for voices in [
        Voices { site: &["same-origin"], ..NOTHING },
        Voices { site: &["same-origin"], origin: &[OWN], ..NOTHING },
        // A page that tells nobody where it was (`Referrer-Policy: no-referrer`) posts its form so.
        Voices { site: &["same-origin"], origin: &["null"], ..NOTHING },
        Voices { site: &["cross-site"], origin: &[NAMED], ..NOTHING },
        Voices { site: &["same-site"], origin: &[NAMED], ..NOTHING },
        Voices { origin: &[OWN], ..NOTHING },
        Voices { origin: &["https://admin.example.com:8443"], ..NOTHING },
        Voices { referrer: &["https://api.example.com/checkout?step=2"], ..NOTHING },
        Voices { referrer: &["https://shop.example.com"], ..NOTHING },
        // Nobody has defined this word.
        Voices { site: &["same-planet"], origin: &[OWN], ..NOTHING },
    ] {
        assert_eq!(reason(Need::Proof, voices), "", "{voices:?}");
    }
}

#[test]
fn no_other_page_may_whatever_it_looks_like() {
    for origin in [
        "https://evil.example",
        "https://shop.example.com.evil.example",
        "https://evilshop.example.com",
        "https://shop.example.com:444",
        "https://shop.example.com:443",
        "https://admin.example.com",
        "http://shop.example.com",
        "http://api.example.com",
        "https://API.example.com",
        "https://api.example.com/",
        "https://api.example.com.",
        "https://sub.api.example.com",
        "https://example.com",
        "null",
        "",
        "*",
        "api.example.com",
    ] {
        let voices = Voices { origin: &[origin], ..NOTHING };
        for need in [Need::Proof, Need::NoContradiction] {
            assert_eq!(reason(need, voices), "other_origin", "{origin}");
            let voices = Voices { site: &["cross-site"], origin: &[origin], ..NOTHING };
            assert_eq!(reason(need, voices), "other_origin", "{origin}");
        }
    }
}

#[test]
fn a_sibling_and_a_link_in_a_mail_are_not_the_same_origin() {
    for site in ["same-site", "cross-site", "none"] {
        let alone = Voices { site: &[site], ..NOTHING };
        assert_eq!(reason(Need::Proof, alone), "other_origin", "{site}");
        // What the browser knows of the way counts, not only where it began.
        let own = Voices { site: &[site], origin: &[OWN], ..NOTHING };
        assert_eq!(reason(Need::Proof, own), "other_origin", "{site}");
        let referrer = Voices { site: &[site], referrer: &[OWN], ..NOTHING };
        assert_eq!(reason(Need::Proof, referrer), "other_origin", "{site}");
    }
}

#[test]
fn what_is_said_twice_or_cannot_be_read_is_refused() {
    for voices in [
        Voices { origin: &[OWN, OWN], ..NOTHING },
        Voices { origin: &["https://evil.example", OWN], ..NOTHING },
        Voices { site: &["same-origin", "cross-site"], ..NOTHING },
        Voices { referrer: &[OWN, OWN], ..NOTHING },
        Voices { referrer: &["/checkout"], ..NOTHING },
        Voices { referrer: &[""], ..NOTHING },
        Voices { referrer: &["https://api.example.com@evil.example/"], ..NOTHING },
        Voices { referrer: &["https:///api.example.com"], ..NOTHING },
    ] {
        assert_eq!(reason(Need::Proof, voices), "unclear_origin", "{voices:?}");
    }
    for referrer in [
        "https://evil.example/https://api.example.com/",
        "https://api.example.com.evil.example/",
        "https://evil.example\\https://api.example.com",
        "https://evil.example?https://api.example.com",
    ] {
        let voices = Voices { referrer: &[referrer], ..NOTHING };
        assert_eq!(reason(Need::Proof, voices), "other_origin", "{referrer}");
    }
}

#[test]
fn silence_is_enough_only_where_programs_ask() {
    assert_eq!(reason(Need::Proof, NOTHING), "no_origin");
    assert_eq!(reason(Need::NoContradiction, NOTHING), "");
    let word = Voices { site: &["same-planet"], ..NOTHING };
    assert_eq!(reason(Need::Proof, word), "no_origin");
}

#[test]
fn who_adds_a_credential_says_how_sure_it_must_be() {
    let sent = |cookie, kept, header| SentAlong { cookie, kept, header }.need();
    assert_eq!(sent(false, false, false), None);
    assert_eq!(sent(false, false, true), None);
    assert_eq!(sent(true, false, false), Some(Need::Proof));
    assert_eq!(sent(true, true, false), Some(Need::Proof));
    assert_eq!(sent(true, false, true), Some(Need::NoContradiction));
    assert_eq!(sent(false, true, false), Some(Need::NoContradiction));
    assert!(is_kept_by_browsers("Basic") && !is_kept_by_browsers("Bearer"));
}

#[test]
fn a_token_of_the_page_vouches_for_silence_and_for_nothing_else() {
    let own = origins(&[OWN]);
    let reason = |voices, token| {
        let asked = Asked { need: Need::Proof, voices, token, own: &own, named: &[] };
        match judge(&asked) {
            Judgement::Pass(()) => "",
            Judgement::Refuse(refusal, ()) => refusal.reason,
        }
    };
    assert_eq!(reason(NOTHING, Token::Good), "");
    assert_eq!(reason(NOTHING, Token::Bad), "bad_page_token");
    assert_eq!(reason(NOTHING, Token::Missing), "no_origin");
    let other = Voices { origin: &["https://evil.example"], ..NOTHING };
    let sibling = Voices { site: &["same-site"], ..NOTHING };
    for voices in [other, sibling, Voices { origin: &["null"], ..NOTHING }] {
        assert_eq!(reason(voices, Token::Good), "other_origin", "{voices:?}");
    }
}
