//! Which objects match, and which never do.

use super::Check;
use super::object_name::ObjectName;
use super::occasions::Occasions;
use super::quick::{FEW, HashIndex, hash_of};
use super::situation::{
    Meeting, MeetingClass, Reach, Standing, Subject, carries_other_anchor, leads_to,
};
use super::takeover::hold_to_ambiguous_choices;
use super::ties::Tie;
use super::transition::{Transition, collides, judge_addresses, judge_values, list, optional};
use super::verdict::Verdict;
use crate::directory::{CloudObject, CollisionHandling, Kind, OnPremisesObject, same_name};
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "match.every-new-object", about: Occasions::NEWCOMER, judge: every_new_object },
    Check {
        rule: "match.only-three-attributes",
        about: Occasions::NEWCOMER,
        judge: only_three_attributes,
    },
    Check { rule: "match.soft-on-upn", about: Occasions::CLEAR_MATCH, judge: soft_on_upn },
    Check {
        rule: "match.soft-on-primary-smtp",
        about: Occasions::CLEAR_MATCH,
        judge: soft_on_primary_smtp,
    },
    Check {
        rule: "match.hard-on-source-anchor",
        about: Occasions::CLEAR_MATCH,
        judge: hard_on_source_anchor,
    },
    Check {
        rule: "match.primary-smtp-only",
        about: Occasions::NEAR_MISS,
        judge: primary_smtp_only,
    },
    Check { rule: "match.same-attribute", about: Occasions::NEAR_MISS, judge: same_attribute },
    Check {
        rule: "match.either-attribute-suffices",
        about: Occasions::CLEAR_MATCH,
        judge: either_attribute_suffices,
    },
    Check {
        rule: "match.different-anchor-blocks-soft-match",
        about: Occasions::NEAR_MISS,
        judge: different_anchor,
    },
    Check { rule: "match.new-objects-only", about: Occasions::KNOWN, judge: new_objects_only },
    Check {
        rule: "match.late-match-is-an-error",
        about: Occasions::KNOWN,
        judge: late_match_is_an_error,
    },
    Check {
        rule: "match.no-holder-provisions",
        about: Occasions::NEWCOMER,
        judge: no_holder_provisions,
    },
    Check {
        rule: "match.collision-creates-nothing-else",
        about: Occasions::NEWCOMER.or(Occasions::KNOWN),
        judge: collision_creates_nothing_else,
    },
    Check { rule: "match.one-to-one", about: Occasions::SUBJECT, judge: one_to_one },
    Check {
        rule: "match.case-insensitive-names",
        about: Occasions::CLEAR_MATCH,
        judge: case_insensitive_names,
    },
    Check {
        rule: "match.case-sensitive-anchor",
        about: Occasions::NEAR_MISS,
        judge: case_sensitive_anchor,
    },
    Check {
        rule: "match.same-target-same-result",
        about: Occasions::TAKEOVER,
        judge: super::takeover::same_result,
    },
];

/// Judges the clear matches that `applies` selects: the cloud object was taken over at all. How
/// well that was done is for the takeover rules.
pub(super) fn judge_clear_matches(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    applies: impl Fn(&Subject<'_>, &Tie<'_>, Reach) -> bool,
) {
    for (subject, tie, reach) in transition.clear_matches() {
        if !applies(subject, tie, reach) {
            continue;
        }
        if transition.is_untouched(tie.cloud) {
            blame_missed_match(transition, verdict, subject, tie, reach);
        } else {
            verdict.holds();
        }
    }
}

#[cold]
#[inline(never)]
fn blame_missed_match(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    tie: &Tie<'_>,
    reach: Reach,
) {
    let key = &subject.object.key;
    verdict.violated(
        transition.name_of(tie.cloud),
        "onPremisesSyncEnabled",
        format!("true: taken over by {key}, which it equals in {}", reach.words()),
        format!(
            "false; nothing about it changed (reported for {key}: {})",
            subject.reported_words()
        ),
    );
}

