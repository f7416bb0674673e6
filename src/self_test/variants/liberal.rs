//! The reference model with liberties taken.

use super::cycle::{GivenUp, LiberalCycle, contended, is_rejecting};
use super::liberty::Liberty;
use crate::directory::{
    Capabilities, Capability, CloudObject, CloudRef, Command, DeclaredChoices, DeleteCloudObject,
    Evaluator, Feature, Features, Kind, Outcome, ResultWord, Snapshot, Status, StepObservation,
    SyncResult, Tenant, Text,
};
use crate::implementation::{Description, Failure, Implementation, ImplementationName};
use crate::reference::{Policy, Reason, ReferenceModel};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// What changes how single objects are shown.
const OF_OBJECTS: &[Liberty] = &[
    Liberty::OtherIdentifiers,
    Liberty::OtherPlaceholders,
    Liberty::InitialDomainAddress,
    Liberty::AttributesOfItsOwn,
    Liberty::AttributesThatChange,
    Liberty::EmptiesDeletedObjects,
    Liberty::NamesInCapitals,
];

/// What the reference model's own placeholders end in.
const PLACEHOLDER_DOMAIN: &str = "@quarantine.invalid";

/// A correct implementation that decides by some policy and takes some liberties; with moods, it
/// draws both anew for every case.
#[derive(Clone, Debug)]
pub(super) struct Liberal {
    name: String,
    model: ReferenceModel,
    capabilities: Capabilities,
    /// The liberties that it takes in every case.
    always: BTreeSet<Liberty>,
    /// Those that it takes in this case.
    liberties: BTreeSet<Liberty>,
    /// What its moods are drawn from, if it has any.
    moods: Option<TestRng>,
    /// How many states it has shown of this case.
    shown: usize,
    /// What the tenant's switches are.
    features: Features,
    /// Connect was installed anew and has not synchronised since.
    is_reinstalled: bool,
    /// On-premises keys of joined objects whose late match was told, since when nothing was changed.
    late_matches_told: HashSet<Text>,
    /// The identifiers of objects that were mastered in the cloud at some time of this case.
    born_in_the_cloud: HashSet<Text>,
    /// Those of users that it created.
    created: HashSet<Text>,
    /// Late matches that wait for a change on-premises.
    given_up: GivenUp,
    /// By identifier of the model: the number that is shown instead.
    numbers: BTreeMap<Text, usize>,
    /// Password hash sync was turned on, and no cycle has been run since.
    sends_passwords: bool,
}

impl Liberal {
    pub(super) fn new(name: &str, policy: Policy, liberties: &[Liberty]) -> Liberal {
        let always: BTreeSet<Liberty> = liberties.iter().copied().collect();
        Liberal {
            name: name.to_owned(),
            model: ReferenceModel::new(policy),
            capabilities: ReferenceModel::new(policy).describe().capabilities,
            liberties: always.clone(),
            always,
            moods: None,
            shown: 0,
            features: Features::default(),
            is_reinstalled: false,
            late_matches_told: HashSet::new(),
            born_in_the_cloud: HashSet::new(),
            created: HashSet::new(),
            given_up: GivenUp::new(),
            numbers: BTreeMap::new(),
            sends_passwords: false,
        }
    }

