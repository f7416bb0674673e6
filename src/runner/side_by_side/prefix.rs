//! A case under a prefix: whatever has to be unique in a tenant begins with it, so that many cases stand side by
//! side in one tenant and nothing of one is equal to anything of another. What is shown is told back without it.

use crate::cases::Case;
use crate::cases::values::{FormTrait, Value, each_value};
use crate::directory::{
    AnchorForm, Attributes, CloudObject, Command, OnPremisesObject, ProxyAddress, StepObservation,
    Text,
};
use crate::implementation::{CaseInput, CaseObservation};
use crate::runner::sent::each_object;
use std::collections::BTreeMap;

/// All prefixes have this form and length.
const LENGTH: usize = "c000-".len();

/// The longest that a directory allows.
const LONGEST_LOCAL_PART: usize = 64;
const LONGEST_NAME: usize = 113;
const LONGEST_ADDRESS: usize = 256;

/// A case under a prefix.
pub(super) struct Prefixed {
    prefix: Text,
    case: Case,
    form: AnchorForm,
    /// The anchors that were sent, each with the case's own.
    anchors: BTreeMap<Text, Text>,
    /// The same of object identifiers.
    identifiers: BTreeMap<Text, Text>,
}

/// Whether all that has to be unique in a case can be given a prefix, and each object is recognised by it.
pub(super) fn takes_prefix(input: &CaseInput<'_>) -> bool {
    let mut fits = true;
    each_value(&mut case_of(input), &mut |value| match value {
        Value::SignInName(name) => fits &= is_within(name, LONGEST_NAME),
        Value::Address(address) => fits &= is_within(address.as_str(), LONGEST_ADDRESS),
        Value::Attribute { value: Some(value), .. } if value.contains('@') => {
            fits &= is_within(value, LONGEST_ADDRESS);
        }
        _ => {}
    });
    let in_cloud = input.commands.iter().filter_map(|command| match command {
        Command::CreateCloudObject(create) => Some(&create.object),
        _ => None,
    });
    let on_premises = input.commands.iter().filter_map(|command| match command {
        Command::CreateOnPremisesObject(create) => Some(&create.object),
        _ => None,
    });
    let in_cloud = input.tenant.cloud.iter().chain(in_cloud);
    let on_premises = input.tenant.on_premises.iter().chain(on_premises);
    let in_cloud =
        in_cloud.map(|one| (&one.user_principal_name, &one.proxy_addresses, &one.attributes));
    let on_premises =
        on_premises.map(|one| (&one.user_principal_name, &one.proxy_addresses, &one.attributes));
    let mut all = in_cloud.chain(on_premises);
    fits && all.all(|(name, addresses, attributes)| {
        name.is_some() || !addresses.is_empty() || attributes.values().any(|value| is_given(value))
    })
}

/// Whether a name or an address has room for a prefix.
fn is_within(text: &str, longest: usize) -> bool {
    let local_part = text.split_once('@').map_or("", |(local_part, _)| local_part);
    let local_part = local_part.rsplit(':').next().unwrap_or_default();
    text.len() + LENGTH <= longest && local_part.len() + LENGTH <= LONGEST_LOCAL_PART
}

/// Whether a value of an attribute is given the prefix. One whose form may be what a case is about stays as it
/// is: what is empty, long, a number, a word in small letters, or unusual in another way.
fn is_given(value: &str) -> bool {
    let is_plain = value.contains(|letter: char| letter.is_ascii_uppercase())
        && value.len() > 1
        && FormTrait::of(value).is_empty();
    is_plain || value.contains('@')
}

fn case_of(input: &CaseInput<'_>) -> Case {
    Case { tenant: input.tenant.clone(), commands: input.commands.to_vec() }
}

impl Prefixed {
    /// The case as it stands.
    pub(super) fn without(input: &CaseInput<'_>) -> Prefixed {
        let (anchors, identifiers) = (BTreeMap::new(), BTreeMap::new());
        let (prefix, form) = ("".into(), AnchorForm::Text);
        Prefixed { prefix, case: case_of(input), form, anchors, identifiers }
    }

