//! Tenants of any size in which every kind of match occurs.

use entra_conformance::directory::{
    CloudSetup, Features, Kind, OnPremisesObject, ProxyAddress, Tenant,
};

/// So many on-premises objects against a tenant of the same size. Of ten, five match softly, two
/// by their anchor, two find nobody and one finds its address taken by another kind. The other
/// cloud objects are nobody's.
pub(crate) fn tenant(size: usize) -> Tenant {
    Tenant {
        features: Features::default(),
        cloud: (0..size).map(cloud_object).collect(),
        on_premises: (0..size).map(on_premises_object).collect(),
    }
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
    OnPremisesObject {
        key: format!("object-{number:07}").into(),
        kind: Kind::User,
        mail_enabled: false,
        source_anchor: Some(format!("anchor-{number}==").into()),
        user_principal_name: Some(format!("user{number}@contoso.com").into()),
        proxy_addresses: vec![address("SMTP", "mail", number), address("smtp", "alias", number)],
        attributes: [
            ("displayName".into(), format!("User {number}").into()),
            ("department".into(), "Sales".into()),
        ]
        .into_iter()
        .collect(),
        password: Some("from-on-premises".into()),
    }
}

fn cloud_object(number: usize) -> CloudSetup {
    let meeting = meeting(number);
    let is_user = meeting != Meeting::OtherKind;
    let name = if meeting == Meeting::Name { "User" } else { "other" };
    let mail = match meeting {
        Meeting::Address | Meeting::OtherKind => "Mail",
        _ => "othermail",
    };
    CloudSetup {
        label: format!("cloud-object-{number:07}").into(),
        kind: if is_user { Kind::User } else { Kind::Contact },
        mail_enabled: false,
        on_premises_immutable_id: (meeting == Meeting::Anchor)
            .then(|| format!("anchor-{number}==").into()),
        user_principal_name: is_user.then(|| format!("{name}{number}@contoso.com").into()),
        proxy_addresses: vec![address("SMTP", mail, number)],
        attributes: [
            ("displayName".into(), format!("Cloud {number}").into()),
            ("jobTitle".into(), "Engineer".into()),
        ]
        .into_iter()
        .collect(),
        password: is_user.then(|| "from-the-cloud".into()),
        roles: Default::default(),
    }
}
