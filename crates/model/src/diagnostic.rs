//! What is said to people about their files: where, what, why, and what to do.

use std::sync::Arc;

/// A file that somebody wrote: the contract, the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u16);

/// A stretch of a source, in bytes, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The files that one model was read from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<(String, Arc<str>)>,
}

impl Sources {
    /// Adds a file. `name` is what people see: the path as they gave it.
    ///
    /// # Panics
    ///
    /// Never in practice: it would need 65,536 files.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(u16::try_from(self.files.len()).unwrap_or(u16::MAX));
        self.files.push((name.into(), text.into()));
        id
    }

    /// The name of a file.
    pub fn name(&self, id: SourceId) -> &str {
        self.files.get(usize::from(id.0)).map_or("", |(name, _)| name)
    }

    /// The names of all files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(name, _)| name.as_str())
    }

    /// All files.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> {
        (0..self.files.len()).filter_map(|place| u16::try_from(place).ok().map(SourceId))
    }

    /// The file of this name.
    pub fn named(&self, name: &str) -> Option<SourceId> {
        let place = self.files.iter().position(|(known, _)| known == name)?;
        u16::try_from(place).ok().map(SourceId)
    }

    /// The text of a file.
    pub fn text(&self, id: SourceId) -> &str {
        self.files.get(usize::from(id.0)).map_or("", |(_, text)| text)
    }

    /// The text of a file, shared.
    pub fn shared_text(&self, id: SourceId) -> Arc<str> {
        self.files.get(usize::from(id.0)).map_or_else(|| Arc::from(""), |(_, text)| text.clone())
    }

    /// Line and column of a span's start, both from 1; columns count characters.
    pub fn line_column(&self, span: Span) -> (u32, u32) {
        let text = self.text(span.source);
        let mut start = (span.start as usize).min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = text.get(..start).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line as u32, column as u32)
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Stops `run`.
    Error,
    /// Does not stop `run`; people should know.
    Warning,
}

/// A kind of problem. Its name is stable and opens a page: `portcullis explain NAME`.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab case, by crate: `contract-dangling-reference`.
    pub name: &'static str,
    /// The page: what it means, an example, what to do. Markdown.
    pub page: &'static str,
}

/// Declares the codes of a crate, and `ALL` of them. The page of each lies in the folder `codes` beside the file that
/// declares it, under the code's name.
#[macro_export]
macro_rules! codes {
    ($( $(#[$doc:meta])* $constant:ident = $name:literal, )*) => {
        $(
            $(#[$doc])*
            pub static $constant: $crate::Code = $crate::Code {
                name: $name,
                page: include_str!(concat!("codes/", $name, ".md")),
            };
        )*

        /// Every code of this crate.
        pub static ALL: &[&$crate::Code] = &[$(&$constant),*];
    };
}

/// One problem, located.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind.
    pub code: &'static Code,
    /// How bad.
    pub severity: Severity,
    /// Lowercase, no full stop, input in backticks.
    pub message: String,
    /// Where. Without one, the whole file is meant.
    pub span: Option<Span>,
    /// A word at the place itself.
    pub label: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message.into())
    }

    /// A warning.
    pub fn warning(code: &'static Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message.into())
    }

    const fn new(code: &'static Code, severity: Severity, message: String) -> Self {
        Self { code, severity, message, span: None, label: None, help: None }
    }

    /// Where it is.
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    /// A word at the place itself.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "é: 1\nöx: 2\n");
        let at = |start| sources.line_column(Span { source: id, start, end: start });
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 2));
        assert_eq!(at(6), (2, 1));
        assert_eq!(at(7), (2, 1), "inside a character is at that character");
        assert_eq!(at(8), (2, 2));
        assert_eq!(at(999), (3, 1));
    }
}
