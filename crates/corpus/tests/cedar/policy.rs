//! Contracts and policies: one contract with members of every kind, and policies for it by chance.

use portcullis_corpus::Chance;
use portcullis_model::{Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};
use serde_json::{Value, json};

/// Joins them as the command does.
pub(crate) fn model(contract: &Value, policy: &Value) -> Result<Model, String> {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.json", contract.to_string());
    let policy = Some(sources.add("portcullis.yaml", policy.to_string()));
    let (folder, overrides) = (std::path::PathBuf::new(), Overrides::default());
    let now = UnixMillis(1_790_000_000_000);
    let input = Input { sources, contract, policy, folder, overrides, now };
    Model::join(input).map_err(|failure| {
        let told = failure.diagnostics.iter();
        told.map(|one| format!("{}: {}\n", one.code.name, one.message)).collect()
    })
}

/// Orders and tickets.
pub(crate) fn contract() -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer" });
    let many = |items: &Value| json!({ "type": "array", "items": items });
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let answer = |schema: Value| json!({ "200": { "description": "d", "content": { "application/json": { "schema": schema } } } });
    let body = |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    let id = json!([{ "name": "id", "in": "path", "required": true, "schema": text },
                    { "name": "q", "in": "query", "schema": text }]);
    let of = |name: &str| {
        json!({ "parameters": id,
            "get": { "operationId": format!("get{name}"), "responses": answer(schema(name)) },
            "put": { "operationId": format!("update \"{name}\""), "requestBody": body(schema(name)),
                     "responses": answer(schema(name)) },
            "delete": { "operationId": format!("delete{name}"), "responses": answer(schema(name)) } })
    };
    let all = |name: &str| {
        json!({ "get": { "operationId": format!("list{name}s"), "responses": answer(many(&schema(name))) },
            "post": { "operationId": format!("create{name}"), "requestBody": body(schema(name)),
                      "responses": answer(schema(name)) } })
    };
    json!({
        "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "security": [{ "bearer": [] }],
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "Order": { "type": "object", "properties": {
                    "id": text, "owner": text, "if": text, "n": number, "paid": { "type": "boolean" },
                    "tags": many(&text), "org": text, "a/b": text,
                    "car": { "type": "object", "properties": { "mail": text } },
                    "items": many(&json!({ "type": "object", "properties": { "sku": text } })) } },
                "Ticket": { "type": "object", "properties": {
                    "id": text, "owners": many(&text), "owner": text, "org": many(&text), "unit": text } } } },
        "paths": { "/orders": all("Order"), "/orders/{id}": of("Order"),
            "/tickets": all("Ticket"), "/tickets/{id}": of("Ticket"),
            "/open": { "get": { "operationId": "open", "security": [], "responses": { "204": { "description": "d" } } } },
            "/logout": { "post": { "operationId": "logout", "requestBody": body(json!({ "type": "object", "properties": { "n": text } })),
                                   "responses": { "204": { "description": "d" } } } } }
    })
}

/// Callers, roles and units, the same in every policy.
fn callers() -> Value {
    let claim = |name: &str| json!({ "claim": format!("/{name}") });
    json!({
        "jwt": { "issuer": "https://login.example", "audience": "shop" },
        "attributes": { "role": claim("role"), "group": claim("group"), "mail": claim("mail"),
            "tenant": claim("tenant"), "unit": claim("unit"), "level": claim("level"), "flag": claim("flag") },
    })
}

/// A policy that the reader accepts.
pub(crate) fn by_chance(chance: &mut Chance) -> Value {
    let mut policy = json!({
        "apis": [{ "contract": "openapi.json", "upstream": "http://127.0.0.1:1" }],
        "callers": callers(),
        "roles": { "customer": [], "staff": ["customer"], "admin": ["staff"] },
        "organisation": { "berlin": "germany", "germany": "emea", "a": "b" },
        "resources": {
            "Order": { "owner": ["/owner", { "at": "/car/mail", "is": "mail" }], "relations": { "seller": "/items/sku" } },
            "Ticket": { "owner": if chance.below(2) == 0 { json!("/owners") } else { json!(["/owner", "/owners"]) },
                        "relations": { "seller": "/unit" } },
        },
    });
    if chance.below(2) == 0 {
        policy["tenant"] = json!("/org");
    }
    if chance.below(3) == 0 {
        policy["callers"]["id"] = json!("mail");
    }
    let rules = 1 + chance.below(6);
    policy["access"] = (0..rules).map(|_| rule(chance)).collect();
    if chance.below(3) == 0 {
        policy["access"].as_array_mut().unwrap().push(json!({ "callers": ["logout"] }));
    }
    if chance.below(3) == 0 {
        policy["access"].as_array_mut().unwrap().push(json!({ "anyone": ["open"] }));
    }
    policy
}

