//! `name=value&name=value`: queries, form bodies, and cookies' percent-free cousin.
//!
//! What has one reading is decoded and written back in one spelling; the rest is a fault. A form
//! body becomes the same tree as a JSON body, so that every later check is the same check.

pub(crate) mod brackets;
pub mod form;
pub(crate) mod split;

use std::borrow::Cow;
use std::collections::HashSet;

use portcullis_contract::{
    Member, ObjectShape, Scalar, ScalarFault, ShapeId, Shapes, Types, folded_name,
};
use portcullis_json::{Document, Kind, Limits, Value, push_quoted};

/// Why a text has no single reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// `%` without two hexadecimal digits.
    BadEscape,
    /// The decoded bytes are not UTF-8.
    NotUtf8,
    /// A name twice that is declared for one value.
    Repeated,
    /// A value that is not of its declared type.
    Type,
    /// The same for a number or boolean.
    Scalar(ScalarFault),
    /// More than the limits of a body allow.
    TooLarge,
    /// Two readers could take it for two things.
    TwoReadings,
    /// A member's name without its value.
    Unpaired,
    /// What must stand before a value does not.
    NoPrefix,
    /// Names nested deeper than all readers follow.
    TooDeep,
    /// An item of a list of which nothing may be written.
    EmptyItem,
    /// A list by index that is longer than all readers follow.
    LongList,
}

impl Fault {
    /// A short word that does not change.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadEscape => "bad_escape",
            Self::NotUtf8 => "not_utf8",
            Self::Repeated => "repeated",
            Self::Type | Self::Scalar(_) => "type",
            Self::TooLarge => "too_large",
            Self::TwoReadings => "two_readings",
            Self::Unpaired => "unpaired_member",
            Self::NoPrefix => "no_prefix",
            Self::TooDeep => "too_deep",
            Self::EmptyItem => "empty_item",
            Self::LongList => "long_list",
        }
    }

    /// What is wrong, for the ledger.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::BadEscape => "`%` without two hexadecimal digits",
            Self::NotUtf8 => "it is not UTF-8",
            Self::Repeated => "it stands there more than once",
            Self::Type => "a value is not of its declared type",
            Self::Scalar(fault) => fault.wanted(),
            Self::TooLarge => "it is larger than `limits` allow",
            Self::TwoReadings => {
                "delimiters are raw and escaped, spellings are mixed, or readers take its brackets for \
                 different things"
            }
            Self::Unpaired => "a member has a name and no value",
            Self::NoPrefix => "what its style writes before the value is not there",
            Self::TooDeep => "its names are nested too deep",
            Self::EmptyItem => {
                "an item holds nothing that may be written, and no spelling for that"
            }
            Self::LongList => "a list by index holds more than 20 items, which readers differ on",
        }
    }
}

/// The pairs of a text, still encoded, empty ones left out. A name without `=` has the empty
/// value.
pub fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| match pair.split_once('=') {
        Some((name, value)) => (name, value),
        None => (pair, ""),
    })
}

/// Decodes `+` and percent escapes.
pub fn decode(raw: &str) -> Result<Cow<'_, str>, Fault> {
    unescaped(raw, b' ')
}

/// Decodes percent escapes; `+` is itself.
pub fn unescape(raw: &str) -> Result<Cow<'_, str>, Fault> {
    unescaped(raw, b'+')
}

fn unescaped(raw: &str, plus: u8) -> Result<Cow<'_, str>, Fault> {
    if !raw.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Ok(Cow::Borrowed(raw));
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'+' => bytes.push(plus),
            b'%' => {
                let (Some(high), Some(low)) = (hex(rest.first()), hex(rest.get(1))) else {
                    return Err(Fault::BadEscape);
                };
                bytes.push(high << 4 | low);
                rest = rest.get(2..).unwrap_or_default();
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Fault::NotUtf8)
}

fn hex(digit: Option<&u8>) -> Option<u8> {
    char::from(*digit?).to_digit(16).map(|value| value as u8)
}

/// Appends `text` with everything but unreserved characters (RFC 3986 section 2.3) encoded.
pub fn push_encoded(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte);
        } else {
            out.push(b'%');
            for digit in [byte >> 4, byte & 15] {
                out.push(HEX.get(usize::from(digit)).copied().unwrap_or(b'0'));
            }
        }
    }
}

/// Appends `name=value`, behind `&` if it is not the first.
pub fn push_pair(name: &str, value: &str, out: &mut Vec<u8>) {
    if !out.is_empty() {
        out.push(b'&');
    }
    push_encoded(name, out);
    out.push(b'=');
    push_encoded(value, out);
}

