//! What a step leaves open, of whom, and why.

use super::candidates::MatchCandidates;
use super::definitions::MatchClass;
use super::history::History;
use super::index::shares_an_identifier_with_another;
use super::link_state::LinkState;
use super::subject::Subject;
use super::unspecified::WhyUnspecified;
use crate::directory::{
    CloudObject, CloudRef, CollisionHandling, Command, DeclaredChoices, Kind, ProxyAddress,
    Snapshot, Status, Text, ValuesAbsentOnPremises,
};

/// Something that a step leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnspecifiedPart {
    /// About whom: a cloud object by its label, or an on-premises object, with whatever belongs to
    /// it in the cloud, by `joinedTo` its key.
    pub about: CloudRef,
    /// How much is open.
    pub extent: Extent,
    /// Why.
    pub why: WhyUnspecified,
}

/// How much a step leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What becomes, in this step and later, of the object and of whatever touches it.
    Everything,
    /// What becomes of the object itself, and later of whatever touches it. In this step what it
    /// meets stays as it is.
    Itself,
    /// Whether its cloud object holds these names and addresses from now on.
    Holding(Vec<Text>),
}

impl UnspecifiedPart {
    /// What a cycle leaves open of one on-premises object.
    pub(super) fn of_cycle(
        subject: &Subject<'_>,
        choices: &DeclaredChoices,
    ) -> Option<UnspecifiedPart> {
        let (extent, why) = extent_in_cycle(subject, choices)?;
        Some(UnspecifiedPart { about: CloudRef::JoinedTo(subject.object.key.clone()), extent, why })
    }

    /// What an administrator's command leaves open.
    pub(super) fn of_command(
        command: &Command,
        status: Status,
        before: &Snapshot,
        history: &History,
    ) -> Option<UnspecifiedPart> {
        let everything =
            |about, why| Some(UnspecifiedPart { about, extent: Extent::Everything, why });
        if let Command::CreateCloudObject(create) = command {
            let created = create.object.to_object("");
            let is_open =
                status != Status::Ok || shares_an_identifier_with_another(&created, &before.cloud);
            let about = CloudRef::Label(create.object.label.clone());
            return if is_open { everything(about, WhyUnspecified::Command) } else { None };
        }
        if let Command::RemoveOnPremisesObject(remove) = command {
            let about = CloudRef::JoinedTo(remove.key.clone());
            return everything(about, WhyUnspecified::RecycleBin);
        }
        let reference = command.cloud_object()?;
        if matches!(command, Command::SetCloudManaged(_)) {
            let about = match reference {
                CloudRef::QuarantinedFor(key) => CloudRef::JoinedTo(key.clone()),
                other => other.clone(),
            };
            return everything(about, WhyUnspecified::Command);
        }
        let target = before.cloud_object(history.resolve(reference)?)?;
        let about = match reference {
            CloudRef::QuarantinedFor(key) => CloudRef::JoinedTo(key.clone()),
            other => other.clone(),
        };
        let involves_the_bin = match command {
            Command::RestoreCloudObject(_) => true,
            Command::DeleteCloudObject(delete) => !delete.permanently,
            _ => false,
        };
        if target.deleted || involves_the_bin {
            everything(about, WhyUnspecified::RecycleBin)
        } else if target.quarantined {
            everything(about, WhyUnspecified::Quarantined)
        } else if is_open_edit(command, status, target, before) {
            everything(about, WhyUnspecified::Command)
        } else {
            None
        }
    }
}

