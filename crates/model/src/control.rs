//! The protections, by name.

use std::fmt;

/// A protection: from the model it derives, for each operation, an expectation.
///
/// The name is a file in `crates/controls/src/`, a word in the policy file, in the ledger and on
/// the command line. A control that is not in this list does not exist; a control in this list
/// that has no file does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlId {
    /// What the contract does not declare does not exist (A9).
    ApiInventory,
    /// Somebody must be calling, where the contract or the policy says so (A2, first part).
    CallerIdentity,
    /// Only declared media types and charsets, and the body is what it says (F2).
    ContentType,
    /// Every value has one reading and the declared shape (F1).
    InputShape,
    /// No text is more than text to a language behind the API (A8, first part).
    HostileInput,
    /// Only properties that a caller may write reach the API (A6).
    WritableProperties,
    /// An answer holds only declared properties (A3).
    ResponseShape,
    /// Size, depth, count, time and concurrency are bounded (A4).
    ResourceLimits,
    /// Secure headers, strict CORS, declared methods, neutral errors (A7).
    SafeConfiguration,
    /// Credentials travel only where nobody can read them (C6).
    TransportEncryption,
    /// No credential travels in a URL where none is declared, or stays in a record (C7).
    SecretInUrl,
    /// No other site acts with what browsers send along by themselves (F4).
    CrossSite,
    /// A URL in a request points only where the policy allows (A12).
    OutboundTarget,
    /// A caller uses only functions that a rule opens to them (A5).
    FunctionAccess,
    /// A caller touches only objects that are theirs to touch (A1).
    ObjectOwnership,
    /// What makes sense in an order, at people's pace, with told values comes so or not at all (A11).
    BusinessFlow,
    /// What the API answers leads nowhere, and does nothing, that nobody decided (A13).
    UpstreamAnswer,
}

impl ControlId {
    /// Every control, in the order in which a request meets them.
    pub const ALL: [Self; 17] = [
        Self::ResourceLimits,
        Self::TransportEncryption,
        Self::ApiInventory,
        Self::SafeConfiguration,
        Self::CallerIdentity,
        Self::CrossSite,
        Self::FunctionAccess,
        Self::SecretInUrl,
        Self::ContentType,
        Self::InputShape,
        Self::HostileInput,
        Self::WritableProperties,
        Self::OutboundTarget,
        Self::ObjectOwnership,
        Self::BusinessFlow,
        Self::UpstreamAnswer,
        Self::ResponseShape,
    ];

    /// The name: `writable_properties`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiInventory => "api_inventory",
            Self::CallerIdentity => "caller_identity",
            Self::ContentType => "content_type",
            Self::InputShape => "input_shape",
            Self::HostileInput => "hostile_input",
            Self::WritableProperties => "writable_properties",
            Self::ResponseShape => "response_shape",
            Self::ResourceLimits => "resource_limits",
            Self::SafeConfiguration => "safe_configuration",
            Self::TransportEncryption => "transport_encryption",
            Self::SecretInUrl => "secret_in_url",
            Self::CrossSite => "cross_site",
            Self::OutboundTarget => "outbound_target",
            Self::FunctionAccess => "function_access",
            Self::ObjectOwnership => "object_ownership",
            Self::BusinessFlow => "business_flow",
            Self::UpstreamAnswer => "upstream_answer",
        }
    }

    /// The control of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|control| control.name() == name)
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a control's refusal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// It refuses, or removes.
    Enforce,
    /// It records what it would have done, and changes nothing.
    Observe,
    /// It is not asked at all: only in the loopback gateway of a knock-out run (rule 35). No
    /// policy file can say this.
    NotAsked,
}

/// A step of the path of a request, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Room {
    /// Strict HTTP within limits.
    Receive,
    /// Which operation of the contract is this?
    FindOperation,
    /// Who is calling?
    Authenticate,
    /// Is there room for this request, as far as one can tell without its body?
    Limit,
    /// May this caller use this function?
    AuthorizeFunction,
    /// Is the body what the contract declares?
    Validate,
    /// May this caller touch these objects?
    AuthorizeObject,
    /// What must be held while the API works?
    Reserve,
    /// The API's turn.
    Forward,
    /// What may leave?
    Inspect,
    /// What happened?
    Record,
}

impl Room {
    /// All of them, in order.
    pub const ALL: [Self; 11] = [
        Self::Receive,
        Self::FindOperation,
        Self::Authenticate,
        Self::Limit,
        Self::AuthorizeFunction,
        Self::Validate,
        Self::AuthorizeObject,
        Self::Reserve,
        Self::Forward,
        Self::Inspect,
        Self::Record,
    ];

    /// The name in the ledger: `find_operation`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::FindOperation => "find_operation",
            Self::Authenticate => "authenticate",
            Self::Limit => "limit",
            Self::AuthorizeFunction => "authorize_function",
            Self::Validate => "validate",
            Self::AuthorizeObject => "authorize_object",
            Self::Reserve => "reserve",
            Self::Forward => "forward",
            Self::Inspect => "inspect",
            Self::Record => "record",
        }
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_control() {
        for control in ControlId::ALL {
            assert_eq!(ControlId::from_name(control.name()), Some(control));
        }
        assert_eq!(ControlId::from_name("input-shape"), None);
    }
}
