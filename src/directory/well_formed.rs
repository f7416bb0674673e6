//! What every case owes before a verdict may rest on it.
//!
//! The rules speak of well-formed input only: anchors that are there and unique, users with a
//! user principal name, one primary address an object, a starting tenant without duplicates. A
//! case that breaks this would blame an implementation for the case's own fault.

use super::{
    Attributes, Change, CloudObjectChange, CloudRef, CloudSetup, Command, Feature, Kind, NameKey,
    OnPremisesChange, OnPremisesObject, ProxyAddress, Tenant, Text, same_name,
};
use std::collections::{BTreeMap, HashMap};

/// One step of the way to a place in a case: a field's name or an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Problem {
    fn new(path: &[Segment], message: impl Into<String>) -> Problem {
        Problem { path: path.to_vec(), message: message.into() }
    }

    fn of_field(name: &'static str, message: impl Into<String>) -> Problem {
        Problem::new(&[Segment::Field(name)], message)
    }

    /// The same problem, seen from further out.
    fn under(mut self, path: &[Segment]) -> Problem {
        self.path.splice(0..0, path.iter().copied());
        self
    }
}

fn under(path: &[Segment], problems: Vec<Problem>) -> impl Iterator<Item = Problem> {
    problems.into_iter().map(|problem| problem.under(path))
}

/// Everything that keeps a case from being well-formed; empty for a good one.
///
/// Paths start with the field `tenant` (then `cloud` or `onPremises` and an index) or with the
/// field `commands` and an index.
pub fn problems_of_case<'a>(
    tenant: &'a Tenant,
    commands: impl IntoIterator<Item = &'a Command>,
) -> Vec<Problem> {
    use Segment::{Field, Index};
    let mut inspection = Inspection::default();
    let mut problems = Vec::new();
    for (index, object) in tenant.cloud.iter().enumerate() {
        let found = inspection.problems_of_starting_object(object);
        problems.extend(under(&[Field("tenant"), Field("cloud"), Index(index)], found));
        inspection.take_starting_object(object);
    }
    for (index, object) in tenant.on_premises.iter().enumerate() {
        let found = inspection.problems_of_on_premises_object(object);
        problems.extend(under(&[Field("tenant"), Field("onPremises"), Index(index)], found));
        inspection.take_on_premises_object(object);
    }
    for (index, command) in commands.into_iter().enumerate() {
        let found = inspection.problems_of_command(command);
        problems.extend(under(&[Field("commands"), Index(index)], found));
        inspection.take_command(command);
    }
    problems
}

/// Whether a case is well-formed: whether [`problems_of_case`] finds nothing.
///
/// ```
/// use entra_conformance::directory::{Command, Tenant, is_well_formed};
/// let tenant: Tenant = serde_json::from_str(r#"{"cloud": [{"label": "ann", "kind": "user"}]}"#).unwrap();
/// assert!(!is_well_formed(&tenant, &[Command::sync()]), "a user without a userPrincipalName");
/// ```
pub fn is_well_formed(tenant: &Tenant, commands: &[Command]) -> bool {
    problems_of_case(tenant, commands).is_empty()
}

/// What identifies a cloud object to an observer who does not know its label.
type Looks<'a> =
    (Kind, bool, Option<&'a Text>, &'a [ProxyAddress], Option<&'a Text>, &'a Attributes);

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

/// What has to be known of an on-premises object.
#[derive(Clone, Copy)]
struct Source<'a> {
    kind: Kind,
    anchor: Option<&'a str>,
    identifier: Option<&'a str>,
}

