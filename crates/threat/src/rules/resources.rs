//! A4: what a caller can use up.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::{Hit, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{Element, Entry, Fact, Reach};

pub(super) const CONNECTIONS_HELD: Rule = Rule {
    id: "connections-held",
    title: "slow requests hold what everybody needs",
    text: "somebody opens many connections and sends bytes slowly, or keeps the slowest operation busy",
    item: "A4",
    stride: &[Stride::DenialOfService],
    cwe: &[400],
    capec: &[227, 469],
    d3fend: &["D3-ISVA", "D3-ITF"],
    controls: &[ControlId::ResourceLimits],
    advice: "heads, bodies and whole requests have an end in time, and each address few connections",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 0, integrity: 0, availability: 9, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.whole(looked.has_operations(), "it answers who connects"),
};

pub(super) const CALLED_TOO_OFTEN: Rule = Rule {
    id: "called-too-often",
    title: "an operation that costs much is called without end",
    text: "a program calls what costs the most, or fills the store object by object, as often as it can",
    item: "A4",
    stride: &[Stride::DenialOfService],
    cwe: &[770, 799],
    capec: &[125, 488],
    d3fend: &["D3-ISVA"],
    controls: &[ControlId::ResourceLimits],
    advice: "each caller and address may call it so many times in a minute, in all versions together",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 0, integrity: 0, availability: 7, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let costs = |entry: &Entry| {
            let facts = entry.facts;
            facts.has_any(&[
                Fact::Creates,
                Fact::GivesList,
                Fact::GivesUninspected,
                Fact::TakesAmount,
                Fact::TakesBatch,
                Fact::TakesFile,
                Fact::TakesSecret,
                Fact::TakesUrl,
            ])
        };
        looked.each_of(costs, "one call of it can cost much")
    },
};

pub(super) const PAGE_WITHOUT_END: Rule = Rule {
    id: "page-without-end",
    title: "one page of a list is as long as the caller says",
    text: "somebody asks for a million items at once, or for fewer than none",
    item: "A4",
    stride: &[Stride::DenialOfService, Stride::InformationDisclosure],
    cwe: &[770],
    capec: &[130],
    d3fend: &["D3-IRV"],
    controls: &[ControlId::ResourceLimits, ControlId::InputShape],
    advice: "a page has a largest size, whatever is asked for, and the document says it",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 6, integrity: 0, availability: 7, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let pages = |entry: &Entry| entry.facts.has_any(&[Fact::TakesAmount, Fact::GivesList]);
        looked.each_of(pages, "its answers are lists")
    },
};

