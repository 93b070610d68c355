//! What documents say to a question.

use crate::answer::{Answer, Question};
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
    let unknown = documents.undeclared.iter().filter(|name| !behind(name)).count();
    if documents.plain.is_empty() && unknown > 0 {
        let question = question.of("documents", "portcullis audit PATH");
        return Some(question.not_checkable(
            format!("{unknown} of {} documents do not say how one gets there", documents.count),
            "`servers` with whole URLs, `https` in each; in Swagger 2.0, `schemes: [https]`",
        ));
    }
    let fix = "name them by `https` in `servers`";
    Some(answer(question, documents, &documents.plain, "servers by plain HTTP", fix))
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
