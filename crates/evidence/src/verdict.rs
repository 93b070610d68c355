//! The words of a result.

use serde::{Deserialize, Serialize};

/// How one try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The harm happened: data reached the attacker, or the effect is there.
    Succeeded,
    /// The gateway prevented it, by refusing or by removing. Only through the gateway.
    Stopped,
    /// It did not happen, and no control claims that.
    Failed,
    /// Nothing can be said.
    Inconclusive,
}

/// What is known about one attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It succeeds directly, is stopped through the gateway, and succeeds again without the
    /// control that stopped it.
    Closed,
    /// The API itself withstands.
    AlreadySafe,
    /// It succeeds both ways.
    Open,
    /// It succeeds only through the gateway.
    OpenedByGateway,
    /// Nothing can be said.
    Inconclusive,
}

/// How a journey ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// Everything was as expected.
    Ok,
    /// Something was not.
    Broken,
}

/// How bad it is where an attack comes through: by what it gives whoever makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// What helps to find the next step.
    Low,
    /// Money, service, or somebody's session in the end.
    Medium,
    /// What belongs to others, or rights that one does not have.
    High,
}

impl Outcome {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
        }
    }
}

impl State {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::AlreadySafe => "already_safe",
            Self::Open => "open",
            Self::OpenedByGateway => "opened_by_gateway",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// Whether somebody comes in.
    pub const fn is_way_in(self) -> bool {
        matches!(self, Self::Open | Self::OpenedByGateway)
    }
}

impl Passage {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Broken => "broken",
        }
    }
}

impl Severity {
    /// Of an attack of a row of the mission: `A6`. A row that is not known is taken for the worst.
    pub fn of_item(item: &str) -> Self {
        match item {
            "A7" | "A9" | "A10" | "F1" | "F2" | "F3" => Self::Low,
            "A4" | "A11" | "A13" | "C6" | "C7" | "F4" => Self::Medium,
            _ => Self::High,
        }
    }

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
