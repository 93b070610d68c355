//! Requests in every parameter style, judged: what fuzz targets and property tests share.

use portcullis_contract::{CanonicalPath, Contract, Find, PathPart};
use portcullis_controls::Judgement;
use portcullis_controls::input_shape::{Accepted, Given, Header, judge_parameters};
use portcullis_json::Limits;
use portcullis_model::{Method, Refusal, Sources};

/// A document that uses every style, read.
#[derive(Debug)]
pub struct Styles {
    contract: Contract,
    limits: Limits,
}

/// A request, as far as parameters go.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Path and query.
    pub target: String,
    /// Header fields, names in lower case.
    pub fields: Vec<(String, String)>,
    /// The `Cookie` header.
    pub cookies: Option<String>,
}

impl Request {
    /// A request for a path and query.
    pub fn to(target: &str) -> Self {
        Self { target: target.to_owned(), ..Self::default() }
    }

    /// What reaches the API of an accepted request.
    fn forwarded(&self, accepted: &Accepted) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut target = text(&accepted.path);
        if !accepted.query.is_empty() {
            target = format!("{target}?{}", text(&accepted.query));
        }
        let anew = |name: &str| accepted.fields.iter().find(|(known, _)| known == name);
        let mut fields: Vec<(String, String)> =
            self.fields.iter().filter(|(name, _)| anew(name).is_none()).cloned().collect();
        fields.extend(accepted.fields.iter().map(|(name, value)| (name.clone(), text(value))));
        let cookies = (!accepted.cookies.is_empty()).then(|| text(&accepted.cookies));
        Self { target, fields, cookies }
    }
}

impl Styles {
    /// Reads the document.
    ///
    /// # Panics
    ///
    /// If the document cannot be read: then no promise can be tried.
    pub fn new() -> Self {
        let mut sources = Sources::default();
        let main = sources.add("styles.yaml", include_str!("styles.yaml"));
        match portcullis_contract::read(&mut sources, main, &mut portcullis_contract::NoFiles) {
            Ok(contract) => Self { contract, limits: Limits::default() },
            Err(problems) => panic!("the document of styles is not read: {problems:?}"),
        }
    }

    /// What the control says; `None` if the path leads to no operation.
    pub fn judge(&self, request: &Request) -> Option<Result<Accepted, Refusal>> {
        let (path, query) = match request.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (request.target.as_str(), None),
        };
        let path = CanonicalPath::parse(path).ok()?;
        let Find::Operation(index) = self.contract.find(Method::Get, &path) else {
            return None;
        };
        let operation = self.contract.operation(index)?;
        let mut parts: Vec<PathPart<'_>> = Vec::new();
        self.contract.path_parts(index, &path, &mut parts);
        let header = |name: &str| {
            let all = request.fields.iter().filter(|(known, _)| known == name);
            let values: Vec<&str> = all.map(|(_, value)| value.as_str()).collect();
            match values.as_slice() {
                [] => Header::Absent,
                [value] => Header::One(value),
                _ => Header::Several(values),
            }
        };
        let given = Given {
            path: &parts,
            query,
            header: &header,
            cookies: request.cookies.as_deref(),
            schemes: &self.contract.schemes,
            limits: &self.limits,
        };
        let judged = judge_parameters(operation, &self.contract.shapes, &given);
        Some(match judged {
            Judgement::Pass(accepted) => Ok(accepted),
            Judgement::Refuse(refusal, _) => Err(refusal),
        })
    }

    /// The promise about every request: it is judged without a panic, and what goes on of an
    /// accepted one is accepted again, with nothing left out, in the same spelling.
    ///
    /// # Panics
    ///
    /// If the promise is broken.
    pub fn hold(&self, request: &Request) {
        let Some(Ok(accepted)) = self.judge(request) else {
            return;
        };
        let forwarded = request.forwarded(&accepted);
        let again = match self.judge(&forwarded) {
            Some(Ok(again)) => again,
            other => panic!("{request:?} goes on as {forwarded:?}, which is not taken: {other:?}"),
        };
        assert!(again.dropped.is_empty(), "{request:?} goes on as {forwarded:?}: {again:?}");
        let once_more = forwarded.forwarded(&again);
        assert_eq!(forwarded.target, once_more.target, "{request:?}");
        assert_eq!(forwarded.cookies, once_more.cookies, "{request:?}");
        assert_eq!(forwarded.fields, once_more.fields, "{request:?}");
    }

    /// The same for bytes: a target, a `Cookie` header and header fields, each in a line of its
    /// own.
    pub fn hold_bytes(&self, bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        let mut lines = text.split('\n');
        let request = Request::to(lines.next().unwrap_or_default());
        let cookies = lines.next().map(str::to_owned);
        let fields = lines.filter_map(|line| line.split_once(':'));
        let fields = fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        self.hold(&Request { fields: fields.collect(), cookies, ..request });
    }
}

impl Default for Styles {
    fn default() -> Self {
        Self::new()
    }
}
