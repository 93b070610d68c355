//! What is so of one operation.

use portcullis_contract::{
    BodyKind, Media, MediaRange, Operation, Parameter, Place, SchemePlace, Security, StatusPattern,
};
use portcullis_controls::caller_identity::Expected as Caller;
use portcullis_controls::coverage::is_success;
use portcullis_controls::{Expectation, Plan, face, outbound_target, resource_limits};
use portcullis_model::{ControlId, Method, Verb};
use portcullis_policy::naming::{looks_like_id, words};
use portcullis_policy::{RateBound, Touches, looks_administrative};

use super::acts::{Said, filters_by, names_object, names_tenant};
use super::shapes::{Looking, Told, Way};
use super::words::classes_of;
use crate::system::{DataClasses, Fact, Facts};

/// What facts, and classes of data, an operation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OfOperation {
    pub(super) facts: Facts,
    pub(super) takes: DataClasses,
    pub(super) gives: DataClasses,
}

/// Derives them.
pub(super) fn of(
    plan: &Plan,
    index: usize,
    operation: &Operation,
    looking: &mut Looking<'_>,
) -> OfOperation {
    let model = &plan.model;
    let nothing = Touches::default();
    let touches = model.authorization.operations.get(index).unwrap_or(&nothing);
    let said = Said::of(operation);
    let taken = taken(operation, looking);
    let given = given(operation, looking);
    let credentials = credentials(plan, index);
    let changes = changes(plan, index, operation);
    let has_list = given.has_list || takes_amount(operation);
    let objects = if model.authorization.resources.is_empty() {
        by_document(operation, touches, (&taken, &given)).with(Fact::GivesList, has_list)
    } else {
        objects(touches, has_list)
    };
    let facts = objects
        .with(Fact::Changes, changes)
        .with(Fact::TakesText, takes_text(plan, index))
        .with(
            Fact::TakesUrl,
            !outbound_target::url_places(&model.contract.shapes, operation).is_empty(),
        )
        .with(Fact::TakesFile, taken.has_bytes || takes_bytes(operation))
        .with(Fact::TakesProperties, taken.has_properties)
        .with(Fact::TakesAnything, taken.is_open || takes_undescribed(operation))
        .with(Fact::TakesBatch, taken.has_list)
        .with(Fact::TakesAmount, takes_amount(operation))
        .with(Fact::TakesFilter, !changes && takes_filter(plan, &said, operation))
        .with(Fact::TakesValue, taken.has_value)
        .with(Fact::TakesPattern, taken.has_pattern || takes_pattern(operation))
        .with(Fact::NamesTenant, taken.has_tenant || names_a_tenant(operation))
        .with(Fact::TakesXml, has_kind(operation, BodyKind::Xml))
        .with(Fact::TakesGraphql, takes_graphql(plan, index))
        .with(Fact::GivesSecret, given.has_secret)
        .with(Fact::GivesAnything, given.is_open || gives_undescribed(operation))
        .with(Fact::Deprecated, operation.deprecated || operation.sunset.is_some())
        .with(Fact::LooksAdministrative, looks_administrative(operation).is_some())
        .with(Fact::InFlow, model.flows.iter().any(|flow| flow.step_of(index).is_some()))
        .with(Fact::CallerUndecided, matches!(operation.security, Security::NotStated));
    let facts = answers(plan, index, (operation, &said), facts);
    let facts = sessions(
        plan,
        index,
        facts.with(Fact::TakesSecret, taken.has_password && changes && logs_in(&said, operation)),
        &said,
    );
    let facts = named(plan, index, &said, &taken, facts.or(credentials));
    let parameters = operation.parameters.iter().map(|one| classes_of(&one.name));
    OfOperation {
        facts,
        takes: parameters.fold(taken.classes, DataClasses::with),
        gives: given.classes,
    }
}

/// Whether it changes something, by its method or the policy's word.
fn changes(plan: &Plan, index: usize, operation: &Operation) -> bool {
    let only_reads = matches!(operation.method, Method::Get | Method::Head | Method::Options);
    !only_reads || plan.model.is_changing(Some(index))
}

