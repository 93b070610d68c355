//! `portcullis audit`: documents, policy, deployment, secrets, and the ten questions of the checklist.

mod asking;
mod deployment;
mod documents;
mod issuer;
mod keys;
mod secrets;
mod storage;

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use portcullis_audit::contract::{self, Overlay};
use portcullis_audit::{
    Advisories, Answer, Asked, ClosedOperations, NotLookedAt, Part, Report, SIGNED_LINK,
    STORAGE_GONE, STORAGE_LINK, STORAGE_OPEN, Seen, Told, ToldRule, answers, deployment_rules,
    policy_findings, policy_rules,
};
use portcullis_controls::Plan;
use portcullis_evidence::Standing;
use portcullis_model::{Clock as _, Diagnostic, UnixMillis};
use portcullis_secrets::tree::{self, Listed};

use self::documents::FoundDocuments;
use crate::arguments::{AuditOptions, BelievedFile};
use crate::audit_arguments::{AuditCommand, AuditFormat};
use crate::check::looked_through;
use crate::clock::SystemClock;
use crate::evidence_command::shown_of;
use crate::exit::Exit;
use crate::output::AUDIT;
use crate::report::{Places, many};
use crate::{audit_secrets, load, talk};

pub(crate) fn audit(options: &AuditOptions) -> Exit {
    if let Some(AuditCommand::Secrets(options)) = &options.command {
        return audit_secrets::secrets(options);
    }
    audited(options).unwrap_or_else(|exit| exit)
}

/// To open a pipe would wait for whoever writes to it. What is not there is told by whoever reads it.
fn is_file(path: &Path) -> Result<(), Exit> {
    match std::fs::metadata(path) {
        Ok(known) if !known.is_file() => {
            let shown = path.display();
            Err(unusable(&format!("`{shown}` is no ordinary file: name one")))
        }
        _ => Ok(()),
    }
}

/// What a policy file describes, as far as it loads.
#[derive(Default)]
struct Described {
    plans: Vec<Plan>,
    findings: Vec<Diagnostic>,
    /// What attacks showed of it.
    evidence: Option<Standing>,
    /// Why it does not.
    fault: Option<String>,
    told: Vec<Told>,
}

fn audited(options: &AuditOptions) -> Result<Exit, Exit> {
    for path in &options.paths {
        let known = std::fs::metadata(path);
        let known = known.map_err(|error| unusable(&format!("`{}`: {error}", path.display())))?;
        if !known.is_dir() && !known.is_file() {
            let shown = path.display();
            return Err(unusable(&format!("`{shown}` is neither a file nor a folder")));
        }
    }
    let files = [&options.config, &options.baseline, &options.evidence, &options.evidence_key];
    for path in files.into_iter().flatten() {
        is_file(path)?;
    }
    if let Some(path) = &options.fix {
        is_new(path)?;
    }
    if let Some(output) = &options.output {
        AUDIT.check(output, named(options))?;
    }
    let advisories = options.advisories.as_deref().map(deployment::advisories).transpose();
    let advisories = advisories.map_err(|why| unusable(&format!("--advisories: {why}")))?;
    let now = SystemClock.now();
    let described =
        options.config.as_deref().map(|config| described(config, options, now)).transpose()?;
    let described = described.unwrap_or_default();
    let mut seen = Seen { policy_fault: described.fault.clone(), ..Seen::default() };
    if let (Some(url), Some(client)) = (&options.issuer, &options.client) {
        seen.issuer = Some(issuer::seen(url, client).map_err(|why| unusable(&why))?);
    }
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        at: now,
        policy: options.config.as_deref().map(shown),
        answers: Vec::new(),
        findings: described.told.clone(),
        rules: Vec::new(),
        scores: Vec::new(),
        looked_at: Vec::new(),
        not_looked_at: Vec::new(),
        closed: (!described.plans.is_empty()).then(|| ClosedOperations::of(&described.plans)),
        has_evidence: described.evidence.is_some(),
        deny: options.deny.into(),
    };
    if !described.plans.is_empty() {
        report.rules.extend(policy_rules().map(|rule| (Part::Policy, rule)));
    }
    looked(options, &described, &mut seen, &mut report)?;
    answered(options, &described, &seen, advisories, &mut report);
    report.sort();
    told(options, &described, &seen, &report)?;
    let is_bad = report.is_denied() || described.fault.is_some();
    Ok(if is_bad { Exit::Failure } else { Exit::Success })
}

/// The files that the command line names, and their folders.
fn named(options: &AuditOptions) -> impl Iterator<Item = &Path> {
    let AuditOptions { config, client, evidence, evidence_key, baseline, fix, .. } = options;
    let files = [config, client, evidence, evidence_key, baseline, fix];
    files.into_iter().flatten().chain(&options.paths).map(PathBuf::as_path)
}

