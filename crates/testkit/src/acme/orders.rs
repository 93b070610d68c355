//! What an authority knows: nonces, one account, orders; and its answers.

use std::collections::HashSet;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use rcgen::{CertificateParams, KeyPair, PublicKeyData, date_time_ymd};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::jws::{self, Key, Signed};
use super::{Answers, Gives, Script, Shared, lock, look};

#[derive(Default)]
pub(super) struct Orders {
    pub(super) asked: Vec<String>,
    pub(super) complaints: Vec<String>,
    pub(super) issued: usize,
    nonces: HashSet<String>,
    next_nonce: u64,
    account: Option<Key>,
    list: Vec<Order>,
}

struct Order {
    names: Vec<String>,
    /// What became of the proof of each.
    proofs: Vec<Option<Result<(), String>>>,
    certificate: Option<String>,
}

impl Order {
    fn status(&self) -> &'static str {
        if self.proofs.iter().flatten().any(Result::is_err) {
            "invalid"
        } else if self.certificate.is_some() {
            "valid"
        } else if self.proofs.iter().all(Option::is_some) {
            "ready"
        } else {
            "pending"
        }
    }
}

/// Status, `Location`, media type, text.
struct Answer(u16, Option<String>, &'static str, String);

const JSON: &str = "application/json";

fn object(status: u16, value: &Value) -> Answer {
    Answer(status, None, JSON, value.to_string())
}

fn problem(status: u16, kind: &str) -> Answer {
    let kind = format!("urn:ietf:params:acme:error:{kind}");
    let text = json!({ "type": kind, "detail": "as the script says" }).to_string();
    Answer(status, None, "application/problem+json", text)
}

impl Shared {
    fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// The whole answer to a request.
    pub(super) fn answer(&self, method: &str, path: &str, body: &[u8]) -> String {
        let script = lock(&self.script).clone();
        let mut orders = lock(&self.orders);
        orders.asked.push(path.to_owned());
        let Answer(status, location, kind, text) = match (method, path) {
            ("get", "/directory") => object(200, &self.directory(&script)),
            ("head", "/nonce") => object(200, &Value::Null),
            ("post", _) => match self.opened(path, body, &script, &mut orders) {
                Ok(signed) => self.asked(path, &signed, &script, &mut orders),
                Err(answer) => answer,
            },
            _ => problem(404, "malformed"),
        };
        orders.next_nonce += 1;
        let nonce = format!("nonce-{}", orders.next_nonce);
        orders.nonces.insert(nonce.clone());
        let location = location
            .map_or_else(String::new, |place| format!("Location: {}\r\n", self.url(&place)));
        let (length, text) = (text.len(), if method == "head" { "" } else { &text });
        format!(
            "HTTP/1.1 {status} As It Is\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
             Replay-Nonce: {nonce}\r\n{location}Connection: close\r\n\r\n{text}"
        )
    }

    fn directory(&self, script: &Script) -> Value {
        let order = match script.answers {
            Answers::Elsewhere => "https://127.0.0.1:1/order".to_owned(),
            _ => self.url("/new-order"),
        };
        json!({
            "newNonce": self.url("/nonce"),
            "newAccount": self.url("/new-account"),
            "newOrder": order,
            "revokeCert": self.url("/revoke"),
            "keyChange": self.url("/key"),
        })
    }

    /// A request whose signature, nonce and URL are good.
    fn opened(
        &self,
        path: &str,
        body: &[u8],
        script: &Script,
        orders: &mut Orders,
    ) -> Result<Signed, Answer> {
        let Some(signed) = jws::verified(body, orders.account.as_ref()) else {
            orders.complaints.push(format!("{path}: no good signature"));
            return Err(problem(401, "unauthorized"));
        };
        let part = |name: &str| signed.header.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_new = orders.nonces.remove(part("nonce"));
        if !is_new || part("url") != self.url(path) {
            orders.complaints.push(format!("{path}: nonce or URL"));
            return Err(problem(400, "badNonce"));
        }
        if script.bad_nonces > 0 {
            lock(&self.script).bad_nonces -= 1;
            return Err(problem(400, "badNonce"));
        }
        Ok(signed)
    }

    fn asked(&self, path: &str, signed: &Signed, script: &Script, orders: &mut Orders) -> Answer {
        let payload: Value = serde_json::from_slice(&signed.payload).unwrap_or_default();
        let mut words = path.split('/').skip(1);
        let (what, order) = (words.next().unwrap_or_default(), words.next());
        let name = words.next().and_then(|name| name.parse::<usize>().ok());
        let order = order.and_then(|order| order.parse::<usize>().ok());
        match (what, order) {
            ("new-account", _) => Self::account(&payload, signed, script, orders),
            ("new-order", _) => self.order(&payload, orders),
            (_, Some(number)) => {
                let thumbprint = signed.key.thumbprint();
                let Some(order) = orders.list.get_mut(number) else {
                    return problem(404, "malformed");
                };
                match (what, name) {
                    ("order", _) => object(200, &self.state(number, order)),
                    ("authorization", Some(place)) => {
                        object(200, &self.authorization(number, place, order))
                    }
                    ("challenge", Some(place)) => {
                        self.look(number, place, order, &thumbprint, script)
                    }
                    ("finalize", _) => {
                        let made = self.issue(order, &payload, script);
                        orders.issued += usize::from(made);
                        let order = orders.list.get(number);
                        order.map_or_else(
                            || problem(404, "malformed"),
                            |order| object(200, &self.state(number, order)),
                        )
                    }
                    ("certificate", _) => {
                        let text = order.certificate.clone().unwrap_or_default();
                        Answer(200, None, "application/pem-certificate-chain", text)
                    }
                    _ => problem(404, "malformed"),
                }
            }
            _ => problem(404, "malformed"),
        }
    }

    fn account(payload: &Value, signed: &Signed, script: &Script, orders: &mut Orders) -> Answer {
        if payload.get("termsOfServiceAgreed") != Some(&Value::Bool(true)) {
            return problem(403, "userActionRequired");
        }
        if let Some(external) = &script.external {
            let binding = payload.get("externalAccountBinding").cloned().unwrap_or_default();
            if !jws::is_bound(&binding, &signed.key, external) {
                return problem(403, "externalAccountRequired");
            }
        }
        orders.account = Some(signed.key.clone());
        Answer(201, Some("/account/1".to_owned()), JSON, json!({ "status": "valid" }).to_string())
    }

    fn order(&self, payload: &Value, orders: &mut Orders) -> Answer {
        let names = payload.get("identifiers").and_then(Value::as_array).into_iter().flatten();
        let names: Vec<String> =
            names.filter_map(|one| one.get("value")?.as_str().map(str::to_owned)).collect();
        let order = Order { proofs: vec![None; names.len()], names, certificate: None };
        let number = orders.list.len();
        let text = self.state(number, &order).to_string();
        orders.list.push(order);
        Answer(201, Some(format!("/order/{number}")), JSON, text)
    }

    fn state(&self, number: usize, order: &Order) -> Value {
        let names = order.names.iter().map(|name| json!({ "type": "dns", "value": name }));
        let each = 0..order.names.len();
        let urls = each.map(|place| self.url(&format!("/authorization/{number}/{place}")));
        json!({
            "status": order.status(),
            "identifiers": names.collect::<Vec<_>>(),
            "authorizations": urls.collect::<Vec<_>>(),
            "finalize": self.url(&format!("/finalize/{number}")),
            "certificate": order.certificate.as_ref().map(|_| self.url(&format!("/certificate/{number}"))),
        })
    }

    fn authorization(&self, number: usize, place: usize, order: &Order) -> Value {
        let name = order.names.get(place);
        let (status, error) = match order.proofs.get(place) {
            Some(Some(Ok(()))) => ("valid", Value::Null),
            Some(Some(Err(why))) => (
                "invalid",
                json!({ "type": "urn:ietf:params:acme:error:unauthorized", "detail": why }),
            ),
            _ => ("pending", Value::Null),
        };
        let challenge = |kind: &str| {
            json!({
                "type": kind,
                "url": self.url(&format!("/challenge/{number}/{place}")),
                "token": format!("token-{number}-{place}"),
                "status": status,
                "error": error,
            })
        };
        json!({
            "status": status,
            "identifier": { "type": "dns", "value": name },
            "challenges": [challenge("http-01"), challenge("tls-alpn-01")],
        })
    }

    fn look(
        &self,
        number: usize,
        place: usize,
        order: &mut Order,
        thumbprint: &str,
        script: &Script,
    ) -> Answer {
        let token = format!("token-{number}-{place}");
        let digest: [u8; 32] = Sha256::digest(format!("{token}.{thumbprint}")).into();
        let Some(name) = order.names.get(place) else { return problem(404, "malformed") };
        let seen = script.looks_at.map_or(Ok(()), |address| look::at(address, name, &digest));
        if let Some(proof) = order.proofs.get_mut(place) {
            *proof = Some(seen);
        }
        let url = self.url(&format!("/challenge/{number}/{place}"));
        let kind = "tls-alpn-01";
        object(200, &json!({ "type": kind, "url": url, "token": token, "status": "processing" }))
    }

    /// Issues what a request asks for, or what the script says.
    fn issue(&self, order: &mut Order, payload: &Value, script: &Script) -> bool {
        let wanted = payload.get("csr").and_then(Value::as_str).unwrap_or_default();
        let wanted = BASE64URL.decode(wanted).unwrap_or_default();
        let holds = |name: &String| wanted.windows(name.len()).any(|part| part == name.as_bytes());
        let point = wanted.windows(POINT.len()).position(|part| part == POINT);
        let point = point.and_then(|at| wanted.get(at + 3..at + 68));
        let (Some(point), true) = (point, order.names.iter().all(holds)) else { return false };
        let point = Point(point.to_vec());
        let names = match script.gives {
            Gives::OtherName => vec!["other.example".to_owned()],
            _ => order.names.clone(),
        };
        let Ok(mut params) = CertificateParams::new(names) else { return false };
        let (now, (before, after)) = (self.now().0, script.life_ms);
        let at = |ms: u64| date_time_ymd(1970, 1, 1) + Duration::from_millis(ms);
        (params.not_before, params.not_after) = (at(now - before), at(now + after));
        let signed = match script.gives {
            Gives::OtherKey => {
                KeyPair::generate().and_then(|key| params.signed_by(&key, &self.issuer))
            }
            _ => params.signed_by(&point, &self.issuer),
        };
        let Ok(signed) = signed else { return false };
        order.certificate = Some(match script.gives {
            Gives::Nothing => "this is no certificate\n".to_owned(),
            Gives::OtherChain => signed.pem() + &stranger().unwrap_or_default(),
            _ => signed.pem() + &self.root,
        });
        true
    }
}

/// Somebody who issued nothing.
fn stranger() -> Option<String> {
    let key = KeyPair::generate().ok()?;
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "a stranger");
    Some(params.self_signed(&key).ok()?.pem())
}

/// How a public key on P-256 begins in a request: a bit string of 66 bytes.
const POINT: [u8; 3] = [0x03, 0x42, 0x00];

struct Point(Vec<u8>);

impl PublicKeyData for Point {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}
