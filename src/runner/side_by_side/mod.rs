//! Runs cases side by side: what an implementation that declares `sideBySide` is asked, in the place of one case
//! after the other. Everything around it, judging included, sees single cases as ever.

mod prefix;

use crate::directory::{Command, Features, Snapshot, StepObservation, Tenant};
use crate::implementation::{
    CaseInput, CaseObservation, Description, Failure, FailureKind, Implementation, Inconclusive,
};
use prefix::{Prefixed, takes_prefix};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// What may be spent on cases that are run side by side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    /// How many more cycles may be asked for.
    pub(super) cycles: Option<u64>,
    /// No batch is begun after this time.
    pub(super) until: Option<Instant>,
}

impl Budget {
    /// Takes so many cycles out of it; why not, where there are not so many.
    fn spend(&mut self, cycles: usize) -> Result<(), Failure> {
        let out_of = |what| Err(Failure::inconclusive(Inconclusive::Budget, what));
        if self.until.is_some_and(|until| Instant::now() >= until) {
            return out_of("the time was over");
        }
        let Some(left) = &mut self.cycles else { return Ok(()) };
        match left.checked_sub(cycles as u64) {
            Some(rest) => *left = rest,
            None => return out_of("not enough cycles were left"),
        }
        Ok(())
    }
}

/// An implementation whose cases are run side by side where it declares that. Any other is as it was.
pub(super) struct SideBySide<'i> {
    implementation: &'i mut dyn Implementation,
    description: Description,
    budget: Budget,
    /// The number of the next prefix. None is used twice in a run, so that nothing that is left in the tenant
    /// of an earlier case has anything in common with a later one.
    next_prefix: u32,
}

impl<'i> SideBySide<'i> {
    pub(super) fn new(implementation: &'i mut dyn Implementation, budget: Budget) -> Self {
        let description = implementation.describe();
        SideBySide { implementation, description, budget, next_prefix: 0 }
    }

    /// Carries out these of the cases in one message.
    fn batch(
        &mut self,
        cases: &[CaseInput<'_>],
        batch: &[usize],
    ) -> Result<Vec<CaseObservation>, Failure> {
        let cycles = batch.iter().map(|at| Skeleton::of(&cases[*at]).cycles()).max();
        if let Err(failure) = self.budget.spend(cycles.unwrap_or_default()) {
            return Ok(batch.iter().map(|_| CaseObservation::failed(failure.clone())).collect());
        }
        let prefixed: Vec<Prefixed> = batch
            .iter()
            .map(|at| match takes_prefix(&cases[*at]) {
                true => {
                    self.next_prefix += 1;
                    Prefixed::new(&cases[*at], self.next_prefix, self.description.anchor_form)
                }
                false => Prefixed::without(&cases[*at]),
            })
            .collect();
        let inputs = prefixed.iter().zip(batch);
        let inputs: Vec<CaseInput<'_>> =
            inputs.map(|(one, at)| CaseInput { name: cases[*at].name, ..one.input() }).collect();
        let seen = catch_unwind(AssertUnwindSafe(|| self.implementation.run_batch(&inputs)));
        let seen = seen.unwrap_or_else(|panic| Err(Failure::panicked(panic.as_ref())))?;
        Ok(seen.into_iter().zip(prefixed).map(|(seen, one)| one.read_back(seen)).collect())
    }
}

impl Implementation for SideBySide<'_> {
    fn describe(&self) -> Description {
        self.description.clone()
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.implementation.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        self.implementation.apply(command)
    }

    fn run_cases(
        &mut self,
        cases: &[CaseInput<'_>],
        observed: &mut dyn FnMut(usize, CaseObservation) -> bool,
    ) {
        let Some(most) = self.description.side_by_side else {
            return self.implementation.run_cases(cases, observed);
        };
        let mut batches: VecDeque<Vec<usize>> = batches(cases, most.max(1) as usize).into();
        let mut waiting: BTreeMap<usize, CaseObservation> = BTreeMap::new();
        let mut next = 0;
        while let Some(batch) = batches.pop_front() {
            let seen = match self.batch(cases, &batch) {
                Ok(seen) => seen,
                // Whose it is shows in one of the halves.
                Err(failure) if batch.len() > 1 && has_a_culprit(&failure) => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    batches.push_front(second.to_vec());
                    batches.push_front(first.to_vec());
                    continue;
                }
                Err(failure) => {
                    batch.iter().map(|_| CaseObservation::failed(failure.clone())).collect()
                }
            };
            waiting.extend(batch.into_iter().zip(seen));
            while let Some(seen) = waiting.remove(&next) {
                if !observed(next, seen) {
                    return;
                }
                next += 1;
            }
        }
    }
}

/// Whether a batch may have failed by one of its cases.
fn has_a_culprit(failure: &Failure) -> bool {
    !matches!(failure.kind, FailureKind::NotRestarted | FailureKind::Inconclusive)
}

