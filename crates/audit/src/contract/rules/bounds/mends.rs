//! Bounds that follow from what the document says already, and those that somebody must choose.

use portcullis_contract::outline::OutlinedSchema;
use serde_json::{Value, json};

use super::super::super::group::Group;
use super::super::super::raised::Draft;
use super::super::super::subject::Subject;

/// Formats whose longest text a specification tells: mail addresses (RFC 5321 section 4.5.3.1.3), names of hosts
/// (RFC 1035 section 2.3.4).
const LONGEST: [(&str, u32); 4] =
    [("email", 254), ("hostname", 253), ("idn-email", 254), ("idn-hostname", 253)];
/// What is proposed for another text, and for a URL.
const PROPOSED: u32 = 1_000;
const PROPOSED_URL: u32 = 2_000;

/// Proposes a change for each schema of a group.
pub(super) fn propose_each(
    draft: &mut Draft,
    subject: &Subject<'_>,
    group: &Group,
    change: impl Fn(&OutlinedSchema) -> Value,
) {
    for schema in group.schemas.iter().filter_map(|index| subject.outline.schema(*index)) {
        draft.propose(subject.outline, schema.site, change(schema));
    }
}

/// How long texts are: by their format, or as somebody decides.
pub(super) fn lengths(draft: &mut Draft, subject: &Subject<'_>, group: &Group) {
    for schema in group.schemas.iter().filter_map(|index| subject.outline.schema(*index)) {
        let format = schema.said.format.as_deref().unwrap_or_default();
        let longest = LONGEST.iter().find(|(known, _)| *known == format);
        if let Some((_, longest)) = longest {
            draft.mend(subject.outline, schema.site, json!({"maxLength": longest}));
            continue;
        }
        let is_url = matches!(format, "uri" | "url" | "uri-reference" | "iri");
        let most = if is_url { PROPOSED_URL } else { PROPOSED };
        draft.propose(subject.outline, schema.site, json!({"maxLength": most}));
    }
}

/// How large numbers are, where their format says so.
pub(super) fn bounds_of_formats(draft: &mut Draft, subject: &Subject<'_>, group: &Group) {
    for schema in group.schemas.iter().filter_map(|index| subject.outline.schema(*index)) {
        // Those of `int64` have more digits than a double keeps: many tools would read others.
        if schema.said.format.as_deref() == Some("int32") {
            let mut change = serde_json::Map::new();
            if schema.lacks.least {
                change.insert("minimum".to_owned(), json!(i32::MIN));
            }
            if schema.lacks.most {
                change.insert("maximum".to_owned(), json!(i32::MAX));
            }
            draft.mend(subject.outline, schema.site, Value::Object(change));
        }
    }
}
