//! What could be changed so that a blocked object is matched: each way is tried with the model.

use super::assumption::{Assumption, Assumptions};
use super::scene::{Outcome, Scene, Short};
use super::situation::GivenCloudObject;
use crate::directory::{CloudObject, Kind, OnPremisesObject, ProxyAddress, Text, same_name};
use serde::Serialize;

/// Something that an administrator can change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Remedy {
    /// The directory roles of a user are taken away until it is matched, and eligibility for them.
    RemoveRoles {
        /// The user.
        object: Text,
        /// The roles.
        roles: Vec<Text>,
    },
    /// A user is restored from the recycle bin first, and its roles are taken away.
    RestoreWithoutRoles {
        /// The user.
        object: Text,
        /// The roles.
        roles: Vec<Text>,
    },
    /// `onPremisesObjectIdentifier` of a user is cleared.
    ClearIdentifier {
        /// The user.
        object: Text,
    },
    /// A hard match may replace `onPremisesObjectIdentifier`.
    AllowIdentifierUpdate,
    /// The source of authority of an object is given back (`isCloudManaged` false).
    GiveBack {
        /// The object.
        object: Text,
    },
    /// Soft match is enabled.
    EnableSoftMatch,
    /// Soft match on the user principal name is enabled.
    EnableSoftMatchOnUpn,
    /// Hard match is blocked no more.
    AllowHardMatch,
    /// A user is given the source anchor as its `onPremisesImmutableId`.
    SetImmutableId {
        /// The user.
        object: Text,
        /// The anchor.
        value: Text,
    },
    /// An address of a cloud object is made its primary one.
    MakePrimary {
        /// The cloud object.
        object: Text,
        /// The address.
        address: Text,
    },
    /// A cloud object gives up what it has in common with the on-premises object.
    Release {
        /// The cloud object.
        object: Text,
        /// What it gives up.
        values: Vec<Text>,
    },
}

impl Remedy {
    /// The rules that it rests on: of those that an edition has, the first. `then` is what comes of it.
    pub(crate) fn rules(&self, then: Outcome) -> &'static [&'static str] {
        match self {
            Remedy::RemoveRoles { .. } if then == Outcome::HardMatched => {
                &["protect.recovery-role", "admin.recovery"]
            }
            Remedy::RemoveRoles { .. } => &["admin.recovery"],
            Remedy::RestoreWithoutRoles { .. } => &["protect.soft-deleted-privileged"],
            Remedy::ClearIdentifier { .. } => &["protect.clear-identifier"],
            Remedy::AllowIdentifierUpdate => &["protect.bypass"],
            Remedy::GiveBack { .. } => &["soa.rollback-next-cycle"],
            Remedy::EnableSoftMatch => &["switch.takes-effect-on-retry"],
            Remedy::EnableSoftMatchOnUpn => &["switch.soft-match-on-upn"],
            Remedy::AllowHardMatch => &["switch.hard-match-blocked", "switch.block-hard-match"],
            Remedy::SetImmutableId { .. } => &["match.hard-on-source-anchor"],
            Remedy::MakePrimary { .. } => &["match.soft-on-primary-smtp"],
            Remedy::Release { .. } => &["match.every-new-object"],
        }
    }

    fn apply_to(&self, scene: &mut Scene) {
        match self {
            Remedy::EnableSoftMatch => scene.features.soft_match = true,
            Remedy::EnableSoftMatchOnUpn => scene.features.soft_match_on_upn = true,
            Remedy::AllowHardMatch => scene.features.block_hard_match = false,
            Remedy::AllowIdentifierUpdate => scene.features.identifier_update = true,
            Remedy::RemoveRoles { object, .. } => change(scene, object, |cloud| {
                cloud.roles.clear();
                cloud.eligible_roles.clear();
            }),
            Remedy::RestoreWithoutRoles { object, .. } => change(scene, object, |cloud| {
                cloud.deleted = false;
                cloud.roles.clear();
                cloud.eligible_roles.clear();
            }),
            Remedy::ClearIdentifier { object } => change(scene, object, |cloud| {
                cloud.on_premises_object_identifier = None;
            }),
            Remedy::GiveBack { object } => change(scene, object, |cloud| {
                cloud.is_cloud_managed = false;
            }),
            Remedy::SetImmutableId { object, value } => change(scene, object, |cloud| {
                cloud.on_premises_immutable_id = Some(value.clone());
            }),
            Remedy::MakePrimary { object, address } => change(scene, object, |cloud| {
                cloud.proxy_addresses.retain(|held| !held.is_primary());
                let is_other =
                    |held: &ProxyAddress| !held.mail().is_some_and(|mail| same_name(mail, address));
                cloud.proxy_addresses.retain(is_other);
                cloud.proxy_addresses.push(ProxyAddress(format!("SMTP:{address}").into()));
            }),
            Remedy::Release { object, .. } => {
                let incoming = scene.object.clone();
                change(scene, object, |cloud| {
                    let is_free = |held: &ProxyAddress| !is_shared(held, &incoming);
                    cloud.proxy_addresses.retain(is_free);
                    if shares_name(cloud, &incoming) {
                        // Under a name that nobody else has.
                        let renamed = format!("renamed@{}.invalid", cloud.id);
                        cloud.user_principal_name = Some(renamed.into());
                    }
                });
            }
        }
    }
}

/// A change, or several at once, and what comes of the object afterwards.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct RemedyFound {
    /// What is changed.
    pub(crate) remedies: Vec<Remedy>,
    /// What the model does then.
    pub(crate) then: Short,
    /// Under which assumptions that comes about no more: the documents leave it open.
    pub(crate) in_doubt: Vec<Assumption>,
}

