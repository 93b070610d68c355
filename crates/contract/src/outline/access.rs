//! Who may call an operation, as it is written: also of one that could not be compiled.

use super::DECLARED_MAX;
use super::walk::Walker;
use crate::document::Node;
use crate::operation::Security;
use crate::scheme::SecurityRequirement;

/// The index of a scheme that is not declared.
const UNKNOWN: usize = usize::MAX;

impl<'a> Walker<'a, '_> {
    /// Its own `security`, else that of the root; an empty list at the root says nothing.
    pub(super) fn access(&self, operation: Node<'a>) -> Security {
        let own = operation.get("security").filter(|list| !list.is_null());
        let Some(list) = own.or_else(|| self.root.get("security")) else {
            return Security::NotStated;
        };
        let span = list.span();
        let mut any_of = Vec::new();
        let mut is_anonymous = list.is_array() && list.len() == 0;
        for item in list.items().take(DECLARED_MAX) {
            let asked = self.requirement(item);
            if asked.schemes.is_empty() {
                is_anonymous = true;
            } else {
                any_of.push(asked);
            }
        }
        match (is_anonymous, own.is_some()) {
            (false, _) => Security::Required { span, any_of },
            (true, true) => Security::Anonymous { span, or: any_of },
            (true, false) => Security::NotStated,
        }
    }

    fn requirement(&self, item: Node<'a>) -> SecurityRequirement {
        if !item.is_object() {
            return SecurityRequirement { schemes: vec![UNKNOWN], scopes: Vec::new() };
        }
        let declared = if self.version.is_swagger() {
            self.root.get("securityDefinitions")
        } else {
            self.root.get("components").and_then(|held| held.get("securitySchemes"))
        };
        let (mut schemes, mut scopes) = (Vec::new(), Vec::new());
        for (name, words) in item.members().take(DECLARED_MAX) {
            let mut known = declared.into_iter().flat_map(Node::members).take(DECLARED_MAX);
            let index = known.position(|(one, _)| one.text == name.text).unwrap_or(UNKNOWN);
            schemes.push(index);
            let words = words.items().filter_map(Node::as_str).take(DECLARED_MAX);
            scopes.extend(words.map(|scope| (index, scope.to_owned())));
        }
        schemes.sort_unstable();
        schemes.dedup();
        SecurityRequirement { schemes, scopes }
    }
}