    /// The case under the prefix with this number, of which there are 46,656.
    pub(super) fn new(input: &CaseInput<'_>, number: u32, form: AnchorForm) -> Prefixed {
        let digit = |place: u32| char::from_digit(number / place % 36, 36).unwrap_or('0');
        let prefix: Text = format!("c{}{}{}-", digit(36 * 36), digit(36), digit(1)).into();
        let mut case = case_of(input);
        let (mut anchors, mut identifiers) = (BTreeMap::new(), BTreeMap::new());
        let put = |text: &mut Text| *text = format!("{prefix}{text}").into();
        each_value(&mut case, &mut |value| match value {
            Value::SignInName(name) => put(name),
            Value::Address(address) => {
                let place = place_in(address.as_str());
                let (before, after) = address.as_str().split_at(place);
                *address = ProxyAddress(format!("{before}{prefix}{after}").into());
            }
            Value::Anchor(anchor) => {
                let new = form.spelt(&format!("{prefix}{anchor}").into());
                anchors.insert(new.clone(), std::mem::replace(anchor, new));
            }
            Value::Attribute { value: Some(value), .. } if is_given(value) => put(value),
            Value::Attribute { .. } | Value::Role(_) | Value::Password(_) => {}
        });
        each_name(&mut case, &mut |name| match name {
            Name::Own(name) => put(name),
            Name::Identifier(identifier) => {
                let own = format!("{prefix}{}", identifier.to_ascii_lowercase());
                let mut new = AnchorForm::Uuid.spelt(&own.into());
                if identifier.contains(|letter: char| letter.is_ascii_uppercase()) {
                    new = new.to_ascii_uppercase().into();
                }
                identifiers.insert(new.clone(), std::mem::replace(identifier, new));
            }
        });
        Prefixed { prefix, case, form, anchors, identifiers }
    }

    /// What an implementation is asked to carry out.
    pub(super) fn input(&self) -> CaseInput<'_> {
        CaseInput::new(&self.case.tenant, &self.case.commands).under_prefix(&self.prefix)
    }

    /// What was shown, as the case has it.
    pub(super) fn read_back(&self, mut seen: CaseObservation) -> CaseObservation {
        if self.prefix.is_empty() {
            return seen;
        }
        for StepObservation { outcome, .. } in &mut seen.steps {
            let objects = std::mem::take(&mut outcome.objects).into_iter();
            outcome.objects = objects.map(|(key, result)| (self.stripped(&key), result)).collect();
        }
        each_object(&mut seen, |it| self.read_cloud(it), |it| self.read_on_premises(it));
        seen
    }

    fn read_cloud(&self, object: &mut CloudObject) {
        let CloudObject { user_principal_name, proxy_addresses, attributes, .. } = object;
        self.read_values(user_principal_name, proxy_addresses, attributes);
        self.read_anchor(&mut object.on_premises_immutable_id);
        self.read_identifier(&mut object.on_premises_object_identifier);
    }

    fn read_on_premises(&self, object: &mut OnPremisesObject) {
        let OnPremisesObject { user_principal_name, proxy_addresses, attributes, .. } = object;
        self.read_values(user_principal_name, proxy_addresses, attributes);
        self.read_anchor(&mut object.source_anchor);
        self.read_identifier(&mut object.object_identifier);
        object.key = self.stripped(&object.key);
    }

    fn read_values(
        &self,
        name: &mut Option<Text>,
        addresses: &mut [ProxyAddress],
        attributes: &mut Attributes,
    ) {
        name.iter_mut().for_each(|name| *name = self.stripped(name));
        addresses.iter_mut().for_each(|address| address.0 = self.stripped(&address.0));
        let all = std::mem::take(attributes).into_iter();
        *attributes = all.map(|(name, value)| (name, self.stripped(&value))).collect();
    }

    fn read_anchor(&self, shown: &mut Option<Text>) {
        let Some(shown) = shown else { return };
        let own = match self.form {
            AnchorForm::Uuid => in_any_case(&self.anchors, shown),
            _ => self.anchors.get(shown),
        };
        *shown = own.cloned().unwrap_or_else(|| self.stripped(shown));
    }

    fn read_identifier(&self, shown: &mut Option<Text>) {
        if let Some(shown) = shown
            && let Some(own) = in_any_case(&self.identifiers, shown)
        {
            *shown = own.clone();
        }
    }

    /// The text without the prefix, wherever in it the implementation has put that, and in whatever letters.
    fn stripped(&self, text: &Text) -> Text {
        match text.to_ascii_lowercase().find(&*self.prefix) {
            Some(at) => format!("{}{}", &text[..at], &text[at + LENGTH..]).into(),
            None => text.clone(),
        }
    }
}

/// What a UUID was sent for, which is the same in capitals and in small letters.
fn in_any_case<'s>(sent: &'s BTreeMap<Text, Text>, shown: &Text) -> Option<&'s Text> {
    let is_it = |(sent, _): &(&Text, &Text)| sent.eq_ignore_ascii_case(shown);
    sent.get(shown).or_else(|| sent.iter().find(is_it).map(|(_, own)| own))
}

