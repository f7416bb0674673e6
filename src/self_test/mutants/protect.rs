//! Faults in what protects users from a hard match.

use super::Mutant;
use super::common::{GLOBAL_ADMINISTRATOR, TAKEOVER, UPDATE};
use super::consequences::{MISSED, NOT_ITS_OWN, NOT_UPDATED};
use super::fault::mutant;
use crate::directory::{CloudObject, Command, MatchingAttribute, ResultWord, SyncResult};
use crate::reference::{
    CloudHandle, CloudTenant, Decision, Eligibility, MatchAttributes, Occasion, Reason, TakeOver,
    Withheld,
};

/// A user is taken over that a privileged role, or a mapping, protects.
const UNPROTECTED: &str = "protect.privileged-role-assigned protect.privileged-role-eligible \
    protect.already-mapped protect.no-soft-match-instead protect.block-switch-too \
    protect.soft-deleted-privileged scope.return-restores";

/// A user is not taken over that nothing protects.
const TOO_MUCH: &str = "protect.safe-target-matches protect.recovery-role protect.clear-identifier \
    protect.bypass protect.soft-match-unchanged scope.return-after-restore scope.return-restores";

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("privileged-roles-do-not-protect", "protect.privileged-role-assigned")
            .what("A user with a privileged role is hard-matched like any other.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| pair.object.to_mut().roles.clear()),
        mutant("only-global-administrators-are-protected", "protect.privileged-role-assigned")
            .what("Of the privileged roles only Global Administrator protects.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                pair.object.to_mut().roles.retain(|role| &**role == GLOBAL_ADMINISTRATOR);
            }),
        mutant("first-role-alone-protects", "protect.privileged-role-assigned")
            .what("Of several roles the first one alone is looked at.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                let first = pair.object.roles.first().cloned();
                pair.object.to_mut().roles = first.into_iter().collect();
            }),
        mutant("roles-are-known-by-small-letters", "protect.privileged-role-assigned")
            .what("Privileged roles are looked up in small letters, so that none is found.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                let roles = std::mem::take(&mut pair.object.to_mut().roles);
                let small = roles.iter().map(|role| role.to_lowercase().into());
                pair.object.to_mut().roles = small.collect();
            }),
        mutant("protection-is-worn-out-by-the-second-attempt", "protect.privileged-role-assigned")
            .what("A user is protected from the first attempt only.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|memory, pair| {
                if !memory.marked.insert(pair.object.id.clone()) {
                    unprotect(pair);
                }
            }),
        mutant("eligibility-does-not-protect", "protect.privileged-role-eligible")
            .what("A user that is eligible for a privileged role is hard-matched.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| pair.object.to_mut().eligible_roles.clear()),
        mutant("eligibility-counts-without-roles-only", "protect.privileged-role-eligible")
            .what("Eligibility protects nobody that holds another role.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                if !pair.object.roles.is_empty() {
                    pair.object.to_mut().eligible_roles.clear();
                }
            }),
        mutant("eligible-for-global-administrator-only", "protect.privileged-role-eligible")
            .what("Only eligibility for Global Administrator protects.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                pair.object.to_mut().eligible_roles.retain(|role| &**role == GLOBAL_ADMINISTRATOR);
            }),
        mutant("mappings-do-not-protect", "protect.already-mapped")
            .what("A user that is mapped to another on-premises object is hard-matched.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .policy(|policy| policy.edition.mapping_blocks_hard_match = false),
        mutant("mapping-is-compared-with-the-anchor", "protect.already-mapped")
            .what("What a user is mapped to is compared with its own anchor, and so is never another's.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                if pair.shared.anchor {
                    pair.object.to_mut().on_premises_object_identifier = None;
                }
            }),
        mutant("mapping-counts-at-the-beginning-only", "protect.already-mapped")
            .what("Two identifiers are the same that begin with the same character.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                let own = pair.incoming.object_identifier.as_deref().and_then(|it| it.chars().next());
                let held = pair.object.on_premises_object_identifier.as_deref();
                if own.is_some() && held.and_then(|it| it.chars().next()) == own {
                    pair.object.to_mut().on_premises_object_identifier = None;
                }
            }),
        mutant("failed-mapping-is-stamped-all-the-same", "protect.already-mapped")
            .what("A blocked hard match replaces the identifier, so that the next one goes through.")
            .also(&[NOT_ITS_OWN])
            .after_turn(|_, turn, result| {
                if result.code.as_deref() != Some("AttributeUpdateNotAllowed") {
                    return;
                }
                let identifier = turn.incoming.object_identifier.clone();
                if let Some(handle) = carrier(turn.tenant, turn.incoming.source_anchor.as_deref()) {
                    turn.tenant.change(handle, |object| {
                        object.on_premises_object_identifier = identifier;
                    });
                }
            }),
        mutant("protected-user-gets-a-second-one", "protect.already-mapped")
            .what("Where a mapping blocks the hard match the mapping is dropped, and a second user created.")
            .also(&[NOT_ITS_OWN, "safe.unique-identifiers", TOO_MUCH])
            .decision(|_, _, decision| match decision {
                Decision::Reject(Reason::MappedToAnother) => Decision::Provision,
                decision => decision,
            }),
        mutant("protected-by-role-falls-to-soft-match", "protect.no-soft-match-instead")
            .what("Where a role blocks the hard match the name or address is tried, whatever role it is.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                softly(circumstances, decision, Reason::HasPrivilegedRole)
            }),
        mutant("protected-by-mapping-falls-to-soft-match", "protect.no-soft-match-instead")
            .what("Where a mapping blocks the hard match the name or address is tried.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                softly(circumstances, decision, Reason::MappedToAnother)
            }),
        mutant("roles-in-the-bin-do-not-protect", "protect.soft-deleted-privileged")
            .what("A user with a privileged role comes back from the recycle bin.")
            .also(&[UNPROTECTED, NOT_ITS_OWN, "admin.untouched"])
            .before_turn(|_, turn| {
                let anchor = turn.incoming.source_anchor.clone();
                let is_meant = |object: &CloudObject| {
                    object.deleted && object.on_premises_immutable_id == anchor
                };
                let handle = find(turn.tenant, is_meant).filter(|_| turn.joined.is_none())?;
                turn.tenant.change(handle, |object| {
                    object.deleted = false;
                    object.on_premises_sync_enabled = Some(true);
                });
                turn.joined = Some(handle);
                None
            }),
        mutant("privileged-user-in-the-bin-is-left-there", "protect.soft-deleted-privileged")
            .what("Where a privileged user in the recycle bin has the anchor another user is created.")
            .also(&[TOO_MUCH, "scope.blocked-return-is-an-error"])
            .deleted_before(|_, circumstances, found| {
                found.filter(|handle| {
                    let object = circumstances.tenant.get(*handle);
                    object.is_some_and(|it| it.roles.is_empty() && it.eligible_roles.is_empty())
                })
            }),
        mutant("blocked-for-good", "protect.recovery-role")
            .what("A user that was protected once is never hard-matched.")
            .also(&[TOO_MUCH, MISSED])
            .eligibility(|memory, pair| {
                if pair.verdict() == Err(Reason::HasPrivilegedRole) {
                    memory.marked.insert(pair.object.id.clone());
                } else if memory.marked.contains(&pair.object.id) {
                    pair.shared = MatchAttributes::default();
                }
            }),
        mutant("recovery-takes-a-reinstallation", "protect.recovery-role")
            .what("An object that was blocked by a role is not tried again.")
            .also(&[TOO_MUCH, MISSED, "sync.failed-is-retried"])
            .before_turn(|memory, turn| {
                memory.marked.contains(&turn.incoming.key).then(|| {
                    SyncResult { code: Some("InvalidHardMatch".into()), ..SyncResult::plain(ResultWord::Error) }
                })
            })
            .after_turn(|memory, turn, result| {
                if result.code.as_deref() == Some("InvalidHardMatch") && !turn.features.block_hard_match {
                    memory.marked.insert(turn.incoming.key.clone());
                }
            }),
        mutant("eligibility-of-joined-users-is-fixed", "protect.recovery-role")
            .what("A synchronised user cannot be made eligible for a role.")
            .refuses(|_, command, object| {
                matches!(command, Command::MakeEligible(_)) && object.is_on_premises_mastered()
            }),
        mutant("clearing-refused-on-joined-users", "protect.clear-identifier")
            .what("The identifier of a joined user cannot be cleared.")
            .refuses(|_, command, object| {
                matches!(command, Command::SetOnPremisesObjectIdentifier(set) if set.value.is_none())
                    && object.is_on_premises_mastered()
            }),
        mutant("any-identifier-can-be-set", "protect.clear-identifier")
            .what("The identifier can be set to any value.")
            .instead(|_, command, model| {
                let Command::SetOnPremisesObjectIdentifier(set) = command else { return None };
                model.named_by(command)?;
                Some(model.edit(&set.object, |object| {
                    object.on_premises_object_identifier.clone_from(&set.value);
                }))
            }),
        mutant("cleared-users-are-not-stamped", "protect.clear-identifier")
            .what("What was cleared stays without an identifier, also after a hard match.")
            .exported(TAKEOVER_AND_UPDATE, |_, export, object| {
                if export.before.on_premises_object_identifier.is_none() {
                    object.on_premises_object_identifier = None;
                }
            })
            .also(&["protect.identifier-stamped"]),
        mutant("clearing-is-forgotten", "protect.clear-identifier")
            .what("A cleared identifier comes back with the next cycle.")
            .also(&[UNPROTECTED, TOO_MUCH, MISSED, NOT_ITS_OWN, "protect.identifier-stamped"])
            .instead(|memory, command, model| {
                if let Some((_, object)) = model.named_by(command)
                    && matches!(command, Command::SetOnPremisesObjectIdentifier(set) if set.value.is_none())
                    && let Some(old) = object.on_premises_object_identifier.clone()
                {
                    memory.former_anchors.insert(object.id.clone(), old);
                }
                if matches!(command, Command::Sync(_)) {
                    for (id, old) in std::mem::take(&mut memory.former_anchors) {
                        let handle = find(model.tenant(), |object| object.id == id);
                        if let Some(handle) = handle {
                            model.tenant_mut().change(handle, |object| {
                                object.on_premises_object_identifier = Some(old);
                            });
                        }
                    }
                }
                None
            }),
        mutant("bypass-lifts-nothing", "protect.bypass")
            .what("The feature that lets an identifier be replaced is not looked at.")
            .also(&[TOO_MUCH, MISSED])
            .eligibility(|_, pair| pair.features.identifier_update = false),
        mutant("bypass-keeps-the-former-identifier", "protect.identifier-stamped")
            .what("With the feature on a user is hard-matched and stays mapped to the former object.")
            .exported(TAKEOVER, |_, export, object| {
                if export.before.on_premises_object_identifier.is_some() {
                    object
                        .on_premises_object_identifier
                        .clone_from(&export.before.on_premises_object_identifier);
                }
            }),
        mutant("bypass-takes-effect-at-the-start-only", "protect.bypass")
            .what("Who was blocked before the feature was turned on stays blocked.")
            .also(&[TOO_MUCH, MISSED])
            .eligibility(|memory, pair| {
                if pair.verdict() == Err(Reason::MappedToAnother) {
                    memory.marked.insert(pair.object.id.clone());
                } else if memory.marked.contains(&pair.object.id) && pair.features.identifier_update {
                    pair.features.identifier_update = false;
                }
            }),
        mutant("new-users-are-not-mapped", "protect.identifier-stamped")
            .what("A user that is created carries no identifier.")
            .exported(&[Occasion::Provisioning], |_, _, object| {
                object.on_premises_object_identifier = None;
            }),
        mutant("soft-matched-users-are-not-mapped", "protect.identifier-stamped")
            .what("A soft match stamps no identifier.")
            .exported(&[Occasion::SoftMatch], |_, export, object| {
                object
                    .on_premises_object_identifier
                    .clone_from(&export.before.on_premises_object_identifier);
            }),
        mutant("the-anchor-is-stamped-as-identifier", "protect.identifier-stamped")
            .what("What a user is mapped to is its anchor.")
            .also(&[UNPROTECTED, TOO_MUCH, NOT_ITS_OWN, MISSED])
            .exported(&[Occasion::Provisioning, Occasion::HardMatch], |_, export, object| {
                object.on_premises_object_identifier.clone_from(&export.incoming.source_anchor);
            }),
        mutant("updates-drop-the-identifier", "protect.identifier-stamped")
            .what("An update leaves a user without its identifier.")
            .also(&["protect.clear-identifier"])
            .exported(UPDATE, |_, _, object| object.on_premises_object_identifier = None),
        mutant("hard-match-takes-an-identifier", "protect.safe-target-matches")
            .what("Only what is mapped to the incoming object is hard-matched.")
            .also(&[TOO_MUCH, MISSED])
            .eligibility(|_, pair| {
                pair.shared.anchor &= pair.object.on_premises_object_identifier.is_some();
            }),
        mutant("every-hard-match-is-blocked", "protect.safe-target-matches")
            .what("The protections stop every hard match.")
            .also(&[TOO_MUCH, MISSED, "protect.block-switch-too"])
            .eligibility(|_, pair| pair.features.block_hard_match = true),
        mutant("joined-administrators-are-stopped", "protect.joined-sync-on")
            .what("A joined user with a privileged role gets no updates any more.")
            .also(&[NOT_UPDATED])
            .before_turn(|_, turn| {
                let own = turn.joined.and_then(|own| turn.tenant.get(own))?;
                own.roles.contains(GLOBAL_ADMINISTRATOR).then(|| SyncResult {
                    code: Some("InvalidHardMatch".into()),
                    ..SyncResult::plain(ResultWord::Error)
                })
            }),
        mutant("rejoining-is-a-hard-match", "protect.joined-sync-on")
            .what("A new installation does not find a user with a privileged role again.")
            .also(&[NOT_UPDATED, NOT_ITS_OWN, MISSED, "recovery.nothing-lost recovery.rejoins-by-anchor"])
            .rejoin(|circumstances, _, found| {
                let handle = found?;
                let object = handle.and_then(|handle| circumstances.tenant.get(handle));
                match object.is_some_and(|it| it.roles.contains(GLOBAL_ADMINISTRATOR)) {
                    true => Err(Reason::HasPrivilegedRole),
                    false => Ok(handle),
                }
            }),
        mutant("eligibility-stops-updates", "protect.joined-sync-on")
            .what("A joined user that is eligible for a role gets no updates any more.")
            .also(&[NOT_UPDATED, "protect.clear-identifier"])
            .before_turn(|_, turn| {
                let own = turn.joined.and_then(|own| turn.tenant.get(own))?;
                (!own.eligible_roles.is_empty()).then(|| SyncResult::plain(ResultWord::Unchanged))
            }),
        mutant("identifiers-block-soft-matches", "protect.soft-match-unchanged")
            .what("An on-premises user with an identifier soft-matches only who is mapped to it.")
            .also(&[MISSED])
            .eligibility(|_, pair| {
                if pair.incoming.object_identifier.is_some() && !pair.shared.anchor {
                    pair.shared = MatchAttributes::default();
                }
            }),
        mutant("soft-match-takes-the-bypass", "protect.soft-match-unchanged")
            .what("Users are soft-matched only while the feature is on.")
            .also(&[MISSED])
            .eligibility(|_, pair| pair.features.soft_match &= pair.features.identifier_update),
        mutant("bypass-lifts-the-switch", "protect.block-switch-too")
            .what("With the feature on the switch blocks no hard match.")
            .also(&[NOT_ITS_OWN, MISSED])
            .eligibility(|_, pair| {
                pair.features.block_hard_match &= !pair.features.identifier_update;
            }),
        mutant("switch-replaces-the-protections", "protect.block-switch-too")
            .what("A protected user is blocked by the role alone, and by nothing while the switch is on.")
            .also(&[UNPROTECTED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                if pair.features.block_hard_match && !pair.object.roles.is_empty() {
                    unprotect(pair);
                    pair.features.block_hard_match = false;
                }
            }),
        mutant("privileged-roles-have-a-code-of-their-own", "protect.privileged-role-code")
            .what("The error of a hard match onto a privileged user has the code ExistingAdminRoleConflict.")
            .after_turn(|_, turn, result| {
                if !turn.features.block_hard_match && result.code.as_deref() == Some("InvalidHardMatch") {
                    result.code = Some("ExistingAdminRoleConflict".into());
                }
            }),
        mutant("privileged-roles-are-told-as-a-mapping", "protect.privileged-role-code")
            .what("The error of a hard match onto a privileged user is told as one onto a mapped user.")
            .after_turn(|_, turn, result| {
                if !turn.features.block_hard_match && result.code.as_deref() == Some("InvalidHardMatch") {
                    result.code = Some("AttributeUpdateNotAllowed".into());
                }
            }),
        mutant("mappings-are-told-as-held-values", "protect.already-mapped-code")
            .what("The error of a hard match onto a mapped user is AttributeValueMustBeUnique.")
            .after_turn(|_, _, result| {
                if result.code.as_deref() == Some("AttributeUpdateNotAllowed") {
                    result.code = Some("AttributeValueMustBeUnique".into());
                }
            }),
        mutant("mappings-are-told-without-a-code", "protect.already-mapped-code")
            .what("The error of a hard match onto a mapped user has no code.")
            .after_turn(|_, _, result| {
                if result.code.as_deref() == Some("AttributeUpdateNotAllowed") {
                    result.code = None;
                }
            }),
    ]
}

