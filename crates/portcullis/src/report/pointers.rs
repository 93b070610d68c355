//! The JSON Pointer of a place in a JSON text: where a document stands in one line, a column leads
//! nobody anywhere.

use std::ops::Range;

use portcullis_json::string_end;

/// Values that are remembered; the largest document has 5 million.
const NODES_MAX: usize = 10_000_000;
/// Values inside values. Documents with more are not read.
const DEPTH_MAX: usize = 1024;
/// Characters of a pointer that are shown.
const POINTER_MAX: usize = 200;

/// All values of a JSON text, by where they begin: found in one walk.
#[derive(Debug)]
pub(super) struct Pointers {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    /// The first byte: of the name where it has one.
    start: usize,
    end: usize,
    parent: usize,
    step: Step,
}

#[derive(Debug, Clone)]
enum Step {
    Root,
    Index(usize),
    /// The name as it is written, quotes included.
    Name(Range<usize>),
}

/// A container whose end is not reached.
struct Open {
    node: usize,
    is_object: bool,
    count: usize,
    /// The name that waits for its value.
    name: Option<Range<usize>>,
}

impl Pointers {
    /// Walks a text; one that is no JSON gives what it gives.
    pub(super) fn of(text: &str) -> Self {
        let mut walk = Walk { nodes: Vec::new(), open: Vec::new() };
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if walk.nodes.len() >= NODES_MAX || walk.open.len() >= DEPTH_MAX {
                break;
            }
            at = match byte {
                b'{' | b'[' => walk.opened(at, *byte == b'{'),
                b'}' | b']' => walk.closed(at),
                b'"' => walk.text(at, string_end(bytes, at)),
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => at + 1,
                _ => walk.scalar(at, scalar_end(bytes, at)),
            };
        }
        for open in walk.open.drain(..) {
            if let Some(node) = walk.nodes.get_mut(open.node) {
                node.end = text.len();
            }
        }
        Self { nodes: walk.nodes }
    }

    /// The pointer of the innermost value that holds a byte: `#/paths/~1orders/get`.
    pub(super) fn at(&self, text: &str, byte: usize) -> Option<String> {
        let mut index = self.nodes.partition_point(|node| node.start <= byte).checked_sub(1)?;
        let mut node = self.nodes.get(index)?;
        while node.end <= byte && index != node.parent {
            index = node.parent;
            node = self.nodes.get(index)?;
        }
        let mut steps = Vec::new();
        while !matches!(node.step, Step::Root) {
            steps.push(written(text, &node.step));
            node = self.nodes.get(node.parent)?;
        }
        let pointer: String = steps.iter().rev().flat_map(|step| ["/", step]).collect();
        let pointer = format!("#{pointer}");
        Some(match pointer.char_indices().nth(POINTER_MAX) {
            Some((end, _)) => format!("{}...", pointer.get(..end).unwrap_or_default()),
            None => pointer,
        })
    }
}

struct Walk {
    nodes: Vec<Node>,
    open: Vec<Open>,
}

impl Walk {
    fn begin(&mut self, start: usize, end: usize) -> usize {
        let node = self.nodes.len();
        let (parent, step, start) = match self.open.last_mut() {
            None => (node, Step::Root, start),
            Some(open) => {
                let index = open.count;
                open.count += 1;
                match open.name.take() {
                    Some(name) => (open.node, Step::Name(name.clone()), name.start),
                    None => (open.node, Step::Index(index), start),
                }
            }
        };
        self.nodes.push(Node { start, end, parent, step });
        node
    }

    fn opened(&mut self, at: usize, is_object: bool) -> usize {
        let node = self.begin(at, at + 1);
        self.open.push(Open { node, is_object, count: 0, name: None });
        at + 1
    }

    fn closed(&mut self, at: usize) -> usize {
        if let Some(open) = self.open.pop()
            && let Some(node) = self.nodes.get_mut(open.node)
        {
            node.end = at + 1;
        }
        at + 1
    }

    fn text(&mut self, at: usize, end: usize) -> usize {
        match self.open.last_mut() {
            Some(open) if open.is_object && open.name.is_none() => open.name = Some(at..end),
            _ => {
                self.begin(at, end);
            }
        }
        end
    }

    fn scalar(&mut self, at: usize, end: usize) -> usize {
        self.begin(at, end);
        end
    }
}

fn scalar_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let ends = |byte: &u8| b",:]}[{\" \t\r\n".contains(byte);
    start + rest.iter().position(ends).unwrap_or(rest.len()).max(1)
}

/// A step as a pointer has it (RFC 6901 section 3).
fn written(text: &str, step: &Step) -> String {
    match step {
        Step::Root => String::new(),
        Step::Index(index) => index.to_string(),
        Step::Name(range) => {
            let written = text.get(range.clone()).unwrap_or_default();
            let name = serde_json::from_str::<String>(written);
            name.unwrap_or_else(|_| written.to_owned()).replace('~', "~0").replace('/', "~1")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const TEXT: &str = r#" {"paths":{"/ord\u0065rs":{"get":{"tags":["a",{"b":[]}],"x~y":-1.5e3}}},"é":"}\"{","n":null}"#;

    /// Every value of a document leads back to itself.
    fn values<'a>(value: &'a Value, at: &str, out: &mut Vec<(String, &'a Value)>) {
        out.push((at.to_owned(), value));
        if let Value::Object(members) = value {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                values(member, &format!("{at}/{name}"), out);
            }
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            values(item, &format!("{at}/{index}"), out);
        }
    }

    #[test]
    fn every_value_is_found_by_its_first_byte() {
        let document: Value = serde_json::from_str(TEXT).unwrap();
        let mut expected = Vec::new();
        values(&document, "#", &mut expected);
        let pointers = Pointers::of(TEXT);
        let starts: Vec<usize> = pointers.nodes.iter().map(|node| node.start).collect();
        let found: Vec<String> =
            starts.iter().map(|start| pointers.at(TEXT, *start).unwrap()).collect();
        let expected: Vec<String> = expected.into_iter().map(|(at, _)| at).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn names_values_and_what_stands_between_lead_to_the_innermost_value() {
        let pointers = Pointers::of(TEXT);
        let at = |part: &str| pointers.at(TEXT, TEXT.find(part).unwrap()).unwrap();
        assert_eq!(at("et\":{\"tags"), "#/paths/~1orders/get");
        assert_eq!(at("],\"x~y"), "#/paths/~1orders/get/tags");
        assert_eq!(at("1.5e3"), "#/paths/~1orders/get/x~0y");
        assert_eq!(at("\\\"{"), "#/é");
        assert_eq!(pointers.at(TEXT, 0), None, "before everything");
    }

    #[test]
    fn what_is_no_json_ends() {
        for text in ["", "{", "\"", "\"\\", "}}]", "{]:,\u{7}\"a", "{\"a\":[1,{\"b\"", "a: [é"] {
            let pointers = Pointers::of(text);
            for byte in 0..=text.len() + 1 {
                let _ = pointers.at(text, byte);
            }
        }
        let deep = "[".repeat(100_000);
        assert!(Pointers::of(&deep).nodes.len() <= DEPTH_MAX);
    }
}
