//! Does this text hold a secret? Keywords first, in one pass; a rule is asked where one of its own stands.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_automata::{Anchored, Input, meta};

use crate::entropy::entropy;
use crate::matched::Match;
use crate::meant::is_allowed;
use crate::rules::{BY_NAME, Rule, Rules, RulesFault, Start};

/// All rules, ready to be asked. It knows nothing of files, and may be shared by threads.
#[derive(Debug)]
pub struct Scanner {
    rules: Rules,
    words: AhoCorasick,
    /// The rules of each keyword.
    of_word: Vec<Vec<usize>>,
}

/// A secret in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    /// The rule's place.
    pub(crate) rule: usize,
    pub(crate) at: usize,
    pub(crate) end: usize,
    pub(crate) entropy: f64,
}

/// How far one rule is with a text.
#[derive(Clone, Copy, Default)]
struct Progress {
    /// Where its next match may begin.
    next: usize,
    /// Keywords up to here were searched around already.
    searched: usize,
    /// How often it began and found no end.
    failed: usize,
}

/// Beginnings without an end, after which the end of one is looked for no farther than [`SHORT_BYTES`]: a text that only
/// begins would be read again and again.
const FAILED_MAX: usize = 1_000;
const SHORT_BYTES: usize = 1 << 10;
/// Characters of a keyword that stands in many words.
const KEYWORD_SHORT: usize = 3;

impl Scanner {
    /// Makes rules ready.
    pub fn new(rules: Rules) -> Result<Self, RulesFault> {
        let mut words: Vec<&str> =
            rules.all.iter().flat_map(|rule| rule.keywords.iter().map(|word| &**word)).collect();
        words.sort_unstable();
        words.dedup();
        let has = |rule: &Rule, word: &str| rule.keywords.iter().any(|one| one == word);
        let of = |word: &&str| {
            (0..).zip(&rules.all).filter(|(_, rule)| has(rule, word)).map(|(at, _)| at).collect()
        };
        let of_word = words.iter().map(of).collect();
        let built = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&words)
            .map_err(|_| RulesFault::Keywords)?;
        Ok(Self { words: built, of_word, rules })
    }

    /// Its rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn rule(&self, at: usize) -> Option<&Rule> {
        self.rules.all.get(at)
    }

    /// The place of a rule.
    pub(crate) fn named(&self, id: &str) -> Option<usize> {
        self.rules.all.iter().position(|rule| rule.id == id)
    }

    /// The names of the rules that find something in a text, each by itself: for measuring.
    pub fn found_by(&self, text: &[u8], path: &str) -> Vec<&str> {
        let hits = self.all_hits(text, path);
        hits.iter().filter_map(|hit| self.rule(hit.rule)).map(|rule| &*rule.id).collect()
    }

    /// The secrets of a text, in their order, each once.
    pub(crate) fn hits(&self, text: &[u8], path: &str) -> Vec<Hit> {
        let mut hits = self.all_hits(text, path);
        // What a rule knows by its form is not told again by the name beside it.
        let by_name = self.named(BY_NAME);
        hits.sort_by_key(|hit| (hit.at, Some(hit.rule) == by_name, hit.rule));
        let known: Vec<(usize, usize)> = hits
            .iter()
            .filter(|hit| Some(hit.rule) != by_name)
            .map(|hit| (hit.at, hit.end))
            .collect();
        let is_told = |hit: &Hit| {
            let from =
                known.partition_point(|(at, _)| *at + crate::bounds::MATCH_BYTES_MAX < hit.at);
            let near = known.iter().skip(from).take_while(|(at, _)| *at < hit.end);
            Some(hit.rule) == by_name && near.into_iter().any(|(_, end)| *end > hit.at)
        };
        hits.retain(|hit| !is_told(hit));
        hits.dedup_by_key(|hit| (hit.at, hit.end));
        hits
    }

    fn all_hits(&self, text: &[u8], path: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut progress = vec![Progress::default(); self.rules.all.len()];
        for word in self.words.find_overlapping_iter(text) {
            let of = self.of_word.get(word.pattern().as_usize());
            for at in of.into_iter().flatten().copied() {
                let (Some(rule), Some(progress)) = (self.rule(at), progress.get_mut(at)) else {
                    continue;
                };
                self.ask((at, rule), (text, path), word.start(), progress, &mut hits);
            }
        }
        hits
    }

    fn ask(
        &self,
        (number, rule): (usize, &Rule),
        (text, path): (&[u8], &str),
        word: usize,
        progress: &mut Progress,
        hits: &mut Vec<Hit>,
    ) {
        if progress.next > word && matches!(rule.start, Start::Keyword(_)) {
            return;
        }
        let span = match &rule.start {
            Start::Keyword(literals) => {
                let here = text.get(word..).unwrap_or_default();
                if !literals.is_empty() && !literals.iter().any(|literal| here.starts_with(literal))
                {
                    return;
                }
                let reach = if progress.failed < FAILED_MAX { rule.reach() } else { SHORT_BYTES };
                word..word.saturating_add(reach).min(text.len())
            }
            Start::Near(reach) => {
                if word < progress.searched {
                    return;
                }
                // Farther than this keyword asks for, so that those behind it need not ask again.
                progress.searched = word.saturating_add(3 * reach);
                let from = word.saturating_sub(*reach).max(progress.next);
                let to = word.saturating_add(4 * reach).min(text.len());
                if from >= to {
                    return;
                }
                from..to
            }
        };
        if !rule.looks_at(path) {
            return;
        }
        let Some(pattern) = rule.pattern() else { return };
        let anchored =
            if matches!(rule.start, Start::Keyword(_)) { Anchored::Yes } else { Anchored::No };
        let mut input = Input::new(text).span(span).anchored(anchored);
        // Short keywords stand in many words, and lead to nothing at once.
        progress.failed += usize::from(rule.keywords.iter().all(|word| word.len() > KEYWORD_SHORT));
        while let Some((found, end)) = matched(pattern, &input, rule.group) {
            (progress.next, progress.failed) = (end.max(progress.next), 0);
            let bits = entropy(found.secret);
            let is_random = rule.entropy.is_none_or(|least| bits > least);
            if is_random && !is_allowed(&self.rules, rule, &found, path) {
                let end = found.at + found.secret.len();
                hits.push(Hit { rule: number, at: found.at, end, entropy: bits });
            }
            if anchored == Anchored::Yes || end >= input.end() {
                return;
            }
            input.set_start(end);
        }
    }
}

