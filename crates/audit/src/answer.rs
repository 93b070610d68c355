//! An answer to a question of the checklist.

/// Whether something is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is, and the evidence says why.
    Yes,
    /// Nobody can tell from here, and a line says what is missing.
    NotCheckable,
    /// It is not, and a line says what to do.
    No,
}

/// What most questions are answered of.
pub(crate) const DEPLOYMENT: &str = "this deployment";

/// `1 file`, `2 files`.
pub(crate) fn many(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What is asked: the checklist's number and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) item: &'static str,
    pub(crate) text: &'static str,
    /// Of what it is answered: `this deployment`.
    pub(crate) about: &'static str,
    /// The command that repeats the answer; `CONFIG` stands for the policy file.
    pub(crate) repeat: &'static str,
    /// For how many days an answer may be believed, if nobody changes what it speaks of.
    pub(crate) lasts_days: u16,
}

/// An answer, with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The number in the checklist: `C1`.
    pub item: &'static str,
    /// The question.
    pub question: &'static str,
    /// Of what it is answered: `this deployment`.
    pub about: &'static str,
    /// The answer.
    pub verdict: Verdict,
    /// What was seen, in a sentence with numbers.
    pub evidence: String,
    /// A command that shows it again.
    pub repeat: String,
    /// What to do, where it is a no.
    pub fix: Option<String>,
    /// What is missing, where nobody can tell.
    pub supply: Option<String>,
    /// For how many days it may be believed, if nobody changes what it speaks of.
    pub lasts_days: u16,
    /// Where it was answered of several things: each of these answers. The worst is the answer.
    pub parts: Vec<Answer>,
}

impl Verdict {
    /// As it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotCheckable => "not checkable",
        }
    }
}

impl Question {
    pub(crate) fn yes(self, evidence: impl Into<String>) -> Answer {
        self.answer(Verdict::Yes, evidence.into())
    }

    pub(crate) fn no(self, evidence: impl Into<String>, fix: impl Into<String>) -> Answer {
        Answer { fix: Some(fix.into()), ..self.answer(Verdict::No, evidence.into()) }
    }

    pub(crate) fn not_checkable(
        self,
        evidence: impl Into<String>,
        supply: impl Into<String>,
    ) -> Answer {
        let answer = self.answer(Verdict::NotCheckable, evidence.into());
        Answer { supply: Some(supply.into()), ..answer }
    }

    fn answer(self, verdict: Verdict, evidence: String) -> Answer {
        let Self { item, text, about, repeat, lasts_days } = self;
        Answer {
            item,
            question: text,
            about,
            verdict,
            evidence,
            repeat: repeat.to_owned(),
            fix: None,
            supply: None,
            lasts_days,
            parts: Vec::new(),
        }
    }

    /// The same question about something else.
    pub(crate) const fn of(self, about: &'static str, repeat: &'static str) -> Self {
        Self { about, repeat, ..self }
    }
}

impl Answer {
    /// With an answer to the same question about something else: the worse one is the answer, and both are its parts.
    #[must_use]
    pub(crate) fn beside(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        let lasts_days = self.lasts_days.min(other.lasts_days);
        let mut parts = self.parts.clone();
        if parts.is_empty() {
            parts.push(self.clone());
        }
        parts.push(other.clone());
        // Where nobody can tell of either, both are needed.
        let supply = match (&self.supply, &other.supply) {
            (Some(one), Some(further)) if one != further => Some(format!("{one}; {further}")),
            _ => None,
        };
        let worse = if other.verdict > self.verdict { other } else { self };
        let supply = match worse.verdict {
            Verdict::NotCheckable => supply.or(worse.supply),
            Verdict::Yes | Verdict::No => worse.supply,
        };
        Self { supply, lasts_days, parts, ..worse }
    }

    /// All texts with `CONFIG` replaced: the policy file that was asked about.
    #[must_use]
    pub fn named(self, config: &str) -> Self {
        let name = |text: String| text.replace("CONFIG", config);
        Self {
            repeat: name(self.repeat),
            fix: self.fix.map(name),
            supply: self.supply.map(name),
            parts: self.parts.into_iter().map(|part| part.named(config)).collect(),
            ..self
        }
    }

    /// What to do, or what to supply.
    pub fn next(&self) -> Option<&str> {
        self.fix.as_deref().or(self.supply.as_deref())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const QUESTION: Question =
        Question { item: "C1", text: "is it?", about: "here", repeat: "again", lasts_days: 90 };

    #[test]
    fn the_worst_of_several_answers_is_the_answer_and_each_is_kept() {
        let elsewhere = Question { lasts_days: 7, ..QUESTION.of("there", "again -c CONFIG") };
        let unknown = QUESTION.not_checkable("dark", "a lamp");
        let answer = QUESTION.yes("seen").beside(Some(unknown)).beside(None);
        assert_eq!(
            (answer.verdict, answer.supply.as_deref()),
            (Verdict::NotCheckable, Some("a lamp"))
        );
        let dark = QUESTION.not_checkable("dark there", "a candle");
        let both = answer.clone().beside(Some(dark));
        assert_eq!(both.supply.as_deref(), Some("a lamp; a candle"));
        let answer = answer.beside(Some(elsewhere.no("open", "close CONFIG"))).named("p.yaml");
        assert_eq!((answer.verdict, answer.about, answer.lasts_days), (Verdict::No, "there", 7));
        assert_eq!((answer.next(), &*answer.repeat), (Some("close p.yaml"), "again -c p.yaml"));
        let verdicts: Vec<_> = answer.parts.iter().map(|part| part.verdict).collect();
        assert_eq!(verdicts, [Verdict::Yes, Verdict::NotCheckable, Verdict::No]);
    }
}
