//! What a word is in SQL, and in English.

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
    let mut lower = [0_u8; WORD_BYTES_MAX];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return Class::Name;
    };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    match std::str::from_utf8(lower).unwrap_or_default() {
        "and" | "or" | "xor" => Class::Logic,
        "like" | "rlike" | "regexp" | "ilike" | "in" | "is" | "between" | "glob" | "similar"
        | "sounds" | "div" | "mod" => Class::Compare,
        "true" | "false" | "null" | "current_user" | "session_user" | "system_user"
        | "utc_date" | "current_timestamp" => Class::Value,
        "not" | "binary" | "distinct" | "exists" => Class::Prefix,
        "select" | "union" | "all" | "from" | "where" | "having" | "order" | "group" | "by"
        | "limit" | "offset" | "insert" | "into" | "values" | "update" | "set" | "delete"
        | "drop" | "create" | "alter" | "table" | "database" | "exec" | "execute" | "declare"
        | "case" | "when" | "then" | "else" | "end" | "join" | "as" | "on" | "using"
        | "procedure" | "waitfor" | "delay" | "intersect" | "except" | "minus" | "if" | "begin"
        | "truncate" | "shutdown" | "cast" | "convert" | "count" | "user" | "index" | "view"
        | "function" | "grant" | "goto" | "asc" | "desc" | "outfile" | "dumpfile" | "infile"
        | "load" | "data" | "for" | "top" | "inner" | "left" | "outer" | "exclude" => {
            Class::Keyword
        }
        "the" | "a" | "an" | "of" | "to" | "that" | "this" | "it" | "its" | "you" | "your"
        | "i" | "we" | "they" | "he" | "she" | "his" | "her" | "my" | "me" | "their" | "our"
        | "was" | "are" | "were" | "be" | "been" | "have" | "has" | "had" | "with" | "but"
        | "what" | "who" | "which" | "how" | "there" | "will" | "would" | "can" | "could"
        | "should" | "more" | "than" | "about" | "because" | "don" | "just" | "some" | "any"
        | "every" | "these" | "those" | "at" | "so" | "them" | "him" | "us" | "do" | "does"
        | "very" | "only" | "never" | "one" | "up" | "out" => Class::English,
        _ => Class::Name,
    }
}

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
