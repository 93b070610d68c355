//! Operations, and what they answer and call in turn.

use super::walk::Walker;
use super::{DECLARED_MAX, OPERATIONS_MAX, OutlinedAnswer, OutlinedCall, OutlinedOperation};
use crate::document::{Name, Node};

impl<'a> Walker<'a, '_> {
    /// All of them, in document order.
    pub(super) fn operations(&mut self) -> Vec<OutlinedOperation> {
        let mut all = Vec::new();
        let paths = self.root.get("paths").into_iter().flat_map(Node::members);
        for (path, node) in paths.filter(|(path, _)| !path.text.starts_with("x-")) {
            let Some(item) = self.object(node) else { continue };
            self.note_unread(path, node, item);
            for (key, operation) in item.members().filter(|(_, one)| one.is_object()) {
                let method = self.version.methods().find(|method| method.key() == key.text);
                let Some(method) = method else { continue };
                if all.len() == OPERATIONS_MAX {
                    self.is_whole = false;
                    return all;
                }
                all.push(self.operation(path, key, method, item, operation));
            }
        }
        all
    }

    fn operation(
        &mut self,
        path: Name<'a>,
        key: Name<'a>,
        method: portcullis_model::Method,
        item: Node<'a>,
        node: Node<'a>,
    ) -> OutlinedOperation {
        let (parameters, bodies) = self.inputs(item, node);
        let answers = node.get("responses").filter(|list| list.is_object());
        let mut site = self.site(node);
        // People look for the method.
        site.span = key.span;
        let id = node.get_str("operationId").map(str::to_owned);
        OutlinedOperation {
            index: None,
            method,
            template: path.text.to_owned(),
            id,
            security: self.access(node),
            site,
            answers_site: answers.map(|list| self.site(list)),
            parameters,
            bodies,
            answers: answers.map(|list| self.answers(list, node)).unwrap_or_default(),
            callbacks: self.callbacks(node),
        }
    }

    fn answers(&mut self, list: Node<'a>, operation: Node<'a>) -> Vec<OutlinedAnswer> {
        let mut answers = Vec::new();
        let declared = list.members().filter(|(key, _)| !key.text.starts_with("x-"));
        for (status, node) in declared.take(DECLARED_MAX) {
            let Some(answer) = self.object(node) else { continue };
            let headers = answer.get("headers").into_iter().flat_map(Node::members);
            let headers = headers.take(DECLARED_MAX);
            let headers = headers.map(|(name, _)| name.text.to_ascii_lowercase()).collect();
            let bodies = if self.version.is_swagger() {
                self.examples_by_type(answer);
                let schema = answer.get("schema").and_then(|schema| self.schema(schema));
                let types = self.named_types(operation, "produces");
                let has_body = answer.get("schema").is_some();
                types.into_iter().filter(|_| has_body).map(|kind| (kind, schema)).collect()
            } else {
                self.content(answer)
            };
            let site = self.site(node);
            answers.push(OutlinedAnswer { status: status.text.to_owned(), site, headers, bodies });
        }
        answers
    }

    /// What the API calls for this operation.
    fn callbacks(&mut self, operation: Node<'a>) -> Vec<OutlinedCall> {
        let mut found = Vec::new();
        let named = operation.get("callbacks").into_iter().flat_map(Node::members);
        for (_, node) in named.take(DECLARED_MAX) {
            let Some(callback) = self.object(node) else { continue };
            for (expression, item) in callback.members().take(DECLARED_MAX) {
                if !expression.text.starts_with("x-") {
                    found.push(self.call(expression, item));
                }
            }
        }
        found
    }

    /// `webhooks`, or `x-webhooks` before there were such.
    pub(super) fn webhooks(&mut self) -> Vec<OutlinedCall> {
        let hooks = ["webhooks", "x-webhooks"].into_iter().filter_map(|key| self.root.get(key));
        let hooks: Vec<(Name<'a>, Node<'a>)> =
            hooks.flat_map(Node::members).take(DECLARED_MAX).collect();
        hooks.into_iter().map(|(name, node)| self.call(name, node)).collect()
    }

    /// A call of the API's own: a path item.
    fn call(&mut self, name: Name<'a>, node: Node<'a>) -> OutlinedCall {
        let item = self.object(node).unwrap_or(node);
        let operations = item.members().filter(|(_, one)| one.is_object());
        let holders = operations.map(|(_, one)| one).chain([item]);
        let lists = holders.filter_map(|holder| holder.get("parameters"));
        let parameters: Vec<Node<'a>> = lists.flat_map(Node::items).take(DECLARED_MAX).collect();
        let mut parameters = parameters.into_iter();
        let is_signed = parameters.any(|node| {
            let name = self.object(node).and_then(|one| one.get_str("name"));
            let name = name.unwrap_or_default().to_ascii_lowercase();
            ["signature", "hmac", "digest"].into_iter().any(|word| name.contains(word))
        }) || item
            .members()
            .any(|(_, one)| one.get("security").is_some_and(|list| list.len() > 0));
        let mut site = self.site(item);
        site.span = name.span;
        OutlinedCall { name: name.text.to_owned(), site, is_signed }
    }
}
