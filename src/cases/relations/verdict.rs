//! One relation over two runs.

use super::compare::differences;
use super::footprints::Footprints;
use super::openness::Openness;
use super::run::{RelationVerdict, Run};
use super::unmet::UnmetPrecondition;
use super::variation::{SpeaksOf, Variation};
use crate::checks::{Because, Determinacy, Specified, StepDeterminacy, Violation, WhyUnspecified};
use crate::directory::{
    Capabilities, CloudObject, CloudRef, CloudSetup, DeclaredChoices, EditionSettings, Field,
    ObjectName, Snapshot, Text,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Compares two runs after every step where the relation's variation lets them be compared.
pub(super) fn of(
    variation: &Variation,
    base: Run<'_>,
    varied: Run<'_>,
    edition: EditionSettings,
    capabilities: &Capabilities,
    choices: &DeclaredChoices,
) -> RelationVerdict {
    let went_to_its_end = |run: &Run<'_>| run.steps.len() == run.case.commands.len();
    if !went_to_its_end(&base) || !went_to_its_end(&varied) || *varied.case != variation.case {
        return RelationVerdict::NotApplicable(UnmetPrecondition::Aborted);
    }
    let survey = |run: &Run<'_>| {
        let case = (&run.case.tenant, run.case.commands.as_slice());
        Determinacy::of(case, (run.start, run.steps), edition, capabilities, choices)
    };
    let surveys = [survey(&base), survey(&varied)];
    if surveys.iter().any(|survey| !survey.starts_as_asked) {
        return RelationVerdict::NotApplicable(UnmetPrecondition::OtherStart);
    }
    if surveys.iter().any(|survey| !survey.links_are_known) {
        return RelationVerdict::NotApplicable(WhyUnspecified::Indeterminate.into());
    }
    let commands = &base.case.commands;
    let footprints = Footprints::of(&base.case.tenant, commands);
    let openness = Openness::of(&footprints, &surveys[0], base.case, &variation.speaks_of);
    let mut has_spoken = false;
    for (at, corresponding) in variation.corresponding.iter().enumerate() {
        let Some(varied_at) = *corresponding else { continue };
        let mut seen = Cow::Borrowed(&varied.steps[varied_at].snapshot);
        if let Some(respelling) = &variation.respelling {
            for object in &mut seen.to_mut().cloud {
                *object = Arc::new(respelling.back(object));
            }
        }
        let comparison = Comparison {
            footprints: &footprints,
            openness: &openness,
            at,
            base: Side::new(&surveys[0].steps[at], &base.steps[at].snapshot),
            varied: Side::new(&surveys[1].steps[varied_at], &seen),
            capabilities,
        };
        let mut violations = comparison.objects();
        if let Some(bystander) = &variation.bystander {
            violations.extend(comparison.bystander(bystander));
        }
        if !violations.is_empty() {
            // What differs from here on is a consequence.
            return RelationVerdict::Violated { step: at + 1, violations };
        }
        has_spoken |= comparison.speaks(&variation.speaks_of);
    }
    if has_spoken {
        RelationVerdict::Held
    } else {
        let why = openness.first_reason();
        RelationVerdict::NotApplicable(why.unwrap_or(UnmetPrecondition::NoWork))
    }
}

/// One run after one step.
struct Side<'a> {
    survey: &'a StepDeterminacy,
    snapshot: &'a Snapshot,
    by_id: BTreeMap<&'a str, &'a CloudObject>,
}

