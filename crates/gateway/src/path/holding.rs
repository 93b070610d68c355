//! What answers teach of whose objects are, and what makes it untrue again (rule 11).

use portcullis_contract::ShapeId;
use portcullis_controls::alike::folded;
use portcullis_controls::object_ownership::{self, Judged};
use portcullis_controls::rules::{Object as Judging, Truth, text_at};
use portcullis_json::{Document, Value};
use portcullis_model::Status;
use portcullis_policy::{RequestPlace, Verb};
use portcullis_store::{Forget, Object};

use super::asking::{asked, object};
use super::context::Context;
use crate::holdings::Compared;

/// Items of one list that are looked at.
pub(super) const ITEMS_MAX: usize = 10_000;

/// Learns from the objects of an answer that was judged: what the caller made, and what a list of their own
/// showed. Only from requests that nothing would have refused (rule 28).
pub(super) async fn take(
    document: &Document,
    judged: &Judged,
    status: Status,
    context: &Context<'_>,
) {
    for (resource, index) in &judged.others {
        // What was known is wrong, whoever said it.
        if let (Some((caller, _)), Some(value)) = (context.objects.holder, document.at(*index)) {
            for object in objects(value, *resource, context) {
                let forget = Forget::Held(&caller, &object);
                // It is forgotten in this process; what cannot be written is written later.
                let _ = context.worker.shared.holdings.forget(forget, context.now()).await;
            }
        }
    }
    let is_good = matches!(status.0, 200..=299) && !context.entry.has_would_refuse();
    let Some(operation) = context.operation.filter(|_| is_good) else { return };
    let authorization = &context.plan.model.authorization;
    let about = authorization.operations.get(operation).and_then(|touches| touches.does.first());
    let permitted = |resource: usize| {
        let all = judged.permitted.iter().filter(move |(known, _)| *known == resource);
        all.filter_map(|(_, index)| document.at(*index))
    };
    if let Some((resource, Verb::Create)) = about
        && let Some((caller, since)) = context.objects.holder
    {
        let said = |place: &RequestPlace| context.objects.said(place);
        let asked = asked(context, &said);
        let is_theirs = |value: Value<'_>| {
            let object = Judging::whole(value, Truth::Unknown);
            context.plan.rules.may_be_theirs(&asked, *resource, &object)
        };
        let made: Vec<Object> = permitted(*resource)
            .filter(|value| !is_chosen(*value, *resource, context) && is_theirs(*value))
            .flat_map(|value| objects(value, *resource, context))
            .collect();
        context.worker.shared.holdings.made(&caller, &made, since, context.now());
    }
}

/// Learns from the caller's own list, before its items are judged: those that name no owner are theirs by what
/// list they stand in, or nobody's.
pub(super) fn listed(document: &Document, shape: ShapeId, status: Status, context: &Context<'_>) {
    let is_good = matches!(status.0, 200..=299)
        && context.objects.is_plain
        && !context.entry.has_would_refuse();
    let resources = &context.plan.model.authorization.resources;
    for (index, resource) in resources.iter().enumerate().filter(|_| is_good) {
        if resource.own_list.is_some() && resource.own_list == context.operation {
            let is_first = context.objects.is_bare;
            learn(&items(document, shape, index, context), index, is_first, context);
        }
    }
}

/// Forgets what is not true any more once the API did what was asked, or said that there is nothing.
pub(super) async fn settle(status: Status, context: &Context<'_>) {
    let objects = &context.objects;
    let touches =
        context.operation.and_then(|index| context.plan.model.authorization.operations.get(index));
    let (Some(touches), true) = (touches, objects.are_asked) else { return };
    let holdings = &context.worker.shared.holdings;
    for (resource, kind, id) in &objects.named {
        let Some(object) = object(context, *resource, *kind, id) else { continue };
        if touches.is_unsafe {
            holdings.written(&object);
        }
        let verb = touches.verb(*resource);
        let is_gone = matches!(status.0, 200..=299) && verb == Some(Verb::Delete)
            || matches!(status, Status::NOT_FOUND | Status::GONE);
        // What an operation of its own does may give it to somebody; where the API can be asked again, it is.
        let is_doubtful = touches.acts_on(*resource) && can_be_asked(*resource, *kind, context);
        let is_moved = matches!(status.0, 200..=299) && (objects.names_owner || is_doubtful);
        let forget = match (&objects.holder, status) {
            _ if is_gone || is_moved => Forget::Object(&object),
            (Some((caller, _)), Status::FORBIDDEN) => Forget::Held(caller, &object),
            _ => continue,
        };
        // It is forgotten in this process; what cannot be written is written later.
        let _ = holdings.forget(forget, context.now()).await;
    }
}