fn extent_in_cycle(
    subject: &Subject<'_>,
    choices: &DeclaredChoices,
) -> Option<(Extent, WhyUnspecified)> {
    let everything = |why| Some((Extent::Everything, why));
    let itself = |why| Some((Extent::Itself, why));
    if subject.contended {
        return everything(WhyUnspecified::Contended);
    }
    match &subject.link_state {
        LinkState::New(matching) if matching.unspecified => {
            everything(WhyUnspecified::UndocumentedTouch)
        }
        LinkState::New(matching) => match matching.class {
            MatchClass::Ambiguous => everything(WhyUnspecified::AmbiguousMatch),
            MatchClass::Collision if !is_rejected(matching, choices) => {
                itself(WhyUnspecified::Collision)
            }
            MatchClass::Clear => {
                let (candidate, _) = matching.clear()?;
                let keeps_or_loses_mail = !matches!(
                    choices.values_absent_on_premises,
                    Some(ValuesAbsentOnPremises::Kept | ValuesAbsentOnPremises::Cleared)
                );
                may_hold(subject, candidate.cloud, keeps_or_loses_mail)
            }
            MatchClass::NoHolder | MatchClass::Collision => None,
        },
        LinkState::Joined(link) if link.anchor_changed => everything(WhyUnspecified::AnchorChanged),
        LinkState::Joined(_) if !subject.pending => None,
        LinkState::Joined(link) if link.meets_others() => {
            itself(WhyUnspecified::JoinedTouchesAnother)
        }
        LinkState::Joined(link) => may_hold(subject, link.cloud, true),
        LinkState::Quarantined(..) => itself(WhyUnspecified::Quarantined),
        LinkState::Indeterminate(..) => everything(WhyUnspecified::Indeterminate),
    }
}

/// Whether a collision ends in an error that changes nothing: where the anchor collides it
/// always does, and elsewhere by declaration.
fn is_rejected(matching: &MatchCandidates<'_>, choices: &DeclaredChoices) -> bool {
    choices.collision_handling == Some(CollisionHandling::Rejected)
        || matching.holders().any(|(candidate, _)| candidate.anchor)
}

/// What the cloud object of an object that has no addresses on-premises, or no `mail`, may or may not
/// hold afterwards. `is_mail_open` says whether that is so of `mail`.
fn may_hold(
    subject: &Subject<'_>,
    cloud: &CloudObject,
    is_mail_open: bool,
) -> Option<(Extent, WhyUnspecified)> {
    let object = subject.object;
    let without_prefix = |address: &ProxyAddress| address.mail().unwrap_or(&address.0).into();
    let mut names: Vec<Text> = Vec::new();
    if object.proxy_addresses.is_empty() {
        names.extend(cloud.proxy_addresses.iter().map(without_prefix));
    }
    if is_mail_open && !object.attributes.contains_key("mail") {
        names.extend(cloud.attributes.get("mail").cloned());
    }
    (!names.is_empty()).then_some((Extent::Holding(names), WhyUnspecified::KeptValue))
}

/// Whether the documents do not settle what a command makes of an active object.
fn is_open_edit(
    command: &Command,
    status: Status,
    target: &CloudObject,
    before: &Snapshot,
) -> bool {
    match command {
        Command::UpdateCloudObject(update) => {
            let mut edited = target.clone();
            update.set.apply_to(&mut edited);
            let set = &update.set;
            let suits_its_kind = if target.kind == Kind::User {
                edited.user_principal_name.is_some()
            } else {
                set.user_principal_name.is_keep() && set.password.is_keep()
            };
            target.is_cloud_mastered()
                && edited != *target
                && (!suits_its_kind || shares_an_identifier_with_another(&edited, &before.cloud))
        }
        Command::SetImmutableId(set) if target.on_premises_immutable_id == set.value => false,
        Command::SetImmutableId(set) => {
            let mut edited = target.clone();
            edited.on_premises_immutable_id.clone_from(&set.value);
            set.value.is_none()
                || !target.is_cloud_mastered()
                || (target.kind == Kind::User
                    && shares_an_identifier_with_another(&edited, &before.cloud))
        }
        Command::AssignRole(_)
        | Command::RemoveRole(_)
        | Command::MakeEligible(_)
        | Command::RemoveEligibility(_)
        | Command::SetOnPremisesObjectIdentifier(_) => target.kind != Kind::User,
        Command::DeleteCloudObject(_) => !target.is_cloud_mastered() || status != Status::Ok,
        _ => false,
    }
}
