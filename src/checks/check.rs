//! The check of one rule, and what it is about, so that none is asked about what did not occur.

use super::link_state::LinkState;
use super::transition::Transition;
use super::verdict::Verdict;
use crate::directory::Command;

/// The check of one rule.
pub(crate) struct Check {
    /// The rule's ID.
    pub(crate) rule: &'static str,
    /// What it is about: where nothing of this occurs in a step, it has nothing to say.
    pub(super) about: &'static [Trigger],
    pub(super) judge: fn(&Transition<'_>, &mut Verdict),
    /// What it finds is wrong whoever is linked to whom.
    pub(super) is_right_without_links: bool,
}

impl Check {
    /// The check of `rule`, which is asked where anything that it is `about` occurs.
    pub(super) const fn of(
        rule: &'static str,
        about: &'static [Trigger],
        judge: fn(&Transition<'_>, &mut Verdict),
    ) -> Check {
        Check { rule, about, judge, is_right_without_links: false }
    }

    /// The same check, where what it finds is wrong whoever is linked to whom.
    pub(super) const fn without_links(self) -> Check {
        Check { is_right_without_links: true, ..self }
    }

    /// Whether anything that it is about is among what occurs in a step.
    pub(super) fn is_about(&self, occurring: &Occurring) -> bool {
        self.about.iter().any(|trigger| occurring.0[*trigger as usize])
    }
}

/// A kind of situation that can occur in a step. Asking every check about every step would take half
/// as long again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    /// Every step.
    Always,
    /// A sync cycle.
    Sync,
    /// A sync cycle with an on-premises object in it.
    Subject,
    /// A new object that is not contended.
    NewObject,
    /// A new object with exactly one holder, which is eligible, and nothing unspecified about it.
    ClearMatch,
    /// A new object that shares something with an active cloud-mastered object which is not eligible
    /// for it.
    NearMiss,
    /// A takeover that nothing is left open about.
    Takeover,
    /// A joined object that is not contended and whose anchor has not changed.
    DeterminateLink,
    /// A joined object, or one with a quarantined object, that is not contended.
    KnownObject,
    /// An object that fails in a cycle.
    Error,
    /// An edit by a cloud administrator.
    CloudEdit,
    /// A cloud administrator writes an anchor, or the identifier of an on-premises object.
    AnchorEdit,
    /// A cloud administrator moves a source of authority to the cloud, or gives it back.
    AuthorityEdit,
    /// A cloud administrator gives or takes a role, or eligibility for one.
    RoleEdit,
    /// A cloud administrator deletes an object.
    Deletion,
    /// A cloud object that is not what it was, or was not there.
    Difference,
    /// An entry in a report on single objects.
    Report,
}

/// What occurs in a step: of each kind, in the order in which they are declared, whether it does.
pub(super) struct Occurring([bool; Trigger::ALL.len()]);

impl Trigger {
    pub(super) const ALL: [Trigger; 17] = [
        Trigger::Always,
        Trigger::Sync,
        Trigger::Subject,
        Trigger::NewObject,
        Trigger::ClearMatch,
        Trigger::NearMiss,
        Trigger::Takeover,
        Trigger::DeterminateLink,
        Trigger::KnownObject,
        Trigger::Error,
        Trigger::CloudEdit,
        Trigger::AnchorEdit,
        Trigger::AuthorityEdit,
        Trigger::RoleEdit,
        Trigger::Deletion,
        Trigger::Difference,
        Trigger::Report,
    ];

    /// What occurs in this step.
    pub(super) fn in_step(transition: &Transition<'_>) -> Occurring {
        Occurring(Trigger::ALL.map(|trigger| trigger.occurs_in(transition)))
    }

    /// Whether anything of the kind occurs in this step.
    fn occurs_in(self, transition: &Transition<'_>) -> bool {
        let cycle = transition.cycle.as_ref();
        let command = transition.command;
        match self {
            Trigger::Always => true,
            Trigger::Sync => cycle.is_some(),
            Trigger::Subject => !transition.subjects().is_empty(),
            Trigger::NewObject => transition.new_objects().next().is_some(),
            Trigger::ClearMatch => transition.clear_matches().next().is_some(),
            Trigger::NearMiss => transition.new_objects().any(|(_, matching)| {
                matching.candidates.iter().any(|candidate| {
                    !candidate.eligible.any()
                        && candidate.cloud.is_active()
                        && candidate.cloud.is_cloud_mastered()
                })
            }),
            Trigger::Takeover => cycle.is_some_and(|cycle| !cycle.takeovers.is_empty()),
            Trigger::DeterminateLink => transition.settled().next().is_some(),
            Trigger::KnownObject => transition.subjects().iter().any(|subject| {
                let link_state = &subject.link_state;
                let is_known =
                    matches!(link_state, LinkState::Joined(_) | LinkState::Quarantined(..));
                is_known && !subject.contended
            }),
            Trigger::Error => cycle.is_some_and(|cycle| cycle.errors > 0),
            Trigger::CloudEdit => matches!(command, Command::UpdateCloudObject(_)),
            Trigger::AnchorEdit => matches!(
                command,
                Command::SetImmutableId(_) | Command::SetOnPremisesObjectIdentifier(_)
            ),
            Trigger::AuthorityEdit => matches!(command, Command::SetCloudManaged(_)),
            Trigger::RoleEdit => {
                let is_assignment =
                    matches!(command, Command::AssignRole(_) | Command::RemoveRole(_));
                let is_eligibility =
                    matches!(command, Command::MakeEligible(_) | Command::RemoveEligibility(_));
                is_assignment || is_eligibility
            }
            Trigger::Deletion => matches!(command, Command::DeleteCloudObject(_)),
            Trigger::Difference => !transition.comparison.different().is_empty(),
            Trigger::Report => !transition.outcome.objects.is_empty(),
        }
    }
}
