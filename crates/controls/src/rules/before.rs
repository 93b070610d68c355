//! What of an object a caller neither sees nor writes, before it is known which rules permit it.

use super::{Asked, Facts, Mask, Masks, Object, Of, Rules, Truth, is_meant};

impl Rules {
    /// The masks of an object of which only this is known, all of which apply: what is left of those of the
    /// rules that permit it; where nothing shows which of them do, those of all that might.
    pub fn masks(&self, asked: &Asked<'_>, of: Of, object: &Object<'_>) -> Vec<Mask> {
        let Some(resource) = asked.model.resources.get(of.resource) else { return Vec::new() };
        let facts = Facts { asked, resource, object };
        let tenant = facts.tenant();
        let mut sure: Option<Masks<'_>> = None;
        let mut doubtful = Vec::new();
        for one in self.of_objects(of.operation, of.resource, of.purpose) {
            let rule = asked.model.rules.get(one.rule);
            let Some(rule) = rule.filter(|rule| !rule.forbids && is_meant(rule, asked.caller))
            else {
                continue;
            };
            let Some(on) = rule.on.get(one.on) else { continue };
            let tenant = if rule.across_tenants { Truth::Yes } else { tenant };
            match tenant.and(facts.holds(&on.when)) {
                Truth::Yes => sure.get_or_insert_default().permit(on, one.reads),
                Truth::Unknown => {
                    doubtful
                        .push(Mask { hidden: on.hidden.clone(), readonly: on.readonly.clone() });
                }
                Truth::No => {}
            }
        }
        match sure {
            Some(masks) => vec![masks.finish()],
            None => doubtful,
        }
    }
}
