//! The questions, one file each; all of them are answered, if only by what is missing.

mod bound_to_their_browser;
mod can_be_exchanged;
mod declared;
mod hashed_or_encrypted;
mod https_alone;
mod issuer;
mod kept_securely;
mod least_access;
mod no_secret_in_clients;
mod no_secrets_in_urls;
mod open_to_nobody_else;
mod used_once;

pub(crate) use open_to_nobody_else::open_places;

use crate::answer::{Answer, Question, Verdict};
use crate::asked::Asked;
use crate::drill;
use crate::seen::Seen;

/// All answers, in the order of the checklist. With a deployment it takes a second: passwords are hashed.
pub fn answers(asked: Option<&Asked<'_>>, seen: &Seen) -> Vec<Answer> {
    let drilled = asked.and_then(|asked| Some(drill::run(asked, asked.store()?)));
    let drilled = drilled.as_ref();
    let of = |question: Question, answer: &dyn Fn(&Asked<'_>) -> Answer| {
        asked.map_or_else(|| unknown(question, seen), answer)
    };
    let (files, documents) = (seen.files.as_ref(), seen.documents.as_ref());
    let stored = of(kept_securely::QUESTION, &|asked| kept_securely::answer(asked, drilled));
    let exchanged =
        of(can_be_exchanged::QUESTION, &|asked| can_be_exchanged::answer(asked, drilled));
    let urls = of(no_secrets_in_urls::QUESTION, &no_secrets_in_urls::answer);
    let https = of(https_alone::QUESTION, &https_alone::answer);
    vec![
        kept(stored, no_secret_in_clients::stored(kept_securely::QUESTION, files), asked),
        exchanged.beside(can_be_exchanged::at_issuer(seen)),
        of(open_to_nobody_else::QUESTION, &open_to_nobody_else::answer),
        of(hashed_or_encrypted::QUESTION, &|_| hashed_or_encrypted::answer(drilled)),
        no_secret_in_clients::answer(files),
        https.beside(declared::servers(https_alone::QUESTION, documents, asked)),
        urls.beside(declared::credentials(no_secrets_in_urls::QUESTION, documents))
            .beside(no_secret_in_clients::in_urls(no_secrets_in_urls::QUESTION, files)),
        of(least_access::QUESTION, &least_access::answer),
        bound_to_their_browser::answer(asked, seen),
        used_once::answer(asked, seen),
    ]
}

/// Whether a probe of an issuer answers a question.
pub fn is_asked_of_issuers(probe: &str) -> bool {
    [can_be_exchanged::PROBES, bound_to_their_browser::PROBES, used_once::PROBES]
        .iter()
        .any(|asked| asked.any_of.contains(&probe))
}

/// C1 of a deployment and of files. Where the deployment keeps nothing, files alone answer it.
fn kept(stored: Answer, in_files: Option<Answer>, asked: Option<&Asked<'_>>) -> Answer {
    let keeps_nothing = asked.is_some_and(|asked| asked.store().is_none());
    match in_files {
        Some(answer) if keeps_nothing && answer.verdict != Verdict::NotCheckable => answer,
        in_files => stored.beside(in_files),
    }
}

