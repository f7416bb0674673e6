//! What differs between two states of a cloud object, as far as it can be judged.

use super::history::History;
use crate::directory::{
    Capabilities, Capability, CloudObject, CloudSetup, Difference, Field, Fields, ProxyAddress,
    same_addresses, same_name,
};

/// Every field in which two states of an object differ; none of an object that is in the recycle
/// bin both times.
pub(crate) fn differences<'s>(
    before: &'s CloudObject,
    after: &'s CloudObject,
) -> impl Iterator<Item = Difference> {
    let is_compared = !(before.deleted && after.deleted);
    is_compared.then(|| before.differences(after)).into_iter().flatten()
}

/// Whether two states of an object differ in nothing.
pub(crate) fn is_same(before: &CloudObject, after: &CloudObject) -> bool {
    differences(before, after).next().is_none()
}

/// Every field that [`differences`] tells of, but for addresses that the service gave out by
/// itself, which may come and go on an object that is mastered on-premises, and for attributes that
/// nothing in the case has named.
pub(crate) fn judged_differences<'s>(
    history: &'s History,
    before: &'s CloudObject,
    after: &'s CloudObject,
) -> impl Iterator<Item = Difference> {
    let is_mastered_on_premises =
        before.is_on_premises_mastered() || after.is_on_premises_mastered();
    differences(before, after).filter(move |difference| match &difference.field {
        Field::ProxyAddresses => {
            !is_mastered_on_premises
                || !same_addresses(&given(history, before), &given(history, after))
        }
        // Others may be the service's own, and change at any time.
        Field::Attribute(name) => history.given_attributes.contains(name),
        _ => true,
    })
}

/// Whether two states of a cloud object differ in nothing that can be judged.
pub(crate) fn is_same_state(history: &History, before: &CloudObject, after: &CloudObject) -> bool {
    judged_differences(history, before, after).next().is_none()
}

/// The addresses of a cloud object but for those that the service gave out by itself.
pub(crate) fn given(history: &History, cloud: &CloudObject) -> Vec<ProxyAddress> {
    let is_given = |address: &&ProxyAddress| {
        address.mail().is_none_or(|mail| history.is_given(mail) && !is_generated(mail))
    };
    cloud.proxy_addresses.iter().filter(is_given).cloned().collect()
}

/// Whether this is an address in the tenant's initial domain: a service gives them out by itself,
/// and they are not judged.
pub(crate) fn is_generated(mail: &str) -> bool {
    let end = mail.len().checked_sub(INITIAL_DOMAIN.len()).and_then(|at| mail.get(at..));
    end.is_some_and(|end| same_name(end, INITIAL_DOMAIN))
}

const INITIAL_DOMAIN: &str = ".onmicrosoft.com";

/// Whether a fresh cloud object shows just what was asked for, and nothing beyond it.
pub(crate) fn is_as_set_up(
    wanted: &CloudSetup,
    seen: &CloudObject,
    capabilities: &Capabilities,
) -> bool {
    let mut wanted = wanted.to_object(seen.id.clone());
    hide_undeclared(&mut wanted, seen, capabilities);
    wanted == *seen
}

/// Where a fresh cloud object does not show what was asked for. What it shows beyond that does not
/// count.
pub(crate) fn setup_differences(
    wanted: &CloudSetup,
    seen: &CloudObject,
    capabilities: &Capabilities,
) -> Vec<Difference> {
    let mut wanted = wanted.to_object(seen.id.clone());
    hide_undeclared(&mut wanted, seen, capabilities);
    let mut reduced = seen.clone();
    reduced.attributes.retain(|name, _| wanted.attributes.contains_key(name));
    reduced
        .proxy_addresses
        .retain(|address| wanted.proxy_addresses.iter().any(|wanted| wanted.same(address)));
    differences(&wanted, &reduced).collect()
}

