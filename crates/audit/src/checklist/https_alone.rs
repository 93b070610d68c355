//! C6: is HTTPS used, never HTTP?

use portcullis_model::{ControlId, Mode};
use portcullis_policy::codes;

use crate::answer::{Answer, DEPLOYMENT, Question, many};
use crate::asked::Asked;

pub(super) const QUESTION: Question = Question {
    item: "C6",
    text: "is HTTPS used, never HTTP?",
    about: DEPLOYMENT,
    repeat: "portcullis check -c CONFIG --verbose",
    lasts_days: 30,
};

pub(super) fn answer(asked: &Asked<'_>) -> Answer {
    let Some(model) = asked.models().next() else {
        return QUESTION.not_checkable("there is no API", "a policy with one");
    };
    let is_own = model.listen.ip().is_loopback();
    if model.tls.is_none() && !model.proxies.end_tls && !is_own {
        return QUESTION.no(
            format!("`{}` speaks plain HTTP, and is not loopback", model.listen),
            "tls: { certificate: file:cert.pem, key: file:key.pem }",
        );
    }
    // Whoever asks whether it lives shows no credential, and what is told there is believed: the key of the API's tokens.
    if let Some(health) = model.health.filter(|health| !health.ip().is_loopback()) {
        return QUESTION.no(
            format!("`{health}` (`health`) speaks plain HTTP, and is not loopback"),
            format!("health: 127.0.0.1:{}", health.port()),
        );
    }
    let plain = asked.found(&[codes::PLAIN_UPSTREAM.name]);
    if let Some(first) = plain.first() {
        let evidence =
            format!("{} of the hops behind the gateway are plain: {}", plain.len(), first.message);
        return QUESTION.no(evidence, "upstream: https://...");
    }
    let weak = asked.found(&[codes::CERTIFICATE_ENDS.name, codes::WEAK_CERTIFICATE.name]);
    if let Some(first) = weak.first() {
        let evidence =
            format!("{} of what there is to say of certificates: {}", weak.len(), first.message);
        let fix = first.help.clone().unwrap_or_else(|| "have it issued anew".to_owned());
        return QUESTION.no(evidence, fix);
    }
    let is_relaxed = |plan: &portcullis_controls::Plan| {
        plan.mode(ControlId::TransportEncryption, None, asked.now) != Mode::Enforce
    };
    if asked.plans.iter().any(is_relaxed) {
        return QUESTION.no(
            "`transport_encryption` only observes",
            "take the relaxation of it out of `relax`",
        );
    }
    let hops =
        format!("{} behind it, reached inside TLS or on this host", many(asked.plans.len(), "API"));
    if model.tls.is_none() && !model.proxies.end_tls {
        return QUESTION.not_checkable(
            format!("`{}` is loopback and speaks plain HTTP; {hops}", model.listen),
            "what ends TLS in front of it; or `tls: { certificate, key }`",
        );
    }
    let health = model.health.map(|health| format!("`{health}` tells health on loopback; "));
    let health = health.unwrap_or_default();
    let redirect = model.tls.as_ref().and_then(|tls| tls.redirect);
    let redirect = redirect.map_or_else(
        || "no port speaks plain HTTP".to_owned(),
        |redirect| {
            format!(
                "`{}` speaks plain HTTP to lead to `https`, and refuses credentials",
                redirect.from
            )
        },
    );
    QUESTION.yes(format!(
        "`{}` takes credentials inside TLS alone; {redirect}; {health}HSTS is in every answer inside TLS; no certificate is weak or \
         ends within 30 days; {hops}",
        model.listen
    ))
}

#[cfg(test)]
pub(super) mod tests {
    use portcullis_controls::{Plan, PlanOptions};
    use portcullis_model::UnixMillis;
    use portcullis_policy::{Overrides, Policy};

    use super::*;
    use crate::answer::Verdict;
    use crate::asked::KnownKeys;

    const CONTRACT: &str = "openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths: { /a: { get: { responses: {} } } }\n";

    /// Asks of a deployment whose policy has these lines.
    pub(in super::super) fn asking<T>(lines: &str, ask: impl FnOnce(&Asked<'_>) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("openapi.yaml"), CONTRACT).unwrap();
        let path = folder.path().join("portcullis.yaml");
        let apis = "apis: [{ contract: openapi.yaml, upstream: 'http://127.0.0.1:9' }]\n";
        std::fs::write(&path, format!("{apis}listen: 127.0.0.1:0\n{lines}")).unwrap();
        let now = UnixMillis(1_800_000_000_000);
        let overrides = Overrides { upstream: None, listen: None };
        let policy = Policy::from_policy(&path, &overrides, now).unwrap();
        let compile = |api| Plan::compile(api, PlanOptions::default());
        let plans: Vec<Plan> = policy.apis.into_iter().map(compile).collect();
        let (findings, keys) = (&policy.warnings, &KnownKeys::NotIssued);
        let (backups, scratch) = (&[][..], folder.path());
        ask(&Asked { plans: &plans, findings, keys, backups, scratch, now })
    }

    fn answered(lines: &str) -> Answer {
        asking(lines, answer)
    }

    #[test]
    fn a_plain_port_for_health_is_a_listener_too() {
        let no = answered("health: 0.0.0.0:8081\n");
        assert_eq!(no.verdict, Verdict::No, "{no:?}");
        assert!(no.evidence.contains("`0.0.0.0:8081`"), "{no:?}");
        assert_eq!(no.fix.as_deref(), Some("health: 127.0.0.1:8081"));
        assert_eq!(answered("health: 127.0.0.1:8081\n").verdict, Verdict::NotCheckable);
        assert_eq!(answered("").verdict, Verdict::NotCheckable);
    }
}
