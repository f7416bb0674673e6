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
    /// What it takes besides from later editions on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<LaterRequirements>,
}

/// What a conformance class takes besides from a later edition on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LaterRequirements {
    /// The first edition of which it is true.
    pub since: String,
    /// Capabilities that it takes besides.
    pub requires: Capabilities,
}

impl Class {
    /// Everything that it requires in an edition.
    pub fn requires_in(&self, edition: &str) -> Capabilities {
        let later = self.later.iter().filter(|later| *later.since <= *edition);
        let all = std::iter::once(&self.requires).chain(later.map(|later| &later.requires));
        all.flat_map(|some| some.0.iter().copied()).collect()
    }

    /// What an implementation with these capabilities lacks for it in an edition: of each list any one
    /// would do.
    pub fn lacking(&self, edition: &str, capabilities: &Capabilities) -> Vec<Vec<Capability>> {
        lacking(&self.requires_in(edition), &self.requires_any_of, capabilities)
    }

    /// The rules of an edition that can be exercised with just what the class requires, by an
    /// implementation with these capabilities.
    pub fn rules<'r>(
        &self,
        edition: &'r str,
        declared: &Capabilities,
    ) -> impl Iterator<Item = &'r Rule> + use<'r> {
        let chosen = self.requires_any_of.0.intersection(&declared.0).copied();
        let required = self.requires_in(edition).0.into_iter();
        let own: Capabilities = required.chain(chosen).collect();
        let rules = Rulebook::embedded().rules_in(edition);
        rules.filter(move |rule| rule.lacking(&own).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// Who meets a class meets those before it, and who meets the last has every rule, in every edition.
    #[test]
    fn each_class_contains_the_one_before_it_and_the_last_has_every_rule() {
        let book = Rulebook::embedded();
        let mut everything = Capabilities::all_of_2023();
        for edition in &book.editions.editions {
            everything.0.extend(&edition.adds.0);
            let mut before: Vec<&str> = Vec::new();
            for class in &book.classes {
                let lacking = class.lacking(&edition.id, &everything);
                assert_eq!(
                    lacking,
                    Vec::<Vec<Capability>>::new(),
                    "{} in {}",
                    class.id,
                    edition.id
                );
                let rules: Vec<&str> =
                    class.rules(&edition.id, &everything).map(|rule| &*rule.id).collect();
                assert!(rules.len() > before.len(), "{}", class.id);
                assert!(before.iter().all(|rule| rules.contains(rule)), "{}", class.id);
                before = rules;
            }
            let all: Vec<&str> = book.rules_in(&edition.id).map(|rule| &*rule.id).collect();
            assert_eq!(
                before, all,
                "{}: the last class requires what every rule takes",
                edition.id
            );
        }
    }

    #[rstest]
    #[case("2023-01", false)]
    #[case("2025-04", true)]
    fn a_later_edition_takes_more(#[case] edition: &str, #[case] is_more: bool) {
        let full = Rulebook::embedded().classes.last().expect("a class");
        let lacking = full.lacking(edition, &Capabilities::all_of_2023());
        assert_eq!(lacking.contains(&vec![Capability::Scope]), is_more);
    }

    #[test]
    fn one_soft_match_is_enough_for_the_core() {
        let core = &Rulebook::embedded().classes[0];
        let declared = |words: &[Capability]| words.iter().copied().collect::<Capabilities>();
        let by_name =
            declared(&[Capability::Users, Capability::Roles, Capability::MatchUserPrincipalName]);
        assert!(core.lacking("2023-01", &by_name).is_empty());
        let rules: Vec<&str> = core.rules("2023-01", &by_name).map(|rule| &*rule.id).collect();
        assert!(rules.contains(&"match.soft-on-upn"));
        assert!(rules.contains(&"admin.never-soft-matched"));
        assert!(!rules.contains(&"match.soft-on-primary-smtp"));
        let none = declared(&[Capability::Users, Capability::Roles]);
        assert_eq!(core.lacking("2023-01", &none).len(), 1);
    }
}
