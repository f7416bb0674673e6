//! How a case is sent to an implementation that has anchors of one form, or few attributes: in the form
//! and by the names that it has, and what it shows is read back as if it had been asked in the case's own.

use super::addresses::remove_addresses;
use crate::cases::Case;
use crate::cases::values::{Value, each_value};
use crate::directory::{
    AnchorForm, Attributes, Capabilities, Change, CloudObject, CloudObjectChange, Command, Field,
    OnPremisesChange, OnPremisesObject, Text, is_well_formed,
};
use crate::implementation::{ADDRESSES, CaseObservation, Description};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The services make up `mail` themselves: no other attribute is sent by this name, or it by another.
const MAIL: &str = "mail";

/// The anchors and the names of attributes that are sent in the place of those of a case.
pub(super) struct Sent {
    form: AnchorForm,
    /// Those that were sent, in small letters where letter case does not count, and the case's own.
    anchors: BTreeMap<Text, Text>,
    /// The case's names, and those that are sent.
    attributes: BTreeMap<Text, Text>,
    is_any_attribute: bool,
}

/// The attributes that an implementation has no name for.
pub(super) type NoNameFor = BTreeSet<Text>;

impl Sent {
    /// How these cases are sent, which are compared with each other.
    pub(super) fn of<'c>(
        cases: impl IntoIterator<Item = &'c Case>,
        description: &Description,
    ) -> Result<Sent, NoNameFor> {
        let (mut anchors, mut names) = (BTreeSet::new(), BTreeSet::new());
        for case in cases {
            each_value(&mut case.clone(), &mut |value| match value {
                Value::Anchor(anchor) => _ = anchors.insert(anchor.clone()),
                Value::Attribute { name, .. } => _ = names.insert(name.clone()),
                _ => {}
            });
        }
        let form = description.anchor_form;
        let anchors = anchors.into_iter().map(|own| (key(form, &form.spelt(&own)), own)).collect();
        let is_any_attribute = description.attributes.is_none();
        let attributes = match &description.attributes {
            None => BTreeMap::new(),
            Some(declared) => named(&names, declared)?,
        };
        Ok(Sent { form, anchors, attributes, is_any_attribute })
    }

    /// What was sent as it stands in the case, by somebody who knows the implementation's form and names.
    #[cfg(feature = "cli")]
    pub(super) fn unchanged(case: &Case, description: &Description) -> Result<Sent, NoNameFor> {
        let mut sent = Sent::of([case], description)?;
        let own = std::mem::take(&mut sent.anchors).into_values();
        sent.anchors = own.map(|own| (key(sent.form, &own), own)).collect();
        Ok(sent)
    }

    /// The name by which an attribute is sent.
    fn attribute(&self, name: &Text) -> Text {
        self.attributes.get(name).unwrap_or(name).clone()
    }

    /// The case as it is sent.
    pub(super) fn case(&self, case: &Case) -> Case {
        let mut case = case.clone();
        each_value(&mut case, &mut |value| match value {
            Value::Anchor(anchor) => *anchor = self.form.spelt(anchor),
            Value::Attribute { name, .. } => {
                if let Some(sent) = self.attributes.get(name) {
                    *name = sent.clone();
                }
            }
            _ => {}
        });
        case
    }

    /// What was shown, in the case's own anchors and names.
    pub(super) fn read_back(&self, mut seen: CaseObservation) -> CaseObservation {
        each_object(&mut seen, |it| self.read_cloud(it), |it| self.read_on_premises(it));
        seen
    }

    fn read_cloud(&self, object: &mut CloudObject) {
        self.read_anchor(&mut object.on_premises_immutable_id);
        self.read_attributes(&mut object.attributes);
    }

    fn read_on_premises(&self, object: &mut OnPremisesObject) {
        self.read_anchor(&mut object.source_anchor);
        self.read_attributes(&mut object.attributes);
    }

    fn read_anchor(&self, anchor: &mut Option<Text>) {
        if let Some(shown) = anchor
            && let Some(own) = self.anchors.get(&key(self.form, shown))
        {
            *shown = own.clone();
        }
    }

    /// What the case does not name is the implementation's own, and may have any name.
    fn read_attributes(&self, attributes: &mut Attributes) {
        if !self.is_any_attribute {
            let shown = std::mem::take(attributes);
            let own = self.attributes.iter();
            attributes.extend(
                own.filter_map(|(own, sent)| Some((own.clone(), shown.get(sent)?.clone()))),
            );
        }
    }
}

