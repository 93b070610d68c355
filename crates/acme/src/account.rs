//! Who we are to an authority: an account, made once and kept.

use std::time::Duration;

use instant_acme::{Account, AccountCredentials, ExternalAccountKey, NewAccount};
use serde_json::{Value, json};

use crate::error::AcmeError;
use crate::folder::{ACCOUNT, Folder, PlaceFault};
use crate::https::Https;
use crate::terms::Terms;

/// The account in the folder, if it is one of these terms; else a new one, which lies there afterwards.
pub(crate) async fn of(
    terms: &Terms,
    folder: &Folder,
    limit: Duration,
) -> Result<Account, AcmeError> {
    let https = Https::new(terms.trust.clone(), terms.authority(), limit);
    let builder = Account::builder_with_http(Box::new(https));
    if let Some(known) = kept(terms, folder).map_err(AcmeError::Place)? {
        return builder.from_credentials(known).await.map_err(AcmeError::Authority);
    }
    let contact: Vec<&str> = terms.contact.iter().map(String::as_str).collect();
    let wanted = NewAccount {
        contact: &contact,
        // The policy says so; without it there are no terms to come here with.
        terms_of_service_agreed: true,
        only_return_existing: false,
    };
    let external = terms.external_account.as_ref();
    let external =
        external.map(|one| ExternalAccountKey::new(one.key_id.clone(), one.key.expose_secret()));
    let made = builder.create(&wanted, terms.directory.clone(), external.as_ref()).await;
    let (account, credentials) = made.map_err(AcmeError::Authority)?;
    // What holds a key is made and dropped here, and goes to the file alone.
    let credentials = serde_json::to_value(&credentials);
    let credentials = credentials.map_err(|error| AcmeError::Authority(error.into()))?;
    let mut text = stated(terms);
    if let Value::Object(members) = &mut text {
        members.insert("credentials".to_owned(), credentials);
    }
    folder.replace(ACCOUNT, text.to_string().as_bytes()).map_err(AcmeError::Place)?;
    Ok(account)
}

/// What of the terms an account was made with.
fn stated(terms: &Terms) -> Value {
    let external = terms.external_account.as_ref().map(|one| &one.key_id);
    json!({ "directory": terms.directory, "contact": terms.contact, "external_account": external })
}

/// One of other terms, or that cannot be read, is none: another is made.
fn kept(terms: &Terms, folder: &Folder) -> Result<Option<AccountCredentials>, PlaceFault> {
    let Some(text) = folder.read(ACCOUNT)? else { return Ok(None) };
    let Ok(Value::Object(mut known)) = serde_json::from_slice(text.expose_secret()) else {
        return Ok(None);
    };
    let credentials = known.remove("credentials").unwrap_or_default();
    if Value::Object(known) != stated(terms) {
        return Ok(None);
    }
    Ok(serde_json::from_value(credentials).ok())
}
