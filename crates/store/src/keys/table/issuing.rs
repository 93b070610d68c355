//! Keys on their way: they have a place, and open nothing before they last.

use std::sync::Arc;

use portcullis_model::{KeyId, UnixMillis};

use super::Table;
use crate::error::StoreError;
use crate::keys::facts::{ANCESTORS_MAX, CHILDREN_MAX, KeyFacts};
use crate::keys::rows::Row;

/// One key that is being issued: no other, even of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending(u64);

impl Table {
    /// Which key is being issued there.
    pub(crate) fn pending(&self, id: &KeyId) -> Option<Pending> {
        self.pending.get(&self.find(id)?).copied()
    }

    /// Makes a key that opens nothing until it is [`Table::confirm`]ed.
    pub(crate) fn reserve(
        &mut self,
        facts: &KeyFacts,
        now: UnixMillis,
    ) -> Result<Pending, StoreError> {
        if self.find(&facts.id).is_some() {
            return Err(StoreError::Known);
        }
        let parent = facts.parent.map(|id| self.parent(&id, now)).transpose()?;
        if parent.is_some() && !facts.rules.attributes.is_empty() {
            return Err(StoreError::OwnAttributes);
        }
        if let Some((of, _)) = facts.replaces {
            self.issued(&of).ok_or(StoreError::NoKey)?;
        }
        let owner = parent.and_then(|parent| self.owners.get(self.owner(parent)?).cloned());
        let row = Row {
            id: facts.id,
            mac: facts.mac,
            owner: owner.unwrap_or_else(|| facts.owner.as_str().into()),
            label: facts.label.as_str().into(),
            // Linked below, when it has its place.
            parent: None,
            created: facts.created,
            expires: facts.expires,
            rules: Arc::new(facts.rules.clone()),
            replaces: facts.replaces,
            is_used: false,
            last_used: None,
        };
        let number = self.add(row)?;
        if let Some(parent) = parent {
            self.link(number, parent);
        }
        self.pendings += 1;
        let pending = Pending(self.pendings);
        self.pending.insert(number, pending);
        Ok(pending)
    }

    fn parent(&self, id: &KeyId, now: UnixMillis) -> Result<u32, StoreError> {
        let number = self.issued(id).filter(|number| !self.is_over(*number, now));
        let number = number.ok_or(StoreError::NoKey)?;
        if self.upwards(number).count() > ANCESTORS_MAX {
            return Err(StoreError::TooMany { what: "keys above a key", max: ANCESTORS_MAX });
        }
        if self.children(number).len() >= CHILDREN_MAX {
            return Err(StoreError::TooMany { what: "keys right below a key", max: CHILDREN_MAX });
        }
        Ok(number)
    }

    /// From here on it opens. False: it was revoked meanwhile.
    pub(crate) fn confirm(&mut self, id: &KeyId, pending: Pending) -> bool {
        let number = self.find(id).filter(|number| self.pending.get(number) == Some(&pending));
        number.is_some_and(|number| self.pending.remove(&number).is_some())
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::KeyRules;

    use super::*;

    fn id(number: usize) -> KeyId {
        KeyId::parse(&format!("{number:016}")).unwrap()
    }

    fn issue(table: &mut Table, number: usize, parent: Option<usize>) -> Result<(), StoreError> {
        let facts = KeyFacts {
            id: id(number),
            mac: [0; 32],
            owner: "owner".to_owned(),
            label: String::new(),
            parent: parent.map(id),
            created: UnixMillis(0),
            expires: None,
            rules: KeyRules::default(),
            replaces: None,
        };
        let pending = table.reserve(&facts, UnixMillis(0))?;
        assert!(table.confirm(&id(number), pending));
        Ok(())
    }

    #[test]
    fn a_key_has_no_more_children_than_it_may_and_all_go_with_it() {
        let mut table = Table::new(CHILDREN_MAX * 2);
        issue(&mut table, 0, None).unwrap();
        for number in 1..=CHILDREN_MAX {
            issue(&mut table, number, Some(0)).unwrap();
        }
        let more = issue(&mut table, CHILDREN_MAX + 1, Some(0));
        assert!(matches!(more, Err(StoreError::TooMany { max: CHILDREN_MAX, .. })));
        let mut gone = Vec::new();
        table.remove(table.find(&id(7)).unwrap(), &mut gone);
        issue(&mut table, CHILDREN_MAX + 1, Some(0)).unwrap();
        table.remove(table.find(&id(0)).unwrap(), &mut gone);
        assert_eq!((gone.len(), table.len()), (CHILDREN_MAX + 2, 0));
        let shared = (table.owners.len(), table.labels.len(), table.rules.len());
        assert_eq!(shared, (0, 0, 0), "what they shared is gone with the last of them");
        assert!(table.children.is_empty() && table.replacing.is_empty());
    }
}
