//! What can be read among bytes that are no text: runs in ASCII, and in UTF-16 of both orders.

/// Everything that cannot be printed becomes a line end, so that offsets stay.
pub(super) fn printable(bytes: &[u8]) -> Vec<u8> {
    let shown = |byte: &u8| if matches!(byte, b' '..=b'~' | b'\t') { *byte } else { b'\n' };
    bytes.iter().map(shown).collect()
}

/// Characters of a run that is kept.
const RUN_MIN: usize = 8;

/// The runs of UTF-16, and where each byte of them stood.
pub(super) fn wide(bytes: &[u8]) -> (Vec<u8>, Vec<(usize, usize)>) {
    let (mut text, mut places) = (Vec::new(), Vec::new());
    let is_shown = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let pair = |at: usize| match bytes.get(at..at + 2) {
        Some(&[low, 0]) if is_shown(low) => Some(low),
        _ => None,
    };
    // Text is where every other byte is zero: whatever stands before each says the order, and where it begins does not.
    let mut next = 0;
    while let Some(found) = memchr::memchr(0, bytes.get(next..).unwrap_or_default()) {
        let zero = next + found;
        let start = zero.saturating_sub(1).max(next);
        let mut at = start;
        let from = text.len();
        while let Some(byte) = pair(at) {
            text.push(byte);
            at += 2;
        }
        if text.len() - from < RUN_MIN {
            text.truncate(from);
            next = zero + 1;
        } else {
            places.push((from, start));
            text.push(b'\n');
            next = at;
        }
    }
    (text, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_text_of_both_orders_is_read_and_its_place_known() {
        let wide_text = |order: fn(u16) -> [u8; 2]| {
            "obviously a text".encode_utf16().flat_map(order).collect::<Vec<u8>>()
        };
        for (order, before) in [(u16::to_le_bytes as fn(u16) -> [u8; 2], 3), (u16::to_be_bytes, 4)]
        {
            let bytes = [vec![1; before], wide_text(order), vec![1, 0, 0, 2]].concat();
            let (text, places) = wide(&bytes);
            let text = String::from_utf8(text).unwrap();
            assert!(
                text.trim() == "obviously a text" || text.trim() == "obviously a tex",
                "{text}"
            );
            assert_eq!(places.len(), 1);
            assert!(places[0].1.abs_diff(before) <= 1);
        }
        assert!(wide(&[0; 100]).0.is_empty());
    }
}
