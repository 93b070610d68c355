//! The sections `access`, `resources`, `tenant`: who may do what to which objects.

use portcullis_yaml::{
    Content, Named, Needed, Node, Notes, Read, Several, Spanned, inline_schemas, scalar, section,
};

use crate::claim::{ClaimPointer, Texts};
use crate::word::Names;

section! {
    /// One rule about who may do what. It says exactly one of `anyone`, `callers`, `may` and `forbid`. What
    /// `forbid` says wins over what others permit. Once a rule says `may`, an operation that needs a caller is
    /// closed unless some rule opens it.
    struct AccessRule, later [], {
        /// Operations that anyone may call without saying who they are: names, `"*"` for all, or
        /// `"shop::*"` for all of the API `shop`.
        anyone: Option<Names>,
        /// Operations that every verified caller may call, whatever the contract says of them: names,
        /// `"*"` for all, or `"shop::*"`. A name wins over `"*"`, here and under `anyone`. Where the
        /// contract names the schemes of an operation, one of its alternatives is needed all the same. It opens
        /// no objects.
        callers: Option<Names>,
        /// What the callers whom this rule means may do: `read` (with `list`), `list`, `create`, `update`,
        /// `delete`, `"*"`, or operations by name (`operation:read` for one that is called like such a word).
        may: Option<Names>,
        /// What they may not do, whatever other rules say; the same words. `read` and `update` also mean what operations with
        /// names of their own do to an object (`payOrder`).
        forbid: Option<Names>,
        /// The resources whose objects it speaks of. Without it a rule opens operations and no objects, but
        /// `may: "*"`, which opens all.
        on: Option<Names>,
        /// A role that callers must have, or one of several. Roles that include it have it, too.
        role: Option<Texts>,
        /// A group that callers must be in (their attribute `group`), or one of several.
        group: Option<Texts>,
        /// A scope that their token must be good for, or several, all of which it must.
        scope: Option<Texts>,
        /// Which objects, or under which condition: `mine`, `resource.pharmacist == caller.id`,
        /// `resource./status in ["new", "paid"] and not caller.suspended`. Default: all.
        when: Option<Spanned<String>>,
        /// Members of these objects that such callers do not see, as JSON Pointers. Where several rules
        /// permit, what one of them shows is seen.
        hide: Option<Vec<Spanned<ClaimPointer>>>,
        /// The only members that such callers see; the ids are among them.
        only: Option<Vec<Spanned<ClaimPointer>>>,
        /// Members that such callers do not write; they are taken out of what they send.
        readonly: Option<Vec<Spanned<ClaimPointer>>>,
        /// The only members that such callers write.
        writable: Option<Vec<Spanned<ClaimPointer>>>,
        /// `true` speaks of objects of every tenant. It needs a reason.
        across_tenants: Option<Spanned<bool>>,
        /// Why. The next person who reads this file decides by it.
        reason: Option<String>,
    }
}

section! {
    /// A type of object whose owners the gateway knows.
    struct ResourceSection, later ["sealed"], {
        /// The named schemas of the contract that describe it, or `getOrder.200` for the answer of an
        /// operation, with a pointer to where it stands behind it: `exportOrders.200/rows/*`; `none` where no answer shows
        /// one, and its id alone says whose it is. Default: the schema of the resource's own name.
        schema: Option<Names>,
        /// Where an object has its id, or several: JSON Pointers. Default: `/id`.
        id: Option<Several<Spanned<ClaimPointer>>>,
        /// Where an object names its owner: a JSON Pointer to what equals `caller.id`, or `{ at:
        /// /vehicle/owner/email, is: email }` with an attribute of the caller, or a list, any of which may call
        /// it theirs. Default: no answer names one.
        owner: Option<Several<OwnerPlace>>,
        /// Where an object names somebody or something else, by a name of your choice: `pharmacist:
        /// /assigned_to`. Conditions call it `resource.pharmacist`.
        relations: Option<Named<Spanned<ClaimPointer>>>,
        /// The operation that lists the caller's own objects and no others.
        own_list: Option<Spanned<String>>,
        /// Why the items of `own_list` are the caller's own although they name no owner. Default: they are
        /// believed once the lists of two callers had nothing in common.
        trust_list: Option<String>,
        /// `true` sends the entity tag of an object that was read before a write with it (`If-Match`), so that
        /// the API does nothing to one that was changed in between; the API must honour it. Default: `false`.
        if_match: Option<Spanned<bool>>,
        /// The operation by which one object is read before something is done to it: a GET whose path has its
        /// id and no other value. Default: the one that the contract has.
        read_by: Option<Spanned<String>>,
    }
}

