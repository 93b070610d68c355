//! A case as it stands in a file: what is sent, what must be answered, what the API may get.

use serde::{Deserialize, Deserializer, de};

/// The cases of one file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What its cases have in common.
    pub about: String,
    /// The cases, in the order of the sections.
    pub cases: Vec<Case>,
}

/// One case. Exactly one of `send`, `target`, `fields` and `chunks` says what is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name, once in all files.
    pub id: String,
    /// The section that it is about.
    pub rfc: String,
    /// What is sent, byte by byte.
    #[serde(default)]
    send: Option<Pieces>,
    /// Short for a `GET` of this target.
    #[serde(default)]
    target: Option<Bytes>,
    /// Short for `GET /items` with these field lines.
    #[serde(default)]
    fields: Option<Bytes>,
    /// Short for `POST /upload` with this as its chunks.
    #[serde(default)]
    chunks: Option<Bytes>,
    /// The statuses that must be answered, interim ones too.
    #[serde(deserialize_with = "one_or_many")]
    pub answer: Vec<u16>,
    /// What becomes of the connection.
    pub then: Then,
    /// The requests that must have reached the API: exactly these, in this order.
    #[serde(default)]
    pub api: Vec<Reached>,
    /// What the last answer's head must hold.
    #[serde(default)]
    pub has: Option<String>,
    /// What the API answers, byte by byte, before it closes.
    #[serde(default)]
    upstream: Option<Bytes>,
    /// Whether only a limit of time ends it.
    #[serde(default)]
    pub slow: bool,
    /// Why it is decided so.
    #[serde(default)]
    pub why: Option<String>,
}

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// A next request on it is answered, and reaches the API as the next one.
    Open,
    /// It ends.
    Closed,
    /// A next request is taken for the rest of something. No case wants this, nor the next.
    Waits,
    /// A next request is answered, but not as itself.
    OutOfStep,
}

/// A request that reached the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Method and target.
    pub line: String,
    /// The body.
    pub body: Vec<u8>,
    /// Field lines that must be there, names in lower case.
    pub has: Vec<String>,
    /// Texts that may stand nowhere in the head.
    pub lacks: Vec<String>,
}

/// One step of what is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Wait until this many answers have come.
    Await(usize),
    /// No more bytes will come: the sending side is closed.
    End,
}

impl Case {
    /// The steps of what is sent.
    pub fn pieces(&self) -> Vec<Piece> {
        let framed = |parts: [&[u8]; 3]| vec![Piece::Bytes(parts.concat())];
        match (&self.send, &self.target, &self.fields, &self.chunks) {
            (Some(Pieces(pieces)), None, None, None) => pieces.clone(),
            (None, Some(Bytes(target)), None, None) => {
                framed([b"GET ", target, b" HTTP/1.1\r\nHost: api\r\n\r\n"])
            }
            (None, None, Some(Bytes(fields)), None) => {
                framed([b"GET /items HTTP/1.1\r\nHost: api\r\n", fields, b"\r\n\r\n"])
            }
            (None, None, None, Some(Bytes(chunks))) => framed([
                b"POST /upload HTTP/1.1\r\nHost: api\r\n\
                  Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
                chunks,
                b"",
            ]),
            _ => Vec::new(),
        }
    }

    /// What the API answers, if it is not the ordinary answer.
    pub fn upstream(&self) -> Option<&[u8]> {
        self.upstream.as_ref().map(|Bytes(bytes)| bytes.as_slice())
    }

    /// All bytes that are sent, as a reader can take them in.
    pub fn shown(&self) -> String {
        let mut out = String::new();
        for piece in self.pieces() {
            match piece {
                Piece::Bytes(bytes) => out.push_str(&bytes.escape_ascii().to_string()),
                Piece::Await(_) => out.push('⏳'),
                Piece::End => out.push('␄'),
            }
        }
        out
    }
}

