//! Objects of either side, from records.

use super::anchor::{anchor, bytes, guid_bytes};
use super::names::{self, ATTRIBUTES};
use super::record::{Field, Record, Value, What};
use super::source::{Place, Source};
use crate::cases::scenario::FileError;
use crate::directory::{
    Attributes, CloudObject, Features, Kind, OnPremisesObject, ProxyAddress, Text, same_name,
};
use crate::forecast::situation::Unknown;
use std::collections::BTreeSet;

/// A mistake, and its place in the file.
pub(super) type Mistake = (Place, String);

/// A stand-in for the password that somebody has on-premises, and for the one in the cloud: exports have
/// none, but what becomes of it people have to know.
pub(super) const ON_PREMISES_PASSWORD: &str = "the on-premises password";
const CLOUD_PASSWORD: &str = "the cloud password";

/// What a record is, as far as its fields tell.
pub(super) fn what_is(record: &Record) -> Result<What, Mistake> {
    let has = |names: &[&str]| record.get(names).is_some();
    if has(names::PRINCIPAL) && (has(names::ROLE_ID) || has(names::ROLE)) {
        // A schedule of assignments says how it is assigned, one of eligibilities does not.
        let is_schedule = record.names(names::MEMBER_TYPE[0]);
        let is_assigned = record.names(names::ASSIGNMENT_TYPE[0]);
        return Ok(if is_schedule && !is_assigned { What::EligibleRole } else { What::Role });
    }
    if has(names::FEATURES)
        || record.fields.iter().any(|field| names::switch(&field.plain).is_some())
    {
        return Ok(What::Features);
    }
    if record.names(names::CLOUD_MANAGED[0]) && has(names::ID) && !has(names::UPN) {
        return Ok(What::SyncBehavior);
    }
    let is_on_premises = [
        names::OBJECT_GUID,
        names::CONSISTENCY_GUID,
        names::SOURCE_ANCHOR,
        names::DISTINGUISHED_NAME,
        names::ACCOUNT_NAME,
    ]
    .into_iter()
    .any(has);
    let is_cloud =
        [names::ID, names::IMMUTABLE_ID, names::SYNC_ENABLED, names::LABEL].into_iter().any(has)
            || record.names(names::SYNC_ENABLED[0]);
    match (is_on_premises, is_cloud) {
        (true, false) => Ok(What::OnPremises),
        (false, true) => Ok(What::Cloud),
        (true, true) => Err((
            record.place,
            "has properties of Active Directory (such as objectGUID) and of Microsoft Graph (such as id); expected those of one of the two".to_owned(),
        )),
        (false, false) => Err((
            record.place,
            "is neither a user of Active Directory (no objectGUID) nor of Microsoft Graph (no id), nor a role assignment (no principalId and roleDefinitionId); export it with these properties".to_owned(),
        )),
    }
}

/// An object as it was read.
pub(super) enum Read<T> {
    Object(T),
    /// It is of a kind with which matching has nothing to do.
    OtherKind(String),
    /// A user without a name to sign in with.
    NoName,
}

/// An object of Active Directory.
pub(super) struct OnPremises {
    pub(super) object: OnPremisesObject,
    pub(super) other_names: Vec<String>,
}

pub(super) fn on_premises(record: &Record) -> Result<Read<OnPremises>, Mistake> {
    let kind = match kind(record)? {
        Ok(kind) => kind,
        Err(other) => return Ok(Read::OtherKind(other)),
    };
    let upn = text(record, names::UPN)?;
    if kind == Kind::User && upn.is_none() {
        return Ok(Read::NoName);
    }
    let guid = record.get(names::OBJECT_GUID);
    let anchor = source_anchor(record)?;
    let account = text(record, names::ACCOUNT_NAME)?;
    let guid_text = guid.and_then(|field| text_of(&field.value));
    let key = text(record, names::KEY)?;
    let name = text(record, &["displayname"])?;
    let key = key.or_else(|| upn.clone()).or(name).or_else(|| account.clone());
    let key = key.or_else(|| guid_text.clone()).unwrap_or_else(|| anchor.clone());
    let mut object = OnPremisesObject::new(key, kind, anchor);
    object.mail_enabled =
        kind == Kind::Group && flag(record, names::MAIL_ENABLED)?.unwrap_or(false);
    object.user_principal_name = upn.filter(|_| kind == Kind::User).map(Text::from);
    object.proxy_addresses = addresses(record)?;
    // A group of Active Directory does not say that it has a mailbox address; it has one.
    if kind == Kind::Group && record.get(names::MAIL_ENABLED).is_none() {
        object.mail_enabled = object.primary_address().is_some();
    }
    object.attributes = attributes(record, What::OnPremises)?;
    if kind == Kind::User {
        object.password = Some(ON_PREMISES_PASSWORD.into());
        let identifier = text(record, names::OBJECT_IDENTIFIER)?.or_else(|| guid_text.clone());
        object.object_identifier = identifier.map(Text::from);
    }
    let other_names = guid_text.into_iter().chain(account).collect();
    Ok(Read::Object(OnPremises { object, other_names }))
}

