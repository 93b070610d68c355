//! The bill of materials: CycloneDX 1.5, made of what cargo says, the same for the same commit.

use serde_json::{Map, Value, json};

use super::packages::{Package, Packages};

/// Seconds of a day.
const DAY: u64 = 86_400;

pub(crate) fn text(packages: &Packages, epoch: u64) -> Result<String, String> {
    let bill = bill(packages, epoch)?;
    serde_json::to_string_pretty(&bill).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn bill(packages: &Packages, epoch: u64) -> Result<Value, String> {
    let is_ours = |package: &&Package| package.name == "portcullis";
    let ours = packages.all.values().find(is_ours).ok_or("no `portcullis`")?;
    let application = component(ours, "application");
    let others = packages.all.values().filter(|package| !is_ours(package));
    let components: Vec<Value> = others.map(|one| component(one, "library")).collect();
    let dependencies: Vec<Value> = packages.all.values().map(dependency).collect();
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": timestamp(epoch),
            "tools": { "components": [{ "type": "application", "name": "cargo xtask dist" }] },
            "component": application,
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

fn component(package: &Package, kind: &str) -> Value {
    let Package { name, version, licence, description, .. } = package;
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
    set("type", json!(kind));
    set("bom-ref", json!(reference(name, version)));
    set("name", json!(name));
    set("version", json!(version));
    if !description.is_empty() {
        set("description", json!(description));
    }
    // What only makes the binary is not in it.
    set("scope", json!(if package.is_linked { "required" } else { "excluded" }));
    if let Some(checksum) = &package.checksum {
        set("hashes", json!([{ "alg": "SHA-256", "content": checksum }]));
    }
    if !licence.is_empty() {
        set("licenses", json!([{ "expression": licence }]));
    }
    // Ours are in no registry.
    if package.checksum.is_some() {
        set("purl", json!(reference(name, version)));
    }
    Value::Object(members)
}

fn dependency(package: &Package) -> Value {
    let uses: Vec<String> =
        package.uses.iter().map(|(name, version)| reference(name, version)).collect();
    json!({ "ref": reference(&package.name, &package.version), "dependsOn": uses })
}

/// A package URL. A `+` of a version means a space in URLs.
fn reference(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// Seconds since 1970 as RFC 3339 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn timestamp(epoch: u64) -> String {
    let (days, second) = (epoch / DAY + 719_468, epoch % DAY);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Of this workspace, as it is.
    fn made() -> Value {
        bill(&Packages::read().unwrap(), 1_767_225_600).unwrap()
    }

    #[test]
    fn the_bill_has_the_shape_of_cyclonedx() {
        let bill = made();
        assert_eq!(bill["bomFormat"], "CycloneDX");
        assert_eq!(bill["specVersion"], "1.5");
        assert_eq!(bill["metadata"]["timestamp"], "2026-01-01T00:00:00Z");
        assert_eq!(bill["metadata"]["component"]["type"], "application");
        let components = bill["components"].as_array().unwrap();
        assert!(components.len() > 100, "{}", components.len());
        let mut references = BTreeSet::from(["pkg:cargo/portcullis@0.1.0"]);
        for component in components {
            for name in ["type", "name", "version", "bom-ref", "scope"] {
                assert!(component[name].is_string(), "{component}");
            }
            assert!(component["licenses"][0]["expression"].is_string(), "{component}");
            assert!(references.insert(component["bom-ref"].as_str().unwrap()), "{component}");
        }
        for dependency in bill["dependencies"].as_array().unwrap() {
            assert!(references.contains(dependency["ref"].as_str().unwrap()));
            for used in dependency["dependsOn"].as_array().unwrap() {
                assert!(references.contains(used.as_str().unwrap()), "{used}");
            }
        }
    }

    #[test]
    fn what_comes_from_a_registry_is_named_with_its_digest_and_ours_is_not() {
        let bill = made();
        for component in bill["components"].as_array().unwrap() {
            let is_ours = component["name"].as_str().unwrap().starts_with("portcullis-");
            assert_eq!(component["purl"].is_null(), is_ours, "{component}");
            assert_eq!(component["hashes"].is_null(), is_ours, "{component}");
        }
        let named = |name: &str| bill.to_string().contains(&format!("\"name\":\"{name}\""));
        assert!(named("rustls") && named("portcullis-sample"));
        assert!(!named("proptest") && !named("cedar-policy"), "of tests alone");
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(timestamp(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(timestamp(1_798_761_599), "2026-12-31T23:59:59Z");
    }
}
