//! What follows what: the flows of each API.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::{Contract, Operation};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Key, Notes, Spanned, shown};

use super::authorization::known_attribute;
use super::login::declared::in_answer;
use super::names::Names;
use super::places::absent_value;
use crate::authorization::InputPlace;
use crate::callers::Callers;
use crate::codes;
use crate::file::{FlowSection, PolicyFile, StepSection};
use crate::flows::{FLOWS_MAX, Flow, FlowStep, STEPS_MAX, WalkPlace};
use crate::login_place::input_place;
use crate::quantity::Quantity as _;
use crate::rates::RateKey;

/// How long after a step the next one comes at the latest, where nobody says.
const WITHIN_DEFAULT: Duration = Duration::from_hours(24);
/// The longest that anybody may say.
const WITHIN_MAX: Duration = Duration::from_hours(24 * 31);
/// Values that a step tells, or has to repeat.
const VALUES_MAX: usize = 8;
/// Keys that one flow combines.
const KEYS_MAX: usize = 4;

/// What is known where flows are joined.
struct Known<'a> {
    contracts: &'a [Option<Contract>],
    names: &'a Names,
    callers: &'a [Callers],
}

/// The flows of each API.
pub(super) fn join(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    names: &Names,
    callers: &[Callers],
    notes: &mut Notes,
) -> Vec<Vec<Flow>> {
    let mut all = vec![Vec::new(); contracts.len()];
    let known = Known { contracts, names, callers };
    let sections = file.and_then(|file| file.flows.as_ref());
    let sections = sections.map_or(&[][..], |sections| sections.0.as_slice());
    if let Some((further, _)) = sections.get(FLOWS_MAX) {
        let help = "keep those that cost most where somebody jumps a step";
        wrong(format!("there are more than {FLOWS_MAX} flows"), help, further.span, notes);
    }
    for (key, section) in sections.iter().take(FLOWS_MAX) {
        if let Some((api, flow)) = known.flow(key, section, notes)
            && let Some(flows) = all.get_mut(api)
        {
            flows.push(flow);
        }
    }
    all
}

