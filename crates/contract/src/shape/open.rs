//! Places where a value may hold anything at all, and the shapes that lead to them.

use super::{Rest, Shape, ShapeId, Shapes, Types};

impl Shape {
    /// Whether an object is declared here, and nothing of what it holds. Where only items are
    /// declared, an object is held to those.
    pub fn is_any_object(&self, shapes: &Shapes) -> bool {
        self.types.contains(Types::OBJECT)
            && self.object.rest == Rest::FreeForm
            && std::ptr::eq(self.as_object(shapes), self)
    }

    /// Whether a list is declared here, and nothing of its items: `items` left out, or `true`.
    pub fn is_any_list(&self, shapes: &Shapes) -> bool {
        self.types.contains(Types::ARRAY) && self.item(shapes).is_none()
    }

    /// Whether a schema says that undeclared properties may stand beside declared ones, which lets
    /// none in (rule 18).
    pub fn is_open_in_vain(&self) -> bool {
        let object = &self.object;
        self.types.contains(Types::OBJECT) && object.is_said_open && object.rest == Rest::Open
    }

    /// The shapes of what a value of this shape holds.
    fn inside(&self) -> impl Iterator<Item = ShapeId> {
        let properties = self.object.properties().map(|(_, one)| one.shape);
        let patterns = self.object.under_patterns();
        let rest = match self.object.rest {
            Rest::Map(inner) => Some(inner),
            _ => None,
        };
        properties.chain(patterns).chain(rest).chain(self.items)
    }
}

impl Shapes {
    /// Whether a place that is one of the above stands in a value of this shape, at any depth.
    pub fn leads_to_open(&self, id: ShapeId) -> bool {
        self.leads_to_open.get(id.0 as usize).copied().unwrap_or(true)
    }

    /// Finds all shapes that lead to such a place: from the places back to what holds them.
    pub(super) fn find_open(&mut self) {
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); self.shapes.len()];
        let mut leads = vec![false; self.shapes.len()];
        let mut waiting = Vec::new();
        for (index, shape) in self.shapes.iter().enumerate() {
            for inner in shape.inside() {
                if let Some(holders) = holders.get_mut(inner.0 as usize) {
                    holders.push(index as u32);
                }
            }
            if shape.is_any_object(self) || shape.is_any_list(self) || shape.is_open_in_vain() {
                waiting.push(index as u32);
            }
        }
        while let Some(index) = waiting.pop() {
            let Some(known) = leads.get_mut(index as usize).filter(|known| !**known) else {
                continue;
            };
            *known = true;
            waiting.extend(holders.get(index as usize).into_iter().flatten());
        }
        self.leads_to_open = leads;
    }
}
