//! Puts a baseline file right, line by line: what stays keeps its text, its comments and its place.

use super::entry::{Baseline, Declared, Entry};
use super::read::{BaselineFile, from_yaml};
use super::write::{declares_text, entry_text};

/// The file's text without the entries that are not to be kept, with further ones at the end, and
/// with what is declared now.
///
/// A comment directly above an entry belongs to it and goes with it; any other stays.
///
/// # Errors
/// The file has to be put right by hand: what was changed would not be read back as it is meant.
pub fn edit(
    file: &BaselineFile,
    keep: &[bool],
    add: &[Entry],
    declares: &Declared,
) -> Result<String, NotEditable> {
    let entries = &file.baseline.entries;
    let kept = entries.iter().zip(keep).filter(|(_, keep)| **keep).map(|(entry, _)| entry);
    let wanted = Baseline {
        declares: declares.clone(),
        entries: kept.chain(add).cloned().collect(),
        ..file.baseline.clone()
    };
    if wanted == file.baseline {
        return Ok(file.text.clone());
    }
    let mut page = Page::new(file)?;
    page.remove(keep);
    page.add(add, wanted.entries.is_empty())?;
    if *declares != file.baseline.declares {
        page.declare(declares)?;
    }
    let text = page.finish();
    match from_yaml(&file.file, &text) {
        Ok(read) if read.baseline == wanted => Ok(text),
        _ => Err(NotEditable),
    }
}

/// A file is not laid out as `baseline write` does: each field of the file at the beginning of a
/// line, and each entry on lines of its own behind a dash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEditable;

struct Page {
    /// Every line with its end; `None` where it goes.
    lines: Vec<Option<String>>,
    /// For each entry its first line, comments above it included, and the line after its last.
    entries: Vec<(usize, usize)>,
    /// How far the dashes are indented.
    indent: usize,
    /// Where further entries go.
    end: usize,
    line_end: &'static str,
}

impl Page {
    fn new(file: &BaselineFile) -> Result<Page, NotEditable> {
        let mut lines: Vec<String> = file.text.split_inclusive('\n').map(str::to_owned).collect();
        let line_end = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
        if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
            last.push_str(line_end);
        }
        let head = lines.iter().position(|line| line.starts_with("entries:")).ok_or(NotEditable)?;
        let end_of_list = lines[head + 1..]
            .iter()
            .position(|line| is_field(line))
            .map_or(lines.len(), |at| head + 1 + at);
        let mut dashes = Vec::new();
        for line in &file.lines {
            // The entry's first field may stand below its dash.
            let first = line.saturating_sub(1);
            let dash = (head + 1..=first)
                .rev()
                .find(|at| lines[*at].trim_start().starts_with('-'))
                .filter(|dash| !dashes.contains(dash))
                .ok_or(NotEditable)?;
            dashes.push(dash);
        }
        let indent = dashes.first().map_or(2, |dash| indentation(&lines[*dash]));
        let mut entries = Vec::new();
        for (at, dash) in dashes.iter().enumerate() {
            let until = dashes.get(at + 1).copied().unwrap_or(end_of_list);
            // Comments as far out as the dash belong to what comes next, and blank lines to none.
            let belongs = |line: &String| {
                let is_comment = line.trim_start().starts_with('#');
                !line.trim().is_empty() && (!is_comment || indentation(line) > indent)
            };
            let end = (*dash..until).rev().find(|at| belongs(&lines[*at])).unwrap_or(*dash) + 1;
            let above = entries.last().map_or(head + 1, |(_, end)| *end);
            let is_comment = |at: &usize| lines[*at].trim_start().starts_with('#');
            let start = (above..*dash).rev().take_while(is_comment).last().unwrap_or(*dash);
            entries.push((start, end));
        }
        let end = entries.last().map_or(head + 1, |(_, end)| *end);
        let lines = lines.into_iter().map(Some).collect();
        Ok(Page { lines, entries, indent, end, line_end })
    }

    fn remove(&mut self, keep: &[bool]) {
        for ((start, end), _) in self.entries.iter().zip(keep).filter(|(_, keep)| !**keep) {
            self.lines[*start..*end].fill(None);
            // Of the blank lines above and below it one is enough.
            let is_blank =
                |line: &Option<String>| line.as_ref().is_some_and(|line| line.trim().is_empty());
            let above = self.lines[..*start].iter().rev().find(|line| line.is_some());
            if above.is_some_and(is_blank) && self.lines.get(*end).is_some_and(is_blank) {
                self.lines[*end] = None;
            }
        }
    }

    fn add(&mut self, add: &[Entry], is_empty: bool) -> Result<(), NotEditable> {
        let written: String = add.iter().map(|entry| entry_text(entry, self.indent)).collect();
        let written = written.replace('\n', self.line_end);
        self.lines.insert(self.end, Some(written));
        // A list without entries says so.
        let is_head = |line: &&mut String| line.starts_with("entries:");
        let head = self.lines.iter_mut().flatten().find(is_head).ok_or(NotEditable)?;
        let rest = head["entries:".len()..].trim_start().to_owned();
        if is_empty && !rest.starts_with("[]") {
            *head = head.replacen("entries:", "entries: []", 1);
        } else if !is_empty && let Some(rest) = rest.strip_prefix("[]") {
            *head = format!("entries:{}{}", rest.trim_end(), self.line_end);
        }
        Ok(())
    }

    fn declare(&mut self, declares: &Declared) -> Result<(), NotEditable> {
        let is_head =
            |line: &Option<String>| line.as_ref().is_some_and(|line| line.starts_with("declares:"));
        let head = self.lines.iter().position(is_head).ok_or(NotEditable)?;
        let belongs = |line: &Option<String>| {
            line.as_ref().is_none_or(|line| line.starts_with(' ') && !line.trim().is_empty())
        };
        let after = self.lines[head + 1..].iter().take_while(|line| belongs(line)).count();
        self.lines[head + 1..=head + after].fill(None);
        self.lines[head] = Some(declares_text(declares).replace('\n', self.line_end));
        Ok(())
    }

    fn finish(self) -> String {
        self.lines.into_iter().flatten().collect()
    }
}

/// Whether a line begins a field of the file as a whole.
fn is_field(line: &str) -> bool {
    !line.starts_with([' ', '-', '#', '\r', '\n'])
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
