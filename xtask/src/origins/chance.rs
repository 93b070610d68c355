//! Requests put together by chance, the same in every run.

use crate::chance::Chance;
use crate::origins::requests::{Expected, Request, TEXTS, escaped};

/// How many are made.
const COUNT: usize = 500;

/// Texts by chance.
struct Texts(Chance);

impl Texts {
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    fn text(&mut self) -> String {
        let count = 1 + self.below(3);
        (0..count).filter_map(|_| TEXTS.get(self.below(TEXTS.len()))).copied().collect()
    }

    /// A spelling of a text: what need not be escaped is, sometimes.
    fn spelled(&mut self, text: &str) -> String {
        let mut out = String::new();
        for character in text.chars() {
            if character.is_ascii_alphanumeric() && self.below(4) > 0 {
                out.push(character);
            } else {
                out.push_str(&escaped(character.encode_utf8(&mut [0; 4])));
            }
        }
        if self.below(2) == 0 { out } else { out.to_lowercase() }
    }
}

/// A path, a query of several parameters in any order, and a header, each of chance texts.
pub(crate) fn requests() -> Vec<Request> {
    let mut chance = Texts(Chance::new(7));
    (0..COUNT)
        .map(|place| if place % 2 == 0 { path(&mut chance) } else { query(&mut chance) })
        .collect()
}

fn path(chance: &mut Texts) -> Request {
    let text = chance.text();
    let target = format!("/text/{}", chance.spelled(&text));
    let bytes = format!("GET {target} HTTP/1.1\r\nHost: api\r\n\r\n").into_bytes();
    let path = format!("/text/{text}").into_bytes();
    let expected = Expected { method: "GET", path, ..Expected::default() };
    Request { kind: "by chance: paths", bytes, expected }
}

fn query(chance: &mut Texts) -> Request {
    const NAMES: [&str; 6] = ["q", "free", "odd name[&=]", "debug", "one", "x-undeclared"];
    let mut names: Vec<&str> = NAMES.into_iter().filter(|_| chance.below(2) == 0).collect();
    // Each name once, in any order.
    for place in (1..names.len()).rev() {
        names.swap(place, chance.below(place + 1));
    }
    let mut pairs = Vec::new();
    let mut query = Vec::new();
    for name in names {
        let value = chance.text();
        query.push(format!("{}={}", chance.spelled(name), chance.spelled(&value)));
        if !matches!(name, "debug" | "x-undeclared") {
            pairs.push((name.as_bytes().to_vec(), value.into_bytes()));
        }
    }
    let target = format!("/query?{}", query.join("&"));
    let bytes = format!("GET {target} HTTP/1.1\r\nHost: api\r\n\r\n").into_bytes();
    let expected =
        Expected { method: "GET", path: b"/query".to_vec(), pairs, ..Expected::default() };
    Request { kind: "by chance: queries", bytes, expected }
}
