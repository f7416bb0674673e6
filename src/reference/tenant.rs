//! The cloud side: the objects of a tenant, and who holds which identifier.
//!
//! Objects are shared with the snapshots that were taken of them. A change puts a new allocation
//! in the place of the old one; an object that does not change keeps its allocation, and comparing
//! two snapshots is then a comparison of pointers.

use super::index::{NameIndex, QuickState, clear_map};
use crate::directory::{CloudObject, Text};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Names a cloud object of one [`CloudTenant`]. It is never given to a second object, so that it
/// can be kept and asked about after the object is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloudHandle(pub(super) u32);

impl CloudHandle {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// How identifiers are compared. The default is what the documents say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Whether letter case counts in user principal names.
    pub(crate) case_of_names_counts: bool,
    /// Whether letter case counts in mail addresses.
    pub(crate) case_of_addresses_counts: bool,
    /// Whether letter case does not count in anchors.
    pub(crate) case_of_anchors_is_ignored: bool,
}

// Indexes compare names without case and anchors with it. To compare them otherwise they are
// given keys in which capitals are marked, or gone.
impl Comparison {
    fn name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if self.case_of_names_counts { Cow::Owned(marked(name)) } else { Cow::Borrowed(name) }
    }

    fn mail<'a>(&self, mail: &'a str) -> Cow<'a, str> {
        if self.case_of_addresses_counts { Cow::Owned(marked(mail)) } else { Cow::Borrowed(mail) }
    }

    fn anchor<'a>(&self, anchor: &'a str) -> Cow<'a, str> {
        if self.case_of_anchors_is_ignored {
            Cow::Owned(anchor.to_ascii_lowercase())
        } else {
            Cow::Borrowed(anchor)
        }
    }
}

fn marked(name: &str) -> String {
    const MARK: char = '\u{1}';
    let mark = |letter: char| [letter.is_ascii_uppercase().then_some(MARK), Some(letter)];
    name.chars().flat_map(mark).flatten().collect()
}

/// The objects of a tenant, with the holders of every identifier at hand.
///
/// Among active objects a user principal name, a mail address and an anchor have one holder each.
/// The tenant answers who that is; keeping it so is the business of those who change it, who ask
/// [`CloudTenant::conflict`] before.
///
/// ```
/// use entra_conformance::directory::CloudSetup;
/// use entra_conformance::reference::CloudTenant;
/// let ann = r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"}"#;
/// let ann: CloudSetup = serde_json::from_str(ann).unwrap();
/// let mut tenant = CloudTenant::default();
/// let handle = tenant.insert(|id| ann.to_object(id));
/// assert_eq!(tenant.holder_of_name("ANN@contoso.com"), Some(handle));
/// assert_eq!(&*tenant.get(handle).unwrap().id, "cloud-1");
/// ```
#[derive(Clone, Debug, Default)]
pub struct CloudTenant {
    /// By handle; `None` where an object was permanently deleted.
    slots: Vec<Option<Arc<CloudObject>>>,
    /// How many of the slots are taken.
    count: usize,
    /// Identifiers that were handed out in earlier cases and will be again.
    ids: Vec<Text>,
    names: NameIndex,
    mails: NameIndex,
    comparison: Comparison,
    anchors: HashMap<Text, CloudHandle, QuickState>,
}

impl CloudTenant {
    /// The object, in the recycle bin or not; `None` when it was permanently deleted.
    pub fn get(&self, handle: CloudHandle) -> Option<&Arc<CloudObject>> {
        self.slots.get(handle.index())?.as_ref()
    }

    /// The object, if it is active.
    pub fn active(&self, handle: CloudHandle) -> Option<&Arc<CloudObject>> {
        self.get(handle).filter(|object| object.is_active())
    }

