//! Where bodies have objects: which shapes describe one, and which lead to one.

use portcullis_contract::{Rest, SchemaName, ShapeId, Shapes};
use portcullis_policy::Model;

/// By shape.
#[derive(Debug, Default)]
pub struct Places {
    /// The resources that it describes.
    own: Vec<Vec<usize>>,
    /// Whether it is one, or holds one somewhere.
    leads: Vec<bool>,
}

impl Places {
    /// Those of a model's resources.
    pub fn of(model: &Model) -> Self {
        let resources = model.authorization.resources.iter();
        let described = resources.map(|one| (one.schemas.as_slice(), one.shapes.as_slice()));
        Self::described(&model.contract.shapes, described)
    }

    /// Those of whatever is described by named schemas and by shapes, by its number.
    pub(crate) fn described<'a>(
        shapes: &Shapes,
        all: impl ExactSizeIterator<Item = (&'a [SchemaName], &'a [ShapeId])>,
    ) -> Self {
        if all.len() == 0 {
            return Self::default();
        }
        let mut own = vec![Vec::new(); shapes.len()];
        for (index, (schemas, unnamed)) in all.enumerate() {
            let named = schemas.iter().flat_map(|name| shapes.shapes_of(*name));
            for shape in named.chain(unnamed.iter().copied()) {
                let list: Option<&mut Vec<usize>> = own.get_mut(shape.index());
                if let Some(list) = list.filter(|list| !list.contains(&index)) {
                    list.push(index);
                }
            }
        }
        let leads = leads(shapes, &own);
        Self { own, leads }
    }

    /// The resources that a shape describes.
    pub(crate) fn own(&self, shape: ShapeId) -> &[usize] {
        self.own.get(shape.index()).map_or(&[], Vec::as_slice)
    }

    /// Every resource whose objects a value of this shape may hold.
    pub fn found(&self, shapes: &Shapes, root: ShapeId) -> Vec<usize> {
        let mut found = Vec::new();
        let mut known = vec![false; self.own.len()];
        let mut waiting = vec![root];
        while let Some(id) = waiting.pop() {
            let is_new =
                known.get_mut(id.index()).is_some_and(|known| !std::mem::replace(known, true));
            if !is_new || !self.leads(id) {
                continue;
            }
            found.extend(
                self.own(id).iter().filter(|one| !found.contains(*one)).collect::<Vec<_>>(),
            );
            waiting.extend(inner(shapes, id));
        }
        found
    }

    /// Whether a value of this shape may be an object, or hold one.
    pub fn leads(&self, shape: ShapeId) -> bool {
        self.leads.get(shape.index()).copied().unwrap_or_default()
    }
}

/// The shapes of what stands directly in a value of this one.
fn inner(shapes: &Shapes, at: ShapeId) -> impl Iterator<Item = ShapeId> {
    let shape = shapes.get(at);
    let properties = shape.object.properties().map(|(_, one)| one.shape);
    let map = match shape.object.rest {
        Rest::Map(values) => Some(values),
        _ => None,
    };
    properties.chain(shape.object.under_patterns()).chain(map).chain(shape.items)
}

/// From the shapes that describe an object, back over those that hold them.
fn leads(shapes: &Shapes, own: &[Vec<usize>]) -> Vec<bool> {
    let mut holders: Vec<Vec<usize>> = vec![Vec::new(); own.len()];
    for (holder, id) in shapes.ids().enumerate() {
        for one in inner(shapes, id) {
            if let Some(list) = holders.get_mut(one.index()) {
                list.push(holder);
            }
        }
    }
    let mut leads: Vec<bool> = own.iter().map(|list| !list.is_empty()).collect();
    let mut waiting: Vec<usize> =
        (0..own.len()).filter(|at| leads.get(*at) == Some(&true)).collect();
    while let Some(at) = waiting.pop() {
        for holder in holders.get(at).into_iter().flatten() {
            if let Some(known) = leads.get_mut(*holder).filter(|known| !**known) {
                *known = true;
                waiting.push(*holder);
            }
        }
    }
    leads
}
