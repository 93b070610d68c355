//! A first `threats.yaml`: each question with its answer as a comment, to be corrected.

use std::fmt::Write as _;

use portcullis_model::{UnixMillis, plain};

use crate::forms::Question;
use crate::stated::proposed_day;

/// The text of a first file. It says nothing yet but its version; whoever takes the `#` away from a line says it.
pub fn begun(title: &str, questions: &[Question], now: UnixMillis) -> String {
    let mut text = format!(
        "# What only people can say of {}. Everything else is derived each time.\n\
         # Take the `# ` away from what is so, and correct it. All keys: portcullis explain threats.yaml\n\
         version: 1\n",
        plain(title)
    );
    let mut keys: Vec<&str> = Vec::new();
    for question in questions {
        let key = key(question);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    for key in keys {
        text.push('\n');
        let of_key: Vec<&Question> = questions.iter().filter(|one| self::key(one) == key).collect();
        section(key, &of_key, &mut text);
    }
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\n# Somebody takes the rest of a risk, until a day:\n\
         # accepted:\n\
         #   - {{ threat: NAME, of: \"GET /path\", by: WHO, reason: WHY, until: {} }}\n",
        proposed_day(now)
    );
    text
}

fn key(question: &Question) -> &str {
    question.line.split_once(':').map_or("", |(key, _)| key)
}

/// All questions of one key, and one block that answers them.
fn section(key: &str, questions: &[&Question], text: &mut String) {
    let mut block = Vec::new();
    for Question { text: asked, taken, because, line } in questions {
        let (asked, taken, because) = (plain(asked), plain(taken), plain(because));
        // Writing to a String cannot fail.
        let _ = write!(text, "# {asked}\n#   assumed: {taken}, because: {because}\n");
        let value = line.split_once(": ").map_or("", |(_, value)| value);
        if let Some(members) = value.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" }")) {
            block.push(format!("#   {members}\n"));
        } else if let Some(item) = value.strip_prefix("[{").and_then(|rest| rest.strip_suffix("}]"))
        {
            block.push(format!("#   - {{{item}}}\n"));
        } else {
            let _ = writeln!(text, "# {line}");
        }
    }
    if !block.is_empty() {
        let _ = write!(text, "# {key}:\n{}", block.concat());
    }
}
