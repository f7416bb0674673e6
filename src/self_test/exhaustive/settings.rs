//! What an exhaustive search is about.

use super::scope::Scope;
use crate::reference::Policy;
use crate::self_test::mutants::Mutant;

/// What is searched.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The objects and values.
    pub scope: Scope,
    /// The policy that is decided by.
    pub policy: Policy,
    /// Whether the choices of the policy are declared to the checks.
    pub declares: bool,
    /// How many commands a case has at most.
    pub depth: usize,
    /// What is judged.
    pub subject: Subject,
}

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// The reference model: no check may find fault with it.
    Model,
    /// A mutant, to show that the search finds something where there is something.
    Mutant(&'static Mutant),
}

impl Settings {
    /// The reference model with the default policy, which it declares.
    pub fn new(scope: Scope, depth: usize) -> Settings {
        Settings {
            scope,
            policy: Policy::default(),
            declares: true,
            depth,
            subject: Subject::Model,
        }
    }

    /// What is judged, and by which choices it decides.
    pub fn words(&self) -> String {
        let mut words = match self.subject {
            Subject::Model => "the model".to_owned(),
            Subject::Mutant(mutant) => mutant.name.to_owned(),
        };
        if !self.declares {
            words.push_str(", undeclared");
        }
        let default = Policy { edition: self.policy.edition, ..Policy::default() };
        let default = default.declared().words();
        for (choice, value) in self.policy.declared().words() {
            if !default.contains(&(choice, value)) {
                words.push_str(", ");
                words.push_str(value);
            }
        }
        words
    }
}
