//! What documents say to a question.

use crate::answer::{Answer, Question, many};
use crate::asked::Asked;
use crate::seen::{Said, SeenDocuments};

/// C6: servers that are named by plain HTTP. What stands behind the gateway that was looked at is where that is.
pub(super) fn servers(
    question: Question,
    documents: Option<&SeenDocuments>,
    asked: Option<&Asked<'_>>,
) -> Option<Answer> {
    let documents = documents?;
    let behind = |name: &str| {
        let mut models = asked.into_iter().flat_map(Asked::models);
        models.any(|model| model.sources.name(model.main) == name)
    };
    if documents.plain.is_empty()
        && let Some(unread) = unread(question, documents)
    {
        return Some(unread);
    }
    let unknown = documents.undeclared.iter().filter(|name| !behind(name)).count();
    if documents.plain.is_empty() && unknown > 0 {
        let question = question.of("documents", "portcullis audit PATH");
        return Some(question.not_checkable(
            format!("{unknown} of {} documents do not say how one gets there", documents.count),
            "`servers` with whole URLs, `https` in each; in Swagger 2.0, `schemes: [https]`",
        ));
    }
    let fix = "name them by `https` in `servers`";
    Some(answer(question, documents, &documents.plain, ("server", "by plain HTTP"), fix))
}

/// C7: credentials that are asked for in URLs.
pub(super) fn credentials(question: Question, documents: Option<&SeenDocuments>) -> Option<Answer> {
    let documents = documents?;
    if documents.in_urls.is_empty()
        && let Some(unread) = unread(question, documents)
    {
        return Some(unread);
    }
    let fix = "take it from a header: `in: header`, or `type: http` with `scheme: bearer`";
    Some(answer(question, documents, &documents.in_urls, ("credential", "in URLs"), fix))
}

/// What a document would say that could not be read whole, nobody can tell.
fn unread(question: Question, documents: &SeenDocuments) -> Option<Answer> {
    let first = documents.unread.first()?;
    let more = match documents.unread.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let question = question.of("documents", "portcullis audit PATH");
    Some(question.not_checkable(
        format!("`{first}`{more} could not be read whole"),
        "mend the document: the findings say where (`portcullis check --contract FILE` shows the line)",
    ))
}

fn answer(
    question: Question,
    documents: &SeenDocuments,
    found: &[Said],
    (noun, how): (&str, &str),
    fix: &str,
) -> Answer {
    let question = question.of("documents", "portcullis audit PATH");
    let Some(first) = found.first() else {
        let of = many(documents.count, "document");
        return question.yes(format!("no {noun} {how} in {of}"));
    };
    let found = many(found.len(), noun);
    question.no(format!("documents name {found} {how}: {}", first.told), fix)
}
