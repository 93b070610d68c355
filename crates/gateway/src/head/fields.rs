//! Header fields: names in lower case, values without surrounding white space.

use super::fault::HeadFault;

/// The fields of one head, and the head's other texts.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    text: String,
    list: Vec<Field>,
    /// Where the first field of each essential name stands in `list`, plus one; 0: nowhere.
    first: [u16; Essential::COUNT],
    /// Essential names that stand more than once, a bit each.
    repeated: u16,
    /// The names of fields whose values are no UTF-8, and therefore not in `list`.
    unreadable: Vec<Span>,
}

#[derive(Debug, Clone, Copy)]
struct Field {
    name: Span,
    value: Span,
}

/// A part of the head's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

/// Fields by which a message is framed or judged: they are never left out, and found without a
/// search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Essential {
    Authorization,
    Connection,
    ContentEncoding,
    ContentLength,
    ContentType,
    Cookie,
    Expect,
    Forwarded,
    Host,
    Location,
    TransferEncoding,
    XForwardedFor,
    XForwardedProto,
}

impl Essential {
    const COUNT: usize = 13;

    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "authorization" => Self::Authorization,
            "connection" => Self::Connection,
            "content-encoding" => Self::ContentEncoding,
            "content-length" => Self::ContentLength,
            "content-type" => Self::ContentType,
            "cookie" => Self::Cookie,
            "expect" => Self::Expect,
            "forwarded" => Self::Forwarded,
            "host" => Self::Host,
            "location" => Self::Location,
            "transfer-encoding" => Self::TransferEncoding,
            "x-forwarded-for" => Self::XForwardedFor,
            "x-forwarded-proto" => Self::XForwardedProto,
            _ => return None,
        })
    }
}

impl Fields {
    pub(super) fn with_capacity(bytes: usize, fields: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            list: Vec::with_capacity(fields),
            ..Self::default()
        }
    }

    /// Keeps a text of the head that is no field.
    pub(super) fn push_text(&mut self, bytes: &[u8]) -> Result<Span, HeadFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| HeadFault::Syntax)?;
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Ok(Span { start, end: self.text.len() as u32 })
    }

    pub(super) fn push(&mut self, name: &str, value: &[u8]) -> Result<(), HeadFault> {
        let start = self.text.len();
        self.text.push_str(name);
        if let Some(name) = self.text.get_mut(start..) {
            name.make_ascii_lowercase();
        }
        let name = Span { start: start as u32, end: self.text.len() as u32 };
        let essential = Essential::of(self.slice(name));
        match self.push_text(value.trim_ascii()) {
            Ok(value) => {
                self.list.push(Field { name, value });
                self.remember(essential);
                Ok(())
            }
            Err(fault) if essential.is_some() => Err(fault),
            // Old texts in Latin-1: whether they may be left out is for the one who wants them.
            Err(_) => {
                self.unreadable.push(name);
                Ok(())
            }
        }
    }

    /// The last field of the list is of this essential name.
    fn remember(&mut self, essential: Option<Essential>) {
        let Some(name) = essential else { return };
        match self.first.get_mut(name as usize) {
            Some(first) if *first == 0 => *first = self.list.len() as u16,
            _ => self.repeated |= 1 << name as u16,
        }
    }

    /// The pairs of `Cookie`, as they were sent (RFC 6265 section 5.4).
    pub(crate) fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.first(Essential::Cookie).into_iter().flat_map(cookie_pairs)
    }

    /// Takes out the fields that end with this hop (RFC 9110 section 7.6.1), before anybody
    /// looks: what is checked is what goes on.
    pub(super) fn end_hop(&mut self) {
        if self.first(Essential::Connection).is_none() {
            return;
        }
        let named: Vec<String> = self
            .all("connection")
            .flat_map(|value| value.split(','))
            .map(|name| name.trim().to_ascii_lowercase())
            .filter(|name| Essential::of(name).is_none())
            .collect();
        let unreadable = std::mem::take(&mut self.unreadable);
        let stays = |span: &Span| !named.iter().any(|name| name == self.slice(*span));
        let unreadable = unreadable.into_iter().filter(stays).collect();
        self.unreadable = unreadable;
        let list = std::mem::take(&mut self.list);
        (self.first, self.repeated) = Default::default();
        for field in list {
            if !named.iter().any(|name| name == self.slice(field.name)) {
                self.list.push(field);
                self.remember(Essential::of(self.slice(field.name)));
            }
        }
    }

    /// The same fields with other values; `None` leaves one out. What cannot be kept is left out, too.
    pub(crate) fn rewritten(&self, mut change: impl FnMut(&str, &str) -> Option<String>) -> Self {
        let mut fields = Self::with_capacity(self.text.len(), self.list.len());
        for (name, value) in self.iter() {
            if let Some(value) = change(name, value) {
                // It was pushed once already, or is ASCII.
                let _ = fields.push(name, value.as_bytes());
            }
        }
        fields
    }

    pub(super) fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// All fields: name in lower case, value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().map(|field| (self.slice(field.name), self.slice(field.value)))
    }

    /// The names of fields whose values are no text in UTF-8. They stand in no other list.
    pub(crate) fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(|name| self.slice(*name))
    }

    /// The values of one name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self
            .list
            .iter()
            .filter(move |field| self.slice(field.name).as_bytes() == name.as_bytes());
        named.map(|field| self.slice(field.value))
    }

    /// The first value of one name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The first value of an essential name.
    pub(crate) fn first(&self, name: Essential) -> Option<&str> {
        let place = self.first.get(name as usize).copied().unwrap_or_default();
        let field = self.list.get(usize::from(place).checked_sub(1)?)?;
        Some(self.slice(field.value))
    }

    /// Whether an essential name stands more than once.
    pub(crate) const fn is_repeated(&self, name: Essential) -> bool {
        self.repeated & (1 << name as u16) != 0
    }

    /// Whether `Connection` says that a field ends with this hop (RFC 9110 section 7.6.1).
    pub(crate) fn is_hop_by_hop(&self, name: &str) -> bool {
        self.has_connection_option(name)
    }

    /// Whether `Connection` names this option.
    pub(crate) fn has_connection_option(&self, option: &str) -> bool {
        self.first(Essential::Connection).is_some()
            && self
                .all("connection")
                .flat_map(|value| value.split(','))
                .any(|one| one.trim().eq_ignore_ascii_case(option))
    }
}

/// The pairs of one `Cookie` field.
pub(crate) fn cookie_pairs(value: &str) -> impl Iterator<Item = (&str, &str)> {
    value.split(';').filter_map(|pair| pair.trim().split_once('='))
}
