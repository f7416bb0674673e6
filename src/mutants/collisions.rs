//! Faults in what becomes of an object that matches nothing: it is new, or it collides.

use super::Mutant;
use super::alike::own_name;
use super::consequences::NOT_ITS_OWN;
use super::memory::Memory;
use crate::directory::{AddressKind, CloudObject, CollisionHandling, ProxyAddress};
use crate::reference::{Circumstances, Decision, Export, Occasion, Reason};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "provisioned-groups-are-not-mail-enabled",
        "match.no-holder-provisions",
        "A mail-enabled group is created as a plain one.",
    )
    .exported(|_, export, object| {
        if let Occasion::Provisioning = export.occasion {
            object.mail_enabled = false;
        }
    }),
    Mutant::new(
        "provisioned-objects-lack-secondary-addresses",
        "match.no-holder-provisions",
        "A new cloud object is given its primary address only.",
    )
    .exported(|_, export, object| {
        if let Occasion::Provisioning = export.occasion {
            object.proxy_addresses.retain(|address| address.kind() != AddressKind::Secondary);
        }
    }),
    Mutant::new(
        "collision-provisions-anyway",
        "match.collision-creates-nothing-else",
        "A collision creates an ordinary new object without the values that other objects hold.",
    )
    .also(&[&["match.no-holder-provisions"]])
    .decision(|memory, circumstances, decision| {
        if !is_collision(circumstances, &decision) {
            return decision;
        }
        memory.withheld = circumstances.withheld(None);
        Decision::Provision
    })
    .exported(without_withheld_values),
    Mutant::new(
        "copies-are-not-flagged",
        "match.collision-creates-nothing-else",
        "The copy that a collision leaves behind looks like an ordinary object.",
    )
    .also(&[
        NOT_ITS_OWN,
        &[
            "admin.roles-may-return",
            "match.late-match-is-an-error",
            "recovery.nothing-lost",
            "recovery.rejoins-by-anchor",
            "safe.command-takes-effect",
            "soa.no-split",
            "switch.joined-objects-still-sync",
            "sync.updates-flow",
        ],
    ])
    .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
    .exported(|_, export, object| {
        if let Occasion::Copy = export.occasion {
            object.quarantined = false;
        }
    }),
    Mutant::new(
        "secondary-addresses-collide-with-nothing",
        "match.collision-creates-nothing-else",
        "An object is created although another one holds its secondary addresses, without those.",
    )
    .decision(|memory, circumstances, decision| {
        let withheld = circumstances.withheld(None);
        let is_secondary = |address: &ProxyAddress| !address.is_primary();
        let only_secondary =
            !withheld.user_principal_name && withheld.addresses.iter().all(is_secondary);
        if !is_collision(circumstances, &decision) || !only_secondary {
            return decision;
        }
        memory.withheld = withheld;
        Decision::Provision
    })
    .exported(without_withheld_values),
];

/// Whether this is how a collision ends where nothing holds the anchor.
pub(super) fn is_collision(circumstances: &Circumstances<'_>, decision: &Decision) -> bool {
    let anchor = circumstances.incoming.source_anchor.as_deref();
    let anchor_is_free =
        anchor.is_some_and(|anchor| circumstances.tenant.holder_of_anchor(anchor).is_none());
    anchor_is_free
        && match decision {
            Decision::Quarantine(_) => true,
            Decision::Reject(reason) => *reason != Reason::Ambiguous,
            Decision::TakeOver(_) | Decision::Provision => false,
        }
}

/// Creates an object without what was withheld when it was decided on.
pub(super) fn without_withheld_values(
    memory: &Memory,
    export: &Export<'_>,
    object: &mut CloudObject,
) {
    if let Occasion::Provisioning = export.occasion {
        let withheld = &memory.withheld;
        object.proxy_addresses.retain(|address| !withheld.addresses.contains(address));
        if withheld.user_principal_name
            && let Some(name) = &object.user_principal_name
        {
            object.user_principal_name = Some(own_name(name, &object.id));
        }
    }
}