/// The anchor that Connect uses by default: `ms-DS-ConsistencyGuid` where it has a value, else `objectGUID`.
fn source_anchor(record: &Record) -> Result<String, Mistake> {
    if let Some(anchor) = text(record, names::SOURCE_ANCHOR)? {
        return Ok(anchor);
    }
    let no_bytes = |field: &Field| {
        let message = if let Some(type_name) = type_name(&field.value) {
            how_to_export(&field.name, type_name)
        } else {
            format!(
                "{} is {}; expected a GUID, base64, hexadecimal digits or a list of bytes",
                field.name,
                shown(&field.value)
            )
        };
        (field.place, message)
    };
    if let Some(field) = record.get(names::CONSISTENCY_GUID)
        && field.value != Value::List(Vec::new())
    {
        return bytes(&field.value).map(|bytes| anchor(&bytes)).ok_or_else(|| no_bytes(field));
    }
    let Some(field) = record.get(names::OBJECT_GUID) else {
        return Err((
            record.place,
            "has neither objectGUID nor ms-DS-ConsistencyGuid nor sourceAnchor, of which Connect makes the source anchor; export objectGUID too".to_owned(),
        ));
    };
    let of_text = text_of(&field.value).and_then(|text| guid_bytes(&text));
    let found = of_text.map(|guid| guid.to_vec()).or_else(|| bytes(&field.value));
    let found = found.filter(|bytes| bytes.len() == 16).ok_or_else(|| no_bytes(field))?;
    Ok(anchor(&found))
}

/// An object of the tenant, with what a role assignment calls it.
pub(super) struct Cloud {
    pub(super) object: CloudObject,
    pub(super) id: Option<String>,
    pub(super) unknown: Unknown,
}

pub(super) fn cloud(record: &Record) -> Result<Read<Cloud>, Mistake> {
    let kind = match kind(record)? {
        Ok(kind) => kind,
        Err(other) => return Ok(Read::OtherKind(other)),
    };
    let upn = text(record, names::UPN)?;
    if kind == Kind::User && upn.is_none() {
        return Ok(Read::NoName);
    }
    let id = text(record, names::ID)?;
    let label = text(record, names::LABEL)?;
    let name = text(record, &["displayname"])?;
    let called = label.or_else(|| upn.clone()).or(name).or_else(|| id.clone()).unwrap_or_default();
    let mut object = CloudObject::new(called, kind);
    object.on_premises_sync_enabled = flag(record, names::SYNC_ENABLED)?;
    object.is_cloud_managed = flag(record, names::CLOUD_MANAGED)?.unwrap_or(false);
    object.on_premises_immutable_id = text(record, names::IMMUTABLE_ID)?.map(Text::from);
    object.user_principal_name = upn.filter(|_| kind == Kind::User).map(Text::from);
    object.proxy_addresses = addresses(record)?;
    object.mail_enabled =
        kind == Kind::Group && flag(record, names::MAIL_ENABLED)?.unwrap_or(false);
    object.attributes = attributes(record, What::Cloud)?;
    object.deleted = match record.get(names::DELETED) {
        None => false,
        Some(Field { value: Value::Flag(deleted), .. }) => *deleted,
        // The day of the deletion.
        Some(_) => true,
    };
    if kind == Kind::User {
        let is_synchronised = object.is_on_premises_mastered();
        let password = if is_synchronised { ON_PREMISES_PASSWORD } else { CLOUD_PASSWORD };
        object.password = Some(password.into());
    }
    let mut unknown = Unknown::default();
    if kind == Kind::User {
        let of_names = |names: &[&str]| -> Result<BTreeSet<Text>, Mistake> {
            let Some(field) = record.get(names) else { return Ok(BTreeSet::new()) };
            Ok(texts(field)?.into_iter().map(Text::from).collect())
        };
        object.roles = of_names(names::ROLES)?;
        object.eligible_roles = of_names(names::ELIGIBLE_ROLES)?;
        object.on_premises_object_identifier = text(record, names::MAPPED_TO)?.map(Text::from);
        unknown = Unknown {
            roles: !record.names(names::ROLES[0]),
            eligible_roles: !record.names(names::ELIGIBLE_ROLES[0]),
            mapping: !record.names(names::MAPPED_TO[0]),
        };
    }
    Ok(Read::Object(Cloud { object, id, unknown }))
}

