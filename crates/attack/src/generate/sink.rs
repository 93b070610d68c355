//! As which language may a text be read that a request brings?

/// Who reads a text as more than a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sink {
    /// A query of a database: it finds what it was not asked for.
    Query,
    /// The same: the database says that it does not understand it.
    QueryFault,
    /// A template: it computes.
    Template,
    /// A shell: it computes.
    Shell,
    /// A file system: another file is read.
    File,
    /// The head of an answer: it has a field more.
    Head,
    /// A page: the text is a part of it.
    Page,
}

impl Sink {
    /// In the order in which they are tried.
    pub(super) const ALL: [Self; 7] = [
        Self::Query,
        Self::QueryFault,
        Self::Template,
        Self::Shell,
        Self::File,
        Self::Head,
        Self::Page,
    ];

    /// In a word, for names.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Query => "sql",
            Self::QueryFault => "sql-fault",
            Self::Template => "template",
            Self::Shell => "shell",
            Self::File => "file",
            Self::Head => "head",
            Self::Page => "page",
        }
    }

    /// The weakness.
    pub(super) const fn cwe(self) -> u16 {
        match self {
            Self::Query | Self::QueryFault => 89,
            Self::Template => 1336,
            Self::Shell => 78,
            Self::File => 22,
            Self::Head => 113,
            Self::Page => 79,
        }
    }

    /// The threats that it speaks of, by their names.
    pub(super) const fn threats(self) -> &'static [&'static str] {
        match self {
            Self::Query | Self::QueryFault => &["text-becomes-query"],
            Self::Template => &["text-becomes-template"],
            Self::Shell => &["text-becomes-command"],
            Self::File => &["text-becomes-path"],
            Self::Head => &["text-becomes-header"],
            Self::Page => &["text-becomes-page"],
        }
    }

    /// What the attacker gets, behind the name of the place.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Query => "has a search find what it was not asked for",
            Self::QueryFault => "has the database say that it does not understand it",
            Self::Template => "is computed as a template",
            Self::Shell => "is run by a shell",
            Self::File => "reads another file",
            Self::Head => "writes a field into the head of the answer",
            Self::Page => "is a part of a page that browsers show",
        }
    }
}
