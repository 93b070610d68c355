//! Where in the document a schema's keyword stands: for explanations, long after the reading.

use portcullis_model::{Pointer, SourceId, Sources, Span};

use crate::document::{Node, Tree};

/// Nodes that are looked at; the largest document has 5 million.
const NODES_MAX: usize = 16_000_000;

/// Where a [`crate::Mismatch::schema_at`] leads: the keyword's name. `main` is the document, `schema`
/// where the schema of the value stands. Reads the file again, so it is for people, not for
/// requests.
pub fn locate(
    sources: &Sources,
    main: SourceId,
    schema: Span,
    schema_at: &Pointer,
) -> Option<Span> {
    let (source, pointer) = match schema_at.as_str().split_once("#/") {
        // Another file than the main document, by its path from that one's folder.
        Some((file, pointer)) if !schema_at.as_str().starts_with('/') => {
            let folder = sources.name(main).rsplit_once('/').map(|(folder, _)| folder);
            let name = folder.map_or_else(|| file.to_owned(), |folder| format!("{folder}/{file}"));
            (sources.named(&name)?, format!("/{pointer}"))
        }
        _ => (main, schema_at.as_str().to_owned()),
    };
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    // A pointer is one into the document behind a reference, else into the schema itself.
    let tree = Tree::read(sources, source, "", 0).ok()?;
    walk(tree.root(), tree.root(), &steps).or_else(|| {
        let own = (schema.source != source).then(|| Tree::read(sources, schema.source, "", 0));
        let own = own.transpose().ok()?;
        let root = own.as_ref().unwrap_or(&tree).root();
        let mut waiting = vec![root];
        let mut seen = 0;
        while let Some(node) = waiting.pop() {
            seen += 1;
            if seen > NODES_MAX {
                return None;
            }
            if node.is_object()
                && node.span() == schema
                && let Some(found) = walk(root, node, &steps)
            {
                return Some(found);
            }
            waiting.extend(node.members().map(|(_, member)| member));
            waiting.extend(node.items());
        }
        None
    })
}

/// The name of the last step. Steps go on behind a reference.
fn walk(root: Node<'_>, from: Node<'_>, steps: &[String]) -> Option<Span> {
    let mut node = from;
    let mut found = None;
    for step in steps {
        let (span, next) = child(node, step).or_else(|| child(behind(root, node)?, step))?;
        found = Some(span);
        node = next;
    }
    found
}

fn child<'a>(node: Node<'a>, step: &str) -> Option<(Span, Node<'a>)> {
    let member = node.members().find(|(name, _)| name.text == step);
    member.map(|(name, member)| (name.span, member)).or_else(|| {
        let index: usize = step.parse().ok()?;
        node.items().nth(index).map(|item| (item.span(), item))
    })
}

/// What a local reference leads to, one that leads to others as well.
fn behind<'a>(root: Node<'a>, node: Node<'a>) -> Option<Node<'a>> {
    const REFERENCES_MAX: usize = 32;
    let mut node = node;
    for _ in 0..REFERENCES_MAX {
        let Some(pointer) = node.get_str("$ref").and_then(|text| text.strip_prefix("#/")) else {
            return Some(node);
        };
        let mut target = root;
        for step in pointer.split('/') {
            target = child(target, &step.replace("~1", "/").replace("~0", "~"))?.1;
        }
        node = target;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: { type: object, properties: { n: { minimum: 1 } } }\nb:\n  schema:\n    \
                        type: integer\n    maximum: 7\n    allOf: [{ minimum: 2 }]\nc: { $ref: '#/d' }\nd: { $ref: '#/a' }\n\
                        e: { $ref: '#/e' }\n";

    fn found(at: Option<&str>, pointer: &str) -> Option<(u32, u32)> {
        let mut sources = Sources::default();
        let source = sources.add("a.yaml", TEXT);
        let start = at.and_then(|at| TEXT.find(at)).unwrap_or_default() as u32;
        let tree = Tree::read(&sources, source, "", 0).unwrap();
        let schema = tree.root().get("b").and_then(|b| b.get("schema")).unwrap().span();
        let schema = if at == Some("c") { tree.root().get("c").unwrap().span() } else { schema };
        let schema =
            if at == Some("integer") { Span { source, start, end: start } } else { schema };
        let span = locate(&sources, source, schema, &Pointer::from_text(pointer))?;
        Some(sources.line_column(span))
    }

    #[test]
    fn a_keyword_is_found_from_the_document_and_from_its_schema() {
        assert_eq!(found(None, "/a/properties/n/minimum"), Some((1, 39)));
        assert_eq!(found(None, "/maximum"), Some((5, 5)));
        assert_eq!(found(None, "/allOf/0/minimum"), Some((6, 15)));
        assert_eq!(found(Some("c"), "/properties/n"), Some((1, 34)), "behind two references");
    }

    #[test]
    fn a_keyword_in_another_file_is_found_there() {
        let mut sources = Sources::default();
        let main = sources.add("api/main.yaml", "a: 1");
        sources.add("api/schemas/order.yaml", "\nn: { minimum: 1 }");
        let schema = Span { source: main, start: 0, end: 1 };
        let pointer = Pointer::from_text("schemas/order.yaml#/n/minimum");
        let found = locate(&sources, main, schema, &pointer).unwrap();
        assert_eq!(sources.name(found.source), "api/schemas/order.yaml");
        assert_eq!(sources.line_column(found), (2, 6));
        let pointer = Pointer::from_text("schemas/other.yaml#/n/minimum");
        assert_eq!(locate(&sources, main, schema, &pointer), None);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(found(None, "/minimum"), None);
        assert_eq!(found(None, "/allOf/1/minimum"), None);
        assert_eq!(found(None, ""), None);
        assert_eq!(found(None, "/e/properties"), None, "a reference to itself ends");
        assert_eq!(found(Some("integer"), "/maximum"), None);
    }
}
