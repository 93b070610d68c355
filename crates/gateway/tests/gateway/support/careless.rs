//! A gateway before an API that does whatever it is told: it keeps orders and cards, and asks nobody whose they are.

#![expect(
    clippy::indexing_slicing,
    reason = "an API that does whatever it is told reads what it is sent"
)]

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portcullis_testkit::{Answer, Behaviour};
use serde_json::{Value, json};

use super::issuer::Issuer;
use super::{Scene, Setup};

pub const ORDERS: &str = include_str!("orders.yaml");

/// Number, whose it is, and what somebody noted.
type Order = (u32, String, String);

pub struct Careless {
    pub scene: Scene,
    pub issuer: Issuer,
    pub orders: Arc<Mutex<Vec<Order>>>,
}

impl Careless {
    pub fn new(policy: &str) -> Self {
        Self::of("published: false", policy)
    }

    /// With a further word about the API.
    pub fn of(word: &str, policy: &str) -> Self {
        Self::described(ORDERS, word, policy)
    }

    pub fn described(contract: &str, word: &str, policy: &str) -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\", {word} }}]\n\
             callers:\n  jwt: {{ issuer: \"{}\", audience: shop }}\n  \
             attributes: {{ role: {{ claim: /role }} }}\n{policy}",
            issuer.name()
        );
        let known = [(1, "alice", "hers"), (2, "alice", "hers too"), (4, "bob", "his secret")];
        let known = known.map(|(id, owner, note)| (id, owner.to_owned(), note.to_owned()));
        let orders = Arc::new(Mutex::new(known.to_vec()));
        let state = orders.clone();
        let behaviour = Behaviour::made(move |request| {
            answer(request, &mut state.lock().unwrap_or_else(PoisonError::into_inner))
        });
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        Self { scene: Scene::with(contract, behaviour, setup), issuer, orders }
    }

    pub fn ask(&self, who: &str, method: &str, target: &str, body: Option<Value>) -> Answer {
        let role = if who == "sam" { "staff" } else { "customer" };
        let token = self.issuer.token(who, &format!(r#","role":"{role}""#));
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.scene.ask(&token, &format!("{method} {target}"), &body)
    }

    pub fn get(&self, who: &str, target: &str) -> Answer {
        self.ask(who, "GET", target, None)
    }

    /// What this request cost in questions to the API.
    pub fn questions(&self) -> usize {
        self.scene.last_record()["asked"].as_array().map_or(0, Vec::len)
    }

    pub fn owner(&self, id: u32) -> Option<String> {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.iter().find(|one| one.0 == id).map(|one| one.1.clone())
    }
}

/// Whom the gateway names, or else the token: this API believes whatever they say.
fn caller(request: &str) -> String {
    if let Some(name) = request.lines().find_map(|line| line.strip_prefix("x-caller: ")) {
        return name.to_owned();
    }
    let token = request.split("Bearer ").nth(1).and_then(|rest| rest.split(['\r', '.']).nth(1));
    let claims = token.and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims: Value =
        claims.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
    claims["sub"].as_str().unwrap_or_default().to_owned()
}

/// What it was asked.
struct Asked<'a> {
    method: &'a str,
    target: &'a str,
    path: &'a str,
    id: Option<u32>,
    body: Value,
    caller: String,
}

const GONE: &[u8] = b"HTTP/1.1 204 X\r\n\r\n";

fn say(status: u16, body: &Value) -> Vec<u8> {
    let Behaviour::Answer(answer) = Behaviour::json(status, &body.to_string()) else {
        unreachable!()
    };
    answer
}

