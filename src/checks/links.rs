//! Which on-premises object is linked to which cloud object, where no authority flag shows it.
//!
//! An implementation without the flag is judged by the same rules as one that has it: what it does not
//! show is filled into its states before they are judged. Links are known from the `cloudId` of sync
//! results. Where there is none either, they are known from what a cycle visibly does, and where that
//! leaves it open who is linked, nothing more of the case is judged.

use super::definitions::MatchClass;
use super::link_state::LinkState;
use super::subject::Subject;
use super::transition::Transition;
use crate::directory::{Outcome, ResultWord, Snapshot, Text};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A cloud object that an on-premises object was linked to. It stays mastered on-premises, whatever becomes
/// of the link: no cycle gives authority back.
#[derive(Clone, Debug)]
struct Owned {
    /// The key of the first on-premises object that was linked to it.
    by: Text,
    /// That object's source anchor at the time.
    anchor: Option<Text>,
    /// It was in the recycle bin since it was last seen linked: then its link may end.
    was_deleted: bool,
}

/// Every cloud object that was ever linked, by its identifier.
#[derive(Clone, Debug, Default)]
pub(super) struct Links(BTreeMap<Text, Owned>);

/// It is open who is linked to whom.
pub(super) struct Unknown;

impl Links {
    /// Takes in what a cycle reports of links. An entry that says nothing of one ends the link to what was
    /// deleted, unless the result (where results can be believed) says that the object failed.
    pub(super) fn report(&mut self, outcome: &Outcome, after: &Snapshot, tells_results: bool) {
        for (key, result) in &outcome.objects {
            let failed = matches!(result.result, ResultWord::Error | ResultWord::Quarantined);
            if result.cloud_id.is_some() || !(failed && tells_results) {
                let id = result.cloud_id.as_ref();
                self.0.retain(|of, owned| owned.by != *key || !owned.was_deleted || Some(of) == id);
            }
        }
        for (key, result) in &outcome.objects {
            if let Some(id) = &result.cloud_id {
                self.link(key, id, after);
            }
        }
    }

    /// Takes in what a cycle visibly did.
    pub(super) fn see(&mut self, transition: &Transition<'_>) -> Result<(), Unknown> {
        for subject in transition.subjects() {
            if let Some(id) = linked_by(transition, subject)? {
                self.link(&subject.object.key, &id, transition.after);
            }
        }
        Ok(())
    }

    fn link(&mut self, key: &Text, id: &Text, after: &Snapshot) {
        let owned = self.0.entry(id.clone()).or_insert_with(|| {
            let object = after.on_premises_object(key);
            let anchor = object.and_then(|object| object.source_anchor.clone());
            Owned { by: key.clone(), anchor, was_deleted: false }
        });
        owned.was_deleted &= owned.by != *key;
    }

    /// The state with the authority of each object, and with the anchor of those that were linked where
    /// the implementation does not show anchors.
    pub(super) fn completed(&mut self, mut state: Snapshot, shows_anchors: bool) -> Snapshot {
        self.0.retain(|id, owned| {
            let object = state.cloud_object(id);
            owned.was_deleted |= object.is_some_and(|object| object.deleted);
            object.is_some()
        });
        for object in &mut state.cloud {
            let owned = self.0.get(&object.id);
            let is_owned = owned.is_some() || object.quarantined;
            let anchor =
                owned.filter(|_| !shows_anchors && object.on_premises_immutable_id.is_none());
            if object.on_premises_sync_enabled != Some(is_owned) || anchor.is_some() {
                let object = Arc::make_mut(object);
                object.on_premises_sync_enabled = Some(is_owned);
                if let Some(owned) = anchor {
                    object.on_premises_immutable_id.clone_from(&owned.anchor);
                }
            }
        }
        state
    }
}

/// The cloud object that an object that was not linked visibly is linked to after a cycle.
fn linked_by(transition: &Transition<'_>, subject: &Subject<'_>) -> Result<Option<Text>, Unknown> {
    let matching = match &subject.link_state {
        LinkState::New(matching) => matching,
        LinkState::Indeterminate(..) => return Err(Unknown),
        LinkState::Joined(_) | LinkState::Quarantined(..) => return Ok(None),
    };
    if subject.reported_error() {
        return Ok(None);
    }
    if subject.contended {
        return Err(Unknown);
    }
    let touched = matching.candidates.iter().map(|candidate| candidate.cloud);
    let touched = touched.filter(|cloud| !transition.is_untouched(cloud)).count();
    let created = transition.created_for(subject);
    // Of these the one that was taken over may look as before.
    let is_open = matching.candidates.iter().any(|candidate| candidate.is_open_hard_match);
    match (matching.clear(), &created[..]) {
        // Whoever is right has taken it over, whether anything shows of it or not.
        (Some((candidate, _)), []) if !matching.unspecified => {
            let after = transition.after_of(candidate.cloud);
            Ok(after.map(|after| after.id.clone()))
        }
        (_, [created]) if touched == 0 => Ok(Some(created.id.clone())),
        (_, [])
            if touched == 0 && !is_open && is_collision(matching.class) && shows_whose(subject) =>
        {
            Ok(None)
        }
        _ => Err(Unknown),
    }
}

/// Whether what is created for an object can be told from what is created for others.
fn shows_whose(subject: &Subject<'_>) -> bool {
    subject.object.user_principal_name.is_some() || subject.object.mail_addresses().next().is_some()
}

fn is_collision(class: MatchClass) -> bool {
    matches!(class, MatchClass::Collision | MatchClass::NoHolder)
}
