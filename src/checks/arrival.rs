//! What a sync cycle brings to cloud objects: whether the on-premises values have arrived.

use super::definitions::MatchClass;
use super::definitions::same_optional_name;
use super::history::History;
use super::link_state::Joined;
use super::states::is_generated;
use super::subject::Subject;
use super::transition::Transition;
use super::verdict::Verdict;
use crate::directory::{
    AddressKind, Capability, CloudObject, Field, Fields as _, ObjectName, OnPremisesObject,
    ProxyAddress, same_addresses, same_name,
};

/// What the cycle owes an uncontended object in plain terms, and whether it was done: `None` where
/// the pages fix no such thing.
pub(crate) fn is_obligation_met(
    transition: &Transition<'_>,
    subject: &Subject<'_>,
) -> Option<bool> {
    if let Some(matching) = subject.new_matching() {
        if matching.unspecified {
            return None;
        }
        return match matching.class {
            MatchClass::Clear => {
                let (candidate, _) = matching.clear()?;
                Some(!transition.is_untouched(candidate.cloud))
            }
            MatchClass::NoHolder => Some(subject.effect.joined.is_some()),
            MatchClass::Ambiguous | MatchClass::Collision => None,
        };
    }
    let link = owes_update(transition, subject)?;
    let mut verdict = Verdict::default();
    judge_values_arrive(transition, &mut verdict, subject, link);
    Some(verdict.violations.is_empty())
}

/// The link of a changed object whose values must all arrive in this cycle. One whose late match was told
/// need not be tried again under resiliency until it is changed.
fn owes_update<'s, 'a>(
    transition: &Transition<'_>,
    subject: &'s Subject<'a>,
) -> Option<&'s Joined<'a>> {
    let link = subject.determinate_link()?;
    let is_owed = subject.pending && !link.meets_others() && !transition.may_rest(subject);
    // Where it is linked to another one instead, that is what is wrong.
    (is_owed && subject.moved_to().is_none()).then_some(link)
}

/// Whether nothing at all came of an update of several fields: then it was not tried, and it is not that
/// one of the fields is never updated, which is for `sync.updates-flow` alone to judge. `None` where no such
/// update was due.
pub(crate) fn is_left_undone(transition: &Transition<'_>, subject: &Subject<'_>) -> Option<bool> {
    let link = owes_update(transition, subject)?;
    let exported = subject.own_history?.exported.as_deref()?;
    let changed = exported.differences(subject.object).count();
    let is_undone = || {
        transition.is_untouched(link.cloud) && is_obligation_met(transition, subject) == Some(false)
    };
    (changed > 1).then(is_undone)
}

/// Judges that the values of a changed joined object have arrived.
pub(crate) fn judge_update(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
) {
    if let Some(link) = owes_update(transition, subject) {
        judge_values_arrive(transition, verdict, subject, link);
    }
}

/// Judges that the values of every changed joined object have arrived.
pub(crate) fn judge_every_update(transition: &Transition<'_>, verdict: &mut Verdict) {
    let owed = transition.subjects().iter();
    for subject in owed.filter(|subject| owes_update(transition, subject).is_some()) {
        verdict.judge(|verdict| judge_update(transition, verdict, subject));
    }
}

fn judge_values_arrive(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    link: &Joined<'_>,
) {
    let object = subject.object;
    let name = || transition.name_of(link.cloud);
    let Some(after) = transition.after_of(link.cloud) else {
        verdict.missing(name());
        return;
    };
    let Some(own_history) = subject.own_history else { return };
    let Some(exported) = own_history.exported.as_deref() else { return };
    // A value that was not changed, and that the cloud object did not have before, was withheld
    // from it; whether that still comes is left open.
    let mut owed = OnPremisesObject::clone(object);
    owed.attributes.retain(|name, value| {
        exported.attributes.get(name) != Some(value)
            || link.cloud.attributes.get(name) == Some(value)
    });
    if same_optional_name(&object.user_principal_name, &exported.user_principal_name)
        && !same_optional_name(&object.user_principal_name, &link.cloud.user_principal_name)
    {
        owed.user_principal_name = None;
    }
    let were_there = object
        .proxy_addresses
        .iter()
        .all(|wanted| link.cloud.proxy_addresses.iter().any(|held| held.same(wanted)));
    if same_addresses(&object.proxy_addresses, &exported.proxy_addresses) && !were_there {
        owed.proxy_addresses.clear();
    }
    judge_values(verdict, name, &owed, after, &[]);
    judge_addresses(transition.history, verdict, name, &owed, Some(link.cloud), after, &[]);
    if !own_history.password_free {
        judge_password(transition, verdict, name, object, after);
    }
}

