//! Who asks for more, sends more, or comes more often than anybody said?

use std::borrow::Cow;
use std::time::Duration;

use portcullis_contract::{Operation, Parameter, Place, Types};
use portcullis_controls::resource_limits::is_page_size;
use portcullis_model::Method;
use portcullis_policy::{RateBound, RateCost, RateKey, RateLimit};
use serde_json::{Value, json};

use super::danger::Danger;
use super::honest::{Honest, Probe, expecting, queried};
use super::kind::Kind;
use super::lists::list;
use super::{Found, Generator};

/// No page is so large.
const EVERYTHING: u32 = 1_000_000;
/// A page is asked for that has so many times what it may have: enough to see it, and little enough to be answered.
const PAGE_TIMES: u32 = 10;
/// The largest page that an honest request asks for: what has more pages than this has is not looked into.
const PAGE_MAX: u32 = 2_000;
/// Bytes of a body that is sent to see whether it is taken.
const LARGE_MAX: usize = 16 << 20;
/// Arrays inside one another are at most so many times those that the policy lets in.
const DEPTH_TIMES: usize = 8;
/// Requests that show a rate: what needs more is not tried.
const REQUESTS_MAX: usize = 50;
/// Below this, requests are let in again while others are under way.
const SHORT: Duration = Duration::from_secs(10);

impl Generator<'_> {
    /// Pages, bodies and rates.
    pub(super) fn amounts(&self, honest: &Honest<'_>, found: &mut Found) {
        let Some(declared) = self.model.contract.operation(honest.operation) else { return };
        if declared.method == Method::Get {
            self.page(honest, declared, found);
        }
        self.bodies(honest, found);
        self.rate(honest, found);
    }

    /// A page of everything, where the largest one that is allowed is full: else nobody sees whether it is larger.
    fn page(&self, honest: &Honest<'_>, declared: &Operation, found: &mut Found) {
        let is_it = |one: &&Parameter| one.place == Place::Query && is_page_size(&one.name);
        let Some(size) = declared.parameters.iter().find(is_it) else { return };
        let Some(at) = list(&self.model.contract, declared) else { return };
        let own = self.model.amounts.get(honest.operation).and_then(|one| one.page_size);
        let of_policy = own.unwrap_or(self.model.limits.page_size_max);
        let most =
            most(size).unwrap_or(EVERYTHING).min(u32::try_from(of_policy).unwrap_or(u32::MAX));
        if most > PAGE_MAX {
            return found.leave("page", "nothing says how large a page may be");
        }
        let asking = |count: u32| queried(&honest.step, &size.name, &count.to_string());
        let full = json!([{ "status": "2xx" }, { "json": at, "length_at_least": most }]);
        found.drafts.push(self.probe(
            honest,
            Probe {
                kind: Kind::Page,
                act: "page".to_owned(),
                at: Some(size.name.clone()),
                honest: vec![expecting(&asking(most), full)],
                attack: vec![Value::Object(asking(most * PAGE_TIMES))],
                look: Vec::new(),
                harm: vec![
                    json!({ "status": "2xx" }),
                    json!({ "json": at, "length_at_least": most + 1 }),
                ],
            },
        ));
    }

    /// The honest body, with more in it than anybody needs: arrays in one another, or spaces behind it.
    fn bodies(&self, honest: &Honest<'_>, found: &mut Found) {
        let Some(body) = honest.step.get("body").and_then(|body| body.get("json")) else { return };
        let text = body.to_string();
        // In a text a saved value has no type of its own.
        if text.contains("${") {
            return;
        }
        let sending = |pieces: Value| {
            let mut step = honest.step.clone();
            let headers = step.entry("headers").or_insert_with(|| json!({}));
            if let Value::Object(headers) = headers {
                headers.insert("Content-Type".to_owned(), json!("application/json"));
            }
            step.insert("body".to_owned(), json!({ "text": pieces }));
            vec![Value::Object(step)]
        };
        let mut add = |kind, act: &str, attack| {
            found.drafts.push(self.probe(
                honest,
                Probe {
                    kind,
                    act: act.to_owned(),
                    at: None,
                    honest: Vec::new(),
                    attack,
                    look: Vec::new(),
                    harm: vec![json!({ "status": "2xx" })],
                },
            ));
        };
        let limits = &self.model.limits;
        if let Some(begin) = text.strip_suffix('}') {
            let comma = if begin == "{" { "" } else { "," };
            let depth = limits.json_depth_max * DEPTH_TIMES;
            let begin = format!("{begin}{comma}\"portcullis\":");
            let many = |one: char| json!({ "repeat": one, "times": depth });
            add(Kind::Deep, "deep", sending(json!([begin, many('['), many(']'), "}"])));
        }
        if limits.body_bytes_max < LARGE_MAX {
            let spaces = json!({ "repeat": " ", "times": limits.body_bytes_max });
            add(Kind::Large, "large", sending(json!([text, spaces])));
        }
    }

    /// More requests than the first rate that speaks of the operation lets in.
    fn rate(&self, honest: &Honest<'_>, found: &mut Found) {
        let speaks = |one: &&RateLimit| {
            one.of.as_ref().is_some_and(|of| of.contains(&honest.operation))
                && matches!(one.bound, RateBound::Often(..))
        };
        let Some(rate) = self.model.rates.iter().find(speaks) else { return };
        let requests = match too_many(rate) {
            Ok(requests) => requests,
            Err(why) => return found.leave("rate", why),
        };
        let mut step = honest.step.clone();
        let rounds: Vec<String> = (1..=requests).map(|round| round.to_string()).collect();
        // At once, so that nothing comes back meanwhile; then once more, and that one is judged.
        let last = step.clone();
        step.insert("each".to_owned(), json!(rounds));
        step.insert("together".to_owned(), json!(true));
        let mut draft = self.probe(
            honest,
            Probe {
                kind: Kind::Rate,
                act: "rate".to_owned(),
                at: None,
                honest: Vec::new(),
                attack: vec![Value::Object(step), Value::Object(last)],
                look: Vec::new(),
                harm: vec![json!({ "status": "2xx" })],
            },
        );
        // Whoever is counted is not let in for a while: what only reads goes before.
        draft.worst = draft.worst.max(Some(Danger::Writes));
        found.drafts.push(draft);
    }
}