/// Follows a case piece by piece and says of each piece whether the case is still well-formed with
/// it. A piece that is not admitted leaves no trace, as if it were not in the case: who leaves it
/// out has a well-formed case.
///
/// First the starting tenant's cloud objects, then its on-premises objects, then the commands.
#[derive(Default)]
pub struct Inspection<'a> {
    /// The kinds of cloud objects, by their labels.
    labels: BTreeMap<&'a str, Kind>,
    /// Of the starting tenant, for each identifier and each look: the label of the first object.
    names: HashMap<NameKey<'a>, &'a str>,
    mails: HashMap<NameKey<'a>, &'a str>,
    immutable_ids: HashMap<&'a str, &'a str>,
    looks: HashMap<Looks<'a>, &'a str>,
    /// On-premises objects, by their keys.
    on_premises: BTreeMap<&'a str, Source<'a>>,
    /// The kinds of those that have been removed, by their keys: references to their cloud objects stay.
    removed: BTreeMap<&'a str, Kind>,
    /// The keys of those that have each source anchor.
    anchors: HashMap<&'a str, &'a str>,
}

impl<'a> Inspection<'a> {
    /// Whether the starting tenant may have this cloud object beside those that it has.
    pub fn admits_cloud_object(&mut self, object: &'a CloudSetup) -> bool {
        let is_admitted = self.problems_of_starting_object(object).is_empty();
        if is_admitted {
            self.take_starting_object(object);
        }
        is_admitted
    }

    /// Whether there may be this on-premises object beside those that there are.
    pub fn admits_on_premises_object(&mut self, object: &'a OnPremisesObject) -> bool {
        let is_admitted = self.problems_of_on_premises_object(object).is_empty();
        if is_admitted {
            self.take_on_premises_object(object);
        }
        is_admitted
    }

    /// Whether this command may come next.
    pub fn admits_command(&mut self, command: &'a Command) -> bool {
        let is_admitted = self.problems_of_command(command).is_empty();
        if is_admitted {
            self.take_command(command);
        }
        is_admitted
    }

    fn take_starting_object(&mut self, object: &'a CloudSetup) {
        let label = &*object.label;
        self.labels.insert(label, object.kind);
        if let Some(name) = &object.user_principal_name {
            self.names.entry(NameKey(name)).or_insert(label);
        }
        if let Some(anchor) = &object.on_premises_immutable_id {
            self.immutable_ids.entry(anchor).or_insert(label);
        }
        for mail in object.mail_addresses() {
            self.mails.entry(NameKey(mail)).or_insert(label);
        }
        self.looks.entry(looks_of(object)).or_insert(label);
    }

    fn take_on_premises_object(&mut self, object: &'a OnPremisesObject) {
        self.forget_on_premises_object(&object.key);
        let source = Source {
            kind: object.kind,
            anchor: None,
            identifier: object.object_identifier.as_deref(),
        };
        self.on_premises.insert(&object.key, source);
        self.take_anchor(&object.key, object.source_anchor.as_deref());
    }

    fn forget_on_premises_object(&mut self, key: &str) {
        let forgotten = self.on_premises.remove(key);
        if let Some(anchor) = forgotten.and_then(|source| source.anchor)
            && self.anchors.get(anchor) == Some(&key)
        {
            self.anchors.remove(anchor);
        }
    }

    fn take_anchor(&mut self, key: &'a str, anchor: Option<&'a str>) {
        let Some(source) = self.on_premises.get_mut(key) else {
            return;
        };
        let earlier = std::mem::replace(&mut source.anchor, anchor);
        if let Some(earlier) = earlier.filter(|earlier| self.anchors.get(earlier) == Some(&key)) {
            self.anchors.remove(earlier);
        }
        if let Some(anchor) = anchor {
            self.anchors.entry(anchor).or_insert(key);
        }
    }

    fn take_command(&mut self, command: &'a Command) {
        match command {
            Command::CreateOnPremisesObject(create) => self.take_on_premises_object(&create.object),
            Command::UpdateOnPremisesObject(update) => match &update.set.source_anchor {
                Change::Keep => {}
                Change::Clear => self.take_anchor(&update.key, None),
                Change::Set(anchor) => self.take_anchor(&update.key, Some(anchor)),
            },
            Command::RemoveOnPremisesObject(remove) => {
                if let Some(source) = self.on_premises.get(&*remove.key) {
                    self.removed.insert(&remove.key, source.kind);
                }
                self.forget_on_premises_object(&remove.key);
            }
            Command::CreateCloudObject(create) => {
                self.labels.insert(&create.object.label, create.object.kind);
            }
            _ => {}
        }
    }

