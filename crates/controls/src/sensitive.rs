//! Does a text look like something that should not leave? For findings: only judged here.

mod card_number;
mod hash_shapes;
mod names;

pub use card_number::card_number;
pub use hash_shapes::{HASH_BYTES_MAX, hash_shape};
pub use names::{credential_name, password_name, secret_name, sensitive_name};
