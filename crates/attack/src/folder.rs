//! A folder of the user's own: `journeys/*.yaml` are journeys, every other YAML file an attack.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::check::Against;
use crate::form::{Attack, Journey};
use crate::problem::{BadFile, Problem};
use crate::read;

/// Folders of what is neither attack nor journey: policies that files share, and stories.
const LEFT_OUT: [&str; 2] = ["policies", "stories"];
/// Files of one folder.
const FILES_MAX: usize = 10_000;
/// Folders in one another.
const DEPTH_MAX: usize = 8;
/// Bytes that are read of one file; the reader refuses less.
const FILE_BYTES_MAX: u64 = 2 << 20;

/// What a folder holds.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// By path.
    pub attacks: Vec<Attack>,
    /// By path.
    pub journeys: Vec<Journey>,
}

/// Reads a folder. All files that cannot be used are told at once.
pub fn folder(path: &Path, against: Against<'_>) -> Result<Folder, Vec<BadFile>> {
    let mut files = Vec::new();
    gather(path, 0, &mut files).map_err(|bad| vec![bad])?;
    files.sort_unstable();
    let mut folder = Folder::default();
    let mut bad = Vec::new();
    for file in &files {
        let name = file.display().to_string();
        let text = match text(file) {
            Ok(text) => text,
            Err(error) => {
                bad.push(unreadable(file, &error));
                continue;
            }
        };
        let is_journey =
            file.parent().and_then(Path::file_name).is_some_and(|name| name == "journeys");
        if is_journey {
            match read::journey(&name, &text, against) {
                Ok(journey) => folder.journeys.push(journey),
                Err(problems) => bad.push(problems),
            }
        } else {
            match read::attack(&name, &text, against) {
                Ok(attack) => folder.attacks.push(attack),
                Err(problems) => bad.push(problems),
            }
        }
    }
    if files.is_empty() {
        let message = "the folder holds no file that ends in `.yaml` or `.yml`";
        bad.push(of_path(path, message.to_owned()));
    }
    if bad.is_empty() { Ok(folder) } else { Err(bad) }
}

fn gather(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), BadFile> {
    if depth > DEPTH_MAX {
        return Err(of_path(path, format!("folders stand more than {DEPTH_MAX} deep")));
    }
    for entry in std::fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        let entry = entry.map_err(|error| unreadable(path, &error))?;
        let (path, kind) = (entry.path(), entry.file_type());
        // A link is followed to a file only: folders that lead in a circle have no end.
        if kind.is_ok_and(|kind| kind.is_dir()) {
            if path.file_name().is_some_and(|name| LEFT_OUT.iter().any(|one| name == *one)) {
                continue;
            }
            gather(&path, depth + 1, files)?;
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
            files.push(path);
        }
        if files.len() > FILES_MAX {
            return Err(of_path(&entry.path(), format!("more than {FILES_MAX} files")));
        }
    }
    Ok(())
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

fn unreadable(path: &Path, error: &io::Error) -> BadFile {
    of_path(path, format!("it cannot be read: {error}"))
}

fn of_path(path: &Path, message: String) -> BadFile {
    BadFile { name: path.display().to_string(), problems: vec![Problem::of_file(message)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    #[test]
    fn the_built_in_files_read_alike_from_their_folder() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let set = folder(root, Against::Sample).unwrap();
        assert_eq!(set.attacks.len(), registry::ATTACKS.len());
        assert_eq!(set.journeys.len(), registry::JOURNEYS.len());
    }

    #[test]
    fn every_file_that_cannot_be_used_is_told() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let bad = folder(&root.join("attacks/none"), Against::Upstream(&[])).unwrap_err();
        let is_of_sample = |text: &str| text.contains(" as: ") || text.contains("from: ");
        let of_sample = registry::ATTACKS
            .iter()
            .filter(|file| file.path.starts_with("attacks/none/") && is_of_sample(file.text));
        assert_eq!(bad.len(), of_sample.count(), "each names the sample's users");
        let told = folder(&root.join("no-such-folder"), Against::Sample).unwrap_err();
        assert!(told[0].to_string().contains("it cannot be read"));
        let told = folder(&root.join("src"), Against::Sample).unwrap_err();
        assert!(told[0].to_string().contains("holds no file"));
    }
}
