//! `serve`: the reference model as an adapter, so that the protocol can be tried without one; or a
//! mutant of it.

use super::arguments::Offers;
use super::exit::{Exit, Mistake};
use super::implementation;
use crate::directory::{Command, Snapshot, StepObservation, Tenant};
use crate::implementation::serve::serve_stdio;
use crate::implementation::side_by_side::{self, AtOnce};
use crate::implementation::{CaseInput, CaseObservation, Description, Failure, Implementation};
use crate::reference::ReferenceModel;
use crate::suite;

pub(super) fn serve(
    edition: Option<&str>,
    choices: &[String],
    offers: &Offers,
) -> Result<Exit, Mistake> {
    let policy = implementation::policy(suite::edition(edition)?, choices)?;
    serve_it(&mut ReferenceModel::new(policy), offers)
}

/// What is served, offering more than it does by itself.
struct Offering<'o> {
    served: &'o mut dyn Implementation,
    offers: &'o Offers,
}

impl Implementation for Offering<'_> {
    fn describe(&self) -> Description {
        let mut description = self.served.describe();
        if !self.offers.offers.is_empty() {
            description.editions.clone_from(&self.offers.offers);
        }
        description.side_by_side = self.offers.side_by_side;
        description
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.served.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        self.served.apply(command)
    }

    fn run_batch(&mut self, cases: &[CaseInput<'_>]) -> Result<Vec<CaseObservation>, Failure> {
        side_by_side::run(&mut AtOnce::new(self), cases)
    }
}

#[cfg(feature = "self-test")]
pub(super) fn serve_mutant(
    name: &str,
    edition: Option<&str>,
    choices: &[String],
    offers: &Offers,
) -> Result<Exit, Mistake> {
    let Some(mutant) = crate::self_test::mutants::find(name) else {
        return Err(Mistake::bad_input(format!("there is no mutant {name}")));
    };
    let policy = implementation::policy(suite::edition(edition)?, choices)?;
    serve_it(&mut *mutant.with_policy(policy), offers)
}

fn serve_it(served: &mut dyn Implementation, offers: &Offers) -> Result<Exit, Mistake> {
    match serve_stdio(&mut Offering { served, offers }) {
        Ok(()) => Ok(Exit::Conformant),
        // Whoever asked has gone away, and wants no answer any more.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Conformant),
        Err(error) => Err(Mistake::bad_input(format!("the requests cannot be read: {error}"))),
    }
}
