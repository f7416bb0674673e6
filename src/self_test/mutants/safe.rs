//! Faults in what must hold in every step.

use super::Mutant;
use super::common::{cloud_mastered, is_error};
use super::consequences::{MISSED, NOT_ITS_OWN};
use super::fault::mutant;
use super::r#match::collides_on_secondary_addresses;
use crate::directory::{
    CollisionHandling, Command, Kind, MatchingAttribute, Outcome, ResultWord, Status, SyncResult,
};
use crate::reference::{CloudHandle, Decision, Occasion, Withheld};

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
            .also(&["match.collision-creates-nothing-else soa.one-authority"])
            .afterwards(|_, command, model, _| {
                if let Command::ReinstallConnect(_) = command {
                    let all: Vec<CloudHandle> =
                        model.tenant().objects().map(|(it, _)| it).collect();
                    for handle in all {
                        model.tenant_mut().change(handle, |object| {
                            object.on_premises_sync_enabled = false;
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
            .also(&["kind.immutable-id-users-only soa.no-split"])
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
            .also(&["match.late-match-is-an-error sync.changed-anchor-stops-updates \
                 sync.failed-is-retried"])
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
    ]
}
