//! `portcullis policy show`: the access rules as one table, or as Cedar.

mod rows;
mod table;

use portcullis_cedar::{Vocabulary, policies, schema};

use crate::arguments::{Format, PolicyShowOptions};
use crate::exit::Exit;
use crate::{load, talk};

/// Prints it; 1 if contract or policy have errors, 2 if they cannot be read.
pub(crate) fn show(options: &PolicyShowOptions) -> Exit {
    let policy = match load::explained_policy(Some(&options.config), None, None, None) {
        Ok(policy) => policy,
        Err(failure) => return load::refuse(&failure),
    };
    let text = if options.schema {
        schema(&Vocabulary::of(&policy.apis))
    } else if options.cedar {
        policies(&Vocabulary::of(&policy.apis))
    } else {
        let rows: Vec<rows::Row> = policy.apis.iter().flat_map(rows::of).collect();
        match options.format {
            Format::Text => table::text(&rows),
            Format::Json => table::json(&rows),
        }
    };
    talk::print(&text);
    Exit::Success
}
