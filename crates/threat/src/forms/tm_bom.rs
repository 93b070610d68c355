//! The model as a threat model of OWASP's Threat Model Library (TM-BOM), version 1.0.2.
//!
//! A threat is one rule at one element; a risk is one rule, as bad as it is at its worst element after all answers; a
//! control is listed once for each status that it has somewhere. Scores and bands are those of the specification
//! (likelihood times impact, each in five steps).

mod elements;
mod sheet;
mod threats;

use std::collections::BTreeMap;

use portcullis_model::Date;
use serde_json::Value;

pub use self::sheet::Filled;
use self::sheet::Sheet;
use super::{Shown, mermaid};
use crate::stated::Degree;

const SCHEMA: &str = "https://github.com/OWASP/www-project-threat-model-library/blob/v1.0.2/threat-model.schema.json";

/// The model as TM-BOM.
pub fn tm_bom(shown: &Shown<'_>) -> Value {
    written(shown, &mut Sheet::default())
}

/// Each field of the schema that speaks of the application (`trust_zones[].title`), with how often it is derived.
///
/// Left out are `$schema` and `extensions`, which speak of the file.
pub fn tm_bom_fields(shown: &Shown<'_>) -> BTreeMap<String, Filled> {
    let mut sheet = Sheet::default();
    written(shown, &mut sheet);
    for field in FIELDS {
        sheet.fields.entry(field.to_owned()).or_default();
    }
    sheet.fields
}

fn written(shown: &Shown<'_>, sheet: &mut Sheet) -> Value {
    let system = &shown.model.system;
    let scope = scope(shown, sheet);
    let diagrams = vec![diagram(shown, sheet)];
    let zones = elements::zones(shown, sheet);
    let boundaries = elements::boundaries(shown, sheet);
    let actors = elements::actors(shown, sheet);
    let components = elements::components(shown, sheet);
    let stores = elements::stores(shown, sheet);
    let data = elements::data(shown, sheet);
    let flows = elements::flows(shown, sheet);
    let assumptions = elements::assumptions(shown, sheet);
    let personas = threats::personas(shown, sheet);
    let all = threats::threats(shown, sheet);
    let controls = threats::controls(shown, sheet);
    let risks = threats::risks(shown, sheet);
    let day = Date::of(shown.at);
    sheet
        .object("")
        .nested("$schema", SCHEMA.into())
        .derived("version", format!("{}.{}.{}", day.year(), day.month(), day.day()))
        .nested("scope", scope)
        .derived("description", system.scope.description.as_str())
        // It is derived anew each time: nothing of it is frozen or released.
        .taken("frozen", false)
        .absent("released_at")
        .absent("product_release_date")
        .absent("release_docs_link")
        .absent("reviewed_at")
        .absent("repo_link")
        .nested("diagrams", diagrams.into())
        .nested("trust_zones", zones.into())
        .nested("trust_boundaries", boundaries.into())
        .nested("actors", actors.into())
        .nested("components", components.into())
        .nested("data_stores", stores.into())
        .nested("data_sets", data.into())
        .nested("data_flows", flows.into())
        .nested("assumptions", assumptions.into())
        .nested("threat_personas", personas.into())
        .nested("threats", all.into())
        .nested("controls", controls.into())
        .nested("risks", risks.into())
        .done()
}

fn scope(shown: &Shown<'_>, sheet: &mut Sheet) -> Value {
    let (scope, stated) = (&shown.model.system.scope, &shown.model.stated);
    let is_sensitive = scope.classes.is_sensitive();
    let gateway = if scope.has_gateway { " behind its gateway" } else { "" };
    let versions = scope.versions.join(", ");
    let text = format!(
        "{} operations of {}{gateway} (versions: {versions})",
        scope.operations, scope.title
    );
    let object = sheet
        .object("scope")
        .derived("title", scope.title.as_str())
        .derived("description", text)
        .list("data_sensitivity", elements::sensitivity(scope.classes))
        .derived("exposure", if scope.is_external { "external" } else { "internal" });
    let weight = stated.weight.unwrap_or(Degree::Moderate);
    let tier = stated
        .tier
        .map_or_else(|| tier(weight, is_sensitive, scope.is_external), |tier| tier.name());
    let object = match stated.weight {
        Some(weight) => object.derived("business_criticality", weight.name()),
        None => object.taken("business_criticality", weight.name()),
    };
    if stated.weight.is_some() || stated.tier.is_some() {
        object.derived("tier", tier)
    } else {
        object.taken("tier", tier)
    }
    .done()
}

