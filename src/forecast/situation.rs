//! The two sides as they were given.

use crate::directory::{Attributes, CloudObject, Features, OnPremisesObject};
use std::collections::{BTreeSet, HashMap};

/// A tenant and on-premises objects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Situation {
    /// The switches of the tenant.
    pub(crate) features: Features,
    /// Objects in the cloud, those in the recycle bin included.
    pub(crate) cloud: Vec<GivenCloudObject>,
    /// Objects on-premises.
    pub(crate) on_premises: Vec<GivenOnPremisesObject>,
}

/// A cloud object, under a name by which a person knows it (in the place of its `id`).
#[derive(Clone, Debug)]
pub(crate) struct GivenCloudObject {
    /// The object.
    pub(crate) object: CloudObject,
    /// What of it was not given.
    pub(crate) unknown: Unknown,
}

/// What of a cloud user was not given, and what becomes of it may rest on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// Its directory roles.
    pub(crate) roles: bool,
    /// The roles that it is eligible for.
    pub(crate) eligible_roles: bool,
    /// The on-premises object that it is mapped to.
    pub(crate) mapping: bool,
}

/// An on-premises object, under a name by which a person knows it (its `key`).
#[derive(Clone, Debug)]
pub(crate) struct GivenOnPremisesObject {
    /// The object.
    pub(crate) object: OnPremisesObject,
    /// Whatever else a person may call it: its `objectGUID`, its `sAMAccountName`.
    pub(crate) other_names: Vec<String>,
}

impl GivenOnPremisesObject {
    /// Whether a person means this object by a name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let names = self.other_names.iter().map(String::as_str);
        let upn = self.object.user_principal_name.as_deref();
        names.chain(upn).chain([&*self.object.key]).any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// The cloud objects by what could lead an on-premises object to them.
pub(crate) struct Neighbours {
    /// By user principal name, mail address or `mail`, in small letters: whatever shares one, crosswise too.
    names: HashMap<String, Vec<usize>>,
    /// By anchor, in small letters.
    anchors: HashMap<String, Vec<usize>>,
}

impl Neighbours {
    pub(crate) fn of(cloud: &[GivenCloudObject]) -> Neighbours {
        let mut names: HashMap<String, Vec<usize>> = HashMap::new();
        let mut anchors: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, given) in cloud.iter().enumerate() {
            let object = &given.object;
            let upn = object.user_principal_name.iter().map(|name| &**name);
            for name in upn.chain(object.mail_addresses()).chain(mail_of(&object.attributes)) {
                names.entry(name.to_ascii_lowercase()).or_default().push(at);
            }
            if let Some(anchor) = &object.on_premises_immutable_id {
                anchors.entry(anchor.to_ascii_lowercase()).or_default().push(at);
            }
        }
        Neighbours { names, anchors }
    }

    /// Every cloud object that shares anything with this object, in the order in which they were given.
    pub(crate) fn meeting(&self, object: &OnPremisesObject) -> BTreeSet<usize> {
        let found = |map: &HashMap<String, Vec<usize>>, name: &str| {
            map.get(&name.to_ascii_lowercase()).cloned().unwrap_or_default()
        };
        let upn = object.user_principal_name.iter().map(|name| &**name);
        let names = upn.chain(object.mail_addresses()).chain(mail_of(&object.attributes));
        let by_name = names.flat_map(|name| found(&self.names, name));
        let by_anchor = object.source_anchor.iter().flat_map(|anchor| found(&self.anchors, anchor));
        by_name.chain(by_anchor).collect()
    }
}

/// The attribute `mail`, of which Connect may make a primary address.
fn mail_of(attributes: &Attributes) -> Option<&str> {
    attributes.get("mail").map(|mail| &**mail)
}
