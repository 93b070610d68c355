//! What honest clients do with what is theirs, at the careless operations and at their twins; every
//! answer is as the honest document declares it.

use serde_json::json;

use crate::journeys::Client;

const BOTH: [&str; 2] = ["/api", "/api/safe"];

#[tokio::test]
async fn alice_looks_at_her_orders_in_every_form() {
    for api in BOTH {
        let client = Client::logged_in("alice").await;
        assert!(client.get(&format!("{api}/orders/recent")).await["items"].is_array());
        let open = client.get(&format!("{api}/orders/search?status=new&customer_id=1")).await;
        assert_eq!(open["total"], 2);
        assert_eq!(client.get(&format!("{api}/orders/search")).await["total"], 3);
        let map = client.get(&format!("{api}/orders/by-id")).await;
        assert_eq!(map["orders"]["1"]["code"], "PH-A1");
        let pages = client.get(&format!("{api}/orders/pages")).await;
        assert_eq!(pages["_embedded"]["orders"][0]["code"], "PH-A1");
        let lines = client.send(&format!("GET {api}/orders/export"), &[], "", 200).await.text();
        assert!(lines.lines().count() >= 3, "{lines}");
        let two = client.get(&format!("{api}/orders/lookup?ids=1&ids=2")).await;
        assert_eq!(two["items"].as_array().map(Vec::len), Some(2));
        let ids = json!({ "ids": [1, 3] });
        let two = client.json(&format!("POST {api}/orders/lookup"), ids, 200).await;
        assert_eq!(two["items"][1]["id"], 3);
        assert_eq!(client.get(&format!("{api}/customers/1/orders")).await["total"], 3);
        assert_eq!(client.get(&format!("{api}/customers/1/orders/2")).await["id"], 2);
        let header = ["X-Order-Id: 2"];
        let current = client.send(&format!("GET {api}/orders/current"), &header, "", 200).await;
        assert_eq!(current.json()["id"], 2);
        let cookie = ["Cookie: last_order=3"];
        let last = client.send(&format!("GET {api}/orders/last"), &cookie, "", 200).await;
        assert_eq!(last.json()["id"], 3);
        client.get(&format!("{api}/orders/by-code/PH-A2")).await;
        client.send(&format!("HEAD {api}/orders/2"), &[], "", 200).await;
        client.send(&format!("HEAD {api}/orders/700"), &[], "", 404).await;
    }
}

#[tokio::test]
async fn alice_fetches_a_receipt_in_parts() {
    for api in BOTH {
        let client = Client::logged_in("alice").await;
        let line = format!("GET {api}/orders/1/receipt");
        let whole = client.send(&line, &[], "", 200).await;
        assert!(whole.text().starts_with("Receipt PH-A1\nFor Alice Example\n"), "{}", whole.text());
        let tag = format!("If-None-Match: {}", whole.header("etag"));
        client.send(&line, &[&tag], "", 304).await;
        let part = client.send(&line, &["Range: bytes=0-6"], "", 206).await;
        assert_eq!(part.text(), "Receipt");
        client.send(&format!("HEAD {api}/orders/1/receipt"), &[], "", 200).await;
    }
}

#[tokio::test]
async fn alice_changes_several_orders_at_once() {
    for api in BOTH {
        let client = Client::logged_in("alice").await;
        let notes = json!({ "1": { "note": "ring once" }, "3": { "note": "do not ring" } });
        let after = client.json(&format!("PATCH {api}/orders/notes"), notes, 200).await;
        assert_eq!(after["orders"]["3"]["note"], "do not ring");
        let note = json!({ "note": "ring twice" });
        client.json(&format!("PUT {api}/customers/1/orders/1"), note, 200).await;
        let terms = json!({ "note": "ring thrice", "delivery": "pickup" });
        let order = client.json(&format!("PATCH {api}/orders/1"), terms, 200).await;
        assert_eq!((&order["note"], &order["delivery"]), (&json!("ring thrice"), &json!("pickup")));
        let source = json!({ "source": "/api/orders/2" });
        let copy = client.json(&format!("POST {api}/orders/copy"), source, 201).await;
        assert_eq!((&copy["id"], &copy["customer_id"]), (&json!(7), &json!(1)));
        let merge = json!({ "into": 1, "from": 7 });
        let merged = client.json(&format!("POST {api}/orders/merge"), merge, 200).await;
        assert_eq!(merged["items"].as_array().map(Vec::len), Some(3));
        let ids = json!({ "ids": [1, 2, 3] });
        let cancelled = client.json(&format!("POST {api}/orders/cancel"), ids, 200).await;
        assert_eq!(cancelled["cancelled"], json!([1, 3]));
    }
    let client = Client::logged_in("alice").await;
    client.send("DELETE /api/safe/orders/3", &[], "", 204).await;
    client.send("DELETE /api/safe/orders/3", &[], "", 409).await;
}

