//! A HashiCorp Vault's `transit` engine as the key service of the store.
//!
//! <https://developer.hashicorp.com/vault/api-docs/secret/transit>: `encrypt` and `decrypt`, with associated
//! data. Wrapping anew is `encrypt` of the key that `decrypt` gave: `rewrap` would have to know the associated
//! data, and `encrypt` uses the newest version of Vault's key, too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_gateway::{ASK_ONCE_TIMEOUT, AskOnce, AskOnceFault, ClientTls, ask_once};
use portcullis_json::{Document, Limits};
use portcullis_model::Secret;
use portcullis_policy::Vault;
use portcullis_store::{KeyService, ServiceFault};

use crate::certificates;
use crate::secrets::private;

/// Bytes of a text of Vault's that is shown.
const TOLD_BYTES_MAX: usize = 200;

pub(crate) struct Transit {
    vault: Vault,
    place: String,
    tls: Option<ClientTls>,
}

impl Transit {
    /// Reads whom its certificate must come from. Nobody is asked yet.
    pub(crate) fn new(vault: &Vault) -> Result<Self, String> {
        let instance = &vault.endpoint.instance;
        let tls = instance.is_tls.then(|| certificates::trusted(&instance.tls)).transpose()?;
        let (scheme, authority) = (instance.scheme(), instance.authority());
        let place = format!("{scheme}://{authority}{}", vault.endpoint.path);
        Ok(Self { vault: vault.clone(), place, tls })
    }

    /// The text of the answer at a place.
    fn ask(&self, act: &str, json: &Secret, wanted: &'static str) -> Result<Secret, ServiceFault> {
        let token = Secret::new(private(&self.vault.token).map_err(ServiceFault::Token)?);
        let token = Secret::new(token.expose_secret().trim_ascii_end());
        let path = format!("/v1/{}/{act}/{}", self.vault.mount, self.vault.key);
        let asked = ask_once(AskOnce {
            endpoint: &self.vault.endpoint,
            tls: self.tls.as_ref(),
            path: &path,
            proof: ("X-Vault-Token", &token),
            json,
        });
        let (status, body) = asked.map_err(|fault| match fault {
            AskOnceFault::Slow => ServiceFault::Slow { seconds: ASK_ONCE_TIMEOUT.as_secs() },
            AskOnceFault::Proof => {
                ServiceFault::Token(format!("`{}` holds no token", self.vault.token))
            }
            AskOnceFault::Exchange(why) => ServiceFault::Exchange(why),
        })?;
        match status {
            200 => member(&body, wanted),
            403 => Err(ServiceFault::Refused),
            // https://developer.hashicorp.com/vault/api-docs: "down for maintenance or currently sealed"; 501: "not
            // initialized".
            501 | 503 => Err(ServiceFault::Sealed),
            300..=399 => Err(ServiceFault::Redirect(status)),
            400 | 404 => Err(ServiceFault::Wrong(told(&body))),
            other => Err(ServiceFault::Status(other)),
        }
    }
}

impl KeyService for Transit {
    fn place(&self) -> &str {
        &self.place
    }

    fn wrap(&self, key: &Secret, beside: &[u8]) -> Result<Vec<u8>, ServiceFault> {
        let plain = Secret::new(STANDARD.encode(key.expose_secret()).into_bytes());
        let json = written("plaintext", plain.expose_secret(), beside);
        let wrapped = self.ask("encrypt", &json, "/data/ciphertext")?;
        // `vault:v1:` and base64: it goes back as it came, inside of quotes.
        if !wrapped.expose_secret().starts_with(b"vault:v") || !is_plain(wrapped.expose_secret()) {
            return Err(ServiceFault::Unreadable("`ciphertext` does not begin with `vault:v`"));
        }
        Ok(wrapped.expose_secret().to_vec())
    }

    fn unwrap(&self, wrapped: &[u8], beside: &[u8]) -> Result<Secret, ServiceFault> {
        if !is_plain(wrapped) {
            return Err(ServiceFault::Unreadable(
                "what the store keeps was not wrapped by a Vault",
            ));
        }
        let json = written("ciphertext", wrapped, beside);
        let plain = self.ask("decrypt", &json, "/data/plaintext")?;
        let bytes = STANDARD.decode(plain.expose_secret());
        bytes.map(Secret::new).map_err(|_| ServiceFault::Unreadable("`plaintext` is no base64"))
    }
}

/// A request's body. The texts hold nothing that JSON escapes.
fn written(name: &str, text: &[u8], beside: &[u8]) -> Secret {
    let beside = format!(r#"","associated_data":"{}"}}"#, STANDARD.encode(beside));
    Secret::new([format!(r#"{{"{name}":""#).as_bytes(), text, beside.as_bytes()].concat())
}

fn is_plain(text: &[u8]) -> bool {
    let is_known = |byte: &u8| byte.is_ascii_alphanumeric() || b":+/=-_".contains(byte);
    !text.is_empty() && text.iter().all(is_known)
}

fn member(body: &Secret, wanted: &'static str) -> Result<Secret, ServiceFault> {
    let read = |body: &Secret| {
        let document = Document::parse(body.expose_secret().to_vec(), &Limits::default()).ok()?;
        Some(Secret::new(document.root().lookup(wanted)?.as_str()?.as_bytes()))
    };
    read(body).ok_or(ServiceFault::Unreadable("it has no such text in `data`"))
}

/// What Vault says is wrong: the first of `errors`, in a line that can be shown.
fn told(body: &Secret) -> String {
    let first = |body: &Secret| {
        let document = Document::parse(body.expose_secret().to_vec(), &Limits::default()).ok()?;
        Some(document.root().lookup("/errors/0")?.as_str()?.to_owned())
    };
    let text = first(body).unwrap_or_else(|| "nothing that can be read".to_owned());
    let shown =
        text.chars().take(TOLD_BYTES_MAX).map(|one| if one.is_control() { ' ' } else { one });
    shown.collect()
}