/// Reads a form body into the tree of an object of this shape: values get their declared types,
/// repeated names become arrays where an array is declared.
pub fn read_form(
    text: &str,
    shapes: &Shapes,
    shape: Option<ShapeId>,
    limits: &Limits,
) -> Result<Document, Fault> {
    let mut decoded = Vec::new();
    for (name, value) in pairs(text) {
        if decoded.len() >= limits.object_members_max {
            return Err(Fault::TooLarge);
        }
        decoded.push((decode(name)?, decode(value)?));
    }
    read_pairs(&decoded, shapes, shape, limits)
}

/// The same from pairs that are decoded already.
pub fn read_pairs(
    pairs: &[(Cow<'_, str>, Cow<'_, str>)],
    shapes: &Shapes,
    shape: Option<ShapeId>,
    limits: &Limits,
) -> Result<Document, Fault> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    let name = |index: usize| pairs.get(index).map_or("", |(name, _)| name.as_ref());
    order.sort_by(|a, b| name(*a).cmp(name(*b)));
    let mut groups: Vec<&[usize]> = order.chunk_by(|a, b| name(*a) == name(*b)).collect();
    groups.sort_by_key(|group| group.first().copied());

    let mut json = vec![b'{'];
    for group in groups {
        let name = group.first().map_or("", |first| name(*first));
        let values = group.iter().filter_map(|index| pairs.get(*index)).map(|(_, value)| value);
        if json.len() > 1 {
            json.push(b',');
        }
        push_quoted(name, &mut json);
        json.push(b':');
        push_texts(values, member(shapes, shape, name), shapes, &mut json)?;
    }
    json.push(b'}');
    let limits =
        Limits { text_bytes_max: limits.text_bytes_max.saturating_mul(4), ..limits.clone() };
    Document::parse(json, &limits).map_err(|_| Fault::TooLarge)
}

/// What is declared of a member.
pub(crate) fn declared(shapes: &Shapes, shape: Option<ShapeId>, name: &str) -> Option<ShapeId> {
    match shapes.get(shape?).object.member(name, &mut 0) {
        Member::Property(property) => Some(property.shape),
        Member::Pattern(shape) => Some(shape),
        Member::Map(_) | Member::FreeForm | Member::Undeclared | Member::Closed => None,
    }
}

/// What is said of a member: by its name, or by the schema of all others.
pub(crate) fn member(shapes: &Shapes, shape: Option<ShapeId>, name: &str) -> Option<ShapeId> {
    match shapes.get(shape?).object.member(name, &mut 0) {
        Member::Property(property) => Some(property.shape),
        Member::Pattern(shape) | Member::Map(shape) => Some(shape),
        Member::FreeForm | Member::Undeclared | Member::Closed => None,
    }
}

/// The declared names as careless readers of names see them, where others stay beside them.
///
/// To a reader that knows no case, or that writes `_` for dots and spaces (PHP), a member of a map may be a declared one,
/// and was not held to what is said of that.
pub(crate) struct Alike<'s> {
    object: Option<&'s ObjectShape>,
    folded: HashSet<Box<str>>,
}

impl<'s> Alike<'s> {
    pub(crate) fn of(shapes: &'s Shapes, shape: Option<ShapeId>) -> Self {
        let object = shape.map(|shape| &shapes.get(shape).object);
        let declared = object.into_iter().flat_map(ObjectShape::properties);
        Self { object, folded: declared.map(|(name, _)| folded_name(name)).collect() }
    }

    /// Whether a member that stays is a declared one to such a reader.
    pub(crate) fn has(&self, name: &str) -> bool {
        let member = self.object.map(|object| object.member(name, &mut 0));
        matches!(member, Some(Member::Map(_) | Member::Pattern(_)))
            && self.folded.contains(&folded_name(name))
    }
}

/// Appends the texts of one name: a list where one is declared, else one value.
pub(crate) fn push_texts<'a>(
    mut values: impl Iterator<Item = &'a Cow<'a, str>> + Clone,
    shape: Option<ShapeId>,
    shapes: &Shapes,
    json: &mut Vec<u8>,
) -> Result<(), Fault> {
    let types = shape.map_or(Types::STRING, |shape| shapes.get(shape).types);
    if types.contains(Types::ARRAY)
        && (!types.contains(Types::STRING) || values.clone().count() > 1)
    {
        let items = shape.and_then(|shape| shapes.get(shape).items);
        let types = items.map_or(Types::STRING, |items| shapes.get(items).types);
        json.push(b'[');
        for (place, value) in values.enumerate() {
            if place > 0 {
                json.push(b',');
            }
            push_value(value, types, json)?;
        }
        json.push(b']');
        return Ok(());
    }
    match (values.next(), values.next()) {
        (Some(value), None) => push_value(value, types, json),
        _ => Err(Fault::Repeated),
    }
}

