//! The cloud side: the objects of a tenant, and who holds which identifier.
//!
//! Objects are shared with the snapshots that were taken of them. A change puts a new allocation
//! in the place of the old one; an object that does not change keeps its allocation, and comparing
//! two snapshots is then a comparison of pointers.

use super::policy::LetterCase;
use crate::directory::{CloudObject, ProxyAddress, Text};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Names a cloud object of one [`CloudTenant`]. It is never given to a second object, so that it
/// can be kept and asked about after the object is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CloudHandle(pub(super) usize);

/// The objects of a tenant, with the holders of every identifier at hand.
///
/// Among active objects a user principal name, a mail address and an anchor have one holder each.
/// The tenant answers who that is; keeping it so is the business of those who change it, who ask
/// [`CloudTenant::conflict`] before.
#[derive(Clone, Debug)]
pub(crate) struct CloudTenant {
    /// By handle: the object, or `None` where it was permanently deleted.
    slots: Vec<Option<Arc<CloudObject>>>,
    letter_case: LetterCase,
    /// Identifiers of active objects, in lower case where letter case does not count.
    names: HashMap<String, CloudHandle>,
    mails: HashMap<String, CloudHandle>,
    anchors: HashMap<String, CloudHandle>,
}

impl CloudTenant {
    /// A tenant without objects.
    pub(crate) fn new(letter_case: LetterCase) -> CloudTenant {
        CloudTenant {
            slots: Vec::new(),
            letter_case,
            names: HashMap::new(),
            mails: HashMap::new(),
            anchors: HashMap::new(),
        }
    }

    /// The object, in the recycle bin or not; `None` when it was permanently deleted.
    pub(crate) fn get(&self, handle: CloudHandle) -> Option<&Arc<CloudObject>> {
        self.slots.get(handle.0)?.as_ref()
    }

    /// The object, if it is active.
    pub(crate) fn active(&self, handle: CloudHandle) -> Option<&Arc<CloudObject>> {
        self.get(handle).filter(|object| object.is_active())
    }

    /// All objects with their handles, in the order of their creation.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (CloudHandle, &Arc<CloudObject>)> {
        let slots = self.slots.iter().enumerate();
        slots.filter_map(|(at, object)| Some((CloudHandle(at), object.as_ref()?)))
    }

    /// The active object with this user principal name.
    pub(crate) fn holder_of_name(&self, user_principal_name: &str) -> Option<CloudHandle> {
        let key = folded(user_principal_name, self.letter_case.counts_in_names);
        self.names.get(&*key).copied()
    }

    /// The active object with this mail address (without its prefix), primary or secondary.
    pub(crate) fn holder_of_mail(&self, mail: &str) -> Option<CloudHandle> {
        let key = folded(mail, self.letter_case.counts_in_addresses);
        self.mails.get(&*key).copied()
    }

    /// The active object with this anchor.
    pub(crate) fn holder_of_anchor(&self, anchor: &str) -> Option<CloudHandle> {
        let key = folded(anchor, self.letter_case.counts_in_anchors);
        self.anchors.get(&*key).copied()
    }

    /// Whether two anchors are the same.
    pub(crate) fn are_same_anchors(&self, left: Option<&str>, right: Option<&str>) -> bool {
        let [left, right] =
            [left, right].map(|anchor| Some(folded(anchor?, self.letter_case.counts_in_anchors)));
        left == right
    }

    /// An active object other than `own` that holds an identifier of `object`.
    pub(crate) fn conflict(&self, object: &CloudObject, own: CloudHandle) -> Option<CloudHandle> {
        let name = object.user_principal_name.as_deref();
        let anchor = object.on_premises_immutable_id.as_deref();
        let by_name = name.and_then(|name| self.holder_of_name(name));
        let by_anchor = anchor.and_then(|anchor| self.holder_of_anchor(anchor));
        let by_mail = object.mail_addresses().filter_map(|mail| self.holder_of_mail(mail));
        by_name.into_iter().chain(by_anchor).chain(by_mail).find(|&holder| holder != own)
    }

    /// The handle that the next object gets.
    pub(crate) fn next_handle(&self) -> CloudHandle {
        CloudHandle(self.slots.len())
    }

    /// The identifier that the next object gets.
    pub(crate) fn next_id(&self) -> Text {
        format!("cloud-{}", self.slots.len() + 1).into()
    }

    /// Adds an object and gives it an identifier of its own.
    pub(crate) fn insert(&mut self, object: CloudObject) -> CloudHandle {
        let id = self.next_id();
        self.insert_as_it_is(CloudObject { id, ..object })
    }

    /// Adds an object under the identifier that it has.
    pub(crate) fn insert_as_it_is(&mut self, object: CloudObject) -> CloudHandle {
        let handle = self.next_handle();
        self.enter_identifiers(&object, handle);
        self.slots.push(Some(Arc::new(object)));
        handle
    }

    /// Puts another state of an object in the place of the present one. Says whether that is a
    /// change; if it is none, the object keeps its allocation.
    pub(crate) fn replace(&mut self, handle: CloudHandle, object: CloudObject) -> bool {
        let Some(present) = self.get(handle).cloned() else {
            return false;
        };
        if *present == object {
            return false;
        }
        if identifiers(&present) != identifiers(&object) {
            self.remove_identifiers(&present, handle);
            self.enter_identifiers(&object, handle);
        }
        self.slots[handle.0] = Some(Arc::new(object));
        true
    }

    /// Changes an object in place, whatever the rules say. Says whether that is a change.
    pub(crate) fn change(
        &mut self,
        handle: CloudHandle,
        change: impl FnOnce(&mut CloudObject),
    ) -> bool {
        let Some(mut object) = self.get(handle).map(|object| CloudObject::clone(object)) else {
            return false;
        };
        change(&mut object);
        self.replace(handle, object)
    }

    /// Deletes an object permanently.
    pub(crate) fn remove(&mut self, handle: CloudHandle) {
        if let Some(object) = self.slots.get_mut(handle.0).and_then(Option::take) {
            self.remove_identifiers(&object, handle);
        }
    }

    fn enter_identifiers(&mut self, object: &CloudObject, handle: CloudHandle) {
        if object.deleted {
            return;
        }
        let case = self.letter_case;
        if let Some(name) = &object.user_principal_name {
            self.names.insert(folded(name, case.counts_in_names).into_owned(), handle);
        }
        for mail in object.mail_addresses() {
            self.mails.insert(folded(mail, case.counts_in_addresses).into_owned(), handle);
        }
        if let Some(anchor) = &object.on_premises_immutable_id {
            self.anchors.insert(folded(anchor, case.counts_in_anchors).into_owned(), handle);
        }
    }

    /// Removes what this object holds; an entry of another holder stays.
    fn remove_identifiers(&mut self, object: &CloudObject, handle: CloudHandle) {
        if object.deleted {
            return;
        }
        let case = self.letter_case;
        if let Some(name) = &object.user_principal_name
            && self.holder_of_name(name) == Some(handle)
        {
            self.names.remove(&*folded(name, case.counts_in_names));
        }
        for mail in object.mail_addresses() {
            if self.holder_of_mail(mail) == Some(handle) {
                self.mails.remove(&*folded(mail, case.counts_in_addresses));
            }
        }
        if let Some(anchor) = &object.on_premises_immutable_id
            && self.holder_of_anchor(anchor) == Some(handle)
        {
            self.anchors.remove(&*folded(anchor, case.counts_in_anchors));
        }
    }
}