fn taken(operation: &Operation, looking: &mut Looking<'_>) -> Told {
    let media = operation.body.iter().flat_map(|body| &body.media);
    let mut told = Told::default();
    for schema in media.filter_map(|media| media.schema.as_ref()) {
        told = told.with(looking.told(schema.shape, Way::In));
    }
    told
}

fn given(operation: &Operation, looking: &mut Looking<'_>) -> Told {
    let successes = operation.responses.iter().filter(|one| is_success(one.status));
    let mut told = Told::default();
    for media in successes.flat_map(|response| &response.media) {
        if let Some(schema) = &media.schema {
            told = told.with(looking.told(schema.shape, Way::Out));
        }
    }
    told
}

fn objects(touches: &Touches, has_list: bool) -> Facts {
    let does = |wanted: &[Verb]| touches.does.iter().any(|(_, verb)| wanted.contains(verb));
    Facts::default()
        .with(Fact::Creates, does(&[Verb::Create]))
        .with(Fact::Deletes, does(&[Verb::Delete]))
        .with(Fact::ReadsObjects, does(&[Verb::Read, Verb::List]) || !touches.shows.is_empty())
        .with(Fact::TakesId, !touches.is_none && !touches.inputs.is_empty())
        .with(Fact::TakesUnknownId, !touches.is_none && !touches.undecided.is_empty())
        .with(Fact::GivesList, does(&[Verb::List]) || has_list)
}

/// What the document alone says of objects, where the policy names no resources: with the gateway or without, with a
/// policy or without.
fn by_document(operation: &Operation, touches: &Touches, (taken, given): (&Told, &Told)) -> Facts {
    let is_for_anyone = matches!(operation.security, Security::Anonymous { .. });
    if is_for_anyone || touches.is_none {
        return Facts::default();
    }
    let names_one = operation.parameters.iter().any(|one| match one.place {
        Place::Path => names_object(&one.name),
        Place::Query => looks_like_id(&one.name),
        Place::Header | Place::Cookie => false,
    });
    let is_collection = !operation.template.ends_with('}');
    let creates = operation.method == Method::Post && is_collection && taken.has_properties;
    Facts::default()
        .with(Fact::TakesUnknownId, names_one || taken.has_id)
        .with(Fact::ReadsObjects, operation.method == Method::Get && given.has_properties)
        .with(Fact::Creates, creates)
        .with(Fact::Deletes, operation.method == Method::Delete)
}

/// Whether a text of it may be more than a value to a language.
fn takes_text(plan: &Plan, index: usize) -> bool {
    let expected = (face(ControlId::HostileInput).expectation)(&plan.model, index);
    !matches!(expected, Expectation::NotApplicable(_))
}

fn has_kind(operation: &Operation, kind: BodyKind) -> bool {
    operation.body.iter().flat_map(|body| &body.media).any(|media| media.kind == kind)
}

fn takes_undescribed(operation: &Operation) -> bool {
    let mut media = operation.body.iter().flat_map(|body| &body.media);
    media.any(|media| media.is_tree() && media.schema.is_none())
}

fn gives_undescribed(operation: &Operation) -> bool {
    let mut successes = operation.responses.iter().filter(|one| is_success(one.status));
    successes.any(|response| {
        response.media.iter().any(|media| media.is_tree() && media.schema.is_none())
    })
}

fn takes_amount(operation: &Operation) -> bool {
    let mut query = operation.parameters.iter().filter(|one| one.place == Place::Query);
    query.any(|one| resource_limits::is_page_size(&one.name))
}

/// Whether a caller chooses by which column, or of which: not where the document lists them.
fn takes_filter(plan: &Plan, said: &Said, operation: &Operation) -> bool {
    let shapes = &plan.model.contract.shapes;
    let is_listed = |one: &Parameter| {
        let shape = one.schema.as_ref().map(|schema| shapes.get(schema.shape));
        let item = shape.and_then(|shape| shape.items).map(|items| shapes.get(items));
        shape.is_some_and(|shape| shape.text.is_confined)
            || item.is_some_and(|item| item.text.is_confined)
    };
    filters(operation).any(|one| said.filters() || !is_listed(one))
}

/// The parameters that say what to sort or filter by: by their names, or all of them where the operation is called so.
pub(crate) fn filters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    let by_path = Said::of(operation).filters();
    let query = operation.parameters.iter().filter(|one| one.place == Place::Query);
    query.filter(move |one| by_path || filters_by(&one.name))
}

