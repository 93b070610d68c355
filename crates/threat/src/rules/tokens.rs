//! A2: tokens that were not made by whom they name, or not for this API.

use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::identity::credentials;
use super::{Probe, Rule};
use crate::risk::{Factors, Harm};
use crate::system::Fact;

pub(super) const TOKEN_FORGED: Rule = Rule {
    id: "token-forged",
    title: "a token is forged",
    text: "somebody writes a token of their own: unsigned, with another algorithm, or with a key that can be guessed",
    item: "A2",
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[326, 347, 1391],
    capec: &[196, 475],
    d3fend: &["D3-TBA", "D3-MAN"],
    controls: &[ControlId::CallerIdentity],
    advice: "one algorithm for each key is written down, and nothing that the token says changes it",
    factors: Factors { skill: 6, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 9, integrity: 9, availability: 5, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| credentials(looked, &[Fact::ByToken], "tokens say who calls"),
};

pub(super) const TOKEN_BRINGS_ITS_KEY: Rule = Rule {
    id: "token-brings-its-key",
    title: "a token names the key that it is verified with",
    text: "somebody writes into a token where its key lies: an address, a file, a certificate, a query",
    item: "A2",
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[22, 89, 295, 346],
    capec: &[196, 240],
    d3fend: &["D3-CP", "D3-CBAN"],
    controls: &[ControlId::CallerIdentity],
    advice: "keys come from the issuer that is written down, and header fields only choose among them",
    factors: Factors { skill: 3, motive: 9, discovery: 9, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 9, integrity: 9, availability: 5, accountability: 9 },
    probe: Probe::Attacks,
    find: |looked| {
        credentials(looked, &[Fact::ByToken], "tokens are verified with keys of an issuer")
    },
};

pub(super) const TOKEN_FOR_ANOTHER: Rule = Rule {
    id: "token-for-another",
    title: "a token of another API, issuer or purpose is taken",
    text: "somebody shows a genuine token that was given for something else: another API, a login page, a reset",
    item: "A2",
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[345],
    capec: &[21],
    d3fend: &["D3-TB", "D3-CTS"],
    controls: &[ControlId::CallerIdentity],
    advice: "audience, issuer, type and purpose are compared whole with what is written down",
    factors: Factors { skill: 6, motive: 9, discovery: 7, exploit: 5, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        credentials(
            looked,
            &[Fact::ByToken, Fact::ByKey],
            "issuers give out tokens for many things",
        )
    },
};

pub(super) const CREDENTIAL_READ_TWO_WAYS: Rule = Rule {
    id: "credential-read-two-ways",
    title: "two readers read one credential differently",
    text: "somebody sends a token or two that one reader verifies and another acts upon, or that a list of ended ones does not know",
    item: "A2",
    stride: &[Stride::Spoofing],
    cwe: &[436],
    capec: &[43],
    d3fend: &["D3-TBA"],
    controls: &[ControlId::CallerIdentity, ControlId::InputShape],
    advice: "a credential has one spelling, and a request has one credential",
    factors: Factors { skill: 3, motive: 9, discovery: 3, exploit: 5, awareness: 4 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 1, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| credentials(looked, &[Fact::ByToken], "both gateway and API read tokens"),
};
