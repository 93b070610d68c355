//! Callers of cases. Who they are is said, so nothing of it is verified: wherever the policy knows a way to
//! verify a credential, one server stands in for all of them, and says who calls what the case says.
//! What nothing verifies stays closed, as it is.

use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::SchemePlace;
use portcullis_policy::{
    CaseCaller, Endpoint, Instance, Introspection, Model, SecretSource, UpstreamProof,
};
use serde_json::{Map, Value, json};

/// The name of the server.
const ISSUER: &str = "policy-test";
/// What a caller of a case shows.
pub(super) const TOKEN: &str = "the-caller-of-this-case";

/// Where the gateway believes that its secret for that server is.
pub(super) fn secret() -> SecretSource {
    SecretSource::Variable(ISSUER.to_owned())
}

/// Lets the server stand in for every way to verify somebody.
pub(super) fn stand_in(model: &mut Model, server: Instance) {
    let callers = &mut model.callers;
    let schemes = 0..model.contract.schemes.len();
    let schemes: Vec<usize> = schemes.filter(|scheme| callers.verifies(*scheme)).collect();
    // INVARIANT: the model was read for this run, and nobody else holds its contract.
    if let Some(contract) = Arc::get_mut(&mut model.contract) {
        let taken = contract.schemes.iter_mut().zip(0..).filter(|(_, at)| schemes.contains(at));
        for (scheme, _) in taken {
            scheme.place = SchemePlace::Authorization("bearer".to_owned());
        }
    }
    for rule in &mut callers.attributes {
        rule.claim = Some(format!("/attributes/{}", pointer(&rule.name)));
        rule.login.clear();
        (rule.whoami, rule.learned) = (None, None);
    }
    // The API of a case asks nobody where a request comes from, and what would show it is not here.
    model.upstream.proof = UpstreamProof::default();
    callers.jwt.clear();
    (callers.certificates, callers.whoami, callers.forward) = (None, None, None);
    callers.introspection = vec![Introspection {
        issuer: ISSUER.into(),
        endpoint: Endpoint { instance: server, path: "/introspect".to_owned() },
        audiences: vec![ISSUER.to_owned()],
        schemes,
        client: ISSUER.to_owned(),
        secret: secret(),
        subject: "/sub".to_owned(),
        cache: Duration::from_mins(1),
    }];
}

/// What the server says of the caller.
pub(super) fn said(caller: Option<&CaseCaller>) -> Arc<str> {
    let Some(caller) = caller else { return json!({ "active": false }).to_string().into() };
    let attributes: Map<String, Value> = caller.attributes.iter().cloned().collect();
    let said = json!({
        "active": true,
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": caller.subject,
        "scope": caller.scopes.join(" "),
        "attributes": attributes,
    });
    said.to_string().into()
}

fn pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
