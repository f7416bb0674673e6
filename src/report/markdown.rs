//! The report as Markdown, for GitHub's step summary and for comments on pull requests.

use super::legible::legible;
use super::{Counts, RuleState, Status, Summary, gate, terminal, words};
use crate::rulebook::Rulebook;
use crate::runner::RunHeader;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// GitHub takes no comment longer than 65,536 characters. Details stop well before; what they leave
/// out is named.
const DETAILS_END_AT: usize = 60_000;

/// So many differences from a baseline, or entries of it, are listed.
const LISTED: usize = 40;

/// The report of a run as Markdown.
pub fn render(summary: &Summary) -> String {
    let Some(header) = summary.header() else {
        return String::new();
    };
    let mark = match summary.status() {
        Status::Conformant | Status::AsListed => "✅",
        Status::Incomplete | Status::PartHeld => "⚠️",
        Status::Nonconformant | Status::SuiteDefect => "❌",
    };
    let mut text = format!("### {mark} {}\n\n", escaped(&summary.verdict()));
    facts(&mut text, summary, header);
    baseline(&mut text, summary);
    areas(&mut text, summary);
    let mut left_out = Vec::new();
    for (heading, detail) in details(summary, header) {
        let detail = format!(
            "\n<details><summary>{}</summary>\n\n{}\n</details>\n",
            in_html(&heading),
            fenced(&detail)
        );
        if text.len() + detail.len() > DETAILS_END_AT {
            left_out.push(heading);
        } else {
            text.push_str(&detail);
        }
    }
    if !left_out.is_empty() {
        text.push_str("\nThere is no room here for the details of these:\n\n");
        for (at, heading) in left_out.iter().enumerate() {
            if text.len() > DETAILS_END_AT + 4_000 {
                let _ = writeln!(text, "- and {} more", left_out.len() - at);
                break;
            }
            let _ = writeln!(text, "- {}", escaped(heading));
        }
    }
    text
}

fn facts(text: &mut String, summary: &Summary, header: &RunHeader) {
    let time = summary
        .milliseconds
        .map(|time| format!(" in {}", words::duration(time)))
        .unwrap_or_default();
    let seed = header.selection.generation.seed;
    let mut lines = vec![
        format!("implementation: {}", words::implementation(header)),
        format!("choices: {}", words::choices(&header.description.choices)),
        format!("judged by: {}", words::suite(header)),
        format!("selection: {}; seed {seed}", words::selection(header)),
    ];
    lines.extend(words::started(header).map(|started| format!("began: {started}")));
    lines.extend(summary.sources.iter().map(|source| words::source(source, header)));
    lines.push(format!("{}{time}", words::denominator(summary.counts())));
    lines.extend(words::classes(summary).map(|classes| format!("classes met: {classes}")));
    for line in lines {
        let _ = writeln!(text, "- {}", escaped(&line));
    }
}

/// What is not as the baseline lists it, and what is known.
fn baseline(text: &mut String, summary: &Summary) {
    let mut list = |heading: &str, lines: Vec<String>| {
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{heading}:\n");
        for line in lines.iter().take(LISTED) {
            let _ = writeln!(text, "- {}", escaped(line));
        }
        if lines.len() > LISTED {
            let _ = writeln!(text, "- and {} more", lines.len() - LISTED);
        }
    };
    let differences = gate::differences(summary).into_iter().chain(gate::removal(summary));
    list("Not as in the baseline", differences.collect());
    list("Known, as the baseline lists it", gate::known(summary));
}

