//! Faults in what must hold in every step.

use super::Mutant;
use super::alike::{change, cloud_mastered, is_error};
use super::consequences::NOT_ITS_OWN;
use crate::directory::{
    CollisionHandling, Command, MatchingAttribute, Outcome, ResultWord, Status, SyncResult,
};
use crate::reference::{CloudHandle, Decision, Occasion};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "copies-have-the-addresses-that-collided",
        "safe.unique-identifiers",
        "The copy that a collision leaves behind has the addresses that others hold.",
    )
    .also(&[&[
        "admin.roles-may-return",
        "kind.immutable-id-users-only",
        "match.collision-creates-nothing-else",
        "recovery.nothing-lost",
    ]])
    .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
    .exported(|_, export, object| {
        if let Occasion::Copy = export.occasion {
            object.proxy_addresses.clone_from(&export.incoming.proxy_addresses);
        }
    }),
    Mutant::new(
        "secondary-addresses-are-not-unique",
        "safe.unique-identifiers",
        "A new object is created with secondary addresses that another object holds.",
    )
    .also(&[&[
        "admin.roles-may-return",
        "kind.immutable-id-users-only",
        "match.collision-creates-nothing-else",
        "match.late-match-is-an-error",
        "recovery.nothing-lost",
        "recovery.rejoins-by-anchor",
        "safe.report-agrees",
    ]])
    .decision(|_, circumstances, decision| {
        let withheld = circumstances.withheld(None);
        let only_secondary = !withheld.user_principal_name
            && !withheld.addresses.is_empty()
            && withheld.addresses.iter().all(|address| !address.is_primary());
        if only_secondary && super::collisions::is_collision(circumstances, &decision) {
            return Decision::Provision;
        }
        decision
    }),
    Mutant::new(
        "cloud-edits-may-collide",
        "safe.unique-identifiers",
        "An administrator can give a cloud object what another one has.",
    )
    .instead(|_, command, model| {
        let Command::UpdateCloudObject(update) = command else {
            return None;
        };
        let handle = model.handle_of(command)?;
        model.tenant().active(handle).filter(|object| object.is_cloud_mastered())?;
        change(model.tenant_mut(), handle, |object| update.set.apply_to(object));
        Some(Outcome::ok())
    }),
    Mutant::new(
        "reinstall-hands-objects-to-the-cloud",
        "safe.only-the-named-change",
        "A reinstallation makes every object cloud-mastered until Connect finds it again.",
    )
    .also(&[&["match.collision-creates-nothing-else"]])
    .afterwards(|_, command, model, _| {
        if let Command::ReinstallConnect(_) = command {
            let all: Vec<CloudHandle> = model.tenant().handles().collect();
            for handle in all {
                change(model.tenant_mut(), handle, |object| {
                    object.on_premises_sync_enabled = false;
                });
            }
        }
    }),
    Mutant::new(
        "takeover-touches-another-object",
        "safe.only-the-named-change",
        "A takeover writes its attributes to the first other cloud-mastered object as well.",
    )
    .also(&[NOT_ITS_OWN])
    .after_turn(|_, turn, result| {
        let is_takeover =
            matches!(result.result, ResultWord::HardMatched | ResultWord::SoftMatched);
        let other = cloud_mastered(turn.tenant).map(|(handle, _)| handle).next();
        if let (true, Some(other)) = (is_takeover, other) {
            let values = turn.incoming.attributes.clone();
            change(turn.tenant, other, |object| object.attributes.extend(values));
        }
    }),
    Mutant::new(
        "idle-cycles-empty-what-has-no-on-premises-value",
        "safe.only-the-named-change",
        "A second cycle empties the attributes of joined objects that have no on-premises value.",
    )
    .also(&[&[
        "match.collision-creates-nothing-else",
        "recovery.nothing-lost",
        "safe.report-agrees",
        "takeover.values-overwritten",
    ]])
    .afterwards(|memory, command, model, _| {
        if !matches!(command, Command::Sync(_)) || memory.cycles == 0 {
            return;
        }
        let joined: Vec<_> = model
            .on_premises()
            .filter_map(|(source, joined)| Some((source.attributes.clone(), joined?)))
            .collect();
        for (attributes, handle) in joined {
            change(model.tenant_mut(), handle, |object| {
                object.attributes.retain(|name, _| attributes.contains_key(name));
            });
        }
    }),
    Mutant::new(
        "assigning-a-role-empties-the-attributes",
        "safe.command-takes-effect",
        "A user that is given a role loses its attributes.",
    )
    .afterwards(|_, command, model, outcome| {
        if let Command::AssignRole(assign) = command
            && outcome.status == Status::Ok
        {
            model.edit(&assign.object, |object| object.attributes.clear());
        }
    }),
    Mutant::new(
        "refusal-reported-as-ok",
        "safe.command-takes-effect",
        "A refused command is reported as ok.",
    )
    .also(&[&["kind.immutable-id-users-only", "soa.no-split"]])
    .afterwards(|_, _, _, outcome| {
        if outcome.status == Status::Refused {
            *outcome = Outcome::ok();
        }
    }),
    Mutant::new(
        "dropped-edits-reported-as-done",
        "safe.command-takes-effect",
        "A cloud edit that is refused is reported as done.",
    )
    .also(&[&["soa.no-split"]])
    .afterwards(|_, command, _, outcome| {
        if matches!(command, Command::UpdateCloudObject(_)) && outcome.status == Status::Refused {
            *outcome = Outcome::ok();
        }
    }),
    Mutant::new(
        "roles-are-never-removed",
        "safe.command-takes-effect",
        "A role that is removed is still there, though the command is reported as done.",
    )
    .also(&[&["admin.roles-may-return"]])
    .instead(|_, command, model| {
        let is_asked = matches!(command, Command::RemoveRole(_));
        (is_asked && model.named_by(command).is_some()).then(Outcome::ok)
    }),
    Mutant::new(
        "report-says-ok-for-failure",
        "safe.report-agrees",
        "An object that failed is reported as unchanged.",
    )
    .also(&[&["match.late-match-is-an-error", "sync.failed-is-retried"]])
    .after_turn(|_, _, result| {
        if is_error(result) {
            *result = SyncResult::plain(ResultWord::Unchanged);
        }
    }),
    Mutant::new(
        "takeover-reported-as-new",
        "safe.report-agrees",
        "A soft match is reported as a new object.",
    )
    .after_turn(|_, _, result| {
        if result.result == ResultWord::SoftMatched {
            *result = SyncResult::plain(ResultWord::Provisioned);
        }
    }),
    Mutant::new(
        "soft-match-reported-as-hard-match",
        "safe.report-agrees",
        "A soft match is reported as a match on the anchor.",
    )
    .after_turn(|_, _, result| {
        if result.result == ResultWord::SoftMatched {
            result.result = ResultWord::HardMatched;
            result.matched_on = Some(MatchingAttribute::SourceAnchor);
        }
    }),
    Mutant::new(
        "match-on-the-address-reported-as-on-the-upn",
        "safe.report-agrees",
        "A soft match is always reported as one on the user principal name.",
    )
    .after_turn(|_, _, result| {
        if result.result == ResultWord::SoftMatched {
            result.matched_on = Some(MatchingAttribute::UserPrincipalName);
        }
    }),
];
