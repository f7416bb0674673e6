//! No two active objects share a user principal name, a mail address or an anchor.

use crate::checks::settings::Settings;
use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::checks::violation::Because;
use crate::directory::{CloudObject, Field, NameKey, ObjectName, ProxyAddress, Text, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What no two active objects may share.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Identifier<'a> {
    UserPrincipalName(NameKey<'a>),
    MailAddress(NameKey<'a>),
    Anchor(&'a str),
}

impl<'a> Identifier<'a> {
    fn all_of(object: &'a CloudObject) -> impl Iterator<Item = Identifier<'a>> {
        let name = object.user_principal_name.as_deref().map(NameKey);
        // Whether `Smtp:` marks a mail address no page says.
        let addresses = object.proxy_addresses.iter().filter(|one| !one.has_mixed_prefix());
        let mails = addresses.filter_map(ProxyAddress::mail).map(NameKey);
        let anchor = object.on_premises_immutable_id.as_deref();
        name.map(Identifier::UserPrincipalName)
            .into_iter()
            .chain(mails.map(Identifier::MailAddress))
            .chain(anchor.map(Identifier::Anchor))
    }

    fn field(self) -> Field {
        match self {
            Identifier::UserPrincipalName(_) => Field::UserPrincipalName,
            Identifier::MailAddress(_) => Field::ProxyAddresses,
            Identifier::Anchor(_) => Field::OnPremisesImmutableId,
        }
    }

    fn value(self) -> &'a str {
        match self {
            Identifier::UserPrincipalName(NameKey(value))
            | Identifier::MailAddress(NameKey(value))
            | Identifier::Anchor(value) => value,
        }
    }
}

/// An identifier that two active objects share.
struct Shared<'a> {
    identifier: Identifier<'a>,
    objects: [&'a CloudObject; 2],
}

/// Whether the implementation has what makes an identifier one.
fn is_unique(identifier: Identifier<'_>, settings: &Settings<'_>) -> bool {
    match identifier {
        Identifier::UserPrincipalName(_) => true,
        Identifier::MailAddress(_) => settings.addresses_identify(),
        Identifier::Anchor(_) => settings.shows_anchors(),
    }
}

fn shared_identifiers<'a>(
    cloud: &'a [Arc<CloudObject>],
    settings: &Settings<'_>,
) -> impl Iterator<Item = Shared<'a>> {
    let mut holders: FxHashMap<Identifier<'_>, &CloudObject> = FxHashMap::default();
    holders.reserve(4 * cloud.len());
    let active = cloud.iter().filter(|object| object.is_active());
    let all = active.flat_map(|object| Identifier::all_of(object).map(move |one| (&**object, one)));
    let all = all.filter(|(_, identifier)| is_unique(*identifier, settings));
    all.filter_map(move |(object, identifier)| {
        let first = *holders.entry(identifier).or_insert(object);
        (first.id != object.id).then_some(Shared { identifier, objects: [first, object] })
    })
}

/// Judges that no identifier stands for two objects.
pub(in crate::checks) fn judge_ids(cloud: &[Arc<CloudObject>], verdict: &mut Verdict) {
    let mut ids: FxHashSet<&Text> = FxHashSet::default();
    if let Some(object) = cloud.iter().find(|object| !ids.insert(&object.id)) {
        verdict.violated(ObjectName::Tenant, Field::Id, Value::Other, &object.id);
    }
}

pub(super) fn unique_identifiers(transition: &Transition<'_>, verdict: &mut Verdict) {
    let cloud = &transition.after.cloud;
    if transition.comparison.repeats_an_id() {
        judge_ids(cloud, verdict);
    // Only what is different can share anything that it did not share before.
    } else if !transition.comparison.different().is_empty()
        && shared_identifiers(cloud, &transition.settings).next().is_some()
    {
        judge_shared(transition, verdict);
    } else {
        verdict.holds();
    }
}

fn judge_shared(transition: &Transition<'_>, verdict: &mut Verdict) {
    // What was shared before this step is not this step's fault.
    fn key<'a>(shared: &Shared<'a>) -> (Identifier<'a>, [&'a Text; 2]) {
        let mut ids = shared.objects.map(|object| &object.id);
        ids.sort_unstable();
        (shared.identifier, ids)
    }
    let settings = &transition.settings;
    let earlier: FxHashSet<_> =
        shared_identifiers(&transition.before.cloud, settings).map(|shared| key(&shared)).collect();
    for shared in shared_identifiers(&transition.after.cloud, settings) {
        if !earlier.contains(&key(&shared)) {
            let Shared { identifier, objects: [one, other] } = shared;
            let value = Text::from(identifier.value());
            verdict
                .violated(transition.name_of(other), identifier.field(), Value::Other, value)
                .because(Because::HeldBy(transition.name_of(one)));
        }
    }
}
