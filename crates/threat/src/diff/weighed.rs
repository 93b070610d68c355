//! What weighs every rating, and is less than it was: classes of data, what the API is worth, what is said of stores.

use super::threats::listed;
use super::{Change, Compared, Worse};
use crate::stated::Degree;

/// Each thing by which threats became less bad without anybody answering them.
pub(super) fn weighed(of: &Compared<'_>) -> Vec<Worse> {
    let mut all = Vec::new();
    all.extend(weight(of));
    all.extend(regimes(of));
    all.extend(data(of));
    all.extend(stores(of));
    all
}

fn worse(change: Change, name: &str, title: &str, what: String) -> Worse {
    let (name, title) = (name.to_owned(), title.to_owned());
    Worse { change, name, title, level: None, what }
}

fn weight(of: &Compared<'_>) -> Option<Worse> {
    let what = match (of.before.weighed.weight, of.now.weighed.weight) {
        (Some(before), None) => {
            format!("it was {}, and nobody says so any more", before.name())
        }
        (Some(before), Some(now)) if now < before => {
            format!("people say that it is {}, before {}", now.name(), before.name())
        }
        // Less than that makes ratings of business impact lower than those that nobody weighed.
        (None, Some(now)) if now < Degree::High => {
            format!("people say that it is {}, before nobody did", now.name())
        }
        _ => return None,
    };
    Some(worse(Change::NewClaim, "weight", &of.now.title, what))
}

fn regimes(of: &Compared<'_>) -> Option<Worse> {
    let lost = of.before.weighed.regimes.difference(&of.now.weighed.regimes);
    let lost: Vec<&str> = lost.map(String::as_str).collect();
    let what = || listed("nobody says any more that it is under ", &lost);
    (!lost.is_empty()).then(|| worse(Change::NewClaim, "regimes", &of.now.title, what()))
}

fn data(of: &Compared<'_>) -> Vec<Worse> {
    let mut all = Vec::new();
    for (id, now) in &of.now.weighed.data {
        let Some(before) = of.before.weighed.data.get(id) else { continue };
        let lost: Vec<&str> = before.classes.difference(&now.classes).map(String::as_str).collect();
        if lost.is_empty() {
            continue;
        }
        let (change, what) = if now.is_stated {
            (Change::NewClaim, listed("people say that it is not ", &lost))
        } else {
            (Change::Gone, listed("nothing says any more that it is ", &lost))
        };
        all.push(worse(change, &format!("data/{id}"), &now.title, what));
    }
    all
}

fn stores(of: &Compared<'_>) -> Vec<Worse> {
    let mut all = Vec::new();
    let claimed =
        |id: &String| of.before.weighed.stores.get(id).is_some_and(|one| one.is_encrypted);
    for (id, now) in &of.now.weighed.stores {
        if now.is_stated && now.is_encrypted && !claimed(id) {
            let what = "people say that it is encrypted".to_owned();
            all.push(worse(Change::NewClaim, &format!("store/{id}"), &now.title, what));
        }
    }
    all
}
