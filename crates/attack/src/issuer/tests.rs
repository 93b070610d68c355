//! The promises of attacks on issuers, tried on a small issuer: strict, with one flaw, and out of order.

mod bad_input;
mod every_flaw;
mod tiny;

use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{Clock, UnixMillis};

use super::{Attacking, IssuerReport, given};
use crate::budget::Budget;
use tiny::Tiny;

struct Still;

impl Clock for Still {
    fn now(&self) -> UnixMillis {
        UnixMillis(1_790_000_000_000)
    }
}

/// The clients of the small issuer, and its user.
const GIVEN: &str = "\
client:
  client_id: shop
  client_secret: SECRET
  redirect_uri: https://shop.example/cb
  post_logout_redirect_uri: https://shop.example/bye
  scopes: [openid, offline_access, orders, admin]
second:
  client_id: app
  redirect_uri: https://app.example/cb
  scopes: [openid, offline_access, orders, admin]
user:
  forms: [{ login: alice, password: alice-pass }, {}]
";

/// What a run needs, with these words about clients.
fn attacking(tiny: &Tiny, text: &str) -> Attacking {
    Attacking {
        issuer: tiny.url(),
        address: tiny.address,
        given: given("issuer.yaml", &text.replace("SECRET", tiny.secret())).unwrap(),
        clock: Arc::new(Still),
        budget: Arc::new(Budget::default()),
        patience: Duration::from_secs(5),
    }
}

/// A run at an issuer with flaws; of all probes, or of one.
fn run(tiny: &Tiny, text: &str, only: Option<&str>) -> IssuerReport {
    let is_wanted = |id: &str| only.is_none_or(|only| only == id);
    super::attack(attacking(tiny, text), &is_wanted, &|_| {}).unwrap()
}
