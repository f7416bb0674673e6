//! Small tenants and commands, all combinations of which are searched, the fewest commands first.
//!
//! What makes one case differ from another in a way that matters is what its objects have in
//! common. So the tenants are one object on each side in every relation of kind, name, address and
//! anchor; two on each side that contend for an address, where one cycle can free what it has
//! stopped; and an object on one side only. What takes many commands to show needs little to start
//! from, and there is more to do with it: the more commands a fault takes, the fewer the tenants.
//! Contention is among them always: it can take the place of a command.

use entra_conformance::directory::{Command, Tenant, is_well_formed};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Tenants to start from and commands to give.
pub(crate) struct Family {
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) commands: Vec<Command>,
}

/// The family that is searched for a fault that takes so many commands.
pub(crate) fn family(commands: usize) -> &'static Family {
    static FAMILIES: LazyLock<[Family; 3]> = LazyLock::new(|| {
        [
            Family::new(&WIDE, EVERY_CONTENTION, &[ALWAYS, SELDOM]),
            Family::new(&MIDDLE, SOME_CONTENTIONS, &[ALWAYS, SELDOM]),
            Family::new(&NARROW, SOME_CONTENTIONS, &[ALWAYS]),
        ]
    });
    &FAMILIES[commands.clamp(1, FAMILIES.len()) - 1]
}

impl Family {
    fn new(pairs: &Pairs, contended: &[Contention], alphabet: &[&str]) -> Family {
        let mut tenants = alone();
        tenants.extend(pairs.tenants());
        tenants.extend(contended.iter().flat_map(Contention::tenants));
        tenants.retain(|tenant| is_well_formed(tenant, &[]));
        let lines = alphabet.iter().flat_map(|part| part.trim().lines());
        let commands = lines.map(|line| serde_json::from_str(line).expect("a command"));
        Family { tenants, commands: commands.collect() }
    }
}