#[tokio::test]
async fn alice_keeps_reminders_and_cards() {
    for api in BOTH {
        let client = Client::logged_in("alice").await;
        let reminders = format!("{api}/reminders");
        assert_eq!(client.get(&reminders).await["items"].as_array().map(Vec::len), Some(2));
        let text = json!({ "text": "buy Kalmavit" });
        let new = client.json(&format!("POST {reminders}"), text.clone(), 201).await;
        assert_eq!((&new["id"], &new["customer_id"]), (&json!(4), &json!(1)));
        client.json(&format!("PUT {reminders}/9"), text, 200).await;
        let patch = json!({ "text": "buy Kalmavit, two packs", "customer_id": 1 });
        client.json(&format!("PATCH {reminders}/9"), patch, 200).await;
        assert_eq!(client.get(&format!("{reminders}/9")).await["text"], "buy Kalmavit, two packs");
        client.send(&format!("DELETE {reminders}/9"), &[], "", 204).await;
        client.send(&format!("GET {reminders}/9"), &[], "", 404).await;
        let card = json!({ "last4": "0003", "expires": "2032-01" });
        let card = client.json(&format!("POST {api}/cards"), card, 201).await;
        assert_eq!(client.get(&format!("{api}/cards")).await["total"], 2);
        client.get(&format!("{api}/cards/{}", card["id"])).await;
        client.send(&format!("DELETE {api}/cards/{}", card["id"]), &[], "", 204).await;
        client.send(&format!("GET {api}/cards/{}", card["id"]), &[], "", 404).await;
    }
}

#[tokio::test]
async fn bob_follows_his_deliveries_and_takes_his_points() {
    for api in BOTH {
        let client = Client::logged_in("bob").await;
        let page = client.get(&format!("{api}/deliveries?per_page=1&page=2")).await;
        assert_eq!((&page["items"][0]["id"], &page["total"]), (&json!(5), &json!(2)));
        let to = json!({ "address": "9 Sample Street" });
        client.json(&format!("POST {api}/deliveries/2/reroute"), to, 200).await;
        let delivery = client.get(&format!("{api}/deliveries/2")).await;
        assert_eq!(delivery["recipient"]["contact"]["address"], "9 Sample Street");
        client.json(&format!("POST {api}/points/redeem"), json!({ "points": 100 }), 200).await;
        assert_eq!(client.get(&format!("{api}/points")).await["balance"], 200);
        let order = json!({ "order_id": 4 });
        let order = client.json(&format!("POST {api}/vouchers/WELCOME/use"), order, 200).await;
        assert_eq!(order["total_cents"], 2599);
        let voucher = client.get(&format!("{api}/vouchers/WELCOME")).await;
        assert_eq!((&voucher["last_order"]["id"], &voucher["uses_left"]), (&json!(4), &json!(49)));
        let person = json!({ "phone": "+1-555-0177" });
        let person = client.json(&format!("PATCH {api}/customers/2"), person, 200).await;
        assert_eq!(person["phone"], "+1-555-0177");
        client.get(&format!("{api}/customers/2")).await;
    }
}

