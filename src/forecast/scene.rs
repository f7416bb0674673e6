//! One on-premises object with the cloud objects that it could meet, and what the model does with them.

use super::situation::{GivenCloudObject, Unknown};
use crate::directory::{
    CloudObject, Command, Features, Field, Fields as _, MatchingAttribute, OnPremisesObject,
    ProxyAddress, ResultWord, Snapshot, StepObservation, SyncResult, Text, Value,
};
use crate::implementation::Implementation as _;
use crate::reference::{Policy, ReferenceModel, TraceStep};
use serde::Serialize;
use std::sync::Arc;

/// What comes of an on-premises object in a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    /// Its cloud object is synchronised from it already.
    AlreadySynced,
    /// It takes over a cloud object by its name or address.
    SoftMatched,
    /// It takes over a cloud object by its anchor.
    HardMatched,
    /// A user in the recycle bin is restored and belongs to it again.
    Restored,
    /// A new cloud object is created for it.
    Provisioned,
    /// The source of authority of its cloud object is in the cloud: nothing reaches it.
    CloudManaged,
    /// An error, or a quarantined object.
    Blocked,
    /// The documents do not settle it.
    Unspecified,
}

impl Outcome {
    /// Every one, in the order in which they are counted.
    pub(crate) const ALL: [Outcome; 8] = [
        Outcome::AlreadySynced,
        Outcome::SoftMatched,
        Outcome::HardMatched,
        Outcome::Restored,
        Outcome::Provisioned,
        Outcome::CloudManaged,
        Outcome::Blocked,
        Outcome::Unspecified,
    ];

    /// Whether a cloud object that was there before belongs to the on-premises object from now on.
    pub(crate) fn is_match(self) -> bool {
        matches!(self, Outcome::SoftMatched | Outcome::HardMatched | Outcome::Restored)
    }
}

/// What comes of it, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Short {
    /// What the reference model does.
    pub(crate) outcome: Outcome,
    /// What it was matched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) matched_on: Option<MatchingAttribute>,
    /// The cloud object that belongs to it afterwards and was there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cloud_object: Option<Text>,
    /// Whether it leaves a quarantined object behind.
    pub(crate) is_quarantined: bool,
    /// The code of an error, where the model names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<Text>,
    /// What the model says of an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<Text>,
}

/// A field of a cloud object that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    /// The cloud object; nothing, where it is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cloud_object: Option<Text>,
    /// The field.
    pub(crate) field: Field,
    /// Its value before.
    pub(crate) before: Value,
    /// Its value afterwards.
    pub(crate) after: Value,
}

/// One on-premises object, and the cloud objects that it could meet.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) features: Features,
    pub(super) cloud: Vec<GivenCloudObject>,
    pub(super) object: OnPremisesObject,
}

impl Scene {
    pub(super) fn run(&self, policy: Policy, with_story: bool) -> Run {
        self.run_cycles(policy, 1, with_story)
    }

    /// What the model does in some cycles; the story and the result are those of the first.
    pub(super) fn run_cycles(&self, policy: Policy, cycles: usize, with_story: bool) -> Run {
        let cloud = self.cloud.iter().map(|given| given.object.clone());
        let mut model = ReferenceModel::of_state(policy, self.features, cloud, [&self.object])
            .with_trace(with_story);
        let start = model.snapshot();
        let mut run = Run {
            start,
            seen: Vec::new(),
            result: SyncResult::plain(ResultWord::Error),
            story: Vec::new(),
        };
        for cycle in 0..cycles {
            let Ok(seen) = model.apply(&Command::sync()) else { break };
            if cycle == 0 {
                if let Some(result) = seen.outcome.result_of(&self.object.key) {
                    run.result = result.clone();
                }
                let story = model.last_traces().get(&self.object.key);
                run.story = story.cloned().unwrap_or_default();
            }
            run.seen = vec![seen];
        }
        run
    }

