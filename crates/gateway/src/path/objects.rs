//! What is known of the objects that a request touches, for the rooms behind the one that asked.

use std::collections::HashSet;

use portcullis_policy::{Hidden, RequestPlace};
use portcullis_store::{Caller, Object, Since};

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
    /// Where that is so, the whole object must come (rule 13); whoever only observes changes nothing.
    pub(super) is_enforced: bool,
    /// Rules open the operation to this caller for some objects alone: one must be named or shown.
    pub(super) needs_one: bool,
    /// Objects were taken out of the answer: what counts them does not leave either.
    pub(super) has_taken_out: bool,
    /// How often the API was asked for one already.
    pub(super) questions: usize,
    /// Who holds what, as the register knows the caller, and since when it counts what is learned.
    pub(super) holder: Option<(Caller, Since)>,
    /// The objects that the request names: resource, which of its ids, and that id.
    pub(super) named: Vec<(usize, usize, String)>,
    /// The body says whose an object shall be.
    pub(super) names_owner: bool,
    /// The query says nothing but how a list is cut and ordered.
    pub(super) is_plain: bool,
    /// The query says nothing at all.
    pub(super) is_bare: bool,
    /// The caller's own list was asked for already, of these resources: what it does not show is not theirs.
    pub(super) listed: Vec<usize>,
    /// What it showed, and could be believed.
    pub(super) believed: HashSet<Object>,
    /// Asked once more, after others were waited for: what was found out before does not count.
    pub(super) is_again: bool,
    /// The body says which id what it makes shall have.
    pub(super) chooses_id: bool,
    /// Every text and number of the body: what of an answer is among them, the request chose.
    pub(super) texts: Vec<String>,
    /// The entity tag of the object that was read before a write.
    pub(super) etag: Option<String>,
    /// What the request says where rules ask.
    pub(super) said: Vec<(RequestPlace, Vec<String>)>,
}

impl Objects {
    /// Whether the answer alone says whose an object is: then all of it must come (rule 13).
    pub(super) const fn decides_answer(&self) -> bool {
        self.is_enforced && !self.pending.is_empty()
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
