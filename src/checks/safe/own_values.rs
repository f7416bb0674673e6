//! What a sync writes to a cloud object is its own on-premises object's, or was there before.

use crate::checks::definitions::same_optional_name;
use crate::checks::history::ObjectHistory;
use crate::checks::link_state::Joined;
use crate::checks::states::is_generated;
use crate::checks::subject::Subject;
use crate::checks::transition::{Transition, collides};
use crate::checks::verdict::Verdict;
use crate::checks::violation::Because;
use crate::directory::{
    Capability, CloudObject, Field, Fields as _, ObjectName, OnPremisesObject, ProxyAddress, Value,
    same_addresses, same_name,
};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn own_values_only(transition: &Transition<'_>, verdict: &mut Verdict) {
    let mut owners: FxHashMap<&str, (&Subject<'_>, usize)> = FxHashMap::default();
    for subject in transition.subjects() {
        let effect = &subject.effect;
        for cloud in effect.joined.into_iter().chain(effect.quarantined) {
            owners.entry(&*cloud.id).or_insert((subject, 0)).1 += 1;
        }
        // With another anchor it may be joined still, and another object may have the anchor that it had.
        let Some(own_history) = subject.own_history else { continue };
        for id in own_history.link.iter().map(|link| &link.id).chain(&own_history.quarantined) {
            let (owner, count) = owners.entry(id).or_insert((subject, 2));
            *count += usize::from(owner.object.key != subject.object.key);
        }
    }
    for after in transition.comparison.different() {
        // Whose values an object has that stands for two is another rule's affair.
        let Some((owner, 1)) = owners.get(&*after.id) else { continue };
        if let Some(written) = Written::new(transition, owner, after) {
            verdict.judge(|verdict| written.judge(verdict));
        }
    }
}

/// A cloud object that the cycle brought about or changed.
struct Written<'t, 'a> {
    transition: &'t Transition<'a>,
    owner: &'t Subject<'a>,
    object: &'a OnPremisesObject,
    /// As it was before, and before it was deleted if it was.
    before: Option<&'a CloudObject>,
    after: &'a CloudObject,
}

impl<'t, 'a> Written<'t, 'a> {
    fn new(
        transition: &'t Transition<'a>,
        owner: &'t Subject<'a>,
        after: &'a Arc<CloudObject>,
    ) -> Option<Self> {
        let before = match transition.origin_of(after) {
            None => None,
            // What it had in the recycle bin need not be known.
            Some(before) => Some(transition.history.as_it_was(before)?),
        };
        Some(Written { transition, owner, object: owner.object, before, after })
    }

    fn judge(&self, verdict: &mut Verdict) {
        self.judge_attributes(verdict);
        self.judge_name(verdict);
        self.judge_addresses(verdict);
        self.judge_value(verdict, Field::Password);
        self.judge_unchanged(verdict);
        if self.after.quarantined {
            let name = || self.name();
            verdict.expect(
                name,
                Field::MailEnabled,
                self.object.mail_enabled,
                self.after.mail_enabled,
            );
            // An administrator may have given it one since, and something may have taken a free address.
            if self.before.is_none() {
                self.judge_free_addresses(verdict);
                verdict.expect(
                    name,
                    Field::Roles,
                    Value::Texts(BTreeSet::new()),
                    &self.after.roles,
                );
            }
        }
    }

    fn name(&self) -> ObjectName {
        self.transition.name_of(self.after)
    }

    /// Judges that an object which was quarantined for a collision, and for nothing else, has every address
    /// of its own that nothing else has.
    fn judge_free_addresses(&self, verdict: &mut Verdict) {
        if !self.owner.new_matching().is_some_and(collides) {
            return;
        }
        let is_free = |address: &&ProxyAddress| {
            let is_elsewhere = |other: &Other<'_>| {
                other.addresses().iter().any(|one| is_same_address(one, address))
                    || address.mail().is_some_and(|mail| other.is_named(mail))
            };
            !address.mail().is_some_and(is_generated)
                && !self.others().any(|one| is_elsewhere(&one))
        };
        let is_there = |address: &ProxyAddress| {
            self.after.proxy_addresses.iter().any(|one| is_same_address(one, address))
        };
        let free: Vec<_> = self.object.proxy_addresses.iter().filter(is_free).cloned().collect();
        if !free.iter().all(is_there) {
            let actual = self.after.proxy_addresses.as_slice();
            verdict.violated(self.name(), Field::ProxyAddresses, free.as_slice(), actual);
        }
    }

    /// Everything else that was there before the cycle.
    fn others(&self) -> impl Iterator<Item = Other<'a>> {
        let (key, id) = (&self.object.key, &self.after.id);
        let on_premises = self.transition.before.on_premises.iter();
        let on_premises = on_premises.filter(move |one| one.key != *key);
        let cloud = self.transition.before.cloud.iter().filter(move |one| one.id != *id);
        on_premises.map(|one| Other::OnPremises(one)).chain(cloud.map(|one| Other::Cloud(one)))
    }

    /// Says whose value it is that is not the object's own, if it is anybody's.
    fn judge_whose(
        &self,
        verdict: &mut Verdict,
        field: Field,
        own: impl Into<Value>,
        actual: impl Into<Value>,
        has_it: impl Fn(&Other<'_>) -> bool,
    ) {
        // What is gone may be this very object under another identifier.
        let stays = |other: &Other<'_>| match other {
            Other::OnPremises(_) => true,
            Other::Cloud(object) => self.transition.after_of(object).is_some(),
        };
        if let Some(other) = self.others().find(|other| stays(other) && has_it(other)) {
            verdict
                .violated(self.name(), field, own, actual)
                .because(Because::ValueOf(other.name(self.transition)));
        }
    }

    /// A value that is neither the object's own nor was there before must not be another object's.
    fn judge_value(&self, verdict: &mut Verdict, field: Field) {
        let after = self.after.value_of(&field);
        let own = self.object.value_of(&field);
        let former = self.before.map_or(Value::Nothing, |before| before.value_of(&field));
        let is = |value: &Value| field.is_same(value, &after);
        if after == Value::Nothing || is(&own) || is(&former) {
            return;
        }
        let has_it = |other: &Other<'_>| is(&other.value_of(&field));
        let is_from_nowhere = || !self.others().any(|other| has_it(&other));
        // That an own value has arrived is for other rules to judge. Names and passwords may be made up.
        if matches!(field, Field::Attribute(_)) && own == Value::Nothing && is_from_nowhere() {
            verdict.violated(self.name(), field, former, after);
            return;
        }
        let expected = if own == Value::Nothing { former } else { own };
        self.judge_whose(verdict, field.clone(), expected, after.clone(), has_it);
    }

    fn judge_attributes(&self, verdict: &mut Verdict) {
        for name in self.after.attributes.keys() {
            // Services make up `mail` from the addresses, and have attributes of their own.
            if &**name != "mail" && self.transition.history.given_attributes.contains(name) {
                self.judge_value(verdict, Field::Attribute(name.clone()));
            }
        }
    }

    /// Judges that what an update was not about stays as it was, also where the update failed.
    fn judge_unchanged(&self, verdict: &mut Verdict) {
        let Some(update) = Update::of(self.transition, self.owner) else { return };
        let Some(before) = self.before else { return };
        for (name, value) in &before.attributes {
            let seen = self.after.attributes.get(name);
            if seen != Some(value) && update.leaves_attribute(name, before) {
                let field = Field::Attribute(name.clone());
                verdict.violated(self.name(), field, value, seen).because(Because::Unchanged);
            }
        }
        for field in [Field::UserPrincipalName, Field::ProxyAddresses, Field::Password] {
            let (was, is) = (before.value_of(&field), self.after.value_of(&field));
            if !field.is_same(&was, &is) && update.leaves(&field, before, self.after) {
                verdict.violated(self.name(), field, was, is).because(Because::Unchanged);
            }
        }
    }

    /// Where it collides a quarantined object has a placeholder, of whatever form.
    fn judge_name(&self, verdict: &mut Verdict) {
        if !self.after.user_principal_name.as_deref().is_some_and(is_generated) {
            self.judge_value(verdict, Field::UserPrincipalName);
        }
    }

    fn judge_addresses(&self, verdict: &mut Verdict) {
        let own = &self.object.proxy_addresses;
        let former = self.before.map_or(&[][..], |before| &before.proxy_addresses);
        // Without any, services make the primary address from the attribute `mail`.
        let names = [
            self.object.user_principal_name.as_ref(),
            self.after.user_principal_name.as_ref(),
            self.object.attributes.get("mail"),
        ];
        for address in &self.after.proxy_addresses {
            let is_own = own.iter().chain(former).any(|one| is_same_address(one, address));
            let is_name = |mail: &str| names.into_iter().flatten().any(|one| same_name(one, mail));
            let is_made_up = |mail: &str| {
                is_name(mail) || is_generated(mail) || !self.transition.history.is_given(mail)
            };
            let has_it = |other: &Other<'_>| {
                other.addresses().iter().any(|one| is_same_address(one, address))
            };
            if !is_own && !address.mail().is_some_and(is_made_up) {
                let actual = self.after.proxy_addresses.as_slice();
                self.judge_whose(verdict, Field::ProxyAddresses, own.as_slice(), actual, has_it);
            }
        }
    }
}

