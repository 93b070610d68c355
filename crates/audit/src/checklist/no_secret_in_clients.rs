//! C5: is no secret in what clients are given?

use crate::answer::{Answer, Question, many};
use crate::seen::{SeenFiles, SeenSecret};

/// Secrets that are named.
const SHOWN_MAX: usize = 3;

pub(super) const QUESTION: Question = Question {
    item: "C5",
    text: "is no secret in client-side code?",
    about: "files",
    repeat: "portcullis audit PATH",
    lasts_days: 7,
};

pub(super) fn answer(files: Option<&SeenFiles>) -> Answer {
    let Some(files) = files else {
        return QUESTION.not_checkable(
            "no file of a client was looked at",
            "what clients are given, as paths: bundles, source maps, apps (APK, JAR, asar), pages",
        );
    };
    let repeat = format!("portcullis audit {}", files.paths.join(" "));
    let answer = judged(files);
    Answer { repeat, ..answer }
}

fn judged(files: &SeenFiles) -> Answer {
    let looked = looked(files);
    let in_clients: Vec<&SeenSecret> = of_row(files, "C5").collect();
    if let Some(first) = in_clients.first() {
        let evidence =
            format!("{}: {}; {looked}", many(in_clients.len(), "secret"), told(&in_clients));
        return QUESTION.no(evidence, first.fix.clone());
    }
    if files.not_read > 0 {
        return QUESTION.not_checkable(
            format!("{looked}; {} could not be read", files.not_read),
            "paths that this user may read, in forms that are known: the findings say which and why",
        );
    }
    if files.client_files == 0 {
        return QUESTION.not_checkable(
            format!("{looked}; none of them is by its name handed to clients"),
            "what is built for clients: bundles (`dist/`, `*.min.js`), source maps, APK, JAR, asar, wasm",
        );
    }
    let names: Vec<&str> = files.client_names.iter().map(String::as_str).take(SHOWN_MAX).collect();
    let more = files.client_files.saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    QUESTION.yes(format!(
        "of those looked at: no secret in {} of {looked} that by their names are handed to clients: {}{more}",
        files.client_files,
        names.join(", ")
    ))
}

/// C1 of the same files: what lies in the open is not stored securely.
pub(super) fn stored(question: Question, files: Option<&SeenFiles>) -> Option<Answer> {
    let files = files?;
    let found: Vec<&SeenSecret> = of_row(files, "C1").collect();
    let question = question.of("files", "portcullis audit PATH");
    Some(match found.first() {
        Some(first) => question.no(
            format!(
                "{} in the clear: {}; {}",
                many(found.len(), "secret"),
                told(&found),
                looked(files)
            ),
            first.fix.clone(),
        ),
        None if files.files == 0 => question
            .not_checkable(looked(files), "paths with files: sources, settings, what is deployed"),
        None => question.yes(format!(
            "no secret in the clear, beside what clients have (C5); {}",
            looked(files)
        )),
    })
}

/// C7 of the same files: URLs with a password in them.
pub(super) fn in_urls(question: Question, files: Option<&SeenFiles>) -> Option<Answer> {
    let files = files?;
    let found: Vec<&SeenSecret> = of_row(files, "C7").collect();
    let first = found.first()?;
    let question = question.of("files", "portcullis audit PATH");
    let evidence = format!("{} in URLs: {}", many(found.len(), "secret"), told(&found));
    Some(question.no(evidence, first.fix.clone()))
}

fn of_row<'f>(files: &'f SeenFiles, row: &'static str) -> impl Iterator<Item = &'f SeenSecret> {
    files.secrets.iter().filter(move |secret| secret.row == row)
}

fn looked(files: &SeenFiles) -> String {
    let count = usize::try_from(files.files).unwrap_or(usize::MAX);
    format!("{} below {}", many(count, "file"), many(files.paths.len(), "path"))
}

fn told(found: &[&SeenSecret]) -> String {
    let each = |one: &&SeenSecret| match &one.asked {
        Some(asked) => format!("{} ({asked})", one.told),
        None => one.told.clone(),
    };
    let mut told: Vec<String> = found.iter().take(SHOWN_MAX).map(each).collect();
    if found.len() > SHOWN_MAX {
        told.push(format!("{} more", found.len() - SHOWN_MAX));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Verdict;

    fn files(client_files: usize, rows: &[&'static str]) -> SeenFiles {
        let secret = |row: &&'static str| SeenSecret {
            row,
            told: format!("a key of {row}"),
            fix: "revoke it".to_owned(),
            asked: (*row == "C5").then(|| "LIVE".to_owned()),
        };
        SeenFiles {
            paths: vec!["dist".to_owned()],
            files: 9,
            client_files,
            client_names: (0..client_files).map(|n| format!("dist/{n}.min.js")).collect(),
            not_read: 0,
            secrets: rows.iter().map(secret).collect(),
        }
    }

    #[test]
    fn a_secret_in_a_bundle_is_a_no_and_says_whether_the_key_is_live() {
        let answer = answer(Some(&files(2, &["C1", "C5"])));
        assert_eq!((answer.verdict, answer.fix.as_deref()), (Verdict::No, Some("revoke it")));
        assert!(
            answer.evidence.starts_with("1 secret: a key of C5 (LIVE); 9 files"),
            "{}",
            answer.evidence
        );
        assert_eq!(answer.repeat, "portcullis audit dist");
    }

    #[test]
    fn clean_files_are_a_yes_only_where_some_are_handed_to_clients() {
        let five = files(5, &[]);
        assert_eq!(answer(Some(&five)).verdict, Verdict::Yes);
        assert_eq!(
            answer(Some(&five)).evidence,
            "of those looked at: no secret in 5 of 9 files below 1 path that by their names are handed to clients: \
             dist/0.min.js, dist/1.min.js, dist/2.min.js and 2 more"
        );
        assert_eq!(answer(Some(&files(0, &[]))).verdict, Verdict::NotCheckable);
        assert_eq!(answer(None).verdict, Verdict::NotCheckable);
        let unread = SeenFiles { not_read: 1, ..files(2, &[]) };
        assert_eq!(answer(Some(&unread)).verdict, Verdict::NotCheckable);
    }

    #[test]
    fn a_secret_in_sources_is_not_stored_securely() {
        let about =
            |rows: &[&'static str]| stored(QUESTION, Some(&files(0, rows))).unwrap().verdict;
        assert_eq!((about(&["C1"]), about(&["C5"])), (Verdict::No, Verdict::Yes));
        assert_eq!(stored(QUESTION, None), None);
        let none = SeenFiles { files: 0, ..files(0, &[]) };
        assert_eq!(stored(QUESTION, Some(&none)).unwrap().verdict, Verdict::NotCheckable);
        assert!(in_urls(QUESTION, Some(&files(0, &["C1"]))).is_none());
        assert_eq!(in_urls(QUESTION, Some(&files(0, &["C7"]))).unwrap().verdict, Verdict::No);
    }
}