/// Prints the report, or writes it to its file.
fn told(
    options: &AuditOptions,
    described: &Described,
    seen: &Seen,
    report: &Report,
) -> Result<(), Exit> {
    let text = match options.format {
        AuditFormat::Text => report.text(options.verbose),
        AuditFormat::Json => format!("{:#}\n", report.json()),
        AuditFormat::Html => report.html(),
        AuditFormat::Sarif => format!("{:#}\n", report.sarif()),
        AuditFormat::Junit => report.junit(),
    };
    let Some(output) = &options.output else {
        talk::print(&text);
        return Ok(());
    };
    let of_policy = described.plans.iter().flat_map(|plan| plan.model.sources.names());
    let scored = report.scores.iter().map(|one| one.document.as_str());
    let unread = seen.documents.iter().flat_map(|seen| &seen.unread).map(String::as_str);
    let documents = of_policy.chain(scored).chain(unread).map(Path::new);
    AUDIT.check(output, named(options).chain(documents))?;
    AUDIT.write(output, &text)
}

/// The ten answers for one policy file alone.
pub(crate) fn checklist_of(config: &Path) -> Result<Vec<Answer>, String> {
    let policy = load::explained_policy(Some(config), None, None, None);
    let policy = policy.map_err(|failure| failure.to_string())?;
    let (plans, findings, _) = looked_through(policy);
    let (now, scratch) = (SystemClock.now(), std::env::temp_dir());
    let mut found = FoundDocuments::default();
    for plan in &plans {
        found.look_behind(plan, None, now);
    }
    found.seen.and_found(&found.findings);
    let seen = Seen { documents: Some(found.seen), ..Seen::default() };
    let keys = keys::known_keys(&plans, &scratch, now);
    let asked = Asked {
        plans: &plans,
        findings: &findings,
        keys: &keys,
        backups: &[],
        scratch: &scratch,
        now,
    };
    let config = shown(config);
    Ok(answers(Some(&asked), &seen).into_iter().map(|one| one.named(&config)).collect())
}

/// Reads the policy. One that has errors is a finding, and stops only where nothing else was named.
fn described(config: &Path, options: &AuditOptions, now: UnixMillis) -> Result<Described, Exit> {
    let failure = match load::explained_policy(Some(config), None, None, None) {
        Ok(policy) => {
            let (plans, findings, sources) = looked_through(policy);
            let mut places = Places::new(&sources);
            let found = policy_findings(&plans, &findings, now);
            let told = found
                .iter()
                .map(|one| Told::of(Part::Policy, one, &mut |span| places.start(span)))
                .collect();
            let evidence = evidence(config, options)?;
            return Ok(Described { plans, findings, evidence, fault: None, told });
        }
        Err(failure) => failure,
    };
    let exit = load::refuse(&failure);
    if options.paths.is_empty() && options.issuer.is_none() {
        return Err(exit);
    }
    let (file, mut places) = (shown(config), Places::new(&failure.sources));
    let is_error = |one: &&Diagnostic| one.severity == portcullis_model::Severity::Error;
    let errors = failure.diagnostics.iter().filter(is_error);
    let told =
        errors.map(|one| documents::of_problem(Part::Policy, one, &file, &mut places)).collect();
    let fault = Some(format!("`{file}` does not load: `portcullis check -c {file}` says why"));
    Ok(Described { fault, told, ..Described::default() })
}

/// What attacks showed of the policy's API, as far as it still speaks of what is there.
fn evidence(config: &Path, options: &AuditOptions) -> Result<Option<Standing>, Exit> {
    let Some(file) = &options.evidence else { return Ok(None) };
    let believed =
        BelievedFile { file: file.clone(), key: options.evidence_key.clone(), head: None };
    shown_of(&believed, config).map(Some)
}

/// No file is ever overwritten: better told before the work than behind it.
fn is_new(path: &Path) -> Result<(), Exit> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let said = unusable(&format!("`{}` is there already, and is not overwritten", path.display()));
    talk::say("help: name another file with --fix OVERLAY");
    Err(said)
}

/// Writes the Overlay of the one document. No file is ever overwritten.
fn mended(path: &Path, overlays: &[Overlay]) -> Result<(), Exit> {
    let [overlay] = overlays else {
        return Err(unusable(&format!(
            "--fix mends one document at a time, and there are {}",
            overlays.len()
        )));
    };
    let Some(text) = overlay.to_yaml() else {
        talk::say("there is nothing that an Overlay would mend");
        return Ok(());
    };
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| unusable(&format!("`{}`: {error}", path.display())))?;
    talk::say(&format!(
        "`{}`: {} that nobody needs to decide about, {} proposed",
        path.display(),
        many(overlay.sure(), "action"),
        overlay.actions.len() - overlay.sure()
    ));
    Ok(())
}

