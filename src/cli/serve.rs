//! `serve`: the reference model as an adapter, so that the protocol can be tried without one; or a
//! mutant of it.

use super::exit::{Exit, Mistake};
use super::implementation;
use crate::implementation::Implementation;
use crate::implementation::serve::serve_stdio;
use crate::reference::ReferenceModel;
use crate::suite;

pub(super) fn serve(edition: Option<&str>, choices: &[String]) -> Result<Exit, Mistake> {
    serve_it(&mut ReferenceModel::new(implementation::policy(suite::edition(edition)?, choices)?))
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
