//! Text from outside in a page: it stays text.

use std::fmt::{self, Write as _};

/// What means something in HTML or XML is escaped; what a reader may obey besides, or XML cannot hold, is replaced.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in self.0.chars() {
            match one {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                one if is_obeyed(one) => f.write_char('\u{fffd}')?,
                one => f.write_char(one)?,
            }
        }
        Ok(())
    }
}

/// The same in a page, with what stands between backticks as code.
pub(super) struct Marked<'a>(pub(super) &'a str);

impl fmt::Display for Marked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, behind)) = rest.split_once('`')
            && let Some((code, after)) = behind.split_once('`')
        {
            write!(f, "{}<code>{}</code>", Escaped(before), Escaped(code))?;
            rest = after;
        }
        Escaped(rest).fmt(f)
    }
}

/// Text for a terminal, on one line.
pub(super) fn line(text: &str) -> String {
    text.chars().map(|one| if is_obeyed(one) { '?' } else { one }).collect()
}

/// What a terminal or a browser would obey, and what is no character of XML 1.0.
fn is_obeyed(one: char) -> bool {
    one.is_control()
        || matches!(
            one,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fffe}' | '\u{ffff}'
        )
}
