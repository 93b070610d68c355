//! What probes of an issuer say to a question.

use crate::answer::{Answer, Question};
use crate::seen::{SeenIssuer, SeenProbe, Shown};

/// Probes that are named one by one.
const SHOWN_MAX: usize = 3;

/// Which probes answer a question.
pub(super) struct Asked {
    /// Open: a no.
    pub(super) any_of: &'static [&'static str],
    /// Where one of these shows nothing, nobody can tell.
    pub(super) needed: &'static [&'static str],
    /// What to do about an open one.
    pub(super) fix: &'static str,
}

/// The answer of an issuer; none was asked: none.
pub(super) fn answer(
    question: Question,
    issuer: Option<&SeenIssuer>,
    asked: &Asked,
) -> Option<Answer> {
    let issuer = issuer?;
    let question = question.of("the issuer", "portcullis audit --issuer URL --client FILE");
    let repeat = format!("portcullis attack --issuer {} --client FILE", issuer.url);
    Some(Answer { repeat, ..judged(question, issuer, asked) })
}

fn judged(question: Question, issuer: &SeenIssuer, asked: &Asked) -> Answer {
    let of = |ids: &[&str]| -> Vec<&SeenProbe> {
        issuer.probes.iter().filter(|probe| ids.contains(&&*probe.id)).collect()
    };
    let tried = of(asked.any_of);
    let open: Vec<&SeenProbe> =
        tried.iter().copied().filter(|probe| probe.shown == Shown::Open).collect();
    if !open.is_empty() {
        let evidence = format!("{}: {}", issuer.url, told(&open, |probe| probe.title.clone()));
        return question.no(evidence, asked.fix);
    }
    let dark: Vec<&SeenProbe> =
        of(asked.needed).into_iter().filter(|probe| probe.shown == Shown::Nothing).collect();
    let missing = asked.needed.iter().find(|id| !tried.iter().any(|probe| probe.id == **id));
    if !dark.is_empty() || missing.is_some() {
        let why = |probe: &SeenProbe| {
            format!("`{}`: {}", probe.id, probe.why.as_deref().unwrap_or("not tried"))
        };
        let why = if dark.is_empty() { "not all probes ran".to_owned() } else { told(&dark, why) };
        return question.not_checkable(
            format!("{}: {why}", issuer.url),
            "in the file of --client: a client that may use codes, and a `user` with `forms` or a `cookie` (for refresh \
             tokens a scope such as `offline_access`, for the life of codes `code_lifetime_s`)",
        );
    }
    let safe: Vec<&SeenProbe> =
        tried.iter().copied().filter(|probe| probe.shown == Shown::Safe).collect();
    let names: Vec<String> = safe.iter().map(|probe| format!("`{}`", probe.id)).collect();
    question.yes(format!("{} withstood {} probes: {}", issuer.url, names.len(), names.join(", ")))
}

fn told(probes: &[&SeenProbe], each: impl Fn(&SeenProbe) -> String) -> String {
    let mut told: Vec<String> = probes.iter().take(SHOWN_MAX).map(|probe| each(probe)).collect();
    if probes.len() > SHOWN_MAX {
        told.push(format!("{} more", probes.len() - SHOWN_MAX));
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Verdict, tests::QUESTION};

    const ASKED: Asked = Asked { any_of: &["a", "b"], needed: &["a"], fix: "mend it" };

    fn verdict(probes: &[(&str, Shown)]) -> Verdict {
        let probe = |(id, shown): &(&str, Shown)| SeenProbe {
            id: (*id).to_owned(),
            title: format!("{id} is open"),
            shown: *shown,
            why: None,
        };
        let probes = probes.iter().map(probe).collect();
        let issuer = SeenIssuer { url: "http://127.0.0.1:1".to_owned(), probes };
        answer(QUESTION, Some(&issuer), &ASKED).unwrap().verdict
    }

    #[test]
    fn one_open_probe_is_a_no_and_a_needed_one_that_shows_nothing_is_no_yes() {
        assert_eq!(verdict(&[("a", Shown::Safe), ("b", Shown::Open)]), Verdict::No);
        assert_eq!(verdict(&[("a", Shown::Nothing), ("b", Shown::Safe)]), Verdict::NotCheckable);
        assert_eq!(verdict(&[("b", Shown::Safe)]), Verdict::NotCheckable);
        assert_eq!(verdict(&[("a", Shown::Safe), ("b", Shown::Nothing)]), Verdict::Yes);
        assert_eq!(verdict(&[("a", Shown::Safe), ("c", Shown::Open)]), Verdict::Yes);
        assert_eq!(answer(QUESTION, None, &ASKED), None);
    }
}
