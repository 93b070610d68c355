//! What to do about a refusal, in words.

use portcullis_controls::{Remedy, remedy};
use portcullis_model::ControlId;

/// What would let a refused request pass, and what to write for it (rule 31).
pub(super) fn what_to_do(control: ControlId, reason: &str, operation: Option<&str>) -> String {
    if ["key_not_for_function", "object_not_of_key"].contains(&reason) {
        return of_key();
    }
    of_policy(control, reason, operation)
}

fn of_policy(control: ControlId, reason: &str, operation: Option<&str>) -> String {
    let name = operation.unwrap_or("NAME");
    match (remedy(control, reason), operation) {
        (Remedy::None, _) => "Nothing lets it pass: HTTP has no other reading.".to_owned(),
        (Remedy::Request, _) => "The request must carry what it lacks.".to_owned(),
        (Remedy::Header, _) => in_a_header(),
        (Remedy::Contract, _) => declare(reason),
        (Remedy::Access, _) => {
            format!(
                "If anybody may call it, write into the policy:\n\naccess:\n  - anyone: [\"{name}\"]"
            )
        }
        (Remedy::Rule, _) => rule(name),
        (Remedy::Objects, _) => objects(name),
        (Remedy::Targets, _) => targets(name),
        (Remedy::Redirects, _) => redirects(name),
        (Remedy::Origins, _) if reason == "cors_header" => {
            "Pages of which origins may call is said by the policy, not by the API:\n\n\
             origins: [\"https://...\"]"
                .to_owned()
        }
        (Remedy::Origins, _) => "If pages of that origin may call, write it into the policy:\n\n\
             origins: [\"https://...\"]"
            .to_owned(),
        (Remedy::Encrypt, _) => "Write into the policy where the certificate is, and have callers \
             use https:\n\ntls: { certificate: file:cert.pem, key: file:key.pem }\n\nThe credential \
             that was sent in the clear must be changed."
            .to_owned(),
        (Remedy::Hosts, _) => {
            "If clients call an API under that name, write it beside its contract in \
             the policy:\n\nhosts: [...]"
                .to_owned()
        }
        (Remedy::Proxy, _) => {
            "Let the proxy in front set one of `Forwarded` and `X-Forwarded-For`, \
             and remove the other from what clients send."
                .to_owned()
        }
        (Remedy::Later, _) => {
            "Send it again when those before it are over: the policy lets requests of one value \
             reach the API one after the other (`serialize`)."
                .to_owned()
        }
        (Remedy::Rate, _) => {
            "It passes when it is sent again later: `Retry-After` says when. If honest clients come so often, let the \
             entry of `rates` that the record names allow more, or count them apart (`per`)."
                .to_owned()
        }
        (Remedy::Once, _) => {
            "What the record names (`rates`, `once: true`) was done already, is being done, or the request does not say of \
             what, by one value. It never passes again; if it should, count it apart (`per`), or let it pass so often in \
             a time (`rate`)."
                .to_owned()
        }
        (Remedy::Flow, _) => {
            "It passes when the steps before it are done, in time and with what their answers told. If honest people do \
             it otherwise, change the flow that the record names (`flows`): leave the step out, or give it more time."
                .to_owned()
        }
        (Remedy::Limit(key), _) => limit(key, operation),
        (Remedy::Text, _) => text(name),
        (one @ (Remedy::Value | Remedy::Stream | Remedy::Graphql | Remedy::Upgrade), _) => {
            of_operation(one, name)
        }
        (Remedy::Api, _) => {
            "The API's answer must change; the gateway cannot vouch for it.".to_owned()
        }
        (Remedy::Relax, Some(name)) => relaxed(control, reason, name),
        (Remedy::Relax, None) => "No operation is concerned, so no relaxation fits it.".to_owned(),
    }
}

/// The bound that would have to be raised.
fn limit(key: &str, operation: Option<&str>) -> String {
    match (key, operation) {
        ("page_size" | "page_offset" | "batch_items", Some(name)) => format!(
            "If such requests are honest, say in the contract how many there may be (`maximum`, `maxItems`), or raise the \
             bound in the policy:\n\noperations:\n  \"{name}\": {{ {key}: ... }}"
        ),
        _ => format!(
            "If such requests are honest, raise the limit in the policy:\n\nlimits: {{ {key}: ... }}"
        ),
    }
}