    /// One that declares no choice and makes them anew for every case.
    pub(super) fn moody(name: &str, policy: Policy) -> Liberal {
        Liberal {
            moods: Some(TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
            ..Liberal::new(name, policy, &[Liberty::DeclaresNoChoice])
        }
    }

    /// The same, declaring only these capabilities.
    pub(super) fn with_capabilities(self, capabilities: Capabilities) -> Liberal {
        Liberal { capabilities, ..self }
    }

    #[cfg(test)]
    pub(super) fn policy(&self) -> &Policy {
        self.model.policy()
    }

    fn snapshot(&mut self, mut snapshot: Snapshot) -> Snapshot {
        if self.liberties.contains(&Liberty::ReusesIdentifiers) {
            self.number(&snapshot);
        }
        let liberties = &self.liberties;
        if liberties.contains(&Liberty::HidesTheRecycleBin) {
            snapshot.cloud.retain(|object| !object.deleted);
        }
        if liberties.contains(&Liberty::GeneratesPasswords) {
            for object in &mut snapshot.cloud {
                // What it created keeps its password wherever it is mastered later.
                if object.is_cloud_mastered() && !self.created.contains(&object.id) {
                    self.born_in_the_cloud.insert(object.id.clone());
                } else if object.kind == Kind::User && !self.born_in_the_cloud.contains(&object.id)
                {
                    self.created.insert(object.id.clone());
                    let shown = Arc::make_mut(object);
                    let made_up = format!("made up for {}", shown.id);
                    shown.password.get_or_insert_with(|| made_up.into());
                }
            }
        }
        if OF_OBJECTS.iter().any(|liberty| liberties.contains(liberty)) {
            for object in &mut snapshot.cloud {
                show(Arc::make_mut(object), liberties, self.shown);
            }
        }
        if liberties.contains(&Liberty::ReusesIdentifiers) {
            for object in &mut snapshot.cloud {
                if let Some(number) = self.numbers.get(&object.id) {
                    Arc::make_mut(object).id = format!("number {number}").into();
                }
            }
        }
        if liberties.contains(&Liberty::ListsBackwards) {
            snapshot.cloud.reverse();
            snapshot.on_premises.reverse();
        }
        if liberties.contains(&Liberty::ListsInAnyOrder) {
            let by = |length: usize| self.shown.checked_rem(length).unwrap_or(0);
            let (cloud, on_premises) = (by(snapshot.cloud.len()), by(snapshot.on_premises.len()));
            snapshot.cloud.rotate_left(cloud);
            snapshot.on_premises.rotate_left(on_premises);
        }
        self.shown += 1;
        snapshot
    }

    /// Gives every object the least number that none has.
    fn number(&mut self, snapshot: &Snapshot) {
        let there: HashSet<&Text> = snapshot.cloud.iter().map(|object| &object.id).collect();
        // Not in the same step.
        let taken: HashSet<usize> = self.numbers.values().copied().collect();
        self.numbers.retain(|id, _| there.contains(id));
        let mut free = (0..).filter(|number| !taken.contains(number));
        for object in &snapshot.cloud {
            if !self.numbers.contains_key(&object.id) {
                self.numbers.extend(free.next().map(|number| (object.id.clone(), number)));
            }
        }
    }

    fn result(&self, result: &mut SyncResult) {
        if self.liberties.contains(&Liberty::TellsRejoinsAsUpdates)
            && result.result == ResultWord::HardMatched
            && result.evaluated_by == Some(Evaluator::Client)
        {
            *result = SyncResult::plain(ResultWord::Updated);
        }
        if self.liberties.contains(&Liberty::TellsJoinedOnly) {
            result.matched_on = None;
            result.evaluated_by = None;
            if matches!(result.result, ResultWord::HardMatched | ResultWord::SoftMatched) {
                result.result = ResultWord::Joined;
            }
        }
        if self.liberties.contains(&Liberty::TellsNoReasons) {
            let declares_codes = self.model.policy().edition.adds.contains(&Capability::ErrorCodes);
            result.code.take_if(|_| !declares_codes);
            result.message = None;
        }
        if self.liberties.contains(&Liberty::TellsConflictsAlike)
            && matches!(result.code.as_deref(), Some("InvalidSoftMatch" | "ObjectTypeMismatch"))
        {
            result.code = Some("AttributeValueMustBeUnique".into());
        }
        if self.liberties.contains(&Liberty::TellsErrorForQuarantined)
            && result.result == ResultWord::Quarantined
        {
            result.result = ResultWord::Error;
            // The code that says no more than that values conflict is true of each.
            result.code = Some("AttributeValueMustBeUnique".into());
        }
        if self.liberties.contains(&Liberty::TellsUpdatedAlways)
            && result.result == ResultWord::Unchanged
        {
            result.result = ResultWord::Updated;
        }
    }
}

impl Liberal {
    /// Whether a command asks for what is already so. Takes note of what it changes.
    fn asks_for_what_is_so(&mut self, command: &Command) -> bool {
        let is_new_installation = !self.is_reinstalled;
        match command {
            Command::SetFeature(set) => {
                let is_so = self.features.get(set.feature) == set.value;
                self.features.set(set.feature, set.value);
                is_so
            }
            Command::ReinstallConnect(_) => {
                self.is_reinstalled = true;
                !is_new_installation
            }
            Command::Sync(_) => {
                self.is_reinstalled = false;
                false
            }
            _ => {
                let before = self.model.snapshot();
                let after = self.model.clone().apply(command);
                after.is_ok_and(|step| step.outcome.status == Status::Ok && step.snapshot == before)
            }
        }
    }

    fn is_rejecting(&self) -> bool {
        is_rejecting(self.model.policy(), !self.always.contains(&Liberty::DeclaresNoChoice))
    }

    /// Lets the model carry a command out, but for what is done otherwise in a cycle and after it.
    fn carry_out(&mut self, command: &Command) -> Result<Outcome, Failure> {
        let is_sync = matches!(command, Command::Sync(_));
        let mut cycle = LiberalCycle {
            liberties: &self.liberties,
            is_rejecting: self.is_rejecting(),
            is_hard_match_first: self.model.policy().edition.hard_match_first,
            given_up: &mut self.given_up,
            contended: if is_sync { contended(&self.model) } else { HashSet::new() },
            by: Vec::new(),
        };
        let mut outcome = self.model.carry_out(command, &mut cycle)?;
        if is_sync {
            if std::mem::take(&mut self.sends_passwords) {
                self.send_passwords(&mut outcome);
            }
            if self.liberties.contains(&Liberty::TellsQuarantinedInEveryCycle) {
                self.tell_quarantined(&mut outcome);
            }
        }
        Ok(outcome)
    }