fn takes_pattern(operation: &Operation) -> bool {
    let is_pattern = |word: String| matches!(word.as_str(), "regex" | "regexp");
    operation.parameters.iter().any(|one| words(&one.name).into_iter().any(is_pattern))
}

fn names_a_tenant(operation: &Operation) -> bool {
    operation
        .parameters
        .iter()
        .any(|one| names_tenant(&one.name, matches!(one.place, Place::Path | Place::Header)))
}

/// Whether its body is a file: bytes under a label of none of the forms in which settings and texts are written.
fn takes_bytes(operation: &Operation) -> bool {
    let is_written = |media: &Media| {
        let MediaRange { main, sub } = &media.range;
        // `*/*` says nothing, and a patch or a document in YAML is no file.
        main == "*"
            || sub.contains("yaml")
            || sub.contains("json")
            || sub.contains("patch")
            || sub.contains("jose")
    };
    let mut media = operation.body.iter().flat_map(|body| &body.media);
    media.any(|media| media.kind == BodyKind::Opaque && !is_written(media))
}

fn takes_graphql(plan: &Plan, index: usize) -> bool {
    use portcullis_policy::Graphql;
    let said = plan.model.bodies.get(index).map(|body| body.graphql);
    let looks = plan.operations.get(index).is_some_and(|one| one.graphql.is_some());
    looks || said == Some(Graphql::Uninspected)
}

fn answers(
    plan: &Plan,
    index: usize,
    (operation, said): (&Operation, &Said),
    facts: Facts,
) -> Facts {
    let handling = plan.model.bodies.get(index).copied().unwrap_or_default();
    let kinds = || operation.responses.iter().flat_map(|response| &response.media);
    let is_stream = kinds().any(|media| media.kind == BodyKind::Stream);
    let is_markup = kinds().any(|media| {
        matches!(
            media.range.to_string().as_str(),
            "text/html" | "image/svg+xml" | "application/xhtml+xml"
        )
    });
    let leads = operation.responses.iter().any(|response| {
        matches!(
            response.status,
            StatusPattern::Exact(301 | 302 | 303 | 307 | 308) | StatusPattern::Range(3)
        )
    });
    facts
        .with(Fact::GivesUninspected, handling.stream_answer || is_stream)
        .with(Fact::GivesMarkup, is_markup)
        .with(Fact::GivesFile, gives_file(operation))
        .with(Fact::GivesTable, !facts.has(Fact::Changes) && gives_table(operation, said))
        .with(Fact::GivesRedirect, leads)
        .with(Fact::Upgrades, handling.upgrades)
}

/// Whether its answers of success are bytes or plain text, and nothing else.
fn gives_file(operation: &Operation) -> bool {
    let successes = operation.responses.iter().filter(|one| is_success(one.status));
    let mut media = successes.flat_map(|response| &response.media).peekable();
    media.peek().is_some()
        && media.all(|media| {
            matches!(media.kind, BodyKind::Opaque | BodyKind::Text) && media.range.main != "*"
        })
}

/// Forms of tables: what spreadsheets open by a click.
const TABLES: [&str; 6] = [
    "csv",
    "tab-separated-values",
    "vnd.ms-excel",
    "vnd.oasis.opendocument.spreadsheet",
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "x-csv",
];

/// Whether its answers are tables, by their label, or by its name and that of a parameter.
fn gives_table(operation: &Operation, said: &Said) -> bool {
    let successes = operation.responses.iter().filter(|one| is_success(one.status));
    let mut labels = successes.flat_map(|response| &response.media).map(|media| &media.range);
    let names =
        operation.parameters.iter().map(|one| one.name.as_str()).chain(operation.id.as_deref());
    let mut words = names.chain([operation.template.as_str()]).flat_map(words);
    let is_named = words.any(|word| matches!(word.as_str(), "csv" | "excel" | "xls" | "xlsx"));
    labels.any(|label| TABLES.contains(&label.sub.as_str())) || said.exports() && is_named
}