fn push_value(value: &str, types: Types, json: &mut Vec<u8>) -> Result<(), Fault> {
    if types.contains(Types::OBJECT) && !types.contains(Types::STRING) {
        // An object inside a form is written as JSON; the whole is parsed again, strictly.
        let limits = Limits { text_bytes_max: value.len(), ..Limits::default() };
        let document =
            Document::parse(value.as_bytes().to_vec(), &limits).map_err(|_| Fault::Type)?;
        if document.root().is_object() {
            document.write(json);
            return Ok(());
        }
        // A text or a list in JSON would go on without its marks, and be read as something else.
        if document.root().is_array() || document.root().as_str().is_some() {
            return Err(Fault::Type);
        }
    }
    push_scalar(value, types, json)
}

/// Appends one text as the JSON value of its declared type.
pub(crate) fn push_scalar(value: &str, types: Types, json: &mut Vec<u8>) -> Result<(), Fault> {
    match Scalar::read(Cow::Borrowed(value), types).map_err(Fault::Scalar)? {
        Scalar::Text(text) => push_quoted(&text, json),
        Scalar::Number(lexeme) => json.extend_from_slice(lexeme.as_bytes()),
        Scalar::Boolean(value) => {
            json.extend_from_slice(if value { b"true" } else { b"false" });
        }
        Scalar::Null => json.extend_from_slice(b"null"),
    }
    Ok(())
}

/// Writes the tree of a form body back as a form.
pub fn write_form(document: &Document) -> Vec<u8> {
    let mut out = Vec::with_capacity(document.text().len());
    push_form(document, &mut out);
    out
}

/// Appends the members of a tree as pairs; a list is its name again for each item.
pub(crate) fn push_form(document: &Document, out: &mut Vec<u8>) {
    for (name, value) in document.root().members() {
        let name = name.as_str().unwrap_or_default();
        if value.is_array() {
            value.items().for_each(|item| push_pair(name, &as_text(item), out));
        } else {
            push_pair(name, &as_text(value), out);
        }
    }
}

/// A value as the text of a form or parameter.
pub(crate) fn as_text(value: Value<'_>) -> Cow<'_, str> {
    match value.kind() {
        Kind::String => Cow::Borrowed(value.as_str().unwrap_or_default()),
        Kind::Null => Cow::Borrowed(""),
        Kind::True | Kind::False | Kind::Number => Cow::Borrowed(value.lexeme()),
        Kind::Array | Kind::Object => {
            let mut json = Vec::new();
            value.write(&mut json);
            Cow::Owned(String::from_utf8(json).unwrap_or_default())
        }
    }
}

/// The bytes that `%` and two digits stand for; what is no escape stays, as lenient readers leave it.
pub(crate) fn without_percent(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'%') {
        return Cow::Borrowed(text);
    }
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte == b'%'
            && let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2))
        {
            out.push((high << 4 | low) as u8);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_have_one_reading_or_none() {
        assert_eq!(decode("a+b%20c").as_deref(), Ok("a b c"));
        assert_eq!(decode("%C3%A9").as_deref(), Ok("é"));
        assert_eq!(decode("100%"), Err(Fault::BadEscape));
        assert_eq!(decode("%zz"), Err(Fault::BadEscape));
        assert_eq!(decode("%c0%af"), Err(Fault::NotUtf8));
    }

    #[test]
    fn a_form_is_written_back_in_one_spelling() {
        let shapes = Shapes::default();
        let document = read_form("b=1&a=%7e+x&&c", &shapes, None, &Limits::default()).unwrap();
        assert_eq!(write_form(&document), b"b=1&a=~%20x&c=");
        assert_eq!(
            read_form("a=1&b=2&a=3", &shapes, None, &Limits::default()).map(|_| ()),
            Err(Fault::Repeated)
        );
    }

    proptest! {
        #[test]
        fn any_text_survives_encoding(text in any::<String>()) {
            let mut out = Vec::new();
            push_encoded(&text, &mut out);
            let encoded = String::from_utf8(out).unwrap();
            prop_assert_eq!(decode(&encoded).unwrap(), text);
        }

        #[test]
        fn no_text_makes_a_form_panic(text in "[a-c=&%+0-9\\[\\]é]{0,32}") {
            let _ = read_form(&text, &Shapes::default(), None, &Limits::default());
        }
    }
}