    /// What is done with a command otherwise than the model does it, if anything.
    fn without_the_model(&mut self, command: &Command) -> Option<Outcome> {
        let takes = |liberty| self.liberties.contains(&liberty);
        if let Command::SetFeature(set) = command
            && set.feature == Feature::PasswordHashSync
        {
            self.sends_passwords = takes(Liberty::HashSyncSendsAllPasswords) && set.value;
        }
        let handle = self.model.resolve(command.cloud_object()?)?;
        let object = Arc::clone(self.model.tenant().get(handle)?);
        let is_joined =
            object.is_active() && object.is_on_premises_mastered() && !object.quarantined;
        let is_refused = match command {
            Command::DeleteCloudObject(_) => is_joined && takes(Liberty::RefusesDeletingJoined),
            Command::UpdateCloudObject(update) => {
                let is_of_password = !update.set.password.is_keep();
                is_joined && is_of_password && takes(Liberty::RefusesPasswordsOfJoined)
            }
            _ => false,
        };
        if is_refused {
            return Some(Outcome::plain(Status::Refused));
        }
        match command {
            Command::DeleteCloudObject(delete)
                if object.kind != Kind::User
                    && !delete.permanently
                    && takes(Liberty::BinHoldsUsersOnly) =>
            {
                let delete = DeleteCloudObject { permanently: true, ..delete.clone() };
                self.model.apply(&Command::DeleteCloudObject(delete)).ok().map(|step| step.outcome)
            }
            Command::DeleteCloudObject(_) | Command::RestoreCloudObject(_) => None,
            _ => (object.deleted && takes(Liberty::DeletedObjectsAreNotFound))
                .then(|| Outcome::plain(Status::NotFound)),
        }
    }

    /// Sends the passwords of all joined users.
    fn send_passwords(&mut self, outcome: &mut Outcome) {
        if !self.features.password_hash_sync {
            return;
        }
        let sources = self.model.on_premises();
        let sources = sources.filter(|(source, _)| source.password.is_some());
        let joined: Vec<_> =
            sources.filter_map(|(source, joined)| Some((Arc::clone(source), joined?))).collect();
        for (source, handle) in joined {
            let is_change = self.model.tenant_mut().change(handle, |object| {
                object.password.clone_from(&source.password);
            });
            if let Some(result) = outcome.objects.get_mut(&source.key)
                && is_change
                && result.result == ResultWord::Unchanged
            {
                result.result = ResultWord::Updated;
            }
        }
    }

    /// Tells objects that have a quarantined one.
    fn tell_quarantined(&self, outcome: &mut Outcome) {
        for (key, result) in &mut outcome.objects {
            let copy = self.model.resolve(&CloudRef::QuarantinedFor(key.clone()));
            let copy = copy.and_then(|copy| self.model.tenant().active(copy));
            if copy.is_some_and(|copy| copy.quarantined) && result.result == ResultWord::Unchanged {
                result.result = ResultWord::Quarantined;
            }
        }
    }

    /// Deletes for good what is in the recycle bin.
    fn empty_the_bin(&mut self) {
        let tenant = self.model.tenant();
        // What has left scope has to be there when it comes back.
        let is_emptied = |handle| !self.model.is_left_behind(handle);
        let deleted = tenant.objects().filter(|(_, object)| object.deleted);
        let deleted: Vec<_> = deleted.filter(|(handle, _)| is_emptied(*handle)).collect();
        let deleted: Vec<_> = deleted.into_iter().map(|(handle, _)| handle).collect();
        deleted.into_iter().for_each(|handle| self.model.tenant_mut().remove(handle));
    }

