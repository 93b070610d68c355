//! What is known of the objects that a request touches, for the rooms behind the one that asked.

use portcullis_policy::{Hidden, RequestPlace};

/// What the rooms behind `authorize_object` need to judge the objects of the answer.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// Objects of the answer are judged.
    pub(super) are_asked: bool,
    /// The answer must show objects of these resources, by index, or it does not leave: nothing else said
    /// whose they are.
    pub(super) pending: Vec<usize>,
    /// What is not written of objects that the request names, by resource: of each that a rule permits.
    pub(super) unwritten: Vec<(usize, Hidden)>,
    /// How often the API was asked for one already.
    pub(super) questions: usize,
    /// What the request says where rules ask.
    pub(super) said: Vec<(RequestPlace, Vec<String>)>,
}

impl Objects {
    /// Whether the answer alone says whose an object is: then all of it must come (rule 13).
    pub(super) const fn decides_answer(&self) -> bool {
        !self.pending.is_empty()
    }

    /// An object that the request names may be touched, all but this of it.
    pub(super) fn permitted(&mut self, resource: usize, unwritten: Hidden) {
        let one = (resource, unwritten);
        if !self.unwritten.contains(&one) {
            self.unwritten.push(one);
        }
    }

    /// What the request says at a place; none where that cannot be read.
    pub(super) fn said(&self, place: &RequestPlace) -> Option<Vec<String>> {
        self.said.iter().find(|(known, _)| known == place).map(|(_, values)| values.clone())
    }
}
