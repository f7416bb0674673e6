//! What every case owes before a verdict may rest on it.
//!
//! The rules speak of well-formed input only: anchors that are there and unique, users with a
//! user principal name, one primary address an object, a starting tenant without duplicates. A
//! case that breaks this would blame an implementation for the case's own fault.
//!
//! Here are the messages for people; `quick` says the same as yes or no, piece by piece. Both take
//! time that grows with the case and not with its square.

mod quick;

pub use quick::{Inspection, is_well_formed};

use super::{
    CloudRef, CloudSetup, Command, Kind, NameKey, OnPremisesObject, ProxyAddress, Tenant, Text,
    same_name,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One step of the way to a place in a case: a field's name or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A field.
    Field(&'static str),
    /// An element of a list, counted from 0.
    Index(usize),
}

/// What is wrong with a case, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The way to the place, from `tenant` or `commands` on.
    pub path: Vec<Segment>,
    /// What is wrong and what to do.
    pub message: String,
}

/// Everything that keeps a case from being well-formed; empty for a good one.
///
/// Paths start with the field `tenant` (then `cloud` or `onPremises` and an index) or with the
/// field `commands` and an index.
pub fn problems_of_case<'a>(
    tenant: &'a Tenant,
    commands: impl IntoIterator<Item = &'a Command>,
) -> Vec<Problem> {
    let mut inspector = Inspector::default();
    inspector.tenant(tenant);
    for (index, command) in commands.into_iter().enumerate() {
        inspector.at = vec![Segment::Field("commands"), Segment::Index(index)];
        inspector.command(command);
    }
    inspector.problems
}

/// Whether two values of one object say the same, whatever their prefixes say of mail addresses.
fn same_value(one: &ProxyAddress, other: &ProxyAddress) -> bool {
    match (one.mail(), other.mail()) {
        (Some(one), Some(other)) => same_name(one, other),
        _ => one == other,
    }
}

/// What identifies a cloud object to an observer who does not know its label.
type Looks<'a> =
    (Kind, bool, Option<&'a Text>, &'a [ProxyAddress], Option<&'a Text>, &'a super::Attributes);

/// The first object of a starting tenant that has each identifier, and each look.
#[derive(Default)]
struct Holders<'a> {
    names: HashMap<NameKey<'a>, &'a CloudSetup>,
    mails: HashMap<NameKey<'a>, &'a CloudSetup>,
    anchors: HashMap<&'a str, &'a CloudSetup>,
    looks: HashMap<Looks<'a>, &'a CloudSetup>,
}

#[derive(Default)]
struct Inspector<'a> {
    at: Vec<Segment>,
    labels: BTreeMap<&'a str, Kind>,
    on_premises: BTreeMap<&'a str, Cow<'a, OnPremisesObject>>,
    /// The keys of those that have each anchor; more than one only in a case with a problem.
    anchors: HashMap<Text, BTreeSet<&'a str>>,
    problems: Vec<Problem>,
}

/// What identifies an object to somebody who does not know its label.
fn looks_of(object: &CloudSetup) -> Looks<'_> {
    (
        object.kind,
        object.mail_enabled,
        object.user_principal_name.as_ref(),
        &object.proxy_addresses,
        object.on_premises_immutable_id.as_ref(),
        &object.attributes,
    )
}

/// The names that there are, for a message that says that another is not among them.
fn known<'a>(names: impl ExactSizeIterator<Item = &'a &'a str>) -> String {
    const SHOWN: usize = 20;
    let count = names.len();
    if count == 0 {
        return "none".to_owned();
    }
    let mut list = names.take(SHOWN).copied().collect::<Vec<&str>>().join(", ");
    if count > SHOWN {
        list.push_str(", …");
    }
    list
}

impl<'a> Inspector<'a> {
    fn report(&mut self, way: &[Segment], message: impl Into<String>) {
        let path = self.at.iter().chain(way).cloned().collect();
        self.problems.push(Problem { path, message: message.into() });
    }

    fn field(&mut self, name: &'static str, message: impl Into<String>) {
        self.report(&[Segment::Field(name)], message);
    }

    fn tenant(&mut self, tenant: &'a Tenant) {
        let mut holders = Holders::default();
        for (index, object) in tenant.cloud.iter().enumerate() {
            self.at =
                vec![Segment::Field("tenant"), Segment::Field("cloud"), Segment::Index(index)];
            self.cloud_setup(object);
            self.distinct(&mut holders, object);
        }
        for (index, object) in tenant.on_premises.iter().enumerate() {
            self.at =
                vec![Segment::Field("tenant"), Segment::Field("onPremises"), Segment::Index(index)];
            self.new_on_premises_object(object);
        }
    }

