//! Characters that software turns into ASCII: full-width forms, and what best fit makes of slashes and dots.

pub(super) fn undo(text: &str) -> Option<String> {
    let narrow: String = text.chars().filter_map(narrow).collect();
    (narrow != text).then_some(narrow)
}

/// `None`: dropped, as what nobody sees.
fn narrow(character: char) -> Option<char> {
    Some(match character {
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(character).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(character)
        }
        // Slashes and backslashes of mathematics, and of code pages.
        '\u{2215}' | '\u{2044}' | '\u{2571}' | '\u{29f8}' => '/',
        '\u{2216}' | '\u{29f5}' | '\u{29f9}' | '\u{efc8}' | '\u{f025}' => '\\',
        '\u{2024}' | '\u{fe52}' | '\u{3002}' => '.',
        '\u{fe64}' | '\u{2039}' => '<',
        '\u{fe65}' | '\u{203a}' => '>',
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{2032}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{2033}' => '"',
        '\u{3000}' | '\u{a0}' => ' ',
        // Letters in circles.
        '\u{24b6}'..='\u{24cf}' => u32::from(character)
            .checked_sub(0x24b6 - 0x41)
            .and_then(char::from_u32)
            .unwrap_or(character),
        '\u{24d0}'..='\u{24e9}' => u32::from(character)
            .checked_sub(0x24d0 - 0x61)
            .and_then(char::from_u32)
            .unwrap_or(character),
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => return None,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_signs_are_the_narrow_ones() {
        assert_eq!(undo("＜script＞").as_deref(), Some("<script>"));
        assert_eq!(undo("．．∕．．∖").as_deref(), Some("../..\\"));
        assert_eq!(undo("ⒼⓄⓄⒼⓁⒺ").as_deref(), Some("GOOGLE"));
        assert_eq!(undo("déjà vu"), None);
    }
}
