//! What honest clients do; every answer is as the honest document declares it.

use serde_json::{Value, json};

use crate::client::{Api, Reply};
use crate::documents::{assert_declared, honest};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

/// An honest client: it knows the document.
pub(crate) struct Client {
    api: Api,
    document: Value,
    pub(crate) token: String,
}

impl Client {
    pub(crate) async fn start() -> Self {
        Self { api: Api::start().await, document: honest(), token: "X-Anonymous: 1".to_owned() }
    }

    pub(crate) async fn logged_in(who: &str) -> Self {
        let mut client = Self::start().await;
        client.log_in(who).await;
        client
    }

    pub(crate) async fn log_in(&mut self, who: &str) {
        let password = format!("{who}-pass");
        let body = json!({ "email": format!("{who}@pharmacy.example"), "password": password });
        let session = self.json("POST /api/login", body, 200).await;
        let token = session["token"].as_str().expect("a token");
        self.token = format!("Authorization: Bearer {token}");
    }

    pub(crate) async fn send(
        &self,
        line: &str,
        headers: &[&str],
        body: &str,
        status: u16,
    ) -> Reply {
        let headers = [headers, &[&self.token]].concat();
        let reply = self.api.call(line, &headers, body).await;
        assert_eq!(reply.status, status, "{line}: {}", reply.text());
        let (method, target) = line.split_once(' ').expect("method and target");
        assert_declared(&self.document, method, target, &reply);
        reply
    }

    pub(crate) async fn json(&self, line: &str, body: Value, status: u16) -> Value {
        self.send(line, &[], &body.to_string(), status).await.json()
    }

    pub(crate) async fn get(&self, target: &str) -> Value {
        self.send(&format!("GET {target}"), &[], "", 200).await.json()
    }
}

