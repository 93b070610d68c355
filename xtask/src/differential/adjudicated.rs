//! Who is right where validators disagree, by which sentence, and what we did.

use crate::differential::Case;

/// What stands in the table for a class that nobody has looked at.
const NOT_LOOKED_AT: &str = "**nobody has looked at this yet**";

/// The class of a disagreement, first match.
pub(crate) fn adjudicated(case: &Case) -> &'static str {
    let (ours, core, express) = (case.text("ours"), case.core.as_str(), case.express.as_str());
    let (passes, core_passes) = (ours == "pass", core == "pass");
    let change = case.text("change");
    if express.starts_with("500") && passes && core_passes {
        return "ours and `openapi-core`. A fault of `express-openapi-validator`: it fails on \
                recursive schemas, and on `nullable` without `type`, which OpenAPI 3.0.3 section \
                4.7.24.1 lets be without effect. Nothing done";
    }
    if express.contains("Unknown query parameter") && passes && core_passes {
        return "all. OpenAPI does not say what becomes of an undeclared query parameter. Ours takes \
                it out, so it passes and does not reach the API (rule 18); `openapi-core` lets it \
                through, `express-openapi-validator` refuses. Nothing done";
    }
    if change == "the body is missing" && express.starts_with("415") && passes && core_passes {
        return "ours and `openapi-core`. `requestBody.required` is false unless it is said (OpenAPI \
                3.1 section 4.8.13.1), so no body and no `Content-Type` is valid. Nothing done";
    }
    if ours.starts_with("missing:") && core_passes && express == "pass" {
        return "ours. The parameter is required and has a `default`; the others fill it in. A \
                required parameter must be there (OpenAPI 3.1 section 4.8.12.2.1), and a `default` \
                is what the receiver assumes where it may be left out (JSON Schema Validation \
                2020-12 section 9.2). Nothing done";
    }
    if core.contains("could not be resolved") && passes {
        return "ours. A `discriminator` whose mapping leads nowhere: it is a hint and \
                changes nothing of what is valid (OpenAPI 3.1 section 4.8.25), so `oneOf` and `anyOf` decide \
                alone. `openapi-core` refuses all such requests. Nothing done";
    }
    if core.contains("is not valid under any of the given schemas") && passes {
        return "ours. A path parameter whose alternatives are `readOnly`: the word is about \
                properties only (OpenAPI 3.0.3 section 4.7.24.1), and the others refuse every \
                value. Nothing done";
    }
    if express.ends_with("must have required property 'droplet_ids'") && passes && core_passes {
        return "ours and `openapi-core`. `required` stands beside a `$ref`, where it has no effect in \
                OpenAPI 3.0 (3.0.3 section 4.7.23); `check` says so. Nothing done";
    }
    NOT_LOOKED_AT
}
