//! What a key may be used for, as it goes through the door and is listed.

use std::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use portcullis_json::{Document, Limits, Value as Read};
use portcullis_model::{KeyQuota, KeyRules, Verbs};
use serde_json::{Value, json};

use crate::members::Members;
use crate::misread::Misread;
use crate::said::Said;

/// Before the digits of a certificate's thumbprint.
const SHA256: &str = "sha256:";

/// The rules of a key as it is listed.
pub fn rules_of(listed: &Value) -> Result<KeyRules, Misread> {
    let rules = listed.get("rules").ok_or(Misread("a member is missing"))?;
    let document = Document::parse(rules.to_string().into_bytes(), &Limits::default());
    read(document.map_err(|_| Misread("it is no JSON in one reading"))?.root())
}

/// The thumbprint of a key as clients write it (RFC 7638 section 3.1): 43 characters of base64url.
pub fn thumbprint(text: &str) -> Option<[u8; 32]> {
    BASE64URL.decode(text).ok()?.try_into().ok()
}

/// The thumbprint of a certificate: `sha256:` and 64 hexadecimal digits, in lower case.
pub fn certificate(text: &str) -> Option<[u8; 32]> {
    text.strip_prefix(SHA256).and_then(from_hex)
}

/// What restricts nothing is left out.
pub(crate) fn write(rules: &KeyRules) -> Value {
    let some = |texts: &[String]| (!texts.is_empty()).then(|| json!(texts));
    let pairs = |pairs: &[(String, String)]| (!pairs.is_empty()).then(|| json!(pairs));
    let networks: Vec<String> =
        rules.networks.iter().map(|(first, bits)| format!("{first}/{bits}")).collect();
    let may: Vec<(String, String)> =
        rules.may.iter().map(|(name, verbs)| (name.clone(), verbs.words().join(","))).collect();
    let KeyQuota { rate, day, month } = rules.quota;
    Said::default()
        .with("operations", some(&rules.operations))
        .with("scopes", some(&rules.scopes))
        .with("apis", some(&rules.apis))
        .with("networks", some(&networks))
        .with("attributes", pairs(&rules.attributes))
        .with("not_before", rules.not_before.map(|begin| begin.0))
        .with("may", pairs(&may))
        .with("objects", pairs(&rules.objects))
        .with("origins", some(&rules.origins))
        .with("dpop", rules.dpop.map(|bytes| BASE64URL.encode(bytes)))
        .with("certificate", rules.certificate.map(|bytes| format!("{SHA256}{}", hex(&bytes))))
        .with("rate", rate.map(|(count, _)| count))
        .with("rate_seconds", rate.map(|(_, per_s)| per_s))
        .with("day", day)
        .with("month", month)
        .into()
}

pub(crate) fn read(said: Read<'_>) -> Result<KeyRules, Misread> {
    let members = Members::of(said)?;
    let may = members.optional_pairs("may")?.into_iter().map(|(name, words)| {
        let verbs = if words.is_empty() { None } else { Verbs::of_words(words.split(',')) };
        verbs.map(|verbs| (name, verbs)).ok_or(Misread("that is nothing that may be done"))
    });
    let thumb = |name, read: fn(&str) -> Option<[u8; 32]>| {
        let text = members.optional_text(name)?;
        text.map(|text| read(text).ok_or(Misread("that is no thumbprint"))).transpose()
    };
    let rules = KeyRules {
        operations: members.optional_texts("operations")?,
        scopes: members.optional_texts("scopes")?,
        apis: members.optional_texts("apis")?,
        networks: members
            .optional_texts("networks")?
            .iter()
            .map(|text| network(text).ok_or(Misread("that is no network")))
            .collect::<Result<_, _>>()?,
        attributes: members.optional_pairs("attributes")?,
        not_before: members.optional_time("not_before")?,
        may: may.collect::<Result<_, _>>()?,
        objects: members.optional_pairs("objects")?,
        origins: members.optional_texts("origins")?,
        dpop: thumb("dpop", thumbprint)?,
        certificate: thumb("certificate", certificate)?,
        quota: quota(&members)?,
    };
    members.end()?;
    Ok(rules)
}

fn quota(members: &Members<'_>) -> Result<KeyQuota, Misread> {
    let small = |name| {
        let number = members.optional_number(name)?;
        let small = number.map(u32::try_from).transpose();
        small.map_err(|_| Misread("a number is too large"))
    };
    let rate = match (small("rate")?, small("rate_seconds")?) {
        (Some(count), Some(per_s)) => Some((count, per_s)),
        (None, None) => None,
        _ => return Err(Misread("a rate is a number and seconds")),
    };
    let (day, month) = (members.optional_number("day")?, members.optional_number("month")?);
    Ok(KeyQuota { rate, day, month })
}

fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (first, bits) = text.split_once('/')?;
    Some((first.parse().ok()?, bits.parse().ok()?))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    bytes_of_hex(text)?.try_into().ok()
}

pub(crate) fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let byte = |pair: &[u8; 2]| {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        u8::try_from(high? << 4 | low?).ok()
    };
    pairs.iter().map(byte).collect()
}