#[tokio::test]
async fn paula_works_at_her_branch() {
    for api in BOTH {
        let client = Client::logged_in("paula").await;
        assert_eq!(client.get(&format!("{api}/staff/orders/1")).await["customer"]["id"], 1);
        let shipped = json!({ "status": "shipped" });
        client.json(&format!("PATCH {api}/staff/orders/1"), shipped, 200).await;
        let terms = json!({ "discount_percent": 10, "total_cents": 1125, "status": "paid" });
        let order = client.json(&format!("PATCH {api}/orders/3"), terms, 200).await;
        assert_eq!(order["total_cents"], 1125);
        client.get(&format!("{api}/staff/prescriptions")).await;
        client.get(&format!("{api}/staff/prescriptions/RX-1002")).await;
        let line = format!("POST {api}/staff/prescriptions/RX-1002/approve");
        let approved = client.send(&line, &[], "", 200).await.json();
        assert_eq!(
            (&approved["status"], &approved["assigned_to"]),
            (&json!("approved"), &json!(3))
        );
        let text = json!({ "text": "a shelf fell down" });
        let new = client.json(&format!("POST {api}/staff/incidents"), text, 201).await;
        assert_eq!(new["organisation_id"], "main");
        client.get(&format!("{api}/staff/incidents")).await;
        client.get(&format!("{api}/staff/incidents/1")).await;
        client.get(&format!("{api}/staff/takings")).await;
        client.get(&format!("{api}/staff/customers?branch=main")).await;
        client.get(&format!("{api}/staff/customers/2")).await;
        assert_eq!(client.get(&format!("{api}/customers")).await["total"], 4);
        let more = json!({ "quantity": 20 });
        client.json(&format!("POST {api}/staff/medicines/1/restock"), more, 200).await;
        let counted = json!({ "medicine_id": 1, "stock": 138 });
        let counted = client.json(&format!("POST {api}/stock/recount"), counted, 200).await;
        assert_eq!(counted["stock"], 138);
        let title = json!({ "title": "Living well with allergies" });
        client.json(&format!("PUT {api}/brochures/1"), title, 200).await;
        client.send(&format!("DELETE {api}/brochures/2"), &[], "", 204).await;
        let reminder = json!({ "customer_id": 1, "text": "bring the old packs" });
        client.json(&format!("POST {api}/reminders"), reminder, 201).await;
    }
}

#[tokio::test]
async fn rita_sees_the_branches_of_her_region() {
    for api in BOTH {
        let client = Client::logged_in("rita").await;
        for id in [1, 3, 4] {
            client.get(&format!("{api}/staff/incidents/{id}")).await;
        }
        assert_eq!(client.get(&format!("{api}/staff/orders/4")).await["code"], "PH-B1");
        let list = client.get(&format!("{api}/staff/customers?branch=main")).await;
        assert_eq!(list["total"], 4);
    }
    let client = Client::logged_in("petra").await;
    assert_eq!(client.get("/api/safe/staff/incidents").await["total"], 1);
    client.send("GET /api/safe/staff/orders/4", &[], "", 404).await;
}

#[tokio::test]
async fn adam_decides_and_it_counts_at_once() {
    for api in BOTH {
        let mut client = Client::logged_in("adam").await;
        client.get(&format!("{api}/admin/logins")).await;
        let settings = json!({ "delivery_cents": 590 });
        client.json(&format!("PUT {api}/admin/settings"), settings.clone(), 200).await;
        assert_eq!(client.get(&format!("{api}/settings")).await, settings);
        let text = json!({ "text": "closed on Monday" });
        client.json(&format!("POST {api}/notices"), text, 201).await;
        let notices = client.get(&format!("{api}/notices")).await;
        assert_eq!(notices["items"][1]["text"], "closed on Monday");
        client.get(&format!("{api}/brochures")).await;
        client.get(&format!("{api}/brochures/2")).await;
        let score = json!({ "credit_score": 700, "remarks": "pays in time" });
        let person = client.json(&format!("PATCH {api}/customers/1"), score, 200).await;
        assert_eq!(person["credit_score"], 700);
        let adam = client.token.clone();
        client.log_in("bob").await;
        client.send(&format!("GET {api}/staff/incidents"), &[], "", 403).await;
        let bob = std::mem::replace(&mut client.token, adam);
        let role = json!({ "role": "pharmacist" });
        client.json(&format!("PUT {api}/staff/customers/2/role"), role, 200).await;
        client.token = bob;
        client.get(&format!("{api}/staff/incidents")).await;
    }
}
