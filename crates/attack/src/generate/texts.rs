//! Which texts of a request are read as a language? Judged by what the answer shows: a product that was computed, a file,
//! a field, items that were not asked for, the words of a database. The status alone is none of it, and that a text is
//! kept as it was sent is no flaw: it is one where a page shows it as a part of itself.

use portcullis_contract::{Collection, Operation, Parameter, Place, Pointing, Types};
use portcullis_model::Method;
use portcullis_policy::naming::words;
use portcullis_policy::{InputPlace, RequestPlace};
use serde_json::{Map, Value, json};

use super::draft::hashed;
use super::honest::{Honest, Probe, expecting, queried};
use super::kind::Kind;
use super::lists::list;
use super::sent::media;
use super::sink::Sink;
use super::{Found, Generator};
use crate::percent::encoded;

/// Texts of one operation that are tried.
const TEXTS_MAX: usize = 2;
/// Words in names of what may be a file.
const OF_FILES: [&str; 12] = [
    "file", "files", "filename", "path", "name", "document", "doc", "page", "template", "folder",
    "include", "leaflet",
];
/// The word that no other try has.
const WORD: &str = "${unique}";
/// How databases say that they do not understand a query: SQLite, PostgreSQL, MySQL, Oracle, SQL Server, and drivers.
const FAULT: &str = r#"(?i)SQL syntax|syntax error at or near|near \\?".{0,40}\\?": syntax error|unrecognized token: |unterminated quoted string|quoted string not properly terminated|Unclosed quotation mark|ORA-\d{5}|SQLITE_ERROR|SQLSTATE\[|PG::SyntaxError|psycopg2?\.errors|sqlite3\.OperationalError"#;
/// The first line of what every Unix has, and nobody writes by chance.
const PASSWD: &str = r"root:[^:\s]{0,40}:0:0:";
/// What a page shows, as its answer calls it.
const PAGE: &str = r"(?i)^(text/html|application/xhtml\+xml|image/svg\+xml)";
/// A field that no API answers with.
const FIELD: &str = "X-Portcullis-Probe";

/// A text of a request.
struct Field {
    /// `query.q`, `body./note`.
    at: String,
    place: At,
    name: String,
}

enum At {
    Query,
    Body,
}

