//! Which shapes describe objects of a resource, and which lead to one that does.

use portcullis_contract::{Rest, ShapeId, Shapes};

use crate::authorization::Resource;

/// By shape.
pub(super) struct Leads {
    own: Vec<Vec<usize>>,
}

/// Where an answer has objects of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// It is one, or has one that is in no list.
    One,
    /// In a list or a map.
    Several,
}

impl Leads {
    pub(super) fn of(shapes: &Shapes, resources: &[Resource]) -> Self {
        let mut own = vec![Vec::new(); shapes.len()];
        for (index, resource) in resources.iter().enumerate() {
            let named = resource.schemas.iter().flat_map(|name| shapes.shapes_of(*name));
            for shape in named.chain(resource.shapes.iter().copied()) {
                let list: Option<&mut Vec<usize>> = own.get_mut(shape.index());
                if let Some(list) = list.filter(|list| !list.contains(&index)) {
                    list.push(index);
                }
            }
        }
        Self { own }
    }

    /// The resources that a shape itself describes.
    pub(super) fn own(&self, shape: ShapeId) -> &[usize] {
        self.own.get(shape.index()).map_or(&[], Vec::as_slice)
    }

    /// Every resource that a value of this shape holds outside of objects of other resources, and how.
    pub(super) fn found(&self, shapes: &Shapes, root: ShapeId) -> Vec<(usize, Holds)> {
        let mut found: Vec<(usize, Holds)> = Vec::new();
        let mut known = vec![false; shapes.len()];
        let mut waiting = vec![(root, Holds::One)];
        while let Some((id, holds)) = waiting.pop() {
            let is_new =
                known.get_mut(id.index()).is_some_and(|known| !std::mem::replace(known, true));
            if !is_new {
                continue;
            }
            let own = self.own(id);
            if !own.is_empty() {
                found.extend(own.iter().map(|resource| (*resource, holds)));
                continue;
            }
            let shape = shapes.get(id);
            waiting.extend(shape.object.properties().map(|(_, one)| (one.shape, holds)));
            waiting.extend(shape.object.under_patterns().map(|one| (one, Holds::Several)));
            if let Rest::Map(values) = shape.object.rest {
                waiting.push((values, Holds::Several));
            }
            waiting.extend(shape.items.map(|items| (items, Holds::Several)));
        }
        found
    }
}
