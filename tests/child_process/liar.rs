//! The reference model, which does right, behind an adapter that lies about it.
//!
//! What is done is right in every case; only what is told of it is wrong. So whatever the suite
//! finds it finds in what it was told.

use entra_conformance::directory::{
    CloudObject, Command, Evaluator, Kind, MatchingAttribute, Outcome, ResultWord, Snapshot,
    Status, StepObservation, SyncResult, Tenant, Text,
};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::ReferenceModel;
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many cases a run begins with to try the adapter: it is honest then.
const TRIALS: usize = 2;

/// The cases in which it lies; they are counted by their resets behind the [`TRIALS`], from 0 on.
#[derive(Clone, Copy)]
pub(crate) enum LiesIn {
    Case(usize),
    /// In every n-th case, the first of them after n - 1 others.
    Every(usize),
}

/// What is told otherwise than it is.
#[derive(Clone, Copy, PartialEq)]
enum Lie {
    // About the state.
    Stale,
    StaleAfterSyncs,
    LeftOver,
    IdOfEachStep,
    IdAtTakeover,
    IdsSwapped,
    Twice,
    TwiceUnderAnotherId,
    GroupTwiceUnderAnotherId,
    TwiceAtTheStart,
    ObjectHidden,
    ObjectHiddenAtTheStart,
    ObjectHiddenOnce,
    NewObjectsLate,
    OnPremisesHidden,
    OnPremisesPasswordChanged,
    PasswordHidden,
    PasswordOfTheCloudKept,
    RolesHidden,
    RolesLate,
    SecondaryAddressesHidden,
    SecondaryAddressesKept,
    AttributeHidden,
    AnchorHidden,
    FlagHidden,
    EditsShownWhereRefused,
    CopyFlagForNothing,
    FlagForNothing,
    BinForNothing,
    TwiceInTheBin,
    OtherKind,
    MailEnabledHidden,
    PrimaryAsSecondary,
    // About what was done.
    RefusedForOk,
    NotFoundForOk,
    OkForRefused,
    OkForNotFound,
    RefusedCycle,
    ErrorForMatch,
    ErrorForNew,
    ErrorForIdle,
    MatchForError,
    UnchangedForError,
    UnchangedForUpdate,
    UpdateForMatch,
    NewForMatch,
    MatchForNew,
    HardForSoft,
    OtherAttribute,
    NoAttribute,
    NoEntry,
    EntryForNobody,
    Removed,
    CopyForError,
    ByTheClient,
}

const LIES: &[(&str, Lie)] = &[
    ("stale", Lie::Stale),
    ("stale-after-syncs", Lie::StaleAfterSyncs),
    ("left-over", Lie::LeftOver),
    ("id-of-each-step", Lie::IdOfEachStep),
    ("id-at-takeover", Lie::IdAtTakeover),
    ("ids-swapped", Lie::IdsSwapped),
    ("twice", Lie::Twice),
    ("twice-under-another-id", Lie::TwiceUnderAnotherId),
    ("group-twice-under-another-id", Lie::GroupTwiceUnderAnotherId),
    ("twice-at-the-start", Lie::TwiceAtTheStart),
    ("object-hidden", Lie::ObjectHidden),
    ("object-hidden-at-the-start", Lie::ObjectHiddenAtTheStart),
    ("object-hidden-once", Lie::ObjectHiddenOnce),
    ("new-objects-late", Lie::NewObjectsLate),
    ("on-premises-hidden", Lie::OnPremisesHidden),
    ("on-premises-password-changed", Lie::OnPremisesPasswordChanged),
    ("password-hidden", Lie::PasswordHidden),
    ("password-of-the-cloud-kept", Lie::PasswordOfTheCloudKept),
    ("roles-hidden", Lie::RolesHidden),
    ("roles-late", Lie::RolesLate),
    ("secondary-addresses-hidden", Lie::SecondaryAddressesHidden),
    ("secondary-addresses-kept", Lie::SecondaryAddressesKept),
    ("attribute-hidden", Lie::AttributeHidden),
    ("anchor-hidden", Lie::AnchorHidden),
    ("flag-hidden", Lie::FlagHidden),
    ("edits-shown-where-refused", Lie::EditsShownWhereRefused),
    ("copy-flag-for-nothing", Lie::CopyFlagForNothing),
    ("flag-for-nothing", Lie::FlagForNothing),
    ("bin-for-nothing", Lie::BinForNothing),
    ("twice-in-the-bin", Lie::TwiceInTheBin),
    ("other-kind", Lie::OtherKind),
    ("mail-enabled-hidden", Lie::MailEnabledHidden),
    ("primary-as-secondary", Lie::PrimaryAsSecondary),
    ("refused-for-ok", Lie::RefusedForOk),
    ("not-found-for-ok", Lie::NotFoundForOk),
    ("ok-for-refused", Lie::OkForRefused),
    ("ok-for-not-found", Lie::OkForNotFound),
    ("refused-cycle", Lie::RefusedCycle),
    ("error-for-match", Lie::ErrorForMatch),
    ("error-for-new", Lie::ErrorForNew),
    ("error-for-idle", Lie::ErrorForIdle),
    ("match-for-error", Lie::MatchForError),
    ("unchanged-for-error", Lie::UnchangedForError),
    ("unchanged-for-update", Lie::UnchangedForUpdate),
    ("update-for-match", Lie::UpdateForMatch),
    ("new-for-match", Lie::NewForMatch),
    ("match-for-new", Lie::MatchForNew),
    ("hard-for-soft", Lie::HardForSoft),
    ("other-attribute", Lie::OtherAttribute),
    ("no-attribute", Lie::NoAttribute),
    ("no-entry", Lie::NoEntry),
    ("entry-for-nobody", Lie::EntryForNobody),
    ("removed", Lie::Removed),
    ("copy-for-error", Lie::CopyForError),
    ("by-the-client", Lie::ByTheClient),
];

