//! One observed step, and what the checks may ask of it.

use super::candidates::Candidate;
use super::candidates::MatchCandidates;
use super::comparison::Comparison;
use super::definitions::{MatchClass, carries_an_identifier, is_joined, leads_to};
use super::history::History;
use super::identifiers::{Identifier, has_any_of, on_premises_identifiers};
use super::index::CloudIndex;
use super::link_state::{Joined, LinkState};
use super::match_attributes::MatchAttributes;
use super::settings::Settings;
use super::states::judged_differences;
use super::subject::{Subject, subjects};
use super::verdict::Verdict;
use super::violation::{Because, Joining};
use crate::directory::{
    Capability, CloudObject, Command, Difference, Features, Field, ObjectName, Outcome, Snapshot,
    Status, Text,
};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// One observed step: the state before, the command, what was said of it, the state after, and
/// what the case has shown so far.
pub(crate) struct Transition<'a> {
    pub(crate) before: &'a Snapshot,
    pub(crate) command: &'a Command,
    pub(crate) outcome: &'a Outcome,
    pub(crate) after: &'a Snapshot,
    pub(crate) history: &'a History,
    pub(crate) settings: Settings<'a>,
    /// What of the cloud is the same before and after.
    pub(crate) comparison: &'a Comparison<'a>,
    /// What there is to know of a sync cycle; `None` for every other command.
    pub(crate) cycle: Option<Cycle<'a>>,
    /// The identifier of the cloud object that the command names, as far as it was ever seen.
    pub(crate) named_id: Option<&'a Text>,
    /// The cloud object that the command names, as it was before, in the recycle bin or not.
    pub(crate) named: Option<&'a Arc<CloudObject>>,
    /// What is known of who is linked to whom.
    pub(crate) links: LinksAre,
}

/// What is known of who is linked to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinksAre {
    Known,
    /// This step leaves it open: what is judged must be wrong whoever is linked.
    LostHere,
    /// It was left open before: nothing is judged.
    Lost,
}

/// A sync cycle.
pub(crate) struct Cycle<'a> {
    pub(crate) subjects: Vec<Subject<'a>>,
    /// By identifier: how cloud objects are involved in it.
    involved: FxHashMap<&'a str, Involvement>,
    /// The takeovers that were seen and that nothing is left open about: the subject's position
    /// and that of the candidate in its matching.
    pub(crate) takeovers: Vec<(usize, usize)>,
    /// How many objects failed: as the cycle reports, or without reports as they cannot but fail.
    pub(crate) errors: usize,
    /// Cloud objects that the cycle brought into being.
    created: CloudIndex<'a>,
}

/// How a cloud object is involved in a cycle.
#[derive(Clone, Copy, Debug, Default)]
struct Involvement {
    /// It is left open what the cycle does to it.
    is_open: bool,
    /// An uncontended new object may take it over.
    is_eligible: bool,
    /// It has a directory role, and a new object holds one of its identifiers.
    is_attempted: bool,
    /// It is protected from a hard match, and the new object that has its anchor took it over all the same.
    is_wrongly_hard_matched: bool,
}

impl<'a> Transition<'a> {
    pub(crate) fn new(
        (before, after): (&'a Snapshot, &'a Snapshot),
        (command, outcome): (&'a Command, &'a Outcome),
        comparison: &'a Comparison<'a>,
        history: &'a History,
        settings: Settings<'a>,
    ) -> Self {
        let reference = command.cloud_object();
        let named_id = reference.and_then(|reference| history.resolve(reference));
        // Of a command that may mean another object nothing is judged but what it leaves alone.
        let is_certain = reference.is_none_or(|reference| history.is_certain(reference));
        let named = named_id.filter(|_| is_certain).and_then(|id| comparison.before(id));
        let mut transition = Transition {
            before,
            command,
            outcome,
            after,
            history,
            settings,
            comparison,
            cycle: None,
            named_id,
            named,
            links: LinksAre::Known,
        };
        if matches!(command, Command::Sync(_)) {
            transition.cycle = Some(Cycle::of(&transition));
        }
        transition
    }

    pub(crate) fn features(&self) -> Features {
        self.settings.features
    }

    pub(crate) fn has(&self, capability: Capability) -> bool {
        self.settings.capabilities.has(capability)
    }

    /// The subjects of a sync cycle; none for every other command.
    pub(crate) fn subjects(&self) -> &[Subject<'a>] {
        self.cycle.as_ref().map_or(&[], |cycle| &cycle.subjects)
    }

