//! What the names of operations mean, over all APIs.

use std::collections::HashMap;

use portcullis_contract::Contract;
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};

use crate::codes;
use crate::file::PolicyFile;
use crate::pattern::is_like;

/// Stands for all operations.
const ALL: &str = "*";
/// Stands between an API and its operation. No method ends with it, so that no name by method and
/// path is read as an API's.
const OF: &str = "::";

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// All operations of all APIs.
    All,
    /// All operations of this API.
    AllOf(usize),
    /// This operation of this API.
    One(usize, usize),
}

/// The operations of all APIs by both of their names. Of an API without a contract nothing is
/// known, and then nothing is said of names: that there is no contract has been said.
pub(super) struct Names {
    apis: Vec<ApiNames>,
}

struct ApiNames {
    /// The API's own name, if the policy gives one.
    own: Option<String>,
    indices: Option<HashMap<String, usize>>,
}

impl Names {
    /// Both names of every operation.
    pub(super) fn new(file: Option<&PolicyFile>, contracts: &[Option<Contract>]) -> Self {
        let apis = file.map_or(&[][..], PolicyFile::apis);
        let own = |api: usize| Some(apis.get(api)?.name.as_ref()?.value.0.clone());
        let names = |(api, contract): (usize, &Option<Contract>)| ApiNames {
            own: own(api),
            indices: contract.as_ref().map(indices),
        };
        Self { apis: contracts.iter().enumerate().map(names).collect() }
    }

    /// The one operation of this name, and its API; notes when there is none, or several.
    pub(super) fn find(&self, name: &str, span: Span, notes: &mut Notes) -> Option<(usize, usize)> {
        let found = self.known(name);
        if let [(api, index)] = found.as_slice() {
            return Some((*api, *index));
        }
        let is_all_known = self.apis.iter().all(|api| api.indices.is_some());
        if !found.is_empty() {
            notes.push(|| self.ambiguous(name, &found, span));
        } else if is_all_known {
            notes.push(|| self.unknown(name, span));
        }
        None
    }

    /// The same, where problems were noted before.
    pub(super) fn one(&self, name: &str) -> Option<(usize, usize)> {
        let found = self.known(name);
        if let [one] = found.as_slice() { Some(*one) } else { None }
    }

    /// The same as `find`, where a name may also stand for all operations.
    pub(super) fn meant(&self, name: &str, span: Span, notes: &mut Notes) -> Option<Meant> {
        self.meant_by_star(name).or_else(|| {
            let (api, index) = self.find(name, span, notes)?;
            Some(Meant::One(api, index))
        })
    }

    /// What a name stands for in this API: whether for all of its operations, or for one. Problems
    /// were noted where the name is decided on.
    pub(super) fn in_api(&self, name: &str, api: usize) -> Option<Meant> {
        match self.meant_by_star(name) {
            Some(Meant::AllOf(other)) if other != api => None,
            Some(meant) => Some(meant),
            None => match self.known(name).as_slice() {
                [(known, index)] if *known == api => Some(Meant::One(api, *index)),
                _ => None,
            },
        }
    }

    /// Every operation that a name or a pattern means, `*` standing for any text: `resetPin*`,
    /// `shop::*`; notes when there is none.
    pub(super) fn matching(
        &self,
        name: &Spanned<String>,
        notes: &mut Notes,
    ) -> Vec<(usize, usize)> {
        if !name.value.contains(ALL) {
            return self.find(&name.value, name.span, notes).into_iter().collect();
        }
        let mut all = Vec::new();
        for (place, api) in self.apis.iter().enumerate() {
            let own = name.value.split_once(OF);
            let own = own.filter(|(own, _)| api.own.as_deref() == Some(*own));
            let pattern = own.map_or(name.value.as_str(), |(_, pattern)| pattern);
            let known = api.indices.iter().flatten();
            let found = known.filter(|(known, _)| is_like(known, pattern));
            all.extend(found.map(|(_, index)| (place, *index)));
        }
        all.sort_unstable();
        all.dedup();
        let is_all_known = self.apis.iter().all(|api| api.indices.is_some());
        if all.is_empty() && is_all_known {
            notes.push(|| self.unknown(&name.value, name.span));
        }
        all
    }

    fn meant_by_star(&self, name: &str) -> Option<Meant> {
        if name == ALL {
            return Some(Meant::All);
        }
        let own = name.strip_suffix(ALL)?.strip_suffix(OF)?;
        self.apis.iter().position(|api| api.own.as_deref() == Some(own)).map(Meant::AllOf)
    }

    /// Every operation that a name can mean: of the API that stands before it, or of any.
    fn known(&self, name: &str) -> Vec<(usize, usize)> {
        let qualified = name.split_once(OF);
        let apis = self.apis.iter().enumerate();
        let all = apis.flat_map(|(place, api)| {
            let behind = qualified.filter(|(own, _)| api.own.as_deref() == Some(*own));
            let own = behind.and_then(|(_, name)| api.known(name));
            let plain = api.known(name).filter(|plain| Some(*plain) != own);
            own.into_iter().chain(plain).map(move |index| (place, index))
        });
        all.collect()
    }

    fn ambiguous(&self, name: &str, found: &[(usize, usize)], span: Span) -> Diagnostic {
        let own: Vec<&str> =
            found.iter().filter_map(|(api, _)| self.apis.get(*api)?.own.as_deref()).collect();
        let qualified: Vec<String> =
            own.iter().map(|own| shown(&format!("{own}{OF}{name}"))).collect();
        Diagnostic::error(
            &codes::AMBIGUOUS_OPERATION,
            format!("{} is the name of {} operations", shown(name), found.len()),
        )
        .at(span)
        .label("in several APIs")
        .help(if own.len() == found.len() {
            format!("write {}", qualified.join(" or "))
        } else {
            format!("give each API a `name: shop`, and write {}", shown(&format!("shop{OF}{name}")))
        })
    }

    fn unknown(&self, name: &str, span: Span) -> Diagnostic {
        let mut known: Vec<&str> = self
            .apis
            .iter()
            .filter_map(|api| api.indices.as_ref())
            .flat_map(|indices| indices.keys().map(String::as_str))
            .collect();
        known.sort_unstable();
        known.dedup();
        let (whose, label) = match self.apis.len() {
            0 | 1 => ("the contract has no operation", "not in the contract"),
            _ => ("no contract has an operation", "not in any contract"),
        };
        Diagnostic::error(&codes::UNKNOWN_OPERATION, format!("{whose} {}", shown(name)))
            .at(span)
            .label(label)
            .help(match did_you_mean(name, known) {
                Some(near) => format!("did you mean {}?", shown(near)),
                None => "write its operationId, or method and path: `GET /orders/{id}`".to_owned(),
            })
    }
}

impl ApiNames {
    fn known(&self, name: &str) -> Option<usize> {
        self.indices.as_ref()?.get(name).copied()
    }
}

fn indices(contract: &Contract) -> HashMap<String, usize> {
    let mut indices = HashMap::new();
    let operations = || contract.operations.iter().enumerate();
    for (index, operation) in operations() {
        if let Some(id) = &operation.id {
            indices.entry(id.clone()).or_insert(index);
        }
    }
    // What is written like a method and a path is that operation, whatever others are called.
    for (index, operation) in operations() {
        indices.insert(operation.title(), index);
    }
    indices
}
