//! "ok" means that the state shows it; "refused" and "notFound" mean that nothing changed.

use super::judge_cloud_unchanged;
use crate::checks::direction::{judge_on_premises_unchanged, judge_same_on_premises};
use crate::checks::object_name::ObjectName;
use crate::checks::transition::{Transition, differences, is_same_state};
use crate::checks::verdict::Verdict;
use crate::directory::{
    Capabilities, Capability, Change, CloudObject, CloudSetup, Command, Kind, OnPremisesChange,
    OnPremisesObject, Status, Text,
};

pub(super) fn command_takes_effect(transition: &Transition<'_>, verdict: &mut Verdict) {
    let status = transition.outcome.status;
    if let Some(reference) = transition.command.cloud_object()
        && transition.history.is_certain(reference)
    {
        let target = transition.named;
        let exists = target.is_some();
        // Commands on what is in the recycle bin are left open.
        let is_in_the_bin = target.is_some_and(|target| target.deleted);
        if !is_in_the_bin && exists == (status == Status::NotFound) {
            verdict.violated(
                ObjectName::Named(reference.clone()),
                "outcome",
                if exists {
                    "not notFound: the object exists"
                } else {
                    "notFound: there is no such object"
                },
                status.to_string(),
            );
        }
    }
    verdict.judge(|verdict| match status {
        Status::Ok => judge_effect(transition, verdict),
        Status::Refused | Status::NotFound => {
            judge_cloud_unchanged(transition, verdict, |object| {
                is_open_password_edit(transition, object)
            });
            judge_on_premises_unchanged(transition.before, transition.after, None, verdict);
            judge_may_be_refused(transition, verdict);
        }
    });
}

/// What becomes of a cloud password edit on a joined user is left open, whatever is said of it.
fn is_open_password_edit(transition: &Transition<'_>, object: &CloudObject) -> bool {
    match transition.command {
        Command::UpdateCloudObject(update) => {
            !update.set.password.is_keep()
                && object.on_premises_sync_enabled
                && transition.named_id == Some(&object.id)
        }
        _ => false,
    }
}

/// Commands that are the suite's own to give are carried out: what happens on-premises, the
/// tenant's switches, Connect's installation, and the cycle itself.
fn judge_may_be_refused(transition: &Transition<'_>, verdict: &mut Verdict) {
    let what = match transition.command {
        Command::CreateOnPremisesObject(create) => {
            if transition.before.on_premises_object(&create.object.key).is_some() {
                return;
            }
            ObjectName::OnPremises(create.object.key.clone())
        }
        Command::UpdateOnPremisesObject(update) => {
            if transition.before.on_premises_object(&update.key).is_none() {
                return;
            }
            ObjectName::OnPremises(update.key.clone())
        }
        Command::SetFeature(set) => set.feature.to_string().into(),
        Command::ReinstallConnect(_) => "Connect".into(),
        Command::Sync(_) => "the sync cycle".into(),
        _ => return,
    };
    verdict.violated(
        what,
        "outcome",
        "ok: nothing stands in its way",
        transition.outcome.status.to_string(),
    );
}

/// "ok" means that the state shows it.
fn judge_effect(transition: &Transition<'_>, verdict: &mut Verdict) {
    match transition.command {
        Command::CreateOnPremisesObject(create) => {
            if transition.before.on_premises_object(&create.object.key).is_none() {
                judge_on_premises_effect(transition, verdict, &create.object);
            }
        }
        Command::UpdateOnPremisesObject(update) => {
            if let Some(before) = transition.before.on_premises_object(&update.key) {
                let after = transition.after.on_premises_object(&update.key);
                if transition.has(Capability::Passwords)
                    && after.is_some_and(|after| shows_update(before, &update.set, after))
                {
                    return;
                }
                let mut wanted = OnPremisesObject::clone(before);
                update.set.apply_to(&mut wanted);
                judge_on_premises_effect(transition, verdict, &wanted);
            }
        }
        Command::CreateCloudObject(create) => {
            if transition.history.labels.contains(&create.object.label) {
                return;
            }
            let setup = &create.object;
            let name = || ObjectName::Labelled { kind: setup.kind, label: setup.label.clone() };
            let mut created = transition.created();
            match (created.next(), created.next()) {
                (Some(created), None) => {
                    if !is_as_set_up(setup, created, transition.capabilities) {
                        let wanted = setup.to_object("");
                        let capabilities = transition.capabilities;
                        for (field, wanted, seen) in
                            setup_differences(&wanted, created, capabilities)
                        {
                            verdict.violated(name(), field, wanted, seen);
                        }
                    }
                }
                _ => verdict.violated(
                    name(),
                    "new cloud objects",
                    "exactly one",
                    transition.comparison.created().len().to_string(),
                ),
            }
        }
        _ => judge_effect_on_named(transition, verdict),
    }
}

