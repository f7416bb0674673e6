//! Tenants of any size in which every kind of match occurs.

use entra_conformance::directory::{CloudSetup, Kind, OnPremisesObject, ProxyAddress, Tenant};

/// So many on-premises objects against a tenant of the same size. Of ten, five match softly, two
/// by their anchor, two find nobody and one finds its address taken by another kind. The other
/// cloud objects are nobody's.
pub(crate) fn tenant(size: usize) -> Tenant {
    let mut tenant = Tenant::default();
    tenant.cloud = (0..size).map(cloud_object).collect();
    tenant.on_premises = (0..size).map(on_premises_object).collect();
    tenant
}

/// What the `number`-th on-premises object meets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meeting {
    Name,
    Address,
    Anchor,
    Nobody,
    OtherKind,
}

fn meeting(number: usize) -> Meeting {
    match number % 10 {
        0..3 => Meeting::Name,
        3..5 => Meeting::Address,
        5..7 => Meeting::Anchor,
        7..9 => Meeting::Nobody,
        _ => Meeting::OtherKind,
    }
}

fn address(prefix: &str, name: &str, number: usize) -> ProxyAddress {
    ProxyAddress::from(&*format!("{prefix}:{name}{number}@contoso.com"))
}

fn on_premises_object(number: usize) -> OnPremisesObject {
    let key = format!("object-{number:07}");
    let mut object = OnPremisesObject::new(key, Kind::User, format!("anchor-{number}=="));
    object.user_principal_name = Some(format!("user{number}@contoso.com").into());
    object.proxy_addresses =
        vec![address("SMTP", "mail", number), address("smtp", "alias", number)];
    object.attributes = [
        ("displayName".into(), format!("User {number}").into()),
        ("department".into(), "Sales".into()),
    ]
    .into_iter()
    .collect();
    object.password = Some("from-on-premises".into());
    object
}

fn cloud_object(number: usize) -> CloudSetup {
    let meeting = meeting(number);
    let is_user = meeting != Meeting::OtherKind;
    let name = if meeting == Meeting::Name { "User" } else { "other" };
    let mail = match meeting {
        Meeting::Address | Meeting::OtherKind => "Mail",
        _ => "othermail",
    };
    let kind = if is_user { Kind::User } else { Kind::Contact };
    let mut object = CloudSetup::new(format!("cloud-object-{number:07}"), kind);
    let has_anchor = meeting == Meeting::Anchor;
    object.on_premises_immutable_id = has_anchor.then(|| format!("anchor-{number}==").into());
    object.user_principal_name = is_user.then(|| format!("{name}{number}@contoso.com").into());
    object.proxy_addresses = vec![address("SMTP", mail, number)];
    object.attributes = [
        ("displayName".into(), format!("Cloud {number}").into()),
        ("jobTitle".into(), "Engineer".into()),
    ]
    .into_iter()
    .collect();
    object.password = is_user.then(|| "from-the-cloud".into());
    object
}
