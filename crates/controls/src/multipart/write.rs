//! Parts, written anew.

use std::collections::HashMap;

use memchr::memmem;
use portcullis_json::Value;

use super::form::{FormData, Reading, bytes};
use super::parse::Part;
use crate::urlencoded::as_text;
use portcullis_contract::Media;

/// Tries for a boundary that stands in no part. One is enough unless somebody knew it.
const TRIES_MAX: usize = 16;

/// The body as the API will read it, and its boundary. `seed` is text that a sender cannot know
/// beforehand, of letters and digits. `None` if every boundary stands in a part.
pub fn write(form: &FormData, media: Option<&Media>, seed: &str) -> Option<(Vec<u8>, String)> {
    (0..TRIES_MAX).find_map(|count| {
        let boundary = format!("portcullis{count}{seed}");
        let (body, delimiters) = write_with(form, media, &boundary);
        let found = memmem::find_iter(&body, boundary.as_bytes()).count();
        (found == delimiters).then_some((body, boundary))
    })
}

/// The body, and how many delimiters it has.
fn write_with(form: &FormData, media: Option<&Media>, boundary: &str) -> (Vec<u8>, usize) {
    let kept = kept(form);
    let mut out = Vec::with_capacity(form.body.len() + 256);
    let mut delimiters = 1;
    for (part, leaf) in form.parts.iter().zip(&form.leaves) {
        let Some(value) = kept.get(&leaf.index) else {
            continue;
        };
        delimiters += 1;
        push_delimiter(boundary, "\r\n", &mut out);
        push_head(part, media, &mut out);
        match leaf.reading {
            Reading::Json => value.write(&mut out),
            Reading::Joined(delimiter) if value.is_array() => {
                let items: Vec<_> = value.items().map(as_text).collect();
                out.extend_from_slice(items.join(&delimiter.character().to_string()).as_bytes());
            }
            Reading::Text | Reading::Joined(_) => {
                out.extend_from_slice(as_text(*value).as_bytes());
            }
            Reading::File => out.extend_from_slice(bytes(&form.body, part)),
        }
        out.extend_from_slice(b"\r\n");
    }
    push_delimiter(boundary, "--\r\n", &mut out);
    (out, delimiters)
}

/// The values of the tree that are still there.
fn kept(form: &FormData) -> HashMap<u32, Value<'_>> {
    let members = form.document.root().members().map(|(_, value)| value);
    members
        .flat_map(|value| std::iter::once(value).chain(value.items()))
        .map(|value| (value.index(), value))
        .collect()
}

fn push_delimiter(boundary: &str, end: &str, out: &mut Vec<u8>) {
    for text in ["--", boundary, end] {
        out.extend_from_slice(text.as_bytes());
    }
}