impl Generator<'_> {
    /// Each language in each text.
    pub(super) fn texts(&self, honest: &Honest<'_>, found: &mut Found) {
        let Some(declared) = self.model.contract.operation(honest.operation) else { return };
        let mut fields = self.fields(honest, declared);
        if fields.len() > TEXTS_MAX {
            found.leave("texts", format!("there are more than {TEXTS_MAX}"));
            fields.truncate(TEXTS_MAX);
        }
        for (place, field) in fields.into_iter().enumerate() {
            for sink in Sink::ALL {
                match self.text(honest, declared, (place, &field), sink) {
                    Ok(draft) => found.drafts.extend(draft.map(|one| self.probe(honest, one))),
                    Err(why) => found.leave(&field.at, why),
                }
            }
        }
    }

    /// Texts that may be any text: those of the query first.
    fn fields(&self, honest: &Honest<'_>, declared: &Operation) -> Vec<Field> {
        let query = declared.parameters.iter().filter(|one| self.is_free(honest, one));
        let mut all: Vec<Field> = query
            .map(|one| Field {
                at: format!("query.{}", one.name),
                place: At::Query,
                name: one.name.clone(),
            })
            .collect();
        let Ok(media) = media(declared) else { return all };
        let free = self.requests.samples.free_texts(declared, media);
        let body = free.into_iter().filter(|name| self.names_no_object(honest, &in_body(name)));
        all.extend(body.map(|name| Field { at: format!("body./{name}"), place: At::Body, name }));
        all
    }

    fn is_free(&self, honest: &Honest<'_>, one: &Parameter) -> bool {
        let is_plain = one.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
        let shape = one.schema.as_ref().map(|schema| self.model.contract.shapes.get(schema.shape));
        let is_text = shape.is_none_or(|shape| {
            shape.types.intersects(Types::STRING)
                && !shape.is_choice
                && !shape.text.is_confined
                && shape.pointing == Pointing::Nowhere
        });
        let place = InputPlace::One(RequestPlace::Query(one.name.clone()));
        one.place == Place::Query
            && one.collection == Collection::Single
            && is_plain
            && is_text
            && self.names_no_object(honest, &place)
    }

    /// Whether a place of its request holds no id of an object.
    pub(super) fn names_no_object(&self, honest: &Honest<'_>, place: &InputPlace) -> bool {
        let touched = self.model.authorization.operations.get(honest.operation);
        touched.is_none_or(|one| one.inputs.iter().all(|input| input.place != *place))
    }

    /// One language in one text; none: it makes no sense there.
    fn text(
        &self,
        honest: &Honest<'_>,
        declared: &Operation,
        (place, field): (usize, &Field),
        sink: Sink,
    ) -> Result<Option<Probe>, String> {
        let lists = list(&self.model.contract, declared);
        let reads = declared.method == Method::Get && matches!(field.place, At::Query);
        let is_file = words(&field.name).iter().any(|word| OF_FILES.contains(&word.as_str()));
        let makes_sense = match sink {
            Sink::Query => reads && lists.is_some(),
            Sink::Page => reads,
            Sink::File => is_file,
            _ => true,
        };
        if !makes_sense {
            return Ok(None);
        }
        let Tried { text, honest: word, expect, harm } =
            self.saying_what(honest, field, sink, lists.as_deref().unwrap_or_default());
        let plain = match word {
            Some(word) => self.saying(honest, field, &word)?,
            None => honest.step.clone(),
        };
        Ok(Some(Probe {
            kind: Kind::Text(sink),
            act: format!("{}{place}", sink.word()),
            at: Some(field.at.clone()),
            honest: vec![expecting(&plain, Value::Array(expect))],
            attack: vec![Value::Object(self.saying(honest, field, &text)?)],
            look: Vec::new(),
            harm,
        }))
    }

    /// The honest request with this text there.
    fn saying(
        &self,
        honest: &Honest<'_>,
        field: &Field,
        text: &str,
    ) -> Result<Map<String, Value>, String> {
        match field.place {
            At::Query => {
                let parts: Vec<String> = text.split(WORD).map(|part| encoded(part, b"")).collect();
                Ok(queried(&honest.step, &field.name, &parts.join(WORD)))
            }
            At::Body => {
                let pointer = format!("/{}", field.name.replace('~', "~0").replace('/', "~1"));
                self.with_members(honest, vec![(pointer, json!(text))])
            }
        }
    }

    fn saying_what(&self, honest: &Honest<'_>, field: &Field, sink: Sink, list: &str) -> Tried {
        let success = json!({ "status": ["2xx", "3xx"] });
        let (one, other) = self.factors(honest, field);
        let product = (one * other).to_string();
        let computed = |text: String| Tried {
            text,
            honest: None,
            expect: vec![success.clone(), json!({ "lacks": product })],
            harm: vec![json!({ "contains": product })],
        };
        match sink {
            // Behind `=` as well as within `LIKE '%...%'` it is true of everything.
            Sink::Query => Tried {
                text: format!("{WORD}' OR '1' LIKE '1"),
                honest: Some(WORD.to_owned()),
                expect: vec![success.clone(), json!({ "json": list, "length_at_most": 0 })],
                harm: vec![success, json!({ "json": list, "length_at_least": 1 })],
            },
            Sink::QueryFault => Tried {
                text: format!("{WORD}'\""),
                honest: None,
                expect: vec![success],
                harm: vec![json!({ "matches": FAULT })],
            },
            Sink::Template => {
                computed(format!("{{{{{one}*{other}}}}} ${{{one}*{other}}} <%= {one}*{other} %>"))
            }
            Sink::Shell => {
                computed(format!("x; expr {one} \\* {other}; $(expr {one} \\* {other})"))
            }
            Sink::File => Tried {
                text: format!("{}etc/passwd", "../".repeat(10)),
                honest: None,
                expect: vec![success],
                harm: vec![json!({ "matches": PASSWD })],
            },
            Sink::Head => Tried {
                text: format!("{WORD}\r\n{FIELD}: {WORD}"),
                honest: None,
                expect: vec![success],
                harm: vec![json!({ "header": FIELD, "equals": WORD })],
            },
            Sink::Page => {
                let markup = format!("<script>alert('{WORD}')</script>");
                Tried {
                    harm: vec![
                        json!({ "header": "Content-Type", "matches": PAGE }),
                        json!({ "contains": markup }),
                    ],
                    text: markup,
                    honest: None,
                    expect: vec![success],
                }
            }
        }
    }

    /// Two numbers whose product stands in no answer by chance; the same for the same seed.
    fn factors(&self, honest: &Honest<'_>, field: &Field) -> (u64, u64) {
        let lot = hashed(&format!("{}{}", self.name(honest.operation), field.at), self.seed);
        (10_007 + lot % 80_000, 10_007 + (lot >> 32) % 80_000)
    }
}

