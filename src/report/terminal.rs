//! The report that a person reads in a terminal.

use super::answers;
use super::gate;
use super::legible::legible;
use super::precondition::precondition;
use super::violation::{actual_in_words, expected_in_words, field_in_words};
use super::words::{self, About, counted};
use super::{Aborted, Place, RuleFailure, RuleLine, RuleState, Status, Summary};
use crate::cases::relations::UnmetPrecondition;
use crate::rulebook::Rulebook;
use crate::runner::{Answer, Finding, Origin, RunHeader, Source};
use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use textwrap::{Options, WordSeparator, WordSplitter};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const CAUTION: Style = AnsiColor::Yellow.on_default();
const STYLES: [Style; 5] = [BOLD, FAINT, GOOD, BAD, CAUTION];

/// Where the columns of the table of rules begin, and how wide all of it is.
const NAMES: usize = 41;
const TABLE: usize = 79;

/// How wide a source's column is.
fn column(source: Source) -> usize {
    match source {
        Source::Scenarios | Source::Sequences | Source::Relations => 10,
        Source::Grid => 8,
        Source::Saved => 7,
    }
}

/// At most this many cases that aborted are shown in full.
const ABORTED: usize = 10;

/// The report of a run, for a terminal of this width in columns. With `styled`, colours stand in
/// the text as escape sequences; whoever prints it takes them out where they do not belong.
pub fn render(summary: &Summary, width: usize, styled: bool) -> String {
    let Some(header) = summary.header() else {
        return "nothing was run\n".to_owned();
    };
    let mut page = Page::new(width, styled);
    page.head(header);
    if summary.adapter_fault.is_none() {
        page.rules(summary);
        page.examples(summary);
    }
    page.went_wrong(summary, header);
    page.result(summary, header);
    page.text
}

/// What went wrong in a run, without the table of rules: for whoever reads one failing test.
pub fn render_failures(summary: &Summary, width: usize, styled: bool) -> String {
    let Some(header) = summary.header() else {
        return String::new();
    };
    let mut page = Page::new(width, styled);
    page.went_wrong(summary, header);
    page.text
}

/// All that is known of one violated rule, for reports that have a place for plain text.
pub(super) fn render_failure(failure: &RuleFailure, header: &RunHeader) -> String {
    let mut page = Page::new(100, false);
    page.failure(failure, header);
    page.text
}

/// All that is known of a case that aborted.
pub(super) fn render_aborted(aborted: &Aborted, header: &RunHeader) -> String {
    let mut page = Page::new(100, false);
    page.one_aborted(aborted, header);
    page.text
}

/// How often a rule held, in a column for each source, after a name of this width.
fn held_by_source(line: &RuleLine, columns: &[Source], width: usize) -> String {
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
    words
}

/// Text in lines of this width; words stay whole.
pub(crate) fn wrap(text: &str, width: usize, first: &str, later: &str) -> Vec<String> {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(later)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    let text = words::on_one_line(text);
    let lines = textwrap::wrap(&text, options);
    lines.into_iter().map(|line| line.into_owned()).collect()
}

/// A report as it grows.
pub(super) struct Page {
    pub(super) text: String,
    width: usize,
    styled: bool,
}

impl Page {
    pub(super) fn new(width: usize, styled: bool) -> Page {
        Page { text: String::new(), width: width.max(40), styled }
    }

    /// Paints a text.
    pub(super) fn painted(&self, style: Style, text: impl std::fmt::Display) -> String {
        if self.styled { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        // A line break in a value begins no line of the report's own.
        let line = line.as_ref().replace('\n', "\\n");
        let mut rest = &*line;
        // What an implementation says of itself must not steer a terminal; this page's own colours may.
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            self.text += &legible(before);
            let own = STYLES.iter().flat_map(|style| [format!("{style}"), format!("{style:#}")]);
            let own = own.filter_map(|code| code.strip_prefix('\u{1b}').map(str::to_owned));
            match own.filter(|code| after.starts_with(&**code)).max_by_key(String::len) {
                Some(code) if self.styled => {
                    self.text.push('\u{1b}');
                    self.text += &code;
                    rest = &after[code.len()..];
                }
                _ => {
                    self.text += &legible("\u{1b}");
                    rest = after;
                }
            }
        }
        self.text += &legible(rest);
        self.text.push('\n');
    }

    /// Text wrapped at the page's width, every line indented.
    pub(super) fn wrapped(&mut self, indent: &str, first: &str, text: &str) {
        let room = self.width.max(indent.len() + 20);
        let later = format!("{indent}{:1$}", "", first.chars().count());
        let first = format!("{indent}{first}");
        for line in wrap(text, room, &first, &later) {
            self.line(line);
        }
    }

    fn head(&mut self, header: &RunHeader) {
        self.line(self.painted(BOLD, words::suite(header)));
        self.line(words::implementation(header));
        if let Some(started) = words::started(header) {
            self.line(format!("began: {started}"));
        }
        self.wrapped("", "choices: ", &words::choices(&header.description.choices));
        let seed = header.selection.generation.seed;
        self.wrapped("", "selection: ", &format!("{}; seed {seed}", words::selection(header)));
    }