/// The names of all lies.
pub(crate) fn lies() -> impl Iterator<Item = &'static str> {
    LIES.iter().map(|(name, _)| *name)
}

pub(crate) struct Liar {
    model: ReferenceModel,
    lie: Lie,
    lies_in: LiesIn,
    /// How many cases there were, the current one included.
    cases: usize,
    steps: usize,
    start: Snapshot,
    /// The true state before the step.
    before: Snapshot,
    /// What has come to be mastered on-premises since the start.
    taken_over: BTreeSet<Text>,
}

impl Liar {
    pub(crate) fn new(lie: &str, lies_in: LiesIn) -> Liar {
        let known = LIES.iter().find(|(name, _)| *name == lie);
        Liar {
            model: ReferenceModel::default(),
            lie: known.unwrap_or_else(|| panic!("unknown lie {lie:?}")).1,
            lies_in,
            cases: 0,
            steps: 0,
            start: Snapshot::default(),
            before: Snapshot::default(),
            taken_over: BTreeSet::new(),
        }
    }

    fn lies_now(&self) -> bool {
        let judged = self.cases.saturating_sub(TRIALS);
        match self.lies_in {
            LiesIn::Case(number) => judged == number + 1,
            LiesIn::Every(number) => judged > 0 && judged.is_multiple_of(number),
        }
    }

    fn lie_about_start(&self, shown: &mut Snapshot) {
        match self.lie {
            Lie::LeftOver => shown.cloud.extend(self.before.cloud.last().map(of_another_case)),
            Lie::TwiceAtTheStart => repeat(shown, |_| true),
            Lie::ObjectHiddenAtTheStart => {
                shown.cloud.pop();
            }
            _ => {}
        }
    }

