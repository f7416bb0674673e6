//! The conformance classes that a run shows to be met.

use super::summary::{RuleState, Summary};
use crate::directory::Capability;
use crate::rulebook::Rulebook;
use serde::Serialize;

/// What a run came to for one conformance class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClassLine {
    /// The class's name.
    pub class: &'static str,
    /// What the run came to for it.
    pub state: ClassState,
}

/// What a run came to for a conformance class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum ClassState {
    /// Everything that it requires is declared, and every rule of it held.
    Met,
    /// These rules of it did not hold: violated, or not judged.
    NotMet {
        /// The rules that are violated.
        violated: Vec<String>,
        /// The rules on which the run has no verdict.
        not_judged: Vec<String>,
    },
    /// The implementation does not declare all that it requires.
    NotDeclared {
        /// What is missing; of each list any one would do.
        missing: Vec<Vec<Capability>>,
    },
}

impl Summary {
    /// The conformance classes, the smallest first.
    pub fn classes(&self) -> Vec<ClassLine> {
        let Some(header) = self.header() else { return Vec::new() };
        let declared = &header.description.capabilities;
        let lines = self.rules();
        let state_of = |rule: &str| {
            let line = lines.iter().find(|line| line.rule == rule);
            line.map_or(RuleState::NotExercised, |line| line.state)
        };
        let state = |class: &crate::rulebook::Class| {
            let missing = class.lacking(&header.edition, declared);
            if !missing.is_empty() {
                return ClassState::NotDeclared { missing };
            }
            let (mut violated, mut not_judged) = (Vec::new(), Vec::new());
            for rule in class.rules(&header.edition, declared) {
                match state_of(&rule.id) {
                    RuleState::Held => {}
                    RuleState::Violated => violated.push(rule.id.clone()),
                    RuleState::NotApplicable | RuleState::NotExercised => {
                        not_judged.push(rule.id.clone());
                    }
                }
            }
            if violated.is_empty() && not_judged.is_empty() && self.is_whole() {
                ClassState::Met
            } else {
                ClassState::NotMet { violated, not_judged }
            }
        };
        let classes = Rulebook::embedded().classes.iter();
        classes.map(|class| ClassLine { class: &class.id, state: state(class) }).collect()
    }

    /// The largest conformance class that is met.
    pub fn class_met(&self) -> Option<&'static str> {
        let met = |line: &ClassLine| line.state == ClassState::Met;
        self.classes().into_iter().rfind(met).map(|line| line.class)
    }

    /// Whether nothing aborted and nothing was cut short or left to another part.
    fn is_whole(&self) -> bool {
        self.aborts() == 0
            && self.defects.is_empty()
            && !self.is_cut_short()
            && self.header().is_some_and(|header| header.shard.is_none())
    }
}
