//! The folder of a contract: the files that it refers to, and no others.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

use portcullis_contract::{FileFault, Files};

/// Opens regular files below one folder.
#[derive(Debug)]
pub(crate) struct Folder {
    folder: PathBuf,
}

impl Folder {
    /// The folder of this file.
    pub(crate) fn of(file: &Path) -> Self {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        Self { folder: folder.unwrap_or(Path::new(".")).to_path_buf() }
    }
}

impl Files for Folder {
    fn text(&mut self, name: &str, bytes_max: u64) -> Result<String, FileFault> {
        let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        if !Path::new(name).components().all(is_plain) {
            return Err(FileFault::Outside);
        }
        let fault = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => {
                FileFault::Missing
            }
            _ => FileFault::Refused,
        };
        // Links are followed here, and count as what they lead to.
        let folder = fs::canonicalize(&self.folder).map_err(fault)?;
        let path = fs::canonicalize(folder.join(name)).map_err(fault)?;
        if !path.starts_with(&folder) {
            return Err(FileFault::Outside);
        }
        // Asked before opening, because opening a pipe waits for its other end.
        if !fs::metadata(&path).map_err(fault)?.is_file() {
            return Err(FileFault::NotAFile);
        }
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(fault)?;
        file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(fault)?;
        if bytes.len() as u64 > bytes_max {
            return Err(FileFault::TooLarge);
        }
        String::from_utf8(bytes).map_err(|_| FileFault::NotUtf8)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    #[test]
    fn only_regular_files_below_the_folder_are_read() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("api");
        fs::create_dir_all(folder.join("schemas")).unwrap();
        fs::write(outer.path().join("secret"), "root:x:0:0").unwrap();
        fs::write(folder.join("schemas/a.yaml"), "type: string").unwrap();
        fs::write(folder.join("bytes"), [0xFF]).unwrap();
        symlink("schemas/a.yaml", folder.join("inside")).unwrap();
        symlink("../secret", folder.join("outside")).unwrap();
        symlink(outer.path(), folder.join("above")).unwrap();
        symlink("loop", folder.join("loop")).unwrap();
        let _socket = UnixListener::bind(folder.join("socket")).unwrap();
        let mut files = Folder::of(&folder.join("openapi.yaml"));
        for (name, expected) in [
            ("schemas/a.yaml", Ok("type: string")),
            ("inside", Ok("type: string")),
            ("gone.yaml", Err(FileFault::Missing)),
            ("schemas/a.yaml/b", Err(FileFault::Missing)),
            ("outside", Err(FileFault::Outside)),
            ("above/secret", Err(FileFault::Outside)),
            ("../secret", Err(FileFault::Outside)),
            ("/etc/passwd", Err(FileFault::Outside)),
            ("schemas", Err(FileFault::NotAFile)),
            ("socket", Err(FileFault::NotAFile)),
            ("loop", Err(FileFault::Refused)),
            ("bytes", Err(FileFault::NotUtf8)),
        ] {
            assert_eq!(files.text(name, 12).as_deref(), expected.as_ref().copied(), "{name}");
        }
        assert_eq!(files.text("schemas/a.yaml", 11), Err(FileFault::TooLarge));
    }
}
