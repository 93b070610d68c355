//! One file per control: pure judgement, no IO, no clock.
//!
//! A control derives, for each operation of the model, an [`Expectation`]. The gateway's rooms ask
//! it to judge, `check` reports where it is missing, the threat it answers is data beside it, and
//! the attacker probes it. A control's doc comment is its page: `portcullis explain NAME`.

mod change;
mod declared;
mod face;
mod free_form;
mod labelled;
mod labels;
mod plan;
mod registry;
mod remedy;

pub mod alike;
pub mod api_inventory;
pub mod business_flow;
pub mod caller_identity;
pub mod content_type;
pub mod coverage;
pub mod cross_site;
pub mod derived;
pub mod function_access;
pub mod hostile_input;
pub mod input_shape;
pub mod multipart;
pub mod object_ownership;
pub mod outbound_target;
pub mod public_contract;
pub mod resource_limits;
pub mod response_shape;
pub mod rules;
pub mod safe_configuration;
pub mod secret_in_url;
pub mod sensitive;
pub mod signature;
pub mod transport_encryption;
pub mod upstream_answer;
pub mod urlencoded;
pub mod writable_properties;
pub mod xml;

pub use change::{Change, Changes, Reach};
pub use face::{Expectation, Face, Judgement, Stride, Threat};
pub use plan::{Closed, OperationPlan, Plan, PlanOptions};
pub use registry::{CONTROLS, face};
pub use remedy::{Remedy, remedy};
