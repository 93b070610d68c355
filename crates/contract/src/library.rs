//! All the files of one contract: the main document, and what it refers to, directly or not.
//!
//! Every `$ref` is looked at, also one in an example; a file that cannot be read is told where a
//! reference to it is followed.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write as _;

use portcullis_model::{Diagnostic, SourceId, Sources};
use sha2::{Digest, Sha256};

use crate::document::{Node, Tree};
use crate::files::{FileFault, Files};
use crate::location::local_path;

/// Files that one contract may be made of, those that cannot be read included.
pub(crate) const FILES_MAX: usize = 4_096;
/// Bytes of all files together.
const TEXT_BYTES_MAX: u64 = 96 << 20;
/// Bytes by which all files together may grow when aliases are written out. Each file has a
/// maximum of its own, a quarter of this.
const GROWTH_BYTES_MAX: usize = 64 << 20;
/// Values and names in all files together.
const NODES_MAX: u32 = 16_000_000;

/// The files of one contract. The first one is the main document.
#[derive(Debug)]
pub(crate) struct Library {
    trees: Vec<Tree>,
    by_path: HashMap<String, Result<usize, Unread>>,
}

/// Why a file was not read.
#[derive(Debug, Clone)]
pub(crate) enum Unread {
    /// There is no text.
    Fault(FileFault),
    /// Its text is no document; why, with the place in it.
    Broken(Box<Diagnostic>),
    /// The maximum of files, bytes or values is reached.
    TooMuch,
}

/// Where the texts of files come from.
enum Texts<'s> {
    /// From outside; they become sources.
    Files(&'s mut Sources, &'s mut dyn Files),
    /// From the sources, where they are already.
    Known(&'s Sources),
}

impl Texts<'_> {
    fn sources(&self) -> &Sources {
        match self {
            Self::Files(sources, _) => sources,
            Self::Known(sources) => sources,
        }
    }

    /// The file of this path below the folder.
    fn source(&mut self, folder: &str, path: &str, bytes: u64) -> Result<SourceId, FileFault> {
        let name = format!("{folder}{path}");
        match self {
            Self::Files(sources, files) => Ok(sources.add(name, files.text(path, bytes)?)),
            Self::Known(sources) => sources.named(&name).ok_or(FileFault::NotGiven),
        }
    }
}

impl Library {
    /// Reads the main document, and all files that are referred to.
    pub(crate) fn load(
        sources: &mut Sources,
        main: SourceId,
        files: &mut dyn Files,
    ) -> Result<Self, Diagnostic> {
        Self::of(Texts::Files(sources, files), main)
    }

    /// The same once more, of files that are among the sources.
    pub(crate) fn known(sources: &Sources, main: SourceId) -> Result<Self, Diagnostic> {
        Self::of(Texts::Known(sources), main)
    }

    fn of(mut texts: Texts<'_>, main: SourceId) -> Result<Self, Diagnostic> {
        let sources = texts.sources();
        let name = sources.name(main).to_owned();
        let (folder, path) = match name.rfind(['/', '\\']) {
            Some(end) => name.split_at_checked(end + 1).unwrap_or_default(),
            None => ("", name.as_str()),
        };
        let tree = Tree::read(sources, main, path, 0)?;
        let mut loader = Loader {
            text_bytes: sources.text(main).len() as u64,
            growth_bytes: growth_bytes(sources, &tree),
            nodes: tree.node_count(),
            by_path: HashMap::from([(path.to_owned(), Ok(0))]),
            trees: vec![tree],
            waiting: VecDeque::new(),
        };
        loader.look_into(0);
        while let Some(path) = loader.waiting.pop_front() {
            let read = loader.read(&mut texts, folder, &path);
            let is_read = read.is_ok();
            loader.by_path.insert(path, read);
            if is_read {
                loader.look_into(loader.trees.len() - 1);
            }
        }
        Ok(Self { trees: loader.trees, by_path: loader.by_path })
    }

    /// The main document.
    pub(crate) fn main(&self) -> Option<&Tree> {
        self.trees.first()
    }

