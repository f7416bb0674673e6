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
    /// The on-premises object that it was joined to was given another anchor: whether it is taken back is open.
    pub(crate) has_other_anchor: bool,
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
                conversion.is_open |=
                    !is_certain || (conversion.is_given_back && conversion.has_other_anchor);
                continue;
            }
            let key = owner(was).filter(|_| is_certain);
            let conversion = Conversion {
                is_given_back: !cloud.is_cloud_managed,
                has_other_anchor: false,
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

    /// Takes note that an on-premises object was removed.
    pub(super) fn remove_on_premises(&mut self, key: &Text) {
        self.of_key(key).for_each(|conversion| conversion.is_open = true);
    }

    /// Takes note that an on-premises object was given another anchor.
    pub(super) fn change_anchor(&mut self, key: &Text) {
        for conversion in self.of_key(key) {
            conversion.has_other_anchor = true;
            conversion.is_open |= conversion.is_given_back;
        }
    }

    /// Whether it is open if an on-premises object has back what was moved to the cloud.
    pub(super) fn is_open_of(&self, key: &Text) -> bool {
        let mut all = self.0.values();
        all.any(|conversion| conversion.key.as_ref() == Some(key) && conversion.is_open)
    }

    /// Whether an on-premises object is given back what it was joined to by another anchor.
    pub(super) fn is_given_back_to_another(&self, key: &Text) -> bool {
        self.0.values().any(|conversion| {
            conversion.key.as_ref() == Some(key)
                && conversion.is_given_back
                && conversion.has_other_anchor
        })
    }

    fn of_key(&mut self, key: &Text) -> impl Iterator<Item = &mut Conversion> {
        self.0.values_mut().filter(move |conversion| conversion.key.as_ref() == Some(key))
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
            canonical.flags([
                conversion.is_given_back,
                conversion.has_other_anchor,
                conversion.is_open,
            ]);
        });
    }
}