    /// Tells a state that is none.
    fn lie_about_state(&self, command: &Command, shown: &mut Snapshot, is_refused: bool) {
        let is_sync = matches!(command, Command::Sync(_));
        match self.lie {
            Lie::Stale => shown.clone_from(&self.before),
            Lie::StaleAfterSyncs if is_sync => shown.clone_from(&self.before),
            Lie::IdOfEachStep => each(shown, |object| {
                object.id = format!("{}-{}", object.id, self.steps).into();
            }),
            Lie::IdAtTakeover => each(shown, |object| {
                if self.taken_over.contains(&object.id) {
                    object.id = format!("{}-synced", object.id).into();
                }
            }),
            Lie::IdsSwapped => {
                let [one, other, ..] = &mut shown.cloud[..] else { return };
                std::mem::swap(&mut Arc::make_mut(one).id, &mut Arc::make_mut(other).id);
            }
            Lie::Twice => {
                let first = shown.cloud.first().cloned();
                shown.cloud.extend(first);
            }
            Lie::TwiceUnderAnotherId => repeat(shown, |_| true),
            // It has nothing that would have to be unique.
            Lie::GroupTwiceUnderAnotherId => repeat(shown, |object| {
                object.kind == Kind::Group && object.proxy_addresses.is_empty()
            }),
            Lie::ObjectHidden => {
                let stranger = self.start.cloud.last().map(|object| object.id.clone());
                shown.cloud.retain(|object| Some(&object.id) != stranger.as_ref());
            }
            Lie::ObjectHiddenOnce if self.steps == 2 && !shown.cloud.is_empty() => {
                shown.cloud.remove(0);
            }
            Lie::NewObjectsLate => {
                shown.cloud.retain(|object| self.before.cloud_object(&object.id).is_some());
            }
            Lie::OnPremisesHidden => {
                shown.on_premises.pop();
            }
            Lie::OnPremisesPasswordChanged => {
                if let Some(last) = shown.on_premises.last_mut() {
                    Arc::make_mut(last).password = Some("another".into());
                }
            }
            Lie::PasswordHidden => each(shown, |object| object.password = None),
            Lie::PasswordOfTheCloudKept => self.each_as_at_start(shown, |object, at_start| {
                object.password.clone_from(&at_start.password);
            }),
            Lie::RolesHidden => each(shown, |object| object.roles.clear()),
            Lie::RolesLate => {
                let before = &self.before;
                each(shown, |object| {
                    if let Some(before) = before.cloud_object(&object.id) {
                        object.roles.clone_from(&before.roles);
                    }
                });
            }
            Lie::SecondaryAddressesHidden => each(shown, |object| {
                object.proxy_addresses.retain(|address| address.is_primary());
            }),
            Lie::SecondaryAddressesKept => self.each_as_at_start(shown, |object, at_start| {
                let secondary =
                    at_start.proxy_addresses.iter().filter(|address| !address.is_primary());
                object.proxy_addresses.extend(secondary.cloned());
            }),
            Lie::AttributeHidden => each(shown, |object| {
                object.attributes.remove("displayName");
            }),
            Lie::AnchorHidden => each(shown, |object| object.on_premises_immutable_id = None),
            Lie::FlagHidden => each(shown, |object| object.on_premises_sync_enabled = None),
            Lie::EditsShownWhereRefused if is_refused => each(shown, |object| {
                object.attributes.insert("department".into(), "Legal".into());
            }),
            Lie::FlagForNothing => self.stranger(shown, |object| {
                object.on_premises_sync_enabled = Some(true);
            }),
            Lie::BinForNothing => self.stranger(shown, |object| object.deleted = true),
            Lie::TwiceInTheBin => {
                repeat(shown, |_| true);
                each(shown, |object| object.deleted |= &*object.id == AGAIN);
            }
            Lie::OtherKind => self.stranger(shown, |object| object.kind = Kind::Group),
            Lie::MailEnabledHidden => each(shown, |object| object.mail_enabled = false),
            Lie::PrimaryAsSecondary => each(shown, |object| {
                for address in &mut object.proxy_addresses {
                    *address = address.to_string().to_ascii_lowercase().as_str().into();
                }
            }),
            Lie::CopyFlagForNothing => each(shown, |object| {
                object.quarantined |= self.taken_over.contains(&object.id);
            }),
            _ => {}
        }
    }

    /// Changes the last object that was there at the start.
    fn stranger(&self, shown: &mut Snapshot, change: impl Fn(&mut CloudObject)) {
        let last = self.start.cloud.last().map(|object| &object.id);
        each(shown, |object| {
            if Some(&object.id) == last {
                change(object);
            }
        });
    }

    /// Changes what was there at the start, each object with what it was then.
    fn each_as_at_start(
        &self,
        shown: &mut Snapshot,
        change: impl Fn(&mut CloudObject, &CloudObject),
    ) {
        each(shown, |object| {
            if let Some(at_start) = self.start.cloud_object(&object.id) {
                change(object, at_start);
            }
        });
    }

    /// Tells of a command what did not come of it.
    fn lie_about_outcome(&self, command: &Command, told: &mut Outcome) {
        let is_sync = matches!(command, Command::Sync(_));
        match (self.lie, told.status) {
            (Lie::RefusedForOk, Status::Ok) if !is_sync => told.status = Status::Refused,
            (Lie::NotFoundForOk, Status::Ok) if !is_sync => told.status = Status::NotFound,
            (Lie::OkForRefused, Status::Refused) | (Lie::OkForNotFound, Status::NotFound) => {
                *told = Outcome::ok();
            }
            (Lie::RefusedCycle, Status::Ok) if is_sync => {
                *told = Outcome::plain(Status::Refused);
            }
            (Lie::NoEntry, _) => {
                told.objects.pop_first();
            }
            (Lie::EntryForNobody, _) if is_sync => {
                told.objects.insert("nobody".into(), SyncResult::plain(ResultWord::Unchanged));
            }
            _ => {}
        }
        for result in told.objects.values_mut() {
            self.lie_about_result(result);
        }
    }