impl Known<'_> {
    fn flow(&self, key: &Key, section: &FlowSection, notes: &mut Notes) -> Option<(usize, Flow)> {
        let written = section.steps.0.as_ref()?;
        if !(2..=STEPS_MAX).contains(&written.len()) {
            let message = format!("a flow has 2 to {STEPS_MAX} steps");
            wrong(message, "a step alone is nothing that others follow", key.span, notes);
            return None;
        }
        let within = match &section.within {
            Some(within) => time(within, notes)?,
            None => WITHIN_DEFAULT,
        };
        let mut api = None;
        let mut steps: Vec<FlowStep> = Vec::new();
        for step in written {
            let (place, read) = self.step(&step.value.0, step.span, within, notes)?;
            if *api.get_or_insert(place) != place {
                let help = "write one flow for each API: they have no callers in common";
                wrong("the steps are of several APIs".to_owned(), help, step.span, notes);
                return None;
            }
            let known = |index: &usize| steps.iter().any(|one| one.operations.contains(index));
            if read.operations.iter().any(known) {
                let message = format!("{} is two steps of this flow", shown(&read.name));
                wrong(message, "keep one of them", step.span, notes);
                return None;
            }
            fits(&read, &steps, (&step.value.0, step.span), notes);
            self.answers(place, &read, (&step.value.0, steps.is_empty()), notes);
            steps.push(read);
        }
        all_or_none(&steps, key.span, notes);
        told_and_never_asked(&steps, key.span, notes);
        let api = api?;
        let per = self.per(api, section, key.span, notes)?;
        let text = text(&per, &steps);
        let name = Arc::from(key.text.as_str());
        Some((api, Flow { name, text: text.into(), line: Some(key.span), per, steps }))
    }

    /// The API of a step, and what it says.
    fn step(
        &self,
        section: &StepSection,
        span: Span,
        within: Duration,
        notes: &mut Notes,
    ) -> Option<(usize, FlowStep)> {
        let names = section.step.0.as_ref()?;
        let found: Vec<(usize, usize)> =
            names.0.iter().flat_map(|name| self.names.matching(name, notes)).collect();
        let (api, _) = *found.first()?;
        if found.iter().any(|(other, _)| *other != api) {
            let help = "name them with their API: `shop::pay`";
            wrong("this step is of several APIs".to_owned(), help, span, notes);
            return None;
        }
        let mut operations: Vec<usize> = found.iter().map(|(_, index)| *index).collect();
        operations.sort_unstable();
        operations.dedup();
        let all = names.0.iter().map(|name| name.value.as_str()).collect::<Vec<_>>();
        let read = FlowStep {
            operations,
            name: all.join(", ").into(),
            of: section.of.as_ref().map(|of| of.value.clone()),
            after: match &section.after {
                Some(after) => time(after, notes)?,
                None => Duration::ZERO,
            },
            within: match &section.within {
                Some(within) => time(within, notes)?,
                None => within,
            },
            goes_back: section.goes_back.as_ref().is_none_or(|word| word.value),
            shows: shows(section),
            equal: equal(section, notes),
        };
        if read.after >= read.within {
            let help = "a step that is due before it may come never comes";
            wrong("`after` is not shorter than `within`".to_owned(), help, span, notes);
        }
        self.places(api, &read, (section, span), notes);
        Some((api, read))
    }

    /// Every operation of a step has what the step says of its requests.
    fn places(
        &self,
        api: usize,
        step: &FlowStep,
        (section, span): (&StepSection, Span),
        notes: &mut Notes,
    ) {
        let Some(Some(contract)) = self.contracts.get(api) else { return };
        let operations: Vec<&Operation> =
            step.operations.iter().filter_map(|index| contract.operation(*index)).collect();
        let mut check = |place: &InputPlace, span: Span| {
            let missing =
                operations.iter().find_map(|operation| absent_value(place, contract, operation));
            if let Some((message, help)) = missing {
                notes.push(|| Diagnostic::error(&codes::BAD_POINTER, message).at(span).help(help));
            }
        };
        if let Some(WalkPlace::Request(place)) = &step.of {
            check(place, section.of.as_ref().map_or(span, |of| of.span));
        }
        for (place, _) in &step.equal {
            let written = section.equal.iter().flat_map(|equal| &equal.0);
            let key = written.map(|(key, _)| key).find(|key| key.text == place.to_string());
            check(place, key.map_or(span, |key| key.span));
        }
    }

    /// What a step takes of its answers, some answer of each of its operations has.
    fn answers(
        &self,
        api: usize,
        step: &FlowStep,
        (section, is_first): (&StepSection, bool),
        notes: &mut Notes,
    ) {
        let Some(Some(contract)) = self.contracts.get(api) else { return };
        let shows = section.shows.iter().flat_map(|shows| &shows.0);
        let told = shows.map(|(_, member)| (member.value.0.as_str(), member.span));
        let made = match (&step.of, &section.of) {
            (Some(WalkPlace::Answer(pointer)), Some(of)) if is_first => {
                Some((pointer.as_str(), of.span))
            }
            _ => None,
        };
        for (pointer, span) in told.chain(made) {
            for operation in step.operations.iter().filter_map(|index| contract.operation(*index)) {
                in_answer(pointer, span, operation, &contract.shapes, notes);
            }
        }
    }

    /// Who walks: what tells callers apart.
    fn per(
        &self,
        api: usize,
        section: &FlowSection,
        span: Span,
        notes: &mut Notes,
    ) -> Option<Vec<RateKey>> {
        let Some(keys) = &section.per else { return Some(vec![RateKey::Caller]) };
        if keys.0.is_empty() || keys.0.len() > KEYS_MAX {
            let message = format!("a flow is walked by 1 to {KEYS_MAX} keys");
            wrong(message, "write `per: caller`", span, notes);
            return None;
        }
        for key in &keys.0 {
            match &key.value {
                RateKey::Everybody | RateKey::Operation | RateKey::Role | RateKey::Object(_) => {
                    let message = format!("{} is nobody who walks", shown(&key.value.to_string()));
                    let help =
                        "write `caller`, `address`, `key`, `caller.tenant`, or `cookie.cart`";
                    wrong(message, help, key.span, notes);
                }
                RateKey::Attribute(name) => {
                    let callers = self.callers.get(api);
                    let unknown = callers.and_then(|callers| known_attribute(name, callers).err());
                    if let Some((message, help)) = unknown {
                        notes.push(|| {
                            Diagnostic::error(&codes::UNKNOWN_ATTRIBUTE, message)
                                .at(key.span)
                                .help(help)
                        });
                    }
                }
                _ => {}
            }
        }
        Some(keys.0.iter().map(|key| key.value.clone()).collect())
    }
}

/// All that a flow says; not which operations its names stand for, so that it goes on where others come.
fn text(per: &[RateKey], steps: &[FlowStep]) -> String {
    let mut text = format!("{per:?}");
    for step in steps {
        let FlowStep { operations: _, name, of, after, within, goes_back, shows, equal } = step;
        // Writing to a String cannot fail.
        let _ =
            write!(text, "; {name} {of:?} {after:?} {within:?} {goes_back} {shows:?} {equal:?}");
    }
    text
}

