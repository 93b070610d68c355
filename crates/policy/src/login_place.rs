//! Places in requests and answers, and questions about answers.

use portcullis_model::Diagnostic;
use portcullis_yaml::{Node, Notes, Read, inline_schemas, scalar, shown};

use crate::authorization::InputPlace;
use crate::codes;
use crate::login::{AnswerPlace, AnswerTest, Literal, RequestPlace, Tested};
use crate::serialized::SerializedBy;

/// Bytes of one such word.
const BYTES_MAX: usize = 512;

/// A member of an answer: `answer./user/id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerMember(pub(crate) String);

/// Where an attribute is from: `login./customer_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoginMember(pub(crate) String);

fn pointer(text: &str) -> Option<String> {
    let mut escapes = text.split('~').skip(1);
    // A space would hide an operator that is misspelt.
    let is_pointer = text.starts_with('/')
        && !text.contains(char::is_whitespace)
        && escapes.all(|rest| rest.starts_with(['0', '1']));
    is_pointer.then(|| text.to_owned())
}

fn name(text: &str) -> Option<String> {
    let is_name = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"=;,\"/\\".contains(&byte));
    is_name.then(|| text.to_owned())
}

/// `body./email`, `path.id`, `query.page`, `cookie.cart`.
pub(crate) fn request_place(text: &str) -> Option<RequestPlace> {
    let (kind, rest) = text.split_once('.')?;
    match kind {
        "body" => pointer(rest).map(RequestPlace::Body),
        "path" => name(rest).map(RequestPlace::Path),
        "query" => name(rest).map(RequestPlace::Query),
        "cookie" => name(rest).map(RequestPlace::Cookie),
        _ => None,
    }
}

/// `header.x-shop`: its name, in lower case.
pub(crate) fn header_name(text: &str) -> Option<String> {
    name(text.strip_prefix("header.")?).map(|name| name.to_ascii_lowercase())
}

/// A value of a request, of a header field too: `header.x-shop`.
pub(crate) fn value_place(text: &str) -> Option<InputPlace> {
    header_name(text).map(InputPlace::Header).or_else(|| request_place(text).map(InputPlace::One))
}

/// The same, `header.x-order`, and `names./orders`: a name may be anything, since it is looked up.
pub(crate) fn input_place(text: &str) -> Option<InputPlace> {
    let (kind, rest) = text.split_once('.').filter(|(_, rest)| !rest.is_empty())?;
    let name = rest.to_owned();
    let is_pointer = rest.starts_with('/');
    Some(match kind {
        "path" => InputPlace::One(RequestPlace::Path(name)),
        "query" => InputPlace::One(RequestPlace::Query(name)),
        "cookie" => InputPlace::One(RequestPlace::Cookie(name)),
        "header" => InputPlace::Header(name.to_ascii_lowercase()),
        "body" if is_pointer => InputPlace::One(RequestPlace::Body(name)),
        "names" if is_pointer => InputPlace::Names(name),
        _ => return None,
    })
}

fn serialized_by(text: &str) -> Option<SerializedBy> {
    match text {
        "caller" => Some(SerializedBy::Caller),
        "everybody" => Some(SerializedBy::Everybody),
        place => request_place(place).map(SerializedBy::Value),
    }
}

fn answer_place(text: &str) -> Option<AnswerPlace> {
    let (kind, rest) = text.split_once('.')?;
    match kind {
        "answer" => pointer(rest).map(AnswerPlace::Member),
        "cookie" => name(rest).map(AnswerPlace::Cookie),
        _ => None,
    }
}

fn test(text: &str) -> Option<AnswerTest> {
    let operators = [(" == ", true), (" != ", false)];
    let split = operators
        .into_iter()
        .find_map(|(operator, is_equal)| Some((text.split_once(operator)?, is_equal)));
    let (of, with, is_equal) = match split {
        Some(((of, with), is_equal)) => (of.trim(), Some(literal(with.trim())?), is_equal),
        None => (text.trim(), None, true),
    };
    let of = match of {
        "status" => Tested::Status,
        "answer.location" => Tested::Location,
        member => Tested::Member(pointer(member.strip_prefix("answer.")?)?),
    };
    let is_comparable = match (&of, &with) {
        (Tested::Status, with) => matches!(with, Some(Literal::Number(_))),
        (Tested::Location, with) => matches!(with, None | Some(Literal::Text(_))),
        (Tested::Member(_), _) => true,
    };
    is_comparable.then_some(AnswerTest { of, with, is_equal })
}

