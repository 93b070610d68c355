//! Values in header fields.

use super::{Request, Styles, expect, verdict};

/// Sends lines of `name: value`, sees the fields that are written anew.
fn fields(styles: &Styles, sent: &str) -> super::Verdict {
    let lines = sent.split('\n').filter_map(|line| line.split_once(": "));
    let fields = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let request = Request { fields, ..Request::to("/headers") };
    verdict(styles, &request, |accepted| {
        let lines = accepted.fields.into_iter();
        let line = |(name, value): (String, Vec<u8>)| [name.as_bytes(), b": ", &value].concat();
        lines.map(line).collect::<Vec<_>>().join(&b'\n')
    })
}

#[test]
fn a_list_stands_between_commas_in_one_field_or_several() {
    expect(
        &[
            ("x-ids: 1,2", Ok("x-ids: 1,2")),
            ("x-ids: 1, 2 ,3", Ok("x-ids: 1,2,3")),
            ("x-ids: 1\nx-ids: 2,3", Ok("x-ids: 1,2,3")),
            ("x-ids: 1,,2", Ok("x-ids: 1,2")),
            ("x-ids: 1;2", Err("type")),
            ("x-ids: \"1,2\"", Err("two_readings")),
            ("x-ids: 1%2C2", Err("type")),
            ("x-ids: 1,2,3,4,5,6", Err("schema")),
        ],
        fields,
    );
}

#[test]
fn an_object_is_names_and_values_in_turn_or_assigned() {
    expect(
        &[
            ("x-pairs: R, 100, name, red", Ok("x-pairs: R,100,name,red")),
            ("x-pairs: R,100,admin,1", Ok("x-pairs: R,100")),
            ("x-pairs: R,100,R,1", Err("repeated")),
            ("x-pairs: R", Err("unpaired_member")),
            ("x-assigned: R=100, name=red", Ok("x-assigned: R=100,name=red")),
            ("x-assigned: R=100\nx-assigned: name=red", Ok("x-assigned: R=100,name=red")),
            ("x-assigned: R=100,admin=1", Err("schema")),
            ("x-assigned: name=a=b", Err("two_readings")),
        ],
        fields,
    );
}

#[test]
fn a_text_stays_as_it_came_and_json_is_written_in_ascii() {
    expect(
        &[
            ("x-text: a, b", Ok("")),
            ("x-text: a\nx-text: b", Err("repeated")),
            ("x-json: {\"R\": 1, \"name\": \"é\"}", Ok("x-json: {\"R\":1,\"name\":\"\\u00e9\"}")),
            ("x-json: {\"R\": 1, \"admin\": 1}", Ok("x-json: {\"R\":1}")),
            ("x-json: {}\nx-json: {}", Err("repeated")),
        ],
        fields,
    );
}

#[test]
fn booleans_go_on_in_one_spelling() {
    expect(
        &[
            ("x-flag: True", Ok("x-flag: true")),
            ("x-flag: true", Ok("")),
            ("x-flag: 1", Err("type")),
            ("x-flags: TRUE, false", Ok("x-flags: true,false")),
            ("x-text: True", Ok("")),
        ],
        fields,
    );
}
