//! What a generated API is made of.

/// A generated API, and who may do what with it.
#[derive(Debug, Clone)]
pub struct Api {
    /// Types of objects.
    pub kinds: Vec<Kind>,
    /// What it serves.
    pub operations: Vec<Operation>,
    /// Who calls.
    pub callers: Vec<Caller>,
    /// Who may do what.
    pub rules: Vec<Rule>,
    /// Callers and objects are of tenants.
    pub has_tenants: bool,
    /// `caller.id` is an attribute, and not the subject.
    pub has_caller_id: bool,
}

/// The roles of all generated APIs, and those that each includes, itself among them.
pub(super) const ROLES: [(&str, &[usize]); 4] =
    [("customer", &[0]), ("helper", &[1]), ("staff", &[2, 0]), ("admin", &[3, 2, 0])];

/// Somebody who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The subject of their token.
    pub subject: String,
    /// What objects call them.
    pub id: String,
    /// Some objects call them so.
    pub email: String,
    /// Their role, by its place.
    pub role: usize,
    /// Whose customer they are.
    pub tenant: Option<String>,
}

/// A type of object.
#[derive(Debug, Clone)]
pub struct Kind {
    /// `Order`.
    pub name: &'static str,
    /// `order`.
    pub one: &'static str,
    /// `orders`.
    pub many: &'static str,
    /// Where its ids are.
    pub ids: Vec<Id>,
    /// Where its owners are.
    pub owners: Vec<Owner>,
    /// It names its tenant.
    pub has_tenant: bool,
    /// It names who helps with it.
    pub has_helper: bool,
    /// It names an object of that kind, to which it belongs.
    pub parent: Option<usize>,
    /// It shows an object of that kind.
    pub inner: Option<usize>,
    /// How several are shown.
    pub list: List,
    /// How one is shown: below `data`.
    pub is_wrapped: bool,
}

/// Where an id is.
#[derive(Debug, Clone, Copy)]
pub struct Id {
    /// A JSON Pointer.
    pub at: &'static str,
    /// What it looks like.
    pub form: Form,
}

impl Id {
    /// The last name of the pointer.
    pub fn member(self) -> &'static str {
        self.at.rsplit('/').next().unwrap_or_default()
    }
}

/// What an id looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Integer,
    Uuid,
    Text,
}

/// Where an owner is.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    /// A JSON Pointer.
    pub at: &'static str,
    /// It is the caller's address, and not their id.
    pub is_email: bool,
    /// There are several of them.
    pub is_list: bool,
}

/// How several objects are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// A list.
    Plain,
    /// A list below `items`, with a total.
    Wrapped,
    /// By their ids.
    Map,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Shows all.
    List,
    /// Shows those that belong to an object of another kind.
    ListOf,
    /// Shows the one with this id, of several.
    Read(usize),
    /// Shows one that belongs to another.
    ReadOf,
    /// Shows one whose id is in the query.
    Find,
    /// Makes one.
    Create,
    /// Changes one.
    Update,
    /// Takes one away.
    Delete,
    /// Takes one away that belongs to another.
    DeleteOf,
    /// Counts one up whose id is in a field.
    Touch,
    /// Takes away all whose ids are in a list.
    Batch,
    /// Counts up all that the items of a list name, and shows them.
    Pay,
    /// Counts up all whose ids are names of members.
    Label,
    /// Counts one up, whose id is in the path before a verb.
    Act,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// `listOrders`.
    pub name: String,
    /// `GET`.
    pub method: &'static str,
    /// `/orders/{id}`.
    pub template: String,
    /// What it does.
    pub does: Does,
    /// With objects of which kind.
    pub kind: usize,
}

/// What a rule permits or forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Read,
    Create,
    Update,
    Delete,
}

impl Does {
    /// The word for it; none: only its own name is.
    pub const fn verb(self) -> Option<Verb> {
        match self {
            Self::List | Self::ListOf | Self::Read(_) | Self::ReadOf | Self::Find => {
                Some(Verb::Read)
            }
            Self::Create => Some(Verb::Create),
            Self::Update => Some(Verb::Update),
            Self::Delete | Self::DeleteOf => Some(Verb::Delete),
            Self::Touch | Self::Batch | Self::Pay | Self::Label | Self::Act => None,
        }
    }

    /// Whether it needs a kind that belongs to another.
    pub const fn needs_parent(self) -> bool {
        matches!(self, Self::ListOf | Self::ReadOf | Self::DeleteOf)
    }
}

/// A rule about the objects of one kind.
#[derive(Debug, Clone)]
pub struct Rule {
    /// It forbids.
    pub forbids: bool,
    /// Whom it means, by the role's place.
    pub role: usize,
    /// Whose objects.
    pub kind: usize,
    /// What may be done.
    pub verbs: Vec<Verb>,
    /// Operations by name.
    pub named: Vec<usize>,
    /// Which objects.
    pub when: When,
    /// Notes are not shown.
    pub hides: bool,
    /// Tenants are crossed.
    pub is_across: bool,
}

/// Which objects a rule means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    All,
    Mine,
    Helped,
    Open,
    MineAndOpen,
    MineOrHelped,
    NotLocked,
    Locked,
}
