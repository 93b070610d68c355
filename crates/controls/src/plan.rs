//! The compiled plan: the model, and what every control expects of every operation.

use std::sync::Arc;

use portcullis_contract::{GraphqlSign, SecurityScheme};
use portcullis_json::Limits as JsonLimits;
use portcullis_model::{ControlId, Diagnostic, Mode, UnixMillis};
use portcullis_policy::{Flow, Limits, Model};

use crate::business_flow;
use crate::caller_identity::{self, IntrospectionRule, ResourceMetadata, TokenRule};
use crate::face::Expectation;
use crate::public_contract::Published;
use crate::registry::CONTROLS;
use crate::resource_limits;
use crate::rules::Rules;
use crate::safe_configuration::{InnerLinks, LeakDetector};
use crate::secret_in_url::SecretPaths;
use crate::{function_access, hostile_input, object_ownership, response_shape};

/// Everything that one request needs, immutable: a request holds one `Arc` of it.
#[derive(Debug)]
pub struct Plan {
    /// Contract and policy.
    pub model: Arc<Model>,
    /// The version in every record.
    pub version: Arc<str>,
    /// By operation index.
    pub operations: Vec<OperationPlan>,
    /// The limits in force: the model's, unless `resource_limits` is not asked.
    pub limits: Limits,
    /// How much of a request's JSON is read.
    pub json_in: JsonLimits,
    /// How much of an answer's JSON is read.
    pub json_out: JsonLimits,
    /// How much of an answer's XML is read.
    pub xml_out: Limits,
    /// Whether strangers learn nothing of what there is (rule 8): callers are verified, and the contract
    /// is not published.
    pub hides: bool,
    /// The schemes that some operation takes, by index: every stranger is told of the same.
    challenged: Vec<usize>,
    /// Which rules speak of which operation and resource.
    pub rules: Rules,
    /// Where bodies have objects of resources.
    pub places: object_ownership::Places,
    /// Where answers have objects of which everybody sees a part, by its number in the model.
    pub masked: object_ownership::Places,
    /// What clients are told of the API as a resource of OAuth.
    pub resource: Option<ResourceMetadata>,
    /// What clients find where the policy publishes the document.
    pub public_contract: Option<Published>,
    /// How tokens of each issuer are judged.
    pub tokens: Vec<TokenRule>,
    /// How the answers of authorization servers are.
    pub introspections: Vec<IntrospectionRule>,
    /// Where paths hold credentials, which no record shows.
    pub secret_paths: SecretPaths,
    /// How often what the contract does not declare may be called, where it passes.
    pub undeclared_rates: resource_limits::Rates,
    /// Finds inner details in error bodies.
    pub leaks: LeakDetector,
    /// Finds the API's own address in bodies.
    pub inner_links: InnerLinks,
    options: PlanOptions,
}

/// What controls expect of one operation, as far as it is compiled ahead.
#[derive(Debug)]
pub struct OperationPlan {
    /// What people call it.
    pub name: Arc<str>,
    /// Who may call it.
    pub caller: caller_identity::Expected,
    /// Whether rules say who may use it.
    pub function: function_access::Expected,
    /// What says that it speaks GraphQL, where nobody decided about that: it is closed.
    pub graphql: Option<GraphqlSign>,
    /// What can be guessed there.
    pub guarded: Option<caller_identity::Guarded>,
    /// Which of its objects are asked for.
    pub objects: object_ownership::Expected,
    /// The masks of `answers` that its answers of success come under, by their number in the model.
    pub masks: Vec<usize>,
    /// What the policy says of its texts.
    pub texts: hostile_input::Said,
    /// Whether user and password of Basic reach the API unverified.
    pub takes_basic: bool,
    /// How often it may be called.
    pub rates: resource_limits::Rates,
    /// Which steps of flows it is.
    pub steps: Vec<business_flow::Step>,
}

/// What nobody said, so that an operation is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Who may call it.
    Caller,
    /// Who may use it, where rules grant something.
    Function,
    /// Whether it speaks GraphQL, and may.
    Graphql,
    /// Whose objects it touches.
    Objects,
}

/// How a gateway runs its plan, beside what the policy says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanOptions {
    /// Every control observes (`--observe`, `try`).
    pub observe: bool,
    /// Controls that are not asked: only in a knock-out run on loopback (rule 35).
    pub not_asked: Vec<ControlId>,
}

