//! What holds for all values in all styles: written by an independent hand (RFC 6570), they go on
//! as they were written; spelled in any other way that is accepted, too.

use std::fmt::Write as _;
use std::sync::LazyLock;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{Request, Styles};

static STYLES: LazyLock<Styles> = LazyLock::new(Styles::new);

/// One value.
#[derive(Debug, Clone)]
enum Value {
    Text(String),
    List(Vec<String>),
    Object(Vec<(String, String)>),
}

/// Where and how it is written: before it, the name, between items, between name and value of a
/// member, after it.
#[derive(Debug, Clone, Copy)]
struct Form {
    before: &'static str,
    between: &'static str,
    assign: &'static str,
    /// What is written before each item but the first.
    again: &'static str,
}

const fn form(before: &'static str, between: &'static str, assign: &'static str) -> Form {
    Form { before, between, assign, again: "" }
}

/// Forms of lists of words.
const LISTS: &[Form] = &[
    form("/simple/words/", ",", ""),
    form("/label/joined/.", ",", ""),
    form("/matrix/joined/;v=", ",", ""),
    Form { again: "v=", ..form("/matrix/words/;v=", ";", "") },
    form("/query?words=", ",", ""),
    form("/query?spaces=", "%20", ""),
    form("/query?pipes=", "%7C", ""),
    Form { again: "each=", ..form("/query?each=", "&", "") },
    Form { again: "filter%5Btags%5D%5B%5D=", ..form("/query?filter%5Btags%5D%5B%5D=", "&", "") },
    Form { again: "expand%5B%5D=", ..form("/query?expand%5B%5D=", "&", "") },
];

/// Forms of objects with members of any name.
const OBJECTS: &[Form] = &[
    form("/simple/assigned/", ",", "="),
    form("/label/pairs/.", ",", ","),
    form("/matrix/pairs/;v=", ",", ","),
    form("/matrix/assigned/;", ";", "="),
    form("/query?labels=", ",", ","),
    form("/query?spacePairs=", "%20", "%20"),
];

/// Escapes everything but unreserved characters, and by chance some of those.
fn escaped(text: &str, extra: &mut impl Iterator<Item = bool>) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_unreserved && !extra.next().unwrap_or(false) {
            out.push(char::from(byte));
        } else if extra.next().unwrap_or(false) {
            let _ = write!(out, "%{byte:02x}");
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn written(form: Form, value: &Value, extra: &[bool]) -> String {
    let mut extra = extra.iter().copied();
    let mut out = form.before.to_owned();
    let begin = |out: &mut String, place: usize| {
        if place > 0 {
            *out += form.between;
            *out += form.again;
        }
    };
    match value {
        Value::Text(text) => out += &escaped(text, &mut extra),
        Value::List(items) => {
            for (place, item) in items.iter().enumerate() {
                begin(&mut out, place);
                out += &escaped(item, &mut extra);
            }
        }
        Value::Object(members) => {
            for (place, (name, value)) in members.iter().enumerate() {
                begin(&mut out, place);
                out += &escaped(name, &mut extra);
                out += form.assign;
                out += &escaped(value, &mut extra);
            }
        }
    }
    out
}

fn goes_on(styles: &Styles, sent: &str) -> Option<String> {
    let accepted = styles.judge(&Request::to(sent))?.ok()?;
    assert!(accepted.dropped.is_empty(), "{sent}: {:?}", accepted.dropped);
    let mut out = String::from_utf8(accepted.path).unwrap();
    if !accepted.query.is_empty() {
        out += "?";
        out += std::str::from_utf8(&accepted.query).unwrap();
    }
    Some(out)
}

/// A text that holds none of the delimiters, in which two readers could differ.
const WORD: &str = "[^,;|=. \t\u{0}-\u{1f}\u{7f}-\u{9f}/\\\\]{1,5}";

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_list_goes_on_as_it_was_written(items in vec(WORD, 1..4), extra in vec(any::<bool>(), 64)) {
        let value = Value::List(items);
        for form in LISTS {
            let sent = written(*form, &value, &extra);
            let expected = written(*form, &value, &[]);
            prop_assert_eq!(goes_on(&STYLES, &sent), Some(expected));
        }
    }

    #[test]
    fn an_object_goes_on_as_it_was_written(
        members in btree_map(WORD, WORD, 1..4),
        extra in vec(any::<bool>(), 64),
    ) {
        let value = Value::Object(members.into_iter().collect());
        for form in OBJECTS {
            let sent = written(*form, &value, &extra);
            let expected = written(*form, &value, &[]);
            prop_assert_eq!(goes_on(&STYLES, &sent), Some(expected));
        }
    }

    #[test]
    fn a_text_goes_on_as_it_was_written(
        text in "[^\u{0}-\u{1f}\u{7f}-\u{9f}/\\\\]{1,8}",
        extra in vec(any::<bool>(), 64),
    ) {
        let form = form("/query?text=", "", "");
        let value = Value::Text(text);
        let sent = written(form, &value, &extra);
        prop_assert_eq!(goes_on(&STYLES, &sent), Some(written(form, &value, &[])));
    }

    #[test]
    fn what_goes_on_is_taken_again_and_stays_as_it_is(
        start in prop::sample::select(vec![
            "/simple/ids/", "/simple/words/", "/simple/pairs/", "/simple/assigned/", "/label/one/",
            "/label/joined/", "/label/ids/", "/label/pairs/", "/label/assigned/", "/matrix/one/",
            "/matrix/joined/", "/matrix/words/", "/matrix/pairs/", "/matrix/assigned/", "/json/",
            "/files/", "/repos/", "/report", "/text/", "/query?ids=", "/query?pairs=",
            "/query?filter", "/query?json=", "/query?form=", "/query?created", "/query?expand",
            "/query?", "/rest?", "/cookies?",
        ]),
        target in "(;v=|\\.|R|name|tags|status|\\[|\\]|%2[CcB]|%3[Bb]|%7[Cc]|[a1,;=&|.%+ -]){0,12}",
        cookies in "(theme|n|ids|each|pairs|R|json|=|; |%2C|%22|[\"{}:,1a\\\\]){0,12}",
        value in "(R|name|=|,| |\"|[{}:1a;])[a-z0-9,=]{0,8}",
    ) {
        let field = |name: &str| (name.to_owned(), value.clone());
        let request = Request {
            target: format!("{start}{target}"),
            fields: ["x-ids", "x-pairs", "x-assigned", "x-json", "x-text"].map(field).to_vec(),
            cookies: Some(cookies.clone()),
        };
        STYLES.hold(&request);
        STYLES.hold(&Request { fields: Vec::new(), ..request });
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..64), text in any::<String>()) {
        STYLES.hold_bytes(&bytes);
        STYLES.hold_bytes(text.as_bytes());
        STYLES.hold_bytes(format!("/query?{text}\n{text}\nx-ids: {text}").as_bytes());
    }
}
