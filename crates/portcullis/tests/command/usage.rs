//! What somebody reads who does not know the command: help, suggestions, completions, pages.

use crate::support::{CONTRACT, Folder, text};

/// Every command, as it is typed.
const COMMANDS: [&[&str]; 10] = [
    &["demo"],
    &["init"],
    &["run"],
    &["try"],
    &["contract", "report"],
    &["check"],
    &["attack"],
    &["explain"],
    &["completions"],
    &["man"],
];

#[test]
fn every_command_has_an_example() {
    let folder = Folder::with(&[]);
    for command in COMMANDS {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let output = folder.run(&arguments);
        assert_eq!(output.status.code(), Some(0));
        let help = text(&output.stdout);
        let example = format!("Example:\n  portcullis {}", command.join(" "));
        assert!(help.contains(&example), "{command:?}: {help}");
    }
    let listed = text(&folder.run(&["--help"]).stdout);
    for command in COMMANDS {
        assert!(listed.contains(&format!("\n  {}", command[0])), "{command:?}: {listed}");
    }
}

#[test]
fn a_misspelt_argument_gets_a_suggestion() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    for (arguments, meant) in [
        (&["chekc"][..], "check"),
        (&["check", "--contrct", "openapi.yaml"], "--contract"),
        (&["contract", "reprot", "openapi.yaml"], "report"),
        (&["contract", "report", "openapi.yaml", "--format", "htm"], "html"),
        (&["explain", "--metod", "GET"], "--method"),
    ] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains("tip: ") && said.contains(meant), "{arguments:?}: {said}");
    }
}

#[test]
fn shells_and_man_are_served_from_the_same_arguments() {
    let folder = Folder::with(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = folder.run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(text(&output.stdout).contains("contract"), "{shell}");
    }
    let page = text(&folder.run(&["man"]).stdout);
    assert!(page.contains(".TH portcullis") && page.contains("demo"), "{page}");
    let page = text(&folder.run(&["man", "contract", "report"]).stdout);
    assert!(page.contains("html"), "{page}");
    assert_eq!(folder.run(&["man", "nothing"]).status.code(), Some(2));
}

#[test]
fn the_page_of_the_command_names_every_command_and_code() {
    let folder = Folder::with(&[]);
    let page = text(&folder.run(&["reference", "command"]).stdout);
    for command in COMMANDS {
        let title = format!("\n## `portcullis {}`\n", command.join(" "));
        assert!(page.contains(&title), "{title}");
    }
    for code in 0..3 {
        assert!(page.contains(&format!("\n| {code} | ")), "{code}");
    }
}
