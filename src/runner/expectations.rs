//! Compares what a scenario expects after a step with what was seen. Only what is listed is
//! compared.

use crate::cases::scenario::{Expectation, ExpectedObject, ExpectedResult, ExpectedWord};
use crate::checks::{Observer, Violation};
use crate::directory::{
    Capability, Change, CloudObject, Command, Outcome, ProxyAddress, ResultWord, Tenant, Text,
    same_name,
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
            found.push(violation("the command", "outcome", expected, outcome.status));
        }
        for (key, expected) in &expectation.objects {
            self.result(key, expected, outcome, &mut found);
        }
        for expected in &expectation.cloud {
            self.object(expected, observer, &mut found);
        }
        if let Some(expected) = expectation.active_cloud_objects {
            let seen = observer.state().active().count();
            if seen != expected {
                found.push(violation("the tenant", "active cloud objects", expected, seen));
            }
        }
        found
    }

    fn result(
        &self,
        key: &Text,
        expected: &ExpectedResult,
        outcome: &Outcome,
        found: &mut Vec<Violation>,
    ) {
        let Some(seen) = outcome.result_of(key) else {
            found.push(violation(key, "reported result", expected.result, "no entry"));
            return;
        };
        if !self.is_meant(expected.result, seen.result) {
            found.push(violation(key, "reported result", expected.result, seen.result));
            return;
        }
        if let Some(expected) = expected.matched_on
            && self.has(Capability::MatchKind)
            && seen.matched_on != Some(expected)
        {
            let seen = seen.matched_on.map_or_else(|| "no value".to_owned(), |on| on.to_string());
            found.push(violation(key, "matchedOn", expected, seen));
        }
        if let Some(expected) = expected.evaluated_by
            && self.has(Capability::EvaluatedBy)
            && seen.evaluated_by != Some(expected)
        {
            let seen = seen.evaluated_by.map_or_else(|| "no value".to_owned(), |by| by.to_string());
            found.push(violation(key, "evaluatedBy", expected, seen));
        }
    }

    /// Whether a reported word is one of those that an expected word stands for.
    fn is_meant(&self, expected: ExpectedWord, seen: ResultWord) -> bool {
        let coarse = !self.has(Capability::MatchKind) && seen == ResultWord::Joined;
        match expected {
            ExpectedWord::Provisioned => seen == ResultWord::Provisioned,
            ExpectedWord::HardMatched => seen == ResultWord::HardMatched || coarse,
            ExpectedWord::SoftMatched => seen == ResultWord::SoftMatched || coarse,
            ExpectedWord::Matched => {
                matches!(seen, ResultWord::HardMatched | ResultWord::SoftMatched) || coarse
            }
            ExpectedWord::Rejoined => matches!(
                seen,
                ResultWord::HardMatched
                    | ResultWord::Joined
                    | ResultWord::Updated
                    | ResultWord::Unchanged
            ),
            ExpectedWord::Updated => seen == ResultWord::Updated,
            ExpectedWord::Unchanged => matches!(seen, ResultWord::Unchanged | ResultWord::Updated),
            ExpectedWord::Quarantined => seen == ResultWord::Quarantined,
            ExpectedWord::Error => seen == ResultWord::Error,
            ExpectedWord::Conflict => matches!(seen, ResultWord::Error | ResultWord::Quarantined),
        }
    }

    fn object(
        &self,
        expected: &ExpectedObject,
        observer: &Observer<'_>,
        found: &mut Vec<Violation>,
    ) {
        let name = format!("cloud object {}", expected.object);
        let seen = observer.resolve(&expected.object);
        let exists = expected.exists.unwrap_or(true);
        let Some(seen) = seen else {
            if exists {
                found.push(violation(&name, "the object itself", "there", "no such object"));
            }
            return;
        };
        if !exists {
            found.push(violation(&name, "the object itself", "no such object", "there"));
            return;
        }
        if let Some(same) = &expected.is {
            let other = observer.resolve(same);
            if other.is_none_or(|other| other.id != seen.id) {
                let other = if other.is_some() { "another object" } else { "no such object" };
                found.push(violation(
                    &name,
                    "the object itself",
                    format!("the same as {same}"),
                    other,
                ));
            }
        }
        self.fields(&name, expected, seen, found);
    }

    fn fields(
        &self,
        name: &str,
        expected: &ExpectedObject,
        seen: &CloudObject,
        found: &mut Vec<Violation>,
    ) {
        let mut compare = |field: &str, expected: Option<String>, seen: String, same: bool| {
            if let Some(expected) = expected
                && !same
            {
                found.push(violation(name, field, expected, seen));
            }
        };
        let mut flag = |field: &str, expected: Option<bool>, seen: bool| {
            compare(
                field,
                expected.map(|flag| flag.to_string()),
                seen.to_string(),
                expected == Some(seen),
            );
        };
        flag("mailEnabled", expected.mail_enabled, seen.mail_enabled);
        flag(
            "onPremisesSyncEnabled",
            expected.on_premises_sync_enabled,
            seen.on_premises_sync_enabled,
        );
        flag("deleted", expected.deleted, seen.deleted);
        flag("quarantined", expected.quarantined, seen.quarantined);
        compare(
            "kind",
            expected.kind.map(|kind| kind.to_string()),
            seen.kind.to_string(),
            expected.kind == Some(seen.kind),
        );
        let mut value = |field: &str,
                         expected: &Change<Text>,
                         seen: &Option<Text>,
                         same: fn(&str, &str) -> bool| {
            let agrees = match (expected, seen) {
                (Change::Set(expected), Some(seen)) => same(expected, seen),
                (Change::Clear, None) => true,
                _ => false,
            };
            compare(field, words_of(expected), optional(seen.as_ref()), agrees);
        };
        let exactly: fn(&str, &str) -> bool = |one, other| one == other;
        value(
            "onPremisesImmutableId",
            &expected.on_premises_immutable_id,
            &seen.on_premises_immutable_id,
            exactly,
        );
        value(
            "userPrincipalName",
            &expected.user_principal_name,
            &seen.user_principal_name,
            same_name,
        );
        value("password", &expected.password, &seen.password, exactly);
        for (attribute, wanted) in &expected.attributes {
            let shown = seen.attributes.get(attribute);
            compare(
                attribute,
                Some(optional(wanted.as_ref())),
                optional(shown),
                shown == wanted.as_ref(),
            );
        }
        let wanted: Option<&[ProxyAddress]> = match &expected.proxy_addresses {
            Change::Keep => None,
            Change::Clear => Some(&[]),
            Change::Set(addresses) => Some(addresses),
        };
        if let Some(wanted) = wanted {
            let all_there = wanted
                .iter()
                .all(|wanted| seen.proxy_addresses.iter().any(|seen| seen.same(wanted)));
            let none_left = seen.proxy_addresses.iter().all(|seen| {
                wanted.iter().any(|wanted| wanted.same(seen)) || self.may_be_generated(seen)
            });
            compare(
                "proxyAddresses",
                Some(addresses(wanted)),
                addresses(&seen.proxy_addresses),
                all_there && none_left,
            );
        }
        let roles = |roles: &BTreeSet<Text>| list(roles.iter().map(|role| &**role));
        compare(
            "roles",
            expected.roles.as_ref().map(roles),
            roles(&seen.roles),
            expected.roles.as_ref() == Some(&seen.roles),
        );
    }

    /// Whether a service may have given out this address by itself: the case never mentions it.
    fn may_be_generated(&self, address: &ProxyAddress) -> bool {
        address.mail().is_some_and(|mail| !self.mentioned.contains(&mail.to_ascii_lowercase()))
    }
}

fn violation(
    object: impl AsRef<str>,
    field: &str,
    expected: impl ToString,
    seen: impl ToString,
) -> Violation {
    Violation {
        object: object.as_ref().to_owned().into(),
        field: field.to_owned(),
        expected: expected.to_string(),
        seen: seen.to_string(),
    }
}

fn words_of(change: &Change<Text>) -> Option<String> {
    match change {
        Change::Keep => None,
        Change::Clear => Some("no value".to_owned()),
        Change::Set(value) => Some(value.to_string()),
    }
}

fn optional(value: Option<&Text>) -> String {
    value.map_or_else(|| "no value".to_owned(), |value| value.to_string())
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", words.collect::<Vec<_>>().join(", "))
}

fn addresses(addresses: &[ProxyAddress]) -> String {
    let mut sorted: Vec<&str> = addresses.iter().map(ProxyAddress::as_str).collect();
    sorted.sort_unstable();
    list(sorted.into_iter())
}