/// Judges that the on-premises password, if there is one, is on the cloud object, where password
/// hash sync is on.
pub(crate) fn judge_password(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    name: impl FnOnce() -> ObjectName,
    object: &OnPremisesObject,
    after: &CloudObject,
) {
    if transition.features().password_hash_sync
        && object.password.is_some()
        && transition.has(Capability::Passwords)
    {
        verdict.expect(name, Field::Password, &object.password, &after.password);
    }
}

/// Judges that every value of the on-premises object is on its cloud object: the name and the
/// plain attributes. `withheld` are names that others hold, which need not arrive.
pub(crate) fn judge_values(
    verdict: &mut Verdict,
    name: impl Fn() -> ObjectName,
    object: &OnPremisesObject,
    after: &CloudObject,
    withheld: &[&str],
) {
    if let Some(wanted) = &object.user_principal_name
        && !withheld.iter().any(|held| same_name(held, wanted))
        && !same_optional_name(&object.user_principal_name, &after.user_principal_name)
    {
        verdict.violated(name(), Field::UserPrincipalName, wanted, &after.user_principal_name);
    }
    for (attribute, wanted) in &object.attributes {
        let seen = after.attributes.get(attribute);
        if seen != Some(wanted) {
            verdict.violated(name(), Field::Attribute(attribute.clone()), wanted, seen);
        }
    }
}

/// Judges that the cloud object's addresses are the on-premises ones, as a set, where there are
/// any: all of them there, and none left that only the cloud had. Addresses that were in neither
/// place may have been generated by the service and are not judged.
pub(crate) fn judge_addresses(
    history: &History,
    verdict: &mut Verdict,
    name: impl FnOnce() -> ObjectName,
    object: &OnPremisesObject,
    before: Option<&CloudObject>,
    after: &CloudObject,
    withheld: &[&str],
) {
    let (wanted, seen) = (object.proxy_addresses.as_slice(), after.proxy_addresses.as_slice());
    if !wanted.is_empty() && !are_replaced(history, object, before, after, withheld) {
        verdict.violated(name(), Field::ProxyAddresses, wanted, seen);
    }
}