/// Whether an on-premises object after a change is just what the change makes of it.
fn shows_update(
    before: &OnPremisesObject,
    set: &OnPremisesChange,
    after: &OnPremisesObject,
) -> bool {
    fn is_shown(before: &Option<Text>, change: &Change<Text>, after: &Option<Text>) -> bool {
        match change {
            Change::Keep => before == after,
            Change::Clear => after.is_none(),
            Change::Set(value) => after.as_ref() == Some(value),
        }
    }
    let wanted = |name: &Text| match set.attributes.get(name) {
        Some(changed) => changed.as_ref(),
        None => before.attributes.get(name),
    };
    let wanted_addresses = match &set.proxy_addresses {
        Change::Keep => &*before.proxy_addresses,
        Change::Clear => &[],
        Change::Set(addresses) => addresses,
    };
    before.key == after.key
        && before.kind == after.kind
        && before.mail_enabled == after.mail_enabled
        && is_shown(&before.source_anchor, &set.source_anchor, &after.source_anchor)
        && is_shown(
            &before.user_principal_name,
            &set.user_principal_name,
            &after.user_principal_name,
        )
        && is_shown(&before.password, &set.password, &after.password)
        && after.proxy_addresses == wanted_addresses
        && after.attributes.iter().all(|(name, value)| wanted(name) == Some(value))
        && before
            .attributes
            .keys()
            .chain(set.attributes.keys())
            .all(|name| wanted(name).is_some() == after.attributes.contains_key(name))
}

fn judge_on_premises_effect(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    wanted: &OnPremisesObject,
) {
    match transition.after.on_premises_object(&wanted.key) {
        None => verdict.violated(
            ObjectName::OnPremises(wanted.key.clone()),
            "the object itself",
            "there",
            "not there",
        ),
        Some(seen) if transition.has(Capability::Passwords) => {
            judge_same_on_premises(wanted, seen, verdict);
        }
        Some(seen) => {
            let wanted = OnPremisesObject { password: None, ..wanted.clone() };
            judge_same_on_premises(&wanted, seen, verdict);
        }
    }
}

/// Whether a fresh cloud object shows just what was asked for, and nothing beyond it.
pub(in crate::checks) fn is_as_set_up(
    wanted: &CloudSetup,
    seen: &CloudObject,
    capabilities: &Capabilities,
) -> bool {
    wanted.kind == seen.kind
        && wanted.mail_enabled == seen.mail_enabled
        && !seen.on_premises_sync_enabled
        && wanted.on_premises_immutable_id == seen.on_premises_immutable_id
        && wanted.user_principal_name == seen.user_principal_name
        && wanted.proxy_addresses == seen.proxy_addresses
        && wanted.attributes == seen.attributes
        && (wanted.password == seen.password || !capabilities.has(Capability::Passwords))
        && (wanted.roles == seen.roles || !capabilities.has(Capability::Roles))
        && !seen.deleted
        && !seen.quarantined
}

/// Where a fresh cloud object does not show what was asked for: field, wanted, seen.
pub(in crate::checks) fn setup_differences(
    wanted: &CloudObject,
    seen: &CloudObject,
    capabilities: &Capabilities,
) -> Vec<(String, String, String)> {
    let mut reduced = seen.clone();
    reduced.attributes.retain(|name, _| wanted.attributes.contains_key(name));
    reduced
        .proxy_addresses
        .retain(|address| wanted.proxy_addresses.iter().any(|wanted| wanted.same(address)));
    let mut wanted = wanted.clone();
    if !capabilities.has(Capability::Passwords) {
        wanted.password = None;
        reduced.password = None;
    }
    if !capabilities.has(Capability::Roles) {
        wanted.roles.clear();
        reduced.roles.clear();
    }
    differences(&wanted, &reduced)
        .into_iter()
        .map(|difference| (difference.field, difference.before, difference.after))
        .collect()
}

