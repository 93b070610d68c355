//! The rules of the policy, compiled: which of them speak of an operation and of the objects that it
//! touches, and what they say of one caller and one object.
//!
//! Both controls of authorization ask here: `function_access` before a body is read, `object_ownership`
//! for each object of a request and of an answer. A rule is looked at only where it can matter, so that a
//! thousand rules cost what the few of one operation do.

mod before;
mod condition;
mod limited;
mod mask;
pub(crate) mod members;
mod seen;
mod truth;
mod values;

use std::sync::Arc;

use portcullis_model::{Identity, KeyRules, Span, Value as Known};
use portcullis_policy::{
    Authorization, Expression, Hidden, InputPlace, OfCaller, OnResource, Operand, RequestPlace,
    Rule, Touches, Verb, Who,
};

pub use condition::Facts;
pub use limited::opens;
pub(crate) use mask::is_below;
pub use mask::{Mask, Masks};
pub use seen::{Object, Seen};
pub use truth::Truth;
pub use values::text_at;

/// For each operation, the rules that speak of it.
#[derive(Debug, Default)]
pub struct Rules {
    operations: Vec<OfOperation>,
}

/// The rules of one operation, as indices into those of the model.
#[derive(Debug, Default)]
struct OfOperation {
    /// Those that open it.
    opens: Vec<usize>,
    /// Those that close it.
    closes: Vec<usize>,
    /// Those that speak of touching objects, by resource.
    objects: Vec<Vec<OfObject>>,
    /// Those that speak of showing them in its answers: to whoever may read them, too.
    shown: Vec<Vec<OfObject>>,
    /// What of a request their conditions ask.
    places: Vec<RequestPlace>,
}

/// A rule, and its part about one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OfObject {
    rule: usize,
    on: usize,
    /// Whether it permits reading: by its word, or as the name of an operation that only reads.
    reads: bool,
}

/// What the rules say of one caller and one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be touched; this much of it is shown and written.
    Permitted(Mask),
    /// It may not.
    Refused(Why),
    /// Something must be known first.
    Unknown,
}

/// Why an object may not be touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A rule forbids it.
    Forbidden,
    /// The key that is shown, or one above it, is not for it.
    NotOfKey,
    /// It is of another tenant.
    OtherTenant,
    /// No rule for this caller speaks of such objects here.
    NoRule,
    /// No condition holds.
    NotTheirs,
}

impl Why {
    /// The short word for the ledger.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Forbidden => "object_forbidden",
            Self::NotOfKey => "object_not_of_key",
            Self::OtherTenant => "other_tenant",
            Self::NoRule => "no_rule_for_caller",
            Self::NotTheirs => "not_their_object",
        }
    }
}

impl Rules {
    /// Which rules speak of what.
    pub fn compile(authorization: &Authorization) -> Self {
        let of = |(operation, touches): (usize, &Touches)| {
            let mut own = OfOperation {
                objects: vec![Vec::new(); authorization.resources.len()],
                shown: vec![Vec::new(); authorization.resources.len()],
                ..OfOperation::default()
            };
            for (index, rule) in authorization.rules.iter().enumerate() {
                if rule.functions.binary_search(&operation).is_ok() {
                    let list = if rule.forbids { &mut own.closes } else { &mut own.opens };
                    list.push(index);
                }
                let mut conditions = vec![&rule.when];
                for (place, on) in rule.on.iter().enumerate() {
                    let speaks = rule.speaks_of(on, operation, touches);
                    let names = on.named.binary_search(&operation).is_ok();
                    let reads = reads(on) || names && !touches.is_unsafe;
                    let of = OfObject { rule: index, on: place, reads };
                    if let Some(list) = own.objects.get_mut(on.resource).filter(|_| speaks) {
                        list.push(of);
                        conditions.push(&on.when);
                    }
                    if let Some(list) = own.shown.get_mut(on.resource).filter(|_| speaks || reads) {
                        list.push(of);
                        conditions.push(&on.when);
                    }
                }
                let operands = conditions.into_iter().flat_map(Expression::operands);
                own.places.extend(operands.filter_map(Operand::request).cloned());
            }
            let belongs = touches.belongs.iter().filter_map(|(_, place)| match place {
                InputPlace::One(place) => Some(place.clone()),
                InputPlace::Header(_) | InputPlace::Names(_) => None,
            });
            own.places.extend(belongs);
            own.places.sort_unstable();
            own.places.dedup();
            own
        };
        Self { operations: authorization.operations.iter().enumerate().map(of).collect() }
    }

    /// Whether some rule opens an operation, to whomever.
    pub fn opens(&self, operation: usize) -> bool {
        self.operations.get(operation).is_some_and(|own| !own.opens.is_empty())
    }

    /// What of a request the rules of an operation ask.
    pub fn places(&self, operation: usize) -> &[RequestPlace] {
        self.operations.get(operation).map_or(&[], |own| &own.places)
    }

