//! What is in this file, and in what is in it? Streams, archives and encodings, within bounds; nothing is written.

mod archive;
mod asar;
mod budget;
mod form;
mod map;
mod piece;
mod strings;
mod window;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use crate::bounds::Bounds;
use crate::digest::Salt;
use crate::engine::Scanner;
use crate::place::Place;
use crate::reader::budget::{Bounded, Budget};
use crate::reader::form::{Form, HEAD_BYTES, form};
use crate::report::Report;

/// Reads files and reports what is in them.
#[derive(Debug)]
pub struct Reader<'s> {
    scanner: &'s Scanner,
    bounds: Bounds,
    salt: Salt,
    report: Report,
}

/// Something inside: where it is, how deep, and what it may still cost.
#[derive(Debug, Clone)]
struct Inside {
    place: Place,
    depth: u8,
    budget: Rc<Budget>,
}

impl Inside {
    /// What is called `name` in it.
    fn entry(&self, name: &str) -> Self {
        Self {
            place: self.place.inner(name),
            depth: self.depth + 1,
            budget: Rc::clone(&self.budget),
        }
    }
}

impl<'s> Reader<'s> {
    /// One that has read nothing.
    pub fn new(scanner: &'s Scanner, salt: Salt, bounds: Bounds) -> Self {
        Self { scanner, bounds, salt, report: Report::default() }
    }

    /// What was found.
    pub fn into_report(self) -> Report {
        self.report
    }

    /// Reads a file. What cannot be read is in the report.
    pub fn file(&mut self, place: Place, mut file: File) {
        let length = file.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        let inside = self.outermost(place, length);
        self.name(&inside);
        let read = self.top(&inside, &mut file);
        self.told(&inside, read);
    }

    /// Reads bytes that lie in memory.
    pub fn bytes(&mut self, place: Place, bytes: &[u8]) {
        self.source(place, bytes.len() as u64, &mut &*bytes);
    }

    /// Reads what comes from elsewhere, of a length that is known.
    pub fn source(&mut self, place: Place, length: u64, source: &mut dyn Read) {
        let inside = self.outermost(place, length);
        self.name(&inside);
        let read = self.stream(&inside, source);
        self.told(&inside, read);
    }

    /// Says that something could not be read.
    pub fn not_read(&mut self, place: Place, why: String) {
        self.report.not_read(place, why);
    }

    fn outermost(&mut self, place: Place, length: u64) -> Inside {
        self.report.files += 1;
        Inside { place, depth: 0, budget: Rc::new(Budget::of(&self.bounds, length)) }
    }

    /// A file that has a handle: what is found by its end is read from there, without being held.
    fn top(&mut self, inside: &Inside, file: &mut File) -> io::Result<()> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(0))?;
        match form(&head, inside.place.name()) {
            Form::Zip => self.zip(inside, &mut BufReader::new(file)),
            _ => self.stream(inside, file),
        }
    }

    fn stream(&mut self, inside: &Inside, source: &mut dyn Read) -> io::Result<()> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        source.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        let form = form(&head, inside.place.name());
        let mut whole = Cursor::new(head).chain(source);
        if !matches!(form, Form::Text | Form::Binary) && inside.depth >= self.bounds.depth_max {
            let depth = self.bounds.depth_max;
            self.report.not_read(
                inside.place.clone(),
                format!("it lies in {depth} others, and is one itself"),
            );
            return Ok(());
        }
        match form {
            Form::Gzip => {
                let name =
                    inside.place.name().trim_end_matches(".gz").trim_end_matches(".tgz").to_owned();
                let within = inside.entry(&name);
                let mut plain = Bounded::new(MultiGzDecoder::new(whole), &inside.budget);
                self.stream(&within, &mut plain)
            }
            Form::Tar => self.tar(inside, &mut whole),
            Form::Zip => {
                let all = self.held(whole)?;
                self.zip(inside, &mut Cursor::new(all))
            }
            Form::Asar => {
                let all = self.held(whole)?;
                self.asar(inside, &all)
            }
            Form::Map => {
                let all = self.held(whole)?;
                self.map(inside, &all)
            }
            Form::Text | Form::Binary => self.windows(inside, form, &mut whole),
        }
    }

    /// All of something, where it is not too long.
    fn held(&self, source: impl Read) -> io::Result<Vec<u8>> {
        let most = self.bounds.held_bytes_max;
        let mut held = Vec::new();
        source.take(most + 1).read_to_end(&mut held)?;
        if held.len() as u64 > most {
            return Err(io::Error::other(format!(
                "it is longer than {most} bytes, and must be read as a whole"
            )));
        }
        Ok(held)
    }

    fn told(&mut self, inside: &Inside, read: io::Result<()>) {
        if let Err(error) = read {
            self.report.not_read(inside.place.clone(), error.to_string());
        }
    }
}
