//! Whether a condition holds: yes, no, or not known yet (Kleene's strong three-valued logic).

use std::borrow::Cow;

use portcullis_policy::{Expression, How, Operand, Resource};

use super::Asked;
use super::seen::Object;
use super::truth::Truth;
use super::values::Values;

/// What is known of a caller and an object.
pub struct Facts<'a> {
    pub(super) asked: &'a Asked<'a>,
    pub(super) resource: &'a Resource,
    pub(super) object: &'a Object<'a>,
}

impl Facts<'_> {
    /// Whether a condition holds.
    pub fn holds(&self, when: &Expression) -> Truth {
        holds(when, &Of { asked: self.asked, facts: Some(self) })
    }

    /// Whether the object is the caller's own.
    pub fn mine(&self) -> Truth {
        let mut is_named = false;
        for owner in &self.resource.owners {
            let values = self.object.at(&owner.at, self.resource);
            let Values::Known(values) = values else { continue };
            is_named = true;
            let own = self.asked.of_caller(&owner.is);
            if own.iter().any(|own| values.iter().any(|value| *value == *own)) {
                return Truth::Yes;
            }
        }
        // An object that names another owner is not theirs, whatever was known before (rule 11).
        if is_named { Truth::No } else { self.object.held() }
    }

    /// Whether the object is of the caller's tenant, if there are tenants.
    pub fn tenant(&self) -> Truth {
        let (Some(of), Some(at)) = (&self.asked.model.tenant, &self.resource.tenant) else {
            return Truth::Yes;
        };
        let own = self.asked.of_caller(of);
        if own.is_empty() {
            return Truth::No;
        }
        match self.object.at(at, self.resource) {
            Values::Known(values) => {
                Truth::from(values.iter().all(|value| own.iter().any(|own| *value == *own)))
            }
            // What a caller holds is held under their tenant.
            Values::Unknown if self.object.held() == Truth::Yes => Truth::Yes,
            Values::Unknown => Truth::Unknown,
            Values::Missing if self.object.is_new() => Truth::Yes,
            Values::Missing => Truth::No,
        }
    }
}

/// What a condition is asked about.
struct Of<'a> {
    asked: &'a Asked<'a>,
    facts: Option<&'a Facts<'a>>,
}

/// Whether a condition holds that asks for no object.
pub(super) fn of_request(asked: &Asked<'_>, when: &Expression) -> Truth {
    holds(when, &Of { asked, facts: None })
}

fn holds(when: &Expression, of: &Of<'_>) -> Truth {
    match when {
        Expression::Always => Truth::Yes,
        Expression::Mine => of.facts.map_or(Truth::Unknown, Facts::mine),
        Expression::Is(operand) => match of.values(operand) {
            Values::Known(values) => Truth::from(values.iter().any(|value| *value == "true")),
            Values::Missing | Values::Unknown => Truth::Unknown,
        },
        Expression::Compare { left: left @ Operand::Request(_), how, right } => {
            each(&of.values(left), *how, &of.values(right), of.asked)
        }
        Expression::Compare { left, how, right } => {
            compare(&of.values(left), *how, &of.values(right), of.asked)
        }
        Expression::Not(inner) => holds(inner, of).negated(),
        Expression::All(parts) => {
            parts.iter().fold(Truth::Yes, |known, one| known.and(holds(one, of)))
        }
        Expression::Any(parts) => {
            parts.iter().fold(Truth::No, |known, one| known.or(holds(one, of)))
        }
    }
}

/// Of several values that a request says, all must be so: who sends one more says more.
fn each(left: &Values<'_>, how: How, right: &Values<'_>, asked: &Asked<'_>) -> Truth {
    let (Values::Known(all), How::In | How::Under) = (left, how) else {
        return compare(left, how, right, asked);
    };
    let one = |value: &Cow<'_, str>| compare(&Values::one(Cow::Borrowed(value)), how, right, asked);
    match all.iter().map(one).fold((0, 0), |(yes, no), truth| match truth {
        Truth::Yes => (yes + 1, no),
        Truth::No => (yes, no + 1),
        Truth::Unknown => (yes, no),
    }) {
        (yes, _) if yes == all.len() => Truth::Yes,
        (_, no) if no == all.len() => Truth::No,
        _ => Truth::Unknown,
    }
}

/// What is not there equals nothing and differs from nothing: nobody knows.
fn compare(left: &Values<'_>, how: How, right: &Values<'_>, asked: &Asked<'_>) -> Truth {
    let (Values::Known(left), Values::Known(right)) = (left, right) else { return Truth::Unknown };
    let any = |is_it: &dyn Fn(&str, &str) -> bool| {
        left.iter().any(|one| right.iter().any(|other| is_it(one, other)))
    };
    match (how, left.as_slice(), right.as_slice()) {
        (How::Equal, [left], [right]) => Truth::from(left == right),
        (How::Differs, [left], [right]) => Truth::from(left != right),
        // Several are the same as several whatever their order: no API promises one.
        (How::Equal, left, right) => Truth::from(are_same(left, right)),
        (How::Differs, left, right) => Truth::from(!are_same(left, right)),
        (How::In, ..) => Truth::from(any(&|one, other| one == other)),
        (How::Under, ..) => Truth::from(any(&|one, other| asked.model.units.is_under(one, other))),
    }
}

fn are_same(left: &[Cow<'_, str>], right: &[Cow<'_, str>]) -> bool {
    let all = |ones: &[Cow<'_, str>], others: &[Cow<'_, str>]| {
        ones.iter().all(|one| others.contains(one))
    };
    all(left, right) && all(right, left)
}

impl<'a> Of<'a> {
    fn values<'v>(&'v self, operand: &'v Operand) -> Values<'v>
    where
        'a: 'v,
    {
        match operand {
            Operand::Text(text) | Operand::Number(text) => Values::one(Cow::Borrowed(text)),
            Operand::Truth(truth) => {
                Values::one(Cow::Borrowed(if *truth { "true" } else { "false" }))
            }
            Operand::List(items) => {
                let mut all = Vec::new();
                for item in items {
                    match self.values(item) {
                        Values::Known(values) => all.extend(values),
                        other => return other,
                    }
                }
                Values::Known(all)
            }
            Operand::Caller(of) => {
                let texts = self.asked.of_caller(of);
                if texts.is_empty() {
                    return Values::Missing;
                }
                Values::Known(texts.into_iter().map(Cow::Borrowed).collect())
            }
            Operand::Resource(pointer) => match self.facts {
                Some(facts) => facts.object.at(pointer, facts.resource),
                None => Values::Unknown,
            },
            Operand::Request(place) => match (self.asked.request)(place) {
                Some(texts) if texts.is_empty() => Values::Missing,
                Some(texts) => Values::Known(texts.into_iter().map(Cow::Owned).collect()),
                None => Values::Unknown,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cow, are_same};

    #[test]
    fn lists_of_the_same_values_are_the_same_in_any_order() {
        let same = |left: &[&'static str], right: &[&'static str]| {
            let texts =
                |list: &[&'static str]| list.iter().map(|one| Cow::Borrowed(*one)).collect();
            let (left, right): (Vec<Cow<'_, str>>, Vec<Cow<'_, str>>) = (texts(left), texts(right));
            are_same(&left, &right)
        };
        assert!(same(&["a", "b"], &["b", "a"]) && same(&["a", "a"], &["a"]));
        assert!(!same(&["a", "b"], &["a"]) && !same(&["a"], &["a", "b"]));
    }
}
