//! Which addresses lead people to any web site (open redirects)?

use portcullis_contract::{Parameter, Place, Pointing};
use portcullis_model::Method;
use serde_json::{Value, json};

use super::honest::{Honest, Probe, expecting, queried};
use super::kind::Kind;
use super::{Found, Generator};

/// Names, without case and separators, of what says where to go on.
const GOES_ON: [&str; 17] = [
    "redirect",
    "redirecturi",
    "redirecturl",
    "redirectto",
    "url",
    "uri",
    "next",
    "return",
    "returnto",
    "returnurl",
    "continue",
    "to",
    "target",
    "dest",
    "destination",
    "goto",
    "back",
];
/// Nobody's site (RFC 2606), encoded.
const AWAY: [(&str, &str); 2] = [
    ("host", "https%3A%2F%2Fportcullis.example%2F${unique}"),
    ("slashes", "%2F%5Cportcullis.example%2F${unique}"),
];
/// Where a browser ends that is sent there: it reads `\` as `/`.
const AT_AWAY: &str = r"^\s*(https?:)?[/\\]{2}portcullis\.example([/\\?#]|$)";

impl Generator<'_> {
    /// A link to this API that ends elsewhere.
    pub(super) fn leads(&self, honest: &Honest<'_>, found: &mut Found) {
        let Some(declared) = self.model.contract.operation(honest.operation) else { return };
        if declared.method != Method::Get {
            return;
        }
        let leads = declared.parameters.iter().find(|one| self.goes_on(one));
        let Some(parameter) = leads else { return };
        let here = format!("{}%2F", self.model.base_path.replace('/', "%2F"));
        for (act, away) in AWAY {
            let own = queried(&honest.step, &parameter.name, &here);
            found.drafts.push(self.probe(
                honest,
                Probe {
                    kind: Kind::Redirect,
                    act: format!("leads-{act}"),
                    at: Some(parameter.name.clone()),
                    honest: vec![expecting(&own, json!([{ "status": ["2xx", "3xx"] }]))],
                    attack: vec![Value::Object(queried(&honest.step, &parameter.name, away))],
                    look: Vec::new(),
                    harm: vec![
                        json!({ "status": "3xx" }),
                        json!({ "header": "Location", "matches": AT_AWAY }),
                    ],
                },
            ));
        }
    }

    fn goes_on(&self, one: &Parameter) -> bool {
        let is_letter = |letter: &char| letter.is_ascii_alphanumeric();
        let plain: String =
            one.name.chars().filter(is_letter).collect::<String>().to_ascii_lowercase();
        let shape = one.schema.as_ref().map(|schema| self.model.contract.shapes.get(schema.shape));
        let points = shape
            .is_some_and(|shape| matches!(shape.pointing, Pointing::Url | Pointing::Reference));
        one.place == Place::Query && (points || GOES_ON.contains(&&*plain))
    }
}

#[cfg(test)]
mod tests {
    use super::super::small::{files, made};
    use super::*;

    #[test]
    fn what_goes_on_elsewhere_is_led_to_nobodys_site() {
        let paths = "
  /leave:
    get:
      operationId: leave
      parameters: [{ name: return_to, in: query, required: true, schema: { type: string, format: uri } }]
      responses: { '302': { description: x } }
";
        let files =
            files(&made(paths, "  - { callers: [leave] }\n", false), "gen-a13-leave-ann-leads");
        assert_eq!(files.len(), 2);
        assert_eq!(files[0]["honest"][0]["send"], "GET /v2/leave?return_to=%2Fv2%2F");
        let sent = "GET /v2/leave?return_to=https%3A%2F%2Fportcullis.example%2F${unique}";
        assert_eq!(files[0]["attack"][0]["send"], sent);
        let away = regex::Regex::new(AT_AWAY).unwrap();
        for (place, is_away) in [
            ("https://portcullis.example/u1", true),
            ("/\\portcullis.example/u1", true),
            ("//portcullis.example", true),
            ("/leave?to=https://portcullis.example/", false),
            ("https://shop.example/?to=//portcullis.example/", false),
            ("https://portcullis.example.shop.example/", false),
        ] {
            assert_eq!(away.is_match(place), is_away, "{place}");
        }
    }
}
