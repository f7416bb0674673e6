//! How the proof is told to people.

use super::Proof;
use crate::runner::Source;
use std::fmt::Write as _;

/// A minimal example of more commands than this is worth a word.
const SHORT: usize = 4;

/// Mutants whose minimal example is longer, and why it cannot be shorter.
const LONG: &[(&str, &str)] = &[
    (
        "matched-again-if-the-first-attempt-failed",
        "a failure, its cure, the takeover,\n  a change into another match, and the cycle that falls for it",
    ),
    (
        "given-up-after-three-failures",
        "three failures, the cure, and the cycle that does not notice it",
    ),
    (
        "second-password-change-is-lost",
        "the object's first cycle, and two changes with a cycle after each",
    ),
    (
        "a-value-that-was-there-before-is-no-change",
        "the object's first cycle, and two changes with a cycle after each",
    ),
    (
        "a-password-that-was-there-before-is-no-change",
        "the object's first cycle, and two changes with a cycle after each",
    ),
    ("matching-ends-after-ten-cycles", "ten cycles, and the one that shows it"),
    ("updates-end-after-ten-cycles", "ten cycles, and the one that shows it"),
    (
        "switch-turns-twice-only",
        "two turns for nothing, the third one, and the cycle that falls for it",
    ),
];

/// The kill matrix and what follows from it, as text. Without `times` it is the same on every
/// machine.
pub fn render(proof: &Proof, times: bool) -> String {
    let mut text = String::new();
    if !proof.mutants.is_empty() {
        matrix(&mut text, proof);
        scores(&mut text, proof, times);
        generated_only(&mut text, proof);
        if long_examples(&mut text, proof) {
            text.push('\n');
        }
    }
    if !proof.variants.is_empty() {
        let blamed = proof.variants.iter().filter(|line| line.defect().is_some()).count();
        let _ = writeln!(
            text,
            "{} correct variants, {} generated cases: {blamed} blamed.",
            proof.variants.len(),
            grouped(proof.cases_of_variants()),
        );
    }
    let defects = proof.defects();
    if defects.is_empty() {
        let is_empty = proof.mutants.is_empty() && proof.variants.is_empty();
        let verdict = match (proof.is_interrupted, is_empty) {
            (true, _) => "INCOMPLETE: stopped before it was through.",
            (false, true) => "INCOMPLETE: nothing was tested.",
            (false, false) => "The suite catches every mutant and blames no correct variant.",
        };
        let _ = writeln!(text, "{verdict}");
    } else {
        let _ = writeln!(text, "DEFECTS OF THE SUITE: {}", defects.len());
        for defect in defects {
            let _ = writeln!(text, "  {defect}");
        }
    }
    text
}

/// One line a mutant: in each source how many cases it took to catch it, and how many commands its
/// minimal example has.
fn matrix(text: &mut String, proof: &Proof) {
    let names = proof.mutants.iter().map(|line| line.mutant.len()).max().unwrap_or(0);
    text.push_str("Cases until a mutant is caught, and the commands of its minimal example:\n\n");
    let _ = write!(text, "{:names$}", "mutant");
    for source in &proof.sources {
        let _ = write!(text, " {:>10}", source.word());
    }
    text.push_str("  breaks above all\n");
    for line in &proof.mutants {
        let _ = write!(text, "{:names$}", line.mutant);
        for &source in &proof.sources {
            let cell = match line.kill(source) {
                Some(kill) => {
                    // On a rule that goes with its own.
                    let mark = if kill.rule == line.rule { "" } else { "~" };
                    format!("{mark}{} ({})", kill.cases, kill.commands)
                }
                None => "-".to_owned(),
            };
            let _ = write!(text, " {cell:>10}");
        }
        let _ = writeln!(text, "  {}", line.rule);
    }
    text.push_str("\n~: on another rule that it breaks as well. -: not caught by this source.\n\n");
}

fn scores(text: &mut String, proof: &Proof, times: bool) {
    let all = proof.mutants.len();
    for &source in &proof.sources {
        let score = proof.score(source);
        let percent = score as f64 * 100.0 / all as f64;
        let _ = writeln!(
            text,
            "{:<9} alone catch {score} of {all} mutants ({percent:.1} %)",
            source.word()
        );
    }
    if let Some(milliseconds) = proof.deterministic_milliseconds() {
        let took = if times { format!(" in {:.2} s", milliseconds / 1e3) } else { String::new() };
        let _ = writeln!(text, "scenarios and grid together catch all{took}");
    }
    text.push('\n');
}

fn generated_only(text: &mut String, proof: &Proof) {
    if !proof.sources.contains(&Source::Scenarios) {
        return;
    }
    let names: Vec<&str> = proof.only_generated_cases_find().map(|line| line.mutant).collect();
    if !names.is_empty() {
        let _ = writeln!(text, "Only generated cases find: {}\n", names.join(", "));
    }
}

/// Says whether there are any.
fn long_examples(text: &mut String, proof: &Proof) -> bool {
    let before = text.len();
    for line in &proof.mutants {
        let kills = line.attempts.iter().filter_map(|attempt| attempt.kill.as_ref());
        let Some(longest) = kills.map(|kill| kill.commands).filter(|it| *it > SHORT).max() else {
            continue;
        };
        let why = LONG.iter().find(|(mutant, _)| *mutant == line.mutant);
        let why = why.map_or("no reason is known", |(_, why)| why);
        let _ = writeln!(text, "{} takes {longest} commands: {why}", line.mutant);
    }
    text.len() > before
}

/// With a comma after every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}