/// Text of a file in which each character is one byte.
#[derive(Debug, Clone)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        bytes(&String::deserialize(deserializer)?).map(Self).map_err(de::Error::custom)
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let byte = |character| {
        u8::try_from(character)
            .map_err(|_| format!("`{character}` is not one byte; write its bytes"))
    };
    text.chars().map(byte).collect()
}

#[derive(Debug, Clone)]
struct Pieces(Vec<Piece>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Sent {
    Text(String),
    List(Vec<Step>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Text(String),
    Repeat { repeat: String, times: usize },
    Await { wait: usize },
    End { end: bool },
}

impl<'de> Deserialize<'de> for Pieces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let steps = match Sent::deserialize(deserializer)? {
            Sent::Text(text) => vec![Step::Text(text)],
            Sent::List(steps) => steps,
        };
        let mut pieces: Vec<Piece> = Vec::new();
        for step in steps {
            let more = match step {
                Step::Text(text) => bytes(&text).map_err(de::Error::custom)?,
                Step::Repeat { repeat, times } => {
                    bytes(&repeat).map_err(de::Error::custom)?.repeat(times)
                }
                Step::Await { wait } => {
                    pieces.push(Piece::Await(wait));
                    continue;
                }
                Step::End { end } => {
                    pieces.extend(end.then_some(Piece::End));
                    continue;
                }
            };
            // What follows without a pause goes out in one write.
            match pieces.last_mut() {
                Some(Piece::Bytes(bytes)) => bytes.extend(more),
                _ => pieces.push(Piece::Bytes(more)),
            }
        }
        Ok(Self(pieces))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Line(String),
    Whole(Whole),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    line: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
}

impl<'de> Deserialize<'de> for Reached {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = match Line::deserialize(deserializer)? {
            Line::Line(line) => {
                Whole { line, body: String::new(), has: Vec::new(), lacks: Vec::new() }
            }
            Line::Whole(whole) => whole,
        };
        let Whole { line, body, has, lacks } = whole;
        let body = bytes(&repeated(&body)).map_err(de::Error::custom)?;
        let line = repeated(&line);
        Ok(Self { line, body, has, lacks })
    }
}

/// A text in which `{a*3}` stands for `aaa`.
fn repeated(text: &str) -> String {
    let found = text.split_once('{').and_then(|(before, rest)| {
        let (what, behind) = rest.split_once('}')?;
        let (what, times) = what.split_once('*')?;
        Some(format!("{before}{}{behind}", what.repeat(times.parse().ok()?)))
    });
    found.unwrap_or_else(|| text.to_owned())
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u16>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Statuses {
        One(u16),
        Many(Vec<u16>),
    }
    Ok(match Statuses::deserialize(deserializer)? {
        Statuses::One(status) => vec![status],
        Statuses::Many(statuses) => statuses,
    })
}

impl Group {
    /// Reads one file. The error says where and why.
    pub fn read(text: &str) -> Result<Self, String> {
        let group: Self = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        for case in &group.cases {
            let ways = [
                case.send.is_some(),
                case.target.is_some(),
                case.fields.is_some(),
                case.chunks.is_some(),
            ];
            if ways.iter().filter(|is_there| **is_there).count() != 1 {
                return Err(format!(
                    "`{}` needs exactly one of `send`, `target`, `fields`, `chunks`",
                    case.id
                ));
            }
        }
        Ok(group)
    }

    /// Reads every `.yaml` file of a folder but those that are something else, in order of names.
    pub fn read_folder(folder: &std::path::Path) -> Result<Vec<(String, Self)>, String> {
        let shown = |error: std::io::Error| format!("{}: {error}", folder.display());
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(shown)? {
            let path = entry.map_err(shown)?.path();
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            let name = name.unwrap_or_default();
            if path.extension().is_some_and(|ending| ending == "yaml") && name != "openapi" {
                files.push((name, path));
            }
        }
        files.sort();
        let read = |(name, path): (String, std::path::PathBuf)| {
            let text =
                std::fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
            let group = Self::read(&text).map_err(|error| format!("{name}.yaml: {error}"))?;
            Ok((name, group))
        };
        files.into_iter().map(read).collect()
    }
}
