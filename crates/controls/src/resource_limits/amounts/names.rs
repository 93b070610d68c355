//! Names under which clients say how many they want, and from where.

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// How many items one page has.
    Size,
    /// How far into the list it begins, in items or in pages.
    Offset,
}

/// How sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sureness {
    /// The name alone says it.
    Alone,
    /// It says it beside another name of paging: `size` is one of shoes, too.
    Beside,
}

/// Names as [`folded`] makes them, sorted.
const SIZES: [&str; 28] = [
    "entriesperpage",
    "hitsperpage",
    "itemsperpage",
    "limit",
    "maxitems",
    "maxkeys",
    "maxpagesize",
    "maxrecords",
    "maxresults",
    "maxrows",
    "numresults",
    "pagelength",
    "pagelimit",
    "pagemax",
    "pagesize",
    "pagingsize",
    "perpage",
    "perpagelimit",
    "querylimit",
    "recordsperpage",
    "resultlimit",
    "resultsize",
    "resultslimit",
    "resultsperpage",
    "resultsperquery",
    "rowsperpage",
    "searchlimit",
    "xpagesize",
];

/// The same, where something beside them says that there are pages.
const SIZES_BESIDE: [&str; 13] = [
    "amount", "count", "first", "last", "length", "max", "maxcount", "n", "num", "rows", "size",
    "take", "top",
];

/// Where a page begins.
const OFFSETS: [&str; 11] = [
    "offset",
    "page",
    "pageindex",
    "pageno",
    "pagenum",
    "pagenumber",
    "pageoffset",
    "skip",
    "skipcount",
    "startat",
    "startindex",
];

/// The same, where something says how many.
const OFFSETS_BESIDE: [&str; 3] = ["from", "skiptoken", "start"];

/// What stands beside a size where there are pages, further to [`OFFSETS`] and [`OFFSETS_BESIDE`].
const CURSORS: [&str; 16] = [
    "after",
    "before",
    "continuation",
    "continuationtoken",
    "cursor",
    "endingbefore",
    "marker",
    "maxid",
    "nextpagetoken",
    "nexttoken",
    "pagetoken",
    "sinceid",
    "startafter",
    "startingafter",
    "startkey",
    "starttoken",
];

/// A name without case and without what stands between its words: `page[size]`, `pageSize` and `page_size` are one.
/// `$top` and `$skip` (OData) mean one thing alone.
/// It is written into `room`, since every name of a body is looked at.
fn folded<'r>(name: &str, room: &'r mut [u8; NAME_CHARS_MAX]) -> &'r str {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    let mut length = 0;
    for (place, letter) in room.iter_mut().zip(letters) {
        *place = letter.to_ascii_lowercase();
        length += 1;
    }
    room.get(..length).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}

/// Characters of a name that are looked at: one more than the longest has.
const NAME_CHARS_MAX: usize = 24;

/// What holds the members that say it: `pagination[limit]`, `options.pageSize`.
const AROUND: [&str; 10] = [
    "filter",
    "options",
    "opts",
    "page",
    "pageable",
    "pager",
    "pagination",
    "paging",
    "params",
    "query",
];

/// Of these, those that hold nothing else.
const PAGING: [&str; 5] = ["page", "pageable", "pager", "pagination", "paging"];

/// Whether what stands inside of an object of this name is about pages.
pub(super) fn is_paging(name: &str) -> bool {
    PAGING.contains(&folded(name, &mut [0; NAME_CHARS_MAX]))
}

/// Whether a name speaks of pages, or of results, and of nothing else: a limit may be one of credit.
pub(super) fn says_page(name: &str) -> bool {
    let is_size = matches!(whole(name), Some((Meaning::Size, Sureness::Alone)));
    is_size && folded(name, &mut [0; NAME_CHARS_MAX]) != "limit"
}

/// What a name says, and how sure that is; of a nested one, its last part.
pub(super) fn meaning(name: &str) -> Option<(Meaning, Sureness)> {
    whole(name).or_else(|| {
        let name = name.strip_suffix("[]").unwrap_or(name);
        let (around, last) = name.trim_end_matches(']').rsplit_once(['[', '.'])?;
        let around = around.trim_end_matches(']').rsplit(['[', '.']).next()?;
        let mut room = [0; NAME_CHARS_MAX];
        let is_around = AROUND.contains(&folded(around, &mut room)) || says_page(last);
        is_around.then(|| whole(last)).flatten()
    })
}