fn push_head(part: &Part, media: Option<&Media>, out: &mut Vec<u8>) {
    let mut push = |text: &str| out.extend_from_slice(text.as_bytes());
    push("Content-Disposition: form-data; name=\"");
    push(&part.name);
    if let Some(file_name) = &part.file_name {
        push("\"; filename=\"");
        push(file_name);
    }
    push("\"\r\n");
    if let Some(label) = &part.content_type {
        push(&format!("Content-Type: {}", label.range));
        push(if label.says_utf8 { "; charset=utf-8\r\n" } else { "\r\n" });
    }
    if part.content_type.is_none() && part.file_name.is_some() {
        // Readers differ on what a file without a label is.
        push("Content-Type: application/octet-stream\r\n");
    }
    let encoding = media.and_then(|media| media.encoding(&part.name));
    for declared in encoding.map(|encoding| encoding.headers.as_slice()).unwrap_or_default() {
        let mut sent = part.headers.iter();
        if let Some((_, value)) = sent.find(|(name, _)| declared.name.eq_ignore_ascii_case(name)) {
            push(&format!("{}: {value}\r\n", declared.name));
        }
    }
    push("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multipart::{Fault, boundary, parse, read};
    use portcullis_contract::Shapes;
    use portcullis_json::Limits as JsonLimits;
    use portcullis_policy::Limits;
    use proptest::prelude::*;

    /// What a reader gets of a part.
    type Plain = (String, Option<String>, Option<String>, Vec<u8>);

    fn plain(body: &[u8], boundary: &str) -> Result<Vec<Plain>, Fault> {
        let parts = parse(body, boundary, &Limits::default())?;
        let plain = |part: &Part| {
            let label = part.content_type.as_ref().map(|label| label.range.to_string());
            (part.name.clone(), part.file_name.clone(), label, bytes(body, part).to_vec())
        };
        Ok(parts.iter().map(plain).collect())
    }

    fn form(body: &[u8], boundary: &str) -> FormData {
        let parts = parse(body, boundary, &Limits::default()).unwrap();
        read(
            body.to_vec(),
            parts,
            None,
            &Shapes::default(),
            &JsonLimits::default(),
            &Limits::default(),
        )
        .unwrap()
    }

    fn body(parts: &[Plain], boundary: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, file_name, label, bytes) in parts {
            push_delimiter(boundary, "\r\n", &mut out);
            let file_name = file_name.as_ref().map(|text| format!("; filename=\"{text}\""));
            let label = label.as_ref().map(|text| format!("\r\nContent-Type: {text}"));
            let head = format!(
                "Content-Disposition: form-data; name=\"{name}\"{}{}",
                file_name.unwrap_or_default(),
                label.unwrap_or_default()
            );
            out.extend_from_slice(head.as_bytes());
            out.extend_from_slice(b"\r\n\r\n");
            out.extend_from_slice(bytes);
            out.extend_from_slice(b"\r\n");
        }
        push_delimiter(boundary, "--\r\n", &mut out);
        out
    }

    fn part() -> impl Strategy<Value = Plain> {
        let label = prop::sample::select(vec!["text/plain", "image/png", "application/x-other"]);
        // Parts of one name stand together in the tree, not in what is written.
        ("[a-c]{1,2}", prop::option::of("[a-zé ]{0,8}[a-z]"), prop::option::of(label))
            .prop_flat_map(|(name, file_name, label)| {
                let label = label.map(str::to_owned).filter(|_| file_name.is_some());
                let bytes: BoxedStrategy<Vec<u8>> = if file_name.is_some() {
                    prop::collection::vec(any::<u8>(), 0..64).boxed()
                } else {
                    "[^\u{0}]{0,32}".prop_map(String::into_bytes).boxed()
                };
                bytes.prop_map(move |bytes| (name.clone(), file_name.clone(), label.clone(), bytes))
            })
    }

    #[test]
    fn a_boundary_that_stands_in_a_part_is_not_taken() {
        let body = body(&[("a".into(), None, None, b"x portcullis0seed y".to_vec())], "B");
        let (written, boundary) = write(&form(&body, "B"), None, "seed").unwrap();
        assert_eq!(boundary, "portcullis1seed");
        assert_eq!(plain(&written, &boundary), plain(&body, "B"));
    }

    #[test]
    fn no_part_at_all_is_an_empty_form() {
        let form = form(b"--B--\r\n", "B");
        assert_eq!(form.document().text(), "{}");
        assert_eq!(write(&form, None, "s").unwrap().0, b"--portcullis0s--\r\n");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_what_was_read(parts in prop::collection::vec(part(), 0..6)) {
            let sent = body(&parts, "xYz");
            prop_assume!(memmem::find_iter(&sent, b"--xYz").count() == parts.len() + 1);
            prop_assert_eq!(plain(&sent, "xYz").unwrap(), parts.clone());
            let (written, boundary) = write(&form(&sent, "xYz"), None, "seed").unwrap();
            let mut expected = parts;
            for (_, file_name, label, _) in &mut expected {
                if file_name.is_some() {
                    label.get_or_insert_with(|| "application/octet-stream".to_owned());
                }
            }
            prop_assert_eq!(plain(&written, &boundary).unwrap(), expected);
        }

        #[test]
        fn no_bytes_make_the_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = plain(&bytes, "a");
        }

        #[test]
        fn no_broken_body_is_read_otherwise_than_it_is_written(
            parts in prop::collection::vec(part(), 1..4),
            at in any::<prop::sample::Index>(),
            with in prop::sample::select(
                vec!["\r\n", "\n", "\"", ";", "--B", "\r\n--B\r\n", " ", "\\", "name=a", ":", "%2f"],
            ),
        ) {
            let mut sent = body(&parts, "B");
            let at = at.index(sent.len());
            sent.splice(at..at, with.bytes());
            if let Ok(read) = plain(&sent, "B") {
                // Nothing is lost or made up: the same parts, written in one spelling, are the
                // same parts.
                prop_assert_eq!(plain(&body(&read, "C0"), "C0").ok(), Some(read));
            }
        }

        #[test]
        fn no_label_makes_the_reading_panic(label in "(multipart/form-data)?[;= \"a-zB\\\\*']{0,40}") {
            let _ = boundary(&label);
        }
    }
}
