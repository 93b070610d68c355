//! The objects of an answer: each is judged where it stands, before anything leaves.

use portcullis_contract::{Member, Rest, ShapeId, Shapes, Types};
use portcullis_json::{Document, Kind, Value};
use portcullis_policy::{Authorization, Hidden, InputPlace, Verb};

use super::places::Places;
use super::totals::{Counted, Total, is_page};
use crate::rules::{Asked, Object, Of, Purpose, Rules, Truth, Verdict, Why, members, text_at};

/// What an answer is judged by.
pub struct Shown<'a> {
    /// What is declared of it.
    pub shapes: &'a Shapes,
    /// Where objects stand.
    pub places: &'a Places,
    /// Who may what.
    pub rules: &'a Rules,
    /// Who asks.
    pub asked: &'a Asked<'a>,
    /// What was asked.
    pub operation: usize,
    /// Whether the caller holds the object of this resource that this is the id of (which of its ids, and
    /// its text).
    pub held: &'a dyn Fn(usize, usize, &str) -> Truth,
}

/// What becomes of an answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// The values that do not leave, by their place in the document: objects of others, and totals that
    /// would tell of them.
    pub drop: Vec<u32>,
    /// The members that are hidden, by their place in the document.
    pub hide: Vec<u32>,
    /// How many objects do not leave, by resource and reason.
    pub refused: Vec<(usize, Why, u32)>,
    /// How many members are hidden, by resource.
    pub hidden: Vec<(usize, u32)>,
    /// The whole of it is an item of a list, and does not leave.
    pub is_item_dropped: bool,
    /// The object that was asked for is among those that do not leave.
    pub is_whole: Option<(usize, Why)>,
    /// Objects that leave, by resource and place.
    pub permitted: Vec<(usize, u32)>,
    /// Objects that name another owner than the caller, by resource and place: what was known of them is wrong.
    pub others: Vec<(usize, u32)>,
    /// Totals that the document requires, by their place, with the number that they say instead: how much is shown
    /// of the lists that they count.
    pub recounted: Vec<(u32, u64)>,
}

/// Judges an answer of this shape; or a part of one that `is_item` of a list by itself, as a line is.
pub fn judge(document: &Document, shape: ShapeId, is_item: bool, shown: &Shown<'_>) -> Judged {
    let mut walk = Walk { shown, judged: Judged::default(), counted: Vec::new() };
    walk.value(document.root(), shape, &Around { holder: None, is_listed: is_item, list: None });
    let Walk { mut judged, counted, .. } = walk;
    judged.recounted = Counted::recounted(&counted, document, &judged.drop);
    judged
}

/// What holds a value.
#[derive(Clone, Copy)]
struct Holder<'a> {
    value: Value<'a>,
    shape: ShapeId,
    /// The resources that it is an object of itself.
    own: &'a [usize],
    above: Option<&'a Holder<'a>>,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Around<'a> {
    /// The object whose member it is, or whose member holds the list that it is an item of.
    holder: Option<&'a Holder<'a>>,
    /// It is an item of a list or a value of a map.
    is_listed: bool,
    /// That list or map, by its place; none where an item comes alone, as a line does.
    list: Option<u32>,
}

impl Around<'_> {
    /// Whether it stands in another object of the same resource: that one was asked for.
    fn is_in(&self, resource: usize) -> bool {
        let mut holders = std::iter::successors(self.holder, |holder| holder.above);
        holders.any(|holder| holder.own.contains(&resource))
    }
}

struct Walk<'s, 'a> {
    shown: &'s Shown<'a>,
    judged: Judged,
    /// Totals that are required, and what they count.
    counted: Vec<Counted>,
}

impl Walk<'_, '_> {
    fn model(&self) -> &Authorization {
        self.shown.asked.model
    }

    /// Looks at a value as [`crate::response_shape::project`] does: a list where one was declared, and the
    /// other way round, is looked into.
    fn value(&mut self, value: Value<'_>, shape: ShapeId, around: &Around<'_>) {
        if !self.shown.places.leads(shape) {
            return;
        }
        match value.kind() {
            Kind::Object => self.object(value, self.as_object(shape), around),
            Kind::Array => {
                let items = self.shown.shapes.item_of(shape).unwrap_or(shape);
                let list = Some(value.index());
                self.hide_totals(items, around.holder, list);
                let around = Around { holder: around.holder, is_listed: true, list };
                value.items().for_each(|item| self.value(item, items, &around));
            }
            _ => {}
        }
    }