fn whole(name: &str) -> Option<(Meaning, Sureness)> {
    let is_in = |list: &[&str], name: &str| list.binary_search(&name).is_ok();
    let mut room = [0; NAME_CHARS_MAX];
    let folded = folded(name, &mut room);
    let odata = match name {
        "$top" => Some(Meaning::Size),
        "$skip" => Some(Meaning::Offset),
        _ => None,
    };
    let alone = odata.map(|meaning| (meaning, Sureness::Alone));
    alone.or_else(|| {
        Some(if is_in(&SIZES, folded) {
            (Meaning::Size, Sureness::Alone)
        } else if is_in(&SIZES_BESIDE, folded) {
            (Meaning::Size, Sureness::Beside)
        } else if is_in(&OFFSETS, folded) {
            (Meaning::Offset, Sureness::Alone)
        } else if is_in(&OFFSETS_BESIDE, folded) {
            (Meaning::Offset, Sureness::Beside)
        } else {
            return None;
        })
    })
}

/// Whether a name, among others of one request, says that there are pages of what `meaning` is about.
pub(super) fn speaks_of_pages(name: &str, meaning_of: Meaning) -> bool {
    let is_size = matches!(meaning(name), Some((Meaning::Size, _)));
    match meaning_of {
        Meaning::Offset => is_size,
        Meaning::Size => {
            matches!(meaning(name), Some((Meaning::Offset, _)))
                || CURSORS.binary_search(&folded(name, &mut [0; NAME_CHARS_MAX])).is_ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_names_fit() {
        for list in [
            SIZES.as_slice(),
            SIZES_BESIDE.as_slice(),
            OFFSETS.as_slice(),
            OFFSETS_BESIDE.as_slice(),
            CURSORS.as_slice(),
        ] {
            assert!(list.is_sorted(), "{list:?}");
            assert!(list.iter().all(|name| name.len() < NAME_CHARS_MAX
                && folded(name, &mut [0; NAME_CHARS_MAX]) == *name));
        }
    }

    #[test]
    fn spellings_of_one_name_are_one() {
        for name in [
            "per_page",
            "perPage",
            "PER-PAGE",
            "limit",
            "$top",
            "page[size]",
            "maxResults",
            "X-Page-Size",
        ] {
            assert_eq!(meaning(name), Some((Meaning::Size, Sureness::Alone)), "{name}");
        }
        for name in [
            "pagination[pageSize]",
            "pagination[limit]",
            "options.limit",
            "a[paging][perPage]",
            "opts[limit][]",
            "x[page_size]",
        ] {
            assert_eq!(meaning(name), Some((Meaning::Size, Sureness::Alone)), "{name}");
        }
        assert_eq!(meaning("pagination[page]"), Some((Meaning::Offset, Sureness::Alone)));
        for name in ["credit[limit]", "account.limit", "pagination[]"] {
            assert_eq!(meaning(name), None, "{name}");
        }
        for name in ["size", "count", "top", "Rows"] {
            assert_eq!(meaning(name), Some((Meaning::Size, Sureness::Beside)), "{name}");
        }
        for name in ["page", "offset", "$skip", "page[number]", "startIndex"] {
            assert_eq!(meaning(name), Some((Meaning::Offset, Sureness::Alone)), "{name}");
        }
        for name in
            ["credit_limit", "limits", "pages", "sizes", "q", "", "from_date", "limit_to_shop"]
        {
            assert_eq!(meaning(name), None, "{name}");
        }
        assert!(speaks_of_pages("cursor", Meaning::Size));
        assert!(speaks_of_pages("from", Meaning::Size));
        assert!(!speaks_of_pages("colour", Meaning::Size));
        assert!(speaks_of_pages("size", Meaning::Offset));
        assert!(!speaks_of_pages("cursor", Meaning::Offset));
    }
}
