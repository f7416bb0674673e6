//! What is said of a tenant and its objects in records of their own: switches, roles, who manages an object.

use super::names;
use super::record::{Field, Record, Value, plain};
use super::values::{Mistake, flag, flag_of, shown, text, text_of};
use crate::directory::Features;

/// The switches that a record sets.
pub(super) fn features(
    record: &Record,
    features: &mut Features,
) -> Result<Vec<&'static str>, Mistake> {
    if let Some(field) = record.get(names::FEATURES) {
        let Value::Map(entries) = &field.value else {
            let message = format!("{} is {}; expected switches", field.name, shown(&field.value));
            return Err((field.place, message));
        };
        let inner = entries.iter().map(|(name, value)| Field {
            name: name.clone(),
            plain: plain(name),
            value: value.clone(),
            place: field.place,
        });
        let inner = Record { place: field.place, fields: inner.collect() };
        return self::features(&inner, features);
    }
    let mut set = Vec::new();
    for field in record.fields.iter().filter(|field| !field.value.is_empty()) {
        if let Some(name) = names::switch(&field.plain) {
            features.set(name.feature(), flag_of(field)? != name.is_negation());
            set.push(name.feature().word());
        }
    }
    Ok(set)
}

/// The identifier of an object of the tenant, and whether its source of authority is in the cloud.
pub(super) fn sync_behavior(record: &Record) -> Result<Option<(String, bool)>, Mistake> {
    let id = text(record, names::ID)?;
    Ok(id.zip(flag(record, names::CLOUD_MANAGED)?))
}

/// Who has a role, and which: its name where that is known, else its identifier.
pub(super) fn role(record: &Record) -> Result<Option<(String, String)>, Mistake> {
    let principal = text(record, names::PRINCIPAL)?;
    let id = text(record, names::ROLE_ID)?;
    let name = match record.get(names::ROLE).map(|field| &field.value) {
        Some(Value::Map(entries)) => {
            let named = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case("displayName"));
            named.and_then(|(_, value)| text_of(value))
        }
        _ => None,
    };
    let name = name.filter(|name| !name.is_empty());
    let name = name.or_else(|| id.as_deref().and_then(built_in).map(str::to_owned)).or(id);
    Ok(principal.zip(name))
}

/// The names of some built-in roles, which have the same identifier in every tenant.
fn built_in(id: &str) -> Option<&'static str> {
    const ROLES: &[(&str, &str)] = &[
        ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator"),
        ("e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator"),
        ("7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator"),
        ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"),
        ("194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator"),
    ];
    ROLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, name)| *name)
}