    /// Tells a late match once, and then nothing until anything is changed.
    fn tell_late_matches_once(&mut self, command: &Command, outcome: &mut Outcome) {
        if !matches!(command, Command::Sync(_)) {
            self.late_matches_told.clear();
        }
        for (key, result) in &mut outcome.objects {
            let is_late = result.message.as_deref() == Some(Reason::LateMatch.message());
            if is_late && !self.late_matches_told.insert(key.clone()) {
                *result = SyncResult::plain(ResultWord::Unchanged);
            }
        }
    }
}

/// How an object is shown.
fn show(object: &mut CloudObject, liberties: &BTreeSet<Liberty>, shown: usize) {
    let is_synced = object.is_on_premises_mastered();
    if liberties.contains(&Liberty::OtherPlaceholders)
        && let Some(name) = object.user_principal_name.as_deref()
        && let Some(user) = name.strip_suffix(PLACEHOLDER_DOMAIN)
    {
        object.user_principal_name =
            Some(format!("{}@contoso.onmicrosoft.com", user.replace('+', "")).into());
    }
    if liberties.contains(&Liberty::InitialDomainAddress) && is_synced && object.kind == Kind::User
    {
        let address = format!("smtp:{}@contoso.onmicrosoft.com", object.id);
        object.proxy_addresses.push((&*address).into());
    }
    if liberties.contains(&Liberty::AttributesOfItsOwn) {
        object.attributes.insert("createdDateTime".into(), "2023-01-26".into());
        object.attributes.entry("usageLocation".into()).or_insert_with(|| "NO".into());
    }
    if liberties.contains(&Liberty::AttributesThatChange) {
        object.attributes.insert("lastSeenDateTime".into(), shown.to_string().into());
    }
    if liberties.contains(&Liberty::EmptiesDeletedObjects) && object.deleted {
        object.proxy_addresses.clear();
        object.attributes.clear();
        object.roles.clear();
        object.password = None;
        object.user_principal_name =
            object.user_principal_name.take().map(|name| format!("{}{name}", object.id).into());
    }
    if liberties.contains(&Liberty::NamesInCapitals) && is_synced {
        object.user_principal_name =
            object.user_principal_name.take().map(|name| name.to_ascii_uppercase().into());
        for address in &mut object.proxy_addresses {
            if let Some((prefix, mail)) = address.as_str().split_once(':')
                && address.mail().is_some()
            {
                *address = format!("{prefix}:{}", mail.to_ascii_uppercase()).as_str().into();
            }
        }
    }
    if liberties.contains(&Liberty::OtherIdentifiers) {
        object.id = format!("{{{}}}", object.id).into();
    }
}

impl Implementation for Liberal {
    fn describe(&self) -> Description {
        let mut capabilities = self.capabilities.clone();
        if self.always.contains(&Liberty::TellsJoinedOnly) || self.moods.is_some() {
            capabilities.0.remove(&Capability::MatchKind);
            capabilities.0.remove(&Capability::EvaluatedBy);
        }
        if self.always.contains(&Liberty::HidesTheRecycleBin) {
            capabilities.0.remove(&Capability::RecycleBin);
        }
        let described = self.model.describe();
        Description {
            implementation: ImplementationName {
                name: self.name.clone(),
                ..described.implementation.clone()
            },
            capabilities,
            choices: if self.always.contains(&Liberty::DeclaresNoChoice) {
                DeclaredChoices::default()
            } else {
                described.choices
            },
            ..described
        }
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.shown = 0;
        self.features = tenant.features;
        self.is_reinstalled = false;
        self.late_matches_told.clear();
        self.born_in_the_cloud.clear();
        self.created.clear();
        self.given_up.clear();
        self.numbers.clear();
        self.sends_passwords = false;
        if let Some(moods) = &mut self.moods {
            let policies = self.model.policy().every_choice();
            let mut policy = policies[moods.next_u32() as usize % policies.len()];
            policy.blocked_address_ends_the_search = moods.next_u32() % 2 == 0;
            policy.soft_match_with_equal_anchor = moods.next_u32() % 2 == 0;
            self.model = ReferenceModel::new(policy);
            self.liberties = self.always.clone();
            for liberty in Liberty::ALL {
                // What is declared cannot change from case to case.
                if *liberty != Liberty::HidesTheRecycleBin && moods.next_u32() % 2 == 0 {
                    self.liberties.insert(*liberty);
                }
            }
        }
        let start = if self.liberties.contains(&Liberty::LastFirst) {
            // Objects that come later stay behind those that were there.
            let mut tenant = tenant.clone();
            tenant.on_premises.reverse();
            self.model.reset(&tenant)?
        } else {
            self.model.reset(tenant)?
        };
        Ok(self.snapshot(start))
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let is_already_so = self.asks_for_what_is_so(command);
        if self.liberties.contains(&Liberty::BinsExpire) && matches!(command, Command::Sync(_)) {
            self.empty_the_bin();
        }
        let outcome = match self.without_the_model(command) {
            Some(outcome) => outcome,
            None => self.carry_out(command)?,
        };
        let mut step = StepObservation { outcome, snapshot: self.model.snapshot() };
        if is_already_so && self.liberties.contains(&Liberty::RefusesWhatIsSo) {
            step.outcome = Outcome::plain(Status::Refused);
        }
        if self.liberties.contains(&Liberty::TellsLateMatchesOnce) && !self.is_rejecting() {
            self.tell_late_matches_once(command, &mut step.outcome);
        }
        step.snapshot = self.snapshot(step.snapshot);
        for result in step.outcome.objects.values_mut() {
            self.result(result);
        }
        Ok(step)
    }
}