/// What a cycle has to bring to a joined object about which nothing is left open.
struct Update<'t, 'a> {
    transition: &'t Transition<'a>,
    owner: &'t Subject<'a>,
    link: &'t Joined<'a>,
    own_history: &'t ObjectHistory,
    /// The values that the cloud object was given last.
    exported: &'t OnPremisesObject,
}

impl<'t, 'a> Update<'t, 'a> {
    fn of(transition: &'t Transition<'a>, owner: &'t Subject<'a>) -> Option<Self> {
        let own_history = owner.own_history?;
        let exported = own_history.exported.as_deref()?;
        let link = owner.determinate_link()?;
        Some(Update { transition, owner, link, own_history, exported })
    }

    /// Whether an attribute that the cloud object had is none of the update's business: it is the same
    /// on-premises as when it was last exported, or has no value there and never had one since the two are
    /// joined. Services make up `mail`.
    fn leaves_attribute(&self, name: &str, before: &CloudObject) -> bool {
        let (own, exported) =
            (self.owner.object.attributes.get(name), self.exported.attributes.get(name));
        if own.is_some() {
            return own == exported && before.attributes.get(name) == own;
        }
        // Without pending work, and after a reinstallation, nothing may change for other reasons.
        let is_plain_update = self.owner.pending && !self.transition.history.reinstalled;
        let is_given = name != "mail" && self.transition.history.given_attributes.contains(name);
        let may_be_cleared = self.transition.settings.may_clear_in_next_cycle()
            && self.own_history.absent.attributes.contains(name);
        is_plain_update
            && is_given
            && !may_be_cleared
            && exported.is_none()
            && !self.own_history.value_removed
    }