pub(super) const BODY_TOO_LARGE: Rule = Rule {
    id: "body-too-large",
    title: "a body is too large, too deep or has too many items",
    text: "somebody sends a body that takes more memory or time to read than the API has",
    item: "A4",
    stride: &[Stride::DenialOfService],
    cwe: &[674, 770],
    capec: &[230, 231],
    d3fend: &["D3-IRV", "D3-CF"],
    controls: &[ControlId::ResourceLimits, ControlId::InputShape],
    advice: "bytes, depth and counts are bounded before the body is read as a whole",
    factors: Factors { skill: 9, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 0, integrity: 0, availability: 7, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.each_of(takes_body, "it takes a body"),
};

pub(super) const SMALL_BODY_GROWS: Rule = Rule {
    id: "small-body-grows",
    title: "a small body grows when it is unpacked",
    text: "somebody sends a few kilobytes that become gigabytes: compressed zeros, entities within entities",
    item: "A4",
    stride: &[Stride::DenialOfService],
    cwe: &[409, 776],
    capec: &[197, 491],
    d3fend: &["D3-CF"],
    controls: &[ControlId::ResourceLimits, ControlId::InputShape],
    advice: "what comes out of a decoder is bounded, and document types of XML are refused",
    factors: Factors { skill: 6, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 0, integrity: 0, availability: 9, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| looked.each_of(takes_body, "it takes a body, which may come compressed"),
};

pub(super) const MESSAGES_AT_YOUR_COST: Rule = Rule {
    id: "messages-at-your-cost",
    title: "messages are sent to anybody at the owner's cost",
    text: "a program has codes and mails sent to thousands of numbers: expensive ones, or one person's",
    item: "A4",
    stride: &[Stride::DenialOfService],
    cwe: &[799],
    capec: &[212, 125],
    d3fend: &["D3-WSAA"],
    controls: &[ControlId::ResourceLimits],
    advice: "each target, caller and address gets few messages in a day, and a budget stops all of them",
    factors: Factors { skill: 9, motive: 9, discovery: 7, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 0, availability: 5, accountability: 7 },
    probe: Probe::People(
        "have it send to a number of your own ten times, then to ten numbers: when does it stop?",
    ),
    find: |looked| looked.each(Fact::SendsMessages, "its name says that somebody gets a message"),
};

pub(super) const ALL_DATA_TAKEN: Rule = Rule {
    id: "all-data-taken",
    title: "a whole list is harvested page by page",
    text: "a program reads all pages, or counts through all numbers, until it has everything that is shown one by one",
    item: "A4",
    stride: &[Stride::InformationDisclosure],
    cwe: &[770, 799],
    capec: &[116],
    d3fend: &["D3-UDTA", "D3-RAPA"],
    controls: &[ControlId::ResourceLimits],
    advice: "what a caller reads in a day is counted in objects, not only in requests",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 0, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let shows = |entry: &Entry| entry.facts.has(Fact::GivesList) && entry.gives.is_sensitive();
        looked.each_of(shows, "its answers list sensitive data, page by page")
    },
};

pub(super) const QUERY_COSTS_MORE: Rule = Rule {
    id: "query-costs-more",
    title: "one GraphQL query does the work of thousands",
    text: "somebody asks for the same field under a thousand names, or for lists within lists within lists",
    item: "A4",
    stride: &[Stride::DenialOfService],
    cwe: &[405],
    capec: &[130, 230],
    d3fend: &["D3-CF"],
    controls: &[],
    advice: "the API weighs a query before it runs it: depth, names, items, batches",
    factors: Factors { skill: 6, motive: 4, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 0, integrity: 0, availability: 7, accountability: 7 },
    probe: Probe::People(
        "send a query with the same field under 500 names, and one of ten lists within lists",
    ),
    find: |looked| {
        let speaking = looked.entries(|entry| entry.facts.has(Fact::TakesGraphql));
        let why = "it speaks GraphQL, or may";
        speaking
            .map(|(at, entry)| match entry.reach {
                Reach::Nobody => {
                    let because = "it is closed until the policy names it";
                    Hit::known(Element::Entry(at), why, State::Configured, because)
                }
                _ => Hit::new(Element::Entry(at), why),
            })
            .collect()
    },
};

pub(super) const PATTERN_TAKES_MINUTES: Rule = Rule {
    id: "pattern-takes-minutes",
    title: "one text keeps a pattern matching for minutes",
    text: "somebody sends a short text that a regular expression tries in millions of ways, or the expression itself, and the process stands still",
    item: "A4",
    stride: &[Stride::DenialOfService],
    cwe: &[1333],
    capec: &[492],
    d3fend: &["D3-CF"],
    controls: &[],
    advice: "patterns are matched in linear time or given up after milliseconds, texts are short, and callers send no patterns",
    factors: Factors { skill: 6, motive: 4, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 0, integrity: 0, availability: 7, accountability: 7 },
    probe: Probe::People(
        "send forty times `a` and a `!` where a pattern repeats what repeats, and look at the time of the answer",
    ),
    find: |looked| {
        let why = "callers send it a regular expression";
        let mut hits = looked.each(Fact::TakesPattern, why);
        let takes_text = looked.has_any(&[Fact::TakesText]);
        hits.extend(looked.whole(takes_text, "programs hold texts against patterns"));
        hits
    },
};

/// Whether it takes a body.
fn takes_body(entry: &Entry) -> bool {
    let facts = &[
        Fact::TakesProperties,
        Fact::TakesAnything,
        Fact::TakesFile,
        Fact::TakesBatch,
        Fact::TakesXml,
    ];
    entry.is_operation() && entry.facts.has_any(facts)
}
