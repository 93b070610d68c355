//! Who acts with what a browser sends along by itself? Only where callers show a cookie: a header field is sent by nobody
//! but their own page.

use portcullis_contract::BodyKind;
use portcullis_model::Method;
use serde_json::{Map, Value, json};

use super::honest::{Honest, Probe, expecting};
use super::kind::Kind;
use super::sent::media;
use super::{Found, Generator};

/// Nobody's site (RFC 2606).
const SITE: &str = "https://portcullis.example";

impl Generator<'_> {
    /// Whether anybody calls with a cookie; if not, that is said once.
    pub(super) fn cookies(&self, found: &mut Found) {
        if !self.people.iter().any(|one| one.has_cookie) {
            found.leave(
                "other sites",
                "those who are given call with header fields, which browsers do not send along by themselves",
            );
        }
    }

    /// What changes something is sent from a page of another site, as a form of it can.
    pub(super) fn other_site(&self, honest: &Honest<'_>, found: &mut Found) {
        let has_cookie = |name| self.people.iter().any(|one| one.name == name && one.has_cookie);
        let changes =
            self.is_unsafe(honest.operation) || self.model.is_changing(Some(honest.operation));
        if !changes || !honest.by.is_some_and(has_cookie) {
            return;
        }
        // Of the methods, a form has these two; with any other a browser asks the API first.
        let is_sent = self
            .model
            .contract
            .operation(honest.operation)
            .is_some_and(|one| matches!(one.method, Method::Get | Method::Post));
        if !is_sent {
            return;
        }
        let from = |origin: &str, site: &str| {
            let mut step = honest.step.clone();
            let fields =
                [("Origin", origin), ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "no-cors")];
            set_headers(&mut step, &fields);
            step
        };
        let mut attack = from(SITE, "cross-site");
        let Some(declared) = self.model.contract.operation(honest.operation) else { return };
        let kind = media(declared).ok().map(|media| &media.kind);
        let is_json = kind == Some(&BodyKind::Json);
        if is_json {
            // What a form cannot say needs a question before it, which the API would have to answer.
            set_headers(&mut attack, &[("Content-Type", "text/plain")]);
        }
        let own = from("${door}", "same-origin");
        found.drafts.push(self.probe(
            honest,
            Probe {
                kind: Kind::Site,
                act: "other-site".to_owned(),
                at: None,
                honest: vec![expecting(&own, json!([{ "status": ["2xx", "3xx"] }]))],
                attack: vec![Value::Object(attack)],
                look: Vec::new(),
                harm: vec![json!({ "status": "2xx" })],
            },
        ));
    }
}

fn set_headers(step: &mut Map<String, Value>, fields: &[(&str, &str)]) {
    let headers = step.entry("headers").or_insert_with(|| json!({}));
    if let Value::Object(headers) = headers {
        headers.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::small::{files, made, made_for, people, why};

    #[test]
    fn a_page_of_another_site_writes_with_the_cookie_of_whoever_looks_at_it() {
        let mut people = people();
        people.iter_mut().for_each(|one| one.has_cookie = true);
        let files = files(&made_for(&people, "", "", false), "gen-f4-create-order-ann");
        let [file] = files.as_slice() else { panic!("{files:#?}") };
        let headers = &file["attack"][0]["headers"];
        assert_eq!(headers["Origin"], "https://portcullis.example");
        assert_eq!(headers["Content-Type"], "text/plain", "a form cannot say that it sends JSON");
        assert_eq!(file["honest"][0]["headers"]["Origin"], "${door}");
        assert_eq!((&file["item"], &file["control"]), (&json!("F4"), &json!("cross_site")));
    }

    #[test]
    fn what_browsers_do_not_send_along_is_left_out_with_the_reason() {
        let made = made("", "", false);
        assert!(files(&made, "gen-f4-").is_empty());
        assert!(why(&made, "*", "other sites").unwrap().contains("header fields"));
    }
}
