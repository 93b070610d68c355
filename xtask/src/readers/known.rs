//! Differences whose cause is known: what a reader does to what was checked, done here, too.

use std::collections::BTreeMap;

use crate::readers::judges::{Judge, Shape};
use crate::readers::tree::{Likeness, Tree, compare};

/// What a reader is known to do, and for people: why that is no way past a check.
struct Habit {
    /// The start of the names of the readers that do it.
    readers: &'static [&'static str],
    words: &'static str,
    /// What was checked, as this reader sees it, beside what it says.
    done: fn(&Tree, &Tree) -> Tree,
}

const HABITS: [Habit; 9] = [
    Habit {
        readers: &["node qs", "Ruby Rack", "PHP parse_str"],
        words: "A pair whose name is empty is left out, and by qs one that is called `__proto__`.",
        done: without_odd_names,
    },
    Habit {
        readers: &["node qs", "Ruby Rack", "PHP parse_str"],
        words: "Equal names are a list where the document declares one. To a reader that knows no document \
                one value is a text, and to PHP and Rack several are their last: one of those that were checked.",
        done: lists_of_equal_names,
    },
    Habit {
        readers: &["Ruby Rack"],
        words: "Indices (`tags[0]`) are names of members to Rack; the values are the same.",
        done: indices_as_names,
    },
    Habit {
        readers: &["Ruby Rack"],
        words: "Rack begins and ends a name at any bracket: `name]` is `name`. Where that is a declared name or \
                parameter, it is left out or refused.",
        done: names_of_rack,
    },
    Habit {
        readers: &["PHP"],
        words: "PHP writes `_` for dots and spaces in names and takes spaces before them off. Where that makes a \
                declared name or parameter of it, it is left out or refused.",
        done: names_of_php,
    },
    Habit {
        readers: &["PHP"],
        words: "Of several parts of one name PHP keeps the last: one of those that were checked.",
        done: last_parts,
    },
    Habit {
        readers: &["node busboy"],
        words: "Names of parts and files are Latin-1 to busboy unless it is told `defParamCharset: \"utf8\"`.",
        done: latin1_names,
    },
    Habit {
        readers: &["node busboy", "Ruby Rack", "PHP"],
        words: "A file whose name is empty is no file: busboy takes it for a text, Rack leaves it out, PHP leaves \
                out what is in it. A text that is declared has no name of a file, so it is an opaque part.",
        done: nameless_files,
    },
    Habit {
        readers: &["Ruby Rack"],
        words: "Rack undoes percent escapes in names of files. Those of slashes, dots, quotes and control \
                characters are refused.",
        done: unescaped_files,
    },
];
const SPACES: &str = "Ends of lines (`\\r\\n`), and white space in attributes, stay as they were sent; XML 1.0 \
                      sections 2.11 and 3.3.3 make a line feed and spaces of them, as is checked.";

/// The cause of a difference, if it is one of those that the page explains.
pub(crate) fn cause(judge: &Judge, ours: &Tree, theirs: &Tree) -> Option<&'static str> {
    let is_same = |ours: &Tree| compare(ours, theirs) != Likeness::Different;
    if judge.shape == Shape::Elements {
        let same = compare(&with_plain_spaces(ours), &with_plain_spaces(theirs));
        return (same != Likeness::Different).then_some(SPACES);
    }
    let habits = || {
        HABITS.iter().filter(|habit| habit.readers.iter().any(|one| judge.name.starts_with(one)))
    };
    if let Some(habit) = habits().find(|habit| is_same(&(habit.done)(ours, theirs))) {
        return Some(habit.words);
    }
    let all = habits().fold(ours.clone(), |tree, habit| (habit.done)(&tree, theirs));
    is_same(&all).then_some("Several of these in one text.")
}

/// Both trees walked together: a change to values of the first, seen beside those of the second.
fn beside(
    ours: &Tree,
    theirs: Option<&Tree>,
    change: &dyn Fn(Tree, Option<&Tree>) -> Tree,
) -> Tree {
    let inner = match ours {
        Tree::Object(members) => {
            let their = |name: &Vec<u8>| match theirs {
                Some(Tree::Object(theirs)) => theirs.get(name),
                _ => None,
            };
            let members = members.iter();
            Tree::Object(
                members
                    .map(|(name, one)| (name.clone(), beside(one, their(name), change)))
                    .collect(),
            )
        }
        other => other.clone(),
    };
    change(inner, theirs)
}

