//! What is not there any more: a threat is lost by whoever calls its operation otherwise.

use std::collections::BTreeMap;

use super::{Change, Compared, Worse};

/// Elements that are gone, each with its threats; then threats that are gone from elements that are there.
pub(super) fn gone(of: &Compared<'_>) -> Vec<Worse> {
    let mut all = Vec::new();
    let mut with: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (name, held) in &of.before.threats {
        if of.now.threats.contains_key(name) {
            continue;
        }
        let element = held.element.as_str();
        if of.before.elements.contains_key(element) && !of.now.elements.contains_key(element) {
            let (count, open) = with.entry(element).or_default();
            *count += 1;
            *open += usize::from(held.is_open);
            continue;
        }
        let what = format!("it was {}, and is not found any more", held.state.name());
        let (name, title, level) = (name.clone(), held.title.clone(), Some(held.level));
        all.push(Worse { change: Change::Gone, name, title, level, what });
    }
    for (id, title) in &of.before.elements {
        if of.now.elements.contains_key(id) {
            continue;
        }
        let (count, open) = with.get(id.as_str()).copied().unwrap_or_default();
        let what = match (count, open) {
            (0, _) => "it is not there any more, or has another name".to_owned(),
            (count, open) => {
                format!(
                    "it is not there any more, or has another name; of its {count} threats {open} were open"
                )
            }
        };
        let (name, title) = (id.clone(), title.clone());
        all.push(Worse { change: Change::Gone, name, title, level: None, what });
    }
    all
}
