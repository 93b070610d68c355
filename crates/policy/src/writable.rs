//! Who else can write the files of a model (rule 30): a file that others can write, or replace by
//! writing a folder on its way, is no word of the owner.

use std::path::Path;

use portcullis_model::Diagnostic;

/// What others can write among these files and the folders on the way to them, links followed: a
/// warning each. Nothing is said of what does not exist, and nothing on systems without Unix modes.
pub fn writable_by_others<'a>(files: impl IntoIterator<Item = &'a Path>) -> Vec<Diagnostic> {
    #[cfg(unix)]
    return unix::find(files);
    #[cfg(not(unix))]
    {
        drop(files.into_iter());
        Vec::new()
    }
}

#[cfg(unix)]
mod unix {
    use std::collections::{BTreeSet, VecDeque};
    use std::ffi::OsString;
    use std::fs::{self, Metadata};
    use std::os::unix::fs::MetadataExt as _;
    use std::path::{Component, Path, PathBuf};

    use portcullis_model::Diagnostic;

    use crate::codes;
    use crate::notes::shown;

    /// Links on the way to one file, as Linux counts them.
    const LINKS_MAX: usize = 40;
    const EVERYBODY: u32 = 0o002;
    const GROUP: u32 = 0o020;
    const STICKY: u32 = 0o1000;