/// Judges that the ties that `applies` selects led to no takeover: the cloud-mastered object that
/// a new object touches there, and which is not eligible for it, is left alone.
pub(super) fn judge_no_match(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    applies: impl Fn(&OnPremisesObject, &Tie<'_>) -> bool,
) {
    for (subject, meeting) in transition.newcomers() {
        for tie in &meeting.ties {
            if tie.eligible.any() || tie.cloud.deleted || !tie.cloud.is_cloud_mastered() {
                continue;
            }
            if applies(subject.object, tie) {
                verdict.judge(|verdict| transition.judge_untouched(verdict, tie.cloud));
            }
        }
    }
}

fn every_new_object(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |_, _, _| true);
    for (subject, tie, _) in transition.clear_matches() {
        // Where the object itself was replaced by another, that is for `takeover.same-object`.
        if !transition.after_of(tie.cloud).is_some_and(|after| after.is_active()) {
            continue;
        }
        for second in transition.created_for(subject) {
            verdict.violated(
                transition.name_of(second),
                "the object itself",
                format!("no second object beside {}", transition.name_of(tie.cloud)),
                format!("created for {}", subject.object.key),
            );
        }
    }
    for (subject, meeting) in transition.newcomers() {
        if meeting.class != MeetingClass::Ambiguous || meeting.doubtful {
            continue;
        }
        verdict.judge(|verdict| {
            let touched: Vec<_> =
                meeting.holders().filter(|(tie, _)| !transition.is_untouched(tie.cloud)).collect();
            for (tie, reach) in &touched {
                if !reach.any() {
                    transition.judge_untouched(verdict, tie.cloud);
                }
            }
            let key = &subject.object.key;
            if touched.len() > 1 {
                verdict.violated(
                    ObjectName::Key(key.clone()),
                    "cloud objects taken over",
                    "one at most",
                    touched.len().to_string(),
                );
            }
            for created in transition.created_for(subject) {
                if !created.quarantined || !touched.is_empty() {
                    verdict.violated(
                        transition.name_of(created),
                        "the object itself",
                        "no new object: the match is ambiguous",
                        format!("created for {key}"),
                    );
                }
            }
            hold_to_ambiguous_choices(transition, verdict, subject, meeting, &touched);
        });
    }
}

fn only_three_attributes(transition: &Transition<'_>, verdict: &mut Verdict) {
    let mut values = NewValues::default();
    for newcomer in transition.newcomers() {
        values.add(newcomer);
    }
    if values.all.is_empty() {
        return;
    }
    values.enter_all();
    for cloud in transition.before.active().filter(|cloud| cloud.is_cloud_mastered()) {
        if transition.is_open(cloud) || transition.is_eligible(cloud) {
            continue;
        }
        if values.has_any_of(cloud) {
            verdict.judge(|verdict| transition.judge_untouched(verdict, cloud));
        }
    }
}

/// Values of new objects which decide nothing, each with whose it is.
#[derive(Default)]
struct NewValues<'t, 'a> {
    all: Vec<(&'t str, &'t str, (&'t Subject<'a>, &'t Meeting<'a>))>,
    /// Where a name with its value stands in `all`, once there are many: so that a large tenant is
    /// not searched once for each new object.
    by_value: Option<HashIndex>,
}

impl<'t, 'a> NewValues<'t, 'a> {
    fn add(&mut self, newcomer: (&'t Subject<'a>, &'t Meeting<'a>)) {
        for (name, value) in &newcomer.0.object.attributes {
            // Whether a service looks at `mail` in practice is left open.
            if &**name != "mail" {
                self.all.push((name, value, newcomer));
            }
        }
    }

    /// Makes it quick to look for values, where there are many.
    fn enter_all(&mut self) {
        if self.all.len() > FEW {
            let mut by_value = HashIndex::with_capacity(self.all.len());
            for (at, (name, value, _)) in self.all.iter().enumerate() {
                by_value.add(hash_of((name, value)), at as u32);
            }
            self.by_value = Some(by_value);
        }
    }

    /// Whether a new object of the same kind, which shares nothing else with it, has one of these
    /// values.
    fn has_any_of(&self, cloud: &Arc<CloudObject>) -> bool {
        cloud.attributes.iter().any(|(name, value)| {
            let is_meant = |at: usize| {
                let (own, owned, (subject, meeting)) = self.all[at];
                *own == **name
                    && *owned == **value
                    && subject.object.kind == cloud.kind
                    && !meeting.ties.iter().any(|tie| tie.cloud.id == cloud.id)
            };
            match &self.by_value {
                None => (0..self.all.len()).any(is_meant),
                Some(by_value) => {
                    by_value.with(hash_of((&**name, &**value))).any(|at| is_meant(at as usize))
                }
            }
        })
    }
}