fn answer(request: &str, orders: &mut Vec<Order>) -> Vec<u8> {
    let line = request.lines().next().unwrap_or_default();
    let mut parts = line.split(' ');
    let (method, target) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let body = serde_json::from_str(body).unwrap_or(Value::Null);
    let id = path.rsplit('/').next().and_then(|id| id.parse::<u32>().ok());
    let asked = Asked { method, target, path, id, body, caller: caller(request) };
    match (method, path) {
        // It takes the key of a machine alone.
        ("GET", _) if path.starts_with("/api/kiosk/") => say(401, &json!({})),
        _ if path.starts_with("/api/cards") => {
            of_cards(&asked).unwrap_or_else(|| elsewhere(&asked, orders))
        }
        ("GET", "/api/orders/export") => exported(target, orders),
        ("GET", "/api/orders") => listed(orders),
        ("POST", "/api/orders") => {
            let owner = asked.body["customer_id"].as_str().unwrap_or("alice").to_owned();
            let made = (9, owner, asked.body["note"].as_str().unwrap_or_default().to_owned());
            orders.push(made.clone());
            say(201, &order(&made))
        }
        ("POST", "/api/orders/batch") => {
            let ids = asked.body["order_ids"].as_array().into_iter().flatten();
            let ids: Vec<u64> = ids.filter_map(Value::as_u64).collect();
            orders.retain(|one| !ids.contains(&u64::from(one.0)));
            GONE.to_vec()
        }
        ("POST", "/api/restock") => GONE.to_vec(),
        _ => elsewhere(&asked, orders),
    }
}

fn order(one: &Order) -> Value {
    json!({ "id": one.0, "customer_id": one.1, "status": "new", "note": one.2 })
}

/// Cards 1 and 2 are alice's, 3 and 4 bob's; no answer says so.
fn of_cards(asked: &Asked<'_>) -> Option<Vec<u8>> {
    let cards = |who: &str| match who {
        "alice" => vec![1, 2],
        "bob" => vec![3, 4],
        // An API whose "own" list is everybody's.
        "mallory" => vec![1, 2, 3, 4],
        _ => Vec::new(),
    };
    let card = |id: u32| json!({ "id": id, "last4": format!("000{id}") });
    let target = asked.target;
    Some(match (asked.method, asked.path, asked.id) {
        ("GET", "/api/cards", _) => {
            let is_first = !target.contains("page=") || target.contains("page=1");
            let own =
                if target.contains("q=all") { vec![1, 2, 3, 4] } else { cards(&asked.caller) };
            let own = if is_first { own } else { Vec::new() };
            say(200, &own.into_iter().map(card).collect())
        }
        ("POST", "/api/cards", _) => say(201, &card(asked.body["id"].as_u64().unwrap_or(8) as u32)),
        ("GET", _, Some(id)) => say(200, &card(id)),
        ("DELETE", _, Some(_)) => GONE.to_vec(),
        _ => return None,
    })
}

fn exported(target: &str, orders: &[Order]) -> Vec<u8> {
    let lines: Vec<String> = orders.iter().map(|one| order(one).to_string()).collect();
    let body = lines.join("\n") + "\n";
    let kind = if target.contains("csv") { "text/csv" } else { "application/jsonl" };
    let length = body.len();
    format!("HTTP/1.1 200 X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn listed(orders: &[Order]) -> Vec<u8> {
    let items: Vec<Value> = orders.iter().map(order).collect();
    let body = json!({ "total": items.len(), "items": items }).to_string();
    let (count, length) = (items.len(), body.len());
    let head =
        "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nLink: </api/orders?page=2>; rel=next";
    format!("{head}\r\nX-Total-Count: {count}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// One order, wherever its number stands.
fn elsewhere(asked: &Asked<'_>, orders: &mut Vec<Order>) -> Vec<u8> {
    let id = match (asked.method, asked.id) {
        ("GET", None) => return say(200, &json!({ "at": "home" })),
        (_, None) => return say(404, &json!({})),
        (_, Some(5)) => return say(403, &json!({ "error": "not yours" })),
        (_, Some(id)) => id,
    };
    let Some(place) = orders.iter().position(|one| one.0 == id) else {
        return say(404, &json!({ "error": "no order", "id": id }));
    };
    if asked.method == "DELETE" {
        orders.remove(place);
        return GONE.to_vec();
    }
    let known = &mut orders[place];
    if asked.method == "PUT" {
        if let Some(owner) = asked.body["customer_id"].as_str() {
            owner.clone_into(&mut known.1);
        }
        if let Some(status) = asked.body["status"].as_str() {
            known.2 = format!("now {status}");
        }
        if let Some(note) = asked.body["note"].as_str() {
            note.clone_into(&mut known.2);
        }
    }
    say(200, &order(known))
}