    /// The subjects that no other pending object interferes with.
    pub(crate) fn uncontended(&self) -> impl Iterator<Item = &Subject<'a>> {
        self.subjects().iter().filter(|subject| !subject.contended)
    }

    /// New objects that are not contended, with what they meet.
    pub(crate) fn new_objects(&self) -> impl Iterator<Item = (&Subject<'a>, &MatchCandidates<'a>)> {
        self.subjects().iter().filter_map(|subject| Some((subject, subject.new_matching()?)))
    }

    /// New objects of this class, that are not contended and about which nothing is left open.
    pub(crate) fn new_objects_with(
        &self,
        class: MatchClass,
    ) -> impl Iterator<Item = (&Subject<'a>, &MatchCandidates<'a>)> {
        self.new_objects()
            .filter(move |(_, matching)| matching.class == class && !matching.unspecified)
    }

    /// The active cloud-mastered objects whose anchor a new object has, if they are users, with that object.
    pub(crate) fn reached_by_anchor(&self) -> impl Iterator<Item = (&Subject<'a>, &Candidate<'a>)> {
        self.new_objects().flat_map(|(subject, matching)| {
            let reached = matching.candidates.iter().filter(|candidate| {
                let cloud = candidate.cloud;
                cloud.is_active()
                    && cloud.is_cloud_mastered()
                    && leads_to(subject.object, cloud).anchor
            });
            reached.map(move |candidate| (subject, candidate))
        })
    }

    /// Joined objects that are neither contended nor have another anchor now, with their cloud
    /// objects.
    pub(crate) fn settled(&self) -> impl Iterator<Item = (&Subject<'a>, &Joined<'a>)> {
        self.subjects().iter().filter_map(|subject| Some((subject, subject.determinate_link()?)))
    }

    /// New objects with exactly one holder, which is eligible, and nothing unspecified about it.
    pub(crate) fn clear_matches(
        &self,
    ) -> impl Iterator<Item = (&Subject<'a>, &Candidate<'a>, MatchAttributes)> {
        self.new_objects().filter(|(_, matching)| !matching.unspecified).filter_map(
            |(subject, matching)| matching.clear().map(|(candidate, by)| (subject, candidate, by)),
        )
    }

    /// The object as it is after the step; `before` is one of the state before it.
    pub(crate) fn after_of(&self, before: &CloudObject) -> Option<&'a Arc<CloudObject>> {
        self.comparison.after(&before.id)
    }

    /// The object as it was before the step; `after` is one of the state after it.
    pub(crate) fn origin_of(&self, after: &CloudObject) -> Option<&'a Arc<CloudObject>> {
        self.comparison.before(&after.id)
    }

    /// Whether the step left this cloud object, which is one of the state before it, exactly as it
    /// was.
    pub(crate) fn is_untouched(&self, before: &CloudObject) -> bool {
        self.comparison.is_untouched(before)
    }

    /// Whether it is left open what the cycle does to this object of the state before it.
    pub(crate) fn is_open(&self, before: &CloudObject) -> bool {
        self.involvement(before).is_open
    }

    /// Active cloud-mastered objects that the cycle has to leave alone, as far as that is not left
    /// open: no uncontended new object may take them over. What was moved to the cloud has rules of its own.
    pub(crate) fn left_alone(&self) -> impl Iterator<Item = &'a Arc<CloudObject>> {
        self.before.active().filter(|cloud| {
            let involvement = self.involvement(cloud);
            cloud.is_cloud_mastered()
                && !involvement.is_open
                && !involvement.is_eligible
                && self.history.conversions.of(cloud).is_none()
        })
    }

    /// Whether a new object holds an identifier of this object of the state before the cycle,
    /// which has a directory role.
    pub(crate) fn is_attempted(&self, before: &CloudObject) -> bool {
        self.involvement(before).is_attempted
    }

    /// Whether this user of the state before the cycle is protected from a hard match, or it is open whether
    /// it is, and was taken over by the new object that has its anchor. That is for the rule about what
    /// protects it alone: what is otherwise right is not blamed by further rules.
    pub(crate) fn is_wrongly_hard_matched(&self, before: &CloudObject) -> bool {
        self.involvement(before).is_wrongly_hard_matched
    }

    /// Whether the late match of an object was told, and need neither be told again nor tried until the
    /// object is changed.
    pub(crate) fn may_rest(&self, subject: &Subject<'_>) -> bool {
        self.settings.may_tell_late_matches_once()
            && subject.own_history.is_some_and(|own_history| own_history.late_match_told)
    }

    fn involvement(&self, before: &CloudObject) -> Involvement {
        let cycle = self.cycle.as_ref();
        cycle.and_then(|cycle| cycle.involved.get(&*before.id)).copied().unwrap_or_default()
    }

    /// The cloud object that an on-premises object is joined to after the cycle.
    pub(crate) fn joined_after(&self, subject: &Subject<'a>) -> Option<&'a Arc<CloudObject>> {
        subject.effect.joined
    }

    /// The cloud objects that the step shows no more, as they were before it.
    pub(crate) fn gone(&self) -> impl Iterator<Item = &'a Arc<CloudObject>> {
        let touched = self.comparison.touched().iter().copied();
        touched.filter(|before| self.after_of(before).is_none())
    }

    /// The cloud objects that the step brought into being.
    pub(crate) fn created(&self) -> impl Iterator<Item = &'a Arc<CloudObject>> {
        self.comparison.created().iter().copied()
    }

    /// Objects that the cycle brought into being and that carry an identifier of `subject`.
    pub(crate) fn created_for(&self, subject: &Subject<'_>) -> Vec<&'a Arc<CloudObject>> {
        let Some(cycle) = self.cycle.as_ref().filter(|_| !self.comparison.created().is_empty())
        else {
            return Vec::new();
        };
        let mut created = cycle.created.with_any_of(on_premises_identifiers(subject.object));
        // What is reported to be linked to somebody is his, whatever else it carries.
        let is_another_s = |created: &CloudObject| {
            let is_linked =
                |one: &&Subject<'_>| one.linked.is_some_and(|linked| linked.id == created.id);
            let mut linked = cycle.subjects.iter().filter(is_linked).peekable();
            linked.peek().is_some() && linked.all(|one| one.object.key != subject.object.key)
        };
        created.retain(|created| {
            carries_an_identifier(subject.object, created) && !is_another_s(created)
        });
        created
    }

    /// Whether any other cloud object than this one, in the recycle bin or not, has one of these
    /// identifiers.
    pub(crate) fn meets_another(&self, own: &[Identifier<'_>], object: &CloudObject) -> bool {
        let mut others = self.before.cloud.iter().filter(|other| other.id != object.id);
        others.any(|other| has_any_of(other, own))
    }

    /// Every field in which two states of a cloud object differ. Addresses that the service gave out
    /// by itself may come and go on an on-premises-mastered object.
    pub(crate) fn differences<'s>(
        &'s self,
        before: &'s CloudObject,
        after: &'s CloudObject,
    ) -> impl Iterator<Item = Difference> {
        judged_differences(self.history, before, after)
    }

    pub(crate) fn name_of(&self, cloud: &CloudObject) -> ObjectName {
        self.history.name_of(cloud)
    }

    /// Whether the command was carried out.
    pub(crate) fn is_accepted(&self) -> bool {
        self.outcome.status == Status::Ok
    }

    /// Judges that a command in whose way nothing stands was carried out.
    pub(crate) fn judge_accepted(
        &self,
        verdict: &mut Verdict,
        object: impl FnOnce() -> ObjectName,
    ) {
        let status = self.outcome.status;
        if status != Status::Ok {
            verdict
                .violated(object(), Field::Outcome, Status::Ok, status)
                .because(Because::NothingInTheWay);
        }
    }

    /// Judges that `cloud` is as it was before, field by field where it is not.
    pub(crate) fn judge_untouched(&self, verdict: &mut Verdict, cloud: &CloudObject) {
        if self.is_untouched(cloud) || self.is_wrongly_hard_matched(cloud) {
            return;
        }
        let name = || self.name_of(cloud);
        match self.after_of(cloud) {
            None => _ = verdict.missing(name()),
            Some(after) => verdict.changed(name, self.differences(cloud, after)),
        }
    }

    /// Judges that the cycle created nothing for an on-premises object to which `own` belongs.
    pub(crate) fn judge_no_second(
        &self,
        verdict: &mut Verdict,
        subject: &Subject<'_>,
        own: &CloudObject,
    ) {
        for created in self.created_for(subject) {
            let (key, object) = (subject.object.key.clone(), self.name_of(own));
            verdict.unexpected(self.name_of(created)).because(Because::NoSecond { key, object });
        }
    }

    /// Judges that an on-premises object is not linked to another cloud object than `cloud`, to which it
    /// was joined.
    pub(crate) fn judge_not_moved(
        &self,
        verdict: &mut Verdict,
        subject: &Subject<'_>,
        cloud: &CloudObject,
    ) {
        if let Some(other) = subject.moved_to() {
            let (own, other) = (self.name_of(cloud), self.name_of(other));
            verdict.violated(subject.name(), Field::JoinedTo, own, other);
        }
    }

    /// Judges that `cloud`, to which an on-premises object was joined, is still there, active and
    /// mastered on-premises.
    pub(crate) fn judge_still_joined(
        &self,
        verdict: &mut Verdict,
        subject: &Subject<'_>,
        cloud: &'a Arc<CloudObject>,
    ) {
        let name = || self.name_of(cloud);
        let violation = match self.after_of(cloud) {
            None => verdict.missing(name()),
            Some(after) if after.deleted => verdict.violated(name(), Field::Deleted, false, true),
            Some(after) if after.is_cloud_mastered() => {
                verdict.violated(name(), Field::OnPremisesSyncEnabled, true, false)
            }
            Some(_) => return,
        };
        violation.because(joined_before(subject, name()));
    }
}

