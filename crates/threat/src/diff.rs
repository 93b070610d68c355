//! What is worse than in an earlier model.
//!
//! Threats are compared by name (rule and element), elements by their ids. A control that was seen in traffic counts as
//! one that is configured: that nobody came is no loss. What got better is only counted; what vanished is told, since
//! nobody can see whether it was mended or renamed.

mod baseline;
mod claims;
mod file;
mod gone;
mod now;
mod read;
mod threats;
mod tried;
mod weighed;

pub use baseline::Baseline;
pub use read::BASELINE_BYTES_MAX;
pub use tried::Tried;

use portcullis_model::UnixMillis;

use crate::found::ThreatModel;
use crate::risk::Level;

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A threat is open that was not there.
    NewOpen,
    /// What answered a threat does so less, or not any more.
    LostControl,
    /// What was shown says nothing of what is there now.
    StaleEvidence,
    /// What was shown, for good or bad, is not shown now.
    LostEvidence,
    /// A risk that somebody took is taken by nobody, or is of nothing any more.
    LostAcceptance,
    /// A threat is worse than it was, after what answers it.
    HigherRisk,
    /// People say something that makes threats less: a risk taken, an answer, a lower rating, harmless data.
    NewClaim,
    /// They say it of more, or for longer.
    WiderClaim,
    /// More can use a way in.
    WiderEntry,
    /// There is a way in that was not there.
    NewEntry,
    /// An element or a threat is not there any more, or has another name.
    Gone,
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::NewOpen,
        Self::LostControl,
        Self::StaleEvidence,
        Self::LostEvidence,
        Self::LostAcceptance,
        Self::HigherRisk,
        Self::NewClaim,
        Self::WiderClaim,
        Self::WiderEntry,
        Self::NewEntry,
        Self::Gone,
    ];

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewOpen => "new-open",
            Self::LostControl => "lost-control",
            Self::StaleEvidence => "stale-evidence",
            Self::LostEvidence => "lost-evidence",
            Self::LostAcceptance => "lost-acceptance",
            Self::HigherRisk => "higher-risk",
            Self::NewClaim => "new-claim",
            Self::WiderClaim => "wider-claim",
            Self::WiderEntry => "wider-entry",
            Self::NewEntry => "new-entry",
            Self::Gone => "gone",
        }
    }
}

/// Something that is worse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worse {
    /// Of which kind.
    pub change: Change,
    /// The threat (`others-objects-read entry/get-orders-id`), the element (`entry/get-orders-id`), or the words of
    /// people (`others-objects-read *`).
    pub name: String,
    /// What people call the element.
    pub title: String,
    /// How bad it is now, or was; none where no threat is meant.
    pub level: Option<Level>,
    /// In words.
    pub what: String,
}

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// An earlier model.
    pub before: &'a Baseline,
    /// This one, in the same form.
    pub now: &'a Baseline,
    /// This one.
    pub model: &'a ThreatModel,
    /// What time it is.
    pub at: UnixMillis,
    /// What evidence says of attacks that came through.
    pub tried: &'a Tried,
}

/// What is worse now than it was: the worst kind first, in each the highest level first.
pub fn diff(of: &Compared<'_>) -> Vec<Worse> {
    let mut all = threats::threats(of);
    all.extend(claims::claims(of));
    all.extend(weighed::weighed(of));
    all.extend(entries(of));
    all.extend(gone::gone(of));
    all.sort_by(|a, b| (a.change, b.level, &a.name).cmp(&(b.change, a.level, &b.name)));
    all
}

fn entries(of: &Compared<'_>) -> Vec<Worse> {
    let mut all = Vec::new();
    for (id, way) in &of.now.entries {
        let name = format!("entry/{id}");
        let (change, what) = match of.before.entries.get(id) {
            None => (Change::NewEntry, format!("{} can use it", way.reach.name())),
            Some(old) if old.reach < way.reach => {
                let what = format!("{} could use it, now {}", old.reach.name(), way.reach.name());
                (Change::WiderEntry, what)
            }
            Some(_) => continue,
        };
        all.push(Worse { change, name, title: way.title.clone(), level: None, what });
    }
    all
}
