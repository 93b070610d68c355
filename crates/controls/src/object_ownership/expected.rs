//! Whether the objects of an operation are asked for, or nobody can say whose they are.

use portcullis_contract::Security;
use portcullis_model::shown;
use portcullis_policy::{InputPlace, Model, Posture, Verb};

/// Whether objects are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Each of them.
    Asked,
    /// None, and why.
    NotAsked(&'static str),
    /// Nobody says whose they are: it is closed.
    Closed(Closed),
}

/// What is not decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// A value looks like an id, and nobody says of what.
    Undecided(InputPlace),
    /// No rule permits anything with objects of this resource, by index.
    NoRule(usize),
    /// It lists objects of this resource, and its answers are not described.
    NotDescribed(usize),
}

impl Expected {
    /// What is expected of an operation.
    pub fn derive(model: &Model, operation: usize) -> Self {
        let authorization = &model.authorization;
        let says = |list: &[bool]| list.get(operation).copied().unwrap_or_default();
        if model.posture == Posture::ContractOnly {
            return Self::NotAsked("there is no policy");
        }
        if says(&model.access.anyone) {
            return Self::NotAsked("the policy opens it to anyone");
        }
        let Some(touches) = authorization.operations.get(operation) else {
            return Self::NotAsked("nothing is known of its objects");
        };
        let is_anonymous = || {
            let security = model.contract.operation(operation).map(|one| &one.security);
            matches!(security, Some(Security::Anonymous { .. })) && !says(&model.access.callers)
        };
        if !touches.is_none {
            if let Some(place) = touches.undecided.first()
                && !is_anonymous()
            {
                return Self::Closed(Closed::Undecided(place.clone()));
            }
            let named = touches.inputs.iter().map(|input| input.resource);
            let about = touches.does.first().map(|(resource, _)| *resource);
            let needed = named.chain(about);
            for resource in needed {
                let mut rules = authorization.rules.iter();
                if !rules.any(|rule| rule.permits(resource, operation, touches)) {
                    return Self::Closed(Closed::NoRule(resource));
                }
            }
            if let Some((resource, Verb::List)) = touches.does.first()
                && !touches.shows.contains(resource)
            {
                return Self::Closed(Closed::NotDescribed(*resource));
            }
        }
        if touches.inputs.is_empty() && touches.shows.is_empty() && touches.does.is_empty() {
            return Self::NotAsked("it names no object, and shows none");
        }
        Self::Asked
    }
}

impl Closed {
    pub(super) fn detail(&self) -> String {
        match self {
            Self::Undecided(place) => format!("nobody says what {place} is the id of"),
            Self::NoRule(_) => "no rule says who may touch its objects".to_owned(),
            Self::NotDescribed(_) => "what it lists is not described".to_owned(),
        }
    }

    /// What is open, as the end of a sentence that begins with the operation.
    pub fn words(&self, model: &Model) -> String {
        match self {
            Self::Undecided(place) => {
                format!("takes {}, and nobody says what it is the id of", shown(&place.to_string()))
            }
            Self::NoRule(resource) => {
                format!("touches {}, and no rule says who may", shown(name(model, *resource)))
            }
            Self::NotDescribed(resource) => {
                format!(
                    "lists {}, and its answer does not have that schema",
                    shown(name(model, *resource))
                )
            }
        }
    }

    /// The line that would decide it.
    pub fn help(&self, model: &Model, operation: usize) -> String {
        let own = model.contract.operation(operation);
        let own = own.map(portcullis_contract::Operation::name).unwrap_or_default();
        match self {
            Self::Undecided(place) => format!(
                "it is closed; under `operations`: `{own}: {{ objects: {{ {place}: RESOURCE }} }}`, or \
                 `objects: none` and a `reason`"
            ),
            Self::NoRule(resource) => format!(
                "it is closed; under `access`: `- {{ may: [{own}], on: {}, when: mine }}`",
                name(model, *resource)
            ),
            Self::NotDescribed(resource) => format!(
                "it is closed; describe the answer, or name it: `schema: [{}, {own}.200/...]`",
                name(model, *resource)
            ),
        }
    }
}

fn name(model: &Model, resource: usize) -> &str {
    model.authorization.resources.get(resource).map_or("", |resource| &resource.name)
}
