//! A shape as text, for people and tests.

use std::fmt::Write as _;

use super::{Rest, Shape, ShapeId, Shapes, Types};

/// Levels that are printed.
const DEPTH_MAX: usize = 6;
/// Lines that are printed.
const LINES_MAX: usize = 400;

impl Shapes {
    /// The shape as an indented list of its properties, down to a bounded depth.
    pub fn describe(&self, id: ShapeId) -> String {
        let mut out =
            Description { shapes: self, text: String::new(), lines: 0, around: Vec::new() };
        let head = head(self.get(id));
        out.line(0, &head);
        out.inside(id, 1);
        out.text
    }
}

struct Description<'a> {
    shapes: &'a Shapes,
    text: String,
    lines: usize,
    /// The shapes that this one stands in.
    around: Vec<ShapeId>,
}

impl Description<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.lines += 1;
        if self.lines <= LINES_MAX {
            // Writing to a String cannot fail.
            let _ = writeln!(self.text, "{:indent$}{text}", "", indent = depth * 2);
        }
    }

    fn inside(&mut self, id: ShapeId, depth: usize) {
        let shape = self.shapes.get(id);
        let is_leaf = shape.object.properties.is_empty()
            && shape.object.patterns.is_empty()
            && shape.items.is_none()
            && !matches!(shape.object.rest, Rest::Map(_));
        if is_leaf || self.lines > LINES_MAX {
            return;
        }
        if depth > DEPTH_MAX || self.around.contains(&id) {
            self.line(depth, "...");
            return;
        }
        self.around.push(id);
        self.members(shape, depth);
        self.around.pop();
    }

    fn members(&mut self, shape: &Shape, depth: usize) {
        for (name, property) in shape.object.properties() {
            let mut line = format!("{name}: {}", head(self.shapes.get(property.shape)));
            if property.read_only {
                line.push_str(", read only");
            }
            if property.write_only {
                line.push_str(", write only");
            }
            self.line(depth, &line);
            self.inside(property.shape, depth + 1);
        }
        let patterns = shape.object.patterns.iter();
        let mut others: Vec<(String, ShapeId)> = patterns
            .filter_map(|(pattern, shape)| Some((format!("/{pattern}/"), (*shape)?)))
            .collect();
        if let Rest::Map(rest) = shape.object.rest {
            others.push(("*".to_owned(), rest));
        }
        if let Some(items) = shape.items {
            others.push(("[]".to_owned(), items));
        }
        for (name, id) in others {
            let line = format!("{name}: {}", head(self.shapes.get(id)));
            self.line(depth, &line);
            self.inside(id, depth + 1);
        }
    }
}

/// The types, and what else may stand in an object.
fn head(shape: &Shape) -> String {
    let mut head = shape.types.to_string();
    if shape.types.contains(Types::OBJECT) {
        head.push_str(match shape.object.rest {
            Rest::FreeForm => " (free form)",
            Rest::Closed => " (closed)",
            Rest::Open => " (open)",
            Rest::Map(_) => " (map)",
        });
    }
    head
}
