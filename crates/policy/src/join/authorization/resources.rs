//! The types of objects of each API: where their schemas are, and where an object says what it is.

use std::sync::Arc;

use portcullis_contract::{Media, SchemaName, ShapeId, Shapes, StatusPattern};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Key, Notes, Spanned, shown};

use super::pointers::{Declared, declared, near};
use super::{Api, Tenant, attribute};
use crate::authorization::{Owner, Resource};
use crate::callers::OfCaller;
use crate::claim::ClaimPointer;
use crate::codes;
use crate::file::{OwnerPlace, PolicyFile, ResourceSection};

/// Resources of one policy.
const RESOURCES_MAX: usize = 256;
/// Ids, owners, relations, schemas of one resource.
const PLACES_MAX: usize = 16;

/// The resources of each of these APIs. One that no API has is an error.
pub(super) fn of(
    file: &PolicyFile,
    apis: &[Api<'_>],
    caller_id: &OfCaller,
    tenant: Option<&Tenant>,
    notes: &mut Notes,
) -> Vec<Vec<Resource>> {
    let mut all: Vec<Vec<Resource>> = vec![Vec::new(); apis.len()];
    let sections = file.resources.as_ref().map_or(&[][..], |named| &named.0);
    if let Some((further, _)) = sections.get(RESOURCES_MAX) {
        let at = further.span;
        let message = format!("there are more than {RESOURCES_MAX} resources");
        notes.push(|| Diagnostic::error(&codes::BAD_RESOURCE, message).at(at).help("name fewer"));
    }
    for (key, section) in sections.iter().take(RESOURCES_MAX) {
        let found: Vec<(usize, Schemas)> = apis
            .iter()
            .enumerate()
            .filter_map(|(place, api)| Some((place, schemas(key, section, api)?)))
            .collect();
        if found.is_empty() && !apis.is_empty() {
            no_schema(key, section, apis, notes);
        }
        let attributes = apis.first().map(|api| api.callers);
        let owners = owners(section, caller_id, attributes, notes);
        for (place, schemas) in found {
            let (Some(api), Some(list)) = (apis.get(place), all.get_mut(place)) else { continue };
            let mut one = One { key, section, api, schemas, notes };
            list.push(one.resource(&owners, tenant));
        }
    }
    if let Some(tenant) = tenant
        && !apis.is_empty()
        && all.iter().flatten().all(|resource| resource.tenant.is_none())
    {
        notes.push(|| {
            let message = format!("no resource has {}", shown(&tenant.at));
            Diagnostic::error(&codes::BAD_RESOURCE, message)
                .at(tenant.span)
                .label("nothing is kept apart by this")
                .help("declare the member in the schema of a resource, or correct the pointer")
        });
    }
    all
}

/// The schemas that describe a resource in one API.
#[derive(Debug, Default)]
struct Schemas {
    named: Vec<SchemaName>,
    shapes: Vec<ShapeId>,
}

impl Schemas {
    fn roots<'a>(&'a self, shapes: &'a Shapes) -> impl Iterator<Item = ShapeId> + 'a {
        let named = self.named.iter().flat_map(|name| shapes.shapes_of(*name));
        named.chain(self.shapes.iter().copied())
    }
}

/// Says that no answer shows such an object.
const NONE: &str = "none";

/// None: this API has none of them.
fn schemas(key: &Key, section: &ResourceSection, api: &Api<'_>) -> Option<Schemas> {
    let shapes = &api.contract.shapes;
    let mut found = Schemas::default();
    if says_none(section) {
        return Some(found);
    }
    match &section.schema {
        None => found.named.extend(shapes.schema_named(&key.text)),
        Some(names) => {
            for name in names.0.iter().take(PLACES_MAX) {
                match shapes.schema_named(&name.value) {
                    Some(schema) => found.named.push(schema),
                    None => found.shapes.extend(of_answer(&name.value, api)),
                }
            }
        }
    }
    (!found.named.is_empty() || !found.shapes.is_empty()).then_some(found)
}

fn says_none(section: &ResourceSection) -> bool {
    let names = section.schema.as_ref().map_or(&[][..], |names| &names.0);
    matches!(names, [one] if one.value == NONE)
}

/// What `getOrder.200/rows/*` names: the shape of an operation's answer, or one in it.
fn of_answer(text: &str, api: &Api<'_>) -> Option<ShapeId> {
    let (operation, status, pointer) = answer_name(text)?;
    let operation = api.contract.operation(api.contract.operation_named(operation)?)?;
    let is_it = |pattern: StatusPattern| pattern == StatusPattern::Exact(status);
    let answer = operation.responses.iter().find(|answer| is_it(answer.status))?;
    let of_media = |media: &Media| {
        let root = media.schema.as_ref()?.shape;
        match declared(&api.contract.shapes, root, pointer) {
            Declared::At(shape) => Some(shape),
            Declared::Open | Declared::Nothing => None,
        }
    };
    answer.media.iter().find_map(of_media)
}

/// Operation, status and pointer of `getOrder.200/rows/*`. The operation may have slashes and dots.
fn answer_name(text: &str) -> Option<(&str, u16, &str)> {
    text.match_indices('.').rev().find_map(|(dot, _)| {
        let status = text.get(dot + 1..dot + 4)?;
        let pointer = text.get(dot + 4..)?;
        let is_status = status.bytes().all(|byte| byte.is_ascii_digit());
        let is_end = pointer.is_empty() || pointer.starts_with('/');
        (is_status && is_end).then_some((text.get(..dot)?, status.parse().ok()?, pointer))
    })
}

fn no_schema(key: &Key, section: &ResourceSection, apis: &[Api<'_>], notes: &mut Notes) {
    let named = section.schema.as_ref().and_then(|names| names.0.first());
    let (name, span) = named.map_or((&key.text, key.span), |name| (&name.value, name.span));
    let known = apis.iter().flat_map(|api| api.contract.shapes.schema_names());
    let near = did_you_mean(name, known.map(|(name, _)| name));
    notes.push(|| {
        let message = format!("no contract names a schema {}", shown(name));
        Diagnostic::error(&codes::BAD_RESOURCE, message).at(span).label("no such schema").help(
            match near {
                Some(near) => format!("did you mean {}?", shown(near)),
                None => {
                    "say `schema: NAME`, or `schema: getOrder.200` for the answer of an operation"
                        .to_owned()
                }
            },
        )
    });
}

fn owners(
    section: &ResourceSection,
    caller_id: &OfCaller,
    callers: Option<&crate::callers::Callers>,
    notes: &mut Notes,
) -> Vec<(Owner, Span)> {
    let places = section.owner.iter().flat_map(|several| &several.0);
    let one = |place: &OwnerPlace| match place {
        OwnerPlace::Id(at) => {
            Some((Owner { at: at.value.0.clone(), is: caller_id.clone() }, at.span))
        }
        OwnerPlace::Other(section) => {
            let (at, is) = (section.at.0.as_ref()?, section.is.0.as_ref()?);
            let is = callers
                .map_or(OfCaller::Subject, |callers| attribute(&is.value, is.span, callers, notes));
            Some((Owner { at: at.value.0.clone(), is }, at.span))
        }
    };
    places.take(PLACES_MAX).filter_map(one).collect()
}

/// One resource of one API.
struct One<'a, 'n> {
    key: &'a Key,
    section: &'a ResourceSection,
    api: &'a Api<'a>,
    schemas: Schemas,
    notes: &'n mut Notes,
}

impl One<'_, '_> {
    fn resource(&mut self, owners: &[(Owner, Span)], tenant: Option<&Tenant>) -> Resource {
        let ids = self.section.id.as_ref().map_or(&[][..], |several| &several.0);
        ids.iter().for_each(|id| self.is_declared(&id.value.0, id.span));
        owners.iter().for_each(|(owner, span)| self.is_declared(&owner.at, *span));
        let relations = self.section.relations.iter().flat_map(|named| &named.0);
        let relations: Vec<(Arc<str>, String)> = relations
            .take(PLACES_MAX)
            .map(|(name, at): &(Key, Spanned<ClaimPointer>)| {
                self.is_declared(&at.value.0, at.span);
                (name.text.as_str().into(), at.value.0.clone())
            })
            .collect();
        let ids: Vec<String> = ids.iter().take(PLACES_MAX).map(|id| id.value.0.clone()).collect();
        let ids = if ids.is_empty() { vec!["/id".to_owned()] } else { ids };
        let tenant = tenant.map(|tenant| tenant.at.clone()).filter(|at| self.has(at));
        Resource {
            name: self.key.text.as_str().into(),
            read_by: vec![Vec::new(); ids.len()],
            ids,
            owners: owners.iter().map(|(owner, _)| owner.clone()).collect(),
            relations,
            tenant,
            own_list: self.own_list(),
            trusts_list: self.section.trust_list.is_some(),
            pins: self.section.if_match.as_ref().is_some_and(|word| word.value),
            span: self.key.span,
            schemas: std::mem::take(&mut self.schemas.named),
            shapes: std::mem::take(&mut self.schemas.shapes),
        }
    }

    fn has(&self, pointer: &str) -> bool {
        let shapes = &self.api.contract.shapes;
        let mut roots = self.schemas.roots(shapes);
        roots.any(|root| matches!(declared(shapes, root, pointer), Declared::At(_)))
    }

    /// Warns where no schema declares a member: the API may send it all the same.
    fn is_declared(&mut self, pointer: &str, span: Span) {
        if self.has(pointer) || says_none(self.section) {
            return;
        }
        let shapes = &self.api.contract.shapes;
        let near = near(shapes, self.schemas.roots(shapes), pointer);
        let name = &self.key.text;
        self.notes.push(|| {
            let message = format!("no schema of {} has {}", shown(name), shown(pointer));
            Diagnostic::warning(&codes::BAD_POINTER, message).at(span).help(match near {
                Some(near) => format!("did you mean {}?", shown(&near)),
                None => "an object whose answer does not have it is nobody's".to_owned(),
            })
        });
    }

    fn own_list(&mut self) -> Option<usize> {
        let name = self.section.own_list.as_ref()?;
        let (api, operation) = self.api.names.find(&name.value, name.span, self.notes)?;
        if api != self.api.place {
            return None;
        }
        let contract = self.api.contract;
        let own = contract.operation(operation)?;
        let needs_more = own.parameters.iter().any(|one| one.required);
        if own.method != portcullis_model::Method::Get || needs_more {
            let message = format!("{} cannot list what is the caller's own", shown(&own.name()));
            self.notes.push(|| {
                Diagnostic::error(&codes::BAD_RESOURCE, message)
                    .at(name.span)
                    .help("name a GET that needs no parameter: whoever asks gets theirs, and nothing else")
            });
            return None;
        }
        Some(operation)
    }
}

#[cfg(test)]
mod tests {
    use super::answer_name;

    #[test]
    fn an_answer_is_named_by_operation_status_and_pointer() {
        assert_eq!(answer_name("getOrder.200"), Some(("getOrder", 200, "")));
        assert_eq!(answer_name("v1.export.200/rows/*"), Some(("v1.export", 200, "/rows/*")));
        assert_eq!(
            answer_name("GET /orders/{id}.200/order"),
            Some(("GET /orders/{id}", 200, "/order"))
        );
        for text in ["Order", "getOrder.20", "getOrder.2000", "getOrder.abc", ""] {
            assert_eq!(answer_name(text), None, "{text}");
        }
    }
}