/// What of an object decides whether it holds an identifier.
fn identifiers(object: &CloudObject) -> (bool, Option<&Text>, &[ProxyAddress], Option<&Text>) {
    (
        object.deleted,
        object.user_principal_name.as_ref(),
        &object.proxy_addresses,
        object.on_premises_immutable_id.as_ref(),
    )
}

/// An identifier as it is looked up.
fn folded(identifier: &str, case_counts: bool) -> Cow<'_, str> {
    if case_counts || !identifier.bytes().any(|letter| letter.is_ascii_uppercase()) {
        Cow::Borrowed(identifier)
    } else {
        Cow::Owned(identifier.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Kind;
    use crate::reference::EditionRules;

    fn tenant() -> CloudTenant {
        CloudTenant::new(EditionRules::E2023_01.letter_case)
    }

    fn user(name: &str) -> CloudObject {
        CloudObject {
            id: Text::default(),
            kind: Kind::User,
            mail_enabled: false,
            on_premises_sync_enabled: None,
            is_cloud_managed: false,
            on_premises_immutable_id: Some("QUFB".into()),
            user_principal_name: Some(name.into()),
            proxy_addresses: vec!["SMTP:ann@contoso.com".into(), "smtp:a@contoso.com".into()],
            attributes: Default::default(),
            password: None,
            on_premises_object_identifier: None,
            roles: Default::default(),
            eligible_roles: Default::default(),
            deleted: false,
            quarantined: false,
        }
    }

    fn holders(tenant: &CloudTenant) -> [Option<CloudHandle>; 4] {
        [
            tenant.holder_of_name("Ann@contoso.com"),
            tenant.holder_of_mail("ann@Contoso.com"),
            tenant.holder_of_mail("a@contoso.com"),
            tenant.holder_of_anchor("QUFB"),
        ]
    }

    #[test]
    fn identifiers_lead_to_active_objects_only() {
        let mut tenant = tenant();
        let ann = tenant.insert(user("ann@contoso.com"));
        assert_eq!(holders(&tenant), [Some(ann); 4]);
        assert_eq!(tenant.holder_of_anchor("qufb"), None, "letter case counts");

        assert!(tenant.change(ann, |ann| ann.deleted = true));
        assert_eq!(holders(&tenant), [None; 4]);
        assert!(tenant.get(ann).is_some() && tenant.active(ann).is_none());

        assert!(tenant.change(ann, |ann| ann.deleted = false));
        assert_eq!(holders(&tenant), [Some(ann); 4]);

        tenant.remove(ann);
        assert_eq!(holders(&tenant), [None; 4]);
        assert!(tenant.get(ann).is_none());
        let bob = tenant.insert(user("bob@contoso.com"));
        assert_ne!(ann, bob, "a handle is never given twice");
    }

    #[test]
    fn a_name_that_changes_only_in_case_stays_with_its_holder() {
        let mut tenant = tenant();
        let ann = tenant.insert(user("ann@contoso.com"));
        assert!(tenant.change(ann, |ann| ann.user_principal_name = Some("ANN@contoso.com".into())));
        assert_eq!(holders(&tenant), [Some(ann); 4]);
    }

    #[test]
    fn a_conflict_is_another_holder() {
        let mut tenant = tenant();
        let ann = tenant.insert(user("ann@contoso.com"));
        let same = user("bob@contoso.com");
        assert_eq!(tenant.conflict(&same, ann), None);
        assert_eq!(tenant.conflict(&same, tenant.next_handle()), Some(ann));
    }

    #[test]
    fn what_does_not_change_keeps_its_allocation() {
        let mut tenant = tenant();
        let ann = tenant.insert(user("ann@contoso.com"));
        let before = Arc::clone(tenant.get(ann).expect("ann"));
        assert!(!tenant.replace(ann, CloudObject::clone(&before)));
        assert!(Arc::ptr_eq(&before, tenant.get(ann).expect("ann")));
    }
}