    fn lie_about_result(&self, told: &mut SyncResult) {
        let matched = |result, on| {
            let mut told = SyncResult::plain(result);
            told.matched_on = Some(on);
            told.evaluated_by = Some(Evaluator::Service);
            told
        };
        *told = match (self.lie, told.result) {
            (Lie::ErrorForMatch, ResultWord::SoftMatched)
            | (Lie::ErrorForNew, ResultWord::Provisioned)
            | (Lie::ErrorForIdle, ResultWord::Unchanged) => SyncResult::plain(ResultWord::Error),
            (Lie::MatchForError, ResultWord::Error)
            | (Lie::MatchForNew, ResultWord::Provisioned) => {
                matched(ResultWord::SoftMatched, MatchingAttribute::UserPrincipalName)
            }
            (Lie::UnchangedForError, ResultWord::Error)
            | (Lie::UnchangedForUpdate, ResultWord::Updated) => {
                SyncResult::plain(ResultWord::Unchanged)
            }
            (Lie::UpdateForMatch, ResultWord::SoftMatched) => {
                SyncResult::plain(ResultWord::Updated)
            }
            (Lie::NewForMatch, ResultWord::SoftMatched) => {
                SyncResult::plain(ResultWord::Provisioned)
            }
            (Lie::HardForSoft, ResultWord::SoftMatched) => {
                matched(ResultWord::HardMatched, MatchingAttribute::SourceAnchor)
            }
            (Lie::OtherAttribute, ResultWord::SoftMatched) => {
                let other = match told.matched_on {
                    Some(MatchingAttribute::ProxyAddresses) => MatchingAttribute::UserPrincipalName,
                    _ => MatchingAttribute::ProxyAddresses,
                };
                matched(ResultWord::SoftMatched, other)
            }
            (Lie::NoAttribute, ResultWord::SoftMatched) => {
                told.matched_on = None;
                return;
            }
            (Lie::Removed, ResultWord::Unchanged) => SyncResult::plain(ResultWord::Removed),
            (Lie::CopyForError, ResultWord::Error) => SyncResult::plain(ResultWord::Quarantined),
            (Lie::ByTheClient, ResultWord::SoftMatched) => {
                told.evaluated_by = Some(Evaluator::Client);
                return;
            }
            _ => return,
        };
    }
}

/// Changes every cloud object that is shown.
fn each(shown: &mut Snapshot, change: impl Fn(&mut CloudObject)) {
    for object in &mut shown.cloud {
        change(Arc::make_mut(object));
    }
}

/// The identifier under which an object is shown a second time.
const AGAIN: &str = "again";

/// Shows the first of these objects a second time, as another.
fn repeat(shown: &mut Snapshot, is_meant: impl Fn(&CloudObject) -> bool) {
    let first = shown.cloud.iter().find(|object| is_meant(object));
    let again = first.map(|object| {
        let mut again = CloudObject::clone(object);
        again.id = AGAIN.into();
        Arc::new(again)
    });
    shown.cloud.extend(again);
}

fn of_another_case(object: &Arc<CloudObject>) -> Arc<CloudObject> {
    let mut object = CloudObject::clone(object);
    object.id = format!("{}-before", object.id).into();
    Arc::new(object)
}

impl Implementation for Liar {
    fn describe(&self) -> Description {
        self.model.describe()
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        let mut shown = self.model.reset(tenant)?;
        let start = shown.clone();
        self.cases += 1;
        self.steps = 0;
        self.taken_over.clear();
        if self.lies_now() {
            self.lie_about_start(&mut shown);
        }
        self.start.clone_from(&start);
        self.before = start;
        Ok(shown)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut told = self.model.apply(command)?;
        self.steps += 1;
        let truth = told.snapshot.clone();
        for object in truth.cloud.iter().filter(|object| object.is_on_premises_mastered()) {
            if self.start.cloud_object(&object.id).is_some() {
                self.taken_over.insert(object.id.clone());
            }
        }
        if self.lies_now() {
            let is_refused = told.outcome.status == Status::Refused;
            self.lie_about_outcome(command, &mut told.outcome);
            self.lie_about_state(command, &mut told.snapshot, is_refused);
        }
        self.before = truth;
        Ok(told)
    }
}
