//! An API of a seed.

use super::chance::Chance;
use super::shape::{
    Api, Caller, Does, Form, Id, Kind, List, Operation, Owner, ROLES, Rule, Verb, When,
};

const NAMES: [(&str, &str, &str); 8] = [
    ("Order", "order", "orders"),
    ("Invoice", "invoice", "invoices"),
    ("Vehicle", "vehicle", "vehicles"),
    ("Delivery", "delivery", "deliveries"),
    ("Address", "address", "addresses"),
    ("Report", "report", "reports"),
    ("Prescription", "prescription", "prescriptions"),
    ("Box", "box", "boxes"),
];
const KINDS_MAX: usize = 6;
const CALLERS: usize = 10;
const TENANTS: [&str; 3] = ["north", "south", "west"];
const NUMBER: Id = Id { at: "/id", form: Form::Integer };
const CODE: Id = Id { at: "/code", form: Form::Text };
const IDS: [&[Id]; 7] = [
    &[NUMBER],
    &[NUMBER, CODE],
    &[CODE],
    &[Id { at: "/id", form: Form::Uuid }],
    &[Id { at: "/uuid", form: Form::Uuid }, Id { at: "/number", form: Form::Integer }],
    &[Id { at: "/meta/id", form: Form::Integer }],
    &[Id { at: "/id", form: Form::Text }],
];
const ID: Owner = Owner { at: "/customer_id", is_email: false, is_list: false };
const OWNERS: [&[Owner]; 6] = [
    &[ID],
    &[ID, Owner { at: "/keeper", is_email: false, is_list: false }],
    &[Owner { at: "/owner/email", is_email: true, is_list: false }],
    &[Owner { at: "/people/holder", is_email: false, is_list: false }],
    &[Owner { at: "/members", is_email: false, is_list: true }],
    &[ID, Owner { at: "/owner/email", is_email: true, is_list: false }],
];

/// The API of this seed.
pub fn api(seed: u64) -> Api {
    let mut chance = Chance::of(seed);
    let chance = &mut chance;
    let has_tenants = chance.is(50);
    let mut names = NAMES.to_vec();
    let count = 1 + chance.below(KINDS_MAX);
    let kinds: Vec<Kind> =
        (0..count).map(|place| kind(place, count, has_tenants, &mut names, chance)).collect();
    let operations: Vec<Operation> = kinds
        .iter()
        .enumerate()
        .flat_map(|(place, kind)| operations(place, kind, &kinds, chance))
        .collect();
    let callers = (0..CALLERS).map(|number| caller(number, has_tenants, chance)).collect();
    let rules = (0..count)
        .flat_map(|place| rules(place, &kinds, &operations, has_tenants, chance))
        .collect();
    Api { kinds, operations, callers, rules, has_tenants, has_caller_id: chance.is(60) }
}

