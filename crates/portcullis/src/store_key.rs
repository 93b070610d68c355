//! Key-encryption keys of the store, from the places that policies and commands name.

use std::path::Path;
use std::sync::Arc;

use portcullis_admin::{KekReader, Way};
use portcullis_policy::{Model, SecretSource, StorePlace};
use portcullis_store::{Kek, KeyService};

use crate::secrets::{private, variable};
use crate::vault::Transit;

/// The key service of a store, if it has one. Nobody is asked yet.
pub(crate) fn service(place: &StorePlace) -> Result<Option<Arc<dyn KeyService>>, String> {
    let Some(vault) = &place.kms else { return Ok(None) };
    Ok(Some(Arc::new(Transit::new(vault)?)))
}

/// Reads new keys for the store of a model.
pub(crate) fn reader(model: &Model, way: Way) -> KekReader {
    let pepper = model.callers.api_keys.as_ref().map(|keys| keys.pepper.clone());
    let passwords = model.callers.passwords.as_ref().map(|passwords| passwords.pepper.clone());
    Arc::new(move |place| {
        let source = SecretSource::parse(place, Path::new(""));
        let source =
            source.ok_or("this names no place of a key: `file:`, `env:`, `credential:`")?;
        match &source {
            SecretSource::File(path) if !path.is_absolute() => {
                return Err(format!("`{source}` is no absolute path"));
            }
            // What has this name here is not what it has where it was typed.
            SecretSource::Variable(_) | SecretSource::Credential(_) if way == Way::Socket => {
                return Err(format!(
                    "`{source}` is another thing for the gateway that runs than for you: give \
                     `file:NAME`, or stop the gateway"
                ));
            }
            _ => {}
        }
        let kek = key(&source)?;
        let same = |pepper: &SecretSource| pepper.read(variable).ok() == source.read(variable).ok();
        if pepper.as_ref().is_some_and(same) {
            return Err(format!("`{source}`: this is the pepper of API keys"));
        }
        if passwords.as_ref().is_some_and(same) {
            return Err(format!("`{source}`: this is the pepper of passwords"));
        }
        Ok(kek)
    })
}

/// The key in a place, which nobody else can read.
pub(crate) fn key(source: &SecretSource) -> Result<Kek, String> {
    // A pipe would be waited for, and everybody else meanwhile.
    if let SecretSource::File(path) = source
        && std::fs::metadata(path).is_ok_and(|found| !found.is_file())
    {
        return Err(format!("`{}` is no ordinary file", path.display()));
    }
    kek(source)
}

/// The key of a store, which nobody else can read.
pub(crate) fn kek(source: &SecretSource) -> Result<Kek, String> {
    let text = private(source)?;
    Kek::parse(&text).map_err(|error| format!("`{source}`: {error}"))
}
