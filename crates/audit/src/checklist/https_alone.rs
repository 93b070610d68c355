//! C6: is HTTPS used, never HTTP?

use portcullis_model::{ControlId, Mode};
use portcullis_policy::codes;

use crate::answer::{Answer, DEPLOYMENT, Question};
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
        format!("{} APIs behind it are reached inside TLS or on this host", asked.plans.len());
    if model.tls.is_none() && !model.proxies.end_tls {
        return QUESTION.not_checkable(
            format!("`{}` is loopback and speaks plain HTTP; {hops}", model.listen),
            "what ends TLS in front of it; or `tls: { certificate, key }`",
        );
    }
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
        "`{}` takes credentials inside TLS alone; {redirect}; HSTS is in every answer inside TLS; no certificate is weak or \
         ends within 30 days; {hops}",
        model.listen
    ))
}
