//! Compares what a scenario expects after a step with what was seen. Only what is listed is
//! compared.

use crate::cases::scenario::{Expectation, ExpectedObject, ExpectedResult, ExpectedWord};
use crate::checks::{Because, Observer, Violation};
use crate::directory::{
    Capabilities, Capability, Change, Command, DeclaredChoices, Field, Fields, ObjectName, Outcome,
    ProxyAddress, ResultWord, Tenant, Text, Value,
};
use crate::implementation::Description;
use std::collections::BTreeSet;

/// What comparing needs to know of a case and its implementation.
pub(super) struct Context<'a> {
    description: &'a Description,
    /// Every mail address that the case mentions, folded. A service may give out others by itself.
    mentioned: BTreeSet<String>,
}

impl<'a> Context<'a> {
    pub(super) fn capabilities(&self) -> &'a Capabilities {
        &self.description.capabilities
    }

    pub(super) fn new(description: &'a Description, tenant: &Tenant, commands: &[Command]) -> Self {
        let mut mentioned = BTreeSet::new();
        let mut add = |addresses: &[ProxyAddress]| {
            let mails = addresses.iter().filter_map(ProxyAddress::mail);
            mentioned.extend(mails.map(str::to_ascii_lowercase));
        };
        tenant.cloud.iter().for_each(|object| add(&object.proxy_addresses));
        tenant.on_premises.iter().for_each(|object| add(&object.proxy_addresses));
        for command in commands {
            match command {
                Command::CreateOnPremisesObject(create) => add(&create.object.proxy_addresses),
                Command::CreateCloudObject(create) => add(&create.object.proxy_addresses),
                Command::UpdateOnPremisesObject(update) => {
                    add(update.set.proxy_addresses.value().map_or(&[], Vec::as_slice));
                }
                Command::UpdateCloudObject(update) => {
                    add(update.set.proxy_addresses.value().map_or(&[], Vec::as_slice));
                }
                _ => {}
            }
        }
        Context { description, mentioned }
    }

    fn has(&self, capability: Capability) -> bool {
        self.description.capabilities.has(capability)
    }

    /// Everything in which a step differs from one expectation.
    pub(super) fn compare(
        &self,
        expectation: &Expectation,
        outcome: &Outcome,
        observer: &Observer<'_>,
    ) -> Vec<Violation> {
        if !self.description.choices.agrees_with(&expectation.when_choice) {
            return Vec::new();
        }
        let mut found = Vec::new();
        if let Some(expected) = expectation.status
            && expected != outcome.status
        {
            let command = ObjectName::Command;
            found.push(Violation::new(command, Field::Outcome, expected, outcome.status));
        }
        let reported = expectation.objects.iter().filter(|_| self.has(Capability::ObjectResults));
        for (key, expected) in reported {
            found.extend(self.result(key, expected, outcome));
        }
        for expected in &expectation.cloud {
            self.object(expected, observer, &mut found);
        }
        if let Some(expected) = expectation.active_cloud_objects {
            let seen = observer.state().active().count();
            if seen != expected {
                found.push(Violation::new(ObjectName::Tenant, Field::CloudObjects, expected, seen));
            }
        }
        if expectation.when_choice != DeclaredChoices::default() {
            for violation in &mut found {
                violation.because.get_or_insert(Because::Declared(expectation.when_choice));
            }
        }
        found
    }

    fn result(
        &self,
        key: &Text,
        expected: &ExpectedResult,
        outcome: &Outcome,
    ) -> Option<Violation> {
        let violation = |field: Field, expected: Value, seen: Value| {
            Some(Violation::new(ObjectName::OnPremises(key.clone()), field, expected, seen))
        };
        let meant = self.meant_by(expected.result);
        let Some(seen) = outcome.result_of(key) else {
            return violation(Field::Result, meant.into(), Value::Nothing);
        };
        if !meant.contains(&seen.result) {
            return violation(Field::Result, meant.into(), seen.result.into());
        }
        let (matched_on, evaluated_by) = (expected.matched_on, expected.evaluated_by);
        if self.has(Capability::MatchKind) && matched_on.is_some() && matched_on != seen.matched_on
        {
            return violation(Field::MatchedOn, matched_on.into(), seen.matched_on.into());
        }
        if self.has(Capability::EvaluatedBy)
            && evaluated_by.is_some()
            && evaluated_by != seen.evaluated_by
        {
            return violation(Field::EvaluatedBy, evaluated_by.into(), seen.evaluated_by.into());
        }
        None
    }

    /// The words that an expected word stands for.
    fn meant_by(&self, expected: ExpectedWord) -> Vec<ResultWord> {
        let mut meant = match expected {
            ExpectedWord::Provisioned => vec![ResultWord::Provisioned],
            ExpectedWord::HardMatched => vec![ResultWord::HardMatched],
            ExpectedWord::SoftMatched => vec![ResultWord::SoftMatched],
            ExpectedWord::Matched => vec![ResultWord::HardMatched, ResultWord::SoftMatched],
            ExpectedWord::Rejoined => vec![
                ResultWord::HardMatched,
                ResultWord::Joined,
                ResultWord::Updated,
                ResultWord::Unchanged,
            ],
            ExpectedWord::Updated => vec![ResultWord::Updated],
            ExpectedWord::Unchanged => vec![ResultWord::Unchanged, ResultWord::Updated],
            // The attempt has failed, and may be told as that.
            ExpectedWord::Quarantined => vec![ResultWord::Quarantined, ResultWord::Error],
            ExpectedWord::Error => vec![ResultWord::Error],
            ExpectedWord::Conflict => vec![ResultWord::Error, ResultWord::Quarantined],
        };
        let is_match = matches!(
            expected,
            ExpectedWord::HardMatched | ExpectedWord::SoftMatched | ExpectedWord::Matched
        );
        if is_match && !self.has(Capability::MatchKind) {
            meant.push(ResultWord::Joined);
        }
        meant
    }

    fn object(
        &self,
        expected: &ExpectedObject,
        observer: &Observer<'_>,
        found: &mut Vec<Violation>,
    ) {
        let name = ObjectName::Named(expected.object.clone());
        let seen = match (observer.resolve(&expected.object), expected.exists.unwrap_or(true)) {
            (Some(seen), true) => seen,
            // Recycle bins may expire.
            (None, true) if expected.deleted == Some(true) => return,
            (None, true) => return found.push(Violation::missing(name)),
            (Some(_), false) => return found.push(Violation::unexpected(name)),
            (None, false) => return,
        };
        if let Some(same) = &expected.is {
            let other = observer.resolve(same).map(|other| &other.id);
            if other != Some(&seen.id) {
                let same = ObjectName::Named(same.clone());
                found.push(Violation::new(name.clone(), Field::Id, same, &seen.id));
            }
        }
        for (field, expected) in fields(expected) {
            let shown = match field {
                // Whether it is false or null is for the rules.
                Field::OnPremisesSyncEnabled => seen.is_on_premises_mastered().into(),
                _ => seen.value_of(&field),
            };
            let is_same = match &expected {
                Value::Texts(wanted) if field == Field::ProxyAddresses => {
                    let wanted: Vec<_> = wanted.iter().cloned().map(ProxyAddress).collect();
                    self.are_meant(&wanted, &seen.proxy_addresses)
                }
                expected => field.is_same(expected, &shown),
            };
            if !is_same {
                found.push(Violation::new(name.clone(), field, expected, shown));
            }
        }
    }

    /// Whether all of these addresses are there, and no others but such as a service may have given
    /// out by itself.
    fn are_meant(&self, wanted: &[ProxyAddress], seen: &[ProxyAddress]) -> bool {
        let is_within = |address: &ProxyAddress, addresses: &[ProxyAddress]| {
            addresses.iter().any(|other| other.same(address))
        };
        wanted.iter().all(|address| is_within(address, seen))
            && seen
                .iter()
                .all(|address| is_within(address, wanted) || self.may_be_generated(address))
    }

    /// Whether a service may have given out this address by itself: the case never mentions it.
    pub(super) fn may_be_generated(&self, address: &ProxyAddress) -> bool {
        address.mail().is_some_and(|mail| !self.mentioned.contains(&mail.to_ascii_lowercase()))
    }
}

