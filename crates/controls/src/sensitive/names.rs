//! Names that only ever stand for what few may see.

use crate::alike::folded;

/// Characters of the longest of them, spelt with separators.
const BYTES_MAX: usize = 32;

/// What is a password, or made of one.
const PASSWORDS: [&str; 17] = [
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
/// What else does not leave where nothing describes it. Tokens are not among them: many an API's login answers one,
/// undescribed.
const SECRETS: [&str; 13] = [
    "apisecret",
    "cardnumber",
    "clientsecret",
    "creditcard",
    "creditcardnumber",
    "cvc",
    "cvv",
    "mfasecret",
    "otpsecret",
    "privatekey",
    "secretkey",
    "ssn",
    "totpsecret",
];
/// What somebody should decide about where it is described.
const OTHERS: [&str; 20] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "authtoken",
    "iban",
    "nationalid",
    "nationalidnumber",
    "passportnumber",
    "pin",
    "refreshtoken",
    "resettoken",
    "secret",
    "sessionid",
    "sessiontoken",
    "socialsecuritynumber",
    "taxid",
    "taxnumber",
    "token",
    "webhooksecret",
];

/// What else opens something to whoever holds it: session ids under the names of frameworks, and the words of
/// OAuth (RFC 6749, RFC 6750 section 2.3) among them.
const CREDENTIALS: [&str; 41] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apisecret",
    "apitoken",
    "appsecret",
    "aspsessionid",
    "authkey",
    "authorization",
    "authtoken",
    "bearertoken",
    "clientassertion",
    "clientsecret",
    "consumersecret",
    "credential",
    "credentials",
    "idtoken",
    "jsessionid",
    "jwt",
    "magictoken",
    "mfasecret",
    "oauthtoken",
    "onetimepassword",
    "otp",
    "otpsecret",
    "passcode",
    "phpsessid",
    "privatekey",
    "refreshtoken",
    "resettoken",
    "secret",
    "secretkey",
    "sessid",
    "sessionid",
    "sessiontoken",
    "subscriptionkey",
    "token",
    "totpsecret",
    "usertoken",
    "verificationtoken",
    "xapikey",
];

/// Whether what has this name opens something to whoever reads it: a password, a token, a key, the id of a
/// session. Numbers of cards and persons are not among them.
pub fn credential_name(name: &str) -> bool {
    is_one_of(name, &[&PASSWORDS, &CREDENTIALS])
}

/// Whether a property of this name holds a password, or what is made of one: `password_hash`.
pub fn password_name(name: &str) -> bool {
    // Asked of every member of every answer: all of them have this letter before one of two others.
    let follows =
        |at: usize| matches!(name.as_bytes().get(at + 1), Some(b'a' | b'A' | b'w' | b'W'));
    memchr::memchr2_iter(b'p', b'P', name.as_bytes()).any(follows) && is_one_of(name, &[&PASSWORDS])
}

/// Whether a property of this name does not leave where nothing describes it.
pub fn secret_name(name: &str) -> bool {
    is_one_of(name, &[&PASSWORDS, &SECRETS])
}

/// Whether a property of this name holds something that its owner should decide about before it leaves: a
/// secret, a token, the number of a card or of a person. Passwords are not among them: they do not leave.
pub fn sensitive_name(name: &str) -> bool {
    is_one_of(name, &[&SECRETS, &OTHERS])
}

fn is_one_of(name: &str, lists: &[&[&str]]) -> bool {
    if name.len() > BYTES_MAX {
        return false;
    }
    let folded = folded(name);
    lists.iter().any(|names| names.binary_search(&folded.as_str()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{
        CREDENTIALS, OTHERS, PASSWORDS, SECRETS, credential_name, password_name, sensitive_name,
    };

    #[test]
    fn credentials_are_known_by_their_names() {
        assert!(
            [&PASSWORDS[..], &SECRETS, &OTHERS, &CREDENTIALS].iter().all(|one| one.is_sorted())
        );
        for name in ["access_token", "X-API-Key", "JSESSIONID", "sessionId", "PassWord", "id_token"]
        {
            assert!(credential_name(name), "{name}");
        }
        for name in
            ["token_count", "next_page_token", "key", "code", "state", "card_number", "iban"]
        {
            assert!(!credential_name(name), "{name}");
        }
    }

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
