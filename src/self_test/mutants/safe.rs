//! Faults in what must hold in every step.

use super::Mutant;
use super::common::{TAKEOVER, cloud_mastered, is_error, is_late_match};
use super::consequences::{MISSED, NOT_ITS_OWN};
use super::fault::mutant;
use super::r#match::collides_on_secondary_addresses;
use crate::directory::{
    CloudObject, CloudObjectChange, CollisionHandling, Command, Evaluator, Kind, MatchingAttribute,
    Outcome, ResultWord, Status, SyncResult,
};
use crate::reference::{CloudHandle, Decision, Occasion, Turn, Withheld, holders};

const PROVISIONING: &[Occasion] = &[Occasion::Provisioning];

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("copies-have-the-addresses-that-collided", "safe.unique-identifiers")
            .what("The quarantined object of a collision has the addresses that others hold.")
            .also(&["admin.roles-may-return kind.immutable-id-users-only \
                 match.collision-creates-nothing-else recovery.nothing-lost"])
            .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
            .exported(&[Occasion::Quarantine], |_, export, object| {
                object.proxy_addresses.clone_from(&export.incoming.proxy_addresses);
            }),
        mutant("secondary-addresses-are-not-unique", "safe.unique-identifiers")
            .what("A new object is created with secondary addresses that another object holds.")
            .also(&["admin.roles-may-return kind.immutable-id-users-only \
                 match.collision-creates-nothing-else match.late-match-is-an-error \
                 recovery.nothing-lost recovery.rejoins-by-anchor safe.report-agrees"])
            .decision(|_, circumstances, decision| {
                let held =
                    Withheld::from_others(circumstances.incoming, None, circumstances.tenant);
                match decision {
                    decision
                        if collides_on_secondary_addresses(circumstances, &decision)
                            && !held.addresses.is_empty() =>
                    {
                        Decision::Provision
                    }
                    decision => decision,
                }
            }),
        mutant("cloud-edits-may-collide", "safe.unique-identifiers")
            .what("An administrator can give a cloud object what another one has.")
            .instead(|_, command, model| {
                let Command::UpdateCloudObject(update) = command else {
                    return None;
                };
                let (handle, _) =
                    model.named_by(command).filter(|(_, object)| object.is_cloud_mastered())?;
                model.tenant_mut().change(handle, |object| update.set.apply_to(object));
                Some(Outcome::ok())
            }),
        mutant("reinstall-hands-objects-to-the-cloud", "safe.only-the-named-change")
            .what("A reinstallation makes every object cloud-mastered until it is found again.")
            .also(&["soa.never-synchronised-is-null", "match.collision-creates-nothing-else soa.one-authority"])
            .afterwards(|_, command, model, _| {
                if let Command::ReinstallConnect(_) = command {
                    let all: Vec<CloudHandle> =
                        model.tenant().objects().map(|(it, _)| it).collect();
                    for handle in all {
                        model.tenant_mut().change(handle, |object| {
                            object.on_premises_sync_enabled = Some(false);
                        });
                    }
                }
            }),
        mutant("takeover-touches-another-object", "safe.only-the-named-change")
            .what("A takeover writes its attributes to the first other cloud-mastered object too.")
            .also(&["safe.own-values-only", NOT_ITS_OWN])
            .after_turn(|_, turn, result| {
                let is_takeover =
                    matches!(result.result, ResultWord::HardMatched | ResultWord::SoftMatched);
                let other = cloud_mastered(turn.tenant).map(|(handle, _)| handle).next();
                if let (true, Some(other)) = (is_takeover, other) {
                    let values = turn.incoming.attributes.clone();
                    turn.tenant.change(other, |object| object.attributes.extend(values));
                }
            }),
        mutant("idle-cycles-empty-what-has-no-on-premises-value", "safe.only-the-named-change")
            .what("A second cycle empties attributes of joined objects without on-premises value.")
            .also(&["match.collision-creates-nothing-else recovery.nothing-lost \
                 safe.report-agrees takeover.values-overwritten"])
            .afterwards(|memory, command, model, _| {
                if !matches!(command, Command::Sync(_)) || memory.cycles == 0 {
                    return;
                }
                let joined: Vec<_> = model
                    .on_premises()
                    .filter_map(|(source, joined)| Some((source.attributes.clone(), joined?)))
                    .collect();
                for (attributes, handle) in joined {
                    model.tenant_mut().change(handle, |object| {
                        object.attributes.retain(|name, _| attributes.contains_key(name));
                    });
                }
            }),
        mutant("does-nothing", "safe.command-takes-effect")
            .what("Every command is reported as done, and nothing ever changes.")
            .also(&[
                MISSED,
                "admin.roles-may-return kind.immutable-id-users-only \
                 match.collision-creates-nothing-else safe.report-agrees soa.cloud-edits-work",
            ])
            .instead(|_, command, _| match command {
                Command::Sync(_) => None,
                _ => Some(Outcome::ok()),
            })
            .before_turn(|_, _| Some(SyncResult::plain(ResultWord::Unchanged))),
        mutant("contacts-cannot-be-created", "safe.command-takes-effect")
            .what("Whoever creates a contact in the cloud is refused.")
            .instead(|_, command, _| match command {
                Command::CreateCloudObject(create) if create.object.kind == Kind::Contact => {
                    Some(Outcome::plain(Status::Refused))
                }
                _ => None,
            }),
        mutant("assigning-a-role-empties-the-attributes", "safe.command-takes-effect")
            .what("A user that is given a role loses its attributes.")
            .afterwards(|_, command, model, outcome| {
                if let Command::AssignRole(assign) = command
                    && outcome.status == Status::Ok
                {
                    model.edit(&assign.object, |object| object.attributes.clear());
                }
            }),
        mutant("refusal-reported-as-ok", "safe.command-takes-effect")
            .what("A refused command is reported as ok.")
            .also(&["protect.clear-identifier", "kind.immutable-id-users-only soa.no-split"])
            .afterwards(|_, _, _, outcome| {
                if outcome.status == Status::Refused {
                    *outcome = Outcome::ok();
                }
            }),
        mutant("dropped-edits-reported-as-done", "safe.command-takes-effect")
            .what("A cloud edit that is refused is reported as done.")
            .also(&["soa.no-split"])
            .afterwards(|_, command, _, outcome| {
                let is_edit = matches!(command, Command::UpdateCloudObject(_));
                if is_edit && outcome.status == Status::Refused {
                    *outcome = Outcome::ok();
                }
            }),
        mutant("roles-are-never-removed", "safe.command-takes-effect")
            .what("A role that is removed is still there, though the command is reported as done.")
            .also(&["admin.roles-may-return"])
            .instead(|_, command, model| {
                let is_asked = matches!(command, Command::RemoveRole(_));
                (is_asked && model.named_by(command).is_some()).then(Outcome::ok)
            }),
        mutant("buffer-of-the-object-before", "safe.own-values-only")
            .what("A new object has the attributes of the one before it, where it has none of its own.")
            .also(&["match.no-holder-provisions safe.report-agrees"])
            .exported(PROVISIONING, |memory, _, object| {
                if let Some(last) = &memory.written {
                    for (name, value) in &last.attributes {
                        if !object.attributes.contains_key(name) {
                            object.attributes.insert(name.clone(), value.clone());
                        }
                    }
                }
                memory.written = Some(object.clone());
            }),
        mutant("password-of-the-object-before", "safe.own-values-only")
            .what("A new user without a password has that of the one before it.")
            .exported(PROVISIONING, |memory, _, object| {
                let last = memory.written.as_ref().and_then(|last| last.password.clone());
                if object.kind == Kind::User {
                    object.password = object.password.take().or(last);
                }
                memory.written = Some(object.clone());
            }),
        mutant("copies-have-a-role", "safe.own-values-only")
            .what("A quarantined user is given a directory role.")
            .also(&["match.collision-creates-nothing-else"])
            .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
            .exported(&[Occasion::Quarantine], |_, _, object| {
                object.roles.insert("Directory Readers".into());
            }),
        mutant("copies-have-no-addresses", "safe.own-values-only")
            .what("A quarantined object has no addresses, not even those that nobody else has.")
            .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
            .exported(&[Occasion::Quarantine], |_, _, object| object.proxy_addresses.clear()),
        mutant("updates-empty-what-only-the-cloud-has", "safe.own-values-only")
            .what("An update empties the attributes that have no value on-premises.")
            .also(&["takeover.values-overwritten"])
            .exported(&[Occasion::Update], |_, export, object| {
                if *export.before != *object {
                    let own = &export.incoming.attributes;
                    object.attributes.retain(|name, _| own.contains_key(name));
                }
            }),
        mutant("failed-updates-empty-the-addresses", "safe.own-values-only")
            .what("An update that fails leaves the object without addresses.")
            .also(&["safe.only-the-named-change safe.report-agrees \
                 sync.changed-anchor-stops-updates sync.updates-flow"])
            .after_turn(|_, turn, result| {
                if let Some(own) = turn.joined.filter(|_| is_error(result)) {
                    turn.tenant.change(own, |object| object.proxy_addresses.clear());
                }
            }),
        mutant("report-says-ok-for-failure", "safe.report-agrees")
            .what("An object that failed is reported as unchanged.")
            .also(&["protect.soft-deleted-privileged", "match.late-match-is-an-error scope.blocked-return-is-an-error \
                 sync.changed-anchor-stops-updates sync.failed-is-retried"])
            .after_turn(|_, _, result| {
                if is_error(result) {
                    *result = SyncResult::plain(ResultWord::Unchanged);
                }
            }),
        mutant("takeover-reported-as-new", "safe.report-agrees")
            .what("A soft match is reported as a new object.")
            .after_turn(|_, _, result| {
                if result.result == ResultWord::SoftMatched {
                    *result = SyncResult::plain(ResultWord::Provisioned);
                }
            }),
        mutant("soft-match-reported-as-hard-match", "safe.report-agrees")
            .what("A soft match is reported as a match on the anchor.")
            .after_turn(|_, _, result| {
                if result.result == ResultWord::SoftMatched {
                    result.result = ResultWord::HardMatched;
                    result.matched_on = Some(MatchingAttribute::SourceAnchor);
                }
            }),
        mutant("match-on-the-address-reported-as-on-the-upn", "safe.report-agrees")
            .what("A soft match is always reported as one on the user principal name.")
            .after_turn(|_, _, result| {
                if result.result == ResultWord::SoftMatched {
                    result.matched_on = Some(MatchingAttribute::UserPrincipalName);
                }
            }),
        mutant("removing-a-role-removes-all", "safe.command-takes-effect")
            .what("A user from whom one role is taken loses all of them.")
            .also(&["admin.roles-may-return safe.only-the-named-change"])
            .afterwards(|_, command, model, outcome| {
                if let Command::RemoveRole(remove) = command
                    && outcome.status == Status::Ok
                {
                    model.edit(&remove.object, |object| object.roles.clear());
                }
            }),
        mutant("assigning-a-role-replaces-the-others", "safe.command-takes-effect")
            .what("A user that is given a role loses those that it had.")
            .also(&["admin.roles-may-return safe.only-the-named-change"])
            .afterwards(|_, command, model, outcome| {
                if let Command::AssignRole(assign) = command
                    && outcome.status == Status::Ok
                {
                    model.edit(&assign.object, |object| {
                        object.roles.retain(|role| *role == assign.role);
                    });
                }
            }),
        mutant("edits-of-several-fields-change-the-name-only", "safe.command-takes-effect")
            .what("A cloud edit that names a UPN is reported as done and changes nothing else.")
            .also(&["soa.converted-is-editable", "soa.cloud-edits-work"])
            .instead(|_, command, model| {
                let Command::UpdateCloudObject(update) = command else {
                    return None;
                };
                let (_, target) = model.named_by(command)?;
                let name = update.set.user_principal_name.clone();
                if name.is_keep() || !target.is_cloud_mastered() {
                    return None;
                }
                let set = CloudObjectChange { user_principal_name: name, ..Default::default() };
                Some(model.edit(&update.object, |object| set.apply_to(object)))
            }),
        mutant("report-lists-three-objects", "safe.report-agrees")
            .what("The report of a cycle is about three objects at most.")
            .also(&["match.late-match-is-an-error sync.failed-is-retried"])
            .afterwards(|_, _, _, outcome| {
                let results = std::mem::take(&mut outcome.objects);
                outcome.objects = results.into_iter().take(3).collect();
            }),
        mutant("rejoin-told-as-a-soft-match", "safe.report-agrees")
            .what("A rejoin after a reinstallation is reported as a match on the UPN.")
            .also(&["recovery.soft-match-is-the-services"])
            .after_turn(|_, _, result| {
                let is_rejoin = result.evaluated_by == Some(Evaluator::Client);
                if is_rejoin && result.result == ResultWord::HardMatched {
                    result.result = ResultWord::SoftMatched;
                    result.matched_on = Some(MatchingAttribute::UserPrincipalName);
                }
            }),
        mutant("takeover-writes-the-password-of-the-object-before", "safe.own-values-only")
            .what("A user without a password on-premises is given that of the last takeover.")
            .also(&["takeover.password-overwritten relation.unrelated-objects"])
            .exported(TAKEOVER, |memory, export, object| {
                if export.incoming.password.is_none()
                    && object.kind == Kind::User
                    && let Some(last) = &memory.written
                {
                    object.password = last.password.clone().or(object.password.take());
                }
                memory.written = Some(object.clone());
            }),
        mutant("update-writes-the-attributes-of-the-object-before", "safe.own-values-only")
            .what("An update adds the attributes of the update before, of whatever object.")
            .also(&["relation.unrelated-objects safe.report-agrees"])
            .exported(&[Occasion::Update], |memory, _, object| {
                if let Some(last) = memory.written.replace(object.clone()) {
                    for (name, value) in last.attributes {
                        if !object.attributes.contains_key(&name) {
                            object.attributes.insert(name, value);
                        }
                    }
                }
            }),
        mutant("late-match-empties-the-attributes", "safe.own-values-only")
            .what("A joined object that is changed into a match loses its attributes.")
            .also(&["match.late-match-is-an-error safe.only-the-named-change"])
            .after_turn(|_, turn, result| {
                if is_error(result)
                    && is_late_match(turn)
                    && let Some(own) = turn.joined
                {
                    turn.tenant.change(own, |object| object.attributes.clear());
                }
            }),
        mutant("takeover-marks-absent-values", "safe.own-values-only")
            .what("Attributes without a value on-premises are a hyphen after a takeover.")
            .also(&["takeover.values-overwritten"])
            .exported(TAKEOVER, |_, export, object| {
                for name in export.before.attributes.keys() {
                    if !export.incoming.attributes.contains_key(name) {
                        object.attributes.insert(name.clone(), "-".into());
                    }
                }
            }),
        mutant("copies-have-the-password-of-the-holder", "safe.own-values-only")
            .what("A quarantined user has the password of the user that has its name.")
            .also(&["match.collision-creates-nothing-else"])
            .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
            .after_turn(|_, turn, result| {
                if let Some((copy, holder)) = copy_and_holder(turn, result) {
                    turn.tenant.change(copy, |copy| copy.password = holder.password.clone());
                }
            }),
        mutant("copies-have-the-attributes-of-the-holder", "safe.own-values-only")
            .what("A quarantined user has attributes of the user that has its name.")
            .also(&["match.collision-creates-nothing-else"])
            .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
            .after_turn(|_, turn, result| {
                if let Some((copy, holder)) = copy_and_holder(turn, result) {
                    turn.tenant.change(copy, |copy| {
                        for (name, value) in &holder.attributes {
                            if !copy.attributes.contains_key(name) {
                                copy.attributes.insert(name.clone(), value.clone());
                            }
                        }
                    });
                }
            }),
        mutant("copies-of-groups-are-plain", "safe.own-values-only")
            .what("The quarantined object of a mail-enabled group is a plain group.")
            .also(&["match.collision-creates-nothing-else"])
            .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
            .exported(&[Occasion::Quarantine], |_, _, object| object.mail_enabled = false),
        mutant("collision-writes-values-to-the-joined-holder", "safe.only-the-named-change")
            .what("A new object that collides with a joined one leaves its attributes on that.")
            .also(&["match.collision-creates-nothing-else match.one-to-one recovery.nothing-lost \
                 safe.own-values-only safe.report-agrees"])
            .after_turn(|_, turn, result| {
                let holders = holders(turn.incoming, turn.tenant);
                let joined = holders.into_iter().find(|holder| {
                    let object = turn.tenant.get(*holder);
                    object.is_some_and(|it| it.is_on_premises_mastered() && !it.quarantined)
                });
                if is_error(result)
                    && turn.joined.is_none()
                    && let Some(holder) = joined
                {
                    let values = turn.incoming.attributes.clone();
                    turn.tenant.change(holder, |object| object.attributes.extend(values));
                }
            }),
    ]
}

/// The object that a turn has quarantined, and the one that has its user principal name.
fn copy_and_holder(turn: &Turn<'_>, result: &SyncResult) -> Option<(CloudHandle, CloudObject)> {
    let anchor = turn.incoming.source_anchor.as_deref()?;
    let name = turn.incoming.user_principal_name.as_deref()?;
    let copy = turn.tenant.holder_of_anchor(anchor)?;
    let holder = turn.tenant.holder_of_name(name).filter(|holder| *holder != copy)?;
    let holder = CloudObject::clone(turn.tenant.get(holder)?);
    (result.result == ResultWord::Quarantined).then_some((copy, holder))
}
