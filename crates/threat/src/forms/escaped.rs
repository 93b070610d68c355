//! Text that others wrote, as each syntax shows it: nothing in it means anything there.

use std::fmt::{self, Write as _};

use portcullis_model::acts;

/// Characters of a name or a sentence that people are shown; JSON has all of them.
const CHARS_MAX: usize = 300;

/// Characters of a label in a diagram.
const LABEL_CHARS_MAX: usize = 48;

/// What stands for a character that does more than to be seen.
const REPLACED: char = '\u{fffd}';

/// The beginning of a text, if it is long.
pub(super) struct Short<'a>(&'a str, usize);

impl<'a> Short<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self(text, CHARS_MAX)
    }

    pub(super) const fn label(text: &'a str) -> Self {
        Self(text, LABEL_CHARS_MAX)
    }

    /// One character after the other, none of which acts.
    pub(super) fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let is_long = self.0.chars().nth(self.1).is_some();
        let shown = self.0.chars().take(if is_long { self.1 - 1 } else { self.1 });
        let shown = shown.map(|character| if acts(character) { REPLACED } else { character });
        shown.chain(is_long.then_some('…'))
    }
}

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|character| f.write_char(character))
    }
}

/// In Markdown (CommonMark, and tables of GitHub's): what stands between backticks is code, all else is text.
pub(super) struct Markdown<'a>(pub(super) &'a str);

impl fmt::Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = Short::new(self.0).to_string();
        let parts: Vec<&str> = short.split('`').collect();
        let last = parts.len().saturating_sub(1);
        // Two backticks together would begin another kind of code.
        let is_empty = |at: usize, part: &str| part.trim().is_empty() && at != 0 && at != last;
        // A backslash in code stays one, so that a bar behind it cannot be kept from ending a cell of a table.
        let is_no_code = |(at, part): (usize, &&str)| is_empty(at, part) || part.contains("\\|");
        let is_code = parts.len() % 2 == 1 && !parts.iter().enumerate().any(is_no_code);
        if !is_code {
            return text(&short, f);
        }
        for (at, part) in parts.into_iter().enumerate() {
            if at % 2 == 0 {
                text(part, f)?;
            } else {
                write!(f, "`{}`", part.replace('|', "\\|"))?;
            }
        }
        Ok(())
    }
}

fn text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for character in text.chars() {
        if character.is_ascii_punctuation()
            && !matches!(character, ',' | '.' | ';' | ':' | '/' | '\'' | '"' | '?' | '%')
        {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    Ok(())
}

/// In a quoted label of Mermaid: all but letters, digits and a few signs is written as a number.
pub(super) struct Mermaid<'a>(pub(super) &'a str);

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in Short::label(self.0).chars() {
            match character {
                ' ' | '.' | ',' | ':' | '/' | '_' | '-' | '(' | ')' | '…' | REPLACED => {
                    f.write_char(character)?;
                }
                other if other.is_alphanumeric() => f.write_char(other)?,
                other => write!(f, "#{};", u32::from(other))?,
            }
        }
        Ok(())
    }
}

/// In HTML: what stands between backticks is code.
pub(super) struct Html<'a>(pub(super) &'a str);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = Short::new(self.0);
        let is_paired = short.chars().filter(|one| *one == '`').count().is_multiple_of(2);
        let mut is_code = false;
        for character in short.chars() {
            if character == '`' && is_paired {
                f.write_str(if is_code { "</code>" } else { "<code>" })?;
                is_code = !is_code;
            } else {
                markup(character, f)?;
            }
        }
        Ok(())
    }
}

/// In SVG, and where no code may be marked.
pub(super) struct Xml<'a>(pub(super) &'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Short::new(self.0).chars().try_for_each(|character| markup(character, f))
    }
}

fn markup(character: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match character {
        '&' => f.write_str("&amp;"),
        '<' => f.write_str("&lt;"),
        '>' => f.write_str("&gt;"),
        '"' => f.write_str("&quot;"),
        '\'' => f.write_str("&#39;"),
        // XML has no such characters.
        '\u{fffe}' | '\u{ffff}' => f.write_char(REPLACED),
        other => f.write_char(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_stays_text() {
        for (text, markdown, html) in [
            ("<b>`x`</b>", "\\<b\\>`x`\\</b\\>", "&lt;b&gt;<code>x</code>&lt;/b&gt;"),
            ("a | b", "a \\| b", "a | b"),
            ("`a|b`", "`a\\|b`", "<code>a|b</code>"),
            ("`\\|`", "\\`\\\\\\|\\`", "<code>\\|</code>"),
            ("one ` alone", "one \\` alone", "one ` alone"),
            ("``` js", "\\`\\`\\` js", "``` js"),
            ("a\u{1b}\u{202e}\nb", "a\u{fffd}\u{fffd}\u{fffd}b", "a\u{fffd}\u{fffd}\u{fffd}b"),
            ("[x](javascript:1)", "\\[x\\]\\(javascript:1\\)", "[x](javascript:1)"),
        ] {
            assert_eq!(Markdown(text).to_string(), markdown);
            assert_eq!(Html(text).to_string(), html);
        }
    }

    #[test]
    fn labels_of_mermaid_hold_no_syntax() {
        let told = Mermaid("a\"] --> b%%{init: 1}%%;`").to_string();
        assert_eq!(told, "a#34;#93; --#62; b#37;#37;#123;init: 1#125;#37;#37;#59;#96;");
    }

    #[test]
    fn long_names_are_cut() {
        let name = "x".repeat(10_000);
        assert_eq!(Short::new(&name).to_string().chars().count(), CHARS_MAX);
        assert_eq!(Short::label(&name).to_string().chars().count(), LABEL_CHARS_MAX);
    }
}
