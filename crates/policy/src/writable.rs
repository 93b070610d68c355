//! Who else can write the files of a model (rule 30): a file that others can write, or replace by
//! writing a folder on its way, is no word of the owner.

#[cfg(unix)]
mod listed;

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

    use super::listed;
    use crate::codes;
    use portcullis_yaml::shown;

    /// Links on the way to one file, as Linux counts them.
    const LINKS_MAX: usize = 40;
    const EVERYBODY: u32 = 0o002;
    const GROUP: u32 = 0o020;
    pub(super) const STICKY: u32 = 0o1000;

    pub(super) fn find<'a>(files: impl IntoIterator<Item = &'a Path>) -> Vec<Diagnostic> {
        let places: BTreeSet<PathBuf> = files.into_iter().flat_map(places).collect();
        let volumes = Volumes::read();
        let group = fs::metadata("/proc/self").map_or(0, |process| process.gid());
        let found = places.iter().filter_map(|place| {
            let metadata = fs::metadata(place).ok()?;
            let who = writers(&metadata, group).or_else(|| listed::writer(place, &metadata))?;
            (!volumes.contains(place)).then(|| problem(place, &who))
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

    /// Volumes with configuration, as Kubernetes mounts them: read-only, and with open modes. Behind
    /// them is a folder of root's, or memory of their own, so nobody can write there. That a mount
    /// is read-only says nothing alone: a service that may not write its folder (systemd's
    /// `ProtectSystem`) does not keep others from it.
    pub(super) struct Volumes(Vec<PathBuf>);

    impl Volumes {
        fn read() -> Self {
            Self::parse(&fs::read_to_string("/proc/self/mountinfo").unwrap_or_default())
        }

        /// The lines of proc_pid_mountinfo(5).
        pub(super) fn parse(text: &str) -> Self {
            let volume = |line: &str| {
                let (mount, system) = line.split_once(" - ")?;
                let mut fields = mount.split(' ').skip(3);
                let (root, point, options) = (fields.next()?, fields.next()?, fields.next()?);
                let is_own_memory = root == "/" && system.starts_with("tmpfs ");
                let is_volume = options.split(',').any(|option| option == "ro")
                    && (is_own_memory || root.contains("/kubernetes.io~"));
                is_volume.then(|| PathBuf::from(point.replace("\\040", " ")))
            };
            Self(text.lines().filter_map(volume).collect())
        }

        pub(super) fn contains(&self, place: &Path) -> bool {
            self.0.iter().any(|point| point == place)
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
    fn only_a_volume_of_its_own_may_have_an_open_mode() {
        let volumes = unix::Volumes::parse(
            "22 1 0:21 / / ro,relatime - ext4 /dev/sda rw\n\
             30 22 0:21 /var/lib/kubelet/pods/1/volumes/kubernetes.io~configmap/c /etc/my\\040conf \
             ro,relatime shared:1 - ext4 /dev/sda rw\n\
             31 22 0:31 / /etc/secret ro - tmpfs tmpfs rw\n\
             32 22 0:32 / /etc/memory rw - tmpfs tmpfs rw\n\
             33 22 0:21 /srv/conf /etc/bound ro - ext4 /dev/sda rw\n\
             34 22 0:21 /etc/portcullis /etc/portcullis ro - ext4 /dev/sda rw\n",
        );
        for (place, is_volume) in [
            ("/etc/my conf", true),
            ("/etc/my conf/..data", false),
            ("/etc/secret", true),
            ("/etc/memory", false),
            ("/etc/bound", false),
            ("/etc/portcullis", false),
            ("/", false),
        ] {
            assert_eq!(volumes.contains(Path::new(place)), is_volume, "{place}");
        }
    }
}
