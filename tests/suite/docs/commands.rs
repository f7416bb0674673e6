//! Every command that a page shows is one that the program takes.

use super::page::{Block, parts, words};
use super::{code_words, written};
use entra_conformance::cli::usage_error;
use std::ffi::OsString;

/// What pages call besides the program itself.
const OTHERS: [&str; 22] = [
    "cargo",
    "cd",
    "cp",
    "docs/build",
    "dotnet",
    "echo",
    "env",
    "export",
    "git",
    "go",
    "java",
    "javac",
    "mkdir",
    "mv",
    "node",
    "npm",
    "pip",
    "pwsh",
    "pytest",
    "python3",
    "test",
    "tsc",
];

/// What is wrong with a command of the program.
fn fault(words: &[String]) -> Option<String> {
    let given: Vec<OsString> = words.iter().map(OsString::from).collect();
    usage_error(&given)
}

/// Whether a word stands for any other, such as `RULE`.
fn stands_for_another(word: &str) -> bool {
    let letters = word.chars().filter(|letter| letter.is_alphabetic());
    word.contains(['…', '$'])
        || word.len() > 1 && letters.clone().count() > 1 && letters.clone().all(char::is_uppercase)
}

/// The commands of a line, without redirections. A variable of a shell is some number.
fn commands(line: &str) -> Vec<Vec<String>> {
    let line = line.replace("${{ matrix.number }}", "1").replace("$n", "1");
    let mut commands = vec![Vec::new()];
    for word in words(&line) {
        match &*word {
            "&&" | "|" | ";" | "||" => commands.push(Vec::new()),
            ">" | "2>" | ">>" | "2>&1" | "<" => {
                commands.last_mut().expect("a command").push("\0".to_owned())
            }
            _ => commands.last_mut().expect("a command").push(word),
        }
    }
    for command in &mut commands {
        // What follows a redirection is a file.
        if let Some(at) = command.iter().position(|word| word == "\0") {
            command.truncate(at);
        }
    }
    commands.retain(|command| !command.is_empty());
    commands
}

/// The lines of a block that are typed into a shell, each with its number.
fn typed(block: &Block<'_>) -> Vec<(usize, String)> {
    let is_console = block.language() == "console";
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut is_continued = false;
    for (line, text) in (block.line + 1..).zip(block.text.lines()) {
        if is_continued {
            let before = &mut lines.last_mut().expect("a line").1;
            *before = format!("{} {}", before.trim_end_matches('\\'), text.trim());
        } else if is_console {
            lines.extend(text.strip_prefix("$ ").map(|command| (line, command.to_owned())));
        } else if !text.trim().is_empty() {
            lines.push((line, text.to_owned()));
        }
        is_continued =
            text.ends_with('\\') && lines.last().is_some_and(|(_, last)| last.ends_with('\\'));
    }
    lines
}

/// A command of the program, also as cargo starts it.
fn of_program(command: &[String]) -> Option<Vec<String>> {
    let (name, rest) = command.split_first()?;
    let arguments = match &**name {
        "entra-conformance" => rest,
        "cargo" if rest.first().is_some_and(|word| word == "run") => {
            let at = rest.iter().position(|word| word == "--")?;
            &rest[at + 1..]
        }
        _ => return None,
    };
    Some(["entra-conformance".to_owned()].into_iter().chain(arguments.iter().cloned()).collect())
}

#[test]
fn every_command_of_a_shell_is_taken() {
    let mut faults = Vec::new();
    for (name, text) in written() {
        let (blocks, _) = parts(text);
        for block in
            blocks.iter().filter(|block| ["sh", "console", "bash"].contains(&block.language()))
        {
            for (line, typed) in typed(block) {
                for command in commands(&typed) {
                    let place = format!("{name}:{line}: {}", command.join(" "));
                    match of_program(&command) {
                        Some(command) => {
                            faults.extend(fault(&command).map(|fault| format!("{place}\n{fault}")))
                        }
                        None if OTHERS.contains(&&*command[0])
                            || command[0].starts_with(['.', '"']) => {}
                        None if command[0].contains(['/', '=']) => {}
                        None => faults.push(format!("{place}\nno command that is known")),
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Of what a CI server runs, what is asked of the program.
#[test]
fn every_command_of_a_build_is_taken() {
    let mut faults = Vec::new();
    for (name, text) in written() {
        let (blocks, _) = parts(text);
        for block in blocks.iter().filter(|block| block.language() == "yaml") {
            for (line, text) in (block.line + 1..).zip(block.text.lines()) {
                let at = text.find("entra-conformance ");
                let Some(at) = at.filter(|_| !text.trim_start().starts_with('#')) else { continue };
                // The end of an address is no command, nor is a name.
                if !text[..at].trim().is_empty() && !text[..at].ends_with(['-', ' ', ':']) {
                    continue;
                }
                for command in
                    commands(&text[at..]).iter().filter_map(|command| of_program(command))
                {
                    faults.extend(fault(&command).map(|fault| format!("{name}:{line}\n{fault}")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// In running text a command may have words that stand for others, and leave out the program.
#[test]
fn every_command_in_running_text_is_taken() {
    let is_subcommand = |word: &str| {
        fault(&["x", word, "--help"].map(str::to_owned)).is_none()
            && word != "help"
            && !word.starts_with('-')
    };
    let mut faults = Vec::new();
    for (name, text) in written() {
        let (_, prose) = parts(text);
        for (line, code) in code_words(&prose) {
            let mut command = words(code);
            if command.first().is_some_and(|word| word != "entra-conformance") {
                command.insert(0, "entra-conformance".to_owned());
            }
            if command.len() < 3 || !command.get(1).is_some_and(|word| is_subcommand(word)) {
                continue;
            }
            if !command.iter().any(|word| stands_for_another(word)) {
                // A flag may be named without its value.
                let fault = fault(&command).filter(|fault| !fault.contains("a value is required"));
                faults.extend(fault.map(|fault| format!("{name}:{line}: {code}\n{fault}")));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
