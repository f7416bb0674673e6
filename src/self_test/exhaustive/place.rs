//! A state of the search, and the way there.

use crate::checks::{Finding, Observer};
use crate::directory::{
    CanonicalState, Capabilities, Command, DeclaredChoices, StepObservation, Tenant, Text,
};
use crate::implementation::Implementation as _;
use crate::rulebook::{Edition, Rulebook};
use crate::self_test::mutants::Faulty;
use std::collections::BTreeSet;

/// A state with all that the future rests on, and the way there.
#[derive(Clone)]
pub(super) struct Place<'a> {
    edition: &'static Edition,
    pub(super) tenant: &'a Tenant,
    /// Commands, by their places among the actions.
    pub(super) path: Vec<usize>,
    /// The labels that were used, whether an object came into being or not: each is used once.
    pub(super) labels: BTreeSet<Text>,
    pub(super) implementation: Faulty,
    pub(super) observer: Observer<'a>,
}

impl<'a> Place<'a> {
    /// The beginning of a case, and what its start was found to be.
    pub(super) fn start(
        implementation: &Faulty,
        tenant: &'a Tenant,
        capabilities: &'a Capabilities,
        choices: &'a DeclaredChoices,
    ) -> (Place<'a>, Vec<Finding>) {
        let mut implementation = implementation.clone();
        let name = implementation.model().policy().edition.name;
        let edition = Rulebook::embedded().edition(name).expect("an edition of the rulebook");
        let state = implementation.reset(tenant).expect("it can start from any tenant");
        let (observer, found) =
            Observer::start(tenant, &state, edition.settings, capabilities, choices);
        let labels = tenant.cloud.iter().map(|object| object.label.clone()).collect();
        (Place { edition, tenant, path: Vec::new(), labels, implementation, observer }, found)
    }

    /// Carries out the command that has this place among the actions, and lets every check judge it.
    pub(super) fn step(
        &mut self,
        (at, command): (usize, &Command),
        found: &mut Vec<Finding>,
    ) -> StepObservation {
        let seen = self.implementation.apply(command).expect("it can carry out every command");
        let of_edition = |finding: &Finding| {
            Rulebook::embedded().rule(finding.rule).is_some_and(|rule| rule.is_in(&self.edition.id))
        };
        found.extend(self.observer.step(command, &seen).into_iter().filter(of_edition));
        self.path.push(at);
        if let Command::CreateCloudObject(create) = command {
            self.labels.insert(create.object.label.clone());
        }
        seen
    }

    /// Draws all that the future rests on.
    pub(super) fn canonicalise(&self, canonical: &mut CanonicalState) {
        canonical.draw(|canonical| {
            canonical.list(self.labels.iter(), |canonical, label| canonical.text(label));
            self.implementation.model().canonicalise(canonical);
            canonical.text(&self.implementation.memory());
            self.observer.canonicalise(canonical);
        });
    }
}
