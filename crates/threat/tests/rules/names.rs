//! What names say: operations of documents that rules are about, and others that have the same words.

use std::fmt::Write as _;

use portcullis_threat::rules::rule;
use portcullis_threat::{DataClass, Element, Sources, Stated, System};

use crate::given::{Given, plan_without_policy};

/// An operation: method and path, and what is said of it.
#[derive(Debug, Clone, Copy)]
struct Said {
    title: &'static str,
    id: &'static str,
    /// Properties of its body.
    body: &'static [&'static str],
    /// The label of its answer.
    answer: &'static str,
    needs_credential: bool,
}

const fn said(title: &'static str) -> Said {
    Said { title, id: "", body: &[], answer: "application/json", needs_credential: true }
}

impl Said {
    const fn named(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    const fn with(self, body: &'static [&'static str]) -> Self {
        Self { body, ..self }
    }

    const fn giving(self, answer: &'static str) -> Self {
        Self { answer, ..self }
    }

    const fn open(self) -> Self {
        Self { needs_credential: false, ..self }
    }

    fn written(self) -> String {
        let (method, path) = self.title.split_once(' ').unwrap();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut text = format!("  {path}:\n    {}:\n", method.to_lowercase());
        let security = if self.needs_credential { "[{ key: [] }]" } else { "[]" };
        let _ = writeln!(text, "      security: {security}");
        if !self.id.is_empty() {
            let _ = writeln!(text, "      operationId: {}", self.id);
        }
        let of_path = path.split('{').skip(1).map(|part| part.split('}').next().unwrap());
        let parameter = |name: &str, place: &str| {
            format!("{{ name: {name}, in: {place}, required: true, schema: {{ type: string }} }}")
        };
        let mut all: Vec<String> = of_path.map(|name| parameter(name, "path")).collect();
        all.extend(query.split('&').filter(|name| !name.is_empty()).map(|name| {
            let place = if name.starts_with("X-") { "header" } else { "query" };
            parameter(name, place)
        }));
        let _ = writeln!(text, "      parameters: [{}]", all.join(", "));
        if !self.body.is_empty() {
            let each: Vec<String> =
                self.body.iter().map(|name| format!("{name}: {{ type: string }}")).collect();
            let schema = format!(
                "{{ type: object, additionalProperties: false, properties: {{ {} }} }}",
                each.join(", ")
            );
            let _ = writeln!(
                text,
                "      requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}"
            );
        }
        let _ = writeln!(
            text,
            "      responses: {{ \"200\": {{ description: ok, content: {{ {}: {{ schema: {{ type: string }} }} }} }} }}",
            self.answer
        );
        text
    }
}

/// The system of a document with these operations.
fn derived(all: &[Said]) -> Given {
    let mut text = "openapi: 3.1.0\ninfo: { title: Names, version: \"1\" }\nservers: [{ url: /api }]\n\
        components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }\npaths:\n"
        .to_owned();
    text.extend(all.iter().map(|one| one.written()));
    let plans = vec![plan_without_policy(&text)];
    let stated = Stated::default();
    let sources = Sources { plans: &plans, stated: &stated, has_gateway: false, requests: None };
    Given { system: System::derive(&sources), plans }
}

/// That a rule is about each of the first operations, and about none of the others. Each is alone in its document.
#[track_caller]
fn tells(id: &str, about: &[Said], not: &[Said]) {
    let rule = rule(id).unwrap();
    let hits = |one: Said| {
        let given = derived(&[one]);
        let is_entry = |element| matches!(element, Element::Entry(_));
        given.find(rule).iter().any(|hit| is_entry(hit.element))
    };
    let missed: Vec<&str> = about.iter().filter(|one| !hits(**one)).map(|one| one.title).collect();
    assert!(missed.is_empty(), "`{id}` does not see {missed:?}");
    let wrong: Vec<&str> = not.iter().filter(|one| hits(**one)).map(|one| one.title).collect();
    assert!(wrong.is_empty(), "`{id}` speaks of {wrong:?}");
}