impl Plan {
    /// Compiles what every control expects.
    pub fn compile(model: impl Into<Arc<Model>>, options: PlanOptions) -> Self {
        let model = model.into();
        let rules = Rules::compile(&model.authorization);
        let masked = response_shape::masked(&model);
        let counted = resource_limits::Counted::all(&model);
        let flows: Vec<Arc<Flow>> = model.flows.iter().cloned().map(Arc::new).collect();
        let operations: Vec<OperationPlan> = (0..model.contract.operations.len())
            .filter_map(|index| {
                let operation = model.contract.operation(index)?;
                Some(OperationPlan {
                    name: Arc::from(operation.name()),
                    caller: caller_identity::Expected::derive(&model, index),
                    function: function_access::Expected::derive(&model, index),
                    graphql: function_access::undecided_graphql(&model, index),
                    objects: object_ownership::Expected::derive(&model, index),
                    guarded: caller_identity::Guarded::of(&model, index),
                    texts: hostile_input::Said::of(
                        model.texts.get(index).map_or(&[], Vec::as_slice),
                    ),
                    masks: response_shape::masks_of(&model, &masked, operation),
                    takes_basic: caller_identity::takes_basic(&model, index),
                    rates: resource_limits::Rates::of(&model, &counted, Some(index)),
                    steps: business_flow::Step::all(&flows, index),
                })
            })
            .collect();
        let mut challenged: Vec<usize> =
            operations.iter().flat_map(|operation| operation.caller.schemes()).collect();
        challenged.sort_unstable();
        challenged.dedup();
        let limits = if options.not_asked.contains(&ControlId::ResourceLimits) {
            resource_limits::not_asked(&model.limits)
        } else {
            model.limits.clone()
        };
        let mut plan = Self {
            version: Arc::from(model.version.as_str()),
            operations,
            json_in: resource_limits::json_in(&limits),
            json_out: resource_limits::json_out(&limits),
            xml_out: resource_limits::xml_out(&limits),
            limits,
            hides: !model.is_published && challenged.iter().any(|one| model.callers.verifies(*one)),
            challenged,
            places: object_ownership::Places::of(&model),
            masked,
            rules,
            resource: ResourceMetadata::of(&model),
            tokens: TokenRule::all(&model.callers),
            introspections: IntrospectionRule::all(&model.callers),
            undeclared_rates: resource_limits::Rates::of(&model, &counted, None),
            secret_paths: SecretPaths::of(&model),
            leaks: LeakDetector::default(),
            inner_links: InnerLinks::of(&model.upstream),
            public_contract: None,
            model,
            options,
        };
        plan.public_contract =
            Published::of(&plan.model, &|index| plan.why_closed(index).is_none());
        plan
    }

    /// The schemes that a request without a good credential is told of: those of its operation, or of
    /// all where that would tell a stranger which operation it is.
    pub fn challenged(&self, expected: Option<&caller_identity::Expected>) -> Vec<&SecurityScheme> {
        let own = expected.filter(|_| !self.hides).map(caller_identity::Expected::schemes);
        let indices = own.as_ref().unwrap_or(&self.challenged);
        indices.iter().filter_map(|index| self.model.contract.schemes.get(*index)).collect()
    }

    /// What a control's refusal does for this operation at this time.
    pub fn mode(&self, control: ControlId, operation: Option<usize>, now: UnixMillis) -> Mode {
        if self.options.not_asked.contains(&control) {
            return Mode::NotAsked;
        }
        let is_observed = self.options.observe
            || self.model.relaxations.iter().any(|relaxation| {
                relaxation.effect == portcullis_model::Effect::Observe
                    && relaxation.holds(control, operation, now)
            });
        if is_observed { Mode::Observe } else { Mode::Enforce }
    }

    /// Whether a relaxation lets undeclared properties of this operation through.
    pub fn is_undeclared_allowed(&self, operation: usize, now: UnixMillis) -> bool {
        self.model.relaxations.iter().any(|relaxation| {
            relaxation.effect == portcullis_model::Effect::AllowUndeclared
                && relaxation.holds(ControlId::WritableProperties, Some(operation), now)
        })
    }

    /// Whether every control observes.
    pub const fn observes_everything(&self) -> bool {
        self.options.observe
    }

    /// Where controls should expect something and cannot: by control, then operation.
    pub fn findings(&self) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for face in CONTROLS {
            for operation in 0..self.operations.len() {
                if let Expectation::Missing(found) = (face.expectation)(&self.model, operation) {
                    findings.extend(found);
                }
            }
        }
        findings.extend(response_shape::undecided_names(&self.model));
        findings.extend(resource_limits::unlimited(&self.model));
        findings.extend(function_access::graphql(&self.model));
        findings.extend(caller_identity::basic_passwords(&self.model));
        findings
    }

    /// The same plan for a gateway that stands elsewhere: what controls expect stays what it was compiled to be.
    /// None if others hold the same model.
    pub fn moved(mut self, change: impl FnOnce(&mut Model)) -> Option<Self> {
        change(Arc::get_mut(&mut self.model)?);
        Some(self)
    }

    /// How many operations nobody may call: nobody said who may (rule 7), what for, or whose objects they
    /// touch (rule 10).
    pub fn closed_count(&self) -> usize {
        (0..self.operations.len()).filter(|index| self.why_closed(*index).is_some()).count()
    }

    /// Why nobody may call an operation, if so: the first reason that a request meets.
    pub fn why_closed(&self, index: usize) -> Option<Closed> {
        let operation = self.operations.get(index)?;
        if matches!(operation.caller, caller_identity::Expected::Closed(_)) {
            return Some(Closed::Caller);
        }
        if operation.graphql.is_some() {
            return Some(Closed::Graphql);
        }
        if operation.function == function_access::Expected::Granted && !self.rules.opens(index) {
            return Some(Closed::Function);
        }
        matches!(operation.objects, object_ownership::Expected::Closed(_))
            .then_some(Closed::Objects)
    }
}