/// Visits every object that was shown.
pub(super) fn each_object(
    seen: &mut CaseObservation,
    cloud: impl Fn(&mut CloudObject),
    on_premises: impl Fn(&mut OnPremisesObject),
) {
    let steps = seen.steps.iter_mut().map(|step| &mut step.snapshot);
    for state in seen.start.iter_mut().chain(steps) {
        state.cloud.iter_mut().for_each(|object| cloud(Arc::make_mut(object)));
        state.on_premises.iter_mut().for_each(|object| on_premises(Arc::make_mut(object)));
    }
}

/// What was shown. Who does not tell the authority flag's `false` from its `null` means the same by both.
pub(super) fn as_told(mut seen: CaseObservation, capabilities: &Capabilities) -> CaseObservation {
    if capabilities.tell_flag_states() {
        return seen;
    }
    let steps = seen.steps.iter_mut().map(|step| &mut step.snapshot);
    for object in seen.start.iter_mut().chain(steps).flat_map(|state| &mut state.cloud) {
        if object.on_premises_sync_enabled.is_none() {
            Arc::make_mut(object).on_premises_sync_enabled = Some(false);
        }
    }
    seen
}

/// A generated case without the attributes that an implementation has no name for, without addresses where it
/// has none, and without changes of
/// what it does not change; as it is, where it would be no case any more.
pub(super) fn fitted(case: Case, description: &Description) -> Case {
    if !description.is_limited() {
        return case;
    }
    let mut fitted = case.clone();
    if !description.has_addresses() {
        remove_addresses(&mut fitted);
    }
    let mut left_out = NoNameFor::new();
    let sent = loop {
        match Sent::of([&fitted], description) {
            Ok(sent) => break sent,
            Err(names) if names.is_subset(&left_out) => return case,
            Err(names) => {
                left_out.extend(names);
                each_attributes(&mut fitted, |name| !left_out.contains(name));
            }
        }
    };
    fitted.commands.retain_mut(|command| match command {
        Command::UpdateOnPremisesObject(update) => {
            let fixed = |field: &Field| description.never_updated.contains(field);
            let set = &mut update.set;
            keep(&mut set.user_principal_name, fixed, &Field::UserPrincipalName);
            keep(&mut set.proxy_addresses, fixed, &Field::ProxyAddresses);
            keep(&mut set.password, fixed, &Field::Password);
            set.attributes.retain(|name, _| !fixed(&Field::Attribute(sent.attribute(name))));
            *set != OnPremisesChange::default()
        }
        Command::UpdateCloudObject(update) => {
            let fixed = |field: &Field| description.read_only.contains(field);
            let set = &mut update.set;
            keep(&mut set.user_principal_name, fixed, &Field::UserPrincipalName);
            keep(&mut set.proxy_addresses, fixed, &Field::ProxyAddresses);
            keep(&mut set.password, fixed, &Field::Password);
            set.attributes.retain(|name, _| !fixed(&Field::Attribute(sent.attribute(name))));
            *set != CloudObjectChange::default()
        }
        _ => true,
    });
    if is_well_formed(&fitted.tenant, &fitted.commands) { fitted } else { case }
}

fn keep<T>(change: &mut Change<T>, is_fixed: impl Fn(&Field) -> bool, field: &Field) {
    if is_fixed(field) {
        *change = Change::Keep;
    }
}

