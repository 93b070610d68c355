//! Texts that a pattern matches, by chance that is the same in each run.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Chance that is the same in each run (`SplitMix64`, Steele and others 2014).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

/// Repeats of what has no end.
const MORE: u64 = 24;

/// A text that is matched.
pub(crate) fn made(hir: &Hir, chance: &mut Chance) -> String {
    let mut text = String::new();
    make(hir, chance, &mut text);
    text
}

fn make(hir: &Hir, chance: &mut Chance, text: &mut String) {
    match hir.kind() {
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.push(character(class, chance)),
        HirKind::Repetition(repetition) => {
            let least = u64::from(repetition.min);
            let most = repetition.max.map_or(least + MORE, u64::from).min(least + MORE);
            let count = least + if repetition.greedy { chance.below(most - least + 1) } else { 0 };
            (0..count).for_each(|_| make(&repetition.sub, chance, text));
        }
        HirKind::Capture(capture) => make(&capture.sub, chance, text),
        HirKind::Concat(all) => all.iter().for_each(|one| make(one, chance, text)),
        HirKind::Alternation(all) => {
            if let Some(one) = all.get(chance.below(all.len() as u64) as usize) {
                make(one, chance, text);
            }
        }
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

fn character(class: &Class, chance: &mut Chance) -> char {
    let is_in = |byte: &u8| match class {
        Class::Bytes(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(byte))
        }
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&char::from(*byte))),
    };
    // Where anything but a new line may stand, what stands in real ones is often the point that was meant.
    if !is_in(&b'\n')
        && is_in(&b'.')
        && is_in(&b'!')
        && is_in(&b'a')
        && is_in(&b' ')
        && is_in(&b':')
    {
        return '.';
    }
    let letters: Vec<u8> = (b' '..=b'~').filter(u8::is_ascii_alphanumeric).filter(is_in).collect();
    let others: Vec<u8> = (b' '..=b'~').chain([b'\n']).filter(is_in).collect();
    let from = if letters.is_empty() { others } else { letters };
    from.get(chance.below(from.len() as u64) as usize).copied().map_or('?', char::from)
}
