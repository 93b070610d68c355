//! Phrases that are looked for together, in any case: in one pass, and in none if a text lacks a letter of each.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match};

use crate::classes::Classes;

/// Phrases, and what each is made of.
#[derive(Debug)]
pub(crate) struct Phrases {
    finder: Option<AhoCorasick>,
    needs: Vec<Classes>,
}

impl Phrases {
    /// Of these, in lower case. Their places in the list are what a [`Match`] names.
    pub(crate) fn of<'p>(phrases: impl Iterator<Item = &'p str> + Clone) -> Self {
        let mut needs: Vec<Classes> =
            phrases.clone().map(|phrase| Classes::of_constant(phrase.as_bytes())).collect();
        needs.sort_unstable();
        needs.dedup();
        // Where one needs less than another, it is enough to ask for that.
        let least =
            |need: &Classes| !needs.iter().any(|other| other != need && need.have_all(*other));
        let needs = needs.iter().copied().filter(|need| least(need)).collect();
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(phrases);
        Self { finder: finder.ok(), needs }
    }

    /// The phrase that ends first.
    pub(crate) fn find(&self, text: &str, classes: Classes) -> Option<Match> {
        self.finder(classes)?.find(text)
    }

    /// Phrases one behind the other.
    pub(crate) fn each<'t>(
        &'t self,
        text: &'t str,
        classes: Classes,
    ) -> impl Iterator<Item = Match> + 't {
        self.finder(classes).into_iter().flat_map(move |finder| finder.find_iter(text))
    }

    /// Phrases, also those within one another.
    pub(crate) fn each_overlapping<'t>(
        &'t self,
        text: &'t str,
        classes: Classes,
    ) -> impl Iterator<Item = Match> + 't {
        self.finder(classes).into_iter().flat_map(move |finder| finder.find_overlapping_iter(text))
    }

    /// Whether a text of these kinds of bytes could have one.
    pub(crate) fn could_be_in(&self, classes: Classes) -> bool {
        self.needs.iter().any(|need| classes.have_all(*need))
    }

    fn finder(&self, classes: Classes) -> Option<&AhoCorasick> {
        self.finder.as_ref().filter(|_| self.could_be_in(classes))
    }
}