/// A takeover or an update.
const TAKEOVER_AND_UPDATE: &[Occasion] =
    &[Occasion::HardMatch, Occasion::SoftMatch, Occasion::Update, Occasion::Rejoin];

/// Takes away all that protects the user.
fn unprotect(pair: &mut Eligibility<'_>) {
    let object = pair.object.to_mut();
    object.roles.clear();
    object.eligible_roles.clear();
    object.on_premises_object_identifier = None;
}

/// The first cloud object that is like this.
fn find(tenant: &CloudTenant, is_meant: impl Fn(&CloudObject) -> bool) -> Option<CloudHandle> {
    let mut all = tenant.objects().filter(|(_, object)| is_meant(object));
    all.next().map(|(handle, _)| handle)
}

/// The active user that carries this anchor and is mastered in the cloud.
fn carrier(tenant: &CloudTenant, anchor: Option<&str>) -> Option<CloudHandle> {
    find(tenant, |object| {
        object.is_active()
            && object.is_cloud_mastered()
            && object.on_premises_immutable_id.as_deref() == anchor
    })
}

/// Instead of a refusal for this reason: the carrier of the anchor is taken over by its name or address,
/// where they agree.
fn softly(
    circumstances: &crate::reference::Circumstances<'_>,
    decision: Decision,
    reason: Reason,
) -> Decision {
    if decision != Decision::Reject(reason) {
        return decision;
    }
    let incoming = circumstances.incoming;
    let same = super::common::same;
    let Some(target) = carrier(circumstances.tenant, incoming.source_anchor.as_deref()) else {
        return decision;
    };
    let Some(object) = circumstances.tenant.get(target) else { return decision };
    let name = incoming.user_principal_name.as_deref();
    let matched_on = if same(name, object.user_principal_name.as_deref()) {
        MatchingAttribute::UserPrincipalName
    } else if same(incoming.primary_address(), object.primary_address()) {
        MatchingAttribute::ProxyAddresses
    } else {
        return decision;
    };
    Decision::TakeOver(TakeOver { target, matched_on, withheld: Withheld::default() })
}
