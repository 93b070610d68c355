//! What a request can write: whether a member of some name reaches the API.

use super::{Rest, ShapeId, Shapes};

impl Shapes {
    /// Whether a request could set a member of such a name somewhere in a value of this shape. Members that
    /// are read-only, or undeclared beside declared ones, do not reach the API (rules 17 and 18); where
    /// anything may stand, any name may.
    pub fn may_set(&self, root: ShapeId, is_meant: impl Fn(&str) -> bool) -> bool {
        let mut is_known = vec![false; self.shapes.len()];
        let mut waiting = vec![root];
        while let Some(id) = waiting.pop() {
            let Some(known) = is_known.get_mut(id.0 as usize).filter(|known| !**known) else {
                continue;
            };
            *known = true;
            let shape = self.get(id);
            let object = &shape.object;
            let takes_any = shape.is_any_object(self) || shape.is_any_list(self);
            if takes_any || matches!(object.rest, Rest::Map(_)) || !object.patterns.is_empty() {
                return true;
            }
            for (name, property) in object.properties().filter(|(_, one)| !one.read_only) {
                if is_meant(name) {
                    return true;
                }
                waiting.push(property.shape);
            }
            waiting.extend(shape.items);
        }
        false
    }
}
