//! Which of a request's credentials browsers send along by themselves.

use portcullis_contract::{Operation, SchemePlace, SecurityScheme};
use portcullis_controls::cross_site::{SentAlong, cookie_credentials, is_kept_by_browsers};

use super::shown::{Shown, shown};
use crate::head::{Essential, RequestHead};
use crate::sender::Sender;

/// Whatever stands where a credential may, good or not: the API may take what nobody here knows.
pub(super) fn sent_along(
    head: &RequestHead,
    sender: &Sender,
    schemes: &[SecurityScheme],
    operation: Option<&Operation>,
) -> SentAlong {
    let is_there = |place: &SchemePlace| !matches!(shown(head, place), Shown::Nothing);
    let mut sent = SentAlong { kept: sender.certificate.is_some(), ..SentAlong::default() };
    for place in schemes.iter().map(|scheme| &scheme.place).filter(|place| is_there(place)) {
        match place {
            SchemePlace::Cookie(_) => sent.cookie = true,
            SchemePlace::Header(_) => sent.header = true,
            _ => {}
        }
    }
    let mut others = operation.into_iter().flat_map(cookie_credentials);
    sent.cookie |= others.any(|name| is_there(&SchemePlace::Cookie(name.to_owned())));
    if let Some(value) = head.fields.first(Essential::Authorization) {
        let scheme = value.split(' ').next().unwrap_or_default();
        let is_kept = is_kept_by_browsers(scheme);
        sent.kept |= is_kept;
        sent.header |= !is_kept && !scheme.is_empty();
    }
    sent
}
