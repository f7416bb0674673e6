//! Every identifier that a case ever mentions, and whose it is.

use crate::directory::{
    CloudRef, CloudSetup, Command, OnPremisesObject, ProxyAddress, Tenant, Text,
};

/// An identifier where it stands.
#[derive(Clone, Copy)]
pub(super) enum Identifier<'a> {
    /// A user principal name.
    Name(&'a str),
    /// One of `proxyAddresses`.
    Address(&'a ProxyAddress),
    /// The attribute `mail`, which may lead a service to an object.
    MailAttribute(&'a str),
    /// A `sourceAnchor` or `onPremisesImmutableId`.
    Anchor(&'a str),
}

/// An identifier that an object has, is created with, or is given.
pub(super) struct Mention<'a> {
    pub(super) in_the_cloud: bool,
    /// A cloud object by the reference by which it is named, an on-premises object by `joinedTo` its
    /// key.
    pub(super) owner: CloudRef,
    pub(super) identifier: Identifier<'a>,
}

/// All of them, at the start and in commands.
pub(super) fn mentions<'a>(tenant: &'a Tenant, commands: &'a [Command]) -> Vec<Mention<'a>> {
    let mut mentions = Mentions(Vec::new());
    tenant.cloud.iter().for_each(|object| mentions.cloud_object(object));
    tenant.on_premises.iter().for_each(|object| mentions.on_premises_object(object));
    commands.iter().for_each(|command| mentions.command(command));
    mentions.0
}

struct Mentions<'a>(Vec<Mention<'a>>);

impl<'a> Mentions<'a> {
    /// What one object has, is created with, or is given.
    fn object(
        &mut self,
        in_the_cloud: bool,
        owner: &CloudRef,
        name: Option<&'a Text>,
        addresses: &'a [ProxyAddress],
        mail: Option<&'a Text>,
        anchor: Option<&'a Text>,
    ) {
        let name = name.map(|name| Identifier::Name(name));
        let mail = mail.map(|mail| Identifier::MailAttribute(mail));
        let anchor = anchor.map(|anchor| Identifier::Anchor(anchor));
        let identifiers = [name, mail, anchor].into_iter().flatten();
        self.0.extend(
            identifiers
                .chain(addresses.iter().map(Identifier::Address))
                .map(|identifier| Mention { in_the_cloud, owner: owner.clone(), identifier }),
        );
    }

    fn cloud_object(&mut self, object: &'a CloudSetup) {
        self.object(
            true,
            &CloudRef::Label(object.label.clone()),
            object.user_principal_name.as_ref(),
            &object.proxy_addresses,
            object.attributes.get("mail"),
            object.on_premises_immutable_id.as_ref(),
        );
    }

    fn on_premises_object(&mut self, object: &'a OnPremisesObject) {
        self.object(
            false,
            &CloudRef::JoinedTo(object.key.clone()),
            object.user_principal_name.as_ref(),
            &object.proxy_addresses,
            object.attributes.get("mail"),
            object.source_anchor.as_ref(),
        );
    }

    fn command(&mut self, command: &'a Command) {
        match command {
            Command::CreateOnPremisesObject(create) => self.on_premises_object(&create.object),
            Command::CreateCloudObject(create) => self.cloud_object(&create.object),
            Command::UpdateOnPremisesObject(update) => self.object(
                false,
                &CloudRef::JoinedTo(update.key.clone()),
                update.set.user_principal_name.value(),
                update.set.proxy_addresses.value().map_or(&[], Vec::as_slice),
                update.set.attributes.get("mail").and_then(Option::as_ref),
                update.set.source_anchor.value(),
            ),
            Command::UpdateCloudObject(update) => self.object(
                true,
                &update.object,
                update.set.user_principal_name.value(),
                update.set.proxy_addresses.value().map_or(&[], Vec::as_slice),
                update.set.attributes.get("mail").and_then(Option::as_ref),
                None,
            ),
            Command::SetImmutableId(set) => {
                self.object(true, &set.object, None, &[], None, set.value.as_ref());
            }
            _ => {}
        }
    }
}
