//! The threats to an API: one file for each row of the mission, one value for each threat.
//!
//! A rule finds the elements that a threat concerns, whether or not something answers it: what answers is decided
//! elsewhere ([`crate::answers`]), so that a threat that is mitigated stays in the model with its proof.

mod accounts;
mod assignment;
mod configuration;
mod consumption;
mod cross_site;
mod exposure;
mod flows;
mod function;
mod identity;
mod injection;
mod input;
mod inventory;
mod object;
mod operations;
mod outbound;
mod page;
mod passwords;
mod resources;
mod secrets;
mod tokens;
mod trail;
mod transport;
mod way_around;

use std::borrow::Cow;

pub use self::page::page;
use portcullis_controls::{OperationPlan, Plan, Stride};
use portcullis_model::{ControlId, Mode, UnixMillis};
use portcullis_policy::Posture;

use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::stated::Stated;
use crate::system::{Element, Entry, EntryKind, Fact, System};

/// A threat.
#[derive(Debug)]
pub struct Rule {
    /// Kebab case and stable: `others-objects-read`.
    pub id: &'static str,
    /// What it is called, in a few words.
    pub title: &'static str,
    /// What an attacker does and gains, in one sentence.
    pub text: &'static str,
    /// The row of the mission: `A1`.
    pub item: &'static str,
    /// The categories of STRIDE, the first one first of all.
    pub stride: &'static [Stride],
    /// The weaknesses behind it (CWE numbers).
    pub cwe: &'static [u16],
    /// The patterns of attack (CAPEC numbers).
    pub capec: &'static [u16],
    /// The techniques that answer it (MITRE D3FEND ids: `D3-UAP`).
    pub d3fend: &'static [&'static str],
    /// The controls of which each alone answers it, as far as what must be there of each is
    /// (`answering/parts/table.rs`); none: people do.
    pub controls: &'static [ControlId],
    /// What people do about it, with or without the gateway: one sentence.
    pub advice: &'static str,
    /// How likely it is where nothing is known of the element.
    pub factors: Factors,
    /// What it does where the data is sensitive.
    pub harm: Harm,
    /// What shows whether it comes through.
    pub probe: Probe,
    /// Which elements it concerns.
    pub find: fn(&Looked<'_>) -> Vec<Hit>,
}

/// What shows whether a threat comes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Attacks that name it (`demo`, `attack`); of one that names none, those of its row and weakness, if it alone has
    /// both.
    Attacks,
    /// Nothing that runs: people look at it, and how.
    People(&'static str),
}

/// What rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// The elements.
    pub system: &'a System,
    /// The plans that they were derived from.
    pub plans: &'a [Plan],
    /// What people said.
    pub stated: &'a Stated,
    /// What time it is.
    pub now: UnixMillis,
}

/// That a threat concerns an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub element: Element,
    /// Why, in words.
    pub why: Cow<'static, str>,
    /// What answers it there.
    pub by: By,
}

/// What answers a threat at an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The rule's controls, as far as the plan expects and enforces them there.
    Controls,
    /// The rule knows it from the element itself: a flow that is encrypted, a store that is not.
    Known(State, Cow<'static, str>),
}

impl Hit {
    /// Answered by the rule's controls.
    pub fn new(element: Element, why: impl Into<Cow<'static, str>>) -> Self {
        Self { element, why: why.into(), by: By::Controls }
    }

    /// Answered by what the element is.
    pub fn known(
        element: Element,
        why: impl Into<Cow<'static, str>>,
        state: State,
        because: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { element, why: why.into(), by: By::Known(state, because.into()) }
    }
}

impl<'a> Looked<'a> {
    /// The entries of which something is so, each with its place.
    pub fn entries(self, is_so: fn(&Entry) -> bool) -> impl Iterator<Item = (usize, &'a Entry)> {
        self.system.entries.iter().enumerate().filter(move |(_, entry)| is_so(entry))
    }

    /// A hit for each entry with a fact.
    pub fn each(self, fact: Fact, why: &'static str) -> Vec<Hit> {
        let found = self.system.entries.iter().enumerate();
        let found = found.filter(|(_, entry)| entry.facts.has(fact));
        found.map(|(at, _)| Hit::new(Element::Entry(at), why)).collect()
    }

    /// A hit for each entry of which something is so.
    pub fn each_of(self, is_so: fn(&Entry) -> bool, why: &'static str) -> Vec<Hit> {
        self.entries(is_so).map(|(at, _)| Hit::new(Element::Entry(at), why)).collect()
    }

