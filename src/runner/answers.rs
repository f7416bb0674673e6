//! What an implementation answered and showed at each step of a case that went wrong.

use crate::cases::Case;
use crate::checks::Observer;
use crate::directory::{
    Capabilities, Capability, CloudObject, CommandKind, EditionSettings, Field, Fields as _,
    ObjectName, Outcome, Snapshot, Value,
};
use crate::implementation::{CaseObservation, Description};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// So many changed objects are told of a step; in a large tenant nobody reads all of them.
const CHANGES: usize = 10;

/// What an implementation reported of a step, and what it showed to have changed in the cloud by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The step's command.
    pub command: CommandKind,
    /// What it reported.
    pub outcome: Outcome,
    /// The cloud objects that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ObjectChange>,
    /// How many more objects changed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: usize,
}

/// What of a cloud object changed in a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ObjectChange {
    /// The object.
    pub object: ObjectName,
    /// Its fields that changed; of an object that appeared all that it has. None of one that is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// Whether it was there before.
    pub was_there: bool,
    /// Whether it is there afterwards.
    pub is_there: bool,
}

/// A field, before a step and after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldChange {
    /// The field.
    pub field: Field,
    /// Its value before.
    pub before: Value,
    /// Its value afterwards.
    pub after: Value,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What an implementation answered and showed at each step that it came to.
pub(super) fn answers(
    case: &Case,
    observed: &CaseObservation,
    edition: EditionSettings,
    description: &Description,
) -> Vec<Answer> {
    let Some(start) = &observed.start else { return Vec::new() };
    let Description { capabilities, choices, .. } = description;
    let (mut observer, _) = Observer::start(&case.tenant, start, edition, capabilities, choices);
    let mut before = start;
    let steps = case.commands.iter().zip(&observed.steps);
    steps
        .map(|(command, step)| {
            observer.follow(command, step, |_| ());
            let name = |object: &CloudObject| observer.history().name_of(object);
            let mut changes = changes(before, &step.snapshot, capabilities, &name);
            before = &step.snapshot;
            let more = changes.len().saturating_sub(CHANGES);
            changes.truncate(CHANGES);
            Answer { command: command.kind(), outcome: step.outcome.clone(), changes, more }
        })
        .collect()
}

/// The cloud objects that changed, those that were there first. A flag that an implementation does not have says
/// nothing.
pub(super) fn changes(
    before: &Snapshot,
    after: &Snapshot,
    capabilities: &Capabilities,
    name: &dyn Fn(&CloudObject) -> ObjectName,
) -> Vec<ObjectChange> {
    let shows = |field: &Field| {
        *field != Field::OnPremisesSyncEnabled || capabilities.has(Capability::AuthorityFlag)
    };
    let change = |before: Option<&Arc<CloudObject>>, after: Option<&Arc<CloudObject>>| {
        let shown = after.or(before)?;
        let nothing = CloudObject::new(shown.id.clone(), shown.kind);
        let fields = match (before, after) {
            (_, None) => Vec::new(),
            (before, Some(after)) => before.map_or(&nothing, |it| it).differences(after).collect(),
        };
        let (was_there, is_there) = (before.is_some(), after.is_some());
        let fields: Vec<FieldChange> = fields
            .into_iter()
            .filter(|it| shows(&it.field))
            .map(|it| FieldChange { field: it.field, before: it.one, after: it.other })
            .collect();
        let has_changed = was_there != is_there || !fields.is_empty();
        has_changed.then(|| ObjectChange { object: name(shown), fields, was_there, is_there })
    };
    let there = before.cloud.iter().filter_map(|it| change(Some(it), after.cloud_object(&it.id)));
    let is_new = |it: &&Arc<CloudObject>| before.cloud_object(&it.id).is_none();
    let new = after.cloud.iter().filter(is_new).filter_map(|it| change(None, Some(it)));
    there.chain(new).collect()
}