/// An on-premises object was joined to a cloud object before the cycle.
pub(crate) fn joined_before(subject: &Subject<'_>, object: ObjectName) -> Because {
    Because::Joined { key: subject.object.key.clone(), object, how: Joining::Before }
}

impl<'a> Cycle<'a> {
    fn of(transition: &Transition<'a>) -> Cycle<'a> {
        let Transition { comparison, outcome, history, settings, .. } = transition;
        let states = (transition.before, transition.after);
        let subjects = subjects(states, comparison, outcome, history, settings);
        Cycle {
            involved: involvement(comparison, &subjects),
            takeovers: takeovers(comparison, &subjects),
            errors: subjects.iter().filter(|subject| fails(subject, settings)).count(),
            created: CloudIndex::of(comparison.created().iter().copied()),
            subjects,
        }
    }
}

/// Whether an object fails in the cycle.
fn fails(subject: &Subject<'_>, settings: &Settings<'_>) -> bool {
    if settings.capabilities.has(Capability::ObjectResults) {
        return subject.reported_error();
    }
    let is_bound_to = match &subject.link_state {
        LinkState::New(matching) => collides(matching),
        LinkState::Joined(link) => {
            subject.pending && (link.has_free_new_anchor() || link.late_matches().next().is_some())
        }
        LinkState::Quarantined(..) | LinkState::Indeterminate(..) => false,
    };
    is_bound_to && !subject.contended
}

/// Every takeover by an uncontended object where nothing about the match is left open: the match
/// was right, and something about the target changed.
fn takeovers(comparison: &Comparison<'_>, subjects: &[Subject<'_>]) -> Vec<(usize, usize)> {
    let mut takeovers = Vec::new();
    for (subject_at, subject) in subjects.iter().enumerate() {
        let Some(matching) = subject.new_matching() else { continue };
        if matching.unspecified
            || !matches!(matching.class, MatchClass::Clear | MatchClass::Ambiguous)
        {
            continue;
        }
        for (candidate_at, candidate) in matching.candidates.iter().enumerate() {
            if candidate.eligible.any()
                && candidate.is_holder
                && !comparison.is_untouched(candidate.cloud)
            {
                takeovers.push((subject_at, candidate_at));
            }
        }
    }
    takeovers
}