/// Whether all of the on-premises addresses are there that need to be, and none that must not.
fn are_replaced(
    history: &History,
    object: &OnPremisesObject,
    before: Option<&CloudObject>,
    after: &CloudObject,
    withheld: &[&str],
) -> bool {
    if same_addresses(&object.proxy_addresses, &after.proxy_addresses) {
        return true;
    }
    let is_withheld = |mail: &str| withheld.iter().any(|held| same_name(held, mail));
    let is_missing = object
        .proxy_addresses
        .iter()
        .filter(|wanted| !wanted.mail().is_some_and(is_withheld))
        .any(|wanted| !after.proxy_addresses.iter().any(|seen| seen.same(wanted)));
    let is_wanted = |seen: &ProxyAddress| match seen.mail() {
        Some(mail) => object.mail_addresses().any(|wanted| same_name(wanted, mail)),
        None => object.proxy_addresses.contains(seen),
    };
    let was_there = |seen: &ProxyAddress| {
        before.is_some_and(|before| match seen.mail() {
            Some(mail) => {
                history.is_given(mail)
                    && !is_generated(mail)
                    && before.mail_addresses().any(|held| same_name(held, mail))
            }
            None => before.proxy_addresses.contains(seen),
        })
    };
    let left_over = after.proxy_addresses.iter().any(|seen| !is_wanted(seen) && was_there(seen));
    let wrong_primary = object.primary_address().is_some_and(|wanted| {
        let is_another = |seen: &ProxyAddress| {
            seen.kind() == AddressKind::Primary
                && !seen.mail().is_some_and(|mail| same_name(mail, wanted))
        };
        after.proxy_addresses.iter().any(is_another) && !is_withheld(wanted)
    });
    // An address that is wanted as one kind must not stay behind as the other kind as well.
    let doubled = after.proxy_addresses.iter().any(|seen| {
        seen.mail().is_some()
            && is_wanted(seen)
            && !object.proxy_addresses.iter().any(|wanted| wanted.same(seen))
    });
    !is_missing && !left_over && !wrong_primary && !doubled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Tenant;
    use rstest::rstest;

    /// What a case in which Ann was given some addresses knows.
    fn history() -> History {
        let tenant: Tenant = serde_json::from_str(
            r#"{"cloud": [{"label": "ann", "kind": "user", "proxyAddresses": ["SMTP:ann@x", "smtp:a@x", "smtp:b@x", "smtp:ann@x.onmicrosoft.com", "X500:ann"]}]}"#,
        )
        .expect("a tenant");
        History::start(&tenant, |_| None)
    }

    fn cloud(addresses: &[&str]) -> CloudObject {
        let text = r#"{"id": "1", "kind": "user"}"#;
        let mut object: CloudObject = serde_json::from_str(text).expect("a cloud object");
        object.proxy_addresses = addresses.iter().map(|&address| address.into()).collect();
        object
    }

    /// Ann comes from on-premises with the addresses `own`, her cloud object had `before` and now
    /// has `after`.
    #[rstest]
    #[case::replaced(&["SMTP:n@x"], &["SMTP:ann@x"], &["SMTP:n@x"], true)]
    #[case::one_missing(&["SMTP:n@x", "smtp:m@x"], &["SMTP:ann@x"], &["SMTP:n@x"], false)]
    #[case::one_withheld(&["SMTP:n@x", "smtp:held@x"], &["SMTP:ann@x"], &["SMTP:n@x"], true)]
    #[case::one_left_over(&["SMTP:n@x"], &["SMTP:ann@x", "smtp:a@x"], &["SMTP:n@x", "smtp:a@x"], false)]
    #[case::left_over_of_the_service_s(&["SMTP:n@x"], &["smtp:other@x"], &["SMTP:n@x", "smtp:other@x"], true)]
    #[case::left_over_of_the_initial_domain(&["SMTP:n@x"], &["smtp:ann@x.onmicrosoft.com"], &["SMTP:n@x", "smtp:ann@x.onmicrosoft.com"], true)]
    #[case::given_but_not_there_before(&["SMTP:n@x"], &["smtp:a@x"], &["SMTP:n@x", "smtp:b@x"], true)]
    #[case::no_mail_address_left_over(&["SMTP:n@x"], &["X500:ann"], &["SMTP:n@x", "X500:ann"], false)]
    #[case::another_primary(&["SMTP:n@x"], &[], &["SMTP:ann@x", "smtp:n@x"], false)]
    #[case::as_both_kinds(&["SMTP:n@x", "smtp:m@x"], &[], &["SMTP:n@x", "smtp:m@x", "smtp:n@x"], false)]
    fn addresses_are_replaced_as_a_set(
        #[case] own: &[&str],
        #[case] before: &[&str],
        #[case] after: &[&str],
        #[case] expected: bool,
    ) {
        let text = r#"{"key": "ann-ad", "kind": "user"}"#;
        let mut object: OnPremisesObject = serde_json::from_str(text).expect("an object");
        object.proxy_addresses = own.iter().map(|&address| address.into()).collect();
        let (before, after) = (cloud(before), cloud(after));
        let are_replaced = are_replaced(&history(), &object, Some(&before), &after, &["held@x"]);
        assert_eq!(are_replaced, expected);
    }
}
