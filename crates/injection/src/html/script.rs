//! Script without a tag: a text that is a call, or that closes a string of the page's script and calls.
//!
//! Any call would block programs and prose about them, so only names count with which script does harm, and
//! only where script would begin: at the text's beginning, or behind a quote and an operator.

use std::ops::Range;

use crate::bytes::{at, is_name, is_one_of, is_space, part, run};
use crate::classes::Classes;
use crate::found::Reason;

const CALL: Reason = Reason {
    name: "html-script-call",
    text: "is script that calls or reads what only a page's own script may",
};
const ESCAPE: Reason = Reason {
    name: "html-script-string-escape",
    text: "closes a string of a page's script and calls something",
};
const HIDDEN: Reason = Reason {
    name: "html-script-hidden-call",
    text: "is script that spells what it calls so that filters miss it",
};

/// Functions with which script shows itself or runs what it decodes: nobody's data begins with a call of one.
pub(super) const SHARPEST: [&str; 5] = ["alert", "confirm", "prompt", "eval", "atob"];
/// With those that wait, ask outside, or write.
const SHARP: [&str; 13] = [
    "alert",
    "confirm",
    "prompt",
    "eval",
    "atob",
    "settimeout",
    "setinterval",
    "setimmediate",
    "execscript",
    "fetch",
    "msgbox",
    "importscripts",
    "fromcharcode",
];
/// Objects of a page.
const PAGES: [&str; 12] = [
    "document",
    "window",
    "self",
    "top",
    "parent",
    "frames",
    "location",
    "globalthis",
    "this",
    "navigator",
    "localstorage",
    "sessionstorage",
];
/// Members of a document that only script reads.
const READ: [&str; 4] = ["cookie", "domain", "write", "writeln"];
/// Members that script sets or calls. `parent.name` and `location.href` alone may be names of fields.
const SET: [&str; 9] =
    ["cookie", "domain", "write", "writeln", "location", "href", "innerhtml", "alert", "eval"];
/// Bytes of an expression that are read from where it begins.
const EXPRESSION_BYTES_MAX: usize = 160;
/// Bytes of a member in brackets that are read.
const MEMBER_BYTES_MAX: usize = 64;

/// What calls.
const CALLS: Classes = Classes::of_constant(b"(`");
/// The one object of which members are read, and not only set or called.
const OF_READING: Classes = Classes::of_constant(b"document");
/// What hands a function to a method of a list.
const PASSES: Classes = Classes::of_constant(b"].(");
/// What ends a statement.
const ENDS: Classes = Classes::of_constant(b";}");

pub(super) fn find(bytes: &[u8], classes: Classes) -> Option<(Reason, Range<usize>)> {
    let calls = classes.have_any(CALLS);
    let reaches = classes.have(b'[')
        || classes.have(b'.') && (classes.have(b'=') || classes.have_all(OF_READING));
    let hides = || HIDING.iter().any(|(_, needs)| classes.have_all(*needs));
    if !calls && !reaches && !hides() {
        return None;
    }
    let start = run(bytes, 0, is_opening);
    if let Some(reason) = begins(bytes, start) {
        return Some((reason, start..(start + EXPRESSION_BYTES_MAX).min(bytes.len())));
    }
    let mut position = 0;
    while let Some(found) = memchr::memchr3(b'"', b'\'', b'`', crate::bytes::rest(bytes, position))
    {
        let quote = position + found;
        let end = run(bytes, quote + 1, is_operator);
        position = end.max(quote + 1);
        let operators = part(bytes, quote + 1..end);
        let breaks = operators.iter().any(|byte| {
            matches!(
                byte,
                b';' | b'-'
                    | b'+'
                    | b'*'
                    | b'/'
                    | b'|'
                    | b'&'
                    | b'^'
                    | b'}'
                    | b'%'
                    | b'<'
                    | b'>'
                    | b'?'
                    | b'!'
            )
        }) || operators.starts_with(b",");
        if breaks && let Some(reason) = escapes(bytes, end) {
            return Some((reason, quote..(end + 1).min(bytes.len())));
        }
    }
    let ends = calls && classes.have_any(ENDS);
    let ended = if ends { ends_statement(bytes) } else { None };
    ended.or_else(|| hidden(bytes, classes))
}