    fn of_objects(&self, operation: usize, resource: usize, purpose: Purpose) -> &[OfObject] {
        let own = self.operations.get(operation);
        let own = own.and_then(|own| match purpose {
            Purpose::Touch => own.objects.get(resource),
            Purpose::Show => own.shown.get(resource),
        });
        own.map_or(&[], Vec::as_slice)
    }

    /// Whether a rule opens an operation to this caller, as far as that is known without its objects and
    /// its body, and none closes it. In the end (`is_last`) what is not known opens nothing, and closes;
    /// conditions that ask for an object are asked of each object.
    pub fn function(&self, asked: &Asked<'_>, operation: usize, is_last: bool) -> Function {
        let Some(own) = self.operations.get(operation) else { return Function::Closed };
        let rules = &asked.model.rules;
        let speaks = |index: &usize| rules.get(*index).filter(|rule| is_meant(rule, asked.caller));
        let asks_object = |rule: &Rule| rule.on.iter().any(|on| on.when.asks_object());
        let condition =
            |rule: &Rule| asked.request(rule.on.first().map_or(&rule.when, |on| &on.when));
        let mut closing = own.closes.iter().filter_map(speaks);
        let closes = |rule: &&Rule| {
            !asks_object(rule)
                && match condition(rule) {
                    Truth::Yes => true,
                    Truth::Unknown => is_last,
                    Truth::No => false,
                }
        };
        if let Some(rule) = closing.find(closes) {
            return Function::Forbidden(rule.span);
        }
        let opens = |rule: &Rule| match condition(rule) {
            _ if asks_object(rule) => false,
            Truth::Yes => true,
            Truth::Unknown => !is_last,
            Truth::No => false,
        };
        let opening = || own.opens.iter().filter_map(speaks);
        if opening().any(opens) {
            Function::Open
        } else if opening().any(asks_object) {
            Function::OpenForObjects
        } else {
            Function::Closed
        }
    }

    /// Whether an object names an owner, and it is somebody else.
    pub fn is_of_other(&self, asked: &Asked<'_>, resource: usize, object: &Object<'_>) -> bool {
        let Some(resource) = asked.model.resources.get(resource) else { return false };
        let unheld = Object { held: Truth::Unknown, ..object.clone() };
        Facts { asked, resource, object: &unheld }.mine() == Truth::No
    }

    /// Whether an object that was seen may be the caller's own: it names no other owner, and their tenant.
    pub fn may_be_theirs(&self, asked: &Asked<'_>, resource: usize, object: &Object<'_>) -> bool {
        let Some(known) = asked.model.resources.get(resource) else { return false };
        let facts = Facts { asked, resource: known, object };
        !self.is_of_other(asked, resource, object) && facts.tenant() == Truth::Yes
    }

    /// Whether an object that was seen says nothing of whose it is.
    pub fn names_nobody(&self, asked: &Asked<'_>, resource: usize, object: &Object<'_>) -> bool {
        let Some(resource) = asked.model.resources.get(resource) else { return true };
        let unheld = Object { held: Truth::Unknown, ..object.clone() };
        Facts { asked, resource, object: &unheld }.mine() == Truth::Unknown
    }

    /// Whether a caller may touch every object of a resource in an operation: nothing has to be known of any.
    pub fn permits_all(&self, asked: &Asked<'_>, of: Of) -> bool {
        let Authorization { rules, resources, tenant, .. } = asked.model;
        if !limited::permits_all(asked, of) {
            return false;
        }
        let has_tenant = tenant.is_some()
            && resources.get(of.resource).is_some_and(|resource| resource.tenant.is_some());
        let all = self.of_objects(of.operation, of.resource, of.purpose).iter().filter_map(|one| {
            let rule = rules.get(one.rule).filter(|rule| is_meant(rule, asked.caller))?;
            Some((rule, rule.on.get(one.on)?))
        });
        let mut is_permitted = false;
        for (rule, on) in all {
            if rule.forbids {
                return false;
            }
            let shows_all = on.hidden == Hidden::Nothing;
            let is_apart = has_tenant && !rule.across_tenants;
            is_permitted |= on.when == Expression::Always && shows_all && !is_apart;
        }
        is_permitted
    }

