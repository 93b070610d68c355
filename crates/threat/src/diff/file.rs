//! An earlier model as it is written: what of `portcullis threats --format json` is compared.
//!
//! All of it must be there, but for what may be `null`: a member that somebody took away would else count as nothing.

use serde::Deserialize;
use serde_json::Number;

/// What is read before anything else of it is believed.
#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) format: Option<String>,
    pub(super) version: Option<u64>,
    pub(super) digest: Option<String>,
}

/// The whole.
#[derive(Deserialize)]
pub(super) struct File {
    pub(super) at: String,
    pub(super) title: String,
    pub(super) threats: Vec<FileThreat>,
    pub(super) system: FileSystem,
    pub(super) stated: FileStated,
}

#[derive(Deserialize)]
pub(super) struct FileSystem {
    pub(super) gateway: bool,
    pub(super) actors: Vec<FileElement>,
    pub(super) components: Vec<FileElement>,
    pub(super) stores: Vec<FileStore>,
    pub(super) data: Vec<FileData>,
    pub(super) flows: Vec<FileElement>,
    pub(super) entries: Vec<FileEntry>,
}

#[derive(Deserialize)]
pub(super) struct FileThreat {
    pub(super) name: String,
    pub(super) rule: String,
    pub(super) element: String,
    pub(super) title: String,
    pub(super) state: String,
    pub(super) open: bool,
    pub(super) accepted: Option<FileAccepted>,
    pub(super) answered_until: Option<String>,
    pub(super) lowered_until: Option<String>,
    pub(super) residual: FileRating,
    pub(super) mitigations: Vec<FileMitigation>,
}

#[derive(Deserialize)]
pub(super) struct FileAccepted {
    pub(super) until: String,
}

#[derive(Deserialize)]
pub(super) struct FileRating {
    pub(super) level: String,
}

#[derive(Deserialize)]
pub(super) struct FileMitigation {
    pub(super) control: Option<String>,
    pub(super) state: String,
    pub(super) proofs: Vec<FileProof>,
    pub(super) proof_count: usize,
}

#[derive(Deserialize)]
pub(super) struct FileProof {
    pub(super) attack: String,
    pub(super) over: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct FileElement {
    pub(super) id: String,
    pub(super) title: String,
}

#[derive(Deserialize)]
pub(super) struct FileEntry {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) reach: String,
}

#[derive(Deserialize)]
pub(super) struct FileStore {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) encrypted: Option<bool>,
    pub(super) known: FileKnown,
}

#[derive(Deserialize)]
pub(super) struct FileData {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) classes: Vec<String>,
    pub(super) known: FileKnown,
}

#[derive(Deserialize)]
pub(super) struct FileKnown {
    pub(super) from: String,
}

#[derive(Deserialize)]
pub(super) struct FileStated {
    pub(super) regimes: Vec<String>,
    pub(super) weight: Option<String>,
    pub(super) accepted: Vec<FileClaim>,
    pub(super) answered: Vec<FileClaim>,
    pub(super) rated: Vec<FileClaim>,
}

#[derive(Deserialize)]
pub(super) struct FileClaim {
    pub(super) threat: String,
    pub(super) of: Option<String>,
    pub(super) by: String,
    pub(super) until: Option<String>,
    pub(super) likelihood: Option<Number>,
    pub(super) impact: Option<Number>,
}
