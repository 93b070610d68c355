//! Talking to people: data goes to standard output, talk to standard error.

use std::io::{IsTerminal as _, Write as _};

/// Writes data. A reader that has gone (a closed pipe) ends the talking, not the work.
pub(crate) fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Says a line.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Says text that has its own line ends.
pub(crate) fn say_text(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Whether standard output, or standard error, may be coloured (<https://no-color.org>).
pub(crate) fn is_coloured(to_stdout: bool) -> bool {
    #[expect(clippy::disallowed_methods, reason = "the command reads the environment")]
    let is_refused = std::env::var("NO_COLOR").is_ok_and(|value| !value.is_empty());
    let is_terminal =
        if to_stdout { std::io::stdout().is_terminal() } else { std::io::stderr().is_terminal() };
    is_terminal && !is_refused
}

/// Text from outside without what a terminal would obey: control and direction characters.
pub(crate) fn clean(text: &str) -> String {
    let is_obeyed = |one: char| {
        one.is_control()
            || matches!(one, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().map(|one| if is_obeyed(one) { '?' } else { one }).collect()
}
