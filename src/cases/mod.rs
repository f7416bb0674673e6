//! Cases: a tenant to start from and commands to give, wherever they come from.

mod draw;
mod form;
pub mod grid;
mod identifiers;
pub mod relations;
pub mod scenario;
pub mod sequence;
pub mod shrink;
pub mod values;
pub mod vary;
mod vocabulary;

use crate::directory::{
    AddressKind, Capabilities, Capability, CloudRef, CloudSetup, Command, CommandKind, Feature,
    Kind, NameKey, OnPremisesObject, ProxyAddress, Tenant,
};
use identifiers::{Identifier, Mention, mentions};
use rustc_hash::FxHashSet;

/// A tenant to start from and commands to give: what every case is, wherever it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// What it starts from.
    pub tenant: Tenant,
    /// What is done, in order.
    pub commands: Vec<Command>,
}

impl Case {
    /// Whether anything is synchronised in it.
    pub(crate) fn has_cycle(&self) -> bool {
        self.commands.iter().any(|command| matches!(command, Command::Sync(_)))
    }

    /// The kind of the step with this number, counted from 1; `reset` of the start.
    pub(crate) fn kind_of_step(&self, step: usize) -> CommandKind {
        let command = step.checked_sub(1).and_then(|at| self.commands.get(at));
        command.map_or(CommandKind::Reset, Command::kind)
    }
}

/// The capabilities without which an implementation cannot be judged by a case, told from what the
/// case contains.
pub fn required_capabilities(tenant: &Tenant, commands: &[Command]) -> Capabilities {
    let mut needed = Needed::default();
    needed.tenant(tenant);
    commands.iter().for_each(|command| needed.command(command));
    needed.matching(&mentions(tenant, commands));
    needed.0
}

/// What a case needs, as far as it has been looked at.
#[derive(Default)]
struct Needed(Capabilities);

impl Needed {
    fn need(&mut self, capability: Capability) {
        self.0.0.insert(capability);
    }

    fn need_if(&mut self, condition: bool, capability: Capability) {
        if condition {
            self.need(capability);
        }
    }

    fn kind(&mut self, kind: Kind) {
        self.need(Capability::of_kind(kind));
    }

    fn tenant(&mut self, tenant: &Tenant) {
        self.need_if(!tenant.features.soft_match, Capability::SoftMatchSwitch);
        self.need_if(!tenant.features.password_hash_sync, Capability::Passwords);
        self.need_if(tenant.features.block_hard_match, Capability::HardMatchSwitch);
        self.need_if(!tenant.features.soft_match_on_upn, Capability::SoftMatchOnUpnSwitch);
        self.need_if(tenant.features.identifier_update, Capability::IdentifierUpdateSwitch);
        tenant.cloud.iter().for_each(|object| self.cloud_object(object));
        tenant.on_premises.iter().for_each(|object| self.on_premises_object(object));
    }

    fn cloud_object(&mut self, object: &CloudSetup) {
        self.kind(object.kind);
        self.need_if(!object.roles.is_empty(), Capability::Roles);
        self.need_if(object.password.is_some(), Capability::Passwords);
        self.need_if(object.on_premises_immutable_id.is_some(), Capability::CloudAnchors);
        self.need_if(!object.eligible_roles.is_empty(), Capability::RoleEligibility);
        let is_mapped = object.on_premises_object_identifier.is_some();
        self.need_if(is_mapped, Capability::ObjectIdentifier);
        self.addresses(&object.proxy_addresses);
    }

    fn addresses(&mut self, addresses: &[ProxyAddress]) {
        let is_primary = |address: &ProxyAddress| address.kind() == AddressKind::Primary;
        self.need_if(!addresses.iter().all(is_primary), Capability::SecondaryAddresses);
    }

    fn on_premises_object(&mut self, object: &OnPremisesObject) {
        self.kind(object.kind);
        self.need_if(object.password.is_some(), Capability::Passwords);
        self.need_if(object.object_identifier.is_some(), Capability::ObjectIdentifier);
        self.addresses(&object.proxy_addresses);
    }

