//! Which objects match, and which never do.

use super::Check;
use super::situation::{MeetingClass, Reach, Standing, carries_other_anchor, leads_to};
use super::takeover::hold_to_ambiguous_choices;
use super::ties::Tie;
use super::transition::{Transition, collides, judge_addresses, judge_values, list, optional};
use super::verdict::Verdict;
use crate::directory::{CloudObject, CollisionHandling, Kind, OnPremisesObject, same_name};
use std::collections::HashMap;

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "match.every-new-object", judge: every_new_object },
    Check { rule: "match.only-three-attributes", judge: only_three_attributes },
    Check { rule: "match.soft-on-upn", judge: soft_on_upn },
    Check { rule: "match.soft-on-primary-smtp", judge: soft_on_primary_smtp },
    Check { rule: "match.hard-on-source-anchor", judge: hard_on_source_anchor },
    Check { rule: "match.primary-smtp-only", judge: primary_smtp_only },
    Check { rule: "match.same-attribute", judge: same_attribute },
    Check { rule: "match.either-attribute-suffices", judge: either_attribute_suffices },
    Check { rule: "match.different-anchor-blocks-soft-match", judge: different_anchor },
    Check { rule: "match.new-objects-only", judge: new_objects_only },
    Check { rule: "match.late-match-is-an-error", judge: late_match_is_an_error },
    Check { rule: "match.no-holder-provisions", judge: no_holder_provisions },
    Check { rule: "match.collision-creates-nothing-else", judge: collision_creates_nothing_else },
    Check { rule: "match.one-to-one", judge: one_to_one },
    Check { rule: "match.case-insensitive-names", judge: case_insensitive_names },
    Check { rule: "match.case-sensitive-anchor", judge: case_sensitive_anchor },
    Check { rule: "match.same-target-same-result", judge: super::takeover::same_result },
];

