//! What of an object is shown and written: what one of the rules that permit it shows is seen.

use portcullis_policy::{Hidden, OnResource};

/// What of an object is shown, and what is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mask {
    /// What does not leave.
    pub hidden: Hidden,
    /// What is not written.
    pub readonly: Hidden,
}

/// The masks of the rules that permit an object.
#[derive(Debug, Default)]
pub struct Masks<'a> {
    hidden: Option<Either<'a>>,
    /// What those hide that permit reading it: where one does, what others leave in sight does not count.
    hidden_of_reading: Option<Either<'a>>,
    readonly: Option<Either<'a>>,
}

/// A mask of a rule, or what is left of several.
#[derive(Debug)]
enum Either<'a> {
    One(&'a Hidden),
    Several(Hidden),
}

impl<'a> Masks<'a> {
    /// One more rule permits it.
    pub(super) fn permit(&mut self, on: &'a OnResource, reads: bool) {
        add(&mut self.hidden, &on.hidden);
        if reads {
            add(&mut self.hidden_of_reading, &on.hidden);
        }
        add(&mut self.readonly, &on.readonly);
    }

    pub(super) fn finish(self) -> Mask {
        let done = |one: Option<Either<'_>>| match one {
            None => Hidden::Nothing,
            Some(Either::One(hidden)) => hidden.clone(),
            Some(Either::Several(hidden)) => hidden,
        };
        let hidden = self.hidden_of_reading.or(self.hidden);
        Mask { hidden: done(hidden), readonly: done(self.readonly) }
    }
}

fn add<'a>(known: &mut Option<Either<'a>>, further: &'a Hidden) {
    let both = match known.take() {
        None => Either::One(further),
        Some(Either::One(one)) => Either::Several(common(one, further)),
        Some(Either::Several(one)) => Either::Several(common(&one, further)),
    };
    *known = Some(both);
}

/// What both hide. Pointers are compared as they stand, and one hides all that is below it.
fn common(one: &Hidden, other: &Hidden) -> Hidden {
    match (one, other) {
        (Hidden::Nothing, _) | (_, Hidden::Nothing) => Hidden::Nothing,
        (Hidden::These(one), Hidden::These(other)) => {
            let below = |list: &[String], at: &str| list.iter().any(|known| is_below(at, known));
            let kept = one.iter().filter(|at| below(other, at));
            let further = other.iter().filter(|at| below(one, at) && !one.contains(at));
            let all: Vec<String> = kept.chain(further).cloned().collect();
            if all.is_empty() { Hidden::Nothing } else { Hidden::These(all) }
        }
        (Hidden::AllBut(one), Hidden::AllBut(other)) => {
            let mut all = one.clone();
            all.extend(other.iter().filter(|at| !one.contains(at)).cloned());
            Hidden::AllBut(all)
        }
        (Hidden::These(hidden), Hidden::AllBut(shown))
        | (Hidden::AllBut(shown), Hidden::These(hidden)) => {
            // Of what is shown in part, the rest would have to be named: all of it stays hidden.
            let is_shown = |at: &String| shown.iter().any(|known| is_below(at, known));
            let all: Vec<String> = hidden.iter().filter(|at| !is_shown(at)).cloned().collect();
            if all.is_empty() { Hidden::Nothing } else { Hidden::These(all) }
        }
    }
}

/// Whether a pointer is another one, or leads further below it.
pub(crate) fn is_below(at: &str, above: &str) -> bool {
    at.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
