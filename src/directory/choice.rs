//! What the documents leave open and an implementation may declare: it is then held to its word.

use super::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// What becomes of attributes without an on-premises value when a user is taken over.
    #[non_exhaustive]
    pub enum ValuesAbsentOnPremises {
        /// The cloud value stays.
        Kept = "kept",
        /// The cloud value is lost.
        Cleared = "cleared",
        /// The cloud value stays at the takeover and is lost in the next cycle.
        ClearedInNextCycle = "clearedInNextCycle",
    }
}
words! {
    /// What becomes of a new object whose identifiers are held by objects that it may not match.
    #[non_exhaustive]
    pub enum CollisionHandling {
        /// An error, and nothing is created.
        Rejected = "rejected",
        /// A quarantined object is created without the values that collide.
        Quarantined = "quarantined",
    }
}
words! {
    /// What becomes of a new object with several holders of which at least one is eligible.
    #[non_exhaustive]
    pub enum AmbiguousMatch {
        /// An error, and nothing changes.
        Refused = "refused",
        /// One eligible holder is taken over, and the values that others hold are withheld.
        Withheld = "withheld",
        /// A quarantined object is created without the values that others hold.
        Quarantined = "quarantined",
    }
}
words! {
    /// Which match wins where the anchor leads to one object and a name or address to another.
    #[non_exhaustive]
    pub enum HardVersusSoft {
        /// The holder of the anchor is taken over.
        HardFirst = "hardFirst",
        /// The soft match is tried first. The anchor stays with its holder.
        SoftFirst = "softFirst",
    }
}

/// The choices that an implementation declares. What it does not declare is not judged.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct DeclaredChoices {
    /// See [`ValuesAbsentOnPremises`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_absent_on_premises: Option<ValuesAbsentOnPremises>,
    /// See [`CollisionHandling`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collision_handling: Option<CollisionHandling>,
    /// See [`AmbiguousMatch`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ambiguous_match: Option<AmbiguousMatch>,
    /// See [`HardVersusSoft`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_versus_soft: Option<HardVersusSoft>,
}

impl DeclaredChoices {
    /// The declared choices as words, `(choice, value)`, in the rulebook's order.
    pub fn words(&self) -> Vec<(&'static str, &'static str)> {
        [
            (
                "valuesAbsentOnPremises",
                self.values_absent_on_premises.map(ValuesAbsentOnPremises::word),
            ),
            ("collisionHandling", self.collision_handling.map(CollisionHandling::word)),
            ("ambiguousMatch", self.ambiguous_match.map(AmbiguousMatch::word)),
            ("hardVersusSoft", self.hard_versus_soft.map(HardVersusSoft::word)),
        ]
        .into_iter()
        .filter_map(|(choice, value)| Some((choice, value?)))
        .collect()
    }

    /// Leaves out every choice of which `is_kept` does not say that it stays.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        let DeclaredChoices {
            values_absent_on_premises,
            collision_handling,
            ambiguous_match,
            hard_versus_soft,
        } = self;
        values_absent_on_premises.take_if(|_| !is_kept("valuesAbsentOnPremises"));
        collision_handling.take_if(|_| !is_kept("collisionHandling"));
        ambiguous_match.take_if(|_| !is_kept("ambiguousMatch"));
        hard_versus_soft.take_if(|_| !is_kept("hardVersusSoft"));
    }

    /// Whether every choice that `condition` names is declared here, and with the same value.
    pub fn agrees_with(&self, condition: &DeclaredChoices) -> bool {
        let declared = self.words();
        condition.words().iter().all(|word| declared.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_holds_only_where_the_same_value_is_declared() {
        let rejected = DeclaredChoices {
            collision_handling: Some(CollisionHandling::Rejected),
            ..Default::default()
        };
        let quarantined = DeclaredChoices {
            collision_handling: Some(CollisionHandling::Quarantined),
            ..Default::default()
        };
        let nothing = DeclaredChoices::default();
        assert!(rejected.agrees_with(&rejected));
        assert!(!quarantined.agrees_with(&rejected));
        assert!(!nothing.agrees_with(&rejected), "undeclared is not judged");
        assert!(nothing.agrees_with(&nothing));
    }
}