impl<'a> Side<'a> {
    fn new(survey: &'a StepDeterminacy, snapshot: &'a Snapshot) -> Side<'a> {
        let by_id = snapshot.cloud.iter().map(|object| (&*object.id, &**object)).collect();
        Side { survey, snapshot, by_id }
    }

    fn labelled(&self, label: &Text) -> Option<&'a CloudObject> {
        self.by_id.get(&**self.survey.labels.get(label)?).copied()
    }

    fn linked(&self, key: &Text) -> Option<&'a CloudObject> {
        self.by_id.get(&**self.survey.links.get(key)?).copied()
    }

    fn label_of(&self, object: &CloudObject) -> Option<&'a Text> {
        let is_its =
            |(label, id): &(&Text, &Text)| **id == object.id && !self.survey.lost.contains(*label);
        self.survey.labels.iter().find(is_its).map(|(label, _)| label)
    }

    /// Which object an on-premises object is joined to, by a name that means the same in both runs.
    fn partner(&self, key: &Text) -> Option<ObjectName> {
        let object = self.linked(key)?;
        let kind = object.kind;
        Some(match self.label_of(object) {
            Some(label) => ObjectName::Labelled { kind, label: label.clone() },
            None => ObjectName::JoinedTo { kind, key: key.clone() },
        })
    }
}

/// Two states that must agree.
struct Comparison<'a> {
    footprints: &'a Footprints,
    openness: &'a Openness,
    /// The step of the base run.
    at: usize,
    base: Side<'a>,
    varied: Side<'a>,
    capabilities: &'a Capabilities,
}

