//! The faults, and with how many commands each shows.

use entra_conformance::mutants::{self, Mutant};

/// A field in which a fault's rule is broken, with the fewest commands that show it.
pub(crate) type Signature = (String, usize);

/// A mutant that has to be found on its own rule.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The mutant's name.
    pub(crate) name: &'static str,
    /// With how many commands every shrink ends, by the field in which the rule is broken.
    pub(crate) ends: &'static [(&'static str, usize)],
}

impl Fault {
    pub(crate) fn mutant(&self) -> &'static Mutant {
        mutants::find(self.name).unwrap_or_else(|| panic!("there is no mutant {}", self.name))
    }
}

const fn fault(name: &'static str, ends: &'static [(&'static str, usize)]) -> Fault {
    Fault { name, ends }
}

/// First those of the Python example in its order, then others: what takes several cycles, a
/// switch, a reinstallation or a change to show, and what no combination of the grid shows.
pub(crate) static FAULTS: &[Fault] = &[
    fault("secondary-address-matches", &[("onPremisesSyncEnabled", 1)]),
    fault("upn-compared-with-case", &[("onPremisesSyncEnabled", 1)]),
    fault("anchor-compared-without-case", &[("onPremisesSyncEnabled", 1)]),
    fault("other-attribute-matches", &[("onPremisesSyncEnabled", 1)]),
    fault("upn-matches-address", &[("onPremisesSyncEnabled", 1)]),
    fault("both-names-required", &[("onPremisesSyncEnabled", 1)]),
    fault("different-anchor-ignored", &[("onPremisesSyncEnabled", 1)]),
    fault("match-again-after-update", &[("onPremisesSyncEnabled", 3), ("the object itself", 3)]),
    fault("collision-provisions-anyway", &[("new cloud objects", 1)]),
    fault("takeover-merges-addresses", &[("proxyAddresses", 1)]),
    fault("takeover-recreates-object", &[("id", 1)]),
    fault("cloud-values-win", &[("an attribute", 1)]),
    fault("anchor-not-stamped-on-soft-match", &[("onPremisesImmutableId", 1)]),
    fault("password-not-overwritten", &[("password", 1)]),
    fault("password-written-without-hash-sync", &[("password", 1)]),
    fault("admin-check-skipped-on-hard-match", &[("onPremisesSyncEnabled", 1)]),
    fault("first-role-only", &[("onPremisesSyncEnabled", 1)]),
    fault(
        "role-stops-sync",
        &[("an attribute", 4), ("password", 4), ("proxyAddresses", 4), ("userPrincipalName", 4)],
    ),
    fault("switch-ignored-for-contacts", &[("onPremisesSyncEnabled", 1)]),
    fault("hard-match-for-contacts", &[("onPremisesSyncEnabled", 1)]),
    fault("plain-group-matched-on-display-name", &[("onPremisesSyncEnabled", 1)]),
    fault("kind-not-compared", &[("onPremisesSyncEnabled", 1)]),
    fault("immutable-id-on-groups", &[("outcome", 1)]),
    fault("reinstall-rejoins-by-upn", &[("reported result", 3)]),
    fault("soft-match-told-as-clients", &[("evaluatedBy", 1)]),
    fault("cloud-edits-of-synced-objects-accepted", &[("outcome", 2)]),
    fault("password-written-back", &[("password", 1)]),
    fault("failed-not-retried", &[("synchronisation", 2)]),
    fault("error-stops-the-cycle", &[("synchronisation", 1)]),
    fault("report-says-ok-for-failure", &[("reported result", 1)]),
    fault(
        "refusal-reported-as-ok",
        &[
            ("an attribute", 2),
            ("new cloud objects", 1),
            ("onPremisesImmutableId", 1),
            ("proxyAddresses", 1),
            ("userPrincipalName", 1),
        ],
    ),
    fault("administrator-once-never-matched", &[("onPremisesSyncEnabled", 3)]),
    fault("switch-read-at-install-time", &[("onPremisesSyncEnabled", 3)]),
    fault("renamed-object-takes-a-second-one", &[("active cloud objects with its anchor", 3)]),
    fault(
        "reinstall-drops-pending-changes",
        &[("an attribute", 4), ("password", 4), ("proxyAddresses", 4), ("userPrincipalName", 4)],
    ),
    fault("late-match-fails-silently", &[("reported result", 3)]),
    fault("idle-cycles-empty-what-has-no-on-premises-value", &[("an attribute", 2)]),
    fault("updates-only-add-addresses", &[("proxyAddresses", 3)]),
    fault("new-users-bring-their-password", &[("password", 1)]),
    fault("immutable-id-locks-cloud-edits", &[("outcome", 1)]),
    fault("ambiguous-match-provisions", &[("the object itself", 1)]),
    fault("synced-objects-are-taken-over-again", &[("onPremisesImmutableId", 2)]),
    fault("only-first-cycle-soft-matches", &[("onPremisesSyncEnabled", 2)]),
    fault("roles-are-never-removed", &[("roles", 1)]),
];
