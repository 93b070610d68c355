//! What the phone app asks for: friends to invite, and the page on which a customer lets the app in.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::{coerce, sessions, strict};

/// `POST /friends`: invite somebody by their phone number.
pub(crate) fn friend(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let phone = call.fields()?.get("phone").map(coerce::text).unwrap_or_default();
    let sql = "SELECT id AS customer_id, name FROM customers WHERE phone = ?1";
    match books.row(sql, &[&phone])? {
        // FLAW(a3-friend-id): who it is, for the app's own convenience.
        Some(known) => Err(Fault::conflict("they are a customer already").showing("friend", known)),
        None => Ok(Answer::created(json!({ "invited": phone }))),
    }
}

/// `POST /safe/friends`: the answer is the same, whoever it is.
pub(crate) fn safe_friend(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Friend {
        phone: String,
    }
    strict::caller(call, books)?;
    let said: Friend = strict::json(call)?;
    strict::bounded(&said.phone, 20)?;
    Ok(Answer::created(json!({ "invited": said.phone })))
}

/// `POST /app/consent`: what the page shows to a customer, and the token that the app gets.
pub(crate) fn consent(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    call.caller(books)?;
    let said = call.fields()?;
    // FLAW(a1-consent-token): the customer is whom the request names, not who calls.
    let id = said.get("customer_id").map_or(0.0, coerce::number) as i64;
    consented(books, id)
}

/// `POST /safe/app/consent`.
pub(crate) fn safe_consent(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        customer_id: i64,
    }
    let caller = strict::caller(call, books)?;
    let wanted: Wanted = strict::json(call)?;
    if wanted.customer_id != caller.id {
        return Err(Fault::missing("customer"));
    }
    consented(books, caller.id)
}

fn consented(books: &Books<'_>, id: i64) -> Result<Answer, Fault> {
    let sql = "SELECT id, name FROM customers WHERE id = ?1";
    let customer = books.row(sql, &[&id])?.ok_or_else(|| Fault::missing("customer"))?;
    let name = customer.get("name").cloned().unwrap_or(Value::Null);
    let token = sessions::token_for(books, id, None)?;
    Ok(Answer::json(json!({ "id": id, "name": name, "scopes": ["orders"], "token": token })))
}
