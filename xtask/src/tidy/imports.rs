//! Imports run one way: no circle between the files of a crate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

type Graph = BTreeMap<String, BTreeSet<String>>;

/// The circles among `use` lines, one line each. A parent may re-export its children, so lines of
/// a parent that name its own child do not count.
pub(crate) fn circles(root: &Path, files: &[PathBuf]) -> Vec<String> {
    let mut crates: BTreeMap<String, Vec<&PathBuf>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs")) {
        let text = file.to_string_lossy();
        if let Some((folder, _)) = text.split_once("/src/") {
            crates.entry(folder.to_owned()).or_default().push(file);
        }
    }
    crates
        .into_iter()
        .filter_map(|(name, files)| {
            let circle = circle(&graph(root, &name, &files))?;
            Some(format!("{name}: imports run in a circle: {}", circle.join(" -> ")))
        })
        .collect()
}

fn graph(root: &Path, folder: &str, files: &[&PathBuf]) -> Graph {
    let modules: BTreeMap<String, &PathBuf> =
        files.iter().map(|file| (module(folder, file), *file)).collect();
    let mut graph = Graph::new();
    for (name, file) in &modules {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        let edges = graph.entry(name.clone()).or_default();
        for path in uses(&text) {
            let absolute = absolute(name, &path);
            let Some(target) = nearest(&absolute, &modules) else { continue };
            let is_own_child = target.starts_with(&format!("{name}::")) || name.is_empty();
            if target != *name && !target.is_empty() && !is_own_child {
                edges.insert(target);
            }
        }
    }
    graph
}

/// `src/path/context.rs` is `path::context`; the crate's root is empty.
fn module(folder: &str, file: &Path) -> String {
    let text = file.to_string_lossy();
    let inner = text.strip_prefix(&format!("{folder}/src/")).unwrap_or(&text);
    let inner = inner.strip_suffix(".rs").unwrap_or(inner).replace('/', "::");
    match inner.as_str() {
        "lib" | "main" => String::new(),
        other => other.strip_suffix("::mod").unwrap_or(other).to_owned(),
    }
}

/// The paths of `use crate::...` and `use super::...`, groups spelt out, tests left out.
fn uses(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut paths = Vec::new();
    for statement in code.split(';') {
        let Some((_, path)) = statement.rsplit_once("use ") else { continue };
        let path: String = path.split_whitespace().collect();
        if !path.starts_with("crate::") && !path.starts_with("super::") {
            continue;
        }
        match path.split_once("::{") {
            Some((base, group)) => {
                for item in group.trim_end_matches('}').split(',') {
                    paths.push(format!("{base}::{item}"));
                }
            }
            None => paths.push(path),
        }
    }
    paths
}

fn absolute(module: &str, path: &str) -> String {
    if let Some(inner) = path.strip_prefix("crate::") {
        return inner.to_owned();
    }
    let mut parent = module.to_owned();
    let mut rest = path;
    while let Some(inner) = rest.strip_prefix("super::") {
        parent = parent.rsplit_once("::").map(|(up, _)| up.to_owned()).unwrap_or_default();
        rest = inner;
    }
    if parent.is_empty() { rest.to_owned() } else { format!("{parent}::{rest}") }
}

fn nearest(path: &str, modules: &BTreeMap<String, &PathBuf>) -> Option<String> {
    let mut path = path.to_owned();
    loop {
        if modules.contains_key(&path) {
            return Some(path);
        }
        let up = path.rsplit_once("::")?.0.len();
        path.truncate(up);
    }
}

/// The first circle that a walk in depth finds.
fn circle(graph: &Graph) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    graph.keys().find_map(|start| walk(graph, start, &mut Vec::new(), &mut done))
}

fn walk(
    graph: &Graph,
    at: &str,
    path: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(place) = path.iter().position(|known| known == at) {
        let mut circle: Vec<String> = path.iter().skip(place).cloned().collect();
        circle.push(at.to_owned());
        return Some(circle);
    }
    if done.contains(at) {
        return None;
    }
    path.push(at.to_owned());
    let found = graph.get(at)?.iter().find_map(|next| walk(graph, next, path, done));
    path.pop();
    done.insert(at.to_owned());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_and_a_tree_is_not() {
        let edge = |from: &str, to: &[&str]| {
            (from.to_owned(), to.iter().map(|to| (*to).to_owned()).collect::<BTreeSet<_>>())
        };
        let tree: Graph = [edge("a", &["b", "c"]), edge("b", &["c"]), edge("c", &[])].into();
        assert_eq!(circle(&tree), None);
        let round: Graph = [edge("a", &["b"]), edge("b", &["c"]), edge("c", &["a"])].into();
        assert_eq!(circle(&round).map(|circle| circle.len()), Some(4));
    }

    #[test]
    fn uses_are_read_with_their_groups() {
        let text = "use crate::a::{B, C};\npub(crate) use super::d::E;\nuse std::fmt;\n";
        assert_eq!(uses(text), ["crate::a::B", "crate::a::C", "super::d::E"]);
        assert_eq!(absolute("path::limit", "super::context::Context"), "path::context::Context");
    }
}