#[test]
fn messages_go_out_where_something_is_sent_and_not_where_a_word_of_it_stands() {
    tells(
        "messages-at-your-cost",
        &[
            said("POST /messages").with(&["to", "body"]),
            said("POST /sms/send").with(&["text"]),
            said("POST /users/forgot-password").with(&["email"]),
            said("POST /v2/password-reset/request").with(&["email"]).open(),
            said("POST /projects/{id}/invitations").with(&["email"]),
            said("POST /verifications/call")
                .named("createVerificationCall")
                .with(&["phone_number"]),
            said("POST /orders/{id}/receipt").named("resendReceipt"),
            said("POST /nachrichten/senden").with(&["text"]),
            said("POST /mot-de-passe-oublie").named("envoyerCourriel").with(&["courriel"]),
        ],
        &[
            said("POST /statuses/{id}/pin"),
            said("DELETE /messages/{id}"),
            said("POST /studies/{id}/verify-md5"),
            said("POST /rules/reset").named("resetRankingRules"),
            said("PUT /calls/{id}").named("updateCall").with(&["status"]),
            said("POST /account/login").named("loginWithEmail").with(&["email", "password"]),
            said("POST /messages/search").with(&["to"]),
            said("POST /queues/{id}/messages").with(&["payload"]),
            said("POST /invitations/{id}/accept").named("acceptInvitation"),
            said("POST /email/templates").named("createEmailTemplate").with(&["text"]),
            said("POST /password-reset/confirm").with(&["token", "password"]),
        ],
    );
}

#[test]
fn a_webhook_is_a_place_where_others_report_and_not_a_list_of_them() {
    tells(
        "webhook-forged",
        &[
            said("POST /webhooks/stripe").with(&["type"]).open(),
            said("POST /services/yousign/webhook").with(&["event"]),
            said("POST /connections").named("processWebhook").with(&["event"]),
            said("POST /payment-callback").with(&["status"]),
            said("POST /hooks/in?X-Hub-Signature").with(&["ref"]),
        ],
        &[
            said("POST /webhooks").named("createWebhook").with(&["url"]),
            said("POST /webhooks").with(&["url"]),
            said("PUT /webhooks/{id}").named("updateWebhook").with(&["url"]),
            said("DELETE /webhook").named("deleteWebhook"),
            said("POST /webhooks/{id}/test").named("testWebhook"),
            said("POST /webhooks/list"),
            said("POST /hooks/{id}/enable").named("enableHook"),
            said("POST /webhook_subscriptions").with(&["url"]),
            said("POST /projects/{id}/webhook").named("createProjectWebhook").with(&["url"]),
        ],
    );
}

#[test]
fn what_moves_value_is_done_and_not_looked_at_or_set_up() {
    let moves = [
        said("POST /orders").with(&["items"]),
        said("POST /orders/new").with(&["items"]),
        said("POST /payments/{id}/refunds"),
        said("PUT /vouchers/{code}/redeem"),
        said("POST /vouchers/{code}/use"),
        said("POST /domains/buy").named("buyDomain"),
        said("POST /rpc/transfer").named("initiateTransfer").with(&["to"]),
        said("POST /bestellungen").with(&["menge"]),
        said("POST /pedidos").with(&["precio"]),
        said("POST /virements").with(&["montant"]),
        said("POST /conta/pagar").with(&["valor"]),
    ];
    let others = [
        said("POST /orders/list").named("listOrders").with(&["status"]),
        said("PUT /views/{id}/order").named("updateOrder").with(&["columns"]),
        said("POST /payment_policy").named("createPaymentPolicy").with(&["name"]),
        said("POST /nodes/apply").named("applyRecoveryPoint"),
        said("POST /invoices/design/preview").named("getOrderInvoicePreview"),
        said("PATCH /employer/{id}/paycode").named("patchPayCode").with(&["name"]),
        said("DELETE /orders/{id}"),
        said("POST /v1/{parent}:startManualRuns").named("transferConfigs.startManualRuns"),
        said("POST /views/sort-order").with(&["columns"]),
        said("POST /bookmarks").named("createBookmark").with(&["url"]),
    ];
    for id in ["two-at-once", "done-twice", "step-left-out"] {
        tells(id, &moves, &others);
    }
}

