//! Policies through the whole crate: text in, model or diagnostics out.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what a test sets up must be there"
)]

mod acme;
mod api_keys;
mod authorization;
mod bad;
mod certificates;
mod deciding;
mod files;
mod flows;
mod forward;
mod good;
mod hostile;
mod learned;
mod login;
mod page_token;
mod passwords;
mod pharmacy;
mod rates;
mod redirect;
mod redirects;
mod reference;
mod serialize;
mod several;
mod suggested;
mod texts;
mod upstream_proof;
mod whoami;
