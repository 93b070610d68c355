//! An issuer of tokens on loopback.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use portcullis_credential::signer::Signer;
use portcullis_testkit::{Behaviour, ScriptedApi};

use super::noon;

static SEED: AtomicU16 = AtomicU16::new(1);

/// A key of its own for each call; obviously no secret.
pub fn signer() -> Signer {
    let seed = SEED.fetch_add(1, Ordering::Relaxed);
    let seed = seed.to_be_bytes();
    Signer::generate(&mut |bytes: &mut [u8]| {
        let all = seed.iter().chain(std::iter::repeat(&7));
        bytes.iter_mut().zip(all).for_each(|(byte, one)| *byte = *one);
    })
    .unwrap()
}

/// An issuer with its metadata and its keys.
pub struct Issuer {
    pub server: ScriptedApi,
    pub signer: Signer,
    jwks: Arc<Mutex<String>>,
}

impl Issuer {
    pub fn start() -> Self {
        let signer = signer();
        let jwks = Arc::new(Mutex::new(signer.jwks()));
        let server = ScriptedApi::start(Behaviour::Hang);
        let issuer = Self { server, signer, jwks };
        issuer.answer();
        issuer
    }

    /// As it stands in tokens.
    pub fn name(&self) -> String {
        format!("http://{}/issuer", self.server.address())
    }

    /// Serves its metadata and keys.
    pub fn answer(&self) {
        let (name, jwks) = (self.name(), self.jwks.clone());
        self.server.behave(Behaviour::made(move |request| {
            let body = if request.starts_with("GET /issuer/.well-known/openid-configuration ") {
                format!(r#"{{"issuer":"{name}","jwks_uri":"{name}/jwks"}}"#)
            } else if request.starts_with("GET /issuer/jwks ") {
                jwks.lock().unwrap().clone()
            } else {
                return b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n".to_vec();
            };
            let Behaviour::Answer(answer) = Behaviour::json(200, &body) else { unreachable!() };
            answer
        }));
    }

    /// Has these keys from now on.
    pub fn publish(&self, jwks: &str) {
        jwks.clone_into(&mut self.jwks.lock().unwrap());
    }

    /// How often its keys were fetched.
    pub fn fetches(&self) -> usize {
        let is_fetch = |request: &&String| request.starts_with("GET /issuer/jwks ");
        self.server.seen().iter().filter(is_fetch).count()
    }

    /// A token of this issuer, with further claims: `,"role":"admin"`.
    pub fn token(&self, subject: &str, further: &str) -> String {
        self.token_by(&self.signer, subject, further)
    }

    /// The same, signed by somebody.
    pub fn token_by(&self, signer: &Signer, subject: &str, further: &str) -> String {
        let (issuer, now) = (self.name(), noon().0 / 1000);
        let expires = now + 300;
        let claims = format!(
            r#"{{"iss":"{issuer}","aud":"shop","sub":"{subject}","iat":{now},"exp":{expires}{further}}}"#
        );
        signer.sign("at+jwt", &claims).unwrap()
    }
}
