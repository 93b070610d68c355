//! What is worth a program's while: buying, paying, guessing, harvesting (A11).

mod guesses;

use portcullis_contract::outline::{OutlinedSchema, SchemaIndex};
use portcullis_controls::Plan;
use portcullis_policy::{RateBound, naming};

use super::super::check::Check;
use super::super::control::by;
use super::super::subject::{Op, Subject};
use super::{access, names};
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 8] = [
    &TWICE,
    &PACE,
    &PRICE,
    &STEP,
    &MESSAGES,
    &guesses::GUESSED,
    &guesses::ACCOUNT_TOLD,
    &guesses::TOKEN_TOLD,
];

/// What moves money or goods, or gives something away once, by a word of its name.
const WORTH: [&str; 22] = [
    "bid",
    "booking",
    "buy",
    "charge",
    "checkout",
    "coupon",
    "deposit",
    "donation",
    "gift",
    "order",
    "pay",
    "payment",
    "payout",
    "purchase",
    "redeem",
    "refund",
    "reservation",
    "transfer",
    "voucher",
    "vote",
    "withdraw",
    "withdrawal",
];
/// Of these, what is bought rather than moved.
const BOUGHT: [&str; 9] = [
    "basket",
    "booking",
    "buy",
    "cart",
    "checkout",
    "order",
    "purchase",
    "reservation",
    "subscription",
];
/// What says that only something about it is kept, or that it does not happen: how one pays, not that one does.
const ABOUT: [&str; 17] = [
    "cancel",
    "cancellation",
    "configuration",
    "method",
    "policy",
    "recommendation",
    "reject",
    "rejection",
    "report",
    "result",
    "rule",
    "setting",
    "status",
    "template",
    "term",
    "type",
    "webhook",
];
/// What sends something to somebody.
const SENDING: [&str; 9] =
    ["email", "invitation", "invite", "message", "notification", "notify", "resend", "send", "sms"];
/// Last segments of paths that only make sense after something else.
const STEPS: [&str; 16] = [
    "accept", "activate", "approve", "capture", "checkout", "claim", "close", "complete",
    "confirm", "finalize", "fulfill", "pay", "publish", "refund", "ship", "submit",
];

static TWICE: Check = Check {
    rule: Rule {
        id: "flow-done-twice",
        title: "what moves money or goods can be sent twice and happens once",
        item: "A11",
        cwe: &[837, 362],
        severity: Severity::Medium,
        page: r"## Why

A request is sent again by a client whose connection broke, and a hundred times at once by somebody who wants the coupon
a hundred times. Without a key that names the attempt, the API cannot tell one payment from two.

## Example

```yaml
/payments: { post: { operationId: pay, requestBody: {} } }
```

## Fix

Take a key with each attempt, and answer a second one with the result of the first:

```yaml
parameters:
  - { name: Idempotency-Key, in: header, required: true, schema: { type: string, format: uuid } }
```

In front of an API that cannot be changed, `serialize: body./from_account` lets one go after the other, and a rate with
`once: true` lets it happen once.",
    },
    fix: "take an `Idempotency-Key`; in front of the API, say `serialize` or a rate with `once`",
    answered: by!(ResourceLimits, goes_once),
    look: |subject, raising| {
        for one in subject.operations().filter(|one| is_worth(one)) {
            let has_key = one.said.parameters.iter().any(|known| is_attempt(&known.name));
            if !has_key && !takes(subject, one, is_attempt) {
                let message = format!("nothing tells one attempt at {} from two", one.shown());
                raising.operation(one.number, message);
            }
        }
    },
};