    /// The file at this path below the folder of the main document, by its number.
    pub(crate) fn file(&self, path: &str) -> Result<&Tree, Unread> {
        match self.by_path.get(path) {
            Some(Ok(number)) => self.trees.get(*number).ok_or(Unread::TooMuch),
            Some(Err(why)) => Err(why.clone()),
            None => Err(Unread::TooMuch),
        }
    }

    /// All that were read, in the order of reading.
    pub(crate) fn trees(&self) -> impl Iterator<Item = &Tree> {
        self.trees.iter()
    }

    /// How many files there are, the main document among them.
    pub(crate) const fn files(&self) -> usize {
        self.trees.len()
    }

    /// The digest of all files: of the text itself, if there is one; else of a list of the digest
    /// and path of each, the main document first, the others by their path.
    pub(crate) fn digest(&self, sources: &Sources) -> String {
        let mut others: BTreeMap<&str, String> = BTreeMap::new();
        let mut main = String::new();
        for (number, tree) in self.trees.iter().enumerate() {
            let digest = digest(sources.text(tree.source()));
            if number == 0 {
                main = digest;
            } else {
                others.insert(tree.path(), digest);
            }
        }
        if others.is_empty() {
            return main;
        }
        let mut list = format!("{main}\n");
        for (path, one) in others {
            // Writing to a String cannot fail.
            let _ = writeln!(list, "{one}  {path}");
        }
        digest(&list)
    }
}

struct Loader {
    trees: Vec<Tree>,
    by_path: HashMap<String, Result<usize, Unread>>,
    waiting: VecDeque<String>,
    text_bytes: u64,
    growth_bytes: usize,
    nodes: u32,
}

impl Loader {
    /// Reads the file of this path; its number.
    fn read(&mut self, texts: &mut Texts<'_>, folder: &str, path: &str) -> Result<usize, Unread> {
        let left = TEXT_BYTES_MAX.saturating_sub(self.text_bytes);
        if left == 0 || self.nodes >= NODES_MAX || self.growth_bytes >= GROWTH_BYTES_MAX {
            return Err(Unread::TooMuch);
        }
        let source = texts.source(folder, path, left).map_err(Unread::Fault)?;
        let sources = texts.sources();
        self.text_bytes += sources.text(source).len() as u64;
        let tree = Tree::read(sources, source, path, self.nodes);
        let tree = tree.map_err(|problem| Unread::Broken(Box::new(problem)))?;
        self.nodes = self.nodes.saturating_add(tree.node_count());
        self.growth_bytes += growth_bytes(sources, &tree);
        self.trees.push(tree);
        Ok(self.trees.len() - 1)
    }

    /// Puts the files that a tree refers to on the list, once each.
    fn look_into(&mut self, number: usize) {
        let Some(tree) = self.trees.get(number) else {
            return;
        };
        let mut found = Vec::new();
        references(tree.root(), &mut |text| {
            let location = text.split('#').next().unwrap_or_default();
            if !location.is_empty()
                && let Ok(path) = local_path(tree.path(), location)
            {
                found.push(path);
            }
        });
        for path in found {
            if self.by_path.len() < FILES_MAX && !self.by_path.contains_key(&path) {
                self.by_path.insert(path.clone(), Err(Unread::TooMuch));
                self.waiting.push_back(path);
            }
        }
    }
}

fn growth_bytes(sources: &Sources, tree: &Tree) -> usize {
    tree.json_bytes().saturating_sub(sources.text(tree.source()).len())
}

/// Finds the text of every `$ref`, and of what the mapping of a discriminator leads to.
fn references<'a>(node: Node<'a>, found: &mut impl FnMut(&'a str)) {
    for (name, value) in node.members() {
        match (name.text, value.as_str()) {
            ("$ref" | "defaultMapping", Some(text)) => found(text),
            ("mapping", _) => {
                let targets = value.members().filter_map(|(_, target)| target.as_str());
                // The others are names of schemas.
                targets.filter(|target| target.contains(['/', '.'])).for_each(&mut *found);
            }
            _ => {}
        }
        references(value, found);
    }
    for item in node.items() {
        references(item, found);
    }
}

fn digest(text: &str) -> String {
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}