/// The table by area.
fn areas(text: &mut String, summary: &Summary) {
    text.push_str(
        "\n| area | rules | held | violated | not applicable | not exercised |\n\
         | :-- | --: | --: | --: | --: | --: |\n",
    );
    for (area, lines) in summary.areas() {
        row(text, area, Counts::of(&lines));
    }
    row(text, "**in all**", summary.counts());
    let findings = summary.findings();
    let violated: BTreeSet<String> = findings
        .into_iter()
        .filter(|finding| !finding.known)
        .flat_map(|finding| finding.consequences.into_iter().chain([finding.rule]))
        .map(|rule| match Rulebook::embedded().rule(&rule) {
            Some(known) => format!("[`{rule}`]({})", known.url()),
            None => format!("`{rule}`"),
        })
        .collect();
    if !violated.is_empty() {
        let violated: Vec<String> = violated.into_iter().collect();
        let _ = writeln!(text, "\nViolated: {}", violated.join(", "));
    }
    for (state, words) in [
        (RuleState::NotApplicable, "Not applicable, and so not judged"),
        (RuleState::NotExercised, "Not exercised, and so not judged"),
    ] {
        let rules: Vec<String> = summary
            .rules()
            .iter()
            .filter(|line| line.state == state)
            .map(|line| format!("`{}`", line.rule))
            .collect();
        if !rules.is_empty() {
            let _ = writeln!(text, "\n{words}: {}", rules.join(", "));
        }
    }
}

fn row(text: &mut String, name: &str, counts: Counts) {
    let cell = |count: usize| if count == 0 { "·".to_owned() } else { count.to_string() };
    let _ = writeln!(
        text,
        "| {name} | {} | {} | {} | {} | {} |",
        counts.all(),
        cell(counts.held),
        cell(counts.violated),
        cell(counts.not_applicable),
        cell(counts.not_exercised)
    );
}

/// What went wrong: a heading and plain text each.
fn details(summary: &Summary, header: &RunHeader) -> Vec<(String, String)> {
    let mut details = Vec::new();
    for (finding, failure) in words::beyond(summary) {
        let title = Rulebook::embedded()
            .rule(&finding.rule)
            .map(|rule| format!(": {}", rule.title))
            .unwrap_or_default();
        let heading = format!("{} is violated{title}", finding.rule);
        let likeness = words::likeness(&finding).map(|words| format!("   {words}\n\n"));
        let mut text = likeness.unwrap_or_default();
        text += &terminal::render_failure(&failure, header);
        text.extend(words::consequences(&finding).map(|words| format!("   {words}\n")));
        details.push((heading, text));
    }
    for aborted in words::aborted_beyond(summary) {
        details.push((words::aborted(aborted), terminal::render_aborted(aborted, header)));
    }
    for (case, message) in &summary.defects {
        let heading = format!("the suite itself failed to judge {case}");
        details.push((heading, message.clone()));
    }
    details
}

/// Text in which nothing is meant as Markdown or HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in words::on_one_line(text).chars() {
        if "\\`*_[]<>|#~&$".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
        if letter == '@' && !before.is_alphanumeric() {
            // Nobody of this name is told.
            escaped.push_str("<!-- -->");
        }
        before = letter;
    }
    escaped
}

/// Text within HTML.
fn in_html(text: &str) -> String {
    words::on_one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text in a block of its own, whatever stands in it. No line of it is a command to GitHub Actions, whose
/// log it may go to.
fn fenced(text: &str) -> String {
    let text = legible(text).replace("##[", "## [");
    let lines = text.lines().map(|line| match line.trim_start().strip_prefix("::") {
        Some(rest) => format!(": :{rest}"),
        None => line.to_owned(),
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let longest = text.split(|letter| letter != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain("a", "```text\na\n```\n")]
    #[case::fence_inside("a ```` b", "`````text\na ```` b\n`````\n")]
    #[case::commands("a\n ::error::b ##[c]", "```text\na\n: :error::b ## [c]\n```\n")]
    #[case::unseen("a\u{202e}\u{1b}[2J", "```text\na\\u{202e}\\u{1b}[2J\n```\n")]
    fn no_text_ends_its_block(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(fenced(text), expected);
    }

    #[rstest]
    #[case::table("a|b", r"a\|b")]
    #[case::html("<img>", r"\<img\>")]
    #[case::lines("a\r\n# b", r"a \# b")]
    #[case::mention("(@ann) ann@contoso.com", "(@<!-- -->ann) ann@contoso.com")]
    #[case::unseen("a\u{202e}b\u{fffe}", r"a\\u{202e}b\\u{fffe}")]
    fn no_text_is_taken_for_markdown(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(escaped(text), expected);
    }
}