/// `;alert(1)//`: a statement of the page's script ends, and the rest of it is made a comment.
fn ends_statement(bytes: &[u8]) -> Option<(Reason, Range<usize>)> {
    memchr::memchr2_iter(b';', b'}', bytes).find_map(|sign| {
        let end = run(bytes, sign + 1, is_name);
        if !is_one_of(part(bytes, sign + 1..end), &SHARPEST) || !is_call(bytes, end) {
            return None;
        }
        let reach = part(bytes, end..(end + EXPRESSION_BYTES_MAX).min(bytes.len()));
        let is_cut = memchr::memmem::find(reach, b")//").is_some()
            || memchr::memmem::find(reach, b");//").is_some();
        is_cut.then_some((ESCAPE, sign..end))
    })
}

/// What may stand before script where a text begins.
fn is_opening(byte: u8) -> bool {
    is_space(byte)
        || matches!(
            byte,
            b'"' | b'\''
                | b'`'
                | b'('
                | b')'
                | b'}'
                | b'{'
                | b']'
                | b'['
                | b';'
                | b'!'
                | b'~'
                | b'+'
                | b'-'
                | b'*'
                | b'/'
                | b'\\'
                | b','
                | b'>'
                | b'<'
        )
}

/// What may stand between the quote that closes a string and what comes behind.
fn is_operator(byte: u8) -> bool {
    is_space(byte)
        || matches!(
            byte,
            b';' | b')'
                | b'}'
                | b']'
                | b'-'
                | b'+'
                | b'*'
                | b'/'
                | b','
                | b'|'
                | b'&'
                | b'^'
                | b'%'
                | b'<'
                | b'>'
                | b'='
                | b'!'
                | b'?'
                | b':'
                | b'('
                | b'{'
                | b'['
                | b'~'
                | b'\\'
                | b'"'
                | b'\''
        )
}

/// Script at the beginning of a text.
fn begins(bytes: &[u8], start: usize) -> Option<Reason> {
    let end = run(bytes, start, is_name);
    let word = part(bytes, start..end);
    if is_one_of(word, &SHARP) && is_call(bytes, end) && is_alone(bytes, end) {
        return Some(CALL);
    }
    if word == b"new" && at(bytes, end) == b' ' {
        return makes_function(bytes, end + 1).then_some(CALL);
    }
    if makes_function(bytes, start) {
        return Some(CALL);
    }
    reads_page(bytes, start, end).then_some(CALL)
}

/// `Function("alert(1)")`: a function of a text.
fn makes_function(bytes: &[u8], start: usize) -> bool {
    let call = part(bytes, start..start.saturating_add(b"Function(\"".len()).min(bytes.len()));
    call.starts_with(b"Function`")
        || call.starts_with(b"Function(\"")
        || call.starts_with(b"Function('")
}

/// `alert(1)`, `(alert)(1)`, `alert.call(`, `` alert`1` ``, `alert?.(`.
fn is_call(bytes: &[u8], end: usize) -> bool {
    let mut position = end;
    while at(bytes, position) == b')' {
        position += 1;
    }
    if crate::bytes::stands(bytes, position, b"?.") {
        position += 2;
    }
    if matches!(at(bytes, position), b'(' | b'`') {
        // `Alert(s)` is one or more of them, and a lone bracket is nothing.
        return at(bytes, position + 1) != 0 && !crate::bytes::stands(bytes, position, b"(s)");
    }
    [&b".call("[..], b".apply(", b".bind(", b"[\"call\"](", b".constructor("]
        .iter()
        .any(|call| crate::bytes::stands(bytes, position, call))
}

/// Nothing but script stands behind the call: words behind a closed bracket are prose.
fn is_alone(bytes: &[u8], end: usize) -> bool {
    let reach = (end + EXPRESSION_BYTES_MAX).min(bytes.len());
    let Some(close) = part(bytes, end..reach).iter().rposition(|byte| matches!(byte, b')' | b'`'))
    else {
        return true;
    };
    let behind = run(bytes, end + close + 1, is_space);
    behind >= bytes.len()
        || end + close + 1 == reach
        || behind == end + close + 1
        || !at(bytes, behind).is_ascii_alphabetic()
}

