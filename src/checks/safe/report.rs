//! What is reported of a sync cycle agrees with what the states show.

use crate::checks::arrival::is_obligation_met;
use crate::checks::definitions::same_optional_name;
use crate::checks::link_state::LinkState;
use crate::checks::match_attributes::MatchAttributes;
use crate::checks::subject::Subject;
use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::checks::violation::{Because, Joining};
use crate::directory::{
    Capability, CloudObject, Field, Kind, MatchingAttribute, ObjectName, ResultWord, Status,
    SyncResult, Value, same_name,
};
use std::collections::HashSet;
use std::sync::Arc;

pub(super) fn report_agrees(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.cycle.is_none() || transition.outcome.status != Status::Ok {
        return;
    }
    let reported = transition.subjects().iter().filter(|subject| subject.reported.is_some());
    if reported.count() != transition.outcome.objects.len() {
        let known: HashSet<&str> =
            transition.before.on_premises.iter().map(|object| &*object.key).collect();
        for (key, result) in &transition.outcome.objects {
            let scope = &transition.history.scope;
            let has_left = match result.result {
                ResultWord::Removed => scope.removed.iter().any(|gone| gone.key == *key),
                ResultWord::Error => scope.gone.contains(key),
                _ => false,
            };
            if !known.contains(&**key) && !has_left {
                let name = ObjectName::OnPremises(key.clone());
                verdict
                    .violated(name, Field::Result, Value::Nothing, result.result)
                    .because(Because::Exists(false));
            }
        }
    }
    for subject in transition.subjects() {
        match subject.reported {
            None => {
                verdict.violated(subject.name(), Field::Result, Value::Present, Value::Nothing);
            }
            Some(result) => {
                let shown = Shown::of(transition, subject);
                verdict.judge(|verdict| shown.judge_result(verdict, result));
            }
        }
    }
}

/// What the states show of an on-premises object after a cycle.
struct Shown<'t, 'a> {
    transition: &'t Transition<'a>,
    subject: &'t Subject<'a>,
    /// The cloud object that it is joined to.
    joined: Option<&'a Arc<CloudObject>>,
    /// That cloud object before the cycle.
    before: Option<&'a Arc<CloudObject>>,
    is_takeover: bool,
    /// Whom it is joined to is left open.
    is_open: bool,
}

impl<'t, 'a> Shown<'t, 'a> {
    fn of(transition: &'t Transition<'a>, subject: &'t Subject<'a>) -> Self {
        let joined = transition.joined_after(subject);
        let before = joined.and_then(|joined| transition.origin_of(joined));
        let is_takeover =
            before.is_some_and(|before| before.is_cloud_mastered() && before.is_active());
        let is_open = match &subject.link_state {
            LinkState::Indeterminate(..) => true,
            LinkState::Joined(link) => link.anchor_changed,
            // What is told of whoever meets an object that was moved to the cloud is open.
            other => {
                let conversions = &transition.history.conversions;
                let mut met = other.candidates().iter();
                met.any(|met| met.cloud.is_cloud_managed || conversions.of(met.cloud).is_some())
            }
        };
        Shown { transition, subject, joined, before, is_takeover, is_open }
    }

    /// Whether there is a quarantined object for it. One in the recycle bin may still count: that
    /// is left open.
    fn has_quarantined(&self) -> bool {
        let earlier =
            self.subject.own_history.and_then(|own_history| own_history.quarantined.as_ref());
        let after = earlier.and_then(|id| self.transition.after.cloud_object(id));
        self.subject.effect.quarantined.is_some() || after.is_some_and(|after| after.quarantined)
    }

    fn is_joined_to_nothing(&self) -> bool {
        self.joined.is_none() && !self.is_open && !self.has_quarantined()
    }

    /// Whom it is joined to.
    fn joining(&self) -> Because {
        let Some(joined) = self.joined else { return Because::JoinedToNothing };
        let how = match self.before {
            None => Joining::Created,
            Some(_) if self.is_takeover => Joining::TakenOver,
            Some(_) => Joining::Before,
        };
        let (key, object) = (self.subject.object.key.clone(), self.transition.name_of(joined));
        Because::Joined { key, object, how }
    }

