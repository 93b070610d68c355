//! What a contract or a policy may say of a text, and what is still looked for in it.

use crate::language::{Language, Sinks};

/// What a text is meant to be: `x-text` in a contract, `text:` in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TextKind {
    /// A value: a name, a code, an address. Everything is looked for.
    #[default]
    Plain,
    /// Sentences of people. Everything is looked for but what ends a header line: such a text has lines.
    Prose,
    /// Sentences with marks, quoted code and lines. What would run once it is shown as HTML is looked for,
    /// and members of prototypes; code of other languages is what such a text is about.
    Markdown,
    /// A program: nothing but members of prototypes is looked for. Whoever runs it meant to.
    Code,
    /// HTML that is meant: everything but HTML, XML and lines. Whoever shows it cleans it.
    Html,
    /// A query that is meant: nothing but members of prototypes is looked for.
    Sql,
}

impl TextKind {
    /// Each.
    pub const ALL: [Self; 6] =
        [Self::Plain, Self::Prose, Self::Markdown, Self::Code, Self::Html, Self::Sql];

    /// Its word in contracts and policies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Prose => "prose",
            Self::Markdown => "markdown",
            Self::Code => "code",
            Self::Html => "html",
            Self::Sql => "sql",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What is still looked for in such a text.
    pub const fn sinks(self) -> Sinks {
        match self {
            Self::Plain => Sinks::ALL,
            Self::Prose => Sinks::ALL.without(Language::Line),
            Self::Markdown => Sinks::NONE.with(Language::Html).with(Language::Prototype),
            Self::Code | Self::Sql => Sinks::NONE.with(Language::Prototype),
            Self::Html => {
                Sinks::ALL.without(Language::Html).without(Language::Xml).without(Language::Line)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_meant_to_be_html_may_be_html_and_nothing_else() {
        assert!(!TextKind::Html.sinks().has(Language::Html));
        assert!(TextKind::Html.sinks().has(Language::Sql));
    }

    #[test]
    fn no_kind_of_text_may_change_a_prototype() {
        for kind in TextKind::ALL {
            assert!(kind.sinks().has(Language::Prototype), "{}", kind.word());
        }
    }
}