/// How the cloud objects are involved in a cycle. It is left open what the cycle does to those
/// that lie in the footprint of an object that is contended, that something unspecified has
/// happened to, whose quarantined object may heal, or that might be led to them by `mail`.
fn involvement<'a>(
    comparison: &Comparison<'a>,
    subjects: &[Subject<'a>],
) -> FxHashMap<&'a str, Involvement> {
    let mut all: FxHashMap<&'a str, Involvement> = FxHashMap::default();
    for subject in subjects {
        let link_state = &subject.link_state;
        if let LinkState::New(matching) = link_state {
            for candidate in &matching.candidates {
                let cloud = candidate.cloud;
                let involved = all.entry(&*cloud.id).or_default();
                involved.is_attempted |= candidate.is_holder && !cloud.roles.is_empty();
                involved.is_open |=
                    subject.contended || candidate.mail_attribute || candidate.is_open_hard_match;
                involved.is_eligible |= !subject.contended && candidate.eligible.any();
                let object = subject.object;
                let after = comparison.after(&cloud.id).zip(object.source_anchor.as_ref());
                involved.is_wrongly_hard_matched |= candidate.is_protected_from(object)
                    && after.is_some_and(|(after, anchor)| is_joined(object, after, anchor));
            }
            continue;
        }
        let candidates: &[Candidate<'a>] = match link_state {
            LinkState::Joined(link)
                if !subject.contended && (!link.anchor_changed || link.has_free_new_anchor()) =>
            {
                continue;
            }
            LinkState::Quarantined(_, matching) if !subject.contended && collides(matching) => &[],
            _ => link_state.candidates(),
        };
        let others = candidates.iter().map(|candidate| candidate.cloud);
        for cloud in link_state.cloud().into_iter().chain(others) {
            all.entry(&*cloud.id).or_default().is_open = true;
        }
    }
    all
}

/// Whether what once led to a quarantined object still stands in the way, beyond doubt.
pub(crate) fn collides(matching: &MatchCandidates<'_>) -> bool {
    matching.class == MatchClass::Collision && !matching.unspecified
}