/// A match, and where it ends.
fn matched<'t>(
    pattern: &meta::Regex,
    input: &Input<'t>,
    group: Option<usize>,
) -> Option<(Match<'t>, usize)> {
    // Most keywords lead to nothing: that is told without groups, and sooner.
    pattern.search_half(input)?;
    let mut captures = pattern.create_captures();
    pattern.search_captures(input, &mut captures);
    let whole = captures.get_match()?.range();
    let group = match group {
        Some(group) => captures.get_group(group),
        None => (1..captures.group_len())
            .find_map(|at| captures.get_group(at).filter(|span| !span.is_empty())),
    };
    let secret = group.map_or(whole.clone(), |span| span.start..span.end);
    let text = input.haystack();
    let found = Match {
        text,
        at: secret.start,
        secret: text.get(secret)?,
        from: whole.start,
        to: whole.end,
    };
    // An empty match would be found for ever.
    (whole.end > input.start()).then_some((found, whole.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanner() -> Scanner {
        Scanner::new(Rules::built_in().unwrap()).unwrap()
    }

    /// Made at run time, so that no scanner of a code host takes this file for a leak.
    pub(crate) fn fake_github() -> String {
        format!("gh{}_{}", "p", "q7Zt0Lw3Xk9Vb2Nc5Rm8Yd1Hf4Js6Gp0Ta3E")
    }

    #[test]
    fn a_secret_is_found_where_it_stands_and_once() {
        let scanner = scanner();
        let secret = fake_github();
        for before in ["", "token = \"", "x = 1\n\n  - ", "\u{0}\u{1}"] {
            let text = format!("{before}{secret}\" // and more");
            let hits = scanner.hits(text.as_bytes(), "a.txt");
            assert_eq!(hits.len(), 1, "{before} {hits:?}");
            assert_eq!((hits[0].at, hits[0].end), (before.len(), before.len() + secret.len()));
            assert_eq!(scanner.rule(hits[0].rule).unwrap().id, "github-pat");
        }
    }

    #[test]
    fn what_is_named_like_a_secret_is_found_by_its_name() {
        let text = "db_password = \"hJ7kQ2vX9pLm4Tz8\"\nother = \"hJ7kQ2vX9pLm4Tz8\"\n";
        let hits = scanner().hits(text.as_bytes(), "a.ini");
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].at, text.find("hJ7k").unwrap());
    }

    #[test]
    fn passwords_with_signs_are_found_by_their_name_and_what_a_program_puts_in_is_none() {
        let scanner = scanner();
        for text in [
            "db_password = \"Tr0ub4dor&3-zebra\"",
            "{ \"password\": \"hunter2-Xy7!kk\" }",
            "'pwd' => 'kQ7#mZ2$vR9!pL4x',",
        ] {
            for path in ["a.toml", "a.js", "a.yaml", ".env"] {
                assert_eq!(scanner.hits(text.as_bytes(), path).len(), 1, "{path}: {text}");
            }
        }
        assert_eq!(scanner.hits(b"DB_PASSWORD=aB3$dE6&gH9*jK2@\n", ".env").len(), 1);
        for text in [
            "password = \"${DATABASE_PASSWORD_1}\"",
            "password: \"{{ .Values.password1! }}\"",
            "passwordPattern = \"^(?=.*[0-9])\\\\S+$\"",
            "password = readPassword(1)!",
            "\"password\": \"please-enter-yours!\"",
        ] {
            assert!(scanner.hits(text.as_bytes(), "a.js").is_empty(), "{text}");
        }
    }

    #[test]
    fn a_public_key_and_members_of_programs_are_none() {
        let scanner = scanner();
        for text in [
            "const _publicKey = 'hJ7kQ2vX9pLm4Tz8hJ7kQ2vX9pLm4Tz8';",
            "throw new s.Eip1559NotSupportedError;",
        ] {
            assert!(scanner.hits(text.as_bytes(), "a.js").is_empty(), "{text}");
        }
        for text in [
            "const _privateKey = 'hJ7kQ2vX9pLm4Tz8hJ7kQ2vX9pLm4Tz8';",
            "const a = 's.Zf3D0LXCM3EIMbgJpUNnkRtO';",
        ] {
            assert_eq!(scanner.hits(text.as_bytes(), "a.js").len(), 1, "{text}");
        }
    }

    #[test]
    fn places_to_fill_in_are_none() {
        let scanner = scanner();
        for text in [
            "api_key = \"your_api_key_goes_here1\"",
            "password = \"${DATABASE_PASSWORD_1}\"",
            "secret = process.env.APP_SECRET_1",
            "token: \"<insert-your-token-1>\"",
            "https://user:password@example.com/",
        ] {
            assert!(scanner.hits(text.as_bytes(), "a.js").is_empty(), "{text}");
        }
    }

    #[test]
    fn a_rule_finds_what_stands_near_its_keyword_and_all_of_them() {
        let one = |end: u32| {
            format!(
                "{:0>14}q7Zt0Lw3.atlasv1.{}{end:0>4}\n",
                end % 7,
                "q7Zt0Lw3Xk9Vb2Nc5Rm8".repeat(3)
            )
        };
        let text: String = (0..50).map(one).collect();
        let scanner = scanner();
        let hits = scanner.hits(text.as_bytes(), "a.txt");
        let found = hits
            .iter()
            .filter(|hit| scanner.rule(hit.rule).unwrap().id == "hashicorp-tf-api-token");
        assert_eq!(found.count(), 50);
    }

    #[test]
    fn a_password_in_a_url_is_found() {
        let text = format!("url = postgres://app:{}@db.prod.internal:5432/x", "t9Lx2QvW");
        let hits = scanner().hits(text.as_bytes(), "a.py");
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].end - hits[0].at, 8);
    }
}