fn kind(
    place: usize,
    count: usize,
    has_tenants: bool,
    names: &mut Vec<(&'static str, &'static str, &'static str)>,
    chance: &mut Chance,
) -> Kind {
    let (name, one, many) = names.remove(chance.below(names.len()));
    let inner = chance.is(40).then(|| chance.below(count));
    Kind {
        name,
        one,
        many,
        ids: chance.one(&IDS).to_vec(),
        owners: chance.one(&OWNERS).to_vec(),
        has_tenant: has_tenants && (place == 0 || chance.is(80)),
        has_helper: chance.is(50),
        parent: (place > 0 && chance.is(50)).then(|| chance.below(place)),
        inner,
        list: *chance.one(&[List::Plain, List::Wrapped, List::Map]),
        is_wrapped: chance.is(30),
    }
}

fn operations(place: usize, kind: &Kind, kinds: &[Kind], chance: &mut Chance) -> Vec<Operation> {
    let Kind { name, one, many, .. } = kind;
    let parent = kind.parent.and_then(|parent| kinds.get(parent));
    let above =
        parent.map(|kind| format!("/{}/{{{}_id}}", kind.many, kind.one)).unwrap_or_default();
    let id = chance.one(&["id".to_owned(), format!("{one}_id"), format!("{one}Id")]).clone();
    let update = *chance.one(&["PUT", "PATCH"]);
    let mut all = vec![
        ("list", "GET", format!("/{many}"), Does::List),
        ("read", "GET", format!("/{many}/{{{id}}}"), Does::Read(0)),
        ("make", "POST", format!("/{many}"), Does::Create),
        ("change", update, format!("/{many}/{{{id}}}"), Does::Update),
        ("erase", "DELETE", format!("/{many}/{{{id}}}"), Does::Delete),
        ("find", "GET", format!("/{many}/find"), Does::Find),
        ("touch", "POST", format!("/{many}/touch"), Does::Touch),
        ("cancelAll", "POST", format!("/{many}/batch"), Does::Batch),
        ("pay", "POST", format!("/{many}/pay"), Does::Pay),
        ("label", "POST", format!("/{many}/label"), Does::Label),
        ("act", "POST", format!("/{many}/{{{id}}}/act"), Does::Act),
        ("listOf", "GET", format!("{above}/{many}"), Does::ListOf),
        ("readOf", "GET", format!("{above}/{many}/{{{id}}}"), Does::ReadOf),
        ("eraseOf", "DELETE", format!("{above}/{many}/{{{id}}}"), Does::DeleteOf),
    ];
    if let Some(second) = kind.ids.get(1) {
        let member = second.member();
        all.push(("readBy", "GET", format!("/{many}/by-{member}/{{{member}}}"), Does::Read(1)));
    }
    all.retain(|(.., does)| match does {
        Does::Read(_) => true,
        does if does.needs_parent() => parent.is_some(),
        _ => chance.is(75),
    });
    all.into_iter()
        .map(|(verb, method, template, does)| Operation {
            name: format!("{verb}{name}"),
            method,
            template,
            does,
            kind: place,
        })
        .collect()
}

fn caller(number: usize, has_tenants: bool, chance: &mut Chance) -> Caller {
    const OF: [usize; CALLERS] = [0, 0, 0, 0, 0, 1, 1, 2, 2, 3];
    let role = OF.get(number).copied().unwrap_or_default();
    let is_of_some = has_tenants && (number < 3 || chance.is(90));
    Caller {
        subject: format!("s{number}"),
        id: format!("c{number}"),
        email: format!("c{number}@example.com"),
        role,
        tenant: is_of_some.then(|| (*chance.one(&TENANTS)).to_owned()),
    }
}

fn rules(
    place: usize,
    kinds: &[Kind],
    operations: &[Operation],
    has_tenants: bool,
    chance: &mut Chance,
) -> Vec<Rule> {
    let Some(kind) = kinds.get(place) else { return Vec::new() };
    let mut all = Vec::new();
    for role in 0..ROLES.len() {
        for _ in 0..chance.below(3) + usize::from(role == 0) {
            all.extend(permits(place, kind, operations, role, has_tenants, chance));
        }
    }
    if chance.is(40) {
        let verbs = vec![*chance.one(&[Verb::Update, Verb::Delete, Verb::Read])];
        let when = *chance.one(&[When::Locked, When::Locked, When::All]);
        let role = chance.below(ROLES.len());
        all.push(Rule {
            forbids: true,
            role,
            kind: place,
            verbs,
            named: Vec::new(),
            when,
            hides: false,
            is_across: false,
        });
    }
    all
}

fn permits(
    place: usize,
    kind: &Kind,
    operations: &[Operation],
    role: usize,
    has_tenants: bool,
    chance: &mut Chance,
) -> Option<Rule> {
    let mut verbs: Vec<Verb> = [Verb::Read, Verb::Read, Verb::Update, Verb::Delete]
        .into_iter()
        .filter(|_| chance.is(60))
        .collect();
    verbs.dedup();
    let named = |(index, one): (usize, &Operation)| {
        let is_it = one.kind == place && one.does.verb().is_none() && chance.is(60);
        is_it.then_some(index)
    };
    let named: Vec<usize> = operations.iter().enumerate().filter_map(named).collect();
    let mut choice = vec![When::Mine, When::Mine, When::Mine, When::MineAndOpen];
    if role > 0 {
        choice.extend([When::All, When::Open, When::NotLocked]);
    }
    if kind.has_helper {
        choice.extend([When::Helped, When::MineOrHelped]);
    }
    let when = *chance.one(&choice);
    // What an object that does not exist yet will be is for the API to say.
    if matches!(when, When::All | When::Mine) && chance.is(70) {
        verbs.push(Verb::Create);
    }
    let is_across = has_tenants && role >= 2 && chance.is(30);
    (!verbs.is_empty() || !named.is_empty()).then(|| Rule {
        forbids: false,
        role,
        kind: place,
        verbs,
        named,
        when,
        hides: chance.is(30),
        is_across,
    })
}
