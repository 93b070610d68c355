//! The languages that a text may end in, and sets of them.

/// What may read a text as more than text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// SQL, of any database (CWE-89).
    Sql,
    /// A query of a document database: its operators in JSON, its script (CWE-943).
    NoSql,
    /// A shell, POSIX or Windows (CWE-78).
    Shell,
    /// A path of a file system (CWE-22).
    Path,
    /// A server's template or expression language (CWE-1336, CWE-917).
    Template,
    /// HTML, and script in it (CWE-79).
    Html,
    /// A header of HTTP or of mail, a line of a log: what ends at a line's end (CWE-93, CWE-113, CWE-117).
    Line,
    /// Names of members that change an object's prototype (CWE-1321).
    Prototype,
    /// A filter of LDAP (CWE-90).
    Ldap,
    /// XPath (CWE-643).
    Xpath,
    /// XML with a document type or entities (CWE-611, CWE-776).
    Xml,
}

impl Language {
    /// Each, in the order in which they are asked.
    pub const ALL: [Self; 11] = [
        Self::Sql,
        Self::NoSql,
        Self::Shell,
        Self::Path,
        Self::Template,
        Self::Html,
        Self::Line,
        Self::Prototype,
        Self::Ldap,
        Self::Xpath,
        Self::Xml,
    ];

    /// Its word in policies and records.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::NoSql => "nosql",
            Self::Shell => "shell",
            Self::Path => "path",
            Self::Template => "template",
            Self::Html => "html",
            Self::Line => "line",
            Self::Prototype => "prototype",
            Self::Ldap => "ldap",
            Self::Xpath => "xpath",
            Self::Xml => "xml",
        }
    }

    /// The language of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.word() == word)
    }
}

/// A set of languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sinks(u16);

impl Sinks {
    /// None: nothing is looked for.
    pub const NONE: Self = Self(0);
    /// Each of [`Language::ALL`].
    pub const ALL: Self = Self((1 << Language::ALL.len()) - 1);

    /// With this one, too.
    #[must_use]
    pub const fn with(self, language: Language) -> Self {
        Self(self.0 | 1 << language as u16)
    }

    /// Without this one.
    #[must_use]
    pub const fn without(self, language: Language) -> Self {
        Self(self.0 & !(1 << language as u16))
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it is among them.
    pub const fn has(self, language: Language) -> bool {
        self.0 & 1 << language as u16 != 0
    }
}
