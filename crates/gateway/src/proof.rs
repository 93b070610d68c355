//! What shows an API that a request comes through the gateway: the same for clients' requests and for the gateway's own
//! questions, made anew for each instance that a request is offered to.

use std::fmt::Write as _;
use std::sync::Arc;

use portcullis_credential::message_signature::{Message, MessageSigner, Occasion, Signed};
use portcullis_model::Secret;
use portcullis_policy::UpstreamProof;

/// The texts behind an [`UpstreamProof`].
#[derive(Debug, Clone, Default)]
pub struct Prover {
    credential: Option<Secret>,
    signer: Option<Arc<MessageSigner>>,
}

impl Prover {
    /// The text that both share, and what signs, as the policy asks for them.
    pub const fn new(credential: Option<Secret>, signer: Option<Arc<MessageSigner>>) -> Self {
        Self { credential, signer }
    }

    /// The text that both share.
    pub(crate) const fn credential(&self) -> Option<&Secret> {
        self.credential.as_ref()
    }

    /// The fields that prove a request, each with its line end; `None` where something that the policy asks for was not
    /// read.
    pub(crate) fn fields(
        &self,
        proof: &UpstreamProof,
        head: &str,
        message: Message<'_>,
        occasion: Occasion,
    ) -> Option<String> {
        let mut out = String::new();
        if let Some(own) = &proof.credential {
            let value = std::str::from_utf8(self.credential.as_ref()?.expose_secret()).ok()?;
            push(&own.header, value, &mut out);
        }
        if let Some(own) = &proof.signature {
            let covered: Vec<(String, &str)> = lines(head)
                .filter(|(name, _)| own.covers.iter().any(|known| **known == *name))
                .collect();
            let fields: Vec<(&str, &str)> =
                covered.iter().map(|(name, value)| (name.as_str(), *value)).collect();
            let message = Message { fields: &fields, ..message };
            let Signed { content_digest, input, signature } =
                self.signer.as_ref()?.sign(message, occasion);
            push("Content-Digest", &content_digest, &mut out);
            push("Signature-Input", &input, &mut out);
            push("Signature", &signature, &mut out);
        }
        Some(out)
    }
}

/// The fields of a head that we wrote, names in lower case.
fn lines(head: &str) -> impl Iterator<Item = (String, &str)> {
    let fields = head.split("\r\n").skip(1);
    fields.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_ascii_lowercase(), value))
    })
}

fn push(name: &str, value: &str, out: &mut String) {
    // Writing to a text does not fail.
    let _ = write!(out, "{name}: {value}\r\n");
}
