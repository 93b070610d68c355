//! Which objects the requests and answers of each operation touch: derived from names and schemas of the
//! contract, corrected by the policy.

mod corrected;
mod derived;
mod leads;
mod linked;

use portcullis_contract::{Place, Security, StatusPattern};
use portcullis_model::Method;
use portcullis_yaml::Notes;

use super::Api;
use crate::authorization::{InputPlace, ObjectInput, Resource, Touches, Verb};
use crate::file::PolicyFile;
use crate::login::RequestPlace;
use crate::naming::folded;
use derived::Derive;
use leads::Leads;

/// Operations by which one resource is read with other credentials each, at most.
const READERS_MAX: usize = 8;

/// For each API, for each operation. Also finds by which operation a resource is read.
pub(super) fn of(
    file: &PolicyFile,
    apis: &[Api<'_>],
    resources: &mut [Vec<Resource>],
    notes: &mut Notes,
) -> Vec<Vec<Touches>> {
    let mut all: Vec<Vec<Touches>> = apis
        .iter()
        .zip(&*resources)
        .map(|(api, resources)| {
            let leads = Leads::of(&api.contract.shapes, resources);
            let derive = Derive { contract: api.contract, resources, leads: &leads };
            (0..api.contract.operations.len()).map(|index| derive.operation(index)).collect()
        })
        .collect();
    corrected::by(file, apis, resources, &mut all, notes);
    for ((api, resources), touches) in apis.iter().zip(resources).zip(&all) {
        read_by(file, api, resources, touches, notes);
    }
    all
}

/// Finds the operations by which single objects are read: a GET whose path names one, and nothing that must
/// be said beside.
fn read_by(
    file: &PolicyFile,
    api: &Api<'_>,
    resources: &mut [Resource],
    touches: &[Touches],
    notes: &mut Notes,
) {
    let reads = |resource: usize, operation: usize| -> Option<usize> {
        let (own, touches) = (api.contract.operation(operation)?, touches.get(operation)?);
        let needed = own.parameters.iter().filter(|one| one.required);
        let [input] = touches.inputs.as_slice() else { return None };
        let is_in_path = matches!(&input.place, InputPlace::One(RequestPlace::Path(_)));
        let is_one = needed.count() == 1
            && own.parameters.iter().filter(|one| one.place == Place::Path).count() == 1
            && own.method == Method::Get
            && is_in_path
            && input.pattern.is_none()
            && input.resource == resource
            && touches.verb(resource) == Some(Verb::Read)
            && touches.shows.contains(&resource)
            && own.security != Security::NotStated;
        is_one.then_some(input.id)
    };
    let sections = file.resources.iter().flat_map(|named| &named.0);
    for (index, resource) in resources.iter_mut().enumerate() {
        let section = sections.clone().find(|(key, _)| *key.text == *resource.name);
        let said = section.and_then(|(_, section)| section.read_by.as_ref());
        let operations: Vec<usize> = match said {
            None => {
                let own = folded(&resource.name);
                let is_called_so = |index: &usize| {
                    let template = api.contract.operation(*index).map(|one| one.template.as_str());
                    template.unwrap_or_default().split('/').any(|part| folded(part) == own)
                };
                let mut all: Vec<usize> = (0..touches.len()).collect();
                // A number at another path may be that of something else.
                all.sort_by_key(|index| !is_called_so(index));
                all
            }
            Some(name) => {
                let found = api.names.find(&name.value, name.span, notes);
                found
                    .filter(|(place, _)| *place == api.place)
                    .map(|(_, one)| one)
                    .into_iter()
                    .collect()
            }
        };
        let mut is_any = false;
        for operation in operations {
            if let Some(id) = reads(index, operation)
                && let Some(known) = resource.read_by.get_mut(id)
            {
                is_any = true;
                if known.len() < READERS_MAX && takes_others(api, operation, known) {
                    known.push(operation);
                }
            }
        }
        if let Some(name) = said.filter(|_| !is_any) {
            notes.push(|| {
                let message = format!(
                    "{} does not read one {} by its id alone",
                    portcullis_yaml::shown(&name.value),
                    portcullis_yaml::shown(&resource.name)
                );
                portcullis_model::Diagnostic::error(&crate::codes::BAD_RESOURCE, message)
                    .at(name.span)
                    .help("name a GET whose path has the id and no other value, and whose answer has the schema")
            });
        }
    }
}

/// Whether an operation takes other credentials than each of these.
fn takes_others(api: &Api<'_>, operation: usize, known: &[usize]) -> bool {
    let schemes = |index: usize| -> Vec<&[usize]> {
        let security = api.contract.operation(index).map(|one| &one.security);
        let stated = security.into_iter().flat_map(Security::alternatives);
        stated.map(|one| one.schemes.as_slice()).collect()
    };
    let own = schemes(operation);
    known.iter().all(|one| schemes(*one) != own)
}

/// Whether answers of this status may be of success.
const fn is_success(status: StatusPattern) -> bool {
    match status {
        StatusPattern::Exact(status) => status >= 200 && status < 300,
        StatusPattern::Range(hundred) => hundred == 2,
        StatusPattern::Default => true,
    }
}

/// An input that the contract shows.
fn input(place: InputPlace, resource: usize, id: usize) -> ObjectInput {
    ObjectInput { place, resource, id, may_be_new: false, pattern: None }
}
