//! What is alike in violations that come from one mistake, as data with a stable code.

use crate::checks::{Shape, Violation};
use crate::directory::{CommandKind, Field};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where a failure was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// By the rule's check, which judges every step of every case.
    Check,
    /// By what the scenario expects after a step.
    Expectation,
    /// By a metamorphic relation, which compares two cases.
    Relation,
}

/// Why a rule counts as violated: the field, how it differs, and in what kind of step. The rule
/// stands beside it.
///
/// Left out is all that changes from case to case while the mistake stays: values, names and
/// identifiers of objects, names of attributes, the order in which violations were found, the step's
/// number, the seed. In text a reason is a code, which stays the same whatever reports say:
///
/// ```
/// use entra_conformance::runner::{Origin, Reason};
/// let reason: Reason = "proxyAddresses/valuesAdded/sync".parse().unwrap();
/// assert_eq!(reason.origin(), Origin::Check);
/// assert_eq!(reason.to_string(), "proxyAddresses/valuesAdded/sync");
/// let of_scenario: Reason = "proxyAddresses/valuesAdded/sync/expectation".parse().unwrap();
/// assert_eq!(of_scenario.origin(), Origin::Expectation);
/// assert!("proxyAddresses/valuesAdded".parse::<Reason>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    field: &'static str,
    shape: Shape,
    /// `reset` of what a relation compares: the last step of its case has no part in what is wrong.
    command: CommandKind,
    origin: Origin,
}

impl Reason {
    /// The reason of a violation that was noticed in this way, after a step with this command.
    pub fn of(origin: Origin, command: CommandKind, violation: &Violation) -> Reason {
        let command = if origin == Origin::Relation { CommandKind::Reset } else { command };
        Reason { field: violation.field.code(), shape: violation.shape(), command, origin }
    }

    /// Where it was noticed. Which rule an expectation's violation is put down to depends on which
    /// rules are selected.
    pub fn origin(&self) -> Origin {
        self.origin
    }
}

const RELATION: &str = "relation";
const EXPECTATION: &str = "expectation";

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason { field, shape, command, origin } = self;
        match origin {
            Origin::Check => write!(f, "{field}/{shape}/{command}"),
            Origin::Expectation => write!(f, "{field}/{shape}/{command}/{EXPECTATION}"),
            Origin::Relation => write!(f, "{field}/{shape}/{RELATION}"),
        }
    }
}

impl FromStr for Reason {
    type Err = String;

    fn from_str(text: &str) -> Result<Reason, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (field, shape, command, origin) = match parts[..] {
            [field, shape, RELATION] => (field, shape, CommandKind::Reset, Origin::Relation),
            [field, shape, command] => (field, shape, command.parse()?, Origin::Check),
            [field, shape, command, EXPECTATION] => {
                (field, shape, command.parse()?, Origin::Expectation)
            }
            _ => return Err(format!("`{text}` is not field, difference and step: a/b/c")),
        };
        Ok(Reason { field: field_code(field)?, shape: shape.parse()?, command, origin })
    }
}

/// The code of a field; attributes have one in common.
fn field_code(text: &str) -> Result<&'static str, String> {
    let any_attribute = Field::Attribute("".into()).code();
    if text == any_attribute { Ok(any_attribute) } else { Ok(text.parse::<Field>()?.code()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("department", Origin::Check, CommandKind::Sync, "attributes/different/sync")]
    #[case("kind", Origin::Check, CommandKind::Reset, "attributes/different/reset")]
    #[case("x", Origin::Relation, CommandKind::Sync, "attributes/different/relation")]
    #[case("x", Origin::Expectation, CommandKind::Sync, "attributes/different/sync/expectation")]
    fn a_reason_is_a_code_that_is_read_back(
        #[case] attribute: &str,
        #[case] origin: Origin,
        #[case] command: CommandKind,
        #[case] code: &str,
    ) {
        let violation = serde_json::json!({
            "object": {"onPremises": "ann-ad"},
            "field": format!("attributes.{attribute}"),
            "expected": {"text": "1"},
            "actual": {"text": "3"},
        });
        let violation: Violation = serde_json::from_value(violation).expect("a violation");
        let reason = Reason::of(origin, command, &violation);
        assert_eq!(reason.to_string(), code);
        assert_eq!(code.parse(), Ok(reason));
    }
}