    /// No two objects of a starting tenant share an identifier or look exactly alike.
    fn problems_of_starting_object(&self, object: &CloudSetup) -> Vec<Problem> {
        let mut problems = self.problems_of_cloud_object(object);
        let mut taken = |field, value: &str, what, holder: Option<&&str>| {
            problems.extend(holder.map(|holder| {
                let message = format!(
                    "{value} is already {what} of {holder}; a starting tenant has no duplicates"
                );
                Problem::of_field(field, message)
            }));
        };
        if let Some(name) = &object.user_principal_name {
            let holder = self.names.get(&NameKey(name));
            taken("userPrincipalName", name, "the userPrincipalName", holder);
        }
        if let Some(anchor) = &object.on_premises_immutable_id {
            let holder = self.immutable_ids.get(&**anchor);
            taken("onPremisesImmutableId", anchor, "the onPremisesImmutableId", holder);
        }
        for mail in object.mail_addresses() {
            taken("proxyAddresses", mail, "an address", self.mails.get(&NameKey(mail)));
        }
        problems.extend(self.looks.get(&looks_of(object)).map(|holder| {
            let message = format!(
                "looks exactly like {holder}, so that nobody could tell the two apart; give it a displayName of its own"
            );
            Problem::new(&[], message)
        }));
        problems
    }

    fn problems_of_cloud_object(&self, object: &CloudSetup) -> Vec<Problem> {
        let kind = object.kind;
        let mut problems = Vec::new();
        if self.labels.contains_key(&*object.label) {
            let message = format!("the label {} is used twice; labels are unique", object.label);
            problems.push(Problem::of_field("label", message));
        }
        if kind != Kind::User && !object.roles.is_empty() {
            let message = format!("a {kind} has no roles; only users have");
            problems.push(Problem::of_field("roles", message));
        }
        if kind != Kind::User && !object.eligible_roles.is_empty() {
            problems.push(only_users_have(kind, "eligibleRoles"));
        }
        if kind != Kind::User && object.on_premises_object_identifier.is_some() {
            problems.push(only_users_have(kind, "onPremisesObjectIdentifier"));
        }
        problems.extend(problems_of_kind(
            kind,
            object.mail_enabled,
            object.user_principal_name.is_some(),
            object.password.is_some(),
        ));
        problems.extend(problems_of_addresses(&object.proxy_addresses));
        problems
    }

