//! Under which names what is read stands in the exports. All names are plain: see `record::plain`.

use crate::directory::SwitchName;

/// An attribute of both sides: as Microsoft Graph calls it, and under which names it stands on-premises
/// and in the cloud.
pub(super) struct AttributeNames {
    pub(super) name: &'static str,
    pub(super) on_premises: &'static [&'static str],
    pub(super) cloud: &'static [&'static str],
}

const fn both(name: &'static str, names: &'static [&'static str]) -> AttributeNames {
    AttributeNames { name, on_premises: names, cloud: names }
}

/// The attributes that Connect synchronises and people look at.
pub(super) const ATTRIBUTES: &[AttributeNames] = &[
    both("displayName", &["displayname"]),
    both("givenName", &["givenname"]),
    both("surname", &["surname", "sn"]),
    both("mail", &["mail", "emailaddress"]),
    both("mailNickname", &["mailnickname"]),
    both("jobTitle", &["jobtitle", "title"]),
    both("department", &["department"]),
    both("companyName", &["companyname", "company"]),
    both("employeeId", &["employeeid"]),
    both("officeLocation", &["officelocation", "physicaldeliveryofficename", "office"]),
    both("businessPhones", &["businessphones", "telephonenumber", "officephone"]),
    both("mobilePhone", &["mobilephone", "mobile"]),
    both("streetAddress", &["streetaddress"]),
    both("city", &["city", "l"]),
    both("state", &["state", "st"]),
    both("postalCode", &["postalcode"]),
    // In Active Directory `Country` is the code of two letters, `co` the name.
    AttributeNames { name: "country", on_premises: &["co"], cloud: &["country"] },
];

pub(super) const UPN: &[&str] = &["userprincipalname"];
pub(super) const ADDRESSES: &[&str] = &["proxyaddresses"];
pub(super) const KIND: &[&str] = &["kind", "@odata.type", "objectclass"];
pub(super) const MAIL_ENABLED: &[&str] = &["mailenabled"];
pub(super) const OBJECT_GUID: &[&str] = &["objectguid"];
pub(super) const CONSISTENCY_GUID: &[&str] = &["msdsconsistencyguid"];
pub(super) const SOURCE_ANCHOR: &[&str] = &["sourceanchor"];
pub(super) const ACCOUNT_NAME: &[&str] = &["samaccountname"];
pub(super) const DISTINGUISHED_NAME: &[&str] = &["distinguishedname"];
pub(super) const KEY: &[&str] = &["key"];
pub(super) const LABEL: &[&str] = &["label"];
pub(super) const ID: &[&str] = &["id"];
pub(super) const IMMUTABLE_ID: &[&str] = &["onpremisesimmutableid"];
pub(super) const SYNC_ENABLED: &[&str] = &["onpremisessyncenabled"];
pub(super) const DELETED: &[&str] = &["deleteddatetime", "deleted"];
pub(super) const ROLES: &[&str] = &["roles"];
pub(super) const ATTRIBUTE_MAP: &[&str] = &["attributes"];
pub(super) const PRINCIPAL: &[&str] = &["principalid"];
pub(super) const ROLE: &[&str] = &["roledefinition"];
pub(super) const ROLE_ID: &[&str] = &["roledefinitionid"];
pub(super) const MEMBER_TYPE: &[&str] = &["membertype"];
pub(super) const ASSIGNMENT_TYPE: &[&str] = &["assignmenttype"];
pub(super) const FEATURES: &[&str] = &["features"];

pub(super) const ELIGIBLE_ROLES: &[&str] = &["eligibleroles"];
pub(super) const CLOUD_MANAGED: &[&str] = &["iscloudmanaged"];
pub(super) const OBJECT_IDENTIFIER: &[&str] = &["objectidentifier"];
pub(super) const MAPPED_TO: &[&str] = &["onpremisesobjectidentifier"];

/// The switch of a name.
pub(super) fn switch(plain: &str) -> Option<SwitchName> {
    SwitchName::ALL.iter().copied().find(|name| name.word().eq_ignore_ascii_case(plain))
}

/// Everything else of which something is read.
const OTHERS: &[&[&str]] = &[
    UPN,
    ADDRESSES,
    KIND,
    MAIL_ENABLED,
    OBJECT_GUID,
    CONSISTENCY_GUID,
    SOURCE_ANCHOR,
    ACCOUNT_NAME,
    DISTINGUISHED_NAME,
    KEY,
    LABEL,
    ID,
    IMMUTABLE_ID,
    SYNC_ENABLED,
    DELETED,
    ROLES,
    ATTRIBUTE_MAP,
    PRINCIPAL,
    ROLE,
    ROLE_ID,
    MEMBER_TYPE,
    ASSIGNMENT_TYPE,
    FEATURES,
    ELIGIBLE_ROLES,
    CLOUD_MANAGED,
    OBJECT_IDENTIFIER,
    MAPPED_TO,
];

/// Whether anything is read of a field of this name.
pub(super) fn is_read(plain: &str) -> bool {
    OTHERS.iter().any(|names| names.contains(&plain))
        || switch(plain).is_some()
        || ATTRIBUTES
            .iter()
            .any(|names| names.on_premises.contains(&plain) || names.cloud.contains(&plain))
}
