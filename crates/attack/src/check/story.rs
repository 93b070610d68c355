//! What one value of a story alone cannot tell.

use serde_saphyr::Spanned;

use super::{Against, Checker, Seen, named};
use crate::problem::Problem;
use crate::story::form::{Scene, Story};
use crate::variables;

/// Scenes of one story, containment apart.
const SCENES_MAX: usize = 12;
/// Characters of a sentence, so that pictures have room for it.
const SENTENCE_CHARS_MAX: usize = 160;

/// Checks a story; its problems, in the order of the file.
pub(crate) fn problems(story: &Story) -> Vec<Problem> {
    let mut checker = Checker::new(Against::Sample);
    checker.id(&story.id);
    checker.item(&story.item);
    checker.sentence(&story.title);
    checker.policy(story.policy.as_ref(), story.policy_file.as_ref());
    checker.tokens(&story.tokens);
    checker.given(&story.keys, &story.users);
    let mut seen = checker.seen();
    checker.sequence(&story.before, &mut seen, true);
    for (name, scenes) in [("scenes", &story.scenes), ("containment", &story.containment)] {
        if let Some(beyond) = scenes.get(SCENES_MAX) {
            checker.say(beyond, format!("`{name}` are at most {SCENES_MAX}"));
        }
        scenes.iter().for_each(|scene| checker.scene(scene, &mut seen));
    }
    if story.scenes.is_empty() {
        checker.say(&story.id, "a story without `scenes` tells nothing".to_owned());
    }
    if story.cannot.is_empty() {
        checker.say(&story.id, "`cannot` is empty, and no gateway can do everything".to_owned());
    }
    story.cannot.iter().for_each(|sentence| checker.sentence(sentence));
    checker.problems
}

