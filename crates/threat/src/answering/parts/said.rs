//! What is said of a part: that it is there, and in which words, or what is missing.

use std::borrow::Cow;

/// Why a control answers a threat, in other words than its own where it has them; or why it does not.
pub(in crate::answering) type Said = Result<Option<Cow<'static, str>>, Cow<'static, str>>;

/// It is there in these words, or this is missing.
pub(super) fn found(words: Option<Cow<'static, str>>, otherwise: &'static str) -> Said {
    words.map(Some).ok_or(Cow::Borrowed(otherwise))
}

/// It is so, in the control's own words, or this is missing.
pub(super) fn held(is_so: bool, otherwise: &'static str) -> Said {
    if is_so { Ok(None) } else { Err(Cow::Borrowed(otherwise)) }
}

/// It is so in these words, or this is missing.
pub(super) fn told(is_so: bool, words: &'static str, otherwise: &'static str) -> Said {
    if is_so { Ok(Some(Cow::Borrowed(words))) } else { Err(Cow::Borrowed(otherwise)) }
}