fn soft_on_upn(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |_, _, reach| {
        reach.user_principal_name && !reach.anchor
    });
}

fn soft_on_primary_smtp(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |subject, _, reach| {
        let object = subject.object;
        object.kind == Kind::User && reach.primary && !reach.anchor
    });
}

fn hard_on_source_anchor(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |_, _, reach| reach.anchor);
}

fn primary_smtp_only(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, tie| {
        tie.cloud.kind == object.kind && tie.mail && !leads_to(object, tie).any() && !tie.primary
    });
}

fn same_attribute(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, tie| {
        tie.cloud.kind == object.kind && tie.crossed && !leads_to(object, tie).any()
    });
}

/// One of the two attributes is the same, the other is there on both sides and is not.
fn either_attribute_suffices(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |subject, tie, reach| {
        let object = subject.object;
        let names_differ = object.user_principal_name.is_some()
            && tie.cloud.user_principal_name.is_some()
            && !tie.user_principal_name;
        let addresses_differ = object.primary_address().is_some()
            && tie.cloud.primary_address().is_some()
            && !tie.primary;
        !reach.anchor
            && ((reach.user_principal_name && addresses_differ) || (reach.primary && names_differ))
    });
}

fn different_anchor(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, tie| {
        leads_to(object, tie).soft() && carries_other_anchor(object, tie.cloud)
    });
}

/// A joined object is never matched again, whatever it was changed to.
fn new_objects_only(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.subjects().iter().filter(|subject| !subject.contended) {
        let Standing::Joined(joint) = &subject.standing else {
            continue;
        };
        if !subject.pending {
            continue;
        }
        let tempting: Vec<_> = joint
            .late_matches()
            .filter(|tie| tie.cloud.is_cloud_mastered() && leads_to(subject.object, tie).any())
            .collect();
        if tempting.is_empty() {
            continue;
        }
        verdict.judge(|verdict| {
            for tie in tempting {
                transition.judge_untouched(verdict, tie.cloud);
            }
            let stays = transition
                .after_of(joint.cloud)
                .is_some_and(|after| after.is_active() && after.on_premises_sync_enabled);
            if !stays {
                verdict.violated(
                    transition.name_of(joint.cloud),
                    "the object itself",
                    format!("still joined to {}", subject.object.key),
                    "no longer active and on-premises-mastered",
                );
            }
        });
    }
}

fn late_match_is_an_error(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.subjects().iter().filter(|subject| !subject.contended) {
        let Standing::Joined(joint) = &subject.standing else {
            continue;
        };
        if !subject.pending {
            continue;
        }
        let object = subject.object;
        // Of an object whose anchor was changed only the collision of that anchor is judged.
        let late: Vec<_> =
            joint.late_matches().filter(|tie| tie.anchor || !joint.drifted).collect();
        let is_late = |tie: &Tie<'_>| late.iter().any(|late| late.cloud.id == tie.cloud.id);
        let is_secondary_only =
            |tie: &&Tie<'_>| tie.cloud.is_active() && tie.mail && !is_late(tie) && !joint.drifted;
        let secondary: Vec<_> = joint.others.iter().filter(is_secondary_only).collect();
        if late.is_empty() && secondary.is_empty() {
            continue;
        }
        verdict.judge(|verdict| {
            if !late.is_empty() && !subject.reported_error() {
                let other = transition.name_of(late[0].cloud);
                verdict.violated(
                    ObjectName::Key(object.key.clone()),
                    "reported result",
                    format!("error: it was changed to equal {other} and is not new"),
                    subject.reported_words(),
                );
            }
            for tie in late.iter().chain(&secondary) {
                transition.judge_untouched(verdict, tie.cloud);
            }
            let Some(after) = transition.after_of(joint.cloud) else {
                return;
            };
            judge_no_colliding_value(transition, verdict, object, after, &late, &secondary);
        });
    }
}

