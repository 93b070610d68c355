//! What `links` of answers say of the parameters of other operations: the one means an id that stands in the other.

use portcullis_contract::{BodyKind, Contract, LinkTarget, Operation, Parameter, Place, ShapeId};

use super::is_success;
use crate::authorization::Resource;

/// Which id of which resource a parameter takes, by all links that speak of it; none where they differ.
pub(super) fn id(
    contract: &Contract,
    resources: &[Resource],
    operation: &Operation,
    parameter: &Parameter,
) -> Option<(usize, usize)> {
    let mut all = contract.operations.iter().flat_map(|from| &from.responses).flat_map(|answer| {
        let links = answer.links.iter().filter(|link| is_to(&link.to, operation));
        let said = links.flat_map(|link| &link.parameters);
        let said = said.filter(|(name, _)| is_of(name, parameter)).map(|(_, pointer)| pointer);
        let json = answer.media.iter().filter(|media| media.kind == BodyKind::Json);
        let root = json.filter_map(|media| media.schema.as_ref()).map(|schema| schema.shape).next();
        let root = root.filter(|_| is_success(answer.status));
        said.map(move |pointer| meant(contract, resources, root?, pointer))
    });
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}

fn is_to(to: &LinkTarget, operation: &Operation) -> bool {
    match to {
        LinkTarget::Id(id) => operation.id.as_deref() == Some(id),
        LinkTarget::Path(template, method) => {
            operation.template == *template && operation.method.name().eq_ignore_ascii_case(method)
        }
    }
}

/// A parameter may be named with its place, where two have one name.
fn is_of(name: &str, parameter: &Parameter) -> bool {
    let place = match parameter.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
    };
    let own = name.strip_prefix(place).and_then(|rest| rest.strip_prefix('.'));
    name == parameter.name || own == Some(&parameter.name)
}

/// The id at a pointer into an answer: of the innermost object around it that is one of a resource.
fn meant(
    contract: &Contract,
    resources: &[Resource],
    root: ShapeId,
    pointer: &str,
) -> Option<(usize, usize)> {
    let shapes = &contract.shapes;
    let (mut at, mut rest, mut found) = (root, pointer, None);
    loop {
        let shape = shapes.get(at);
        let here = resources.iter().enumerate().filter_map(|(index, resource)| {
            let is_it = resource.schemas.iter().any(|name| shape.is_of(*name))
                || resource.shapes.contains(&at);
            let id = resource.ids.iter().position(|id| id == rest).filter(|_| is_it)?;
            Some((index, id))
        });
        let here: Vec<(usize, usize)> = here.collect();
        match here.as_slice() {
            [] => {}
            [one] => found = Some(*one),
            // Whose of them it is, nobody says.
            _ => return None,
        }
        let Some(token) = rest.strip_prefix('/') else { return found };
        let end = token.find('/').unwrap_or(token.len());
        let (name, further) = token.split_at(end);
        let name = name.replace("~1", "/").replace("~0", "~");
        let item = shape.items.filter(|_| name.bytes().all(|byte| byte.is_ascii_digit()));
        let property = || shape.object.properties().find(|(known, _)| *known == name);
        match item.or_else(|| property().map(|(_, property)| property.shape)) {
            Some(inner) => (at, rest) = (inner, further),
            None => return found,
        }
    }
}
