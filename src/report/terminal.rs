//! The report that a person reads in a terminal.

use super::replay::replay;
use super::{BrokenOff, Place, RuleFailure, RuleLine, RuleState, SourceLine, Status, Summary};
use crate::rulebook::{AREAS, Basis, Rulebook, area_of};
use crate::runner::{Host, LawTally, Origin, RunHeader, Source};
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const CAUTION: Style = AnsiColor::Yellow.on_default();

/// Where the columns of the table of rules begin, and how wide all of it is.
const NAMES: usize = 44;
const TABLE: usize = 79;

/// How wide a source's column is.
fn column(source: Source) -> usize {
    match source {
        Source::Scenarios | Source::Sequences => 10,
        Source::Grid => 8,
        Source::Laws | Source::Saved => 7,
    }
}

/// At most this many other cases are named beside a failure.
const OTHER_CASES: usize = 3;

/// At most this many cases that broke off are shown in full.
const BROKEN_OFF: usize = 10;

/// The report of a run, for a terminal of this width in columns. With `styled`, colours stand in
/// the text as escape sequences; whoever prints it takes them out where they do not belong.
pub fn render(summary: &Summary, width: usize, styled: bool) -> String {
    let Some(header) = summary.header() else {
        return "nothing was run\n".to_owned();
    };
    let mut page = Page { text: String::new(), width: width.max(40), styled };
    page.head(header);
    page.rules(summary);
    page.examples(summary);
    for (number, failure) in summary.failures().iter().enumerate() {
        page.failure(number + 1, failure, header);
    }
    page.broken_off(&summary.broken_off, header);
    page.defects(&summary.defects);
    page.result(summary, header);
    page.text
}

/// What went wrong in a run, without the table of rules: for whoever reads one failing test.
pub fn render_failures(summary: &Summary, width: usize, styled: bool) -> String {
    let Some(header) = summary.header() else {
        return String::new();
    };
    let mut page = Page { text: String::new(), width: width.max(40), styled };
    for (number, failure) in summary.failures().iter().enumerate() {
        page.failure(number + 1, failure, header);
    }
    page.broken_off(&summary.broken_off, header);
    page.defects(&summary.defects);
    page.text
}

struct Page {
    text: String,
    width: usize,
    styled: bool,
}

