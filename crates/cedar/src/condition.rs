//! Conditions of rules in Cedar.
//!
//! Ours are yes, no or unknown; those of Cedar true, false or an error, and what is an error does not apply. So
//! each condition becomes two: one that is true where ours is yes, and one that is true where ours is no. Both
//! ask for an attribute (`has`) before they read it, so neither is ever an error, and where ours is unknown
//! both are false. `not` takes the other one of the two. A `permit` holds when ours is yes, a `forbid` unless
//! ours is no: what is not known permits nothing, and forbids.

mod values;

use portcullis_policy::{Expression, How, OfCaller, Operand};

use crate::formula::Formula;
use crate::kind::Kind;
use crate::names::{attribute, has, quoted};
use crate::vocabulary::{HELD, Vocabulary};
use values::{Part, Side, equal, is_in, is_true, under};

/// Where a condition stands.
#[derive(Clone, Copy)]
pub(crate) struct Condition<'v, 'm> {
    pub(crate) vocabulary: &'v Vocabulary<'m>,
    /// The resource of whose objects it speaks, by its index; none: of none.
    pub(crate) resource: Option<usize>,
}

/// A condition of which both answers are known.
struct Answers {
    yes: Formula,
    no: Formula,
}

impl Answers {
    /// Nobody ever knows.
    const fn unknown() -> Self {
        Self { yes: Formula::Known(false), no: Formula::Known(false) }
    }

    /// Known where all these are there.
    fn guarded(guards: &[Formula], is_so: Formula) -> Self {
        let with = |one: Formula| Formula::all(guards.iter().cloned().chain([one]));
        Self { yes: with(is_so.clone()), no: with(is_so.negated()) }
    }
}

impl Condition<'_, '_> {
    /// True where a condition is yes.
    pub(crate) fn yes(self, when: &Expression) -> Formula {
        self.answers(when).yes
    }

    /// True where it is no.
    pub(crate) fn no(self, when: &Expression) -> Formula {
        self.answers(when).no
    }

    fn answers(self, when: &Expression) -> Answers {
        match when {
            Expression::Always => Answers { yes: Formula::Known(true), no: Formula::Known(false) },
            Expression::Mine => self.mine(),
            Expression::Is(operand) => match self.side(operand) {
                Some(side) => Answers::guarded(&side.guards, is_true(&side.parts)),
                None => Answers::unknown(),
            },
            Expression::Compare { left, how, right } => self.compare(left, *how, right),
            Expression::Not(inner) => {
                let Answers { yes, no } = self.answers(inner);
                Answers { yes: no, no: yes }
            }
            Expression::All(parts) => {
                let (yes, no) = self.several(parts);
                Answers { yes: Formula::all(yes), no: Formula::any(no) }
            }
            Expression::Any(parts) => {
                let (yes, no) = self.several(parts);
                Answers { yes: Formula::any(yes), no: Formula::all(no) }
            }
        }
    }

    fn several(self, parts: &[Expression]) -> (Vec<Formula>, Vec<Formula>) {
        parts
            .iter()
            .map(|part| {
                let Answers { yes, no } = self.answers(part);
                (yes, no)
            })
            .unzip()
    }

    fn compare(self, left: &Operand, how: How, right: &Operand) -> Answers {
        let (Some(left), Some(right)) = (self.side(left), self.side(right)) else {
            return Answers::unknown();
        };
        let guards = [left.guards, right.guards].concat();
        let is_so = match how {
            How::Equal | How::Differs => match equal(&left.parts, &right.parts) {
                Some(same) if how == How::Equal => same,
                Some(same) => same.negated(),
                None => return Answers::unknown(),
            },
            How::In => is_in(&left.parts, &right.parts),
            How::Under => {
                under(&left.parts, &right.parts, &self.vocabulary.model.authorization.units)
            }
        };
        Answers::guarded(&guards, is_so)
    }

