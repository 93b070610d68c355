//! The list of the caller's own objects, asked for by the gateway: whatever it shows, the caller holds.

use portcullis_contract::{Operation, Place};
use portcullis_controls::rules::Truth;

use super::super::asking::{held, object};
use super::super::context::Context;
use super::super::holding::{ITEMS_MAX, Shown, items, learn};
use super::exchange::{ask, shape, target};
use super::subject::{Named, One};

/// Pages of one list that are asked for.
const PAGES_MAX: usize = 10;

/// Whether the caller's own list shows the object. All that it shows is learned.
///
/// # Errors
/// What went wrong where nobody can say.
pub(super) async fn has(
    named: Named<'_>,
    one: &One<'_>,
    operation: usize,
    context: &mut Context<'_>,
) -> Result<bool, String> {
    let plan = context.plan;
    let resource = one.input.resource;
    // One request asks for it once, however many objects it names.
    if context.objects.listed.contains(&resource) {
        return Ok(is_theirs(one, context));
    }
    // What is forgotten from now on is not learned from its answer.
    let since = context.worker.shared.holdings.since();
    context.objects.holder.iter_mut().for_each(|(_, known)| *known = since);
    let own = plan.model.contract.operation(operation).ok_or("no such operation")?;
    let paging = Paging::of(own);
    let (mut shown, mut ids): (usize, Vec<Shown>) = (0, Vec::new());
    for page in 0..PAGES_MAX {
        let query = match paging.query(page, shown) {
            Some(query) => format!("?{query}"),
            None if page == 0 => String::new(),
            None => break,
        };
        let target = format!("{}{query}", target(&own.template, ""));
        let answered = ask(named.valid, operation, &target, context).await?;
        let Some(document) = answered.document else {
            return Err(format!(
                "the API answers {} when it is asked for the caller's list",
                answered.status.0
            ));
        };
        let shape = shape(operation, context);
        let items = shape.map_or_else(Vec::new, |shape| items(&document, shape, resource, context));
        let before = ids.len();
        shown += items.len();
        for item in items {
            if !ids.contains(&item) {
                ids.push(item);
            }
        }
        if ids.len() == before || ids.len() >= ITEMS_MAX {
            break;
        }
    }
    let believed = learn(&ids, resource, true, context);
    context.objects.believed.extend(believed);
    context.objects.listed.push(resource);
    Ok(is_theirs(one, context))
}

/// Whether the list showed an object, or it is known otherwise.
fn is_theirs(one: &One<'_>, context: &Context<'_>) -> bool {
    let (resource, kind) = (one.input.resource, one.input.id);
    let shown = object(context, resource, kind, &one.id);
    shown.is_some_and(|shown| context.objects.believed.contains(&shown))
        || held(context, resource, kind, &one.id) == Truth::Yes
}

/// How a list is asked for page by page, as far as its parameters say it.
enum Paging {
    /// It has no pages that anybody knows of.
    Whole,
    /// `page=2`: the number of a page.
    Number(String),
    /// `offset=20`: how many are left out.
    Offset(String),
}

impl Paging {
    fn of(operation: &Operation) -> Self {
        let query = || operation.parameters.iter().filter(|one| one.place == Place::Query);
        let named = |names: &[&str]| {
            query()
                .find(|one| names.contains(&one.name.to_lowercase().as_str()))
                .map(|one| one.name.clone())
        };
        if let Some(name) = named(&["page", "p", "page_number", "pagenumber", "pageno"]) {
            return Self::Number(name);
        }
        match named(&["offset", "skip", "start", "from", "startindex"]) {
            Some(name) => Self::Offset(name),
            None => Self::Whole,
        }
    }

    fn query(&self, page: usize, shown: usize) -> Option<String> {
        match self {
            _ if page == 0 => None,
            Self::Whole => None,
            Self::Number(name) => Some(format!("{name}={}", page + 1)),
            Self::Offset(name) => Some(format!("{name}={shown}")),
        }
    }
}
