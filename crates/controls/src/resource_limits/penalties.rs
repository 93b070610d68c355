//! When an address is not listened to any more, and for how long.

use std::time::Duration;

use portcullis_model::{ControlId, Refusal, Status};

const MINUTE: Duration = Duration::from_mins(1);

/// So many refusals in which time, beyond which an address goes into the penalty box: ten a second more than it may
/// have. An office whose clients wait as they are told never comes near.
pub const REFUSED: (u32, Duration) = (600, MINUTE);

/// How long a verified caller who was served keeps their address out of it.
pub const SERVED: (u32, Duration) = (1, MINUTE.saturating_mul(15));

/// How long the first time, the second ... and all further ones.
pub const PENALTIES: [Duration; 5] = [
    MINUTE,
    MINUTE.saturating_mul(2),
    MINUTE.saturating_mul(4),
    MINUTE.saturating_mul(8),
    MINUTE.saturating_mul(15),
];

/// The refusal of whatever comes from there.
pub fn in_penalty_box(left: Duration) -> Refusal {
    let detail = "its address went on where everything was refused";
    let wait = left.as_secs() + 1;
    Refusal::new(ControlId::ResourceLimits, Status(429), "penalty_box", detail)
        .with_field("Retry-After", wait.to_string())
}

/// Whether a refusal is one of those that lead there: too many requests, or too many wrong credentials.
pub fn leads_there(refusal: &Refusal) -> bool {
    matches!(
        (refusal.control, refusal.reason),
        (ControlId::ResourceLimits, "rate") | (ControlId::CallerIdentity, "too_many_guesses")
    )
}