fn judge_effect_on_named(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Some(reference) = transition.command.cloud_object() else {
        return;
    };
    if !transition.history.is_certain(reference) {
        return;
    }
    let Some(target) = transition.named else { return };
    let after = transition.after_of(target).map(|after| &**after);
    let name = || transition.name_of(target);
    if let Command::DeleteCloudObject(delete) = transition.command {
        let is_done = match after {
            None => true,
            Some(after) => !delete.permanently && after.deleted,
        };
        let is_lost = after.is_none() && !delete.permanently && target.kind == Kind::User;
        if is_lost && target.is_active() {
            verdict.violated(name(), "deleted", "true: in the recycle bin", "the object is gone");
        }
        // Moving groups and contacts to the recycle bin is left open.
        let is_open = !delete.permanently && target.kind != Kind::User;
        if !is_done && !is_open && target.is_active() {
            verdict.violated(
                name(),
                "deleted",
                if delete.permanently {
                    "the object is gone"
                } else {
                    "true, or the object is gone"
                },
                "still there",
            );
        }
        return;
    }
    if let Command::RestoreCloudObject(_) = transition.command {
        if !target.deleted {
            transition.judge_untouched(verdict, target);
        } else if after.is_none_or(|after| after.deleted) {
            verdict.violated(
                name(),
                "deleted",
                "false",
                if after.is_some() { "true" } else { "the object is gone" },
            );
        }
        return;
    }
    if target.deleted {
        return;
    }
    let Some(after) = after else {
        verdict.violated(name(), "the object itself", "still there", "gone");
        return;
    };
    let mut wanted = CloudObject::clone(target);
    match transition.command {
        Command::UpdateCloudObject(update) => update.set.apply_to(&mut wanted),
        Command::SetImmutableId(set) => wanted.on_premises_immutable_id.clone_from(&set.value),
        Command::AssignRole(assign) => {
            wanted.roles.insert(assign.role.clone());
        }
        Command::RemoveRole(remove) => {
            wanted.roles.remove(&remove.role);
        }
        _ => return,
    }
    let mut seen = after.clone();
    if is_open_password_edit(transition, target) || !transition.has(Capability::Passwords) {
        seen.password.clone_from(&wanted.password);
    }
    if is_same_state(transition.history, &wanted, &seen) {
        return;
    }
    for difference in transition.differences(&wanted, &seen) {
        verdict.violated(name(), difference.field, difference.before, difference.after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const BEFORE: &str = r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@x",
        "proxyAddresses": ["SMTP:ann@x"], "attributes": {"department": "Sales", "pager": "1"}, "password": "pw"}"#;

    /// Ann once she was changed, and then once more by mistake.
    #[rstest]
    #[case::as_asked(|_: &mut OnPremisesObject| {}, true)]
    #[case::key(|ann: &mut OnPremisesObject| ann.key = "other".into(), false)]
    #[case::kind(|ann: &mut OnPremisesObject| ann.kind = Kind::Contact, false)]
    #[case::mail_enabled(|ann: &mut OnPremisesObject| ann.mail_enabled = true, false)]
    #[case::anchor(|ann: &mut OnPremisesObject| ann.source_anchor = Some("Qk".into()), false)]
    #[case::name(|ann: &mut OnPremisesObject| ann.user_principal_name = None, false)]
    #[case::password(|ann: &mut OnPremisesObject| ann.password = Some("other".into()), false)]
    #[case::addresses(|ann: &mut OnPremisesObject| ann.proxy_addresses = [].into(), false)]
    #[case::value(|ann: &mut OnPremisesObject| drop(ann.attributes.insert("department".into(), "Other".into())), false)]
    #[case::value_gone(|ann: &mut OnPremisesObject| drop(ann.attributes.remove("department")), false)]
    #[case::further_value(|ann: &mut OnPremisesObject| drop(ann.attributes.insert("office".into(), "1".into())), false)]
    fn an_update_shows_just_what_was_asked_for(
        #[case] mistake: fn(&mut OnPremisesObject),
        #[case] expected: bool,
        #[values(
            "{}",
            r#"{"userPrincipalName": "cat@x", "proxyAddresses": ["SMTP:cat@x"], "attributes": {"department": "Board", "pager": null}}"#,
            r#"{"sourceAnchor": "QkJC", "password": null, "attributes": {"pager": null, "fax": "2", "floor": null}}"#
        )]
        set: &str,
    ) {
        let before: OnPremisesObject = serde_json::from_str(BEFORE).expect("an object");
        let set: OnPremisesChange = serde_json::from_str(set).expect("a change");
        let mut after = before.clone();
        set.apply_to(&mut after);
        mistake(&mut after);
        assert_eq!(shows_update(&before, &set, &after), expected);
    }
}
