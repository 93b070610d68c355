//! Who can write a file by its access control list, as Linux keeps it (acl(5)): modes show no more of it than the
//! most that anybody in it may.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Where it is kept, and how: a version, then a tag, permissions and an id for each entry, little-endian.
const NAME: &str = "system.posix_acl_access";
const VERSION: [u8; 4] = [2, 0, 0, 0];
const ENTRY_BYTES: usize = 8;
/// Entries of a list that are looked at: a longer one counts as writable.
const ENTRIES_MAX: usize = 1024;

const USER: u16 = 0x02;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const WRITE: u16 = 0x02;

/// Somebody whom the list lets write, beside owner, root and groups of modes.
#[cfg(target_os = "linux")]
pub(super) fn writer(place: &Path, metadata: &Metadata) -> Option<String> {
    // With a list, the group's bits are its mask; without them nobody in it can write.
    let is_sticky = metadata.is_dir() && metadata.mode() & super::unix::STICKY != 0;
    if metadata.mode() & 0o020 == 0 || is_sticky {
        return None;
    }
    let mut list = vec![0; VERSION.len() + ENTRIES_MAX * ENTRY_BYTES];
    match rustix::fs::getxattr(place, NAME, &mut list[..]) {
        Ok(count) => read(list.get(..count).unwrap_or_default(), metadata.uid()),
        Err(rustix::io::Errno::RANGE) => Some("whom a long access control list names".to_owned()),
        // There is none, or the file system has none.
        Err(_) => None,
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn writer(_: &Path, _: &Metadata) -> Option<String> {
    None
}

/// The first user or group that a list names and lets write.
fn read(list: &[u8], owner: u32) -> Option<String> {
    let entries = list.strip_prefix(&VERSION)?;
    let entries = || {
        entries.chunks_exact(ENTRY_BYTES).filter_map(|entry| {
            let [a, b, c, d, rest @ ..] = entry else { return None };
            let id = u32::from_le_bytes(rest.try_into().ok()?);
            Some((u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]), id))
        })
    };
    let mask = entries().find(|(tag, ..)| *tag == MASK).map_or(WRITE, |(_, allowed, _)| allowed);
    let mut writers = entries().filter(|(_, allowed, _)| allowed & mask & WRITE != 0);
    writers.find_map(|(tag, _, id)| match tag {
        USER if id != 0 && id != owner => Some(format!("user {id}, by its access control list")),
        GROUP if id != 0 => Some(format!("group {id}, by its access control list")),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut list = VERSION.to_vec();
        for (tag, allowed, id) in entries {
            list.extend(tag.to_le_bytes());
            list.extend(allowed.to_le_bytes());
            list.extend(id.to_le_bytes());
        }
        list
    }

    #[test]
    fn whom_a_list_lets_write_is_told_as_far_as_its_mask_goes() {
        let named = |tag, allowed, id, mask| {
            read(
                &list(&[
                    (1, 6, u32::MAX),
                    (tag, allowed, id),
                    (4, 4, u32::MAX),
                    (MASK, mask, u32::MAX),
                ]),
                1000,
            )
        };
        assert!(named(USER, 6, 65_534, 6).unwrap().starts_with("user 65534"));
        assert!(named(GROUP, 2, 50, 7).unwrap().starts_with("group 50"));
        for (tag, allowed, id, mask) in [
            (USER, 4, 65_534, 6),
            (USER, 6, 65_534, 4),
            (USER, 6, 0, 6),
            (USER, 6, 1000, 6),
            (GROUP, 6, 0, 6),
        ] {
            assert_eq!(named(tag, allowed, id, mask), None, "{tag} {allowed} {id} {mask}");
        }
        assert_eq!(read(&[], 0), None);
        assert_eq!(read(&[2, 0, 0, 0, 1], 0), None, "a cut one");
    }
}