impl Checker<'_> {
    fn scene(&mut self, scene: &Spanned<Scene>, seen: &mut Seen) {
        let Scene { does, holds, control, not_stopped, goes_on, guesses, .. } = &scene.value;
        for sentence in [Some(does), Some(holds), not_stopped.as_ref(), goes_on.as_ref()] {
            sentence.into_iter().for_each(|sentence| self.sentence(sentence));
        }
        let fault = match (control.0, not_stopped, goes_on) {
            (None, None, _) => Some("where nothing stops it, `not_stopped` says why"),
            (None, _, Some(_)) => Some("what nothing stops needs no `goes_on`"),
            (Some(_), Some(_), _) => Some("`not_stopped` belongs to `control: none`"),
            (_, _, None) if !guesses.is_empty() => {
                Some("`guesses` is what the attacker goes on with; `goes_on` says how")
            }
            _ => None,
        };
        fault.into_iter().for_each(|fault| self.say(scene, fault.to_owned()));
        self.sequence(&scene.value.meanwhile, seen, true);
        self.requests(scene, seen);
        for name in guesses.keys() {
            if !variables::is_name(name) {
                self.say(scene, variables::not_a_name(name));
            }
            seen.variables.insert(name.clone());
        }
    }

    /// The attacker's own steps, and by what it is known whether they worked.
    fn requests(&mut self, scene: &Spanned<Scene>, seen: &mut Seen) {
        let Scene { steps, gains, .. } = &scene.value;
        for (is_empty, fault) in [
            (steps.is_empty(), "a scene has `steps`"),
            (gains.is_empty(), "`gains` is empty, so nobody knows whether it worked"),
        ] {
            if is_empty {
                self.say(scene, fault.to_owned());
            }
        }
        for step in steps {
            if let Some(first) = step.value.expect.first() {
                self.say(
                    first,
                    "what a step of the attacker's leads to stands in `gains`".to_owned(),
                );
            }
        }
        self.sequence(steps, seen, true);
        for condition in gains {
            if let Some(step) = &condition.value.step
                && !named(steps, step)
            {
                let step = step.escape_default();
                self.say(condition, format!("no step of this scene is called `{step}`"));
            }
            self.condition(condition, seen);
        }
    }

    fn sentence(&mut self, sentence: &Spanned<String>) {
        let text = &sentence.value;
        if text.is_empty() || text.chars().count() > SENTENCE_CHARS_MAX {
            let message = format!("a sentence has 1 to {SENTENCE_CHARS_MAX} characters");
            self.say(sentence, message);
        }
        if text.chars().any(char::is_control) {
            self.say(sentence, "a sentence is one line".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::read;

    const GOOD: &str = "\
id: s9
item: S9
title: a breach of a kind
scenes:
  - does: asks for a number
    holds: the number
    control: response_shape
    goes_on: it can be guessed
    guesses: { number: 7 }
    steps:
      - name: ask
        send: GET /a
        save: { number: /id }
    gains:
      - { in: ask, json: /id, exists: true }
  - does: uses it
    holds: everything
    control: none
    not_stopped: it is public
    steps:
      - send: GET /a/${number}
    gains:
      - status: 200
containment:
  - does: uses it again, after somebody has complained
    holds: everything
    control: resource_limits
    meanwhile:
      - send: POST /complaints
        expect: [{ status: 204 }]
    steps:
      - send: GET /a/${number}
    gains:
      - status: 200
cannot:
  - What is public is public.
";

    fn told(text: &str) -> String {
        read::story("s.yaml", text).map_or_else(|bad| bad.to_string(), |_| String::new())
    }

    #[test]
    fn a_good_story_is_read() {
        assert_eq!(told(GOOD), "");
    }

    #[test]
    fn each_mistake_is_told_at_its_place() {
        for (from, to, expected) in [
            ("title:", "titel:", "s.yaml:3:1: unknown field `titel`; did you mean `title`?"),
            ("item: S9", "item: story", "s.yaml:2:7: `story` is not an item"),
            ("does: asks", "dose: asks", "s.yaml:5:5: unknown field `dose`; did you mean `does`?"),
            ("response_shape", "response_shap", "s.yaml:7:14: `response_shap` is not a control"),
            (
                "    goes_on: it can be guessed\n",
                "",
                "s.yaml:5:5: `guesses` is what the attacker goes on with",
            ),
            (
                "    not_stopped: it is public\n",
                "",
                "s.yaml:16:5: where nothing stops it, `not_stopped` says why",
            ),
            (
                "control: none",
                "control: resource_limits",
                "`not_stopped` belongs to `control: none`",
            ),
            (
                "not_stopped: it",
                "goes_on: x\n    not_stopped: it",
                "what nothing stops needs no `goes_on`",
            ),
            ("guesses: { number: 7 }", "guesses: { Number: 7 }", "`Number` is not a name"),
            ("/a/${number}", "/a/${nummer}", "s.yaml:21:9: no step before this one saves `nummer`"),
            ("in: ask", "in: asks", "s.yaml:15:9: no step of this scene is called `asks`"),
            (
                "        save: { number: /id }",
                "        expect: [{ status: 200 }]",
                "s.yaml:13:18: what a step of the attacker's leads to stands in `gains`",
            ),
            (
                "    gains:\n      - status: 200\ncontainment",
                "    gains: []\ncontainment",
                "`gains` is empty",
            ),
            (
                "    steps:\n      - send: GET /a/${number}\n",
                "    steps: []\n",
                "a scene has `steps`",
            ),
            ("cannot:\n  - What is public is public.", "cannot: []", "`cannot` is empty"),
            ("holds: the number", "holds: ''", "s.yaml:6:12: a sentence has 1 to 160 characters"),
            ("holds: the number", "holds: \"a\\tb\"", "s.yaml:6:12: a sentence is one line"),
            (
                "send: GET /a\n",
                "send: GET /a\n        end_sessions: eve\n",
                "`eve` is not a user of the sample",
            ),
        ] {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD, "{from} is not in the text");
            let told = told(&text);
            assert!(told.contains(expected), "{to}: told {told:?}, expected {expected:?}");
        }
    }

    #[test]
    fn a_story_is_bounded() {
        let scene =
            GOOD.split_once("  - does: uses it\n").unwrap().1.split_once("containment").unwrap().0;
        let scene = format!("  - does: uses it\n{scene}");
        let long = GOOD.replacen(&scene, &scene.repeat(12), 1);
        assert!(told(&long).contains("`scenes` are at most 12"), "{}", told(&long));
        let (head, rest) = GOOD.split_once("scenes:").unwrap();
        let (_, cannot) = rest.split_once("cannot:").unwrap();
        let none = format!("{head}scenes: []\ncannot:{cannot}");
        assert!(told(&none).contains("a story without `scenes` tells nothing"), "{}", told(&none));
    }
}
