//! Of what class data is, by the name of the property that holds it.

use std::collections::HashMap;
use std::sync::LazyLock;

use portcullis_controls::sensitive;

use super::languages::{self, folded_words};
use crate::system::{DataClass, DataClasses};

/// Words and pairs of words, written as one.
const OF_PERSONS: [&str; 47] = [
    "address",
    "addresses",
    "age",
    "avatar",
    "birth",
    "birthdate",
    "birthday",
    "birthplace",
    "cell",
    "contact",
    "currentlocation",
    "dateofbirth",
    "dob",
    "email",
    "emails",
    "ethnicity",
    "familyname",
    "fax",
    "firstname",
    "fullname",
    "gender",
    "geolocation",
    "givenname",
    "homelocation",
    "householdname",
    "ipaddress",
    "lastlocation",
    "lastname",
    "latitude",
    "longitude",
    "maidenname",
    "maritalstatus",
    "middlename",
    "mobile",
    "nationality",
    "nickname",
    "occupation",
    "phone",
    "phonenumber",
    "postalcode",
    "postcode",
    "religion",
    "surname",
    "telephone",
    "userlocation",
    "username",
    "zipcode",
];
const OF_HEALTH: [&str; 22] = [
    "allergies",
    "allergy",
    "blood",
    "bloodtype",
    "diagnoses",
    "diagnosis",
    "disability",
    "disease",
    "doctor",
    "dosage",
    "dose",
    "healthcare",
    "immunization",
    "medical",
    "medication",
    "medicine",
    "patient",
    "prescription",
    "symptom",
    "symptoms",
    "treatment",
    "vaccination",
];
const OF_MONEY: [&str; 32] = [
    "accountbalance",
    "accountnumber",
    "amount",
    "balance",
    "bank",
    "bankaccount",
    "bic",
    "billing",
    "budget",
    "credit",
    "creditlimit",
    "currency",
    "debit",
    "deposit",
    "discount",
    "iban",
    "income",
    "invoice",
    "loan",
    "mortgage",
    "payment",
    "payout",
    "price",
    "refund",
    "revenue",
    "routingnumber",
    "salary",
    "sortcode",
    "swift",
    "transaction",
    "wage",
    "wallet",
];
const OF_CARDS: [&str; 10] = [
    "cardholder",
    "cardnumber",
    "cardtoken",
    "creditcard",
    "creditcardnumber",
    "cvc",
    "cvv",
    "debitcard",
    "expirymonth",
    "pan",
];
const OF_STATES: [&str; 14] = [
    "driverlicense",
    "driverslicense",
    "driversnumber",
    "licensenumber",
    "nationalid",
    "nationalinsurance",
    "passport",
    "passportnumber",
    "socialsecurity",
    "socialsecuritynumber",
    "ssn",
    "taxid",
    "taxnumber",
    "visanumber",
];
const OF_BUSINESS: [&str; 13] = [
    "businessstrategy",
    "contract",
    "forecast",
    "grossmargin",
    "orders",
    "pricing",
    "pricingstrategy",
    "profitmargin",
    "quotation",
    "quote",
    "sales",
    "supplier",
    "turnover",
];
const OF_MAKERS: [&str; 7] =
    ["blueprint", "manuscript", "patent", "patents", "proprietary", "sourcecode", "tradesecret"];
const OF_RUNNING: [&str; 14] = [
    "audit",
    "build",
    "debug",
    "hostname",
    "log",
    "logs",
    "metrics",
    "server",
    "stack",
    "stacktrace",
    "trace",
    "uptime",
    "useragent",
    "version",
];

static CLASSES: LazyLock<HashMap<&'static str, DataClass>> = LazyLock::new(|| {
    let tables: [(&[&'static str], DataClass); 8] = [
        (&OF_RUNNING, DataClass::Operational),
        (&OF_BUSINESS, DataClass::Business),
        (&OF_MAKERS, DataClass::Intellectual),
        (&OF_PERSONS, DataClass::Personal),
        (&OF_MONEY, DataClass::Financial),
        (&OF_HEALTH, DataClass::Health),
        (&OF_STATES, DataClass::Government),
        (&OF_CARDS, DataClass::Card),
    ];
    tables
        .into_iter()
        .flat_map(|(words, class)| words.iter().map(move |word| (*word, class)))
        .collect()
});

/// Pairs of words in which one of them means something else: how old a cached answer may be, in which order a list is.
const OTHERWISE: [&str; 12] = [
    "accountage",
    "ageindicator",
    "cacheage",
    "displayorder",
    "macaddress",
    "maxage",
    "minage",
    "mobileapp",
    "mobiledevice",
    "mobiledevices",
    "orderby",
    "sortorder",
];

/// The classes of what has this name; empty: the name says nothing.
pub(in crate::system) fn classes_of(name: &str) -> DataClasses {
    let words = folded_words(name);
    let is_otherwise = |two: &[String]| OTHERWISE.contains(&two.concat().as_str());
    let means_it = |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| words.get(before..=*at));
        let behind = words.get(*at..=*at + 1);
        !before.into_iter().chain(behind).any(is_otherwise)
    };
    let single = (0..words.len()).filter(means_it).filter_map(|at| words.get(at)).cloned();
    let pairs = words.windows(2).map(<[String]>::concat);
    let triples = words.windows(3).map(<[String]>::concat);
    let mut found = DataClasses::NONE;
    for part in single.chain(pairs).chain(triples) {
        let english =
            CLASSES.get(part.as_str()).copied().map_or(DataClasses::NONE, DataClasses::of);
        found = found.with(english).with(languages::classes(&part));
    }
    if sensitive::credential_name(name) {
        found = found.with(DataClasses::of(DataClass::Credential));
    }
    // `cardNumber` is no credential, and the number of an account in it is a card's.
    if found.has(DataClass::Card) {
        found = found.with(DataClasses::of(DataClass::Financial));
    }
    found
}

/// Whether a property of this name holds a password, in any of the languages.
pub(super) fn is_password(name: &str) -> bool {
    sensitive::password_name(name)
        || languages::classes(&folded_words(name).concat()).has(DataClass::Credential)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_of_what_class_their_data_is() {
        for (name, class) in [
            ("email", Some(DataClass::Personal)),
            ("shippingAddress", Some(DataClass::Personal)),
            ("date_of_birth", Some(DataClass::Personal)),
            ("bloodType", Some(DataClass::Health)),
            ("IBAN", Some(DataClass::Financial)),
            ("cardNumber", Some(DataClass::Card)),
            ("social_security_number", Some(DataClass::Government)),
            ("accessToken", Some(DataClass::Credential)),
            ("password_hash", Some(DataClass::Credential)),
            ("serverVersion", Some(DataClass::Operational)),
            ("id", None),
            ("title", None),
            ("sortOrder", None),
            ("maxAgeSeconds", None),
            ("macAddress", None),
            ("signatureAlgorithm", None),
            ("manage", None),
            ("package", None),
        ] {
            let found = classes_of(name);
            match class {
                Some(class) => assert!(found.has(class), "{name}: {found:?}"),
                None => assert!(found.is_empty(), "{name}: {found:?}"),
            }
        }
    }
}