    fn as_object(&self, shape: ShapeId) -> ShapeId {
        let shapes = self.shown.shapes;
        let declared = shapes.get(shape);
        match declared.items {
            Some(items) if !declared.types.contains(Types::OBJECT) => items,
            _ => shapes.object_of(shape),
        }
    }

    fn object(&mut self, value: Value<'_>, shape: ShapeId, around: &Around<'_>) {
        let places = self.shown.places;
        for resource in places.own(shape) {
            if !self.own(value, *resource, around) {
                return;
            }
        }
        let mut hint = 0;
        let holder = Holder { value, shape, own: places.own(shape), above: around.holder };
        let object = &self.shown.shapes.get(shape).object;
        if let Rest::Map(values) = &object.rest {
            self.hide_totals(*values, Some(&holder), Some(value.index()));
        }
        for (name, member) in value.members() {
            let name = name.as_str().unwrap_or_default();
            let (inner, is_listed) = match object.member(name, &mut hint) {
                Member::Property(property) => (property.shape, false),
                Member::Pattern(shape) | Member::Map(shape) => (shape, true),
                Member::FreeForm | Member::Undeclared | Member::Closed => continue,
            };
            let list = is_listed.then(|| value.index());
            self.value(member, inner, &Around { holder: Some(&holder), is_listed, list });
        }
    }

    /// An object of a resource; false if it does not leave.
    fn own(&mut self, value: Value<'_>, resource: usize, around: &Around<'_>) -> bool {
        let Shown { rules, asked, operation, held, .. } = *self.shown;
        let Some(known) = self.model().resources.get(resource) else { return true };
        let holds = || {
            let ids = known.ids.iter().enumerate();
            let truths =
                ids.filter_map(|(kind, at)| Some(held(resource, kind, text_at(value, at)?)));
            truths.fold(Truth::Unknown, |known, one| if known == Truth::Yes { known } else { one })
        };
        let object = Object::whole(value, holds());
        let of = Of { operation, resource, purpose: Purpose::Show };
        let mut verdict = rules.object(asked, of, &object, true);
        if let Verdict::Permitted(_) = &verdict
            && !around.is_in(resource)
            && !belongs(asked, of, value)
        {
            verdict = Verdict::Refused(Why::NotTheirs);
        }
        if rules.is_of_other(asked, resource, &object) {
            self.judged.others.push((resource, value.index()));
        }
        match verdict {
            Verdict::Permitted(mask) => {
                self.judged.permitted.push((resource, value.index()));
                self.hide(value, resource, &mask.hidden);
                true
            }
            Verdict::Refused(why) => {
                self.refuse(value, resource, why, around);
                false
            }
            Verdict::Unknown => {
                self.refuse(value, resource, Why::NotTheirs, around);
                false
            }
        }
    }

    fn refuse(&mut self, value: Value<'_>, resource: usize, why: Why, around: &Around<'_>) {
        let known = self.judged.refused.iter_mut().find(|one| one.0 == resource && one.1 == why);
        match known {
            Some((_, _, count)) => *count = count.saturating_add(1),
            None => self.judged.refused.push((resource, why, 1)),
        }
        let touches = self.model().operations.get(self.shown.operation);
        let about = touches.and_then(|touches| touches.does.first());
        let is_asked_for = !around.is_listed
            && !around.is_in(resource)
            && about.is_some_and(|(about, verb)| *about == resource && *verb != Verb::List);
        if value.index() == 0 && around.is_listed {
            self.judged.is_item_dropped = true;
            return;
        }
        if value.index() == 0 || is_asked_for {
            self.judged.is_whole.get_or_insert((resource, why));
            return;
        }
        self.judged.drop.push(value.index());
        if around.is_listed
            && let Some(holder) = around.holder
        {
            self.totals(holder, around.list);
        }
    }

    /// Where the policy says so, what counts the items of a list does not leave, unless the caller may see all.
    fn hide_totals(&mut self, items: ShapeId, holder: Option<&Holder<'_>>, list: Option<u32>) {
        let Shown { rules, asked, operation, places, .. } = *self.shown;
        let touches = self.model().operations.get(operation);
        if !touches.is_some_and(|touches| touches.hides_totals) {
            return;
        }
        let of = |resource: &usize| Of { operation, resource: *resource, purpose: Purpose::Show };
        let is_apart = |resource: &usize| !rules.permits_all(asked, of(resource));
        if let Some(holder) = holder
            && places.own(items).iter().any(is_apart)
        {
            self.totals(holder, list);
        }
    }

