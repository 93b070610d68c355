//! A11: steps that are jumped, prices that nobody quoted, points that are nobody's to take.

use serde_json::{Value, json};

use crate::client::{Api, Reply};
use crate::documents::{assert_declared, honest};

/// Somebody at one of both APIs.
struct Customer {
    api: Api,
    authorization: String,
    base: &'static str,
}

impl Customer {
    async fn alice(base: &'static str) -> Self {
        let api = Api::start().await;
        let authorization = api.login("alice").await;
        Self { api, authorization, base }
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let path = format!("{}{path}", self.base);
        let fields = [self.authorization.as_str()];
        let reply = self.api.call(&format!("{method} {path}"), &fields, &body.to_string()).await;
        assert_declared(&honest(), method, &path, &reply);
        reply
    }

    async fn quotes(&self) {
        let reply = self.send("POST", "/sale/quote", &json!({ "quantity": 2 })).await;
        assert_eq!((reply.status, reply.json().get("total_cents")), (201, Some(&json!(500))));
    }

    async fn addresses(&self) {
        let body = json!({ "address": "1 Sample Street" });
        assert_eq!(self.send("PUT", "/sale/address", &body).await.status, 200);
    }

    async fn buys(&self, amount: i64) -> (u16, Value) {
        let reply = self.send("POST", "/sale/purchase", &json!({ "amount_cents": amount })).await;
        (reply.status, reply.json().get("sold").cloned().unwrap_or_default())
    }

    /// As long as a person takes.
    async fn thinks(&self) {
        tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    }
}

const CARELESS: &str = "/api";
const SAFE: &str = "/api/safe";

#[tokio::test]
async fn a11_skip_address() {
    let customer = Customer::alice(CARELESS).await;
    customer.quotes().await;
    assert_eq!(customer.buys(500).await, (200, json!(2)));
    let customer = Customer::alice(SAFE).await;
    customer.quotes().await;
    assert_eq!(customer.buys(500).await.0, 409);
}

#[tokio::test]
async fn a11_too_fast() {
    for (base, status) in [(CARELESS, 200), (SAFE, 409)] {
        let customer = Customer::alice(base).await;
        customer.quotes().await;
        customer.addresses().await;
        assert_eq!(customer.buys(500).await.0, status, "{base}");
    }
}

#[tokio::test]
async fn a11_own_price() {
    for (base, status) in [(CARELESS, 200), (SAFE, 409)] {
        let customer = Customer::alice(base).await;
        customer.quotes().await;
        customer.addresses().await;
        customer.thinks().await;
        assert_eq!(customer.buys(1).await.0, status, "{base}");
    }
}

#[tokio::test]
async fn a11_bought_twice() {
    for (base, second) in [(CARELESS, (200, json!(4))), (SAFE, (409, Value::Null))] {
        let customer = Customer::alice(base).await;
        customer.quotes().await;
        customer.addresses().await;
        customer.thinks().await;
        assert_eq!(customer.buys(500).await, (200, json!(2)), "{base}");
        assert_eq!(customer.buys(500).await, second, "{base}");
    }
}

async fn is_given(path: &str, body: Value, balance: i64, twin: u16) {
    let customer = Customer::alice(CARELESS).await;
    let reply = customer.send("POST", path, &body).await;
    assert_eq!((reply.status, reply.json().get("balance")), (200, Some(&json!(balance))));
    let customer = Customer::alice(SAFE).await;
    assert_eq!(customer.send("POST", path, &body).await.status, twin);
}

#[tokio::test]
async fn a11_own_invitation() {
    let body = json!({ "invited_by": "alice@pharmacy.example" });
    is_given("/points/invitation", body, 700, 409).await;
}

#[tokio::test]
async fn a11_own_invitation_case() {
    let body = json!({ "invited_by": "Alice@Pharmacy.Example" });
    is_given("/points/invitation", body, 700, 409).await;
}

#[tokio::test]
async fn a11_decoy() {
    let body = json!({ "invited_by": "bob@pharmacy.example", "website": "best shop" });
    is_given("/points/invitation", body, 600, 422).await;
}

#[tokio::test]
async fn a11_negative_gift() {
    let body = json!({ "to": "bob@pharmacy.example", "points": -300 });
    is_given("/points/gift", body, 800, 422).await;
}
