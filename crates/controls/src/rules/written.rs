//! What of an object a caller does not write.

use portcullis_policy::Hidden;

use super::{Asked, Facts, Masks, Object, Of, Rules, Truth, is_meant};

impl Rules {
    /// What is not written of an object of which only this is known: what none of the rules that permit it
    /// lets through. Where nothing shows which of them do, what any that might does not.
    pub fn unwritten(&self, asked: &Asked<'_>, of: Of, object: &Object<'_>) -> Vec<Hidden> {
        let Some(resource) = asked.model.resources.get(of.resource) else { return Vec::new() };
        let facts = Facts { asked, resource, object };
        let tenant = facts.tenant();
        let mut sure: Option<Masks<'_>> = None;
        let mut doubtful = Vec::new();
        for one in self.of_objects(of.operation, of.resource) {
            let rule = asked.model.rules.get(one.rule);
            let Some(rule) = rule.filter(|rule| !rule.forbids && is_meant(rule, asked.caller))
            else {
                continue;
            };
            let Some(on) = rule.on.get(one.on) else { continue };
            let tenant = if rule.across_tenants { Truth::Yes } else { tenant };
            match tenant.and(facts.holds(&on.when)) {
                Truth::Yes => sure.get_or_insert_default().permit(on),
                Truth::Unknown => doubtful.push(on.readonly.clone()),
                Truth::No => {}
            }
        }
        match sure {
            Some(masks) => vec![masks.finish().readonly],
            None => doubtful,
        }
    }
}