    /// No two objects of a starting tenant share an identifier or look exactly alike. Told of the
    /// first that has it.
    fn distinct(&mut self, holders: &mut Holders<'a>, object: &'a CloudSetup) {
        if let Some(name) = &object.user_principal_name {
            let holder = *holders.names.entry(NameKey(name)).or_insert(object);
            if !std::ptr::eq(holder, object) {
                let holder = &holder.label;
                self.field(
                    "userPrincipalName",
                    format!("{name} is already the userPrincipalName of {holder}; a starting tenant has no duplicates"),
                );
            }
        }
        if let Some(anchor) = &object.on_premises_immutable_id {
            let holder = *holders.anchors.entry(anchor).or_insert(object);
            if !std::ptr::eq(holder, object) {
                let holder = &holder.label;
                self.field(
                    "onPremisesImmutableId",
                    format!("{anchor} is already the onPremisesImmutableId of {holder}; a starting tenant has no duplicates"),
                );
            }
        }
        for mail in object.mail_addresses() {
            let holder = *holders.mails.entry(NameKey(mail)).or_insert(object);
            if !std::ptr::eq(holder, object) {
                let holder = &holder.label;
                self.field(
                    "proxyAddresses",
                    format!(
                        "{mail} is already an address of {holder}; a starting tenant has no duplicates"
                    ),
                );
            }
        }
        let holder = *holders.looks.entry(looks_of(object)).or_insert(object);
        if !std::ptr::eq(holder, object) {
            let holder = &holder.label;
            self.report(
                &[],
                format!("looks exactly like {holder}, so that nobody could tell the two apart; give it a displayName of its own"),
            );
        }
    }

    fn cloud_setup(&mut self, object: &'a CloudSetup) {
        if self.labels.insert(&object.label, object.kind).is_some() {
            self.field(
                "label",
                format!("the label {} is used twice; labels are unique", object.label),
            );
        }
        if object.kind != Kind::User && !object.roles.is_empty() {
            self.field("roles", format!("a {} has no roles; only users have", object.kind));
        }
        if object.kind != Kind::User && object.password.is_some() {
            self.field("password", format!("a {} has no password; only users have", object.kind));
        }
        self.name_and_kind(object.kind, object.mail_enabled, object.user_principal_name.as_deref());
        self.addresses(&object.proxy_addresses, &[Segment::Field("proxyAddresses")]);
    }

    fn name_and_kind(&mut self, kind: Kind, mail_enabled: bool, name: Option<&str>) {
        match (kind, name) {
            (Kind::User, None) => {
                self.report(&[], "a user needs a userPrincipalName");
            }
            (Kind::Group | Kind::Contact, Some(_)) => {
                self.field(
                    "userPrincipalName",
                    format!("a {kind} has no userPrincipalName; only users have"),
                );
            }
            _ => {}
        }
        if mail_enabled && kind != Kind::Group {
            self.field("mailEnabled", format!("a {kind} has no mailEnabled; only groups have"));
        }
    }

    fn addresses(&mut self, addresses: &[ProxyAddress], way: &[Segment]) {
        for (index, address) in addresses.iter().enumerate() {
            let prefix = address.as_str().split_once(':').map(|(prefix, _)| prefix);
            let problem = match prefix {
                None | Some("") => format!(
                    "{address} has no prefix; write SMTP:{address} for the primary address, smtp:{address} for a further one"
                ),
                Some(prefix)
                    if prefix.eq_ignore_ascii_case("smtp")
                        && !matches!(prefix, "SMTP" | "smtp") =>
                {
                    format!(
                        "{address}: the prefix is SMTP: (primary) or smtp: (secondary), nothing in between"
                    )
                }
                _ if addresses[..index].iter().any(|earlier| same_value(earlier, address)) => {
                    format!("{address} stands here twice")
                }
                Some("SMTP") if addresses[..index].iter().any(ProxyAddress::is_primary) => {
                    "a second primary address (SMTP:); at most one is primary".to_owned()
                }
                _ => continue,
            };
            let mut place = way.to_vec();
            place.push(Segment::Index(index));
            self.report(&place, problem);
        }
    }

    fn new_on_premises_object(&mut self, object: &'a OnPremisesObject) {
        if self.on_premises.contains_key(&*object.key) {
            self.field("key", format!("the key {} is used twice; keys are unique", object.key));
        }
        self.on_premises_object(object, &[]);
        self.keep(&object.key, Cow::Borrowed(object));
    }