    fn problems_of_on_premises_object(&self, object: &OnPremisesObject) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.on_premises.contains_key(&*object.key) {
            let message = format!("the key {} is used twice; keys are unique", object.key);
            problems.push(Problem::of_field("key", message));
        }
        problems.extend(problems_of_kind(
            object.kind,
            object.mail_enabled,
            object.user_principal_name.is_some(),
            object.password.is_some(),
        ));
        problems.extend(problems_of_addresses(&object.proxy_addresses));
        problems.extend(self.problem_of_anchor(&object.key, object.source_anchor.as_ref()));
        problems.extend(self.problem_of_identifier(object));
        problems
    }

    fn problem_of_anchor(&self, key: &str, anchor: Option<&Text>) -> Option<Problem> {
        let Some(anchor) = anchor else {
            return Some(Problem::new(&[], "an on-premises object needs a sourceAnchor"));
        };
        let holder = self.anchors.get(&**anchor).filter(|holder| **holder != key)?;
        let message =
            format!("{anchor} is already the sourceAnchor of {holder}; no two are the same");
        Some(Problem::of_field("sourceAnchor", message))
    }

    fn problem_of_identifier(&self, object: &OnPremisesObject) -> Option<Problem> {
        let identifier = object.object_identifier.as_deref()?;
        if object.kind != Kind::User {
            return Some(only_users_have(object.kind, "objectIdentifier"));
        }
        let has_it = |source: &Source<'_>| {
            source.identifier.is_some_and(|other| same_name(other, identifier))
        };
        let (holder, _) = self.on_premises.iter().find(|(_, source)| has_it(source))?;
        let message = format!(
            "{identifier} is already the objectIdentifier of {holder}; no two are the same"
        );
        Some(Problem::of_field("objectIdentifier", message))
    }

    fn problems_of_command(&self, command: &Command) -> Vec<Problem> {
        let object = [Segment::Field("object")];
        let set = [Segment::Field("set")];
        let mut problems: Vec<Problem> =
            command.cloud_object().and_then(|named| self.problem_of(named)).into_iter().collect();
        match command {
            Command::CreateOnPremisesObject(create) => {
                let found = self.problems_of_on_premises_object(&create.object);
                problems.extend(under(&object, found));
            }
            Command::UpdateOnPremisesObject(update) => match self.on_premises.get(&*update.key) {
                None => problems.extend(self.problem_of_key("key", &update.key)),
                Some(source) => {
                    let found = self.problems_of_change(source.kind, &update.key, &update.set);
                    problems.extend(under(&set, found));
                }
            },
            Command::SetFeature(set) if set.feature == Feature::SoftMatchOnUpn && !set.value => {
                let message =
                    "softMatchOnUpnEnabled cannot be turned off once it is on; start with it off";
                problems.push(Problem::of_field("value", message));
            }
            Command::RemoveOnPremisesObject(remove) => {
                problems.extend(self.problem_of_key("key", &remove.key));
            }
            Command::CreateCloudObject(create) => {
                let found = self.problems_of_cloud_object(&create.object);
                problems.extend(under(&object, found));
            }
            Command::UpdateCloudObject(update) => {
                let found = problems_of_cloud_change(self.kind_of(&update.object), &update.set);
                problems.extend(under(&set, found));
            }
            _ => {}
        }
        problems
    }

    /// A reference has to name an object that there is by then.
    fn problem_of(&self, reference: &CloudRef) -> Option<Problem> {
        let problem = match reference {
            CloudRef::Label(label) if self.labels.contains_key(&**label) => None,
            CloudRef::Label(label) => {
                let known = known(self.labels.keys());
                let message =
                    format!("no cloud object has the label {label} by then (there are: {known})");
                Some(Problem::of_field("label", message))
            }
            CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key)
                if self.removed.contains_key(&**key) =>
            {
                None
            }
            CloudRef::JoinedTo(key) => self.problem_of_key("joinedTo", key),
            CloudRef::QuarantinedFor(key) => self.problem_of_key("quarantinedFor", key),
        };
        problem.map(|problem| problem.under(&[Segment::Field("object")]))
    }

    fn problem_of_key(&self, field: &'static str, key: &Text) -> Option<Problem> {
        if self.on_premises.contains_key(&**key) {
            return None;
        }
        let known = known(self.on_premises.keys());
        let message =
            format!("no on-premises object has the key {key} by then (there are: {known})");
        Some(Problem::of_field(field, message))
    }

    /// What the object is that a reference names, if it names one that there is by now.
    fn kind_of(&self, reference: &CloudRef) -> Option<Kind> {
        match reference {
            CloudRef::Label(label) => self.labels.get(&**label).copied(),
            CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key) => {
                let source = self.on_premises.get(&**key).map(|source| source.kind);
                source.or_else(|| self.removed.get(&**key).copied())
            }
        }
    }

    fn problems_of_change(&self, kind: Kind, key: &str, set: &OnPremisesChange) -> Vec<Problem> {
        let has_name = match set.user_principal_name {
            Change::Keep => kind == Kind::User,
            Change::Clear => false,
            Change::Set(_) => true,
        };
        let mut problems = problems_of_kind(kind, false, has_name, set.password.value().is_some());
        problems.extend(
            set.proxy_addresses.value().into_iter().flat_map(|all| problems_of_addresses(all)),
        );
        problems.extend(match &set.source_anchor {
            Change::Keep => None,
            Change::Clear => self.problem_of_anchor(key, None),
            Change::Set(anchor) => self.problem_of_anchor(key, Some(anchor)),
        });
        problems
    }
}

