//! Foreign text as people are shown it: nothing in it moves a cursor, turns its direction, or hides.

use std::borrow::Cow;

/// Characters of a text that a message shows; more are cut off.
const SHOWN_CHARS_MAX: usize = 80;

/// Foreign text as messages show it: in backticks, short, without characters that act.
pub fn shown(text: &str) -> String {
    let mut out = String::from("`");
    for (count, character) in text.chars().enumerate() {
        if count == SHOWN_CHARS_MAX {
            out.push_str("...");
            break;
        }
        push(character, &mut out);
    }
    out.push('`');
    out
}

/// Foreign text whole, without characters that act: those stand there as `\u{1b}`.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|character| push(character, &mut out));
    Cow::Owned(out)
}

fn push(character: char, out: &mut String) {
    if acts(character) {
        out.extend(character.escape_default());
    } else {
        out.push(character);
    }
}

/// Whether a character does more than to be seen: control characters, and those of Unicode that turn the direction of text, end a line, or cannot
/// be seen (Unicode Technical Report 36, section 2.10).
pub fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_short_and_without_controls() {
        assert_eq!(shown("a\u{1b}[31mb"), "`a\\u{1b}[31mb`");
        assert_eq!(shown(&"x".repeat(100)).len(), 85);
    }

    #[test]
    fn text_that_does_nothing_stays_as_it_is() {
        assert_eq!(plain("Übersicht 日本 👍"), "Übersicht 日本 👍");
        assert_eq!(plain("a\u{202e}b\u{7}"), "a\\u{202e}b\\u{7}");
    }
}