/// What one object on each side have in common; every combination is a tenant.
struct Pairs {
    /// The cloud object's kind and the on-premises object's.
    kinds: &'static [(&'static str, &'static str)],
    /// The cloud user's name; the on-premises user's is `ann@contoso.com`.
    names: &'static [&'static str],
    /// The addresses of both.
    addresses: &'static [(&'static [&'static str], &'static [&'static str])],
    /// What the cloud object carries; the on-premises anchor is `QUFB`.
    anchors: &'static [Option<&'static str>],
    roles: &'static [&'static [&'static str]],
    /// Soft match and password hash synchronisation.
    features: &'static [(bool, bool)],
}

const SAME_NAME: &str = "ann@contoso.com";
const ADDRESS: &str = "SMTP:a.berg@contoso.com";
const AS_SECONDARY: &str = "smtp:a.berg@contoso.com";
const OWN: &str = "SMTP:bob@contoso.com";
const OTHER: &str = "SMTP:other@contoso.com";

const WIDE: Pairs = Pairs {
    kinds: &[
        ("user", "user"),
        ("contact", "contact"),
        ("mail-enabled group", "mail-enabled group"),
        ("group", "group"),
        ("contact", "user"),
    ],
    names: &[SAME_NAME, "ANN@contoso.com", "cat@contoso.com"],
    addresses: &[
        (&[], &[]),
        (&[ADDRESS], &[ADDRESS]),
        (&[ADDRESS, "smtp:mine@contoso.com"], &[ADDRESS]),
        (&[OTHER, AS_SECONDARY], &[ADDRESS]),
        (&[ADDRESS], &["SMTP:mine@contoso.com", AS_SECONDARY]),
        (&["SMTP:ann@contoso.com"], &[ADDRESS]),
    ],
    anchors: &[None, Some("QUFB"), Some("qufb"), Some("QkJC")],
    roles: &[&[], &["Global Administrator"], &["User Administrator"]],
    features: &[(true, true), (false, true), (true, false)],
};

const MIDDLE: Pairs = Pairs {
    kinds: &[("user", "user"), ("contact", "contact")],
    names: &[SAME_NAME, "cat@contoso.com"],
    addresses: &[(&[], &[]), (&[ADDRESS], &[ADDRESS]), (&[OTHER, AS_SECONDARY], &[ADDRESS])],
    anchors: &[None, Some("QUFB"), Some("QkJC")],
    roles: &[&[], &["Global Administrator"]],
    features: &[(true, true), (false, true)],
};

const NARROW: Pairs = Pairs {
    kinds: &[("user", "user")],
    names: &[SAME_NAME, "cat@contoso.com"],
    addresses: &[(&[], &[]), (&[OTHER, AS_SECONDARY], &[ADDRESS])],
    anchors: &[None],
    roles: &[&[], &["Global Administrator"]],
    features: &[(true, true), (false, true)],
};

impl Pairs {
    fn tenants(&self) -> Vec<Tenant> {
        let mut tenants = Vec::new();
        for &(kind, kind_on_premises) in self.kinds {
            // Only users have names and roles.
            let is_user = kind == "user";
            let names = if is_user { self.names } else { &self.names[..1] };
            let all_roles = if is_user { self.roles } else { &self.roles[..1] };
            for &name in names {
                for &(in_cloud, on_premises) in self.addresses {
                    for &anchor in self.anchors {
                        for roles in all_roles {
                            let cloud = cloud_object("ann", kind, name, in_cloud, anchor, roles);
                            let on_premises = on_premises_object(
                                "ann-ad",
                                kind_on_premises,
                                SAME_NAME,
                                on_premises,
                                "QUFB",
                            );
                            for &features in self.features {
                                tenants.push(tenant(features, &[&cloud], &[&on_premises]));
                            }
                        }
                    }
                }
            }
        }
        tenants
    }
}

/// Two users on each side, and each way in which some of them are left out. The second of the
/// cloud, `bob`, is what the second on-premises takes over, and may have the address that the first
/// on-premises has too; whether it is free afterwards depends on what the second on-premises has.
/// So one cycle can free what it has stopped, and the next finds the way clear.
struct Contention {
    /// Whom the first on-premises user finds, by name, in the cloud; nobody where this is `None`.
    first: Option<&'static [&'static str]>,
    /// The address as `bob` has it, and as `bob-ad` has it.
    address: (&'static str, &'static [&'static str]),
}

impl Contention {
    fn tenants(&self) -> Vec<Tenant> {
        let ann = self.first.map(|roles| cloud_object("ann", "user", SAME_NAME, &[], None, roles));
        let bob = cloud_object("bob", "user", "bob@contoso.com", &[self.address.0], None, &[]);
        let ann_ad = on_premises_object("ann-ad", "user", SAME_NAME, &[ADDRESS], "QUFB");
        let bob_ad =
            on_premises_object("bob-ad", "user", "bob@contoso.com", self.address.1, "QkJC");
        let cloud: Vec<&Value> = ann.iter().chain([&bob]).collect();
        let on = (true, true);
        vec![
            tenant(on, &cloud, &[&ann_ad]),
            tenant(on, &cloud, &[&bob_ad]),
            tenant(on, &cloud, &[&ann_ad, &bob_ad]),
            tenant(on, &cloud, &[&bob_ad, &ann_ad]),
        ]
    }
}

const NOBODY: Option<&[&str]> = None;
const SOMEBODY: Option<&[&str]> = Some(&[]);
const ADMINISTRATOR: Option<&[&str]> = Some(&["Global Administrator"]);

const EVERY_CONTENTION: &[Contention] = &[
    Contention { first: NOBODY, address: (ADDRESS, &[OWN]) },
    Contention { first: NOBODY, address: (ADDRESS, &[ADDRESS]) },
    Contention { first: NOBODY, address: (AS_SECONDARY, &[OWN]) },
    Contention { first: NOBODY, address: (AS_SECONDARY, &[ADDRESS]) },
    Contention { first: NOBODY, address: (OTHER, &[ADDRESS]) },
    Contention { first: NOBODY, address: (OTHER, &[OWN]) },
    Contention { first: SOMEBODY, address: (ADDRESS, &[OWN]) },
    Contention { first: SOMEBODY, address: (ADDRESS, &[ADDRESS]) },
    Contention { first: SOMEBODY, address: (AS_SECONDARY, &[OWN]) },
    Contention { first: SOMEBODY, address: (AS_SECONDARY, &[ADDRESS]) },
    Contention { first: SOMEBODY, address: (OTHER, &[ADDRESS]) },
    Contention { first: SOMEBODY, address: (OTHER, &[OWN]) },
    Contention { first: ADMINISTRATOR, address: (ADDRESS, &[OWN]) },
    Contention { first: ADMINISTRATOR, address: (ADDRESS, &[ADDRESS]) },
    Contention { first: ADMINISTRATOR, address: (AS_SECONDARY, &[OWN]) },
    Contention { first: ADMINISTRATOR, address: (AS_SECONDARY, &[ADDRESS]) },
    Contention { first: ADMINISTRATOR, address: (OTHER, &[ADDRESS]) },
    Contention { first: ADMINISTRATOR, address: (OTHER, &[OWN]) },
];

const SOME_CONTENTIONS: &[Contention] = &[
    Contention { first: NOBODY, address: (ADDRESS, &[OWN]) },
    Contention { first: NOBODY, address: (AS_SECONDARY, &[OWN]) },
    Contention { first: NOBODY, address: (AS_SECONDARY, &[ADDRESS]) },
    Contention { first: SOMEBODY, address: (ADDRESS, &[OWN]) },
    Contention { first: SOMEBODY, address: (AS_SECONDARY, &[OWN]) },
];

/// An object on one side only, and nothing at all.
fn alone() -> Vec<Tenant> {
    let on = (true, true);
    let mut tenants = vec![tenant(on, &[], &[])];
    for kind in ["user", "contact", "mail-enabled group", "group"] {
        let addresses = [ADDRESS, "smtp:mine@contoso.com"];
        let cloud = cloud_object("ann", kind, SAME_NAME, &addresses, None, &[]);
        tenants.push(tenant(on, &[&cloud], &[]));
        for features in [on, (false, true), (true, false)] {
            let on_premises = on_premises_object("ann-ad", kind, SAME_NAME, &addresses, "QUFB");
            tenants.push(tenant(features, &[], &[&on_premises]));
        }
    }
    tenants
}

fn tenant(
    (soft_match, hash_sync): (bool, bool),
    cloud: &[&Value],
    on_premises: &[&Value],
) -> Tenant {
    let tenant = json!({
        "features": {"softMatch": soft_match, "passwordHashSync": hash_sync},
        "cloud": cloud,
        "onPremises": on_premises,
    });
    serde_json::from_value(tenant).expect("a tenant")
}

fn cloud_object(
    label: &str,
    kind: &str,
    name: &str,
    addresses: &[&str],
    anchor: Option<&str>,
    roles: &[&str],
) -> Value {
    let mut object = object(kind, name, addresses);
    object["label"] = label.into();
    if let Some(anchor) = anchor {
        object["onPremisesImmutableId"] = anchor.into();
    }
    if !roles.is_empty() {
        object["roles"] = roles.into();
    }
    object["attributes"] = json!({
        "displayName": "Ann Berg", "employeeId": "1001", "department": "Sales", "jobTitle": label,
        "telephoneNumber": "555-0100",
    });
    if kind == "user" {
        object["password"] = "pw-cloud".into();
    }
    object
}

fn on_premises_object(
    key: &str,
    kind: &str,
    name: &str,
    addresses: &[&str],
    anchor: &str,
) -> Value {
    let mut object = object(kind, name, addresses);
    object["key"] = key.into();
    object["sourceAnchor"] = anchor.into();
    object["attributes"] = json!({
        "displayName": "Ann Berg", "employeeId": "1001", "department": "IT", "telephoneNumber": "555-0101",
    });
    if kind == "user" {
        object["password"] = "pw-ad".into();
    }
    object
}

fn object(kind: &str, name: &str, addresses: &[&str]) -> Value {
    let mut object = json!({"kind": kind, "proxyAddresses": addresses});
    match kind {
        "user" => object["userPrincipalName"] = name.into(),
        "mail-enabled group" => {
            object["kind"] = "group".into();
            object["mailEnabled"] = true.into();
        }
        _ => {}
    }
    object
}

/// Commands on the first object of a side, by every way to name it.
const ALWAYS: &str = r#"
{"do": "sync"}
{"do": "reinstallConnect"}
{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"userPrincipalName": "cat@contoso.com"}}
{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"proxyAddresses": ["SMTP:new@contoso.com"]}}
{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": {"displayName": "Bob Lie"}}}
{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"password": "pw-new"}}
{"do": "updateCloudObject", "object": {"joinedTo": "ann-ad"}, "set": {"attributes": {"displayName": "Bob Lie"}}}
{"do": "createCloudObject", "object": {"label": "cat", "kind": "user", "userPrincipalName": "cat@contoso.com"}}
{"do": "createOnPremisesObject", "object": {"key": "cat-ad", "kind": "user", "sourceAnchor": "Q0ND", "userPrincipalName": "cat@contoso.com"}}
{"do": "assignRole", "object": {"joinedTo": "ann-ad"}, "role": "Global Administrator"}
{"do": "removeRole", "object": {"label": "ann"}, "role": "Global Administrator"}
{"do": "setFeature", "feature": "softMatch", "value": true}
{"do": "setFeature", "feature": "softMatch", "value": false}
"#;