fn rule(chance: &mut Chance) -> Value {
    const MAY: [&str; 9] = [
        "read",
        "list",
        "create",
        "update",
        "delete",
        "*",
        "getOrder",
        "update \"Ticket\"",
        "logout",
    ];
    let words: Vec<&str> = (0..=chance.below(3)).filter_map(|_| chance.pick(&MAY)).collect();
    let forbids = chance.below(4) == 0;
    let mut rule = json!({ if forbids { "forbid" } else { "may" }: words });
    let is_of_functions = words.iter().all(|word| {
        word.contains("Order") || word.contains("T") || *word == "logout" || *word == "*"
    });
    let has_on = !is_of_functions || chance.below(3) > 0;
    if has_on {
        rule["on"] = match chance.below(4) {
            0 => json!("Order"),
            1 => json!("Ticket"),
            2 => json!("*"),
            _ => json!(["Ticket", "Order"]),
        };
    }
    for (key, names) in [
        ("role", &["customer", "staff", "admin"][..]),
        ("group", &["a", "b"]),
        ("scope", &["a", "read write"]),
    ] {
        if chance.below(3) == 0 {
            rule[key] = json!([chance.pick(names).unwrap()]);
        }
    }
    if chance.below(5) > 0 {
        // A rule for everything speaks of objects too.
        rule["when"] = json!(condition(chance, has_on, 3));
    }
    if !forbids && chance.below(4) == 0 {
        rule["across_tenants"] = json!(true);
        rule["reason"] = json!("support");
    }
    if has_on && chance.below(4) == 0 {
        rule["hide"] = json!(["/owner"]);
    }
    rule
}

fn condition(chance: &mut Chance, of_object: bool, depth: usize) -> String {
    if depth == 0 || chance.below(3) == 0 {
        return test(chance, of_object);
    }
    let mut inner = |of: &str| {
        let (one, other) =
            (condition(chance, of_object, depth - 1), condition(chance, of_object, depth - 1));
        format!("({one}) {of} ({other})")
    };
    match depth % 3 {
        0 => inner("or"),
        1 => inner("and"),
        _ => format!("not ({})", condition(chance, of_object, depth - 1)),
    }
}

fn test(chance: &mut Chance, of_object: bool) -> String {
    if of_object && chance.below(3) == 0 {
        return "mine".to_owned();
    }
    let left = operand(chance, of_object, false);
    match chance.below(9) {
        0 if !left.starts_with(['"', '\'', '7']) => left,
        1 | 2 => format!("{left} == {}", operand(chance, of_object, true)),
        3 => format!("{left} != {}", operand(chance, of_object, true)),
        4 | 5 => format!("{left} under {}", operand(chance, of_object, true)),
        _ => format!("{left} in {}", operand(chance, of_object, true)),
    }
}

fn operand(chance: &mut Chance, of_object: bool, may_be_list: bool) -> String {
    const CALLER: [&str; 9] = [
        "caller.id",
        "caller.subject",
        "caller.mail",
        "caller.role",
        "caller.group",
        "caller.unit",
        "caller.level",
        "caller.flag",
        "path.id",
    ];
    const REQUEST: [&str; 4] = ["path.id", "query.q", "body./n", "body./owner"];
    const OBJECT: [&str; 9] = [
        "resource./owner",
        "resource./if",
        "resource./n",
        "resource./paid",
        "resource./tags",
        "resource./a~1b",
        "resource.seller",
        "resource./items/sku",
        "resource./nothing/there",
    ];
    const TEXTS: [&str; 9] = [
        "\"a\"",
        "'b'",
        "\"true\"",
        "7",
        "true",
        "\"berlin\"",
        "\"germany\"",
        "\"emea\"",
        "\"x\\y\n\"",
    ];
    match chance.below(if may_be_list { 9 } else { 8 }) {
        0..=2 => chance.pick(&CALLER),
        3 => chance.pick(&REQUEST),
        4..=6 if of_object => chance.pick(&OBJECT),
        8 => {
            // Cedar joins no sets: lists here are of texts, and of one value beside them for `in`.
            let items: Vec<String> =
                (0..=chance.below(3)).map(|_| (*chance.pick(&TEXTS).unwrap()).to_owned()).collect();
            return format!("[{}]", items.join(", "));
        }
        _ => chance.pick(&TEXTS),
    }
    .unwrap()
    .to_owned()
}
