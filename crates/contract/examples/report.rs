//! Reads OpenAPI documents and says what became of each: `report FILE...`, or file names on
//! standard input, one per line. With `--warnings`, every problem is printed, too.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write};
use std::time::{Duration, Instant};

use portcullis_model::{Diagnostic, Severity, Sources};

fn main() -> io::Result<()> {
    let (flags, mut files): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    if files.is_empty() {
        files = io::stdin().lock().lines().collect::<io::Result<_>>()?;
    }
    let shows_problems = flags.iter().any(|flag| flag == "--warnings");
    let mut out = io::stdout().lock();
    let mut total = Total::default();
    for file in &files {
        let Ok(text) = std::fs::read_to_string(file) else {
            writeln!(out, "unreadable {file}")?;
            continue;
        };
        let bytes = text.len();
        let mut sources = Sources::default();
        let main = sources.add(file.as_str(), text);
        let start = Instant::now();
        let result =
            portcullis_contract::read(&mut sources, main, &mut portcullis_contract::NoFiles);
        let took = start.elapsed();
        let (operations, shapes, problems) = match &result {
            Ok(contract) => (contract.operations.len(), contract.shapes.len(), &contract.warnings),
            Err(problems) => (0, 0, problems),
        };
        let word = if result.is_ok() { "read" } else { "stopped" };
        writeln!(
            out,
            "{word} {} KiB, {operations} operations, {shapes} shapes, {} problems, {} ms: {file}",
            bytes >> 10,
            problems.len(),
            took.as_millis(),
        )?;
        total.add(result.is_ok(), operations, took, problems);
        if shows_problems {
            for problem in problems {
                print(&mut out, &sources, problem)?;
            }
        }
    }
    total.print(&mut out)
}

fn print(out: &mut impl Write, sources: &Sources, problem: &Diagnostic) -> io::Result<()> {
    let place = problem.span.map(|span| sources.line_column(span));
    let (line, column) = place.unwrap_or_default();
    writeln!(out, "  {line}:{column} {}: {}", problem.code.name, problem.message)
}

#[derive(Default)]
struct Total {
    read: usize,
    stopped: usize,
    operations: usize,
    took: Duration,
    codes: BTreeMap<(Severity, &'static str), (usize, usize)>,
}

impl Total {
    fn add(&mut self, is_read: bool, operations: usize, took: Duration, problems: &[Diagnostic]) {
        self.read += usize::from(is_read);
        self.stopped += usize::from(!is_read);
        self.operations += operations;
        self.took += took;
        let mut here = BTreeMap::new();
        for problem in problems {
            *here.entry((problem.severity, problem.code.name)).or_insert(0) += 1;
        }
        for (key, count) in here {
            let (documents, problems) = self.codes.entry(key).or_default();
            *documents += 1;
            *problems += count;
        }
    }

    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{} read, {} stopped, {} operations, {} ms",
            self.read,
            self.stopped,
            self.operations,
            self.took.as_millis()
        )?;
        for ((severity, code), (documents, problems)) in &self.codes {
            writeln!(out, "{severity:?} {code}: {problems} in {documents} documents")?;
        }
        Ok(())
    }
}
