//! Where the API may lead its clients, as the policy decided.

use std::fmt;

use crate::targets::TargetHost;

/// Where the redirects of one operation may lead, beside this API itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Redirects {
    /// Nobody said.
    #[default]
    Undecided,
    /// Nowhere else.
    Own,
    /// To whatever everybody can reach; somebody wrote down why.
    Public,
    /// To these.
    Listed {
        /// Hosts and origins.
        hosts: Vec<TargetHost>,
        /// Programs on the client's machine, by the scheme of their links: `myapp`.
        programs: Vec<String>,
    },
}

impl Redirects {
    /// Whether whatever the other lets pass passes here, too, as far as it can be told.
    pub fn is_at_least(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Own) => true,
            (
                Self::Listed { hosts, programs },
                Self::Listed { hosts: others, programs: further },
            ) => {
                others.iter().all(|one| hosts.contains(one))
                    && further.iter().all(|one| programs.contains(one))
            }
            (own, other) => own == other,
        }
    }
}

impl fmt::Display for Redirects {
    /// As the policy file writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undecided => f.write_str("nobody said where"),
            Self::Own => f.write_str("own"),
            Self::Public => f.write_str("public"),
            Self::Listed { hosts, programs } => {
                let hosts = hosts.iter().map(ToString::to_string);
                let programs = programs.iter().map(|scheme| format!("\"{scheme}:\""));
                let all: Vec<String> = hosts.chain(programs).collect();
                write!(f, "[{}]", all.join(", "))
            }
        }
    }
}
