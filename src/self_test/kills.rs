//! Runs the mutants through every source until each is caught.

use super::{AT_ONCE, Progress, Settings};
use crate::cases::scenario::embedded;
use crate::cases::{Case, laws};
use crate::directory::Capabilities;
use crate::implementation::{CaseObservation, Description, Implementation, run_one};
use crate::mutants::Mutant;
use crate::reference::{Policy, ReferenceModel};
use crate::runner::{
    Ended, Generation, Judge, Prepared, Selection, Shard, Signature, Source, Tallies, Trial,
    Trials, minimise,
};
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
    /// generated cases up to the kill. What shows only in the cases that laws compare them with is
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

/// A mutant under test in one source.
struct Patient<'m> {
    mutant: &'m Mutant,
    implementation: Box<dyn Implementation + Send>,
    description: Description,
    /// The reference model that decides alike.
    policy: Policy,
    cases: u64,
    nanoseconds: u128,
    kill: Option<Kill>,
    noticed: BTreeSet<&'static str>,
}

impl<'m> Patient<'m> {
    fn new(mutant: &'m Mutant) -> Patient<'m> {
        let implementation = mutant.implementation();
        let description = implementation.describe();
        let policy = Policy::agreeing_with(&description.choices);
        Patient {
            mutant,
            implementation,
            description,
            policy,
            cases: 0,
            nanoseconds: 0,
            kill: None,
            noticed: BTreeSet::new(),
        }
    }

    /// Runs cases until one catches it, or all of them. What shows the same as the reference model
    /// is not judged again.
    fn face(
        &mut self,
        prepared: &[Prepared<'_>],
        trials: &[Trial],
        known: &[Vec<CaseObservation>],
        to_the_end: bool,
    ) {
        let selection = Selection::default();
        let judge = Judge::new(&self.description, &selection);
        let mut started = Instant::now();
        let mut found: Vec<(usize, Ended, Signature)> = Vec::new();
        let Patient { mutant, implementation, cases, nanoseconds, noticed, kill, .. } = self;
        let tallies = &mut Tallies::default();
        judge.run_prepared(
            prepared,
            Some(known),
            &mut **implementation,
            tallies,
            &mut |at, ended, _| {
                *cases += 1;
                let own_cases = ended.breaches.iter().filter(|breach| breach.varied.is_none());
                noticed.extend(own_cases.map(|breach| breach.rule));
                // Above all on its own rule, or else on one that goes with it.
                let mut broken = ended.breaches.iter().filter(|breach| mutant.breaks(breach.rule));
                let own = ended.breaches.iter().find(|breach| breach.rule == mutant.rule);
                if let Some(breach) = own.or_else(|| broken.next())
                    && kill.is_none()
                {
                    *nanoseconds += started.elapsed().as_nanos();
                    *kill = Some(Kill {
                        rule: breach.rule,
                        cases: *cases,
                        milliseconds: *nanoseconds as f64 / 1e6,
                        commands: 0,
                    });
                    let signature = breach.signature();
                    found.push((at, ended, signature));
                    started = Instant::now();
                }
                to_the_end || kill.is_none()
            },
        );
        self.nanoseconds += started.elapsed().as_nanos();
        for (at, ended, signature) in found {
            let trial = trials[at].clone();
            let minimal =
                minimise(trial, ended, &signature, &judge, &mut *self.implementation, &|| false);
            if let Some(kill) = &mut self.kill {
                kill.commands = minimal.trial.case.commands.len();
            }
        }
    }
}

/// Runs these mutants through every source.
pub(super) fn run(
    mutants: &[&&'static Mutant],
    settings: &Settings,
    is_stopped: &dyn Fn() -> bool,
    tell: &dyn Fn(Progress),
) -> Vec<MutantLine> {
    let mut lines: Vec<MutantLine> = mutants
        .iter()
        .map(|mutant| MutantLine {
            mutant: mutant.name,
            rule: mutant.rule,
            also: mutant.also,
            what: mutant.what,
            attempts: Vec::new(),
        })
        .collect();
    for &source in &settings.sources {
        let mut patients: Vec<Patient<'_>> =
            mutants.iter().map(|mutant| Patient::new(mutant)).collect();
        face_source(source, &mut patients, settings, is_stopped, tell);
        for (line, Patient { kill, noticed, .. }) in lines.iter_mut().zip(patients) {
            line.attempts.push(Attempt { source, kill, noticed });
        }
    }
    lines
}

fn face_source(
    source: Source,
    patients: &mut [Patient<'_>],
    settings: &Settings,
    is_stopped: &dyn Fn() -> bool,
    tell: &dyn Fn(Progress),
) {
    // Scenarios are few, and what they notice in all is worth knowing.
    let to_the_end = source == Source::Scenarios;
    let description = ReferenceModel::default().describe();
    let selection = Selection::default();
    let judge = Judge::new(&description, &selection);
    let mut cases = cases_of(source, &settings.generation, settings.grid_stride);
    while !is_stopped() && (to_the_end || patients.iter().any(|patient| patient.kill.is_none())) {
        let trials: Vec<Trial> = cases.by_ref().take(AT_ONCE).collect();
        if trials.is_empty() {
            break;
        }
        let prepared: Vec<Prepared<'_>> =
            trials.iter().map(|trial| judge.prepare(trial, &mut Tallies::default())).collect();
        let mut known: Vec<(Policy, Vec<Vec<CaseObservation>>)> = Vec::new();
        for patient in patients.iter_mut() {
            if patient.kill.is_some() && !to_the_end {
                continue;
            }
            let at = known.iter().position(|(policy, _)| *policy == patient.policy);
            let at = at.unwrap_or_else(|| {
                known.push((patient.policy, observe(patient.policy, &prepared)));
                known.len() - 1
            });
            patient.face(&prepared, &trials, &known[at].1, to_the_end);
            if patient.kill.is_some() && !to_the_end {
                tell(Progress::Done);
            }
        }
    }
    for patient in patients {
        if patient.kill.is_none() || to_the_end {
            tell(Progress::Done);
        }
    }
}

/// What the reference model shows of these cases.
fn observe(policy: Policy, prepared: &[Prepared<'_>]) -> Vec<Vec<CaseObservation>> {
    let mut model = ReferenceModel::new(policy);
    prepared
        .iter()
        .map(|prepared| prepared.inputs().map(|input| run_one(&mut model, input)).collect())
        .collect()
}

/// The cases of a source. What scenarios expect is no evidence that a check works, so their
/// expectations are left out.
fn cases_of(
    source: Source,
    generation: &Generation,
    grid_stride: usize,
) -> Box<dyn Iterator<Item = Trial>> {
    match source {
        Source::Saved => Box::new(std::iter::empty()),
        Source::Scenarios => Box::new(embedded().iter().map(|embedded| {
            let scenario = &embedded.scenario;
            let case = Case { tenant: scenario.given.clone(), commands: scenario.commands() };
            let laws = scenario.laws.iter().filter_map(|rule| laws::law(rule)).collect();
            Trial { case, laws }
        })),
        generated => {
            let stride = if generated == Source::Grid { grid_stride } else { 1 };
            let all =
                Trials::new(generated, generation, &Capabilities::all_of_2023(), Shard::WHOLE)
                    .all();
            Box::new(all.step_by(stride).map(|(_, trial)| trial))
        }
    }
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
