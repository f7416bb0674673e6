//! One law over two runs.

use super::compare::differences;
use super::footprints::Footprints;
use super::openness::Openness;
use super::{LawVerdict, Run, SpeaksOf, Variation};
use crate::checks::{Encounter, Governed, Survey, SurveyedStep, Violation};
use crate::directory::{Capabilities, CloudObject, CloudRef, DeclaredChoices, Snapshot, Text};
use std::collections::{BTreeMap, BTreeSet};

/// Compares two runs after every step where the law's variation lets them be compared.
pub(super) fn of(
    variation: &Variation,
    base: Run<'_>,
    varied: Run<'_>,
    capabilities: &Capabilities,
    choices: &DeclaredChoices,
) -> LawVerdict {
    let went_to_its_end = |run: &Run<'_>| run.steps.len() == run.case.commands.len();
    if !went_to_its_end(&base) || !went_to_its_end(&varied) || *varied.case != variation.case {
        return LawVerdict::NotApplicable("both runs went to their end");
    }
    let survey = |run: &Run<'_>| {
        let case = (&run.case.tenant, run.case.commands.as_slice());
        Survey::of(case, (run.start, run.steps), capabilities, choices)
    };
    let surveys = [survey(&base), survey(&varied)];
    if surveys.iter().any(|survey| !survey.starts_as_asked) {
        return LawVerdict::NotApplicable("both runs start with the tenant that was asked for");
    }
    let commands = &base.case.commands;
    let footprints = Footprints::of(&base.case.tenant, commands);
    let openness = Openness::of(&footprints, &surveys[0], commands, &variation.speaks_of);
    let mut has_spoken = false;
    for (at, corresponding) in variation.corresponding.iter().enumerate() {
        let Some(varied_at) = *corresponding else { continue };
        let comparison = Comparison {
            footprints: &footprints,
            openness: &openness,
            at,
            base: Side::new(&surveys[0].steps[at], &base.steps[at].snapshot),
            varied: Side::new(&surveys[1].steps[varied_at], &varied.steps[varied_at].snapshot),
            capabilities,
            place: format!(" after step {} ({})", at + 1, commands[at].word()),
        };
        let mut violations = comparison.objects();
        if let Some(bystander) = &variation.bystander {
            violations.extend(comparison.bystander(bystander));
        }
        if !violations.is_empty() {
            // What differs from here on is a consequence.
            return LawVerdict::Violated(violations);
        }
        has_spoken |= comparison.speaks(&variation.speaks_of);
    }
    if has_spoken {
        LawVerdict::Held
    } else {
        let why = openness.first_reason();
        LawVerdict::NotApplicable(why.unwrap_or("a cycle has work to which the variation matters"))
    }
}

/// One run after one step.
struct Side<'a> {
    survey: &'a SurveyedStep,
    snapshot: &'a Snapshot,
    by_id: BTreeMap<&'a str, &'a CloudObject>,
}

impl<'a> Side<'a> {
    fn new(survey: &'a SurveyedStep, snapshot: &'a Snapshot) -> Side<'a> {
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
        self.survey.labels.iter().find(|(_, id)| **id == object.id).map(|(label, _)| label)
    }

    /// Which object an on-premises object is joined to, in words that mean the same in both runs.
    fn partner(&self, key: &Text) -> String {
        match self.linked(key) {
            None => "no cloud object".to_owned(),
            Some(object) => match self.label_of(object) {
                Some(label) => format!("cloud {} {label}", object.kind),
                None => format!("a cloud {} of its own", object.kind),
            },
        }
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
    place: String,
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
        match (self.base.labelled(label), self.varied.labelled(label)) {
            (None, None) => {}
            (Some(base), Some(varied)) => {
                let name = format!("cloud {} {label}", base.kind);
                self.fields(&name, base, varied, found);
            }
            (base, _) => {
                let words = |is_there| if is_there { "there" } else { "not there" };
                self.tell(
                    found,
                    &format!("the cloud object {label}"),
                    "the object itself",
                    words(base.is_some()),
                    words(base.is_none()),
                );
            }
        }
    }

    fn keyed(&self, key: &Text, found: &mut Vec<Violation>) {
        let (one, other) = (self.base.partner(key), self.varied.partner(key));
        if one != other {
            self.tell(found, key, "joined to", &one, &other);
            return;
        }
        if let (Some(base), Some(varied)) = (self.base.linked(key), self.varied.linked(key))
            && self.base.label_of(base).is_none()
        {
            let name = format!("the cloud {} joined to {key}", base.kind);
            self.fields(&name, base, varied, found);
        }
        let copies = [&self.base, &self.varied].map(|side| match side.survey.copies.get(key) {
            Some(id) if side.by_id.contains_key(&**id) => "there",
            _ => "not there",
        });
        if copies[0] != copies[1] {
            self.tell(
                found,
                &format!("the copy for {key}"),
                "the object itself",
                copies[0],
                copies[1],
            );
        }
    }

    fn fields(
        &self,
        name: &str,
        base: &CloudObject,
        varied: &CloudObject,
        found: &mut Vec<Violation>,
    ) {
        let nothing = Governed::default();
        let governed = self.base.survey.governed.get(&base.id).unwrap_or(&nothing);
        let name = format!("{name}{}", self.place);
        found.extend(differences(&name, base, varied, governed, self.capabilities));
    }

    /// Cloud objects that are nobody's, in the varied run only.
    fn strangers(&self, found: &mut Vec<Violation>) {
        let count = |side: &Side<'_>| -> BTreeMap<usize, Vec<String>> {
            let survey = side.survey;
            let known: BTreeSet<&Text> = survey
                .labels
                .values()
                .chain(survey.links.values())
                .chain(survey.copies.values())
                .collect();
            let mut strangers: BTreeMap<usize, Vec<String>> = BTreeMap::new();
            for object in side.snapshot.active().filter(|object| !known.contains(&object.id)) {
                if let Some(neighbourhood) = self.footprints.neighbourhood_of_stranger(object) {
                    let name = format!("cloud {} with id {}", object.kind, object.id);
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
            for name in names.iter().filter(|_| is_compared) {
                self.tell(found, name, "the object itself", "no such object", "there");
            }
        }
    }

    /// What was added to the tenant and has nothing to do with any on-premises object.
    fn bystander(&self, setup: &crate::directory::CloudSetup) -> Vec<Violation> {
        let name = format!("cloud {} {}, which nothing is about,", setup.kind, setup.label);
        let mut found = Vec::new();
        match self.varied.labelled(&setup.label) {
            None => self.tell(&mut found, &name, "the object itself", "there", "not there"),
            Some(seen) => {
                let governed = Governed::by_setup(setup);
                let wanted = setup.to_object(seen.id.clone());
                let name = format!("{name}{}", self.place);
                found.extend(differences(&name, &wanted, seen, &governed, self.capabilities));
            }
        }
        found
    }

    fn tell(
        &self,
        found: &mut Vec<Violation>,
        object: &str,
        field: &str,
        expected: &str,
        seen: &str,
    ) {
        found.push(Violation {
            object: format!("{object}{}", self.place).into(),
            field: field.to_owned(),
            expected: expected.to_owned(),
            seen: seen.to_owned(),
        });
    }

    /// Whether this step was an occasion for the law.
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
                cycles.contains(&self.at)
                    && subjects.any(|subject| subject.encounter == Encounter::Joined)
            }
            SpeaksOf::Blocks(blocks) => blocks
                .iter()
                .filter(|block| block.cycle == self.at)
                .any(|block| block.keys.iter().filter(|key| settled(key)).count() > 1),
        }
    }
}