/// The tier, as the specification derives it.
const fn tier(weight: Degree, is_sensitive: bool, is_external: bool) -> &'static str {
    match (weight, is_sensitive, is_external) {
        (Degree::Maximal, true, _) | (Degree::Maximal, _, true) | (Degree::High, true, true) => {
            "mission_critical"
        }
        (Degree::Maximal, false, false)
        | (Degree::High, true, false)
        | (Degree::High, false, true)
        | (Degree::Moderate, true, true) => "business_critical",
        // The specification has no line for what is of high worth, inside and not sensitive.
        (_, true, _) | (Degree::Moderate, false, true) | (Degree::High, false, false) => {
            "important"
        }
        (_, false, _) => "non_critical",
    }
}

fn diagram(shown: &Shown<'_>, sheet: &mut Sheet) -> Value {
    let scope = &shown.model.system.scope;
    sheet
        .object("diagrams[]")
        .derived("title", format!("data flows of {}", scope.title))
        .derived("description", "zones, and what goes between them, with its classes of data")
        .absent("link")
        .taken("type", "mermaid")
        .derived("source", mermaid(shown.model))
        .done()
}

/// Every field of the schema that speaks of the application.
const FIELDS: [&str; 108] = [
    "version",
    "scope.title",
    "scope.description",
    "scope.business_criticality",
    "scope.data_sensitivity",
    "scope.exposure",
    "scope.tier",
    "description",
    "frozen",
    "released_at",
    "product_release_date",
    "release_docs_link",
    "reviewed_at",
    "repo_link",
    "diagrams[].title",
    "diagrams[].description",
    "diagrams[].link",
    "diagrams[].type",
    "diagrams[].source",
    "trust_zones[].symbolic_name",
    "trust_zones[].title",
    "trust_zones[].description",
    "trust_boundaries[].trust_zone_a",
    "trust_boundaries[].trust_zone_b",
    "trust_boundaries[].access_control_methods",
    "trust_boundaries[].authentication_methods",
    "trust_boundaries[].access_token_expires",
    "trust_boundaries[].access_token_ttl",
    "trust_boundaries[].has_refresh_token",
    "trust_boundaries[].refresh_token_expires",
    "trust_boundaries[].refresh_token_ttl",
    "trust_boundaries[].can_user_logout",
    "trust_boundaries[].can_system_logout",
    "actors[].symbolic_name",
    "actors[].title",
    "actors[].description",
    "actors[].type",
    "actors[].permissions",
    "actors[].trust_zone",
    "components[].symbolic_name",
    "components[].title",
    "components[].description",
    "components[].parent_component",
    "components[].trust_zone",
    "components[].repo_link",
    "data_stores[].symbolic_name",
    "data_stores[].title",
    "data_stores[].description",
    "data_stores[].type",
    "data_stores[].vendor",
    "data_stores[].product",
    "data_stores[].trust_zone",
    "data_sets[].symbolic_name",
    "data_sets[].title",
    "data_sets[].description",
    "data_sets[].placements[].data_store",
    "data_sets[].placements[].encrypted",
    "data_sets[].data_sensitivity",
    "data_sets[].access_control_methods",
    "data_sets[].record_count",
    "data_flows[].symbolic_name",
    "data_flows[].title",
    "data_flows[].description",
    "data_flows[].source.type",
    "data_flows[].source.object",
    "data_flows[].destination.type",
    "data_flows[].destination.object",
    "data_flows[].has_sensitive_data",
    "data_flows[].encrypted",
    "assumptions[].description",
    "assumptions[].topics",
    "assumptions[].validity",
    "threat_personas[].symbolic_name",
    "threat_personas[].title",
    "threat_personas[].description",
    "threat_personas[].is_person",
    "threat_personas[].skill_level",
    "threat_personas[].access_level",
    "threat_personas[].malicious_intent",
    "threat_personas[].applicability_to_org",
    "threats[].symbolic_name",
    "threats[].title",
    "threats[].description",
    "threats[].components_affected",
    "threats[].threat_persona",
    "threats[].event",
    "threats[].sources",
    "threats[].attack_mechanisms[].capec_id",
    "threats[].attack_mechanisms[].capec_title",
    "threats[].weaknesses[].cwe_id",
    "threats[].weaknesses[].cwe_title",
    "controls[].symbolic_name",
    "controls[].title",
    "controls[].description",
    "controls[].threats",
    "controls[].trust_boundary.trust_zone_a",
    "controls[].trust_boundary.trust_zone_b",
    "controls[].status",
    "controls[].priority",
    "risks[].symbolic_name",
    "risks[].title",
    "risks[].description",
    "risks[].threats",
    "risks[].likelihood",
    "risks[].impact",
    "risks[].impact_description",
    "risks[].score",
    "risks[].level",
];
