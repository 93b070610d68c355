//! Links between pages lead somewhere.

use std::path::Path;

/// The relative links of a Markdown page that lead to no file.
pub(crate) fn broken(root: &Path, file: &Path, text: &str) -> Vec<String> {
    let folder = root.join(file).parent().map(Path::to_path_buf).unwrap_or_default();
    let mut problems = Vec::new();
    let mut is_code = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        for target in targets(line) {
            let path = target.split('#').next().unwrap_or_default();
            let is_elsewhere =
                path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !is_elsewhere && !folder.join(path).exists() {
                let shown = file.display();
                problems.push(format!("{shown}:{}: `{target}` leads nowhere", number + 1));
            }
        }
    }
    problems
}

fn targets(line: &str) -> Vec<&str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
        .filter(|target| !target.contains(' '))
        .collect()
}