static PACE: Check = Check {
    rule: Rule {
        id: "flow-without-limit",
        title: "what is worth a program's while has a limit of its own",
        item: "A11",
        cwe: &[799, 770],
        severity: Severity::Medium,
        page: r"## Why

Tickets, vouchers, votes and payouts are taken by programs that are faster than people, from a thousand addresses. The
general limit that protects a server is far above what a person does, and does not see it.

## Example

```yaml
/vouchers/redeem: { post: { responses: { '200': { description: yours } } } }
```

## Fix

Say how often a person does it, for each caller and for each voucher, and declare the refusal (`429`):

```yaml
rates: [{ of: redeemVoucher, per: caller, rate: 5/day }]
```",
    },
    fix: "declare `429`, and limit how often one caller may do it",
    answered: by!(BusinessFlow, |plan, operation| {
        access::has_rate_of_its_own(plan, operation)
            || plan.operations.get(operation).is_some_and(|one| !one.steps.is_empty())
    }),
    look: |subject, raising| {
        for one in subject.operations().filter(|one| is_worth(one)) {
            if !one.answers(&["429"]) {
                let message =
                    format!("{} is worth a program's while, and declares no limit", one.shown());
                raising.operation(one.number, message);
            }
        }
    },
};

static PRICE: Check = Check {
    rule: Rule {
        id: "price-from-client",
        title: "what something costs is not sent by who pays it",
        item: "A11",
        cwe: &[602, 472],
        severity: Severity::High,
        page: r"## Why

Where an order says its own price, total or discount, some code path believes it. The page shows the right number; a
program sends another.

## Example

```yaml
Order: { properties: { product_id: {}, unit_price: { type: number } } }
```

## Fix

Take the id of what is bought and how many, and look the price up. Where the client shows what it expects, compare and
refuse; mark what is only answered `readOnly: true`.",
    },
    fix: "look the price up by the id of what is bought, and mark it `readOnly: true`",
    answered: by!(BusinessFlow, |plan, operation| {
        plan.model.values.get(operation).is_some_and(|rules| !rules.is_empty())
    }),
    look: |subject, raising| {
        let buys = |one: &OutlinedSchema| {
            let numbers = one.in_requests.operations.iter();
            numbers
                .filter_map(|number| subject.operation(*number))
                .any(|one| one.is_write() && one.says_any(&BOUGHT))
        };
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            !one.said.read_only
                && !subject.parameter_names.contains_key(&index)
                && subject.names_of(index).any(is_price)
                && buys(one)
        };
        for group in subject.in_requests(is_such) {
            let message =
                format!("{} lets who buys say what it costs{}", group.owner, group.names());
            let draft = raising.group(&group, message);
            draft.operations.retain(|number| {
                subject
                    .operation(*number)
                    .is_some_and(|one| one.is_write() && one.says_any(&BOUGHT))
            });
        }
    },
};

static STEP: Check = Check {
    rule: Rule {
        id: "step-skippable",
        title: "what only makes sense after something else comes after it",
        item: "A11",
        cwe: &[841],
        severity: Severity::Low,
        page: r"## Why

The page shows checkout after the address and the payment; the API takes any call at any time. Whoever calls `confirm`
without `pay` gets the goods, if one check is missing. OpenAPI has no word for an order, so the document cannot show
that there is one.

## Example

```yaml
/orders/{id}/pay: { post: {} }
/orders/{id}/confirm: { post: {} }
```

## Fix

In front of the API, say what follows what:

```yaml
flows: { checkout: { of: path.id, steps: [createOrder, payOrder, confirmOrder] } }
```",
    },
    fix: "check the state of the object, or say the order under `flows` in front of the API",
    answered: by!(BusinessFlow, |plan, operation| {
        plan.operations.get(operation).is_some_and(|one| !one.steps.is_empty())
    }),
    look: |subject, raising| {
        let is_step = |one: &Op<'_>| {
            let mut parts = one.said.template.rsplit('/');
            let last = parts.next().map(names::folded).unwrap_or_default();
            let is_behind = parts.next().is_some_and(|part| part.starts_with('{'));
            one.is_write() && is_behind && STEPS.binary_search(&last.as_str()).is_ok()
        };
        let all = subject.numbers(is_step);
        raising.operations(all, |count| {
            let what = names::counted(count, "operation is a step", "operations are steps");
            format!("{what} of something, and nothing says after which others")
        });
    },
};

