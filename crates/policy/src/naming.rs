//! What names of parameters, properties and path segments say of objects: `order_id` is the id of an
//! order, and behind `/orders` stands one.

/// A name as words, in lower case: `orderID`, `order_id` and `X-Order-Id` are `order`, `id`.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut chars = name.chars().peekable();
    let mut is_open = false;
    while let Some(one) = chars.next() {
        if !one.is_alphanumeric() {
            is_open = false;
            continue;
        }
        // `orderID`, `IDCard`: a word begins where a capital follows a small letter, or a small one a capital.
        let next_is_lower = chars.peek().is_some_and(|next| next.is_lowercase());
        let begins = one.is_uppercase() && (was_lower || next_is_lower && is_open);
        if begins || !is_open {
            words.push(String::new());
        }
        is_open = true;
        was_lower = one.is_lowercase() || one.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(one.to_lowercase());
        }
    }
    if words.len() > 1 && words.first().is_some_and(|first| first == "x") {
        words.remove(0);
    }
    words
}

/// Words that say "the id of", at the end of a name.
const IDS: [&str; 12] = [
    "id", "ids", "uuid", "uuids", "guid", "guids", "key", "keys", "code", "codes", "number",
    "numbers",
];

/// What a name is the id of: `order` of `order_ids`; the empty text of `id` alone; none where it does not
/// look like an id.
pub fn id_of(name: &str) -> Option<String> {
    let mut words = words(name);
    let last = words.pop()?;
    IDS.contains(&last.as_str()).then(|| singular(&words.concat()))
}

/// Whether a name alone says that it is an id, of whatever.
pub fn looks_like_id(name: &str) -> bool {
    words(name).last().is_some_and(|last| {
        matches!(last.as_str(), "id" | "ids" | "uuid" | "uuids" | "guid" | "guids")
    })
}

/// One of several, as English writes it: `orders`, `categories`, `addresses`.
pub fn singular(word: &str) -> String {
    const OTHERS: [(&str, &str); 6] = [
        ("children", "child"),
        ("indices", "index"),
        ("men", "man"),
        ("people", "person"),
        ("vertices", "vertex"),
        ("women", "woman"),
    ];
    for (many, one) in OTHERS {
        // `salespeople` too; a word that only ends so (`specimen`) is not cut.
        if word == many || many.len() > 3 && word.ends_with(many) {
            return format!("{}{one}", word.strip_suffix(many).unwrap_or_default());
        }
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for end in ["sses", "shes", "ches", "xes", "zes", "tuses"] {
        if let Some(stem) = word.strip_suffix(end) {
            return format!("{stem}{}", end.strip_suffix("es").unwrap_or_default());
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.is_empty() && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// A name as one word in the singular.
pub fn folded(name: &str) -> String {
    singular(&words(name).concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for (name, expected) in [
            ("order_id", "order id"),
            ("orderId", "order id"),
            ("orderID", "order id"),
            ("X-Order-Id", "order id"),
            ("HTTPServer", "http server"),
            ("id", "id"),
            ("x", "x"),
            ("bestellungsId", "bestellungs id"),
            ("", ""),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn ids_are_known_by_their_names() {
        for (name, of) in [
            ("order_id", Some("order")),
            ("orderIds", Some("order")),
            ("id", Some("")),
            ("rx_number", Some("rx")),
            ("category_ids", Some("category")),
            ("orders", None),
            ("valid", None),
            ("paid", None),
        ] {
            assert_eq!(id_of(name).as_deref(), of, "{name}");
        }
    }

    #[test]
    fn one_of_several_is_found() {
        for (several, one) in [
            ("people", "person"),
            ("grandchildren", "grandchild"),
            ("indices", "index"),
            ("specimen", "specimen"),
            ("orders", "order"),
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("status", "status"),
            ("statuses", "status"),
            ("address", "address"),
            ("staff", "staff"),
            ("s", "s"),
        ] {
            assert_eq!(singular(several), one);
        }
    }
}
