//! Words by which names say of what class data is, and what an operation does, in the languages of public APIs.
//!
//! A word is a whole word of a name (`kontoStand` has two), without marks on its letters (`überweisung` and
//! `ueberweisung` both stand here). It says one thing in all of these languages, or it is not here: a German `Bericht` is
//! a report and a Dutch one a message.

mod dutch;
mod english;
mod french;
mod german;
mod italian;
mod portuguese;
mod spanish;

use std::collections::HashMap;
use std::sync::LazyLock;

use portcullis_policy::naming::words;

use crate::system::{DataClass, DataClasses};

/// What a word says of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Act {
    /// Whoever calls it logs in, or shows a password or a session: `login`.
    LogIn,
    /// It moves money, goods or chances: `pay`.
    Move,
    /// What is made where they are moved: `payments`.
    Moved,
    /// It makes something: `create`.
    Make,
    /// It looks, or tries out, and moves nothing: `list`, `preview`.
    Look,
    /// It ends or answers something that is there: `accept`, `cancel`.
    Settle,
    /// What is set up rather than done: `policy`, `settings`.
    SetUp,
    /// It sends: `send`.
    Send,
    /// What is sent: `sms`, `invitation`.
    Message,
    /// Somebody gets a message by it, whatever else its name says: `resend`, `invite`.
    Told,
    /// A secret was lost, or is made anew: `forgot`, `reset`.
    Lost,
    /// A secret that people know: `password`.
    Password,
    /// A second proof of who somebody is: `otp`.
    Factor,
    /// It holds a proof against what is kept: `verify`.
    Verify,
    /// What is stored goes out as a file: `export`.
    Export,
    /// It sorts, filters or chooses properties: `sort`.
    Filter,
    /// Whose customers share an installation: `tenant`.
    Tenant,
    /// What belongs to one person who logs in: `profile`.
    Account,
    /// Where messages to a person go: `email`.
    Reach,
    /// It changes something that is there: `update`.
    Change,
    /// What a caller is told, and does not choose: `price`, or counts: `quantity`.
    Value,
    /// Others call it when something happened: `webhook`.
    Hook,
    /// It takes what others report: `receive`.
    Receive,
}

/// The words of one language.
struct Language {
    classes: &'static [(DataClass, &'static [&'static str])],
    acts: &'static [(Act, &'static [&'static str])],
}

const LANGUAGES: [&Language; 7] = [
    &english::WORDS,
    &german::WORDS,
    &french::WORDS,
    &spanish::WORDS,
    &portuguese::WORDS,
    &italian::WORDS,
    &dutch::WORDS,
];

static CLASSES: LazyLock<HashMap<&'static str, DataClasses>> = LazyLock::new(|| {
    let mut all: HashMap<&'static str, DataClasses> = HashMap::new();
    for (class, words) in LANGUAGES.iter().flat_map(|language| language.classes) {
        for word in *words {
            let found = all.entry(word).or_default();
            *found = found.with(DataClasses::of(*class));
        }
    }
    all
});

/// What each word says, as a set of bits.
static ACTS: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
    let mut all: HashMap<&'static str, u32> = HashMap::new();
    for (act, words) in LANGUAGES.iter().flat_map(|language| language.acts) {
        for word in *words {
            *all.entry(word).or_default() |= 1 << *act as u8;
        }
    }
    all
});

/// Of what classes data is whose name has this word, or these words written as one.
pub(super) fn classes(word: &str) -> DataClasses {
    CLASSES.get(word).copied().unwrap_or_default()
}

/// Whether a word says this of an operation.
pub(super) fn says(word: &str, act: Act) -> bool {
    ACTS.get(word).is_some_and(|acts| acts & (1 << act as u8) != 0)
}

/// A name as words, without marks on letters.
pub(super) fn folded_words(name: &str) -> Vec<String> {
    let mut words = words(name);
    for word in &mut words {
        if !word.is_ascii() {
            *word = word.chars().map(folded).collect();
        }
    }
    words
}

/// A small letter without its mark, for the letters of these languages.
const fn folded(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a language has this word at all.
    fn classes_in(language: &Language, word: &str) -> DataClasses {
        let has = |words: &[&str]| words.contains(&word);
        language.classes.iter().filter(|(_, words)| has(words)).map(|(class, _)| *class).collect()
    }

    #[test]
    fn a_word_has_one_class_in_every_language_that_has_it() {
        for one in LANGUAGES {
            for word in one.classes.iter().flat_map(|(_, words)| *words) {
                let here = classes_in(one, word);
                for other in LANGUAGES {
                    let there = classes_in(other, word);
                    assert!(there.is_empty() || there == here, "{word}: {here:?} and {there:?}");
                }
            }
        }
    }

    /// English words of names in 1,300 public documents that other languages have as well, with another meaning.
    const MEANT_OTHERWISE: [&str; 8] =
        ["client", "exporter", "inviter", "modifier", "notifier", "payer", "salute", "voter"];

    #[test]
    fn an_english_word_is_read_as_one() {
        for word in MEANT_OTHERWISE {
            assert!(!ACTS.contains_key(word) && classes(word).is_empty(), "{word}");
        }
    }

    #[test]
    fn words_are_written_as_names_are_read() {
        for language in LANGUAGES {
            let of_classes = language.classes.iter().flat_map(|(_, words)| *words);
            let of_acts = language.acts.iter().flat_map(|(_, words)| *words);
            for word in of_classes.chain(of_acts) {
                assert_eq!(folded_words(word), [*word], "{word}");
                assert!(
                    word.len() > 2 || *word == "me" || *word == "to",
                    "`{word}` is too short to say anything"
                );
            }
            for (_, words) in language.classes {
                assert!(
                    words.is_sorted() && words.windows(2).all(|two| two[0] != two[1]),
                    "{words:?}"
                );
            }
        }
    }
}