/// A cloud edit names only what objects of that kind have.
fn problems_of_cloud_change(kind: Option<Kind>, set: &CloudObjectChange) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(kind) = kind.filter(|kind| *kind != Kind::User) {
        if !set.user_principal_name.is_keep() {
            problems.push(only_users_have(kind, "userPrincipalName"));
        }
        if !set.password.is_keep() {
            problems.push(only_users_have(kind, "password"));
        }
    }
    problems
        .extend(set.proxy_addresses.value().into_iter().flat_map(|all| problems_of_addresses(all)));
    problems
}

fn only_users_have(kind: Kind, field: &'static str) -> Problem {
    Problem::of_field(field, format!("a {kind} has no {field}; only users have"))
}

/// Users have a name; nothing but users has a name or password, nothing but groups is mail-enabled.
fn problems_of_kind(
    kind: Kind,
    mail_enabled: bool,
    has_name: bool,
    has_password: bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if kind != Kind::User && has_password {
        problems.push(only_users_have(kind, "password"));
    }
    if kind == Kind::User && !has_name {
        problems.push(Problem::new(&[], "a user needs a userPrincipalName"));
    }
    if kind != Kind::User && has_name {
        problems.push(only_users_have(kind, "userPrincipalName"));
    }
    if kind != Kind::Group && mail_enabled {
        let message = format!("a {kind} has no mailEnabled; only groups have");
        problems.push(Problem::of_field("mailEnabled", message));
    }
    problems
}

/// Each has a prefix as it should be, none stands twice, and at most one is primary.
fn problems_of_addresses(addresses: &[ProxyAddress]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        let earlier = &addresses[..index];
        let prefix = address.as_str().split_once(':').map(|(prefix, _)| prefix);
        let message = match prefix {
            None | Some("") => format!(
                "{address} has no prefix; write SMTP:{address} for the primary address, smtp:{address} for a further one"
            ),
            _ if earlier.iter().any(|earlier| same_value(earlier, address)) => {
                format!("{address} stands here twice")
            }
            Some("SMTP") if earlier.iter().any(ProxyAddress::is_primary) => {
                "a second primary address (SMTP:); at most one is primary".to_owned()
            }
            _ => continue,
        };
        let path = [Segment::Field("proxyAddresses"), Segment::Index(index)];
        problems.push(Problem::new(&path, message));
    }
    problems
}

/// Whether two values of one object say the same, whatever their prefixes say of mail addresses.
fn same_value(one: &ProxyAddress, other: &ProxyAddress) -> bool {
    match (one.mail(), other.mail()) {
        (Some(one), Some(other)) => same_name(one, other),
        _ => one == other,
    }
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
    #[case::eligible_group(
        r#"{"cloud": [{"label": "a", "kind": "group", "eligibleRoles": ["Reader"]}]}"#,
        "a group has no eligibleRoles"
    )]
    #[case::mapped_contact(
        r#"{"cloud": [{"label": "a", "kind": "contact", "onPremisesObjectIdentifier": "1-2"}]}"#,
        "a contact has no onPremisesObjectIdentifier"
    )]
    #[case::identified_group(
        r#"{"onPremises": [{"key": "a", "kind": "group", "sourceAnchor": "Q", "objectIdentifier": "1-2"}]}"#,
        "a group has no objectIdentifier"
    )]
    #[case::same_identifier(r#"{"onPremises": [{"key": "a", "kind": "user", "userPrincipalName": "a@x", "sourceAnchor": "Q", "objectIdentifier": "1-a"}, {"key": "b", "kind": "user", "userPrincipalName": "b@x", "sourceAnchor": "R", "objectIdentifier": "1-A"}]}"#, "already the objectIdentifier of a")]
    #[case::roles_of_group(
        r#"{"cloud": [{"label": "a", "kind": "group", "roles": ["Reader"]}]}"#,
        "a group has no roles"
    )]
    fn a_bad_tenant_is_told(#[case] tenant: &str, #[case] expected: &str) {
        let found = problems(tenant, "[]");
        assert!(found.iter().any(|message| message.contains(expected)), "{found:?}");
    }
}