/// What credentials open it.
fn credentials(plan: &Plan, index: usize) -> Facts {
    let declared = plan.model.contract.operation(index).map(|operation| &operation.security);
    let mut schemes: Vec<usize> = match declared {
        Some(Security::Required { any_of, .. }) => {
            any_of.iter().flat_map(|one| &one.schemes).copied().collect()
        }
        _ => Vec::new(),
    };
    if let Some(one) = plan.operations.get(index)
        && let Caller::Callers(_) = one.caller
    {
        schemes.extend(one.caller.schemes());
    }
    let callers = &plan.model.callers;
    let mut facts = Facts::default();
    for at in schemes {
        let Some(scheme) = plan.model.contract.schemes.get(at) else { continue };
        let is_basic = matches!(&scheme.place, SchemePlace::Authorization(word) if word == "basic");
        let is_bearer =
            matches!(&scheme.place, SchemePlace::Authorization(word) if word != "basic");
        let is_key = scheme.kind == portcullis_contract::SchemeKind::ApiKey;
        facts = facts
            .with(Fact::ByCookie, matches!(scheme.place, SchemePlace::Cookie(_)))
            .with(Fact::ByQuery, matches!(scheme.place, SchemePlace::Query(_)))
            .with(Fact::ByPassword, is_basic || callers.takes_passwords(at))
            .with(Fact::ByKey, is_key || callers.takes_keys(at))
            .with(Fact::ByToken, is_bearer)
            .with(Fact::ByCertificate, scheme.place == SchemePlace::MutualTls);
    }
    facts
}

/// Whether a password that it takes is one to guess: its name says that somebody logs in, or the document that anyone
/// may come with one.
fn logs_in(said: &Said, operation: &Operation) -> bool {
    let is_for_anyone = matches!(operation.security, Security::Anonymous { .. });
    said.logs_in() || is_for_anyone && operation.method == Method::Post
}

/// Logins, and what ends sessions or changes rights, as the policy says.
fn sessions(plan: &Plan, index: usize, facts: Facts, said: &Said) -> Facts {
    let callers = &plan.model.callers;
    let logins = || callers.logins.iter();
    let second = |login: &portcullis_policy::Login| {
        login.second_step.as_ref().is_some_and(|step| step.operation == index)
    };
    let refreshes = |login: &portcullis_policy::Login| {
        login.refresh.as_ref().is_some_and(|refresh| refresh.operation == index)
    };
    let is_login = logins().any(|login| login.operation == index || second(login));
    let gives = is_login || logins().any(refreshes);
    let is_guessed = callers.guesses.iter().any(|guess| guess.operation == index);
    facts
        .with(Fact::TakesSecret, is_login || is_guessed)
        .with(Fact::ByPassword, is_login)
        .with(
            Fact::GivesCredential,
            gives
                || facts.has(Fact::GivesSecret)
                    && (facts.has(Fact::TakesSecret) || said.gives_out()),
        )
        .with(Fact::TakesFactor, logins().any(second) || said.asks_factor())
        .with(Fact::EndsSession, callers.ends_sessions.iter().any(|one| one.operation == index))
        .with(Fact::ChangesRoles, callers.changes_roles.contains(&index))
}

/// What its name and path say.
fn named(plan: &Plan, index: usize, said: &Said, taken: &Told, facts: Facts) -> Facts {
    let changes = facts.has(Fact::Changes);
    let moves = changes && said.moves();
    let model = &plan.model;
    let serialized = model.serialized.get(index).is_some_and(Option::is_some);
    let once =
        model.rates.iter().any(|rate| rate.bound == RateBound::Once && rate.concerns(Some(index)));
    let held = serialized || once || facts.has(Fact::InFlow);
    let is_post = matches!(
        model.contract.operation(index).map(|operation| operation.method),
        Some(Method::Post)
    );
    let reaches =
        taken.has_reach && !taken.has_present_password && !facts.has(Fact::GivesCredential);
    facts
        .with(Fact::MovesValue, moves)
        .with(Fact::Repeatable, moves && is_post && !held)
        .with(Fact::SendsMessages, changes && said.sends(taken.has_recipient, taken.has_password))
        .with(Fact::IsWebhook, changes && said.is_webhook())
        .with(Fact::ResetsPassword, changes && said.resets_password())
        .with(Fact::ChangesReach, changes && reaches && said.changes_account())
}
