//! Why an implementation is not judged by a case or a rule.

use crate::directory::{Capability, Field};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Why an implementation is not judged by a case or a rule. In text it is a stable code:
///
/// ```
/// use entra_conformance::runner::NotApplicable;
/// let codes = [
///     "missing/roles,match:userPrincipalName|match:proxyAddresses",
///     "choice/collisionHandling=rejected",
///     "unrepresented/userPrincipalName,attributes.department",
///     "declined/roles",
/// ];
/// for code in codes {
///     assert_eq!(code.parse::<NotApplicable>().unwrap().to_string(), code);
/// }
/// assert!("missing/wings".parse::<NotApplicable>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum NotApplicable {
    /// It takes capabilities that are not declared.
    MissingCapabilities {
        /// These; of each list any one would do.
        capabilities: Vec<Vec<Capability>>,
    },
    /// It is about choices that are declared otherwise, or not at all.
    UndeclaredChoice {
        /// What would have to be declared.
        choices: BTreeMap<String, String>,
    },
    /// It is about fields that the implementation has not, or does not change.
    Unrepresented {
        /// These.
        fields: Vec<Field>,
    },
    /// While the case was run, the implementation declined it.
    Declined {
        /// For want of this capability, which it does not declare.
        capability: Capability,
    },
}

const MISSING: &str = "missing";
const CHOICE: &str = "choice";
const UNREPRESENTED: &str = "unrepresented";
const DECLINED: &str = "declined";

impl fmt::Display for NotApplicable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotApplicable::MissingCapabilities { capabilities } => {
                let any_of = |some: &Vec<Capability>| {
                    some.iter().map(|one| one.word()).collect::<Vec<_>>().join("|")
                };
                let all: Vec<String> = capabilities.iter().map(any_of).collect();
                write!(f, "{MISSING}/{}", all.join(","))
            }
            NotApplicable::UndeclaredChoice { choices } => {
                let all: Vec<String> =
                    choices.iter().map(|(choice, value)| format!("{choice}={value}")).collect();
                write!(f, "{CHOICE}/{}", all.join(","))
            }
            NotApplicable::Unrepresented { fields } => {
                let all: Vec<String> = fields.iter().map(Field::to_string).collect();
                write!(f, "{UNREPRESENTED}/{}", all.join(","))
            }
            NotApplicable::Declined { capability } => write!(f, "{DECLINED}/{capability}"),
        }
    }
}

impl FromStr for NotApplicable {
    type Err = String;

    fn from_str(text: &str) -> Result<NotApplicable, String> {
        let capability = |word: &str| {
            let known = Capability::ALL.iter().find(|known| known.word() == word);
            known.copied().ok_or_else(|| format!("unknown capability `{word}`"))
        };
        match text.split_once('/') {
            Some((MISSING, words)) => {
                let any_of =
                    |words: &str| words.split('|').map(capability).collect::<Result<_, _>>();
                let capabilities = words.split(',').map(any_of).collect::<Result<_, _>>()?;
                Ok(NotApplicable::MissingCapabilities { capabilities })
            }
            Some((CHOICE, words)) => {
                let choice = |words: &str| {
                    let (choice, value) = words.split_once('=')?;
                    Some((choice.to_owned(), value.to_owned()))
                };
                let choices: Option<_> = words.split(',').map(choice).collect();
                let choices = choices.ok_or_else(|| format!("`{words}` is no choice=value"))?;
                Ok(NotApplicable::UndeclaredChoice { choices })
            }
            Some((UNREPRESENTED, words)) => {
                let fields = words.split(',').map(str::parse).collect::<Result<_, _>>()?;
                Ok(NotApplicable::Unrepresented { fields })
            }
            Some((DECLINED, word)) => Ok(NotApplicable::Declined { capability: capability(word)? }),
            _ => Err(format!("unknown reason `{text}`")),
        }
    }
}