    /// Takes an object in under its key, in the place of what was there.
    fn keep(&mut self, key: &'a str, object: Cow<'a, OnPremisesObject>) {
        self.forget(key);
        if let Some(anchor) = &object.source_anchor {
            self.anchors.entry(anchor.clone()).or_default().insert(key);
        }
        self.on_premises.insert(key, object);
    }

    fn forget(&mut self, key: &str) {
        if let Some(anchor) =
            self.on_premises.remove(key).and_then(|object| object.source_anchor.clone())
            && let Some(keys) = self.anchors.get_mut(&anchor)
        {
            keys.remove(key);
        }
    }

    fn on_premises_object(&mut self, object: &OnPremisesObject, way: &[Segment]) {
        let base = self.at.len();
        self.at.extend_from_slice(way);
        if object.kind != Kind::User && object.password.is_some() {
            self.field("password", format!("a {} has no password; only users have", object.kind));
        }
        self.name_and_kind(object.kind, object.mail_enabled, object.user_principal_name.as_deref());
        self.addresses(&object.proxy_addresses, &[Segment::Field("proxyAddresses")]);
        match &object.source_anchor {
            None => self.report(&[], "an on-premises object needs a sourceAnchor"),
            Some(anchor) => {
                let keys = self.anchors.get(anchor);
                let holder = keys.into_iter().flatten().find(|held| **held != &*object.key);
                if let Some(holder) = holder {
                    let problem = format!(
                        "{anchor} is already the sourceAnchor of {holder}; no two are the same"
                    );
                    self.field("sourceAnchor", problem);
                }
            }
        }
        self.at.truncate(base);
    }

    fn known_key(&mut self, key: &Text, way: &[Segment]) {
        if !self.on_premises.contains_key(&**key) {
            let known = known(self.on_premises.keys());
            self.report(
                way,
                format!("no on-premises object has the key {key} by then (there are: {known})"),
            );
        }
    }

