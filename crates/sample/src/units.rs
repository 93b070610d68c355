//! Units of the organisation: who works where, and what is below what.

use crate::answer::Fault;
use crate::call::Caller;
use crate::database::Books;

/// Whether the unit is the caller's, or one below it; an administrator's are all.
pub(crate) fn reaches(books: &Books<'_>, caller: &Caller, unit: &str) -> Result<bool, Fault> {
    let sql = "WITH RECURSIVE below(id) AS (VALUES (?1) UNION SELECT o.id \
               FROM organisations o JOIN below ON o.above = below.id) \
               SELECT id FROM below WHERE id = ?2";
    Ok(caller.is_admin() || books.row(sql, &[&caller.organisation, &unit])?.is_some())
}

/// The caller, if they work here.
pub(crate) fn working(caller: Caller) -> Result<Caller, Fault> {
    if caller.is_staff() { Ok(caller) } else { Err(Fault::forbidden()) }
}