    /// An object that names an owner is the caller's where that is they; one that names none is where the
    /// ids register knows that they hold it.
    fn mine(self) -> Answers {
        let authorization = &self.vocabulary.model.authorization;
        let declared = self.resource.and_then(|resource| authorization.resources.get(resource));
        let Some(declared) = declared else { return Answers::unknown() };
        let (mut named, mut own) = (Vec::new(), Vec::new());
        for owner in &declared.owners {
            let Some(said) = self.member(&owner.at) else { continue };
            let caller = Self::caller(&owner.is);
            let guards = said.guards.iter().chain(&caller.guards).cloned();
            own.push(Formula::all(guards.chain([is_in(&said.parts, &caller.parts)])));
            named.extend(said.guards);
        }
        let named = Formula::any(named);
        let own = Formula::any(own);
        let nobody = || named.clone().negated();
        let held = || attribute("context", HELD);
        let knows = || Formula::test(has("context", HELD));
        let is_held = Formula::all([nobody(), knows(), Formula::test(held())]);
        let is_not_held = Formula::all([nobody(), knows(), Formula::test(held()).negated()]);
        let is_of_other = Formula::all([named.clone(), own.clone().negated()]);
        Answers { yes: Formula::any([own, is_held]), no: Formula::any([is_of_other, is_not_held]) }
    }

    /// True where an object is of the caller's tenant, or has none to be of.
    pub(crate) fn tenant(self) -> Formula {
        let authorization = &self.vocabulary.model.authorization;
        let declared = self.resource.and_then(|resource| authorization.resources.get(resource));
        let at = declared.and_then(|declared| declared.tenant.as_ref());
        let (Some(of), Some(said)) = (&authorization.tenant, at.and_then(|at| self.member(at)))
        else {
            return Formula::Known(true);
        };
        let caller = Self::caller(of);
        let guards = said.guards.into_iter().chain(caller.guards);
        Formula::all(guards.chain([values::all_in(&said.parts, &caller.parts)]))
    }

    /// What an operand stands for; none: nobody ever knows.
    fn side(self, operand: &Operand) -> Option<Side> {
        match operand {
            Operand::Text(text) | Operand::Number(text) => Some(Side::text(text)),
            Operand::Truth(truth) => Some(Side::text(if *truth { "true" } else { "false" })),
            Operand::List(items) => {
                let mut all = Side::default();
                for item in items {
                    let Side { guards, parts } = self.side(item)?;
                    all.guards.extend(guards);
                    all.parts.extend(parts);
                }
                Some(all)
            }
            Operand::Caller(of) => Some(Self::caller(of)),
            Operand::Resource(pointer) => self.member(pointer),
            Operand::Request(place) => {
                let name = portcullis_policy::InputPlace::One(place.clone()).to_string();
                Some(Side::attribute("context", &name, Kind::Several))
            }
        }
    }

    fn member(self, pointer: &str) -> Option<Side> {
        let resource = self.vocabulary.resources.get(self.resource?)?;
        let kind = resource.members.get(pointer).copied().unwrap_or(Kind::Several);
        Some(Side::attribute("resource", &member_name(pointer), kind))
    }

    pub(crate) fn caller(of: &OfCaller) -> Side {
        match of {
            OfCaller::Subject => {
                Side { guards: Vec::new(), parts: vec![Part::One(SUBJECT.to_owned())] }
            }
            OfCaller::Attribute(name) => Side::attribute("principal", name, Kind::Several),
        }
    }

    /// Whether one of the texts of an attribute of the caller is one of these.
    pub(crate) fn caller_has<'t>(name: &str, wanted: impl Iterator<Item = &'t str>) -> Formula {
        let side = Self::caller(&OfCaller::Attribute(name.into()));
        let wanted: Vec<Part> = wanted.map(|text| Part::Text(quoted(text))).collect();
        Formula::all(side.guards.into_iter().chain([is_in(&side.parts, &wanted)]))
    }
}

/// The name of the caller.
const SUBJECT: &str = "principal.subject";

/// What a member is called in Cedar: at the top by its name, deeper by its JSON Pointer.
pub(crate) fn member_name(pointer: &str) -> String {
    match pointer.strip_prefix('/') {
        Some(name) if !name.is_empty() && !name.contains(['/', '~']) => name.to_owned(),
        _ => pointer.to_owned(),
    }
}