/// Where no deployment is described.
fn unknown(question: Question, seen: &Seen) -> Answer {
    question.not_checkable(
        seen.policy_fault.as_deref().unwrap_or("no deployment was looked at"),
        "-c POLICY, on the host where its gateway runs",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seen::{Said, SeenDocuments, SeenFiles};

    fn verdict(answers: &[Answer], item: &str) -> Verdict {
        answers.iter().find(|one| one.item == item).unwrap().verdict
    }

    #[test]
    fn all_ten_are_answered_where_nothing_is_known_and_each_says_what_to_supply() {
        let answers = answers(None, &Seen::default());
        let items: Vec<&str> = answers.iter().map(|one| one.item).collect();
        assert_eq!(items, ["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10"]);
        for one in &answers {
            assert_eq!(one.verdict, Verdict::NotCheckable, "{one:?}");
            assert!(one.supply.is_some() && one.lasts_days > 0, "{one:?}");
        }
    }

    #[test]
    fn documents_that_say_no_scheme_show_nothing_of_https() {
        let undeclared = vec!["a.yaml".to_owned()];
        let documents = SeenDocuments { count: 2, undeclared, ..SeenDocuments::default() };
        let seen = Seen { documents: Some(documents), ..Seen::default() };
        let answers = answers(None, &seen);
        let six = answers.iter().find(|one| one.item == "C6").unwrap();
        assert_eq!(six.parts.last().unwrap().verdict, Verdict::NotCheckable, "{six:?}");
        assert!(six.parts.last().unwrap().evidence.starts_with("1 of 2 documents"), "{six:?}");
    }

    #[test]
    fn where_nothing_is_kept_no_question_of_keeping_is_a_yes_unless_files_answer_it() {
        https_alone::tests::asking("", |asked| {
            let of =
                |files: Option<SeenFiles>| answers(Some(asked), &Seen { files, ..Seen::default() });
            let all = of(None);
            for item in ["C1", "C2", "C3", "C4", "C8"] {
                let one = all.iter().find(|one| one.item == item).unwrap();
                assert!(one.verdict == Verdict::NotCheckable && one.supply.is_some(), "{one:?}");
            }
            let looked = |files| of(Some(SeenFiles { files, ..SeenFiles::default() }));
            assert_eq!(verdict(&looked(3), "C1"), Verdict::Yes);
            assert_eq!(verdict(&looked(3), "C4"), Verdict::NotCheckable);
            assert_eq!(verdict(&looked(0), "C1"), Verdict::NotCheckable);
        });
    }

    #[test]
    fn a_document_that_could_not_be_read_whole_is_no_yes_and_what_it_says_is_still_a_no() {
        let unread = vec!["a.yaml".to_owned()];
        let documents = SeenDocuments { count: 2, unread, ..SeenDocuments::default() };
        let last = |documents: SeenDocuments, item: &str| {
            let seen = Seen { documents: Some(documents), ..Seen::default() };
            let all = answers(None, &seen);
            all.iter().find(|one| one.item == item).unwrap().parts.last().unwrap().clone()
        };
        for item in ["C6", "C7"] {
            let part = last(documents.clone(), item);
            assert_eq!(part.verdict, Verdict::NotCheckable, "{part:?}");
            assert_eq!(part.evidence, "`a.yaml` could not be read whole");
            assert!(part.supply.as_deref().unwrap().starts_with("mend the document"), "{part:?}");
        }
        let said = || vec![Said { told: "`http://a.example` in `a.yaml`".to_owned() }];
        let says = SeenDocuments { plain: said(), in_urls: said(), ..documents };
        for item in ["C6", "C7"] {
            assert_eq!(last(says.clone(), item).verdict, Verdict::No, "{item}");
        }
    }

    #[test]
    fn what_documents_and_files_say_is_a_no_without_a_policy() {
        let said = || vec![Said { told: "`implicit` at a.yaml:3:1".to_owned() }];
        let documents = SeenDocuments {
            count: 1,
            in_urls: said(),
            plain: said(),
            weak_flows: said(),
            ..SeenDocuments::default()
        };
        let files = SeenFiles { client_files: 1, ..SeenFiles::default() };
        let seen = Seen { files: Some(files), documents: Some(documents), ..Seen::default() };
        let answers = answers(None, &seen);
        for item in ["C6", "C7", "C9"] {
            assert_eq!(verdict(&answers, item), Verdict::No, "{item}");
        }
        assert_eq!(verdict(&answers, "C5"), Verdict::Yes);
        assert_eq!(verdict(&answers, "C10"), Verdict::NotCheckable);
    }
}
