//! One reading, from the root to all that operations lead to.

use std::collections::{HashMap, HashSet};

use portcullis_model::SourceId;

use super::facts::Context;
use super::{Outline, OutlinedSchema, RootSecurity, SchemaIndex, Site, Unread, places, uses};
use crate::document::Node;
use crate::library::Library;
use crate::notes::Notes;
use crate::reference::{References, Step};
use crate::version::Version;

/// References that only lead to references.
const CHAIN_MAX: usize = 64;

/// What the parts of the reading share.
pub(super) struct Walker<'a, 'r> {
    pub(super) root: Node<'a>,
    pub(super) version: Version,
    references: &'r References<'a>,
    /// Faults were told when the contract was read.
    unheard: Notes,
    pub(super) schemas: Vec<OutlinedSchema>,
    /// Schemas by their nodes.
    pub(super) known: HashMap<u32, SchemaIndex>,
    /// Which of them were visited with which bounds around them.
    pub(super) visited: HashSet<(u32, Context)>,
    /// Which of them had their edges noted.
    pub(super) expanded: HashSet<u32>,
    /// Those that are still to be visited.
    pub(super) waiting: Vec<(Node<'a>, Context)>,
    pub(super) visits: usize,
    pub(super) wanted: HashSet<u32>,
    pub(super) patterns: HashMap<&'a str, bool>,
    pub(super) examples: super::examples::Examples,
    pub(super) unread: Vec<Unread>,
    pub(super) is_whole: bool,
}

impl<'a, 'r> Walker<'a, 'r> {
    pub(super) fn new(root: Node<'a>, version: Version, references: &'r References<'a>) -> Self {
        Self {
            root,
            version,
            references,
            unheard: Notes::default(),
            schemas: Vec::new(),
            known: HashMap::new(),
            visited: HashSet::new(),
            expanded: HashSet::new(),
            waiting: Vec::new(),
            visits: 0,
            wanted: HashSet::new(),
            patterns: HashMap::new(),
            examples: super::examples::Examples::default(),
            unread: Vec::new(),
            is_whole: true,
        }
    }

    /// All of it.
    pub(super) fn outline(mut self, library: &Library, main: SourceId) -> Outline {
        let root = self.site(self.root);
        let security = self.root.get("security").filter(|list| list.is_array());
        let security =
            security.map(|list| RootSecurity { site: self.site(list), is_empty: list.len() == 0 });
        let servers = self.servers();
        let schemes = self.schemes();
        let operations = self.operations();
        let webhooks = self.webhooks();
        uses::find(&mut self.schemas, &operations);
        let places = places::places(library, &self.wanted);
        Outline {
            is_swagger: self.version.is_swagger(),
            is_json_schema: self.version.is_json_schema(),
            root,
            security,
            servers,
            schemes,
            operations,
            unread: self.unread,
            webhooks,
            schemas: self.schemas,
            examples: self.examples.texts,
            is_whole: self.is_whole,
            places,
            main,
        }
    }

    /// Where a node stands, which somebody will ask for.
    pub(super) fn site(&mut self, node: Node<'a>) -> Site {
        self.wanted.insert(node.id());
        Site { span: node.span(), node: node.id() }
    }

    /// The node, or what it refers to in the end, if that is an object.
    pub(super) fn object(&mut self, node: Node<'a>) -> Option<Node<'a>> {
        self.references.follow(node, &mut self.unheard).filter(|found| found.is_object())
    }

    /// What a schema refers to, where it does.
    pub(super) fn referred(&mut self, schema: Node<'a>) -> Option<Node<'a>> {
        self.references.step(schema, &mut self.unheard).target()
    }

    /// A schema, or what it is only a reference to. None where that leads nowhere.
    pub(super) fn resolved(&mut self, schema: Node<'a>) -> Option<Node<'a>> {
        let mut at = schema;
        for _ in 0..CHAIN_MAX {
            let is_only_reference =
                at.get("$ref").is_some() && (self.version.has_lone_references() || at.len() == 1);
            if !is_only_reference {
                return Some(at);
            }
            match self.references.step(at, &mut self.unheard) {
                Step::To(target) => at = target,
                Step::NoReference => return Some(at),
                Step::Unreadable => return None,
            }
        }
        None
    }
}
