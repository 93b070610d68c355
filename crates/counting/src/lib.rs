//! How often did this happen lately? Limits on guessing now, on rates later.
//!
//! A request asks for units under each of its keys (its address, its network, the account it
//! names ...) and gets all of them or none. What turned out not to count is given back, and what turned
//! out to cost more is charged. Time is an argument; chance is one, too.

mod counts;
mod key;
mod local;
mod place;
mod rate;
mod table;

pub use counts::{Admitted, Ask, Charge, Counts, Decision, Outlook, Refused, TOGETHER_MAX, Taken};
pub use key::{Key, Keys, Pool};
pub use local::{LocalCounts, POOLS_MAX};
pub use place::{Block, Place};
pub use rate::{Rate, RateError, Ticks};
