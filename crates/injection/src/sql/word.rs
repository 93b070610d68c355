//! What a word is in SQL, and in English.

use std::sync::LazyLock;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// `and`, `or`, `xor`.
    Logic,
    /// Compares, as a word: `like`, `in`, `is`.
    Compare,
    /// `true`, `false`, `null`: values by themselves.
    Value,
    /// Stands before an operand: `not`, `binary`.
    Prefix,
    /// Another word of the grammar.
    Keyword,
    /// A word without which no English sentence does, and which no query has.
    English,
    /// Any other: a name, in a query.
    Name,
}

/// Longer words are names.
const WORD_BYTES_MAX: usize = 16;

/// What `word` is, in any case.
pub(super) fn class(word: &str) -> Class {
    if word.len() > WORD_BYTES_MAX {
        return Class::Name;
    }
    let key = key(word.as_bytes());
    let found = KEYS.binary_search_by(|(known, _)| known.cmp(&key));
    found.ok().and_then(|at| KEYS.get(at)).map_or(Class::Name, |(_, class)| *class)
}

/// A word in lower case as a number, in the order of words: every word of every text is looked up.
const fn key(word: &[u8]) -> u128 {
    let mut key = 0;
    let mut at = 0;
    let mut rest = word;
    while let [first, behind @ ..] = rest {
        key |= (first.to_ascii_lowercase() as u128) << (120 - 8 * at);
        at += 1;
        rest = behind;
    }
    key
}

/// [`WORDS`] by their numbers.
static KEYS: LazyLock<Vec<(u128, Class)>> =
    LazyLock::new(|| WORDS.iter().map(|(word, class)| (key(word.as_bytes()), *class)).collect());

/// Sorted, in lower case.
const WORDS: &[(&str, Class)] = &[
    ("a", Class::English),
    ("about", Class::English),
    ("all", Class::Keyword),
    ("alter", Class::Keyword),
    ("an", Class::English),
    ("and", Class::Logic),
    ("any", Class::English),
    ("are", Class::English),
    ("as", Class::Keyword),
    ("asc", Class::Keyword),
    ("at", Class::English),
    ("be", Class::English),
    ("because", Class::English),
    ("been", Class::English),
    ("begin", Class::Keyword),
    ("between", Class::Compare),
    ("binary", Class::Prefix),
    ("but", Class::English),
    ("by", Class::Keyword),
    ("can", Class::English),
    ("case", Class::Keyword),
    ("cast", Class::Keyword),
    ("convert", Class::Keyword),
    ("could", Class::English),
    ("count", Class::Keyword),
    ("create", Class::Keyword),
    ("current_user", Class::Value),
    ("data", Class::Keyword),
    ("database", Class::Keyword),
    ("declare", Class::Keyword),
    ("delay", Class::Keyword),
    ("delete", Class::Keyword),
    ("desc", Class::Keyword),
    ("distinct", Class::Prefix),
    ("div", Class::Compare),
    ("do", Class::English),
    ("does", Class::English),
    ("don", Class::English),
    ("drop", Class::Keyword),
    ("dumpfile", Class::Keyword),
    ("else", Class::Keyword),
    ("end", Class::Keyword),
    ("every", Class::English),
    ("except", Class::Keyword),
    ("exclude", Class::Keyword),
    ("exec", Class::Keyword),
    ("execute", Class::Keyword),
    ("exists", Class::Prefix),
    ("false", Class::Value),
    ("for", Class::Keyword),
    ("from", Class::Keyword),
    ("function", Class::Keyword),
    ("glob", Class::Compare),
    ("goto", Class::Keyword),
    ("grant", Class::Keyword),
    ("group", Class::Keyword),
    ("had", Class::English),
    ("has", Class::English),
    ("have", Class::English),
    ("having", Class::Keyword),
    ("he", Class::English),
    ("her", Class::English),
    ("him", Class::English),
    ("his", Class::English),
    ("how", Class::English),
    ("i", Class::English),
    ("if", Class::Keyword),
    ("ilike", Class::Compare),
    ("in", Class::Compare),
    ("index", Class::Keyword),
    ("infile", Class::Keyword),
    ("inner", Class::Keyword),
    ("insert", Class::Keyword),
    ("intersect", Class::Keyword),
    ("into", Class::Keyword),
    ("is", Class::Compare),
    ("it", Class::English),
    ("its", Class::English),
    ("join", Class::Keyword),
    ("just", Class::English),
    ("left", Class::Keyword),
    ("like", Class::Compare),
    ("limit", Class::Keyword),
    ("load", Class::Keyword),
    ("me", Class::English),
    ("minus", Class::Keyword),
    ("mod", Class::Compare),
    ("more", Class::English),
    ("my", Class::English),
    ("never", Class::English),
    ("not", Class::Prefix),
    ("null", Class::Value),
    ("of", Class::English),
    ("offset", Class::Keyword),
    ("on", Class::Keyword),
    ("one", Class::English),
    ("only", Class::English),
    ("or", Class::Logic),
    ("order", Class::Keyword),
    ("our", Class::English),
    ("out", Class::English),
    ("outer", Class::Keyword),
    ("outfile", Class::Keyword),
    ("procedure", Class::Keyword),
    ("regexp", Class::Compare),
    ("rlike", Class::Compare),
    ("select", Class::Keyword),
    ("session_user", Class::Value),
    ("set", Class::Keyword),
    ("she", Class::English),
    ("should", Class::English),
    ("shutdown", Class::Keyword),
    ("similar", Class::Compare),
    ("so", Class::English),
    ("some", Class::English),
    ("sounds", Class::Compare),
    ("system_user", Class::Value),
    ("table", Class::Keyword),
    ("than", Class::English),
    ("that", Class::English),
    ("the", Class::English),
    ("their", Class::English),
    ("them", Class::English),
    ("then", Class::Keyword),
    ("there", Class::English),
    ("these", Class::English),
    ("they", Class::English),
    ("this", Class::English),
    ("those", Class::English),
    ("to", Class::English),
    ("top", Class::Keyword),
    ("true", Class::Value),
    ("truncate", Class::Keyword),
    ("union", Class::Keyword),
    ("up", Class::English),
    ("update", Class::Keyword),
    ("us", Class::English),
    ("user", Class::Keyword),
    ("using", Class::Keyword),
    ("utc_date", Class::Value),
    ("values", Class::Keyword),
    ("very", Class::English),
    ("view", Class::Keyword),
    ("waitfor", Class::Keyword),
    ("was", Class::English),
    ("we", Class::English),
    ("were", Class::English),
    ("what", Class::English),
    ("when", Class::Keyword),
    ("where", Class::Keyword),
    ("which", Class::English),
    ("who", Class::English),
    ("will", Class::English),
    ("with", Class::English),
    ("would", Class::English),
    ("xor", Class::Logic),
    ("you", Class::English),
    ("your", Class::English),
];

