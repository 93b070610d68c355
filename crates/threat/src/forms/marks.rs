//! How far threats are answered, in four kinds that are drawn: by shape first, by colour besides.

use std::collections::HashMap;

use super::grouped::touched;
use crate::answers::State;
use crate::found::ThreatModel;
use crate::system::{Element, Node};
use crate::threat::Threat;

/// A kind that is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Mark {
    /// A triangle.
    Open,
    /// A square.
    Accepted,
    /// Half a circle.
    Answered,
    /// A circle with a tick.
    Proven,
}

impl Mark {
    pub(super) const ALL: [Self; 4] = [Self::Open, Self::Accepted, Self::Answered, Self::Proven];

    pub(super) const fn of(threat: &Threat) -> Self {
        if threat.is_open() {
            return Self::Open;
        }
        Self::of_answer(threat.state)
    }

    /// Of a state that is not open, or is taken.
    pub(super) const fn of_answer(state: State) -> Self {
        match state {
            State::ComesThrough | State::Missing => Self::Accepted,
            State::Stale | State::Stated | State::Configured | State::Seen => Self::Answered,
            State::Withstands | State::Proven => Self::Proven,
        }
    }

    /// The name, also that of its colour in the page.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Answered => "answered",
            Self::Proven => "proven",
        }
    }

    /// The shape, in a square of 14 pixels.
    pub(super) const fn shape(self) -> &'static str {
        match self {
            Self::Open => "<path d=\"M7 1 13.5 13H.5Z\"/>",
            Self::Accepted => "<path d=\"M1.5 1.5h11v11h-11Z\" class=\"hollow\"/>",
            Self::Answered => {
                "<circle cx=\"7\" cy=\"7\" r=\"5.6\" class=\"hollow\"/><path d=\"M7 1.4a5.6 5.6 0 0 0 0 11.2Z\"/>"
            }
            Self::Proven => {
                "<circle cx=\"7\" cy=\"7\" r=\"6.4\"/><path d=\"M3.8 7.2 6.2 9.6 10.4 4.8\" class=\"tick\"/>"
            }
        }
    }
}

/// The shapes, once for a whole page.
pub(super) fn symbols() -> String {
    let each = Mark::ALL.map(|one| {
        format!("<symbol id=\"mark-{}\" viewBox=\"0 0 14 14\">{}</symbol>", one.name(), one.shape())
    });
    format!("<svg class=\"symbols\" aria-hidden=\"true\">{}</svg>\n", each.concat())
}

/// A mark that stands in a line of text, where the page has [`symbols`].
pub(super) fn drawn(mark: Mark) -> String {
    let name = mark.name();
    format!("<svg class=\"mark {name}\" aria-hidden=\"true\"><use href=\"#mark-{name}\"/></svg>")
}

/// How many threats of each kind, in the order of [`Mark::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Marks([usize; 4]);

impl Marks {
    fn add(&mut self, mark: Mark) {
        if let Some(count) = self.0.get_mut(mark as usize) {
            *count += 1;
        }
    }

    /// Those that there are.
    pub(super) fn iter(self) -> impl Iterator<Item = (Mark, usize)> {
        Mark::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    pub(super) fn open(self) -> usize {
        let [open, ..] = self.0;
        open
    }

    /// In words: `2 open, 5 proven`.
    pub(super) fn words(self) -> String {
        let told = self.iter().map(|(mark, count)| format!("{count} {}", mark.name()));
        told.collect::<Vec<_>>().join(", ")
    }
}

/// What touches each part of the diagram.
#[derive(Debug, Default)]
pub(super) struct Touched {
    nodes: HashMap<Node, Marks>,
    flows: HashMap<usize, Marks>,
}

impl Touched {
    pub(super) fn of(model: &ThreatModel) -> Self {
        let mut found = Self::default();
        for threat in &model.threats {
            let mark = Mark::of(threat);
            if let Element::Flow(at) = threat.element {
                found.flows.entry(at).or_default().add(mark);
                continue;
            }
            for node in touched(&model.system, threat.element) {
                found.nodes.entry(node).or_default().add(mark);
            }
        }
        found
    }

    pub(super) fn node(&self, node: Node) -> Marks {
        self.nodes.get(&node).copied().unwrap_or_default()
    }

    pub(super) fn flow(&self, at: usize) -> Marks {
        self.flows.get(&at).copied().unwrap_or_default()
    }
}
