//! Whether an expression computes, calls, or reaches inside: its tokens, read once.

use super::Delimiter;
use crate::bytes::{at, is_name, is_one_of, is_space, part, run, stands};
use crate::found::Reason;

const ARITHMETIC: Reason = Reason {
    name: "template-arithmetic",
    text: "computes: what probes send to see whether an engine answers",
};
const CALL: Reason =
    Reason { name: "template-call", text: "is an expression that calls something" };
const INSIDE: Reason = Reason {
    name: "template-inside",
    text: "is an expression that reaches what an engine keeps inside",
};
const STATEMENT: Reason =
    Reason { name: "template-statement", text: "is a statement of a template language" };
const NESTED: Reason = Reason {
    name: "template-nested-lookup",
    text: "spells a lookup with lookups, which hides it from filters",
};

/// Names behind which an engine, a language or a system keeps its own.
const INSIDES: [&str; 44] = [
    "getclass",
    "forname",
    "classloader",
    "getruntime",
    "runtime",
    "processbuilder",
    "constructor",
    "subclasses",
    "mro",
    "popen",
    "exec",
    "execute",
    "system",
    "eval",
    "require",
    "child_process",
    "mainmodule",
    "passthru",
    "shell_exec",
    "file_get_contents",
    "phpinfo",
    "freemarker",
    "javax",
    "springframework",
    "scriptenginemanager",
    "cycler",
    "joiner",
    "lipsum",
    "get_flashed_messages",
    "smarty",
    "getenv",
    "newinstance",
    "getmethod",
    "invoke",
    "fromcharcode",
    "prototype",
    "globals",
    "builtins",
    "iteritems",
    "_self",
    "registerundefinedfiltercallback",
    "getfilter",
    "objectconstructor",
    "md5",
];

/// Names that are an engine's own when they stand alone.
const ROOTS: [&str; 5] = ["self", "_self", "request", "config", "dump"];

/// Statements that do more than print.
const STATEMENTS: [&str; 10] =
    ["set", "import", "include", "extends", "debug", "macro", "from", "for", "call", "filter"];

/// What configuration libraries and loggers look up.
const LOOKUPS: [&str; 12] = [
    "lower:", "upper:", "env:", "sys:", "date:", "java:", "ctx:", "main:", "base64:", "script:",
    "dns:", "url:",
];

/// What the tokens of an expression told.
#[derive(Default)]
struct Signs {
    numbers: usize,
    tokens: usize,
    multiplies: bool,
    adds: bool,
    subtracts: bool,
    calls: bool,
    calls_with_a_literal: bool,
    reaches_inside: bool,
}

pub(super) fn judge(content: &[u8], delimiter: Delimiter) -> Option<Reason> {
    if delimiter == Delimiter::Dollar && is_nested_lookup(content) {
        return Some(NESTED);
    }
    let signs = read(content);
    let is_pair = signs.numbers == 2 && signs.tokens == 3 && (signs.subtracts || signs.adds);
    if signs.multiplies || is_pair {
        return Some(ARITHMETIC);
    }
    if delimiter == Delimiter::Arithmetic {
        return (signs.reaches_inside && signs.calls).then_some(INSIDE);
    }
    if signs.reaches_inside || is_root(content, delimiter) {
        return Some(INSIDE);
    }
    match delimiter {
        Delimiter::Curly => signs.calls.then_some(CALL),
        Delimiter::Dollar => (signs.calls_with_a_literal && signs.tokens <= 4
            || content.first() == Some(&b'@'))
        .then_some(CALL),
        Delimiter::Statement => {
            let word =
                run(content, 0, |byte| is_space(byte) || matches!(byte, b'=' | b'-' | b'@' | b'!'));
            let end = run(content, word, |byte| byte.is_ascii_alphabetic());
            let is_statement = is_one_of(part(content, word..end), &STATEMENTS)
                && (at(content, end) == b' ' || end == content.len());
            // In Ruby's, a text between backticks is a command.
            let calls = signs.calls || content.contains(&b'`');
            if is_statement { Some(STATEMENT) } else { calls.then_some(CALL) }
        }
        Delimiter::Arithmetic => None,
    }
}

/// `${lower:j`, `${::-j`, `jndi:` behind any of them.
fn is_nested_lookup(content: &[u8]) -> bool {
    if !stands(content, 0, b"${") {
        return stands(content, 0, b"jndi:")
            || stands(content, 0, b"::-")
            || stands(content, 0, b"script:");
    }
    let inner = part(content, 2..content.len());
    LOOKUPS.iter().any(|lookup| stands(inner, 0, lookup.as_bytes())) || has_default(inner)
}