/// Commands that matter to faults which take few of them.
const SELDOM: &str = r#"
{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": {"jobTitle": "Engineer"}}}
{"do": "updateCloudObject", "object": {"label": "ann"}, "set": {"attributes": {"displayName": "Bob Lie"}}}
{"do": "updateCloudObject", "object": {"label": "ann"}, "set": {"userPrincipalName": "cat@contoso.com"}}
{"do": "updateCloudObject", "object": {"label": "ann"}, "set": {"userPrincipalName": "bob@contoso.com"}}
{"do": "updateCloudObject", "object": {"label": "ann"}, "set": {"proxyAddresses": ["smtp:a.berg@contoso.com"]}}
{"do": "updateCloudObject", "object": {"label": "ann"}, "set": {"password": "pw-new"}}
{"do": "setImmutableId", "object": {"label": "ann"}, "value": "QUFB"}
{"do": "setImmutableId", "object": {"joinedTo": "ann-ad"}, "value": "QkJC"}
{"do": "assignRole", "object": {"label": "ann"}, "role": "Global Administrator"}
{"do": "deleteCloudObject", "object": {"label": "ann"}}
{"do": "restoreCloudObject", "object": {"label": "ann"}}
{"do": "setFeature", "feature": "passwordHashSync", "value": true}
{"do": "setFeature", "feature": "passwordHashSync", "value": false}
"#;