    pub(super) fn find<'a>(files: impl IntoIterator<Item = &'a Path>) -> Vec<Diagnostic> {
        let places: BTreeSet<PathBuf> = files.into_iter().flat_map(places).collect();
        let mounts = Mounts::read();
        let group = fs::metadata("/proc/self").map_or(0, |process| process.gid());
        let found = places.iter().filter_map(|place| {
            let metadata = fs::metadata(place).ok()?;
            let who = writers(&metadata, group)?;
            (!mounts.is_read_only(place)).then(|| problem(place, &who))
        });
        found.collect()
    }

    fn problem(place: &Path, who: &str) -> Diagnostic {
        let path = place.display().to_string();
        let message = format!("{} can be written by {who}", shown(&path));
        Diagnostic::warning(&codes::WRITABLE_BY_OTHERS, message)
            .help(format!("take that away (`chmod go-w {path}`): no reload is taken from there"))
    }

    /// Who can write it beside its owner, root and our own group. In a folder with the sticky bit
    /// nobody replaces the files of others.
    pub(super) fn writers(metadata: &Metadata, ours: u32) -> Option<String> {
        let mode = metadata.mode();
        let is_other_group = metadata.gid() != 0 && metadata.gid() != ours;
        if metadata.is_dir() && mode & STICKY != 0 {
            None
        } else if mode & EVERYBODY != 0 {
            Some("everybody".to_owned())
        } else {
            (mode & GROUP != 0 && is_other_group).then(|| format!("group {}", metadata.gid()))
        }
    }

    /// A file, and every folder on the way to it, those of links included.
    fn places(file: &Path) -> Vec<PathBuf> {
        let Ok(path) = std::path::absolute(file) else { return Vec::new() };
        let mut waiting: VecDeque<OsString> = parts(&path);
        let mut at = PathBuf::from("/");
        let mut places = vec![at.clone()];
        let mut links = 0;
        while let Some(part) = waiting.pop_front() {
            if part == ".." {
                at.pop();
                continue;
            }
            let next = at.join(&part);
            let Ok(target) = fs::read_link(&next) else {
                at = next;
                places.push(at.clone());
                continue;
            };
            links += 1;
            if links > LINKS_MAX {
                break;
            }
            if target.is_absolute() {
                at = PathBuf::from("/");
            }
            for part in parts(&target).into_iter().rev() {
                waiting.push_front(part);
            }
        }
        places
    }

    fn parts(path: &Path) -> VecDeque<OsString> {
        let named = |part: Component<'_>| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        };
        path.components().filter_map(named).collect()
    }

    /// What is mounted read-only. Containers give configuration so, with open modes: nobody on this
    /// side can write there.
    pub(super) struct Mounts(Vec<(PathBuf, bool)>);

    impl Mounts {
        fn read() -> Self {
            Self::parse(&fs::read_to_string("/proc/self/mountinfo").unwrap_or_default())
        }

        /// The lines of proc_pid_mountinfo(5).
        pub(super) fn parse(text: &str) -> Self {
            let mount = |line: &str| {
                let mut fields = line.split(' ');
                let point = fields.nth(4)?.replace("\\040", " ");
                let is_read_only = fields.next()?.split(',').any(|option| option == "ro");
                Some((PathBuf::from(point), is_read_only))
            };
            Self(text.lines().filter_map(mount).collect())
        }

        pub(super) fn is_read_only(&self, place: &Path) -> bool {
            let around = self.0.iter().filter(|(point, _)| place.starts_with(point));
            // The last of those that lie deepest is what one sees.
            let seen = around.max_by_key(|(point, _)| point.components().count());
            seen.is_some_and(|(_, is_read_only)| *is_read_only)
        }
    }
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn found(file: &Path) -> Vec<String> {
        writable_by_others([file]).into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn a_file_that_everybody_can_write_or_replace_is_told() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("conf");
        fs::create_dir(&folder).unwrap();
        mode(&folder, 0o755);
        let file = folder.join("portcullis.yaml");
        fs::write(&file, "").unwrap();
        mode(&file, 0o644);
        assert_eq!(found(&file), Vec::<String>::new());
        mode(&file, 0o646);
        assert_eq!(found(&file), [format!("`{}` can be written by everybody", file.display())]);
        mode(&file, 0o640);
        mode(&folder, 0o777);
        assert_eq!(found(&file), [format!("`{}` can be written by everybody", folder.display())]);
        mode(&folder, 0o1777);
        assert_eq!(found(&file), Vec::<String>::new(), "nobody replaces the files of others");
        let missing = folder.join("none.yaml");
        assert_eq!(found(&missing), Vec::<String>::new());
    }

    #[test]
    fn folders_on_the_way_of_a_link_count() {
        let outer = tempfile::tempdir().unwrap();
        let (here, there, behind) =
            (outer.path().join("here"), outer.path().join("there"), outer.path().join("behind"));
        for folder in [&here, &there, &behind] {
            fs::create_dir(folder).unwrap();
            mode(folder, 0o755);
        }
        fs::write(behind.join("file"), "").unwrap();
        symlink("../behind/file", there.join("link")).unwrap();
        symlink(there.join("link"), here.join("file")).unwrap();
        assert_eq!(found(&here.join("file")), Vec::<String>::new());
        for folder in [&here, &there, &behind] {
            mode(folder, 0o777);
            let expected = format!("`{}` can be written by everybody", folder.display());
            assert_eq!(found(&here.join("file")), [expected]);
            mode(folder, 0o755);
        }
        symlink("round", here.join("round")).unwrap();
        assert_eq!(found(&here.join("round")), Vec::<String>::new(), "and it ends");
    }

    #[test]
    fn a_group_counts_unless_it_is_roots_or_ours() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        mode(&file, 0o664);
        let metadata = fs::metadata(&file).unwrap();
        let gid = std::os::unix::fs::MetadataExt::gid(&metadata);
        assert_eq!(unix::writers(&metadata, gid), None);
        let expected = (gid != 0).then(|| format!("group {gid}"));
        assert_eq!(unix::writers(&metadata, gid + 1), expected);
    }

    #[test]
    fn nobody_writes_what_is_mounted_read_only() {
        let mounts = unix::Mounts::parse(
            "22 27 0:21 / / rw,relatime - ext4 /dev/sda rw\n\
             30 22 0:30 / /etc/my\\040conf ro,relatime - tmpfs tmpfs rw\n\
             31 30 0:31 / /etc/my\\040conf/open rw - tmpfs tmpfs rw\n",
        );
        for (place, is_read_only) in [
            ("/etc/my conf/portcullis.yaml", true),
            ("/etc/my conf/..data", true),
            ("/etc/my conf/open/x", false),
            ("/etc/my confidence", false),
            ("/etc", false),
        ] {
            assert_eq!(mounts.is_read_only(Path::new(place)), is_read_only, "{place}");
        }
    }
}