    /// A hit for the application as a whole, if something is so.
    pub fn whole(self, is_so: bool, why: &'static str) -> Vec<Hit> {
        is_so.then(|| Hit::new(Element::Whole, why)).into_iter().collect()
    }

    /// Whether there is an operation at all.
    pub fn has_operations(self) -> bool {
        self.system.entries.iter().any(Entry::is_operation)
    }

    /// Whether an entry has one of these facts.
    pub fn has_any(self, facts: &[Fact]) -> bool {
        self.system.entries.iter().any(|entry| entry.facts.has_any(facts))
    }

    /// Whether the gateway stands before an entry that is a login of the policy, and enforces a control there.
    pub fn takes_over_login(self, entry: &Entry, control: ControlId) -> bool {
        let EntryKind::Operation { of, .. } = &entry.kind else { return false };
        let Some(plan) = self.plans.get(of.api) else { return false };
        let mut logins = plan.model.callers.logins.iter();
        self.system.scope.has_gateway
            && plan.mode(control, Some(of.operation), self.now) == Mode::Enforce
            && logins.any(|login| login.operation == of.operation)
    }

    /// Whether a policy stands behind the operation that an entry is.
    pub fn has_policy(self, entry: &Entry) -> bool {
        let EntryKind::Operation { of, .. } = &entry.kind else { return false };
        self.plans.get(of.api).is_some_and(|plan| plan.model.posture == Posture::Policy)
    }

    /// What the plan says of the operation that an entry is.
    pub fn planned(self, entry: &Entry) -> Option<&'a OperationPlan> {
        let EntryKind::Operation { of, .. } = &entry.kind else { return None };
        self.plans.get(of.api)?.operations.get(of.operation)
    }
}

