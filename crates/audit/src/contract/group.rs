//! Root causes among schemas: what stands in one named schema, or in one operation, is mended together.

use std::collections::HashMap;

use portcullis_contract::outline::{OutlinedSchema, SchemaIndex, Site, Step, Uses};

use super::subject::Subject;

/// Operations, and places, that are remembered of one cause.
const REMEMBERED_MAX: usize = 64;
/// Names that a message tells.
const TOLD_MAX: usize = 3;

/// Schemas that are mended together.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// What they stand in, as people call it, in backticks.
    pub(super) owner: String,
    /// Where they stand.
    pub(super) sites: Vec<Site>,
    pub(super) schemas: Vec<SchemaIndex>,
    /// Their names within the owner; empty: the owner itself.
    names: Vec<String>,
    /// Those that have no name of their own, or one too many to be remembered.
    unnamed: usize,
    pub(super) operations: Vec<u32>,
    pub(super) has_more: bool,
}

impl Group {
    /// How many they are.
    pub(super) const fn count(&self) -> usize {
        self.names.len() + self.unnamed
    }

    /// `note` and `name`, in words; empty where it is the owner itself.
    pub(super) fn names(&self) -> String {
        let names: Vec<String> = self
            .names
            .iter()
            .filter(|name| !name.is_empty())
            .take(TOLD_MAX)
            .map(|name| portcullis_model::shown(name))
            .collect();
        let rest = self.count().saturating_sub(names.len());
        match (names.is_empty(), rest) {
            (true, _) => String::new(),
            (false, 0) => format!(": {}", names.join(", ")),
            (false, rest) => format!(": {} and {rest} more", names.join(", ")),
        }
    }

    fn add(&mut self, name: String, index: SchemaIndex, site: Site, uses: &Uses) {
        if self.sites.len() < REMEMBERED_MAX {
            self.sites.push(site);
        }
        // The same parameter of two methods is one.
        if name.is_empty() || self.names.len() >= REMEMBERED_MAX {
            self.unnamed += 1;
        } else if !self.names.contains(&name) {
            self.names.push(name);
        }
        self.schemas.push(index);
        self.has_more |= uses.has_more;
        for operation in &uses.operations {
            // Uses are sorted, and mostly the same from schema to schema.
            if let Err(place) = self.operations.binary_search(operation) {
                if self.operations.len() < REMEMBERED_MAX {
                    self.operations.insert(place, *operation);
                } else {
                    self.has_more = true;
                }
            }
        }
    }
}

impl Subject<'_> {
    /// Schemas of requests of which something is wrong, by what they stand in.
    pub(super) fn in_requests(
        &self,
        is_wrong: impl Fn(SchemaIndex, &OutlinedSchema) -> bool,
    ) -> Vec<Group> {
        self.grouped(|schema| &schema.in_requests, is_wrong)
    }

    /// The same of answers.
    pub(super) fn in_answers(
        &self,
        is_wrong: impl Fn(SchemaIndex, &OutlinedSchema) -> bool,
    ) -> Vec<Group> {
        self.grouped(|schema| &schema.in_answers, is_wrong)
    }

    fn grouped(
        &self,
        uses: impl Fn(&OutlinedSchema) -> &Uses,
        is_wrong: impl Fn(SchemaIndex, &OutlinedSchema) -> bool,
    ) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (index, schema) in self.outline.indexed() {
            if uses(schema).is_empty() || !is_wrong(index, schema) {
                continue;
            }
            let (owner, name) = self.owner(index, schema.site);
            let place = *known.entry(owner.clone()).or_insert_with(|| {
                groups.push(Group { owner, ..Group::default() });
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(place) {
                group.add(name, index, schema.site, uses(schema));
            }
        }
        groups
    }

    /// What a schema stands in, and what it is called there.
    pub(super) fn owner(&self, index: SchemaIndex, site: Site) -> (String, String) {
        let steps = self.outline.steps(site).iter().map(|step| match step {
            Step::Member(name) => &**name,
            Step::Item(_) => "",
        });
        let words: Vec<&str> = steps.collect();
        let (owner, inner) = match words.as_slice() {
            ["components", _, name, inner @ ..]
            | ["definitions" | "parameters", name, inner @ ..] => ((*name).to_owned(), inner),
            // What one method takes in a path, the others take as well.
            ["paths", path, "parameters", inner @ ..]
            | ["paths", path, _, "parameters", inner @ ..] => ((*path).to_owned(), inner),
            ["paths", path, method, inner @ ..] => {
                (format!("{} {path}", method.to_ascii_uppercase()), inner)
            }
            // In a file of its own.
            all => (self.sources.name(site.span.source).to_owned(), all),
        };
        let mut name: Vec<&str> = Vec::new();
        let mut rest = inner.iter();
        while let Some(word) = rest.next() {
            if *word == "properties" {
                name.extend(rest.next());
            }
        }
        let parameter = self.parameter_names.get(&index).filter(|_| name.is_empty());
        let name = parameter.map_or_else(|| name.join("."), |name| (*name).to_owned());
        (portcullis_model::shown(&owner), name)
    }
}