    /// All objects, in the order of their creation.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<CloudObject>> {
        self.slots.iter().flatten()
    }

    /// All handles, in the order of creation; those of objects that are gone too.
    pub(crate) fn handles(&self) -> impl Iterator<Item = CloudHandle> + use<> {
        (0..self.next_handle().0).map(CloudHandle)
    }

    /// The identifier that an object has, or had before it was permanently deleted.
    pub(super) fn id_given_to(&self, handle: CloudHandle) -> &Text {
        &self.ids[handle.index()]
    }

    /// How many objects there are, in the recycle bin or not.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no object at all.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The active object with this user principal name.
    pub fn holder_of_name(&self, user_principal_name: &str) -> Option<CloudHandle> {
        self.names.holder(&self.comparison.name(user_principal_name))
    }

    /// The active object with this mail address (without its prefix), primary or secondary.
    pub fn holder_of_mail(&self, mail: &str) -> Option<CloudHandle> {
        self.mails.holder(&self.comparison.mail(mail))
    }

    /// The active object with this anchor.
    pub fn holder_of_anchor(&self, anchor: &str) -> Option<CloudHandle> {
        self.anchors.get(&*self.comparison.anchor(anchor)).copied()
    }

    /// An active object other than `own` that holds an identifier of `object`.
    pub fn conflict(&self, object: &CloudObject, own: CloudHandle) -> Option<CloudHandle> {
        let name = object.user_principal_name.as_deref();
        let anchor = object.on_premises_immutable_id.as_deref();
        let others = |holder: &CloudHandle| *holder != own;
        name.and_then(|name| self.holder_of_name(name))
            .filter(others)
            .or_else(|| anchor.and_then(|anchor| self.holder_of_anchor(anchor)).filter(others))
            .or_else(|| {
                object.mail_addresses().filter_map(|mail| self.holder_of_mail(mail)).find(others)
            })
    }

    /// Compares identifiers in this way from now on. To be said before there is any object.
    pub(super) fn compare(&mut self, comparison: Comparison) {
        self.comparison = comparison;
    }

    /// The handle that the next object gets.
    pub(super) fn next_handle(&self) -> CloudHandle {
        CloudHandle(
            u32::try_from(self.slots.len()).expect("fewer than four thousand million objects"),
        )
    }

    /// Adds an object; `make` is given its identifier.
    pub fn insert(&mut self, make: impl FnOnce(Text) -> CloudObject) -> CloudHandle {
        let handle = self.next_handle();
        let object = make(self.id_of(handle));
        self.note_identifiers(&object, handle);
        self.slots.push(Some(Arc::new(object)));
        self.count += 1;
        handle
    }

    /// Puts another state of an object in the place of the present one. Says whether that is a
    /// change; if it is none, the object keeps its allocation.
    pub fn replace(&mut self, handle: CloudHandle, object: CloudObject) -> bool {
        let Some(present) = self.get(handle) else {
            return false;
        };
        if **present == object {
            return false;
        }
        let present = Arc::clone(present);
        if identifiers(&present) != identifiers(&object) {
            self.forget_identifiers(&present, handle);
            self.note_identifiers(&object, handle);
        }
        self.slots[handle.index()] = Some(Arc::new(object));
        true
    }

    /// Deletes an object permanently.
    pub fn remove(&mut self, handle: CloudHandle) {
        if let Some(object) = self.slots.get_mut(handle.index()).and_then(Option::take) {
            self.count -= 1;
            self.forget_identifiers(&object, handle);
        }
    }

    /// Makes room for so many more objects.
    pub(super) fn reserve(&mut self, count: usize) {
        self.slots.reserve(count);
        self.names.reserve(count);
        self.mails.reserve(count);
        self.anchors.reserve(count);
    }

    /// Deletes everything.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.count = 0;
        self.names.clear();
        self.mails.clear();
        clear_map(&mut self.anchors);
    }

    fn id_of(&mut self, handle: CloudHandle) -> Text {
        while self.ids.len() <= handle.index() {
            self.ids.push(format!("cloud-{}", self.ids.len() + 1).into());
        }
        self.ids[handle.index()].clone()
    }

    fn note_identifiers(&mut self, object: &CloudObject, handle: CloudHandle) {
        if object.deleted {
            return;
        }
        if self.comparison != Comparison::default() {
            self.note_by_other_keys(object, handle);
            return;
        }
        if let Some(name) = &object.user_principal_name {
            self.names.insert(name, handle);
        }
        for address in &object.proxy_addresses {
            self.mails.insert_mail(address, handle);
        }
        if let Some(anchor) = &object.on_premises_immutable_id {
            self.anchors.insert(anchor.clone(), handle);
        }
    }

    fn note_by_other_keys(&mut self, object: &CloudObject, handle: CloudHandle) {
        if let Some(name) = &object.user_principal_name {
            self.names.insert(&self.comparison.name(name).into(), handle);
        }
        for mail in object.mail_addresses() {
            self.mails.insert(&self.comparison.mail(mail).into(), handle);
        }
        if let Some(anchor) = &object.on_premises_immutable_id {
            self.anchors.insert(self.comparison.anchor(anchor).into(), handle);
        }
    }

    fn forget_identifiers(&mut self, object: &CloudObject, handle: CloudHandle) {
        if object.deleted {
            return;
        }
        if let Some(name) = &object.user_principal_name {
            self.names.remove(&self.comparison.name(name), handle);
        }
        for mail in object.mail_addresses() {
            self.mails.remove(&self.comparison.mail(mail), handle);
        }
        if let Some(anchor) = &object.on_premises_immutable_id
            && self.holder_of_anchor(anchor) == Some(handle)
        {
            self.anchors.remove(&*self.comparison.anchor(anchor));
        }
    }
}

