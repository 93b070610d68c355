//! The built-in set: one line per file.

use crate::check::Against;
use crate::form::{Attack, Journey};
use crate::problem::BadFile;
use crate::read;

/// A file of the built-in set.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// Its path from the crate's folder.
    pub path: &'static str,
    /// What it says.
    pub text: &'static str,
}

macro_rules! files {
    ($folder:literal: $($name:literal,)*) => {
        &[$(File {
            path: concat!($folder, "/", $name, ".yaml"),
            text: include_str!(concat!("../", $folder, "/", $name, ".yaml")),
        },)*]
    };
}

/// The attacks, by the control that should stop them.
pub const ATTACKS: &[File] = files! { "attacks":
};

/// What honest clients do.
pub const JOURNEYS: &[File] = files! { "journeys":
};

/// The built-in attacks, read.
pub fn attacks() -> Result<Vec<Attack>, BadFile> {
    ATTACKS.iter().map(|file| read::attack(file.path, file.text, Against::Sample)).collect()
}

/// The built-in journeys, read.
pub fn journeys() -> Result<Vec<Journey>, BadFile> {
    JOURNEYS.iter().map(|file| read::journey(file.path, file.text, Against::Sample)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use portcullis_model::ControlId;

    use super::*;

    /// Every YAML file below a folder, as paths from the crate's folder.
    fn on_disk(folder: &str) -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut waiting = vec![root.join(folder)];
        let mut found = Vec::new();
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found.sort_unstable();
        found
    }

    #[test]
    fn every_file_on_disk_is_listed_once() {
        for (folder, files) in [("attacks", ATTACKS), ("journeys", JOURNEYS)] {
            let mut listed: Vec<String> = files.iter().map(|file| file.path.to_owned()).collect();
            listed.sort_unstable();
            assert_eq!(listed, on_disk(folder));
        }
    }

    #[test]
    fn every_file_lies_where_its_id_and_control_say() {
        let mut ids = HashSet::new();
        for (file, attack) in ATTACKS.iter().zip(attacks().unwrap()) {
            let control = attack.control.0.map_or("none", ControlId::name);
            let id = attack.id.value;
            assert_eq!(file.path, format!("attacks/{control}/{id}.yaml"));
            assert!(ids.insert(id.clone()), "{id} is there twice");
            let item = attack.item.value.to_lowercase();
            assert!(id.starts_with(&format!("{item}-")), "{id} is not of {item}");
        }
        for (file, journey) in JOURNEYS.iter().zip(journeys().unwrap()) {
            assert_eq!(file.path, format!("journeys/{}.yaml", journey.id.value));
            assert!(ids.insert(journey.id.value), "{} is there twice", file.path);
        }
    }

    #[test]
    fn every_control_has_an_attack_with_a_twin_in_its_family() {
        let attacks = attacks().unwrap();
        for control in ControlId::ALL {
            let own: Vec<_> =
                attacks.iter().filter(|attack| attack.control.0 == Some(control)).collect();
            assert!(!own.is_empty(), "{control} has no attack");
        }
    }
}
