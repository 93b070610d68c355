//! What the generator makes of a small API that is not the sample.

#[cfg(test)]
mod any_contract {
    use std::path::PathBuf;

    use portcullis_attack::generate::{ATTACKS_MAX, Generated, Options, Person, generate};
    use portcullis_model::{Sources, UnixMillis};
    use portcullis_policy::{Input, Model, Overrides};
    use serde_json::{Value, json};

    /// The paths of orders; what else there is, tests add.
    const ORDERS: &str = r##"
  /orders:
    post:
      operationId: createOrder
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/NewOrder" } } } }
      responses: { "201": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getOrder
      responses: { "200": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
    patch:
      operationId: updateOrder
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/OrderChange" } } } }
      responses: { "200": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
"##;

    const SCHEMAS: &str = r"
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  schemas:
    NewOrder:
      type: object
      required: [lines]
      properties:
        id: { type: integer, readOnly: true }
        note: { type: string }
        lines: { type: array, items: { type: object, properties: { n: { type: integer } } } }
    OrderChange:
      type: object
      properties: { state: { type: string, enum: [new, paid] }, note: { type: string } }
    Order:
      type: object
      properties:
        id: { type: integer }
        customer_id: { type: integer }
        note: { type: string }
        state: { type: string, enum: [new, paid] }
        vip: { type: boolean }
        tags: { type: array, items: { type: string } }
        lines: { type: array, items: { type: object, properties: { n: { type: integer }, price: { type: number } } } }
";

    const RULES: &str = "
callers:
  jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }]
  attributes: { role: { claim: /role } }
roles: { customer: [], staff: [] }
resources: { Order: { owner: /customer_id } }
access:
  - { role: customer, may: [read, create, update], on: Order, when: mine, readonly: [/state] }
  - { role: staff, may: [read, update], on: Order }
";

    const PEOPLE: [(&str, &str); 3] = [("ann", "customer"), ("ben", "customer"), ("sue", "staff")];

    fn made(paths: &str, schemas: &str, rules: &str) -> Generated {
        made_for(&PEOPLE, paths, schemas, rules)
    }

    fn made_for(people: &[(&str, &str)], paths: &str, schemas: &str, rules: &str) -> Generated {
        let document = format!(
            "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\nsecurity: [{{ bearer: [] }}]\n\
             paths:{paths}{schemas}"
        );
        let mut sources = Sources::default();
        let contract = sources.add("api.yaml", document);
        let policy = format!(
            "apis: [{{ contract: api.yaml, upstream: \"http://127.0.0.1:9\" }}]\n\
             listen: 127.0.0.1:0\n{rules}"
        );
        let policy = Some(sources.add("portcullis.yaml", policy));
        let folder = PathBuf::new();
        let overrides = Overrides { upstream: None, listen: None };
        let now = UnixMillis(1_800_000_000_000);
        let joined = Model::join(Input { sources, contract, policy, folder, overrides, now });
        let model = joined.unwrap_or_else(|failure| panic!("{:?}", failure.diagnostics));
        let person = |(name, role): &(&str, &str)| Person {
            name: (*name).to_owned(),
            roles: Some(vec![(*role).to_owned()]),
            has_cookie: false,
        };
        let people: Vec<Person> = people.iter().map(person).collect();
        let options = Options {
            policy_file: None,
            attacks_max: ATTACKS_MAX,
            seed: 1,
            permits_destruction: false,
        };
        generate(&model, &people, &options).unwrap()
    }

    fn orders() -> Generated {
        made(ORDERS, SCHEMAS, RULES)
    }

    /// The attacks on an operation of one row, as files.
    fn files(made: &Generated, operation: &str, item: &str) -> Vec<Value> {
        let all = made.attacks.iter().filter(|one| one.operation == operation);
        let files = all.map(|one| serde_json::from_str::<Value>(&one.text).unwrap());
        files.filter(|file| file["item"] == item).collect()
    }

    /// Those that write a property, and those that say whose an object is.
    fn parted(files: Vec<Value>) -> (Vec<Value>, Vec<Value>) {
        files.into_iter().partition(|file| !file["id"].as_str().unwrap().ends_with("-owner"))
    }

    /// Those that write a property.
    fn writes(made: &Generated, operation: &str) -> Vec<Value> {
        parted(files(made, operation, "A6")).0
    }

    /// Those that say whose an object is, of one row.
    fn gives(made: &Generated, operation: &str, item: &str) -> Vec<Value> {
        parted(files(made, operation, item)).1
    }

    /// Who writes what.
    fn written(made: &Generated, operation: &str) -> Vec<(String, Value)> {
        let files = writes(made, operation);
        let found = files.iter().map(|file| {
            let (by, harm) = (&file["attack"][0]["as"], &file["harm"][1]);
            let at = harm["json"].as_str().unwrap();
            (format!("{} {at}", by.as_str().unwrap()), harm["equals"].clone())
        });
        found.collect()
    }

    #[test]
    fn what_is_not_for_somebody_is_written_by_them() {
        let made = orders();
        let of = |who: &str, all: &[(&str, Value)]| -> Vec<(String, Value)> {
            all.iter().map(|(at, value)| (format!("{who} {at}"), value.clone())).collect()
        };
        let changed = [
            of("ann", &[("/state", json!("paid")), ("/vip", json!(true))]),
            of("sue", &[("/vip", json!(true))]),
        ];
        assert_eq!(written(&made, "updateOrder"), changed.concat());
        // Items stand in lists; staff may not create, and of two customers one tries.
        let created = of(
            "ann",
            &[
                ("/id", json!("${number}")),
                ("/state", json!("paid")),
                ("/vip", json!(true)),
                ("/lines/*/price", json!(4217)),
            ],
        );
        assert_eq!(written(&made, "createOrder"), created);
    }

    #[test]
    fn the_property_was_another_one_before_and_is_read_again_by_the_owner() {
        let made = orders();
        let files = writes(&made, "updateOrder");
        let state = &files[0];
        assert_eq!(state["attack"][0]["body"]["json"]["state"], "paid");
        // What they may not write is no part of the honest request, and something else is.
        assert_eq!(state["honest"][0]["body"]["json"], json!({ "note": "v${unique}" }));
        assert_eq!(state["honest"][1]["expect"][1], json!({ "json": "/state", "differs": "paid" }));
        assert_eq!(state["honest"][1]["at_api"], true);
        assert_eq!(state["look"][0]["send"], "GET /orders/${canary0_id0}");
        let of_staff = files.last().unwrap();
        assert_eq!(of_staff["before"][0]["as"], "ann", "staff change the orders of others");
        assert_eq!(of_staff["look"][0]["as"], "ann");
    }

    #[test]
    fn what_was_made_is_looked_at_where_it_is() {
        let created = writes(&orders(), "createOrder");
        assert_eq!(created[0]["attack"][0]["save"], json!({ "made": "/id" }));
        assert_eq!(created[0]["look"][0]["send"], "GET /orders/${made}");
        let items = created.last().unwrap();
        assert_eq!(items["attack"][0]["body"]["json"]["lines"][0]["price"], 4217);
        // Where nothing reads it again, the answer says what was made.
        let paths: String = ORDERS.replace(
            "    get:\n      operationId: getOrder",
            "    head:\n      operationId: headOrder",
        );
        let created = writes(&made(&paths, SCHEMAS, RULES), "createOrder");
        assert_eq!(created.len(), 4);
        assert_eq!(created[0]["look"], json!([]));
        assert_eq!(created[0]["honest"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_body_that_takes_any_name_is_tried_with_what_rules_close() {
        let open = SCHEMAS.replace(
            "properties: { state: { type: string, enum: [new, paid] }, note: { type: string } }",
            "additionalProperties: { type: string }",
        );
        let made = made(ORDERS, &open, RULES);
        assert_eq!(written(&made, "updateOrder"), [("ann /state".to_owned(), json!("paid"))]);
    }

    #[test]
    fn an_own_object_is_given_to_somebody_else() {
        let given = "customer_id: { type: integer }, state: { type: string, enum: [new, paid] }, note: { type: string } }";
        let schemas = SCHEMAS.replace(
            "properties: { state: { type: string, enum: [new, paid] }, note: { type: string } }",
            &format!("properties: {{ {given}"),
        );
        let declared = made(ORDERS, &schemas, RULES);
        let given = gives(&declared, "updateOrder", "A1");
        // Staff may change what others have, so they may say whose it is.
        let [file] = given.as_slice() else { panic!("{given:#?}") };
        assert_eq!(file["attack"][0]["as"], "ann");
        assert_eq!(file["attack"][0]["body"]["json"]["customer_id"], "${theirs_owner0}");
        assert_eq!(file["before"][1]["as"], "ben");
        assert_eq!(file["before"][1]["save"]["theirs_owner0"], "/customer_id");
        assert_eq!(file["honest"][1]["as"], "ann");
        assert_eq!(file["look"][0]["as"], "ben", "it is theirs now, so they see it");
        assert_eq!(file["look"][0]["send"], "GET /orders/${canary0_id0}");
        assert_eq!(
            file["harm"][1],
            json!({ "json": "/customer_id", "equals": "${theirs_owner0}" })
        );
    }

    #[test]
    fn whose_it_is_may_also_be_a_property_that_nobody_declares() {
        let made = orders();
        let of = |operation: &str| -> Vec<String> {
            let files = gives(&made, operation, "A6");
            files.iter().map(|file| file["attack"][0]["as"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(of("createOrder"), ["ann"]);
        assert_eq!(of("updateOrder"), ["ann", "sue"]);
    }

    #[test]
    fn what_is_no_json_is_attacked_in_its_own_form() {
        let body = |media: &str| {
            let paths =
                ORDERS.replacen("content: { application/json", &format!("content: {{ {media}"), 1);
            let schemas = SCHEMAS.replace(
                "NewOrder:\n      type: object",
                "NewOrder:\n      type: object\n      xml: { name: order }",
            );
            let files = writes(&made(&paths, &schemas, RULES), "createOrder");
            let vip = files.iter().find(|file| file["harm"][1]["json"] == "/vip").unwrap();
            vip["attack"][0].clone()
        };
        let form = body("application/x-www-form-urlencoded");
        assert_eq!(form["body"]["form"]["vip"], "true");
        let parts = body("multipart/form-data");
        let parts = parts["body"]["parts"].as_array().unwrap().clone();
        assert!(parts.contains(&json!({ "name": "vip", "text": "true" })), "{parts:?}");
        assert!(parts.contains(&json!({ "name": "lines", "json": { "n": 1 } })), "{parts:?}");
        let xml = body("application/xml");
        let text = xml["body"]["text"].as_str().unwrap();
        assert!(text.starts_with("<order>") && text.contains("<vip>true</vip>"), "{text}");
        assert_eq!(xml["headers"]["Content-Type"], "application/xml");
    }

    #[test]
    fn a_body_that_is_a_list_is_left_out_with_the_reason() {
        let paths = ORDERS.replacen(
            "{ $ref: \"#/components/schemas/OrderChange\" }",
            "{ type: array, items: { $ref: \"#/components/schemas/OrderChange\" } }",
            1,
        );
        let made = made(&paths, SCHEMAS, RULES);
        assert_eq!(written(&made, "updateOrder"), []);
        let left = made.left_out.iter().find(|left| left.what == "properties by ann").unwrap();
        assert_eq!((&*left.operation, &*left.why), ("updateOrder", "its body is a list"));
    }

    const CARDS: &str = r##"
  /cards:
    post:
      operationId: createCard
      requestBody: { content: { application/json: { schema: { type: object, properties: { limit: { type: integer } } } } } }
      responses: { "201": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Card" } } } } }
    get:
      operationId: listCards
      responses: { "200": { description: x, content: { application/json: { schema: { type: object, properties: { items: { type: array, items: { $ref: "#/components/schemas/Card" } } } } } } } }
"##;

    #[test]
    fn a_list_of_numbers_is_judged_by_the_ids_of_its_items() {
        let card = "    Card: { type: object, properties: { id: { type: integer }, customer_id: { type: integer }, limit: { type: integer } } }\n";
        let rules = RULES
            .replace("resources: {", "resources: { Card: { owner: /customer_id },")
            .replace("on: Order, when: mine, readonly", "on: [Order, Card], when: mine, readonly");
        let made = made(&format!("{ORDERS}{CARDS}"), &format!("{SCHEMAS}{card}"), &rules);
        let files = files(&made, "listCards", "A1");
        let [file] = files.as_slice() else { panic!("{files:#?} {:#?}", made.left_out) };
        assert_eq!(file["attack"][0]["as"], "ben");
        let harm = json!({ "json": "/items/*/id", "equals": "${canary0_id0}" });
        assert_eq!(file["harm"][1], harm);
        assert_eq!(file["honest"][0]["expect"][1], harm, "the owner's list has it");
    }

    #[test]
    fn what_wants_another_credential_is_left_out_with_the_reason() {
        let other = "
  /partner/report:
    get: { operationId: partnerReport, security: [{ partner: [] }], responses: { '200': { description: x } } }
  /report:
    get: { operationId: report, security: [{ partner: [] }, { bearer: [] }], responses: { '200': { description: x } } }
";
        let schemas = SCHEMAS.replace(
            "bearer: { type: http, scheme: bearer }",
            "bearer: { type: http, scheme: bearer }, partner: { type: http, scheme: basic }",
        );
        let rules = format!("{RULES}  - {{ role: staff, may: [report, partnerReport] }}\n");
        let made = made(&format!("{ORDERS}{other}"), &schemas, &rules);
        assert!(files(&made, "partnerReport", "A5").is_empty());
        let left = made.left_out.iter().find(|left| left.operation == "partnerReport").unwrap();
        assert_eq!(left.why, "it wants a credential that no caller of the policy has: `partner`");
        assert_eq!(files(&made, "report", "A5").len(), 2);
    }

    #[test]
    fn somebody_writes_an_own_object_where_they_can_make_one() {
        let rules = RULES.replace(
            "role: staff, may: [read, update]",
            "role: staff, may: [read, create, update]",
        );
        let files = writes(&made(ORDERS, SCHEMAS, &rules), "updateOrder");
        let of_staff = files.last().unwrap();
        assert_eq!(
            (&of_staff["attack"][0]["as"], &of_staff["before"][0]["as"]),
            (&json!("sue"), &json!("sue"))
        );
    }

    #[test]
    fn the_value_is_not_the_one_that_the_object_was_made_with() {
        let schemas = SCHEMAS
            .replace("required: [lines]", "required: [lines, state]")
            .replace(
                "note: { type: string }\n        lines",
                "state: { type: string, enum: [paid] }\n        lines",
            )
            .replace(
                "state: { type: string, enum: [new, paid] }, note",
                "state: { type: string, enum: [new, sent, paid] }, note",
            );
        let found = written(&made(ORDERS, &schemas, RULES), "updateOrder");
        assert_eq!(found[0], ("ann /state".to_owned(), json!("sent")));
    }

    #[test]
    fn what_was_not_made_for_this_is_not_given_away() {
        let paths = r##"
  /my/parcels:
    get: { operationId: listMyParcels, responses: { "200": { description: x, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Parcel" } } } } } } }
  /parcels/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get: { operationId: getParcel, responses: { "200": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Parcel" } } } } } }
    patch:
      operationId: updateParcel
      requestBody: { content: { application/json: { schema: { type: object, properties: { note: { type: string } } } } } }
      responses: { "200": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Parcel" } } } } }
"##;
        let parcel = "    Parcel: { type: object, properties: { id: { type: integer }, customer_id: { type: integer }, sent: { type: boolean } } }\n";
        let rules = RULES
            .replace("Order: { owner: /customer_id }", "Parcel: { owner: /customer_id }")
            .replace("on: Order", "on: Parcel")
            .replace(", readonly: [/state]", "");
        let made = made(paths, &format!("{SCHEMAS}{parcel}"), &rules);
        assert!(gives(&made, "updateParcel", "A6").is_empty());
        let left = made.left_out.iter().find(|left| left.what == "owner by ann").unwrap();
        assert_eq!(left.why, "it would give away what was not made for this");
        // Other properties of it are written: it stays theirs.
        assert_eq!(written(&made, "updateParcel")[0], ("ann /sent".to_owned(), json!(true)));
    }

    #[test]
    fn whom_rules_surely_let_does_it_before_whom_they_may_let() {
        let rules = "
callers:
  jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }]
  attributes: { role: { claim: /role } }
roles: { customer: [], helper: [], staff: [] }
resources: { Order: { owner: /customer_id, relations: { helper: /helper_id } } }
access:
  - { role: customer, may: [create], on: Order, when: mine }
  - { role: helper, may: [read], on: Order, when: resource.helper == caller.id }
  - { role: staff, may: [read], on: Order }
";
        let people = [("ann", "customer"), ("hal", "helper"), ("sue", "staff")];
        let schemas = SCHEMAS.replace("vip: {", "helper_id: { type: integer }\n        vip: {");
        let made = made_for(&people, ORDERS, &schemas, rules);
        let reads = files(&made, "getOrder", "A2");
        assert_eq!(reads[0]["honest"][0]["as"], "sue");
    }

    #[test]
    fn what_is_made_under_an_id_of_the_request_is_left_out_with_the_reason() {
        let schemas =
            SCHEMAS.replace("id: { type: integer, readOnly: true }", "id: { type: integer }");
        let made = made(ORDERS, &schemas, RULES);
        let left: Vec<&str> = made
            .left_out
            .iter()
            .filter(|left| left.operation == "createOrder")
            .map(|left| &*left.why)
            .collect();
        assert!(left.contains(&"the request says under which id it is made"), "{left:?}");
    }

    #[test]
    fn what_nobody_may_write_is_left_out_with_the_reason() {
        let rules = RULES
            .replace("create, update]", "create]")
            .replace("may: [read, update]", "may: [read]");
        let made = made(ORDERS, SCHEMAS, &rules);
        assert_eq!(written(&made, "updateOrder"), []);
        let left = made.left_out.iter().find(|left| left.what == "properties").unwrap();
        assert_eq!(left.operation, "updateOrder");
        assert_eq!(left.why, "the rules let nobody of those who are given do it");
    }
}
