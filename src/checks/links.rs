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

/// The cloud object that an on-premises object is linked to.
#[derive(Clone, Debug)]
struct LinkTo {
    id: Text,
    /// The source anchor when they were linked.
    anchor: Option<Text>,
    /// How many links there had been before.
    at: usize,
}

/// Every link that is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    by_key: BTreeMap<Text, LinkTo>,
    /// How many there have been.
    count: usize,
}

/// It is open who is linked to whom.
pub(super) struct Unknown;

impl Links {
    /// Takes in what a cycle reports of links. An entry that says nothing of one ends it, but for an
    /// object that failed.
    pub(super) fn report(&mut self, outcome: &Outcome, after: &Snapshot) {
        for (key, result) in &outcome.objects {
            let keeps = matches!(result.result, ResultWord::Error | ResultWord::Quarantined);
            match &result.cloud_id {
                Some(id) => self.link(key, id, after),
                None if keeps => {}
                None => _ = self.by_key.remove(key),
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
        if self.by_key.get(key).is_none_or(|link| link.id != *id) {
            let object = after.on_premises_object(key);
            let anchor = object.and_then(|object| object.source_anchor.clone());
            self.by_key.insert(key.clone(), LinkTo { id: id.clone(), anchor, at: self.count });
            self.count += 1;
        }
    }

    /// The state with the authority of each object, and with the anchor of those that are linked where
    /// the implementation does not show anchors.
    pub(super) fn completed(&mut self, mut state: Snapshot, shows_anchors: bool) -> Snapshot {
        self.by_key.retain(|_, link| state.cloud_object(&link.id).is_some());
        // One that is linked to several has the anchor of the first.
        let mut links: Vec<&LinkTo> = self.by_key.values().collect();
        links.sort_by_key(|link| link.at);
        let mut anchors: BTreeMap<&Text, &Option<Text>> = BTreeMap::new();
        for link in links {
            anchors.entry(&link.id).or_insert(&link.anchor);
        }
        for object in &mut state.cloud {
            let anchor = anchors.get(&object.id);
            let is_linked = anchor.is_some() || object.quarantined;
            let anchor =
                anchor.filter(|_| !shows_anchors && object.on_premises_immutable_id.is_none());
            if object.on_premises_sync_enabled != is_linked || anchor.is_some() {
                let object = Arc::make_mut(object);
                object.on_premises_sync_enabled = is_linked;
                if let Some(anchor) = anchor {
                    object.on_premises_immutable_id.clone_from(anchor);
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
    match (matching.clear(), &created[..]) {
        // Whoever is right has taken it over, whether anything shows of it or not.
        (Some((candidate, _)), []) if !matching.unspecified => {
            let after = transition.after_of(candidate.cloud);
            Ok(after.map(|after| after.id.clone()))
        }
        (_, [created]) if touched == 0 => Ok(Some(created.id.clone())),
        (_, []) if touched == 0 && is_collision(matching.class) && shows_whose(subject) => Ok(None),
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
