//! Files that are sent in, and answers that browsers run.

use super::super::check::Check;
use super::super::control::by;
use super::super::subject::{Op, Subject};
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 5] = [&ANY_TYPE, &ANY_FILE, &FILE_SIZE, &ARCHIVE, &ACTIVE];

static ANY_TYPE: Check = Check {
    rule: Rule {
        id: "any-media-type",
        title: "a body is of types that are named",
        item: "F2",
        cwe: &[20, 436],
        severity: Severity::Medium,
        page: r"## Why

`*/*` lets the caller choose which of the framework's readers reads the body: XML with entities, a serialised object, a
form that fills other fields. What checks JSON does not see the others.

## Example

```yaml
requestBody: { content: { '*/*': { schema: { type: object } } } }
```

## Fix

```yaml
requestBody: { content: { application/json: { schema: { type: object } } } }
```",
    },
    fix: "name the media types that are taken",
    answered: by!(ContentType),
    look: |subject, raising| {
        let all = subject.numbers(|one| {
            one.said.bodies.iter().any(|(kind, _)| kind.trim_start().starts_with("*/"))
        });
        raising.operations(all, |count| {
            format!(
                "{} bodies of any type",
                names::counted(count, "operation takes", "operations take")
            )
        });
    },
};

static ANY_FILE: Check = Check {
    rule: Rule {
        id: "file-of-any-type",
        title: "a file that is sent in is of a type that is named",
        item: "F2",
        cwe: &[434],
        severity: Severity::Medium,
        page: r"## Why

Where a picture is meant and any file is taken, somebody sends a page with a script, a program, or an archive; and it is
served again from the API's own origin.

## Example

```yaml
multipart/form-data: { schema: { properties: { avatar: { type: string, format: binary } } } }
```

## Fix

```yaml
multipart/form-data:
  schema: { properties: { avatar: { type: string, format: binary } } }
  encoding: { avatar: { contentType: 'image/png, image/jpeg' } }
```

And look at the first bytes: a label is not a type.",
    },
    fix: "name the types under `encoding`, and look at what the file really is",
    answered: by!(ContentType),
    look: |subject, raising| {
        for one in subject.operations().filter(|one| takes_any_file(subject, one)) {
            raising.operation(one.number, format!("{} takes files of any type", one.shown()));
        }
    },
};

static FILE_SIZE: Check = Check {
    rule: Rule {
        id: "file-without-size",
        title: "a file that is sent in has a largest size",
        item: "A4",
        cwe: &[770],
        severity: Severity::Low,
        page: r"## Why

An upload without a bound fills a disk, or the memory of whatever reads it whole.

## Example

```yaml
avatar: { type: string, format: binary }
```

## Fix

```yaml
avatar: { type: string, format: binary, maxLength: 5242880 }
```

In front of an API that cannot be changed, `multipart_bytes` and `body_bytes` of the policy bound it.",
    },
    fix: "write `maxLength`, in bytes",
    answered: by!(ResourceLimits),
    look: |subject, raising| {
        let groups = subject.in_requests(|_, one| one.lacks.bytes && !one.said.read_only);
        for group in groups {
            let message = format!("{} takes files of any size{}", group.owner, group.names());
            raising.group(&group, message);
        }
    },
};

static ARCHIVE: Check = Check {
    rule: Rule {
        id: "archive-taken",
        title: "archives are taken only by what bounds what they unfold to",
        item: "A4",
        cwe: &[409],
        severity: Severity::Low,
        page: r"## Why

A megabyte unfolds to a gigabyte, and a name in an archive may be `../../app/config`. Nothing in front of the API sees
either without unpacking it.

## Example

```yaml
requestBody: { content: { application/zip: { schema: { type: string, format: binary } } } }
```

## Fix

Take single files. Where archives must be, bound bytes, files and depth while unpacking, and refuse names with `..`.",
    },
    fix: "take single files, or bound bytes, files and depth while unpacking",
    answered: None,
    look: |subject, raising| {
        let words =
            ["/zip", "/gzip", "/x-tar", "/x-zip", "/x-gzip", "/x-7z", "/java-archive", "/x-rar"];
        let is_archive = |kind: &str| words.iter().any(|word| kind.contains(word));
        let all = subject.numbers(|one| one.said.bodies.iter().any(|(kind, _)| is_archive(kind)));
        raising.operations(all, |count| {
            format!("{} archives", names::counted(count, "operation takes", "operations take"))
        });
    },
};

static ACTIVE: Check = Check {
    rule: Rule {
        id: "active-answer",
        title: "an API answers data, and no pages",
        item: "F4",
        cwe: &[79],
        severity: Severity::Low,
        page: r"## Why

HTML, SVG and scripts from the API's own origin run with its cookies. A name that a customer wrote, shown in such an
answer, is a script of that customer.

## Example

```yaml
'200': { content: { text/html: { schema: { type: string } } } }
```

## Fix

Answer JSON, and let pages be made on another origin. Files of customers are served from a host of their own, with
`Content-Disposition: attachment`.",
    },
    fix: "answer data, and serve pages and files of customers from another host",
    answered: by!(SafeConfiguration),
    look: |subject, raising| {
        let words = ["text/html", "image/svg", "javascript", "application/xhtml"];
        let is_active = |kind: &str| words.iter().any(|word| kind.contains(word));
        let all = subject.numbers(|one| {
            let mut bodies = one.said.answers.iter().flat_map(|answer| &answer.bodies);
            bodies.any(|(kind, _)| is_active(kind))
        });
        raising.operations(all, |count| {
            let what = names::counted(count, "operation answers", "operations answer");
            format!("{what} what browsers run")
        });
    },
};

/// Whether a file comes in, and no type is named for it.
fn takes_any_file(subject: &Subject<'_>, one: &Op<'_>) -> bool {
    let is_any = |kind: &str| kind.contains("octet-stream");
    let by_type = one.said.bodies.iter().any(|(kind, _)| is_any(kind));
    let media =
        one.served.and_then(|served| served.body.as_ref()).map(|body| body.media.as_slice());
    by_type
        || media.unwrap_or_default().iter().any(|media| {
            let root =
                media.schema.as_ref().map(|schema| subject.contract.shapes.get(schema.shape));
            let properties = root.into_iter().flat_map(|root| root.object.properties());
            let mut files = properties.filter(|(_, property)| {
                let shape = subject.contract.shapes.get(property.shape);
                let item = shape.items.map(|items| subject.contract.shapes.get(items));
                shape.is_binary || item.is_some_and(|item| item.is_binary)
            });
            let is_form = media.range.main == "multipart";
            is_form
                && files.any(|(name, _)| {
                    media.encoding(name).is_none_or(|said| said.content_types.is_empty())
                })
        })
}