    fn rules(&mut self, summary: &Summary) {
        // With several sources the table says how often each exercised a rule.
        let columns: Vec<Source> = summary
            .sources
            .iter()
            .map(|line| line.planned.source)
            .filter(|source| *source != Source::Saved)
            .collect();
        let columns = if columns.len() > 1 && self.width >= TABLE { columns } else { Vec::new() };
        // Of rules that nobody asked for only the exercised ones are listed.
        let is_listed = |line: &RuleLine| line.owed || line.state != RuleState::NotExercised;
        let mut heads = columns.clone();
        for (area, lines) in summary.areas() {
            let of_area: Vec<&RuleLine> = lines.iter().filter(|line| is_listed(line)).collect();
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
        let (gap, words) = if line.state == RuleState::Held && !columns.is_empty() {
            (NAMES.saturating_sub(width), held_by_source(line, columns, width))
        } else {
            ((NAMES + 4).saturating_sub(width).max(1), words::state(line))
        };
        let style = match line.state {
            RuleState::Held => GOOD,
            RuleState::Violated if line.known => CAUTION,
            RuleState::Violated => BAD,
            RuleState::NotApplicable => FAINT,
            RuleState::NotExercised => CAUTION,
        };
        self.line(format!(
            "  {} {}{:gap$}{}",
            self.painted(style, line.state.mark()),
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
            let sources = summary.sources.iter();
            for unmet in sources.filter_map(|line| line.result.relations.get(&example.rule)) {
                self.unmet(unmet);
            }
        }
    }

    /// Why a relation said nothing of some cases.
    fn unmet(&mut self, unmet: &BTreeMap<UnmetPrecondition, u64>) {
        let mut parts: Vec<(UnmetPrecondition, u64)> =
            unmet.iter().map(|(part, count)| (*part, *count)).collect();
        parts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        self.line("");
        self.line("   its precondition did not hold in");
        for (part, count) in parts {
            self.wrapped(
                "     ",
                "",
                &format!("{}: “{}”", counted(count, "case"), precondition(part)),
            );
        }
    }

    /// All that went wrong in a run.
    fn went_wrong(&mut self, summary: &Summary, header: &RunHeader) {
        self.failures(summary, header);
        self.aborted(&words::aborted_beyond(summary), header);
        self.defects(&summary.defects);
        self.baseline(summary);
    }

    /// What is not as the baseline lists it, and what is known.
    fn baseline(&mut self, summary: &Summary) {
        let Some(baseline) = &summary.baseline else { return };
        let differences = gate::differences(summary);
        if !differences.is_empty() {
            self.line("");
            self.line(self.painted(BOLD, format!("not as in the baseline {}", baseline.file)));
            for difference in differences {
                self.wrapped("  ", "✗ ", &difference);
            }
            if let Some(removal) = gate::removal(summary) {
                self.line(format!("  {removal}"));
            }
        }
        let known = gate::known(summary);
        if !known.is_empty() {
            self.line("");
            self.line(self.painted(BOLD, format!("known, as {} lists it", baseline.file)));
            for line in known {
                self.wrapped("  ", "", &line);
            }
        }
    }

    fn failures(&mut self, summary: &Summary, header: &RunHeader) {
        for (number, (finding, failure)) in words::beyond(summary).iter().enumerate() {
            self.line("");
            let heading = format!("{}. {} is violated", number + 1, finding.rule);
            self.line(self.painted(BAD, heading));
            self.finding(finding, failure, header);
        }
    }

    /// All that is known of a mistake.
    pub(super) fn finding(&mut self, finding: &Finding, failure: &RuleFailure, header: &RunHeader) {
        if let Some(likeness) = words::likeness(finding) {
            self.wrapped("   ", "", &likeness);
            self.line("");
        }
        self.failure(failure, header);
        if let Some(consequences) = words::consequences(finding) {
            self.wrapped("   ", "", &consequences);
        }
    }

    fn failure(&mut self, failure: &RuleFailure, header: &RunHeader) {
        if let Some(rule) = Rulebook::embedded().rule(&failure.rule) {
            self.wrapped("   ", "", &rule.statement);
        }
        for citation in words::citations(&failure.rule, &header.edition) {
            self.wrapped("   ", citation.label, &citation.page);
            if let Some(quote) = citation.quote {
                self.wrapped("     ", "", &format!("“{quote}”"));
            }
        }
        self.line("");
        let after = words::when(&failure.report);
        let seed = words::seed(&failure.case, header);
        let seed = seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
        let case = self.painted(BOLD, format!("in {}", failure.case));
        self.line(format!("   {case} {after}{seed}"));
        if let Some(About { title, tempting }) = words::about(&failure.case, &failure.place) {
            self.wrapped("   ", "", title);
            if let Some(tempting) = tempting {
                self.wrapped("   ", "the tempting mistake: ", tempting);
            }
        }
        if failure.report.origin == Origin::Expectation {
            self.wrapped("   ", "", "(what the scenario expects; no check stands behind it)");
        }
        self.line("");
        self.excerpt(&failure.report.excerpt);
        self.answers(&failure.report.answers);
        if let Some(variation) = words::variation(&failure.report) {
            self.line("");
            self.wrapped("   ", "", &format!("compared with the same case {variation}:"));
        }
        self.line("");
        for violation in &failure.report.violations {
            self.line(format!("   {}, {}", violation.object, field_in_words(&violation.field)));
            self.line(
                self.painted(GOOD, format!("   - expected  {}", expected_in_words(violation))),
            );
            self.line(self.painted(BAD, format!("   + actual    {}", actual_in_words(violation))));
        }
        self.line("");
        self.replay(&failure.case, &failure.place, Some(&failure.rule), header);
        for command in words::explain(failure, header) {
            self.line(format!("   explain: {command}"));
        }
        if let Some(others) = words::other_cases(failure) {
            self.wrapped("   ", "also in: ", &others);
        }
    }

    /// What the implementation answered and showed at each step.
    fn answers(&mut self, answers: &[Answer]) {
        if answers.is_empty() {
            return;
        }
        self.line("");
        self.line("   what it answered and showed:");
        for (number, answer) in answers.iter().enumerate() {
            let step = format!("{}. {}: ", number + 1, answer.command);
            self.wrapped("   ", &step, &answers::reported(answer));
            for change in answers::changed(answer) {
                self.wrapped("      ", "", &change);
            }
        }
    }

    /// How the same comes about again.
    fn replay(&mut self, case: &str, place: &Place, rule: Option<&str>, header: &RunHeader) {
        if let Place::Generated(_, Some(why)) = place {
            self.wrapped("   ", "", &format!("(in no file: {})", words::not_saved(why)));
        }
        self.line(format!("   replay: {}", words::replay(case, place, rule, header)));
    }

    fn excerpt(&mut self, excerpt: &str) {
        for line in excerpt.lines() {
            self.line(format!("   {} {line}", self.painted(FAINT, "│")));
        }
    }

    pub(super) fn aborted(&mut self, cases: &[&Aborted], header: &RunHeader) {
        for aborted in cases.iter().take(ABORTED) {
            self.line("");
            self.line(self.painted(BAD, words::aborted(aborted)));
            self.one_aborted(aborted, header);
        }
        if cases.len() > ABORTED {
            self.line("");
            self.line(format!("   and {} more that aborted:", cases.len() - ABORTED));
            for aborted in &cases[ABORTED..] {
                self.line(format!("   {} in {}", aborted.failure.kind, aborted.case));
            }
        }
    }

    fn one_aborted(&mut self, aborted: &Aborted, header: &RunHeader) {
        self.wrapped("   ", "", &aborted.failure.message);
        if !aborted.excerpt.is_empty() {
            self.line("");
            self.excerpt(&aborted.excerpt);
        }
        if !aborted.failure.stderr_tail.is_empty() {
            self.line("");
            self.line("   the end of its standard error:");
            for line in &aborted.failure.stderr_tail {
                self.line(format!("   {} {line}", self.painted(FAINT, "!")));
            }
        }
        self.line("");
        self.replay(&aborted.case, &aborted.place, None, header);
    }

    pub(super) fn defects(&mut self, defects: &[(String, String)]) {
        for (case, message) in defects {
            self.line("");
            self.line(self.painted(BAD, format!("the suite itself failed to judge {case}")));
            self.wrapped("   ", "", message);
        }
    }

    /// What was judged, in figures.
    fn counts(&mut self, summary: &Summary, header: &RunHeader) {
        self.line("");
        self.wrapped("", "", &words::denominator(summary.counts()));
        if let Some(classes) = words::classes(summary) {
            self.wrapped("", "classes met: ", &classes);
        }
        for line in &summary.sources {
            self.wrapped("", "", &words::source(line, header));
            for detail in words::source_details(line) {
                self.wrapped("  ", "", &detail);
            }
        }
        for line in words::not_applicable_cases(summary) {
            self.wrapped("", "  ", &line);
        }
        if let Some(time) = summary.milliseconds {
            self.line(format!("{} in all", words::duration(time)));
        }
    }

    fn result(&mut self, summary: &Summary, header: &RunHeader) {
        if summary.adapter_fault.is_none() {
            self.counts(summary, header);
        } else {
            self.line("");
        }
        // The last line is the verdict, whole, also for whoever takes nothing but that.
        self.line(self.painted(style_of(summary.status()), summary.verdict()));
    }
}

/// How a verdict is painted.
pub(super) fn style_of(status: Status) -> Style {
    match status {
        Status::Conformant | Status::AsListed | Status::PartHeld => GOOD,
        Status::Nonconformant | Status::SuiteDefect => BAD,
        Status::Incomplete => CAUTION,
    }
}
