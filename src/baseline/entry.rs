//! The form of a baseline file.

use crate::directory::{Capability, DeclaredChoices};
use crate::implementation::Description;
use crate::runner::{Cause, Origin, Outcome};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the file's form that this suite reads and writes.
pub const FORMAT: u32 = 1;

/// What an implementation is known not to pass, and what it cannot be judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Baseline {
    /// The version of this file's form: 1.
    pub format: u32,
    /// The edition that was judged by.
    pub edition: String,
    /// What the implementation declared. What it declares no longer is judged no longer.
    pub declares: Declared,
    /// What is known, one entry for each nonconformity and for each case or rule that is not judged.
    pub entries: Vec<Entry>,
}

/// What an implementation declares, as far as it decides what is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Declared {
    /// Its capabilities, but for those that only say how it is asked (`batch`, `changes`).
    pub capabilities: BTreeSet<Capability>,
    /// Its choices.
    #[serde(default)]
    pub choices: DeclaredChoices,
}

impl Declared {
    /// What of a description decides what is judged.
    pub fn of(description: &Description) -> Declared {
        let decides = |capability: &Capability| {
            !matches!(capability, Capability::Batch | Capability::Changes)
        };
        Declared {
            capabilities: description.capabilities.0.iter().copied().filter(decides).collect(),
            choices: description.choices,
        }
    }
}

/// One nonconformity that is known, or one case or rule that is not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// The scenario in which it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The file with the minimal scenario in which it shows, where generated cases found it; from
    /// the folder of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The rule that is violated, not applicable or not exercised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What comes of it.
    pub outcome: Outcome,
    /// Why, as a stable code.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub reason: Cause,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The last day on which this excuses it: year, month and day, as in 2027-03-31.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<String>", regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// Whatever else is worth knowing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Entry {
    /// Whether only a scenario's own expectation shows it. Which rule it is put down to then depends
    /// on which rules are selected.
    pub(super) fn is_of_expectation(&self) -> bool {
        matches!(&self.reason, Cause::Violation(reason) if reason.origin() == Origin::Expectation)
    }
}
