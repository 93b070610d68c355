//! Classes of data, by what its loss means.

use std::fmt;

/// A class of data (words of TM-BOM 1.0.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataClass {
    /// Who somebody is, and where.
    Personal,
    /// Somebody's health.
    Health,
    /// Money: accounts, balances, payments.
    Financial,
    /// What somebody made and lives from.
    Intellectual,
    /// What opens something to whoever has it.
    Credential,
    /// What a company would not tell others.
    Business,
    /// Numbers that a state gives, and what it keeps secret.
    Government,
    /// Card numbers (PCI DSS).
    Card,
    /// How things run: addresses, versions, records.
    Operational,
}

impl DataClass {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Personal,
        Self::Health,
        Self::Financial,
        Self::Intellectual,
        Self::Credential,
        Self::Business,
        Self::Government,
        Self::Card,
        Self::Operational,
    ];

    /// The word of TM-BOM.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Personal => "pii",
            Self::Health => "phi",
            Self::Financial => "fin",
            Self::Intellectual => "ip",
            Self::Credential => "cred",
            Self::Business => "biz",
            Self::Government => "gov",
            Self::Card => "pci",
            Self::Operational => "op",
        }
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Health => "health",
            Self::Financial => "financial",
            Self::Intellectual => "intellectual property",
            Self::Credential => "credentials",
            Self::Business => "business",
            Self::Government => "government identifiers",
            Self::Card => "card",
            Self::Operational => "operational",
        }
    }

    /// The class of this word, in either vocabulary.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name || one.title() == name)
    }
}

/// A set of classes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DataClasses(u16);

impl DataClasses {
    /// None.
    pub const NONE: Self = Self(0);

    /// One.
    pub const fn of(class: DataClass) -> Self {
        Self(1 << class as u16)
    }

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one is in it.
    pub const fn has(self, class: DataClass) -> bool {
        self.0 & Self::of(class).0 != 0
    }

    /// Whether none is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether its loss harms somebody: anything but operational data.
    pub const fn is_sensitive(self) -> bool {
        self.0 & !Self::of(DataClass::Operational).0 != 0
    }

    /// Those that are in it.
    pub fn iter(self) -> impl Iterator<Item = DataClass> {
        DataClass::ALL.into_iter().filter(move |class| self.has(*class))
    }
}

impl FromIterator<DataClass> for DataClasses {
    fn from_iter<T: IntoIterator<Item = DataClass>>(classes: T) -> Self {
        classes.into_iter().fold(Self::NONE, |all, class| all.with(Self::of(class)))
    }
}

impl fmt::Display for DataClasses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        for class in self.iter() {
            write!(f, "{before}{}", class.title())?;
            before = ", ";
        }
        Ok(())
    }
}

impl fmt::Debug for DataClasses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{self}]")
    }
}
