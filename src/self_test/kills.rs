//! Runs the mutants through every source until each is caught.

use super::mutants::Mutant;
use super::source::{cases_of, judge_all};
use super::{Progress, Settings};
use crate::runner::{Judge, Selection, Shard, Source, minimise};
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Instant;

/// What became of a mutant.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MutantLine {
    /// Its name.
    pub mutant: &'static str,
    /// The rule that it breaks above all.
    pub rule: &'static str,
    /// Other rules that it may break too.
    pub also: &'static [&'static str],
    /// What is wrong with it.
    pub what: &'static str,
    /// What each source came to.
    pub attempts: Vec<Attempt>,
}

/// What one source came to with one mutant.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The source.
    pub source: Source,
    /// The case that caught it on a rule that it breaks.
    pub kill: Option<Kill>,
    /// The rules that were found broken as far as its cases were run: the scenarios all of them,
    /// generated cases up to the kill. What shows only in the cases that relations compare them with is
    /// left out.
    pub noticed: BTreeSet<&'static str>,
}

/// How a mutant was caught.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kill {
    /// The rule on which it was caught.
    pub rule: &'static str,
    /// How many cases it took, the one that caught it included.
    pub cases: u64,
    /// How long running and judging these cases took.
    pub milliseconds: f64,
    /// How many commands the minimal example has.
    pub commands: usize,
}

impl MutantLine {
    /// How this source caught it.
    pub fn kill(&self, source: Source) -> Option<&Kill> {
        self.attempts.iter().find(|attempt| attempt.source == source)?.kill.as_ref()
    }

    /// What the suite fails at here.
    pub(super) fn defect(&self) -> Option<String> {
        if self.attempts.iter().any(|attempt| attempt.kill.is_some()) {
            return None;
        }
        let noticed: BTreeSet<&str> =
            self.attempts.iter().flat_map(|attempt| &attempt.noticed).copied().collect();
        let MutantLine { mutant, rule, .. } = self;
        Some(if noticed.is_empty() {
            format!("the mutant {mutant} survives: nothing notices that it breaks {rule}")
        } else {
            let noticed: Vec<&str> = noticed.into_iter().collect();
            format!(
                "the mutant {mutant}, which breaks {rule}, is caught only on what it does not break: {}",
                noticed.join(", ")
            )
        })
    }

    pub(super) fn deterministic_milliseconds(&self) -> Option<f64> {
        let kill = self.kill(Source::Scenarios).or_else(|| self.kill(Source::Grid))?;
        Some(kill.milliseconds)
    }
}

/// Runs a mutant through every source.
pub(super) fn run(
    mutant: &'static Mutant,
    settings: &Settings,
    is_stopped: &dyn Fn() -> bool,
    tell: &dyn Fn(Progress),
) -> MutantLine {
    let attempt = |source: &Source| {
        let attempt = attempt(*source, mutant, settings, is_stopped);
        tell(Progress::Done);
        attempt
    };
    MutantLine {
        mutant: mutant.name,
        rule: mutant.rule,
        also: &mutant.also,
        what: mutant.what,
        attempts: settings.sources.iter().map(attempt).collect(),
    }
}

/// Runs the cases of a source until one of them catches the mutant. Scenarios are few, and what
/// they notice in all is worth knowing, so that they are all run.
fn attempt(
    source: Source,
    mutant: &Mutant,
    settings: &Settings,
    is_stopped: &dyn Fn() -> bool,
) -> Attempt {
    let to_the_end = source == Source::Scenarios;
    let mut implementation = mutant.with_policy(settings.policy());
    let description = implementation.describe();
    let cases =
        cases_of(source, &settings.generation, Shard::WHOLE, &settings.edition, description);
    let started = Instant::now();
    let (mut run, mut noticed, mut caught) = (0, BTreeSet::new(), None);
    judge_all(
        cases,
        &mut *implementation,
        settings.rulebook_edition(),
        &mut |_, trial, judgement| {
            run += 1;
            let own_cases = judgement.breaches.iter().filter(|breach| breach.varied.is_none());
            noticed.extend(own_cases.map(|breach| breach.rule));
            // Above all on its own rule, or else on one that goes with it.
            let mut broken = judgement.breaches.iter().filter(|breach| mutant.breaks(breach.rule));
            let own = judgement.breaches.iter().find(|breach| mutant.breaks_above_all(breach.rule));
            if let (None, Some(breach)) = (&caught, own.or_else(|| broken.next())) {
                let (rule, signature) = (breach.rule, breach.signature());
                let milliseconds = started.elapsed().as_secs_f64() * 1e3;
                let kill = Kill { rule, cases: run, milliseconds, commands: 0 };
                caught = Some((kill, trial.clone(), judgement, signature));
            }
            (to_the_end || caught.is_none()) && !is_stopped()
        },
    );
    let kill = caught.map(|(kill, trial, judgement, signature)| {
        let (description, selection) = (implementation.describe(), Selection::default());
        let judge = Judge::new(settings.rulebook_edition(), &description, &selection);
        let minimal =
            minimise(trial, judgement, &signature, &judge, &mut *implementation, &|| false);
        Kill { commands: minimal.trial.case.commands.len(), ..kill }
    });
    Attempt { source, kill, noticed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::survives(None, &[], Some("the mutant m survives: nothing notices that it breaks soa.no-split"))]
    #[case::on_another(None, &["admin.untouched"], Some("the mutant m, which breaks soa.no-split, is caught only on what it does not break: admin.untouched"))]
    #[case::killed(Some("soa.no-split"), &["soa.no-split"], None)]
    fn only_a_kill_on_a_rule_that_it_breaks_counts(
        #[case] killed_on: Option<&'static str>,
        #[case] noticed: &[&'static str],
        #[case] defect: Option<&str>,
    ) {
        let kill = killed_on.map(|rule| Kill { rule, cases: 1, milliseconds: 0.1, commands: 1 });
        let noticed = noticed.iter().copied().collect();
        let line = MutantLine {
            mutant: "m",
            rule: "soa.no-split",
            also: &[],
            what: "",
            attempts: vec![Attempt { source: Source::Grid, kill, noticed }],
        };
        assert_eq!(line.defect().as_deref(), defect);
    }
}