#[test]
fn own_values_need_a_body_that_says_how_much() {
    tells(
        "own-values",
        &[
            said("POST /payments").with(&["amount", "to"]),
            said("POST /orders").with(&["unit_price"]),
            said("POST /bestellungen").with(&["gesamtbetrag"]),
        ],
        &[said("POST /orders").with(&["article"]), said("POST /prices").with(&["price"])],
    );
}

#[test]
fn a_password_is_guessed_where_somebody_logs_in_and_not_where_one_is_configured() {
    tells(
        "password-guessed",
        &[
            said("POST /login").with(&["user", "password"]).open(),
            said("POST /anmeldung").with(&["benutzername", "passwort"]).open(),
            said("POST /sesion").with(&["usuario", "contrasena"]),
            said("PUT /users/{id}/password")
                .named("changePassword")
                .with(&["old_password", "password"]),
        ],
        &[
            said("PUT /sources/{id}").named("putSource").with(&["host", "password"]),
            said("POST /clusters/{id}:setMasterAuth")
                .named("clusters.setMasterAuth")
                .with(&["password"]),
            said("POST /auth/modules").named("createAuthModule").with(&["password"]),
            said("POST /databases").with(&["password"]),
        ],
    );
}

#[test]
fn a_reset_is_asked_for_or_ended_by_its_owner() {
    let resets = [
        said("POST /users/forgot-password").with(&["email"]),
        said("POST /password_reset").with(&["email"]),
        said("POST /passwort-vergessen").with(&["email"]),
        said("POST /mot-de-passe/oublie").with(&["courriel"]),
        said("POST /contraseña/restablecer").with(&["correo"]),
        said("POST /senha/recuperar").with(&["telefone"]),
        said("POST /password-reset/confirm").with(&["token", "password"]),
    ];
    let others = [
        said("PUT /users/{id}/reset-password").with(&["password"]),
        said("POST /counters/reset"),
        said("POST /settings/password-recovery").named("setRecoverySettings").with(&["days"]),
    ];
    tells("reset-opens-account", &resets, &others);
    tells("account-existence-told", &resets, &others[1..]);
}

#[test]
fn an_account_is_taken_over_where_its_address_changes_and_no_password_is_asked_for() {
    tells(
        "account-taken-by-address",
        &[
            said("PATCH /me").with(&["name", "email"]),
            said("PUT /users/{id}").with(&["phone"]),
            said("POST /account/change-email").with(&["email"]),
            said("PUT /utente").with(&["cellulare"]),
        ],
        &[
            said("PATCH /me").with(&["name"]),
            said("PUT /users/{id}").with(&["email", "current_password"]),
            said("PUT /customer-addresses/{id}").with(&["email"]),
            said("POST /users").with(&["email"]),
            said("POST /password-reset/confirm").with(&["token", "password"]).open(),
        ],
    );
}

#[test]
fn a_second_proof_is_where_one_is_asked_for() {
    tells(
        "second-step-skipped",
        &[
            said("POST /login/2fa").named("verify").with(&["code"]),
            said("POST /verify-otp").with(&["code"]),
            said("POST /two-factor/confirm").with(&["code"]),
        ],
        &[
            said("DELETE /users/{id}/mfa"),
            said("POST /calculate/load-factor").named("checkFactor").with(&["factor"]),
            said("GET /otp"),
        ],
    );
}