    fn command(&mut self, command: &Command) {
        let is_quarantined = matches!(command.cloud_object(), Some(CloudRef::QuarantinedFor(_)));
        self.need_if(is_quarantined, Capability::QuarantinedObjects);
        match command {
            Command::CreateOnPremisesObject(create) => self.on_premises_object(&create.object),
            Command::UpdateOnPremisesObject(update) => {
                self.need_if(!update.set.password.is_keep(), Capability::Passwords);
                // Without it an anchor is no more than what the object was created with.
                self.need_if(!update.set.source_anchor.is_keep(), Capability::MatchSourceAnchor);
                self.addresses(update.set.proxy_addresses.value().map_or(&[], Vec::as_slice));
            }
            Command::RemoveOnPremisesObject(_) => {
                self.need(Capability::Scope);
                // What leaves scope is followed by its flag, and into the recycle bin.
                self.need(Capability::AuthorityFlag);
                self.need(Capability::RecycleBin);
            }
            Command::CreateCloudObject(create) => self.cloud_object(&create.object),
            Command::UpdateCloudObject(update) => {
                self.need(Capability::CloudEdits);
                self.need_if(!update.set.password.is_keep(), Capability::Passwords);
                self.addresses(update.set.proxy_addresses.value().map_or(&[], Vec::as_slice));
            }
            Command::SetImmutableId(set) => {
                self.need(Capability::ImmutableIdWrite);
                self.need_if(set.value.is_some(), Capability::CloudAnchors);
            }
            Command::AssignRole(_) | Command::RemoveRole(_) => self.need(Capability::Roles),
            Command::MakeEligible(_) | Command::RemoveEligibility(_) => {
                self.need(Capability::RoleEligibility);
            }
            Command::SetOnPremisesObjectIdentifier(_) => self.need(Capability::ObjectIdentifier),
            Command::DeleteCloudObject(delete) => self.need(if delete.permanently {
                Capability::HardDelete
            } else {
                Capability::RecycleBin
            }),
            Command::SetCloudManaged(_) => {
                self.need(Capability::SourceOfAuthority);
                // Who is the master is followed by the flag.
                self.need(Capability::AuthorityFlag);
            }
            Command::RestoreCloudObject(_) => self.need(Capability::RecycleBin),
            Command::SetFeature(set) => self.need(match set.feature {
                Feature::SoftMatch => Capability::SoftMatchSwitch,
                Feature::PasswordHashSync => Capability::Passwords,
                Feature::BlockHardMatch => Capability::HardMatchSwitch,
                Feature::SoftMatchOnUpn => Capability::SoftMatchOnUpnSwitch,
                Feature::IdentifierUpdate => Capability::IdentifierUpdateSwitch,
            }),
            Command::ReinstallConnect(_) => {
                self.need(Capability::Reinstall);
                // By nothing else does a new installation find what it was joined to.
                self.need(Capability::MatchSourceAnchor);
            }
            Command::Sync(_) => {}
        }
    }

