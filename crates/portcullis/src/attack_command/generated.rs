//! Attacks that are generated: against the sample, or an API of one's own.

use std::path::Path;
use std::sync::Arc;

use portcullis_attack::generate::{Generated, Options, Person, generate};
use portcullis_attack::{Budget, Document, Folder, Place, sample_model, shared_policy};
use portcullis_model::Clock;
use portcullis_policy::Model;

use super::{budget, only, ran};
use crate::arguments::{AttackOptions, Permission};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::ran::Ran;
use crate::talk;

/// The policy of the sample that its attacks share.
const POLICY: &str = "pharmacy";
/// The sample's users that attack one another, with their roles.
const USERS: [(&str, &str); 4] =
    [("alice", "customer"), ("bob", "customer"), ("paula", "pharmacist"), ("adam", "admin")];

/// Generates for the sample, and runs.
pub(super) fn of_sample(options: &AttackOptions) -> Result<Ran, Exit> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    // Only document and policy count here; every try has an API of its own.
    let nowhere = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    let model = sample_model(Document::Honest, shared_policy(POLICY), nowhere, &clock);
    let model = model.map_err(|failure| crate::load::refuse(&failure))?;
    let people = USERS.map(|(name, role)| Person {
        name: name.to_owned(),
        roles: Some(vec![role.to_owned()]),
        has_cookie: false,
    });
    of(options, &model, &people, Some(POLICY), Place::Sample)
}

/// Generates for a model, and runs.
pub(super) fn of(
    options: &AttackOptions,
    model: &Model,
    people: &[Person],
    policy_file: Option<&str>,
    place: Place,
) -> Result<Ran, Exit> {
    let wanted = Options {
        policy_file,
        attacks_max: options.at_most,
        seed: options.seed,
        permits_destruction: options.permit.contains(&Permission::Destructive),
    };
    let generated = generate(model, people, &wanted).map_err(|why| {
        talk::say(&why);
        Exit::Unusable
    })?;
    if let Some(folder) = &options.generate_to {
        write(folder, &generated).map_err(|why| {
            talk::say(&why);
            Exit::Unusable
        })?;
    }
    let attacks = generated.attacks.into_iter().map(|made| made.attack).collect();
    let set = only(Folder { attacks, journeys: Vec::new() }, &options.only)?;
    let budget = match place {
        Place::Sample => Budget::default(),
        Place::Upstream(_) => budget(options),
    };
    let mut ran = ran(place, set, budget);
    ran.report.is_generated = true;
    ran.report.left_out = generated.left_out;
    Ok(ran)
}

/// A file for each attack. None is overwritten.
fn write(folder: &Path, generated: &Generated) -> Result<(), String> {
    use std::io::Write as _;
    let failed = |path: &Path, error: std::io::Error| format!("`{}`: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for made in &generated.attacks {
        let path = folder.join(format!("{}.yaml", made.attack.id.value));
        let opened = std::fs::OpenOptions::new().write(true).create_new(true).open(&path);
        let mut file = opened.map_err(|error| failed(&path, error))?;
        file.write_all(made.text.as_bytes()).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}
