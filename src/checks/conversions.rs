//! What a case has shown of objects whose source of authority was moved to the cloud.

use crate::directory::{CanonicalState, CloudObject, Snapshot, Text};
use std::collections::BTreeMap;

/// A cloud object that was joined when its source of authority was moved to the cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conversion {
    /// The on-premises object that it was joined to; none where that was not certain.
    pub(crate) key: Option<Text>,
    /// The anchor that it carried.
    pub(crate) anchor: Option<Text>,
    /// Its source of authority was given back since.
    pub(crate) is_given_back: bool,
    /// Something has happened to it since of which the pages say nothing.
    pub(crate) is_open: bool,
}

/// All of them, by their identifiers, until an on-premises object has them back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conversions(BTreeMap<Text, Conversion>);

impl Conversions {
    /// Every one of them that is in this state, with what is known of it.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Text, &Conversion)> {
        self.0.iter()
    }

    pub(crate) fn of(&self, cloud: &CloudObject) -> Option<&Conversion> {
        self.0.get(&cloud.id)
    }

    /// Takes note of what a command that turns the source of authority has turned. `is_certain` says
    /// whether it is known which object the command was about, and `owner` to which on-premises object one
    /// was joined.
    pub(super) fn turn(
        &mut self,
        (before, after): (&Snapshot, &Snapshot),
        is_certain: bool,
        owner: impl Fn(&CloudObject) -> Option<Text>,
    ) {
        for cloud in &after.cloud {
            let Some(was) = before.cloud_object(&cloud.id) else { continue };
            if was.is_cloud_managed == cloud.is_cloud_managed {
                continue;
            }
            if let Some(conversion) = self.0.get_mut(&cloud.id) {
                conversion.is_given_back = !cloud.is_cloud_managed;
                conversion.is_open |= !is_certain;
                continue;
            }
            let key = owner(was).filter(|_| is_certain);
            let conversion = Conversion {
                is_given_back: !cloud.is_cloud_managed,
                is_open: key.is_none(),
                key,
                anchor: was.on_premises_immutable_id.clone(),
            };
            self.0.insert(cloud.id.clone(), conversion);
        }
    }

    /// Takes note that something has happened to a cloud object of which the pages say nothing.
    pub(super) fn leave_open(&mut self, id: &Text) {
        if let Some(conversion) = self.0.get_mut(id) {
            conversion.is_open = true;
        }
    }

    /// Takes note that an on-premises object was removed, or was given another anchor, of which the pages
    /// say nothing. Returns whether it is one whose source of authority was moved.
    pub(super) fn leave_open_of(&mut self, key: &Text) -> bool {
        let own = self.0.values_mut().filter(|conversion| conversion.key.as_ref() == Some(key));
        own.map(|conversion| conversion.is_open = true).count() > 0
    }

    /// Takes in a cycle: what is mastered on-premises again is like any other joined object.
    pub(super) fn learn_sync(&mut self, after: &Snapshot) {
        self.0
            .retain(|id, _| after.cloud_object(id).is_some_and(|cloud| cloud.is_cloud_mastered()));
    }

    pub(super) fn canonicalise(&self, canonical: &mut CanonicalState) {
        canonical.list(self.0.iter(), |canonical, (id, conversion)| {
            canonical.id(id);
            canonical.optional(conversion.key.as_ref(), |canonical, key| canonical.text(key));
            canonical.optional(conversion.anchor.as_ref(), CanonicalState::anchor);
            canonical.flags([conversion.is_given_back, conversion.is_open]);
        });
    }
}