    /// What the rules say of one object. In the end (`is_last`) what is not known is no.
    pub fn object(&self, asked: &Asked<'_>, of: Of, object: &Object<'_>, is_last: bool) -> Verdict {
        let Authorization { rules, resources, .. } = asked.model;
        let Some(resource) = resources.get(of.resource) else {
            return Verdict::Refused(Why::NoRule);
        };
        let facts = Facts { asked, resource, object };
        let tenant = facts.tenant();
        let (mut is_doubtful, mut is_unknown) = (false, false);
        match limited::object(asked, of, object) {
            Truth::Yes => {}
            Truth::Unknown if !is_last => is_doubtful = true,
            Truth::No | Truth::Unknown => return Verdict::Refused(Why::NotOfKey),
        }
        let mut is_other_tenant = false;
        let mut speaks = false;
        let mut mask: Option<Masks<'_>> = None;
        let all = self.of_objects(of.operation, of.resource, of.purpose).iter().filter_map(|one| {
            let rule = rules.get(one.rule).filter(|rule| is_meant(rule, asked.caller))?;
            Some((rule, rule.on.get(one.on)?, one.reads))
        });
        let (forbids, permits): (Vec<_>, Vec<_>) =
            all.partition(|(rule, ..): &(&Rule, &OnResource, bool)| rule.forbids);
        for (_, on, _) in forbids {
            match facts.holds(&on.when) {
                Truth::Yes => return Verdict::Refused(Why::Forbidden),
                Truth::Unknown if is_last => return Verdict::Refused(Why::Forbidden),
                Truth::Unknown => is_doubtful = true,
                Truth::No => {}
            }
        }
        for (rule, on, reads) in permits {
            speaks = true;
            let tenant = if rule.across_tenants { Truth::Yes } else { tenant };
            let holds = facts.holds(&on.when);
            is_other_tenant |= tenant == Truth::No && holds != Truth::No;
            match tenant.and(holds) {
                Truth::Yes => mask.get_or_insert_default().permit(on, reads),
                Truth::Unknown => is_unknown = true,
                Truth::No => {}
            }
        }
        match mask {
            // Whether it is forbidden matters where it would be permitted.
            Some(_) if is_doubtful => Verdict::Unknown,
            Some(mask) => Verdict::Permitted(mask.finish()),
            None if is_unknown && !is_last => Verdict::Unknown,
            None if !speaks => Verdict::Refused(Why::NoRule),
            None if is_other_tenant => Verdict::Refused(Why::OtherTenant),
            None => Verdict::Refused(Why::NotTheirs),
        }
    }
}

/// What is asked of an object of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Of {
    /// The operation, by index.
    pub operation: usize,
    /// The resource, by index.
    pub resource: usize,
    /// Whether it may be touched, or shown.
    pub purpose: Purpose,
}

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The operation does to it what it does.
    Touch,
    /// It stands in the answer.
    Show,
}

/// Whether an operation is open to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// A rule opens it, whatever its objects are.
    Open,
    /// A rule opens it for some objects, which are judged later: one at least must be.
    OpenForObjects,
    /// A rule forbids it: that one.
    Forbidden(Span),
    /// No rule opens it.
    Closed,
}

/// Who asks, and what for.
pub struct Asked<'a> {
    /// The rules and resources.
    pub model: &'a Authorization,
    /// Who is calling; none: nobody who is known.
    pub caller: Option<&'a Identity>,
    /// What the request says at a place: every value of it; none where it is not known yet.
    pub request: &'a dyn Fn(&RequestPlace) -> Option<Vec<String>>,
    /// What the key that is shown is for, and each key above it: all of that comes before the rules. None
    /// for every other credential.
    pub limits: &'a [Arc<KeyRules>],
}

impl Asked<'_> {
    /// Whether a condition holds that asks for no object.
    fn request(&self, when: &Expression) -> Truth {
        condition::of_request(self, when)
    }

    /// The values of something of the caller.
    fn of_caller(&self, of: &OfCaller) -> Vec<&str> {
        match (self.caller, of) {
            (Some(caller), OfCaller::Subject) => vec![&caller.subject],
            (Some(caller), OfCaller::Attribute(name)) => {
                caller.attribute(name).map_or_else(Vec::new, |known| Known::texts(known).collect())
            }
            (None, _) => Vec::new(),
        }
    }
}

/// Whether a rule speaks of reading.
const fn reads(on: &OnResource) -> bool {
    on.verbs.has(Verb::Read) || on.verbs.has(Verb::List)
}

/// Whether a rule means a caller: nobody who is not known.
fn is_meant(rule: &Rule, caller: Option<&Identity>) -> bool {
    // What everybody is forbidden, nobody may who is not known either.
    if rule.forbids && rule.who == Who::default() {
        return true;
    }
    // Who came from before the gateway is not known by name (rule 4).
    let Some(caller) = caller.filter(|caller| !caller.is_adopted) else { return false };
    let has = |name: &str, wanted: &[Arc<str>]| {
        let known = caller.attribute(name);
        wanted.is_empty()
            || known.is_some_and(|known| {
                known.texts().any(|one| wanted.iter().any(|want| **want == *one))
            })
    };
    has("role", &rule.who.roles)
        && has("group", &rule.who.groups)
        && rule.who.scopes.iter().all(|wanted| caller.scopes.contains(wanted))
}
