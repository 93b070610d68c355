//! What shows an API that requests come through the gateway: what is read, and what cannot be meant.

use portcullis_model::{SourceId, Sources};
use portcullis_policy::{Failure, Input, Model, OwnCredential, SecretSource};

use crate::pharmacy::{diagnostics, input, own};

const CONTRACT: &str = r#"openapi: 3.0.3
info: { title: Pharmacy, version: 1.0.0 }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } } }
paths:
  /medicines:
    get:
      operationId: listMedicines
      parameters: [{ name: X-Trace-Id, in: header, schema: { type: string } }]
      responses: { "204": { description: d } }
"#;
const SIGNING: &str = "paths: { /a: { get: { operationId: a, parameters: [{ name: Signature, in: header, schema: { type: string } }], responses: { \"204\": { description: d } } } } }";

fn joined(contract: &str, said: &str) -> Result<Model, Box<Failure>> {
    let policy = format!(
        "apis:\n- contract: openapi.yaml\n  upstream: http://127.0.0.1:3000\n  {said}\n\
         callers: {{ forward: {{ headers: {{ X-Caller: subject }} }} }}\n"
    );
    let Input { folder, overrides, now, .. } = input(None);
    let mut sources = Sources::default();
    let policy: SourceId = sources.add("portcullis.yaml", policy.as_str());
    let contract = sources.add("openapi.yaml", contract);
    Model::join(Input { sources, contract, policy: Some(policy), folder, overrides, now })
        .map_err(Box::new)
}

#[test]
fn a_text_and_a_signature_are_shown_to_the_api() {
    let said = "upstream_credential: { header: X-Gateway-Key, value: file:gateway.secret }\n  \
                upstream_signature: { key: env:KEY }";
    let proof = joined(CONTRACT, said).unwrap().upstream.proof;
    let value = SecretSource::File("conf/gateway.secret".into());
    assert_eq!(proof.credential, Some(OwnCredential { header: "x-gateway-key".into(), value }));
    let signature = proof.signature.as_ref().unwrap();
    assert_eq!(&*signature.key_id, "portcullis");
    let covers: Vec<&str> = signature.covers.iter().map(|name| &**name).collect();
    assert_eq!(
        covers,
        [
            "authorization",
            "content-encoding",
            "content-type",
            "cookie",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "x-api-key",
            "x-caller",
            "x-request-id",
            "x-trace-id",
        ]
    );
    assert_eq!(proof.files().count(), 2);
    assert!(joined(CONTRACT, "base_path: \"\"").unwrap().upstream.proof.is_empty());
}

#[test]
fn what_cannot_be_meant_is_said() {
    let mut told: Vec<String> = Vec::new();
    for said in [
        "upstream_credential: { header: X-Gateway-Key }",
        "upstream_credential: { value: env:TEXT }",
        "upstream_credential: { header: X-Gateway-Key, value: obviously-fake }",
        "upstream_credential: { header: Authorization, value: env:TEXT }",
        "upstream_credential: { header: X-Forwarded-For, value: env:TEXT }",
        "upstream_credential: { header: \"X Key\", value: env:TEXT }",
        "upstream_credential: { header: x-trace-id, value: env:TEXT }",
        "upstream_credential: { header: X-API-KEY, value: env:TEXT }",
        "upstream_credential: { header: X-Caller, value: env:TEXT }",
        "upstream_signature: { key_id: gateway }",
        "upstream_signature: { key: env:KEY, key_id: \"a b\" }",
        "upstream_signature: { key: env:KEY, key_id: \"\" }",
        "upstream_signature: { key: env:TEXT }\n  upstream_credential: { header: X-Gateway-Key, value: env:TEXT }",
    ] {
        let failure = joined(CONTRACT, said).unwrap_err();
        let problems = diagnostics(&failure.sources, &own(&failure.diagnostics));
        told.push(format!("{said}\n{problems}"));
    }
    let head = "openapi: 3.0.3\ninfo: { title: a, version: 1.0.0 }\n";
    let failure = joined(&format!("{head}{SIGNING}"), "upstream_signature: { key: env:KEY }");
    let failure = failure.unwrap_err();
    told.push(diagnostics(&failure.sources, &own(&failure.diagnostics)));
    insta::assert_snapshot!(told.join("\n"));
}
