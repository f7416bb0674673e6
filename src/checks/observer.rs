//! Follows one case step by step and lets every check judge every step.

use super::check::{Check, Trigger};
use super::comparison::Comparison;
use super::history::History;
use super::learn::StepFacts;
use super::links::Links;
use super::registry;
use super::settings::Settings;
use super::start;
use super::states::is_same_state;
use super::subject::Subject;
use super::transition::{LinksAre, Transition};
use super::verdict::Verdict;
use super::violation::Violation;
use super::{admin, r#match, protect, switch, takeover};
use crate::directory::EditionSettings;
use crate::directory::{
    CanonicalState, Capabilities, Capability, CloudObject, CloudRef, Command, DeclaredChoices,
    Snapshot, StepObservation, Tenant, Text,
};
use std::sync::Arc;

/// What a check said of a step, where its rule's situation occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's ID.
    pub rule: &'static str,
    /// What was found.
    pub verdict: Verdict,
}

impl Finding {
    /// The violations, if any.
    pub fn violations(&self) -> &[Violation] {
        &self.verdict.violations
    }
}

/// Follows one case: feed it the starting state and then every step, in order.
///
/// After a violation it goes on from the state that was observed, so that one fault is not told
/// again with every further step.
#[derive(Clone)]
pub struct Observer<'a> {
    edition: EditionSettings,
    capabilities: &'a Capabilities,
    choices: &'a DeclaredChoices,
    state: Snapshot,
    history: History,
    /// Who is linked to whom, where no authority flag shows it.
    links: Links,
    /// It is open who is linked to whom: nothing more is judged.
    is_lost: bool,
}

impl<'a> Observer<'a> {
    /// Begins a case and judges the starting state: it shows exactly the tenant that was asked for.
    pub fn start(
        tenant: &Tenant,
        snapshot: &Snapshot,
        edition: EditionSettings,
        capabilities: &'a Capabilities,
        choices: &'a DeclaredChoices,
    ) -> (Self, Vec<Finding>) {
        let mut verdict = Verdict::default();
        let mut ids = Vec::new();
        let mut observer = Observer {
            edition,
            capabilities,
            choices,
            state: snapshot.clone(),
            history: History::default(),
            links: Links::default(),
            is_lost: false,
        };
        if !capabilities.has(Capability::AuthorityFlag) {
            observer.state = observer.completed(snapshot);
        }
        let start = &observer.state;
        verdict.judge(|verdict| ids = start::judge(tenant, start, capabilities, verdict));
        observer.history = History::start(tenant, |at| ids[at].clone());
        (observer, vec![Finding { rule: "safe.command-takes-effect", verdict }])
    }

    /// Lets every check judge one step, and takes it in.
    pub fn step(&mut self, command: &Command, seen: &StepObservation) -> Vec<Finding> {
        self.follow(command, seen, |transition| {
            let occurring = Trigger::in_step(transition);
            let mut findings = Vec::new();
            let is_asked = |check: &&Check| match transition.links {
                LinksAre::Known => true,
                LinksAre::LostHere => check.is_right_without_links,
                LinksAre::Lost => false,
            };
            let checks = registry::all().filter(is_asked);
            for check in checks.filter(|check| check.is_about(&occurring)) {
                let mut verdict = Verdict::default();
                (check.judge)(transition, &mut verdict);
                if transition.links == LinksAre::LostHere {
                    verdict.held = 0;
                }
                if !verdict.is_not_applicable() {
                    findings.push(Finding { rule: check.rule, verdict });
                }
            }
            findings
        })
    }

