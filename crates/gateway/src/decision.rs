//! What the gateway decided, told to its own attacker only (rule 35).
//!
//! A gateway that was started with a [`Probe`] answers requests that show the probe's credential
//! with the header `Portcullis-Decision`: which controls refused or removed something. The header
//! is signed over run, nonce, status, acts and model, so that nobody else's word counts; a header
//! of that name from client or API never passes. The credential grants nothing else and ends
//! after an hour at most.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use portcullis_model::{ControlId, Secret, UnixMillis};
use sha2::Sha256;

/// The request header that shows the credential: `CREDENTIAL NONCE`.
pub(crate) const PROBE_FIELD: &str = "portcullis-probe";
/// The answer header.
pub(crate) const DECISION_FIELD: &str = "Portcullis-Decision";
/// How long a credential may live.
const LIFE_MS_MAX: u64 = 3_600_000;
/// A nonce is this long at most.
const NONCE_BYTES_MAX: usize = 64;

/// The attacker's credential for one run, and the key of what it is told.
#[derive(Debug, Clone)]
pub struct Probe {
    run: String,
    credential: Secret,
    key: Secret,
    expires: UnixMillis,
}

/// What a control did to a request or its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// It said no.
    Refused(ControlId),
    /// It removed something and let the rest go on.
    Removed(ControlId),
}

/// What the gateway says that it decided, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The status of the answer.
    pub status: u16,
    /// The model that decided.
    pub model: String,
    /// Which controls acted, in the order in which they did; empty: none.
    pub acts: Vec<Act>,
}

/// Why a decision header is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionError {
    /// Not of the form.
    Form,
    /// The signature is not that of this run's key, or covers something else.
    Signature,
    /// It answers another request.
    Nonce,
}

impl Probe {
    /// A credential for one run. `chance` is fresh randomness, from which credential and key are
    /// made; it ends after `life_ms`, an hour at most.
    pub fn new(chance: [u8; 64], now: UnixMillis, life_ms: u64) -> Self {
        let (credential, key) = chance.split_at(32);
        let mut text = String::from("pcprobe_");
        credential.iter().for_each(|byte| push_hex(*byte, &mut text));
        let mut run = String::new();
        credential.iter().take(4).for_each(|byte| push_hex(byte ^ 0x5A, &mut run));
        Self {
            run,
            credential: Secret::new(text.into_bytes()),
            key: Secret::new(key.to_vec()),
            expires: UnixMillis(now.0 + life_ms.min(LIFE_MS_MAX)),
        }
    }

    /// The name of the run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The request header (name, value) that asks for the decision on this request.
    pub fn request_field(&self, nonce: &str) -> (&'static str, String) {
        let credential = String::from_utf8_lossy(self.credential.expose_secret());
        (PROBE_FIELD, format!("{credential} {nonce}"))
    }

    /// The nonce, if the header shows this credential and it has not ended.
    pub(crate) fn nonce<'a>(&self, field: &'a str, now: UnixMillis) -> Option<&'a str> {
        let (credential, nonce) = field.split_once(' ')?;
        let is_nonce = (1..=NONCE_BYTES_MAX).contains(&nonce.len())
            && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (self.credential.matches(credential.as_bytes()) && is_nonce && now < self.expires)
            .then_some(nonce)
    }

    /// The value of the decision header.
    pub(crate) fn sign(&self, nonce: &str, decision: &Decision) -> String {
        let mut text = self.statement(nonce, decision);
        let tag = self.mac(&text).finalize().into_bytes();
        text.push_str("; sig=");
        tag.iter().for_each(|byte| push_hex(*byte, &mut text));
        text
    }

    fn statement(&self, nonce: &str, decision: &Decision) -> String {
        let Decision { status, model, acts } = decision;
        let mut text =
            format!("v=1; run={}; nonce={nonce}; status={status}; model={model}; acts=", self.run);
        for (place, act) in acts.iter().enumerate() {
            let (word, control) = match act {
                Act::Refused(control) => ("refused", control),
                Act::Removed(control) => ("removed", control),
            };
            // Writing to a String cannot fail.
            let _ = write!(text, "{}{word}:{control}", if place > 0 { "," } else { "" });
        }
        text
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.key.expose_secret()).expect("any key length");
        mac.update(text.as_bytes());
        mac
    }

    /// Reads a decision header: believed only if this run's key signed it for this nonce.
    pub fn verify(&self, nonce: &str, value: &str) -> Result<Decision, DecisionError> {
        let (text, signature) = value.rsplit_once("; sig=").ok_or(DecisionError::Form)?;
        let tag = read_hex(signature).ok_or(DecisionError::Form)?;
        self.mac(text).verify_slice(&tag).map_err(|_| DecisionError::Signature)?;
        let decision = read(text).ok_or(DecisionError::Form)?;
        if text != self.statement(nonce, &decision) {
            return Err(DecisionError::Nonce);
        }
        Ok(decision)
    }
}

fn read(text: &str) -> Option<Decision> {
    let mut decision = Decision { status: 0, model: String::new(), acts: Vec::new() };
    for part in text.split("; ") {
        let (name, value) = part.split_once('=')?;
        match name {
            "status" => decision.status = value.parse().ok()?,
            "model" => value.clone_into(&mut decision.model),
            "acts" => {
                for act in value.split(',').filter(|act| !act.is_empty()) {
                    let (word, control) = act.split_once(':')?;
                    let control = ControlId::from_name(control)?;
                    decision.acts.push(match word {
                        "refused" => Act::Refused(control),
                        "removed" => Act::Removed(control),
                        _ => return None,
                    });
                }
            }
            _ => {}
        }
    }
    Some(decision)
}

fn push_hex(byte: u8, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{byte:02x}");
}

fn read_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).map(|value| value as u8)).collect();
    let pairs = digits?;
    pairs
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_000_000_000);

    fn decision() -> Decision {
        Decision {
            status: 400,
            model: "0123456789ab".to_owned(),
            acts: vec![
                Act::Removed(ControlId::WritableProperties),
                Act::Refused(ControlId::InputShape),
            ],
        }
    }

    #[test]
    fn only_this_runs_word_for_this_request_is_believed() {
        let probe = Probe::new([7; 64], NOW, 1000);
        let other = Probe::new([8; 64], NOW, 1000);
        let value = probe.sign("n1", &decision());
        assert_eq!(probe.verify("n1", &value), Ok(decision()));
        assert_eq!(probe.verify("n2", &value), Err(DecisionError::Nonce));
        assert_eq!(other.verify("n1", &value), Err(DecisionError::Signature));
        let forged = value.replace("status=400", "status=200");
        assert_eq!(probe.verify("n1", &forged), Err(DecisionError::Signature));
        assert_eq!(probe.verify("n1", "v=1"), Err(DecisionError::Form));
    }

    #[test]
    fn a_credential_ends_and_grants_nothing_to_others() {
        let probe = Probe::new([7; 64], NOW, u64::MAX / 2);
        let (name, value) = probe.request_field("n1");
        assert_eq!(name, PROBE_FIELD);
        assert_eq!(probe.nonce(&value, NOW), Some("n1"));
        assert_eq!(probe.nonce(&value, UnixMillis(NOW.0 + LIFE_MS_MAX)), None, "an hour at most");
        assert_eq!(probe.nonce("pcprobe_00 n1", NOW), None);
        assert_eq!(probe.nonce(&value.replace("n1", "n;1"), NOW), None);
    }
}