    /// The same of another value that the cloud object had. Where nothing stands in the way of an update,
    /// all that comes of it is for `sync.updates-flow` to judge.
    fn leaves(&self, field: &Field, before: &CloudObject, after: &CloudObject) -> bool {
        let (own, exported) = (self.owner.object, self.exported);
        let may_fail =
            self.link.meets_others() && !self.link.others.iter().any(|one| one.is_unspecified);
        match field {
            Field::UserPrincipalName => {
                let name = &own.user_principal_name;
                may_fail
                    && same_optional_name(name, &exported.user_principal_name)
                    && same_optional_name(name, &before.user_principal_name)
            }
            Field::ProxyAddresses => {
                let has_all = |addresses: &[ProxyAddress]| {
                    let mut wanted = own.proxy_addresses.iter();
                    wanted.all(|one| addresses.iter().any(|other| one.same(other)))
                };
                may_fail
                    && same_addresses(&own.proxy_addresses, &exported.proxy_addresses)
                    && has_all(&before.proxy_addresses)
                    && !has_all(&after.proxy_addresses)
            }
            // That none comes from on-premises is for `sync.password-needs-hash-sync` to judge.
            Field::Password => {
                self.transition.has(Capability::Passwords)
                    && !self.transition.features().password_hash_sync
                    && !self.own_history.password_free
                    && (own.password.is_none() || after.password != own.password)
            }
            _ => false,
        }
    }
}

/// The same mail address, as primary or as secondary, or the same value of another sort.
fn is_same_address(one: &ProxyAddress, other: &ProxyAddress) -> bool {
    match (one.mail(), other.mail()) {
        (Some(one), Some(other)) => same_name(one, other),
        (None, None) => one.as_str().eq_ignore_ascii_case(other.as_str()),
        _ => false,
    }
}

/// An object on either side.
enum Other<'a> {
    OnPremises(&'a OnPremisesObject),
    Cloud(&'a CloudObject),
}

impl<'a> Other<'a> {
    fn name(&self, transition: &Transition<'_>) -> ObjectName {
        match self {
            Other::OnPremises(object) => ObjectName::OnPremises(object.key.clone()),
            Other::Cloud(object) => transition.name_of(object),
        }
    }

    fn value_of(&self, field: &Field) -> Value {
        match self {
            Other::OnPremises(object) => object.value_of(field),
            // The password of a synchronised object is an on-premises one, or made up.
            Other::Cloud(object) if *field == Field::Password && !object.is_cloud_mastered() => {
                Value::Nothing
            }
            Other::Cloud(object) => object.value_of(field),
        }
    }

    /// Whether a mail address is its user principal name or its attribute `mail`.
    fn is_named(&self, mail: &str) -> bool {
        let (name, attributes) = match self {
            Other::OnPremises(object) => (&object.user_principal_name, &object.attributes),
            Other::Cloud(object) => (&object.user_principal_name, &object.attributes),
        };
        name.iter().chain(attributes.get("mail")).any(|one| same_name(one, mail))
    }

    fn addresses(&self) -> &'a [ProxyAddress] {
        match self {
            Other::OnPremises(object) => &object.proxy_addresses,
            Other::Cloud(object) => &object.proxy_addresses,
        }
    }
}
