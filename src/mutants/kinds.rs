//! Faults in what depends on an object's kind.

use super::Mutant;
use super::alike::{change, if_it_were, is_error, same, same_attribute, take_a_twin};
use super::consequences::{MISSED, NOT_ITS_OWN};
use crate::directory::{Command, Kind, Outcome, Status};
use crate::reference::Reason;

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "only-users-match-on-their-address",
        "kind.mail-enabled-soft-match",
        "Groups and contacts are never soft-matched.",
    )
    .also(&[MISSED])
    .policy(|policy| policy.edition.soft_match_on_primary_address = &[Kind::User]),
    Mutant::new(
        "contacts-never-match",
        "kind.mail-enabled-soft-match",
        "Contacts are never soft-matched.",
    )
    .also(&[MISSED])
    .policy(|policy| policy.edition.soft_match_on_primary_address = &[Kind::User, Kind::Group]),
    Mutant::new(
        "groups-never-match",
        "kind.mail-enabled-soft-match",
        "Groups are never soft-matched, mail-enabled or not.",
    )
    .also(&[MISSED])
    .policy(|policy| policy.edition.soft_match_on_primary_address = &[Kind::User, Kind::Contact]),
    Mutant::new(
        "hard-match-for-contacts",
        "kind.no-hard-match-for-groups-and-contacts",
        "A cloud-mastered contact is taken over when the anchor matches.",
    )
    .also(&[NOT_ITS_OWN])
    .policy(|policy| policy.edition.hard_match = &[Kind::User, Kind::Contact]),
    Mutant::new(
        "hard-match-for-groups",
        "kind.no-hard-match-for-groups-and-contacts",
        "A cloud-mastered group is taken over when the anchor matches.",
    )
    .also(&[NOT_ITS_OWN])
    .policy(|policy| policy.edition.hard_match = &[Kind::User, Kind::Group]),
    Mutant::new(
        "hard-match-for-every-kind",
        "kind.no-hard-match-for-groups-and-contacts",
        "Whatever its kind, a cloud-mastered object is taken over when the anchor matches.",
    )
    .also(&[NOT_ITS_OWN])
    .policy(|policy| policy.edition.hard_match = Kind::ALL),
    Mutant::new(
        "plain-group-matched-on-display-name",
        "kind.plain-groups-never-match",
        "A group that is not mail-enabled takes over one with the same displayName.",
    )
    .also(&[NOT_ITS_OWN])
    .decision(|_, circumstances, decision| {
        take_a_twin(circumstances, decision, |incoming, object| {
            incoming.kind == Kind::Group
                && !incoming.mail_enabled
                && !object.mail_enabled
                && same_attribute(incoming, object, "displayName")
        })
    }),
    Mutant::new(
        "plain-groups-match-on-their-address",
        "kind.plain-groups-never-match",
        "Groups match on the primary address, mail-enabled or not.",
    )
    .also(&[NOT_ITS_OWN])
    .policy(|policy| policy.edition.soft_match_needs_mail_enabled_groups = false),
    Mutant::new(
        "mail-enabled-on-one-side-suffices",
        "kind.plain-groups-never-match",
        "Groups match on the primary address if either of the two is mail-enabled.",
    )
    .also(&[NOT_ITS_OWN])
    .verdict(|_, meeting, verdict| {
        if meeting.incoming.mail_enabled {
            if_it_were(meeting, |object| object.mail_enabled = true)
        } else if meeting.object.mail_enabled {
            let mut policy = *meeting.policy;
            policy.edition.soft_match_needs_mail_enabled_groups = false;
            crate::reference::Meeting { policy: &policy, ..*meeting }.verdict()
        } else {
            verdict
        }
    }),
    Mutant::new(
        "immutable-id-on-groups",
        "kind.immutable-id-users-only",
        "An administrator can set onPremisesImmutableId on groups and contacts.",
    )
    .instead(|_, command, model| {
        let Command::SetImmutableId(set) = command else {
            return None;
        };
        let target = model.named_by(command)?;
        (target.kind != Kind::User && target.is_cloud_mastered()).then(|| {
            model.edit(&set.object, |object| object.on_premises_immutable_id.clone_from(&set.value))
        })
    }),
    Mutant::new(
        "immutable-id-cannot-be-replaced",
        "kind.immutable-id-users-only",
        "A user that has an onPremisesImmutableId cannot be given another one.",
    )
    .instead(|_, command, model| {
        let Command::SetImmutableId(set) = command else {
            return None;
        };
        let carried = model.named_by(command)?.on_premises_immutable_id.clone()?;
        (set.value.as_ref() != Some(&carried)).then(|| Outcome::plain(Status::Refused))
    }),
    Mutant::new(
        "immutable-id-of-users-is-locked",
        "kind.immutable-id-users-only",
        "An administrator cannot set onPremisesImmutableId on any object.",
    )
    .instead(|_, command, model| {
        let is_asked = matches!(command, Command::SetImmutableId(_));
        (is_asked && model.named_by(command).is_some()).then(|| Outcome::plain(Status::Refused))
    }),
    Mutant::new("kind-not-compared", "kind.same-kind", "An object of another kind is taken over.")
        .also(&[NOT_ITS_OWN, &["safe.command-takes-effect", "sync.failed-is-retried"]])
        .verdict(|_, meeting, verdict| match verdict {
            Err(Reason::OtherKind) => {
                if_it_were(meeting, |object| object.kind = meeting.incoming.kind)
            }
            verdict => verdict,
        }),
    Mutant::new(
        "address-flips-authority-of-another-kind",
        "kind.same-kind",
        "A failed match stamps its anchor on an object of another kind with the same address.",
    )
    .also(&[NOT_ITS_OWN, &["safe.unique-identifiers"]])
    .after_turn(|_, turn, result| {
        if !is_error(result) || turn.joined.is_some() {
            return;
        }
        let incoming = turn.incoming;
        let found = incoming.primary_address().and_then(|mail| turn.tenant.holder_of_mail(mail));
        if let Some(holder) = found
            && let Some(object) = turn.tenant.get(holder)
            && object.kind != incoming.kind
            && object.is_cloud_mastered()
            && same(object.primary_address(), incoming.primary_address())
        {
            change(turn.tenant, holder, |object| {
                object.on_premises_sync_enabled = true;
                object.on_premises_immutable_id.clone_from(&incoming.source_anchor);
            });
        }
    }),
];
