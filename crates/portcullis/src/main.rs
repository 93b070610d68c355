#[cfg(test)]
mod report;

fn main() {}
