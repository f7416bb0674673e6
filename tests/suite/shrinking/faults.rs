//! The faults, and with how many commands each is shown.

use entra_conformance::self_test::mutants::{self, Mutant};

/// A mutant that has to be found on its own rule.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The mutant's name.
    pub(crate) name: &'static str,
    /// No shrink ends with more commands than this.
    pub(crate) commands: usize,
}

impl Fault {
    pub(crate) fn mutant(&self) -> &'static Mutant {
        mutants::find(self.name).unwrap_or_else(|| panic!("there is no mutant {}", self.name))
    }
}

const fn fault(name: &'static str, commands: usize) -> Fault {
    Fault { name, commands }
}

/// First those of the Python example in its order, then others: what takes several cycles, a
/// switch, a reinstallation or a change to show, and what no combination of the grid shows.
pub(crate) static FAULTS: &[Fault] = &[
    fault("secondary-address-matches", 1),
    fault("upn-compared-with-case", 1),
    fault("anchor-compared-without-case", 1),
    fault("upn-matches-address", 1),
    fault("both-names-required", 1),
    fault("different-anchor-ignored", 1),
    fault("match-again-after-update", 3),
    fault("collision-provisions-anyway", 3),
    fault("takeover-merges-addresses", 1),
    fault("takeover-recreates-object", 1),
    fault("cloud-values-win", 1),
    fault("anchor-not-stamped-on-soft-match", 1),
    fault("password-not-overwritten", 1),
    fault("password-written-without-hash-sync", 1),
    fault("admin-check-skipped-on-hard-match", 1),
    fault("first-role-only", 1),
    fault("role-stops-sync", 4),
    fault("switch-ignored-for-contacts", 1),
    fault("hard-match-for-contacts", 1),
    fault("plain-group-matched-on-display-name", 1),
    fault("kind-not-compared", 1),
    fault("immutable-id-on-groups", 1),
    fault("reinstall-rejoins-by-upn", 3),
    fault("soft-match-told-as-clients", 1),
    fault("cloud-edits-of-synced-objects-accepted", 2),
    fault("password-written-back", 1),
    fault("failed-not-retried", 5),
    fault("error-stops-the-cycle", 4),
    fault("report-says-ok-for-failure", 1),
    fault("refusal-reported-as-ok", 2),
    fault("administrator-once-never-matched", 3),
    fault("switch-read-at-install-time", 3),
    fault("renamed-object-takes-a-second-one", 3),
    fault("reinstall-drops-pending-changes", 4),
    fault("late-match-fails-silently", 3),
    fault("idle-cycles-empty-what-has-no-on-premises-value", 2),
    fault("updates-only-add-addresses", 3),
    fault("new-users-bring-their-password", 1),
    fault("immutable-id-locks-cloud-edits", 1),
    fault("ambiguous-match-provisions", 3),
    fault("synced-objects-are-taken-over-again", 3),
    fault("only-first-cycle-soft-matches", 3),
    fault("roles-are-never-removed", 1),
];