/// Functions and packages whose call does more than compute: they wait, read files, call out, tell errors that
/// carry data, or show the database's own tables.
pub(super) const ACTING: &[&str] = &[
    "benchmark",
    "pg_sleep",
    "load_file",
    "extractvalue",
    "updatexml",
    "sys_eval",
    "sys_exec",
    "lo_import",
    "lo_export",
    "pg_read_file",
    "pg_ls_dir",
    "group_concat",
    "randomblob",
    "openrowset",
    "opendatasource",
    "openquery",
    "load_extension",
    "json_keys",
    "fn_varbintohexstr",
    "sqlite_version",
    "current_setting",
    "serverproperty",
    "filetoclob",
    "filetoblob",
    "xmltype",
    "analyse",
    "concat_ws",
    "query_to_xml",
];

/// Packages and schemas of which every member acts or tells.
pub(super) const ACTING_PACKAGES: &[&str] = &[
    "utl_http",
    "utl_inaddr",
    "utl_file",
    "dbms_pipe",
    "dbms_lock",
    "dbms_ldap",
    "dbms_utility",
    "dbms_xmlgen",
    "ctxsys",
];

/// Schemas and tables that describe the database.
pub(super) const CATALOGUES: &[&str] = &[
    "information_schema",
    "sysobjects",
    "syscolumns",
    "sysusers",
    "pg_shadow",
    "pg_user",
    "pg_group",
    "pg_catalog",
    "sqlite_master",
    "all_tables",
    "all_tab_columns",
    "user_tables",
    "msysaccessobjects",
    "sysibm",
    "syscat",
    "dba_users",
    "mysql",
];

/// Variables of a server.
pub(super) const SERVER_VARIABLES: &[&str] = &[
    "@@version",
    "@@servername",
    "@@hostname",
    "@@datadir",
    "@@basedir",
    "@@version_compile_os",
    "@@version_compile_machine",
    "@@microsoftversion",
    "@@tmpdir",
    "@@language",
    "@@spid",
    "@@global",
    "@@session",
    "@@secure_file_priv",
    "@@rowcount",
    "@@identity",
];

#[cfg(test)]
mod tests {
    use super::{WORD_BYTES_MAX, WORDS};

    #[test]
    fn words_are_sorted_and_none_is_too_long() {
        assert!(WORDS.is_sorted_by_key(|(word, _)| word));
        assert!(WORDS.iter().all(|(word, _)| word.len() <= WORD_BYTES_MAX));
    }
}
