//! What an implementation can be asked to do.

use super::Kind;
use super::words::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

words! {
    /// Something that an implementation declares to support. A case that needs an undeclared
    /// capability is not applicable to that implementation; it is never counted as passed.
    #[non_exhaustive]
    pub enum Capability {
        /// Objects of kind `user`.
        Users = "users",
        /// Objects of kind `group`.
        Groups = "groups",
        /// Objects of kind `contact`.
        Contacts = "contacts",
        /// Soft match on the user principal name.
        MatchUserPrincipalName = "match:userPrincipalName",
        /// Soft match on the primary address.
        MatchProxyAddresses = "match:proxyAddresses",
        /// Hard match on the source anchor.
        MatchSourceAnchor = "match:sourceAnchor",
        /// Directory roles: the `roles` field, `assignRole` and `removeRole`.
        Roles = "roles",
        /// The password fields and the feature `passwordHashSync`.
        Passwords = "passwords",
        /// The feature `softMatch`.
        SoftMatchSwitch = "softMatchSwitch",
        /// The feature `blockCloudObjectTakeoverThroughHardMatch`.
        HardMatchSwitch = "hardMatchSwitch",
        /// `reinstallConnect`.
        Reinstall = "reinstall",
        /// `setImmutableId`.
        ImmutableIdWrite = "immutableIdWrite",
        /// `updateCloudObject`.
        CloudEdits = "cloudEdits",
        /// `deleteCloudObject` without `permanently`, and `restoreCloudObject`.
        RecycleBin = "recycleBin",
        /// `deleteCloudObject` with `permanently`.
        HardDelete = "hardDelete",
        /// `onPremisesSyncEnabled` is shown. Without it links are known from `cloudId`, or from what a
        /// cycle visibly does.
        AuthorityFlag = "authorityFlag",
        /// An object that is mastered in the cloud can carry an anchor, and a user is found by it.
        CloudAnchors = "cloudAnchors",
        /// Addresses besides the primary one.
        SecondaryAddresses = "secondaryAddresses",
        /// Quarantined objects are shown and can be referred to.
        QuarantinedObjects = "quarantinedObjects",
        /// Sync results have an entry for each on-premises object.
        ObjectResults = "objectResults",
        /// Sync results name the cloud object that each on-premises object is linked to.
        CloudId = "cloudId",
        /// Sync results tell `hardMatched` from `softMatched` and say what was matched on.
        MatchKind = "matchKind",
        /// Sync results say whether the client or the service evaluated a match.
        EvaluatedBy = "evaluatedBy",
        /// Errors carry the edition's documented code.
        ErrorCodes = "errorCodes",
        /// The request `runCase`.
        Batch = "batch",
        /// The request `runCaseChanges`.
        Changes = "changes",
        /// `removeOnPremisesObject`; later editions only.
        Scope = "scope",
        /// The feature that turns soft match on the user principal name off; later editions only.
        SoftMatchOnUpnSwitch = "softMatchOnUpnSwitch",
        /// Eligibility for roles: the `eligibleRoles` field, `makeEligible` and `removeEligibility`; later
        /// editions only.
        RoleEligibility = "roleEligibility",
        /// `objectIdentifier`, `onPremisesObjectIdentifier` and `setOnPremisesObjectIdentifier`; later
        /// editions only.
        ObjectIdentifier = "objectIdentifier",
        /// The feature that lets a hard match replace `onPremisesObjectIdentifier`; later editions only.
        IdentifierUpdateSwitch = "identifierUpdateSwitch",
        /// `onPremisesSyncEnabled` tells `false` (was synchronised and has left scope) from `null` (never
        /// was, or is managed in the cloud now); declared together with `authorityFlag`; later editions only.
        AuthorityFlagStates = "authorityFlagStates",
        /// `isCloudManaged` and `setCloudManaged`; later editions only.
        SourceOfAuthority = "sourceOfAuthority",
    }
}

impl Capability {
    /// What it takes to have objects of a kind.
    pub(crate) fn of_kind(kind: Kind) -> Capability {
        match kind {
            Kind::User => Capability::Users,
            Kind::Group => Capability::Groups,
            Kind::Contact => Capability::Contacts,
        }
    }
}

/// A set of capabilities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Capabilities(pub BTreeSet<Capability>);

impl Capabilities {
    /// Everything that edition 2023-01 knows, but for documented error codes, of which that
    /// edition has none, and for how states and links are told, which is an adapter's affair.
    pub fn all_of_2023() -> Self {
        Capability::ALL
            .iter()
            .copied()
            .filter(|capability| {
                !matches!(
                    capability,
                    Capability::ErrorCodes
                        | Capability::Changes
                        | Capability::CloudId
                        | Capability::Scope
                        | Capability::SoftMatchOnUpnSwitch
                        | Capability::RoleEligibility
                        | Capability::ObjectIdentifier
                        | Capability::IdentifierUpdateSwitch
                        | Capability::AuthorityFlagStates
                        | Capability::SourceOfAuthority
                )
            })
            .collect()
    }

    /// Whether this capability is declared.
    pub fn has(&self, capability: Capability) -> bool {
        self.0.contains(&capability)
    }

    /// Whether the three values of the authority flag are told apart.
    pub(crate) fn tell_flag_states(&self) -> bool {
        self.has(Capability::AuthorityFlag) && self.has(Capability::AuthorityFlagStates)
    }

    /// What of `needed` is not declared, in the protocol's order.
    pub fn missing(&self, needed: &Capabilities) -> Vec<Capability> {
        needed.0.difference(&self.0).copied().collect()
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(iter: I) -> Self {
        Capabilities(iter.into_iter().collect())
    }
}
