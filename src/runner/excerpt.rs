//! The part of a scenario file that a failure rests on.

use crate::cases::scenario::line_of_step;

/// The file's own text from `given` to the step with this number (counted from 1; 0 for the
/// start): what came later has no part in the failure.
pub(super) fn excerpt(text: &str, step: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| line.starts_with("given:")).unwrap_or(0);
    let end = line_of_step(text, step).map_or(lines.len(), |line| line.saturating_sub(1));
    let mut kept: Vec<&str> = lines[first..end.max(first).min(lines.len())].to_vec();
    if step == 0 {
        kept.retain(|line| !line.starts_with("steps:"));
    }
    while kept.last().is_some_and(|line| line.trim().is_empty()) {
        kept.pop();
    }
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "title: x\ngiven:\n  cloud: []\nsteps:\n  - do: sync\n    expect: [{status: ok}]\n\n  - do: sync\n";

    #[test]
    fn later_steps_are_cut_off() {
        assert_eq!(
            excerpt(TEXT, 1),
            "given:\n  cloud: []\nsteps:\n  - do: sync\n    expect: [{status: ok}]"
        );
        assert_eq!(excerpt(TEXT, 2), TEXT.trim_start_matches("title: x\n").trim_end());
        assert_eq!(excerpt(TEXT, 0), "given:\n  cloud: []");
    }
}