/// A time that a process can remember.
fn time(written: &Spanned<crate::quantity::Time>, notes: &mut Notes) -> Option<Duration> {
    let time = written.value.duration();
    if time <= WITHIN_MAX {
        return Some(time);
    }
    let message = format!("{} is longer than a flow is remembered", written.value.text());
    wrong(message, "write at most `31d`", written.span, notes);
    None
}

fn shows(section: &StepSection) -> Vec<(Arc<str>, String)> {
    let all = section.shows.iter().flat_map(|shows| &shows.0).take(VALUES_MAX);
    all.map(|(key, member)| (Arc::from(key.text.as_str()), member.value.0.clone())).collect()
}

fn equal(section: &StepSection, notes: &mut Notes) -> Vec<(InputPlace, Arc<str>)> {
    let mut all = Vec::new();
    for (key, name) in section.equal.iter().flat_map(|equal| &equal.0).take(VALUES_MAX) {
        let place = input_place(&key.text);
        if let Some(place) = place.filter(|place| !matches!(place, InputPlace::Names(_))) {
            all.push((place, Arc::from(name.value.as_str())));
            continue;
        }
        let message = format!("{} is no place of a value", shown(&key.text));
        let help =
            "write `body./amount`, `query.total`, `path.id`, and after the colon what was told";
        wrong(message, help, key.span, notes);
    }
    all
}

/// What a step says makes sense behind those before it.
fn fits(
    step: &FlowStep,
    before: &[FlowStep],
    (section, span): (&StepSection, Span),
    notes: &mut Notes,
) {
    for (word, many) in [
        ("shows", section.shows.as_ref().map(|one| one.0.len())),
        ("equal", section.equal.as_ref().map(|one| one.0.len())),
    ] {
        if many.is_some_and(|many| many > VALUES_MAX) {
            let message = format!("`{word}` names more than {VALUES_MAX} values");
            wrong(message, "keep those that money depends on", span, notes);
        }
    }
    if before.is_empty() {
        let early = section.after.as_ref().or(section.within.as_ref());
        if let Some(early) = early {
            let help = "write it at the step that follows";
            wrong("no step is before the first one".to_owned(), help, early.span, notes);
        }
    } else if let (Some(WalkPlace::Answer(_)), Some(of)) = (&step.of, &section.of) {
        let help = "say where its request names it: `path.id`, `body./order_id`";
        wrong("only the first step makes what walks".to_owned(), help, of.span, notes);
    }
    let told = || before.iter().flat_map(|step| &step.shows).map(|(name, _)| &**name);
    for (_, name) in &step.equal {
        if told().any(|known| known == &**name) {
            continue;
        }
        let written = section.equal.iter().flat_map(|equal| &equal.0);
        let at = written.map(|(_, value)| value).find(|value| value.value == **name);
        let help = match did_you_mean(name, told()) {
            Some(near) => format!("did you mean {}?", shown(near)),
            None => format!("write `shows: {{ {name}: answer./total }}` at a step before it"),
        };
        let message = format!("no step before it tells {}", shown(name));
        wrong(message, &help, at.map_or(span, |at| at.span), notes);
    }
}

fn all_or_none(steps: &[FlowStep], span: Span, notes: &mut Notes) {
    let (with, without): (Vec<&FlowStep>, Vec<&FlowStep>) =
        steps.iter().partition(|step| step.of.is_some());
    if let ([_, ..], [silent, ..]) = (with.as_slice(), without.as_slice()) {
        let message = format!("{} does not say what walks, and others do", shown(&silent.name));
        wrong(message, "write `of` at each step, or at none", span, notes);
    }
}

fn told_and_never_asked(steps: &[FlowStep], span: Span, notes: &mut Notes) {
    let asked =
        |name: &Arc<str>| steps.iter().flat_map(|step| &step.equal).any(|(_, one)| one == name);
    let told = steps.iter().flat_map(|step| &step.shows).map(|(name, _)| name);
    let is_misspelt =
        |name: &Arc<str>| !steps.iter().flat_map(|step| &step.shows).any(|(one, _)| one == name);
    if steps.iter().flat_map(|step| &step.equal).any(|(_, name)| is_misspelt(name)) {
        return;
    }
    for name in told.filter(|name| !asked(name)) {
        notes.push(|| {
            let message = format!("no step has to repeat {}", shown(name));
            Diagnostic::warning(&codes::NO_EFFECT, message)
                .at(span)
                .help(format!("write `equal: {{ body./amount: {name} }}` at a later step"))
        });
    }
}

fn wrong(message: String, help: &str, span: Span, notes: &mut Notes) {
    notes.push(|| Diagnostic::error(&codes::BAD_FLOW, message).at(span).help(help.to_owned()));
}
