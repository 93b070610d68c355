//! What was seen of a story, as it is printed.

use serde::Serialize;
use serde_json::Value;

/// One story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoryFound {
    /// Its name.
    pub id: String,
    /// The mission's row.
    pub item: String,
    /// The kind of breach.
    pub title: String,
    /// What the attacker does, in order.
    pub scenes: Vec<SceneFound>,
    /// What helps when something was stolen all the same.
    pub containment: Vec<SceneFound>,
    /// What no gateway does about it.
    pub cannot: Vec<String>,
    /// Why nothing can be said of it, if that is so.
    pub why: Option<String>,
}

/// One step of the attacker's, both ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SceneFound {
    /// What the attacker does.
    pub does: String,
    /// What they hold, where it works.
    pub holds: String,
    /// Directly.
    pub direct: Direct,
    /// Through the gateway.
    pub through: Through,
    /// The first of `stopped_by`.
    pub control: Option<&'static str>,
    /// The controls without which it works again; their word is signed, and the knock-out was seen.
    pub stopped_by: Vec<&'static str>,
    /// The control that the file expects.
    pub expected_control: Option<&'static str>,
    /// Whether it worked again without them; `null` where nothing was stopped.
    pub knock_out: Option<bool>,
    /// How the story goes on without them.
    pub without: Option<String>,
    /// Why nothing stops it.
    pub not_stopped: Option<String>,
    /// Whether no request of it passes the gateway.
    pub around: bool,
    /// How the attacker goes on although it was stopped.
    pub goes_on: Option<String>,
    /// What the gateway's ledger says of it.
    pub records: Vec<Value>,
    /// Why something is not as clear as it should be.
    pub why: Option<String>,
}

/// How a scene ended at the API itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direct {
    /// The attacker holds what they wanted.
    Gained,
    /// They do not.
    NotGained,
    /// An earlier scene gave nothing to go on with.
    NotReached,
    /// Nothing can be said.
    Inconclusive,
}

/// How a scene ended through the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// Nothing stopped it.
    NotStopped,
    /// A control did.
    Stopped,
    /// It did not work, and no control says that it is why.
    NotGained,
    /// An earlier scene was stopped.
    NotReached,
    /// Nothing can be said.
    Inconclusive,
}

impl SceneFound {
    /// Who would have stopped it next: all that had to be left out besides.
    pub(crate) fn behind(&self) -> Option<String> {
        let behind = self.stopped_by.get(1..).filter(|behind| !behind.is_empty())?;
        Some(behind.join(", "))
    }

    /// Whether it worked directly, and went through the gateway as its file says.
    pub fn is_as_promised(&self) -> bool {
        let is_through = match (self.expected_control, self.through) {
            (Some(expected), Through::Stopped) => {
                self.knock_out == Some(true) && self.stopped_by.contains(&expected)
            }
            // Somebody stopped an earlier one, else the story is not as promised by that.
            (None, Through::NotStopped) | (Some(_), Through::NotReached) => true,
            _ => false,
        };
        self.direct == Direct::Gained && is_through
    }
}

impl StoryFound {
    /// All scenes, with their numbers.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &SceneFound)> {
        self.scenes.iter().chain(&self.containment).enumerate().map(|(at, scene)| (at + 1, scene))
    }

    /// Whether every scene is as promised, and something was stopped.
    pub fn is_as_promised(&self) -> bool {
        let is_stopped = |scene: &SceneFound| scene.through == Through::Stopped;
        self.why.is_none()
            && self.numbered().all(|(_, scene)| scene.is_as_promised())
            && self.scenes.iter().any(is_stopped)
    }
}
