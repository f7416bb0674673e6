//! Rules that fall together: whoever makes one sort of mistake breaks some of them, according to
//! the situation in which it shows.

/// A match is missed, or comes too late.
pub(super) const MISSED: &str = "admin.recovery kind.mail-enabled-soft-match \
    match.case-insensitive-names match.either-attribute-suffices match.every-new-object \
    match.hard-on-source-anchor match.no-holder-provisions match.soft-on-primary-smtp \
    match.soft-on-upn scope.return-after-restore scope.return-restores \
    switch.block-hard-match-on-retry switch.hard-match-still-works switch.soft-match-on-upn \
    switch.takes-effect-on-retry sync.errors-stay-local sync.failed-is-retried";

/// A match on an address, of any kind of object, is missed.
pub(super) const ON_ADDRESS: &str = "kind.mail-enabled-soft-match match.either-attribute-suffices \
    match.every-new-object match.soft-on-primary-smtp switch.soft-match-on-upn";

/// An object is taken over, or changed, that should have been left alone.
pub(super) const NOT_ITS_OWN: &str = "admin.never-hard-matched admin.never-soft-matched \
    admin.untouched kind.no-hard-match-for-groups-and-contacts kind.plain-groups-never-match kind.same-kind \
    match.case-sensitive-anchor match.collision-creates-nothing-else \
    match.different-anchor-blocks-soft-match match.every-new-object match.no-holder-provisions \
    match.one-to-one match.only-three-attributes match.primary-smtp-only match.same-attribute \
    safe.only-the-named-change safe.report-agrees soa.cloud-mastered-untouched \
    soa.one-authority switch.block-hard-match switch.no-soft-match-when-disabled \
    match.address-before-upn match.hard-before-soft scope.blocked-return-is-an-error \
    scope.cloud-mastered-not-deleted scope.other-anchor-creates-new scope.restored-is-left-alone \
    switch.block-hard-match-blocks-soft-too switch.hard-match-blocked switch.soft-match-on-upn";

/// A joined object does not get what was changed on-premises.
pub(super) const NOT_UPDATED: &str = "admin.roles-may-return recovery.nothing-lost \
    recovery.rejoins-by-anchor switch.block-hard-match switch.block-hard-match-spares-joined \
    switch.joined-objects-still-sync sync.changed-anchor-stops-updates sync.errors-stay-local sync.failed-is-retried \
    sync.updates-flow";

/// A takeover does not do what it has to.
pub(super) const HALF_TAKEN_OVER: &str = "takeover.addresses-replaced takeover.anchor-stamped \
    takeover.authority-flips takeover.password-overwritten takeover.values-overwritten";

/// An error has a code that is not its situation's.
pub(super) const WRONG_CODE: &str = "kind.type-mismatch-code match.held-value-code \
    match.other-anchor-code scope.refused-deletion-code switch.block-hard-match-code";
