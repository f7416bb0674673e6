//! Faults in where an object is mastered, and who may change it.

use super::Mutant;
use super::alike::{change, cloud_mastered_other, is_error};
use super::consequences::NOT_ITS_OWN;
use crate::directory::{Command, CreateCloudObject, Outcome, Status};
use crate::reference::{CloudHandle, Reason};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "immutable-id-flips-authority",
        "soa.one-authority",
        "A user that is given an onPremisesImmutableId counts as mastered on-premises at once.",
    )
    .also(&[&["safe.command-takes-effect", "safe.only-the-named-change"]])
    .afterwards(|_, command, model, outcome| {
        if outcome.status == Status::Ok
            && matches!(command, Command::SetImmutableId(_))
            && let Some(object) = command.cloud_object()
        {
            model.edit(object, |object| {
                object.on_premises_sync_enabled = object.on_premises_immutable_id.is_some();
            });
        }
    }),
    Mutant::new(
        "failed-match-flips-authority",
        "soa.one-authority",
        "A new object that fails leaves the object in its way mastered on-premises.",
    )
    .also(&[
        NOT_ITS_OWN,
        &[
            "safe.command-takes-effect",
            "soa.no-split",
            "takeover.addresses-replaced",
            "takeover.anchor-stamped",
            "takeover.password-overwritten",
            "takeover.values-overwritten",
        ],
    ])
    .after_turn(|_, turn, result| {
        if is_error(result)
            && turn.joined.is_none()
            && let Some(holder) = cloud_mastered_other(turn)
        {
            change(turn.tenant, holder, |object| object.on_premises_sync_enabled = true);
        }
    }),
    Mutant::new(
        "cloud-edits-of-synced-objects-accepted",
        "soa.no-split",
        "A cloud administrator can edit objects that are mastered on-premises.",
    )
    .instead(|_, command, model| match command {
        Command::UpdateCloudObject(update)
            if model.named_by(command).is_some_and(|object| object.on_premises_sync_enabled) =>
        {
            Some(model.edit(&update.object, |object| update.set.apply_to(object)))
        }
        _ => None,
    }),
    Mutant::new(
        "attributes-without-on-premises-value-stay-editable",
        "soa.no-split",
        "On a synced object a cloud administrator can edit what has no value on-premises.",
    )
    .instead(|_, command, model| {
        let Command::UpdateCloudObject(update) = command else {
            return None;
        };
        let target = model.named_by(command).filter(|target| target.on_premises_sync_enabled)?;
        let source = model.on_premises().find_map(|(source, _)| {
            (source.source_anchor == target.on_premises_immutable_id).then_some(source)
        })?;
        let has_value = |name| source.attributes.contains_key(name);
        let is_free = update.set.user_principal_name.is_keep()
            && update.set.proxy_addresses.is_keep()
            && !update.set.attributes.keys().any(has_value);
        is_free.then(|| model.edit(&update.object, |object| update.set.apply_to(object)))
    }),
    Mutant::new(
        "refused-edit-changes-the-addresses",
        "soa.no-split",
        "An edit of a synced object is refused, and its addresses are written all the same.",
    )
    .also(&[&["safe.command-takes-effect"]])
    .afterwards(|_, command, model, outcome| {
        if outcome.status == Status::Refused
            && let Command::UpdateCloudObject(update) = command
            && model.named_by(command).is_some_and(|object| object.on_premises_sync_enabled)
        {
            let mut set = update.set.clone();
            set.attributes.clear();
            set.user_principal_name = Default::default();
            set.password = Default::default();
            model.edit(&update.object, |object| set.apply_to(object));
        }
    }),
    Mutant::new(
        "unmatched-cloud-objects-emptied",
        "soa.cloud-mastered-untouched",
        "Every cycle empties the attributes of objects that have nothing on-premises.",
    )
    .also(&[
        &["law.unrelated-objects"],
        NOT_ITS_OWN,
        &[
            "takeover.addresses-replaced",
            "takeover.anchor-stamped",
            "takeover.authority-flips",
            "takeover.password-overwritten",
            "takeover.values-overwritten",
        ],
    ])
    .afterwards(|_, command, model, _| {
        if matches!(command, Command::Sync(_)) {
            let unmatched: Vec<CloudHandle> =
                super::alike::cloud_mastered(model.tenant()).map(|(handle, _)| handle).collect();
            for handle in unmatched {
                change(model.tenant_mut(), handle, |object| object.attributes.clear());
            }
        }
    }),
    Mutant::new(
        "collision-writes-values-to-the-holder",
        "soa.cloud-mastered-untouched",
        "A new object that fails leaves its attributes on the object that is in its way.",
    )
    .also(&[
        NOT_ITS_OWN,
        &[
            "takeover.addresses-replaced",
            "takeover.anchor-stamped",
            "takeover.authority-flips",
            "takeover.password-overwritten",
        ],
    ])
    .after_turn(|_, turn, result| {
        if is_error(result)
            && turn.joined.is_none()
            && let Some(holder) = cloud_mastered_other(turn)
        {
            let values = turn.incoming.attributes.clone();
            change(turn.tenant, holder, |object| object.attributes.extend(values));
        }
    }),
    Mutant::new(
        "ambiguous-match-leaves-half-an-update-behind",
        "match.every-new-object",
        "An ambiguous match ends in an error after the addresses have been written.",
    )
    .also(&[&[
        "admin.untouched",
        "kind.same-kind",
        "match.primary-smtp-only",
        "match.same-attribute",
        "safe.only-the-named-change",
        "soa.cloud-mastered-untouched",
        "takeover.addresses-replaced",
        "takeover.anchor-stamped",
        "takeover.authority-flips",
        "takeover.password-overwritten",
        "takeover.values-overwritten",
    ]])
    .after_turn(|_, turn, result| {
        if result.message.as_deref() == Some(Reason::Ambiguous.message())
            && let Some(holder) = cloud_mastered_other(turn)
        {
            let held = turn.tenant.get(holder).map(|object| object.proxy_addresses.clone());
            let free = turn.incoming.proxy_addresses.iter().filter(|address| {
                address.mail().is_none_or(|mail| turn.tenant.holder_of_mail(mail).is_none())
            });
            let addresses: Vec<_> = free.cloned().chain(held.unwrap_or_default()).collect();
            let attributes = turn.incoming.attributes.clone();
            change(turn.tenant, holder, |object| {
                object.proxy_addresses = addresses;
                object.attributes.extend(attributes);
            });
        }
    }),
    Mutant::new(
        "cloud-objects-locked-once-connect-runs",
        "soa.cloud-edits-work",
        "After the first cycle no object can be edited in the cloud, whoever masters it.",
    )
    .instead(|memory, command, model| {
        let is_locked = matches!(command, Command::UpdateCloudObject(_)) && memory.cycles > 0;
        (is_locked && model.named_by(command).is_some()).then(|| Outcome::plain(Status::Refused))
    }),
    Mutant::new(
        "immutable-id-locks-cloud-edits",
        "soa.cloud-edits-work",
        "A cloud-mastered object that carries an onPremisesImmutableId cannot be edited.",
    )
    .instead(|_, command, model| {
        let is_locked = matches!(command, Command::UpdateCloudObject(_))
            && model.named_by(command)?.on_premises_immutable_id.is_some();
        is_locked.then(|| Outcome::plain(Status::Refused))
    }),
    Mutant::new(
        "new-cloud-objects-are-mastered-on-premises",
        "soa.one-authority",
        "What an administrator creates with an onPremisesImmutableId is mastered on-premises.",
    )
    .also(&[&["safe.command-takes-effect", "safe.only-the-named-change"]])
    .afterwards(|_, command, model, outcome| {
        if outcome.status == Status::Ok
            && let Command::CreateCloudObject(CreateCloudObject { object: created }) = command
            && created.on_premises_immutable_id.is_some()
        {
            let label = crate::directory::CloudRef::Label(created.label.clone());
            model.edit(&label, |object| object.on_premises_sync_enabled = true);
        }
    }),
];