    /// Hands one step to `look`, and takes it in.
    pub(crate) fn follow<R>(
        &mut self,
        command: &Command,
        seen: &StepObservation,
        look: impl FnOnce(&Transition<'_>) -> R,
    ) -> R {
        self.history.give_names_in(command);
        let was_lost = self.is_lost;
        let completed;
        let seen = if self.capabilities.has(Capability::AuthorityFlag) {
            seen
        } else {
            self.find_links(command, seen);
            completed = StepObservation {
                outcome: seen.outcome.clone(),
                snapshot: self.completed(&seen.snapshot),
            };
            &completed
        };
        let links = match (was_lost, self.is_lost) {
            (true, _) => LinksAre::Lost,
            (false, true) => LinksAre::LostHere,
            (false, false) => LinksAre::Known,
        };
        let (looked, facts) = self.with_transition(command, seen, |transition| {
            transition.links = links;
            (look(transition), facts(transition))
        });
        self.history.learn(&self.state, command, seen, facts);
        self.state = seen.snapshot.clone();
        looked
    }

    fn with_transition<R>(
        &self,
        command: &Command,
        seen: &StepObservation,
        look: impl FnOnce(&mut Transition<'_>) -> R,
    ) -> R {
        let (before, after) = (&self.state, &seen.snapshot);
        let comparison = Comparison::of(&before.cloud, &after.cloud, |before, after| {
            is_same_state(&self.history, before, after)
        });
        let settings = Settings {
            edition: self.edition,
            features: self.history.features,
            capabilities: self.capabilities,
            choices: self.choices,
        };
        let mut transition = Transition::new(
            (before, after),
            (command, &seen.outcome),
            &comparison,
            &self.history,
            settings,
        );
        look(&mut transition)
    }

    /// Finds out whom a cycle linked.
    fn find_links(&mut self, command: &Command, seen: &StepObservation) {
        if !matches!(command, Command::Sync(_)) {
            return;
        }
        if self.capabilities.has(Capability::CloudId) {
            let tells_results = self.capabilities.has(Capability::ObjectResults);
            self.links.report(&seen.outcome, &seen.snapshot, tells_results);
            return;
        }
        let mut links = self.links.clone();
        let snapshot = self.completed(&seen.snapshot);
        let seen = StepObservation { outcome: seen.outcome.clone(), snapshot };
        let found = self.with_transition(command, &seen, |transition| links.see(transition));
        self.is_lost |= found.is_err();
        self.links = links;
    }

    fn completed(&mut self, shown: &Snapshot) -> Snapshot {
        let shows_anchors = self.capabilities.has(Capability::MatchSourceAnchor);
        self.links.completed(shown.clone(), shows_anchors)
    }

    /// Whether it is open who is linked to whom, so that nothing more of the case is judged.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Draws all that later verdicts rest on, but for the state itself, which the implementation
    /// draws.
    pub(crate) fn canonicalise(&self, canonical: &mut CanonicalState) {
        self.history.canonicalise(canonical);
    }

    /// The identifier of the object that a reference names, as far as it was ever seen, and
    /// whether that is certain.
    pub(crate) fn names(&self, reference: &CloudRef) -> (Option<&Text>, bool) {
        (self.history.resolve(reference), self.history.is_certain(reference))
    }

    /// What the case has shown so far.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// The state after the last step.
    pub fn state(&self) -> &Snapshot {
        &self.state
    }

    /// The cloud object that a reference names by now, in the recycle bin or not.
    pub fn resolve(&self, reference: &CloudRef) -> Option<&Arc<CloudObject>> {
        let id = self.history.resolve(reference)?;
        self.state.cloud_object(id)
    }
}

/// What a step showed that later steps rest on.
fn facts(transition: &Transition<'_>) -> StepFacts {
    let subjects = || transition.subjects().iter();
    let key = |subject: &Subject<'_>| subject.object.key.clone();
    StepFacts {
        errors: subjects().filter(|subject| subject.reported_error()).map(key).collect(),
        linked: subjects()
            .filter_map(|subject| Some((key(subject), subject.linked?.id.clone())))
            .collect(),
        blocked_by_role: admin::blocked_by_role(transition),
        blocked_by_privilege: protect::blocked_by_privilege(transition),
        blocked_by_switch: switch::blocked_by_switch(transition),
        blocked_by_hard_match_switch: switch::blocked_by_hard_match_switch(transition),
        treatments: takeover::treatments(transition),
        late_matches_told: r#match::late_matches_told(transition),
        absent: takeover::absent(transition),
        gone: transition.gone().map(|object| object.id.clone()).collect(),
        named: transition.named_id.cloned(),
        is_certain: transition.named.is_some(),
        synchronised: synchronised(transition),
        created: transition.created().next().map(|created| created.id.clone()),
    }
}

/// What is on-premises-mastered for the first time, where that makes a difference later.
fn synchronised(transition: &Transition<'_>) -> Vec<Text> {
    let different = transition.comparison.different().iter();
    let is_first = |cloud: &&&Arc<CloudObject>| {
        cloud.is_on_premises_mastered() && !transition.history.synchronised.contains(&cloud.id)
    };
    let tells = transition.settings.capabilities.tell_flag_states();
    let first = different.filter(|_| tells).filter(is_first);
    first.map(|cloud| cloud.id.clone()).collect()
}

#[cfg(test)]
mod tests;
