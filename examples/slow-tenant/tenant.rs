//! A tenant that is as slow as a live one, in time that is counted and not waited for: an implementation behind
//! the costs of a directory, Microsoft Graph and sync cycles, which shows only later what was done.

use entra_conformance::directory::{Command, Outcome, Snapshot, StepObservation, Tenant};
use entra_conformance::implementation::side_by_side::{self, SharedTenant};
use entra_conformance::implementation::{
    CaseInput, CaseObservation, Description, Failure, Implementation, Inconclusive,
};
use std::time::Duration;

/// What everything costs, and what can go wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Costs {
    /// A change in the on-premises directory.
    pub(super) directory_write: Duration,
    /// A change in the cloud.
    pub(super) graph_write: Duration,
    /// Reading a page of 100 objects.
    pub(super) page: Duration,
    /// A sync cycle, with waiting for it.
    pub(super) cycle: Duration,
    /// After so long at most a change shows in the cloud.
    pub(super) lag: Duration,
    /// Every so many changes in the cloud the service asks to wait for so long.
    pub(super) throttled: (u64, Duration),
    /// Every so many changes in the cloud waiting does not help; 0 is never.
    pub(super) refused: u64,
}

impl Default for Costs {
    fn default() -> Costs {
        Costs {
            directory_write: Duration::from_millis(50),
            graph_write: Duration::from_millis(500),
            page: Duration::from_millis(300),
            cycle: Duration::from_secs(30 * 60),
            lag: Duration::from_secs(60),
            throttled: (200, Duration::from_secs(30)),
            refused: 0,
        }
    }
}

/// How often the tenant is looked at while something is still to show.
const POLL: Duration = Duration::from_secs(10);

/// So long at most it is waited for.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The tenant, with what it has come to.
pub(super) struct SlowTenant {
    implementation: Box<dyn Implementation>,
    most: u32,
    costs: Costs,
    /// When the night is over.
    night: Option<Duration>,
    /// How late it is.
    pub(super) clock: Duration,
    pub(super) cycles: u64,
    graph_writes: u64,
    /// How many objects are left of the batch before.
    left_over: usize,
    /// Every state of the cloud of this batch, and when it came about.
    states: Vec<(Duration, Snapshot)>,
}

impl SlowTenant {
    /// One in which so many cases go side by side.
    pub(super) fn new(
        implementation: Box<dyn Implementation>,
        most: u32,
        costs: Costs,
    ) -> SlowTenant {
        SlowTenant {
            implementation,
            most,
            costs,
            night: None,
            clock: Duration::ZERO,
            cycles: 0,
            graph_writes: 0,
            left_over: 0,
            states: Vec::new(),
        }
    }

    /// The same, which has no more to say when the night is over.
    pub(super) fn for_a_night(self, night: Duration) -> SlowTenant {
        SlowTenant { night: Some(night), ..self }
    }

    fn graph_write(&mut self) -> Result<(), Failure> {
        self.graph_writes += 1;
        self.clock += self.costs.graph_write;
        let (every, wait) = self.costs.throttled;
        if self.graph_writes.is_multiple_of(every) {
            self.clock += wait;
        }
        if self.costs.refused > 0 && self.graph_writes.is_multiple_of(self.costs.refused) {
            let message = "429 Too Many Requests, and again after Retry-After";
            return Err(Failure::inconclusive(Inconclusive::Throttled, message));
        }
        Ok(())
    }

    /// What the cloud shows now: the latest state, or one that was the latest a while ago.
    fn read(&mut self) -> Snapshot {
        let lag = self.costs.lag.mul_f64((self.clock.as_millis() % 97) as f64 / 97.0);
        let shows = |(since, _): &&(Duration, Snapshot)| *since + lag <= self.clock;
        let shown = self.states.iter().rev().find(shows).or(self.states.first());
        let snapshot = shown.map(|(_, snapshot)| snapshot.clone()).unwrap_or_default();
        let pages = 1 + snapshot.cloud.len() / 100;
        self.clock += self.costs.page * u32::try_from(pages).unwrap_or(u32::MAX);
        snapshot
    }
}

impl SharedTenant for SlowTenant {
    fn begin(&mut self, tenant: &Tenant) -> Result<(), Failure> {
        // The cycle that takes notice of what is removed is the first one of this batch.
        for _ in 0..std::mem::take(&mut self.left_over) + tenant.cloud.len() {
            self.graph_write()?;
        }
        self.left_over = tenant.cloud.len() + tenant.on_premises.len();
        let on_premises = u32::try_from(tenant.on_premises.len()).unwrap_or(u32::MAX);
        self.clock += self.costs.directory_write * on_premises;
        let state = self.implementation.reset(tenant)?;
        self.states = vec![(self.clock, state)];
        Ok(())
    }

    fn carry_out(&mut self, command: &Command) -> Result<Outcome, Failure> {
        match command {
            Command::Sync(_) => {
                self.cycles += 1;
                self.clock += self.costs.cycle;
            }
            Command::ReinstallConnect(_) => self.clock += self.costs.cycle,
            Command::CreateOnPremisesObject(_)
            | Command::UpdateOnPremisesObject(_)
            | Command::RemoveOnPremisesObject(_) => self.clock += self.costs.directory_write,
            _ => self.graph_write()?,
        }
        let step = self.implementation.apply(command)?;
        self.states.push((self.clock, step.snapshot));
        Ok(step.outcome)
    }

    /// Nothing says that all is shown. What has stayed the same for as long as a change may take is taken for it.
    fn look(&mut self) -> Result<Snapshot, Failure> {
        let begun = self.clock;
        let (mut shown, mut since) = (self.read(), begun);
        while self.clock - since <= self.costs.lag {
            if self.clock - begun > PATIENCE {
                let message = "the tenant went on changing";
                return Err(Failure::inconclusive(Inconclusive::NotSettled, message));
            }
            self.clock += POLL;
            let now = self.clock;
            let next = self.read();
            if next != shown {
                (shown, since) = (next, now);
            }
        }
        Ok(shown)
    }
}

impl Implementation for SlowTenant {
    fn describe(&self) -> Description {
        self.implementation.describe().with_cases_side_by_side(self.most)
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.begin(tenant)?;
        self.look()
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let outcome = self.carry_out(command)?;
        Ok(StepObservation { outcome, snapshot: self.look()? })
    }

    fn run_batch(&mut self, cases: &[CaseInput<'_>]) -> Result<Vec<CaseObservation>, Failure> {
        if self.night.is_some_and(|night| self.clock >= night) {
            let over = Failure::inconclusive(Inconclusive::Budget, "the night is over");
            return Ok(cases.iter().map(|_| CaseObservation::failed(over.clone())).collect());
        }
        side_by_side::run(self, cases)
    }
}
