//! Values as wide as a real tenant's: what names, addresses, anchors, attributes, passwords and roles
//! may look like.
//!
//! Cases are made of few, plain values. A [`Spelling`] says which form the values of each field are
//! given instead, and a respelling gives all of them those forms: an injective map, so that what is
//! equal stays equal, what differs in letter case only stays so, and nothing else comes to be equal.
//!
//! | module | what it is |
//! | --- | --- |
//! | `names` | user principal names and mail addresses |
//! | `anchors` | source anchors |
//! | `texts` | values of attributes, and passwords |
//! | `letters` | writings that differ in letter case only |
//! | `spelling` | a form for each field; roles, names of attributes, prefixes of addresses |
//! | `traits` | what is unusual about a value |
//! | `visit` | every value of a case |
//! | `respelling` | the map |

mod anchors;
mod letters;
mod names;
mod respelling;
mod spelling;
mod texts;
mod traits;
mod visit;

pub(crate) use respelling::Respelling;
pub use spelling::Spelling;
pub use traits::FormTrait;
pub(crate) use visit::{Value, each_value};

use super::Case;

impl Spelling {
    /// The case in this spelling.
    pub(crate) fn of(self, case: &Case) -> Case {
        Respelling::of(case, self).case(case)
    }
}

#[cfg(test)]
mod tests;
