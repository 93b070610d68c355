//! Sessions that are obviously fake, for tests.

use portcullis_model::{Secret, UnixMillis};

use crate::names::{Account, Digest, SessionId};
use crate::session::{Facts, Origin, State};

pub(crate) const HOUR: u64 = 3_600_000;

pub(crate) const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

pub(crate) fn later(ms: u64) -> UnixMillis {
    UnixMillis(NOW.0 + ms)
}

pub(crate) fn digest(number: u32) -> Digest {
    Digest::of_token(format!("obviously-fake-{number}").as_bytes())
}

pub(crate) fn facts(number: u32) -> Facts {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    Facts {
        id: SessionId::new(id),
        digest: digest(number),
        api: "pharmacy".to_owned(),
        account: Account::from_bytes([number as u8; 32]),
        subject: format!("subject-{number}"),
        attributes: format!("{{\"customer_id\":{number}}}"),
        credentials: [(
            "access_token".to_owned(),
            Secret::new(format!("obviously-fake-api-token-{number}").into_bytes()),
        )]
        .into(),
        created: NOW,
        expires: later(HOUR),
        idle_ms: None,
        state: State::Complete,
        network: "192.0.2.0/24".to_owned(),
        origin: Origin::Verified,
    }
}
