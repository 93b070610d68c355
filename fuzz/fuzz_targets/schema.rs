//! A schema and a value, a line each: whatever they are, there is a verdict.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_json::{Document, Limits};
use portcullis_model::Sources;

fuzz_target!(|text: &str| {
    let Some((schema, value)) = text.split_once('\n') else {
        return;
    };
    let Ok(value) = Document::parse(value.as_bytes().to_vec(), &Limits::default()) else {
        return;
    };
    for version in ["3.0.3", "3.1.0"] {
        let document = format!(
            r##"{{"openapi": "{version}", "info": {{"title": "T", "version": "1"}}, "paths": {{"/a":
            {{"post": {{"requestBody": {{"content": {{"application/json": {{"schema":
            {{"$ref": "#/components/schemas/S"}}}}}}}}}}}}}}, "components": {{"schemas": {{"S": {schema}}}}}}}"##
        );
        let mut sources = Sources::default();
        let main = sources.add("api.json", document);
        let Ok(contract) =
            portcullis_contract::read(&mut sources, main, &mut portcullis_contract::NoFiles)
        else {
            return;
        };
        let bodies = contract.operations.iter().filter_map(|operation| operation.body.as_ref());
        for schema in bodies.flat_map(|body| &body.media).filter_map(|media| media.schema.as_ref())
        {
            let first = schema.check(value.root());
            assert_eq!(first, schema.check(value.root()), "a verdict does not change");
            if let Err(mismatch) = first {
                assert!(
                    value.root().lookup(mismatch.at.as_str()).is_some()
                        || mismatch.keyword == "propertyNames"
                );
            }
        }
    }
});
