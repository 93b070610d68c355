//! Questions: few, answerable, and none for what is said.

use portcullis_model::Sources;
use portcullis_threat::forms::Question;
use portcullis_threat::{Stated, ThreatModel, begun, questions};

use crate::shop::{CONTRACT, NOW, alone};

fn asked(model: &ThreatModel) -> Vec<Question> {
    questions(model, NOW, &|_| "openapi.yaml:1:1".to_owned())
}

/// What of a model an answer can change.
fn seen(model: &ThreatModel) -> String {
    let threats = model.threats.iter().map(|one| {
        format!("{} {:?} {:?} {:?}", model.name(one), one.state, one.inherent, one.residual)
    });
    let data =
        model.system.data.iter().map(|one| format!("{} {}", one.title, one.known.from.name()));
    threats.chain(data).chain(model.stated.goals.iter().map(|one| one.text.clone())).collect()
}

#[test]
fn each_question_has_a_line_that_answers_it_and_changes_something() {
    let before = alone(CONTRACT, "");
    let all = asked(&before);
    assert!((3..=12).contains(&all.len()), "{all:#?}");
    for one in &all {
        // A name that somebody must fill in is none.
        let line = one.line.replace("how: \"\"", "how: \"a scan each night\"");
        let after = alone(CONTRACT, &line);
        assert_ne!(seen(&before), seen(&after), "{}", one.line);
        assert!(!asked(&after).contains(one), "asked although it is said: {}", one.line);
        assert!(!one.taken.is_empty() && !one.because.is_empty());
    }
    assert!(all[0].line.starts_with("weight:"), "what weighs everything comes first");
}

#[test]
fn what_is_said_is_not_asked() {
    let all = asked(&alone(CONTRACT, ""));
    let mut lines: Vec<&str> = all.iter().map(|one| one.line.as_str()).collect();
    lines.retain(|line| !line.starts_with("answered:"));
    let said = lines.join("\n") + "\nregimes: [gdpr]\n";
    let left = asked(&alone(CONTRACT, &said));
    assert!(left.iter().all(|one| one.line.starts_with("answered:")), "{left:#?}");
}

#[test]
fn names_of_foreign_documents_do_not_leave_their_place() {
    let evil = "A\\u202E\\n# x\\nweight: high #";
    let contract = CONTRACT.replace("title: Shop", &format!("title: \"{evil}\""));
    let model = alone(&contract, "");
    let text = begun(&model.system.scope.title, &asked(&model), NOW);
    assert_eq!(read(&text), Stated::default(), "{text}");
}

#[test]
fn a_first_file_says_nothing_until_somebody_does() {
    let model = alone(CONTRACT, "");
    let text = begun("Shop", &asked(&model), NOW);
    assert_eq!(read(&text), Stated::default());
    // Whoever takes the comments away from the lines of keys says all of it.
    let is_said = |line: &&str| {
        let rest = line.strip_prefix("# ").unwrap_or(line);
        let key = rest.split(':').next().unwrap_or_default();
        let is_key = rest.contains(':')
            && ["version", "weight", "data", "stores", "answered", "regimes", "goals"]
                .contains(&key);
        let is_member =
            line.starts_with("#   ") && !line.starts_with("#   assumed") && !line.contains("NAME");
        is_key || is_member
    };
    let lines = text.lines().filter(is_said);
    let said: Vec<&str> = lines.map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    let said = said.join("\n");
    let stated = read(&said.replace("how: \"\"", "how: \"a scan each night\""));
    assert!(
        stated.weight.is_some() && !stated.data.is_empty() && !stated.stores.is_empty(),
        "{said}"
    );
}

fn read(text: &str) -> Stated {
    let mut sources = Sources::default();
    let source = sources.add("threats.yaml", text);
    let read = Stated::from_text(source, &sources, NOW);
    read.unwrap_or_else(|failure| panic!("{text}\n{:#?}", failure.diagnostics))
}
