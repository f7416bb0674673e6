//! `serve`: the reference model as an adapter, so that the protocol can be tried without one.

use super::exit::{Exit, Mistake};
use super::implementation;
use crate::implementation::serve::serve_stdio;
use crate::reference::ReferenceModel;

pub(super) fn serve(choices: &[String]) -> Result<Exit, Mistake> {
    let mut model = ReferenceModel::new(implementation::policy(choices)?);
    match serve_stdio(&mut model) {
        Ok(()) => Ok(Exit::Conformant),
        // Whoever asked has gone away, and wants no answer any more.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Conformant),
        Err(error) => Err(Mistake::bad_input(format!("the requests cannot be read: {error}"))),
    }
}
