//! "Did you mean ...?"

/// The known word nearest to `word`, if it is near enough that somebody may have meant it: at
/// most a third of its letters differ (optimal string alignment distance).
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer words are not compared: the comparison is quadratic.
    const WORD_CHARS_MAX: usize = 128;
    let word: Vec<char> = word.chars().take(WORD_CHARS_MAX).collect();
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= 4 * WORD_CHARS_MAX)
        .map(|candidate| {
            let letters: Vec<char> = candidate.chars().take(WORD_CHARS_MAX).collect();
            (distance(&word, &letters), letters.len(), candidate)
        })
        .filter(|(distance, length, _)| *distance * 3 <= (*length).max(word.len()))
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, candidate)| candidate)
}

#[expect(clippy::indexing_slicing, reason = "rows are one longer than the words they index")]
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let same = a[i - 1].eq_ignore_ascii_case(&b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + usize::from(!same));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let known = ["relax", "listen", "origins", "limits"];
        assert_eq!(did_you_mean("relaks", known), Some("relax"));
        assert_eq!(did_you_mean("listne", known), Some("listen"));
        assert_eq!(did_you_mean("Origin", known), Some("origins"));
        assert_eq!(did_you_mean("upstream", known), None);
        assert_eq!(did_you_mean("", known), None);
    }
}
