//! What is done to objects, in the words of rules.

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the word of that name")]
pub enum Verb {
    Read,
    List,
    Create,
    Update,
    Delete,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Read, Self::List, Self::Create, Self::Update, Self::Delete];

    /// The word in the policy file, and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Verbs(u8);

impl Verbs {
    /// Every verb, and what no verb means: operations that only have a name of their own.
    pub const ALL: Self = Self(0b11_1111);

    /// Whether it means what no verb does.
    pub const fn has_others(self) -> bool {
        self.0 & 0b10_0000 != 0
    }

    /// With one more.
    #[must_use]
    pub const fn with(self, verb: Verb) -> Self {
        Self(self.0 | verb.bit())
    }

    /// What either means.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it means nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it is one of them.
    pub const fn has(self, verb: Verb) -> bool {
        self.0 & verb.bit() != 0
    }

    /// As a number that lasts: the first verb is the lowest bit, what no verb means the sixth.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// From its number. Nothing, and what has other bits, is no set that anybody means.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits == 0 || bits & !Self::ALL.0 != 0 { None } else { Some(Self(bits)) }
    }

    /// Its words, `*` for everything.
    pub fn words(self) -> Vec<&'static str> {
        if self == Self::ALL {
            return vec!["*"];
        }
        Verb::ALL.into_iter().filter(|verb| self.has(*verb)).map(Verb::name).collect()
    }

    /// Reads its words. Reading includes listing, as it does in rules.
    pub fn of_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Option<Self> {
        let mut all = Self::default();
        for word in words {
            all = match Verb::ALL.into_iter().find(|verb| verb.name() == word) {
                Some(Verb::Read) => all.with(Verb::Read).with(Verb::List),
                Some(verb) => all.with(verb),
                None if word == "*" => Self::ALL,
                None => return None,
            };
        }
        if all.is_empty() { None } else { Some(all) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_reads_its_number_and_its_words() {
        for bits in 0..=u8::MAX {
            let read = Verbs::from_bits(bits);
            assert_eq!(read.is_some(), (1..64).contains(&bits), "{bits}");
            assert!(read.is_none_or(|verbs| verbs.bits() == bits));
        }
        let read = Verbs::of_words(["read"]).unwrap();
        assert!(read.has(Verb::List) && !read.has(Verb::Update) && !read.has_others());
        assert_eq!(Verbs::of_words(read.words()), Some(read));
        assert_eq!(Verbs::of_words(["delete", "*"]), Some(Verbs::ALL));
        assert_eq!(Verbs::ALL.words(), ["*"]);
        assert_eq!((Verbs::of_words([]), Verbs::of_words(["read", "pay"])), (None, None));
    }
}
