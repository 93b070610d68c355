//! Tiny readers of languages into which texts are pasted: a command line, a filter of a directory, a template. They show
//! what a text becomes there; nothing is run.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The commands of a line, as a shell splits them: at `;`, `|`, `&` and line ends outside of quotes, and what stands
/// in `$(...)` by itself.
pub(crate) fn commands(line: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut quote, mut last) = (None, ' ');
    for one in line.chars() {
        let is_substitution = one == '(' && last == '$' && quote != Some('\'');
        match quote {
            Some(open) if open == one => quote = None,
            None if matches!(one, '\'' | '"') => quote = Some(one),
            None if matches!(one, ';' | '|' | '&' | '\n') => all.push(String::new()),
            _ if is_substitution => all.push(String::new()),
            _ => {}
        }
        if let Some(command) = all.last_mut() {
            command.push(one);
        }
        last = one;
    }
    let clean = |command: &String| {
        command.trim_matches(|one: char| one.is_whitespace() || ";|&()\"'".contains(one)).to_owned()
    };
    all.iter().map(clean).filter(|command| !command.is_empty()).collect()
}

/// One who stands in the directory: the role and the name.
pub(crate) type Entry = (&'static str, &'static str);

/// Whom a filter finds (RFC 4515), as a lenient directory reads it: of several filters side by side any will do.
pub(crate) fn found(filter: &str, all: &[Entry]) -> Vec<Entry> {
    let filters = side_by_side(filter);
    let meets = |entry: &&Entry| filters.iter().any(|one| matches(one, **entry));
    all.iter().filter(meets).copied().collect()
}

/// The filters in parentheses that stand beside one another.
fn side_by_side(text: &str) -> Vec<&str> {
    let (mut all, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (place, one) in text.char_indices() {
        match one {
            '(' => {
                if depth == 0 {
                    start = place + 1;
                }
                depth += 1;
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    all.extend(text.get(start..place));
                }
            }
            _ => {}
        }
    }
    all
}

fn matches(filter: &str, entry: Entry) -> bool {
    if let Some(parts) = filter.strip_prefix('&') {
        return side_by_side(parts).iter().all(|one| matches(one, entry));
    }
    if let Some(parts) = filter.strip_prefix('|') {
        return side_by_side(parts).iter().any(|one| matches(one, entry));
    }
    let Some((attribute, wanted)) = filter.split_once('=') else { return false };
    let value = if attribute == "role" { entry.0 } else { entry.1 };
    match wanted.split_once('*') {
        Some((first, last)) => value.starts_with(first) && value.ends_with(last),
        None => value.eq_ignore_ascii_case(wanted),
    }
}

/// A template, rendered: `{{name}}` is the name, and what multiplies is computed.
pub(crate) fn rendered(template: &str, name: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (expression, after) = behind.split_once("}}").unwrap_or((behind, ""));
        out.push_str(before);
        out.push_str(&evaluated(expression.trim(), name));
        rest = after;
    }
    out + rest
}

fn evaluated(expression: &str, name: &str) -> String {
    let product = expression.split_once('*').and_then(|(left, right)| {
        left.trim().parse::<i64>().ok()?.checked_mul(right.trim().parse().ok()?)
    });
    match (expression, product) {
        ("name", _) => name.to_owned(),
        (_, Some(product)) => product.to_string(),
        _ => String::new(),
    }
}

/// What base64 hides, if it does.
pub(crate) fn from_base64(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text).ok()?).ok()
}

/// A text without its escapes (`\u003c`), and without numeric references (`&#60;`) of ASCII.
pub(crate) fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for code in 0x20_u8..0x7f {
        let one = char::from(code).to_string();
        for escape in [format!("\\u{code:04x}"), format!("&#{code};"), format!("&#x{code:x};")] {
            out = out.replace(&escape, &one);
        }
    }
    out
}
