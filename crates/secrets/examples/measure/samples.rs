//! Samples of each rule, in the forms in which gitleaks (MIT) writes the samples of its own rules: an identifier and a
//! secret in 27 ways of assigning one to the other.

use portcullis_secrets::{Bounds, Place, Reader, Rule, Salt, Scanner};
use regex_syntax::hir::{Hir, HirKind};
use serde_json::{Value, json};

use crate::made::{Chance, made};

/// The forms, `{i}` being the identifier and `{s}` the secret.
const FORMS: [&str; 27] = [
    "{i}Token=\"{s}\"",
    "{i}Token = \"{s}\"",
    "{i}Token={s}",
    "{i}Token = {s}",
    "{\n    \"{i}_token\": \"{s}\"\n}",
    "\\{\n    \\\"{i}_token\\\": \\\"{s}\\\"\n\\}",
    "<{i}Token>{s}</{i}Token>",
    "<{i}Token>\n    {s}\n</{i}Token>",
    "{i}_token: {s}",
    "{i}_token: '{s}'",
    "{i}_token: \"{s}\"",
    "{i}_token: |\n  {s}",
    "{i}_token: >\n  {s}",
    "string {i}Token = \"{s}\";",
    "var {i}Token string = \"{s}\"",
    "{i}Token := \"{s}\"",
    "{i}Token := `{s}`",
    "String {i}Token = \"{s}\";",
    "var {i}Token = \"{s}\"",
    "${i}Token .= \"{s}\"",
    "{i}Token = '{s}'",
    "{i}Token,{s},",
    "  \"{i}Token\" => \"{s}\"",
    "{i}_TOKEN := \"{s}\"",
    "{i}_TOKEN :::= \"{s}\"",
    "{i}_TOKEN ?= \"{s}\"",
    "{i}_TOKEN += \"{s}\"",
];
/// Secrets of each rule.
const SECRETS: usize = 4;
/// What stands between the identifier and the secret in a pattern of gitleaks.
const BETWEEN: &str = "(?:[ \\t\\w.-]{0,20})";

/// What is found of the samples of each rule.
pub(crate) fn measured(scanner: &Scanner) -> Value {
    let rules = scanner.rules().iter().filter(|rule| rule.source().is_some());
    let rows = rules.map(|rule| {
        let samples = samples(rule);
        let missed: Vec<&String> =
            samples.iter().filter(|sample| !is_found(scanner, rule, sample)).collect();
        json!({
            "rule": rule.id,
            "samples": samples.len(),
            "found": samples.len() - missed.len(),
            "missed": missed,
        })
    });
    rows.collect()
}

fn samples(rule: &Rule) -> Vec<String> {
    let source = rule.source().unwrap_or_default();
    let mut chance = Chance(source.len() as u64);
    let Some(whole) = parsed(source) else { return Vec::new() };
    // A pattern with something between has an identifier of its own; others are the secret themselves, or long texts.
    let identifier = source.split_once(BETWEEN).and_then(|(before, _)| parsed(&closed(before)));
    let is_alone = identifier.is_none()
        && (source.len() > 300 || source.contains("://") || source.contains("\\s"));
    let mut samples = Vec::new();
    for _ in 0..SECRETS {
        if is_alone && !source.contains("[\\x60'\"\\s;") {
            samples.push(made(&whole, &mut chance));
            continue;
        }
        let secret = secret(&whole, rule.secret_group());
        let text = made(secret.unwrap_or(&whole), &mut chance);
        let name = match &identifier {
            Some(identifier) => made(identifier, &mut chance),
            None => rule.id.split('-').next().unwrap_or_default().to_owned(),
        };
        samples.extend(FORMS.iter().map(|form| form.replace("{i}", &name).replace("{s}", &text)));
    }
    samples
}

/// A group that was opened before, and is closed behind what was cut off.
fn closed(source: &str) -> String {
    if source.starts_with("(?i:") { format!("{source})") } else { source.to_owned() }
}

fn parsed(source: &str) -> Option<Hir> {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(source).ok()
}

/// The group that is the secret.
fn secret(hir: &Hir, group: usize) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.index as usize == group => Some(&capture.sub),
        HirKind::Capture(capture) => secret(&capture.sub, group),
        HirKind::Concat(all) | HirKind::Alternation(all) => {
            all.iter().find_map(|one| secret(one, group))
        }
        _ => None,
    }
}

/// Whether its own rule finds it, or one whose pattern is as good.
fn is_found(scanner: &Scanner, rule: &Rule, sample: &str) -> bool {
    let path = match rule.id.as_str() {
        "freemius-secret-key" => "a.php",
        "hashicorp-tf-password" => "a.tf",
        "kubernetes-secret-yaml" => "a.yaml",
        "nuget-config-password" => "nuget.config",
        _ => "a.txt",
    };
    if scanner.found_by(sample.as_bytes(), path).contains(&&*rule.id) {
        return true;
    }
    // What is hidden in escapes is found by the reader alone.
    let Ok(salt) = Salt::new() else { return false };
    let mut reader = Reader::new(scanner, salt, Bounds::default());
    reader.bytes(Place::file(path), sample.as_bytes());
    let same: Vec<&str> = scanner
        .rules()
        .iter()
        .filter(|one| one.source() == rule.source())
        .map(|one| &*one.id)
        .collect();
    reader.into_report().findings.iter().any(|one| same.contains(&&*one.rule))
}