static MESSAGES: Check = Check {
    rule: Rule {
        id: "messages-without-limit",
        title: "nobody has the API write to strangers as often as they like",
        item: "A11",
        cwe: &[799, 770],
        severity: Severity::Low,
        page: r"## Why

An operation that sends mail or text messages to an address of the caller's choice is a weapon against that address, and
a bill: numbers with a premium rate earn for whoever owns them.

## Example

```yaml
/invitations: { post: { operationId: sendInvitation } }
```

## Fix

Limit it by caller and by what it is sent to, and declare the refusal:

```yaml
rates: [{ of: sendInvitation, per: [body./email], rate: 3/day }]
```",
    },
    fix: "limit it by caller and by receiver, and declare `429`",
    answered: by!(ResourceLimits, access::has_rate_of_its_own),
    look: |subject, raising| {
        let is_such = |one: &Op<'_>| {
            one.is_write() && one.says_any(&SENDING) && !one.answers(&["429"]) && is_creating(one)
        };
        let all = subject.numbers(is_such);
        raising.operations(all, |count| {
            let what = names::counted(count, "operation sends", "operations send");
            format!("{what} messages without a declared limit")
        });
    },
};

/// Whether an operation moves something, or gives something away once, and is called to do so.
pub(super) fn is_worth(one: &Op<'_>) -> bool {
    is_creating(one) && one.says_any(&WORTH) && !one.says_any(&ABOUT) && !reads_by_post(one)
}

fn is_creating(one: &Op<'_>) -> bool {
    one.said.method == portcullis_model::Method::Post
}

/// Whether a POST only looks something up.
fn reads_by_post(one: &Op<'_>) -> bool {
    let first = one.said.id.as_deref().and_then(|id| naming::words(id).into_iter().next());
    let reads = [
        "get", "list", "search", "find", "query", "validate", "check", "preview", "count", "export",
    ];
    first.is_some_and(|word| reads.contains(&word.as_str()))
        || one.says_any(&["search", "query", "preview"])
}

/// Whether a name is one for a single attempt.
fn is_attempt(name: &str) -> bool {
    let folded = names::folded(name);
    folded.contains("idempot")
        || [
            "requestid",
            "xrequestid",
            "clientreference",
            "clienttoken",
            "nonce",
            "transactionid",
            "requesttoken",
            "clientrequestid",
            "externalid",
            "orderref",
            "reference",
        ]
        .contains(&folded.as_str())
}

/// Whether its body has a property of such a name at the top.
fn takes(subject: &Subject<'_>, one: &Op<'_>, is_such: impl Fn(&str) -> bool) -> bool {
    let roots = one.said.bodies.iter().filter_map(|(_, schema)| *schema);
    let edges = roots.filter_map(|root| subject.outline.schema(root)).flat_map(|root| &root.edges);
    edges.filter_map(|edge| edge.kind.property()).any(is_such)
}

fn is_price(name: &str) -> bool {
    let folded = names::folded(name);
    [
        "price",
        "unitprice",
        "totalprice",
        "totalamount",
        "discount",
        "discountamount",
        "discountpercent",
        "subtotal",
        "grandtotal",
        "itemprice",
        "netprice",
        "grossprice",
    ]
    .contains(&folded.as_str())
}

/// Whether requests of an operation go one after the other, or it happens once.
fn goes_once(plan: &Plan, operation: usize) -> bool {
    let waits = plan.model.serialized.get(operation).is_some_and(Option::is_some);
    let mut rates = plan.model.rates.iter();
    let is_once = rates.any(|rate| {
        let concerns = rate.of.as_ref().is_some_and(|of| of.contains(&operation));
        concerns && matches!(rate.bound, RateBound::Once | RateBound::AtOnce(1))
    });
    waits || is_once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(STEPS.is_sorted());
    }
}
