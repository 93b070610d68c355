//! One text, and what it says when its encodings are undone.

use std::io::Cursor;

use crate::bounds::FINDINGS_MAX;
use crate::disguise::{Bare, Run, decoded, escapes, percents, runs};
use crate::engine::Hit;
use crate::finding::{Finding, preview, row};
use crate::ours::in_run;
use crate::place::{Place, Position};
use crate::reader::form::{Form, HEAD_BYTES, form};
use crate::reader::{Inside, Reader};
use crate::rules::Rule;

/// A secret, before it is known in which line it stands.
pub(super) struct Raw {
    pub(super) rule: usize,
    pub(super) at: usize,
    end: usize,
    entropy: f64,
    preview: String,
    digest: String,
    key: Option<String>,
    through: Vec<&'static str>,
}

impl Raw {
    pub(super) fn finding(self, rule: &Rule, place: Place, position: Position) -> Finding {
        Finding {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            kind: rule.kind,
            severity: rule.severity,
            cwe: rule.cwe,
            row: row(&rule.id, &place),
            fix: rule.fix,
            place,
            position,
            through: self.through,
            entropy: self.entropy,
            preview: self.preview,
            digest: self.digest,
            key: self.key,
            commit: None,
        }
    }
}

impl Reader<'_> {
    /// What is in a text, and in its encodings. Places are those in the text.
    pub(super) fn piece(&mut self, inside: &Inside, text: &[u8], found: &mut Vec<Raw>) {
        let path = &inside.place.path;
        for hit in self.scanner.hits(text, path) {
            found.extend(self.raw(text, hit, None));
        }
        let mut bares = Vec::new();
        runs(text, |run| {
            self.own(text, run, found);
            bares.extend(decoded(text, run));
        });
        // What is full is told as such; to undo encodings for more would only take time.
        if inside.depth >= self.bounds.depth_max
            || found.len() >= FINDINGS_MAX
            || self.report.is_full()
        {
            return;
        }
        escapes(text, |bare| bares.push(bare));
        percents(text, |bare| bares.push(bare));
        for bare in bares {
            // Encodings in one another can be many times as long, like archives.
            if let Err(error) = inside.budget.spend(bare.bytes.len()) {
                self.told(inside, Err(error));
                return;
            }
            self.bare(inside, &bare, found);
        }
    }

    /// What a text says when an encoding is undone; what was seen without that is not told again.
    pub(super) fn bare(&mut self, inside: &Inside, bare: &Bare, found: &mut Vec<Raw>) {
        let within = Inside { depth: inside.depth + 1, ..inside.clone() };
        let head = bare.bytes.get(..HEAD_BYTES.min(bare.bytes.len())).unwrap_or_default();
        if matches!(form(head, ""), Form::Gzip | Form::Zip) {
            let within = inside.entry(bare.coding);
            let read = self.stream(&within, &mut Cursor::new(&bare.bytes));
            self.told(&within, read);
            return;
        }
        let mut inner = Vec::new();
        self.piece(&within, &bare.bytes, &mut inner);
        if inner.is_empty() {
            return;
        }
        for mut raw in inner {
            (raw.at, raw.end) = (bare.stood_at(raw.at), bare.stood_at(raw.end));
            // With its escapes it may have been seen already, and was another text.
            let is_same =
                |seen: &Raw| seen.rule == raw.rule && seen.at < raw.end && raw.at < seen.end;
            if !found.iter().any(is_same) {
                raw.through.insert(0, bare.coding);
                found.push(raw);
            }
        }
    }

    fn own(&self, text: &[u8], run: &Run, found: &mut Vec<Raw>) {
        for own in in_run(text.get(run.start..run.end).unwrap_or_default()) {
            let Some(rule) = self.scanner.named(own.rule) else { continue };
            // What is more than a report holds is not compared with all that came before.
            if found.len() >= FINDINGS_MAX {
                return;
            }
            let (at, end) = (run.start + own.at, run.start + own.end);
            // What stands there is ours: a rule that goes by names has told it already.
            found.retain(|raw| raw.at < at || raw.at >= end);
            let secret = text.get(at..end).unwrap_or_default();
            let hit = Hit { rule, at, end, entropy: crate::entropy::entropy(secret) };
            found.extend(self.raw(text, hit, own.id));
        }
    }

    fn raw(&self, text: &[u8], hit: Hit, key: Option<String>) -> Option<Raw> {
        let Hit { rule: number, at, end, entropy } = hit;
        let (rule, secret) = (self.scanner.rule(number)?, text.get(at..end)?);
        Some(Raw {
            rule: number,
            at,
            end,
            entropy,
            preview: preview(rule.keywords(), secret),
            digest: self.salt.digest(&rule.id, secret),
            key,
            through: Vec::new(),
        })
    }

    /// What a file's name alone says.
    pub(super) fn name(&mut self, inside: &Inside) {
        let path = inside.place.path.clone();
        let rules = self.scanner.rules();
        let of_names = (0..)
            .zip(rules.iter())
            .filter(|(_, rule)| rule.source().is_none() && rule.path.is_some());
        for (number, rule) in of_names.filter(|(_, rule)| rule.looks_at(&path)) {
            let digest = self.salt.digest(&rule.id, path.as_bytes());
            let preview = "[the file itself]".to_owned();
            let raw = Raw {
                rule: number,
                at: 0,
                end: 0,
                entropy: 0.0,
                preview,
                digest,
                key: None,
                through: Vec::new(),
            };
            self.report.found(raw.finding(rule, inside.place.clone(), Position::Byte(0)));
        }
    }
}
