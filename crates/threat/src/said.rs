//! What of the words of people makes one threat less than it is without them.

use portcullis_model::UnixMillis;

use crate::answering::taken;
use crate::found::ThreatModel;
use crate::threat::Threat;

/// Places in the lists of `Stated`, of what holds at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Said {
    /// Who takes the rest.
    pub(crate) accepted: Option<usize>,
    /// Who says that something answers it.
    pub(crate) answered: Option<usize>,
    /// Who rated it lower than it is derived to be.
    pub(crate) lowered: Option<usize>,
}

impl Said {
    /// What people say of a threat, as far as it holds at a time.
    pub(crate) fn of(model: &ThreatModel, threat: &Threat, now: UnixMillis) -> Self {
        let (system, stated) = (&model.system, &model.stated);
        let (rule, element) = (threat.rule, threat.element);
        let rated = taken::rated(stated, system, rule, element);
        let lowered = rated.filter(|at| {
            stated.rated.get(*at).is_some_and(|one| {
                one.until.is_some_and(|until| now < until.end())
                    && taken::lowers(one, taken::derived(system, stated, rule, element))
            })
        });
        let answered = taken::answered(stated, system, rule, element, now);
        Self { accepted: threat.accepted, answered, lowered }
    }
}