fn without_odd_names(tree: &Tree, theirs: &Tree) -> Tree {
    let Tree::Object(theirs) = theirs else { return tree.clone() };
    let mut tree = tree.clone();
    if let Tree::Object(members) = &mut tree {
        let is_odd = |name: &[u8]| name.trim_ascii_start().is_empty() || name == b"__proto__";
        members.retain(|name, _| theirs.contains_key(name) || !is_odd(name));
    }
    tree
}

fn lists_of_equal_names(tree: &Tree, theirs: &Tree) -> Tree {
    beside(tree, Some(theirs), &|one, theirs| match (one, theirs) {
        (Tree::List(mut items), Some(Tree::Text(_)) | None) => {
            items.pop().unwrap_or(Tree::List(Vec::new()))
        }
        (one, _) => one,
    })
}

fn indices_as_names(tree: &Tree, theirs: &Tree) -> Tree {
    beside(tree, Some(theirs), &|one, theirs| match (one, theirs) {
        (Tree::List(items), Some(Tree::Object(_))) => {
            let numbered = items.into_iter().enumerate();
            Tree::Object(numbered.map(|(at, one)| (at.to_string().into_bytes(), one)).collect())
        }
        (one, _) => one,
    })
}

/// What stands between brackets in names that are not declared.
fn names_of_rack(tree: &Tree, _: &Tree) -> Tree {
    let Tree::Object(members) = tree else { return tree.clone() };
    let mut out = BTreeMap::new();
    for (name, value) in members {
        let is_bracket = |byte: &u8| matches!(byte, b'[' | b']');
        let mut steps = name.split(is_bracket).filter(|step| !step.is_empty()).rev();
        let Some(last) = steps.next() else { continue };
        let nested = steps.fold((last.to_vec(), value.clone()), |(inner, value), step| {
            (step.to_vec(), Tree::Object(BTreeMap::from([(inner, value)])))
        });
        out.insert(nested.0, nested.1);
    }
    Tree::Object(out)
}

fn names_of_php(tree: &Tree, theirs: &Tree) -> Tree {
    let renamed = |name: &[u8]| -> Vec<u8> {
        let spaces = name.iter().take_while(|byte| **byte == b' ').count();
        let name = name.get(spaces..).unwrap_or_default();
        let end = name.iter().position(|byte| *byte == b'[').unwrap_or(name.len());
        let (first, rest) = name.split_at_checked(end).unwrap_or((name, b""));
        // What stands behind brackets is left out.
        let close = rest.iter().rposition(|byte| *byte == b']').map_or(rest.len(), |at| at + 1);
        let rest = rest.get(..close).unwrap_or(rest);
        let is_replaced = |byte: &u8| matches!(byte, b'.' | b' ');
        let first = first.iter().map(|byte| if is_replaced(byte) { b'_' } else { *byte });
        first.chain(rest.iter().copied()).collect()
    };
    let Tree::Object(members) = tree else {
        return of_parts(tree, &|name, said| Some((renamed(name), said.to_vec())));
    };
    // Two names that become one: the last that was sent stays, and any of them was checked.
    let is_theirs = |name: &[u8], value: &Tree| match theirs {
        Tree::Object(theirs) => theirs.get(name) == Some(value),
        _ => false,
    };
    let mut out: BTreeMap<Vec<u8>, Tree> = BTreeMap::new();
    for (name, value) in members {
        let name = renamed(name);
        if out.get(&name).is_none_or(|known| !is_theirs(&name, known)) {
            out.insert(name, value.clone());
        }
    }
    Tree::Object(out)
}

/// The last of the parts of each name; pairs stand beside one another.
fn last_parts(tree: &Tree, _: &Tree) -> Tree {
    let Tree::List(pairs) = tree else { return tree.clone() };
    let is_last = |place: usize| {
        let next = pairs.get(place + 1).map(name_of);
        next != pairs.get(place).map(name_of)
    };
    let kept = pairs.iter().enumerate().filter(|(place, _)| is_last(*place));
    Tree::List(kept.map(|(_, pair)| pair.clone()).collect())
}

