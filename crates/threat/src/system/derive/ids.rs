//! Stable ids: lower-case letters, digits and `-`, each once of its kind (`symbolic-name` of TM-BOM).

use std::collections::HashSet;

/// Bytes of an id.
const BYTES_MAX: usize = 80;

/// Ids of one kind that are taken.
#[derive(Debug, Default)]
pub(super) struct Ids(HashSet<String>);

impl Ids {
    /// The id of something that people call so: the first is `orders`, one that is spelt alike `orders-2`.
    pub(super) fn of(&mut self, title: &str) -> String {
        let plain = folded(title);
        let mut id = plain.clone();
        let mut number = 2_usize;
        while !self.0.insert(id.clone()) {
            id = format!("{plain}-{number}");
            number += 1;
        }
        id
    }
}

/// What is left of a title.
fn folded(title: &str) -> String {
    let mut id = String::new();
    for c in title.chars() {
        if id.len() >= BYTES_MAX {
            break;
        }
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => id.push(c),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    let id = id.trim_end_matches('-');
    if id.is_empty() { "unnamed".to_owned() } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_few_characters_and_each_is_once() {
        let mut ids = Ids::default();
        assert_eq!(ids.of("GET /orders/{id}"), "get-orders-id");
        assert_eq!(ids.of("GET /orders/{id}/"), "get-orders-id-2");
        assert_eq!(ids.of("łódź"), "d");
        assert_eq!(ids.of(""), "unnamed");
        assert!(ids.of(&"a".repeat(10_000)).len() <= BYTES_MAX);
    }
}