impl Page {
    /// Paints a text.
    fn painted(&self, style: Style, text: impl std::fmt::Display) -> String {
        if self.styled { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// Text wrapped at the page's width, every line indented.
    fn wrapped(&mut self, indent: &str, first: &str, text: &str) {
        let room = self.width.saturating_sub(indent.len()).max(20);
        let mut line = first.to_owned();
        let mut lines = Vec::new();
        for word in text.split_whitespace() {
            let needed = line.chars().count() + 1 + word.chars().count();
            if !line.trim().is_empty() && line != first && needed > room {
                lines.push(std::mem::take(&mut line));
                line = " ".repeat(first.chars().count());
            }
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
        for line in lines {
            self.line(format!("{indent}{line}"));
        }
    }

    fn head(&mut self, header: &RunHeader) {
        let name = &header.description.implementation;
        self.line(self.painted(
            BOLD,
            format!("entra-conformance {} · edition {}", header.suite_version, header.edition),
        ));
        let language = name.language.as_ref().map(|language| format!(", {language}"));
        let place = match header.host {
            Host::InProcess | Host::CargoTest => "in process",
            Host::ChildProcess { .. } => "child process",
        };
        self.line(format!(
            "{} {} ({place}{})",
            name.name,
            name.version,
            language.unwrap_or_default()
        ));
        let choices: Vec<String> = header
            .description
            .choices
            .words()
            .iter()
            .map(|(choice, value)| format!("{choice}={value}"))
            .collect();
        let choices =
            if choices.is_empty() { "none declared".to_owned() } else { choices.join(", ") };
        self.wrapped("", "choices: ", &choices);
    }

    fn rules(&mut self, summary: &Summary) {
        let lines = summary.rules();
        // With several sources the table says how often each exercised a rule.
        let columns: Vec<Source> = summary
            .sources
            .iter()
            .map(|line| line.source)
            .filter(|source| *source != Source::Saved)
            .collect();
        let columns = if columns.len() > 1 && self.width >= TABLE { columns } else { Vec::new() };
        // Of rules that nobody asked for only the exercised ones are told.
        let is_told = |line: &RuleLine| line.owed || line.state != RuleState::NotExercised;
        let mut heads = columns.clone();
        for (area, _) in AREAS {
            let of_area: Vec<&RuleLine> =
                lines.iter().filter(|line| area_of(&line.rule) == *area && is_told(line)).collect();
            if of_area.is_empty() {
                continue;
            }
            self.line("");
            let mut head = self.painted(BOLD, area);
            if !heads.is_empty() {
                let gap = NAMES - area.len();
                let words: String = heads
                    .drain(..)
                    .map(|source| format!("{:>1$}", source.word(), column(source)))
                    .collect();
                let _ = write!(head, "{:gap$}{}", "", self.painted(FAINT, words));
            }
            self.line(head);
            for line in of_area {
                self.rule(line, &columns);
            }
        }
    }

    fn rule(&mut self, line: &RuleLine, columns: &[Source]) {
        let width = line.rule.chars().count() + 4;
        let gap = (NAMES + 4).saturating_sub(width).max(1);
        let (mark, style, words) = match line.state {
            RuleState::Held if !columns.is_empty() => {
                // A long name takes its room from the first column.
                let mut taken = width.saturating_sub(NAMES);
                let mut words = String::new();
                for source in columns {
                    let held = line.by_source.get(source).map_or(0, |exercise| exercise.held);
                    let held = if held == 0 { "·".to_owned() } else { held.to_string() };
                    let room = column(*source).saturating_sub(taken);
                    taken = 0;
                    let _ = write!(words, "{held:>room$}");
                }
                let gap = NAMES.saturating_sub(width);
                self.line(format!(
                    "  {} {}{:gap$}{}",
                    self.painted(GOOD, "✓"),
                    line.rule,
                    "",
                    self.painted(GOOD, words)
                ));
                return;
            }
            RuleState::Held => ("✓", GOOD, format!("held {}", times(line.held))),
            RuleState::Violated => (
                "✗",
                BAD,
                format!(
                    "violated in {}, held {}",
                    counted(line.violated_cases, "case"),
                    times(line.held)
                ),
            ),
            RuleState::NotApplicable => {
                ("–", FAINT, format!("not applicable: needs {}", line.missing.join(", ")))
            }
            RuleState::NotExercised => ("?", CAUTION, "not exercised".to_owned()),
        };
        self.line(format!(
            "  {} {}{:gap$}{}",
            self.painted(style, mark),
            line.rule,
            "",
            self.painted(style, words)
        ));
    }

    /// A small case for each rule.
    fn examples(&mut self, summary: &Summary) {
        for example in &summary.examples {
            self.line("");
            self.line(format!(
                "{} {}",
                self.painted(BOLD, format!("{} is exercised by", example.rule)),
                self.painted(FAINT, format!("(from {})", example.case))
            ));
            self.line("");
            self.excerpt(&example.excerpt);
            let tallies = summary.sources.iter().flat_map(|line| &line.laws);
            for tally in tallies.filter(|tally| tally.rule == example.rule) {
                self.unmet(tally);
            }
        }
    }

    /// What of a law's precondition did not hold, the most frequent first.
    fn unmet(&mut self, tally: &LawTally) {
        let mut parts: Vec<(&String, u64)> =
            tally.unmet.iter().map(|(part, count)| (part, *count)).collect();
        parts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        self.line("");
        self.line("   its precondition did not hold in");
        for (part, count) in parts {
            self.wrapped("     ", "", &format!("{}: “{part}”", counted(count, "case")));
        }
    }

    fn failure(&mut self, number: usize, failure: &RuleFailure, header: &RunHeader) {
        self.line("");
        self.line(self.painted(BAD, format!("{number}. {} is violated", failure.rule)));
        if let Some(rule) = Rulebook::embedded().rule(&failure.rule) {
            self.wrapped("   ", "", &rule.statement);
            for source in &rule.sources {
                let words = Rulebook::embedded().source_words(source, &header.edition);
                let label = match rule.basis {
                    Basis::Documented => "documented in: ",
                    Basis::Related => "related, in: ",
                    Basis::Derived => "derived from: ",
                };
                self.wrapped("   ", label, &words);
                if let Some(quote) = &source.quote {
                    self.wrapped("     ", "", &format!("“{quote}”"));
                }
            }
        }
        self.line("");
        let after = match failure.report.step {
            0 => "at its start".to_owned(),
            step => format!("after step {step} ({})", failure.report.command),
        };
        self.line(format!("   {} {after}", self.painted(BOLD, format!("in {}", failure.case))));
        if failure.report.origin == Origin::Expectation {
            self.wrapped("   ", "", "(what the scenario expects; no check stands behind it)");
        }
        self.line("");
        self.excerpt(&failure.report.excerpt);
        if let Some(variation) = &failure.report.variation {
            self.line("");
            self.wrapped("   ", "", &format!("compared with the same case {variation}:"));
        }
        self.line("");
        for violation in &failure.report.violations {
            self.line(format!("   {}, {}", violation.object, violation.field));
            self.line(self.painted(GOOD, format!("   - expected  {}", violation.expected)));
            self.line(self.painted(BAD, format!("   + seen      {}", violation.seen)));
        }
        self.line("");
        self.replay(&failure.case, &failure.place, Some(&failure.rule), header);
        if !failure.other_cases.is_empty() {
            let mut others =
                failure.other_cases[..failure.other_cases.len().min(OTHER_CASES)].join(", ");
            if failure.other_cases.len() > OTHER_CASES {
                let _ = write!(others, " and {} more", failure.other_cases.len() - OTHER_CASES);
            }
            self.wrapped("   ", "also in: ", &others);
        }
    }

    /// How the same is seen again.
    fn replay(&mut self, case: &str, place: &Place, rule: Option<&str>, header: &RunHeader) {
        if let Place::Generated(_, Some(reason)) = place {
            self.wrapped("   ", "", &format!("(in no file: {reason})"));
        }
        self.line(format!("   replay: {}", replay(case, place, rule, header)));
    }

    fn excerpt(&mut self, excerpt: &str) {
        for line in excerpt.lines() {
            self.line(format!("   {} {line}", self.painted(FAINT, "│")));
        }
    }

    fn broken_off(&mut self, cases: &[BrokenOff], header: &RunHeader) {
        for broken in cases.iter().take(BROKEN_OFF) {
            self.line("");
            let step = match broken.step {
                0 => "at its start".to_owned(),
                step => format!("in step {step}"),
            };
            self.line(
                self.painted(BAD, format!("{} in {}, {step}", broken.failure.kind, broken.case)),
            );
            self.wrapped("   ", "", &broken.failure.message);
            if !broken.excerpt.is_empty() {
                self.line("");
                self.excerpt(&broken.excerpt);
            }
            if !broken.failure.stderr_tail.is_empty() {
                self.line("");
                self.line("   the end of its standard error:");
                for line in &broken.failure.stderr_tail {
                    self.line(format!("   {} {line}", self.painted(FAINT, "!")));
                }
            }
            self.line("");
            self.replay(&broken.case, &broken.place, None, header);
        }
        if cases.len() > BROKEN_OFF {
            self.line("");
            self.line(format!("   and {} more that broke off:", cases.len() - BROKEN_OFF));
            for broken in &cases[BROKEN_OFF..] {
                self.line(format!("   {} in {}", broken.failure.kind, broken.case));
            }
        }
    }

    fn source(&mut self, line: &SourceLine, header: &RunHeader) {
        let noun = match line.source {
            Source::Saved => "saved case",
            Source::Scenarios => "scenario",
            Source::Grid => "case of the grid",
            Source::Sequences => "generated sequence",
            Source::Laws => "case for the laws",
        };
        let counted = match (line.cases, line.source) {
            (cases, Source::Grid) if cases != 1 => format!("{cases} cases of the grid"),
            (cases, Source::Laws) if cases != 1 => format!("{cases} cases for the laws"),
            (cases, _) => counted(cases as u64, noun),
        };
        let seed = match line.source {
            Source::Sequences | Source::Laws => {
                format!(", seed {}", header.selection.generation.seed)
            }
            _ => String::new(),
        };
        let time = line.milliseconds.map(|time| format!(", {time} ms")).unwrap_or_default();
        let stopped =
            line.stopped.as_ref().map(|reason| format!("; stopped {reason}")).unwrap_or_default();
        let words = words_of(line);
        self.wrapped("", "", &format!("{counted}: {words}{seed}{time}{stopped}"));
        if !line.left_out.is_empty() {
            let left_out: usize = line.left_out.iter().map(|rule| rule.combinations).sum();
            let words = format!(
                "{left_out} of {} combinations left out by {} (`list grid` tells them)",
                line.cases + left_out,
                self::counted(line.left_out.len() as u64, "stated rule"),
            );
            self.wrapped("  ", "", &words);
        }
        if !line.laws.is_empty() {
            let laws: Vec<String> = line
                .laws
                .iter()
                .map(|tally| format!("{} {}", tally.rule, tally.unmet.values().sum::<u64>()))
                .collect();
            let words = format!("cases without a law's precondition: {}", laws.join(", "));
            self.wrapped("  ", "", &words);
        }
    }

    fn defects(&mut self, defects: &[(String, String)]) {
        for (case, message) in defects {
            self.line("");
            self.line(self.painted(BAD, format!("the suite itself failed to judge {case}")));
            self.wrapped("   ", "", message);
        }
    }

    fn result(&mut self, summary: &Summary, header: &RunHeader) {
        self.line("");
        let rules = summary.rules();
        let mut parts = vec![format!("{} held", summary.count(RuleState::Held))];
        for (state, words) in [
            (RuleState::Violated, "violated"),
            (RuleState::NotApplicable, "not applicable"),
            (RuleState::NotExercised, "not exercised"),
        ] {
            let count = summary.count(state);
            if count > 0 {
                parts.push(format!("{count} {words}"));
            }
        }
        self.wrapped(
            "",
            "",
            &format!("{}: {}", counted(rules.len() as u64, "rule"), parts.join(", ")),
        );
        for line in &summary.sources {
            self.source(line, header);
        }
        if let Some(time) = summary.milliseconds {
            self.line(format!("{time} ms in all"));
        }
        let (style, words) = match summary.status() {
            Status::Conformant => (GOOD, format!("conformant with edition {}", header.edition)),
            Status::PartHeld => {
                let shard = header.shard.unwrap_or_default();
                (GOOD, format!("shard {shard}: no rule was broken; `merge` gives the verdict"))
            }
            Status::Nonconformant => {
                (BAD, format!("not conformant with edition {}", header.edition))
            }
            Status::SuiteDefect => {
                (BAD, "a defect of the suite itself; please report it".to_owned())
            }
            Status::Incomplete => (CAUTION, format!("incomplete: {}", why_incomplete(summary))),
        };
        self.line(self.painted(style, words));
    }
}

/// How many cases of a source are planned, and what became of them.
fn words_of(line: &SourceLine) -> String {
    let mut parts = vec![format!("{} judged", line.judged)];
    if line.not_applicable > 0 {
        parts.push(format!("{} not applicable", line.not_applicable));
    }
    if line.broken_off > 0 {
        parts.push(format!("{} broke off", line.broken_off));
    }
    let left = line.cases.saturating_sub(line.judged + line.not_applicable + line.broken_off);
    if left > 0 {
        parts.push(format!("{left} not run"));
    }
    parts.join(", ")
}

/// What was asked for and not judged.
fn why_incomplete(summary: &Summary) -> &'static str {
    if summary.milliseconds.is_none() {
        "the run was stopped before its end"
    } else if summary.judged == 0 {
        "nothing was judged"
    } else {
        "no case exercised some of the rules that were asked for"
    }
}

fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}