/// The changes after which the object is matched; two at once only where no single one will do. Where
/// nothing makes it match, those after which it is created.
pub(super) fn remedies(scene: &Scene, assumptions: &Assumptions) -> Vec<RemedyFound> {
    let every = conceivable(scene);
    let tried = |remedies: Vec<Remedy>| {
        let mut changed = scene.clone();
        for remedy in &remedies {
            remedy.apply_to(&mut changed);
        }
        let run = changed.run(assumptions.policy, false);
        let then = run.short(&changed.object);
        let is_of_use = then.outcome != Outcome::Blocked;
        let in_doubt = if is_of_use { assumptions.in_doubt(&changed, &run) } else { Vec::new() };
        RemedyFound { remedies, then, in_doubt }
    };
    let single: Vec<RemedyFound> = every.iter().map(|remedy| tried(vec![remedy.clone()])).collect();
    let matching = |found: &RemedyFound| found.then.outcome.is_match();
    if single.iter().any(matching) {
        let mut single: Vec<RemedyFound> = single.into_iter().filter(matching).collect();
        single.sort_by_key(|found| found.in_doubt.len());
        return single;
    }
    let pairs = (0..every.len()).flat_map(|one| (one + 1..every.len()).map(move |two| (one, two)));
    let pairs = pairs.map(|(one, two)| tried(vec![every[one].clone(), every[two].clone()]));
    let pairs: Vec<RemedyFound> = pairs.filter(matching).collect();
    if !pairs.is_empty() {
        return pairs;
    }
    let is_created = |found: &RemedyFound| found.then.outcome == Outcome::Provisioned;
    single.into_iter().filter(is_created).collect()
}

/// Everything that could be tried.
fn conceivable(scene: &Scene) -> Vec<Remedy> {
    let mut every = Vec::new();
    let incoming = &scene.object;
    let features = &scene.features;
    for given in &scene.cloud {
        let cloud = &given.object;
        let is_free_to_change = cloud.is_active() && cloud.is_cloud_mastered();
        let object = cloud.id.clone();
        let roles: Vec<Text> = cloud.roles.union(&cloud.eligible_roles).cloned().collect();
        if cloud.is_cloud_mastered() && !roles.is_empty() {
            every.push(if cloud.deleted {
                Remedy::RestoreWithoutRoles { object: object.clone(), roles }
            } else {
                Remedy::RemoveRoles { object: object.clone(), roles }
            });
        }
        if cloud.is_cloud_mastered() && cloud.on_premises_object_identifier.is_some() {
            every.push(Remedy::ClearIdentifier { object: object.clone() });
        }
        if cloud.is_cloud_managed {
            every.push(Remedy::GiveBack { object });
        }
        if let Some(anchor) = &incoming.source_anchor
            && is_free_to_change
            && cloud.kind == Kind::User
            && cloud.on_premises_immutable_id.as_ref() != Some(anchor)
            && !is_carried(anchor, scene)
        {
            every.push(Remedy::SetImmutableId { object: cloud.id.clone(), value: anchor.clone() });
        }
        if let Some(address) = incoming.primary_address()
            && is_free_to_change
            && cloud.kind == incoming.kind
            && cloud.primary_address().is_none_or(|held| !same_name(held, address))
            && cloud.mail_addresses().any(|held| same_name(held, address))
        {
            every.push(Remedy::MakePrimary { object: cloud.id.clone(), address: address.into() });
        }
    }
    if !features.soft_match {
        every.push(Remedy::EnableSoftMatch);
    }
    if !features.soft_match_on_upn {
        every.push(Remedy::EnableSoftMatchOnUpn);
    }
    if features.block_hard_match {
        every.push(Remedy::AllowHardMatch);
    }
    let is_mapped = |given: &GivenCloudObject| given.object.on_premises_object_identifier.is_some();
    if !features.identifier_update && scene.cloud.iter().any(is_mapped) {
        every.push(Remedy::AllowIdentifierUpdate);
    }
    for given in &scene.cloud {
        let cloud = &given.object;
        let name = cloud.user_principal_name.iter().filter(|_| shares_name(cloud, incoming));
        let shared = cloud.proxy_addresses.iter().filter(|held| is_shared(held, incoming));
        let values: Vec<Text> = name.cloned().chain(shared.map(|held| held.0.clone())).collect();
        if cloud.is_active() && !values.is_empty() {
            every.push(Remedy::Release { object: cloud.id.clone(), values });
        }
    }
    every
}

fn change(scene: &mut Scene, name: &Text, change: impl FnOnce(&mut CloudObject)) {
    let mut all = scene.cloud.iter_mut().map(|given| &mut given.object);
    if let Some(object) = all.find(|object| object.id == *name) {
        change(object);
    }
}

fn is_carried(anchor: &Text, scene: &Scene) -> bool {
    let mut all = scene.cloud.iter().map(|given| &given.object);
    all.any(|object| object.is_active() && object.on_premises_immutable_id.as_ref() == Some(anchor))
}

fn shares_name(cloud: &CloudObject, incoming: &OnPremisesObject) -> bool {
    let names = cloud.user_principal_name.as_ref().zip(incoming.user_principal_name.as_ref());
    names.is_some_and(|(one, other)| same_name(one, other))
}

fn is_shared(held: &ProxyAddress, incoming: &OnPremisesObject) -> bool {
    held.mail().is_some_and(|held| incoming.mail_addresses().any(|own| same_name(held, own)))
}