/// Judges the clear matches that `applies` selects: the cloud object was taken over at all. How
/// well that was done is for the takeover rules.
pub(super) fn judge_clear_matches(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    applies: impl Fn(&OnPremisesObject, &Tie<'_>, Reach) -> bool,
) {
    for (subject, tie, reach) in transition.clear_matches() {
        if !applies(subject.object, tie, reach) {
            continue;
        }
        if transition.is_untouched(tie.cloud) {
            verdict.violated(
                transition.name_of(tie.cloud),
                "onPremisesSyncEnabled",
                format!(
                    "true: taken over by {}, which it equals in {}",
                    subject.object.key,
                    reach.words()
                ),
                format!(
                    "false; nothing about it changed (reported for {}: {})",
                    subject.object.key,
                    transition.reported_words(subject.object)
                ),
            );
        } else {
            verdict.holds();
        }
    }
}

/// Judges that the ties that `applies` selects led to no takeover: the cloud-mastered object that
/// a new object touches there, and which is not eligible for it, is left alone.
pub(super) fn judge_no_match(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    applies: impl Fn(&OnPremisesObject, &Tie<'_>) -> bool,
) {
    for (subject, meeting) in transition.newcomers() {
        for (tie, reach) in meeting.ties.iter().zip(&meeting.eligible) {
            if reach.any() || tie.cloud.deleted || !tie.cloud.is_cloud_mastered() {
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
        let mut created = transition.created_for(subject.object);
        // Where the object itself was replaced by another, that is for `takeover.same-object`.
        created.retain(|_| transition.after_of(tie.cloud).is_some_and(|after| after.is_active()));
        for second in created {
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
                    &**key,
                    "cloud objects taken over",
                    "one at most",
                    touched.len().to_string(),
                );
            }
            for created in transition.created_for(subject.object) {
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
    let Some(cycle) = &transition.cycle else {
        return;
    };
    let newcomers: Vec<_> = transition.newcomers().collect();
    // By value, so that a large tenant is not searched once for each new object. Whether a service
    // looks at `mail` in practice is left open.
    let mut by_value: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (at, (subject, _)) in newcomers.iter().enumerate() {
        for (name, value) in subject.object.attributes.iter().filter(|(name, _)| &***name != "mail")
        {
            by_value.entry((name, value)).or_default().push(at);
        }
    }
    if by_value.is_empty() {
        return;
    }
    for cloud in transition.before.active().filter(|cloud| cloud.is_cloud_mastered()) {
        let id = &*cloud.id;
        if cycle.open.contains(id) || cycle.eligible.contains(id) {
            continue;
        }
        let is_alike = cloud
            .attributes
            .iter()
            .filter_map(|(name, value)| by_value.get(&(&**name, &**value)))
            .flatten()
            .any(|&at| {
                let (subject, meeting) = newcomers[at];
                subject.object.kind == cloud.kind
                    && !meeting.ties.iter().any(|tie| tie.cloud.id == cloud.id)
            });
        if is_alike {
            verdict.judge(|verdict| transition.judge_untouched(verdict, cloud));
        }
    }
}

fn soft_on_upn(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |_, _, reach| {
        reach.user_principal_name && !reach.anchor
    });
}

fn soft_on_primary_smtp(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |object, _, reach| {
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
    judge_clear_matches(transition, verdict, |object, tie, reach| {
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
            let name = transition.name_of(joint.cloud);
            let stays = transition
                .after_of(joint.cloud)
                .is_some_and(|after| after.is_active() && after.on_premises_sync_enabled);
            if !stays {
                verdict.violated(
                    name,
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
            if !late.is_empty() && !transition.reported_error(object) {
                let other = transition.name_of(late[0].cloud);
                verdict.violated(
                    &*object.key,
                    "reported result",
                    format!("error: it was changed to equal {other} and is not new"),
                    transition.reported_words(object),
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
    let name = transition.name_of(after);
    for tie in late {
        let holder = transition.name_of(tie.cloud);
        if tie.user_principal_name
            && super::situation::same_optional_name(
                &after.user_principal_name,
                &tie.cloud.user_principal_name,
            )
        {
            verdict.violated(
                &name,
                "userPrincipalName",
                format!("not the one that {holder} holds"),
                optional(&after.user_principal_name),
            );
        }
        if tie.anchor && after.on_premises_immutable_id == tie.cloud.on_premises_immutable_id {
            verdict.violated(
                &name,
                "onPremisesImmutableId",
                format!("not the one that {holder} holds"),
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
                &name,
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
            let created = transition.created_for(object);
            let [new] = created[..] else {
                verdict.violated(
                    &*object.key,
                    "new cloud objects",
                    format!("exactly one, a {}", object.kind),
                    format!("{} (reported: {})", created.len(), transition.reported_words(object)),
                );
                return;
            };
            let name = format!("the cloud object created for {}", object.key);
            let mut expect = |field: &str, expected: String, seen: String| {
                if expected != seen {
                    verdict.violated(&name, field, expected, seen);
                }
            };
            expect("kind", object.kind.to_string(), new.kind.to_string());
            expect("mailEnabled", object.mail_enabled.to_string(), new.mail_enabled.to_string());
            expect(
                "onPremisesSyncEnabled",
                "true".into(),
                new.on_premises_sync_enabled.to_string(),
            );
            expect(
                "onPremisesImmutableId",
                optional(&object.source_anchor),
                optional(&new.on_premises_immutable_id),
            );
            expect("deleted", "false".into(), new.deleted.to_string());
            expect("quarantined", "false".into(), new.quarantined.to_string());
            expect("roles", "[]".into(), super::transition::roles(new));
            judge_values(verdict, &name, object, new, &[]);
            judge_addresses(transition.history, verdict, &name, object, None, new, &[]);
            transition.judge_password_arrives(verdict, &name, object, new);
        });
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
            let created = transition.created_for(object);
            let on_anchor = meeting.holders().any(|(tie, _)| tie.anchor);
            let declared = transition.choices.collision_handling;
            if created.iter().any(|new| !new.quarantined) || created.len() > 1 {
                verdict.violated(
                    &*object.key,
                    "new cloud objects",
                    "none, or one flagged copy: others hold its identifiers",
                    format!(
                        "{}, of which {} flagged",
                        created.len(),
                        created.iter().filter(|new| new.quarantined).count()
                    ),
                );
            } else if let [copy] = created[..] {
                let name = format!("the copy for {}", object.key);
                if on_anchor {
                    verdict.violated(
                        &name,
                        "the object itself",
                        "no copy: another object holds the anchor",
                        "created",
                    );
                } else if declared == Some(CollisionHandling::Rejected) {
                    verdict.violated(
                        &name,
                        "the object itself",
                        "no copy: collisionHandling is declared as rejected",
                        "created",
                    );
                }
                judge_copy(verdict, &name, object, copy);
            } else if declared == Some(CollisionHandling::Quarantined) && !on_anchor {
                verdict.violated(
                    &*object.key,
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
            let name = transition.name_of(copy);
            match transition.after_of(copy) {
                None => verdict.violated(name, "the object itself", "still there", "gone"),
                Some(after) => {
                    let mut expect = |field: &str, expected: bool, seen: bool| {
                        if expected != seen {
                            verdict.violated(&name, field, expected.to_string(), seen.to_string());
                        }
                    };
                    expect("quarantined", true, after.quarantined);
                    expect("deleted", false, after.deleted);
                    expect("onPremisesSyncEnabled", true, after.on_premises_sync_enabled);
                }
            }
            for (tie, _) in meeting.holders() {
                transition.judge_untouched(verdict, tie.cloud);
            }
        });
    }
}

fn judge_copy(verdict: &mut Verdict, name: &str, object: &OnPremisesObject, copy: &CloudObject) {
    let mut expect = |field: &str, expected: String, seen: String| {
        if expected != seen {
            verdict.violated(name, field, expected, seen);
        }
    };
    expect("kind", object.kind.to_string(), copy.kind.to_string());
    expect("onPremisesSyncEnabled", "true".into(), copy.on_premises_sync_enabled.to_string());
    expect(
        "onPremisesImmutableId",
        optional(&object.source_anchor),
        optional(&copy.on_premises_immutable_id),
    );
    expect("deleted", "false".into(), copy.deleted.to_string());
    expect("roles", "[]".into(), super::transition::roles(copy));
}

fn one_to_one(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Some(cycle) = &transition.cycle else {
        return;
    };
    for subject in transition.subjects().iter().filter(|subject| !subject.contended) {
        let Some(anchor) = subject.object.source_anchor.as_deref() else {
            continue;
        };
        let carriers = cycle.carriers_after.carrying(anchor);
        let count = carriers.iter().filter(|carrier| !carrier.quarantined).count();
        if count > 1 {
            verdict.violated(
                &*subject.object.key,
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
    judge_clear_matches(transition, verdict, |object, tie, reach| {
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