/// `${x:-j`: a lookup that is there for its default, one letter or two.
fn has_default(inner: &[u8]) -> bool {
    memchr::memmem::find(inner, b":-").is_some_and(|at| inner.len() - at <= 4)
}

/// `{{self}}`, `{{ request }}`: the engine's own object, whole.
fn is_root(content: &[u8], delimiter: Delimiter) -> bool {
    let content = content.trim_ascii();
    delimiter == Delimiter::Curly && is_one_of(content, &ROOTS)
}

fn read(content: &[u8]) -> Signs {
    let mut signs = Signs::default();
    let mut position = 0;
    let mut after_number = false;
    while position < content.len() {
        let byte = at(content, position);
        if is_space(byte) {
            position += 1;
            continue;
        }
        signs.tokens += 1;
        let start = position;
        if byte.is_ascii_digit() {
            position = run(content, position, |byte| byte.is_ascii_digit() || byte == b'.');
            signs.numbers += 1;
            after_number = true;
        } else if is_name(byte) || byte >= 0x80 {
            position = run(content, position, |byte| is_name(byte) || byte >= 0x80);
            name(content, start..position, &mut signs);
            after_number = false;
        } else if matches!(byte, b'"' | b'\'') {
            let close = memchr::memchr(byte, part(content, position + 1..content.len()));
            position = close.map_or(content.len(), |close| position + close + 2);
            text(part(content, start..position), &mut signs);
            after_number = false;
        } else {
            position += 1;
            operator(content, start, after_number, &mut signs);
            after_number = false;
        }
    }
    signs
}

fn name(content: &[u8], range: std::ops::Range<usize>, signs: &mut Signs) {
    let word = part(content, range.clone());
    let is_private = word.len() > 4 && word.starts_with(b"__") && word.ends_with(b"__");
    let is_package = is_one_of(word, &["java", "org", "os"]) && at(content, range.end) == b'.';
    let is_inside = is_one_of(word, &INSIDES)
        && (at(content, range.end) == b'(' || at(content, range.start.wrapping_sub(1)) == b'.')
        || is_one_of(
            word,
            &[
                "cycler",
                "joiner",
                "lipsum",
                "get_flashed_messages",
                "freemarker",
                "smarty",
                "_self",
            ],
        );
    let is_class = is_one_of(word, &["class"]) && at(content, range.start.wrapping_sub(1)) == b'.';
    let is_type = word == b"T" && at(content, range.end) == b'(';
    signs.reaches_inside |=
        is_private || is_inside || is_class || is_type || (is_package && content.contains(&b'('));
    if at(content, range.end) == b'(' {
        signs.calls = true;
        let argument = at(content, run(content, range.end + 1, is_space));
        let is_method = at(content, range.start.wrapping_sub(1)) == b'.';
        signs.calls_with_a_literal |= !is_method && matches!(argument, b'"' | b'\'' | b'0'..=b'9');
    }
}

/// A text in an expression may name what an attribute filter then fetches.
fn text(literal: &[u8], signs: &mut Signs) {
    let inner = part(literal, 1..literal.len().saturating_sub(1));
    signs.reaches_inside |= inner.starts_with(b"__")
        || inner.starts_with(br"\x5f")
        || memchr::memmem::find(inner, b"freemarker.").is_some()
        || is_one_of(inner, &["system", "exec", "passthru", "shell_exec", "__", "_"]);
}

fn operator(content: &[u8], place: usize, after_number: bool, signs: &mut Signs) {
    let after = at(content, run(content, place + 1, is_space));
    let is_between = after_number && (after.is_ascii_digit() || matches!(after, b'"' | b'\''));
    match at(content, place) {
        b'*' if is_between => signs.multiplies = true,
        b'+' if is_between => signs.adds = true,
        b'-' | b'/' | b'%' if is_between => signs.subtracts = true,
        // A method of a literal, of a call's answer, of an item.
        b'(' if matches!(at(content, place.wrapping_sub(1)), b')' | b']') => signs.calls = true,
        // A filter with arguments is a call.
        b'|' if filter_calls(content, place + 1) => signs.calls = true,
        _ => {}
    }
}

fn filter_calls(content: &[u8], from: usize) -> bool {
    let start = run(content, from, is_space);
    let end = run(content, start, is_name);
    at(content, end) == b'('
        && is_one_of(
            part(content, start..end),
            &["filter", "attr", "map", "join", "sort", "reduce"],
        )
}