/// What of an object stands in the indexes.
fn identifiers(
    object: &CloudObject,
) -> (bool, Option<&Text>, &[crate::directory::ProxyAddress], Option<&Text>) {
    (
        object.deleted,
        object.user_principal_name.as_ref(),
        &object.proxy_addresses,
        object.on_premises_immutable_id.as_ref(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Kind;

    fn user(id: Text, name: &str) -> CloudObject {
        CloudObject {
            id,
            kind: Kind::User,
            mail_enabled: false,
            on_premises_sync_enabled: false,
            on_premises_immutable_id: Some("QUFB".into()),
            user_principal_name: Some(name.into()),
            proxy_addresses: vec!["SMTP:ann@contoso.com".into(), "smtp:a@contoso.com".into()],
            attributes: Default::default(),
            password: None,
            roles: Default::default(),
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
        let mut tenant = CloudTenant::default();
        let ann = tenant.insert(|id| user(id, "ann@contoso.com"));
        assert_eq!(holders(&tenant), [Some(ann); 4]);
        assert_eq!(tenant.holder_of_anchor("qufb"), None, "letter case counts");

        let mut deleted = CloudObject::clone(tenant.get(ann).expect("ann"));
        deleted.deleted = true;
        assert!(tenant.replace(ann, deleted.clone()));
        assert_eq!(holders(&tenant), [None; 4]);
        assert!(tenant.get(ann).is_some() && tenant.active(ann).is_none() && !tenant.is_empty());

        deleted.deleted = false;
        assert!(tenant.replace(ann, deleted));
        assert_eq!(holders(&tenant), [Some(ann); 4]);

        tenant.remove(ann);
        assert_eq!(holders(&tenant), [None; 4]);
        assert!(tenant.get(ann).is_none() && tenant.is_empty());
        let bob = tenant.insert(|id| user(id, "bob@contoso.com"));
        assert_ne!(ann, bob, "a handle is never given twice");
    }

    #[test]
    fn a_name_that_changes_only_in_case_stays_with_its_holder() {
        let mut tenant = CloudTenant::default();
        let ann = tenant.insert(|id| user(id, "ann@contoso.com"));
        let id = tenant.get(ann).expect("ann").id.clone();
        assert!(tenant.replace(ann, user(id, "ANN@contoso.com")));
        assert_eq!(holders(&tenant), [Some(ann); 4]);
    }

    #[test]
    fn a_conflict_is_another_holder() {
        let mut tenant = CloudTenant::default();
        let ann = tenant.insert(|id| user(id, "ann@contoso.com"));
        let same = user("x".into(), "bob@contoso.com");
        assert_eq!(tenant.conflict(&same, ann), None);
        assert_eq!(tenant.conflict(&same, tenant.next_handle()), Some(ann));
    }

    #[test]
    fn what_does_not_change_keeps_its_allocation() {
        let mut tenant = CloudTenant::default();
        let ann = tenant.insert(|id| user(id, "ann@contoso.com"));
        let before = Arc::clone(tenant.get(ann).expect("ann"));
        assert!(!tenant.replace(ann, CloudObject::clone(&before)));
        assert!(Arc::ptr_eq(&before, tenant.get(ann).expect("ann")));
    }
}