/// Looks at documents, and through files.
fn looked(
    options: &AuditOptions,
    described: &Described,
    seen: &mut Seen,
    report: &mut Report,
) -> Result<(), Exit> {
    let mut found = FoundDocuments::default();
    for plan in &described.plans {
        found.look_behind(plan, described.evidence.as_ref(), report.at);
    }
    let mut listed = Listed::default();
    for path in &options.paths {
        let of_path = tree::files(path);
        of_path.files.iter().for_each(|file| found.look(file, path, report.at));
        listed.files.extend(of_path.files);
        listed.not_read.extend(of_path.not_read);
        listed.left_out += of_path.left_out;
    }
    if !found.unusable.is_empty() {
        return Err(unusable(&found.unusable.join("; ")));
    }
    listed.files.sort();
    listed.files.dedup();
    let of_policy = described.plans.iter().flat_map(|plan| plan.model.sources.names());
    let mut linking: BTreeSet<PathBuf> = of_policy.map(PathBuf::from).collect();
    linking.extend(listed.files.iter().cloned());
    let get: &storage::Get<'_> = &|host, target| {
        let answer = asking::ask_storage(host, target)?;
        let status = answer.status.split(' ').nth(1).and_then(|code| code.parse().ok());
        Ok((status.unwrap_or_default(), answer.body))
    };
    report.findings.extend(storage::found(linking.iter(), options.ask_storage.then_some(get)));
    let rules = [&STORAGE_LINK, &SIGNED_LINK, &STORAGE_OPEN, &STORAGE_GONE]
        .map(|rule| (Part::Storage, ToldRule::of(rule)));
    report.rules.extend(rules);
    report.looked_at.push(many(found.seen.count, "document"));
    report.scores.append(&mut found.scores);
    // What was asked of no document has passed nowhere.
    if !report.scores.is_empty() {
        let rules = contract::rules().map(|rule| (Part::Contract, ToldRule::of(rule)));
        report.rules.extend(rules);
    }
    if let Some(path) = &options.fix {
        mended(path, &found.overlays)?;
    }
    found.seen.and_found(&found.findings);
    report.findings.append(&mut found.findings);
    report.not_looked_at.append(&mut found.not_looked_at);
    let has_some = found.seen.count + found.seen.unread.len() > 0;
    seen.documents = has_some.then_some(found.seen);
    if options.paths.is_empty() {
        return Ok(());
    }
    let liveness = |key: &str| keys::liveness(&described.plans, key);
    let found = secrets::found(&options.paths, listed, options.baseline.as_deref(), &liveness);
    let found = found.map_err(|why| unusable(&why))?;
    report.looked_at.push(secrets::looked_at(&found));
    report.findings.extend(found.findings);
    let not_looked_at: Vec<NotLookedAt> = found.not_looked_at;
    report.not_looked_at.extend(not_looked_at);
    seen.files = Some(found.seen);
    Ok(())
}

/// The ten answers, with the names of the files in their commands, and what is found on the host.
fn answered(
    options: &AuditOptions,
    described: &Described,
    seen: &Seen,
    advisories: Option<Advisories>,
    report: &mut Report,
) {
    let scratch = std::env::temp_dir();
    let keys = keys::known_keys(&described.plans, &scratch, report.at);
    let asked = Asked {
        plans: &described.plans,
        findings: &described.findings,
        keys: &keys,
        backups: &options.backup,
        scratch: &scratch,
        now: report.at,
    };
    let asked = (!described.plans.is_empty()).then_some(&asked);
    if let Some(asked) = asked {
        let found = deployment::found(asked, options.evidence.as_deref(), advisories);
        // No place of a host has a line.
        let nowhere = &mut |_| (String::new(), 1, 1);
        let told = found.findings.iter().map(|one| Told::of(Part::Deployment, one, nowhere));
        report.findings.extend(told);
        report.rules.extend(deployment_rules().map(|rule| (Part::Deployment, rule)));
        report.looked_at.extend(found.looked_at);
        report.not_looked_at.extend(found.not_looked_at);
    }
    let config = options.config.as_deref().map_or_else(|| "POLICY".to_owned(), shown);
    report.answers = answers(asked, seen).into_iter().map(|one| one.named(&config)).collect();
}

fn shown(path: &Path) -> String {
    talk::clean(&path.display().to_string())
}

fn unusable(why: &str) -> Exit {
    talk::say(&talk::clean(why));
    Exit::Unusable
}
