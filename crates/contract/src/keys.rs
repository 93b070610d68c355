//! Keys that mean nothing where they stand: most are misspelt, and what they say has no effect.

use portcullis_model::{Diagnostic, did_you_mean};

use crate::codes;
use crate::document::{Name, Node};
use crate::notes::shown;
use crate::reader::Reader;

/// A kind of object in the document, and the keys that it has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Holder {
    what: &'static str,
    /// In OpenAPI 3.0 to 3.2.
    openapi: &'static [&'static str],
    /// In OpenAPI 3.2 beside those.
    openapi_32: &'static [&'static str],
    /// In Swagger 2.0.
    swagger: &'static [&'static str],
}

/// The document (OpenAPI 3.2 section 4.1).
pub(crate) const ROOT: Holder = Holder {
    what: "the document",
    openapi: &[
        "openapi",
        "info",
        "jsonSchemaDialect",
        "servers",
        "paths",
        "webhooks",
        "components",
        "security",
        "tags",
        "externalDocs",
    ],
    openapi_32: &["$self"],
    swagger: &[
        "swagger",
        "info",
        "host",
        "basePath",
        "schemes",
        "consumes",
        "produces",
        "paths",
        "definitions",
        "parameters",
        "responses",
        "securityDefinitions",
        "security",
        "tags",
        "externalDocs",
    ],
};

/// `components` (section 4.7).
pub(crate) const COMPONENTS: Holder = Holder {
    what: "`components`",
    openapi: &[
        "schemas",
        "responses",
        "parameters",
        "examples",
        "requestBodies",
        "headers",
        "securitySchemes",
        "links",
        "callbacks",
        "pathItems",
    ],
    openapi_32: &["mediaTypes"],
    swagger: &[],
};

/// A path (section 4.9).
pub(crate) const PATH: Holder = Holder {
    what: "a path",
    openapi: &[
        "summary",
        "description",
        "get",
        "put",
        "post",
        "delete",
        "options",
        "head",
        "patch",
        "trace",
        "servers",
        "parameters",
    ],
    openapi_32: &["query", "additionalOperations"],
    swagger: &["get", "put", "post", "delete", "options", "head", "patch", "parameters"],
};

/// An operation (section 4.10).
pub(crate) const OPERATION: Holder = Holder {
    what: "an operation",
    openapi: &[
        "tags",
        "summary",
        "description",
        "externalDocs",
        "operationId",
        "parameters",
        "requestBody",
        "responses",
        "callbacks",
        "deprecated",
        "security",
        "servers",
    ],
    openapi_32: &[],
    swagger: &[
        "tags",
        "summary",
        "description",
        "externalDocs",
        "operationId",
        "consumes",
        "produces",
        "parameters",
        "responses",
        "schemes",
        "deprecated",
        "security",
    ],
};

/// A parameter (section 4.12). Those of Swagger are their own schemas, and read as such.
pub(crate) const PARAMETER: Holder = Holder {
    what: "a parameter",
    openapi: &[
        "name",
        "in",
        "description",
        "required",
        "deprecated",
        "allowEmptyValue",
        "style",
        "explode",
        "allowReserved",
        "schema",
        "content",
        "example",
        "examples",
    ],
    openapi_32: &[],
    swagger: &[
        "name",
        "in",
        "description",
        "required",
        "schema",
        "type",
        "format",
        "allowEmptyValue",
        "items",
        "collectionFormat",
        "default",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "enum",
        "multipleOf",
        "example",
        "examples",
        "deprecated",
        "title",
    ],
};

/// A request's body (section 4.13).
pub(crate) const REQUEST_BODY: Holder = Holder {
    what: "a request's body",
    openapi: &["description", "content", "required"],
    openapi_32: &[],
    swagger: &[],
};

/// One form of a body (section 4.14).
pub(crate) const MEDIA_TYPE: Holder = Holder {
    what: "a media type",
    openapi: &["schema", "example", "examples", "encoding"],
    openapi_32: &["itemSchema", "prefixEncoding", "itemEncoding"],
    swagger: &[],
};

/// An answer (section 4.17).
pub(crate) const RESPONSE: Holder = Holder {
    what: "an answer",
    openapi: &["description", "headers", "content", "links"],
    openapi_32: &["summary"],
    swagger: &["description", "schema", "headers", "examples"],
};

impl<'a> Reader<'a> {
    /// Notes keys that such an object does not have; each name once.
    pub(crate) fn unknown_keys(&mut self, node: Node<'a>, holder: &Holder) {
        let (openapi, newer) = (holder.openapi, holder.openapi_32);
        let known: Vec<&'static str> = match (self.version.is_swagger(), self.version.is_32()) {
            (true, _) => holder.swagger.to_vec(),
            (false, true) => [openapi, newer].concat(),
            (false, false) => openapi.to_vec(),
        };
        for (key, _) in node.members() {
            // What stands beside a reference is told where references are.
            let is_known = known.contains(&key.text)
                || key.text == "$ref"
                || key.text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"));
            if !is_known {
                self.unknown_key(key, holder.what, &known);
            }
        }
    }

    fn unknown_key(&mut self, key: Name<'a>, what: &'static str, known: &[&'static str]) {
        if !self.unknown_keys.insert((what, key.text)) {
            return;
        }
        let message = format!("{} means nothing in {what}: it has no effect", shown(key.text));
        let near = self.notes.suggests().then(|| did_you_mean(key.text, known.iter().copied()));
        let problem = Diagnostic::warning(&codes::UNKNOWN_KEY, message).at(key.span);
        self.notes.push(match near.flatten() {
            Some(near) => problem.help(format!("did you mean {}?", shown(near))),
            None => problem,
        });
    }
}
