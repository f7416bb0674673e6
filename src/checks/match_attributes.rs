//! The attributes that can lead to a match.

use crate::directory::MatchingAttribute;

/// Some of the three attributes that can lead to a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MatchAttributes {
    pub(crate) anchor: bool,
    pub(crate) user_principal_name: bool,
    pub(crate) primary: bool,
}

impl MatchAttributes {
    pub(crate) fn any(self) -> bool {
        self.anchor || self.soft()
    }

    /// *soft match*: a match on the UPN or the primary address. *hard match*: a match on the anchor.
    pub(crate) fn soft(self) -> bool {
        self.user_principal_name || self.primary
    }

    /// The attributes by their names.
    pub(crate) fn attributes(self) -> Vec<MatchingAttribute> {
        [
            (self.anchor, MatchingAttribute::SourceAnchor),
            (self.user_principal_name, MatchingAttribute::UserPrincipalName),
            (self.primary, MatchingAttribute::ProxyAddresses),
        ]
        .into_iter()
        .filter_map(|(is_same, attribute)| is_same.then_some(attribute))
        .collect()
    }
}