    /// What the object is that a reference names, if the reference names one that is known.
    fn kind_of(&self, reference: &CloudRef) -> Option<Kind> {
        match reference {
            CloudRef::Label(label) => self.labels.get(&**label).copied(),
            CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key) => {
                self.on_premises.get(&**key).map(|object| object.kind)
            }
        }
    }

    fn reference(&mut self, reference: &CloudRef) {
        match reference {
            CloudRef::Label(label) => {
                if !self.labels.contains_key(&**label) {
                    let known = known(self.labels.keys());
                    self.report(
                        &[Segment::Field("object"), Segment::Field("label")],
                        format!(
                            "no cloud object has the label {label} by then (there are: {known})"
                        ),
                    );
                }
            }
            CloudRef::JoinedTo(key) => {
                self.known_key(key, &[Segment::Field("object"), Segment::Field("joinedTo")]);
            }
            CloudRef::QuarantinedFor(key) => {
                self.known_key(key, &[Segment::Field("object"), Segment::Field("quarantinedFor")]);
            }
        }
    }

    fn command(&mut self, command: &'a Command) {
        if let Some(reference) = command.cloud_object() {
            self.reference(reference);
        }
        match command {
            Command::CreateOnPremisesObject(create) => {
                self.at.push(Segment::Field("object"));
                self.new_on_premises_object(&create.object);
            }
            Command::UpdateOnPremisesObject(update) => {
                let Some(object) = self.on_premises.get(&*update.key) else {
                    self.known_key(&update.key, &[Segment::Field("key")]);
                    return;
                };
                let mut object = OnPremisesObject::clone(object);
                update.set.apply_to(&mut object);
                self.on_premises_object(&object, &[Segment::Field("set")]);
                self.keep(&update.key, Cow::Owned(object));
            }
            Command::RemoveOnPremisesObject(remove) => {
                self.known_key(&remove.key, &[Segment::Field("key")]);
                self.forget(&remove.key);
            }
            Command::CreateCloudObject(create) => {
                self.at.push(Segment::Field("object"));
                self.cloud_setup(&create.object);
            }
            Command::UpdateCloudObject(update) => {
                if let Some(kind) = self.kind_of(&update.object).filter(|kind| *kind != Kind::User)
                {
                    self.at.push(Segment::Field("set"));
                    if !update.set.user_principal_name.is_keep() {
                        self.field(
                            "userPrincipalName",
                            format!("a {kind} has no userPrincipalName; only users have"),
                        );
                    }
                    if !update.set.password.is_keep() {
                        self.field(
                            "password",
                            format!("a {kind} has no password; only users have"),
                        );
                    }
                    self.at.pop();
                }
                if let Some(addresses) = update.set.proxy_addresses.value() {
                    self.addresses(
                        addresses,
                        &[Segment::Field("set"), Segment::Field("proxyAddresses")],
                    );
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn problems(tenant: &str, commands: &str) -> Vec<String> {
        let tenant: Tenant = serde_json::from_str(tenant).expect("a tenant");
        let commands: Vec<Command> = serde_json::from_str(commands).expect("commands");
        problems_of_case(&tenant, &commands).into_iter().map(|problem| problem.message).collect()
    }

    const ANN: &str = r#"{"cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"}],
        "onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#;

    #[test]
    fn a_good_case_has_no_problem() {
        let commands = r#"[{"do": "sync"}, {"do": "assignRole", "object": {"joinedTo": "ann-ad"}, "role": "Reader"},
            {"do": "createOnPremisesObject", "object": {"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "ann@contoso.com"}}]"#;
        assert_eq!(problems(ANN, commands), Vec::<String>::new());
    }

    #[rstest]
    #[case::unknown_label(
        r#"[{"do": "removeRole", "object": {"label": "bob"}, "role": "x"}]"#,
        "no cloud object has the label bob"
    )]
    #[case::unknown_key(
        r#"[{"do": "updateOnPremisesObject", "key": "bob", "set": {}}]"#,
        "no on-premises object has the key bob"
    )]
    #[case::label_twice(
        r#"[{"do": "createCloudObject", "object": {"label": "ann", "kind": "contact"}}]"#,
        "the label ann is used twice"
    )]
    #[case::anchor_twice(r#"[{"do": "createOnPremisesObject", "object": {"key": "c", "kind": "contact", "sourceAnchor": "QUFB"}}]"#, "already the sourceAnchor of ann-ad")]
    #[case::anchor_emptied(
        r#"[{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"sourceAnchor": null}}]"#,
        "needs a sourceAnchor"
    )]
    #[case::name_of_group(r#"[{"do": "createOnPremisesObject", "object": {"key": "g", "kind": "group", "sourceAnchor": "Zg", "userPrincipalName": "g@contoso.com"}}]"#, "a group has no userPrincipalName")]
    #[case::bare_address(r#"[{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"proxyAddresses": ["ann@contoso.com"]}}]"#, "has no prefix")]
    #[case::name_of_cloud_contact(r#"[{"do": "createCloudObject", "object": {"label": "c", "kind": "contact"}}, {"do": "updateCloudObject", "object": {"label": "c"}, "set": {"userPrincipalName": "c@contoso.com"}}]"#, "a contact has no userPrincipalName")]
    #[case::one_address_as_both(r#"[{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"proxyAddresses": ["SMTP:a@contoso.com", "smtp:A@contoso.com"]}}]"#, "stands here twice")]
    #[case::two_primaries(r#"[{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"proxyAddresses": ["SMTP:a@contoso.com", "SMTP:b@contoso.com"]}}]"#, "a second primary address")]
    fn a_bad_command_is_told(#[case] commands: &str, #[case] expected: &str) {
        let found = problems(ANN, commands);
        assert!(found.iter().any(|message| message.contains(expected)), "{found:?}");
    }

    #[rstest]
    #[case::user_without_name(
        r#"{"cloud": [{"label": "a", "kind": "user"}]}"#,
        "a user needs a userPrincipalName"
    )]
    #[case::same_name(r#"{"cloud": [{"label": "a", "kind": "user", "userPrincipalName": "x@contoso.com"}, {"label": "b", "kind": "user", "userPrincipalName": "X@contoso.com"}]}"#, "already the userPrincipalName of a")]
    #[case::same_address(r#"{"cloud": [{"label": "a", "kind": "contact", "proxyAddresses": ["SMTP:x@contoso.com"]}, {"label": "b", "kind": "contact", "proxyAddresses": ["smtp:X@contoso.com"]}]}"#, "already an address of a")]
    #[case::same_anchor(r#"{"cloud": [{"label": "a", "kind": "contact", "onPremisesImmutableId": "Q"}, {"label": "b", "kind": "group", "onPremisesImmutableId": "Q"}]}"#, "already the onPremisesImmutableId of a")]
    #[case::twins(
        r#"{"cloud": [{"label": "a", "kind": "group"}, {"label": "b", "kind": "group"}]}"#,
        "looks exactly like a"
    )]
    #[case::roles_of_group(
        r#"{"cloud": [{"label": "a", "kind": "group", "roles": ["Reader"]}]}"#,
        "a group has no roles"
    )]
    fn a_bad_tenant_is_told(#[case] tenant: &str, #[case] expected: &str) {
        let found = problems(tenant, "[]");
        assert!(found.iter().any(|message| message.contains(expected)), "{found:?}");
    }
}
