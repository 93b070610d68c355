//! What documents say to a question.

use crate::answer::{Answer, Question};
use crate::seen::{Said, SeenDocuments};

/// C6: servers that are named by plain HTTP.
pub(super) fn servers(question: Question, documents: Option<&SeenDocuments>) -> Option<Answer> {
    let documents = documents?;
    Some(answer(
        question,
        documents,
        &documents.plain,
        "servers by plain HTTP",
        "name them by `https` in `servers`",
    ))
}

/// C7: credentials that are asked for in URLs.
pub(super) fn credentials(question: Question, documents: Option<&SeenDocuments>) -> Option<Answer> {
    let documents = documents?;
    let fix = "take it from a header: `in: header`, or `type: http` with `scheme: bearer`";
    Some(answer(question, documents, &documents.in_urls, "credentials in URLs", fix))
}

fn answer(
    question: Question,
    documents: &SeenDocuments,
    found: &[Said],
    what: &str,
    fix: &str,
) -> Answer {
    let question = question.of("documents", "portcullis audit PATH");
    match found.first() {
        Some(first) => {
            question.no(format!("documents name {} {what}: {}", found.len(), first.told), fix)
        }
        None => question.yes(format!("{} documents name no {what}", documents.count)),
    }
}