/// The largest number that a parameter may be; none: any.
fn most(parameter: &Parameter) -> Option<u32> {
    let schema = parameter.schema.as_ref()?;
    if !schema.types.intersects(Types::NUMBER) {
        return None;
    }
    let fits = |number: u32| {
        let scalar = parameter.scalar(Cow::Owned(number.to_string())).ok();
        scalar.is_some_and(|scalar| schema.check_scalar(&scalar).is_ok())
    };
    if fits(EVERYTHING) {
        return None;
    }
    let (mut low, mut high) = (0, EVERYTHING);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if fits(middle) { low = middle } else { high = middle }
    }
    (low > 0).then_some(low)
}

/// How many requests a rate does not let in; or why that is not tried.
fn too_many(rate: &RateLimit) -> Result<usize, String> {
    let is_counted_anyhow = |key: &RateKey| !matches!(key, RateKey::Value(_) | RateKey::Object(_));
    if !rate.per.iter().all(is_counted_anyhow) || rate.distinct.is_some() {
        return Err("its rate counts by values of the request".to_owned());
    }
    let RateBound::Often(often, RateCost::Fixed(cost)) = &rate.bound else {
        return Err("what its rate counts is no number of requests".to_owned());
    };
    let again = if often.per < SHORT { often.count } else { 0 };
    let units = often.burst.max(1).saturating_add(again);
    let requests = units.div_ceil((*cost).max(1)).saturating_add(2) as usize;
    if requests > REQUESTS_MAX {
        return Err(format!("it takes more than {REQUESTS_MAX} requests to see its rate"));
    }
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use super::super::small::{files, made, why};
    use super::*;

    #[test]
    fn a_page_is_too_large_only_where_the_largest_one_is_full() {
        let files = files(&made("", "", false), "gen-a4-list-orders-ann-page");
        let [file] = files.as_slice() else { panic!("{files:#?}") };
        assert_eq!(file["honest"][0]["send"], "GET /v2/orders?limit=50");
        assert_eq!(
            file["honest"][0]["expect"][1],
            json!({ "json": "/items", "length_at_least": 50 })
        );
        assert_eq!(file["attack"][0]["send"], "GET /v2/orders?limit=500");
        assert_eq!(file["harm"][1], json!({ "json": "/items", "length_at_least": 51 }));
    }

    #[test]
    fn bodies_are_the_honest_ones_with_too_much_in_them() {
        let made = made("", "limits: { body_bytes: 10KiB, json_depth: 20 }\n", false);
        let deep = &files(&made, "gen-a4-create-order-ann-deep")[0]["attack"][0]["body"]["text"];
        assert!(deep[0].as_str().unwrap().ends_with(",\"portcullis\":"), "{deep}");
        assert_eq!(deep[1], json!({ "repeat": "[", "times": 160 }));
        let large = &files(&made, "gen-a4-create-order-ann-large")[0]["attack"][0]["body"]["text"];
        assert_eq!(large[1], json!({ "repeat": " ", "times": 10 << 10 }));
    }

    #[test]
    fn a_rate_is_tried_where_few_requests_show_it() {
        let rate = |rate: &str| {
            made("", &format!("rates: [{{ of: listOrders, per: caller, rate: {rate} }}]\n"), false)
        };
        let made = rate("5/min");
        let rounds = &files(&made, "gen-a4-list-orders-ann-rate")[0]["attack"][0]["each"];
        assert!((6..=12).contains(&rounds.as_array().unwrap().len()), "{rounds}");
        let made = rate("500/min");
        assert!(files(&made, "gen-a4-list-orders-ann-rate").is_empty());
        assert_eq!(
            why(&made, "listOrders", "rate"),
            Some("it takes more than 50 requests to see its rate")
        );
    }
}