    /// Where the two sides have an identifier in common, it takes matching on it to say what happens.
    fn matching(&mut self, mentions: &[Mention<'_>]) {
        let of_side = |in_the_cloud: bool| {
            let mentions =
                mentions.iter().filter(move |mention| mention.in_the_cloud == in_the_cloud);
            mentions.filter_map(|mention| matched_by(mention.identifier))
        };
        let in_the_cloud: FxHashSet<_> = of_side(true).collect();
        for identifier in of_side(false).filter(|identifier| in_the_cloud.contains(identifier)) {
            self.need(identifier.0);
        }
    }
}

/// What it takes to match on an identifier, and the identifier without regard to letter case.
fn matched_by(identifier: Identifier<'_>) -> Option<(Capability, NameKey<'_>)> {
    match identifier {
        Identifier::Name(name) => Some((Capability::MatchUserPrincipalName, NameKey(name))),
        Identifier::Address(address) => {
            address.mail().map(|mail| (Capability::MatchProxyAddresses, NameKey(mail)))
        }
        Identifier::Anchor(anchor) => Some((Capability::MatchSourceAnchor, NameKey(anchor))),
        Identifier::MailAttribute(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const START: &str =
        r#"{"cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"}]}"#;

    #[rstest]
    #[case::nothing_shared(r#"[{"do": "sync"}]"#, "users")]
    #[case::name(
        r#"[{"do": "createOnPremisesObject", "object": {"key": "a", "kind": "user", "sourceAnchor": "Q", "userPrincipalName": "ANN@contoso.com"}}]"#,
        "users match:userPrincipalName"
    )]
    #[case::address_learnt_later(
        r#"[{"do": "createOnPremisesObject", "object": {"key": "a", "kind": "contact", "sourceAnchor": "Q", "proxyAddresses": ["smtp:x@contoso.com"]}},
            {"do": "updateCloudObject", "object": {"label": "ann"}, "set": {"proxyAddresses": ["SMTP:x@contoso.com"]}}]"#,
        "users contacts match:proxyAddresses cloudEdits secondaryAddresses"
    )]
    #[case::anchor(
        r#"[{"do": "setImmutableId", "object": {"label": "ann"}, "value": "Q"},
            {"do": "createOnPremisesObject", "object": {"key": "a", "kind": "group", "sourceAnchor": "Q"}}]"#,
        "users groups match:sourceAnchor immutableIdWrite cloudAnchors"
    )]
    #[case::switches(
        r#"[{"do": "setFeature", "feature": "softMatch", "value": true}, {"do": "setFeature", "feature": "passwordHashSync", "value": true}]"#,
        "users passwords softMatchSwitch"
    )]
    #[case::the_rest(
        r#"[{"do": "reinstallConnect"}, {"do": "assignRole", "object": {"label": "ann"}, "role": "r"}, {"do": "deleteCloudObject", "object": {"label": "ann"}}]"#,
        "users match:sourceAnchor roles reinstall recycleBin"
    )]
    #[case::what_can_be_represented(
        r#"[{"do": "deleteCloudObject", "object": {"quarantinedFor": "a"}, "permanently": true},
            {"do": "updateOnPremisesObject", "key": "a", "set": {"sourceAnchor": "R"}}]"#,
        "users match:sourceAnchor hardDelete quarantinedObjects"
    )]
    fn needs_are_told_from_the_content(#[case] commands: &str, #[case] expected: &str) {
        let tenant: Tenant = serde_json::from_str(START).expect("a tenant");
        let commands: Vec<Command> = serde_json::from_str(commands).expect("commands");
        let needed = required_capabilities(&tenant, &commands);
        let words: Vec<&str> = needed.0.iter().map(|capability| capability.word()).collect();
        assert_eq!(words.join(" "), expected);
    }

    /// Enough values on both sides that they are not compared pair by pair.
    #[rstest]
    #[case::apart("zoe", false)]
    #[case::together("USER-99", true)]
    fn one_meeting_among_many_is_found(#[case] last: &str, #[case] meets: bool) {
        let mut tenant = Tenant::default();
        for number in 0..100 {
            let user = format!(
                r#"{{"label": "{number}", "kind": "user", "userPrincipalName": "user-{number}@contoso.com"}}"#
            );
            tenant.cloud.push(serde_json::from_str(&user).expect("a cloud user"));
            let name = if number == 50 { last.to_owned() } else { format!("other-{number}") };
            let user = format!(
                r#"{{"key": "{number}", "kind": "user", "sourceAnchor": "{number}", "userPrincipalName": "{name}@contoso.com"}}"#
            );
            tenant.on_premises.push(serde_json::from_str(&user).expect("an on-premises user"));
        }
        let needed = required_capabilities(&tenant, &[]);
        assert_eq!(needed.has(Capability::MatchUserPrincipalName), meets);
    }
}
