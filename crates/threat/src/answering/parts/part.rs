//! What must be there, beside a control that enforces, so that a threat is answered.

use portcullis_controls::hostile_input::Language;
use portcullis_model::ControlId;

/// How far a control answers a threat.
#[derive(Debug)]
pub(in crate::answering) struct Row {
    /// The threat, by its name.
    pub(in crate::answering) threat: &'static str,
    /// One of its controls.
    pub(in crate::answering) control: ControlId,
    /// What must be there.
    pub(in crate::answering) part: Part,
    /// Controls that must enforce as well: the one has a hole where the other is off.
    pub(in crate::answering) with: &'static [ControlId],
}

/// What must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::answering) enum Part {
    /// No more than that the control enforces, and expects something there.
    All,
    /// Nothing makes it an answer: it helps, and what it stops is told.
    Nothing,
    /// That what it asks can be derived of every operation that is served.
    Everywhere,

    /// A rate of the policy that speaks of the operation, and bounds something.
    Rate,
    /// One that lets a program no further than a person: few in a day.
    SlowRate,
    /// The same, or few bytes in a day.
    SlowReading,
    /// The same as few in a day, of which an account may be what is counted by, and what is guessed may not.
    SlowGuesses,
    /// That it is done once, ever.
    Once,
    /// That two do not run side by side.
    OneAtATime,
    /// A size of pages that is bounded.
    Page,
    /// That wrong guesses are counted.
    Guesses,

    /// That it is a step of a flow.
    Step,
    /// That it is the last one, after which all of them begin anew.
    LastStep,
    /// A pause before the step, or a field that only programs fill in.
    Pace,
    /// That its values are told what they must be.
    Values,

    /// That its requests name whose objects are meant, and that callers at large may not touch all of them.
    Owned,
    /// That its answers show objects of a resource, and that callers at large may not see all of them.
    Shown,
    /// The same, and that totals do not count what is not shown.
    Totals,
    /// That what it touches stays with its tenant, but for those who are said to cross.
    Apart,
    /// That not every caller may use it.
    SomeCallers,

    /// That nothing undeclared is let through.
    NothingUndeclared,
    /// That its body is held to what the document says of it.
    Described,
    /// That its body has names of the document alone.
    NamesDeclared,
    /// That names to sort and filter by are listed.
    NamesListed,
    /// That all of its texts are looked at for these languages.
    Languages(&'static [Language]),
    /// That URLs in it point at hosts that are listed.
    TargetsListed,
    /// That no URL in it may point anywhere.
    TargetsHeld,
    /// That files of any kind are none of what it takes.
    FilesOfKinds,

    /// That somebody looks into its answers.
    Inspected,
    /// That each property that few should see is decided about.
    Decided,
    /// That properties are hidden, or replaced, for some or for all.
    Hidden,
    /// That it leads no further than to what is listed, or to where the request itself did not point.
    RedirectsHeld,
    /// That it leads to what is listed alone.
    RedirectsListed,
    /// That markup in its answers is escaped.
    MarkupEscaped,
    /// A last day: its own, or that of every other version.
    LastDay,

    /// That tokens are verified here, or were given out here.
    Tokens,
    /// That keys were given out here.
    Keys,
    /// Both.
    TokensAndKeys,
    /// That one named authority signs certificates of clients.
    Certificates,
    /// That each credential ends before its time where somebody says so.
    Ends,
    /// That each credential is bound to something that its owner has.
    Bound,
    /// That what callers may do is asked anew, and not read from what they show.
    Fresh,
    /// That what a credential is for is asked at each operation.
    Restricted,
}