section! {
    /// What tells whose an object is.
    struct OwnerSection, later [], {
        /// The member of the object, as a JSON Pointer.
        at: Needed<Spanned<ClaimPointer>>,
        /// The attribute of the caller that it must equal, or `subject`.
        is: Needed<Spanned<String>>,
    }
}

section! {
    /// The tenants of the API: an object of another tenant is nobody's business, whoever owns it.
    struct TenantSection, later [], {
        /// The member by which an object names its tenant, as a JSON Pointer. Every resource whose schema has
        /// it carries it.
        at: Needed<Spanned<ClaimPointer>>,
        /// The attribute of the caller that it must equal. Default: `tenant`.
        is: Option<Spanned<String>>,
    }
}

/// Where an object names its owner, and what of a caller that must equal.
#[derive(Debug)]
pub(crate) enum OwnerPlace {
    /// It equals `caller.id`.
    Id(Spanned<ClaimPointer>),
    /// It equals something else.
    Other(OwnerSection),
}

impl Read for OwnerPlace {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Self::Other);
        }
        Read::read(node, notes).map(Self::Id)
    }
}

/// Where an object names its tenant.
#[derive(Debug)]
pub(crate) enum TenantPlace {
    /// It equals the attribute `tenant`.
    Tenant(Spanned<ClaimPointer>),
    /// It equals something else.
    Other(TenantSection),
}

impl Read for TenantPlace {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Self::Other);
        }
        Read::read(node, notes).map(Self::Tenant)
    }
}

/// `objects: none`, or which objects the places of a request name.
#[derive(Debug)]
pub(crate) enum ObjectsWord {
    /// It touches none that anybody owns.
    None,
    /// Places, and what stands there.
    Places(Named<ObjectPlace>),
}

/// What a place of a request names.
#[derive(Debug)]
pub(crate) enum ObjectPlace {
    /// A resource by its name, or `none`.
    Resource(Spanned<String>),
    /// A resource, and a pattern that finds the id.
    Found(FoundSection),
}

section! {
    /// An id inside a longer text.
    struct FoundSection, later [], {
        /// The resource.
        resource: Needed<Spanned<String>>,
        /// A regular expression whose first group is the id: `"/orders/(\\d+)"`. Every match counts.
        pattern: Needed<Spanned<String>>,
    }
}

impl Read for ObjectsWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Self::Places);
        }
        let text = scalar(node, notes)?;
        if text != "none" {
            notes.push(|| {
                portcullis_model::Diagnostic::error(
                    &crate::codes::UNKNOWN_WORD,
                    format!("{} has no meaning here", portcullis_yaml::shown(text)),
                )
                .at(node.span)
                .help("write `none`, or `{ path.id: Order }`")
            });
            return None;
        }
        Some(Self::None)
    }
}

impl Read for ObjectPlace {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Self::Found);
        }
        Read::read(node, notes).map(Self::Resource)
    }
}

inline_schemas! {
    OwnerPlace: {
        "anyOf": [
            { "type": "string", "pattern": "^/" },
            { "type": "object", "properties": { "at": { "type": "string" }, "is": { "type": "string" } }, "required": ["at", "is"], "additionalProperties": false },
        ],
        "examples": ["/customer_id", { "at": "/vehicle/owner/email", "is": "email" }],
    },
    TenantPlace: {
        "anyOf": [
            { "type": "string", "pattern": "^/" },
            { "type": "object", "properties": { "at": { "type": "string" }, "is": { "type": "string" } }, "required": ["at"], "additionalProperties": false },
        ],
        "examples": ["/organisation_id", { "at": "/organisation_id", "is": "org" }],
    },
    ObjectsWord: {
        "anyOf": [
            { "const": "none" },
            { "type": "object", "additionalProperties": { "anyOf": [
                { "type": "string" },
                { "type": "object", "properties": { "resource": { "type": "string" }, "pattern": { "type": "string" } }, "required": ["resource", "pattern"], "additionalProperties": false },
            ] } },
        ],
        "examples": ["none", { "body./order_id": "Order" }],
    },
}