    /// The same, with every user changed of whom that is not known which `is_unknown` says; and who they are.
    pub(super) fn with(
        &self,
        is_unknown: fn(Unknown) -> bool,
        change: fn(&mut CloudObject),
    ) -> Option<(Vec<Text>, Scene)> {
        let mut scene = self.clone();
        let mut names = Vec::new();
        for given in scene.cloud.iter_mut().filter(|given| is_unknown(given.unknown)) {
            change(&mut given.object);
            names.push(given.object.id.clone());
        }
        (!names.is_empty()).then_some((names, scene))
    }

    /// The same, with the primary address that may be made of `mail`.
    pub(super) fn with_address_of_mail(&self) -> Option<(Text, Scene)> {
        let mail = self.object.attributes.get("mail")?.clone();
        if !self.object.proxy_addresses.is_empty() {
            return None;
        }
        let mut scene = self.clone();
        scene.object.proxy_addresses = vec![ProxyAddress(format!("SMTP:{mail}").into())];
        Some((mail, scene))
    }
}

/// What the model did.
pub(super) struct Run {
    pub(super) start: Snapshot,
    /// The last cycle.
    pub(super) seen: Vec<StepObservation>,
    result: SyncResult,
    pub(super) story: Vec<TraceStep>,
}

impl Run {
    fn after(&self) -> &[Arc<CloudObject>] {
        self.seen.last().map_or(&self.start.cloud, |seen| &seen.snapshot.cloud)
    }

    /// Whether another run came to the same: in what is reported, and in what changes.
    pub(super) fn comes_to_the_same_as(&self, other: &Run) -> bool {
        let reported = |run: &Run| (run.result.result, run.result.matched_on);
        reported(self) == reported(other) && self.changes() == other.changes()
    }

    /// What came of the object, in short.
    pub(super) fn short(&self, object: &OnPremisesObject) -> Short {
        let own = self.after().iter().find(|cloud| {
            cloud.is_active()
                && cloud.is_on_premises_mastered()
                && !cloud.quarantined
                && cloud.on_premises_immutable_id == object.source_anchor
        });
        let before = own.and_then(|own| self.start.cloud_object(&own.id));
        let outcome = match self.result.result {
            ResultWord::Error | ResultWord::Quarantined => Outcome::Blocked,
            ResultWord::Provisioned => Outcome::Provisioned,
            ResultWord::SoftMatched => Outcome::SoftMatched,
            _ => match before {
                Some(before) if before.deleted => Outcome::Restored,
                Some(before) if before.is_on_premises_mastered() => Outcome::AlreadySynced,
                Some(_) => Outcome::HardMatched,
                // Nothing was done for it, and nothing belongs to it.
                None => Outcome::CloudManaged,
            },
        };
        let belongs = outcome != Outcome::Blocked;
        Short {
            outcome,
            matched_on: self.result.matched_on.filter(|_| outcome.is_match()),
            cloud_object: before.filter(|_| belongs).map(|before| before.id.clone()),
            is_quarantined: self.result.result == ResultWord::Quarantined,
            code: self.result.code.clone(),
            message: self.result.message.clone(),
        }
    }

    /// What changed in the cloud, field by field.
    pub(super) fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for after in self.after() {
            let before = self.start.cloud_object(&after.id);
            if before.is_some_and(|before| Arc::ptr_eq(before, after)) {
                continue;
            }
            let nothing = CloudObject::new("", after.kind);
            let old = before.map_or(&nothing, |before| &**before);
            for difference in old.differences(after) {
                changes.push(Change {
                    cloud_object: before.map(|before| before.id.clone()),
                    field: difference.field,
                    before: if before.is_some() { difference.one } else { Value::Nothing },
                    after: difference.other,
                });
            }
        }
        changes
    }

    /// Whether there is work that could get into another object's way: not where the cloud object has all
    /// identifiers already.
    pub(super) fn moves_identifiers(&self, object: &OnPremisesObject) -> bool {
        let is_identifier = |change: &Change| {
            !matches!(change.field, Field::Attribute(_) | Field::Password | Field::Kind)
        };
        match self.short(object).outcome {
            Outcome::AlreadySynced => self.changes().iter().any(is_identifier),
            Outcome::CloudManaged => false,
            _ => true,
        }
    }
}
