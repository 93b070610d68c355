//! The build: an old glibc to link against, no path of this machine, no date but that of the commit.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::packages::{Packages, TARGET};
use crate::shell;

/// From PyPI: a C compiler and linker that knows the symbols of every glibc, and cargo's way to it.
const TOOLS: [&str; 2] = ["ziglang==0.15.2", "cargo-zigbuild==0.24.0"];

/// All that two builds must have in common.
pub(crate) struct Builder {
    tools: PathBuf,
    cargo_home: PathBuf,
    sysroot: PathBuf,
    /// When the last commit was made, in seconds: the only time that a build knows.
    pub(crate) epoch: u64,
}

impl Builder {
    /// Installs the tools below `target`.
    pub(crate) fn install(packages: &Packages) -> Result<Self, String> {
        let root = shell::root();
        let tools = root.join("target/dist/venv");
        let venv = tools.display().to_string();
        if !tools.join("bin/pip").exists() {
            shell::run("python3", &["-m", "venv", &venv])?;
        }
        let quiet = ["install", "--quiet", "--disable-pip-version-check"];
        shell::run(&format!("{venv}/bin/pip"), &[&quiet, &TOOLS[..]].concat())?;
        let epoch = shell::output(&root, "git", &["log", "-1", "--format=%ct"])?;
        let epoch = epoch.trim().parse().map_err(|_| "git does not say when it was committed")?;
        let sysroot = PathBuf::from(shell::output(&root, "rustc", &["--print", "sysroot"])?.trim());
        Ok(Self { tools, cargo_home: packages.cargo_home.clone(), sysroot, epoch })
    }

    /// What must not stand in the binary.
    pub(crate) fn private_paths(&self) -> Vec<String> {
        let paths = [&shell::root(), &self.cargo_home, &self.sysroot, &self.tools];
        paths.iter().map(|path| path.display().to_string()).collect()
    }

    /// Builds the sources in this folder, with a target folder of this name.
    pub(crate) fn build(&self, source: &Path, name: &str) -> Result<PathBuf, String> {
        let (major, minor) = super::GLIBC_MAX;
        let target = shell::root().join("target/dist").join(name);
        let mut cargo = Command::new(self.tools.join("bin/cargo-zigbuild"));
        cargo.args(["zigbuild", "--release", "--locked", "--package", "portcullis"]);
        cargo.arg("--target").arg(format!("{TARGET}.{major}.{minor}"));
        cargo.arg("--target-dir").arg(&target).current_dir(source);
        cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
        cargo.env("CARGO_ZIGBUILD_ZIG_PATH", self.zig()?);
        cargo.env("SOURCE_DATE_EPOCH", self.epoch.to_string());
        let renamed = self.renamed(source, &target);
        let said = |flag: &str, between: &str| {
            let all = renamed.iter().map(|(from, to)| format!("{flag}{}={to}", from.display()));
            all.collect::<Vec<_>>().join(between)
        };
        // Separated by a character that no path has.
        cargo.env("CARGO_ENCODED_RUSTFLAGS", said("--remap-path-prefix=", "\u{1f}"));
        cargo.env("CFLAGS_x86_64_unknown_linux_gnu", said("-ffile-prefix-map=", " "));
        shell::say(&format!("> {cargo:?}"));
        let status = cargo.status().map_err(|error| format!("cargo-zigbuild: {error}"))?;
        if !status.success() {
            return Err("the build failed".to_owned());
        }
        Ok(target.join(TARGET).join("release/portcullis"))
    }

    /// Folders of this machine, and what stands in their place. Of several that fit, the last one counts.
    fn renamed(&self, source: &Path, target: &Path) -> [(PathBuf, &'static str); 4] {
        [
            (self.sysroot.clone(), "/rust"),
            (self.cargo_home.clone(), "/cargo"),
            (source.to_path_buf(), "/portcullis"),
            (target.to_path_buf(), "/target"),
        ]
    }

    fn zig(&self) -> Result<PathBuf, String> {
        let python = self.tools.join("bin/python").display().to_string();
        let script =
            "import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), 'zig'))";
        let path = shell::output(&shell::root(), &python, &["-c", script])?;
        Ok(PathBuf::from(path.trim()))
    }
}