#[tokio::test]
async fn anybody_browses_medicines() {
    let client = Client::start().await;
    let page = client.get("/api/medicines?per_page=3&page=2&sort=price_cents").await;
    assert_eq!((page["items"].as_array().map(Vec::len), &page["total"]), (Some(3), &json!(14)));
    let pain = client.get("/api/medicines?category=pain&search=fen").await;
    assert_eq!(pain["items"][0]["name"], "Brufenol 400");
    assert_eq!(client.get("/api/medicines/7").await["name"], "Glucostat");
    client.send("HEAD /api/medicines/7", &[], "", 200).await;
    client.send("HEAD /api/medicines/700", &[], "", 404).await;
    let two = client.get("/api/medicines/lookup?ids=1&ids=2").await;
    assert_eq!(two["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(client.get("/api/search?q=aspirelle").await["results"][0]["id"], 1);
}

#[tokio::test]
async fn alice_orders_and_pays() {
    let client = Client::logged_in("alice").await;
    assert_eq!(client.get("/api/orders").await["total"], 3);
    let wanted = json!({ "items": [{ "medicine_id": 1, "quantity": 2 }], "delivery": "home" });
    let order = client.json("POST /api/orders", wanted, 201).await;
    assert_eq!((&order["total_cents"], &order["status"]), (&json!(948), &json!("new")));
    let id = order["id"].as_i64().expect("an id");
    let card = json!({ "order_id": id, "amount_cents": 948, "card_number": "4000000000000009" });
    let payment = client.json("POST /api/payments", card.clone(), 201).await;
    assert_eq!((&payment["card_last4"], &payment["status"]), (&json!("0009"), &json!("captured")));
    let payment = client.get(&format!("/api/payments/{}", payment["id"])).await;
    assert_eq!(payment["amount_cents"], 948);
    assert_eq!(client.get(&format!("/api/orders/{id}")).await["paid"], true);
    client.json("POST /api/payments", card, 409).await;
}

#[tokio::test]
async fn carol_registers_and_orders() {
    let mut client = Client::start().await;
    let carol = json!({
        "email": "carol@pharmacy.example", "password": "carol-pass", "name": "Carol Example",
        "phone": "+1-555-0105", "date_of_birth": "1999-12-31", "address": "5 Sample Street",
    });
    let account = client.json("POST /api/register", carol, 201).await;
    assert_eq!((&account["role"], &account["verified"]), (&json!("customer"), &json!(false)));
    client.log_in("carol").await;
    let wanted = json!({ "items": [{ "medicine_id": 2, "quantity": 1 }] });
    let order = client.json("POST /api/orders", wanted, 201).await;
    assert_eq!(order["total_cents"], 799);
    let code = order["code"].as_str().expect("a code");
    assert_eq!(client.get(&format!("/api/orders/by-code/{code}")).await["id"], order["id"]);
}

#[tokio::test]
async fn alice_changes_her_profile_and_password() {
    let client = Client::logged_in("alice").await;
    let changes = json!({
        "phone": "+1-555-0199", "preferences": { "newsletter": true, "language": "en" },
    });
    client.json("PATCH /api/profile", changes, 200).await;
    let profile = client.get("/api/profile").await;
    assert_eq!(profile["phone"], "+1-555-0199");
    assert_eq!(profile["preferences"], json!({ "newsletter": true, "language": "en" }));
    let form = "name=Alice+E.&address=9+Sample+Street";
    let profile = client.send("POST /api/profile/form", &[FORM], form, 200).await.json();
    assert_eq!((&profile["name"], &profile["role"]), (&json!("Alice E."), &json!("customer")));
    let form = "current_password=alice-pass&new_password=alice-pass-2";
    client.send("POST /api/password", &[FORM], form, 204).await;
    let back = json!({ "current_password": "alice-pass-2", "new_password": "alice-pass-3" });
    client.send("POST /api/password", &[], &back.to_string(), 204).await;
    client.send("POST /api/logout", &[], "", 204).await;
    client.send("GET /api/profile", &[], "", 401).await;
    let login = json!({ "email": "alice@pharmacy.example", "password": "alice-pass-3" });
    client.json("POST /api/login", login, 200).await;
}

#[tokio::test]
async fn alice_changes_and_cancels_an_order() {
    let client = Client::logged_in("alice").await;
    let changes = json!({ "note": "leave with the neighbour", "delivery": "pickup" });
    let order = client.json("PUT /api/orders/3", changes, 200).await;
    assert_eq!((&order["delivery"], &order["total_cents"]), (&json!("pickup"), &json!(1250)));
    client.send("DELETE /api/orders/3", &[], "", 204).await;
    assert_eq!(client.get("/api/orders/3").await["status"], "cancelled");
    client.send("DELETE /api/orders/3", &[], "", 409).await;
}

#[tokio::test]
async fn alice_asks_and_paula_approves() {
    let mut client = Client::logged_in("alice").await;
    let wanted = json!({ "medicine": "Migranil", "doctor": "Dr. Sample" });
    let asked = client.json("POST /api/prescriptions", wanted, 201).await;
    assert_eq!((&asked["number"], &asked["status"]), (&json!("RX-1005"), &json!("requested")));
    client.log_in("paula").await;
    let yes = json!({ "status": "approved" });
    client.json("PATCH /api/prescriptions/RX-1005", yes, 200).await;
    client.log_in("alice").await;
    assert_eq!(client.get("/api/prescriptions/RX-1005").await["status"], "approved");
    assert_eq!(client.get("/api/prescriptions").await["total"], 3);
}

#[tokio::test]
async fn paula_works_in_the_back_office() {
    let client = Client::logged_in("paula").await;
    assert_eq!(client.get("/api/staff/customers").await["total"], 4);
    assert_eq!(client.get("/api/staff/customers/2").await["name"], "Bob Example");
    let more = json!({ "quantity": 20 });
    let medicine = client.json("POST /api/staff/medicines/1/restock", more, 200).await;
    assert_eq!(medicine["stock"], 140);
    let report = client.send("GET /api/staff/reports/sales", &[], "", 200).await.text();
    assert!(report.starts_with("medicine,sold,cents\nAspirelle 100,2,998\n"), "{report}");
    let export = client.get("/api/staff/export?rows=3").await;
    assert_eq!(export["items"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn bob_uses_the_web_page() {
    let client = Client::start().await;
    let form = "email=bob%40pharmacy.example&password=bob-pass&next=/api/orders";
    let reply = client.send("POST /api/login/form", &[FORM], form, 303).await;
    assert_eq!(reply.header("location"), "/api/orders");
    let cookie = reply.header("set-cookie").split(';').next().expect("a cookie");
    let cookie = format!("Cookie: {cookie}");
    let orders = client.send("GET /api/orders", &[&cookie], "", 200).await.json();
    assert_eq!((&orders["total"], &orders["items"][0]["code"]), (&json!(3), &json!("PH-B1")));
}

#[tokio::test]
async fn mistakes_get_clear_answers() {
    let mut client = Client::start().await;
    let login = json!({ "email": "alice@pharmacy.example", "password": "wrong" });
    client.json("POST /api/login", login, 401).await;
    client.send("GET /api/orders", &[], "", 401).await;
    let missing = client.send("GET /api/medicines/99", &[], "", 404).await.json();
    assert_eq!((&missing["status"], &missing["title"]), (&json!(404), &json!("Not Found")));
    let taken = json!({ "email": "bob@pharmacy.example", "password": "long-enough", "name": "B" });
    client.json("POST /api/register", taken, 409).await;
    client.log_in("alice").await;
    client.send("POST /api/orders", &[], r#"{"items":[}"#, 400).await;
    let unknown = json!({ "items": [{ "medicine_id": 99, "quantity": 1 }] });
    client.json("POST /api/orders", unknown, 422).await;
    let many = json!({ "items": [{ "medicine_id": 9, "quantity": 50 }] });
    client.json("POST /api/orders", many, 409).await;
    client.send("GET /api/staff/reports/sales", &[], "", 403).await;
}

#[tokio::test]
async fn the_small_operations_work() {
    let client = Client::start().await;
    assert_eq!(client.get("/api/health").await, json!({ "status": "ok" }));
    let old = client.get("/api/v1/medicines").await;
    assert_eq!(old["medicines"].as_array().map(Vec::len), Some(14));
    let headers = ["X-Postcode: 12345", "Cookie: store=harbour"];
    let slots = client.send("GET /api/delivery-slots", &headers, "", 200).await.json();
    assert_eq!((&slots["postcode"], &slots["store"]), (&json!("12345"), &json!("harbour")));
    let reply = client.send("GET /api/go?to=/api/medicines", &[], "", 302).await;
    assert_eq!(reply.header("location"), "/api/medicines");
}

#[tokio::test]
async fn a_partner_acts_in_the_name_of_bob() {
    for safe in ["", "/safe"] {
        let mut client = Client::start().await;
        let given = client.api.get("/issuer/token?for=bob", &[]).await.json();
        let token = given["access_token"].as_str().expect("a token");
        client.token = format!("Authorization: Bearer {token}");
        assert_eq!(client.get(&format!("/api{safe}/partner/me")).await["customer_id"], 2);
        assert_eq!(client.get(&format!("/api{safe}/partner/orders")).await["total"], 3);
        let needed = client.get(&format!("/api{safe}/partner/prescriptions")).await;
        let wanted = json!({ "number": needed["items"][0]["number"] });
        client.json(&format!("POST /api{safe}/partner/refills"), wanted, 201).await;
        let missing = json!({ "number": "RX-1001" });
        client.json(&format!("POST /api{safe}/partner/refills"), missing, 404).await;
        assert_eq!(client.get(&format!("/api{safe}/partner/summary")).await["orders"], 4);
        client.send(&format!("POST /api{safe}/partner/sign-out"), &[], "", 204).await;
        client.send(&format!("GET /api{safe}/partner/orders"), &[], "", 401).await;
    }
}

#[tokio::test]
async fn bob_forgets_his_password_and_is_remembered() {
    let bob = json!({ "email": "bob@pharmacy.example" });
    for (reset, safe) in [("/v1", ""), ("/v2", ""), ("/safe", "/safe")] {
        let mut client = Client::start().await;
        client.json(&format!("POST /api{reset}/password/reset-request"), bob.clone(), 204).await;
        let line = format!("POST /api{reset}/password/reset");
        let with =
            |pin: &str| json!({ "email": bob["email"], "pin": pin, "new_password": "bob-pass-2" });
        client.json(&line, with("0041"), 422).await;
        client.json(&line, with("0014"), 204).await;
        let line = format!("POST /api{safe}/login/app");
        let old = json!({ "email": bob["email"], "password": "bob-pass" });
        assert_eq!(client.json(&line, old, 200).await["status"], "fail");
        let new = json!({ "email": bob["email"], "password": "bob-pass-2" });
        let reply = client.send(&line, &[], &new.to_string(), 200).await;
        let cookie = reply.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let cookie = format!("Cookie: {cookie}");
        let welcome = format!("GET /api{safe}/welcome");
        assert_eq!(client.send(&welcome, &[&cookie], "", 200).await.json()["customer_id"], 2);
        client.token =
            format!("Authorization: Bearer {}", reply.json()["token"].as_str().expect("text"));
        client.send(&format!("POST /api{safe}/logout/web"), &[], "", 303).await;
    }
}

#[tokio::test]
async fn the_safe_twins_do_the_same_jobs() {
    let mut client = Client::logged_in("alice").await;
    let wanted = json!({ "items": [{ "medicine_id": 1, "quantity": 2 }], "delivery": "home" });
    let order = client.json("POST /api/safe/orders", wanted, 201).await;
    let id = order["id"].as_i64().expect("an id");
    let card = json!({ "order_id": id, "amount_cents": 948, "card_number": "4000000000000009" });
    let payment = client.json("POST /api/safe/payments", card, 201).await;
    client.get(&format!("/api/safe/payments/{}", payment["id"])).await;
    assert_eq!(client.get(&format!("/api/safe/orders/{id}")).await["paid"], true);
    assert_eq!(client.get("/api/safe/orders").await["total"], 4);
    client.send("GET /api/safe/orders/4", &[], "", 404).await;
    let changes = json!({ "phone": "+1-555-0199" });
    client.json("PATCH /api/safe/profile", changes, 200).await;
    assert_eq!(client.get("/api/safe/profile").await["phone"], "+1-555-0199");
    let form = "address=9+Sample+Street";
    client.send("POST /api/safe/profile/form", &[FORM], form, 200).await;
    let page = client.get("/api/safe/medicines?per_page=3&sort=price_cents").await;
    assert_eq!(page["items"].as_array().map(Vec::len), Some(3));
    client.get("/api/safe/medicines/lookup?ids=1&ids=2").await;
    client.get("/api/safe/search?q=aspirelle").await;
    client.log_in("paula").await;
    assert_eq!(client.get("/api/safe/staff/customers").await["total"], 4);
    client.get("/api/safe/staff/export?rows=3").await;
}