impl Comparison<'_> {
    fn objects(&self) -> Vec<Violation> {
        let excluded = self.openness.excluded(self.at);
        let excluded_ids: BTreeSet<&Text> =
            excluded.iter().filter_map(|key| self.base.survey.links.get(key)).collect();
        let mut found = Vec::new();
        for (object, neighbourhood) in self.footprints.objects() {
            if !self.openness.is_settled(neighbourhood, self.at) {
                continue;
            }
            match object {
                CloudRef::Label(label) => {
                    let id = self.base.survey.labels.get(label);
                    if id.is_none_or(|id| !excluded_ids.contains(id)) {
                        self.labelled(label, &mut found);
                    }
                }
                CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key) => {
                    if !excluded.contains(key) {
                        self.keyed(key, &mut found);
                    }
                }
            }
        }
        self.strangers(&mut found);
        found
    }

    fn labelled(&self, label: &Text, found: &mut Vec<Violation>) {
        let name = || ObjectName::Named(CloudRef::Label(label.clone()));
        let is_open =
            |side: &Side<'_>| side.survey.lost.contains(label) && side.labelled(label).is_some();
        if is_open(&self.base) || is_open(&self.varied) {
            return;
        }
        match (self.base.labelled(label), self.varied.labelled(label)) {
            (None, None) => {}
            (Some(base), Some(varied)) => {
                let name = ObjectName::Labelled { kind: base.kind, label: label.clone() };
                self.fields(&name, base, varied, found);
            }
            (Some(_), None) => found.push(Violation::missing(name())),
            (None, Some(_)) => found.push(Violation::unexpected(name())),
        }
    }

    fn keyed(&self, key: &Text, found: &mut Vec<Violation>) {
        let (base, varied) = (self.base.partner(key), self.varied.partner(key));
        if base != varied {
            let name = ObjectName::OnPremises(key.clone());
            found.push(Violation::new(name, Field::JoinedTo, base, varied));
            return;
        }
        if let (Some(base), Some(varied)) = (self.base.linked(key), self.varied.linked(key))
            && self.base.label_of(base).is_none()
        {
            let name = ObjectName::JoinedTo { kind: base.kind, key: key.clone() };
            self.fields(&name, base, varied, found);
        }
        let has_quarantined = |side: &Side<'_>| {
            side.survey.quarantined.get(key).is_some_and(|id| side.by_id.contains_key(&**id))
        };
        let name = || ObjectName::QuarantinedFor(key.clone());
        match (has_quarantined(&self.base), has_quarantined(&self.varied)) {
            (true, false) => found.push(Violation::missing(name())),
            (false, true) => found.push(Violation::unexpected(name())),
            _ => {}
        }
    }

    fn fields(
        &self,
        name: &ObjectName,
        base: &CloudObject,
        varied: &CloudObject,
        found: &mut Vec<Violation>,
    ) {
        let nothing = Specified::default();
        let specified = self.base.survey.specified.get(&base.id).unwrap_or(&nothing);
        let differences = differences(base, varied, specified, self.capabilities);
        let violations = differences.into_iter();
        found.extend(violations.map(|difference| Violation::of(difference, name.clone())));
    }

    /// Cloud objects that are nobody's, in the varied run only.
    fn strangers(&self, found: &mut Vec<Violation>) {
        let count = |side: &Side<'_>| {
            let survey = side.survey;
            let known: BTreeSet<&Text> = survey
                .labels
                .values()
                .chain(survey.links.values())
                .chain(survey.quarantined.values())
                .collect();
            let mut strangers: BTreeMap<usize, Vec<ObjectName>> = BTreeMap::new();
            for object in side.snapshot.active().filter(|object| !known.contains(&object.id)) {
                if let Some(neighbourhood) = self.footprints.neighbourhood_of_stranger(object) {
                    let name = ObjectName::Unnamed { kind: object.kind, id: object.id.clone() };
                    strangers.entry(neighbourhood).or_default().push(name);
                }
            }
            strangers
        };
        let has_excluded = |neighbourhood: usize| {
            self.openness.excluded(self.at).iter().any(|key| {
                let object = CloudRef::JoinedTo(key.clone());
                self.footprints.neighbourhood(&object) == Some(neighbourhood)
            })
        };
        let in_base = count(&self.base);
        for (neighbourhood, names) in count(&self.varied) {
            let is_compared = self.openness.is_settled(neighbourhood, self.at)
                && !has_excluded(neighbourhood)
                && !in_base.contains_key(&neighbourhood);
            if is_compared {
                found.extend(names.into_iter().map(Violation::unexpected));
            }
        }
    }

    /// What was added to the tenant and has nothing to do with any on-premises object.
    fn bystander(&self, setup: &CloudSetup) -> Vec<Violation> {
        let name = ObjectName::Labelled { kind: setup.kind, label: setup.label.clone() };
        let mut found: Vec<Violation> = match self.varied.labelled(&setup.label) {
            None => vec![Violation::missing(name)],
            Some(seen) => {
                let specified = Specified::by_setup(setup);
                let mut wanted = setup.to_object(seen.id.clone());
                // By which of its values the flag says so is for `soa.never-synchronised-is-null`.
                if seen.is_cloud_mastered() {
                    wanted.on_premises_sync_enabled = seen.on_premises_sync_enabled;
                }
                differences(&wanted, seen, &specified, self.capabilities)
                    .into_iter()
                    .map(|difference| Violation::of(difference, name.clone()))
                    .collect()
            }
        };
        for violation in &mut found {
            violation.because(Because::Bystander);
        }
        found
    }

    /// Whether this step was an occasion for the relation.
    fn speaks(&self, speaks_of: &SpeaksOf) -> bool {
        let settled = |key: &Text| {
            let neighbourhood = self.footprints.neighbourhood(&CloudRef::JoinedTo(key.clone()));
            neighbourhood.is_some_and(|at| self.openness.is_settled(at, self.at))
                && !self.openness.excluded(self.at).contains(key)
        };
        let mut subjects = self.base.survey.subjects.iter().filter(|one| settled(&one.key));
        match speaks_of {
            SpeaksOf::Work => subjects.any(|subject| subject.has_work),
            SpeaksOf::VariedWork => subjects.any(|subject| {
                let key = &subject.key;
                subject.has_work
                    && self.base.snapshot.on_premises_object(key)
                        != self.varied.snapshot.on_premises_object(key)
            }),
            SpeaksOf::Anything => subjects.next().is_some(),
            SpeaksOf::Joined(cycles) => {
                cycles.contains(&self.at) && subjects.any(|subject| subject.is_joined)
            }
            SpeaksOf::Blocks(blocks) => blocks
                .iter()
                .filter(|block| block.cycle == self.at)
                .any(|block| block.keys.iter().filter(|key| settled(key)).count() > 1),
        }
    }
}