/// What the policy would have to say of the operation.
fn of_operation(remedy: Remedy, name: &str) -> String {
    let (when, line) = match remedy {
        Remedy::Value => (
            "If honest requests bring such values, widen the rule that the record names",
            "values: { PLACE: ... }",
        ),
        Remedy::Stream => ("If it may stream uninspected, write into the policy", "answer: stream"),
        Remedy::Graphql => (
            "If it may pass, although what its queries ask for is not looked into, write into the policy (or `graphql: \
             other`, if it only looks like GraphQL)",
            "graphql: uninspected",
        ),
        _ => (
            "If it may become a WebSocket, in which nothing is inspected, write into the policy",
            "upgrade: websocket",
        ),
    };
    format!("{when}:\n\noperations:\n  \"{name}\": {{ {line} }}")
}

/// What the document would have to say.
fn declare(reason: &str) -> String {
    match reason {
        "undeclared_method" => {
            "If this method should exist, declare it beside the others of its path."
        }
        "not_served" => {
            "Correct the document where it cannot be read; then the operation is served."
        }
        _ => {
            "If it should exist, declare it in the contract; if a base path is missing or too much, set `base_path` \
             in the policy."
        }
    }
    .to_owned()
}

/// A key may less than its owner: no line of the policy changes that.
fn of_key() -> String {
    "The key that was shown is not for this, whatever the policy permits to its owner. The record has its name under \
     `key`: `portcullis keys show --id ID` says what it may. If it should, issue another with `portcullis keys issue`; \
     the rules of a key do not change."
        .to_owned()
}

/// Where a credential belongs.
fn in_a_header() -> String {
    "Have the client send it in a header. If a link must carry it, declare the query parameter in the \
     contract: it passes then, and the record says `drift: secret_in_url`. A credential that stood in a \
     URL must be taken for known to others."
        .to_owned()
}

/// What says that a text is meant, and what makes the look unnecessary.
fn text(name: &str) -> String {
    format!(
        "If such texts belong there, say what they are meant to be, with the place that is named above, or with \
         `x-text` in its schema:\n\noperations:\n  \"{name}\": {{ texts: {{ PLACE: markdown }} }}\n\nIf they do not, a \
         `pattern`, an `enum` or a `format` in the schema says so earlier."
    )
}

/// The line that lets a caller use it.
fn rule(name: &str) -> String {
    format!(
        "If this caller may, add a rule to the policy, or widen one:\n\naccess:\n  - {{ role: ROLE, \
         may: [\"{name}\"], on: RESOURCE, when: mine }}"
    )
}

/// The lines that say whose objects it touches.
fn objects(name: &str) -> String {
    format!(
        "Say whose objects it touches, or that nobody owns them:\n\noperations:\n  \"{name}\": {{ \
         objects: {{ path.id: RESOURCE }} }}\n  \"{name}\": {{ objects: none, reason: \"...\" }}"
    )
}

/// The lines that say where a URL may point.
fn targets(name: &str) -> String {
    format!(
        "The record names the place of the URL, as `body./url`. Say where it may point: at hosts, at a path or a host of \
         this API, or, if the API opens no connection to it and sends nobody there, anywhere:\n\noperations:\n  \
         \"{name}\": {{ targets: {{ PLACE: [images.example.com, \"*.cdn.example.com\"] }} }}\n  \"{name}\": {{ targets: \
         {{ PLACE: own }} }}\n  \"{name}\": {{ targets: {{ PLACE: any }}, reason: \"...\" }}\n\nA spelling that two \
         readers take for two hosts passes nowhere but at `any`."
    )
}

/// The lines that say where an operation may lead its clients.
fn redirects(name: &str) -> String {
    format!(
        "Say where its redirects may lead: to hosts, to an app of the client's, or, if that is what it is for, \
         anywhere:\n\noperations:\n  \"{name}\": {{ redirects: [login.example.com, \"com.example.app:\"] }}\n  \
         \"{name}\": {{ redirects: public, reason: \"...\" }}\n\nIf the host is the API's own, name it under \
         `hosts`; if pages of yours are there, under `origins`. A host that only your network knows is let through \
         by its full name alone."
    )
}

/// The relaxation that lets it pass for a while.
fn relaxed(control: ControlId, reason: &str, name: &str) -> String {
    let first = if reason == "undeclared_property" {
        "If it belongs there, declare it in that schema. To keep it for a while"
    } else {
        "To observe this operation for a while instead of refusing"
    };
    format!(
        "{first}, write into the policy, with your name and reason:\n\nrelax:\n  - {{ operation: \"{name}\", \
         control: {control}, mode: observe, by: \"...\", reason: \"...\", until: YYYY-MM-DD }}"
    )
}