#[test]
fn tables_and_patterns_and_tenants_are_known_by_their_names() {
    let text = said("POST /notes").with(&["text"]);
    let hits = |id: &str, all: &[Said]| derived(all).find(rule(id).unwrap()).len();
    assert_eq!(hits("text-becomes-formula", &[text, said("GET /notes/all").giving("text/csv")]), 1);
    assert_eq!(hits("text-becomes-formula", &[text, said("GET /notes/all")]), 0);
    assert_eq!(hits("text-becomes-formula", &[said("GET /notes/all").giving("text/csv")]), 0);
    tells(
        "pattern-takes-minutes",
        &[said("GET /notes?regex"), said("POST /rules").with(&["pathRegex"])],
        &[said("GET /notes?pattern"), said("POST /rules").with(&["name"])],
    );
    for title in [
        "GET /orgs/{org}/notes",
        "GET /notes?tenantId",
        "GET /notes?X-Tenant",
        "GET /notes?mandant_id",
    ] {
        assert_eq!(hits("tenant-crossed", &[said(title)]), 1, "{title}");
    }
    for title in ["GET /notes/{id}", "GET /pages?organization", "GET /notes?companyName"] {
        assert_eq!(hits("tenant-crossed", &[said(title)]), 0, "{title}");
    }
    assert_eq!(hits("tenant-crossed", &[said("POST /leads").with(&["company"])]), 0);
}

#[test]
fn a_download_is_bytes_or_text_and_no_data() {
    tells(
        "others-script-shown",
        &[
            said("GET /leaflets/{id}").giving("text/plain"),
            said("GET /files/{id}").giving("application/pdf"),
        ],
        &[said("GET /notes/{id}"), said("GET /notes")],
    );
}

#[test]
fn a_form_a_day_and_a_language_are_no_objects() {
    tells(
        "others-objects-read",
        &[said("GET /notes/{id}"), said("GET /wells/{wellName}")],
        &[said("GET /games/{date}"), said("GET /texts/{lang}"), said("GET /list/{format}")],
    );
}

#[test]
fn what_is_deleted_or_chosen_by_its_path_is_not_stored() {
    tells(
        "text-becomes-page",
        &[said("POST /notes").with(&["text"])],
        &[said("DELETE /notes/{name}"), said("POST /conferences/{name}/stop")],
    );
}

/// The classes of data that an operation with this property takes.
fn classes(name: &'static str) -> Vec<DataClass> {
    let given = derived(&[said("POST /things").with(Box::leak(Box::new([name])))]);
    let entry = given.system.entries.first().unwrap();
    entry.takes.iter().collect()
}

#[test]
fn data_is_classed_by_names_in_seven_languages() {
    for (name, class) in [
        ("Geburtsdatum", DataClass::Personal),
        ("straßeUndHausnummer", DataClass::Personal),
        ("kontonummer", DataClass::Financial),
        ("personalausweis_nr", DataClass::Government),
        ("date_de_naissance", DataClass::Personal),
        ("numeroSecuriteSociale", DataClass::Government),
        ("prénom", DataClass::Personal),
        ("fecha_nacimiento", DataClass::Personal),
        ("contraseña", DataClass::Credential),
        ("numeroTarjeta", DataClass::Card),
        ("data_nascimento", DataClass::Personal),
        ("senha", DataClass::Credential),
        ("saúde", DataClass::Health),
        ("codice_fiscale", DataClass::Government),
        ("data_di_nascita", DataClass::Personal),
        ("burgerservicenummer", DataClass::Government),
        ("wachtwoord", DataClass::Credential),
    ] {
        assert!(classes(name).contains(&class), "{name}: {:?}", classes(name));
    }
}

#[test]
fn words_of_other_languages_are_no_part_of_english_ones() {
    for name in [
        "address2",
        "arztIndex",
        "commander",
        "direction",
        "edition",
        "format",
        "headline",
        "important",
        "importance",
        "lounge",
        "monitor",
        "movie",
        "nomination",
        "orderly",
        "pageNumber",
        "payload",
        "saltedHash",
        "solder",
        "strategy",
        "vaccinium",
        "valor",
        "village",
        "nom",
        "conta",
    ] {
        let found = classes(name);
        let is_expected = match name {
            "address2" | "arztIndex" => true,
            _ => found.is_empty(),
        };
        assert!(is_expected, "{name}: {found:?}");
    }
}
