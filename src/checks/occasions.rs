//! What there is to judge in a step, so that no check is asked about what did not occur.

use super::quick::bits_of;
use super::situation::{MeetingClass, Standing};
use super::transition::Transition;
use crate::directory::Command;

/// Kinds of situations, as a set: those that occur in a step, or those that a check is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occasions(u16);

impl Occasions {
    /// In every step.
    pub(crate) const ALWAYS: Occasions = Occasions(1);
    /// A sync cycle.
    pub(crate) const SYNC: Occasions = Occasions(1 << 1);
    /// A sync cycle with an on-premises object in it.
    pub(crate) const SUBJECT: Occasions = Occasions(1 << 2);
    /// A new object that is not contended.
    pub(crate) const NEWCOMER: Occasions = Occasions(1 << 3);
    /// A new object with exactly one holder, which is eligible, and nothing doubtful about it.
    pub(crate) const CLEAR_MATCH: Occasions = Occasions(1 << 4);
    /// A new object that touches an active cloud-mastered object which is not eligible for it.
    pub(crate) const NEAR_MISS: Occasions = Occasions(1 << 5);
    /// A takeover that nothing is left open about.
    pub(crate) const TAKEOVER: Occasions = Occasions(1 << 6);
    /// A joined object that is neither contended nor drifted.
    pub(crate) const SETTLED: Occasions = Occasions(1 << 7);
    /// A joined or copied object that is not contended.
    pub(crate) const KNOWN: Occasions = Occasions(1 << 8);
    /// An error in a cycle's report.
    pub(crate) const ERROR: Occasions = Occasions(1 << 9);
    /// An edit by a cloud administrator.
    pub(crate) const CLOUD_EDIT: Occasions = Occasions(1 << 10);
    /// A cloud administrator writes an anchor.
    pub(crate) const ANCHOR_EDIT: Occasions = Occasions(1 << 11);
    /// A cloud administrator gives or takes a role.
    pub(crate) const ROLE_EDIT: Occasions = Occasions(1 << 12);
    /// A cloud administrator deletes an object.
    pub(crate) const DELETION: Occasions = Occasions(1 << 13);
    /// A cloud object that is not what it was, or was not there.
    pub(crate) const DIFFERENCE: Occasions = Occasions(1 << 14);

    /// An entry in a report on single objects.
    pub(crate) const REPORT: Occasions = Occasions(1 << 15);
    /// So many kinds there are at most.
    pub(super) const KINDS: usize = u16::BITS as usize;

    /// Either.
    pub(crate) const fn or(self, other: Occasions) -> Occasions {
        Occasions(self.0 | other.0)
    }

    /// The kinds in the set, as numbers below [`Occasions::KINDS`].
    pub(super) fn kinds(self) -> impl Iterator<Item = usize> {
        bits_of(self.0.into())
    }

    fn add(&mut self, other: Occasions) {
        *self = self.or(other);
    }

    /// What there is to judge in this step.
    pub(super) fn of(transition: &Transition<'_>) -> Occasions {
        let mut occasions = Occasions::ALWAYS;
        if !transition.comparison.different().is_empty() {
            occasions.add(Occasions::DIFFERENCE);
        }
        if !transition.outcome.objects.is_empty() {
            occasions.add(Occasions::REPORT);
        }
        match transition.command {
            Command::UpdateCloudObject(_) => occasions.add(Occasions::CLOUD_EDIT),
            Command::SetImmutableId(_) => occasions.add(Occasions::ANCHOR_EDIT),
            Command::AssignRole(_) | Command::RemoveRole(_) => {
                occasions.add(Occasions::ROLE_EDIT);
            }
            Command::DeleteCloudObject(_) => occasions.add(Occasions::DELETION),
            _ => {}
        }
        let Some(cycle) = &transition.cycle else { return occasions };
        occasions.add(Occasions::SYNC);
        if !cycle.subjects.is_empty() {
            occasions.add(Occasions::SUBJECT);
        }
        if cycle.errors > 0 {
            occasions.add(Occasions::ERROR);
        }
        if !cycle.takeovers.is_empty() {
            occasions.add(Occasions::TAKEOVER);
        }
        for subject in cycle.subjects.iter().filter(|subject| !subject.contended) {
            match &subject.standing {
                Standing::New(meeting) => {
                    occasions.add(Occasions::NEWCOMER);
                    if matches!(meeting.class, MeetingClass::Clear(_)) && !meeting.doubtful {
                        occasions.add(Occasions::CLEAR_MATCH);
                    }
                    let is_missed = meeting.ties.iter().any(|tie| {
                        !tie.eligible.any()
                            && tie.cloud.is_active()
                            && tie.cloud.is_cloud_mastered()
                    });
                    if is_missed {
                        occasions.add(Occasions::NEAR_MISS);
                    }
                }
                Standing::Joined(joint) => {
                    occasions.add(Occasions::KNOWN);
                    if !joint.drifted {
                        occasions.add(Occasions::SETTLED);
                    }
                }
                Standing::Copied(..) => occasions.add(Occasions::KNOWN),
                Standing::Unsettled(..) => {}
            }
        }
        occasions
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{all, checks_about};

    proptest::proptest! {
        #[test]
        fn a_check_is_asked_where_something_occurs_that_it_is_about(bits: u16) {
            let asked: Vec<&str> = checks_about(Occasions(bits)).map(|check| check.rule).collect();
            let about = all().filter(|check| check.about.0 & bits != 0);
            let about: Vec<&str> = about.map(|check| check.rule).collect();
            proptest::prop_assert_eq!(asked, about);
        }
    }
}
