//! Exhaustive agreement: in a small scope every sequence of commands up to a length is carried out
//! by the reference model, and every check judges every transition.
//!
//! ```
//! use entra_conformance::self_test::exhaustive::{Scope, Settings, Starts, Values, explore};
//! use std::ops::ControlFlow;
//! let scope = Scope { starts: Starts::Whole, values: Values::Apart };
//! let report = explore(&Settings::new(scope, 1), &mut |_| ControlFlow::Continue(()));
//! assert!(report.is_agreed() && report.transitions > 100);
//! ```
//!
//! # The scope
//!
//! Two cloud users and two on-premises users, a pair of groups and a pair of contacts; two user
//! principal names, two addresses as primary or secondary, two anchors that users have (and one
//! each for group and contact), one role, one attribute, the edition's switches. Every command that
//! the edition knows over these values. See [`Starts`] for the tenants that a search begins with,
//! [`Values`] for how values are related.
//!
//! # What makes it sound
//!
//! What a check says depends on the state and on what the case has shown before. So a state of the
//! search is all of it: what the model keeps (tenant, labels, Connect's memory, what is pending)
//! and what the observer keeps (who was joined to whom, what has changed, failed, or is left open,
//! what takeovers made of values, which values the case has mentioned). Only where all of that is
//! the same is a state known already, and then every transition from it was judged before or will
//! be. Left out is what no verdict rests on: what objects are called in reports, and where they
//! were found the last time. A transition to a known state is judged like any other.
//!
//! Nothing depends on which name, address, anchor or identifier it is, as long as the same ones are
//! equal, so states that differ in that alone are one; the second of two users is created after
//! the first. Addresses are a set. That the model works through on-premises objects in an order is
//! respected: objects are not exchanged for one another. A unit test takes states that were found
//! to be the same and compares all that follows upon each. States are kept as hashes of 128 bits.
//!
//! A mutant may depend on what things are called, so there nothing is renamed.
//!
//! # Why not `stateright`
//!
//! The library `stateright` was looked at (0.31.0 of July 2025). Its properties are predicates on
//! states, asked when a state is met for the first time; here transitions are judged, also those
//! that lead to a known state, where nothing would be asked. Its breadth-first search knows no
//! symmetry (its depth-first search does, and then the first counterexample is not the shortest).
//! It is done with a property at the first counterexample, and does not count how often one held.
//! And it keeps whole states in its queue, where here a state is the way to it, and is found again
//! by going there. The canonical states, which are the hard part, would be needed all the same; what
//! it would save is a loop.

mod actions;
mod place;
mod report;
mod scope;
mod search;
mod settings;
#[cfg(test)]
mod tests;
mod vocabulary;

pub use report::{Disagreement, Report, never_exercised, render};
pub use scope::{Scope, Starts};
pub use search::explore;
pub use settings::{Settings, Subject};
pub use vocabulary::Values;

use crate::directory::Capability;
use crate::reference::Policy;

/// The searches that make up the whole, up to a depth.
///
/// The default policy goes to this depth from nothing and from a whole tenant, and to one less from
/// every pair of objects: a pair saves the commands that would create it. Every other policy goes
/// to two less, and to three less from every pair. From where an object has left scope, in editions
/// that know of that, it is as from every pair, or one more. Where a search would be left without a
/// command it is left out.
pub fn plan(edition: &str, depth: usize) -> Vec<Settings> {
    let default = Policy::of_edition(edition).expect("an edition that the model knows");
    let mut searches = Vec::new();
    let knows_scope = default.edition.adds.contains(&Capability::Scope);
    let is_known = |starts| starts != Starts::Departed || knows_scope;
    let of_default =
        [(Starts::Nothing, 0), (Starts::Whole, 0), (Starts::Pairs, 1), (Starts::Departed, 1)];
    let of_others = [(Starts::Whole, 2), (Starts::Pairs, 3), (Starts::Departed, 2)];
    for values in [Values::Apart, Values::Alike] {
        for (starts, less) in of_default.into_iter().filter(|(starts, _)| is_known(*starts)) {
            let scope = Scope { starts, values };
            let depth = depth.saturating_sub(less);
            searches.push(Settings { policy: default, ..Settings::new(scope, depth) });
        }
    }
    for policy in default.every_choice() {
        for (starts, less) in of_others.into_iter().filter(|(starts, _)| is_known(*starts)) {
            for declares in [true, false] {
                if policy == default && declares {
                    continue;
                }
                let scope = Scope { starts, values: Values::Apart };
                let depth = depth.saturating_sub(less);
                searches.push(Settings { policy, declares, ..Settings::new(scope, depth) });
            }
        }
    }
    searches.retain(|search| search.depth > 0);
    searches
}