/// Files without a name, as this reader sees them: as texts, or empty, or not at all.
fn nameless_files(tree: &Tree, theirs: &Tree) -> Tree {
    let (Tree::List(pairs), Tree::List(theirs)) = (tree, theirs) else { return tree.clone() };
    of_parts(tree, &|name, said| {
        let [_, Tree::Text(file)] = said else { return Some((name.to_vec(), said.to_vec())) };
        if !file.is_empty() {
            return Some((name.to_vec(), said.to_vec()));
        }
        let named = |pairs: &[Tree]| pairs.iter().filter(|pair| name_of(pair) == name).count();
        if named(theirs) < named(pairs) {
            return None;
        }
        let its = theirs.iter().find(|pair| name_of(pair) == name)?;
        let Tree::List(pair) = its else { return None };
        match pair.as_slice() {
            [_, Tree::List(seen)] => match (seen.as_slice(), said.first()) {
                ([_], Some(content)) => Some((name.to_vec(), vec![content.clone()])),
                _ => Some((name.to_vec(), vec![Tree::Text(Vec::new()), Tree::Text(Vec::new())])),
            },
            _ => None,
        }
    })
}

fn unescaped_files(tree: &Tree, _: &Tree) -> Tree {
    of_parts(tree, &|name, said| {
        let mut said = said.to_vec();
        if let Some(Tree::Text(file)) = said.get_mut(1) {
            *file = crate::origins::decoded(&String::from_utf8_lossy(file));
        }
        Some((name.to_vec(), said))
    })
}

/// Each byte of a name as the character of that number.
fn latin1_names(tree: &Tree, _: &Tree) -> Tree {
    let widened = |name: &[u8]| -> Vec<u8> {
        let name: String = name.iter().map(|byte| char::from(*byte)).collect();
        name.into_bytes()
    };
    of_parts(tree, &|name, said| {
        let mut said = said.to_vec();
        if let Some(Tree::Text(file)) = said.get_mut(1) {
            *file = widened(file);
        }
        Some((widened(name), said))
    })
}

/// What stands in a part: its content, and the name of a file if it has one.
type Said<'t> = &'t [Tree];

/// A part with another name and content, or none.
type Change<'c> = dyn Fn(&[u8], Said<'_>) -> Option<(Vec<u8>, Vec<Tree>)> + 'c;

/// Parts with other names and contents, in the order of their names.
fn of_parts(tree: &Tree, change: &Change<'_>) -> Tree {
    let Tree::List(pairs) = tree else { return tree.clone() };
    let changed = pairs.iter().filter_map(|pair| {
        let Tree::List(parts) = pair else { return Some(pair.clone()) };
        let [Tree::Text(name), Tree::List(said)] = parts.as_slice() else {
            return Some(pair.clone());
        };
        let (name, said) = change(name, said)?;
        Some(Tree::List(vec![Tree::Text(name), Tree::List(said)]))
    });
    let mut pairs: Vec<Tree> = changed.collect();
    pairs.sort_by(|one, other| name_of(one).cmp(name_of(other)));
    Tree::List(pairs)
}

fn name_of(pair: &Tree) -> &[u8] {
    match pair {
        Tree::List(pair) => match pair.first() {
            Some(Tree::Text(name)) => name,
            _ => b"",
        },
        _ => b"",
    }
}

/// Texts in which every end of a line and every tab is one space.
fn with_plain_spaces(tree: &Tree) -> Tree {
    match tree {
        Tree::Text(text) => {
            let text = String::from_utf8_lossy(text).replace("\r\n", " ");
            Tree::Text(text.replace(['\r', '\n', '\t'], " ").into_bytes())
        }
        Tree::List(items) => Tree::List(items.iter().map(with_plain_spaces).collect()),
        Tree::Object(members) => {
            let members = members.iter();
            Tree::Object(
                members.map(|(name, one)| (name.clone(), with_plain_spaces(one))).collect(),
            )
        }
        other => other.clone(),
    }
}