/// What cases must have in common to share their cycles: the switches at the start, and the commands that concern
/// the whole tenant. Between two of these each does what it likes.
#[derive(PartialEq)]
struct Skeleton<'c> {
    features: Features,
    commands: Vec<&'c Command>,
}

impl<'c> Skeleton<'c> {
    fn of(case: &CaseInput<'c>) -> Skeleton<'c> {
        let commands = case.commands.iter().filter(|command| command.is_tenant_wide());
        Skeleton { features: case.tenant.features, commands: commands.collect() }
    }

    fn cycles(&self) -> usize {
        self.commands.iter().filter(|command| matches!(command, Command::Sync(_))).count()
    }

    fn begins_with(&self, other: &Skeleton<'_>) -> bool {
        self.features == other.features && self.commands.starts_with(&other.commands)
    }
}

/// The cases in batches of so many at most, by their places. Cases that are alike fill batches of their own. Of what
/// is left over the longest begin batches, and what is the beginning of them fills these up, at the cost of no further
/// cycle. The batches in which a cycle serves the most cases come first, so that a small budget goes far. What takes
/// no prefix is alone.
fn batches(cases: &[CaseInput<'_>], most: usize) -> Vec<Vec<usize>> {
    let skeletons: Vec<Skeleton<'_>> = cases.iter().map(Skeleton::of).collect();
    let (open, alone): (Vec<usize>, Vec<usize>) =
        (0..cases.len()).partition(|at| takes_prefix(&cases[*at]));
    let mut batches: Vec<Vec<usize>> = alone.into_iter().map(|at| vec![at]).collect();
    let mut alike: Vec<Vec<usize>> = Vec::new();
    for at in open {
        match alike.iter_mut().find(|group| skeletons[group[0]] == skeletons[at]) {
            Some(group) => group.push(at),
            None => alike.push(vec![at]),
        }
    }
    let mut open: Vec<usize> = Vec::new();
    for group in alike {
        let full = group.chunks_exact(most);
        open.extend(full.remainder());
        batches.extend(full.map(<[usize]>::to_vec));
    }
    open.sort_by_key(|at| (std::cmp::Reverse(skeletons[*at].commands.len()), *at));
    while let Some(&longest) = open.first() {
        let mut batch = Vec::new();
        open.retain(|at| {
            let joins = batch.len() < most && skeletons[longest].begins_with(&skeletons[*at]);
            if joins {
                batch.push(*at);
            }
            !joins
        });
        batches.push(batch);
    }
    let cycles =
        |batch: &[usize]| batch.iter().map(|at| skeletons[*at].cycles()).max().unwrap_or(0);
    batches.sort_by(|one, other| {
        (other.len() * cycles(one)).cmp(&(one.len() * cycles(other))).then(one.cmp(other))
    });
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn commands(letters: &str) -> Vec<Command> {
        let command = |letter| match letter {
            's' => Command::sync(),
            'r' => Command::reinstall(),
            _ => serde_json::from_str(r#"{"do": "removeOnPremisesObject", "key": "a"}"#)
                .expect("one"),
        };
        letters.chars().map(command).collect()
    }

    #[rstest]
    #[case::alike(&["s", "s"], 9, vec![vec![0, 1]])]
    #[case::what_each_does_between(&["xsxx", "sx", "xxs"], 9, vec![vec![0, 1, 2]])]
    #[case::the_beginning_of_a_longer_one(&["s", "ss", "x"], 9, vec![vec![0, 1, 2]])]
    #[case::alike_before_anything_else(&["s", "ss", "s"], 2, vec![vec![0, 2], vec![1]])]
    #[case::no_beginning(&["sr", "ss"], 9, vec![vec![0], vec![1]])]
    #[case::no_more_than_fit(&["s", "s", "s"], 2, vec![vec![0, 1], vec![2]])]
    #[case::most_cases_for_a_cycle_first(&["rss", "ss", "s", "s"], 9, vec![vec![1, 2, 3], vec![0]])]
    fn cases_that_go_together_share_a_batch(
        #[case] cases: &[&str],
        #[case] most: usize,
        #[case] expected: Vec<Vec<usize>>,
    ) {
        let tenant = Tenant::default();
        let commands: Vec<Vec<Command>> = cases.iter().map(|letters| commands(letters)).collect();
        let inputs: Vec<CaseInput<'_>> =
            commands.iter().map(|commands| CaseInput::new(&tenant, commands)).collect();
        let mut found = batches(&inputs, most);
        found.iter_mut().for_each(|batch| batch.sort_unstable());
        assert_eq!(found, expected);
    }

    #[test]
    fn a_budget_is_spent_once() {
        let mut budget = Budget { cycles: Some(3), until: None };
        assert!(budget.spend(2).is_ok());
        let refused = budget.spend(2).expect_err("one is left");
        assert_eq!(refused.inconclusive, Some(Inconclusive::Budget));
        assert!(budget.spend(1).is_ok());
    }
}
