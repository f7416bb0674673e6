//! What a sync writes to a cloud object is its own on-premises object's, or was there before.

use crate::checks::states::is_generated;
use crate::checks::subject::Subject;
use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::checks::violation::Because;
use crate::directory::{
    CloudObject, Field, ObjectName, OnPremisesObject, ProxyAddress, Text, Value, same_name,
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
    }
    for after in transition.comparison.different() {
        // Whose values an object has that stands for two is another rule's affair.
        let Some((owner, 1)) = owners.get(&*after.id) else { continue };
        verdict.judge(|verdict| Written::new(transition, owner, after).judge(verdict));
    }
}

/// A cloud object that the cycle brought about or changed.
struct Written<'t, 'a> {
    transition: &'t Transition<'a>,
    owner: &'t Subject<'a>,
    object: &'a OnPremisesObject,
    before: Option<&'a Arc<CloudObject>>,
    after: &'a CloudObject,
}

impl<'t, 'a> Written<'t, 'a> {
    fn new(
        transition: &'t Transition<'a>,
        owner: &'t Subject<'a>,
        after: &'a Arc<CloudObject>,
    ) -> Self {
        let before = transition.origin_of(after);
        Written { transition, owner, object: owner.object, before, after }
    }

    fn judge(&self, verdict: &mut Verdict) {
        self.judge_attributes(verdict);
        self.judge_name(verdict);
        self.judge_addresses(verdict);
        self.judge_password(verdict);
        if self.after.quarantined {
            let name = || self.name();
            verdict.expect(
                name,
                Field::MailEnabled,
                self.object.mail_enabled,
                self.after.mail_enabled,
            );
            // An administrator may have given it one since.
            if self.before.is_none() {
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

    fn judge_attributes(&self, verdict: &mut Verdict) {
        for (name, value) in &self.after.attributes {
            let own = self.object.attributes.get(name);
            let former = self.before.and_then(|before| before.attributes.get(name));
            // Services make up `mail` from the addresses.
            let is_open = &**name == "mail" || !self.is_given(name);
            if own != Some(value) && former != Some(value) && !is_open {
                let field = Field::Attribute(name.clone());
                let has_it = |other: &Other<'_>| other.attribute(name) == Some(value);
                // That an own value has arrived is for other rules to judge.
                if own.is_none() && !self.others().any(|other| has_it(&other)) {
                    verdict.violated(self.name(), field, former, value);
                } else {
                    self.judge_whose(verdict, field, own.or(former), value, has_it);
                }
            }
        }
        // What the update was not about stays.
        let Some(exported) = self.exported() else { return };
        for (name, value) in &self.object.attributes {
            let was_there = self.before.is_some_and(|one| one.attributes.get(name) == Some(value));
            let is_there = self.after.attributes.get(name) == Some(value);
            if was_there && !is_there && exported.attributes.get(name) == Some(value) {
                let (field, actual) =
                    (Field::Attribute(name.clone()), self.after.attributes.get(name));
                verdict.violated(self.name(), field, value, actual).because(Because::Unchanged);
            }
        }
    }

    /// Whether anything in the case has an attribute of this name.
    fn is_given(&self, name: &Text) -> bool {
        let on_premises = &self.transition.before.on_premises;
        self.transition.history.given_attributes.contains(name)
            || on_premises.iter().any(|object| object.attributes.contains_key(name))
    }

    /// The on-premises values that the cloud object was given last, where it is joined as before and
    /// nothing is left open about it.
    fn exported(&self) -> Option<&'t OnPremisesObject> {
        self.owner.determinate_link()?;
        self.owner.own_history?.exported.as_deref()
    }

    fn judge_name(&self, verdict: &mut Verdict) {
        let Some(name) = &self.after.user_principal_name else { return };
        let own = &self.object.user_principal_name;
        let former = self.before.and_then(|before| before.user_principal_name.as_ref());
        let is = |known: Option<&Text>| known.is_some_and(|known| same_name(known, name));
        if is(own.as_ref()) || is(former) || is_generated(name) {
            return;
        }
        // Where it collides a quarantined object has a placeholder, of whatever form.
        let has_it = |other: &Other<'_>| is(other.user_principal_name());
        self.judge_whose(verdict, Field::UserPrincipalName, own, name, has_it);
    }

    fn judge_addresses(&self, verdict: &mut Verdict) {
        let own = &self.object.proxy_addresses;
        let former = self.before.map_or(&[][..], |before| &before.proxy_addresses);
        let names = [&self.object.user_principal_name, &self.after.user_principal_name];
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

    fn judge_password(&self, verdict: &mut Verdict) {
        let Some(password) = &self.after.password else { return };
        let own = self.object.password.as_ref();
        let former = self.before.and_then(|before| before.password.as_ref());
        let has_it = |other: &Other<'_>| other.password() == Some(password);
        if own != Some(password) && former != Some(password) {
            self.judge_whose(verdict, Field::Password, own.or(former), password, has_it);
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

    fn attribute(&self, name: &str) -> Option<&'a Text> {
        match self {
            Other::OnPremises(object) => object.attributes.get(name),
            Other::Cloud(object) => object.attributes.get(name),
        }
    }

    fn user_principal_name(&self) -> Option<&'a Text> {
        match self {
            Other::OnPremises(object) => object.user_principal_name.as_ref(),
            Other::Cloud(object) => object.user_principal_name.as_ref(),
        }
    }

    fn addresses(&self) -> &'a [ProxyAddress] {
        match self {
            Other::OnPremises(object) => &object.proxy_addresses,
            Other::Cloud(object) => &object.proxy_addresses,
        }
    }

    fn password(&self) -> Option<&'a Text> {
        match self {
            Other::OnPremises(object) => object.password.as_ref(),
            // That of a synchronised object is an on-premises one, or made up.
            Other::Cloud(object) => object.password.as_ref().filter(|_| object.is_cloud_mastered()),
        }
    }
}
