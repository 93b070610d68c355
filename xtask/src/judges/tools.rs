//! The judges and the APIs of others, installed below `target`: from PyPI into environments of their own, from npm.

use std::path::PathBuf;

use crate::shell;

/// The judges, each with the environment that it lives in: their needs contradict one another.
const JUDGES: [(&str, &[&str]); 3] = [
    ("tools", &["schemathesis==4.32.5", "sqlmap==1.10.10", "pyyaml==6.0.4"]),
    ("wapiti", &["wapiti3==3.2.3"]),
    ("apis", &["kinto==26.5.0", "httpbin[mainapp]==0.10.4", "gunicorn==27.0.1"]),
];
const SOUL: &str = "soul-cli@0.8.2";
/// What the page says of the judges.
pub(crate) const VERSIONS: &str = "Schemathesis 4.32.5, sqlmap 1.10.10, Wapiti 3.2.3 (PyPI)";

/// Where they are.
pub(crate) struct Tools {
    pub(crate) folder: PathBuf,
    /// The gateway's binary.
    pub(crate) gateway: PathBuf,
}

/// Everything of the judges.
pub(crate) fn folder() -> PathBuf {
    shell::root().join("target/judges")
}

impl Tools {
    /// Installs what is missing. Without a binary of the gateway, it is built.
    pub(crate) fn install(gateway: Option<PathBuf>) -> Result<Self, String> {
        if !shell::has("node", "--version") || !shell::has("python3", "--version") {
            return Err("this needs `python3` with `venv`, and `node` with `npm`".to_owned());
        }
        let folder = folder();
        std::fs::create_dir_all(&folder).map_err(|error| format!("target/judges: {error}"))?;
        for (name, packages) in JUDGES {
            let environment = folder.join(name);
            let shown = environment.display().to_string();
            if !environment.join("bin/pip").exists() {
                shell::run("python3", &["-m", "venv", &shown])?;
            }
            let quiet = ["install", "--quiet", "--disable-pip-version-check"];
            shell::run(&format!("{shown}/bin/pip"), &[&quiet, packages].concat())?;
        }
        let npm = folder.join("npm");
        if !npm.join("node_modules/soul-cli").is_dir() {
            // Its drivers are compiled here: what they would fetch ready-made is in no registry.
            let command = format!(
                "mkdir -p '{0}' && npm_config_build_from_source=true npm_config_nodedir=/usr \
                 npm install --no-save --silent --prefix '{0}' {SOUL}",
                npm.display()
            );
            shell::run("sh", &["-c", &command])?;
        }
        let sample = ["build", "--locked", "--package", "portcullis-sample", "--example", "serve"];
        shell::run("cargo", &sample)?;
        let gateway = if let Some(gateway) = gateway {
            gateway
        } else {
            shell::run("cargo", &["build", "--locked", "--package", "portcullis"])?;
            shell::root().join("target/debug/portcullis")
        };
        Ok(Self { folder, gateway })
    }

    /// A program of the APIs.
    pub(crate) fn apis(&self, name: &str) -> PathBuf {
        self.folder.join("apis/bin").join(name)
    }

    /// A program of Schemathesis and sqlmap.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.folder.join("tools/bin").join(name)
    }

    pub(crate) fn wapiti(&self) -> PathBuf {
        self.folder.join("wapiti/bin/wapiti")
    }
}
