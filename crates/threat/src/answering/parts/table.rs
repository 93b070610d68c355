//! Each threat with each of its controls, and what must be there so that the one answers the other.
//!
//! Of each pair somebody decided: a test asks that none is left out. In doubt it is [`Part::Nothing`]: a threat that is
//! open although something answers it costs a look, one that is called answered and is not costs more.

use portcullis_controls::hostile_input::Language;
use portcullis_model::ControlId::{
    self, ApiInventory, BusinessFlow, CallerIdentity, ContentType, CrossSite, FunctionAccess,
    HostileInput, InputShape, ObjectOwnership, OutboundTarget, ResourceLimits, ResponseShape,
    SafeConfiguration, SecretInUrl, TransportEncryption, UpstreamAnswer, WritableProperties,
};

use super::part::Part::{
    self, All, Apart, Bound, Certificates, Decided, Described, Ends, Everywhere, FilesOfKinds,
    Fresh, Guesses, Hidden, Inspected, Keys, Languages, LastDay, LastStep, MarkupEscaped,
    NamesDeclared, NamesListed, Nothing, NothingUndeclared, Once, OneAtATime, Owned, Pace, Page,
    Rate, RedirectsHeld, RedirectsListed, Restricted, Shown, SlowGuesses, SlowRate, SlowReading,
    SomeCallers, Step, TargetsHeld, TargetsListed, Tokens, TokensAndKeys, Totals, Values,
};
use super::part::Row;

const fn row(threat: &'static str, control: ControlId, part: Part) -> Row {
    Row { threat, control, part, with: &[] }
}

const fn both(
    threat: &'static str,
    control: ControlId,
    part: Part,
    with: &'static [ControlId],
) -> Row {
    Row { threat, control, part, with }
}