/// Every threat: one line each, by themes.
pub const RULES: &[&Rule] = &[
    &way_around::WAY_AROUND,
    &object::OTHERS_OBJECTS_READ,
    &object::OTHERS_OBJECTS_CHANGED,
    &object::OTHERS_OBJECTS_LISTED,
    &object::OBJECT_EXISTENCE_TOLD,
    &object::TENANT_CROSSED,
    &object::TWO_AT_ONCE,
    &identity::NOBODY_ASKED_WHO,
    &identity::CALLER_NAMED_IN_A_FIELD,
    &identity::CREDENTIAL_OUTLIVES,
    &identity::STOLEN_CREDENTIAL_USED,
    &identity::CREDENTIAL_IN_ANOTHER_PLACE,
    &identity::KEY_OF_ANOTHER_ENVIRONMENT,
    &identity::CERTIFICATE_NOT_CHECKED,
    &identity::PASSWORD_IN_EVERY_REQUEST,
    &identity::WEBHOOK_FORGED,
    &tokens::TOKEN_FORGED,
    &tokens::TOKEN_BRINGS_ITS_KEY,
    &tokens::TOKEN_FOR_ANOTHER,
    &tokens::CREDENTIAL_READ_TWO_WAYS,
    &passwords::PASSWORD_GUESSED,
    &passwords::LEAKED_PASSWORDS_TRIED,
    &passwords::ACCOUNT_EXISTENCE_TOLD,
    &passwords::OWNER_LOCKED_OUT,
    &passwords::SESSION_GUESSED,
    &passwords::SESSION_FIXED,
    &accounts::RESET_OPENS_ACCOUNT,
    &accounts::ACCOUNT_TAKEN_BY_ADDRESS,
    &accounts::SECOND_STEP_SKIPPED,
    &exposure::ANSWERS_HOLD_MORE,
    &exposure::RESERVED_PROPERTIES_SHOWN,
    &exposure::CREDENTIALS_IN_ANSWERS,
    &exposure::DATA_KEPT_READABLE,
    &resources::CONNECTIONS_HELD,
    &resources::CALLED_TOO_OFTEN,
    &resources::PAGE_WITHOUT_END,
    &resources::BODY_TOO_LARGE,
    &resources::SMALL_BODY_GROWS,
    &resources::MESSAGES_AT_YOUR_COST,
    &resources::ALL_DATA_TAKEN,
    &resources::QUERY_COSTS_MORE,
    &resources::PATTERN_TAKES_MINUTES,
    &function::FUNCTION_OF_OTHERS,
    &function::RIGHTS_TAKEN,
    &function::KEY_DOES_MORE,
    &function::RIGHT_KEPT,
    &function::FUNCTIONS_INSIDE_ONE,
    &assignment::PROPERTIES_ASSIGNED,
    &assignment::PROTOTYPE_CHANGED,
    &configuration::ANY_SITE_READS,
    &configuration::ERRORS_TELL_INSIDES,
    &configuration::ANSWERS_TELL_VERSIONS,
    &configuration::ANSWERS_KEPT_BY_CACHES,
    &configuration::ANSWER_CACHED_AS_A_FILE,
    &configuration::ANSWERS_FRAMED,
    &configuration::REQUEST_RENAMED,
    &configuration::ADDRESS_CLAIMED,
    &configuration::LED_TO_ANOTHER_SITE,
    &configuration::REQUESTS_SMUGGLED,
    &configuration::HOST_DECIDES_LINKS,
    &configuration::STORAGE_LEFT_OPEN,
    &configuration::KNOWN_HOLES_KEPT,
    &injection::TEXT_BECOMES_QUERY,
    &injection::TEXT_BECOMES_COMMAND,
    &injection::TEXT_BECOMES_TEMPLATE,
    &injection::TEXT_BECOMES_FILTER,
    &injection::TEXT_BECOMES_XPATH,
    &injection::TEXT_BECOMES_PATH,
    &injection::TEXT_BECOMES_HEADER,
    &injection::TEXT_BECOMES_RECORD,
    &injection::TEXT_BECOMES_PAGE,
    &injection::TEXT_BECOMES_FORMULA,
    &inventory::UNDECLARED_CALLED,
    &inventory::PATH_SPELLED_OTHERWISE,
    &inventory::METHOD_NOBODY_DECLARED,
    &inventory::OLD_VERSION_USED,
    &inventory::DEBUGGING_LEFT_ON,
    &inventory::FILES_LIE_BESIDE,
    &inventory::THIS_MACHINE_TRUSTED,
    &trail::NOBODY_WROTE_IT_DOWN,
    &trail::RECORDS_CHANGED,
    &trail::RECORDING_STOPPED,
    &trail::NOBODY_WAS_TOLD,
    &flows::STEP_LEFT_OUT,
    &flows::DONE_TWICE,
    &flows::RUN_BY_PROGRAMS,
    &flows::OWN_VALUES,
    &outbound::INSIDE_REACHED,
    &consumption::OTHERS_DATA_TRUSTED,
    &consumption::ANSWER_LEADS_AWAY,
    &consumption::OTHERS_SCRIPT_SHOWN,
    &input::VALUE_OF_ANOTHER_KIND,
    &input::VALUE_READ_TWO_WAYS,
    &input::HIDDEN_COLUMNS_ASKED,
    &input::XML_READS_FILES,
    &input::UPLOAD_LEAVES_FOLDER,
    &input::FILE_IS_A_PAGE,
    &input::BODY_BECOMES_PROGRAM,
    &input::LABEL_OF_ANOTHER_KIND,
    &input::ANSWER_READ_AS_PAGE,
    &cross_site::OTHER_SITE_WRITES,
    &cross_site::LOGGED_IN_AS_ANOTHER,
    &cross_site::SOCKET_FROM_ANOTHER_SITE,
    &cross_site::LOGIN_FINISHED_FOR_ANOTHER,
    &cross_site::CODE_SENT_ELSEWHERE,
    &cross_site::CODE_USED_AGAIN,
    &transport::READ_ON_THE_WAY,
    &transport::OLDER_TLS_AGREED,
    &secrets::KEYS_READ_FROM_FILES,
    &secrets::KEY_NOT_REPLACED,
    &secrets::BACKUP_REVIVES,
    &secrets::TOKEN_STORE_OPEN,
    &secrets::TOKENS_KEPT_READABLE,
    &secrets::SECRET_IN_CLIENT,
    &secrets::SECRET_IN_REPOSITORY,
    &secrets::SECRET_IN_ADDRESS,
    &secrets::SECRETS_IN_RECORDS,
    &secrets::KEY_OPENS_EVERYTHING,
    &operations::POLICY_CHANGED,
    &operations::CONTROL_LEFT_OFF,
    &operations::ADMIN_DOOR_OPENED,
    &operations::PROGRAM_REPLACED,
    &operations::OPERATOR_DOES_MORE,
    &operations::PROOF_FORGED,
];

/// The threat of this name.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
