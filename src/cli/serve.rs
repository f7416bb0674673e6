//! `serve`: the reference model as an adapter, so that the protocol can be tried without one; or a
//! mutant of it.

use super::exit::{Exit, Mistake};
use super::implementation;
use crate::directory::{Command, Snapshot, StepObservation, Tenant};
use crate::implementation::serve::serve_stdio;
use crate::implementation::{Description, Failure, Implementation};
use crate::reference::ReferenceModel;
use crate::suite;

pub(super) fn serve(
    edition: Option<&str>,
    choices: &[String],
    offers: &[String],
) -> Result<Exit, Mistake> {
    let policy = implementation::policy(suite::edition(edition)?, choices)?;
    serve_it(&mut Offering { model: ReferenceModel::new(policy), offers })
}

/// The reference model of one edition, which offers to be held to others besides: as an implementation does
/// that has not followed the documents.
struct Offering<'o> {
    model: ReferenceModel,
    offers: &'o [String],
}

impl Implementation for Offering<'_> {
    fn describe(&self) -> Description {
        let mut description = self.model.describe();
        if !self.offers.is_empty() {
            description.editions = self.offers.to_vec();
        }
        description
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.model.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        self.model.apply(command)
    }
}

#[cfg(feature = "self-test")]
pub(super) fn serve_mutant(
    name: &str,
    edition: Option<&str>,
    choices: &[String],
) -> Result<Exit, Mistake> {
    let Some(mutant) = crate::self_test::mutants::find(name) else {
        return Err(Mistake::bad_input(format!("there is no mutant {name}")));
    };
    serve_it(&mut *mutant.with_policy(implementation::policy(suite::edition(edition)?, choices)?))
}

fn serve_it(implementation: &mut dyn Implementation) -> Result<Exit, Mistake> {
    match serve_stdio(implementation) {
        Ok(()) => Ok(Exit::Conformant),
        // Whoever asked has gone away, and wants no answer any more.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Conformant),
        Err(error) => Err(Mistake::bad_input(format!("the requests cannot be read: {error}"))),
    }
}
