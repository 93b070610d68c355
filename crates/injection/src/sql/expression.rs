//! Reads operands and conditions in tokens, as far as is needed to tell them from prose.

use crate::sql::token::{Kind, Tokens};
use crate::sql::word::Class;

/// What an operand is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// A number, a text, a variable, `true`, `null`.
    Constant,
    /// A call with brackets, directly behind its name.
    Call,
    /// A bracket that a value, a call or `select` follows.
    Bracket,
    /// A name.
    Name,
    /// A word that no query has.
    English,
}

impl Nature {
    /// Whether prose hardly has it where a condition is expected.
    pub(super) const fn is_hard(self) -> bool {
        matches!(self, Self::Constant | Self::Call | Self::Bracket)
    }
}

/// An operand: what it is, and where it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operand {
    pub(super) nature: Nature,
    pub(super) first: usize,
    pub(super) next: usize,
    /// Operators tie several values together in it.
    pub(super) compound: bool,
}

/// Signs and words before a value, at most.
const PREFIXES_MAX: usize = 32;

/// The operand that begins `at`, with what arithmetic adds to it.
pub(super) fn operand(tokens: &Tokens<'_>, at: usize) -> Option<Operand> {
    let mut whole = single(tokens, at)?;
    while tokens.kind(whole.next) == Some(Kind::Arithmetic) {
        let Some(more) = single(tokens, whole.next + 1) else {
            break;
        };
        whole.next = more.next;
        whole.compound = true;
        if !more.nature.is_hard() && whole.nature.is_hard() {
            whole.nature = more.nature;
        }
    }
    Some(whole)
}

fn single(tokens: &Tokens<'_>, at: usize) -> Option<Operand> {
    let mut first = at;
    while matches!(tokens.kind(first), Some(Kind::Arithmetic | Kind::Word(Class::Prefix)))
        && first - at < PREFIXES_MAX
    {
        first += 1;
    }
    let (nature, next) = match tokens.kind(first)? {
        // A name in quotes, or code in prose.
        Kind::Text { .. } if tokens.get(first)?.text.starts_with('`') => (Nature::Name, first + 1),
        Kind::Number | Kind::Text { .. } | Kind::Variable | Kind::Word(Class::Value) => {
            (Nature::Constant, first + 1)
        }
        Kind::Open => (bracket(tokens, first), tokens.behind(first)),
        Kind::Word(class) => word(tokens, first, class),
        _ => return None,
    };
    Some(Operand { nature, first, next, compound: false })
}

/// What a bracket holds. Prose has them, too.
fn bracket(tokens: &Tokens<'_>, open: usize) -> Nature {
    let mut inner = open + 1;
    while tokens.kind(inner) == Some(Kind::Open) && inner - open < PREFIXES_MAX {
        inner += 1;
    }
    match tokens.kind(inner) {
        Some(Kind::Number | Kind::Text { .. } | Kind::Variable | Kind::Word(Class::Value)) => {
            Nature::Bracket
        }
        Some(Kind::Word(Class::English)) => Nature::English,
        Some(Kind::Word(Class::Keyword)) if tokens.is_any(inner, &["select", "case", "if"]) => {
            Nature::Bracket
        }
        Some(Kind::Word(_)) if called(tokens, inner) => Nature::Bracket,
        _ => Nature::Name,
    }
}

fn word(tokens: &Tokens<'_>, at: usize, class: Class) -> (Nature, usize) {
    if called(tokens, at) {
        return (Nature::Call, tokens.behind(at + 1));
    }
    if class == Class::English {
        return (Nature::English, at + 1);
    }
    let mut next = at + 1;
    while tokens.kind(next) == Some(Kind::Dot)
        && matches!(tokens.kind(next + 1), Some(Kind::Word(_)))
    {
        next += 2;
        if called(tokens, next - 1) {
            return (Nature::Call, tokens.behind(next));
        }
    }
    (Nature::Name, next)
}

/// Whether a bracket opens directly behind the word `at`, as in a call and not as in prose.
pub(super) fn called(tokens: &Tokens<'_>, at: usize) -> bool {
    let (Some(name), Some(open)) = (tokens.get(at), tokens.get(at + 1)) else {
        return false;
    };
    open.kind == Kind::Open
        && matches!(name.kind, Kind::Word(_))
        && (name.span.end == open.span.start || open.after_comment)
}

/// A comparison of two operands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comparison {
    pub(super) left: Operand,
    pub(super) right: Operand,
    /// By a word: `like`, `in`.
    pub(super) by_word: bool,
    /// By `=` or its like and not by `<`.
    pub(super) equal: bool,
    /// By `=` itself.
    pub(super) single_sign: bool,
}

/// The comparison that begins `at`, perhaps within brackets that open there.
pub(super) fn comparison(tokens: &Tokens<'_>, at: usize) -> Option<Comparison> {
    let mut start = at;
    while let Some(Kind::Open | Kind::Word(Class::Prefix)) = tokens.kind(start) {
        if let Some(found) = plain_comparison(tokens, start) {
            return Some(found);
        }
        start += 1;
        if start - at > PREFIXES_MAX {
            return None;
        }
    }
    plain_comparison(tokens, start)
}

fn plain_comparison(tokens: &Tokens<'_>, at: usize) -> Option<Comparison> {
    let left = operand(tokens, at)?;
    let operator = tokens.get(left.next)?;
    let (by_word, mut behind) = match operator.kind {
        Kind::Compare => (false, left.next + 1),
        Kind::Word(Class::Compare) => (true, left.next + 1),
        Kind::Word(Class::Prefix)
            if matches!(tokens.kind(left.next + 1), Some(Kind::Word(Class::Compare))) =>
        {
            (true, left.next + 2)
        }
        _ => return None,
    };
    if by_word && tokens.is(behind, "like") {
        behind += 1;
    }
    let right = operand(tokens, behind)?;
    Some(Comparison {
        left,
        right,
        by_word,
        equal: operator.text.contains('='),
        single_sign: operator.text == "=",
    })
}

impl Comparison {
    /// Whether both sides are values: a condition that says the same of every row, or a question of the
    /// database itself.
    pub(super) const fn is_hard(&self) -> bool {
        self.left.nature.is_hard() && self.right.nature.is_hard()
    }

    /// Whether one side is a value and the other is not English.
    pub(super) fn is_half_hard(&self) -> bool {
        let either = self.left.nature.is_hard() || self.right.nature.is_hard();
        let english = self.left.nature == Nature::English || self.right.nature == Nature::English;
        either && !english
    }

    /// Whether a name is compared with itself.
    pub(super) fn is_same(&self, tokens: &Tokens<'_>) -> bool {
        let text = |at| tokens.get(at).map(|token| token.text);
        self.left.next == self.left.first + 1
            && self.right.next == self.right.first + 1
            && text(self.left.first) == text(self.right.first)
    }
}