    fn judge_result(&self, verdict: &mut Verdict, result: &SyncResult) {
        let (transition, subject) = (self.transition, self.subject);
        if let Some(id) = &result.cloud_id
            && !self.is_open
            && transition.after.cloud_object(id).is_none()
        {
            verdict
                .violated(subject.name(), Field::JoinedTo, Value::Other, id)
                .because(Because::Exists(false));
        }
        // What is wrong is the link, and the report tells it; or it is open whether it is one.
        if subject.effect.is_second || (self.is_open && subject.linked.is_some()) {
            return;
        }
        let word = result.result;
        let tells_matches = transition.has(Capability::MatchKind);
        let is_match = matches!(word, ResultWord::HardMatched | ResultWord::SoftMatched);
        if is_match && tells_matches && result.matched_on.is_none() {
            verdict
                .violated(subject.name(), Field::MatchedOn, Value::Present, Value::Nothing)
                .because(Because::Capability(Capability::MatchKind));
        }
        let mut lie = |expected: Value, because: Because| {
            verdict.violated(subject.name(), Field::Result, expected, word).because(because);
        };
        let is_quarantined = matches!(subject.link_state, LinkState::Quarantined(..));
        match word {
            ResultWord::HardMatched => {
                if !self.is_hard_match() {
                    lie(Value::Other, self.joining());
                } else if let Some(on) = result.matched_on
                    && on != MatchingAttribute::SourceAnchor
                {
                    let anchor = MatchingAttribute::SourceAnchor;
                    verdict.violated(subject.name(), Field::MatchedOn, anchor, on);
                }
            }
            ResultWord::SoftMatched => match self.before.filter(|_| self.is_takeover) {
                None => lie(Value::Other, self.joining()),
                Some(before) => self.judge_soft_match(verdict, before, result.matched_on),
            },
            ResultWord::Provisioned => {
                if self.joined.is_none() || self.before.is_some() {
                    lie(Value::Other, self.joining());
                }
            }
            ResultWord::Joined | ResultWord::Updated => {
                if self.is_joined_to_nothing() {
                    lie(ResultWord::Error.into(), Because::JoinedToNothing);
                } else if self.is_takeover && tells_matches {
                    let matches = vec![ResultWord::HardMatched, ResultWord::SoftMatched];
                    lie(matches.into(), Because::Capability(Capability::MatchKind));
                }
            }
            ResultWord::Unchanged => {
                let earlier = match &subject.link_state {
                    LinkState::Joined(link) => Some(link.cloud),
                    _ => None,
                };
                match (self.joined, earlier) {
                    (Some(joined), Some(cloud)) if joined.id == cloud.id => {
                        // A second one that is linked to it may have changed it.
                        let mut subjects = transition.subjects().iter();
                        let is_changed = !transition.is_untouched(cloud)
                            && !subjects.any(|other| other.is_second_of(cloud));
                        let because = || Because::Changed(transition.name_of(cloud));
                        is_changed.then(|| lie(ResultWord::Updated.into(), because()));
                    }
                    (Some(_), _) if !is_quarantined && !self.is_open => {
                        lie(Value::Other, self.joining());
                    }
                    (None, _) if self.is_joined_to_nothing() && !is_quarantined => {
                        lie(ResultWord::Error.into(), Because::JoinedToNothing);
                    }
                    _ => {}
                }
            }
            ResultWord::Removed => lie(Value::Other, Because::Exists(true)),
            ResultWord::Quarantined => {
                if !self.is_open && !self.has_quarantined() {
                    lie(Value::Other, Because::NotQuarantined);
                }
            }
            ResultWord::Error => {
                if !subject.contended && has_visibly_succeeded(transition, subject) {
                    lie(Value::Other, Because::Succeeded);
                }
            }
        }
    }

    /// Whether it was joined to an object that carried its anchor.
    fn is_hard_match(&self) -> bool {
        match self.before {
            None => false,
            Some(before) if self.is_takeover => {
                before.on_premises_immutable_id == self.subject.object.source_anchor
            }
            // Without a reinstallation there is nothing to rejoin.
            Some(_) => {
                let link_state = &self.subject.link_state;
                self.transition.history.reinstalled
                    || !matches!(link_state, LinkState::Joined(link) if !link.anchor_changed)
            }
        }
    }

    /// Judges that the object was matched on what is reported, or on a name or address at all.
    fn judge_soft_match(
        &self,
        verdict: &mut Verdict,
        before: &CloudObject,
        reported: Option<MatchingAttribute>,
    ) {
        let object = self.subject.object;
        // Without addresses, services make the primary one from the attribute `mail`.
        let mail = object.attributes.get("mail").filter(|_| object.proxy_addresses.is_empty());
        let primary = object.primary_address().or(mail.map(|mail| &**mail));
        let same = MatchAttributes {
            anchor: object.source_anchor.is_some()
                && object.source_anchor == before.on_premises_immutable_id,
            user_principal_name: object.kind == Kind::User
                && same_optional_name(&object.user_principal_name, &before.user_principal_name),
            primary: matches!(
                (primary, before.primary_address()),
                (Some(own), Some(held)) if same_name(own, held)
            ),
        };
        let because = Because::TakenOver { by: object.key.clone(), on: same.attributes() };
        let name = self.subject.name();
        match reported {
            None if !same.soft() => {
                verdict
                    .violated(name, Field::Result, Value::Other, ResultWord::SoftMatched)
                    .because(because);
            }
            Some(on)
                if on == MatchingAttribute::SourceAnchor || !same.attributes().contains(&on) =>
            {
                verdict.violated(name, Field::MatchedOn, Value::Other, on).because(because);
            }
            _ => {}
        }
    }
}

/// Whether an uncontended object got all that the cycle owed it.
fn has_visibly_succeeded(transition: &Transition<'_>, subject: &Subject<'_>) -> bool {
    if let Some(link) = subject.determinate_link() {
        let is_idle = !subject.has_work() && !link.meets_others();
        return is_idle || is_obligation_met(transition, subject) == Some(true);
    }
    is_obligation_met(transition, subject) == Some(true) && subject.effect.joined.is_some()
}
