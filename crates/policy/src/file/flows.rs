//! The section `flows`: which operations follow which, and how fast at most.

use portcullis_model::Diagnostic;
use portcullis_yaml::{
    Content, Named, Needed, Node, Notes, Read, Spanned, inline_schemas, scalar, section, shown,
};

use super::rates::RateKeys;
use crate::codes;
use crate::flows::WalkPlace;
use crate::login_place::{AnswerMember, value_place};
use crate::quantity::Time;
use crate::word::Names;

section! {
    /// Operations that people do one after the other, as a cart, an address and a payment. A step is answered 409
    /// until the one before it was answered with success, and once the last one was, the flow begins anew.
    struct FlowSection, later [], {
        /// Who walks through it: `caller`, `address`, `network`, `key`, `caller.tenant`, or a value as `cookie.cart`;
        /// a list is their combination. Default: `caller`; and who is not verified, by address.
        per: Option<RateKeys>,
        /// The steps, in order: operations, or sections that say more. Several operations in one (`step: [payByCard,
        /// payByPoints]`) are the same step. What no flow names comes when it likes.
        steps: Needed<Vec<Spanned<StepWritten>>>,
        /// How long after a step the next one comes at the latest, where the step says nothing. Default: `1d`.
        within: Option<Spanned<Time>>,
    }
}

section! {
    /// One step of a flow.
    struct StepSection, later [], {
        /// The operations, of which any is this step: by operationId or by `POST /pay`, `*` for any text.
        step: Needed<Names>,
        /// What walks through the flow, where a caller may be in it several times: `path.id`, `body./order_id`, and
        /// in the first step also `answer./id`, for what the API has just made. Each step says it, or none does.
        of: Option<Spanned<WalkPlace>>,
        /// How long after the step before it comes at the earliest: a person needs that long. Default: at once.
        after: Option<Spanned<Time>>,
        /// How long after the step before it comes at the latest. Default: the flow's.
        within: Option<Spanned<Time>>,
        /// `false`: done again, it leaves what came after it done. Default: `true`, because whoever changes the cart
        /// was told the price of another one.
        goes_back: Option<Spanned<bool>>,
        /// What its answers tell, by names of your choice: `{ total: answer./total_cents }`; with `*` every item.
        shows: Option<Named<Spanned<AnswerMember>>>,
        /// What of its requests must be what an earlier step told: `{ body./amount_cents: total }`.
        equal: Option<Named<Spanned<String>>>,
    }
}

/// An operation, or a section.
#[derive(Debug)]
pub(crate) struct StepWritten(pub(crate) StepSection);

impl Read for StepWritten {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Self);
        }
        let names = Needed(Some(Read::read(node, notes)?));
        Some(Self(StepSection {
            step: names,
            of: None,
            after: None,
            within: None,
            goes_back: None,
            shows: None,
            equal: None,
        }))
    }
}

impl schemars::JsonSchema for StepWritten {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let section = generator.subschema_for::<StepSection>();
        let names = generator.subschema_for::<Names>();
        schemars::json_schema!({ "anyOf": [section, names] })
    }
}

impl Read for WalkPlace {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        if text.starts_with("answer.") {
            let member = AnswerMember::read(node, notes)?;
            return Some(Self::Answer(member.0));
        }
        let place = value_place(text);
        if place.is_none() {
            notes.push(|| {
                let message = format!("{} is no place of a request or an answer", shown(text));
                Diagnostic::error(&codes::BAD_POINTER, message)
                    .at(node.span)
                    .help("write `path.id`, `body./order_id`, `query.order`, or `answer./id`")
            });
        }
        place.map(Self::Request)
    }
}

inline_schemas! {
    WalkPlace: { "type": "string", "examples": ["path.id", "body./order_id", "answer./id"] },
}
