//! A Markdown page: its blocks of code, and conversations with a shell that it shows.

use std::path::Path;
use std::process::{Command, Stdio};

/// A block of code.
pub(crate) struct Block<'p> {
    /// What stands behind the fence: the language, and perhaps a file.
    pub(crate) info: &'p str,
    /// The line of the page on which the fence stands.
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Block<'_> {
    pub(crate) fn language(&self) -> &str {
        self.info.split([' ', ',']).next().unwrap_or_default()
    }
}

/// The blocks of a page, and its text without them, in which every line stays where it is.
pub(crate) fn parts(page: &str) -> (Vec<Block<'_>>, String) {
    let (mut blocks, mut prose) = (Vec::<Block>::new(), String::new());
    let mut fence: Option<&str> = None;
    for (line, text) in (1..).zip(page.lines()) {
        let unmarked = text.trim_start().trim_start_matches('`');
        let mark = &text.trim_start()[..text.trim_start().len() - unmarked.len()];
        match fence {
            None if mark.len() >= 3 => {
                fence = Some(mark);
                blocks.push(Block { info: unmarked, line, text: String::new() });
            }
            None => prose.push_str(text),
            Some(open) if mark == open && unmarked.is_empty() => fence = None,
            Some(_) => {
                let block = blocks.last_mut().expect("a block is open");
                block.text.push_str(text);
                block.text.push('\n');
            }
        }
        prose.push('\n');
    }
    (blocks, prose)
}

/// The words of a command as a shell splits them, up to a comment. Nothing is expanded.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut quote, mut is_open) = (None, false);
    for letter in command.chars() {
        match quote {
            Some(mark) if letter == mark => quote = None,
            None if letter == '\'' || letter == '"' => {
                quote = Some(letter);
                if !is_open {
                    words.push(String::new());
                    is_open = true;
                }
            }
            None if letter.is_whitespace() => is_open = false,
            None if letter == '#' && !is_open => break,
            _ => {
                if !is_open {
                    words.push(String::new());
                    is_open = true;
                }
                words.last_mut().expect("a word is open").push(letter);
            }
        }
    }
    words
}

/// Carries out the commands of a `console` block in a folder: each has to print what the block shows, where
/// `…` stands for whatever comes there. `cd` leads to a folder below.
pub(crate) fn follow(
    program: &Path,
    folder: &mut std::path::PathBuf,
    block: &str,
) -> Result<(), String> {
    let mut rest = block.lines().peekable();
    while let Some(line) = rest.next() {
        let command = line.strip_prefix("$ ").ok_or_else(|| format!("no command: {line}"))?;
        let mut shown = Vec::new();
        while let Some(line) = rest.next_if(|line| !line.starts_with("$ ")) {
            shown.push(line);
        }
        let words = words(command);
        let (name, arguments) = words.split_first().ok_or("no command")?;
        if name == "cd" {
            folder.push(&arguments[0]);
            continue;
        }
        let bin = program.parent().ok_or("the program's folder")?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = [bin.to_owned()].into_iter().chain(std::env::split_paths(&path));
        let path = std::env::join_paths(path).map_err(|error| error.to_string())?;
        let mut process =
            Command::new(if name == "entra-conformance" { program } else { Path::new(name) });
        process.args(arguments).current_dir(&folder).env("PATH", path).env_remove("GITHUB_ACTIONS");
        let output =
            process.stdin(Stdio::null()).output().map_err(|error| format!("{command}: {error}"))?;
        let printed = String::from_utf8_lossy(&output.stdout);
        if !shown.is_empty() {
            prints(&shown, &printed.lines().collect::<Vec<_>>()).map_err(|missing| {
                let errors = String::from_utf8_lossy(&output.stderr);
                format!("$ {command}\ndoes not show {missing:?} there:\n{printed}\n{errors}")
            })?;
        }
    }
    Ok(())
}

/// Whether these lines are printed; the first that is not.
fn prints(shown: &[&str], printed: &[&str]) -> Result<(), String> {
    let (mut at, mut is_gap) = (0, false);
    for line in shown {
        if *line == "…" {
            is_gap = true;
            continue;
        }
        let found = printed[at..].iter().position(|printed| is_like(line, printed));
        match found {
            Some(skipped) if is_gap || skipped == 0 => at += skipped + 1,
            _ => return Err((*line).to_owned()),
        }
        is_gap = false;
    }
    let rest = printed.get(at).filter(|_| !is_gap);
    rest.map_or(Ok(()), |line| Err(format!("the end before {line}")))
}

/// Whether a line is as it is shown, with anything in the place of `…`.
fn is_like(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = printed.trim_end().strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut is_open = false;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        is_open = part.is_empty();
    }
    is_open || rest.is_empty()
}