/// Whether the API can say whose an object is.
fn can_be_asked(resource: usize, kind: usize, context: &Context<'_>) -> bool {
    let known = context.plan.model.authorization.resources.get(resource);
    known.is_some_and(|known| {
        let reads = known.read_by.get(kind).and_then(|all| all.first());
        known.own_list.is_some() || (reads.is_some() && !known.owners.is_empty())
    })
}

/// Every id of an object, as the register knows it.
fn objects(value: Value<'_>, resource: usize, context: &Context<'_>) -> Vec<Object> {
    let known = context.plan.model.authorization.resources.get(resource);
    let ids = known.into_iter().flat_map(|known| known.ids.iter().enumerate());
    ids.filter_map(|(kind, at)| object(context, resource, kind, text_at(value, at)?)).collect()
}

/// Whether the request chose an id of what it made: then it may be anybody's.
fn is_chosen(value: Value<'_>, resource: usize, context: &Context<'_>) -> bool {
    let known = context.plan.model.authorization.resources.get(resource);
    let mut ids = known.into_iter().flat_map(|known| &known.ids);
    ids.any(|at| {
        text_at(value, at).is_some_and(|id| context.objects.texts.iter().any(|text| text == id))
    })
}

/// An id of an item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// Which of the resource's ids it is.
    kind: usize,
    id: String,
    /// The item names the caller as its owner, and not nobody.
    names_caller: bool,
}

/// The ids of the items of a list. Those that name somebody else are left out.
pub(super) fn items(
    document: &Document,
    shape: ShapeId,
    resource: usize,
    context: &Context<'_>,
) -> Vec<Shown> {
    let plan = context.plan;
    let Some(known) = plan.model.authorization.resources.get(resource) else { return Vec::new() };
    let shapes = &plan.model.contract.shapes;
    let found = object_ownership::find(document, shape, resource, shapes, &plan.places, ITEMS_MAX);
    let said = |place: &RequestPlace| context.objects.said(place);
    let asked = asked(context, &said);
    let mut ids = Vec::new();
    for value in found {
        let item = Judging::whole(value, Truth::Unknown);
        if plan.rules.is_of_other(&asked, resource, &item) {
            continue;
        }
        let names_caller = !plan.rules.names_nobody(&asked, resource, &item);
        for (kind, at) in known.ids.iter().enumerate() {
            ids.extend(text_at(value, at).map(|id| Shown {
                kind,
                id: id.to_owned(),
                names_caller,
            }));
        }
    }
    ids
}

/// What a list of the caller's own showed, they hold; where its items name no owner, only if such lists can be
/// believed (rule 11). Only the first part of a list as the API itself cuts it (`is_first`) is compared with
/// other callers': of a list that all share, two callers could ask for different pages.
/// What is believed, whether or not it could be learned: somebody may have made the register forget it meanwhile.
pub(super) fn learn(
    ids: &[Shown],
    resource: usize,
    is_first: bool,
    context: &Context<'_>,
) -> Vec<Object> {
    let (Some((caller, since)), Some(known)) =
        (context.objects.holder, context.plan.model.authorization.resources.get(resource))
    else {
        return Vec::new();
    };
    let objects = |is_named: bool| {
        let ids = ids.iter().filter(move |one| one.names_caller == is_named);
        ids.filter_map(|one| object(context, resource, one.kind, &one.id)).collect::<Vec<_>>()
    };
    let holdings = &context.worker.shared.holdings;
    let now = context.now();
    let mut believed = objects(true);
    holdings.listed(&caller, &believed, since, now);
    let nameless = objects(false);
    let key = (&*context.plan.model.name, &*known.name);
    let compared = Compared { caller: &caller, objects: &nameless, is_first };
    if known.trusts_list || holdings.are_apart(key, compared, (since, now)) {
        holdings.listed(&caller, &nameless, since, now);
        believed.extend(nameless);
    }
    believed
}

/// Whether a query says nothing but how a list is cut and ordered: then what it shows is all that the caller
/// has (rule 11).
pub(super) fn is_plain(names: &[String]) -> bool {
    const NAMES: [&str; 22] = [
        "cursor",
        "direction",
        "from",
        "limit",
        "max",
        "offset",
        "order",
        "orderby",
        "p",
        "page",
        "pageno",
        "pagenumber",
        "pagesize",
        "perpage",
        "rows",
        "size",
        "skip",
        "sort",
        "sortby",
        "start",
        "startindex",
        "take",
    ];
    names.iter().all(|name| NAMES.binary_search(&folded(name).as_str()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_list_that_is_filtered_teaches_nothing() {
        let is = |names: &[&str]| {
            is_plain(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        assert!(is(&[]) && is(&["page", "per_page", "sort"]) && is(&["pageSize", "order_by"]));
        assert!(!is(&["page", "customer_id"]) && !is(&["q"]) && !is(&["all"]));
    }
}
