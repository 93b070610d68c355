//! Policies that several attacks and journeys on the sample share: one line per file.

use portcullis_model::did_you_mean;
use serde_saphyr::Spanned;

/// By name: what an owner of the sample would write.
const ALL: [(&str, &str); 3] = [
    ("counter", include_str!("../policies/counter.yaml")),
    ("counter_orders", include_str!("../policies/counter_orders.yaml")),
    ("pharmacy", include_str!("../policies/pharmacy.yaml")),
];

/// The lines of the policy file that an attack or a journey wants, of its own or shared.
pub(crate) fn text<'a>(
    own: Option<&'a Spanned<String>>,
    shared: Option<&'a Spanned<String>>,
) -> Option<&'a str> {
    own.map(|own| own.value.as_str()).or_else(|| named(&shared?.value))
}

/// The lines of the policy file that attacks and journeys share under this name (`policy_file`).
pub fn named(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// What is said of a name that none of them has.
pub(crate) fn fault(name: &str) -> Option<String> {
    if named(name).is_some() {
        return None;
    }
    let names = || ALL.iter().map(|(known, _)| *known);
    let hint = did_you_mean(name, names()).map_or_else(
        || format!("there is `{}`", names().collect::<Vec<_>>().join("`, `")),
        |near| format!("did you mean `{near}`?"),
    );
    Some(format!("`{}` is not a shared policy; {hint}", name.escape_default()))
}