/// Where in an address the prefix goes: before a local part, else before what comes after the last `=`, as in
/// `X500:/o=Contoso/cn=ann`.
fn place_in(address: &str) -> usize {
    let prefix = address.find(':').map_or(0, |colon| colon + 1);
    if address.contains('@') { prefix } else { address.rfind('=').map_or(prefix, |at| at + 1) }
}

/// What a case calls an object.
enum Name<'a> {
    /// A key or a label.
    Own(&'a mut Text),
    /// An object identifier.
    Identifier(&'a mut Text),
}

/// Visits everything by which a case calls objects.
fn each_name(case: &mut Case, visit: &mut dyn FnMut(Name<'_>)) {
    for object in &mut case.tenant.cloud {
        visit(Name::Own(&mut object.label));
        object.on_premises_object_identifier.iter_mut().for_each(|it| visit(Name::Identifier(it)));
    }
    for object in &mut case.tenant.on_premises {
        visit(Name::Own(&mut object.key));
        object.object_identifier.iter_mut().for_each(|it| visit(Name::Identifier(it)));
    }
    for command in &mut case.commands {
        if let Some(reference) = command.cloud_object_mut() {
            visit(Name::Own(reference.name_mut()));
        }
        match command {
            Command::CreateCloudObject(create) => {
                let object = &mut create.object;
                visit(Name::Own(&mut object.label));
                let identifier = &mut object.on_premises_object_identifier;
                identifier.iter_mut().for_each(|it| visit(Name::Identifier(it)));
            }
            Command::CreateOnPremisesObject(create) => {
                let object = &mut create.object;
                visit(Name::Own(&mut object.key));
                object.object_identifier.iter_mut().for_each(|it| visit(Name::Identifier(it)));
            }
            Command::UpdateOnPremisesObject(update) => visit(Name::Own(&mut update.key)),
            Command::RemoveOnPremisesObject(remove) => visit(Name::Own(&mut remove.key)),
            Command::SetOnPremisesObjectIdentifier(set) => {
                set.value.iter_mut().for_each(|it| visit(Name::Identifier(it)));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::scenario::embedded;
    use crate::directory::{Snapshot, Tenant};
    use crate::implementation::run_one;
    use crate::reference::ReferenceModel;
    use rstest::rstest;

    /// What the model shows of a case under a prefix is what it shows of the case, told back.
    #[rstest]
    #[case(AnchorForm::Text)]
    #[case(AnchorForm::Base64)]
    #[case(AnchorForm::Uuid)]
    fn every_scenario_is_told_back(#[case] form: AnchorForm) {
        for scenario in embedded() {
            let given = &scenario.scenario.given;
            let steps = scenario.scenario.steps.iter();
            let commands: Vec<Command> = steps.map(|step| step.command.clone()).collect();
            let input = CaseInput::new(given, &commands);
            assert!(takes_prefix(&input), "{}", scenario.id);
            let prefixed = Prefixed::new(&input, 46_655, form);
            let told =
                prefixed.read_back(run_one(&mut ReferenceModel::default(), prefixed.input()));
            let own = run_one(&mut ReferenceModel::default(), input);
            let states = |seen: &CaseObservation| -> Vec<Snapshot> {
                seen.steps
                    .iter()
                    .map(|step| step.snapshot.clone())
                    .chain(seen.start.clone())
                    .collect()
            };
            assert_eq!(states(&told), states(&own), "{}", scenario.id);
        }
    }

    #[rstest]
    #[case::plain("ann@contoso.com", true)]
    #[case::longest_local_part(&format!("{}@contoso.com", "a".repeat(64)), false)]
    #[case::longest(&format!("a@{}", "c".repeat(111)), false)]
    fn what_has_no_room_takes_no_prefix(#[case] name: &str, #[case] takes: bool) {
        let tenant = format!(
            r#"{{"cloud": [{{"label": "a", "kind": "user", "userPrincipalName": "{name}"}}]}}"#
        );
        let tenant: Tenant = serde_json::from_str(&tenant).expect("a tenant");
        assert_eq!(takes_prefix(&CaseInput::new(&tenant, &[])), takes);
    }

    #[rstest]
    #[case("SMTP:ann@contoso.com", "SMTP:")]
    #[case("X500:/o=Contoso/cn=ann", "X500:/o=Contoso/cn=")]
    #[case("sip:ann@contoso.com", "sip:")]
    #[case("EUM:1234;phone-context=Contoso.com", "EUM:1234;phone-context=")]
    fn an_address_keeps_its_form(#[case] address: &str, #[case] before: &str) {
        assert_eq!(&address[..place_in(address)], before);
    }
}
