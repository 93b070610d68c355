//! An answer to a question of the checklist.

/// Whether something is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is, and the evidence says why.
    Yes,
    /// It is not, and a line says what to do.
    No,
    /// Nobody can tell from here, and a line says what is missing.
    NotCheckable,
}

/// What is asked: the checklist's number and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) item: &'static str,
    pub(crate) text: &'static str,
    /// The command that repeats the answer; `CONFIG` stands for the policy file.
    pub(crate) repeat: &'static str,
}

/// An answer, with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The number in the checklist: `C1`.
    pub item: &'static str,
    /// The question.
    pub question: &'static str,
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
        let Self { item, text, repeat } = self;
        let repeat = repeat.to_owned();
        Answer { item, question: text, verdict, evidence, repeat, fix: None, supply: None }
    }
}