/// The fields that are compared, with their expected values.
fn fields(expected: &ExpectedObject) -> Vec<(Field, Value)> {
    let text = |change: &Change<Text>| match change {
        Change::Keep => None,
        change => Some(change.value().into()),
    };
    let addresses = match &expected.proxy_addresses {
        Change::Keep => None,
        Change::Clear => Some(&[][..]),
        Change::Set(addresses) => Some(addresses.as_slice()),
    };
    let plain: [(Field, Option<Value>); 13] = [
        (Field::Kind, expected.kind.map(Value::from)),
        (Field::MailEnabled, expected.mail_enabled.map(Value::from)),
        (Field::OnPremisesSyncEnabled, expected.on_premises_sync_enabled.map(Value::from)),
        (Field::IsCloudManaged, expected.is_cloud_managed.map(Value::from)),
        (Field::OnPremisesImmutableId, text(&expected.on_premises_immutable_id)),
        (Field::OnPremisesObjectIdentifier, text(&expected.on_premises_object_identifier)),
        (Field::UserPrincipalName, text(&expected.user_principal_name)),
        (Field::ProxyAddresses, addresses.map(Value::from)),
        (Field::Password, text(&expected.password)),
        (Field::Roles, expected.roles.as_ref().map(Value::from)),
        (Field::EligibleRoles, expected.eligible_roles.as_ref().map(Value::from)),
        (Field::Deleted, expected.deleted.map(Value::from)),
        (Field::Quarantined, expected.quarantined.map(Value::from)),
    ];
    let attributes = expected.attributes.iter();
    let attributes = attributes.map(|(name, value)| (Field::Attribute(name.clone()), value.into()));
    let plain = plain.into_iter().filter_map(|(field, value)| Some((field, value?)));
    plain.chain(attributes).collect()
}
