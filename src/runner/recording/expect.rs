//! What was seen of a recorded case, as what its scenario expects.

use crate::cases::Case;
use crate::cases::scenario::{Expectation, ExpectedObject, ExpectedResult, ExpectedWord, Scenario};
use crate::checks::Observer;
use crate::directory::{
    Capability, Change, CloudObject, Command, EditionSettings, ObjectName, Outcome, ResultWord,
    Status, SyncResult, Text,
};
use crate::implementation::{CaseObservation, Description};
use crate::runner::answers::changes;
use crate::runner::expectations::Context;
use crate::runner::save::{put_value, word};
use crate::runner::sent::{Sent, as_told};
use std::collections::BTreeSet;

/// Lets each step expect what was seen of it: how it ended, what was reported of each object, what changed in the
/// cloud, and how many objects there are. What cannot be expected, in words.
pub(super) fn expect(
    scenario: &mut Scenario,
    observed: CaseObservation,
    edition: EditionSettings,
    description: &Description,
) -> Vec<String> {
    let case = Case { tenant: scenario.given.clone(), commands: scenario.commands() };
    // As a replay will read it.
    let observed = match Sent::unchanged(&case, description) {
        Ok(sent) => sent.read_back(observed),
        Err(_) => observed,
    };
    let Description { capabilities, choices, .. } = description;
    let observed = as_told(observed, capabilities);
    let Some(start) = &observed.start else { return Vec::new() };
    let context = Context::new(description, &case.tenant, &case.commands);
    let (mut observer, _) = Observer::start(&case.tenant, start, edition, capabilities, choices);
    let mut keys: BTreeSet<Text> =
        case.tenant.on_premises.iter().map(|object| object.key.clone()).collect();
    let mut notes = Notes::default();
    for (at, (step, seen)) in scenario.steps.iter_mut().zip(&observed.steps).enumerate() {
        notes.step = at + 1;
        if let Command::CreateOnPremisesObject(create) = &step.command {
            keys.insert(create.object.key.clone());
        }
        let before = observer.clone();
        observer.follow(&step.command, seen, |_| ());
        let is_sync = matches!(step.command, Command::Sync(_));
        let mut expected = Expectation::default();
        if !is_sync || seen.outcome.status != Status::Ok {
            expected.status = Some(seen.outcome.status);
        }
        if is_sync && capabilities.has(Capability::ObjectResults) {
            for (key, reported) in &seen.outcome.objects {
                match result(reported, description).filter(|_| keys.contains(key)) {
                    Some(result) => _ = expected.objects.insert(key.clone(), result),
                    None => notes.result(key, reported.result),
                }
            }
        }
        notes.codes(&seen.outcome);
        if observer.is_lost() {
            notes.lost();
        } else {
            let counts = [&before, &observer].map(|one| one.state().active().count());
            if is_sync || counts[0] != counts[1] {
                expected.active_cloud_objects = Some(counts[1]);
            }
            expected.cloud = objects(&before, &observer, &context, &mut notes);
        }
        if expected != Expectation::default() {
            step.expect.push(expected);
        }
    }
    notes.into_lines()
}

/// What is expected of an object of which this was reported; `None` where a scenario has no word for it.
fn result(reported: &SyncResult, description: &Description) -> Option<ExpectedResult> {
    let has = |capability| description.capabilities.has(capability);
    let result = match reported.result {
        ResultWord::Joined if !has(Capability::MatchKind) => ExpectedWord::Matched,
        other => word(other, true)?,
    };
    Some(ExpectedResult {
        result,
        matched_on: reported.matched_on.filter(|_| has(Capability::MatchKind)),
        evaluated_by: reported.evaluated_by.filter(|_| has(Capability::EvaluatedBy)),
    })
}

/// What changed of each cloud object that the case has a name for.
fn objects(
    before: &Observer<'_>,
    after: &Observer<'_>,
    context: &Context<'_>,
    notes: &mut Notes,
) -> Vec<ExpectedObject> {
    let name = |object: &CloudObject| {
        let is_there = after.state().cloud_object(&object.id).is_some();
        let name = if is_there { after } else { before }.history().name_of(object);
        // A replay has to find the same object by it, or none where this one is gone.
        let found = name.cloud_ref().and_then(|reference| after.resolve(&reference));
        match found.map(|found| &found.id) {
            Some(found) if !is_there || *found != object.id => unnamed(object),
            None if is_there => unnamed(object),
            _ => name,
        }
    };
    let mut expected = Vec::new();
    for change in changes(before.state(), after.state(), context.capabilities(), &name) {
        let Some(reference) = change.object.cloud_ref() else {
            notes.unnamed(&change.object);
            continue;
        };
        let shown = after.resolve(&reference).map(|object| &**object);
        let mut one = ExpectedObject::of(reference);
        if !change.is_there || !change.was_there {
            one.exists = Some(change.is_there);
        }
        for field in &change.fields {
            put_value(&field.field, shown, &mut one);
        }
        if let Change::Set(addresses) = &mut one.proxy_addresses {
            // What a service gives out by itself may be another one the next time.
            let all = addresses.len();
            addresses.retain(|address| !context.may_be_generated(address));
            notes.given_out(all > addresses.len());
        }
        expected.push(one);
    }
    expected
}

fn unnamed(object: &CloudObject) -> ObjectName {
    ObjectName::Unnamed { kind: object.kind, id: object.id.clone() }
}

/// What a scenario cannot expect.
#[derive(Default)]
struct Notes {
    /// The step that is looked at, counted from 1.
    step: usize,
    lines: Vec<String>,
    with_codes: Vec<String>,
    with_given_out: Vec<String>,
    lost_from: Option<usize>,
}

impl Notes {
    fn result(&mut self, key: &Text, result: ResultWord) {
        let step = self.step;
        self.lines.push(format!(
            "Not compared: that step {step} reported {key} as {result}, for which a scenario has no word."
        ));
    }

    fn unnamed(&mut self, object: &ObjectName) {
        let step = self.step;
        self.lines.push(format!(
            "Not compared: what step {step} made of {object}, for which the case has no name."
        ));
    }

    fn given_out(&mut self, is_any: bool) {
        let step = self.step.to_string();
        if is_any && self.with_given_out.last() != Some(&step) {
            self.with_given_out.push(step);
        }
    }

    fn codes(&mut self, outcome: &Outcome) {
        let of_objects =
            outcome.objects.values().map(|it| it.code.as_ref().or(it.message.as_ref()));
        let own = outcome.code.as_ref().or(outcome.message.as_ref());
        if of_objects.chain([own]).any(|it| it.is_some()) {
            self.with_codes.push(self.step.to_string());
        }
    }

    fn lost(&mut self) {
        self.lost_from.get_or_insert(self.step);
    }

    fn into_lines(self) -> Vec<String> {
        let mut lines = self.lines;
        let of_steps = [
            ("the codes and messages that were told", self.with_codes),
            ("addresses that only the service can have given out", self.with_given_out),
        ];
        for (what, steps) in of_steps.into_iter().filter(|(_, steps)| !steps.is_empty()) {
            lines.push(format!("Not compared: {what} (steps: {}).", steps.join(", ")));
        }
        if let Some(step) = self.lost_from {
            lines.push(format!(
                "Nothing of the cloud is compared from step {step} on: who is linked to whom is not shown."
            ));
        }
        lines
    }
}
