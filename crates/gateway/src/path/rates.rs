//! `rates`: how often such requests came lately, and how many are under way.

use std::sync::Arc;
use std::time::Instant;

use portcullis_controls::resource_limits::{
    Asker, Counted, Rates, Said, operation_name, too_many_under_way, walker,
};
use portcullis_counting::Place;
use portcullis_model::{ControlId, Mode};
use portcullis_policy::{InputPlace, RateKey};

use super::authenticate::Authenticated;
use super::context::{Context, Exit};
use super::payload::Payload;
use super::values::Request;
use crate::callers::Parts;
use crate::under_way::{NoPlace, Places};

/// A request that is counted.
pub(super) struct Asked<'a> {
    authenticated: &'a Authenticated,
    request: Request<'a>,
}

impl<'a> Asked<'a> {
    /// With its body, as soon as that was read.
    pub(super) const fn of(authenticated: &'a Authenticated, body: Option<&'a Payload>) -> Self {
        Self { authenticated, request: Request { matched: authenticated.matched(), body } }
    }

    /// What can be counted before the body is read.
    pub(super) fn early(&self, context: &mut Context<'_>) -> Result<(), Exit> {
        self.often(&rates(context).early, context)
    }

    /// What needs a value of the body.
    pub(super) fn late(&self, context: &mut Context<'_>) -> Result<(), Exit> {
        self.often(&rates(context).late, context)
    }

    /// Places among those that are under way.
    pub(super) fn at_once(&self, context: &mut Context<'_>) -> Result<Places, Exit> {
        self.stay(&rates(context).at_once, context)
    }

    /// What it may do once, ever; refused where it does not say of what.
    pub(super) fn once<'w>(&self, context: &mut Context<'w>) -> Result<Vec<Parts<'w>>, Exit> {
        let rates = &rates(context).once;
        if rates.is_empty() || context.mode(ControlId::ResourceLimits) == Mode::NotAsked {
            return Ok(Vec::new());
        }
        let name = operation_name(&context.plan.model, context.operation);
        let said = |place: &InputPlace| self.request.said(place, context);
        let object = |resource: &str| self.request.object(resource, context);
        let asker = self.asker(&name, &said, &object, context);
        let concerned =
            rates.iter().filter_map(|one| Some((one, one.parts(&asker)?, one.is_whole(&asker))));
        let (whole, without): (Vec<_>, Vec<_>) = concerned.partition(|(.., is_whole)| *is_whole);
        if let Some((one, ..)) = without.first() {
            context.refuse(one.not_one_value())?;
        }
        Ok(whole.into_iter().map(|(one, parts, _)| (one, parts)).collect())
    }

    fn often(&self, rates: &[Arc<Counted>], context: &mut Context<'_>) -> Result<(), Exit> {
        if rates.is_empty() || context.mode(ControlId::ResourceLimits) == Mode::NotAsked {
            return Ok(());
        }
        let said = |place: &InputPlace| self.request.said(place, context);
        let (counts, now) = (&context.worker.shared.callers.rates, Instant::now());
        let mut values = Vec::new();
        let mut is_counted = |parts: &Parts<'_>| {
            let Some(value) = parts.0.value(&said) else { return true };
            let value = counts.value(parts, &value);
            values.push((value, parts.0.free_for()));
            !counts.has_seen(value, now)
        };
        let asked: Vec<_> = self
            .parts(rates, context)
            .into_iter()
            .filter(|parts| is_counted(parts))
            .map(|(counted, parts)| ((counted, parts), counted.units(&said)))
            .collect();
        let taken = counts.take(&asked, now);
        match taken {
            Ok(passed) => {
                counts.saw(&values, now);
                // What costs more than is known yet is told of when that is known.
                let told = asked
                    .iter()
                    .zip(&passed.each)
                    .filter(|(((counted, _), _), _)| !counted.cost.is_afterwards());
                let left = told.filter_map(|(((counted, _), _), left)| {
                    counted.quota(left.available, left.reset_in)
                });
                let tightest = left.chain(context.carried.rate).min_by_key(|quota| quota.left);
                context.carried.rate = tightest;
                context.carried.settling.often(passed.unsettled);
                if let Some(bill) = passed.bill {
                    context.carried.costs.extend_from_slice(bill.costs());
                    context.carried.settling.bill(bill);
                }
                Ok(())
            }
            Err(refused) => {
                // More than are asked together are refused as a whole, which the policy forbids.
                let counted = asked.get(refused.which).or(asked.first()).map(|((one, _), _)| *one);
                let Some(counted) = counted else { return Ok(()) };
                context.refuse(counted.too_often(refused.retry_in)).inspect_err(|_| {
                    context.carried.rate = counted.used_up(refused.retry_in);
                })
            }
        }
    }

    fn stay(&self, rates: &[Arc<Counted>], context: &mut Context<'_>) -> Result<Places, Exit> {
        let counts = &context.worker.shared.callers.rates;
        let is_asked = context.mode(ControlId::ResourceLimits) != Mode::NotAsked;
        let asked = if is_asked { self.parts(rates, context) } else { Vec::new() };
        let refusal = match counts.stay(&asked) {
            Ok(places) => return Ok(places),
            Err(NoPlace::Taken(which)) => {
                asked.get(which).map_or_else(too_many_under_way, |(one, _)| one.too_many_at_once())
            }
            Err(NoPlace::TooManyKeys) => too_many_under_way(),
        };
        context.refuse(refusal)?;
        // Whoever only watches holds no place.
        counts.stay(&[]).map_err(|_| Exit::Refused(too_many_under_way()))
    }

    /// The entries that concern this request, and under what they count it.
    fn parts<'r>(&self, rates: &'r [Arc<Counted>], context: &Context<'_>) -> Vec<Parts<'r>> {
        let said = |place: &InputPlace| self.request.said(place, context);
        let object = |resource: &str| self.request.object(resource, context);
        let name = operation_name(&context.plan.model, context.operation);
        let asker = self.asker(&name, &said, &object, context);
        let concerned = rates.iter().map(|counted| (counted, counted.parts(&asker)));
        concerned.filter_map(|(counted, parts)| Some((counted, parts?))).collect()
    }

    /// Who walks through a flow, part by part; none: it does not say it.
    pub(super) fn walker(&self, per: &[RateKey], context: &Context<'_>) -> Option<Vec<Vec<u8>>> {
        let said = |place: &InputPlace| self.request.said(place, context);
        let known = |place: &InputPlace| {
            let all = self.request.known(place, context).ok()?;
            <[String; 1]>::try_from(all).ok().map(|[one]| one)
        };
        walker(per, &self.asker("", &said, &|_| Said::Nothing, context), &known)
    }

    fn asker<'x>(
        &'x self,
        operation: &'x str,
        said: &'x dyn Fn(&InputPlace) -> Said,
        object: &'x dyn Fn(&str) -> Said,
        context: &Context<'_>,
    ) -> Asker<'x> {
        Asker {
            caller: self.authenticated.caller().identity().map(|identity| &**identity),
            key: context.carried.key.as_ref().map(|key| key.id),
            place: self.authenticated.matched().received().sender().address.map(Place::of),
            operation,
            said,
            object,
        }
    }
}

/// The entries that concern the operation.
fn rates<'w>(context: &Context<'w>) -> &'w Rates {
    let plan = context.plan;
    let operation = context.operation.and_then(|index| plan.operations.get(index));
    operation.map_or(&plan.undeclared_rates, |operation| &operation.rates)
}