/// In the order of their names.
pub(super) const ROWS: &[Row] = &[
    row("account-existence-told", CallerIdentity, Nothing),
    row("address-claimed", SafeConfiguration, All),
    row("all-data-taken", ResourceLimits, SlowReading),
    row("answer-cached-as-a-file", SafeConfiguration, All),
    row("answer-leads-away", UpstreamAnswer, RedirectsListed),
    row("answer-read-as-page", InputShape, Nothing),
    row("answer-read-as-page", ResponseShape, Everywhere),
    row("answers-framed", SafeConfiguration, All),
    row("answers-hold-more", ResponseShape, Inspected),
    row("answers-kept-by-caches", SafeConfiguration, All),
    row("answers-tell-versions", SafeConfiguration, All),
    row("any-site-reads", SafeConfiguration, All),
    row("body-becomes-program", ContentType, Nothing),
    row("body-too-large", InputShape, Nothing),
    row("body-too-large", ResourceLimits, All),
    row("called-too-often", ResourceLimits, Rate),
    row("caller-named-in-a-field", CallerIdentity, All),
    row("certificate-not-checked", CallerIdentity, Certificates),
    row("connections-held", ResourceLimits, All),
    row("credential-in-another-place", CallerIdentity, All),
    row("credential-in-another-place", ContentType, Nothing),
    row("credential-in-another-place", SecretInUrl, Nothing),
    row("credential-outlives", CallerIdentity, Ends),
    row("credential-read-two-ways", CallerIdentity, Tokens),
    row("credential-read-two-ways", InputShape, Nothing),
    row("credentials-in-answers", ResponseShape, Decided),
    both("debugging-left-on", ApiInventory, All, &[InputShape]),
    row("debugging-left-on", InputShape, Nothing),
    row("done-twice", BusinessFlow, LastStep),
    row("done-twice", ResourceLimits, Once),
    row("errors-tell-insides", SafeConfiguration, All),
    row("file-is-a-page", ContentType, FilesOfKinds),
    row("files-lie-beside", ApiInventory, All),
    row("function-of-others", FunctionAccess, All),
    row("functions-inside-one", ApiInventory, Nothing),
    row("functions-inside-one", FunctionAccess, Nothing),
    row("hidden-columns-asked", InputShape, NamesListed),
    row("inside-reached", OutboundTarget, TargetsHeld),
    row("key-does-more", CallerIdentity, Nothing),
    both("key-does-more", FunctionAccess, Restricted, &[CallerIdentity]),
    row("key-of-another-environment", CallerIdentity, Keys),
    row("label-of-another-kind", ContentType, All),
    row("led-to-another-site", InputShape, Nothing),
    row("led-to-another-site", OutboundTarget, TargetsListed),
    row("led-to-another-site", UpstreamAnswer, RedirectsHeld),
    row("logged-in-as-another", CrossSite, All),
    row("messages-at-your-cost", ResourceLimits, SlowRate),
    row("method-nobody-declared", ApiInventory, Nothing),
    row("method-nobody-declared", SafeConfiguration, All),
    row("nobody-asked-who", CallerIdentity, All),
    row("object-existence-told", ObjectOwnership, Totals),
    row("old-version-used", ApiInventory, LastDay),
    row("other-site-writes", CrossSite, All),
    row("others-data-trusted", ResponseShape, Everywhere),
    row("others-data-trusted", UpstreamAnswer, Nothing),
    row("others-objects-changed", ObjectOwnership, Owned),
    row("others-objects-listed", ObjectOwnership, Shown),
    row("others-objects-read", ObjectOwnership, Owned),
    row("others-script-shown", ResponseShape, Nothing),
    row("others-script-shown", UpstreamAnswer, MarkupEscaped),
    row("own-values", BusinessFlow, Values),
    row("page-without-end", InputShape, Nothing),
    row("page-without-end", ResourceLimits, Page),
    row("password-guessed", CallerIdentity, Guesses),
    row("password-guessed", ResourceLimits, SlowGuesses),
    both("path-spelled-otherwise", ApiInventory, All, &[InputShape]),
    row("path-spelled-otherwise", InputShape, Nothing),
    row("properties-assigned", WritableProperties, NothingUndeclared),
    row("prototype-changed", HostileInput, Languages(&[Language::Prototype])),
    row("prototype-changed", WritableProperties, NamesDeclared),
    row("read-on-the-way", TransportEncryption, All),
    row("request-renamed", InputShape, Nothing),
    row("request-renamed", SafeConfiguration, All),
    row("reserved-properties-shown", ResponseShape, Hidden),
    row("reset-opens-account", CallerIdentity, Guesses),
    row("right-kept", CallerIdentity, Nothing),
    both("right-kept", FunctionAccess, Fresh, &[CallerIdentity]),
    row("rights-taken", FunctionAccess, SomeCallers),
    row("run-by-programs", BusinessFlow, Pace),
    row("run-by-programs", ResourceLimits, SlowRate),
    row("second-step-skipped", CallerIdentity, Nothing),
    row("secret-in-address", SecretInUrl, Everywhere),
    row("session-fixed", CallerIdentity, Nothing),
    row("session-guessed", CallerIdentity, All),
    row("small-body-grows", InputShape, Nothing),
    row("small-body-grows", ResourceLimits, All),
    row("socket-from-another-site", CrossSite, All),
    row("step-left-out", BusinessFlow, Step),
    row("step-left-out", ResourceLimits, Nothing),
    row("stolen-credential-used", CallerIdentity, Bound),
    row("tenant-crossed", ObjectOwnership, Apart),
    row("text-becomes-command", HostileInput, Languages(&[Language::Shell])),
    row("text-becomes-filter", HostileInput, Languages(&[Language::Ldap])),
    row("text-becomes-header", HostileInput, Languages(&[Language::Line])),
    row("text-becomes-header", InputShape, Nothing),
    row("text-becomes-page", HostileInput, Languages(&[Language::Html])),
    row("text-becomes-path", HostileInput, Languages(&[Language::Path])),
    row("text-becomes-query", HostileInput, Languages(&[Language::Sql, Language::NoSql])),
    row("text-becomes-record", HostileInput, Languages(&[Language::Line])),
    row("text-becomes-template", HostileInput, Languages(&[Language::Template])),
    row("text-becomes-xpath", HostileInput, Languages(&[Language::Xpath])),
    row("this-machine-trusted", ApiInventory, All),
    row("token-brings-its-key", CallerIdentity, Tokens),
    row("token-for-another", CallerIdentity, TokensAndKeys),
    row("token-forged", CallerIdentity, Tokens),
    row("two-at-once", ResourceLimits, OneAtATime),
    row("undeclared-called", ApiInventory, All),
    row("upload-leaves-folder", HostileInput, All),
    row("upload-leaves-folder", InputShape, Nothing),
    row("value-of-another-kind", InputShape, Described),
    row("value-read-two-ways", ContentType, Nothing),
    both("value-read-two-ways", InputShape, All, &[ContentType]),
    row("webhook-forged", CallerIdentity, Nothing),
    both("xml-reads-files", InputShape, All, &[ContentType]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::RULES;

    #[test]
    fn of_each_control_of_each_threat_somebody_decided_whether_it_answers() {
        let pairs = RULES.iter().flat_map(|rule| rule.controls.iter().map(|one| (rule.id, *one)));
        let asked: BTreeSet<(&str, ControlId)> = pairs.collect();
        let said: BTreeSet<(&str, ControlId)> =
            ROWS.iter().map(|row| (row.threat, row.control)).collect();
        let undecided: Vec<_> = asked.difference(&said).collect();
        assert!(undecided.is_empty(), "nobody decided: {undecided:?}");
        let unknown: Vec<_> = said.difference(&asked).collect();
        assert!(unknown.is_empty(), "there is no such pair: {unknown:?}");
        assert_eq!(said.len(), ROWS.len(), "each once");
        assert!(ROWS.is_sorted_by_key(|row| row.threat), "they are looked up by name");
    }
}