/// Keeps the attributes of these names alone.
fn each_attributes(case: &mut Case, is_kept: impl Fn(&Text) -> bool) {
    let of_object = |attributes: &mut Attributes| attributes.retain(|name, _| is_kept(name));
    case.tenant.cloud.iter_mut().for_each(|object| of_object(&mut object.attributes));
    case.tenant.on_premises.iter_mut().for_each(|object| of_object(&mut object.attributes));
    for command in &mut case.commands {
        match command {
            Command::CreateOnPremisesObject(create) => of_object(&mut create.object.attributes),
            Command::CreateCloudObject(create) => of_object(&mut create.object.attributes),
            Command::UpdateOnPremisesObject(update) => {
                update.set.attributes.retain(|name, _| is_kept(name));
            }
            Command::UpdateCloudObject(update) => {
                update.set.attributes.retain(|name, _| is_kept(name));
            }
            _ => {}
        }
    }
}

/// A UUID is the same in capitals and in small letters.
fn key(form: AnchorForm, anchor: &Text) -> Text {
    if form == AnchorForm::Uuid { anchor.to_ascii_lowercase().into() } else { anchor.clone() }
}

/// Each of these names by one that is declared: its own where that is, or else one that is free.
fn named(
    names: &BTreeSet<Text>,
    declared: &BTreeSet<Text>,
) -> Result<BTreeMap<Text, Text>, NoNameFor> {
    let is_plain = |name: &&Text| ![MAIL, ADDRESSES].contains(&&***name);
    let mut free = declared.iter().filter(is_plain).filter(|name| !names.contains(*name));
    let (mut by_name, mut no_name) = (BTreeMap::new(), NoNameFor::new());
    for name in names {
        let sent = match declared.get(name) {
            None if &**name != MAIL => free.next(),
            declared => declared,
        };
        match sent {
            Some(sent) => _ = by_name.insert(name.clone(), sent.clone()),
            None => _ = no_name.insert(name.clone()),
        }
    }
    if no_name.is_empty() { Ok(by_name) } else { Err(no_name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::implementation::run_one;
    use crate::reference::ReferenceModel;
    use crate::runner::trial::input;
    use rstest::rstest;

    fn case() -> Case {
        let tenant = r#"{"cloud": [{"label": "a", "kind": "user", "onPremisesImmutableId": "QUFB", "attributes": {"department": "1"}}],
            "onPremises": [{"key": "b", "kind": "user", "sourceAnchor": "qufb", "userPrincipalName": "b@x", "attributes": {"employeeId": "2", "mail": "b@x"}}]}"#;
        Case {
            tenant: serde_json::from_str(tenant).expect("a tenant"),
            commands: vec![crate::directory::Command::sync()],
        }
    }

    fn description(form: AnchorForm, attributes: Option<&[&str]>) -> Description {
        Description {
            anchor_form: form,
            attributes: attributes.map(|names| names.iter().map(|&name| name.into()).collect()),
            ..Description::new("x", "1", ["2023-01"])
        }
    }

    #[rstest]
    #[case(AnchorForm::Text, None)]
    #[case(AnchorForm::Base64, None)]
    #[case(AnchorForm::Uuid, Some(["mail", "x", "y"].as_slice()))]
    #[case(AnchorForm::Text, Some(["mail", "employeeId", "department", "z"].as_slice()))]
    fn what_is_sent_in_another_form_is_read_back_in_its_own(
        #[case] form: AnchorForm,
        #[case] attributes: Option<&[&str]>,
    ) {
        let case = case();
        let Ok(sent) = Sent::of([&case], &description(form, attributes)) else {
            panic!("a name for each")
        };
        let seen = run_one(&mut ReferenceModel::default(), input(&sent.case(&case)));
        let expected = run_one(&mut ReferenceModel::default(), input(&case));
        let read = sent.read_back(seen);
        assert_eq!((read.start, read.steps), (expected.start, expected.steps));
    }

    #[test]
    fn an_attribute_without_a_name_is_told() {
        let no_name = Sent::of([&case()], &description(AnchorForm::Text, Some(&["x"]))).err();
        assert_eq!(no_name, Some(["employeeId".into(), "mail".into()].into()));
    }
}
