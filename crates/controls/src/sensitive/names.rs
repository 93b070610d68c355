//! Names that only ever stand for what few may see.

/// Characters of the longest of them, spelt with separators.
const BYTES_MAX: usize = 32;

/// Whether a property of this name holds a password, or what is made of one: `password_hash`.
pub fn password_name(name: &str) -> bool {
    const NAMES: [&str; 17] = [
        "confirmpassword",
        "currentpassword",
        "encryptedpassword",
        "hashedpassword",
        "newpassword",
        "oldpassword",
        "passphrase",
        "passwd",
        "password",
        "passwordconfirmation",
        "passworddigest",
        "passwordhash",
        "passwordhashed",
        "passwordsalt",
        "pwd",
        "userpass",
        "userpassword",
    ];
    // Asked of every member of every answer: all of them have one of these.
    let has =
        |part: &[u8]| name.as_bytes().windows(part.len()).any(|one| one.eq_ignore_ascii_case(part));
    name.len() <= BYTES_MAX && (has(b"pass") || has(b"pwd")) && is_one_of(name, &NAMES)
}

/// Whether a property of this name holds something that its owner should decide about before it leaves: a
/// secret, a token, the number of a card or of a person. Passwords are not among them: they do not leave.
pub fn sensitive_name(name: &str) -> bool {
    const NAMES: [&str; 33] = [
        "accesskey",
        "accesstoken",
        "apikey",
        "apisecret",
        "apitoken",
        "authtoken",
        "cardnumber",
        "clientsecret",
        "creditcard",
        "creditcardnumber",
        "cvc",
        "cvv",
        "iban",
        "mfasecret",
        "nationalid",
        "nationalidnumber",
        "otpsecret",
        "passportnumber",
        "pin",
        "privatekey",
        "refreshtoken",
        "resettoken",
        "secret",
        "secretkey",
        "sessionid",
        "sessiontoken",
        "socialsecuritynumber",
        "ssn",
        "taxid",
        "taxnumber",
        "token",
        "totpsecret",
        "webhooksecret",
    ];
    is_one_of(name, &NAMES)
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    if name.len() > BYTES_MAX {
        return false;
    }
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    names.binary_search(&plain.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{password_name, sensitive_name};

    #[test]
    fn names_are_known_in_every_spelling() {
        for name in ["password", "Password_Hash", "passwordHash", "PWD", "user-password"] {
            assert!(password_name(name) && !sensitive_name(name), "{name}");
        }
        for name in ["accessToken", "card-number", "SSN", "iban", "client_secret", "webhookSecret"]
        {
            assert!(sensitive_name(name) && !password_name(name), "{name}");
        }
        for name in
            ["", "pass", "password_changed_at", "token_count", "card_last4", "pinned", "état"]
        {
            assert!(!sensitive_name(name) && !password_name(name), "{name}");
        }
    }
}