/// A kind that takes part in matching, or the name of another.
fn kind(record: &Record) -> Result<Result<Kind, String>, Mistake> {
    let Some(field) = record.get(names::KIND) else { return Ok(Ok(Kind::User)) };
    let all = texts(field)?;
    // Of an object's classes the last is the most particular.
    let class = all.last().map_or("user", String::as_str);
    let class = class.rsplit(['.', ' ']).next().unwrap_or(class);
    Ok(match &*class.to_ascii_lowercase() {
        "user" | "inetorgperson" => Ok(Kind::User),
        "group" => Ok(Kind::Group),
        "contact" | "orgcontact" => Ok(Kind::Contact),
        _ => Err(class.to_owned()),
    })
}

fn attributes(record: &Record, side: What) -> Result<Attributes, Mistake> {
    let mut attributes = Attributes::new();
    if let Some(field) = record.get(names::ATTRIBUTE_MAP) {
        let Value::Map(entries) = &field.value else {
            let message =
                format!("attributes is {}; expected names with texts", field.value.sort());
            return Err((field.place, message));
        };
        for (name, value) in entries.iter().filter(|(_, value)| !value.is_empty()) {
            let text = text_of(value).ok_or_else(|| {
                (field.place, format!("{name} is {}; expected a text", value.sort()))
            })?;
            attributes.insert(name.as_str().into(), text.into());
        }
    }
    for known in ATTRIBUTES {
        let names = if side == What::Cloud { known.cloud } else { known.on_premises };
        let Some(field) = record.get(names) else { continue };
        let value = match &field.value {
            // Of several telephone numbers the first is synchronised.
            Value::List(list) => list.first().cloned().unwrap_or(Value::Null),
            value => value.clone(),
        };
        if let Some(value) = text_of(&value).filter(|value| !value.is_empty()) {
            attributes.insert(known.name.into(), value.into());
        }
    }
    Ok(attributes)
}

/// `proxyAddresses`: a list, or in CSV a text with `;` between the addresses.
fn addresses(record: &Record) -> Result<Vec<ProxyAddress>, Mistake> {
    let Some(field) = record.get(names::ADDRESSES) else { return Ok(Vec::new()) };
    let mut addresses: Vec<ProxyAddress> = Vec::new();
    for text in texts(field)? {
        let problem = match text.split_once(':') {
            None | Some(("", _)) => Some(format!(
                "{} has no prefix; expected addresses such as SMTP:ann@contoso.com (primary) and smtp:ann@contoso.com, in CSV with ; between them",
                cut(&text)
            )),
            Some(("SMTP", _)) if addresses.iter().any(ProxyAddress::is_primary) => {
                Some("a second primary address (SMTP:); at most one is primary".to_owned())
            }
            Some((_, rest)) if joins_several(rest) => Some(format!(
                "{} seems to be several addresses; put ; between them: `-join ';'`",
                cut(&text)
            )),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err((field.place, format!("{}: {problem}", field.name)));
        }
        let address = ProxyAddress(text.into());
        let is_same = |held: &ProxyAddress| match (held.mail(), address.mail()) {
            (Some(held), Some(own)) => same_name(held, own),
            _ => *held == address,
        };
        if !addresses.iter().any(is_same) {
            addresses.push(address);
        } else if address.is_primary() {
            addresses.retain(|held| !is_same(held));
            addresses.push(address);
        }
    }
    Ok(addresses)
}

/// Whether another address follows within one.
fn joins_several(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    [" smtp:", ",smtp:", " sip:", ",sip:", " x500:", ",x500:"]
        .iter()
        .any(|next| lower.contains(next))
}

/// The texts of a list, or of a text with `;` between them.
fn texts(field: &Field) -> Result<Vec<String>, Mistake> {
    texts_of(&field.value).map_err(|wrong| match type_name(&wrong) {
        Some(type_name) => (field.place, how_to_export(&field.name, type_name)),
        None => {
            let message = format!("{} is {}; expected texts", field.name, shown(&wrong));
            (field.place, message)
        }
    })
}

