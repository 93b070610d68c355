//! Of what class data is, by the name of the property that holds it.

use std::collections::HashMap;
use std::sync::LazyLock;

use portcullis_controls::sensitive;
use portcullis_policy::naming::words;

use crate::system::{DataClass, DataClasses};

/// Words and pairs of words, written as one.
const OF_PERSONS: [&str; 44] = [
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
    "geo",
    "givenname",
    "householdname",
    "ipaddress",
    "lastname",
    "latitude",
    "location",
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
const OF_BUSINESS: [&str; 12] = [
    "contract",
    "forecast",
    "margin",
    "order",
    "orders",
    "pricing",
    "quote",
    "quotation",
    "sales",
    "strategy",
    "supplier",
    "turnover",
];
const OF_MAKERS: [&str; 8] = [
    "algorithm",
    "blueprint",
    "manuscript",
    "patent",
    "patents",
    "proprietary",
    "sourcecode",
    "tradesecret",
];
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

/// The classes of what has this name; empty: the name says nothing.
pub(in crate::system) fn classes_of(name: &str) -> DataClasses {
    let words = words(name);
    let pairs = words.windows(2).map(<[String]>::concat);
    let triples = words.windows(3).map(<[String]>::concat);
    let all = words.iter().cloned().chain(pairs).chain(triples);
    let mut found: DataClasses =
        all.filter_map(|word| CLASSES.get(word.as_str()).copied()).collect();
    if sensitive::credential_name(name) {
        found = found.with(DataClasses::of(DataClass::Credential));
    }
    // `cardNumber` is no credential, and the number of an account in it is a card's.
    if found.has(DataClass::Card) {
        found = found.with(DataClasses::of(DataClass::Financial));
    }
    found
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
