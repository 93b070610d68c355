//! Who has the object, who does the same honestly, and who attacks?

use portcullis_contract::{Operation, Security};
use portcullis_controls::function_access::Expected;
use portcullis_policy::looks_administrative;
use portcullis_policy::naming::words;

use super::kind::Kind;
use super::may::{Known, Person, Whose, opens, touches};
use super::{Found, Generator};

/// Whoever attacks; nobody: without a credential.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attacker<'p> {
    pub(super) kind: Kind,
    pub(super) person: Option<&'p Person>,
}

impl Attacker<'_> {
    pub(super) fn name(&self) -> Option<&str> {
        self.person.map(|person| person.name.as_str())
    }
}

/// Words in paths that are for people who work there.
const OF_STAFF: [&str; 4] = ["staff", "employee", "employees", "desk"];

fn is_of_staff(operation: &Operation) -> bool {
    let segments = operation.template.split('/').filter(|segment| !segment.contains('{'));
    segments.flat_map(words).any(|word| OF_STAFF.contains(&word.as_str()))
}

impl<'a> Generator<'a> {
    /// The first one who may do an operation to objects of these resources that are their own, else to those of
    /// others; `own` is the owner.
    pub(super) fn doer(
        &self,
        operation: usize,
        resources: &[usize],
        owner: &Person,
    ) -> Option<&'a Person> {
        let may = |person: &Person, whose| {
            let touched = resources
                .iter()
                .map(|resource| touches(self.model, operation, *resource, person, whose));
            touched.chain([opens(self.model, operation, person)]).min().unwrap_or(Known::No)
        };
        let own = self.people.iter().find(|one| one.name == owner.name);
        let own = own.filter(|own| may(own, Whose::Own) != Known::No);
        let others = || self.people.iter().filter(|one| one.name != owner.name);
        let known = |wanted| others().find(|one| may(one, Whose::Foreign) == wanted);
        let other = known(Known::Yes).or_else(|| known(Known::Unknown));
        let declared = self.model.contract.operation(operation);
        // What looks like the staff's is first tried as one of them: rules may be wider than the API.
        let is_staffs =
            declared.is_some_and(|one| looks_administrative(one).is_some() || is_of_staff(one));
        if is_staffs { other.or(own) } else { own.or(other) }
    }

    /// Everybody who must not do it: to objects of these resources that are the owner's, or at all.
    pub(super) fn attackers(
        &self,
        operation: usize,
        resources: &[usize],
        apart: &[&str],
        found: &mut Found,
    ) -> Vec<Attacker<'a>> {
        let mut all = Vec::new();
        for person in self.people.iter().filter(|one| !apart.contains(&one.name.as_str())) {
            match opens(self.model, operation, person) {
                Known::No => {
                    all.push(Attacker { kind: Kind::Function, person: Some(person) });
                    continue;
                }
                Known::Unknown if person.roles.is_none() => {
                    found.leave(&person.name, "nobody said which roles they have");
                    continue;
                }
                Known::Unknown | Known::Yes => {}
            }
            let judged = resources
                .iter()
                .map(|resource| touches(self.model, operation, *resource, person, Whose::Foreign));
            match judged.min() {
                Some(Known::No) => all.push(Attacker { kind: Kind::Object, person: Some(person) }),
                Some(Known::Unknown) => {
                    found.leave(&person.name, "whether the rules let them depends on the object");
                }
                Some(Known::Yes) => found.leave(&person.name, "the rules let them"),
                None => {}
            }
        }
        if self.wants_caller(operation) {
            all.push(Attacker { kind: Kind::Nobody, person: None });
        }
        all
    }

    /// Whether everybody may call it, whoever they are.
    pub(super) fn is_anyones(&self, operation: usize) -> bool {
        Expected::derive(self.model, operation) == Expected::Anyone
    }

    /// Whether nobody may call it without a credential.
    fn wants_caller(&self, operation: usize) -> bool {
        let declared = self.model.contract.operation(operation);
        !self.is_anyones(operation)
            && declared.is_some_and(|one| matches!(one.security, Security::Required { .. }))
    }
}
