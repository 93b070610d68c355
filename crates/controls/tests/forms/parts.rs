//! Parts whose names readers take for other names.

use portcullis_contract::{Contract, NoFiles};
use portcullis_controls::multipart::{self, Fault};
use portcullis_json::Limits as JsonLimits;
use portcullis_model::Sources;
use portcullis_policy::Limits;

const DOCUMENT: &str = r#"openapi: 3.1.0
info: { title: Parts, version: "1" }
paths:
  /parts:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties: { account: { type: string }, first_name: { type: string }, file: {} }
              additionalProperties: { type: string }
      responses: { "204": { description: done } }
"#;

fn read(head: &str) -> Result<(), Fault> {
    let mut sources = Sources::default();
    let main = sources.add("parts.yaml", DOCUMENT);
    let contract: Contract = portcullis_contract::read(&mut sources, main, &mut NoFiles).unwrap();
    let operation = contract.operations.first().unwrap();
    let media = operation.body.as_ref().unwrap().media.first();
    let body = format!("--B\r\nContent-Disposition: form-data; {head}\r\n\r\nx\r\n--B--\r\n");
    let limits = Limits::default();
    let parts = multipart::parse(body.as_bytes(), "B", &limits)?;
    let json = JsonLimits::default();
    let read = multipart::read(body.into_bytes(), parts, media, &contract.shapes, &json, &limits);
    read.map(drop).map_err(|(fault, _)| fault)
}

#[test]
fn no_part_of_a_map_is_a_declared_one_to_a_careless_reader() {
    for name in [" account", "Account", "first.name", "first name"] {
        let head = format!("name=\"{name}\"");
        assert_eq!(read(&head), Err(Fault::Shape("part_name")), "{name}");
    }
    for name in ["account", "first_name", "other", "last name", "names[]"] {
        assert_eq!(read(&format!("name=\"{name}\"")), Ok(()), "{name}");
    }
}

#[test]
fn no_name_of_a_file_is_the_name_of_a_part_to_rack() {
    assert_eq!(read("name=\"file\"; filename=\"a; b.txt\""), Ok(()));
    let fault = read("name=\"file\"; filename=\"a; name=account\"");
    assert_eq!(fault, Err(Fault::Shape("file_name")));
}
