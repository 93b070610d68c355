//! Conditions of Cedar, made so that no part is ever an error: an attribute is asked for before it is read.

/// A condition that is true or false, never an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Formula {
    /// It always is so, or never.
    Known(bool),
    /// A test, as it is written.
    Test(String),
    /// It is not so.
    Not(Box<Self>),
    /// All are so; each may rely on those before it.
    All(Vec<Self>),
    /// One is so.
    Any(Vec<Self>),
}

impl Formula {
    pub(crate) fn test(text: impl Into<String>) -> Self {
        Self::Test(text.into())
    }

    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Known(is_so) => Self::Known(!is_so),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::several(parts, true)
    }

    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::several(parts, false)
    }

    /// `all` of nothing is so, `any` of nothing is not.
    fn several(parts: impl IntoIterator<Item = Self>, is_all: bool) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::Known(is_so) if is_so == is_all => {}
                Self::Known(is_so) => return Self::Known(is_so),
                Self::All(inner) if is_all => add(&mut kept, inner),
                Self::Any(inner) if !is_all => add(&mut kept, inner),
                other => add(&mut kept, [other]),
            }
        }
        match (kept.pop(), is_all) {
            (None, _) => Self::Known(is_all),
            (Some(one), _) if kept.is_empty() => one,
            (Some(last), _) => {
                kept.push(last);
                if is_all { Self::All(kept) } else { Self::Any(kept) }
            }
        }
    }

    /// As Cedar writes it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Known(is_so) => is_so.to_string(),
            Self::Test(text) => text.clone(),
            Self::Not(inner) => format!("!({})", inner.text()),
            Self::All(parts) => joined(parts, " && "),
            Self::Any(parts) => joined(parts, " || "),
        }
    }

    fn inside(&self) -> String {
        match self {
            Self::All(_) | Self::Any(_) => format!("({})", self.text()),
            _ => self.text(),
        }
    }
}

/// Adds what is not there yet: an attribute is asked for once.
fn add(kept: &mut Vec<Formula>, further: impl IntoIterator<Item = Formula>) {
    for one in further {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
}

fn joined(parts: &[Formula], between: &str) -> String {
    parts.iter().map(Formula::inside).collect::<Vec<_>>().join(between)
}
