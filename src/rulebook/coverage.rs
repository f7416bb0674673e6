//! Which statement of the seed document each rule comes from.

use serde::{Deserialize, Serialize};

/// The seed document, statement by statement, as it stands in `spec/seed-coverage.yaml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Coverage {
    /// The page.
    pub document: String,
    /// The date that the page gives itself.
    pub dated: String,
    /// Its statements, in order.
    pub statements: Vec<Statement>,
}

/// One statement of the document: either rules hold it, or there is a reason why none does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Statement {
    /// The heading that it stands under.
    pub section: String,
    /// What it says, in own words.
    pub says: String,
    /// The rules that hold it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Why no rule holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<String>,
}

#[cfg(test)]
mod tests {
    use crate::rulebook::Rulebook;
    use std::collections::BTreeSet;

    #[test]
    fn every_statement_is_either_held_by_known_rules_or_excluded_with_a_reason() {
        let book = Rulebook::embedded();
        for statement in &book.coverage.statements {
            assert_eq!(
                statement.rules.is_empty(),
                statement.excluded.is_some(),
                "{}: rules or a reason, and not both",
                statement.says
            );
            for rule in &statement.rules {
                assert!(book.rules.iter().any(|known| known.id == *rule), "no rule {rule}");
            }
        }
    }

    #[test]
    fn every_rule_is_named_by_the_coverage() {
        let book = Rulebook::embedded();
        let named: BTreeSet<&String> =
            book.coverage.statements.iter().flat_map(|statement| &statement.rules).collect();
        // The seed is the first edition; what later ones add stands on other texts.
        let of_seed = book.rules_in(&book.editions.editions[0].id);
        let missing: Vec<&String> =
            of_seed.map(|rule| &rule.id).filter(|id| !named.contains(id)).collect();
        assert_eq!(missing, Vec::<&String>::new());
    }
}