fn literal(text: &str) -> Option<Literal> {
    let is_number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    match text {
        "true" => Some(Literal::Truth(true)),
        "false" => Some(Literal::Truth(false)),
        "null" => Some(Literal::Null),
        text if is_number(text) => Some(Literal::Number(text.to_owned())),
        text => {
            let text = text.strip_prefix('"')?.strip_suffix('"')?;
            (!text.contains(['"', '\\'])).then(|| Literal::Text(text.to_owned()))
        }
    }
}

fn read<T>(
    node: &Node,
    notes: &mut Notes,
    parse: impl Fn(&str) -> Option<T>,
    (what, help): (&str, &str),
) -> Option<T> {
    let text = scalar(node, notes)?;
    let value = if text.len() > BYTES_MAX { None } else { parse(text) };
    if value.is_none() {
        notes.push(|| {
            Diagnostic::error(&codes::BAD_POINTER, format!("{} is no {what}", shown(text)))
                .at(node.span)
                .help(help)
        });
    }
    value
}

macro_rules! places {
    ($($name:ident: $parse:expr, $what:literal, $help:literal;)*) => { $(
        impl Read for $name {
            fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
                read(node, notes, $parse, ($what, $help))
            }
        }
    )* };
}
places! {
    RequestPlace: request_place, "place in a request",
        "write `body./email`, `path.username`, `query.user` or `cookie.refresh`";
    SerializedBy: serialized_by, "value by which requests wait for one another",
        "write `body./from_account`, `path.account`, `query.account`, `caller` or `everybody`";
    AnswerPlace: answer_place, "place in an answer",
        "write `answer./token`, or `cookie.session` for a cookie that it sets";
    AnswerMember: |text| pointer(text.strip_prefix("answer.")?).map(AnswerMember),
        "member of an answer", "write `answer./customer_id`";
    LoginMember: |text| pointer(text.strip_prefix("login.")?).map(LoginMember),
        "member of a login's answer", "write `login./customer_id`";
    AnswerTest: test, "question about an answer",
        "write `answer./status == \"fail\"`, `answer./error`, `status == 303` or `answer.location == \"/login?error\"`";
}

inline_schemas! {
    RequestPlace: { "type": "string", "pattern": "^(body\\./|path\\.|query\\.|cookie\\.)", "examples": ["body./email", "path.username"] },
    SerializedBy: { "type": "string", "pattern": "^(body\\./|path\\.|query\\.|cookie\\.|caller$|everybody$)", "examples": ["body./from_account", "caller"] },
    AnswerPlace: { "type": "string", "pattern": "^(answer\\./|cookie\\.)", "examples": ["answer./token", "cookie.session"] },
    AnswerMember: { "type": "string", "pattern": "^answer\\./", "examples": ["answer./customer_id"] },
    LoginMember: { "type": "string", "pattern": "^login\\./", "examples": ["login./customer_id"] },
    AnswerTest: { "type": "string", "pattern": "^(answer\\.|status )", "examples": ["answer./status == \"fail\"", "answer./error"] },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_question_has_one_reading() {
        let ask = |of, with, is_equal| Some(AnswerTest { of, with, is_equal });
        let member = |at: &str| Tested::Member(at.to_owned());
        let text = |text: &str| Some(Literal::Text(text.to_owned()));
        for (said, meant) in [
            ("answer./status == \"fail\"", ask(member("/status"), text("fail"), true)),
            ("answer./ok != true", ask(member("/ok"), Some(Literal::Truth(true)), false)),
            ("answer./error", ask(member("/error"), None, true)),
            ("status == 303", ask(Tested::Status, Some(Literal::Number("303".into())), true)),
            (
                "answer.location == \"/login?error\"",
                ask(Tested::Location, text("/login?error"), true),
            ),
            ("status", None),
            ("status == \"303\"", None),
            ("answer./status = \"fail\"", None),
            ("answer./status == fail", None),
            ("answer.status == \"fail\"", None),
            ("body./status", None),
        ] {
            assert_eq!(test(said), meant, "{said}");
        }
    }

    #[test]
    fn a_place_is_a_kind_and_a_name() {
        assert_eq!(request_place("body./a/b"), Some(RequestPlace::Body("/a/b".into())));
        assert_eq!(request_place("path.user.name"), Some(RequestPlace::Path("user.name".into())));
        assert_eq!(answer_place("cookie.sid"), Some(AnswerPlace::Cookie("sid".into())));
        for text in ["body.email", "body./a~2", "path.", "cookie.a;b", "header.x", "email", ""] {
            assert_eq!(request_place(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_question_or_is_none(text in ".{0,40}") {
            let _ = (test(&text), request_place(&text), answer_place(&text));
        }
    }
}