/// Wants nothing in fields that the implementation does not show, and no more of the flag than that it is
/// not true.
fn hide_undeclared(wanted: &mut CloudObject, seen: &CloudObject, capabilities: &Capabilities) {
    // Whether it is shown as false or null is for `soa.never-synchronised-is-null`.
    if seen.is_cloud_mastered() {
        wanted.on_premises_sync_enabled = seen.on_premises_sync_enabled;
    }
    if !capabilities.has(Capability::Passwords) {
        wanted.password.clone_from(&seen.password);
    }
    if !capabilities.has(Capability::Roles) {
        wanted.roles.clone_from(&seen.roles);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Tenant;
    use rstest::rstest;

    #[rstest]
    #[case::generated("ann@contoso.onmicrosoft.com", true)]
    #[case::in_capitals("Ann@Contoso.OnMicrosoft.COM", true)]
    #[case::nothing_before_it(".onmicrosoft.com", true)]
    #[case::own_domain("ann@contoso.com", false)]
    #[case::elsewhere_in_it("ann@contoso.onmicrosoft.com.example", false)]
    #[case::too_short("microsoft.com", false)]
    #[case::a_letter_across_the_boundary("abc\u{e4}fifteen letters", false)]
    #[case::long_and_not_plain(&"\u{e4}".repeat(20), false)]
    fn addresses_of_the_initial_domain_are_the_service_s(
        #[case] mail: &str,
        #[case] expected: bool,
    ) {
        assert_eq!(is_generated(mail), expected);
    }

    /// What a case in which Ann was given some addresses knows.
    fn history() -> History {
        let tenant: Tenant = serde_json::from_str(
            r#"{"cloud": [{"label": "ann", "kind": "user", "proxyAddresses": ["SMTP:ann@x", "smtp:a@x", "smtp:b@x", "smtp:ann@x.onmicrosoft.com", "X500:ann"]}]}"#,
        )
        .expect("a tenant");
        History::start(&tenant, |_| None)
    }

    fn cloud(is_mastered_on_premises: bool, addresses: &[&str]) -> CloudObject {
        let text = r#"{"id": "1", "kind": "user"}"#;
        let mut object: CloudObject = serde_json::from_str(text).expect("a cloud object");
        object.on_premises_sync_enabled = Some(is_mastered_on_premises);
        object.proxy_addresses = addresses.iter().map(|&address| address.into()).collect();
        object
    }

    /// Whether the addresses count as different, in the cloud's hands and in on-premises'.
    #[rstest]
    #[case::none(&[], &[], false, false)]
    #[case::same(&["SMTP:ann@x"], &["SMTP:ann@x"], false, false)]
    #[case::given(&["SMTP:ann@x"], &["SMTP:ann@x", "smtp:a@x"], true, true)]
    #[case::given_out_by_the_service(&["SMTP:ann@x"], &["SMTP:ann@x", "smtp:other@x"], true, false)]
    #[case::initial_domain(&["SMTP:ann@x", "smtp:ann@x.onmicrosoft.com"], &["SMTP:ann@x"], true, false)]
    #[case::no_mail_address(&["X500:ann"], &[], true, true)]
    fn addresses_of_the_service_s_own_count_where_the_cloud_is_the_master(
        #[case] before: &[&str],
        #[case] after: &[&str],
        #[case] in_the_cloud: bool,
        #[case] on_premises: bool,
    ) {
        let history = history();
        for (is_mastered_on_premises, differ) in [(false, in_the_cloud), (true, on_premises)] {
            let states = [before, after].map(|of| cloud(is_mastered_on_premises, of));
            assert_eq!(!is_same_state(&history, &states[0], &states[1]), differ);
        }
        // With a takeover its flag differs, and the addresses by on-premises' measure.
        for is_taken_over in [false, true] {
            let states = [cloud(!is_taken_over, before), cloud(is_taken_over, after)];
            let differences = judged_differences(&history, &states[0], &states[1]);
            let fields: Vec<Field> = differences.map(|difference| difference.field).collect();
            assert!(fields.contains(&Field::OnPremisesSyncEnabled));
            assert_eq!(fields.contains(&Field::ProxyAddresses), on_premises);
        }
    }

    /// What is in the recycle bin both times may look like anything there.
    #[test]
    fn what_is_in_the_recycle_bin_is_not_compared() {
        let [mut before, mut after] = [cloud(false, &["SMTP:ann@x"]), cloud(false, &[])];
        before.deleted = true;
        assert!(!is_same(&before, &after));
        after.deleted = true;
        assert!(is_same(&before, &after));
    }
}