    /// What counts the items of a list from which some are taken out does not leave either: beside the list,
    /// further out, and in what stands there (`page`, `meta`).
    fn totals(&mut self, holder: &Holder<'_>, list: Option<u32>) {
        let shapes = self.shown.shapes;
        let mut next = Some(holder);
        while let Some(holder) = next {
            self.counts(holder.value, Some(holder.shape), list);
            if holder.own.is_empty() {
                let object = &shapes.get(holder.shape).object;
                for (name, page) in holder.value.members() {
                    let name = name.as_str().unwrap_or_default();
                    if is_page(name) {
                        let declared = object.member(name, &mut 0).property();
                        let shape = declared.map(|property| shapes.object_of(property.shape));
                        self.counts(page, shape, list);
                    }
                }
            }
            // What an object of a resource counts is its own affair.
            next = holder.above.filter(|above| holder.own.is_empty() && above.own.is_empty());
        }
    }

    /// The totals among the members of an object. What the document requires stays, and says what is shown: whoever
    /// reads by the document finds it, and it tells of nothing else.
    fn counts(&mut self, object: Value<'_>, shape: Option<ShapeId>, list: Option<u32>) {
        let declared = shape.map(|shape| &self.shown.shapes.get(shape).object);
        for (name, member) in object.members().filter(|(_, member)| member.as_number().is_some()) {
            let name = name.as_str().unwrap_or_default();
            let Some(total) = Total::of(name) else { continue };
            let property = declared.and_then(|object| object.member(name, &mut 0).property());
            let is_required = property.is_some_and(|property| property.required);
            let index = member.index();
            if is_required && let (Some(what), Some(list)) = (total.counts(), list) {
                Counted::add(&mut self.counted, index, what, list);
            } else if !self.judged.drop.contains(&index) {
                self.judged.drop.push(index);
            }
        }
    }

    fn hide(&mut self, value: Value<'_>, resource: usize, hidden: &Hidden) {
        let ids = self.model().resources.get(resource).map_or(&[][..], |one| &one.ids);
        let mut found = Vec::new();
        members::meant(value, hidden, ids, members::exactly, &mut |_, member| {
            found.push(member.index());
        });
        if !found.is_empty() {
            let count = found.len() as u32;
            match self.judged.hidden.iter_mut().find(|(known, _)| *known == resource) {
                Some((_, known)) => *known = known.saturating_add(count),
                None => self.judged.hidden.push((resource, count)),
            }
            self.judged.hide.append(&mut found);
        }
    }
}

/// Whether an object belongs to the others that the path of its operation names.
pub fn belongs(asked: &Asked<'_>, of: Of, value: Value<'_>) -> bool {
    let touches = asked.model.operations.get(of.operation);
    let Some(touches) = touches else { return true };
    if touches.does.first().map(|(about, _)| *about) != Some(of.resource) {
        return true;
    }
    touches.belongs.iter().all(|(pointer, place)| {
        let InputPlace::One(place) = place else { return true };
        let said = (asked.request)(place).unwrap_or_default();
        match (text_at(value, pointer), said.as_slice()) {
            (Some(own), [said]) => own == said,
            // It does not say: what the other is, was asked by itself.
            _ => true,
        }
    })
}

/// The objects of one resource in an answer, outside of one another, and at most so many.
pub fn find<'d>(
    document: &'d Document,
    shape: ShapeId,
    resource: usize,
    shapes: &Shapes,
    places: &Places,
    max: usize,
) -> Vec<Value<'d>> {
    let mut found = Vec::new();
    let mut waiting = vec![(document.root(), shape)];
    while let Some((value, shape)) = waiting.pop() {
        if !places.leads(shape) || found.len() >= max {
            continue;
        }
        match value.kind() {
            Kind::Object => {
                let shape = shapes.object_of(shape);
                if places.own(shape).contains(&resource) {
                    found.push(value);
                    continue;
                }
                let object = &shapes.get(shape).object;
                for (name, member) in value.members() {
                    let name = name.as_str().unwrap_or_default();
                    if let Member::Property(portcullis_contract::Property { shape, .. })
                    | Member::Pattern(shape)
                    | Member::Map(shape) = object.member(name, &mut 0)
                    {
                        waiting.push((member, shape));
                    }
                }
            }
            Kind::Array => {
                let items = shapes.item_of(shape).unwrap_or(shape);
                waiting.extend(value.items().map(|item| (item, items)));
            }
            _ => {}
        }
    }
    found
}
