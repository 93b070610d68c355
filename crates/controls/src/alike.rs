//! Characters that look alike, or that nobody sees, and names that differ in spelling alone: what APIs and their
//! databases may take for the same.

/// A name in small letters and digits: `customerId` as `customer_id`.
pub fn folded(name: &str) -> String {
    name.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a character has no width, or steers how others are shown.
pub fn is_unseen(c: char) -> bool {
    let has_no_width = matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    );
    has_no_width || c.is_control()
}

/// One spelling of all that may be the same account, as APIs compare it: most trim, and fold case; some databases see no
/// difference between an ordinary letter and its full-width form, and nobody sees what has no width.
/// APIs that tell them apart have two accounts for one here, which costs their owners a few attempts.
pub fn account(text: &str) -> String {
    let text: String = text.chars().filter(|c| !is_unseen(*c)).map(narrow).collect();
    text.trim_matches(|c: char| c.is_whitespace() || c == '.').to_lowercase()
}

/// The ordinary form of a full-width one: some databases see no difference.
pub fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}
