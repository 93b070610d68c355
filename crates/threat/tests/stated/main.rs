//! What people state: read, asked for, held against what is found, and compared with what was.

#![expect(clippy::panic, clippy::unwrap_used, reason = "what a test sets up must be there")]

mod baseline;
mod claims;
mod compared;
mod evidence;
mod held;
mod questions;
mod read;
mod shop;
