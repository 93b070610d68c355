//! A binary to hand on: one file that runs on any Linux of the last ten years, what it is made of, and its digest.
//!
//! `--twice` builds it once more from a clone in another folder, and fails where one byte differs. What is
//! written lies in `target/dist/portcullis-VERSION-x86_64-linux`, and beside it packed.

mod build;
mod elf;
mod licences;
mod packages;
mod sbom;
mod smoke;

use std::path::{Path, PathBuf};

use crate::shell;
use build::Builder;
use packages::Packages;

/// The newest version of glibc that the binary may ask for: that of 2012, so that no system in use is too old.
const GLIBC_MAX: (u32, u32) = (2, 17);

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    if let Some(unknown) = arguments.iter().find(|one| *one != "--twice") {
        return Err(format!("`{unknown}`: there is only `--twice`"));
    }
    let packages = Packages::read()?;
    let builder = Builder::install(&packages)?;
    let root = shell::root();
    let binary = builder.build(&root, "build")?;
    let bytes = read(&binary)?;
    elf::check(&binary, &bytes, GLIBC_MAX, &builder.private_paths())?;
    if arguments.iter().any(|one| one == "--twice") {
        same_again(&builder, &bytes)?;
    }
    let folder =
        root.join("target/dist").join(format!("portcullis-{}-x86_64-linux", packages.version));
    lay_out(&folder, &packages, builder.epoch, &binary)?;
    smoke::run(&folder.join("portcullis"))?;
    pack(&folder, builder.epoch)?;
    shell::say(&format!("wrote {}", shown(&folder)));
    Ok(())
}

/// Builds the last commit from a clone elsewhere, and compares.
fn same_again(builder: &Builder, first: &[u8]) -> Result<(), String> {
    let clone = std::env::temp_dir().join(format!("portcullis-dist-{}", std::process::id()));
    let source = shell::root().display().to_string();
    shell::run("git", &["clone", "--quiet", &source, &clone.display().to_string()])?;
    let second = builder.build(&clone, "again").and_then(|binary| read(&binary));
    std::fs::remove_dir_all(&clone).map_err(|error| format!("{}: {error}", clone.display()))?;
    if second? == first {
        shell::say("twice the same bytes");
        return Ok(());
    }
    Err("the second build differs: is everything committed? `diffoscope` shows where".to_owned())
}

/// Everything that is handed on.
fn lay_out(folder: &Path, packages: &Packages, epoch: u64, binary: &Path) -> Result<(), String> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", shown(folder)))?;
    }
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", shown(folder)))?;
    let root = shell::root();
    for (from, name) in [
        (binary.to_path_buf(), "portcullis"),
        (root.join("LICENSE"), "LICENSE"),
        (root.join("packaging/docker/Dockerfile"), "Dockerfile"),
        (root.join("packaging/docker/compose.yaml"), "compose.yaml"),
    ] {
        let to = folder.join(name);
        std::fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    write(&folder.join("LICENSES-of-others.txt"), &licences::text(packages)?)?;
    write(&folder.join("portcullis.cdx.json"), &sbom::text(packages, epoch)?)?;
    let sums = shell::output(folder, "sha256sum", &["portcullis", "portcullis.cdx.json"])?;
    write(&folder.join("SHA256SUMS"), &sums)
}

/// One file, the same bytes for the same contents.
fn pack(folder: &Path, epoch: u64) -> Result<(), String> {
    let above = folder.parent().ok_or("no folder")?;
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or("no name")?;
    let command = format!(
        "tar --sort=name --mtime=@{epoch} --owner=0 --group=0 --numeric-owner --mode=go-w -cf - {name} \
         | gzip -n -9 > {name}.tar.gz && sha256sum {name}.tar.gz > {name}.tar.gz.sha256"
    );
    shell::output(above, "sh", &["-c", &command]).map(|_| ())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &PathBuf, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(shell::root()).unwrap_or(path).display().to_string()
}