/// A text, and what it shows.
struct Tried {
    text: String,
    /// What the honest request says there; none: what it says by itself.
    honest: Option<String>,
    expect: Vec<Value>,
    harm: Vec<Value>,
}

fn in_body(name: &str) -> InputPlace {
    InputPlace::One(RequestPlace::Body(format!("/{name}")))
}

#[cfg(test)]
mod tests {
    use super::super::small::{files, made, why};
    use super::*;

    #[test]
    fn a_search_is_asked_for_nothing_and_must_find_nothing() {
        let files = files(&made("", "", false), "gen-a8-list-orders-ann-sql0");
        let [file] = files.as_slice() else { panic!("{files:#?}") };
        assert_eq!(file["honest"][0]["send"], "GET /v2/orders?q=${unique}");
        assert_eq!(
            file["honest"][0]["expect"][1],
            json!({ "json": "/items", "length_at_most": 0 })
        );
        let sent = "GET /v2/orders?q=${unique}%27%20OR%20%271%27%20LIKE%20%271";
        assert_eq!(file["attack"][0]["send"], sent);
        assert_eq!(file["harm"][1], json!({ "json": "/items", "length_at_least": 1 }));
    }

    #[test]
    fn what_is_computed_shows_in_a_product_that_the_text_does_not_say() {
        let files = files(&made("", "", false), "gen-a8-create-order-ann-template0");
        let [file] = files.as_slice() else { panic!("{files:#?}") };
        let text = file["attack"][0]["body"]["json"]["note"].as_str().unwrap();
        let product = file["harm"][0]["contains"].as_str().unwrap();
        let (one, other) =
            text.strip_prefix("{{").unwrap().split_once("}}").unwrap().0.split_once('*').unwrap();
        let computed = one.parse::<u64>().unwrap() * other.parse::<u64>().unwrap();
        assert_eq!(product, computed.to_string());
        assert!(!text.contains(product));
        assert_eq!(file["honest"][0]["expect"][1], json!({ "lacks": product }));
    }

    #[test]
    fn only_free_texts_are_tried_and_only_some_of_them() {
        let paths = "
  /news:
    get:
      operationId: news
      parameters:
        - { name: kind, in: query, schema: { type: string, enum: [a, b] } }
        - { name: day, in: query, schema: { type: string, format: date } }
        - { name: a, in: query, schema: { type: string } }
        - { name: file, in: query, schema: { type: string } }
        - { name: c, in: query, schema: { type: string } }
      responses: { '200': { description: x } }
";
        let made = made(paths, "  - { callers: [news] }\n", false);
        let tried: Vec<(String, String)> = files(&made, "gen-a8-news-ann-")
            .iter()
            .map(|file| {
                let id = file["id"].as_str().unwrap().trim_start_matches("gen-a8-news-ann-");
                let title = file["title"].as_str().unwrap();
                (id.to_owned(), title.split('`').nth(1).unwrap().to_owned())
            })
            .collect();
        let has = |id: &str, at: &str| tried.contains(&(id.to_owned(), at.to_owned()));
        assert!(has("page0", "query.a") && has("file1", "query.file"), "{tried:?}");
        assert!(!has("file0", "query.a"), "its name is not that of a file");
        let others = |(_, at): &(String, String)| at != "query.a" && at != "query.file";
        assert!(!tried.iter().any(others), "{tried:?}");
        assert!(!tried.iter().any(|(id, _)| id.starts_with("sql0")), "it answers no list");
        assert_eq!(why(&made, "news", "texts"), Some("there are more than 2"));
    }
}
