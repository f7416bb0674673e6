//! Cases: a tenant to start from and commands to give, wherever they come from.

pub mod grid;
pub mod laws;
pub mod scenario;
pub mod sequence;
pub mod shrink;
pub mod vary;

use crate::directory::{
    Capabilities, Capability, CloudSetup, Command, Feature, Kind, NameKey, OnPremisesObject,
    ProxyAddress, Tenant, same_name,
};
use std::collections::HashSet;

/// A tenant to start from and commands to give: what every case is, wherever it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// What it starts from.
    pub tenant: Tenant,
    /// What is done, in order.
    pub commands: Vec<Command>,
}

/// The capabilities without which an implementation cannot be judged by a case, told from what the
/// case contains.
pub fn required_capabilities(tenant: &Tenant, commands: &[Command]) -> Capabilities {
    let mut needed = Needed::default();
    needed.tenant(tenant);
    for command in commands {
        needed.command(command);
    }
    needed.finish()
}

/// What a case needs, and what its two sides hold, gathered from the start and all commands.
#[derive(Default)]
struct Needed<'a> {
    /// One bit for each capability, by its number.
    capabilities: u32,
    cloud: Side<'a>,
    on_premises: Side<'a>,
}

#[derive(Default)]
struct Side<'a> {
    names: Vec<&'a str>,
    mails: Vec<&'a str>,
    anchors: Vec<&'a str>,
}

impl<'a> Side<'a> {
    fn addresses(&mut self, addresses: &'a [ProxyAddress]) {
        self.mails.extend(addresses.iter().filter_map(ProxyAddress::mail));
    }
}

/// Whether any value stands on both sides, letter case aside.
fn meet(one: &[&str], other: &[&str]) -> bool {
    // Where there is little to compare, comparing is quicker than hashing.
    const FEW_PAIRS: usize = 256;
    if one.len().saturating_mul(other.len()) <= FEW_PAIRS {
        return one.iter().any(|one| other.iter().any(|other| same_name(one, other)));
    }
    let keys: HashSet<NameKey<'_>> = one.iter().copied().map(NameKey).collect();
    other.iter().any(|other| keys.contains(&NameKey(other)))
}

impl<'a> Needed<'a> {
    fn need(&mut self, capability: Capability) {
        self.capabilities |= 1 << capability as u32;
    }

    fn need_if(&mut self, condition: bool, capability: Capability) {
        if condition {
            self.need(capability);
        }
    }

    fn kind(&mut self, kind: Kind) {
        self.need(match kind {
            Kind::User => Capability::Users,
            Kind::Group => Capability::Groups,
            Kind::Contact => Capability::Contacts,
        });
    }

    fn tenant(&mut self, tenant: &'a Tenant) {
        self.need_if(!tenant.features.soft_match, Capability::SoftMatchSwitch);
        self.need_if(!tenant.features.password_hash_sync, Capability::Passwords);
        tenant.cloud.iter().for_each(|object| self.cloud_object(object));
        tenant.on_premises.iter().for_each(|object| self.on_premises_object(object));
    }

    fn cloud_object(&mut self, object: &'a CloudSetup) {
        self.kind(object.kind);
        self.need_if(!object.roles.is_empty(), Capability::Roles);
        self.need_if(object.password.is_some(), Capability::Passwords);
        self.cloud.names.extend(object.user_principal_name.as_deref());
        self.cloud.addresses(&object.proxy_addresses);
        self.cloud.anchors.extend(object.on_premises_immutable_id.as_deref());
    }

    fn on_premises_object(&mut self, object: &'a OnPremisesObject) {
        self.kind(object.kind);
        self.need_if(object.password.is_some(), Capability::Passwords);
        self.on_premises.names.extend(object.user_principal_name.as_deref());
        self.on_premises.addresses(&object.proxy_addresses);
        self.on_premises.anchors.extend(object.source_anchor.as_deref());
    }

    fn command(&mut self, command: &'a Command) {
        match command {
            Command::CreateOnPremisesObject(create) => self.on_premises_object(&create.object),
            Command::UpdateOnPremisesObject(update) => {
                let set = &update.set;
                self.need_if(!set.password.is_keep(), Capability::Passwords);
                self.on_premises.names.extend(set.user_principal_name.value().map(|name| &**name));
                self.on_premises.addresses(set.proxy_addresses.value().map_or(&[], Vec::as_slice));
                self.on_premises.anchors.extend(set.source_anchor.value().map(|anchor| &**anchor));
            }
            Command::RemoveOnPremisesObject(_) => self.need(Capability::Scope),
            Command::CreateCloudObject(create) => self.cloud_object(&create.object),
            Command::UpdateCloudObject(update) => {
                let set = &update.set;
                self.need(Capability::CloudEdits);
                self.need_if(!set.password.is_keep(), Capability::Passwords);
                self.cloud.names.extend(set.user_principal_name.value().map(|name| &**name));
                self.cloud.addresses(set.proxy_addresses.value().map_or(&[], Vec::as_slice));
            }
            Command::SetImmutableId(set) => {
                self.need(Capability::ImmutableIdWrite);
                self.cloud.anchors.extend(set.value.as_deref());
            }
            Command::AssignRole(_) | Command::RemoveRole(_) => self.need(Capability::Roles),
            Command::DeleteCloudObject(_) | Command::RestoreCloudObject(_) => {
                self.need(Capability::RecycleBin);
            }
            Command::SetFeature(set) => self.need(match set.feature {
                Feature::SoftMatch => Capability::SoftMatchSwitch,
                Feature::PasswordHashSync => Capability::Passwords,
            }),
            Command::ReinstallConnect(_) => self.need(Capability::Reinstall),
            Command::Sync(_) => {}
        }
    }

    /// Where the two sides have an identifier in common, it takes matching on it to say what happens.
    fn finish(mut self) -> Capabilities {
        let names = meet(&self.cloud.names, &self.on_premises.names);
        let mails = meet(&self.cloud.mails, &self.on_premises.mails);
        let anchors = meet(&self.cloud.anchors, &self.on_premises.anchors);
        self.need_if(names, Capability::MatchUserPrincipalName);
        self.need_if(mails, Capability::MatchProxyAddresses);
        self.need_if(anchors, Capability::MatchSourceAnchor);
        Capability::ALL
            .iter()
            .copied()
            .filter(|capability| self.capabilities & (1 << *capability as u32) != 0)
            .collect()
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
        "users contacts match:proxyAddresses cloudEdits"
    )]
    #[case::anchor(
        r#"[{"do": "setImmutableId", "object": {"label": "ann"}, "value": "Q"},
            {"do": "createOnPremisesObject", "object": {"key": "a", "kind": "group", "sourceAnchor": "Q"}}]"#,
        "users groups match:sourceAnchor immutableIdWrite"
    )]
    #[case::switches(
        r#"[{"do": "setFeature", "feature": "softMatch", "value": true}, {"do": "setFeature", "feature": "passwordHashSync", "value": true}]"#,
        "users passwords softMatchSwitch"
    )]
    #[case::the_rest(
        r#"[{"do": "reinstallConnect"}, {"do": "assignRole", "object": {"label": "ann"}, "role": "r"}, {"do": "deleteCloudObject", "object": {"label": "ann"}}]"#,
        "users roles reinstall recycleBin"
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