/// `document.cookie`, `document["cookie"]`, `top["al"+"ert"]`, `location=`.
fn reads_page(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = part(bytes, start..end);
    if !is_one_of(word, &PAGES) {
        return false;
    }
    let open = if crate::bytes::stands(bytes, end, b"?.") { end + 1 } else { end };
    match at(bytes, open) {
        b'.' => {
            let member_end = run(bytes, open + 1, is_name);
            let member = part(bytes, open + 1..member_end);
            let behind = at(bytes, member_end);
            let operator = run(bytes, member_end, is_space);
            let sets = at(bytes, operator) == b'=' && at(bytes, operator + 1) != b'=';
            let reads = is_one_of(word, &["document"])
                && is_one_of(member, &READ)
                && !is_space(behind)
                && behind != b'.';
            reads || is_one_of(member, &SET) && (sets || behind == b'(')
        }
        b'[' => {
            let inside = part(bytes, open + 1..(open + MEMBER_BYTES_MAX).min(bytes.len()));
            let name = run(inside, 1, is_name);
            let is_sharp = is_one_of(part(inside, 1..name), &READ);
            let calls = memchr::memmem::find(inside, b"](").is_some() || inside.contains(&b'+');
            let is_text = matches!(at(inside, 0), b'"' | b'\'' | b'/' | b'`' | b'0'..=b'9');
            is_text && (is_sharp || calls)
        }
        _ => false,
    }
}

/// Script behind a closed string.
fn escapes(bytes: &[u8], start: usize) -> Option<Reason> {
    let end = run(bytes, start, is_name);
    let word = part(bytes, start..end);
    if word.is_empty() {
        return None;
    }
    let calls = is_one_of(word, &SHARP) && is_call(bytes, end);
    let branches = is_one_of(word, &["if", "while", "throw", "try", "with", "for"])
        && sharp_within(bytes, end);
    (calls || branches || reads_page(bytes, start, end)).then_some(ESCAPE)
}

/// A sharp call soon behind.
fn sharp_within(bytes: &[u8], from: usize) -> bool {
    let mut position = from;
    let reach = (from + EXPRESSION_BYTES_MAX).min(bytes.len());
    while position < reach {
        let start = run(bytes, position, |byte| !is_name(byte));
        let end = run(bytes, start, is_name);
        if is_one_of(part(bytes, start..end), &SHARPEST) && is_call(bytes, end) {
            return true;
        }
        position = end.max(position + 1);
    }
    false
}

/// `[1].find(alert)`, `_.constructor('alert(1)')()`, `a=alert,a(1)`.
fn hidden(bytes: &[u8], classes: Classes) -> Option<(Reason, Range<usize>)> {
    let could_be = HIDING.iter().filter(|(_, needs)| classes.have_all(*needs));
    let found = could_be.into_iter().find_map(|(word, _)| {
        let start = memchr::memmem::find(bytes, word)?;
        Some((HIDDEN, start..start + word.len()))
    });
    found.or_else(|| if classes.have_all(PASSES) { passed(bytes) } else { None })
}

/// Words with which script hides a call.
const HIDING: [(&[u8], Classes); 7] = [
    word(b".constructor('"),
    word(b".constructor(\""),
    word(b".constructor(`"),
    word(b"[\"constructor\"]("),
    word(b"['constructor']("),
    word(b"=alert,"),
    word(b"].source+/"),
];

/// A word, and what it is made of.
const fn word(word: &'static [u8]) -> (&'static [u8], Classes) {
    (word, Classes::of_constant(word))
}

/// `[1].some(confirm)`: the function is handed to a method of a list. `low stock (alert)` is prose.
fn passed(bytes: &[u8]) -> Option<(Reason, Range<usize>)> {
    memchr::memmem::find_iter(bytes, b"].").find_map(|dot| {
        let open = run(bytes, dot + 2, is_name);
        let end = run(bytes, open + 1, is_name);
        let is_passed = at(bytes, open) == b'('
            && at(bytes, end) == b')'
            && is_one_of(part(bytes, open + 1..end), &SHARPEST);
        is_passed.then_some((HIDDEN, dot..end))
    })
}