fn texts_of(value: &Value) -> Result<Vec<String>, Value> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) if type_name(value).is_none() => Ok(split(text)),
        Value::List(list) => {
            let one = |value: &Value| match value {
                Value::Text(text) if type_name(value).is_none() => Ok(text.trim().to_owned()),
                other => Err(other.clone()),
            };
            list.iter().map(one).collect()
        }
        // A collection as some versions of the cmdlets wrap it.
        Value::Map(entries) => {
            let inner = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case("value"));
            inner.map_or_else(|| Err(value.clone()), |(_, value)| texts_of(value))
        }
        other => Err(other.clone()),
    }
}

/// Parts between `;`, `|` or line ends. Some addresses (X.400) have a `;` themselves: what has no prefix
/// belongs to the address before it.
fn split(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let is_address_list = text.contains(':');
    for part in text.split([';', '|', '\n']) {
        let trimmed = part.trim();
        match parts.last_mut() {
            Some(last) if is_address_list && !trimmed.contains(':') && is_x400(last) => {
                last.push(';');
                last.push_str(part.trim_end_matches('\r'));
            }
            _ if trimmed.is_empty() => {}
            _ => parts.push(trimmed.to_owned()),
        }
    }
    parts
}

fn is_x400(address: &str) -> bool {
    address.get(..5).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x400:"))
}

/// A text, or nothing; a number counts as one.
fn text(record: &Record, names: &[&str]) -> Result<Option<String>, Mistake> {
    let Some(field) = record.get(names) else { return Ok(None) };
    match text_of(&field.value) {
        Some(text) if text.contains(['\n', '\r']) => {
            let message = format!(
                "{} has a line break in it ({}); is a quotation mark missing?",
                field.name,
                cut(&text)
            );
            Err((field.place, message))
        }
        Some(text) => Ok(Some(text)),
        None if type_name(&field.value).is_some() => {
            let type_name = type_name(&field.value).unwrap_or_default();
            Err((field.place, how_to_export(&field.name, type_name)))
        }
        None => {
            let message = format!("{} is {}; expected a text", field.name, shown(&field.value));
            Err((field.place, message))
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if type_name(value).is_none() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.clone()),
        _ => None,
    }
}

fn flag(record: &Record, names: &[&str]) -> Result<Option<bool>, Mistake> {
    let Some(field) = record.get(names) else { return Ok(None) };
    flag_of(field).map(Some)
}

fn flag_of(field: &Field) -> Result<bool, Mistake> {
    match &field.value {
        Value::Flag(flag) => Ok(*flag),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false),
        other => {
            let message =
                format!("{} is {}; expected true, false or no value", field.name, shown(other));
            Err((field.place, message))
        }
    }
}

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
            plain: super::record::plain(name),
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

/// The name of a type that PowerShell wrote in the place of the values.
fn type_name(value: &Value) -> Option<&str> {
    const BEGINNINGS: &[&str] =
        &["System.", "Microsoft.ActiveDirectory.", "Microsoft.Graph.", "@{"];
    match value {
        Value::Text(text) => {
            let text = text.trim();
            BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)).then_some(text)
        }
        _ => None,
    }
}

/// What to do where PowerShell wrote a type's name instead of values.
fn how_to_export(name: &str, type_name: &str) -> String {
    let type_name = cut(type_name);
    if type_name.starts_with("System.Byte") {
        return format!(
            "{name} is the name of a type ({type_name}) and not its value; export it as base64: `Select-Object *, @{{n='{name}'; e={{[Convert]::ToBase64String($_.'{name}')}}}} -ExcludeProperty '{name}'`"
        );
    }
    format!(
        "{name} is the name of a type ({type_name}) and not its values; use ConvertTo-Json (with `-Depth 4`), or for CSV join them: `Select-Object *, @{{n='{name}'; e={{$_.'{name}' -join ';'}}}} -ExcludeProperty '{name}'`"
    )
}

/// A value in a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("“{}”", cut(text)),
        Value::Number(number) => cut(number),
        Value::Flag(flag) => flag.to_string(),
        other => other.sort().to_owned(),
    }
}

/// The beginning of a text.
pub(super) fn cut(text: &str) -> String {
    const SHOWN: usize = 60;
    let on_one_line = |letter: char| if letter.is_whitespace() { ' ' } else { letter };
    let mut cut: String = text.chars().take(SHOWN).map(on_one_line).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    crate::report::legible(&cut)
}

/// A mistake as an error of a file.
pub(super) fn at(source: &Source, (place, message): Mistake) -> FileError {
    source.error(place, message)
}
