//! What is reported of a sync cycle agrees with what the states show.

use crate::checks::object_name::ObjectName;
use crate::checks::situation::{Standing, Subject, same_optional_name};
use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::directory::{
    Capability, Kind, MatchingAttribute, ResultWord, Status, SyncResult, same_name,
};
use std::collections::HashSet;

pub(super) fn report_agrees(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.cycle.is_none() || transition.outcome.status != Status::Ok {
        return;
    }
    let reported = transition.subjects().iter().filter(|subject| subject.reported.is_some());
    if reported.count() != transition.outcome.objects.len() {
        let known: HashSet<&str> =
            transition.before.on_premises.iter().map(|object| &*object.key).collect();
        for key in transition.outcome.objects.keys().filter(|key| !known.contains(&***key)) {
            verdict.violated(
                ObjectName::Key(key.clone()),
                "reported result",
                "none: there is no such on-premises object",
                "one",
            );
        }
    }
    for subject in transition.subjects() {
        let Some(result) = subject.reported else {
            verdict.violated(
                ObjectName::Key(subject.object.key.clone()),
                "reported result",
                "one entry for each on-premises object",
                "no entry",
            );
            continue;
        };
        verdict.judge(|verdict| judge_result(transition, verdict, subject, result));
    }
}

fn judge_result(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    result: &SyncResult,
) {
    let object = subject.object;
    let joined = transition.joined_after(subject);
    let before = joined.and_then(|joined| transition.origin_of(joined));
    let is_takeover = before.is_some_and(|before| before.is_cloud_mastered() && before.is_active());
    // A copy in the recycle bin may still count as one: that is left open.
    let has_copy = || {
        subject.ending.copy.is_some()
            || subject.past.and_then(|past| past.copy.as_ref()).is_some_and(|id| {
                transition.after.cloud_object(id).is_some_and(|copy| copy.quarantined)
            })
    };
    let mut lie = |expected: String| {
        let mut seen = result.result.to_string();
        if let Some(matched_on) = result.matched_on {
            seen = format!("{seen} on {matched_on}");
        }
        let name = ObjectName::Key(object.key.clone());
        verdict.violated(name, "reported result", expected, seen);
    };
    let is_match = matches!(result.result, ResultWord::HardMatched | ResultWord::SoftMatched);
    if is_match && transition.has(Capability::MatchKind) && result.matched_on.is_none() {
        lie("with matchedOn: matchKind is declared".into());
    }
    let is_copied = matches!(subject.standing, Standing::Copied(..));
    let is_unsettled = match &subject.standing {
        Standing::Unsettled(..) => true,
        Standing::Joined(joint) => joint.drifted,
        _ => false,
    };
    match result.result {
        ResultWord::HardMatched => {
            let is_true = joined.is_some_and(|_| match before {
                None => false,
                Some(before) if is_takeover => {
                    before.on_premises_immutable_id == object.source_anchor
                }
                // Without a reinstallation there is nothing to rejoin.
                Some(_) => {
                    transition.history.reinstalled
                        || !matches!(&subject.standing, Standing::Joined(joint) if !joint.drifted)
                }
            });
            if !is_true {
                lie("not hardMatched: no object that carried its anchor was joined to it".into());
            } else if !matches!(result.matched_on, None | Some(MatchingAttribute::SourceAnchor)) {
                lie("a hard match, which is on sourceAnchor".into());
            }
        }
        ResultWord::SoftMatched => match before.filter(|_| is_takeover) {
            None => lie("not softMatched: it took over no cloud-mastered object".into()),
            Some(before) => {
                let by_name = object.kind == Kind::User
                    && same_optional_name(&object.user_principal_name, &before.user_principal_name);
                let by_address = matches!(
                    (object.primary_address(), before.primary_address()),
                    (Some(own), Some(held)) if same_name(own, held)
                );
                let is_true = match result.matched_on {
                    None => by_name || by_address,
                    Some(MatchingAttribute::UserPrincipalName) => by_name,
                    Some(MatchingAttribute::ProxyAddresses) => by_address,
                    Some(MatchingAttribute::SourceAnchor) => false,
                };
                if !is_true {
                    lie(format!("what {} was really matched on", transition.name_of(before)));
                }
            }
        },
        ResultWord::Provisioned => {
            let is_true = joined.is_some() && before.is_none();
            if !is_true {
                lie("not provisioned: no new cloud object is joined to it".into());
            }
        }
        ResultWord::Joined | ResultWord::Updated => {
            if joined.is_none() && !has_copy() && !is_unsettled {
                lie("error: it is joined to nothing".into());
            } else if is_takeover && transition.has(Capability::MatchKind) {
                lie("hardMatched or softMatched: matchKind is declared".into());
            }
        }
        ResultWord::Unchanged => {
            let was_joined = match &subject.standing {
                Standing::Joined(joint) => Some(joint.cloud),
                _ => None,
            };
            match (joined, was_joined) {
                (Some(joined), Some(cloud)) if joined.id == cloud.id => {
                    let is_untouched = transition.is_untouched(cloud);
                    if !is_untouched {
                        lie(format!("updated: {} changed", transition.name_of(cloud)));
                    }
                }
                (Some(_), _) if !is_copied && !is_unsettled => {
                    lie("not unchanged: it was joined in this cycle".into());
                }
                (None, _) if !has_copy() && !is_unsettled && !is_copied => {
                    lie("error: it is joined to nothing".into());
                }
                _ => {}
            }
        }
        ResultWord::Removed => lie("not removed: it is still on-premises".into()),
        ResultWord::Quarantined => {
            if !has_copy() {
                lie("not quarantined: there is no flagged copy for it".into());
            }
        }
        ResultWord::Error => {
            if !subject.contended && has_visibly_succeeded(transition, subject) {
                lie("not an error: it was synchronised in full".into());
            }
        }
    }
}

/// Whether an uncontended object got all that the cycle owed it.
fn has_visibly_succeeded(transition: &Transition<'_>, subject: &Subject<'_>) -> bool {
    if let Some(joint) = subject.settled_joint() {
        let is_idle = !subject.has_work() && !joint.meets_others();
        return is_idle || transition.is_obligation_met(subject) == Some(true);
    }
    transition.is_obligation_met(subject) == Some(true) && subject.ending.joined.is_some()
}