/// The joined object did not get a value that another object holds.
fn judge_no_colliding_value(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    object: &OnPremisesObject,
    after: &CloudObject,
    late: &[&Tie<'_>],
    secondary: &[&Tie<'_>],
) {
    let name = || transition.name_of(after);
    for tie in late {
        let holder = || transition.name_of(tie.cloud);
        if tie.user_principal_name
            && super::situation::same_optional_name(
                &after.user_principal_name,
                &tie.cloud.user_principal_name,
            )
        {
            verdict.violated(
                name(),
                "userPrincipalName",
                format!("not the one that {} holds", holder()),
                optional(&after.user_principal_name),
            );
        }
        if tie.anchor && after.on_premises_immutable_id == tie.cloud.on_premises_immutable_id {
            verdict.violated(
                name(),
                "onPremisesImmutableId",
                format!("not the one that {} holds", holder()),
                optional(&after.on_premises_immutable_id),
            );
        }
    }
    for tie in late.iter().chain(secondary) {
        let taken = object
            .mail_addresses()
            .filter(|mail| tie.cloud.mail_addresses().any(|held| same_name(held, mail)))
            .any(|mail| after.mail_addresses().any(|seen| same_name(seen, mail)));
        if taken {
            verdict.violated(
                name(),
                "proxyAddresses",
                format!("without the address that {} holds", transition.name_of(tie.cloud)),
                list(&after.proxy_addresses),
            );
        }
    }
}

fn no_holder_provisions(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, meeting) in transition.newcomers() {
        if meeting.class != MeetingClass::NoHolder || meeting.doubtful {
            continue;
        }
        let object = subject.object;
        verdict.judge(|verdict| {
            let created = transition.created_for(subject);
            let [new] = created[..] else {
                verdict.violated(
                    ObjectName::Key(object.key.clone()),
                    "new cloud objects",
                    format!("exactly one, a {}", object.kind),
                    format!("{} (reported: {})", created.len(), subject.reported_words()),
                );
                return;
            };
            let name = || ObjectName::CreatedFor(object.key.clone());
            verdict.expect(name, "kind", object.kind, new.kind);
            verdict.expect(name, "mailEnabled", object.mail_enabled, new.mail_enabled);
            verdict.expect(name, "onPremisesSyncEnabled", true, new.on_premises_sync_enabled);
            expect_anchor(verdict, name, object, new);
            verdict.expect(name, "deleted", false, new.deleted);
            verdict.expect(name, "quarantined", false, new.quarantined);
            expect_no_roles(verdict, name, new);
            judge_values(verdict, name, object, new, &[]);
            judge_addresses(transition.history, verdict, name, object, None, new, &[]);
            transition.judge_password_arrives(verdict, name, object, new);
        });
    }
}

fn expect_anchor(
    verdict: &mut Verdict,
    name: impl FnOnce() -> ObjectName,
    object: &OnPremisesObject,
    cloud: &CloudObject,
) {
    let (expected, seen) = (&object.source_anchor, &cloud.on_premises_immutable_id);
    if expected != seen {
        verdict.violated(name(), "onPremisesImmutableId", optional(expected), optional(seen));
    }
}

fn expect_no_roles(verdict: &mut Verdict, name: impl FnOnce() -> ObjectName, cloud: &CloudObject) {
    if !cloud.roles.is_empty() {
        verdict.violated(name(), "roles", "[]", super::transition::roles(cloud));
    }
}

fn collision_creates_nothing_else(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_standing_copies(transition, verdict);
    for (subject, meeting) in transition.newcomers() {
        if meeting.class != MeetingClass::Collision || meeting.doubtful {
            continue;
        }
        let object = subject.object;
        verdict.judge(|verdict| {
            for (tie, _) in meeting.holders() {
                transition.judge_untouched(verdict, tie.cloud);
            }
            let created = transition.created_for(subject);
            let on_anchor = meeting.holders().any(|(tie, _)| tie.anchor);
            let declared = transition.choices.collision_handling;
            if created.iter().any(|new| !new.quarantined) || created.len() > 1 {
                verdict.violated(
                    ObjectName::Key(object.key.clone()),
                    "new cloud objects",
                    "none, or one flagged copy: others hold its identifiers",
                    format!(
                        "{}, of which {} flagged",
                        created.len(),
                        created.iter().filter(|new| new.quarantined).count()
                    ),
                );
            } else if let [copy] = created[..] {
                let name = || ObjectName::CopyFor(object.key.clone());
                if on_anchor {
                    verdict.violated(
                        name(),
                        "the object itself",
                        "no copy: another object holds the anchor",
                        "created",
                    );
                } else if declared == Some(CollisionHandling::Rejected) {
                    verdict.violated(
                        name(),
                        "the object itself",
                        "no copy: collisionHandling is declared as rejected",
                        "created",
                    );
                }
                judge_copy(verdict, name, object, copy);
            } else if declared == Some(CollisionHandling::Quarantined) && !on_anchor {
                verdict.violated(
                    ObjectName::Key(object.key.clone()),
                    "new cloud objects",
                    "one flagged copy: collisionHandling is declared as quarantined",
                    "none",
                );
            }
        });
    }
}

/// While the collision lasts its object is not tried again: the copy stays what it is.
fn judge_standing_copies(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.subjects().iter().filter(|subject| !subject.contended) {
        let Standing::Copied(copy, meeting) = &subject.standing else { continue };
        if !collides(meeting) || copy.on_premises_immutable_id != subject.object.source_anchor {
            continue;
        }
        verdict.judge(|verdict| {
            let name = || transition.name_of(copy);
            match transition.after_of(copy) {
                None => verdict.violated(name(), "the object itself", "still there", "gone"),
                Some(after) => {
                    verdict.expect(name, "quarantined", true, after.quarantined);
                    verdict.expect(name, "deleted", false, after.deleted);
                    let is_flagged = after.on_premises_sync_enabled;
                    verdict.expect(name, "onPremisesSyncEnabled", true, is_flagged);
                }
            }
            for (tie, _) in meeting.holders() {
                transition.judge_untouched(verdict, tie.cloud);
            }
        });
    }
}

fn judge_copy(
    verdict: &mut Verdict,
    name: impl Fn() -> ObjectName,
    object: &OnPremisesObject,
    copy: &CloudObject,
) {
    verdict.expect(&name, "kind", object.kind, copy.kind);
    verdict.expect(&name, "onPremisesSyncEnabled", true, copy.on_premises_sync_enabled);
    expect_anchor(verdict, &name, object, copy);
    verdict.expect(&name, "deleted", false, copy.deleted);
    expect_no_roles(verdict, &name, copy);
}

fn one_to_one(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.subjects().iter().filter(|subject| !subject.contended) {
        let count = subject.ending.carriers;
        if count > 1 {
            verdict.violated(
                ObjectName::Key(subject.object.key.clone()),
                "active cloud objects with its anchor",
                "one at most",
                count.to_string(),
            );
        } else if count == 1 {
            verdict.holds();
        }
    }
    for (subject, joint) in transition.settled() {
        let Some(after) = transition.after_of(joint.cloud) else {
            continue;
        };
        let anchor = &after.on_premises_immutable_id;
        if *anchor == subject.object.source_anchor {
            continue;
        }
        let thief = transition
            .after
            .on_premises
            .iter()
            .find(|other| other.key != subject.object.key && other.source_anchor == *anchor);
        if let Some(thief) = thief {
            verdict.violated(
                transition.name_of(joint.cloud),
                "onPremisesImmutableId",
                format!("{} of {}", optional(&subject.object.source_anchor), subject.object.key),
                format!("{} of {}", optional(anchor), thief.key),
            );
        }
    }
}

/// A match that rests on values which are equal but for their letter case.
fn case_insensitive_names(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |subject, tie, reach| {
        let object = subject.object;
        let by_exact_name = reach.user_principal_name
            && object.user_principal_name == tie.cloud.user_principal_name;
        let by_exact_address =
            reach.primary && object.primary_address() == tie.cloud.primary_address();
        let by_exact_value = reach.anchor || by_exact_name || by_exact_address;
        !by_exact_value
    });
}

fn case_sensitive_anchor(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, tie| {
        object.kind == Kind::User && tie.cloud.kind == Kind::User && tie.anchor_but_for_case
    });
}
