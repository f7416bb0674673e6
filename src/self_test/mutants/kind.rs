//! Faults in what depends on an object's kind.

use super::Mutant;
use super::common::{in_the_way_of_a_new_object, recode, same, same_attribute, take_a_twin};
use super::consequences::{MISSED, NOT_ITS_OWN};
use super::fault::mutant;
use crate::directory::{Command, Kind};

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("only-users-match-on-their-address", "kind.mail-enabled-soft-match")
            .what("Groups and contacts are never soft-matched.")
            .also(&[MISSED])
            .policy(|policy| policy.edition.soft_match_on_primary_address = &[Kind::User]),
        mutant("contacts-never-match", "kind.mail-enabled-soft-match")
            .what("Contacts are never soft-matched.")
            .also(&[MISSED])
            .policy(|policy| {
                policy.edition.soft_match_on_primary_address = &[Kind::User, Kind::Group];
            }),
        mutant("groups-never-match", "kind.mail-enabled-soft-match")
            .what("Groups are never soft-matched, mail-enabled or not.")
            .also(&[MISSED])
            .policy(|policy| {
                policy.edition.soft_match_on_primary_address = &[Kind::User, Kind::Contact];
            }),
        mutant("hard-match-for-contacts", "kind.no-hard-match-for-groups-and-contacts")
            .what("A cloud-mastered contact is taken over when the anchor matches.")
            .also(&[NOT_ITS_OWN])
            .policy(|policy| policy.edition.hard_match = &[Kind::User, Kind::Contact]),
        mutant("hard-match-for-groups", "kind.no-hard-match-for-groups-and-contacts")
            .what("A cloud-mastered group is taken over when the anchor matches.")
            .also(&[NOT_ITS_OWN])
            .policy(|policy| policy.edition.hard_match = &[Kind::User, Kind::Group]),
        mutant("hard-match-for-every-kind", "kind.no-hard-match-for-groups-and-contacts")
            .what("Whatever its kind, a cloud-mastered object is taken over by its anchor.")
            .also(&[NOT_ITS_OWN])
            .policy(|policy| policy.edition.hard_match = Kind::ALL),
        mutant("plain-group-matched-on-display-name", "kind.plain-groups-never-match")
            .what("A group that is not mail-enabled takes over one with the same displayName.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    incoming.kind == Kind::Group
                        && !incoming.mail_enabled
                        && !object.mail_enabled
                        && same_attribute(incoming, object, "displayName")
                })
            }),
        mutant("plain-groups-match-on-their-address", "kind.plain-groups-never-match")
            .what("Groups match on the primary address, mail-enabled or not.")
            .also(&[NOT_ITS_OWN])
            .policy(|policy| policy.edition.soft_match_needs_mail_enabled_groups = false),
        mutant("mail-enabled-on-one-side-suffices", "kind.plain-groups-never-match")
            .what("Groups match on the primary address if either of the two is mail-enabled.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                if pair.incoming.mail_enabled || pair.object.mail_enabled {
                    pair.policy.edition.soft_match_needs_mail_enabled_groups = false;
                }
            }),
        mutant("immutable-id-on-groups", "kind.immutable-id-users-only")
            .what("An administrator can set onPremisesImmutableId on groups and contacts.")
            .instead(|_, command, model| {
                let Command::SetImmutableId(set) = command else {
                    return None;
                };
                let (_, target) = model.named_by(command)?;
                (target.kind != Kind::User && target.is_cloud_mastered()).then(|| {
                    model.edit(&set.object, |object| {
                        object.on_premises_immutable_id.clone_from(&set.value);
                    })
                })
            }),
        mutant("immutable-id-cannot-be-replaced", "kind.immutable-id-users-only")
            .what("A user that has an onPremisesImmutableId cannot be given another one.")
            .refuses(|_, command, target| {
                let carried = &target.on_premises_immutable_id;
                matches!(command, Command::SetImmutableId(set) if set.value != *carried)
                    && carried.is_some()
            }),
        mutant("immutable-id-of-users-is-locked", "kind.immutable-id-users-only")
            .what("An administrator cannot set onPremisesImmutableId on any object.")
            .refuses(|_, command, _| matches!(command, Command::SetImmutableId(_))),
        mutant("kind-not-compared", "kind.same-kind")
            .what("An object of another kind is taken over.")
            .also(&[NOT_ITS_OWN, "safe.command-takes-effect sync.failed-is-retried"])
            .eligibility(|_, pair| pair.object.to_mut().kind = pair.incoming.kind),
        mutant("address-flips-authority-of-another-kind", "kind.same-kind")
            .what("A failed match stamps its anchor on an object of another kind with its address.")
            .also(&[NOT_ITS_OWN, "safe.unique-identifiers"])
            .after_turn(|_, turn, result| {
                let mail = turn.incoming.primary_address();
                if in_the_way_of_a_new_object(turn, result).is_some()
                    && let Some(holder) = mail.and_then(|mail| turn.tenant.holder_of_mail(mail))
                    && let Some(object) = turn.tenant.get(holder)
                    && object.kind != turn.incoming.kind
                    && object.is_cloud_mastered()
                    && same(object.primary_address(), mail)
                {
                    turn.tenant.change(holder, |object| {
                        object.on_premises_sync_enabled = Some(true);
                        object.on_premises_immutable_id.clone_from(&turn.incoming.source_anchor);
                    });
                }
            }),
        mutant("former-anchors-stay-taken", "kind.immutable-id-users-only")
            .what("An anchor that a user once had cannot be set on any user again.")
            .also(&["match.hard-on-source-anchor"])
            .refuses(|memory, command, _| match command {
                Command::SetImmutableId(set) => {
                    set.value.as_ref().is_some_and(|value| memory.marked.contains(value))
                }
                _ => false,
            })
            .instead(|memory, command, model| {
                if let Command::SetImmutableId(_) = command {
                    let (_, target) = model.named_by(command)?;
                    memory.marked.extend(target.on_premises_immutable_id.clone());
                }
                None
            }),
        mutant("groups-and-contacts-are-one-kind", "kind.same-kind")
            .what("A contact takes over a mail-enabled group, and a group a contact.")
            .also(&[NOT_ITS_OWN, "safe.command-takes-effect sync.failed-is-retried"])
            .eligibility(|_, pair| {
                let object = pair.object.to_mut();
                if pair.incoming.kind != Kind::User && object.kind != Kind::User {
                    object.mail_enabled |= object.kind == Kind::Contact;
                    object.kind = pair.incoming.kind;
                }
            }),
        mutant(
            "groups-match-by-anchor-where-soft-match-is-off",
            "kind.no-hard-match-for-groups-and-contacts",
        )
        .what("With soft match disabled groups and contacts are taken over by their anchor.")
        .also(&[NOT_ITS_OWN])
        .eligibility(|_, pair| {
            if !pair.features.soft_match {
                pair.policy.edition.hard_match = Kind::ALL;
            }
        }),
        mutant("other-kinds-are-invalid-soft-matches", "kind.type-mismatch-code")
            .what("An object of another kind is reported as InvalidSoftMatch.")
            .after_turn(|_, _, result| recode(result, "ObjectTypeMismatch", "InvalidSoftMatch")),
        mutant("type-mismatch-is-misspelt", "kind.type-mismatch-code")
            .what("An object of another kind is reported as ObjectTypeMissmatch.")
            .after_turn(|_, _, result| recode(result, "ObjectTypeMismatch", "ObjectTypeMissmatch")),
        mutant("immutable-id-has-letters-and-digits-only", "kind.immutable-id-users-only")
            .what("An onPremisesImmutableId with a plus sign or a slash is refused.")
            .refuses(|_, command, _| match command {
                Command::SetImmutableId(set) => {
                    set.value.as_ref().is_some_and(|value| value.contains(['+', '/']))
                }
                _ => false,
            }),
    ]
}
