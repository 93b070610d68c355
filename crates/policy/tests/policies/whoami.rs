//! Which operation may say who calls.

use crate::pharmacy::{API, diagnostics, join_of, own};

fn told(security: &str, whoami: &str) -> String {
    let contract = format!(
        "openapi: 3.1.0\ninfo: {{ title: T, version: v }}\nservers: [{{ url: http://127.0.0.1:3000 }}]\n\
         components: {{ securitySchemes: {{ basic: {{ type: http, scheme: basic }} }} }}\npaths:\n  \
         /: {{ get: {{ operationId: getServer, {security}responses: {{ \"200\": {{ description: ok }} }} }} }}\n"
    );
    let policy = format!("{API}callers: {{ whoami: {{ operation: getServer, {whoami} }} }}\n");
    let model = join_of(&contract, &policy).unwrap();
    diagnostics(&model.sources, &own(&model.warnings))
}

#[test]
fn an_operation_that_answers_anybody_is_a_poor_witness() {
    const ALONE: &str = "subject: /id, schemes: [basic]";
    for security in ["security: [], ", "", "security: [{ basic: [] }, {}], "] {
        let told = told(security, ALONE);
        assert!(told.contains("warning[policy-open-whoami]"), "{security}: {told}");
        assert!(told.contains("`getServer` answers anybody"), "{told}");
    }
    assert!(!told("security: [{ basic: [] }], ", ALONE).contains("open-whoami"));
    // Where something else verifies, it only adds what is known.
    assert!(!told("security: [], ", "subject: /id").contains("open-whoami"));
}
