//! Conformance classes, as they stand in `spec/classes.yaml`.

use super::{Rule, Rulebook, is_empty, lacking};
use crate::directory::{Capabilities, Capability};
use serde::{Deserialize, Serialize};

/// The conformance classes, each of which contains the one before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Classes {
    /// The classes, the smallest first.
    pub classes: Vec<Class>,
}

/// A conformance class: what an implementation can be whole in that does not do everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Class {
    /// Its name.
    pub id: String,
    /// What it is about, in a line.
    pub title: String,
    /// Capabilities that it takes.
    pub requires: Capabilities,
    /// Capabilities of which it takes at least one; of these the declared ones count.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub requires_any_of: Capabilities,
}

impl Class {
    /// What an implementation with these capabilities lacks: of each list any one would do.
    pub fn lacking(&self, capabilities: &Capabilities) -> Vec<Vec<Capability>> {
        lacking(&self.requires, &self.requires_any_of, capabilities)
    }

    /// The rules of an edition that can be exercised with just what the class requires, by an
    /// implementation with these capabilities.
    pub fn rules<'r>(
        &self,
        edition: &'r str,
        declared: &Capabilities,
    ) -> impl Iterator<Item = &'r Rule> + use<'r> {
        let chosen = self.requires_any_of.0.intersection(&declared.0).copied();
        let own: Capabilities = self.requires.0.iter().copied().chain(chosen).collect();
        let rules = Rulebook::embedded().rules_in(edition);
        rules.filter(move |rule| rule.lacking(&own).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who meets a class meets those before it, and who meets the last has every rule.
    #[test]
    fn each_class_contains_the_one_before_it_and_the_last_has_every_rule() {
        let book = Rulebook::embedded();
        let edition = &book.default_edition().id;
        let everything = Capabilities::all_of_2023();
        let mut before: Vec<&str> = Vec::new();
        for class in &book.classes {
            assert_eq!(class.lacking(&everything), Vec::<Vec<Capability>>::new(), "{}", class.id);
            let rules: Vec<&str> =
                class.rules(edition, &everything).map(|rule| &*rule.id).collect();
            assert!(rules.len() > before.len(), "{}", class.id);
            assert!(before.iter().all(|rule| rules.contains(rule)), "{}", class.id);
            before = rules;
        }
        assert_eq!(before.len(), book.rules_in(edition).count());
    }

    #[test]
    fn one_soft_match_is_enough_for_the_core() {
        let core = &Rulebook::embedded().classes[0];
        let declared = |words: &[Capability]| words.iter().copied().collect::<Capabilities>();
        let by_name =
            declared(&[Capability::Users, Capability::Roles, Capability::MatchUserPrincipalName]);
        assert!(core.lacking(&by_name).is_empty());
        let rules: Vec<&str> = core.rules("2023-01", &by_name).map(|rule| &*rule.id).collect();
        assert!(rules.contains(&"match.soft-on-upn"));
        assert!(rules.contains(&"admin.never-soft-matched"));
        assert!(!rules.contains(&"match.soft-on-primary-smtp"));
        let none = declared(&[Capability::Users, Capability::Roles]);
        assert_eq!(core.lacking(&none).len(), 1);
    }
}
